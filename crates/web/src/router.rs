//! The addresses of the platform, and what lies around them.

use std::time::Duration;

use app::world::World;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use http::{HeaderName, StatusCode};
use metrics_exporter_prometheus::PrometheusHandle;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;

use crate::http::{failure, guard, watch};
use crate::page::{
    account, answers, cancel, change, closed, demo, desk, enter, filing_papers, filings, gateways, ip_edit, ip_import,
    ip_ranges, mailbox, materials, new_order, order, order_acts, orders, oversight, papers, phone, preflight, public,
    reveal, section, tasks, told, verification, wire_preview,
};
use crate::{api, asset};

/// What a multipart form adds to the file it carries.
const FORM_OVERHEAD: u64 = 64 * 1024;
/// How long a page may take; the gateways' long poll has its own, longer limit.
const PATIENCE: Duration = Duration::from_secs(60);
/// The name under which a request is found in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the handlers share.
#[derive(Clone)]
pub struct State {
    /// The world of the acts.
    pub world: World,
    /// The numbers of this process, where they are gathered.
    pub metrics: Option<PrometheusHandle>,
}

impl FromRef<State> for World {
    fn from_ref(state: &State) -> Self {
        state.world.clone()
    }
}

impl FromRef<State> for Option<PrometheusHandle> {
    fn from_ref(state: &State) -> Self {
        state.metrics.clone()
    }
}

/// Names requests by the world's ids.
#[derive(Clone)]
struct Named(World);

impl MakeRequestId for Named {
    fn make_request_id<B>(&mut self, _: &http::Request<B>) -> Option<RequestId> {
        http::HeaderValue::from_str(&self.0.uuid().simple().to_string()).ok().map(RequestId::new)
    }
}

/// The whole platform: pages, JSON interface, files, health.
pub fn router(state: State) -> Router {
    let world = state.world.clone();
    let upload = usize::try_from(world.settings.max_picture_bytes + FORM_OVERHEAD).unwrap_or(usize::MAX);
    let uploads = Router::new()
        .route("/orders/{order}/materials/{slot}", post(materials::upload))
        .route("/h/{token}/{slot}", get(phone::shot).post(phone::upload))
        .route("/filings/{filing}/papers/{owner}/{purpose}", post(filing_papers::send))
        .layer(DefaultBodyLimit::max(upload));
    let files = Router::new()
        .route("/ip-ranges/import/file", post(ip_import::file))
        .layer(DefaultBodyLimit::max(ip_import::FILE_BYTES + FORM_OVERHEAD as usize));
    let pages = forms()
        .layer(DefaultBodyLimit::max(failure::FORM_BYTES))
        .merge(uploads)
        .merge(files)
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(from_fn(guard::own_pages))
        .layer(from_fn_with_state(world.clone(), failure::draw));
    let service = Router::new()
        .route("/static/{hash}/{*name}", get(asset::serve))
        .route("/healthz", get(watch::live))
        .route("/readyz", get(watch::ready))
        .route("/metrics", get(watch::metrics));
    pages
        .merge(service)
        .with_state(state)
        .merge(api::router(&world))
        // From the outside in: a name for the request, its line in the log, headers, a page instead of a panic.
        .layer(
            ServiceBuilder::new()
                .layer(SetRequestIdLayer::new(REQUEST_ID, Named(world)))
                .layer(PropagateRequestIdLayer::new(REQUEST_ID))
                .layer(CompressionLayer::new()),
        )
        .layer(from_fn(guard::headers))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .layer(CatchPanicLayer::new())
        .route_layer(from_fn(watch::requests))
}

/// The pages whose forms carry no files.
fn forms() -> Router<State> {
    Router::new()
        .route("/", get(public::home))
        .route("/start", get(enter::start))
        .route("/lookup", get(public::look_up))
        .route("/preflight", get(preflight::by_link).post(preflight::with_number))
        .route("/closed", get(closed::closed).post(closed::start))
        .route("/closed/{token}", get(closed::proof))
        .route("/closed/{token}/live", get(closed::live))
        .route("/closed/{token}/prove", post(closed::prove))
        .route("/closed/{token}/recheck", post(closed::recheck))
        .route("/agreements/{id}/{version}", get(public::agreement))
        .route("/language", post(public::language))
        .route("/register", get(enter::register_form).post(enter::register))
        .route("/confirm", get(enter::confirm_form).post(enter::confirm))
        .route("/confirm/resend", post(enter::resend))
        .route("/login", get(enter::log_in_form).post(enter::log_in))
        .route("/logout", post(enter::log_out))
        .route("/account", get(account::account))
        .route("/account/identity", get(account::identity_form).post(account::identity))
        .route("/account/password", get(account::password_form).post(account::password))
        .route("/account/sessions/{id}/revoke", post(account::revoke_session))
        .route("/account/keys", post(account::create_key))
        .route("/account/keys/{id}/revoke", post(account::revoke_key))
        .route("/resources", get(orders::resources))
        .merge(applicant())
        .merge(provider())
        .merge(addresses())
        .route("/h/{token}", get(phone::list))
        .route("/h/{token}/finish", post(phone::finish))
        .route("/h/{token}/{slot}/remove", post(phone::remove))
        .route("/demo/messages", get(demo::messages))
}

/// The pages of an order.
fn applicant() -> Router<State> {
    Router::new()
        .route("/filings", get(filings::filings))
        .route("/filings/{filing}", get(filings::filing))
        .route("/filings/{filing}/papers", get(filing_papers::papers))
        .route("/filings/{filing}/cancel", get(cancel::form).post(cancel::open))
        .route("/filings/{filing}/change", get(change::form).post(change::open))
        .route("/orders", get(orders::orders))
        .route("/orders/new", get(new_order::form).post(new_order::send))
        .route("/orders/{order}", get(order::order))
        .route("/orders/{order}/basic", get(section::basic).post(section::save_basic))
        .route("/orders/{order}/subject", get(section::subject).post(section::save_subject))
        .route("/orders/{order}/principal", get(section::principal).post(section::save_principal))
        .route("/orders/{order}/sites/add", get(order_acts::add_site_form).post(order_acts::add_site))
        .route("/orders/{order}/sites/{site}", get(section::site).post(section::save_site))
        .route("/orders/{order}/sites/{site}/manager", get(section::manager).post(section::save_manager))
        .route("/orders/{order}/sites/{site}/remove", get(order_acts::remove_site_form).post(order_acts::remove_site))
        .route("/orders/{order}/verification/{site}", get(verification::verification).post(verification::start))
        .route("/orders/{order}/verification/{site}/live", get(verification::live))
        .route("/orders/{order}/materials", get(materials::materials))
        .route("/orders/{order}/materials/{slot}/remove", post(materials::remove))
        .route("/orders/{order}/material/{material}", get(materials::picture))
        .route("/orders/{order}/papers/{file}", get(papers::paper))
        .route("/orders/{order}/cancellation", get(cancel::reason).post(cancel::save))
        .route("/orders/{order}/answers", get(answers::answers))
        .route("/orders/{order}/submit", post(answers::submit))
        .route("/orders/{order}/withdraw", get(order_acts::withdraw_form).post(order_acts::withdraw))
        .route("/orders/{order}/abandon", get(order_acts::abandon_form).post(order_acts::abandon))
        .route("/orders/{order}/sms-done", post(order_acts::sms_done))
}

/// The pages of the provider's own addresses.
fn addresses() -> Router<State> {
    Router::new()
        .route("/ip-ranges", get(ip_ranges::list))
        .route("/ip-ranges/new", get(ip_edit::new_form).post(ip_edit::add))
        .route("/ip-ranges/report", post(ip_edit::report))
        .route("/ip-ranges/import", get(ip_import::form))
        .route("/ip-ranges/import/text", post(ip_import::text))
        .route("/ip-ranges/template.csv", get(ip_import::template))
        .route("/ip-ranges/export", post(ip_import::export))
        .route("/ip-ranges/{range}", get(ip_ranges::range))
        .route("/ip-ranges/{range}/edit", get(ip_edit::edit_form).post(ip_edit::edit))
        .route("/ip-ranges/{range}/remove", get(ip_ranges::remove_form).post(ip_ranges::remove))
        .route("/ip-ranges/{range}/recall", get(ip_ranges::recall_form).post(ip_ranges::recall))
        .route("/ip-ranges/{range}/delete", get(ip_ranges::delete_form).post(ip_edit::delete))
}

/// The pages of the provider.
fn provider() -> Router<State> {
    Router::new()
        .route("/review", get(desk::queue))
        .route("/review/{order}", get(desk::case))
        .route("/review/{order}/claim", post(desk::claim))
        .route("/review/{order}/release", post(desk::release))
        .route("/review/{order}/mark", post(desk::mark))
        .route("/review/{order}/call", post(desk::call))
        .route("/review/{order}/request-changes", post(desk::request_changes))
        .route("/review/{order}/pass", post(desk::pass))
        .route("/review/{order}/wire", get(wire_preview::look).post(wire_preview::open))
        .route("/review/{order}/reveal", get(reveal::form).post(reveal::reveal))
        .route("/review/{order}/papers/{material}", get(reveal::paper_form).post(reveal::paper))
        .route("/ledger", get(oversight::ledger))
        .route("/ledger/{bureau}/resume", post(oversight::resume))
        .route("/ledger/{bureau}/return", post(oversight::return_upload))
        .route("/ledger/{bureau}/downloads/{file}/accept", post(oversight::accept_download))
        .route("/gateways", get(gateways::followers))
        .route("/gateways/traffic", get(gateways::traffic))
        .route("/gateways/held", get(gateways::held))
        .route("/gateways/held/release", post(gateways::release))
        .route("/gateways/measures", get(gateways::measures).post(gateways::place))
        .route("/gateways/measures/{measure}/end", post(gateways::end))
        .route("/mailbox", get(mailbox::list))
        .route("/mailbox/{container}", get(mailbox::container).post(mailbox::open))
        .route("/mailbox/blacklist", get(told::blacklist))
        .route("/mailbox/codes", get(told::codes))
        .route("/mailbox/codes/{bureau}/{table}", get(told::code_table))
        .route("/mailbox/comparisons", get(told::comparisons))
        .route("/mailbox/comparisons/{comparison}", get(told::comparison))
        .route("/mailbox/comparisons/{comparison}/csv", get(told::csv))
        .route("/tasks", get(tasks::list))
        .route("/tasks/{task}", get(tasks::task))
        .route("/tasks/{task}/claim", post(tasks::claim))
        .route("/tasks/{task}/answer", post(tasks::answer))
        .route("/tasks/{task}/close", post(tasks::close))
        .route("/audit", get(oversight::audit))
        .route("/accounts", get(oversight::accounts).post(oversight::create_account))
        .route("/accounts/{account}/disable", post(oversight::disable))
        .route("/accounts/{account}/enable", post(oversight::enable))
}

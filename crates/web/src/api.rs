//! The JSON interface under `/api/v1`: everything the pages can do, for programs.
//!
//! One file per resource; a handler reads the request, calls one act of `app`, and answers. What is common to all of
//! them lies around the router in layers, outermost first: [`problem::render`] writes refusals in the caller's
//! language, [`caller::layer`] finds out who calls, [`idempotency::layer`] answers a repeated request.

pub mod account;
pub mod body;
pub mod caller;
pub mod describe;
pub mod domain_proof;
pub mod enforcement;
pub mod filing;
pub mod gateway;
pub mod handover;
pub mod idempotency;
pub mod ip_range;
pub mod listing;
pub mod mailbox;
pub mod material;
pub mod order;
pub mod page;
pub mod paper;
pub mod patch;
pub mod problem;
pub mod provider;
pub mod public;
pub mod registration;
pub mod resource;
pub mod review;
pub mod session;
pub mod task;
pub mod told;
pub mod version;

use app::world::World;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use problem::Problem;

/// Where the interface lives.
pub const BASE: &str = "/api/v1";

/// Where its description lies.
pub const DESCRIPTION: &str = "/openapi.json";

/// What a handler gives: an answer or a refusal.
pub type Answer<T> = Result<T, Problem>;

/// What a multipart form may add to the file it carries: boundaries and headers.
const FORM_OVERHEAD: usize = 16 * 1024;

/// The interface with its layers, its description at [`DESCRIPTION`], and the page about both at [`page::ADDRESS`].
pub fn router(world: &World) -> Router {
    let picture = usize::try_from(world.settings.max_picture_bytes).unwrap_or(usize::MAX);
    let (interface, _) = operations(picture.saturating_add(FORM_OVERHEAD)).split_for_parts();
    let interface = interface
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed") })
        .layer(from_fn_with_state(world.clone(), idempotency::layer))
        .layer(from_fn_with_state(world.clone(), caller::layer))
        .layer(from_fn_with_state(world.clone(), problem::render))
        .with_state(world.clone());
    let page = Router::new().route(page::ADDRESS, get(page::show)).with_state(world.clone());
    // Nested, so that what is not found below the base is refused here and everything else elsewhere.
    page.nest(BASE, interface).route(DESCRIPTION, get(description))
}

/// The description of the interface (OpenAPI 3.1).
#[must_use]
pub fn openapi() -> OpenApi {
    describe::finish(OpenApiRouter::new().nest(BASE, operations(usize::MAX)).into_openapi())
}

/// The description as the text that is served and committed.
#[must_use]
pub fn openapi_json() -> String {
    // Every key of the description is text, so writing it cannot fail.
    let mut text = openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

async fn description() -> impl IntoResponse {
    static TEXT: std::sync::LazyLock<String> = std::sync::LazyLock::new(openapi_json);
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str())
}

/// Every operation below [`BASE`]; the uploads take bodies of `most_picture_bytes`, the others of [`body::MOST_JSON_BYTES`].
fn operations(most_picture_bytes: usize) -> OpenApiRouter<World> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(material::upload_material, material::remove_material))
        .routes(routes!(handover::upload_by_handover, handover::remove_by_handover))
        .routes(routes!(filing::send_paper))
        .layer(DefaultBodyLimit::max(most_picture_bytes));
    let others = OpenApiRouter::new()
        .routes(routes!(registration::register))
        .routes(routes!(registration::resend_code))
        .routes(routes!(registration::confirm_contact))
        .routes(routes!(session::log_in, session::log_out))
        .routes(routes!(session::list_sessions))
        .routes(routes!(session::revoke_session))
        .routes(routes!(account::my_account))
        .routes(routes!(account::set_identity))
        .routes(routes!(account::change_password))
        .routes(routes!(account::list_api_keys, account::create_api_key))
        .routes(routes!(account::revoke_api_key))
        .routes(routes!(resource::list_resources))
        .routes(routes!(resource::import_resources))
        .routes(routes!(order::list_agreements))
        .routes(routes!(order::check_basic))
        .routes(routes!(order::list_orders, order::open_order))
        .routes(routes!(order::view_order, order::save_section))
        .routes(routes!(order::edit_order))
        .routes(routes!(order::check_order))
        .routes(routes!(order::submit))
        .routes(routes!(order::withdraw))
        .routes(routes!(order::abandon))
        .routes(routes!(order::confirm_sms_done))
        .routes(routes!(filing::list_filings))
        .routes(routes!(filing::view_filing))
        .routes(routes!(filing::open_cancellation))
        .routes(routes!(filing::open_change))
        .routes(routes!(paper::list_papers))
        .routes(routes!(paper::print_paper))
        .routes(routes!(material::open_material))
        .routes(routes!(material::start_handover))
        .routes(routes!(material::handover_status))
        .routes(routes!(handover::open_handover))
        .routes(routes!(handover::finish_handover))
        .routes(routes!(review::queue))
        .routes(routes!(review::queue_counts))
        .routes(routes!(review::view_case))
        .routes(routes!(review::claim))
        .routes(routes!(review::release))
        .routes(routes!(review::pass))
        .routes(routes!(review::mark_field))
        .routes(routes!(review::log_call))
        .routes(routes!(review::request_changes))
        .routes(routes!(review::reveal))
        .routes(routes!(review::preview_upload))
        .routes(routes!(review::reveal_upload))
        .routes(routes!(review::take_upload))
        .routes(routes!(provider::ledger))
        .routes(routes!(provider::resume_line))
        .routes(routes!(provider::return_upload))
        .routes(routes!(provider::accept_download))
        .routes(routes!(task::list_tasks))
        .routes(routes!(task::view_task))
        .routes(routes!(task::claim_task))
        .routes(routes!(task::answer_task))
        .routes(routes!(task::close_task))
        .routes(routes!(told::list_blacklist))
        .routes(routes!(told::list_code_tables))
        .routes(routes!(told::view_codes))
        .routes(routes!(told::list_comparisons))
        .routes(routes!(told::view_comparison))
        .routes(routes!(mailbox::mailbox))
        .routes(routes!(mailbox::view_container))
        .routes(routes!(mailbox::reveal_container))
        .routes(routes!(mailbox::take_container))
        .routes(routes!(ip_range::list_ip_ranges, ip_range::add_ip_range))
        .routes(routes!(ip_range::import_ip_ranges))
        .routes(routes!(ip_range::export_ip_ranges))
        .routes(routes!(ip_range::report_ip_ranges))
        .routes(routes!(ip_range::view_ip_range, ip_range::save_ip_range, ip_range::remove_ip_range))
        .routes(routes!(ip_range::correct_ip_range))
        .routes(routes!(ip_range::delete_ip_range))
        .routes(routes!(ip_range::recall_ip_range))
        .routes(routes!(provider::view_audit))
        .routes(routes!(provider::verify_audit))
        .routes(routes!(provider::list_accounts, provider::create_account))
        .routes(routes!(provider::disable_account))
        .routes(routes!(provider::enable_account))
        .routes(routes!(gateway::gateway_snapshot))
        .routes(routes!(gateway::gateway_changes))
        .routes(routes!(gateway::report_sightings))
        .routes(routes!(gateway::gateway_key))
        .routes(routes!(enforcement::report_follower))
        .routes(routes!(enforcement::list_followers))
        .routes(routes!(enforcement::list_traffic))
        .routes(routes!(enforcement::list_measures, enforcement::place_measure))
        .routes(routes!(enforcement::roll_back))
        .routes(routes!(enforcement::end_measure))
        .routes(routes!(enforcement::list_held_closings))
        .routes(routes!(enforcement::release_closings))
        .routes(routes!(public::look_up))
        .routes(routes!(public::preflight, public::preflight_by_link))
        .routes(routes!(public::demo_messages))
        .routes(routes!(domain_proof::start_domain_proof))
        .routes(routes!(domain_proof::view_domain_proof))
        .routes(routes!(domain_proof::prove_domain))
        .routes(routes!(domain_proof::recheck_domain))
        .layer(DefaultBodyLimit::max(body::MOST_JSON_BYTES));
    uploads.merge(others)
}

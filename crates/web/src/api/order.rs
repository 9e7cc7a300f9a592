//! Filing orders (备案订单) as their applicant sees them: opened, written, checked, submitted, followed.

use app::act::Page;
use app::act::{
    self, Accepted, BasicChecked, CheckBasic, EditOrder, EditView, ListOrders, OpenOrder, OrderCheck, OrderRef,
    OrderRow, OrderView, SaveSection, Submit,
};
use app::agreement;
use app::world::World;
use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderName, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Answer;
use super::body::{Body, Path, Query};
use super::caller::Known;
use super::listing::{Cursor, Listing};
use super::patch::Section;
use super::version::{IfMatch, Versioned, refuse};

/// An agreement in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgreementView {
    /// The agreement.
    pub id: String,
    /// Its version; submitting names the one that was read.
    pub version: String,
}

/// What the applicant agrees to when submitting.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitBody {
    /// Every agreement in force, in its current version.
    pub agreements: Vec<Accepted>,
}

/// Lists the agreements that submitting asks for.
#[utoipa::path(
    get,
    path = "/agreements",
    tag = "orders",
    security(()),
    responses((status = 200, description = "The agreements in force", body = Vec<AgreementView>))
)]
pub async fn list_agreements() -> Json<Vec<AgreementView>> {
    let view = |agreement: &agreement::Agreement| AgreementView {
        id: agreement.id.to_string(),
        version: agreement.version.to_string(),
    };
    Json(agreement::CURRENT.iter().map(view).collect())
}

/// Checks the answers of the first page, detects the type of filing, and stores nothing.
#[utoipa::path(
    post,
    path = "/checks/basic",
    tag = "orders",
    request_body = CheckBasic,
    responses((status = 200, description = "What would be filed and what speaks against it", body = BasicChecked))
)]
pub async fn check_basic(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<CheckBasic>,
) -> Answer<Json<BasicChecked>> {
    Ok(Json(act::check_basic(&world, &actor, input).await?))
}

/// Lists the account's orders, the latest first.
#[utoipa::path(
    get,
    path = "/orders",
    tag = "orders",
    params(Cursor),
    responses((status = 200, description = "One page of orders", body = Page<OrderRow>))
)]
pub async fn list_orders(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<ListOrders>,
) -> Answer<Listing<OrderRow>> {
    Ok(Listing(uri, act::list_orders(&world, &actor, input).await?))
}

/// Opens an order from the answers of the first page.
#[utoipa::path(
    post,
    path = "/orders",
    tag = "orders",
    request_body = OpenOrder,
    responses((status = 201, description = "The order", body = OrderView))
)]
pub async fn open_order(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<OpenOrder>,
) -> Answer<(StatusCode, [(HeaderName, String); 1], Versioned<Json<OrderView>>)> {
    let order = act::open_order(&world, &actor, input).await?;
    let address = format!("{}/orders/{}", super::BASE, order.id);
    Ok((StatusCode::CREATED, [(LOCATION, address)], shown(order)))
}

/// Shows an order, its personal data masked, with what was done and what comes next.
#[utoipa::path(
    get,
    path = "/orders/{order}",
    tag = "orders",
    params(("order" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The order", body = OrderView))
)]
pub async fn view_order(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
) -> Answer<Versioned<Json<OrderView>>> {
    Ok(shown(act::view_order(&world, &actor, reference(order)).await?))
}

/// Shows an order's draft in full to its owner, with what may be edited.
#[utoipa::path(
    get,
    path = "/orders/{order}/edit",
    tag = "orders",
    params(("order" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The draft", body = EditView))
)]
pub async fn edit_order(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
) -> Answer<Versioned<Json<EditView>>> {
    Ok(edited(act::edit_order(&world, &actor, EditOrder { order }).await?))
}

/// Saves one section of an order's draft, complete or not.
#[utoipa::path(
    patch,
    path = "/orders/{order}",
    tag = "orders",
    params(
        ("order" = Uuid, Path, description = "The order"),
        ("If-Match" = String, Header, description = "The version that was read, in quotes"),
    ),
    request_body = app::act::Patch,
    responses((status = 200, description = "The draft as saved, with findings", body = EditView))
)]
pub async fn save_section(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
    IfMatch(version): IfMatch,
    Section(patch): Section,
) -> Answer<Versioned<Json<EditView>>> {
    let input = SaveSection { order, version, patch };
    Ok(edited(act::save_section(&world, &actor, input).await.map_err(refuse)?))
}

/// Checks a whole order and says what stands between it and submitting.
#[utoipa::path(
    get,
    path = "/orders/{order}/check",
    tag = "orders",
    params(("order" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The findings and the task list", body = OrderCheck))
)]
pub async fn check_order(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
) -> Answer<Json<OrderCheck>> {
    Ok(Json(act::check_order(&world, &actor, reference(order)).await?))
}

/// Submits an order to the provider's first review.
#[utoipa::path(
    post,
    path = "/orders/{order}/submit",
    tag = "orders",
    params(
        ("order" = Uuid, Path, description = "The order"),
        ("If-Match" = String, Header, description = "The version that was read, in quotes"),
    ),
    request_body = SubmitBody,
    responses((status = 200, description = "The order, submitted", body = OrderView))
)]
pub async fn submit(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
    IfMatch(version): IfMatch,
    Body(body): Body<SubmitBody>,
) -> Answer<Versioned<Json<OrderView>>> {
    let input = Submit { order, version, agreements: body.agreements };
    Ok(shown(act::submit(&world, &actor, input).await.map_err(refuse)?))
}

/// Takes a submitted order back into draft, as long as no reviewer has it.
#[utoipa::path(
    post,
    path = "/orders/{order}/withdraw",
    tag = "orders",
    params(("order" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The order, a draft again", body = OrderView))
)]
pub async fn withdraw(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
) -> Answer<Versioned<Json<OrderView>>> {
    Ok(shown(act::withdraw(&world, &actor, reference(order)).await?))
}

/// Gives an order up for good.
#[utoipa::path(
    post,
    path = "/orders/{order}/abandon",
    tag = "orders",
    params(("order" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The order, given up", body = OrderView))
)]
pub async fn abandon(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
) -> Answer<Versioned<Json<OrderView>>> {
    Ok(shown(act::abandon(&world, &actor, reference(order)).await?))
}

/// Notes that the applicant has entered the authority's text-message codes (短信核验).
#[utoipa::path(
    post,
    path = "/orders/{order}/confirm-sms",
    tag = "orders",
    params(("order" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The order, waiting for the authority", body = OrderView))
)]
pub async fn confirm_sms_done(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
) -> Answer<Versioned<Json<OrderView>>> {
    Ok(shown(act::confirm_sms_done(&world, &actor, reference(order)).await?))
}

fn reference(order: Uuid) -> OrderRef {
    OrderRef { order }
}

fn shown(order: OrderView) -> Versioned<Json<OrderView>> {
    Versioned(order.version, Json(order))
}

fn edited(draft: EditView) -> Versioned<Json<EditView>> {
    Versioned(draft.version, Json(draft))
}

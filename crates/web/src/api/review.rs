//! The provider's first review (初审): the queue, the case, the phone log, the decision.

use app::act::Page;
use app::act::{
    self, CallOutcome, CallParty, CaseView, LogCall, MarkField, MarkWord, OrderRef, PreviewUpload, Queue, QueueCounts,
    QueueRow, RequestChanges, Reveal, RevealUpload, Revealed, TakeUpload, UploadPreview,
};
use app::world::World;
use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use filing::stage::ChangeRequest;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Answer;
use super::body::{Body, Path, Query};
use super::caller::Known;
use super::listing::Listing;
use super::mailbox::{Begin, RevealContainerBody, TakeContainerBody, attached};
use super::version::Versioned;

/// A reviewer's opinion of one field.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkBody {
    /// The opinion.
    pub mark: MarkWord,
    /// What the applicant should do; goes with `needs_change`.
    pub advice: Option<String>,
}

/// A phone call that was made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallBody {
    /// Who was called.
    pub who: CallParty,
    /// The site whose manager was called, from 0.
    pub site: Option<usize>,
    /// How it ended.
    pub outcome: CallOutcome,
    /// What was said, without personal data.
    #[serde(default)]
    pub note: String,
}

/// What the applicant must mend.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestChangesBody {
    /// The fields and the advice; when empty, the fields marked `needs_change` are taken with theirs.
    #[serde(default)]
    pub requests: Vec<ChangeRequest>,
}

/// Which masked value is to be shown, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealBody {
    /// The field's path.
    pub field: String,
    /// The reason, kept in the audit line.
    pub reason: String,
}

/// Lists the orders of a part of the desk.
#[utoipa::path(
    get,
    path = "/review/orders",
    tag = "review",
    params(
        ("view" = Option<String>, Query, description = "`waiting`, `mine`, `in_review` or `all`"),
        ("stage" = Option<String>, Query, description = "Only orders at this stage"),
        ("cursor" = Option<String>, Query, description = "Where the page begins"),
    ),
    responses((status = 200, description = "One page of orders", body = Page<QueueRow>))
)]
pub async fn queue(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<Queue>,
) -> Answer<Listing<QueueRow>> {
    Ok(Listing(uri, act::queue(&world, &actor, input).await?))
}

/// Counts the orders of each part of the desk.
#[utoipa::path(
    get,
    path = "/review/counts",
    tag = "review",
    responses((status = 200, description = "The counts", body = QueueCounts))
)]
pub async fn queue_counts(State(world): State<World>, Known(actor): Known) -> Answer<Json<QueueCounts>> {
    Ok(Json(act::queue_counts(&world, &actor).await?))
}

/// Shows a case: the data beside its documents, findings, marks and calls.
#[utoipa::path(
    get,
    path = "/review/orders/{order}",
    tag = "review",
    params(("order" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The case", body = CaseView))
)]
pub async fn view_case(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
) -> Answer<Versioned<Json<CaseView>>> {
    Ok(shown(act::view_case(&world, &actor, reference(order)).await?))
}

/// Takes a waiting order from the queue.
#[utoipa::path(
    post,
    path = "/review/orders/{order}/claim",
    tag = "review",
    params(("order" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The case, claimed", body = CaseView))
)]
pub async fn claim(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
) -> Answer<Versioned<Json<CaseView>>> {
    Ok(shown(act::claim(&world, &actor, reference(order)).await?))
}

/// Puts a claimed order back into the queue.
#[utoipa::path(
    post,
    path = "/review/orders/{order}/release",
    tag = "review",
    params(("order" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The case, waiting again", body = CaseView))
)]
pub async fn release(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
) -> Answer<Versioned<Json<CaseView>>> {
    Ok(shown(act::release(&world, &actor, reference(order)).await?))
}

/// Passes the first review: the order goes to the authority.
#[utoipa::path(
    post,
    path = "/review/orders/{order}/pass",
    tag = "review",
    params(("order" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The case, passed", body = CaseView))
)]
pub async fn pass(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
) -> Answer<Versioned<Json<CaseView>>> {
    Ok(shown(act::pass(&world, &actor, reference(order)).await?))
}

/// Marks a field of a claimed case.
#[utoipa::path(
    put,
    path = "/review/orders/{order}/marks/{field}",
    tag = "review",
    params(
        ("order" = Uuid, Path, description = "The order"),
        ("field" = String, Path, description = "The field, such as `subject.postal_address`"),
    ),
    request_body = MarkBody,
    responses((status = 200, description = "The case with the mark", body = CaseView))
)]
pub async fn mark_field(
    State(world): State<World>,
    Known(actor): Known,
    Path((order, field)): Path<(Uuid, String)>,
    Body(MarkBody { mark, advice }): Body<MarkBody>,
) -> Answer<Versioned<Json<CaseView>>> {
    let input = MarkField { order, field, mark, advice };
    Ok(shown(act::mark_field(&world, &actor, input).await?))
}

/// Logs a phone call.
#[utoipa::path(
    post,
    path = "/review/orders/{order}/calls",
    tag = "review",
    params(("order" = Uuid, Path, description = "The order")),
    request_body = CallBody,
    responses((status = 201, description = "The case with the call", body = CaseView))
)]
pub async fn log_call(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
    Body(CallBody { who, site, outcome, note }): Body<CallBody>,
) -> Answer<(StatusCode, Versioned<Json<CaseView>>)> {
    let input = LogCall { order, who, site, outcome, note };
    Ok((StatusCode::CREATED, shown(act::log_call(&world, &actor, input).await?)))
}

/// Sends a case back to its applicant, who may then edit the named fields and nothing else.
#[utoipa::path(
    post,
    path = "/review/orders/{order}/request-changes",
    tag = "review",
    params(("order" = Uuid, Path, description = "The order")),
    request_body = RequestChangesBody,
    responses((status = 200, description = "The case, with its applicant", body = CaseView))
)]
pub async fn request_changes(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
    Body(RequestChangesBody { requests }): Body<RequestChangesBody>,
) -> Answer<Versioned<Json<CaseView>>> {
    let input = RequestChanges { order, requests };
    Ok(shown(act::request_changes(&world, &actor, input).await?))
}

/// Shows one masked value in full and logs the reason.
#[utoipa::path(
    post,
    path = "/review/orders/{order}/reveal",
    tag = "review",
    params(("order" = Uuid, Path, description = "The order")),
    request_body = RevealBody,
    responses((status = 200, description = "The value", body = Revealed))
)]
pub async fn reveal(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
    Body(RevealBody { field, reason }): Body<RevealBody>,
) -> Answer<Json<Revealed>> {
    let input = Reveal { order, field, reason };
    Ok(Json(act::reveal(&world, &actor, input).await?))
}

/// Shows what the authority will receive, decoded; who is meant is hidden. Nothing is kept, and the numbers that the
/// order does not have yet are named.
#[utoipa::path(
    get,
    path = "/review/orders/{order}/wire",
    tag = "review",
    params(("order" = Uuid, Path, description = "The order"), Begin),
    responses((status = 200, description = "The data file", body = UploadPreview))
)]
pub async fn preview_upload(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
    Query(Begin { from }): Query<Begin>,
) -> Answer<Json<UploadPreview>> {
    Ok(Json(act::preview_upload(&world, &actor, PreviewUpload { order, from }).await?))
}

/// Shows everything in what the authority will receive and logs the reason.
#[utoipa::path(
    post,
    path = "/review/orders/{order}/wire/reveal",
    tag = "review",
    params(("order" = Uuid, Path, description = "The order")),
    request_body = RevealContainerBody,
    responses((status = 200, description = "The data file", body = UploadPreview))
)]
pub async fn reveal_upload(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
    Body(RevealContainerBody { reason, from }): Body<RevealContainerBody>,
) -> Answer<Json<UploadPreview>> {
    Ok(Json(act::reveal_upload(&world, &actor, RevealUpload { order, from, reason }).await?))
}

/// Gives the data file that the authority will receive, byte for byte, and logs the reason.
#[utoipa::path(
    post,
    path = "/review/orders/{order}/wire/file",
    tag = "review",
    params(("order" = Uuid, Path, description = "The order")),
    request_body = TakeContainerBody,
    responses((
        status = 200,
        description = "The file",
        content((Vec<u8> = "application/octet-stream"), (Vec<u8> = "application/zip"))
    ))
)]
pub async fn take_upload(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
    Body(TakeContainerBody { reason, form }): Body<TakeContainerBody>,
) -> Answer<impl IntoResponse> {
    Ok(attached(act::take_upload(&world, &actor, TakeUpload { order, form, reason }).await?))
}

fn reference(order: Uuid) -> OrderRef {
    OrderRef { order }
}

fn shown(case: CaseView) -> Versioned<Json<CaseView>> {
    Versioned(case.order.version, Json(case))
}

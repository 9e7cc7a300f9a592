//! What an account has filed (已备案): subjects with their sites, and the orders that change or end them.

use app::act::{self, FilingRef, FilingView, ListFilings, OpenCancellation, OpenChange, OrderView, Page, SendPaper};
use app::world::World;
use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderName, StatusCode};
use filing::draft::CancellationDraft;
use filing::stage::Action;
use filing::supplement::SupplementKind;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Answer;
use super::body::{Body, File, Path, Query};
use super::caller::Known;
use super::listing::{Cursor, Listing};
use super::version::Versioned;

/// What is to end, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancellationBody {
    /// `cancel_subject`, `cancel_site` or `cancel_access`.
    pub action: Action,
    /// The filed site; none for the subject.
    #[serde(default)]
    pub site: Option<Uuid>,
    /// Why, and that what it means was read.
    pub cancellation: CancellationDraft,
}

/// What is to change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeBody {
    /// `change_filing` or `change_site`.
    pub action: Action,
    /// The filed sites that come along; for a change of the subject none means the first.
    #[serde(default)]
    pub sites: Vec<Uuid>,
}

/// Lists what the account has filed, the latest first, with what can be asked of each.
#[utoipa::path(
    get,
    path = "/filings",
    tag = "filings",
    params(Cursor),
    responses((status = 200, description = "One page of filings", body = Page<FilingView>))
)]
pub async fn list_filings(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<ListFilings>,
) -> Answer<Listing<FilingView>> {
    Ok(Listing(uri, act::list_filings(&world, &actor, input).await?))
}

/// Shows a filed subject with its sites.
#[utoipa::path(
    get,
    path = "/filings/{filing}",
    tag = "filings",
    params(("filing" = Uuid, Path, description = "The filed subject")),
    responses((status = 200, description = "The filing", body = FilingView))
)]
pub async fn view_filing(
    State(world): State<World>,
    Known(actor): Known,
    Path(filing): Path<Uuid>,
) -> Answer<Json<FilingView>> {
    Ok(Json(act::view_filing(&world, &actor, FilingRef { filing }).await?))
}

/// Opens an order that ends what is filed (注销, 取消接入).
#[utoipa::path(
    post,
    path = "/filings/{filing}/cancellations",
    tag = "filings",
    params(("filing" = Uuid, Path, description = "The filed subject")),
    request_body = CancellationBody,
    responses((status = 201, description = "The order", body = OrderView))
)]
pub async fn open_cancellation(
    State(world): State<World>,
    Known(actor): Known,
    Path(filing): Path<Uuid>,
    Body(body): Body<CancellationBody>,
) -> Answer<Opened> {
    let CancellationBody { action, site, cancellation } = body;
    Ok(opened(act::open_cancellation(&world, &actor, OpenCancellation { filing, action, site, cancellation }).await?))
}

/// Opens an order that changes what is filed (变更), beginning with what is on record.
#[utoipa::path(
    post,
    path = "/filings/{filing}/changes",
    tag = "filings",
    params(("filing" = Uuid, Path, description = "The filed subject")),
    request_body = ChangeBody,
    responses((status = 201, description = "The order", body = OrderView))
)]
pub async fn open_change(
    State(world): State<World>,
    Known(actor): Known,
    Path(filing): Path<Uuid>,
    Body(body): Body<ChangeBody>,
) -> Answer<Opened> {
    let ChangeBody { action, sites } = body;
    Ok(opened(act::open_change(&world, &actor, OpenChange { filing, action, sites }).await?))
}

/// Which of the subject's sites a paper is of.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Owner {
    /// The filed site; none for a paper of the subject itself.
    pub site: Option<Uuid>,
}

/// Sends the authority one more paper of something filed (单独提交核验材料); its answer shows with the filing.
#[utoipa::path(
    post,
    path = "/filings/{filing}/papers/{purpose}",
    tag = "filings",
    params(
        ("filing" = Uuid, Path, description = "The filed subject"),
        ("purpose" = String, Path, description = "What it proves, such as `verification_form` or `manager_photo`"),
        Owner,
    ),
    request_body(
        content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (super::describe::Form = "multipart/form-data")),
        description = "The picture itself, or a form with the field `file`"
    ),
    responses((status = 200, description = "The filing with the papers sent", body = FilingView))
)]
pub async fn send_paper(
    State(world): State<World>,
    Known(actor): Known,
    Path((filing, purpose)): Path<(Uuid, SupplementKind)>,
    Query(Owner { site }): Query<Owner>,
    file: File,
) -> Answer<Json<FilingView>> {
    Ok(Json(act::send_paper(&world, &actor, SendPaper { filing, site, purpose, bytes: file.bytes }).await?))
}

/// A new order with its address and version.
type Opened = (StatusCode, [(HeaderName, String); 1], Versioned<Json<OrderView>>);

fn opened(order: OrderView) -> Opened {
    let address = format!("{}/orders/{}", super::BASE, order.id);
    (StatusCode::CREATED, [(LOCATION, address)], Versioned(order.version, Json(order)))
}

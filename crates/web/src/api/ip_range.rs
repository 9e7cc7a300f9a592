//! The provider's address ranges and their filing.

use app::act::{
    self, CorrectIpRange, ExportIpRanges, ImportIpRanges, ImportedIpRanges, IpRangeRef, IpRangeView, IpRanges,
    ListIpRanges, ReportIpRanges, ReportedIpRanges, SaveIpRange, SavedIpRange,
};
use app::world::World;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use filing::ip_filing::RangeDraft;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Answer;
use super::body::{Body, Path, Query};
use super::caller::Known;

/// What a range is to say, over the version that was read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IpRangeContent {
    /// The version that was read.
    version: i64,
    /// What it says.
    content: RangeDraft,
}

/// A new range.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIpRange {
    /// The bureau it is filed with.
    bureau: String,
    /// What it says.
    content: RangeDraft,
}

/// Lists the ranges filed with a bureau, by their first address.
#[utoipa::path(
    get,
    path = "/ip-ranges",
    tag = "provider",
    params(
        ("bureau" = Option<String>, Query, description = "The bureau's code; the first one when absent"),
        ("kind" = Option<String>, Query, description = "Only of this kind"),
        ("state" = Option<String>, Query, description = "Only in this state"),
        ("holding" = Option<String>, Query, description = "Only those that hold this address"),
        ("flagged" = Option<bool>, Query, description = "Only those that need a look"),
        ("cursor" = Option<String>, Query, description = "Where the page begins"),
    ),
    responses((status = 200, description = "One page of ranges", body = IpRanges))
)]
pub async fn list_ip_ranges(
    State(world): State<World>,
    Known(actor): Known,
    Query(input): Query<ListIpRanges>,
) -> Answer<Json<IpRanges>> {
    Ok(Json(act::list_ip_ranges(&world, &actor, input).await?))
}

/// Saves a new range as a draft; nothing is sent.
#[utoipa::path(
    post,
    path = "/ip-ranges",
    tag = "provider",
    request_body = NewIpRange,
    responses((status = 201, description = "The range", body = IpRangeView))
)]
pub async fn add_ip_range(
    State(world): State<World>,
    Known(actor): Known,
    Body(NewIpRange { bureau, content }): Body<NewIpRange>,
) -> Answer<(StatusCode, Json<IpRangeView>)> {
    let input = SaveIpRange { range: None, bureau, content };
    Ok((StatusCode::CREATED, Json(act::save_ip_range(&world, &actor, input).await?)))
}

/// Shows a range; the contact is masked for who may not change it.
#[utoipa::path(
    get,
    path = "/ip-ranges/{range}",
    tag = "provider",
    params(("range" = Uuid, Path, description = "The range")),
    responses((status = 200, description = "The range", body = IpRangeView))
)]
pub async fn view_ip_range(
    State(world): State<World>,
    Known(actor): Known,
    Path(range): Path<Uuid>,
) -> Answer<Json<IpRangeView>> {
    Ok(Json(act::view_ip_range(&world, &actor, IpRangeRef { range }).await?))
}

/// Writes a draft over.
#[utoipa::path(
    put,
    path = "/ip-ranges/{range}",
    tag = "provider",
    params(("range" = Uuid, Path, description = "The range")),
    request_body = IpRangeContent,
    responses((status = 200, description = "The range", body = IpRangeView))
)]
pub async fn save_ip_range(
    State(world): State<World>,
    Known(actor): Known,
    Path(range): Path<Uuid>,
    Body(IpRangeContent { version, content }): Body<IpRangeContent>,
) -> Answer<Json<IpRangeView>> {
    let input = SaveIpRange { range: Some(SavedIpRange { id: range, version }), bureau: String::new(), content };
    Ok(Json(act::save_ip_range(&world, &actor, input).await?))
}

/// Takes a draft away.
#[utoipa::path(
    delete,
    path = "/ip-ranges/{range}",
    tag = "provider",
    params(("range" = Uuid, Path, description = "The range")),
    responses((status = 204, description = "It is gone"))
)]
pub async fn remove_ip_range(
    State(world): State<World>,
    Known(actor): Known,
    Path(range): Path<Uuid>,
) -> Answer<StatusCode> {
    act::remove_ip_range(&world, &actor, IpRangeRef { range }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads a CSV file of ranges, says what is wrong line by line, and saves what the mode wants as drafts.
#[utoipa::path(
    post,
    path = "/ip-ranges/import",
    tag = "provider",
    request_body = ImportIpRanges,
    responses((status = 200, description = "What came of it", body = ImportedIpRanges))
)]
pub async fn import_ip_ranges(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<ImportIpRanges>,
) -> Answer<Json<ImportedIpRanges>> {
    Ok(Json(act::import_ip_ranges(&world, &actor, input).await?))
}

/// Gives the ranges of a bureau out as a CSV file, contacts in full.
#[utoipa::path(
    get,
    path = "/ip-ranges/export",
    tag = "provider",
    params(("bureau" = String, Query, description = "The bureau's code, such as `33`")),
    responses((status = 200, description = "The file", body = String, content_type = "text/csv"))
)]
pub async fn export_ip_ranges(
    State(world): State<World>,
    Known(actor): Known,
    headers: HeaderMap,
    Query(input): Query<ExportIpRanges>,
) -> Answer<Response> {
    let language = app::Language::from_tag(crate::http::context::language(&headers).tag());
    let text = act::export_ip_ranges(&world, &actor, input, language).await?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response())
}

/// Puts drafts in line to be reported.
#[utoipa::path(
    post,
    path = "/ip-ranges/report",
    tag = "provider",
    request_body = ReportIpRanges,
    responses((status = 200, description = "What is in line", body = ReportedIpRanges))
)]
pub async fn report_ip_ranges(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<ReportIpRanges>,
) -> Answer<Json<ReportedIpRanges>> {
    Ok(Json(act::report_ip_ranges(&world, &actor, input).await?))
}

/// Puts the correction of a filed range in line.
#[utoipa::path(
    post,
    path = "/ip-ranges/{range}/correction",
    tag = "provider",
    params(("range" = Uuid, Path, description = "The range")),
    request_body = IpRangeContent,
    responses((status = 200, description = "The range", body = IpRangeView))
)]
pub async fn correct_ip_range(
    State(world): State<World>,
    Known(actor): Known,
    Path(range): Path<Uuid>,
    Body(IpRangeContent { version, content }): Body<IpRangeContent>,
) -> Answer<Json<IpRangeView>> {
    Ok(Json(act::correct_ip_range(&world, &actor, CorrectIpRange { range, version, content }).await?))
}

/// Puts the deletion of a filed range in line.
#[utoipa::path(
    post,
    path = "/ip-ranges/{range}/deletion",
    tag = "provider",
    params(("range" = Uuid, Path, description = "The range")),
    responses((status = 200, description = "The range", body = IpRangeView))
)]
pub async fn delete_ip_range(
    State(world): State<World>,
    Known(actor): Known,
    Path(range): Path<Uuid>,
) -> Answer<Json<IpRangeView>> {
    Ok(Json(act::delete_ip_range(&world, &actor, IpRangeRef { range }).await?))
}

/// Gives up waiting for the authority's answer about a range.
#[utoipa::path(
    post,
    path = "/ip-ranges/{range}/recall",
    tag = "provider",
    params(("range" = Uuid, Path, description = "The range")),
    responses((status = 200, description = "The range", body = IpRangeView))
)]
pub async fn recall_ip_range(
    State(world): State<World>,
    Known(actor): Known,
    Path(range): Path<Uuid>,
) -> Answer<Json<IpRangeView>> {
    Ok(Json(act::recall_ip_range(&world, &actor, IpRangeRef { range }).await?))
}

//! What the authorities told: blacklists, code tables, comparisons.

use app::act::{
    self, BlacklistRow, CodeTableRow, CodesView, ComparisonRow, ComparisonView, FromCursor, Page, ViewCodes,
    ViewComparison,
};
use app::world::World;
use axum::Json;
use axum::extract::{OriginalUri, State};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::Answer;
use super::body::{Path, Query};
use super::caller::Known;
use super::listing::Listing;

/// Which codes of a table.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichCodes {
    /// The history of one code instead of what counts now.
    pub code: Option<i64>,
    /// Only codes after this one.
    pub after: Option<i64>,
}

/// From which difference on.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// Only differences after this number.
    #[serde(default)]
    pub after: u64,
}

/// Lists what is and was on the authorities' blacklists, the latest change first.
#[utoipa::path(
    get,
    path = "/blacklist",
    tag = "provider",
    params(("cursor" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, description = "One page of entries", body = Page<BlacklistRow>))
)]
pub async fn list_blacklist(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<FromCursor>,
) -> Answer<Listing<BlacklistRow>> {
    Ok(Listing(uri, act::list_blacklist(&world, &actor, input).await?))
}

/// Lists the code tables that the authorities sent.
#[utoipa::path(
    get,
    path = "/code-tables",
    tag = "provider",
    responses((status = 200, description = "The tables", body = Vec<CodeTableRow>))
)]
pub async fn list_code_tables(State(world): State<World>, Known(actor): Known) -> Answer<Json<Vec<CodeTableRow>>> {
    Ok(Json(act::list_code_tables(&world, &actor).await?))
}

/// Shows what the codes of a table mean, or everything that was said of one.
#[utoipa::path(
    get,
    path = "/code-tables/{bureau}/{table}",
    tag = "provider",
    params(
        ("bureau" = String, Path, description = "The bureau's code, such as `33`"),
        ("table" = String, Path, description = "The table, such as `Zxly_dms`"),
        WhichCodes,
    ),
    responses((status = 200, description = "The codes", body = CodesView))
)]
pub async fn view_codes(
    State(world): State<World>,
    Known(actor): Known,
    Path((bureau, table)): Path<(String, String)>,
    Query(WhichCodes { code, after }): Query<WhichCodes>,
) -> Answer<Json<CodesView>> {
    Ok(Json(act::view_codes(&world, &actor, ViewCodes { bureau, table, code, after }).await?))
}

/// Lists the comparisons of everything an authority has with what is filed here, the latest first.
#[utoipa::path(
    get,
    path = "/comparisons",
    tag = "provider",
    params(("cursor" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, description = "One page of comparisons", body = Page<ComparisonRow>))
)]
pub async fn list_comparisons(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<FromCursor>,
) -> Answer<Listing<ComparisonRow>> {
    Ok(Listing(uri, act::list_comparisons(&world, &actor, input).await?))
}

/// Shows a comparison, a stretch of its differences at a time.
#[utoipa::path(
    get,
    path = "/comparisons/{comparison}",
    tag = "provider",
    params(("comparison" = Uuid, Path, description = "The comparison"), After),
    responses((status = 200, description = "The comparison", body = ComparisonView))
)]
pub async fn view_comparison(
    State(world): State<World>,
    Known(actor): Known,
    Path(comparison): Path<Uuid>,
    Query(After { after }): Query<After>,
) -> Answer<Json<ComparisonView>> {
    Ok(Json(act::view_comparison(&world, &actor, ViewComparison { comparison, after }).await?))
}

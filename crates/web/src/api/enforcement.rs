//! What the gateways report, what they meet, and what people decide on top of the verdicts.

use app::act::{
    self, FollowerRow, FromCursor, Heard, HeldClosingRow, ListMeasures, ListTraffic, MeasureRef, MeasureRow, Page,
    PlaceMeasure, ReleaseClosings, ReleasedClosings, RollBack, RolledBack, TrafficRow,
};
use app::world::World;
use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use filing::verdict::Report;
use uuid::Uuid;

use super::Answer;
use super::body::{Body, Path, Query};
use super::caller::Known;
use super::listing::Listing;

/// Takes a gateway's report: its place in the feed, and what it counted since its last one.
#[utoipa::path(
    post,
    path = "/gateway/report",
    tag = "gateway",
    request_body = Report,
    responses((status = 200, description = "Where the feed stands", body = Heard))
)]
pub async fn report_follower(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<Report>,
) -> Answer<Json<Heard>> {
    Ok(Json(act::report_follower(&world, &actor, input).await?))
}

/// Lists the gateways, the one that has been silent for longest first.
#[utoipa::path(
    get,
    path = "/gateways",
    tag = "enforcement",
    params(("cursor" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, description = "One page of gateways", body = Page<FollowerRow>))
)]
pub async fn list_followers(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<FromCursor>,
) -> Answer<Listing<FollowerRow>> {
    Ok(Listing(uri, act::list_followers(&world, &actor, input).await?))
}

/// Lists the domains with the most requests of a day, at most a hundred.
#[utoipa::path(
    get,
    path = "/traffic",
    tag = "enforcement",
    params(
        ("kind" = Option<String>, Query, description = "`closed`, `shadow` or `open`"),
        ("ago" = Option<u8>, Query, description = "How many days ago, at most 90"),
    ),
    responses((status = 200, description = "The domains", body = Vec<TrafficRow>))
)]
pub async fn list_traffic(
    State(world): State<World>,
    Known(actor): Known,
    Query(input): Query<ListTraffic>,
) -> Answer<Json<Vec<TrafficRow>>> {
    Ok(Json(act::list_traffic(&world, &actor, input).await?))
}

/// Lists the measures there are and were, the latest first.
#[utoipa::path(
    get,
    path = "/measures",
    tag = "enforcement",
    params(
        ("domain" = Option<String>, Query, description = "Those of one domain"),
        ("cursor" = Option<String>, Query, description = "Where the page begins"),
    ),
    responses((status = 200, description = "One page of measures", body = Page<MeasureRow>))
)]
pub async fn list_measures(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<ListMeasures>,
) -> Answer<Listing<MeasureRow>> {
    Ok(Listing(uri, act::list_measures(&world, &actor, input).await?))
}

/// Suspends a domain or exempts it, for a time.
#[utoipa::path(
    post,
    path = "/measures",
    tag = "enforcement",
    request_body = PlaceMeasure,
    responses((status = 201, description = "The measure", body = MeasureRow))
)]
pub async fn place_measure(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<PlaceMeasure>,
) -> Answer<(StatusCode, Json<MeasureRow>)> {
    Ok((StatusCode::CREATED, Json(act::place_measure(&world, &actor, input).await?)))
}

/// Ends a measure before its time.
#[utoipa::path(
    post,
    path = "/measures/{measure}/end",
    tag = "enforcement",
    params(("measure" = Uuid, Path, description = "The measure")),
    responses((status = 200, description = "The measure", body = MeasureRow))
)]
pub async fn end_measure(
    State(world): State<World>,
    Known(actor): Known,
    Path(measure): Path<Uuid>,
) -> Answer<Json<MeasureRow>> {
    Ok(Json(act::end_measure(&world, &actor, MeasureRef { measure }).await?))
}

/// Opens again, for a time, what was closed since a place of the feed.
#[utoipa::path(
    post,
    path = "/measures/roll-back",
    tag = "enforcement",
    request_body = RollBack,
    responses((status = 200, description = "What was opened", body = RolledBack))
)]
pub async fn roll_back(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<RollBack>,
) -> Answer<Json<RolledBack>> {
    Ok(Json(act::roll_back(&world, &actor, input).await?))
}

/// Lists the closings that wait for two people, the longest first.
#[utoipa::path(
    get,
    path = "/held-closings",
    tag = "enforcement",
    params(("cursor" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, description = "One page of closings", body = Page<HeldClosingRow>))
)]
pub async fn list_held_closings(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<FromCursor>,
) -> Answer<Listing<HeldClosingRow>> {
    Ok(Listing(uri, act::list_held_closings(&world, &actor, input).await?))
}

/// Approves closings: the first person's approval is noted, another's closes the domains.
#[utoipa::path(
    post,
    path = "/held-closings/release",
    tag = "enforcement",
    request_body = ReleaseClosings,
    responses((status = 200, description = "What became of them", body = ReleasedClosings))
)]
pub async fn release_closings(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<ReleaseClosings>,
) -> Answer<Json<ReleasedClosings>> {
    Ok(Json(act::release_closings(&world, &actor, input).await?))
}

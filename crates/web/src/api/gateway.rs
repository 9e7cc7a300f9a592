//! The feed a gateway follows: one snapshot, then changes, each with a running hash that proves nothing was lost. And
//! what it saw of domains that are not open.

use app::act::{self, FeedPublicKey, GatewayChanges};
use app::world::World;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use filing::sighting::{Report, Taken};
use filing::verdict::{Batch, Entry};
use futures::TryStreamExt as _;

use super::Answer;
use super::body::{Body as Read, Query};
use super::caller::Known;

/// Gives every domain's verdict, one line of JSON each, between a first line with the place in the feed and a last
/// line with the count and the checksum.
#[utoipa::path(
    get,
    path = "/gateway/snapshot",
    tag = "gateway",
    responses((
        status = 200,
        description = "The verdicts in force, as lines: a SnapshotHead, Entries, a SnapshotEnd",
        content_type = "application/x-ndjson",
        body = Entry,
    ))
)]
pub async fn gateway_snapshot(State(world): State<World>, Known(actor): Known) -> Answer<Response> {
    let lines = act::gateway_snapshot(&world, &actor).await?;
    // What goes wrong on the way cuts the answer off before its last line.
    let body = Body::from_stream(lines.inspect_err(|error| tracing::error!("a snapshot broke off: {error}")));
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}

/// Gives the verdicts after a sequence number, waiting for one when there is none yet.
#[utoipa::path(
    get,
    path = "/gateway/changes",
    tag = "gateway",
    params(
        ("after" = u64, Query, description = "The last sequence number the gateway has applied"),
        ("wait" = Option<u64>, Query, description = "How many seconds to wait for a change, at most 30"),
    ),
    responses((status = 200, description = "The changes", body = Batch))
)]
pub async fn gateway_changes(
    State(world): State<World>,
    Known(actor): Known,
    Query(input): Query<GatewayChanges>,
) -> Answer<Json<Batch>> {
    Ok(Json(act::gateway_changes(&world, &actor, input).await?))
}

/// Takes what was seen of domains that are not open: each one that the platform does not hold for open becomes a task.
#[utoipa::path(
    post,
    path = "/sightings",
    tag = "gateway",
    request_body = Report,
    responses((status = 200, description = "What became of the domains", body = Taken))
)]
pub async fn report_sightings(
    State(world): State<World>,
    Known(actor): Known,
    Read(input): Read<Report>,
) -> Answer<Json<Taken>> {
    Ok(Json(act::report_sightings(&world, &actor, input).await?))
}

/// Gives the public key under which the feed is signed; a gateway is told it as `gateway.platform_key`.
#[utoipa::path(
    get,
    path = "/gateway/key",
    tag = "gateway",
    responses((status = 200, description = "The key", body = FeedPublicKey))
)]
pub async fn gateway_key(State(world): State<World>, Known(actor): Known) -> Answer<Json<FeedPublicKey>> {
    Ok(Json(act::gateway_key(&world, &actor).await?))
}

//! The feed a gateway follows: one snapshot, then changes, each with a running hash that proves nothing was lost.

use app::act::{self, GatewayChanges};
use app::world::World;
use axum::Json;
use axum::extract::State;
use filing::verdict::Batch;

use super::Answer;
use super::body::Query;
use super::caller::Known;

/// Gives every domain's verdict.
#[utoipa::path(
    get,
    path = "/gateway/snapshot",
    tag = "gateway",
    responses((status = 200, description = "The verdicts in force", body = Batch))
)]
pub async fn gateway_snapshot(State(world): State<World>, Known(actor): Known) -> Answer<Json<Batch>> {
    Ok(Json(act::gateway_snapshot(&world, &actor).await?))
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

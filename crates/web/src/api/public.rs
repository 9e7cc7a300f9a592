//! What anyone may ask: whether a domain is filed, and in a demonstration which messages went out.

use app::act::{self, DemoMessage, DemoMessages, LookUp, LookUpView};
use app::world::World;
use axum::Json;
use axum::extract::State;

use super::Answer;
use super::body::Query;
use super::caller::Visitor;

/// Looks a domain name or a filing number up.
#[utoipa::path(
    get,
    path = "/look-up",
    tag = "public",
    security(()),
    params(("q" = String, Query, description = "A domain name, or a filing number of a subject or a site")),
    responses((status = 200, description = "What is known", body = LookUpView))
)]
pub async fn look_up(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Query(input): Query<LookUp>,
) -> Answer<Json<LookUpView>> {
    Ok(Json(act::look_up(&world, &origin, input).await?))
}

/// Lists the messages of a demonstration; anywhere else there is nothing at this address.
#[utoipa::path(
    get,
    path = "/demo/messages",
    tag = "public",
    security(()),
    params(("to" = Option<String>, Query, description = "Only messages to this address or number")),
    responses((status = 200, description = "The messages, the latest first", body = Vec<DemoMessage>))
)]
pub async fn demo_messages(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Query(input): Query<DemoMessages>,
) -> Answer<Json<Vec<DemoMessage>>> {
    Ok(Json(act::demo_messages(&world, &origin, input).await?))
}

//! Logging in and out, and the devices that are logged in.

use app::act::{self, LogIn, RevokeSession, SessionView, SignedIn};
use app::world::World;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use uuid::Uuid;

use super::Answer;
use super::body::{Body, Path};
use super::caller::{Known, Visitor};

/// Logs in; the token of the answer is sent as `Authorization: Bearer …`.
#[utoipa::path(
    post,
    path = "/session",
    tag = "account",
    security(()),
    request_body = LogIn,
    responses((status = 201, description = "Logged in", body = SignedIn))
)]
pub async fn log_in(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Body(input): Body<LogIn>,
) -> Answer<(StatusCode, Json<SignedIn>)> {
    Ok((StatusCode::CREATED, Json(act::log_in(&world, &origin, input).await?)))
}

/// Logs out: the token or cookie of this request is worth nothing afterwards.
#[utoipa::path(
    delete,
    path = "/session",
    tag = "account",
    responses((status = 204, description = "Logged out"))
)]
pub async fn log_out(State(world): State<World>, Known(actor): Known) -> Answer<StatusCode> {
    act::log_out(&world, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the devices that are logged in.
#[utoipa::path(
    get,
    path = "/account/sessions",
    tag = "account",
    responses((status = 200, description = "The devices, the latest first", body = Vec<SessionView>))
)]
pub async fn list_sessions(State(world): State<World>, Known(actor): Known) -> Answer<Json<Vec<SessionView>>> {
    Ok(Json(act::list_sessions(&world, &actor).await?))
}

/// Logs one device out.
#[utoipa::path(
    delete,
    path = "/account/sessions/{session}",
    tag = "account",
    params(("session" = Uuid, Path, description = "The id of the log-in")),
    responses((status = 204, description = "Logged out"))
)]
pub async fn revoke_session(
    State(world): State<World>,
    Known(actor): Known,
    Path(session): Path<Uuid>,
) -> Answer<StatusCode> {
    act::revoke_session(&world, &actor, RevokeSession { id: session }).await?;
    Ok(StatusCode::NO_CONTENT)
}

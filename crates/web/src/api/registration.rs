//! Becoming known: an account with a confirmed contact.

use app::act::{self, CodeSent, ConfirmContact, Register, ResendCode, SignedIn};
use app::world::World;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::Answer;
use super::body::Body;
use super::caller::Visitor;

/// Registers an account and sends a code to its contact.
///
/// The answer is the same when the contact already has an account; its owner is then told instead.
#[utoipa::path(
    post,
    path = "/registrations",
    tag = "account",
    security(()),
    request_body = Register,
    responses((status = 202, description = "A code is on its way", body = CodeSent))
)]
pub async fn register(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Body(input): Body<Register>,
) -> Answer<(StatusCode, Json<CodeSent>)> {
    Ok((StatusCode::ACCEPTED, Json(act::register(&world, &origin, input).await?)))
}

/// Sends another code to a contact that is not confirmed yet.
#[utoipa::path(
    post,
    path = "/registrations/resend",
    tag = "account",
    security(()),
    request_body = ResendCode,
    responses((status = 202, description = "A code is on its way", body = CodeSent))
)]
pub async fn resend_code(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Body(input): Body<ResendCode>,
) -> Answer<(StatusCode, Json<CodeSent>)> {
    Ok((StatusCode::ACCEPTED, Json(act::resend_code(&world, &origin, input).await?)))
}

/// Confirms a contact with its code, which logs the account in.
#[utoipa::path(
    post,
    path = "/registrations/confirm",
    tag = "account",
    security(()),
    request_body = ConfirmContact,
    responses((status = 201, description = "The account is confirmed and logged in", body = SignedIn))
)]
pub async fn confirm_contact(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Body(input): Body<ConfirmContact>,
) -> Answer<(StatusCode, Json<SignedIn>)> {
    Ok((StatusCode::CREATED, Json(act::confirm_contact(&world, &origin, input).await?)))
}

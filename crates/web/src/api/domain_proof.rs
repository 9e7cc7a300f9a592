//! The owner of a closed domain: proves that it is theirs, sees the cause, has it looked at again.

use app::act::{self, DomainProofRef, DomainProofView, ProveDomain, StartDomainProof, StartedDomainProof, Way};
use app::world::World;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Answer;
use super::body::{Body, Path};
use super::caller::{Caller, Visitor};

/// How a domain is to be proven.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProveBy {
    /// `dns`, `http` or `account`.
    by: Way,
}

/// Begins a proof that a domain is the caller's; who files it with this account has proven it already.
#[utoipa::path(
    post,
    path = "/domain-proofs",
    tag = "public",
    security(()),
    request_body = StartDomainProof,
    responses((status = 201, description = "The proof, with its secret", body = StartedDomainProof))
)]
pub async fn start_domain_proof(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Extension(caller): Extension<Caller>,
    Body(input): Body<StartDomainProof>,
) -> Answer<(StatusCode, Json<StartedDomainProof>)> {
    let started = act::start_domain_proof(&world, &origin, caller.actor(), input).await?;
    Ok((StatusCode::CREATED, Json(started)))
}

/// Shows where a proof stands, and once it is proven why the domain is closed and what opens it.
#[utoipa::path(
    get,
    path = "/domain-proofs/{token}",
    tag = "public",
    security(()),
    params(("token" = String, Path, description = "The secret of the proof")),
    responses((status = 200, description = "Where it stands", body = DomainProofView))
)]
pub async fn view_domain_proof(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Extension(caller): Extension<Caller>,
    Path(token): Path<String>,
) -> Answer<Json<DomainProofView>> {
    Ok(Json(act::view_domain_proof(&world, &origin, caller.actor(), DomainProofRef { token }).await?))
}

/// Looks for the proof in DNS, on the website, or in what the caller's account files.
#[utoipa::path(
    post,
    path = "/domain-proofs/{token}/prove",
    tag = "public",
    security(()),
    params(("token" = String, Path, description = "The secret of the proof")),
    request_body = ProveBy,
    responses((status = 200, description = "Where it stands; `tried` when nothing was found", body = DomainProofView))
)]
pub async fn prove_domain(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Extension(caller): Extension<Caller>,
    Path(token): Path<String>,
    Body(ProveBy { by }): Body<ProveBy>,
) -> Answer<Json<DomainProofView>> {
    Ok(Json(act::prove_domain(&world, &origin, caller.actor(), ProveDomain { token, by }).await?))
}

/// Looks again at once whether the cause is gone, and opens the domain if it is.
#[utoipa::path(
    post,
    path = "/domain-proofs/{token}/recheck",
    tag = "public",
    security(()),
    params(("token" = String, Path, description = "The secret of the proof")),
    responses((status = 200, description = "What is so now", body = DomainProofView))
)]
pub async fn recheck_domain(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Extension(caller): Extension<Caller>,
    Path(token): Path<String>,
) -> Answer<Json<DomainProofView>> {
    Ok(Json(act::recheck_domain(&world, &origin, caller.actor(), DomainProofRef { token }).await?))
}

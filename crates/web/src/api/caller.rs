//! Who calls: a key or a session token in `Authorization`, or the cookie of the pages.
//!
//! A bearer is never sent by a browser on its own, so only the cookie needs the check against other people's pages.

use app::act::authenticate;
use app::world::World;
use app::{Actor, Origin};
use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{self, Problem};
use crate::request;

/// What every API key begins with, so that a leaked one is recognised.
const KEY_PREFIX: &str = "bk_";

/// The caller of this request, as far as it is known.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Nobody said who they are.
    Stranger,
    /// Somebody whose key or session is good.
    Known(Actor),
}

impl Caller {
    /// Who calls, when known.
    #[must_use]
    pub const fn actor(&self) -> Option<&Actor> {
        match self {
            Self::Stranger => None,
            Self::Known(actor) => Some(actor),
        }
    }
}

/// The layer that finds out who calls, once, before anything else.
pub async fn layer(State(world): State<World>, mut request: Request, next: Next) -> Response {
    match identify(&world, request.method().is_safe(), request.headers().clone()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn identify(world: &World, is_safe: bool, headers: HeaderMap) -> Result<Caller, Problem> {
    if headers.contains_key(AUTHORIZATION) {
        // Somebody who shows a bad key wants to be told, even where no key is needed.
        let bearer = bearer(&headers).ok_or_else(Problem::unauthenticated)?;
        let actor = if bearer.starts_with(KEY_PREFIX) {
            authenticate::by_api_key(world, bearer).await?
        } else {
            authenticate::by_session(world, bearer).await?
        };
        return actor.map(Caller::Known).ok_or_else(Problem::unauthenticated);
    }
    let Some(token) = request::session_token(&headers) else { return Ok(Caller::Stranger) };
    let Some(actor) = authenticate::by_session(world, &token).await? else { return Ok(Caller::Stranger) };
    if !is_safe && !request::is_own_page(&headers) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "cross-site"));
    }
    Ok(Caller::Known(actor))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Somebody known; a stranger is refused.
#[derive(Debug, Clone)]
pub struct Known(pub Actor);

impl<S: Send + Sync> FromRequestParts<S> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::Known(actor)) => Ok(Self(actor.clone())),
            _ => Err(Problem::unauthenticated()),
        }
    }
}

/// Where a request comes from, for the acts of strangers.
#[derive(Debug, Clone)]
pub struct Visitor(pub Origin);

impl<S> FromRequestParts<S> for Visitor
where
    World: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let world = World::from_ref(state);
        Ok(Self(request::origin(parts, problem::language(&parts.headers), &world.settings.trusted_proxies)))
    }
}

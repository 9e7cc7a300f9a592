//! Optimistic versions of orders as HTTP knows them: `ETag` on the way out, `If-Match` on the way in (RFC 9110, 13).
//!
//! Without `If-Match` a save would silently undo what another device saved meanwhile, so it is required wherever an
//! order's content changes.

use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// The version the caller has read and wants to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IF_MATCH) else {
            return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "precondition-required"));
        };
        value
            .to_str()
            .ok()
            .and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok())
            .map(Self)
            .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "if-match-invalid"))
    }
}

/// The refusal of a save: a stale version that came in `If-Match` is a failed precondition.
#[must_use]
pub fn refuse(error: app::Error) -> Problem {
    let problem = Problem::from(error);
    if problem.code() == "version" { problem.with_status(StatusCode::PRECONDITION_FAILED) } else { problem }
}

/// An answer that shows one version of an order.
#[derive(Debug, Clone, Copy)]
pub struct Versioned<B>(pub i64, pub B);

impl<B: IntoResponse> IntoResponse for Versioned<B> {
    fn into_response(self) -> Response {
        let mut response = self.1.into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", self.0)) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(value: Option<&str>) -> Result<IfMatch, &'static str> {
        let mut request = axum::http::Request::builder();
        if let Some(value) = value {
            request = request.header(IF_MATCH, value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        IfMatch::from_request_parts(&mut parts, &()).await.map_err(|problem| problem.code())
    }

    #[tokio::test]
    async fn a_version_comes_in_quotes_and_is_never_guessed() {
        assert_eq!(read(Some("\"7\"")).await, Ok(IfMatch(7)));
        assert_eq!(read(None).await, Err("precondition-required"));
        for wrong in ["7", "\"x\"", "*", "W/\"7\"", "\"7\", \"8\""] {
            assert_eq!(read(Some(wrong)).await, Err("if-match-invalid"), "{wrong}");
        }
    }
}

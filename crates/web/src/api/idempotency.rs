//! `Idempotency-Key`: a `POST` that is sent again gets the answer it got before.
//!
//! Keys belong to an account. An answer is kept only when the request was done (2xx): a refused request changed
//! nothing, so repeating it is safe and may well succeed.

use app::idempotency::{self as kept, Answer, Begin};
use app::world::World;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::body::MOST_JSON_BYTES;
use super::caller::Caller;
use super::problem::Problem;

/// The header a caller names its request with.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The header that marks an answer given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest key taken.
const LONGEST_KEY: usize = 128;

/// What is kept of an answer besides its status: the headers a client reads, and the body.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    location: Option<String>,
    etag: Option<String>,
    body: String,
}

/// The layer that claims the key before the handler and keeps its answer afterwards.
pub async fn layer(State(world): State<World>, request: Request, next: Next) -> Response {
    let Some(key) = request.headers().get(KEY).filter(|_| request.method() == Method::POST).cloned() else {
        return next.run(request).await;
    };
    let Some(Caller::Known(actor)) = request.extensions().get::<Caller>().cloned() else {
        return next.run(request).await;
    };
    let key = match key.to_str() {
        Ok(key) if (1..=LONGEST_KEY).contains(&key.len()) => key.to_owned(),
        _ => {
            return Problem::new(StatusCode::BAD_REQUEST, "idempotency-key").into_response();
        }
    };
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MOST_JSON_BYTES).await else {
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large").into_response();
    };
    let hash = fingerprint(&parts.method, &parts.uri.to_string(), &bytes);
    match kept::begin(&world, &actor, &key, &hash).await {
        Ok(Begin::New) => {}
        Ok(Begin::Replay(answer)) => return replay(answer),
        Ok(Begin::Running(_)) => {
            return Problem::new(StatusCode::CONFLICT, "idempotency-in-flight")
                .header(RETRY_AFTER, HeaderValue::from_static("1"))
                .into_response();
        }
        Ok(Begin::Done(_)) => return Problem::new(StatusCode::CONFLICT, "idempotency-done").into_response(),
        Ok(Begin::Other) => {
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-mismatch").into_response();
        }
        Err(error) => return Problem::from(error).into_response(),
    }
    // The act and the keeping of its answer go on when the caller hangs up: otherwise a key would stay claimed
    // for work that was done.
    let work = async move {
        let response = kept::within(&actor, &key, next.run(Request::from_parts(parts, Body::from(bytes)))).await;
        keep(&world, &actor, &key, response).await
    };
    match tokio::spawn(work).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "a request with an idempotency key did not end");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").into_response()
        }
    }
}

/// Keeps the answer of a request that was done, or gives the key back.
async fn keep(world: &World, actor: &app::Actor, key: &str, response: Response) -> Response {
    if !response.status().is_success() {
        if let Err(error) = kept::release(world, actor, key).await {
            tracing::warn!(%error, "an idempotency key could not be given back");
        }
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").into_response();
    };
    let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let told = Kept { location: text(LOCATION), etag: text(ETAG), body: String::from_utf8_lossy(&bytes).into_owned() };
    let answer = Answer {
        status: parts.status.as_u16(),
        content_type: text(CONTENT_TYPE).unwrap_or_default(),
        body: serde_json::to_vec(&told).unwrap_or_default(),
    };
    if let Err(error) = kept::finish(world, actor, key, &answer).await {
        // The request was done; a caller that repeats it meets the key still claimed until the lease ends.
        tracing::warn!(%error, "an answer could not be kept under its idempotency key");
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The answer given before, marked as such.
fn replay(answer: Answer) -> Response {
    let Ok(told) = serde_json::from_slice::<Kept>(&answer.body) else {
        return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").into_response();
    };
    let mut response = Response::new(Body::from(told.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    headers.remove(CONTENT_LENGTH);
    let headers_told = [(CONTENT_TYPE, Some(answer.content_type)), (LOCATION, told.location), (ETAG, told.etag)];
    for (name, value) in headers_told {
        if let Some(value) =
            value.filter(|value| !value.is_empty()).and_then(|value| HeaderValue::from_str(&value).ok())
        {
            headers.insert(name, value);
        }
    }
    response
}

/// What makes two requests the same: method, address and body.
fn fingerprint(method: &Method, uri: &str, body: &Bytes) -> String {
    let mut hash = Sha256::new();
    for part in [method.as_str().as_bytes(), uri.as_bytes(), body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_requests_are_the_same_only_when_method_address_and_body_are() {
        let one = fingerprint(&Method::POST, "/a", &Bytes::from_static(b"b"));
        assert_eq!(one, fingerprint(&Method::POST, "/a", &Bytes::from_static(b"b")));
        assert_ne!(one, fingerprint(&Method::POST, "/ab", &Bytes::from_static(b"")));
        assert_ne!(one, fingerprint(&Method::PUT, "/a", &Bytes::from_static(b"b")));
    }
}

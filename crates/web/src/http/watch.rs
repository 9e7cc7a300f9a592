//! What is told about requests: one line in the log, counters and times, and whether the service lives.
//!
//! Nothing personal is written: the route with its placeholders instead of the address, no query, no client.

use std::time::Instant;

use app::world::World;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header};
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::request_id::RequestId;

use crate::request;

/// Logs and counts a request.
pub async fn requests(request: Request, next: Next) -> Response {
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let method = known(request.method());
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let seconds = begun.elapsed().as_secs_f64();
    let status = response.status().as_u16();
    tracing::info!(id, method, route, status, milliseconds = (seconds * 1000.0) as u64, "request");
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("beian_http_requests_total", &labels).increment(1);
    metrics::histogram!("beian_http_request_seconds", &labels).record(seconds);
    response
}

/// A method that HTTP knows; a stranger's inventions are all the same to the numbers.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// Whether the process lives.
pub async fn live() -> &'static str {
    "alive\n"
}

/// Whether it can serve: the database answers and has this program's tables, and the sealed files are there. What is
/// missing is named, a word a line.
pub async fn ready(State(world): State<World>) -> Response {
    let missing = world.store.missing().await;
    if missing.is_empty() {
        return "ready\n".into_response();
    }
    tracing::warn!(?missing, "not ready");
    let lines: String = missing.iter().map(|what| format!("{what}\n")).collect();
    (StatusCode::SERVICE_UNAVAILABLE, lines).into_response()
}

/// The numbers, for Prometheus on an address that may read them. They tell how busy the platform is, and with what;
/// for anybody else there is no such page.
pub async fn metrics(
    State(world): State<World>,
    State(handle): State<Option<PrometheusHandle>>,
    extensions: Extensions,
    headers: HeaderMap,
) -> Response {
    let peer = request::peer(&extensions);
    // A proxy on this machine has an address that may, but whoever it speaks for has not.
    let may = !request::is_forwarded(&headers)
        && peer.is_some_and(|peer| world.settings.metrics_clients.iter().any(|client| client.to_canonical() == peer));
    match handle.filter(|_| may) {
        Some(handle) => {
            let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
            ([(header::CONTENT_TYPE, kind)], handle.render()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_methods_make_no_new_series() {
        let invented = ["BREW", "get", "X1", "X2"].map(|name| known(&Method::from_bytes(name.as_bytes()).unwrap()));
        assert_eq!(invented, ["other"; 4]);
        assert_eq!(known(&Method::PATCH), "PATCH");
    }
}

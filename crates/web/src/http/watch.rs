//! What is told about requests: one line in the log, counters and times, and whether the service lives.
//!
//! Nothing personal is written: the route with its placeholders instead of the address, no query, no client.

use std::time::Instant;

use app::world::World;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::request_id::RequestId;

/// Logs and counts a request.
pub async fn requests(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().to_string();
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
    let labels = [("method", method), ("route", route), ("status", status.to_string())];
    metrics::counter!("beian_http_requests_total", &labels).increment(1);
    metrics::histogram!("beian_http_request_seconds", &labels).record(seconds);
    response
}

/// Whether the process lives.
pub async fn live() -> &'static str {
    "alive\n"
}

/// Whether it can serve: the database answers.
pub async fn ready(State(world): State<World>) -> Response {
    match world.store.read().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database is away");
            (StatusCode::SERVICE_UNAVAILABLE, "database\n").into_response()
        }
    }
}

/// The numbers, for Prometheus.
pub async fn metrics(State(handle): State<Option<PrometheusHandle>>) -> Response {
    match handle {
        Some(handle) => {
            handle.run_upkeep();
            let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
            ([(header::CONTENT_TYPE, kind)], handle.render()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

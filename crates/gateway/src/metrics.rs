//! What the gateway counts, and the page a Prometheus server reads it from.
//!
//! The registry is the gateway's own, not the process's: a gateway that runs in one process with other parts, as in
//! the demo, shows its own figures only.

use std::sync::Arc;

use async_trait::async_trait;
use http::{Response, header};
use metrics::{Counter, Gauge, counter, describe_counter, describe_gauge, gauge, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use pingora::apps::http_app::ServeHttp;
use pingora::protocols::http::ServerSession;
use tokio::sync::watch;

use index::Index;

use crate::state::State;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The origin answered.
    Proxied,
    /// The origin answered for a domain that is open because too little is known to close it.
    Undetermined,
    /// The operator's own origin answered for a domain that has none in the feed.
    DefaultOrigin,
    /// TLS ended here, and its requests are counted as requests.
    Terminated,
    /// The origin answered for a closed domain, because this gateway only looks on.
    Shadow,
    /// A listed domain is closed.
    Closed,
    /// The domain is not listed.
    Unlisted,
    /// The domain is open but has no origin here.
    NoOrigin,
    /// The request or its host was malformed.
    BadRequest,
    /// A load balancer did not say whose connection it hands on.
    NotIntroduced,
    /// No handshake of TLS came about.
    NoHandshake,
    /// The head or the body was too large.
    TooLarge,
    /// The client took too long to send the head.
    Slow,
    /// No verdicts were loaded yet.
    NotReady,
    /// The origin could not be reached or broke off.
    OriginAway,
    /// The origin took too long.
    OriginSlow,
    /// The request came back to the gateway that sent it.
    Loop,
    /// The client left before the answer was complete.
    ClientGone,
    /// Something went wrong in the gateway itself.
    Failed,
}

impl Outcome {
    const ALL: [Self; 19] = [
        Self::Proxied,
        Self::Undetermined,
        Self::DefaultOrigin,
        Self::Terminated,
        Self::Shadow,
        Self::Closed,
        Self::Unlisted,
        Self::NoOrigin,
        Self::BadRequest,
        Self::NotIntroduced,
        Self::NoHandshake,
        Self::TooLarge,
        Self::Slow,
        Self::NotReady,
        Self::OriginAway,
        Self::OriginSlow,
        Self::Loop,
        Self::ClientGone,
        Self::Failed,
    ];

    /// The outcome's word in the metrics and the log.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Proxied => "proxied",
            Self::Undetermined => "undetermined",
            Self::DefaultOrigin => "default_origin",
            Self::Terminated => "terminated",
            Self::Shadow => "shadow",
            Self::Closed => "closed",
            Self::Unlisted => "unlisted",
            Self::NoOrigin => "no_origin",
            Self::BadRequest => "bad_request",
            Self::NotIntroduced => "not_introduced",
            Self::NoHandshake => "no_handshake",
            Self::TooLarge => "too_large",
            Self::Slow => "slow",
            Self::NotReady => "not_ready",
            Self::OriginAway => "origin_away",
            Self::OriginSlow => "origin_slow",
            Self::Loop => "loop",
            Self::ClientGone => "client_gone",
            Self::Failed => "failed",
        }
    }
}

/// What one who asked was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// The domain is open.
    Open,
    /// The domain is closed.
    Closed,
    /// Too little is known, and so it stays open.
    FailOpen,
    /// Too little is known, and the operator wants it closed.
    FailClosed,
}

impl Told {
    const ALL: [Self; 4] = [Self::Open, Self::Closed, Self::FailOpen, Self::FailClosed];

    /// The word in the metrics.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::FailOpen => "fail_open",
            Self::FailClosed => "fail_closed",
        }
    }

    /// Whether requests pass.
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::FailOpen)
    }
}

/// What of a response policy zone was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// All of it.
    Whole,
    /// What changed.
    Changes,
}

impl Sent {
    const ALL: [Self; 2] = [Self::Whole, Self::Changes];

    /// The word in the metrics and the log.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "axfr",
            Self::Changes => "ixfr",
        }
    }
}

/// The gateway's counters and gauges.
pub(crate) struct Metrics {
    handle: PrometheusHandle,
    requests: Vec<Counter>,
    tls: Vec<Counter>,
    asked: Vec<Counter>,
    pub(crate) connections: Gauge,
    sequence: Gauge,
    domains: Gauge,
    age: Gauge,
    stale: Gauge,
    pub(crate) changes: Counter,
    pub(crate) snapshots: Counter,
    pub(crate) breaks: Counter,
    pub(crate) errors: Counter,
    overlay: Gauge,
    pub(crate) index_refused: Counter,
    pub(crate) index_errors: Counter,
    pub(crate) haproxy_errors: Counter,
    pub(crate) nginx_reloads: Counter,
    pub(crate) nginx_unchanged: Counter,
    pub(crate) nginx_errors: Counter,
    pub(crate) nginx_reload_seconds: Gauge,
    rpz_transfers: Vec<Counter>,
    pub(crate) rpz_refused: Counter,
    pub(crate) rpz_errors: Counter,
    pub(crate) rpz_notify_errors: Counter,
    pub(crate) certificates: Gauge,
    pub(crate) certificate_errors: Counter,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        with_local_recorder(&recorder, || {
            describe_counter!("beian_gateway_requests_total", "Requests by how they ended");
            describe_counter!("beian_gateway_tls_connections_total", "TLS connections by how they ended");
            describe_counter!("beian_gateway_asked_total", "Questions of other proxies by what they were told");
            describe_gauge!("beian_gateway_connections", "Connections of clients that are open");
            describe_gauge!("beian_gateway_feed_sequence", "The last change of the platform that is applied");
            describe_gauge!("beian_gateway_feed_age_seconds", "Seconds since the platform last confirmed the verdicts");
            describe_gauge!("beian_gateway_feed_stale", "1 when the platform has been silent for too long");
            describe_counter!("beian_gateway_feed_changes_total", "Changes applied");
            describe_counter!("beian_gateway_feed_snapshots_total", "Snapshots taken from the platform");
            describe_counter!("beian_gateway_feed_breaks_total", "Answers that did not follow from what was applied");
            describe_counter!("beian_gateway_feed_errors_total", "Questions to the platform that failed");
            describe_gauge!("beian_gateway_table_domains", "Domains with a verdict");
            describe_gauge!("beian_gateway_table_changed_domains", "Domains that changed since the base was built");
            describe_counter!("beian_gateway_index_refused_total", "Bases of the index that could not be trusted");
            describe_counter!("beian_gateway_index_errors_total", "Times the index could not be written");
            describe_counter!("beian_gateway_haproxy_errors_total", "Times HAProxy could not be told");
            describe_counter!("beian_gateway_nginx_reloads_total", "Times nginx read its map anew");
            describe_counter!("beian_gateway_nginx_unchanged_total", "Times nginx's map would have been the same");
            describe_counter!("beian_gateway_nginx_errors_total", "Times nginx's map could not be written or read");
            describe_gauge!("beian_gateway_nginx_reload_seconds", "How long nginx took to read its map last");
            describe_counter!("beian_gateway_rpz_transfers_total", "Times the zone was sent, whole or what changed");
            describe_counter!("beian_gateway_rpz_refused_total", "Requests about the zone that were refused");
            describe_counter!("beian_gateway_rpz_errors_total", "Times the zone could not be sent whole");
            describe_counter!("beian_gateway_rpz_notify_errors_total", "Changes of the zone nobody could be told of");
            describe_gauge!("beian_gateway_certificates", "Sites whose TLS ends here");
            describe_counter!("beian_gateway_certificate_errors_total", "Certificates or keys that cannot be used");
            Self {
                handle,
                requests: Outcome::ALL
                    .map(|outcome| counter!("beian_gateway_requests_total", "outcome" => outcome.as_str()))
                    .into(),
                tls: Outcome::ALL
                    .map(|outcome| counter!("beian_gateway_tls_connections_total", "outcome" => outcome.as_str()))
                    .into(),
                asked: Told::ALL.map(|told| counter!("beian_gateway_asked_total", "told" => told.as_str())).into(),
                connections: gauge!("beian_gateway_connections"),
                sequence: gauge!("beian_gateway_feed_sequence"),
                domains: gauge!("beian_gateway_table_domains"),
                age: gauge!("beian_gateway_feed_age_seconds"),
                stale: gauge!("beian_gateway_feed_stale"),
                changes: counter!("beian_gateway_feed_changes_total"),
                snapshots: counter!("beian_gateway_feed_snapshots_total"),
                breaks: counter!("beian_gateway_feed_breaks_total"),
                errors: counter!("beian_gateway_feed_errors_total"),
                overlay: gauge!("beian_gateway_table_changed_domains"),
                index_refused: counter!("beian_gateway_index_refused_total"),
                index_errors: counter!("beian_gateway_index_errors_total"),
                haproxy_errors: counter!("beian_gateway_haproxy_errors_total"),
                nginx_reloads: counter!("beian_gateway_nginx_reloads_total"),
                nginx_unchanged: counter!("beian_gateway_nginx_unchanged_total"),
                nginx_errors: counter!("beian_gateway_nginx_errors_total"),
                nginx_reload_seconds: gauge!("beian_gateway_nginx_reload_seconds"),
                rpz_transfers: Sent::ALL
                    .map(|sent| counter!("beian_gateway_rpz_transfers_total", "kind" => sent.as_str()))
                    .into(),
                rpz_refused: counter!("beian_gateway_rpz_refused_total"),
                rpz_errors: counter!("beian_gateway_rpz_errors_total"),
                rpz_notify_errors: counter!("beian_gateway_rpz_notify_errors_total"),
                certificates: gauge!("beian_gateway_certificates"),
                certificate_errors: counter!("beian_gateway_certificate_errors_total"),
            }
        })
    }

    /// Counts one request.
    pub(crate) fn count(&self, outcome: Outcome) {
        if let Some(counter) = self.requests.get(outcome as usize) {
            counter.increment(1);
        }
    }

    /// Counts one TLS connection.
    pub(crate) fn count_tls(&self, outcome: Outcome) {
        if let Some(counter) = self.tls.get(outcome as usize) {
            counter.increment(1);
        }
    }

    /// Counts one question.
    pub(crate) fn told(&self, told: Told) {
        if let Some(counter) = self.asked.get(told as usize) {
            counter.increment(1);
        }
    }

    /// Counts one zone that was sent.
    pub(crate) fn rpz_sent(&self, sent: Sent) {
        if let Some(counter) = self.rpz_transfers.get(sent as usize) {
            counter.increment(1);
        }
    }

    /// Everything as Prometheus text; what depends on the moment is measured now.
    fn render(&self, state: &State) -> String {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; 2^53 changes are out of reach")]
        if let Some(index) = state.index().as_ref() {
            self.sequence.set(state.sequence() as f64);
            self.domains.set(index.len() as f64);
            self.overlay.set(index.changed() as f64);
        }
        self.age.set(state.age().map_or(f64::INFINITY, |age| age.as_secs_f64()));
        self.stale.set(if state.is_stale() { 1.0 } else { 0.0 });
        self.handle.render()
    }
}

/// Answers on the metrics address: `/metrics`, `/healthz` and `/readyz`.
pub(crate) struct MetricsApp {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) state: Arc<State>,
    pub(crate) draining: watch::Receiver<bool>,
}

impl MetricsApp {
    /// The status, content type and body of an answer.
    ///
    /// Ready means: verdicts are loaded and the gateway is not about to stop. Stale verdicts do not make it unready,
    /// or every gateway would drop out at once when the platform does.
    fn answer(&self, path: &str) -> (u16, &'static str, String) {
        const JSON: &str = "application/json";
        match path {
            "/metrics" => (200, "text/plain; version=0.0.4; charset=utf-8", self.metrics.render(&self.state)),
            "/healthz" => (200, JSON, r#"{"status":"ok"}"#.to_owned()),
            "/readyz" => {
                let index = self.state.index();
                let index = index.as_ref().as_ref();
                let status = match (*self.draining.borrow(), index) {
                    (true, _) => "draining",
                    (false, None) => "loading",
                    (false, Some(_)) => "ready",
                };
                let body = serde_json::json!({
                    "status": status,
                    "sequence": index.map(|_| self.state.sequence()),
                    "domains": index.map(Index::len),
                    "age_seconds": self.state.age().map(|age| age.as_secs()),
                    "stale": self.state.is_stale(),
                });
                (if status == "ready" { 200 } else { 503 }, JSON, body.to_string())
            }
            _ => (404, JSON, r#"{"status":"not found"}"#.to_owned()),
        }
    }
}

#[async_trait]
impl ServeHttp for MetricsApp {
    async fn response(&self, session: &mut ServerSession) -> Response<Vec<u8>> {
        let (status, content_type, body) = self.answer(session.req_header().uri.path());
        let mut response = Response::new(body.into_bytes());
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
        let length = response.body().len();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
        headers.insert(header::CONTENT_LENGTH, length.into());
        headers.insert(header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ambient;
    use std::time::Duration;

    fn app(folder: &std::path::Path) -> (MetricsApp, watch::Sender<bool>) {
        let ambient = Ambient::new(|| jiff::Timestamp::from_second(1_000).unwrap(), || 0);
        let (drain, draining) = watch::channel(false);
        let state = Arc::new(State::new(index::Live::new(folder), ambient, Duration::from_secs(60)));
        (MetricsApp { metrics: Arc::new(Metrics::new()), state, draining }, drain)
    }

    #[test]
    fn every_outcome_has_its_own_counter_from_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let (app, _drain) = app(folder.path());
        for outcome in Outcome::ALL {
            app.metrics.count(outcome);
        }
        let (_, _, text) = app.answer("/metrics");
        for outcome in Outcome::ALL {
            let line = format!("beian_gateway_requests_total{{outcome=\"{}\"}} 1\n", outcome.as_str());
            assert!(text.contains(&line), "{line}{text}");
        }
    }

    #[test]
    fn readiness_needs_verdicts_and_ends_with_draining_but_survives_staleness() {
        let folder = tempfile::tempdir().unwrap();
        let (app, drain) = app(folder.path());
        assert_eq!(app.answer("/healthz").0, 200);
        assert_eq!(app.answer("/readyz").0, 503);
        assert!(app.answer("/metrics").2.contains("beian_gateway_feed_stale 1"));

        let mut writer = index::Writer::open(folder.path()).unwrap();
        let mut fresh = writer.fresh().unwrap();
        fresh
            .end(index::Key([1; 16]), index::Place { sequence: 0, hash: [0; 32] }, jiff::Timestamp::UNIX_EPOCH)
            .unwrap();
        writer.adopt(fresh).unwrap();
        app.state.published(0);
        app.state.confirmed("1970-01-01T00:00:01Z".parse().unwrap());
        let (status, _, body) = app.answer("/readyz");
        assert_eq!((status, body.contains(r#""stale":true"#)), (200, true), "{body}");
        app.state.confirm();
        assert!(app.answer("/readyz").2.contains(r#""stale":false"#));
        assert!(app.answer("/metrics").2.contains("beian_gateway_feed_stale 0"));

        drain.send(true).unwrap();
        assert_eq!(app.answer("/readyz").0, 503);
        assert_eq!(app.answer("/elsewhere").0, 404);
    }
}

//! What other proxies ask: is this host open?
//!
//! | path | for | open | closed |
//! |---|---|---|---|
//! | `/auth` | nginx `auth_request` | 204 | 403 |
//! | `/forward` | Traefik ForwardAuth, Caddy | 200 | what a visitor is to see: a redirect or a page |
//! | `/envoy/…` | Envoy ext_authz over HTTP | 200 | the same |
//! | `/ask?domain=` | Caddy's on-demand TLS | 200 | 403 |
//! | `/v1/verdict?host=` | everybody else | the verdict as JSON | the same |
//!
//! The host is in the header that the proxy sets itself: a visitor's own headers come along, and must not open anything.
//! For `/auth` that is `X-Original-Host`, for `/forward` `X-Forwarded-Host`, for `/envoy` `Host`, which is also taken where
//! the other is missing. Only a verdict closes: a host about which too little is known is told as the operator's `unknown`
//! says, and counted.

use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use filing::verdict::{Enforcement, Known, Reason, Remedy};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use index::Mark;
use index::host::{HostError, Room, registrable};
use jiff::Timestamp;
use pingora::apps::http_app::ServeHttp;
use pingora::protocols::http::ServerSession;
use serde::Serialize;

use crate::config::{Config, Style, Unknown};
use crate::metrics::{Metrics, Told};
use crate::pages::{Pages, closed_address};
use crate::state::State;

/// Answers those who ask.
#[derive(Clone)]
pub(crate) struct AskApp {
    pub(crate) state: Arc<State>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) pages: Arc<Pages>,
    pub(crate) settings: Arc<ArcSwap<Config>>,
}

/// The verdict on a host, as JSON.
#[derive(Debug, Serialize)]
struct Answer {
    /// The registrable domain; none when the host has none.
    domain: Option<String>,
    filed: Known,
    accessed: Known,
    /// What is done with its requests, unknown ones included.
    enforcement: Enforcement,
    /// Why: a verdict's reason, or why there is none.
    reason: &'static str,
    /// What its owner does next.
    remedy: Option<Remedy>,
    number: Option<String>,
    /// Since when this is so.
    as_of: Option<Timestamp>,
    /// The entry of the feed that said so.
    sequence: Option<u64>,
    /// Seconds since the platform last confirmed the verdicts.
    age_seconds: Option<u64>,
}

/// What is said of a host, before it is dressed for the one who asks.
pub(crate) struct Said {
    pub(crate) told: Told,
    pub(crate) domain: Option<String>,
    pub(crate) reason: &'static str,
}

impl AskApp {
    /// What is said of a host; each answer is counted.
    pub(crate) fn say(&self, host: Option<&[u8]>) -> Said {
        let mut room = Room::default();
        let (told, domain, reason) = match registrable(host, &mut room) {
            Err(error) => (None, None, no_domain(error)),
            Ok(domain) => {
                let index = self.state.index();
                let (told, reason) = match index.as_ref().as_ref().map(|index| index.mark(domain)) {
                    Some(Mark::Open) => (Some(Told::Open), "open"),
                    Some(Mark::Closed) => (Some(Told::Closed), "closed"),
                    Some(Mark::Unknown) => (None, Reason::Undetermined.as_str()),
                    Some(Mark::Unlisted) => (None, "unlisted"),
                    None => (None, "not_ready"),
                };
                (told, Some(domain.to_owned()), reason)
            }
        };
        let told = told.unwrap_or(match self.settings.load().unknown {
            Unknown::Open => Told::FailOpen,
            Unknown::Closed => Told::FailClosed,
        });
        self.metrics.told(told);
        Said { told, domain, reason }
    }

    fn verdict(&self, host: Option<&[u8]>) -> Response<Vec<u8>> {
        let Said { told, domain, reason } = self.say(host);
        let index = self.state.index();
        let listing = domain.as_deref().and_then(|domain| index.as_ref().as_ref()?.listing(domain));
        let answer = Answer {
            filed: listing.map_or(Known::Unknown, |listing| listing.filed),
            accessed: listing.map_or(Known::Unknown, |listing| listing.accessed),
            enforcement: if told.is_open() { Enforcement::Open } else { Enforcement::Closed },
            reason: listing.map_or(reason, |listing| listing.reason.as_str()),
            remedy: listing.and_then(|listing| listing.reason.remedy()),
            number: listing.and_then(|listing| listing.number.map(str::to_owned)),
            as_of: listing.map(|listing| listing.at),
            sequence: listing.map(|listing| listing.sequence),
            age_seconds: self.state.age().map(|age| age.as_secs()),
            domain,
        };
        match serde_json::to_vec(&answer) {
            Ok(json) => body(StatusCode::OK, "application/json", json),
            Err(_) => status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// What a visitor of a closed domain is to see.
    fn closed(&self, domain: Option<&str>) -> Response<Vec<u8>> {
        let domain = domain.unwrap_or_default();
        let settings = self.settings.load();
        match settings.closed.style {
            Style::Redirect => {
                let mut answer = status(StatusCode::FOUND);
                if let Ok(address) = HeaderValue::from_str(&closed_address(&settings.public_url, domain)) {
                    answer.headers_mut().insert(header::LOCATION, address);
                }
                answer
            }
            Style::Page => {
                let page = self.pages.closed(domain).to_vec();
                let code = StatusCode::from_u16(settings.closed.status.into()).unwrap_or(StatusCode::FORBIDDEN);
                body(code, "text/html; charset=utf-8", page)
            }
        }
    }

    fn answer(&self, path: &str, query: &str, headers: &HeaderMap) -> Response<Vec<u8>> {
        let asked = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value)
        };
        let host = |name: &str| headers.get(name).or_else(|| headers.get(header::HOST)).map(HeaderValue::as_bytes);
        let with_reason = |mut answer: Response<Vec<u8>>, said: &Said| {
            let headers = answer.headers_mut();
            headers.insert("x-beian-verdict", HeaderValue::from_static(said.told.as_str()));
            headers.insert("x-beian-reason", HeaderValue::from_static(said.reason));
            answer
        };
        let to_see = |said: Said| {
            let answer = if said.told.is_open() { status(StatusCode::OK) } else { self.closed(said.domain.as_deref()) };
            with_reason(answer, &said)
        };
        match path {
            "/v1/verdict" => self.verdict(asked("host").as_deref().map(str::as_bytes)),
            "/auth" => {
                let said = self.say(host("x-original-host"));
                let code = if said.told.is_open() { StatusCode::NO_CONTENT } else { StatusCode::FORBIDDEN };
                with_reason(status(code), &said)
            }
            "/ask" => {
                let said = self.say(asked("domain").as_deref().map(str::as_bytes));
                let code = if said.told.is_open() { StatusCode::OK } else { StatusCode::FORBIDDEN };
                with_reason(status(code), &said)
            }
            "/forward" => to_see(self.say(host("x-forwarded-host"))),
            _ if path.starts_with("/envoy/") => to_see(self.say(host("host"))),
            _ => status(StatusCode::NOT_FOUND),
        }
    }
}

/// Why a host has no domain, as a word.
const fn no_domain(error: HostError) -> &'static str {
    match error {
        HostError::Missing => "no_host",
        HostError::Address => "address",
        HostError::Malformed => "not_a_domain",
        HostError::NotRegistrable => "not_registrable",
    }
}

fn status(code: StatusCode) -> Response<Vec<u8>> {
    let mut answer = Response::new(Vec::new());
    *answer.status_mut() = code;
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if code != StatusCode::NO_CONTENT {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    answer
}

fn body(code: StatusCode, content_type: &'static str, content: Vec<u8>) -> Response<Vec<u8>> {
    let mut answer = status(code);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, content.len().into());
    *answer.body_mut() = content;
    answer
}

#[async_trait]
impl ServeHttp for AskApp {
    async fn response(&self, session: &mut ServerSession) -> Response<Vec<u8>> {
        let request = session.req_header();
        self.answer(request.uri.path(), request.uri.query().unwrap_or_default(), &request.headers)
    }
}

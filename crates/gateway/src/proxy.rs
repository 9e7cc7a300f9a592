//! The proxy itself: pingora's phases, each answered from the decision.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use bytes::Bytes;
use filing::verdict::Reason;
use http::{Method, Version, header};
use index::host::Room;
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::protocols::l4::socket::SocketAddr;
use pingora::proxy::{FailToProxy, ProxyHttp, ProxyWarnLogContext, Session};
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorSource, ErrorType, Result};
use tokio::time::timeout;
use tracing::{debug, warn};

use crate::config::{Config, Style};
use crate::decide::{Decision, Why, decide};
use crate::metrics::{Metrics, Outcome};
use crate::origin::{Origin, Pool, Tried, Turns};
use crate::pages::{Page, Pages, closed_address};
use crate::state::State;
use crate::tally::Tally;

/// What the gateway calls itself in `Via`; a request that carries it was here before.
const VIA: &str = "beian-gateway";

/// The header fields of every page of our own.
pub(crate) const PAGE_FIELDS: [(&str, &str); 6] = [
    ("content-type", "text/html; charset=utf-8"),
    ("content-language", "zh-CN, en"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
];

/// The proxy that visitors speak to.
pub(crate) struct Gate {
    pub(crate) state: Arc<State>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) pages: Arc<Pages>,
    pub(crate) settings: Arc<ArcSwap<Config>>,
    pub(crate) turns: Arc<Turns>,
    /// Whether requests go to origins. Under the provider's own certificate, which is not the site's, none does.
    pub(crate) proxies: bool,
}

/// What is remembered of one request.
#[derive(Default)]
pub(crate) struct Ctx {
    /// The settings when the request came.
    settings: Option<Arc<Config>>,
    target: Option<Pool>,
    tried: Tried,
    /// Which origin of the target is being spoken to.
    chosen: usize,
    domain: Option<String>,
    /// Why it passes, unless it is closed, and the verdict's reason.
    met: Option<(Option<Why>, Reason)>,
    outcome: Option<Outcome>,
    upgrade: bool,
    body: u64,
}

/// What becomes of a request, once what is remembered of it is noted.
enum Fate {
    Proxy,
    Closed,
    Refused(Page, Outcome),
}

/// Whom a request is for: `Host`, or what HTTP/2 has instead, which pingora holds to be the same where both are there.
fn host(request: &RequestHeader) -> Option<&[u8]> {
    let authority = || request.uri.authority().filter(|_| request.version == Version::HTTP_2);
    let host = request.headers.get(header::HOST).map(http::HeaderValue::as_bytes);
    host.or_else(|| authority().map(|authority| authority.as_str().as_bytes()))
}

impl Ctx {
    /// The settings as they were when the request came, so that one request lives by one set of them.
    fn settings(&mut self, now: &ArcSwap<Config>) -> Arc<Config> {
        Arc::clone(self.settings.get_or_insert_with(|| now.load_full()))
    }

    fn domain(&self) -> &str {
        self.domain.as_deref().unwrap_or("-")
    }
}

impl Gate {
    /// Answers with one of our pages.
    async fn page(&self, session: &mut Session, status: u16, page: Bytes) -> Result<()> {
        let mut answer = ResponseHeader::build(status, Some(PAGE_FIELDS.len() + 2))?;
        for (name, value) in PAGE_FIELDS {
            answer.insert_header(name, value)?;
        }
        answer.insert_header(header::CONTENT_LENGTH, page.len())?;
        if status == Page::NotReady.status() {
            answer.insert_header(header::RETRY_AFTER, 5)?;
        }
        self.send(session, answer, page).await
    }

    async fn redirect(&self, session: &mut Session, address: &str) -> Result<()> {
        let mut answer = ResponseHeader::build(302, Some(4))?;
        answer.insert_header(header::LOCATION, address)?;
        answer.insert_header(header::CACHE_CONTROL, "no-store")?;
        answer.insert_header(header::CONTENT_LENGTH, 0)?;
        self.send(session, answer, Bytes::new()).await
    }

    async fn send(&self, session: &mut Session, answer: ResponseHeader, body: Bytes) -> Result<()> {
        if !session.is_body_empty() {
            // A body nobody will read is cheaper to cut off than to take in.
            session.set_keepalive(None);
        }
        let bodiless = body.is_empty() || session.req_header().method == Method::HEAD;
        session.write_response_header(Box::new(answer), bodiless).await?;
        if !bodiless {
            session.write_response_body(Some(body), true).await?;
        }
        Ok(())
    }

    /// Decides, and notes what is remembered of the request. Nothing of the index is held on to.
    fn decide(&self, request: &RequestHeader, ctx: &mut Ctx) -> Fate {
        let index = self.state.index();
        let settings = ctx.settings(&self.settings);
        let (index, elsewhere) = (index.as_ref().as_ref(), settings.elsewhere());
        match decide(index, host(request), elsewhere, settings.shadow, &mut Room::default()) {
            Decision::Proxy { domain, .. } if !self.proxies => {
                ctx.domain = Some(domain.to_owned());
                Fate::Refused(Page::Misdirected, Outcome::BadRequest)
            }
            Decision::Proxy { domain, origin, why, reason } => {
                ctx.domain = Some(domain.to_owned());
                ctx.target = Some(origin);
                ctx.met = Some((Some(why), reason));
                ctx.outcome = match why {
                    Why::Open => None,
                    Why::Undetermined => Some(Outcome::Undetermined),
                    Why::Default => Some(Outcome::DefaultOrigin),
                    Why::Shadow => Some(Outcome::Shadow),
                };
                Fate::Proxy
            }
            Decision::Closed { domain, listed, reason } => {
                ctx.met = Some((None, reason));
                ctx.domain = Some(domain.to_owned());
                ctx.outcome = Some(if listed { Outcome::Closed } else { Outcome::Unlisted });
                Fate::Closed
            }
            Decision::NoOrigin { domain } => {
                ctx.domain = Some(domain.to_owned());
                Fate::Refused(Page::NoOrigin, Outcome::NoOrigin)
            }
            Decision::BadHost(error) => {
                debug!("a request is refused: {error}");
                Fate::Refused(Page::Malformed, Outcome::BadRequest)
            }
            Decision::NotReady => Fate::Refused(Page::NotReady, Outcome::NotReady),
        }
    }

    async fn refuse(&self, session: &mut Session, ctx: &mut Ctx, page: Page, outcome: Outcome) -> Result<bool> {
        ctx.outcome = Some(outcome);
        self.page(session, page.status(), self.pages.get(page)).await?;
        Ok(true)
    }

    /// Refuses what may not go to an origin even though its domain is open.
    fn objection(request: &RequestHeader, max_body: u64) -> Option<(Page, Outcome)> {
        let mut vias = request.headers.get_all(header::VIA).iter();
        if vias.any(|via| via.to_str().is_ok_and(|via| via.split(',').any(|hop| hop.trim().ends_with(VIA)))) {
            return Some((Page::Loop, Outcome::Loop));
        }
        let length = request.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let length: u64 = length.and_then(|value| value.parse().ok()).unwrap_or_default();
        (length > max_body).then_some((Page::TooLarge, Outcome::TooLarge))
    }

    /// What a failed request is answered with; none when nobody is left to read an answer.
    fn failure(error: &Error) -> (Option<Page>, Outcome) {
        if let ErrorType::HTTPStatus(413) = error.etype() {
            return (Some(Page::TooLarge), Outcome::TooLarge);
        }
        match (error.esource(), error.etype()) {
            (
                ErrorSource::Upstream,
                ErrorType::ConnectTimedout | ErrorType::ReadTimedout | ErrorType::WriteTimedout,
            ) => (Some(Page::TooSlow), Outcome::OriginSlow),
            (ErrorSource::Upstream, _) => (Some(Page::Away), Outcome::OriginAway),
            (ErrorSource::Downstream, ErrorType::ReadTimedout) => (Some(Page::Slow), Outcome::Slow),
            (
                ErrorSource::Downstream,
                ErrorType::WriteError | ErrorType::ReadError | ErrorType::ConnectionClosed | ErrorType::WriteTimedout,
            ) => (None, Outcome::ClientGone),
            (ErrorSource::Downstream, _) => (Some(Page::Malformed), Outcome::BadRequest),
            _ => (Some(Page::Failed), Outcome::Failed),
        }
    }

    async fn look_up(origin: &Origin, longest: Duration) -> Result<std::net::SocketAddr> {
        let (name, port) = match origin {
            Origin::Address(address) => return Ok(*address),
            Origin::Name(name, port) => (name, *port),
        };
        let found = timeout(longest, tokio::net::lookup_host((&**name, port))).await;
        match found {
            Ok(Ok(mut addresses)) => addresses
                .next()
                .ok_or_else(|| Error::explain(ErrorType::ConnectNoRoute, "the origin's name has no address").into_up()),
            Ok(Err(error)) => {
                Err(Error::because(ErrorType::ConnectNoRoute, "the origin's name cannot be looked up", error).into_up())
            }
            Err(_) => Err(Error::explain(ErrorType::ConnectTimedout, "looking up the origin's name").into_up()),
        }
    }

    /// Tells the origin who asked, for what name and how; what the client says of itself is not believed.
    fn forward(session: &Session, request: &mut RequestHeader, trust: bool) -> Result<()> {
        let client = session.client_addr().and_then(SocketAddr::as_inet).map(|address| address.ip().to_string());
        let host = request.headers.get(header::HOST).cloned();
        let said = |name: &str| {
            let values = request.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            Some(values.collect::<Vec<_>>().join(", ")).filter(|_| trust).filter(|said| !said.is_empty())
        };
        let chain = match (said("x-forwarded-for"), client) {
            (Some(said), Some(client)) => Some(format!("{said}, {client}")),
            (said, client) => said.or(client),
        };
        let is_tls = session.digest().is_some_and(|digest| digest.ssl_digest.is_some());
        let proto = said("x-forwarded-proto").unwrap_or_else(|| if is_tls { "https" } else { "http" }.to_owned());
        let name = said("x-forwarded-host");

        for field in ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"] {
            request.remove_header(field);
        }
        if !trust {
            for field in ["forwarded", "x-forwarded-port", "x-real-ip"] {
                request.remove_header(field);
            }
        }
        if let Some(chain) = chain {
            request.insert_header("x-forwarded-for", chain)?;
        }
        request.insert_header("x-forwarded-proto", proto)?;
        match (name, host) {
            (Some(name), _) => request.insert_header("x-forwarded-host", name)?,
            (None, Some(host)) => request.insert_header("x-forwarded-host", host)?,
            (None, None) => {}
        }
        let version = if session.req_header().version == Version::HTTP_2 { "2" } else { "1.1" };
        request.append_header(header::VIA, format!("{version} {VIA}"))?;
        // HTTP/2 may cut cookies into crumbs, which HTTP/1.1 knows nothing of (RFC 9113, 8.2.3).
        let crumbs: Vec<&[u8]> =
            request.headers.get_all(header::COOKIE).iter().map(http::HeaderValue::as_bytes).collect();
        if crumbs.len() > 1
            && let Ok(cookies) = http::HeaderValue::from_bytes(&crumbs.join(&b"; "[..]))
        {
            request.insert_header(header::COOKIE, cookies)?;
        }
        Ok(())
    }
}

#[async_trait]
impl ProxyHttp for Gate {
    type CTX = Ctx;

    fn new_ctx(&self) -> Ctx {
        Ctx::default()
    }

    async fn request_filter(&self, session: &mut Session, ctx: &mut Ctx) -> Result<bool> {
        match self.decide(session.req_header(), ctx) {
            Fate::Proxy => {
                let settings = ctx.settings(&self.settings);
                if let Some((page, outcome)) = Self::objection(session.req_header(), settings.client.max_body) {
                    return self.refuse(session, ctx, page, outcome).await;
                }
                ctx.upgrade = session.is_upgrade_req();
                if ctx.upgrade {
                    // An upgraded connection is silent for as long as its two ends like.
                    session.set_read_timeout(Some(settings.origin.upgraded_timeout));
                }
                Ok(false)
            }
            Fate::Closed => {
                let settings = ctx.settings(&self.settings);
                let domain = ctx.domain();
                match settings.closed.style {
                    Style::Redirect => self.redirect(session, &closed_address(&settings.public_url, domain)).await?,
                    Style::Page => self.page(session, settings.closed.status.into(), self.pages.closed(domain)).await?,
                }
                Ok(true)
            }
            Fate::Refused(page, outcome) => self.refuse(session, ctx, page, outcome).await,
        }
    }

    async fn upstream_peer(&self, _session: &mut Session, ctx: &mut Ctx) -> Result<Box<HttpPeer>> {
        let settings = ctx.settings(&self.settings);
        let limits = &settings.origin;
        let Some(pool) = &ctx.target else {
            return Error::e_explain(ErrorType::InternalError, "a request without a target was proxied");
        };
        let mut failed = None;
        let address = loop {
            let chosen = self.turns.choose(pool, ctx.tried).and_then(|index| Some((index, pool.origins().get(index)?)));
            let Some((index, origin)) = chosen else {
                return Err(failed.unwrap_or_else(|| {
                    Error::explain(ErrorType::ConnectNoRoute, "no origin is left to try").into_up()
                }));
            };
            ctx.chosen = index;
            match Self::look_up(origin, limits.connect_timeout).await {
                Ok(address) => break address,
                Err(error) => {
                    self.turns.lost(origin, limits.retry_after);
                    ctx.tried.note(index);
                    failed = Some(error);
                }
            }
        };
        let mut peer = HttpPeer::new(address, false, String::new());
        let silence = if ctx.upgrade { limits.upgraded_timeout } else { limits.read_timeout };
        peer.options.connection_timeout = Some(limits.connect_timeout);
        peer.options.total_connection_timeout = Some(limits.connect_timeout);
        peer.options.read_timeout = Some(silence);
        peer.options.write_timeout = Some(limits.write_timeout);
        peer.options.idle_timeout = Some(limits.idle_timeout);
        Ok(Box::new(peer))
    }

    /// Goes on to the next origin of a pool, if there is one.
    fn fail_to_connect(
        &self,
        _session: &mut Session,
        _peer: &HttpPeer,
        ctx: &mut Ctx,
        mut error: Box<Error>,
    ) -> Box<Error> {
        let pause = ctx.settings(&self.settings).origin.retry_after;
        ctx.tried.note(ctx.chosen);
        if let Some(pool) = &ctx.target
            && let Some(origin) = pool.origins().get(ctx.chosen)
        {
            self.turns.lost(origin, pause);
            error.set_retry(ctx.tried.leaves(pool));
        }
        error
    }

    async fn upstream_request_filter(
        &self,
        session: &mut Session,
        request: &mut RequestHeader,
        ctx: &mut Ctx,
    ) -> Result<()> {
        Self::forward(session, request, ctx.settings(&self.settings).client.trust_forwarded)
    }

    async fn request_body_filter(
        &self,
        session: &mut Session,
        body: &mut Option<Bytes>,
        _end_of_stream: bool,
        ctx: &mut Ctx,
    ) -> Result<()> {
        if session.was_upgraded() {
            return Ok(());
        }
        ctx.body += body.as_ref().map_or(0, |body| body.len() as u64);
        if ctx.body > ctx.settings(&self.settings).client.max_body {
            return Error::e_explain(ErrorType::HTTPStatus(413), "the body is too large")
                .map_err(|error| error.into_down());
        }
        Ok(())
    }

    async fn fail_to_proxy(&self, session: &mut Session, error: &Error, ctx: &mut Ctx) -> FailToProxy {
        let (page, outcome) = Self::failure(error);
        ctx.outcome = Some(outcome);
        if matches!(outcome, Outcome::OriginAway | Outcome::OriginSlow | Outcome::Failed) {
            warn!(
                domain = ctx.domain(),
                outcome = outcome.as_str(),
                kind = error.etype().as_str(),
                "the origin failed"
            );
        }
        let mut error_code = 0;
        if let Some(page) = page {
            error_code = page.status();
            session.set_keepalive(None);
            if session.response_written().is_none()
                && let Err(error) = self.page(session, error_code, self.pages.get(page)).await
            {
                debug!("the client did not take the answer: {error}");
            }
        }
        FailToProxy { error_code, can_reuse_downstream: false }
    }

    async fn logging(&self, session: &mut Session, _error: Option<&Error>, ctx: &mut Ctx) {
        let outcome = ctx.outcome.unwrap_or(Outcome::Proxied);
        self.metrics.count(outcome);
        if let (Some((why, reason)), Some(domain)) = (ctx.met, &ctx.domain) {
            let client = || session.client_addr().and_then(SocketAddr::as_inet).map(std::net::SocketAddr::ip);
            match why {
                None => self.tally.closed(domain, reason, false, client()),
                Some(Why::Shadow) => self.tally.closed(domain, reason, true, client()),
                Some(why) => self.tally.opened(domain, reason, why == Why::Undetermined),
            }
        }
        let status = session.response_written().map(|answer| answer.status.as_u16());
        debug!(domain = ctx.domain(), outcome = outcome.as_str(), status, "answered");
    }

    // pingora's own lines about a request name the client and the path; ours above do not.
    fn suppress_error_log(&self, _session: &Session, _ctx: &Ctx, _error: &Error) -> bool {
        true
    }

    fn suppress_proxy_warn_log(
        &self,
        _session: &Session,
        _ctx: &Ctx,
        _error: &Error,
        _context: ProxyWarnLogContext,
    ) -> bool {
        true
    }

    fn request_summary(&self, _session: &Session, ctx: &Ctx) -> String {
        ctx.domain().to_owned()
    }
}

//! HTTP/2 with one client: many requests at once, each held to what `head.rs` holds those of HTTP/1.1 to.
//!
//! What could be read in two ways is refused before it is a request, by h2 and pingora: a field of one connection
//! (`Connection`, `Transfer-Encoding`, `Upgrade`, `TE` but for trailers), a field name in capitals, `:authority` beside
//! another `Host`, a body of another length than `Content-Length`, a target that is no path. Here are the limits:
//!
//! - the head in bytes, as the client is told in SETTINGS, and its fields (431); endless CONTINUATION ends in h2;
//! - the requests at one time. A client that takes them back (RST_STREAM) sooner than they end here has more in
//!   progress than it may open, and is cut off at twice the number: that is how a "rapid reset" looks;
//! - the requests on one connection, after which it is told to go (GOAWAY), and cut off when it does not;
//! - malformed requests, of which a connection has thirty-two;
//! - the time until the first request, and without any.
//!
//! WebSocket over HTTP/2 (RFC 8441) is not offered; browsers then open a connection of HTTP/1.1 for it.

use std::sync::Arc;
use std::time::Duration;

use pingora::apps::HttpServerApp;
use pingora::http::ResponseHeader;
use pingora::protocols::http::ServerSession;
use pingora::protocols::http::v2::server::{H2Accept, HttpSession, default_h2_options, handshake};
use pingora::protocols::{Digest, GetSocketDigest as _, Ssl as _};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::debug;

use crate::config::Client;
use crate::front::{Shared, drained};
use crate::metrics::Outcome;
use crate::pages::Page;
use crate::proxy::PAGE_FIELDS;
use crate::wire::Wire;

/// Malformed requests for which a connection is forgiven.
const FORGIVEN: u32 = 32;
/// The error code of RFC 9113, 7 for a client that does too much.
const ENHANCE_YOUR_CALM: u32 = 0xb;
/// How long an idle client may take to leave once it is told to go.
const FAREWELL: Duration = Duration::from_secs(5);

impl<A: HttpServerApp + Send + Sync + 'static> Shared<A> {
    /// Answers the requests of one connection of HTTP/2.
    pub(crate) async fn serve_http2(self: Arc<Self>, wire: Wire) {
        let settings = self.settings.load_full();
        let client = &settings.client;
        let digest = Arc::new(Digest {
            ssl_digest: wire.get_ssl_digest(),
            socket_digest: wire.get_socket_digest(),
            ..Digest::default()
        });
        let most = client.max_streams.max(1);
        let mut options = default_h2_options();
        options.max_concurrent_streams(most).max_header_list_size(u32::try_from(client.max_head).unwrap_or(u32::MAX));
        let shaking = handshake(Box::new(wire), Some(options));
        let Ok(Ok(mut connection)) = timeout(client.head_timeout, shaking).await else { return };

        let running = TaskTracker::new();
        let mut draining = self.draining.clone();
        let (mut accepted, mut malformed, mut leaving) = (0_u32, 0_u32, false);
        loop {
            let idle = match (accepted, leaving) {
                (_, true) => FAREWELL,
                (0, _) => client.head_timeout,
                _ => client.idle_timeout,
            };
            let next = tokio::select! {
                next = HttpSession::from_h2_conn(&mut connection, Arc::clone(&digest)) => next,
                () = drained(&mut draining), if !leaving => {
                    leaving = true;
                    connection.graceful_shutdown();
                    continue;
                }
                () = sleep(idle) => {
                    match (running.is_empty(), leaving) {
                        (false, _) => {}
                        (true, true) => return,
                        (true, false) => {
                            leaving = true;
                            connection.graceful_shutdown();
                        }
                    }
                    continue;
                }
            };
            match next {
                Ok(Some(H2Accept::Session(session))) => {
                    accepted = accepted.saturating_add(1);
                    let open = u32::try_from(running.len()).unwrap_or(u32::MAX);
                    if open >= most.saturating_mul(2) || accepted > client.max_requests.saturating_add(most) {
                        debug!(open, accepted, "a connection of HTTP/2 is cut off");
                        self.metrics.count(Outcome::BadRequest);
                        connection.abrupt_shutdown(ENHANCE_YOUR_CALM.into());
                        // What h2 still has to say is said; requests that come now are not answered.
                        let _ = timeout(FAREWELL, HttpSession::from_h2_conn(&mut connection, digest)).await;
                        return;
                    }
                    let shared = Arc::clone(&self);
                    let task = running.track_future(async move { shared.answer(session).await });
                    self.connections.spawn(task);
                    if accepted >= client.max_requests && !leaving {
                        leaving = true;
                        connection.graceful_shutdown();
                    }
                }
                Ok(Some(H2Accept::Rejected)) => {
                    malformed += 1;
                    self.metrics.count(Outcome::BadRequest);
                    if malformed >= FORGIVEN {
                        return;
                    }
                }
                // The client left, as it should or not.
                Ok(None) | Err(_) => return,
            }
        }
    }

    async fn answer(&self, session: HttpSession) {
        let settings = self.settings.load_full();
        let Client { max_fields, read_timeout, write_timeout, .. } = &settings.client;
        let fields = session.req_header().headers.len();
        let mut session = ServerSession::new_http2(session);
        session.set_write_timeout(Some(*write_timeout));
        session.set_total_drain_timeout(Some(*read_timeout));
        if fields > *max_fields {
            self.metrics.count(Outcome::TooLarge);
            let page = self.pages.get(Page::HeadTooLarge);
            let answering = async {
                let mut answer = ResponseHeader::build(Page::HeadTooLarge.status(), Some(PAGE_FIELDS.len() + 1))?;
                for (name, value) in PAGE_FIELDS {
                    answer.insert_header(name, value)?;
                }
                session.write_response_header(Box::new(answer)).await?;
                session.write_response_body(page, true).await
            };
            if let Err(error) = answering.await {
                debug!("the client did not take the answer: {error}");
            }
            return;
        }
        // A request of HTTP/2 leaves no connection behind to be used again.
        let _ = Arc::clone(&self.app).process_new_http(session, &self.draining).await;
    }
}

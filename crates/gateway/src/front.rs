//! Accepting connections and turning each into requests.
//!
//! pingora brings a service that does this; the gateway has its own because it reads and checks heads itself (see
//! [`crate::head`]), bounds the connections, knows its port before it runs, and stops as soon as the last request has
//! been answered instead of after a fixed time.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use pingora::apps::{HttpPersistentSettings, HttpServerApp};
use pingora::protocols::Stream;
use pingora::protocols::http::ServerSession;
use pingora::server::{ListenFds, ShutdownWatch};
use pingora::services::Service;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{debug, error, warn};

use crate::config::{Client, Config};
use crate::head::{self, NoHead};
use crate::metrics::{Metrics, Outcome};
use crate::pages::{Page, Pages};
use crate::wire::{Socket, Wire};

/// How many connections the kernel may hold until they are accepted.
const BACKLOG: u32 = 4_096;

/// How much of a refused request is read, so that the client reads the answer before it sees the connection close.
const LINGER_BYTES: usize = 256 * 1024;
const LINGER_TIME: Duration = Duration::from_secs(1);

/// How long a connection may still send a request once the gateway stops.
pub(crate) const LAST_CALL: Duration = Duration::from_millis(250);

/// With which a client begins that speaks HTTP/2 without being asked (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// One listening address and the app behind it.
pub(crate) struct Front<A> {
    name: &'static str,
    /// Taken when the service starts.
    listener: Mutex<Option<TcpListener>>,
    room: Arc<Semaphore>,
    /// Whether connections may be accepted: at once, or when the gateway that runs can be taken over from.
    go: watch::Receiver<bool>,
    shared: Arc<Shared<A>>,
}

/// What every connection needs.
pub(crate) struct Shared<A> {
    pub(crate) app: Arc<A>,
    pub(crate) settings: Arc<ArcSwap<Config>>,
    pub(crate) pages: Arc<Pages>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) draining: watch::Receiver<bool>,
    /// Every connection, so that stopping can wait for it.
    pub(crate) connections: TaskTracker,
    /// Whether the requests are visitors', which are counted, or the operator's.
    pub(crate) public: bool,
}

impl<A: HttpServerApp + Send + Sync + 'static> Front<A> {
    /// Serves visitors.
    pub(crate) fn public(listener: TcpListener, go: watch::Receiver<bool>, shared: Arc<Shared<A>>) -> Self {
        let most = shared.settings.load().client.max_connections;
        let room = Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
        Self { name: "visitors", listener: Mutex::new(Some(listener)), room, go, shared }
    }

    /// Serves programs of the provider until the process ends, or until another gateway does instead.
    pub(crate) fn internal(
        name: &'static str,
        listener: TcpListener,
        go: watch::Receiver<bool>,
        replaced: watch::Receiver<bool>,
        app: A,
        pages: Arc<Pages>,
        metrics: Arc<Metrics>,
    ) -> Self {
        // A proxy keeps its connections; nobody outside can open any.
        let client = Client { max_connections: 1_024, max_requests: u32::MAX, ..Client::default() };
        let room = Arc::new(Semaphore::new(client.max_connections));
        let shared = Shared {
            app: Arc::new(app),
            settings: Arc::new(ArcSwap::from_pointee(Config { client, ..Config::default() })),
            pages,
            metrics,
            draining: replaced,
            connections: TaskTracker::new(),
            public: false,
        };
        Self { name, listener: Mutex::new(Some(listener)), room, go, shared: Arc::new(shared) }
    }

    async fn accept(&self, listener: &tokio::net::TcpListener) {
        loop {
            let Ok(permit) = Arc::clone(&self.room).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, address)) => {
                    let shared = Arc::clone(&self.shared);
                    self.shared.connections.spawn(async move {
                        shared.welcome(stream, address).await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    // Mostly no more file descriptors; a pause lets some connections end.
                    warn!(listener = self.name, "cannot accept a connection: {error}");
                    sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }
}

#[async_trait]
impl<A: HttpServerApp + Send + Sync + 'static> Service for Front<A> {
    async fn start_service(&mut self, _fds: Option<ListenFds>, _shutdown: ShutdownWatch, _listeners_per_fd: usize) {
        let Some(listener) = self.listener.lock().ok().and_then(|mut listener| listener.take()) else { return };
        let listener = match relisten(listener) {
            Ok(listener) => listener,
            Err(error) => {
                error!(listener = self.name, "cannot listen: {error}");
                return;
            }
        };
        let (mut draining, mut go) = (self.shared.draining.clone(), self.go.clone());
        tokio::select! {
            () = async {
                let _ = go.wait_for(|go| *go).await;
                self.accept(&listener).await;
            } => {}
            () = drained(&mut draining) => {}
        }
        drop(listener);
        self.shared.app.http_cleanup().await;
    }

    fn name(&self) -> &str {
        self.name
    }
}

/// Waits until the gateway is told to stop; for ever when nobody is left to tell it.
pub(crate) async fn drained(draining: &mut watch::Receiver<bool>) {
    if draining.wait_for(|draining| *draining).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Turns a bound listener into one of the running runtime, with a longer queue than the standard library asks for.
pub(crate) fn relisten(listener: TcpListener) -> std::io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    TcpSocket::from_std_stream(TcpStream::from(OwnedFd::from(listener))).listen(BACKLOG)
}

impl<A: HttpServerApp + Send + Sync + 'static> Shared<A> {
    /// Learns whose connection it is, where a load balancer has to say so, and answers its requests.
    async fn welcome(self: Arc<Self>, stream: tokio::net::TcpStream, address: SocketAddr) {
        let mut socket = Socket::new(stream, address);
        if self.public
            && let Err(why) = socket.introduce(&self.settings.load_full().client).await
        {
            warn!(from = %address.ip(), "a connection is closed: {why}");
            self.metrics.count(Outcome::NotIntroduced);
            return;
        }
        self.serve(Wire::plain(socket)).await;
    }

    /// Answers the requests of one connection.
    pub(crate) async fn serve(self: Arc<Self>, mut wire: Wire) {
        let _open = self.public.then(|| Open::new(&self.metrics));
        if wire.is_http2() {
            return self.serve_http2(wire).await;
        }
        let mut first = None;
        if self.settings.load().client.h2c && self.public && !wire.is_tls() {
            let mut draining = self.draining.clone();
            let begun = tokio::select! {
                begun = self.begin_either(&mut wire) => begun,
                () = async { drained(&mut draining).await; sleep(LAST_CALL).await } => return,
            };
            match begun {
                Ok((head, true)) => {
                    wire.put_back(head);
                    return self.serve_http2(wire).await;
                }
                Ok((head, false)) => first = Some(head),
                Err(why) => return self.refuse(&mut (Box::new(wire) as Stream), why).await,
            }
        }
        self.serve_http1(Box::new(wire), first).await;
    }

    /// Reads the first bytes of a connection, and tells whether they are HTTP/2's.
    async fn begin_either(&self, wire: &mut Wire) -> Result<(BytesMut, bool), NoHead> {
        let longest = self.settings.load().client.head_timeout;
        let mut head = head::begin(wire, longest).await?;
        let reading = async {
            while head.len() < PREFACE.len() && PREFACE.starts_with(&head) {
                if !matches!(wire.read_buf(&mut head).await, Ok(1..)) {
                    return Err(NoHead::Gone);
                }
            }
            Ok(())
        };
        timeout(longest, reading).await.unwrap_or(Err(NoHead::Slow))?;
        let is_http2 = head.starts_with(PREFACE);
        Ok((head, is_http2))
    }

    async fn serve_http1(self: Arc<Self>, mut stream: Stream, mut first: Option<BytesMut>) {
        let mut draining = self.draining.clone();
        let mut carried: Option<HttpPersistentSettings> = None;
        loop {
            let settings = self.settings.load_full();
            let client = &settings.client;
            let limits = head::Limits { size: client.max_head, fields: client.max_fields, time: client.head_timeout };
            let idle = if carried.is_some() { client.idle_timeout } else { client.head_timeout };
            let begun = match first.take() {
                Some(begun) => Ok(begun),
                // When the gateway stops, a connection on which nothing has begun is let go after a moment, because
                // its next request may be on its way.
                None => tokio::select! {
                    begun = head::begin(&mut stream, idle) => begun,
                    () = async { drained(&mut draining).await; sleep(LAST_CALL).await } => return,
                },
            };
            let head = match begun {
                Ok(begun) => head::finish(&mut stream, begun, limits).await,
                Err(why) => Err(why),
            };
            let head = match head {
                Ok(head) => head,
                Err(why) => return self.refuse(&mut stream, why).await,
            };

            let mut session = ServerSession::new_http1(stream);
            match carried.take() {
                Some(settings) => settings.apply_to_session(&mut session),
                None => session.set_keepalive_reuses_remaining(Some(client.max_requests)),
            }
            let keep = !*draining.borrow();
            session.set_keepalive(keep.then(|| client.idle_timeout.as_secs().max(1)));
            session.set_read_timeout(Some(client.read_timeout));
            session.set_write_timeout(Some(client.write_timeout));
            session.set_total_drain_timeout(Some(client.read_timeout));
            session.set_pipelined_prefix(head);
            let Some(reused) = self.app.process_new_http(session, &draining).await else { return };
            (stream, carried) = reused.consume();
            if carried.is_none() {
                return;
            }
        }
    }

    /// Answers a head that cannot be used, and closes the connection.
    async fn refuse(&self, stream: &mut Stream, why: NoHead) {
        let (page, outcome) = match why {
            NoHead::Gone => return,
            NoHead::Slow => (Page::Slow, Outcome::Slow),
            NoHead::TooLarge => (Page::HeadTooLarge, Outcome::TooLarge),
            NoHead::Malformed(what) => {
                debug!("a request is refused: {what}");
                (Page::Malformed, Outcome::BadRequest)
            }
        };
        if self.public {
            self.metrics.count(outcome);
        }
        let answer = raw_answer(page.status(), &self.pages.get(page));
        let answering = async {
            stream.write_all(&answer).await?;
            stream.flush().await?;
            AsyncWriteExt::shutdown(stream).await
        };
        if let Ok(Ok(())) = timeout(self.settings.load().client.write_timeout, answering).await {
            let mut rest = Vec::new();
            let lingering = stream.take(LINGER_BYTES as u64);
            tokio::pin!(lingering);
            // Whatever comes now is thrown away, and so is how it ends.
            let _ = timeout(LINGER_TIME, lingering.read_to_end(&mut rest)).await;
        }
    }
}

/// A whole HTTP/1.1 answer outside pingora, for a connection that never became a session.
fn raw_answer(status: u16, page: &Bytes) -> Vec<u8> {
    let reason =
        http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    let mut answer = format!("HTTP/1.1 {status} {reason}\r\n");
    for (name, value) in crate::proxy::PAGE_FIELDS {
        answer.push_str(&format!("{name}: {value}\r\n"));
    }
    answer.push_str(&format!("content-length: {}\r\nconnection: close\r\n\r\n", page.len()));
    let mut answer = answer.into_bytes();
    answer.extend_from_slice(page);
    answer
}

/// Counts a connection for as long as it lives.
struct Open(metrics::Gauge);

impl Open {
    fn new(metrics: &Metrics) -> Self {
        metrics.connections.increment(1.0);
        Self(metrics.connections.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

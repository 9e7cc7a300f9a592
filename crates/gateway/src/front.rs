//! Accepting connections and turning each into requests.
//!
//! pingora brings a service that does this; the gateway has its own because it reads and checks heads itself (see
//! [`crate::head`]), bounds the connections, knows its port before it runs, and stops as soon as the last request has
//! been answered instead of after a fixed time.

use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use pingora::apps::{HttpPersistentSettings, HttpServerApp};
use pingora::protocols::Stream;
use pingora::protocols::http::ServerSession;
use pingora::protocols::l4::listener::Listener;
use pingora::server::{ListenFds, ShutdownWatch};
use pingora::services::Service;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{debug, error, warn};

use crate::config::Client;
use crate::head::{self, NoHead};
use crate::metrics::{Metrics, Outcome};
use crate::pages::{Page, Pages};

/// How many connections the kernel may hold until they are accepted.
const BACKLOG: u32 = 4_096;

/// How much of a refused request is read, so that the client reads the answer before it sees the connection close.
const LINGER_BYTES: usize = 256 * 1024;
const LINGER_TIME: Duration = Duration::from_secs(1);

/// How long a new connection may still send its first request once the gateway stops.
const LAST_CALL: Duration = Duration::from_millis(250);

/// One listening address and the app behind it.
pub(crate) struct Front<A> {
    name: &'static str,
    /// Taken when the service starts.
    listener: Mutex<Option<TcpListener>>,
    room: Arc<Semaphore>,
    connections: TaskTracker,
    shared: Arc<Shared<A>>,
}

struct Shared<A> {
    app: Arc<A>,
    client: Client,
    pages: Arc<Pages>,
    metrics: Arc<Metrics>,
    draining: watch::Receiver<bool>,
    /// Whether the requests are visitors', which are counted, or the operator's.
    public: bool,
}

impl<A: HttpServerApp + Send + Sync + 'static> Front<A> {
    /// Serves visitors; every connection is tracked, so that stopping can wait for it.
    pub(crate) fn public(
        listener: TcpListener,
        app: A,
        client: Client,
        pages: Arc<Pages>,
        metrics: Arc<Metrics>,
        draining: watch::Receiver<bool>,
        connections: TaskTracker,
    ) -> Self {
        let room = Arc::new(Semaphore::new(client.max_connections.clamp(1, Semaphore::MAX_PERMITS)));
        let shared = Shared { app: Arc::new(app), client, pages, metrics, draining, public: true };
        Self { name: "visitors", listener: Mutex::new(Some(listener)), room, connections, shared: Arc::new(shared) }
    }

    /// Serves programs of the provider until the process ends.
    pub(crate) fn internal(
        name: &'static str,
        listener: TcpListener,
        app: A,
        pages: Arc<Pages>,
        metrics: Arc<Metrics>,
    ) -> Self {
        // A proxy keeps its connections; nobody outside can open any.
        let client = Client { max_connections: 1_024, max_requests: u32::MAX, ..Client::default() };
        let room = Arc::new(Semaphore::new(client.max_connections));
        let (_, never) = watch::channel(false);
        let shared = Shared { app: Arc::new(app), client, pages, metrics, draining: never, public: false };
        Self {
            name,
            listener: Mutex::new(Some(listener)),
            room,
            connections: TaskTracker::new(),
            shared: Arc::new(shared),
        }
    }

    async fn accept(&self, listener: &Listener) {
        loop {
            let Ok(permit) = Arc::clone(&self.room).acquire_owned().await else { return };
            match listener.accept().await {
                Ok(mut stream) => {
                    if let Err(error) = stream.set_nodelay() {
                        debug!("a connection closed before it was served: {error}");
                        continue;
                    }
                    let shared = Arc::clone(&self.shared);
                    self.connections.spawn(shared.serve(Box::new(stream), permit));
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
        let mut draining = self.shared.draining.clone();
        tokio::select! {
            () = self.accept(&listener) => {}
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
async fn drained(draining: &mut watch::Receiver<bool>) {
    if draining.wait_for(|draining| *draining).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Turns a bound listener into one of the running runtime, with a longer queue than the standard library asks for.
fn relisten(listener: TcpListener) -> std::io::Result<Listener> {
    listener.set_nonblocking(true)?;
    let socket = TcpSocket::from_std_stream(TcpStream::from(OwnedFd::from(listener)));
    Ok(Listener::from(socket.listen(BACKLOG)?))
}

impl<A: HttpServerApp + Send + Sync + 'static> Shared<A> {
    /// Answers the requests of one connection.
    async fn serve(self: Arc<Self>, mut stream: Stream, _permit: OwnedSemaphorePermit) {
        let _open = self.public.then(|| Open::new(&self.metrics));
        let limits =
            head::Limits { size: self.client.max_head, fields: self.client.max_fields, time: self.client.head_timeout };
        let mut draining = self.draining.clone();
        let mut carried: Option<HttpPersistentSettings> = None;
        loop {
            let idle = if carried.is_some() { self.client.idle_timeout } else { self.client.head_timeout };
            // When the gateway stops, a connection on which nothing has begun is let go: one that was served at
            // once, a new one after a moment, because its first request may be on its way.
            let last_call = if carried.is_some() { Duration::ZERO } else { LAST_CALL };
            let begun = tokio::select! {
                begun = head::begin(&mut stream, idle) => begun,
                () = async { drained(&mut draining).await; sleep(last_call).await } => return,
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
                None => session.set_keepalive_reuses_remaining(Some(self.client.max_requests)),
            }
            let keep = !*draining.borrow();
            session.set_keepalive(keep.then(|| self.client.idle_timeout.as_secs().max(1)));
            session.set_read_timeout(Some(self.client.read_timeout));
            session.set_write_timeout(Some(self.client.write_timeout));
            session.set_total_drain_timeout(Some(self.client.read_timeout));
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
        if let Ok(Ok(())) = timeout(self.client.write_timeout, answering).await {
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

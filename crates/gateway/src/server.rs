//! Putting the parts together, running them, and stopping.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use index::{Live, Writer};
use pingora::proxy::http_proxy;
use pingora::server::configuration::ServerConf;
use pingora::server::{RunArgs, Server, ShutdownSignal, ShutdownSignalWatch};
use pingora::services::background::background_service;
use reqwest::Url;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::Ambient;
use crate::ask::AskApp;
use crate::certificates::Certificates;
use crate::config::Config;
use crate::feed::Feed;
use crate::follower::Follower;
use crate::front::{self, Front};
use crate::handover::{Handed, Handover};
use crate::haproxy::Haproxy;
use crate::metrics::{Metrics, MetricsApp};
use crate::origin::{Pool, Turns};
use crate::pages::Pages;
use crate::proxy::Gate;
use crate::reload::{Read, Reload};
use crate::state::State;
use crate::tls::{Shared, Tls};

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// A setting that must be a web address is not one.
    #[error("{setting} is not an http or https address: {value:?}")]
    Address {
        /// The setting's name.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// The setting of an origin is none.
    #[error("default_origin is not host:port, nor several of them with commas: {0:?}")]
    Origin(String),
    /// The gateway that runs cannot be taken over from.
    #[error("cannot take over from the gateway that runs: {0}")]
    Handover(std::io::Error),
    /// The provider's own certificate cannot be used.
    #[error("tls.own_certificate cannot be used: {0}")]
    Certificate(String),
    /// No HTTP client can be made.
    #[error("cannot make an HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// The index cannot be written.
    #[error("the verdict index cannot be used: {0}")]
    Index(#[from] index::Error),
}

/// A gateway that has its addresses and is ready to run.
pub struct Gateway {
    config: Config,
    ambient: Ambient,
    platform: Url,
    listener: TcpListener,
    metrics_listener: TcpListener,
    ask_listener: TcpListener,
    tls_listener: Option<TcpListener>,
    addresses: Addresses,
    handed: Option<Handed>,
    read: Option<Read>,
    stop: Arc<watch::Sender<bool>>,
}

/// The names of the sockets, by which they are handed over.
const VISITORS: &str = "visitors";
const METRICS: &str = "metrics";
const ASK: &str = "ask";
const TLS: &str = "tls";

/// Where a gateway listens; the ports are the real ones also when 0 was configured.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// Where visitors' requests come in.
    pub visitors: SocketAddr,
    /// Where `/metrics`, `/healthz` and `/readyz` are served.
    pub metrics: SocketAddr,
    /// Where other proxies ask.
    pub ask: SocketAddr,
    /// Where TLS comes in, if it does.
    pub tls: Option<SocketAddr>,
}

/// Tells a running gateway to stop, as SIGTERM does.
#[derive(Clone)]
pub struct Stopper(Arc<watch::Sender<bool>>);

impl Stopper {
    /// Stops the gateway; [`Gateway::run`] returns once the requests in progress have ended.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Gateway {
    /// Takes the addresses; connections wait in the kernel's queue until [`Gateway::run`].
    ///
    /// # Errors
    /// When an address is taken or a setting is wrong.
    pub fn bind(config: Config, ambient: Ambient) -> Result<Self, Error> {
        let platform = web_address("platform_url", &config.platform_url)?;
        web_address("public_url", &config.public_url)?;
        if let Some(origin) = config.default_origin.as_ref().filter(|origin| Pool::parse(origin).is_none()) {
            return Err(Error::Origin(origin.clone()));
        }
        let mut handed = config.handover.as_deref().map(Handed::ask).transpose().map_err(Error::Handover)?.flatten();
        let mut listen = |name, address| listen(handed.as_mut(), name, address);
        let (listener, visitors) = listen(VISITORS, config.listen)?;
        let (metrics_listener, metrics) = listen(METRICS, config.metrics_listen)?;
        let (ask_listener, ask) = listen(ASK, config.ask_listen)?;
        let (tls_listener, tls) = config.tls.as_ref().map(|tls| listen(TLS, tls.listen)).transpose()?.unzip();
        Ok(Self {
            config,
            ambient,
            platform,
            listener,
            metrics_listener,
            ask_listener,
            tls_listener,
            addresses: Addresses { visitors, metrics, ask, tls },
            handed,
            read: None,
            stop: Arc::new(watch::channel(false).0),
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// A handle that stops the gateway from another thread.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(&self.stop))
    }

    /// Says how the configuration is read again on SIGHUP; without it only certificates are.
    #[must_use]
    pub fn reading(mut self, read: impl Fn() -> Result<Config, String> + Send + Sync + 'static) -> Self {
        self.read = Some(Arc::new(read));
        self
    }

    /// Serves until SIGTERM, SIGINT or [`Stopper::stop`], or until another gateway took over; then lets the requests in
    /// progress end.
    ///
    /// Must be called outside an asynchronous runtime, or in a thread where blocking is allowed: the gateway brings
    /// runtimes of its own.
    ///
    /// # Errors
    /// When it cannot start.
    pub fn run(self) -> Result<(), Error> {
        let Self { config, ambient, platform, listener, metrics_listener, ask_listener, tls_listener, .. } = self;
        let (addresses, handed, read, stop) = (self.addresses, self.handed, self.read, self.stop);
        let (drain, draining) = watch::channel(false);
        let busy = TaskTracker::new();
        let metrics = Arc::new(Metrics::new());
        let pages = Arc::new(Pages::new(&config.public_url));
        let first = config.tls.as_ref().map(|tls| Certificates::load(tls, &Certificates::default(), &metrics));
        let certificates = first.transpose().map_err(Error::Certificate)?.unwrap_or_default();
        let certificates = Arc::new(ArcSwap::from_pointee(certificates));
        // A folder of this run alone goes with it.
        let (folder, _temporary) = match config.index.clone() {
            Some(folder) => (folder, None),
            None => {
                let temporary = tempfile::tempdir().map_err(index::Error::File)?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        let writer = Writer::open(&folder)?;
        let (go, may_go) = watch::channel(handed.is_none());
        let (let_go, must_let_go) = watch::channel(false);
        let (is_let_go, has_let_go) = watch::channel(false);
        let (replace, replaced) = watch::channel(false);
        let state = Arc::new(State::new(Live::new(&folder), ambient.clone(), config.stale_after));

        let follower = Follower {
            feed: Feed::new(
                platform,
                config.api_key.clone(),
                config.platform_key.clone(),
                config.follow.wait,
                config.follow.snapshot_timeout,
            )?,
            state: Arc::clone(&state),
            metrics: Arc::clone(&metrics),
            ambient,
            settings: config.follow.clone(),
            writer: Arc::new(Mutex::new(Some(writer))),
            folder,
            let_go: must_let_go,
            is_let_go,
            haproxy: config.haproxy.clone().map(Haproxy::new),
            draining: draining.clone(),
            running: Mutex::new(Some(busy.token())),
        };
        follower.tell_of_the_index();

        let handover = match config.handover.clone() {
            None => None,
            Some(path) => {
                let mut listeners = Vec::new();
                let here = [(VISITORS, &listener), (METRICS, &metrics_listener), (ASK, &ask_listener)];
                for (name, listener) in here.into_iter().chain(tls_listener.as_ref().map(|listener| (TLS, listener))) {
                    listeners.push((name, listener.try_clone().map_err(Error::Handover)?));
                }
                Some(Handover {
                    path,
                    listeners: Mutex::new(listeners),
                    before: Mutex::new(handed),
                    state: Arc::clone(&state),
                    go: go.clone(),
                    let_go,
                    is_let_go: has_let_go,
                    replaced: replace,
                    stop: Arc::clone(&stop),
                    draining: draining.clone(),
                })
            }
        };
        let workers = config.workers;
        let longest = config.drain;
        let settings = Arc::new(ArcSwap::from_pointee(config));
        let mut server = Server::new_with_opt_and_conf(None, server_conf(workers));
        server.bootstrap();
        let turns = Arc::new(Turns::default());
        let front = |proxies| {
            let gate = Gate {
                state: Arc::clone(&state),
                metrics: Arc::clone(&metrics),
                pages: Arc::clone(&pages),
                settings: Arc::clone(&settings),
                turns: Arc::clone(&turns),
                proxies,
            };
            Arc::new(front::Shared {
                app: Arc::new(http_proxy(&server.configuration, gate)),
                settings: Arc::clone(&settings),
                pages: Arc::clone(&pages),
                metrics: Arc::clone(&metrics),
                draining: draining.clone(),
                connections: busy.clone(),
                public: true,
            })
        };
        let visitors = front(true);
        let tls = settings.load().tls.clone().zip(tls_listener).map(|(_, listener)| Tls {
            listener: Mutex::new(Some(listener)),
            connections: busy.clone(),
            draining: draining.clone(),
            go: may_go.clone(),
            shared: Arc::new(Shared {
                state: Arc::clone(&state),
                metrics: Arc::clone(&metrics),
                settings: Arc::clone(&settings),
                certificates: Arc::clone(&certificates),
                turns: Turns::default(),
                visitors: Arc::clone(&visitors),
                strangers: front(false),
            }),
        });
        let visitors = Front::public(listener, may_go.clone(), visitors);
        let ask = AskApp {
            state: Arc::clone(&state),
            metrics: Arc::clone(&metrics),
            pages: Arc::clone(&pages),
            settings: Arc::clone(&settings),
        };
        let reload = Reload { settings, certificates, metrics: Arc::clone(&metrics), read };
        let operator = MetricsApp { metrics: Arc::clone(&metrics), state, draining };
        server.add_service(visitors);
        if let Some(tls) = tls {
            server.add_service(tls);
        }
        server.add_service(Front::internal(
            ASK,
            ask_listener,
            may_go.clone(),
            replaced.clone(),
            ask,
            Arc::clone(&pages),
            Arc::clone(&metrics),
        ));
        server.add_service(OneThread(Front::internal(
            METRICS,
            metrics_listener,
            may_go,
            replaced,
            operator,
            pages,
            metrics,
        )));
        server.add_service(background_service("follower", follower));
        server.add_service(background_service("reload", reload));
        if let Some(handover) = handover {
            server.add_service(background_service("handover", handover));
        }

        info!(listen = %addresses.visitors, metrics = %addresses.metrics, ask = %addresses.ask, "the gateway serves");
        let end = End { stop: stop.subscribe(), drain, busy, longest };
        server.run(RunArgs { shutdown_signal: Box::new(end) });
        info!("the gateway has stopped");
        Ok(())
    }
}

fn web_address(setting: &'static str, value: &str) -> Result<Url, Error> {
    match Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(Error::Address { setting, value: value.to_owned() }),
    }
}

/// Listens, on the socket of the gateway that runs if it handed one over for that address.
fn listen(handed: Option<&mut Handed>, name: &str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let bound = match handed.and_then(|handed| handed.listener(name, address)) {
        Some(listener) => Ok(listener),
        None => TcpListener::bind(address),
    };
    let bound = bound.and_then(|listener| listener.local_addr().map(|real| (listener, real)));
    bound.map_err(|source| Error::Listen { address, source })
}

/// pingora's own settings. The rest of it (a daemon, a pid file, an upgrade socket) is not used.
fn server_conf(workers: usize) -> ServerConf {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    ServerConf {
        threads: if workers == 0 { processors } else { workers },
        // A request is tried again only when a kept connection turns out to be dead before anything was sent, or when
        // one of several origins cannot be reached.
        max_retries: 4,
        ..ServerConf::default()
    }
}

/// Waits for the end and sees to it that it is a good one.
///
/// pingora would stop the listeners, sleep for a fixed time, and then cut off whatever is left. Here the listeners
/// stop, the requests in progress end, the last verdicts go to disk, and pingora is told to leave at once; a second
/// signal or the end of the time cuts the rest off.
struct End {
    stop: watch::Receiver<bool>,
    drain: watch::Sender<bool>,
    busy: TaskTracker,
    longest: Duration,
}

#[async_trait]
impl ShutdownSignalWatch for End {
    async fn recv(&self) -> ShutdownSignal {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = signalled() => info!("stopping: a signal came"),
            _ = stop.wait_for(|stop| *stop) => info!("stopping: told to"),
        }
        self.drain.send_replace(true);
        self.busy.close();
        tokio::select! {
            ended = timeout(self.longest, self.busy.wait()) => if ended.is_err() {
                warn!(cut_off = self.busy.len(), "some requests did not end in time");
            },
            () = signalled() => warn!(cut_off = self.busy.len(), "told again to stop"),
        }
        ShutdownSignal::FastShutdown
    }
}

/// Waits for SIGTERM or SIGINT.
async fn signalled() {
    let wait = async |kind: SignalKind| match signal(kind) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(error) => {
            warn!("cannot listen for a signal: {error}");
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = wait(SignalKind::terminate()) => {}
        () = wait(SignalKind::interrupt()) => {}
    }
}

/// A service that needs no more than one thread.
struct OneThread<S>(S);

#[async_trait]
impl<S: pingora::services::Service> pingora::services::Service for OneThread<S> {
    async fn start_service(
        &mut self,
        fds: Option<pingora::server::ListenFds>,
        shutdown: pingora::server::ShutdownWatch,
        listeners_per_fd: usize,
    ) {
        self.0.start_service(fds, shutdown, listeners_per_fd).await;
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn threads(&self) -> Option<usize> {
        Some(1)
    }
}

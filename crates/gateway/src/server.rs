//! Putting the parts together, running them, and stopping.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use index::{Live, Writer};
use pingora::proxy::http_proxy;
use pingora::server::configuration::ServerConf;
use pingora::server::{RunArgs, Server, ShutdownSignal, ShutdownSignalWatch};
use pingora::services::background::background_service;
use reqwest::Url;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::Ambient;
use crate::ask::AskApp;
use crate::config::Config;
use crate::ext_authz::ExtAuthz;
use crate::feed::Feed;
use crate::follower::Follower;
use crate::front::Front;
use crate::haproxy::Haproxy;
use crate::metrics::{Metrics, MetricsApp};
use crate::nginx::Nginx;
use crate::pages::Pages;
use crate::proxy::Gate;
use crate::rpz::{self, BadZone, Rpz, Sockets, Zone};
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
    /// No HTTP client can be made.
    #[error("cannot make an HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// The index cannot be written.
    #[error("the verdict index cannot be used: {0}")]
    Index(#[from] index::Error),
    /// The zone cannot be served as it is configured.
    #[error("the response policy zone cannot be served: {0}")]
    Rpz(#[from] BadZone),
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
    ext_authz: Option<TcpListener>,
    rpz: Option<(Zone, Sockets)>,
    addresses: Addresses,
    stop: Arc<watch::Sender<bool>>,
}

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
    /// Where Envoy asks over gRPC, if it does.
    pub ext_authz: Option<SocketAddr>,
    /// Where the response policy zone is served, if it is.
    pub rpz: Option<SocketAddr>,
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

/// Runs a gateway until SIGTERM or SIGINT.
///
/// Must be called outside an asynchronous runtime, or in a thread where blocking is allowed: the gateway brings
/// runtimes of its own.
///
/// # Errors
/// When it cannot start.
pub fn run(config: Config, ambient: Ambient) -> Result<(), Error> {
    Gateway::bind(config, ambient)?.run()
}

impl Gateway {
    /// Takes the addresses; connections wait in the kernel's queue until [`Gateway::run`].
    ///
    /// # Errors
    /// When an address is taken or a setting is wrong.
    pub fn bind(config: Config, ambient: Ambient) -> Result<Self, Error> {
        let platform = web_address("platform_url", &config.platform_url)?;
        web_address("public_url", &config.public_url)?;
        let (listener, visitors) = listen(config.listen)?;
        let (metrics_listener, metrics) = listen(config.metrics_listen)?;
        let (ask_listener, ask) = listen(config.ask_listen)?;
        let (tls_listener, tls) = config.tls.as_ref().map(|tls| listen(tls.listen)).transpose()?.unzip();
        let (ext_authz, ext_authz_address) =
            config.ext_authz.as_ref().map(|settings| listen(settings.listen)).transpose()?.unzip();
        let zone = config.rpz.as_ref().map(|settings| Ok::<_, BadZone>((Zone::read(settings)?, settings.listen)));
        let (rpz, rpz_address) = match zone.transpose()? {
            None => (None, None),
            Some((zone, address)) => {
                let bound = Sockets::bind(address).map_err(|source| Error::Listen { address, source })?;
                (Some((zone, bound.0)), Some(bound.1))
            }
        };
        Ok(Self {
            config,
            ambient,
            platform,
            listener,
            metrics_listener,
            ask_listener,
            tls_listener,
            ext_authz,
            rpz,
            addresses: Addresses { visitors, metrics, ask, tls, ext_authz: ext_authz_address, rpz: rpz_address },
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

    /// Serves until SIGTERM, SIGINT or [`Stopper::stop`]; then lets the requests in progress end.
    ///
    /// # Errors
    /// When it cannot start.
    pub fn run(self) -> Result<(), Error> {
        let Self {
            config,
            ambient,
            platform,
            listener,
            metrics_listener,
            ask_listener,
            tls_listener,
            ext_authz,
            rpz,
            addresses,
            stop,
        } = self;
        let (drain, draining) = watch::channel(false);
        let busy = TaskTracker::new();
        let metrics = Arc::new(Metrics::new());
        let pages = Arc::new(Pages::new(&config.public_url));
        // A folder of this run alone goes with it.
        let (folder, _temporary) = match config.index {
            Some(folder) => (folder, None),
            None => {
                let temporary = tempfile::tempdir().map_err(index::Error::File)?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        let writer = Writer::open(&folder)?;
        let state = Arc::new(State::new(Live::new(&folder), ambient.clone(), config.stale_after));

        let nginx = config.nginx.map(|settings| Nginx {
            settings,
            folder: folder.clone(),
            state: Arc::clone(&state),
            metrics: Arc::clone(&metrics),
            draining: draining.clone(),
        });
        let rpz = rpz.map(|(zone, sockets)| Rpz {
            sockets: Mutex::new(Some(sockets)),
            shared: Arc::new(rpz::Shared {
                zone,
                folder: folder.clone(),
                state: Arc::clone(&state),
                metrics: Arc::clone(&metrics),
                ambient: ambient.clone(),
                transfers: Semaphore::new(rpz::TRANSFERS),
            }),
            draining: draining.clone(),
        });
        let follower = Follower {
            feed: Feed::new(
                platform,
                config.api_key,
                config.platform_key,
                config.follow.wait,
                config.follow.snapshot_timeout,
            )?,
            state: Arc::clone(&state),
            metrics: Arc::clone(&metrics),
            ambient,
            settings: config.follow,
            writer: Arc::new(Mutex::new(writer)),
            haproxy: config.haproxy.map(Haproxy::new),
            draining: draining.clone(),
            running: Mutex::new(Some(busy.token())),
        };
        follower.tell_of_the_index();

        let public_url = config.public_url.clone();
        let mut server = Server::new_with_opt_and_conf(None, server_conf(config.workers));
        server.bootstrap();
        let gate = Gate {
            state: Arc::clone(&state),
            metrics: Arc::clone(&metrics),
            pages: Arc::clone(&pages),
            closed: config.closed,
            public_url: config.public_url,
            client: config.client.clone(),
            origin: config.origin.clone(),
        };
        let tls = config.tls.zip(tls_listener).map(|(settings, listener)| Tls {
            settings,
            listener: Mutex::new(Some(listener)),
            connections: busy.clone(),
            draining: draining.clone(),
            shared: Arc::new(Shared {
                state: Arc::clone(&state),
                metrics: Arc::clone(&metrics),
                client: config.client.clone(),
                origin: config.origin.clone(),
            }),
        });
        let visitors = Front::public(
            listener,
            http_proxy(&server.configuration, gate),
            config.client,
            Arc::clone(&pages),
            Arc::clone(&metrics),
            draining.clone(),
            busy.clone(),
        );
        let ask = AskApp {
            state: Arc::clone(&state),
            metrics: Arc::clone(&metrics),
            pages: Arc::clone(&pages),
            public_url,
            closed: config.closed,
            unknown: config.unknown,
        };
        let ext_authz = ext_authz.map(|listener| ExtAuthz {
            listener: Mutex::new(Some(listener)),
            ask: Arc::new(ask.clone()),
            draining: draining.clone(),
        });
        let operator = MetricsApp { metrics: Arc::clone(&metrics), state, draining };
        server.add_service(visitors);
        if let Some(tls) = tls {
            server.add_service(tls);
        }
        server.add_service(Front::internal("ask", ask_listener, ask, Arc::clone(&pages), Arc::clone(&metrics)));
        server.add_service(OneThread(Front::internal("metrics", metrics_listener, operator, pages, metrics)));
        server.add_service(background_service("follower", follower));
        if let Some(nginx) = nginx {
            server.add_service(background_service("nginx", nginx));
        }
        if let Some(ext_authz) = ext_authz {
            server.add_service(background_service("ext_authz", ext_authz));
        }
        if let Some(rpz) = rpz {
            server.add_service(background_service("rpz", rpz));
        }

        info!(listen = %addresses.visitors, metrics = %addresses.metrics, ask = %addresses.ask, "the gateway serves");
        let end = End { stop: stop.subscribe(), drain, busy, longest: config.drain };
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

fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let bound = TcpListener::bind(address).and_then(|listener| listener.local_addr().map(|real| (listener, real)));
    bound.map_err(|source| Error::Listen { address, source })
}

/// pingora's own settings. The rest of it (a daemon, a pid file, an upgrade socket) is not used.
fn server_conf(workers: usize) -> ServerConf {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    ServerConf {
        threads: if workers == 0 { processors } else { workers },
        // A request is tried again only when a kept connection turns out to be dead before anything was sent.
        max_retries: 3,
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

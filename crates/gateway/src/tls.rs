//! TLS by name: an open domain's connection passes through untouched, a closed one's is refused with an alert.
//!
//! Nothing is read but the name in the first message. The origin of a domain is taken with the port for TLS; it learns
//! the client's address by the PROXY protocol, where the setting says so. TLS ends here for a name that a certificate of
//! the operator covers, and, where the provider has a certificate of its own, for what is closed: its visitor then gets
//! the page or the redirect instead of an alert.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use bytes::BytesMut;
use index::hello::{self, Hello};
use index::host::Room;
use pingora::proxy::HttpProxy;
use pingora::server::{ListenFds, ShutdownWatch};
use pingora::services::Service;
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{debug, error, warn};

use crate::certificates::Certificates;
use crate::config::{Config, Origin as OriginConfig, Tls as Settings};
use crate::decide::{Decision, Why, decide};
use crate::front::{self, relisten};
use crate::metrics::{Metrics, Outcome};
use crate::origin::{Origin, Pool, Tried, Turns};
use crate::proxy::Gate;
use crate::proxy_protocol;
use crate::state::State;
use crate::tally::Tally;
use crate::wire::{Socket, Wire};

/// Alerts of RFC 8446, 6.2: what a client shows of them is its own matter.
const ACCESS_DENIED: u8 = 49;
const UNRECOGNIZED_NAME: u8 = 112;
const INTERNAL_ERROR: u8 = 80;
const DECODE_ERROR: u8 = 50;

/// The listener for TLS.
pub(crate) struct Tls {
    /// Taken when the service starts.
    pub(crate) listener: Mutex<Option<TcpListener>>,
    pub(crate) connections: TaskTracker,
    pub(crate) draining: watch::Receiver<bool>,
    /// Whether connections may be accepted.
    pub(crate) go: watch::Receiver<bool>,
    pub(crate) shared: Arc<Shared>,
}

/// What every connection needs.
pub(crate) struct Shared {
    pub(crate) state: Arc<State>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) settings: Arc<ArcSwap<Config>>,
    pub(crate) certificates: Arc<ArcSwap<Certificates>>,
    pub(crate) turns: Turns,
    /// Who answers what comes under the certificate of a site.
    pub(crate) visitors: Arc<front::Shared<HttpProxy<Gate>>>,
    /// Who answers what comes under the provider's own certificate, and proxies nothing.
    pub(crate) strangers: Arc<front::Shared<HttpProxy<Gate>>>,
}

/// What becomes of a connection.
enum Fate {
    Pass(Pool, Why),
    /// TLS ends here, under a site's certificate or the provider's own.
    End(Arc<ServerConfig>, Whose),
    Refuse(u8, Outcome),
}

#[derive(Clone, Copy)]
enum Whose {
    Site,
    Provider,
}

#[async_trait]
impl Service for Tls {
    async fn start_service(&mut self, _fds: Option<ListenFds>, _shutdown: ShutdownWatch, _listeners_per_fd: usize) {
        let Some(listener) = self.listener.lock().ok().and_then(|mut listener| listener.take()) else { return };
        let listener = match relisten(listener) {
            Ok(listener) => listener,
            Err(error) => {
                error!("cannot listen for TLS: {error}");
                return;
            }
        };
        let most = self.shared.settings.load().client.max_connections;
        let room = Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
        let (mut draining, mut go) = (self.draining.clone(), self.go.clone());
        tokio::select! {
            _ = go.wait_for(|go| *go) => {}
            _ = draining.wait_for(|draining| *draining) => return,
        }
        loop {
            let accepting = async {
                let permit = Arc::clone(&room).acquire_owned().await.map_err(std::io::Error::other)?;
                listener.accept().await.map(|accepted| (accepted, permit))
            };
            let accepted = tokio::select! {
                accepted = accepting => accepted,
                _ = draining.wait_for(|draining| *draining) => return,
            };
            match accepted {
                Ok(((stream, address), permit)) => {
                    let shared = Arc::clone(&self.shared);
                    self.connections.spawn(async move {
                        shared.serve(stream, address).await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    warn!("cannot accept a TLS connection: {error}");
                    sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }

    fn name(&self) -> &'static str {
        "tls"
    }
}

impl Shared {
    async fn serve(&self, stream: TcpStream, address: SocketAddr) {
        let config = self.settings.load_full();
        let Some(settings) = &config.tls else { return };
        let mut client = Socket::new(stream, address);
        if let Err(why) = client.introduce(&config.client).await {
            warn!(from = %address.ip(), "a connection is closed: {why}");
            return self.metrics.count_tls(Outcome::NotIntroduced);
        }
        let mut bytes = BytesMut::with_capacity(2_048);
        let reading = async {
            loop {
                match client.read_buf(&mut bytes).await {
                    Ok(0) | Err(_) => return None,
                    Ok(_) => {}
                }
                match hello::read(&bytes) {
                    Hello::Partial => {}
                    read => return Some(read),
                }
            }
        };
        let host = match timeout(config.client.head_timeout, reading).await {
            Err(_) | Ok(Some(Hello::Partial)) => return self.metrics.count_tls(Outcome::Slow),
            Ok(None) => return self.metrics.count_tls(Outcome::ClientGone),
            Ok(Some(Hello::Name(host))) => Some(host),
            Ok(Some(Hello::Nameless)) => None,
            Ok(Some(Hello::Foreign(why))) => {
                debug!("a TLS connection is refused: {why}");
                refuse(&mut client, DECODE_ERROR).await;
                return self.metrics.count_tls(Outcome::BadRequest);
            }
        };
        let from = client.ends().client.ip();
        match self.decide(host.as_deref(), &config, from) {
            Fate::Pass(pool, why) => {
                let outcome = self.pass(client, bytes, &pool, settings, &config.origin).await;
                let passed = match why {
                    Why::Open => Outcome::Proxied,
                    Why::Undetermined => Outcome::Undetermined,
                    Why::Default => Outcome::DefaultOrigin,
                    Why::Shadow => Outcome::Shadow,
                };
                self.metrics.count_tls(if outcome == Outcome::Proxied { passed } else { outcome });
            }
            Fate::End(certificate, whose) => {
                client.put_back(bytes);
                let Some(wire) = Wire::tls(client, certificate, config.client.head_timeout).await else {
                    return self.metrics.count_tls(Outcome::NoHandshake);
                };
                self.metrics.count_tls(Outcome::Terminated);
                let front = match whose {
                    Whose::Site => &self.visitors,
                    Whose::Provider => &self.strangers,
                };
                Arc::clone(front).serve(wire).await;
            }
            Fate::Refuse(alert, outcome) => {
                refuse(&mut client, alert).await;
                self.metrics.count_tls(outcome);
            }
        }
    }

    /// Decides by the name alone. What ends here is decided on once more at each request, by its host.
    fn decide(&self, host: Option<&[u8]>, config: &Config, from: IpAddr) -> Fate {
        let certificates = self.certificates.load();
        let site = host.and_then(|host| certificates.site(host));
        let index = self.state.index();
        let mut room = Room::default();
        let decided = decide(index.as_ref().as_ref(), host, config.elsewhere(), config.shadow, &mut room);
        // What ends here is counted by its requests.
        let ends = site.is_some() || certificates.own().is_some();
        let (alert, outcome) = match decided {
            Decision::Proxy { domain, origin, why, reason } => {
                let Some(site) = site else {
                    match why {
                        Why::Shadow => self.tally.closed(domain, reason, true, Some(from)),
                        _ => self.tally.opened(domain, reason, why == Why::Undetermined),
                    }
                    return Fate::Pass(origin, why);
                };
                return Fate::End(site, Whose::Site);
            }
            Decision::BadHost(_) => return Fate::Refuse(UNRECOGNIZED_NAME, Outcome::BadRequest),
            Decision::Closed { domain, listed, reason } => {
                if !ends {
                    self.tally.closed(domain, reason, false, Some(from));
                }
                if listed { (ACCESS_DENIED, Outcome::Closed) } else { (UNRECOGNIZED_NAME, Outcome::Unlisted) }
            }
            Decision::NoOrigin { .. } => (UNRECOGNIZED_NAME, Outcome::NoOrigin),
            Decision::NotReady => (INTERNAL_ERROR, Outcome::NotReady),
        };
        // A site's own certificate raises no warning, and so it tells the closed page better than the provider's.
        match (certificates.own(), site) {
            (Some(_), Some(site)) => Fate::End(site, Whose::Site),
            (Some(own), None) => Fate::End(own, Whose::Provider),
            (None, _) => Fate::Refuse(alert, outcome),
        }
    }

    async fn pass(
        &self,
        mut client: Socket,
        bytes: BytesMut,
        pool: &Pool,
        settings: &Settings,
        limits: &OriginConfig,
    ) -> Outcome {
        let mut server = match self.connect(pool, settings.origin_port, limits).await {
            Ok(server) => server,
            Err(outcome) => {
                refuse(&mut client, INTERNAL_ERROR).await;
                return outcome;
            }
        };
        let _ = server.set_nodelay(true);
        if settings.send_proxy && server.write_all(&proxy_protocol::write(client.ends())).await.is_err() {
            return Outcome::OriginAway;
        }
        if server.write_all(&bytes).await.is_err() {
            return Outcome::OriginAway;
        }
        drop(bytes);
        let copying = tokio::io::copy_bidirectional(&mut client, &mut server);
        match timeout(limits.upgraded_timeout, copying).await {
            Ok(Ok(_)) => Outcome::Proxied,
            Ok(Err(_)) => Outcome::ClientGone,
            Err(_) => Outcome::OriginSlow,
        }
    }

    /// Tries one origin of the pool after the other.
    async fn connect(&self, pool: &Pool, port: u16, limits: &OriginConfig) -> Result<TcpStream, Outcome> {
        let mut tried = Tried::default();
        let mut outcome = Outcome::OriginAway;
        while let Some(index) = self.turns.choose(pool, tried) {
            tried.note(index);
            let Some(origin) = pool.origins().get(index) else { break };
            let connecting = async {
                match origin {
                    Origin::Address(address) => TcpStream::connect((address.ip(), port)).await,
                    Origin::Name(name, _) => TcpStream::connect((&**name, port)).await,
                }
            };
            match timeout(limits.connect_timeout, connecting).await {
                Ok(Ok(server)) => return Ok(server),
                Ok(Err(_)) => outcome = Outcome::OriginAway,
                Err(_) => outcome = Outcome::OriginSlow,
            }
            self.turns.lost(origin, limits.retry_after);
        }
        Err(outcome)
    }
}

/// Sends a fatal alert and closes; whether the client reads it is its own matter.
async fn refuse(client: &mut Socket, alert: u8) {
    const FATAL: u8 = 2;
    let record = [21, 3, 3, 0, 2, FATAL, alert];
    if client.write_all(&record).await.is_ok() {
        let _ = client.shutdown().await;
        // A close with unread bytes would reset the connection before the alert is read.
        let mut rest = [0; 4_096];
        let draining = async { while client.read(&mut rest).await.is_ok_and(|count| count > 0) {} };
        let _ = timeout(Duration::from_secs(1), draining).await;
    }
}

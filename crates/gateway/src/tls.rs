//! TLS by name: an open domain's connection passes through untouched, a closed one's is refused with an alert.
//!
//! The gateway has no certificate and reads nothing but the name in the first message. The origin of a domain is taken
//! with the port for TLS; it learns the client's address by the PROXY protocol, where the setting says so.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use index::hello::{self, Hello};
use index::host::Room;
use pingora::server::{ListenFds, ShutdownWatch};
use pingora::services::Service;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{debug, error, warn};

use crate::config::{Client, Origin as OriginConfig, Tls as Settings};
use crate::decide::{Decision, decide};
use crate::metrics::{Metrics, Outcome};
use crate::origin::Origin;
use crate::state::State;

/// Alerts of RFC 8446, 6.2: what a client shows of them is its own matter.
const ACCESS_DENIED: u8 = 49;
const UNRECOGNIZED_NAME: u8 = 112;
const INTERNAL_ERROR: u8 = 80;
const DECODE_ERROR: u8 = 50;

/// The listener for TLS.
pub(crate) struct Tls {
    pub(crate) settings: Settings,
    /// Taken when the service starts.
    pub(crate) listener: Mutex<Option<TcpListener>>,
    pub(crate) connections: TaskTracker,
    pub(crate) draining: watch::Receiver<bool>,
    pub(crate) shared: Arc<Shared>,
}

/// What every connection needs.
pub(crate) struct Shared {
    pub(crate) state: Arc<State>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) client: Client,
    pub(crate) origin: OriginConfig,
}

#[async_trait]
impl Service for Tls {
    async fn start_service(&mut self, _fds: Option<ListenFds>, _shutdown: ShutdownWatch, _listeners_per_fd: usize) {
        let Some(listener) = self.listener.lock().ok().and_then(|mut listener| listener.take()) else { return };
        let listener = match listener.set_nonblocking(true).and_then(|()| tokio::net::TcpListener::from_std(listener)) {
            Ok(listener) => listener,
            Err(error) => {
                error!("cannot listen for TLS: {error}");
                return;
            }
        };
        let room = Arc::new(Semaphore::new(self.shared.client.max_connections.clamp(1, Semaphore::MAX_PERMITS)));
        let mut draining = self.draining.clone();
        loop {
            let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = draining.wait_for(|draining| *draining) => return,
            };
            match accepted {
                Ok((stream, address)) => {
                    let (shared, settings) = (Arc::clone(&self.shared), self.settings.clone());
                    self.connections.spawn(async move {
                        let outcome = shared.serve(stream, address, &settings).await;
                        shared.metrics.count_tls(outcome);
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
    async fn serve(&self, mut client: TcpStream, address: SocketAddr, settings: &Settings) -> Outcome {
        let _ = client.set_nodelay(true);
        let mut bytes = Vec::with_capacity(2_048);
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
        let (host, alert) = match timeout(self.client.head_timeout, reading).await {
            Err(_) => return Outcome::Slow,
            Ok(None) => return Outcome::ClientGone,
            Ok(Some(Hello::Name(host))) => (Some(host), UNRECOGNIZED_NAME),
            Ok(Some(Hello::Nameless)) => (None, UNRECOGNIZED_NAME),
            Ok(Some(Hello::Foreign(why))) => {
                debug!("a TLS connection is refused: {why}");
                refuse(&mut client, DECODE_ERROR).await;
                return Outcome::BadRequest;
            }
            Ok(Some(Hello::Partial)) => return Outcome::Slow,
        };
        let (origin, undetermined) = {
            let index = self.state.index();
            match decide(index.as_ref().as_ref(), host.as_deref(), &mut Room::default()) {
                Decision::Proxy { origin, undetermined, .. } => (Ok(origin), undetermined),
                Decision::Closed { listed: true, .. } => (Err((ACCESS_DENIED, Outcome::Closed)), false),
                Decision::Closed { .. } => (Err((alert, Outcome::Unlisted)), false),
                Decision::NoOrigin { .. } => (Err((alert, Outcome::NoOrigin)), false),
                Decision::BadHost(_) => (Err((alert, Outcome::BadRequest)), false),
                Decision::NotReady => (Err((INTERNAL_ERROR, Outcome::NotReady)), false),
            }
        };
        let origin = match origin {
            Ok(origin) => origin,
            Err((alert, outcome)) => {
                refuse(&mut client, alert).await;
                return outcome;
            }
        };
        let connecting = connect(&origin, settings.origin_port);
        let mut server = match timeout(self.origin.connect_timeout, connecting).await {
            Ok(Ok(server)) => server,
            failed => {
                refuse(&mut client, INTERNAL_ERROR).await;
                return if failed.is_err() { Outcome::OriginSlow } else { Outcome::OriginAway };
            }
        };
        let _ = server.set_nodelay(true);
        if settings.send_proxy {
            let here = client.local_addr().unwrap_or(address);
            bytes.splice(..0, proxy_header(address, here));
        }
        if server.write_all(&bytes).await.is_err() {
            return Outcome::OriginAway;
        }
        drop(bytes);
        let copying = tokio::io::copy_bidirectional(&mut client, &mut server);
        match timeout(self.origin.upgraded_timeout, copying).await {
            Ok(Ok(_)) if undetermined => Outcome::Undetermined,
            Ok(Ok(_)) => Outcome::Proxied,
            Ok(Err(_)) => Outcome::ClientGone,
            Err(_) => Outcome::OriginSlow,
        }
    }
}

async fn connect(origin: &Origin, port: u16) -> std::io::Result<TcpStream> {
    match origin {
        Origin::Address(address) => TcpStream::connect((address.ip(), port)).await,
        Origin::Name(name, _) => TcpStream::connect((&**name, port)).await,
    }
}

/// Sends a fatal alert and closes; whether the client reads it is its own matter.
async fn refuse(client: &mut TcpStream, alert: u8) {
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

/// The PROXY protocol's header, version 2: who the client is and where it came to.
fn proxy_header(client: SocketAddr, here: SocketAddr) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21".to_vec();
    match (client.ip().to_canonical(), here.ip().to_canonical()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            header.extend([0x11, 0, 12]);
            header.extend(from.octets());
            header.extend(to.octets());
        }
        (from, to) => {
            let wide = |address: IpAddr| match address {
                IpAddr::V4(address) => address.to_ipv6_mapped(),
                IpAddr::V6(address) => address,
            };
            header.extend([0x21, 0, 36]);
            header.extend(wide(from).octets());
            header.extend(wide(to).octets());
        }
    }
    header.extend(client.port().to_be_bytes());
    header.extend(here.port().to_be_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_header_is_as_its_specification_shows_it() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        let four = proxy_header(at("192.0.2.1:4000"), at("198.51.100.7:443"));
        let signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
        assert_eq!(four[..12], signature);
        assert_eq!(four[12..], [0x21, 0x11, 0, 12, 192, 0, 2, 1, 198, 51, 100, 7, 0x0f, 0xa0, 0x01, 0xbb]);
        let six = proxy_header(at("[2001:db8::1]:1"), at("[2001:db8::2]:2"));
        assert_eq!((six.len(), six[13], six[15]), (16 + 36, 0x21, 36));
        assert_eq!(proxy_header(at("[::ffff:192.0.2.1]:1"), at("[::ffff:192.0.2.2]:2"))[13], 0x11);
    }
}

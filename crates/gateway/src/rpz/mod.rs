//! The closed domains as a response policy zone, served to resolvers over DNS.
//!
//! A resolver asks for the zone's SOA, takes the zone once (AXFR, RFC 5936) and from then on what changed (IXFR, RFC 1995).
//! The serial is the number of the feed's last entry, modulo 2³² (RFC 1982). When it moved, those who want to hear of it
//! are told (NOTIFY, RFC 1996). Requests may have to be signed (TSIG, RFC 8945).
//!
//! Nothing else is answered here: this is no resolver.

mod access;
#[cfg(test)]
mod fuzz;
mod notify;
mod zone;

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;
use rustix::net::{self, AddressFamily, SocketFlags, SocketType, sockopt};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{sleep, timeout};
use tracing::{debug, error, warn};

use crate::Ambient;
use crate::config::Rpz as Settings;
use crate::metrics::Metrics;
use crate::state::State;

use access::Access;
use notify::Listener;
use zone::{Names, Reply, Transfer};

/// The longest a connection may take to send a question, the first or the next.
const QUESTION: Duration = Duration::from_secs(10);
/// The longest a resolver may leave one message waiting.
const WRITE: Duration = Duration::from_secs(30);
/// Connections at one time; further ones wait in the kernel's queue.
const CONNECTIONS: usize = 64;
/// Zones sent at one time; each may hold what changed since the base was built in memory.
pub(crate) const TRANSFERS: usize = 4;
/// Messages made before they are sent: a transfer takes no more memory than these.
const AHEAD: usize = 4;
/// No question is longer over UDP.
const DATAGRAM: usize = 4096;

/// Why a zone cannot be served as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum BadZone {
    /// A name is none.
    #[error("{0:?} is not a domain name")]
    Name(String),
    /// A key's secret is none.
    #[error("the secret of the key {0:?} is not base64, or has fewer than 16 bytes")]
    Secret(String),
    /// A key is named that is not there.
    #[error("there is no key {0:?}")]
    NoKey(String),
    /// Everybody could take the zone.
    #[error("a transfer needs `from`, `key` or both: the zone is not for everybody")]
    Everybody,
}

/// The addresses of a zone, taken before the gateway runs.
pub(crate) struct Sockets {
    pub(crate) tcp: TcpListener,
    pub(crate) udp: UdpSocket,
}

impl Sockets {
    /// Takes the same port of both.
    pub(crate) fn bind(address: SocketAddr) -> io::Result<(Self, SocketAddr)> {
        // The system gives a port that is free over TCP, which may be taken over UDP.
        let mut tries = if address.port() == 0 { 16 } else { 1 };
        loop {
            tries -= 1;
            let tcp = TcpListener::from(socket(SocketType::STREAM, address)?);
            let real = tcp.local_addr()?;
            match socket(SocketType::DGRAM, real) {
                Ok(udp) => return Ok((Self { tcp, udp: UdpSocket::from(udp) }, real)),
                Err(error) if tries == 0 => return Err(error),
                Err(_) => {}
            }
        }
    }
}

/// A bound socket. The gateway that takes over from another binds the same port while that one still answers.
fn socket(kind: SocketType, address: SocketAddr) -> io::Result<OwnedFd> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = net::socket_with(family, kind, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    sockopt::set_socket_reuseport(&socket, true)?;
    net::bind(&socket, &address)?;
    if kind == SocketType::STREAM {
        net::listen(&socket, 1_024)?;
    }
    Ok(socket)
}

/// A zone as it is configured.
pub(crate) struct Zone {
    names: Names,
    access: Access,
    listeners: Vec<Listener>,
}

impl Zone {
    /// Reads the settings, so that a wrong one is said before anything runs.
    pub(crate) fn read(settings: &Settings) -> Result<Self, BadZone> {
        let (names, access) = (Names::read(settings)?, Access::read(settings)?);
        Ok(Self { names, access, listeners: notify::listeners(settings)? })
    }
}

/// The server of one zone.
pub(crate) struct Rpz {
    /// Taken when the service starts.
    pub(crate) sockets: Mutex<Option<Sockets>>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) draining: watch::Receiver<bool>,
}

/// What its connections share.
pub(crate) struct Shared {
    pub(crate) zone: Zone,
    /// The folder of the index.
    pub(crate) folder: PathBuf,
    pub(crate) state: Arc<State>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) ambient: Ambient,
    /// Zones that may be sent now.
    pub(crate) transfers: Semaphore,
}

#[async_trait]
impl BackgroundService for Rpz {
    async fn start(&self, _shutdown: ShutdownWatch) {
        let Some(sockets) = self.sockets.lock().ok().and_then(|mut sockets| sockets.take()) else { return };
        let mut draining = self.draining.clone();
        tokio::select! {
            served = serve(&self.shared, sockets) => if let Err(error) = served {
                error!("the response policy zone cannot be served: {error}");
            },
            () = notify::follow(&self.shared) => {}
            _ = draining.wait_for(|draining| *draining) => {}
        }
    }
}

async fn serve(shared: &Arc<Shared>, Sockets { tcp, udp }: Sockets) -> io::Result<()> {
    tcp.set_nonblocking(true)?;
    udp.set_nonblocking(true)?;
    let (tcp, udp) = (tokio::net::TcpListener::from_std(tcp)?, tokio::net::UdpSocket::from_std(udp)?);
    tokio::join!(datagrams(shared, &udp), connections(shared, &tcp));
    Ok(())
}

async fn datagrams(shared: &Arc<Shared>, socket: &tokio::net::UdpSocket) {
    let mut room = vec![0; DATAGRAM];
    loop {
        let (length, from) = match socket.recv_from(&mut room).await {
            Ok(received) => received,
            // Mostly that an earlier answer found nobody.
            Err(error) => {
                debug!("no datagram came: {error}");
                sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        if let Reply::Message(answer) = shared.answer(room[..length].to_vec(), from.ip(), false)
            && let Err(error) = socket.send_to(&answer, from).await
        {
            debug!(%from, "an answer was not sent: {error}");
        }
    }
}

async fn connections(shared: &Arc<Shared>, listener: &tokio::net::TcpListener) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut running = tokio::task::JoinSet::new();
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        while running.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((_, from)) if !shared.zone.access.knows(from.ip()) => {
                debug!(%from, "a connection of somebody who may ask nothing");
                shared.metrics.rpz_refused.increment(1);
            }
            Ok((stream, from)) => {
                let shared = Arc::clone(shared);
                running.spawn(async move {
                    if let Err(error) = shared.connection(stream, from).await {
                        debug!(%from, "a connection ended: {error}");
                    }
                    drop(permit);
                });
            }
            Err(error) => {
                warn!("cannot accept a connection: {error}");
                sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

impl Shared {
    /// Answers one question after the other.
    async fn connection(self: &Arc<Self>, mut stream: TcpStream, from: SocketAddr) -> io::Result<()> {
        stream.set_nodelay(true)?;
        loop {
            let question = timeout(QUESTION, async {
                let mut question = vec![0; usize::from(stream.read_u16().await?)];
                stream.read_exact(&mut question).await.map(|_| question)
            });
            let question = match question.await?? {
                question if question.is_empty() => return Ok(()),
                question => question,
            };
            match self.answer(question, from.ip(), true) {
                Reply::Nothing => return Ok(()),
                Reply::Message(answer) => {
                    send(&mut stream, &answer).await?;
                    // Whoever is refused leaves the place to others.
                    if answer.get(3).is_none_or(|flags| flags & 0x0f != 0) {
                        return Ok(());
                    }
                }
                Reply::Transfer(transfer) => self.transfer(&mut stream, *transfer, from).await?,
            }
        }
    }

    async fn transfer(
        self: &Arc<Self>,
        stream: &mut TcpStream,
        transfer: Transfer,
        from: SocketAddr,
    ) -> io::Result<()> {
        let _turn = self.transfers.acquire().await.map_err(io::Error::other)?;
        let (messages, mut made) = mpsc::channel::<Vec<u8>>(AHEAD);
        let shared = Arc::clone(self);
        // Reading the index may wait for the disk.
        let making = tokio::task::spawn_blocking(move || {
            transfer.make(&shared, &mut |message| messages.blocking_send(message).is_ok())
        });
        while let Some(message) = made.recv().await {
            send(stream, &message).await?;
        }
        drop(made);
        match making.await.map_err(io::Error::other)? {
            Ok(kind) => {
                debug!(%from, kind = kind.as_str(), "sent the zone");
                self.metrics.rpz_sent(kind);
                Ok(())
            }
            Err(error) => {
                self.metrics.rpz_errors.increment(1);
                warn!(%from, "the zone could not be sent: {error}");
                Err(io::Error::other(error))
            }
        }
    }
}

async fn send(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(io::Error::other)?;
    let mut whole = Vec::with_capacity(message.len() + 2);
    whole.extend(length.to_be_bytes());
    whole.extend(message);
    timeout(WRITE, stream.write_all(&whole)).await?
}

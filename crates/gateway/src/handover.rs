//! Taking over from a gateway that runs, without a connection that is refused.
//!
//! The new gateway connects to the old one's UNIX socket. The old one lets go of the index, hands over its listening
//! sockets (`SCM_RIGHTS`) and goes on answering. Once the new one has verdicts and accepts from the same sockets, it says
//! so, and the old one stops as on SIGTERM: the queue of the kernel stays open all the time. Should the new one end
//! before it says so, the old one follows the platform again as if nothing had been.

use std::io::{self, IoSlice, IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, info, warn};

use crate::front::LAST_CALL;
use crate::state::State;

/// The most listening sockets that are handed over.
const MOST: usize = 8;
/// The longest list of their names.
const LONGEST: usize = 512;
/// What a new gateway says when it serves.
const TAKEN: u8 = b'!';
/// How long the old gateway may take to let go of the index.
const LETTING_GO: Duration = Duration::from_secs(30);
/// How long a new gateway may take from the sockets to its first answer.
const STARTING: Duration = Duration::from_secs(600);

/// What a gateway that runs gave to the one that starts.
#[derive(Debug)]
pub(crate) struct Handed {
    listeners: Vec<(String, TcpListener)>,
    from: UnixStream,
}

impl Handed {
    /// Asks the gateway that runs for its sockets; none when none runs.
    pub(crate) fn ask(path: &Path) -> io::Result<Option<Self>> {
        let Ok(from) = UnixStream::connect(path) else { return Ok(None) };
        from.set_read_timeout(Some(LETTING_GO * 2))?;
        let (mut names, mut descriptors) = ([0; LONGEST], Vec::new());
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let read = recvmsg(&from, &mut [IoSliceMut::new(&mut names)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?.bytes;
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(handed) = message {
                descriptors.extend(handed);
            }
        }
        let names = String::from_utf8_lossy(&names[..read]).into_owned();
        let names: Vec<String> = names.lines().map(str::to_owned).collect();
        if names.is_empty() || names.len() != descriptors.len() {
            return Err(io::Error::other("the gateway that runs handed over nothing that can be used"));
        }
        let listeners = names.into_iter().zip(descriptors.into_iter().map(|one: OwnedFd| one.into())).collect();
        Ok(Some(Self { listeners, from }))
    }

    /// The socket of that name, if it listens where the configuration says.
    pub(crate) fn listener(&mut self, name: &str, address: SocketAddr) -> Option<TcpListener> {
        let fits = |listener: &TcpListener| {
            let there = listener.local_addr();
            there.is_ok_and(|there| {
                there.ip() == address.ip() && (there.port() == address.port() || address.port() == 0)
            })
        };
        let index = self.listeners.iter().position(|(handed, listener)| handed == name && fits(listener))?;
        Some(self.listeners.swap_remove(index).1)
    }

    /// Tells the gateway that ran to stop.
    fn taken(mut self) -> io::Result<()> {
        self.from.write_all(&[TAKEN])
    }
}

/// Waits for the one to come, after having told the one that was.
pub(crate) struct Handover {
    pub(crate) path: PathBuf,
    /// The sockets by name, kept to be handed over until the gateway stops.
    pub(crate) listeners: Mutex<Vec<(&'static str, TcpListener)>>,
    /// From whom this gateway takes over.
    pub(crate) before: Mutex<Option<Handed>>,
    pub(crate) state: Arc<State>,
    /// Lets the listeners accept.
    pub(crate) go: watch::Sender<bool>,
    /// Wants the index let go of, and whether it is.
    pub(crate) let_go: watch::Sender<bool>,
    pub(crate) is_let_go: watch::Receiver<bool>,
    /// Tells those who serve programs of the provider that the new gateway does.
    pub(crate) replaced: watch::Sender<bool>,
    pub(crate) stop: Arc<watch::Sender<bool>>,
    pub(crate) draining: watch::Receiver<bool>,
}

#[async_trait]
impl BackgroundService for Handover {
    async fn start(&self, _shutdown: ShutdownWatch) {
        let mut draining = self.draining.clone();
        tokio::select! {
            () = self.run() => {}
            _ = draining.wait_for(|draining| *draining) => {}
        }
        // Or they would stay open, and connections wait in them for nobody.
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Handover {
    async fn run(&self) {
        let before = self.before.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(before) = before {
            let begun = Instant::now();
            while self.state.index().is_none() && begun.elapsed() < STARTING {
                sleep(Duration::from_millis(20)).await;
            }
            self.go.send_replace(true);
            match before.taken() {
                Ok(()) => info!("took over from the gateway that ran"),
                Err(error) => warn!("the gateway that ran cannot be told: {error}"),
            }
        }
        let listener = match listen(&self.path) {
            Ok(listener) => listener,
            Err(error) => {
                error!(path = %self.path.display(), "nobody can take over: {error}");
                return std::future::pending().await;
            }
        };
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    if let Err(error) = self.hand_over(stream).await {
                        warn!("nobody took over: {error}");
                        self.let_go.send_replace(false);
                    }
                }
                Err(error) => {
                    warn!("cannot be taken over: {error}");
                    sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }

    async fn hand_over(&self, stream: tokio::net::UnixStream) -> io::Result<()> {
        let who = stream.peer_cred()?.uid();
        if who != 0 && who != rustix::process::geteuid().as_raw() {
            return Err(io::Error::other(format!("user {who} may not take over")));
        }
        info!("a new gateway takes over");
        self.let_go.send_replace(true);
        let mut is_let_go = self.is_let_go.clone();
        match timeout(LETTING_GO, is_let_go.wait_for(|is| *is)).await {
            Ok(Ok(_)) => {}
            _ => return Err(io::Error::other("the index is still being written")),
        }
        let stream = stream.into_std()?;
        let listeners = {
            let kept = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
            let copies = kept.iter().map(|(name, listener)| Ok((*name, listener.try_clone()?)));
            copies.collect::<io::Result<Vec<_>>>()?
        };
        let taken = tokio::task::spawn_blocking(move || send(&stream, &listeners).and_then(|()| wait(stream)));
        taken.await.map_err(io::Error::other)??;
        self.replaced.send_replace(true);
        sleep(LAST_CALL * 2).await;
        self.stop.send_replace(true);
        Ok(())
    }
}

/// Binds beside the path and moves there, so that whoever asks meets this gateway or the one before.
fn listen(path: &Path) -> io::Result<tokio::net::UnixListener> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    if let Err(error) = std::fs::remove_file(&beside)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let listener = tokio::net::UnixListener::bind(&beside)?;
    std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o600))?;
    std::fs::rename(&beside, path)?;
    Ok(listener)
}

fn send(stream: &UnixStream, listeners: &[(&'static str, TcpListener)]) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    let names: Vec<&str> = listeners.iter().map(|(name, _)| *name).collect();
    let names = names.join("\n");
    let descriptors: Vec<BorrowedFd<'_>> = listeners.iter().map(|(_, listener)| listener.as_fd()).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(io::Error::other("there are too many sockets"));
    }
    sendmsg(stream, &[IoSlice::new(names.as_bytes())], &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Waits until the new gateway serves.
fn wait(mut stream: UnixStream) -> io::Result<()> {
    stream.set_read_timeout(Some(STARTING))?;
    let mut said = [0];
    stream.read_exact(&mut said)?;
    if said == [TAKEN] { Ok(()) } else { Err(io::Error::other("the new gateway said something else")) }
}

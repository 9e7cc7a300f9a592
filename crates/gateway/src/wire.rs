//! A visitor's connection: its bytes, plain or under TLS, and whose it is.
//!
//! pingora brings a stream of its own; the gateway has this one because bytes that were looked at must be read again
//! (a first message of TLS, a preface of HTTP/2), because a load balancer may say that the client is somebody else, and
//! because an idle connection should hold no buffer for reading.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Buf as _, BytesMut};
use pingora::protocols::l4::socket::SocketAddr as PingoraAddress;
use pingora::protocols::raw_connect::ProxyDigest;
use pingora::protocols::tls::SslDigest;
use pingora::protocols::{
    GetProxyDigest, GetSocketDigest, GetTimingDigest, Peek, Shutdown, SocketDigest, Ssl, TimingDigest, UniqueID,
    UniqueIDType,
};
use pingora::tls::{ServerTlsStream, TlsAcceptor};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt, BufWriter, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::config::Client;
use crate::proxy_protocol::{self, Ends, Header};

/// How much of an answer is gathered before it is sent, unless it ends sooner.
const GATHERED: usize = 1_460;

/// A connection as it was accepted.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    /// What was read already and is to be read again.
    ahead: BytesMut,
    ends: Ends,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, client: SocketAddr) -> Self {
        let _ = stream.set_nodelay(true);
        let here = stream.local_addr().unwrap_or(client);
        Self { stream, ahead: BytesMut::new(), ends: Ends { client, here } }
    }

    /// Who the client is, and where it came to.
    pub(crate) const fn ends(&self) -> Ends {
        self.ends
    }

    /// Lets bytes be read once more.
    pub(crate) fn put_back(&mut self, mut bytes: BytesMut) {
        bytes.extend_from_slice(&self.ahead);
        self.ahead = bytes;
    }

    /// Reads the header of the PROXY protocol that a load balancer must send, and believes it.
    ///
    /// # Errors
    /// When none comes in time, or it is malformed.
    pub(crate) async fn introduce(&mut self, client: &Client) -> Result<(), &'static str> {
        let from = self.ends.client.ip().to_canonical();
        if !client.proxy_from.iter().any(|network| network.contains(&from)) {
            return Ok(());
        }
        let reading = async {
            let mut bytes = BytesMut::with_capacity(256);
            loop {
                if self.stream.read_buf(&mut bytes).await.unwrap_or_default() == 0 {
                    return Err("a load balancer left before it said whose connection this is");
                }
                match proxy_protocol::read(&bytes) {
                    Header::Partial => {}
                    Header::Whole(length, ends) => {
                        bytes.advance(length);
                        return Ok((bytes, ends));
                    }
                    Header::Foreign => return Err("a load balancer sent no header of the PROXY protocol"),
                }
            }
        };
        let Ok(read) = timeout(client.head_timeout, reading).await else {
            return Err("a load balancer did not say in time whose connection this is");
        };
        let (rest, ends) = read?;
        self.ends = ends.unwrap_or(self.ends);
        self.ahead = rest;
        Ok(())
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        let length = self.ahead.len().min(buffer.remaining());
        buffer.put_slice(&self.ahead.split_to(length));
        if self.ahead.is_empty() {
            self.ahead = BytesMut::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A connection as requests are read from it.
#[derive(Debug)]
pub(crate) struct Wire {
    line: Line,
    /// What pingora is told of the TLS that ends here.
    tls: Option<Arc<SslDigest>>,
}

#[derive(Debug)]
enum Line {
    Plain(BufWriter<Socket>),
    Tls(Box<ServerTlsStream<Socket>>),
}

impl Wire {
    /// A connection without TLS.
    pub(crate) fn plain(socket: Socket) -> Self {
        Self { line: Line::Plain(BufWriter::with_capacity(GATHERED, socket)), tls: None }
    }

    /// Ends TLS here; none when no handshake comes about in time.
    pub(crate) async fn tls(socket: Socket, config: Arc<ServerConfig>, longest: Duration) -> Option<Self> {
        let stream = timeout(longest, TlsAcceptor::from(config).accept(socket)).await.ok()?.ok()?;
        let tls = SslDigest::new("", "", None, None, Vec::new());
        Some(Self { line: Line::Tls(Box::new(stream)), tls: Some(Arc::new(tls)) })
    }

    /// Whether the client chose HTTP/2 by ALPN.
    pub(crate) fn is_http2(&self) -> bool {
        matches!(&self.line, Line::Tls(stream) if stream.get_ref().1.alpn_protocol() == Some(b"h2"))
    }

    /// Whether TLS ends here.
    pub(crate) const fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Lets bytes of a plain connection be read once more.
    pub(crate) fn put_back(&mut self, bytes: BytesMut) {
        if let Line::Plain(socket) = &mut self.line {
            socket.get_mut().put_back(bytes);
        }
    }

    fn socket(&self) -> &Socket {
        match &self.line {
            Line::Plain(socket) => socket.get_ref(),
            Line::Tls(stream) => stream.get_ref().0,
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.line {
            Line::Plain(socket) => Pin::new(socket).poll_read(cx, buffer),
            Line::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.line {
            Line::Plain(socket) => Pin::new(socket).poll_write(cx, bytes),
            Line::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.line {
            Line::Plain(socket) => Pin::new(socket).poll_write_vectored(cx, bytes),
            Line::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.line {
            Line::Plain(socket) => socket.is_write_vectored(),
            Line::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line {
            Line::Plain(socket) => Pin::new(socket).poll_flush(cx),
            Line::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line {
            Line::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            Line::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

// What pingora wants to know of a stream.

#[async_trait]
impl Shutdown for Wire {
    async fn shutdown(&mut self) {
        // The other end may be gone; there is nothing left to do then.
        let _ = AsyncWriteExt::shutdown(self).await;
    }
}

impl UniqueID for Wire {
    fn id(&self) -> UniqueIDType {
        self.socket().stream.as_raw_fd()
    }
}

impl Ssl for Wire {
    fn get_ssl_digest(&self) -> Option<Arc<SslDigest>> {
        self.tls.clone()
    }
}

impl GetTimingDigest for Wire {
    fn get_timing_digest(&self) -> Vec<Option<TimingDigest>> {
        Vec::new()
    }
}

impl GetProxyDigest for Wire {
    fn get_proxy_digest(&self) -> Option<Arc<ProxyDigest>> {
        None
    }
}

impl GetSocketDigest for Wire {
    fn get_socket_digest(&self) -> Option<Arc<SocketDigest>> {
        let socket = self.socket();
        let digest = SocketDigest::from_raw_fd(socket.stream.as_raw_fd());
        // Set before anyone can ask the system, which knows the load balancer only.
        let _ = digest.peer_addr.set(Some(PingoraAddress::Inet(socket.ends.client)));
        let _ = digest.local_addr.set(Some(PingoraAddress::Inet(socket.ends.here)));
        Some(Arc::new(digest))
    }
}

impl Peek for Wire {}

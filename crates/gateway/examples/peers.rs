//! What the benchmark of the gateway measures it against, and what it is loaded with.
//!
//! ```text
//! peers proxy LISTEN ORIGIN      pingora and nothing else: the same proxy without a verdict
//! peers pass LISTEN ORIGIN       connections handed on as they come, unread
//! peers origin LISTEN            reads once from each connection, answers a byte and closes it
//! peers connect TARGET SECONDS NAMES
//!                                connections with a ClientHello for one of so many names, 64 at a time; prints how many
//!                                succeeded, how many failed, and after how many seconds
//! ```
//!
//! Each is one thread of work, as one worker of the gateway is.

#![expect(clippy::unwrap_used, reason = "it ends where it cannot go on")]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use pingora::proxy::{ProxyHttp, Session, http_proxy_service};
use pingora::server::Server;
use pingora::server::configuration::ServerConf;
use pingora::upstreams::peer::HttpPeer;
use rustls::client::{ClientConfig, ClientConnection};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// So many connections are open at once.
const AT_ONCE: usize = 64;

/// The proxy without a verdict.
struct Bare(String);

#[async_trait]
impl ProxyHttp for Bare {
    type CTX = ();

    fn new_ctx(&self) {}

    async fn upstream_peer(&self, _session: &mut Session, _context: &mut ()) -> pingora::Result<Box<HttpPeer>> {
        Ok(Box::new(HttpPeer::new(self.0.as_str(), false, String::new())))
    }
}

fn proxy(listen: &str, origin: &str) {
    let mut server = Server::new_with_opt_and_conf(None, ServerConf { threads: 1, ..ServerConf::default() });
    server.bootstrap();
    let mut service = http_proxy_service(&server.configuration, Bare(origin.to_owned()));
    service.add_tcp(listen);
    server.add_service(service);
    server.run_forever();
}

async fn pass(listen: &str, origin: &str) {
    let listener = TcpListener::bind(listen).await.unwrap();
    let origin: Arc<str> = origin.into();
    loop {
        let Ok((mut client, _)) = listener.accept().await else { continue };
        let origin = Arc::clone(&origin);
        tokio::spawn(async move {
            let mut server = TcpStream::connect(&*origin).await?;
            client.set_nodelay(true)?;
            server.set_nodelay(true)?;
            copy_bidirectional(&mut client, &mut server).await
        });
    }
}

async fn origin(listen: &str) {
    let listener = TcpListener::bind(listen).await.unwrap();
    loop {
        let Ok((mut client, _)) = listener.accept().await else { continue };
        tokio::spawn(async move {
            let mut read = [0; 2_048];
            if client.read(&mut read).await? > 0 {
                client.write_all(b"!").await?;
            }
            io::Result::Ok(())
        });
    }
}

/// The first message of a client that wants `www.site{number}.cn`.
fn hello(settings: &Arc<ClientConfig>, number: u64) -> Vec<u8> {
    let name = ServerName::try_from(format!("www.site{number}.cn")).unwrap();
    let mut client = ClientConnection::new(Arc::clone(settings), name).unwrap();
    let mut bytes = Vec::new();
    client.write_tls(&mut bytes).unwrap();
    bytes
}

async fn once(target: &str, hello: &[u8]) -> io::Result<()> {
    let mut stream = TcpStream::connect(target).await?;
    stream.set_nodelay(true)?;
    stream.write_all(hello).await?;
    let mut answer = [0; 1];
    stream.read_exact(&mut answer).await?;
    // The port is free again at once; thousands of closed connections a second would use them up.
    stream.set_zero_linger()?;
    if answer == *b"!" { Ok(()) } else { Err(io::Error::other("refused")) }
}

async fn connect(target: &str, seconds: u64, names: u64) {
    // Said, because two are in the tree and rustls takes neither by itself.
    let settings = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let settings = Arc::new(settings);
    // Every tenth name is closed.
    let step = (names / 1_000).max(1);
    let numbers = (0..1_000).map(|n| (n * step) / 10 * 10 + 1);
    let hellos: Arc<Vec<Vec<u8>>> = Arc::new(numbers.map(|number| hello(&settings, number)).collect());
    let (done, failed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let begun = Instant::now();
    let over = begun + Duration::from_secs(seconds);
    let mut hands = tokio::task::JoinSet::new();
    for hand in 0..AT_ONCE {
        let (hellos, done, failed) = (Arc::clone(&hellos), Arc::clone(&done), Arc::clone(&failed));
        let target = target.to_owned();
        hands.spawn(async move {
            let mut next = hand * 37;
            while Instant::now() < over {
                next = (next + 1) % hellos.len();
                let counted = if once(&target, &hellos[next]).await.is_ok() { &done } else { &failed };
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    hands.join_all().await;
    let (done, failed) = (done.load(Ordering::Relaxed), failed.load(Ordering::Relaxed));
    println!("{done} {failed} {}", begun.elapsed().as_secs_f64());
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["proxy", listen, origin] = arguments[..] {
        return proxy(listen, origin);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match arguments[..] {
            ["pass", listen, to] => pass(listen, to).await,
            ["origin", listen] => origin(listen).await,
            ["connect", target, seconds, names] => {
                connect(target, seconds.parse().unwrap(), names.parse().unwrap()).await;
            }
            _ => panic!("peers proxy|pass|origin|connect …"),
        }
    });
}

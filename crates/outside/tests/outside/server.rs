//! A server of one test: it reads a request and does what it was told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
#[derive(Clone)]
pub enum Does {
    /// Sends these bytes and ends the connection.
    Says(Vec<u8>),
    /// Sends these bytes and then nothing more, for ever.
    Stalls(Vec<u8>),
    /// Sends these bytes again and again.
    Floods(Vec<u8>),
}

/// A listening server and how often it was asked.
pub struct Server {
    pub address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Server {
    pub async fn that(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, does.clone()));
            }
        });
        Self { address, asked }
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, does: Does) {
    let mut buffer = [0; 4096];
    let _ = stream.read(&mut buffer).await;
    match does {
        Does::Says(bytes) => drop(stream.write_all(&bytes).await),
        Does::Stalls(bytes) => {
            let _ = stream.write_all(&bytes).await;
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        Does::Floods(bytes) => while stream.write_all(&bytes).await.is_ok() {},
    }
}

/// An HTTP answer.
pub fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}").into_bytes()
}

//! A running gateway with an origin behind it, and the ways to ask it something.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::{Json, Router};
use gateway::{Addresses, Ambient, Config, Gateway, Stopper};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::platform::KEY;

/// How long anything may take that should happen at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running gateway.
pub struct Stand {
    pub address: SocketAddr,
    pub metrics: SocketAddr,
    pub ask: SocketAddr,
    pub tls: Option<SocketAddr>,
    pub ext_authz: Option<SocketAddr>,
    pub rpz: Option<SocketAddr>,
    pub stopper: Stopper,
    pub clock: Arc<AtomicI64>,
    thread: Option<JoinHandle<Result<(), gateway::Error>>>,
    client: reqwest::Client,
}

/// Settings for tests: ports of the system's choice, short pauses.
pub fn config(platform: &str) -> Config {
    let mut config = Config {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        metrics_listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        ask_listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        platform_url: platform.to_owned(),
        public_url: "https://beian.example.com".to_owned(),
        api_key: KEY.to_owned().into(),
        workers: 2,
        ..Config::default()
    };
    config.follow.retry_min = Duration::from_millis(50);
    config.follow.retry_max = Duration::from_millis(200);
    config
}

/// The clock the gateway reads, standing still until a test moves it.
pub fn clock() -> (Arc<AtomicI64>, Ambient) {
    let clock = Arc::new(AtomicI64::new(1_772_438_400));
    let read = Arc::clone(&clock);
    let now = move || Timestamp::from_second(read.load(Ordering::Relaxed)).unwrap();
    (clock, Ambient::new(now, || 0))
}

impl Stand {
    /// Runs a gateway in a thread of its own.
    pub fn start(config: Config) -> Self {
        let (clock, ambient) = clock();
        let gateway = Gateway::bind(config, ambient).unwrap();
        let (Addresses { visitors: address, metrics, ask, tls, ext_authz, rpz }, stopper) =
            (gateway.addresses(), gateway.stopper());
        let thread = Some(std::thread::spawn(move || gateway.run()));
        Self { address, metrics, ask, tls, ext_authz, rpz, stopper, clock, thread, client: client() }
    }

    /// Stops the gateway and waits for it.
    pub fn stop(mut self) {
        self.stopper.stop();
        self.thread.take().unwrap().join().unwrap().unwrap();
    }

    /// Asks for a path of a host.
    pub fn get(&self, host: &str, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("http://{}{path}", self.address)).header("host", host)
    }

    /// Posts to a host.
    pub fn post(&self, host: &str, path: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("http://{}{path}", self.address)).header("host", host)
    }

    /// The status a host answers with.
    pub async fn status(&self, host: &str) -> u16 {
        self.get(host, "/").send().await.unwrap().status().as_u16()
    }

    /// Waits until a host answers with a status.
    pub async fn until_status(&self, host: &str, status: u16) {
        until(&format!("{host} to answer {status}"), async || self.status(host).await == status).await;
    }

    /// Waits until the gateway has verdicts.
    pub async fn until_ready(&self) {
        until("the gateway to be ready", async || self.operator("/readyz").await.0 == 200).await;
    }

    /// The status and text of a path on the metrics address.
    pub async fn operator(&self, path: &str) -> (u16, String) {
        let answer = self.client.get(format!("http://{}{path}", self.metrics)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The value of a metric, by its name with its labels.
    pub async fn metric(&self, name: &str) -> f64 {
        let text = self.operator("/metrics").await.1;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    }

    /// Waits until a metric has a value.
    pub async fn until_metric(&self, name: &str, value: f64) {
        until(&format!("{name} to be {value}"), async || (self.metric(name).await - value).abs() < 0.5).await;
    }

    /// Sends bytes and reads whatever comes until the connection closes.
    pub async fn raw(&self, bytes: &[u8]) -> String {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
            .await
            .expect("the connection to close")
            .unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.stopper.stop();
    }
}

/// A client that follows no redirects and uses no proxy.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build().unwrap()
}

/// Waits until something is so.
pub async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("waited in vain for {what}"));
}

/// An origin that tells what it was asked: `/slow` after a second, everything else at once.
pub async fn origin() -> SocketAddr {
    let tell = async |headers: HeaderMap, body: String| {
        let headers: serde_json::Map<String, Value> = headers
            .keys()
            .map(|name| {
                let values: Vec<&str> = headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
                (name.to_string(), json!(values.join(" | ")))
            })
            .collect();
        Json(json!({ "headers": headers, "body": body }))
    };
    let slow = async || {
        tokio::time::sleep(Duration::from_secs(1)).await;
        "slow but whole"
    };
    let app = Router::new().route("/slow", axum::routing::get(slow)).fallback(tell);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// An address where nobody listens.
pub async fn nobody() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], free_port()))
}

/// A port for a program that needs its number beforehand: outside of those the system gives away meanwhile, and each
/// once.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let tried = std::process::id().wrapping_mul(61).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = 20_000 + u16::try_from(tried % 10_000).unwrap();
        let is_free = |address: (&str, u16)| {
            std::net::UdpSocket::bind(address).is_ok() && std::net::TcpListener::bind(address).is_ok()
        };
        if is_free(("127.0.0.1", port)) && is_free(("0.0.0.0", port)) {
            return port;
        }
    }
}

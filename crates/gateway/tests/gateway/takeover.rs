//! A new gateway takes over from the one that runs, under load; and SIGHUP. The gateways are processes of their own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use filing::verdict::Enforcement::{Closed, Open};
use gateway::config::{Closed as ClosedSetting, Status, Style, Tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::platform::{Platform, verdict};
use crate::site::{certificate, curl};
use crate::stand::{client, clock, config, origin, until};

/// Set in the environment of the process that is to be the gateway: the folder of the test.
const CHILD: &str = "BEIAN_GATEWAY_TEST_TAKEOVER";
const PLATFORM: &str = "BEIAN_GATEWAY_TEST_TAKEOVER_PLATFORM";
const ORIGIN_PORT: &str = "BEIAN_GATEWAY_TEST_TAKEOVER_ORIGIN_PORT";

/// A gateway that runs in a process of its own.
pub struct Process {
    child: Child,
    pub visitors: SocketAddr,
    pub metrics: SocketAddr,
    pub tls: SocketAddr,
    ask: SocketAddr,
}

impl Process {
    async fn start(folder: &Path, platform: &Platform) -> Self {
        Self::start_with(folder, platform, 9).await
    }

    /// With the port at which origins take TLS.
    pub async fn start_with(folder: &Path, platform: &Platform, origin_port: u16) -> Self {
        let file = folder.join("addresses");
        let _ = std::fs::remove_file(&file);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "takeover::the_process_that_takes_over", "--nocapture"])
            .env(CHILD, folder)
            .env(PLATFORM, platform.url())
            .env(ORIGIN_PORT, origin_port.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        until("the addresses", async || file.exists()).await;
        let text = std::fs::read_to_string(&file).unwrap();
        let addresses: Vec<SocketAddr> = text.lines().map(|line| line.parse().unwrap()).collect();
        Self { child, visitors: addresses[0], metrics: addresses[1], tls: addresses[2], ask: addresses[3] }
    }

    /// Waits until the process ends, and says whether it did well.
    async fn ended(&mut self) {
        for _ in 0..1_000 {
            if let Some(ended) = self.child.try_wait().unwrap() {
                return assert!(ended.success(), "{ended}");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the process does not end");
    }

    /// The system's number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
    }

    pub async fn operator(&self, path: &str) -> String {
        client().get(format!("http://{}{path}", self.metrics)).send().await.unwrap().text().await.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Not a test of its own: the process of the tests here. Without its variable it has nothing to do.
#[test]
fn the_process_that_takes_over() {
    let Some(folder) = std::env::var_os(CHILD).map(std::path::PathBuf::from) else { return };
    let platform = std::env::var(PLATFORM).unwrap();
    let settings = {
        let folder = folder.clone();
        move || {
            let mut config = gateway::Config {
                index: Some(folder.join("verdicts")),
                handover: Some(folder.join("handover")),
                tls: Some(Tls {
                    listen: SocketAddr::from(([127, 0, 0, 1], 0)),
                    origin_port: std::env::var(ORIGIN_PORT).unwrap().parse().unwrap(),
                    send_proxy: false,
                    own_certificate: None,
                    certificates: Some(folder.join("sites")),
                }),
                ..config(&platform)
            };
            match std::fs::read_to_string(folder.join("change")).unwrap_or_default().as_str() {
                "" => {}
                "page" => config.closed = ClosedSetting { style: Style::Page, status: Status::Forbidden },
                wrong => return Err(format!("{wrong} is no setting")),
            }
            Ok(config)
        }
    };
    let gateway = gateway::Gateway::bind(settings().unwrap(), clock().1).unwrap().reading(settings);
    let beside = folder.join("addresses.new");
    let addresses = gateway.addresses();
    let text =
        format!("{}\n{}\n{}\n{}\n", addresses.visitors, addresses.metrics, addresses.tls.unwrap(), addresses.ask);
    std::fs::write(&beside, text).unwrap();
    std::fs::rename(beside, folder.join("addresses")).unwrap();
    gateway.run().unwrap();
}

/// One request on a connection; whether the connection may be used again. Nothing is tried twice.
async fn request(stream: &mut TcpStream, path: &str) -> Result<bool, String> {
    let head = format!("GET {path} HTTP/1.1\r\nHost: open.cn\r\n\r\n");
    stream.write_all(head.as_bytes()).await.map_err(|error| format!("writing: {error}"))?;
    let mut answer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&answer).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.trim().parse().unwrap() {
                let kept = !head.contains("connection: close");
                return if head.starts_with("http/1.1 200") { Ok(kept) } else { Err(text) };
            }
        }
        match stream.read_buf(&mut answer).await {
            Ok(1..) => {}
            Ok(0) => return Err(format!("the connection closed after {text:?}")),
            Err(error) => return Err(format!("reading: {error}")),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_fails_while_one_gateway_after_the_other_takes_over() {
    let folder = tempfile::tempdir().unwrap();
    certificate(&folder.path().join("sites"), &["open.cn"]);
    let origin = origin().await;
    let platform = Platform::start(vec![verdict("open.cn", Open, Some(origin))]).await;
    let mut running = Process::start(folder.path(), &platform).await;
    until("the gateway to be ready", async || {
        client().get(format!("http://{}/readyz", running.metrics)).send().await.is_ok_and(|got| got.status() == 200)
    })
    .await;
    until("the socket", async || folder.path().join("handover").exists()).await;

    let (address, tls, ask) = (running.visitors, running.tls, running.ask);
    let (done, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut visitors = tokio::task::JoinSet::new();
    for number in 0..14 {
        // The last two are proxies of others that ask.
        let (there, path) = match number {
            12.. => (ask, "/ask?domain=open.cn"),
            _ if number % 3 == 2 => (address, "/slow"),
            _ => (address, "/"),
        };
        let (done, count) = (Arc::clone(&done), Arc::clone(&count));
        visitors.spawn(async move {
            let mut kept: Option<TcpStream> = None;
            while !done.load(Ordering::Relaxed) {
                let mut stream = match kept.take() {
                    Some(stream) => stream,
                    None => TcpStream::connect(there).await.map_err(|error| format!("connecting: {error}"))?,
                };
                // A third on new connections, a third on kept ones, a third waiting for a slow origin.
                let keeps = request(&mut stream, path).await?;
                kept = (keeps && number % 3 != 0).then_some(stream);
                count.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, String>(())
        });
    }
    let secure = {
        let (done, count) = (Arc::clone(&done), Arc::clone(&count));
        tokio::task::spawn_blocking(move || {
            while !done.load(Ordering::Relaxed) {
                let told = curl(tls, "https://open.cn/", &["-k", "--http2", "-w", "%{http_code}"]);
                assert!(told.ends_with("200"), "{told}");
                count.fetch_add(1, Ordering::Relaxed);
            }
        })
    };

    let before = count.load(Ordering::Relaxed);
    for generation in 0..3 {
        let next = Process::start(folder.path(), &platform).await;
        assert_eq!((next.visitors, next.tls), (address, tls), "the same sockets");
        running.ended().await;
        running = next;
        // The new one follows the platform from where the old one was.
        let domain = format!("late-{generation}.cn");
        platform.publish(verdict(&domain, Open, Some(origin)));
        let late = async || client().get(format!("http://{address}/")).header("host", &domain).send().await;
        until("the new verdict", async || late().await.is_ok_and(|answer| answer.status() == 200)).await;
        until("the socket", async || running.operator("/readyz").await.contains("ready")).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    done.store(true, Ordering::Relaxed);
    while let Some(visitor) = visitors.join_next().await {
        visitor.unwrap().unwrap();
    }
    secure.await.unwrap();
    let answered = count.load(Ordering::Relaxed) - before;
    assert!(answered > 300, "{answered} requests");
    assert_eq!(platform.snapshots(), 1, "nobody began anew");
    running.signal("-TERM");
    running.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_successor_fails_goes_on_and_follows_the_platform() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sites")).unwrap();
    let origin = origin().await;
    let platform = Platform::start(vec![verdict("open.cn", Open, Some(origin))]).await;
    let mut running = Process::start(folder.path(), &platform).await;
    let status = async |host: &str| {
        let answer = client().get(format!("http://{}/", running.visitors)).header("host", host).send().await;
        answer.map_or(0, |answer| answer.status().as_u16())
    };
    until("an answer", async || status("open.cn").await == 200).await;
    let socket = folder.path().join("handover");
    until("the socket", async || socket.exists()).await;

    let mut successor = std::os::unix::net::UnixStream::connect(&socket).unwrap();
    let names = tokio::task::spawn_blocking(move || {
        let mut names = [0; 100];
        let read = std::io::Read::read(&mut successor, &mut names).unwrap();
        String::from_utf8_lossy(&names[..read]).into_owned()
    });
    assert_eq!(names.await.unwrap(), "visitors\nmetrics\nask\ntls");
    assert_eq!(status("open.cn").await, 200);
    platform.publish(verdict("late.cn", Open, Some(origin)));
    until("the verdict that came later", async || status("late.cn").await == 200).await;

    // A stale socket keeps nobody from starting.
    running.signal("-KILL");
    let _ = running.child.wait();
    let running = Process::start(folder.path(), &platform).await;
    let answer = async || client().get(format!("http://{}/", running.visitors)).header("host", "late.cn").send().await;
    until("the next one", async || answer().await.is_ok_and(|answer| answer.status() == 200)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_takes_in_settings_and_certificates_and_a_wrong_file_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sites")).unwrap();
    let platform = Platform::start(vec![verdict("closed.cn", Closed, None)]).await;
    let running = Process::start(folder.path(), &platform).await;
    let status = async || {
        let answer = client().get(format!("http://{}/", running.visitors)).header("host", "closed.cn").send().await;
        answer.map_or(0, |answer| answer.status().as_u16())
    };
    until("the redirect", async || status().await == 302).await;
    std::fs::write(folder.path().join("change"), "page").unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(status().await, 302, "nothing changes by itself");
    running.signal("-HUP");
    until("the page", async || status().await == 403).await;

    std::fs::write(folder.path().join("change"), "nonsense").unwrap();
    running.signal("-HUP");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(status().await, 403, "the settings stay as they are");
    certificate(&folder.path().join("sites"), &["open.cn"]);
    running.signal("-HUP");
    until("the certificate", async || running.operator("/metrics").await.contains("beian_gateway_certificates 1"))
        .await;
}

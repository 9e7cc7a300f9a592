//! What a connection costs on which nothing happens, measured on a gateway in a process of its own.
//!
//! `docs/gateway.md` has the figures. The bounds here are wide: they tell a buffer that came back from noise.

use std::net::SocketAddr;

use filing::verdict::Enforcement::Open;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::platform::{Platform, verdict};
use crate::site::certificate;
use crate::stand::{client, origin, until};
use crate::takeover::Process;
use crate::tls::hello;

/// The memory of a process in bytes, without what the kernel keeps for its sockets.
fn memory(process: &Process) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<i64>().unwrap() * 1_024
}

/// Connects from another address than other tests do, whose ports shall stay free.
async fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 2], 0))).unwrap();
    socket.connect(address).await.unwrap()
}

/// What each of so many connections costs, told and held to a bound.
fn told(what: &str, before: i64, process: &Process, count: usize, most: i64) {
    let each = (memory(process) - before) / i64::try_from(count).unwrap();
    println!("{what}: {each} bytes each, {} MiB for 100,000", each * 100_000 / 1_048_576);
    assert!(each < most, "{what}: {each} bytes each");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_holds_little_memory() {
    const PLAIN: usize = 2_000;
    const SECURE: usize = 300;
    const PASSING: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    certificate(&folder.path().join("sites"), &["site.cn"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let passes = listener.local_addr().unwrap();
    let origin = origin().await;
    let platform =
        Platform::start(vec![verdict("open.cn", Open, Some(origin)), verdict("site.cn", Open, Some(origin))]).await;
    let process = Process::start_with(folder.path(), &platform, passes.port()).await;
    until("the gateway to be ready", async || process.operator("/readyz").await.contains("\"ready\"")).await;

    // What is needed once is taken before it is measured.
    let get = async |held: &mut Vec<TcpStream>, count: usize| {
        for _ in 0..count {
            let mut stream = connect(process.visitors).await;
            stream.write_all(b"GET / HTTP/1.1\r\nHost: open.cn\r\n\r\n").await.unwrap();
            assert_ne!(stream.read(&mut [0; 4_096]).await.unwrap(), 0);
            held.push(stream);
        }
    };
    let mut held = Vec::new();
    get(&mut held, 100).await;
    let before = memory(&process);
    get(&mut held, PLAIN).await;
    told("a kept connection without TLS", before, &process, PLAIN, 16 * 1_024);

    let tls = process.tls;
    // One after the other, each of a client of its own, so that all use the same connection to the origin.
    let get = async |held: &mut Vec<reqwest::Client>, count: usize| {
        for _ in 0..count {
            let client = reqwest::Client::builder()
                .danger_accept_invalid_certs(true)
                .no_proxy()
                .resolve("site.cn", tls)
                .build()
                .unwrap();
            let answer = client.get(format!("https://site.cn:{}/", tls.port())).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            answer.bytes().await.unwrap();
            held.push(client);
        }
    };
    let mut clients = Vec::new();
    get(&mut clients, 50).await;
    let before = memory(&process);
    get(&mut clients, SECURE).await;
    told("a kept connection whose TLS ends here", before, &process, SECURE, 96 * 1_024);

    let hello = hello();
    let accepting = tokio::spawn(async move {
        let mut servers = Vec::new();
        for _ in 0..PASSING {
            servers.push(listener.accept().await.unwrap());
        }
        servers
    });
    let mut passing = Vec::new();
    let before = memory(&process);
    for _ in 0..PASSING {
        let mut stream = connect(tls).await;
        stream.write_all(&hello).await.unwrap();
        passing.push(stream);
    }
    let servers = accepting.await.unwrap();
    told("a connection of TLS that passes", before, &process, PASSING, 48 * 1_024);
    drop((held, clients, passing, servers));
    assert_eq!(client().get(format!("http://{}/healthz", process.metrics)).send().await.unwrap().status(), 200);
}

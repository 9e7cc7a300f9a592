//! Behind a load balancer that says by the PROXY protocol whose connection it hands on; one of them is HAProxy itself.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use filing::verdict::Enforcement::{Closed, Open};
use gateway::config::Tls;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::integrate::Program;
use crate::platform::{Platform, verdict};
use crate::stand::{Stand, client, config, nobody, origin, until};
use crate::tls::hello;

async fn stand_with(origin: SocketAddr, from: &str) -> (Platform, Stand) {
    let platform =
        Platform::start(vec![verdict("open.cn", Open, Some(origin)), verdict("closed.cn", Closed, Some(origin))]).await;
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let tls =
        Some(Tls { listen, origin_port: origin.port(), send_proxy: true, own_certificate: None, certificates: None });
    let mut config = gateway::Config { tls, ..config(&platform.url()) };
    config.client.proxy_from = vec![from.parse().unwrap()];
    config.client.head_timeout = Duration::from_millis(500);
    let stand = Stand::start(config);
    until("the gateway to be ready", async || stand.operator("/readyz").await.0 == 200).await;
    (platform, stand)
}

/// Sends bytes, in one piece or one by one, and reads until the end.
async fn raw(address: SocketAddr, bytes: &[u8], piece: usize) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in bytes.chunks(piece) {
        if stream.write_all(piece).await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    // A reset is an end too.
    let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.unwrap();
    answer
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: open.cn\r\nConnection: close\r\n\r\n";
const V1: &[u8] = b"PROXY TCP4 198.51.100.9 203.0.113.1 4000 80\r\n";
/// The same in version 2, with something of the balancer's own behind the addresses.
const V2: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x10\xc6\x33\x64\x09\xcb\x00\x71\x01\x0f\xa0\x00\x50\x04\x00\x01\x07";

#[tokio::test(flavor = "multi_thread")]
async fn the_origin_learns_the_client_whom_the_balancer_names() {
    let (_platform, stand) = stand_with(origin().await, "127.0.0.0/8").await;
    let local = [&V2[..12], b"\x20\x00\x00\x00"].concat();
    for (header, client) in [(V1, "198.51.100.9"), (V2, "198.51.100.9"), (&local, "127.0.0.1")] {
        for piece in [1, 1_000] {
            let answer = raw(stand.address, &[header, REQUEST].concat(), piece).await;
            let answer = String::from_utf8(answer).unwrap();
            assert!(answer.contains(&format!(r#""x-forwarded-for":"{client}""#)), "{answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balancer_that_names_nobody_is_let_go_and_nobody_else_is_believed() {
    let (_platform, stand) = stand_with(origin().await, "127.0.0.1/32").await;
    let tls = stand.tls.unwrap();
    let long = [&V2[..14], b"\xff\xff", &[0; 300][..]].concat();
    let wrong = [REQUEST, b"PROXY TCP4 198.51.100.9\r\nGET / HTTP/1.1\r\n\r\n", &V2[..20], &long, b""];
    for bytes in wrong {
        assert_eq!(raw(stand.address, bytes, 1_000).await, b"", "{bytes:?}");
        assert_eq!(raw(tls, bytes, 1_000).await, b"", "{bytes:?}");
    }
    assert_eq!(raw(tls, &hello(), 1_000).await, b"");
    stand.until_metric("beian_gateway_requests_total{outcome=\"not_introduced\"}", 5.0).await;
    stand.until_metric("beian_gateway_tls_connections_total{outcome=\"not_introduced\"}", 6.0).await;

    let (_platform, stand) = stand_with(origin().await, "192.0.2.0/24").await;
    let answer = raw(stand.address, &[V1, REQUEST].concat(), 1_000).await;
    assert!(answer.starts_with(b"HTTP/1.1 400 "), "who is not listed cannot speak for others");
    assert!(raw(stand.address, REQUEST, 1_000).await.starts_with(b"HTTP/1.1 200 "));
    assert_eq!(raw(stand.tls.unwrap(), &[V1, &hello()].concat(), 1_000).await, [21, 3, 3, 0, 2, 2, 50]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_for_tls_goes_out_to_the_origin() {
    let origin = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_platform, stand) = stand_with(origin.local_addr().unwrap(), "127.0.0.0/8").await;
    let hello = hello();
    let mut client = TcpStream::connect(stand.tls.unwrap()).await.unwrap();
    client.write_all(&[V1, &hello].concat()).await.unwrap();
    let (mut server, _) = origin.accept().await.unwrap();
    let mut got = vec![0; 28 + hello.len()];
    server.read_exact(&mut got).await.unwrap();
    assert_eq!(got[12..28], [0x21, 0x11, 0, 12, 198, 51, 100, 9, 203, 0, 113, 1, 0x0f, 0xa0, 0, 80]);
    assert_eq!(got[28..], hello);
}

#[tokio::test(flavor = "multi_thread")]
async fn haproxy_in_front_is_understood_in_both_versions() {
    let (_platform, stand) = stand_with(origin().await, "127.0.0.0/8").await;
    let folder = tempfile::tempdir().unwrap();
    for send in ["send-proxy", "send-proxy-v2"] {
        let front = nobody().await;
        let file = folder.path().join(send);
        let text = format!(
            "defaults\n mode tcp\n timeout client 10s\n timeout server 10s\n timeout connect 5s\n\
             listen front\n bind {front}\n server gateway {} {send}\n",
            stand.address
        );
        std::fs::write(&file, text).unwrap();
        let _haproxy = Program::start(Command::new("haproxy").arg("-f").arg(&file));
        let get = async || client().get(format!("http://{front}/")).header("host", "open.cn").send().await;
        until("HAProxy", async || get().await.is_ok_and(|answer| answer.status() == 200)).await;
        let told: Value = serde_json::from_str(&get().await.unwrap().text().await.unwrap()).unwrap();
        assert_eq!(told["headers"]["x-forwarded-for"], "127.0.0.1", "{send}");
    }
    assert_eq!(stand.metric("beian_gateway_requests_total{outcome=\"not_introduced\"}").await, 0.0);
}

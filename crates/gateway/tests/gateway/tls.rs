//! TLS by name, between real clients and a real server: `openssl`.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use filing::verdict::Enforcement::{Closed, Open};
use gateway::config::Tls;

use crate::integrate::Program;
use crate::platform::{Platform, verdict};
use crate::stand::{Stand, config, nobody, until};

/// A website with TLS that others wrote, with a certificate made for it.
pub fn website(folder: &Path, port: u16) -> Program {
    let at = |name: &str| folder.join(name).display().to_string();
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=www.open.cn"])
        .args(["-keyout", &at("key"), "-out", &at("certificate")])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success());
    Program::start(
        Command::new("openssl")
            .args(["s_server", "-www", "-quiet", "-accept", &format!("127.0.0.1:{port}")])
            .args(["-key", &at("key"), "-cert", &at("certificate")])
            .stderr(Stdio::null()),
    )
}

/// What `openssl s_client` says of a handshake.
pub fn handshake(address: SocketAddr, host: &str) -> String {
    let output = Command::new("openssl")
        .args(["s_client", "-connect", &address.to_string(), "-servername", host])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_name_passes_untouched_and_a_closed_one_gets_an_alert() {
    let folder = tempfile::tempdir().unwrap();
    let origin = nobody().await;
    let _website = website(folder.path(), origin.port());
    let platform = Platform::start(vec![
        verdict("open.cn", Open, Some(origin)),
        verdict("closed.cn", Closed, Some(origin)),
        verdict("dead.cn", Open, Some(SocketAddr::from(([127, 0, 0, 9], 80)))),
    ])
    .await;
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let tls =
        Some(Tls { listen, origin_port: origin.port(), send_proxy: false, own_certificate: None, certificates: None });
    let stand = Stand::start(gateway::Config { tls, ..config(&platform.url()) });
    stand.until_ready().await;
    let address = stand.tls.unwrap();

    until("the website", async || handshake(address, "www.open.cn").contains("CN = www.open.cn")).await;
    let closed = handshake(address, "WWW.Closed.CN");
    assert!(closed.contains("alert number 49"), "{closed}");
    let unlisted = handshake(address, "never-heard-of.cn");
    assert!(unlisted.contains("alert number 112"), "{unlisted}");
    let dead = handshake(address, "dead.cn");
    assert!(dead.contains("alert number 80"), "{dead}");
    stand.until_metric("beian_gateway_tls_connections_total{outcome=\"closed\"}", 1.0).await;
    stand.until_metric("beian_gateway_tls_connections_total{outcome=\"origin_away\"}", 1.0).await;

    let client = reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .no_proxy()
        .resolve("www.open.cn", address)
        .build()
        .unwrap();
    let url = format!("https://www.open.cn:{}/", address.port());
    let page = client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("s_server"), "{page}");

    platform.publish(verdict("closed.cn", Open, Some(origin)));
    until("the change", async || handshake(address, "closed.cn").contains("CN = www.open.cn")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_origin_is_told_who_the_client_is_and_gets_every_byte() {
    let origin = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = origin.local_addr().unwrap();
    let platform = Platform::start(vec![verdict("open.cn", Open, Some(address))]).await;
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let tls =
        Some(Tls { listen, origin_port: address.port(), send_proxy: true, own_certificate: None, certificates: None });
    let mut config = config(&platform.url());
    config.client.head_timeout = Duration::from_millis(600);
    let stand = Stand::start(gateway::Config { tls, ..config });
    stand.until_ready().await;
    let gateway = stand.tls.unwrap();

    let hello = hello();
    let sent = hello.clone();
    let client = std::thread::spawn(move || {
        let mut stream = std::net::TcpStream::connect(gateway).unwrap();
        stream.set_nodelay(true).unwrap();
        // Byte by byte, as slow lines and those who would hide a name send it.
        for byte in &sent {
            stream.write_all(&[*byte]).unwrap();
        }
        stream.write_all(b"and what follows").unwrap();
        let mut answer = [0; 6];
        stream.read_exact(&mut answer).unwrap();
        (stream.local_addr().unwrap(), answer)
    });
    let (mut server, _) = origin.accept().unwrap();
    let mut got = vec![0; 28 + hello.len() + 16];
    server.read_exact(&mut got).unwrap();
    server.write_all(b"answer").unwrap();
    let (client, answer) = client.join().unwrap();
    assert_eq!(&answer, b"answer");
    assert_eq!(got[28..28 + hello.len()], hello);
    assert!(got.ends_with(b"and what follows"));
    assert_eq!(got[16..20], [127, 0, 0, 1]);
    assert_eq!(got[24..26], client.port().to_be_bytes());

    let mut plain = std::net::TcpStream::connect(gateway).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nhost: open.cn\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, [21, 3, 3, 0, 2, 2, 50], "an alert: it could not be decoded");
    let mut silent = std::net::TcpStream::connect(gateway).unwrap();
    assert_eq!(silent.read(&mut [0; 8]).unwrap(), 0, "who says nothing is let go");
    stand.until_metric("beian_gateway_tls_connections_total{outcome=\"slow\"}", 1.0).await;
}

/// The first message of a client that others wrote, for `www.open.cn`.
pub fn hello() -> Vec<u8> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut client = Command::new("openssl")
        .args(["s_client", "-connect", &address, "-servername", "www.open.cn"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    let mut head = [0; 5];
    stream.read_exact(&mut head).unwrap();
    let mut body = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut body).unwrap();
    drop(stream);
    client.wait().unwrap();
    [&head[..], &body].concat()
}

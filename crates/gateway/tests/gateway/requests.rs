//! What passes through an open domain, and what does not.

use std::net::SocketAddr;
use std::time::Duration;

use filing::verdict::Enforcement::{Closed, Open};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::platform::{Platform, verdict};
use crate::stand::{Stand, config, nobody, origin};

/// A gateway with `open.cn` at the given origin and a closed `closed.cn`.
async fn stand_with(origin: SocketAddr, change: impl FnOnce(&mut gateway::Config)) -> (Platform, Stand) {
    let platform =
        Platform::start(vec![verdict("open.cn", Open, Some(origin)), verdict("closed.cn", Closed, Some(origin))]).await;
    let mut config = config(&platform.url());
    change(&mut config);
    let stand = Stand::start(config);
    stand.until_ready().await;
    (platform, stand)
}

fn header<'a>(told: &'a Value, name: &str) -> Option<&'a str> {
    told["headers"][name].as_str()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_origin_learns_who_asked_and_what_the_client_says_of_itself_is_not_believed() {
    let (_platform, stand) = stand_with(origin().await, |_| {}).await;
    let request = stand
        .get("WWW.open.cn", "/a?b=c")
        .header("x-forwarded-for", "203.0.113.9")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "bank.example.com")
        .header("forwarded", "for=203.0.113.9")
        .header("x-real-ip", "203.0.113.9")
        .header("te", "trailers")
        .header("keep-alive", "timeout=5")
        .header("connection", "keep-alive, x-private")
        .header("x-private", "for this hop only");
    let told: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(header(&told, "host"), Some("WWW.open.cn"));
    assert_eq!(header(&told, "x-forwarded-for"), Some("127.0.0.1"));
    assert_eq!(header(&told, "x-forwarded-proto"), Some("http"));
    assert_eq!(header(&told, "x-forwarded-host"), Some("WWW.open.cn"));
    assert_eq!(header(&told, "via"), Some("1.1 beian-gateway"));
    for name in ["forwarded", "x-real-ip", "te", "keep-alive", "x-private"] {
        assert_eq!(header(&told, name), None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_of_ours_the_chain_is_extended() {
    let (_platform, stand) = stand_with(origin().await, |config| config.client.trust_forwarded = true).await;
    let request =
        stand.get("open.cn", "/").header("x-forwarded-for", "203.0.113.9").header("x-forwarded-proto", "https");
    let told: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(header(&told, "x-forwarded-for"), Some("203.0.113.9, 127.0.0.1"));
    assert_eq!(header(&told, "x-forwarded-proto"), Some("https"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_pass_up_to_the_limit() {
    let (_platform, stand) = stand_with(origin().await, |config| config.client.max_body = 100_000).await;
    let fits = "a".repeat(100_000);
    let told = stand.post("open.cn", "/").body(fits.clone()).send().await.unwrap().text().await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap()["body"], fits);

    let refused = stand.post("open.cn", "/").body("a".repeat(100_001)).send().await.unwrap();
    assert_eq!(refused.status(), 413);

    // A body that does not say its length is cut where it grows too long.
    let mut request = b"POST / HTTP/1.1\r\nHost: open.cn\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..11 {
        request.extend_from_slice(b"2710\r\n");
        request.extend_from_slice(&[b'a'; 10_000]);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    let answer = stand.raw(&request).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    stand.until_metric("beian_gateway_requests_total{outcome=\"too_large\"}", 2.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_names_no_domain_is_a_bad_request() {
    let (_platform, stand) = stand_with(origin().await, |_| {}).await;
    for host in ["127.0.0.1", "[::1]:80", "localhost", "a..cn", "com.cn"] {
        assert_eq!(stand.status(host).await, 400, "{host}");
    }
    let without = stand.raw(b"GET / HTTP/1.0\r\n\r\n").await;
    assert!(without.starts_with("HTTP/1.1 400 ") && without.contains("无法理解"), "{without}");
    let without = stand.raw(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    assert!(without.starts_with("HTTP/1.1 400 "), "{without}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_with_two_meanings_end_the_connection_before_the_origin_sees_them() {
    let (_platform, stand) = stand_with(origin().await, |_| {}).await;
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: open.cn\r\n\r\n";
    for head in [
        format!(
            "POST / HTTP/1.1\r\nHost: open.cn\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            5
        ),
        "POST / HTTP/1.1\r\nHost: open.cn\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: open.cn\r\nTransfer-Encoding : chunked\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: open.cn\r\nTransfer-Encoding: xchunked\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: open.cn\r\nHost: closed.cn\r\n\r\n".to_owned(),
        "GET http://closed.cn/ HTTP/1.1\r\nHost: open.cn\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\nHost: open.cn\n\n".to_owned(),
    ] {
        let answer = stand.raw(format!("{head}{smuggled}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{head:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "one answer, then the end: {answer}");
    }
    let tunnel = stand.raw(b"CONNECT open.cn:443 HTTP/1.1\r\nHost: open.cn:443\r\n\r\n").await;
    assert!(tunnel.starts_with("HTTP/1.1 405 "), "{tunnel}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_too_large_or_too_slow_is_answered_and_cut_off() {
    let (_platform, stand) = stand_with(origin().await, |config| {
        config.client.max_head = 2_000;
        config.client.head_timeout = Duration::from_millis(300);
    })
    .await;
    let large = format!("GET / HTTP/1.1\r\nHost: open.cn\r\nCookie: {}\r\n\r\n", "a".repeat(3_000));
    let answer = stand.raw(large.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431 ") && answer.contains("Cookie"), "{answer}");
    let answer = stand.raw(b"GET / HTTP/1.1\r\nHost: open.cn\r\nX: ").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert_eq!(stand.raw(b"").await, "", "who says nothing gets no answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_carries_many_requests_each_with_its_own_verdict() {
    let (_platform, stand) = stand_with(origin().await, |_| {}).await;
    let mut stream = TcpStream::connect(stand.address).await.unwrap();
    for (host, status) in [("open.cn", 200), ("closed.cn", 302), ("open.cn", 200)] {
        stream.write_all(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).await.unwrap();
        let answer = read_answer(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
    }
    stand.until_metric("beian_gateway_connections", 1.0).await;
    drop(stream);
    stand.until_metric("beian_gateway_connections", 0.0).await;
}

/// Reads one answer with a `Content-Length`.
async fn read_answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&answer).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.trim().parse().unwrap() {
                return String::from_utf8_lossy(&answer).into_owned();
            }
        }
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read_buf(&mut answer)).await;
        assert_ne!(read.unwrap().unwrap(), 0, "the connection closed after {text:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_that_is_away_or_slow_is_told_apart() {
    let (_platform, stand) = stand_with(nobody().await, |_| {}).await;
    let answer = stand.get("open.cn", "/").send().await.unwrap();
    assert_eq!(answer.status(), 502);
    assert!(answer.text().await.unwrap().contains("网站暂时没有响应"));
    stand.until_metric("beian_gateway_requests_total{outcome=\"origin_away\"}", 1.0).await;

    let (_platform, stand) =
        stand_with(origin().await, |config| config.origin.read_timeout = Duration::from_millis(200)).await;
    assert_eq!(stand.get("open.cn", "/slow").send().await.unwrap().status(), 504);
    stand.until_metric("beian_gateway_requests_total{outcome=\"origin_slow\"}", 1.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_by_name_is_looked_up() {
    let origin = origin().await;
    let mut named = verdict("named.cn", Open, None);
    named.origin = Some(format!("localhost:{}", origin.port()));
    let mut lost = verdict("lost.cn", Open, None);
    lost.origin = Some("no-such-host.invalid:80".to_owned());
    let platform = Platform::start(vec![named, lost]).await;
    let stand = Stand::start(config(&platform.url()));
    stand.until_ready().await;
    assert_eq!(stand.status("named.cn").await, 200);
    assert_eq!(stand.status("lost.cn").await, 502);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_its_own_origin_ends_the_circle() {
    let origin = nobody().await;
    let (platform, stand) = stand_with(origin, |_| {}).await;
    platform.publish(verdict("circle.cn", Open, Some(stand.address)));
    stand.until_status("circle.cn", 508).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_passes_in_both_directions() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let origin = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_buf(&mut head).await.unwrap();
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        assert!(head.contains("\r\nupgrade: websocket\r\n") && head.contains("\r\nconnection: upgrade\r\n"), "{head}");
        stream
            .write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            .await
            .unwrap();
        let (mut read, mut write) = stream.split();
        tokio::io::copy(&mut read, &mut write).await.unwrap();
    });
    // The limits for requests must not end a conversation.
    let (_platform, stand) = stand_with(address, |config| {
        config.client.read_timeout = Duration::from_millis(100);
        config.origin.read_timeout = Duration::from_millis(100);
        config.client.max_body = 10;
    })
    .await;
    let mut stream = TcpStream::connect(stand.address).await.unwrap();
    stream
        .write_all(
            b"GET /chat HTTP/1.1\r\nHost: open.cn\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
              Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        )
        .await
        .unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{}", String::from_utf8_lossy(&answer));
    }
    assert!(answer.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer));
    for word in ["hello through the gate", "and again after a silence"] {
        tokio::time::sleep(Duration::from_millis(400)).await;
        stream.write_all(word.as_bytes()).await.unwrap();
        let mut echo = vec![0; word.len()];
        stream.read_exact(&mut echo).await.unwrap();
        assert_eq!(echo, word.as_bytes());
    }
    drop(stream);
    origin.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_pieces_arrives_in_pieces() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (go, went) = tokio::sync::oneshot::channel::<()>();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_ne!(stream.read(&mut [0; 4_096]).await.unwrap(), 0);
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        stream.write_all(&[&head[..], b"5\r\nfirst\r\n"].concat()).await.unwrap();
        // The second only when the visitor has the first.
        went.await.unwrap();
        stream.write_all(b"6\r\nsecond\r\n0\r\n\r\n").await.unwrap();
    });
    let (_platform, stand) = stand_with(address, |_| {}).await;
    let mut answer = stand.get("open.cn", "/").send().await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "first");
    go.send(()).unwrap();
    assert_eq!(answer.text().await.unwrap(), "second");
}

//! Envoy, with the configurations of its page, over gRPC and over HTTP; and what others might send to where it asks.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use filing::verdict::Enforcement::{Closed, Open};
use gateway::config::{Closed as Shown, ExtAuthz, Style};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::integrate::{Program, block, gateway, replaced, status};
use crate::platform::{Platform, verdict};
use crate::stand::{Stand, client, config, nobody, origin, until};
use crate::tls::{handshake, website};

/// A gateway that Envoy may ask over gRPC.
async fn over_grpc(style: Style) -> (Platform, Stand, SocketAddr) {
    let platform = Platform::start(vec![verdict("open.cn", Open, None), verdict("closed.cn", Closed, None)]).await;
    let text = replaced(block("envoy.md", "toml"), &[("127.0.0.1:8606", "127.0.0.1:0".to_owned())]);
    let table: toml::Table = text.parse().unwrap();
    let ext_authz: ExtAuthz = table["gateway"]["ext_authz"].clone().try_into().unwrap();
    let stand = Stand::start(gateway::Config {
        ext_authz: Some(ext_authz),
        closed: Shown { style, ..Shown::default() },
        ..config(&platform.url())
    });
    stand.until_ready().await;
    let address = stand.ext_authz.unwrap();
    (platform, stand, address)
}

/// The page's configuration with other ports, asking at `asked`.
fn page(visitors: SocketAddr, origin: SocketAddr, asked: SocketAddr) -> String {
    let port = |port: u16| format!("port_value: {port} ");
    let (visitors, origin, asked) = (port(visitors.port()), port(origin.port()), port(asked.port()));
    let pairs = [("port_value: 80 ", visitors), ("port_value: 8080 ", origin), ("port_value: 8606 ", asked)];
    replaced(block("envoy.md", "yaml"), &pairs)
}

fn envoy(folder: &Path, text: &str) -> Program {
    let file = folder.join("envoy.yaml");
    std::fs::write(&file, text).unwrap();
    Program::start(
        Command::new("envoy")
            .arg("-c")
            .arg(&file)
            .args(["--disable-hot-restart", "--concurrency", "1", "--log-level", "error"])
            .stderr(Stdio::null()),
    )
}

/// What a visitor of a closed domain gets who says a header of his own.
async fn visit(visitors: SocketAddr, host: &str, header: &str) -> reqwest::Response {
    let asked = client().get(format!("http://{visitors}/a?b=c")).header("host", host);
    asked.header(header, "open.cn").send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn envoy_asks_over_grpc_and_goes_on_when_nobody_answers() {
    let folder = tempfile::tempdir().unwrap();
    let (platform, stand, asked) = over_grpc(Style::Redirect).await;
    let (visitors, origin) = (nobody().await, origin().await);
    let _envoy = envoy(folder.path(), &page(visitors, origin, asked));
    until("Envoy to answer by a verdict", async || status(visitors, "WWW.Closed.CN:80").await == 302).await;
    for header in ["x-original-host", "x-forwarded-host", "x-beian-verdict"] {
        let closed = visit(visitors, "shop.closed.cn", header).await;
        assert_eq!(closed.status(), 302);
        assert_eq!(closed.headers()["location"], "https://beian.example.com/closed?domain=closed.cn");
        assert_eq!(closed.headers()["x-beian-verdict"], "closed");
    }
    let open: serde_json::Value = visit(visitors, "www.open.cn", "x-beian-verdict").await.json().await.unwrap();
    assert_eq!(open["headers"]["x-beian-verdict"], "open", "what the visitor said of himself is replaced");
    assert_eq!(status(visitors, "never-heard-of.cn").await, 200);
    stand.until_metric("beian_gateway_asked_total{told=\"fail_open\"}", 1.0).await;
    platform.publish(verdict("closed.cn", Open, None));
    until("Envoy to see the change", async || status(visitors, "closed.cn").await == 200).await;
    platform.publish(verdict("closed.cn", Closed, None));
    until("Envoy to see the next", async || status(visitors, "closed.cn").await == 302).await;
    stand.stop();
    assert_eq!(status(visitors, "closed.cn").await, 200, "without an answer nothing is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn envoy_shows_the_gateways_own_page() {
    let folder = tempfile::tempdir().unwrap();
    let (_platform, _stand, asked) = over_grpc(Style::Page).await;
    let (visitors, origin) = (nobody().await, origin().await);
    let _envoy = envoy(folder.path(), &page(visitors, origin, asked));
    until("Envoy to answer by a verdict", async || status(visitors, "closed.cn").await == 403).await;
    let closed = visit(visitors, "closed.cn", "accept").await;
    assert_eq!(closed.headers()["content-type"], "text/html; charset=utf-8");
    assert!(closed.text().await.unwrap().contains("https://beian.example.com/closed?domain=closed.cn"));
}

#[tokio::test(flavor = "multi_thread")]
async fn envoy_asks_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let (_platform, stand) = gateway().await;
    let (visitors, origin) = (nobody().await, origin().await);
    let whole = page(visitors, origin, stand.ask);
    let (before, rest) = whole.split_once("                  - name: envoy.filters.http.ext_authz\n").unwrap();
    let (_, after) = rest.split_once("                  - name: envoy.filters.http.router\n").unwrap();
    let filter: String = block("envoy.md", "http-filter").lines().map(|line| format!("{:18}{line}\n", "")).collect();
    let whole = format!("{before}{filter}{:18}- name: envoy.filters.http.router\n{after}", "");
    let (before, rest) = whole.split_once("      typed_extension_protocol_options:\n").unwrap();
    let (_, after) = rest.split_once("http2_protocol_options: {} }\n").unwrap();
    let _envoy = envoy(folder.path(), &format!("{before}{after}"));
    until("Envoy to answer by a verdict", async || status(visitors, "WWW.Closed.CN").await == 302).await;
    for header in ["x-original-host", "x-forwarded-host", "x-beian-verdict"] {
        let closed = visit(visitors, "shop.closed.cn", header).await;
        assert_eq!(closed.status(), 302, "{header}");
        assert_eq!(closed.headers()["location"], "https://beian.example.com/closed?domain=closed.cn");
    }
    let open: serde_json::Value = visit(visitors, "www.open.cn", "x-beian-verdict").await.json().await.unwrap();
    assert_eq!(open["headers"]["x-beian-verdict"], "open");
    assert_eq!(status(visitors, "never-heard-of.cn").await, 200);
    stand.stop();
    assert_eq!(status(visitors, "closed.cn").await, 200, "without an answer nothing is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn envoy_asks_of_a_connection_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let (_platform, _stand, asked) = over_grpc(Style::Redirect).await;
    let (visitors, secure, origin) = (nobody().await, nobody().await, nobody().await);
    let _website = website(folder.path(), origin.port());
    let listener: String = block("envoy.md", "tls-listener").lines().map(|line| format!("    {line}\n")).collect();
    let listener = listener.replace("port_value: 443 ", &format!("port_value: {} ", secure.port()));
    let text = page(visitors, origin, asked).replace("  listeners:\n", &format!("  listeners:\n{listener}"));
    let _envoy = envoy(folder.path(), &text);
    until("the website", async || handshake(secure, "www.open.cn").contains("CN = www.open.cn")).await;
    let closed = handshake(secure, "WWW.Closed.CN");
    assert!(!closed.contains("CN = www.open.cn"), "{closed}");
}

/// One call over a connection of its own: the HTTP status, gRPC's and the body.
async fn call(server: SocketAddr, path: &str, body: &[u8]) -> Option<(u16, String, Bytes)> {
    let stream = tokio::net::TcpStream::connect(server).await.unwrap();
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = http::Request::post(format!("http://{server}{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Full::new(Bytes::copy_from_slice(body)))
        .unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(15), sender.send_request(request)).await.unwrap().ok()?;
    let (head, body) = answer.into_parts();
    let body = body.collect().await.ok()?;
    let status = body.trailers().and_then(|trailers| trailers.get("grpc-status")).or(head.headers.get("grpc-status"));
    let status = status.map(|status| status.to_str().unwrap().to_owned()).unwrap_or_default();
    Some((head.status.as_u16(), status, body.to_bytes()))
}

/// A question about `closed.cn`, framed as gRPC wants it.
fn question() -> Vec<u8> {
    let message = b"\x0a\x0d\x62\x0b\x0a\x09closed.cn";
    let length = u32::try_from(message.len()).unwrap();
    [&[0], &length.to_be_bytes()[..], message].concat()
}

const CHECK: &str = "/envoy.service.auth.v3.Authorization/Check";

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_there_is_answered_or_closed_and_the_next_question_answered() {
    let (_platform, stand, server) = over_grpc(Style::Redirect).await;
    let good = question();
    let (status, grpc, answer) = call(server, CHECK, &good).await.unwrap();
    assert_eq!((status, grpc.as_str()), (200, "0"));
    assert!(answer.windows(8).any(|bytes| bytes == b"location"));
    assert_eq!(call(server, "/grpc.health.v1.Health/Check", &good).await.unwrap().1, "12", "unimplemented");
    // A body longer than is taken, a length that is not kept, a compression nobody agreed on, nothing at all.
    let long = [&[0, 0, 0x20, 0, 0][..], &vec![0; 0x20_0000]].concat();
    for wrong in [&long[..], &good[..9], &[1, 0, 0, 0, 1, 9], &[], &[0, 0xff, 0xff, 0xff, 0xff]] {
        let answer = call(server, CHECK, wrong).await;
        assert!(answer.is_none_or(|(_, grpc, _)| grpc != "0"), "{} bytes", wrong.len());
    }
    // Bytes of chance, as messages and as connections.
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = |length: usize| -> Vec<u8> {
        let next = || {
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            chance.to_le_bytes()[3]
        };
        std::iter::repeat_with(next).take(length).collect()
    };
    for length in 0..60 {
        let message = bytes(length);
        let framed = [&[0], &u32::try_from(length).unwrap().to_be_bytes()[..], &message].concat();
        call(server, CHECK, &framed).await;
        let mut changed = question();
        let at = usize::from(bytes(1)[0]) % changed.len();
        changed[at] = bytes(1)[0];
        call(server, CHECK, &changed).await;
    }
    for length in [1, 24, 100, 5_000] {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        for preface in [&b""[..], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
            let mut stream = tokio::net::TcpStream::connect(server).await.unwrap();
            let _ = stream.write_all(&[preface, &bytes(length)].concat()).await;
            let mut answer = Vec::new();
            let read = tokio::time::timeout(Duration::from_secs(15), stream.read_to_end(&mut answer)).await;
            assert!(read.is_ok(), "a connection that means nothing is closed");
        }
    }
    assert_eq!(call(server, CHECK, &good).await.unwrap().1, "0");
    drop(stand);
}

//! TLS that ends at the gateway, as `curl` and `openssl` see it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use filing::verdict::Enforcement::{Closed, Open};
use gateway::config::{Closed as ClosedSetting, OwnCertificate, Status, Style, Tls};

use crate::platform::{Platform, verdict};
use crate::site::{certificate, curl};
use crate::stand::{Stand, config, nobody, origin, until};
use crate::tls::handshake;

fn own(folder: &Path) -> OwnCertificate {
    OwnCertificate { chain: folder.join("provider.example.pem"), key: folder.join("provider.example.key") }
}

fn tls(own_certificate: Option<OwnCertificate>, certificates: Option<PathBuf>) -> Option<Tls> {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    Some(Tls { listen, origin_port: 9, send_proxy: false, own_certificate, certificates })
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_of_its_own_the_gateway_says_over_tls_why_a_site_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), &["provider.example"]);
    let origin = origin().await;
    let platform =
        Platform::start(vec![verdict("closed.cn", Closed, Some(origin)), verdict("open.cn", Open, Some(origin))]).await;
    let closed = ClosedSetting { style: Style::Page, status: Status::Forbidden };
    let tls = tls(Some(own(folder.path())), None);
    let stand = Stand::start(gateway::Config { closed, tls, ..config(&platform.url()) });
    stand.until_ready().await;
    let address = stand.tls.unwrap();

    let words = "\n%{http_code} %{http_version} %{ssl_verify_result}";
    let page = curl(address, "https://www.closed.cn/", &["-k", "-w", words]);
    assert!(page.contains("备案") && page.ends_with("\n403 1.1 18"), "{page}");
    let page = curl(address, "https://www.closed.cn/", &["-k", "--http2", "-w", words]);
    assert!(page.contains("备案") && page.ends_with("\n403 2 18"), "{page}");
    assert!(handshake(address, "www.closed.cn").contains("CN = provider.example"));

    // Nothing of an open site is shown under a certificate that is not its own.
    let other = curl(address, "https://closed.cn/", &["-k", "-H", "Host: open.cn", "-w", "%{http_code}"]);
    assert!(other.ends_with("421"), "{other}");
    let none = handshake(address, "127.0.0.1");
    assert!(!none.contains("CN = provider.example"), "who asks for no site gets an alert: {none}");
    stand.until_metric("beian_gateway_tls_connections_total{outcome=\"terminated\"}", 4.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_redirect_can_be_told_over_tls_too_and_a_missing_certificate_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let platform = Platform::start(vec![verdict("closed.cn", Closed, None)]).await;
    let with = || gateway::Config { tls: tls(Some(own(folder.path())), None), ..config(&platform.url()) };
    let gateway = gateway::Gateway::bind(with(), crate::stand::clock().1).unwrap();
    let error = tokio::task::spawn_blocking(move || gateway.run()).await.unwrap().unwrap_err().to_string();
    assert!(error.contains("own_certificate") && error.contains("provider.example.pem"), "{error}");

    certificate(folder.path(), &["provider.example"]);
    let stand = Stand::start(with());
    stand.until_ready().await;
    let answer = curl(stand.tls.unwrap(), "https://closed.cn/a", &["-k", "-w", "%{http_code} %{redirect_url}"]);
    assert_eq!(answer, "302 https://beian.example.com/closed?domain=closed.cn");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_of_a_site_whose_certificate_is_here_ends_here_and_that_of_others_passes() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), &["open.cn", "*.open.cn"]);
    let origin = origin().await;
    let platform =
        Platform::start(vec![verdict("open.cn", Open, Some(origin)), verdict("other.cn", Open, Some(nobody().await))])
            .await;
    let stand =
        Stand::start(gateway::Config { tls: tls(None, Some(folder.path().to_owned())), ..config(&platform.url()) });
    stand.until_ready().await;
    let address = stand.tls.unwrap();
    let authority = folder.path().join("open.cn.pem").display().to_string();
    let trusting = ["--cacert", &authority];

    for (protocol, via) in [("--http1.1", "1.1 beian-gateway"), ("--http2", "2 beian-gateway")] {
        let arguments = [&trusting[..], &[protocol, "-H", "Cookie: a=1", "-H", "Cookie: b=2", "--data", "hello"]];
        let told = curl(address, "https://WWW.open.cn/a?b=c", &arguments.concat());
        let told: serde_json::Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{protocol}: {told}"));
        let header = |name: &str| told["headers"][name].as_str().unwrap_or("-").to_lowercase();
        assert_eq!(header("host"), format!("www.open.cn:{}", address.port()), "{told}");
        assert_eq!(header("x-forwarded-proto"), "https");
        assert_eq!(header("x-forwarded-for"), "127.0.0.1");
        assert_eq!((header("via"), header("cookie")), (via.to_owned(), "a=1; b=2".to_owned()));
        assert_eq!(told["body"], "hello");
    }
    // The name is covered by no certificate here, or its site has none: it is not for the gateway to answer.
    for host in ["a.b.open.cn", "other.cn"] {
        assert!(handshake(address, host).contains("alert number 80"), "nobody is at its origin's port for TLS: {host}");
    }

    // An open site that closes is closed for the connections it has, and new ones get an alert.
    platform.publish(verdict("open.cn", Closed, Some(origin)));
    until("the alert", async || handshake(address, "open.cn").contains("alert number 49")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_changes_on_disk_is_taken_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), &["open.cn", "first.open.cn"]);
    let platform = Platform::start(vec![verdict("open.cn", Open, Some(origin().await))]).await;
    let stand =
        Stand::start(gateway::Config { tls: tls(None, Some(folder.path().to_owned())), ..config(&platform.url()) });
    stand.until_ready().await;
    let address = stand.tls.unwrap();
    let ends_here = |host: &str| handshake(address, host).contains("CN = open.cn");
    assert!(ends_here("first.open.cn") && !ends_here("second.open.cn"));

    certificate(folder.path(), &["open.cn", "second.open.cn"]);
    until("the new certificate", async || ends_here("second.open.cn")).await;
    assert!(!ends_here("first.open.cn"));

    std::fs::write(folder.path().join("open.cn.key"), "no key").unwrap();
    until("the error", async || stand.metric("beian_gateway_certificate_errors_total").await > 0.5).await;
    assert!(ends_here("second.open.cn"), "what was read before stays in use");
    assert_eq!(stand.metric("beian_gateway_certificates").await, 1.0);

    std::fs::remove_file(folder.path().join("open.cn.pem")).unwrap();
    until("the certificate to be gone", async || !ends_here("second.open.cn")).await;
}

#[test]
fn the_configuration_on_the_operators_page_is_one() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/gateway.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let table: toml::Table = rest.split_once("```").unwrap().0.parse().unwrap();
    let config: gateway::Config = table["gateway"].clone().try_into().unwrap();
    assert_eq!((config.closed.style, config.client.proxy_from.len()), (Style::Page, 1));
    assert!(config.tls.unwrap().own_certificate.is_some() && config.handover.is_some());
}

//! Where requests go: several origins that take turns, and the operator's own for what the feed sends nowhere.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use filing::verdict::Enforcement::{Closed, Open};
use gateway::config::{Tls, Unknown};

use crate::platform::{Platform, verdict};
use crate::stand::{Stand, config, nobody, origin};

/// An origin that says its name.
async fn named(name: &'static str) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().fallback(move || async move { name });
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn several_origins_take_turns_and_who_is_away_is_passed_over() {
    let (one, two, away) = (named("one").await, named("two").await, nobody().await);
    let mut pool = verdict("pool.cn", Open, None);
    pool.origin = Some(format!("{one}, {away},{two}"));
    let mut lost = verdict("lost.cn", Open, None);
    lost.origin = Some(format!("{away},no-such-host.invalid:80"));
    let platform = Platform::start(vec![pool.clone(), lost]).await;
    let stand = Stand::start(config(&platform.url()));
    stand.until_ready().await;
    let text = async || stand.post("pool.cn", "/").body("a body").send().await.unwrap().text().await.unwrap();
    let mut told = Vec::new();
    for _ in 0..12 {
        told.push(text().await);
    }
    let count = |name| told.iter().filter(|told| *told == name).count();
    assert_eq!(count("one") + count("two"), 12, "{told:?}");
    assert!(count("one") >= 4 && count("two") >= 4, "{told:?}");
    assert_eq!(stand.status("lost.cn").await, 502);

    // Whoever comes back is asked again after a while.
    let listener = tokio::net::TcpListener::bind(away).await.unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(|| async { "back" })).await.unwrap() });
    assert!((text().await != "back") && (text().await != "back"), "not at once");
    let quick = Stand::start({
        let mut config = config(&platform.url());
        config.origin.retry_after = Duration::ZERO;
        config
    });
    quick.until_ready().await;
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(quick.get("pool.cn", "/").send().await.unwrap().text().await.unwrap());
    }
    assert!(told.contains(&"back".to_owned()), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_feed_sends_nowhere_goes_to_the_operators_own_origin_and_is_counted() {
    let own = named("own").await;
    let platform = Platform::start(vec![
        verdict("elsewhere.cn", Open, None),
        verdict("closed.cn", Closed, None),
        verdict("open.cn", Open, Some(origin().await)),
    ])
    .await;
    let start = async |unknown| {
        let default_origin = Some(own.to_string());
        let stand = Stand::start(gateway::Config { default_origin, unknown, ..config(&platform.url()) });
        stand.until_ready().await;
        stand
    };
    let stand = start(Unknown::Open).await;
    for host in ["never-heard-of.cn", "elsewhere.cn"] {
        assert_eq!(stand.get(host, "/").send().await.unwrap().text().await.unwrap(), "own", "{host}");
    }
    assert_eq!(stand.status("closed.cn").await, 302, "what is closed stays closed");
    assert_eq!(stand.status("open.cn").await, 200);
    stand.until_metric("beian_gateway_requests_total{outcome=\"default_origin\"}", 2.0).await;
    stand.until_metric("beian_gateway_requests_total{outcome=\"proxied\"}", 1.0).await;
    stand.until_metric("beian_gateway_requests_total{outcome=\"unlisted\"}", 0.0).await;

    let strict = start(Unknown::Closed).await;
    assert_eq!(strict.status("never-heard-of.cn").await, 302, "the unknown is closed here");
    assert_eq!(strict.get("elsewhere.cn", "/").send().await.unwrap().text().await.unwrap(), "own");

    let wrong = gateway::Config { default_origin: Some("nowhere".to_owned()), ..config(&platform.url()) };
    let error = gateway::Gateway::bind(wrong, crate::stand::clock().1).err().unwrap();
    assert!(error.to_string().contains("default_origin"));
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_goes_to_another_origin_of_the_pool_when_one_is_away() {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut pool = verdict("open.cn", Open, None);
    // Nobody listens at 127.0.0.9, and at whichever comes first in turn.
    pool.origin = Some("127.0.0.9:80,127.0.0.1:80,127.0.0.8:80".to_owned());
    let platform = Platform::start(vec![pool]).await;
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let tls = Some(Tls { listen, origin_port: port, send_proxy: false, own_certificate: None, certificates: None });
    let stand = Stand::start(gateway::Config { tls, ..config(&platform.url()) });
    stand.until_ready().await;
    let hello = crate::tls::hello();
    for _ in 0..3 {
        let mut client = std::net::TcpStream::connect(stand.tls.unwrap()).unwrap();
        client.write_all(&hello).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        let mut got = vec![0; hello.len()];
        server.read_exact(&mut got).unwrap();
        assert_eq!(got, hello);
    }
}

//! The registry beside the sandbox authority.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod common;

use common::Sandbox;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

async fn rdap(sandbox: &Sandbox, name: &str) -> (u16, String, Value) {
    let answer = sandbox.http.get(sandbox.url(&format!("/rdap/domain/{name}"))).send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), kind, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

#[tokio::test]
async fn any_domain_is_told_as_its_label_says() {
    let sandbox = Sandbox::start().await;
    let (status, kind, plain) = rdap(&sandbox, "YunShan-Tech.cn").await;
    assert_eq!((status, kind.as_str()), (200, "application/rdap+json"));
    assert_eq!(plain["ldhName"], "yunshan-tech.cn");
    assert_eq!(plain["entities"][1]["status"][0], "validated");
    assert_eq!(plain["entities"][1]["vcardArray"], Value::Null, "the holder is withheld");
    let (_, _, held) = rdap(&sandbox, "hold-yunshan.com").await;
    assert_eq!(held["status"][0], "client hold");
    let (_, _, other) = rdap(&sandbox, "other-holder-yunshan.com").await;
    assert_eq!(other["entities"][1]["vcardArray"][1][1][3], "青禾网络有限公司");
    let ends = |object: &Value| object["events"][1]["eventDate"].as_str().unwrap().to_owned();
    let (_, _, expired) = rdap(&sandbox, "expired-yunshan.cn").await;
    let (_, _, expiring) = rdap(&sandbox, "expiring-yunshan.cn").await;
    assert!(ends(&expired) < ends(&expiring) && ends(&expiring) < ends(&plain));
}

#[tokio::test]
async fn what_is_not_there_or_no_name_is_refused_as_rdap_refuses() {
    let sandbox = Sandbox::start().await;
    for (name, expected) in [("unregistered-a.cn", 404), ("www.a.cn", 404), ("a_b.cn", 400), ("busy-a.cn", 429)] {
        let (status, kind, body) = rdap(&sandbox, name).await;
        assert_eq!((status, kind.as_str()), (expected, "application/rdap+json"), "{name}");
        assert_eq!(body["errorCode"], expected, "{name}");
    }
    let (status, _, cut) = rdap(&sandbox, "garbage-a.cn").await;
    assert_eq!((status, cut), (200, Value::Null));
    let help = sandbox.http.get(sandbox.url("/rdap/help")).send().await.unwrap().text().await.unwrap();
    assert!(help.contains("unregistered-…"), "{help}");
}

#[tokio::test]
async fn the_same_is_told_by_whois() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let sandbox = Sandbox::with(|config| config.whois = Some(free)).await;
    // Once it answers pages it also answers there.
    assert!(sandbox.http.get(sandbox.url("/healthz")).send().await.unwrap().status().is_success());
    let ask = async |name: &str| {
        let mut line = tokio::net::TcpStream::connect(free).await.unwrap();
        line.write_all(format!("{name}\r\n").as_bytes()).await.unwrap();
        let mut text = String::new();
        line.read_to_string(&mut text).await.unwrap();
        text
    };
    assert!(ask("yunshan-tech.cn").await.contains("\r\nExpiration Time: 20"));
    assert_eq!(ask("unregistered-a.cn").await, "No matching record.\r\n");
    assert!(ask("hold-a.cn").await.contains("Domain Status: client hold\r\n"));
    assert!(!ask("garbage-a.cn").await.contains("Expiration Time"));
}

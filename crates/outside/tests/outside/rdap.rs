//! Registration by RDAP, with WHOIS after it.

use std::time::{Duration, Instant};

use filing::domain::DomainName;
use filing::outside::Why;
use outside::registry::Registries;
use outside::{Learnt, Record, Registry as _, Settings};

use crate::server::{Does, Server, http};

const RDAP: &str = "content-type: application/rdap+json\r\n";
const BODY: &str = r#"{"objectClassName":"domain","ldhName":"yunshan-tech.cn","status":["active"],
    "events":[{"eventAction":"expiration","eventDate":"2030-01-01T00:00:00Z"}]}"#;
const WHOIS: &str = "Domain Name: yunshan-tech.cn\r\nExpiration Time: 2031-01-01 08:00:00\r\nDNSSEC: unsigned\r\n";

fn settings(rdap: Option<&Server>, whois: Option<&Server>) -> Settings {
    let url = |server: &Server| ("*".to_owned(), format!("http://{}/rdap/", server.address).parse().unwrap());
    Settings {
        rdap: rdap.map(url).into_iter().collect(),
        whois: whois.map(|server| ("*".to_owned(), server.address.to_string())).into_iter().collect(),
        timeout_seconds: 1,
        ..Settings::default()
    }
}

async fn ask(settings: Settings) -> Learnt<Record> {
    let domain = DomainName::parse("yunshan-tech.cn").unwrap();
    let now = "2026-11-20T01:00:00Z".parse().unwrap();
    let learnt = Registries::new(&settings).unwrap().registration(&domain, now).await;
    assert_eq!(learnt.as_of, now);
    learnt
}

/// What is told when the RDAP server does something and nobody else is there: nothing, for this reason.
async fn silence(does: Does) -> Why {
    let server = Server::that(does).await;
    let learnt = ask(settings(Some(&server), None)).await;
    assert_eq!(learnt.known, None, "silence is no answer");
    let [silent] = learnt.silent.as_slice() else { panic!("{learnt:?}") };
    assert_eq!(silent.who, format!("RDAP {}", server.address));
    silent.why
}

#[tokio::test]
async fn a_server_that_answers_is_the_source_and_whois_is_left_alone() {
    let rdap = Server::that(Does::Says(http("200 OK", RDAP, BODY))).await;
    let whois = Server::that(Does::Says(WHOIS.into())).await;
    let learnt = ask(settings(Some(&rdap), Some(&whois))).await;
    let record = learnt.known.unwrap();
    assert_eq!(record.expires_at, Some("2030-01-01T00:00:00Z".parse().unwrap()));
    assert_eq!(learnt.sources, [format!("RDAP {}", rdap.address)]);
    assert_eq!((rdap.asked(), whois.asked()), (1, 0));
}

#[tokio::test]
async fn whois_is_asked_when_rdap_says_nothing_and_both_are_named() {
    let rdap = Server::that(Does::Says(http("429 Too Many Requests", "", ""))).await;
    let whois = Server::that(Does::Says(WHOIS.into())).await;
    let learnt = ask(settings(Some(&rdap), Some(&whois))).await;
    assert_eq!(learnt.known.unwrap().expires_at, Some("2031-01-01T00:00:00Z".parse().unwrap()));
    assert_eq!(learnt.sources, [format!("WHOIS {}", whois.address)]);
    assert_eq!(learnt.silent[0].why, Why::Refused);
}

#[tokio::test]
async fn without_servers_nobody_is_asked_and_nothing_is_known() {
    let learnt = ask(Settings::default()).await;
    assert!(!learnt.was_asked());
    assert_eq!(learnt.known, None);
}

#[tokio::test]
async fn a_slow_server_is_left_after_the_time_it_has_however_it_dawdles() {
    let began = Instant::now();
    assert_eq!(silence(Does::Stalls(Vec::new())).await, Why::TimedOut);
    let half = http("200 OK", RDAP, BODY);
    assert_eq!(silence(Does::Stalls(half[..half.len() - 20].to_vec())).await, Why::TimedOut);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test]
async fn an_answer_that_is_cut_lies_or_never_ends_is_garbled() {
    let whole = http("200 OK", RDAP, BODY);
    assert_eq!(silence(Does::Says(whole[..whole.len() - 20].to_vec())).await, Why::Garbled);
    let other = BODY.replace("yunshan-tech.cn", "qinghe.cn");
    assert_eq!(silence(Does::Says(http("200 OK", RDAP, &other))).await, Why::Garbled);
    assert_eq!(silence(Does::Says(http("200 OK", "content-type: text/html\r\n", "<html>"))).await, Why::Garbled);
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    let flood = format!("HTTP/1.1 200 OK\r\n{RDAP}transfer-encoding: chunked\r\n\r\n");
    let server = Server::that(Does::Floods([flood.as_bytes(), chunk.repeat(20).as_bytes()].concat())).await;
    assert_eq!(ask(settings(Some(&server), None)).await.silent[0].why, Why::Garbled);
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let rdap = [("*".to_owned(), format!("http://{gone}/").parse().unwrap())].into();
    let learnt = ask(Settings { rdap, timeout_seconds: 1, ..Settings::default() }).await;
    assert_eq!(learnt.silent[0].why, Why::Unreachable);
}

#[tokio::test]
async fn not_registered_must_be_said_in_rdap() {
    let said = http("404 Not Found", RDAP, r#"{"errorCode":404}"#);
    let server = Server::that(Does::Says(said)).await;
    assert!(!ask(settings(Some(&server), None)).await.known.unwrap().registered);
    let page = http("404 Not Found", "content-type: text/html\r\n", "<h1>Not Found</h1>");
    assert_eq!(silence(Does::Says(page)).await, Why::Garbled, "a wrong address is not an unregistered name");
    assert_eq!(silence(Does::Says(http("500 Internal Server Error", RDAP, "{}"))).await, Why::Refused);
}

#[tokio::test]
async fn a_redirect_leads_nowhere_inside_and_not_in_circles() {
    let inside = Server::that(Does::Says(http("200 OK", RDAP, BODY))).await;
    let target = format!("location: http://{}/secret\r\n", inside.address);
    assert_eq!(silence(Does::Says(http("302 Found", &target, ""))).await, Why::Refused);
    assert_eq!(inside.asked(), 0, "the inner server was never asked");
    let circle = Server::that(Does::Says(http("301 Moved Permanently", "location: again\r\n", ""))).await;
    let learnt = ask(settings(Some(&circle), None)).await;
    assert_eq!((learnt.silent[0].why, circle.asked()), (Why::Refused, 4));
    let mut both = settings(Some(&inside), None);
    let hop = Server::that(Does::Says(http("302 Found", &target, ""))).await;
    both.rdap.insert("cn".to_owned(), format!("http://{}/", hop.address).parse().unwrap());
    assert!(ask(both).await.known.is_some(), "one configured address may lead to another");
}

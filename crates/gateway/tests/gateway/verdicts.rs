//! Verdicts reach the gateway, stay with it, and are refused when they cannot be trusted.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use filing::verdict::Enforcement::{Closed, Open};
use filing::verdict::Known;
use gateway::config::{Closed as ClosedSetting, Style};

use crate::platform::{Platform, verdict};
use crate::stand::{Stand, config, nobody, origin, until};

const DOMAIN: &str = "shop.example-shop.cn";

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_opens_within_a_second_or_two_of_its_filing() {
    let origin = origin().await;
    let platform = Platform::start(vec![verdict("example-shop.cn", Closed, Some(origin))]).await;
    let stand = Stand::start(config(&platform.url()));
    stand.until_ready().await;

    let blocked = stand.get("WWW.Example-Shop.CN:80", "/").send().await.unwrap();
    assert_eq!(blocked.status(), 302);
    assert_eq!(blocked.headers()["location"], "https://beian.example.com/closed?domain=example-shop.cn");
    assert_eq!(blocked.headers()["cache-control"], "no-store");

    platform.publish(verdict("example-shop.cn", Open, Some(origin)));
    let published = Instant::now();
    stand.until_status(DOMAIN, 200).await;
    assert!(published.elapsed() < Duration::from_secs(2), "{:?}", published.elapsed());

    platform.publish(verdict("example-shop.cn", Closed, Some(origin)));
    stand.until_status(DOMAIN, 302).await;
    // A change is in force before it is counted.
    stand.until_metric("beian_gateway_feed_sequence", 3.0).await;
    assert_eq!(stand.metric("beian_gateway_feed_changes_total").await, 2.0);
    assert_eq!(stand.metric("beian_gateway_table_domains").await, 1.0);
    assert_eq!(platform.snapshots(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_does_not_close_and_what_is_unlisted_has_nothing_to_open() {
    let mut unknown = verdict("nobody-knows.cn", Open, Some(origin().await));
    unknown.filed = Known::Unknown;
    let platform = Platform::start(vec![unknown, verdict("elsewhere.cn", Open, None)]).await;
    let stand = Stand::start(config(&platform.url()));
    stand.until_ready().await;

    assert_eq!(stand.status("nobody-knows.cn").await, 200);
    assert_eq!(stand.status("elsewhere.cn").await, 404);
    assert_eq!(stand.status("never-heard-of.cn").await, 302);
    for (outcome, count) in [("proxied", 1.0), ("no_origin", 1.0), ("unlisted", 1.0), ("closed", 0.0)] {
        stand.until_metric(&format!("beian_gateway_requests_total{{outcome=\"{outcome}\"}}"), count).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_domain_can_be_answered_with_the_gateways_own_page() {
    let platform = Platform::start(vec![verdict("example-shop.cn", Closed, None)]).await;
    let stand = Stand::start(gateway::Config {
        closed: ClosedSetting { style: Style::Page, ..ClosedSetting::default() },
        ..config(&platform.url())
    });
    stand.until_ready().await;

    let answer = stand.get(DOMAIN, "/").send().await.unwrap();
    assert_eq!(answer.status(), 451);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let page = answer.text().await.unwrap();
    assert!(page.contains(r#"href="https://beian.example.com/closed?domain=example-shop.cn""#), "{page}");
    assert!(page.contains("备案") && page.contains("ICP filing"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_platform_is_away_verdicts_hold_and_afterwards_they_go_on() {
    let origin = origin().await;
    let mut platform =
        Platform::start(vec![verdict("open.cn", Open, Some(origin)), verdict("waits.cn", Closed, Some(origin))]).await;
    let stand = Stand::start(config(&platform.url()));
    stand.until_ready().await;

    platform.go_away().await;
    until("a question to fail", async || stand.metric("beian_gateway_feed_errors_total").await > 1.0).await;
    stand.clock.fetch_add(600, Ordering::Relaxed);
    assert_eq!((stand.status("open.cn").await, stand.status("waits.cn").await), (200, 302));
    assert_eq!(stand.metric("beian_gateway_feed_stale").await, 1.0);
    assert_eq!(stand.metric("beian_gateway_feed_age_seconds").await, 600.0);
    assert_eq!(stand.operator("/readyz").await.0, 200, "stale verdicts are better than none");
    // A month later nothing is different but the age.
    stand.clock.fetch_add(30 * 86_400, Ordering::Relaxed);
    assert_eq!((stand.status("open.cn").await, stand.status("waits.cn").await), (200, 302));
    assert_eq!(stand.metric("beian_gateway_feed_age_seconds").await, 2_592_600.0);
    assert_eq!(stand.operator("/readyz").await.0, 200);

    platform.publish(verdict("waits.cn", Open, Some(origin)));
    platform.come_back().await;
    stand.until_status("waits.cn", 200).await;
    stand.until_metric("beian_gateway_feed_stale", 0.0).await;
    assert_eq!(platform.snapshots(), 1, "it went on from where it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_tampered_with_is_not_applied_and_a_snapshot_is_taken() {
    let origin = origin().await;
    let platform = Platform::start(vec![verdict("example-shop.cn", Closed, Some(origin))]).await;
    let stand = Stand::start(config(&platform.url()));
    stand.until_ready().await;

    // The entry says closed; on its way it becomes open.
    platform.tamper();
    platform.publish(verdict("other.cn", Closed, Some(origin)));
    until("another snapshot", async || platform.snapshots() == 2).await;
    stand.until_metric("beian_gateway_feed_sequence", 2.0).await;
    assert_eq!(stand.metric("beian_gateway_feed_breaks_total").await, 1.0);
    assert_eq!(stand.metric("beian_gateway_feed_changes_total").await, 0.0);
    assert_eq!(stand.status("other.cn").await, 302);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_the_platform_forgot_leads_to_a_snapshot() {
    let origin = origin().await;
    let platform = Platform::start(vec![verdict("example-shop.cn", Closed, Some(origin))]).await;
    let stand = Stand::start(config(&platform.url()));
    stand.until_ready().await;

    platform.publish(verdict("example-shop.cn", Open, Some(origin)));
    stand.until_status(DOMAIN, 200).await;
    platform.forget();
    platform.publish(verdict("example-shop.cn", Closed, Some(origin)));
    stand.until_status(DOMAIN, 302).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_starts_from_its_index_without_the_platform_and_refuses_a_damaged_one() {
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let mut platform =
        Platform::start(vec![verdict("open.cn", Open, Some(origin)), verdict("waits.cn", Closed, Some(origin))]).await;
    let with_index = |url: &str| gateway::Config { index: Some(folder.path().to_owned()), ..config(url) };

    let stand = Stand::start(with_index(&platform.url()));
    stand.until_ready().await;
    platform.publish(verdict("late.cn", Open, Some(origin)));
    stand.until_status("late.cn", 200).await;
    stand.stop();

    platform.go_away().await;
    let stand = Stand::start(with_index(&platform.url()));
    stand.until_ready().await;
    assert_eq!((stand.status("open.cn").await, stand.status("waits.cn").await), (200, 302));
    assert_eq!(stand.status("late.cn").await, 200, "the last change was kept");
    platform.come_back().await;
    platform.publish(verdict("waits.cn", Open, Some(origin)));
    stand.until_status("waits.cn", 200).await;
    assert_eq!(platform.snapshots(), 1, "it went on from the index's place");
    stand.stop();

    let base = folder.path().join("base-1.index");
    let mut bytes = std::fs::read(&base).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&base, bytes).unwrap();
    platform.go_away().await;
    let stand = Stand::start(with_index(&platform.url()));
    until("the base to be refused", async || stand.metric("beian_gateway_index_refused_total").await == 1.0).await;
    assert_eq!(stand.operator("/readyz").await.0, 503);
    let answer = stand.get("open.cn", "/").send().await.unwrap();
    assert_eq!(answer.status(), 503, "without verdicts nothing is said of a domain");
    assert_eq!(answer.headers()["retry-after"], "5");

    platform.come_back().await;
    stand.until_status("open.cn", 200).await;
    stand.stop();
    let index = index::Index::open(folder.path()).unwrap().unwrap();
    assert_eq!(index.mark("waits.cn"), index::Mark::Open, "a sound base took its place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_told_and_tried_again() {
    let platform = Platform::start(vec![verdict("open.cn", Open, None)]).await;
    let stand = Stand::start(gateway::Config { api_key: "bk_wrong".to_owned().into(), ..config(&platform.url()) });
    until("some questions", async || platform.questions() > 2).await;
    let (status, body) = stand.operator("/readyz").await;
    assert_eq!((status, body.contains("loading")), (503, true), "{body}");
    assert_eq!(stand.operator("/healthz").await.0, 200);
    assert_eq!(platform.snapshots(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_addresses_are_told_before_anything_runs() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bind = |config| gateway::Gateway::bind(config, crate::stand::clock().1).err().unwrap().to_string();
    let platform = format!("http://{}", nobody().await);
    let listen = taken.local_addr().unwrap();
    assert!(bind(gateway::Config { listen, ..config(&platform) }).contains(&listen.to_string()));
    assert!(bind(config("platform.example.com")).contains("platform_url"));
    assert!(bind(gateway::Config { public_url: "ftp://x".to_owned(), ..config(&platform) }).contains("public_url"));
}

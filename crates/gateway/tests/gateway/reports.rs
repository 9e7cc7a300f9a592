//! What a gateway tells the platform, and what it believes of what it is told.

use std::time::Duration;

use filing::verdict::Enforcement::{Closed, Open};
use filing::verdict::{FeedKey, Met};

use crate::platform::{Platform, key, verdict};
use crate::stand::{Stand, config, origin, until};

fn reporting(platform: &Platform) -> gateway::Config {
    let mut config = config(&platform.url());
    config.follow.report = Duration::from_millis(100);
    config.name = "stand".to_owned();
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_met_is_reported_once_even_when_the_answer_gets_lost() {
    let origin = origin().await;
    let verdicts = vec![verdict("open.cn", Open, Some(origin)), verdict("closed.cn", Closed, Some(origin))];
    let platform = Platform::start(verdicts).await;
    let stand = Stand::start(reporting(&platform));
    stand.until_ready().await;
    platform.lose_answers(2);
    for host in ["open.cn", "www.closed.cn", "closed.cn"] {
        stand.status(host).await;
    }
    until("three requests to be reported", async || {
        let mut reports = platform.reports();
        // One that comes again has the number of the one before.
        reports.dedup_by_key(|report| report.number);
        reports.iter().map(|report| report.requests).sum::<u64>() == 3
    })
    .await;
    let mut reports = platform.reports();
    let all = reports.len();
    reports.dedup_by_key(|report| report.number);
    assert!(all > reports.len(), "an answer was lost: {all}");
    assert!(reports.iter().zip(1..).all(|(report, number)| report.number == number && report.run == reports[0].run));
    assert_eq!(reports.iter().map(|report| report.closed).sum::<u64>(), 2);
    let seen: Vec<_> = reports.iter().flat_map(|report| &report.seen).collect();
    let closed: Vec<_> = seen.iter().filter(|seen| seen.domain == "closed.cn").collect();
    assert_eq!(closed.iter().map(|seen| seen.requests).sum::<u64>(), 2);
    assert!(closed.iter().all(|seen| seen.met == Met::Closed && seen.clients == 1), "{closed:?}");
    let last = reports.last().unwrap();
    assert_eq!((last.name.as_str(), last.sequence, last.domains, last.shadow), ("stand", 2, 2, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_only_looks_on_lets_through_what_it_would_close() {
    let platform = Platform::start(vec![verdict("closed.cn", Closed, Some(origin().await))]).await;
    let stand = Stand::start(gateway::Config { shadow: true, ..reporting(&platform) });
    stand.until_ready().await;
    assert_eq!(stand.status("closed.cn").await, 200);
    assert_eq!(stand.status("never-heard-of.cn").await, 302, "what has no origin cannot be let through");
    stand.until_metric("beian_gateway_requests_total{outcome=\"shadow\"}", 1.0).await;
    until("what would be closed to be reported", async || {
        let reports = platform.reports();
        let mut seen = reports.iter().flat_map(|report| &report.seen);
        reports.iter().all(|report| report.shadow)
            && seen.any(|seen| seen.domain == "closed.cn" && seen.met == Met::Shadow && seen.requests == 1)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_was_told_a_key_follows_nobody_else() {
    let platform = Platform::start(vec![verdict("open.cn", Open, Some(origin().await))]).await;
    let stand = Stand::start(gateway::Config { platform_key: Some(key().public()), ..config(&platform.url()) });
    stand.until_ready().await;
    platform.publish(verdict("open.cn", Closed, None));
    stand.until_status("open.cn", 302).await;

    let stranger = FeedKey::from_seed(&[8; 32]).unwrap().public();
    let other = Stand::start(gateway::Config { platform_key: Some(stranger), ..config(&platform.url()) });
    until("two refusals", async || other.metric("beian_gateway_feed_errors_total").await >= 2.0).await;
    assert_eq!(other.operator("/readyz").await.0, 503);
    assert_eq!(other.status("open.cn").await, 503);
}

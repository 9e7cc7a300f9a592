//! What registry and resolvers tell reaches the checks of an order, with its age; silence never becomes a verdict.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::act::{self, BasicChecked, CheckBasic, OrderCheck, OrderRef};
use app::domain_facts::Outside;
use app::{Actor, worker};
use filing::check::{Finding, Severity};
use filing::detect::Answer;
use filing::outside::Why;
use jiff::SignedDuration;
use outside::Settings;
use testkit::dnsmasq::Dnsmasq;
use testkit::persona::{self, case};
use testkit::story::{Story, told};
use uuid::Uuid;

/// A story whose domains are asked about at the sandbox's registry.
async fn story() -> Result<Story> {
    let mut story = Story::begin().await?;
    let settings = Settings { timeout_seconds: 1, ..registry(&story)? };
    story.test.world.outside = Arc::new(Outside::new(&settings)?);
    Ok(story)
}

fn registry(story: &Story) -> Result<Settings> {
    let url = story.authority.bureau()?.url.join("rdap/")?;
    Ok(Settings { rdap: [("*".to_owned(), url)].into(), ..Settings::default() })
}

/// Nobody listens where it is asked now.
fn hang_up(story: &mut Story) -> Result<()> {
    let rdap = [("*".to_owned(), "http://127.0.0.1:9/".parse()?)].into();
    story.test.world.outside = Arc::new(Outside::new(&Settings { rdap, timeout_seconds: 1, ..Settings::default() })?);
    Ok(())
}

async fn check(story: &Story, actor: &Actor, order: Uuid) -> Result<OrderCheck> {
    act::check_order(story, actor, OrderRef { order }).await.map_err(told)
}

/// The basic check of the company's first page with another domain.
async fn basic(story: &Story, actor: &Actor, domain: &str) -> Result<BasicChecked> {
    let mut basic = story.draft_of(actor, &case("company-two-sites")?).await?.basic;
    basic.domain = domain.to_owned();
    act::check_basic(story, actor, CheckBasic { basic }).await.map_err(told)
}

async fn company(story: &Story) -> Result<Actor> {
    let case = case("company-two-sites")?;
    let actor = persona::applicant(story, &case).await?;
    story.import(&case).await?;
    Ok(actor)
}

fn of_domain(findings: &[Finding]) -> Vec<(&str, Severity)> {
    let domain = findings.iter().filter(|finding| finding.rule.starts_with("domain-"));
    domain.map(|finding| (finding.rule.as_str(), finding.severity)).collect()
}

#[tokio::test]
async fn an_order_knows_how_its_domains_are_registered_and_since_when() -> Result<()> {
    let story = story().await?;
    let (applicant, order) = story.fill_in(&case("company-two-sites")?).await?;
    let view = act::view_order(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    assert_eq!(view.domains.len(), 2, "both sites' domains were asked about");
    for domain in &view.domains {
        assert_eq!((domain.registered, domain.verified), (Answer::Yes, Answer::Yes));
        assert!(domain.expires_on.context("an end")? > story.today());
        assert_eq!(domain.registration_at, Some(story.now()));
        assert!(domain.registration_by[0].starts_with("RDAP 127.0.0.1:"), "{:?}", domain.registration_by);
    }
    assert_eq!(of_domain(&check(&story, &applicant, order).await?.findings), []);
    story.finish().await
}

#[tokio::test]
async fn what_the_registry_says_of_a_name_decides_on_the_first_page() -> Result<()> {
    let story = story().await?;
    let actor = company(&story).await?;
    for (domain, expected) in [
        ("unregistered-yunshan.cn", ("domain-17", Severity::Block)),
        ("expired-yunshan.cn", ("domain-07", Severity::Block)),
        ("other-holder-yunshan.cn", ("domain-12", Severity::Block)),
        ("hold-yunshan.cn", ("domain-18", Severity::Warn)),
        ("unverified-yunshan.cn", ("domain-16", Severity::Ask)),
    ] {
        let checked = basic(&story, &actor, domain).await?;
        assert!(of_domain(&checked.findings).contains(&expected), "{domain}: {:?}", checked.findings);
        assert_eq!(checked.can_open, expected.1 != Severity::Block, "{domain}");
    }
    story.finish().await
}

#[tokio::test]
async fn a_registry_that_is_slow_busy_or_talks_nonsense_makes_unknown_and_never_a_verdict() -> Result<()> {
    let story = story().await?;
    let actor = company(&story).await?;
    for (domain, why, words) in [
        ("slow-yunshan.cn", Why::TimedOut, "did not answer in time"),
        ("busy-yunshan.cn", Why::Refused, "refused to answer"),
        ("garbage-yunshan.cn", Why::Garbled, "is cut"),
    ] {
        let checked = basic(&story, &actor, domain).await?;
        assert_eq!(of_domain(&checked.findings), [("domain-11", Severity::Ask)], "{domain}");
        let finding = checked.findings.iter().find(|finding| finding.rule == "domain-11").context("a finding")?;
        assert!(finding.message.en.contains("RDAP 127.0.0.1:") && finding.message.en.contains(words), "{finding:?}");
        assert_eq!(checked.domains[0].silent[0].why, why, "{domain}");
        assert_eq!(checked.domains[0].registered, Answer::Unknown, "{domain}");
        assert!(checked.can_open, "{domain}: silence stops nobody");
    }
    story.finish().await
}

#[tokio::test]
async fn whoever_was_silent_is_asked_again_and_what_was_told_stays_with_its_age() -> Result<()> {
    let mut story = story().await?;
    let good = story.test.world.outside.clone();
    hang_up(&mut story)?;
    let (applicant, order) = story.fill_in(&case("company-two-sites")?).await?;
    let silent = check(&story, &applicant, order).await?;
    assert_eq!(of_domain(&silent.findings), [("domain-11", Severity::Ask); 2]);

    story.test.world.outside = good;
    story.work().await?;
    assert_eq!(
        of_domain(&check(&story, &applicant, order).await?.findings).len(),
        2,
        "it is not yet time to ask again"
    );
    story.test.clock.advance(SignedDuration::from_mins(12));
    story.work().await?;
    assert_eq!(of_domain(&check(&story, &applicant, order).await?.findings), []);
    let told_at = story.now();

    hang_up(&mut story)?;
    story.test.clock.advance(SignedDuration::from_hours(30));
    story.work().await?;
    let view = act::view_order(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    assert_eq!(view.domains[0].registration_at, Some(told_at), "the old answer stands, and says how old it is");
    assert_eq!(view.domains[0].silent[0].why, Why::Unreachable);
    assert!(view.domains[0].asked_at > told_at);
    assert_eq!(of_domain(&check(&story, &applicant, order).await?.findings), []);
    story.finish().await
}

#[tokio::test]
async fn a_domain_nobody_files_any_more_is_forgotten() -> Result<()> {
    let story = story().await?;
    let actor = company(&story).await?;
    basic(&story, &actor, "yunshan-tech.cn").await?;
    let known = async || {
        Ok::<_, anyhow::Error>(store::domain_fact::find(&story.store.read().await?, "yunshan-tech.cn").await?.is_some())
    };
    assert!(known().await?);
    story.test.clock.advance(SignedDuration::from_hours(26));
    while worker::turn(&story, "test").await? {}
    assert!(!known().await?);
    story.finish().await
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_warned_of_and_one_that_leads_here_is_not() -> Result<()> {
    let mut story = story().await?;
    let resolver = Dnsmasq::start(&[
        "--host-record=yunshan-tech.cn,203.0.113.9",
        "--host-record=www.yunshan-note.com,198.51.100.7",
        "--local=/cn/",
        "--local=/com/",
    ])?;
    let own_networks = vec!["198.51.100.0/24".parse()?];
    let settings = Settings { resolvers: vec![resolver.address], own_networks, ..registry(&story)? };
    story.test.world.outside = Arc::new(Outside::new(&settings)?);
    let (applicant, order) = story.fill_in(&case("company-two-sites")?).await?;
    let findings = check(&story, &applicant, order).await?.findings;
    assert_eq!(of_domain(&findings), [("domain-19", Severity::Warn)]);
    let finding = findings.iter().find(|finding| finding.rule == "domain-19").context("a finding")?;
    assert_eq!(finding.field, "basic.domain");
    assert!(finding.message.en.contains("203.0.113.9") && finding.message.en.contains("DNS 127.0.0.1"), "{finding:?}");
    story.finish().await
}

//! The whole road of a filing at the level of acts, against a real sandbox authority.

use anyhow::{Context as _, Result};
use app::act::{self, LookUp, OrderRef};
use filing::stage::StageKind;
use filing::verdict::{Enforcement, Known};
use testkit::persona::{case, origin};
use testkit::story::{Story, told};

async fn first_filing(story: &Story, word: &str) -> Result<(app::Actor, uuid::Uuid)> {
    let case = case(word)?;
    let (applicant, order) = story.fill_in(&case).await?;
    story.submit(&applicant, order).await?;
    story.pass(order).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    story.verify_all(&case).await?;
    act::confirm_sms_done(story, &applicant, OrderRef { order }).await.map_err(told)?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    Ok((applicant, order))
}

#[tokio::test]
async fn a_company_with_two_sites_gets_its_numbers_and_both_domains_open() -> Result<()> {
    let story = Story::begin().await?;
    let (applicant, order) = first_filing(&story, "company-two-sites").await?;
    let view = act::view_order(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    let filed = view.filed.context("numbers")?;
    assert!(filed.subject_number.starts_with("浙ICP备"));
    let numbers: Vec<&str> = filed.sites.iter().map(|site| site.number.as_str()).collect();
    assert_eq!(numbers, [format!("{}-1", filed.subject_number), format!("{}-2", filed.subject_number)]);
    assert!(filed.sites.iter().all(|site| site.open && site.footer_html.contains(&site.number)));
    let codes: Vec<&str> = view.timeline.iter().map(|entry| entry.code.as_str()).collect();
    assert_eq!(
        codes,
        ["draft_opened", "submitted", "claimed", "passed", "reported", "sms_confirmed", "approved", "filed"]
    );
    let found = act::look_up(&story, &origin(), LookUp { q: "www.yunshan-note.com".into() }).await.map_err(told)?;
    assert_eq!((found.filed, found.accessed, found.enforcement), (Known::Yes, Known::Yes, Some(Enforcement::Open)));
    assert_eq!(found.subject_name.as_deref(), Some("云杉科技（杭州）有限公司"));
    assert_eq!(story.authority.ledger().await?, [(1, 1, 1)]);
    story.finish().await
}

#[tokio::test]
async fn an_individual_is_filed_and_shown_masked() -> Result<()> {
    let story = Story::begin().await?;
    let (_, order) = first_filing(&story, "individual").await?;
    let view = act::view_order(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    let found = act::look_up(&story, &origin(), LookUp { q: view.domain }).await.map_err(told)?;
    assert!(found.subject_name.context("a name")?.ends_with("**"));
    story.finish().await
}

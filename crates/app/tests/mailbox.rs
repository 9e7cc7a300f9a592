//! The mailbox: what travelled is found by what it names, read with care, and taken away for a reason only.

use anyhow::{Context as _, Result};
use app::act::{self, ContainerForm, MailRow, Mailbox, OpenContainer, OrderRef, Page, RevealContainer, TakeContainer};
use app::evidence::Direction;
use app::{Actor, Error};
use filing::stage::StageKind;
use store::account::Role;
use testkit::persona::{case, staff};
use testkit::story::{Story, told};
use uuid::Uuid;

/// A story whose order is filed, and a supervisor.
async fn filed() -> Result<(Story, Uuid, Actor)> {
    let story = Story::begin().await?;
    let case = case("individual")?;
    let (applicant, order) = story.fill_in(&case).await?;
    story.submit(&applicant, order).await?;
    story.pass(order).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    story.verify_all(&case).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    story.work().await?;
    let supervisor = staff(&story, Role::Supervisor).await?;
    Ok((story, order, supervisor))
}

async fn search(story: &Story, actor: &Actor, q: &str) -> Result<Page<MailRow>> {
    act::mailbox(story, actor, Mailbox { q: Some(q.to_owned()), ..Mailbox::default() }).await.map_err(told)
}

#[tokio::test]
async fn what_travelled_is_found_by_order_number_domain_and_filing_number() -> Result<()> {
    let (story, order, supervisor) = filed().await?;
    let view = act::view_order(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    let number = view.filed.as_ref().context("filed")?.subject_number.clone();
    let all = act::mailbox(&story, &supervisor, Mailbox::default()).await.map_err(told)?;
    assert!(all.items.iter().any(|row| row.direction == Direction::Upload && row.operations == ["XZBA"]));
    assert!(all.items.iter().any(|row| row.operations.contains(&"BASJ".to_owned())), "{:?}", all.items);
    for q in [order.to_string(), view.number.to_lowercase(), "1".to_owned()] {
        let found = search(&story, &supervisor, &q).await?.items;
        assert_eq!(found.len(), 1, "{q}");
        assert_eq!((found[0].direction, found[0].order), (Direction::Upload, Some(order)));
    }
    let by_domain = search(&story, &supervisor, &view.domain.to_uppercase()).await?.items;
    assert!(by_domain.iter().any(|row| row.direction == Direction::Upload));
    assert!(by_domain.iter().any(|row| row.direction == Direction::Download));
    let by_number = search(&story, &supervisor, &number).await?.items;
    assert!(!by_number.is_empty() && by_number.iter().all(|row| row.direction == Direction::Download), "{by_number:?}");
    let both = search(&story, &supervisor, &format!("{} {number}", view.domain)).await?.items;
    assert_eq!(
        both.iter().map(|row| row.id).collect::<Vec<_>>(),
        by_number.iter().map(|row| row.id).collect::<Vec<_>>()
    );
    assert!(search(&story, &supervisor, "nothing-of-ours.cn").await?.items.is_empty());
    for (direction, operation, state) in [("upload", "xzba", "stored"), ("download", "BASJ", "acked")] {
        let input = Mailbox {
            direction: Some(direction.to_owned()),
            operation: Some(operation.to_owned()),
            state: Some(state.to_owned()),
            ..Mailbox::default()
        };
        let found = act::mailbox(&story, &supervisor, input).await.map_err(told)?;
        assert!(!found.items.is_empty(), "{direction}");
    }
    let odd = Mailbox { state: Some("odd".to_owned()), ..Mailbox::default() };
    assert_eq!(act::mailbox(&story, &supervisor, odd).await.unwrap_err().findings()[0].field, "state");
    assert!(matches!(act::mailbox(&story, &story.reviewer, Mailbox::default()).await, Err(Error::Forbidden)));
    story.finish().await
}

#[tokio::test]
async fn who_is_meant_is_read_for_a_reason_that_stays_in_the_audit_trail() -> Result<()> {
    let (story, order, supervisor) = filed().await?;
    let container = search(&story, &supervisor, &order.to_string()).await?.items[0].id;
    let phone = case("individual")?.draft.principal.mobile;
    let view = act::view_container(&story, &supervisor, OpenContainer { container, from: 0 }).await.map_err(told)?;
    let text = serde_json::to_string(&view)?;
    assert!(!text.contains(&phone) && view.lines.iter().any(|line| line.masked), "{text}");
    assert!(view.lines.iter().all(|line| line.picture.is_none()));
    assert_eq!(view.tries.iter().map(|one| one.outcome.as_str()).collect::<Vec<_>>(), ["stored"]);
    assert_eq!((view.hash.len(), view.prev_hash.len()), (64, 64));
    let silent = RevealContainer { container, from: 0, reason: "  ".to_owned() };
    assert_eq!(act::reveal_container(&story, &supervisor, silent).await.unwrap_err().findings()[0].field, "reason");
    let input = RevealContainer { container, from: 0, reason: "the authority asked".to_owned() };
    let view = act::reveal_container(&story, &supervisor, input.clone()).await.map_err(told)?;
    assert!(serde_json::to_string(&view)?.contains(&phone));
    assert!(view.lines.iter().any(|line| line.picture.as_ref().is_some_and(|src| src.starts_with("data:image/jpeg"))));
    for form in [ContainerForm::Xml, ContainerForm::Zip] {
        let input = TakeContainer { container, form, reason: "for the lawyer".to_owned() };
        let file = act::take_container(&story, &supervisor, input).await.map_err(told)?;
        let expected: &[u8] = if form == ContainerForm::Zip { b"PK" } else { b"<?xml" };
        assert!(file.bytes.starts_with(expected), "{}", file.name);
    }
    let auditor = staff(&story, Role::Auditor).await?;
    assert!(matches!(act::reveal_container(&story, &auditor, input).await, Err(Error::Forbidden)));
    let reader = story.store.read().await?;
    let lines = store::audit::for_target(&reader, "container", container, 0, 10).await?;
    let told: Vec<_> = lines.iter().map(|entry| (entry.line.act.as_str(), entry.line.why.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("reveal_container", Some("the authority asked")),
            ("take_container", Some("for the lawyer")),
            ("take_container", Some("for the lawyer")),
        ]
    );
    drop(reader);
    story.finish().await
}

//! The wire to the authority when it is down, slow or lying: nothing is lost, nothing is taken twice, and somebody is
//! told when a person must act.

use anyhow::{Context as _, Result};
use app::act::{self, Ledger, LedgerView, LineState, OrderRef, ResumeLine};
use filing::stage::StageKind;
use jiff::SignedDuration;
use store::account::Role;
use testkit::persona::{case, staff};
use testkit::story::{Story, told};
use uuid::Uuid;

/// A story in which a company's order was just passed.
async fn passed() -> Result<(Story, Uuid)> {
    let story = Story::begin().await?;
    let case = case("government")?;
    let (applicant, order) = story.fill_in(&case).await?;
    story.submit(&applicant, order).await?;
    story.pass(order).await?;
    Ok((story, order))
}

async fn ledger(story: &Story) -> Result<LedgerView> {
    let supervisor = match act::list_accounts(
        story,
        &app::Actor::operator(),
        act::ListAccounts { role: Some("supervisor".to_owned()), cursor: None },
    )
    .await
    .map_err(told)?
    .items
    .first()
    {
        Some(account) => {
            app::Actor { account: store::AccountId(account.id), role: Role::Supervisor, via: app::Via::Cli }
        }
        None => staff(story, Role::Supervisor).await?,
    };
    act::ledger(story, &supervisor, Ledger::default()).await.map_err(told)
}

#[tokio::test]
async fn an_upload_whose_answer_was_lost_is_found_by_asking_and_not_sent_again() -> Result<()> {
    let (story, order) = passed().await?;
    story.authority.order_fault("drop_after_commit", "isp_upload", 1).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    assert_eq!(story.authority.ledger().await?, [(1, 1, 1)], "sent once, taken once");
    story.finish().await
}

#[tokio::test]
async fn an_upload_that_never_arrived_is_sent_again_under_its_number() -> Result<()> {
    let (story, order) = passed().await?;
    story.authority.order_fault("drop_before_commit", "isp_upload", 2).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    let ledger = story.authority.ledger().await?;
    assert_eq!(ledger.iter().map(|(sequence, _, taken)| (*sequence, *taken)).collect::<Vec<_>>(), [(1, 1)]);
    story.finish().await
}

#[tokio::test]
async fn a_server_that_is_away_or_in_maintenance_is_waited_for() -> Result<()> {
    let (story, order) = passed().await?;
    story.authority.order_fault("down", "isp_upload", 1).await?;
    story.authority.order_fault("maintenance", "isp_upload", 1).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    let view = ledger(&story).await?;
    assert_eq!((view.bureaus[0].state, view.bureaus[0].alarm.as_ref()), (LineState::Running, None));
    story.finish().await
}

#[tokio::test]
async fn a_gap_that_is_none_is_asked_about_and_nothing_is_sent_twice() -> Result<()> {
    let (story, order) = passed().await?;
    story.authority.order_fault("gap", "isp_upload", 1).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    let ledger = story.authority.ledger().await?;
    assert_eq!(ledger.iter().map(|(sequence, _, taken)| (*sequence, *taken)).collect::<Vec<_>>(), [(1, 1)]);
    story.finish().await
}

#[tokio::test]
async fn an_unknown_code_halts_the_line_until_a_supervisor_lets_it_go_on() -> Result<()> {
    let (story, order) = passed().await?;
    story.authority.order_fault("unknown_msg_code", "isp_upload", 1).await?;
    story
        .work_until("the line halts", async || Ok(ledger(&story).await?.bureaus[0].state == LineState::Halted))
        .await?;
    let alarm = ledger(&story).await?.bureaus[0].alarm.clone().context("an alarm")?;
    assert!(!alarm.text.is_empty());
    story.test.clock.advance(SignedDuration::from_hours(1));
    story.work().await?;
    assert_eq!(story.stage(order).await?, StageKind::ToReport, "nothing moves by itself");
    let supervisor = act::list_accounts(
        &story,
        &app::Actor::operator(),
        act::ListAccounts { role: Some("supervisor".to_owned()), cursor: None },
    )
    .await
    .map_err(told)?
    .items[0]
        .id;
    let supervisor = app::Actor { account: store::AccountId(supervisor), role: Role::Supervisor, via: app::Via::Cli };
    act::resume_line(&story, &supervisor, ResumeLine { bureau: "33".into() }).await.map_err(told)?;
    story.reach(order, StageKind::AwaitingSms).await?;
    story.finish().await
}

#[tokio::test]
async fn a_download_with_a_wrong_hash_or_a_cut_zip_is_never_acknowledged_and_alarms() -> Result<()> {
    for kind in ["corrupt_hash", "truncated_zip"] {
        let (story, order) = passed().await?;
        let case = case("government")?;
        story.reach(order, StageKind::AwaitingSms).await?;
        story.work().await?;
        story.verify_all(&case).await?;
        story.authority.order_fault(kind, "isp_download", 3).await?;
        story.authority.decide(true, "").await?;
        story
            .work_until("an alarm", async || {
                Ok(ledger(&story).await?.downloads.iter().any(|download| download.alarm && download.acked_at.is_none()))
            })
            .await?;
        assert_ne!(story.stage(order).await?, StageKind::Filed, "{kind}");
        // The authority gives the same file again, sound this time: it heals by itself.
        story.reach(order, StageKind::Filed).await?;
        story.work_until("no alarm is left", async || Ok(ledger(&story).await?.bureaus[0].alarm.is_none())).await?;
        story.finish().await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_acknowledgement_that_was_lost_does_not_apply_a_file_twice() -> Result<()> {
    let (story, order) = passed().await?;
    let case = case("government")?;
    story.reach(order, StageKind::AwaitingSms).await?;
    story.verify_all(&case).await?;
    story.authority.order_fault("drop_before_commit", "isp_downloadack", 2).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    story
        .work_until("everything is acknowledged", async || {
            Ok(ledger(&story).await?.downloads.iter().all(|download| download.acked_at.is_some()))
        })
        .await?;
    let view = ledger(&story).await?;
    assert!(view.downloads.iter().any(|download| download.times > 1), "one came again");
    let order = act::view_order(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    let filed = order.timeline.iter().filter(|entry| entry.code == "filed").count();
    assert_eq!(filed, 1);
    story.finish().await
}

#[tokio::test]
async fn a_refusal_by_the_officer_comes_back_and_the_second_round_ends_well() -> Result<()> {
    let (story, order) = passed().await?;
    let case = case("government")?;
    story.reach(order, StageKind::AwaitingSms).await?;
    story.verify_all(&case).await?;
    story.authority.decide(false, "网站名称与单位不符").await?;
    story.reach(order, StageKind::ChangesRequested).await?;
    let view = act::view_order(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    assert!(view.requests[0].advice.contains("网站名称与单位不符"));
    let applicant = {
        let reader = story.store.read().await?;
        let account = store::order::get(&reader, store::OrderId(order)).await?.account;
        app::Actor { account, role: Role::Applicant, via: app::Via::Cli }
    };
    story
        .save(
            &applicant,
            order,
            act::Patch::Subject {
                subject: filing::draft::SubjectDraft {
                    remark: "网站名称已与单位核对一致。".into(),
                    ..story.draft_of(&applicant, &case).await?.subject
                },
            },
        )
        .await?;
    story.submit(&applicant, order).await?;
    story.pass(order).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    story.verify_all(&case).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    assert_eq!(story.authority.ledger().await?, [(1, 1, 1), (2, 1, 1)]);
    story.finish().await
}

#[tokio::test]
async fn what_the_machine_finds_wrong_comes_back_on_the_field_it_is_about() -> Result<()> {
    // The bureau knows other addresses of this provider than the one the site runs on: 1063.
    let authority = testkit::authority::TestAuthority::start_with(|config| {
        config.providers[0].ip_ranges = vec![("198.51.100.1".parse().unwrap(), "198.51.100.9".parse().unwrap())];
        config.providers[0].compare_ips = true;
    })
    .await?;
    let story = Story::begin_with(authority).await?;
    let case = case("government")?;
    let (applicant, order) = story.fill_in(&case).await?;
    story.submit(&applicant, order).await?;
    story.pass(order).await?;
    story.reach(order, StageKind::ChangesRequested).await?;
    let view = act::view_order(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    let request = view.requests.iter().find(|request| request.field == "sites.0.resource").context("the field")?;
    assert_eq!(request.rule.as_deref(), Some("1063"));
    let edit = act::edit_order(&story, &applicant, act::EditOrder { order }).await.map_err(told)?;
    assert!(edit.editable.allows("basic.resource") && !edit.editable.allows("subject.postal_address"));
    story.finish().await
}

#[tokio::test]
async fn a_record_that_comes_before_the_decision_is_enough() -> Result<()> {
    use authority::message::{Certificate, Decision, Download, FiledRecord, FiledSubject, Operation, Person};
    let (story, order) = passed().await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    let bureau = story.bureaus.find("33").context("the bureau")?;
    let tx = story.store.write().await?;
    let wire = store::wire_id::for_order(&tx, store::OrderId(order)).await?;
    let subject = wire.iter().find(|id| id.kind == "subject").context("a number")?.wire;
    let certificate = case("government")?.draft.basic.certificate_number;
    let record = FiledRecord {
        subject: FiledSubject {
            id: Some(subject),
            bureau_id: 110_000_007_512,
            name: "x".into(),
            nature: None,
            address: None,
            certificate: Some(Certificate { kind: 1, number: certificate, address: "x".into() }),
            principal: Person::default(),
            number: Some("浙ICP备2026000077号".into()),
            filed_by: None,
            investor: None,
            first_filed: None,
            changed: None,
            certificate_until: None,
            certificate_path: None,
            certificate_serial: None,
            officer: None,
            reviewed: None,
            remark: None,
        },
        sites: Vec::new(),
        remark: None,
    };
    let records = Download { records: vec![record], ..Download::default() };
    app::job::apply::apply(&tx, &story, bureau, &records).await?;
    let decision = Decision {
        officer: None,
        phone: None,
        at: "2026-11-20".into(),
        opinion: None,
        approved: true,
        operation: Some(Operation::NEW_FILING),
        record: Some(subject),
    };
    let decisions = Download { decisions: vec![decision], ..Download::default() };
    app::job::apply::apply(&tx, &story, bureau, &decisions).await?;
    tx.commit().await?;
    assert_eq!(story.stage(order).await?, StageKind::Filed);
    story.finish().await
}

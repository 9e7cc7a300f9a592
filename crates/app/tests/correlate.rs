//! What the authority sends names records and never uploads: each operation by keys of its own.

use anyhow::{Context as _, Result};
use app::act::{self, OpenOrder};
use app::job::apply::correlate::{self, Ours};
use app::order::OrderFacts;
use authority::message::{Decision, MachineResult, Operation};
use store::upload::NewUpload;
use store::{OrderId, Tx, UploadId};
use testkit::persona::{applicant, case};
use testkit::story::{Story, told};

const BUREAU: &str = "33";
const NUMBER: &str = "浙ICP备2026000001号";

/// A story with one order of its own, in a round, whose upload went out.
async fn sent(story: &Story, word: &str, round: u32) -> Result<OrderId> {
    let case = case(word)?;
    let actor = applicant(story, &case).await?;
    story.import(&case).await?;
    let draft = story.draft_of(&actor, &case).await?;
    let order = act::open_order(story, &actor, OpenOrder { basic: draft.basic }).await.map_err(told)?.id;
    let order = OrderId(order);
    let tx = story.store.write().await?;
    enter_round(&tx, order, round).await?;
    send(&tx, story, order, true).await?;
    tx.commit().await?;
    Ok(order)
}

async fn enter_round(tx: &Tx, order: OrderId, round: u32) -> Result<()> {
    let mut row = store::order::get(tx, order).await?;
    let facts = OrderFacts { rounds: round, ..OrderFacts::of(&row)? };
    row.facts = serde_json::to_value(&facts)?;
    Ok(store::order::update(tx, &mut row).await?)
}

/// Gives the order a place in the line, and lets it go out or not.
async fn send(tx: &Tx, story: &Story, order: OrderId, goes_out: bool) -> Result<()> {
    store::bureau::ensure(tx, BUREAU).await?;
    let new = NewUpload {
        id: UploadId(story.uuid()),
        bureau: BUREAU,
        order: Some(order),
        operation: "XZWZ",
        container: b"zip",
        md5: "md5==",
        at: story.now(),
    };
    let upload = store::upload::append(tx, &new).await?;
    if goes_out {
        store::upload::mark_sending(tx, upload.id, story.now()).await?;
        store::upload::mark_stored(tx, upload.id, story.now(), 0, None).await?;
    }
    Ok(())
}

fn result(operation: Operation, key: impl ToString) -> MachineResult {
    MachineResult { findings: Vec::new(), operation, key: Some(key.to_string()), remark: None }
}

fn decision(operation: Option<Operation>, record: i64) -> Decision {
    Decision {
        officer: None,
        phone: None,
        at: "2026-11-20".into(),
        opinion: None,
        approved: true,
        operation,
        record: Some(record),
    }
}

#[tokio::test]
async fn what_we_numbered_leads_back_by_our_number_of_its_kind() -> Result<()> {
    let story = Story::begin().await?;
    let order = sent(&story, "government", 2).await?;
    let tx = story.store.write().await?;
    // Numbers of different kinds are made to differ, so that one taken for another would show.
    for place in 0..3 {
        store::wire_id::allocate(&tx, "site", (order, 9), Some(place), BUREAU).await?;
    }
    let subject = store::wire_id::allocate(&tx, "subject", (order, 2), None, BUREAU).await?.wire;
    let site = store::wire_id::allocate(&tx, "site", (order, 2), Some(0), BUREAU).await?.wire;
    let access = store::wire_id::allocate(&tx, "access", (order, 1), Some(0), BUREAU).await?.wire;
    let again = store::wire_id::allocate(&tx, "access", (order, 2), Some(0), BUREAU).await?.wire;
    let of = |round| Some(Ours { order, round });
    for (operation, key, round) in
        [(Operation::NEW_FILING, subject, 2), (Operation::NEW_ACCESS, access, 1), (Operation::NEW_ACCESS, again, 2)]
    {
        assert_eq!(correlate::of_result(&tx, BUREAU, &result(operation, key)).await.map_err(told)?, of(round));
    }
    for (operation, record, round) in [
        (Operation::NEW_FILING, subject, 2),
        (Operation::NEW_SITE, site, 2),
        (Operation::NEW_ACCESS, access, 1),
        (Operation::NEW_ACCESS, again, 2),
    ] {
        let found = correlate::of_decision(&tx, BUREAU, &decision(Some(operation), record)).await.map_err(told)?;
        assert_eq!(found, of(round), "{operation:?}");
    }
    for (operation, key) in [(Operation::NEW_FILING, 99), (Operation::NEW_SITE, site), (Operation::CHANGE, subject)] {
        let found = correlate::of_result(&tx, BUREAU, &result(operation, key)).await.map_err(told)?;
        assert_eq!(found, None, "{operation:?} {key}");
    }
    let elsewhere = correlate::of_result(&tx, "11", &result(Operation::NEW_FILING, subject)).await.map_err(told)?;
    assert_eq!(elsewhere, None, "that bureau never got the number");
    drop(tx);
    story.finish().await
}

#[tokio::test]
async fn what_the_authority_numbered_leads_back_for_every_operation_that_refers_to_it() -> Result<()> {
    let story = Story::begin().await?;
    let order = sent(&story, "government", 1).await?;
    let tx = story.store.write().await?;
    let site_number = format!("{NUMBER}-1");
    let keys: [(Operation, [&str; 2]); 7] = [
        (Operation::NEW_SITE, [NUMBER, "110000007512"]),
        (Operation::NEW_ACCESS, [&site_number, &site_number]),
        (Operation::CHANGE, [NUMBER, "110000007512"]),
        (Operation::CANCEL_ACCESS, ["110000007600", &site_number]),
        (Operation::CANCEL_SUBJECT, ["110000007512", NUMBER]),
        (Operation::CANCEL_SITE, ["110000007590", &site_number]),
        (Operation::MATERIALS, ["110000007512", NUMBER]),
    ];
    for (operation, references) in keys {
        let before = correlate::of_result(&tx, BUREAU, &result(operation, references[0])).await.map_err(told)?;
        assert_eq!(before, None, "{operation:?} was not asked");
        for reference in references {
            store::wire_reference::note(&tx, (order, 1), BUREAU, operation.0, reference).await?;
            let found = correlate::of_result(&tx, BUREAU, &result(operation, reference)).await.map_err(told)?;
            assert_eq!(found, Some(Ours { order, round: 1 }), "{operation:?} {reference}");
        }
    }
    for operation in [Operation::CHANGE, Operation::CANCEL_SUBJECT, Operation::CANCEL_SITE, Operation::CANCEL_ACCESS] {
        let record = match operation {
            Operation::CANCEL_SITE => 110_000_007_590,
            Operation::CANCEL_ACCESS => 110_000_007_600,
            _ => 110_000_007_512,
        };
        let found = correlate::of_decision(&tx, BUREAU, &decision(Some(operation), record)).await.map_err(told)?;
        assert_eq!(found, Some(Ours { order, round: 1 }), "{operation:?}");
    }
    drop(tx);
    story.finish().await
}

#[tokio::test]
async fn of_two_who_referred_to_the_same_the_last_that_went_out_is_meant() -> Result<()> {
    let story = Story::begin().await?;
    let first = sent(&story, "government", 1).await?;
    let second = sent(&story, "individual", 1).await?;
    let tx = story.store.write().await?;
    for order in [first, second] {
        store::wire_reference::note(&tx, (order, 1), BUREAU, Operation::NEW_SITE.0, NUMBER).await?;
    }
    let found =
        |tx| async move { correlate::of_result(tx, BUREAU, &result(Operation::NEW_SITE, NUMBER)).await.map_err(told) };
    assert_eq!(found(&tx).await?.context("one")?.order, second);
    // A round of the first that still waits in our line is not what the authority speaks of.
    enter_round(&tx, first, 2).await?;
    send(&tx, &story, first, false).await?;
    store::wire_reference::note(&tx, (first, 2), BUREAU, Operation::NEW_SITE.0, NUMBER).await?;
    assert_eq!(found(&tx).await?.context("one")?.order, second);
    drop(tx);
    story.finish().await
}

#[tokio::test]
async fn a_decision_that_names_no_operation_is_ours_only_when_one_order_can_be_meant() -> Result<()> {
    let story = Story::begin().await?;
    let first = sent(&story, "government", 1).await?;
    let second = sent(&story, "individual", 1).await?;
    let tx = story.store.write().await?;
    // Both have number 1 of their kind.
    store::wire_id::allocate(&tx, "subject", (first, 1), None, BUREAU).await?;
    store::wire_id::allocate(&tx, "site", (second, 1), Some(0), BUREAU).await?;
    let of = async |tx: &Tx| correlate::of_decision(tx, BUREAU, &decision(None, 1)).await.map_err(told);
    assert_eq!(of(&tx).await?, None, "the authority has neither");
    put_with_authority(&tx, &story, second).await?;
    assert_eq!(of(&tx).await?, Some(Ours { order: second, round: 1 }));
    put_with_authority(&tx, &story, first).await?;
    assert_eq!(of(&tx).await?, None, "either may be meant");
    drop(tx);
    story.finish().await
}

async fn put_with_authority(tx: &Tx, story: &Story, order: OrderId) -> Result<()> {
    let now = story.now();
    let mut row = store::order::get(tx, order).await?;
    row.stage = row.stage.submit(now)?.claim(story.uuid(), now)?.pass(now)?.report(1, now)?;
    Ok(store::order::update(tx, &mut row).await?)
}

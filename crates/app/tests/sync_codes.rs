//! A bureau's code tables are fetched now, beside a worker, and what changed is told.

use anyhow::{Context as _, Result, ensure};
use app::act::{self, CompareCodes, HowChanged, SyncCodes, SyncedCodes};
use app::{Actor, Error};
use authority::message::{CodeRow, CodeTable, Download};
use jiff::SignedDuration;
use serde_json::json;
use store::account::Role;
use testkit::persona;
use testkit::story::{Story, told};
use testkit::world::BUREAU;

fn table(rows: &[(i64, &str)]) -> Download {
    let row = |(id, name): &(i64, &str)| CodeRow {
        id: *id,
        name: (*name).into(),
        valid: Some(true),
        remark: None,
        more: Default::default(),
    };
    let table = CodeTable { tag: "Zxly_dms".into(), rows: rows.iter().map(row).collect() };
    Download { tables: vec![table], ..Download::default() }
}

async fn sync(story: &Story) -> Result<SyncedCodes> {
    act::sync_codes(story, &Actor::operator(), SyncCodes { bureau: BUREAU.into() }).await.map_err(told)
}

async fn push(story: &Story) -> Result<()> {
    story.authority.tell("api/push", &json!({ "send": "code_tables" })).await?;
    Ok(())
}

async fn downloads(story: &Story) -> Result<Vec<store::download::Download>> {
    Ok(store::download::list(&story.store.read().await?, BUREAU, 0, 100).await?)
}

#[tokio::test]
async fn what_the_bureau_sent_is_fetched_and_told_with_what_was_kept() -> Result<()> {
    let story = Story::begin().await?;
    let since = story.now();
    story.give("old.xml", &table(&[(1, "旧的理由"), (99, "没有了")])).await?;
    story.test.clock.advance(SignedDuration::from_hours(24));
    push(&story).await?;
    let synced = sync(&story).await?;
    ensure!(synced.stopped.is_none(), "{synced:?}");
    let of = |code| synced.changes.iter().find(|change| change.table == "Zxly_dms" && change.code == code);
    let changed = of(1).context("the changed code")?;
    let before = changed.before.as_ref().context("what was kept")?;
    ensure!(
        (changed.how, before.name(), before.since) == (HowChanged::Changed, "旧的理由", Some(since)),
        "{changed:?}"
    );
    ensure!(changed.after.as_ref().is_some_and(|after| after.name() != "旧的理由" && after.since == Some(story.now())));
    ensure!(of(99).is_some_and(|gone| gone.how == HowChanged::Gone && gone.after.is_none()));
    ensure!(of(2).is_some_and(|new| new.how == HowChanged::Added && new.before.is_none()));
    let history = store::codes::history(&story.store.read().await?, "Zxly_dms", 1).await?;
    ensure!(history.len() == 2, "what was replaced stays known");
    ensure!(sync(&story).await?.changes.is_empty(), "nothing is told twice");
    story.finish().await
}

#[tokio::test]
async fn beside_a_worker_every_file_is_applied_once() -> Result<()> {
    let story = Story::begin().await?;
    push(&story).await?;
    push(&story).await?;
    let world = (*story).clone();
    let turns = tokio::spawn(async move {
        for _ in 0..40 {
            app::worker::turn(&world, "beside").await.ok();
            tokio::task::yield_now().await;
        }
    });
    let (one, other) = tokio::join!(sync(&story), sync(&story));
    turns.await?;
    ensure!(one?.stopped.is_none() && other?.stopped.is_none());
    let files = downloads(&story).await?;
    ensure!(files.len() == 2 && files.iter().all(|file| file.times == 1 && file.acked_at.is_some()), "{files:?}");
    story.finish().await
}

#[tokio::test]
async fn a_worker_that_has_the_line_is_waited_for() -> Result<()> {
    let story = Story::begin().await?;
    let key = format!("poll-downloads:{BUREAU}");
    let tx = story.store.write().await?;
    let until = story.now() + SignedDuration::from_mins(5);
    let held = store::job::claim_key(&tx, &key, "somebody", story.now(), until).await?.context("the job")?;
    tx.commit().await?;
    let free = async {
        tokio::time::sleep(std::time::Duration::from_millis(900)).await;
        ensure!(downloads(&story).await?.is_empty(), "nobody fetches while another may");
        let tx = story.store.write().await?;
        store::job::retry(&tx, &held, story.now() + SignedDuration::from_hours(1), "").await?;
        Ok(tx.commit().await?)
    };
    push(&story).await?;
    let (synced, freed) = tokio::join!(sync(&story), free);
    freed?;
    ensure!(!synced?.changes.is_empty() && downloads(&story).await?.len() == 1);
    story.finish().await
}

#[tokio::test]
async fn what_is_in_the_way_is_said_and_only_who_mends_the_line_may_fetch() -> Result<()> {
    let story = Story::begin().await?;
    story.authority.order_code(5, "isp_download").await?;
    let synced = sync(&story).await?;
    ensure!(synced.stopped.as_deref().is_some_and(|why| why.starts_with("5 ")), "{synced:?}");
    let halted = store::bureau::get(&story.store.read().await?, BUREAU).await?.halted;
    ensure!(halted.is_some(), "a wrong password stops the line, as it does for the job");
    let unknown = act::sync_codes(&story, &Actor::operator(), SyncCodes { bureau: "99".into() }).await;
    ensure!(matches!(unknown, Err(Error::Invalid(_))));
    let reviewer = persona::staff_of(&story, Role::Reviewer).await?;
    let refused = act::sync_codes(&story, &reviewer, SyncCodes { bureau: BUREAU.into() }).await;
    ensure!(matches!(refused, Err(Error::Forbidden)));
    story.finish().await
}

#[tokio::test]
async fn a_file_is_compared_and_nothing_of_it_applied() -> Result<()> {
    let story = Story::begin().await?;
    story.give("kept.xml", &table(&[(1, "不再使用"), (2, "转让")])).await?;
    let compare = async |file: &Download| {
        let input = CompareCodes { bureau: BUREAU.into(), file };
        act::compare_codes(&story, &Actor::operator(), input).await
    };
    let told_of = compare(&table(&[(1, "停止使用"), (2, "转让"), (3, "其他")])).await.map_err(told)?;
    let found: Vec<_> = told_of.changes.iter().map(|change| (change.code, change.how)).collect();
    ensure!(found == [(1, HowChanged::Changed), (3, HowChanged::Added)], "{found:?}");
    ensure!(told_of.tables == ["Zxly_dms"]);
    let name = app::codes::name(&story.store.read().await?, BUREAU, "Zxly_dms", 1).await.map_err(told)?;
    ensure!(name.as_deref() == Some("不再使用"), "what is kept stays");
    ensure!(matches!(compare(&Download::default()).await, Err(Error::Invalid(_))), "no table to compare");
    story.finish().await
}

//! What stands between a verdict and the gateways: measures, closings that wait for two people, roll-back; and what the
//! gateways report.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use app::act::{
    self, FromCursor, GatewayChanges, ListMeasures, ListTraffic, MeasureRef, PlaceMeasure, ReleaseClosings, RollBack,
};
use app::settings::{Enforcement, Settings};
use app::{Actor, Error, World, feed};
use filing::verdict::{Enforcement as Gate, Met, PlatformKey, Reason, Report, Seen, Verdict};
use jiff::SignedDuration;
use store::account::Role;
use testkit::persona;
use testkit::story::told;
use testkit::world::TestWorld;
use uuid::Uuid;

async fn town(limits: Enforcement) -> Result<TestWorld> {
    let mut test = TestWorld::sqlite().await?;
    test.world.settings = Arc::new(Settings { enforcement: limits, ..Settings::clone(&test.world.settings) });
    Ok(test)
}

async fn open(world: &World, domains: &[&str]) -> Result<()> {
    let tx = world.store.write().await?;
    for domain in domains {
        feed::publish(&tx, world, &feed::filed(domain, "京ICP备2026000001号-1", None, world.now()))
            .await
            .map_err(told)?;
    }
    Ok(tx.commit().await?)
}

async fn close(world: &World, domains: &[&str]) -> Result<()> {
    let tx = world.store.write().await?;
    for domain in domains {
        feed::publish(&tx, world, &feed::filing_cancelled(domain, None, world.now())).await.map_err(told)?;
    }
    Ok(tx.commit().await?)
}

async fn verdict(world: &World, domain: &str) -> Result<(Gate, Reason)> {
    let entry = store::feed::latest(&world.store.read().await?, domain).await?.context("a verdict")?;
    let verdict: Verdict = serde_json::from_value(entry.body)?;
    Ok((verdict.enforcement, verdict.reason))
}

/// A program with the key of a gateway, which an administrator makes.
async fn gateway(world: &World) -> Result<Actor> {
    Ok(Actor { role: Role::Gateway, ..persona::staff(world, Role::Administrator).await? })
}

fn measure(domain: &str, kind: &str, hours: u32) -> PlaceMeasure {
    PlaceMeasure { domain: domain.into(), kind: kind.into(), reason: "a flood in the county".into(), hours }
}

async fn work(test: &TestWorld) -> Result<()> {
    for _ in 0..50 {
        if !app::worker::turn(&test.world, "test").await? {
            return Ok(());
        }
    }
    anyhow::bail!("the queue never empties")
}

#[tokio::test]
async fn an_exemption_opens_for_its_term_and_the_ruling_below_it_is_not_forgotten() -> Result<()> {
    let test = town(Enforcement::default()).await?;
    let world = &test.world;
    let supervisor = persona::staff(world, Role::Supervisor).await?;
    close(world, &["flood.cn"]).await?;
    let placed = act::place_measure(world, &supervisor, measure("www.flood.cn", "exemption", 2)).await.map_err(told)?;
    ensure!(placed.domain == "flood.cn", "a name below it means the domain");
    assert_eq!(verdict(world, "flood.cn").await?, (Gate::Open, Reason::Exempt));
    // What the filings say meanwhile is kept for afterwards.
    let again = act::place_measure(world, &supervisor, measure("flood.cn", "exemption", 2)).await;
    ensure!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
    test.clock.advance(SignedDuration::from_hours(3));
    work(&test).await?;
    assert_eq!(verdict(world, "flood.cn").await?, (Gate::Closed, Reason::FilingCancelled));
    let listed = act::list_measures(world, &supervisor, ListMeasures::default()).await.map_err(told)?.items;
    ensure!(listed.len() == 1 && listed[0].ended_at.is_some(), "{listed:?}");
    Ok(())
}

#[tokio::test]
async fn a_suspension_closes_and_an_order_goes_before_an_exemption() -> Result<()> {
    let test = town(Enforcement::default()).await?;
    let world = &test.world;
    let supervisor = persona::staff(world, Role::Supervisor).await?;
    open(world, &["shop.cn"]).await?;
    let closed = act::place_measure(world, &supervisor, measure("shop.cn", "suspension", 24)).await.map_err(told)?;
    assert_eq!(verdict(world, "shop.cn").await?, (Gate::Closed, Reason::Suspended));
    act::end_measure(world, &supervisor, MeasureRef { measure: closed.id }).await.map_err(told)?;
    assert_eq!(verdict(world, "shop.cn").await?, (Gate::Open, Reason::Filed));

    let tx = world.store.write().await?;
    ensure!(feed::close_by_order(&tx, world, "shop.cn", "33").await.map_err(told)?);
    tx.commit().await?;
    act::place_measure(world, &supervisor, measure("shop.cn", "exemption", 24)).await.map_err(told)?;
    assert_eq!(verdict(world, "shop.cn").await?, (Gate::Closed, Reason::AuthorityOrder));
    let order = act::list_measures(world, &supervisor, ListMeasures::default()).await.map_err(told)?.items;
    let order = order.iter().find(|row| row.kind == "order").context("the order")?.id;
    let ended = act::end_measure(world, &supervisor, MeasureRef { measure: order }).await;
    ensure!(ended.is_err_and(|error| error.code() == "ordered-by-authority"), "an order ends with its task");
    Ok(())
}

#[tokio::test]
async fn what_would_close_too_many_waits_for_two_people() -> Result<()> {
    let test = town(Enforcement { most_closings: 2, ..Enforcement::default() }).await?;
    let world = &test.world;
    let (one, other) =
        (persona::staff(world, Role::Supervisor).await?, persona::staff(world, Role::Administrator).await?);
    let all = ["a.cn", "b.cn", "c.cn", "d.cn"];
    open(world, &all).await?;
    close(world, &all).await?;
    for (domain, gate) in all.into_iter().zip([Gate::Closed, Gate::Closed, Gate::Open, Gate::Open]) {
        ensure!(verdict(world, domain).await?.0 == gate, "{domain}");
    }
    let waiting = act::list_held_closings(world, &one, FromCursor::default()).await.map_err(told)?.items;
    let mut names: Vec<&str> = waiting.iter().map(|row| row.domain.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["c.cn", "d.cn"]);
    ensure!(waiting.iter().all(|row| row.cause == "number" && row.reason == "filing_cancelled" && !row.approved));

    let closings: Vec<Uuid> = waiting.iter().map(|row| row.id).collect();
    let release = |actor: Actor| {
        let closings = closings.clone();
        async move { act::release_closings(world, &actor, ReleaseClosings { closings }).await.map_err(told) }
    };
    let first = release(one.clone()).await?;
    assert_eq!((first.approved, first.released, first.need_another), (2, 0, 0));
    assert_eq!(release(one).await?.need_another, 2);
    assert_eq!(verdict(world, "c.cn").await?.0, Gate::Open);
    // What is due no more is let go.
    open(world, &["d.cn"]).await?;
    assert_eq!(release(other).await?.released, 1);
    assert_eq!(verdict(world, "c.cn").await?, (Gate::Closed, Reason::FilingCancelled));
    assert_eq!(verdict(world, "d.cn").await?, (Gate::Open, Reason::Filed));

    // An hour later closings go through again.
    test.clock.advance(SignedDuration::from_mins(61));
    close(world, &["d.cn"]).await?;
    assert_eq!(verdict(world, "d.cn").await?.0, Gate::Closed);
    Ok(())
}

#[tokio::test]
async fn a_roll_back_opens_what_was_closed_since_and_leaves_orders_alone() -> Result<()> {
    let test = town(Enforcement::default()).await?;
    let world = &test.world;
    let supervisor = persona::staff(world, Role::Supervisor).await?;
    open(world, &["a.cn", "b.cn", "c.cn"]).await?;
    close(world, &["early.cn"]).await?;
    let since = store::feed::head(&world.store.read().await?).await?.sequence;
    close(world, &["a.cn", "b.cn", "early.cn", "new.cn"]).await?;
    act::place_measure(world, &supervisor, measure("c.cn", "suspension", 24)).await.map_err(told)?;

    let wish = |dry_run| RollBack { since, reason: "a wrong file was read".into(), hours: 24, dry_run };
    let would = act::roll_back(world, &supervisor, wish(true)).await.map_err(told)?;
    assert_eq!((would.domains, would.ordered, would.first.clone()), (2, 1, vec!["a.cn".into(), "b.cn".into()]));
    assert_eq!(verdict(world, "a.cn").await?.0, Gate::Closed);
    assert_eq!(act::roll_back(world, &supervisor, wish(false)).await.map_err(told)?, would);
    assert_eq!(verdict(world, "a.cn").await?, (Gate::Open, Reason::Exempt));
    assert_eq!(verdict(world, "b.cn").await?, (Gate::Open, Reason::Exempt));
    assert_eq!(verdict(world, "new.cn").await?.0, Gate::Closed);
    assert_eq!(verdict(world, "c.cn").await?, (Gate::Closed, Reason::Suspended));
    // Done again it finds nothing more to open.
    assert_eq!(act::roll_back(world, &supervisor, wish(false)).await.map_err(told)?.domains, 0);
    let gone = act::roll_back(world, &supervisor, RollBack { since: 1_000, ..wish(true) }).await;
    ensure!(matches!(gone, Err(Error::Gone)), "{gone:?}");
    Ok(())
}

fn report(run: Uuid, number: u64, sequence: u64, hash: &str) -> Report {
    let seen = |domain: &str, met, requests, clients| Seen {
        domain: domain.into(),
        met,
        reason: if met == Met::Open { Reason::Filed } else { Reason::NotFiled },
        requests,
        clients,
    };
    Report {
        name: "hangzhou-1".into(),
        version: "0.1.0".into(),
        run,
        number,
        sequence,
        hash: hash.into(),
        domains: 2,
        shadow: false,
        confirmed_at: None,
        requests: 20_000,
        closed: 12,
        unknown_opened: 3,
        seen: vec![seen("shut.cn", Met::Closed, 12, 4), seen("busy.cn", Met::Open, 15_000, 0)],
    }
}

#[tokio::test]
async fn a_report_is_counted_once_and_says_whether_the_gateway_is_where_it_should_be() -> Result<()> {
    let test = town(Enforcement::default()).await?;
    let world = &test.world;
    let supervisor = persona::staff(world, Role::Supervisor).await?;
    let gateway = gateway(world).await?;
    open(world, &["busy.cn"]).await?;
    let head = store::feed::head(&world.store.read().await?).await?;
    let run = Uuid::from_u128(7);
    for _ in 0..2 {
        let heard = act::report_follower(world, &gateway, report(run, 1, head.sequence, &head.hash)).await;
        ensure!(heard.map_err(told)?.agrees);
    }
    let rows = act::list_followers(world, &supervisor, FromCursor::default()).await.map_err(told)?.items;
    ensure!(rows.len() == 1, "one gateway");
    assert_eq!((rows[0].requests, rows[0].closed, rows[0].unknown_opened, rows[0].behind), (20_000, 12, 3, 0));
    ensure!(rows[0].agrees && rows[0].heard);
    act::report_follower(world, &gateway, report(run, 2, head.sequence, &"0".repeat(64))).await.map_err(told)?;
    let traffic = act::list_traffic(world, &supervisor, ListTraffic::default()).await.map_err(told)?;
    assert_eq!(traffic.iter().map(|row| (row.domain.as_str(), row.requests)).collect::<Vec<_>>(), [("shut.cn", 24)]);
    open(world, &["late.cn"]).await?;
    test.clock.advance(SignedDuration::from_mins(2));
    let rows = act::list_followers(world, &supervisor, FromCursor::default()).await.map_err(told)?.items;
    ensure!(!rows[0].agrees && !rows[0].heard && rows[0].behind == 1, "{rows:?}");

    // Most visitors go to busy.cn: closing it waits, closing another does not.
    close(world, &["late.cn", "busy.cn"]).await?;
    assert_eq!(verdict(world, "late.cn").await?.0, Gate::Closed);
    assert_eq!(verdict(world, "busy.cn").await?.0, Gate::Open);
    let held = act::list_held_closings(world, &supervisor, FromCursor::default()).await.map_err(told)?.items;
    assert_eq!((held[0].cause.as_str(), held[0].requests), ("traffic", 30_000));
    Ok(())
}

#[tokio::test]
async fn the_feed_is_signed_with_a_key_that_stays() -> Result<()> {
    let test = town(Enforcement::default()).await?;
    let world = &test.world;
    let gateway = gateway(world).await?;
    open(world, &["a.cn"]).await?;
    let key: PlatformKey = act::gateway_key(world, &gateway).await.map_err(told)?.key;
    for after in [0, 1] {
        let batch = act::gateway_changes(world, &gateway, GatewayChanges { after, wait: 0 }).await.map_err(told)?;
        let place = filing::verdict::Position { sequence: batch.sequence, hash: batch.hash };
        key.verify(&place, &batch.signature)?;
    }
    let seed = store::feed::signing_seed(&world.store.read().await?).await?;
    assert_eq!(filing::verdict::FeedKey::from_seed(&seed)?.public(), key);
    Ok(())
}

#[tokio::test]
async fn whoever_waits_for_news_is_told_within_a_moment() -> Result<()> {
    let test = town(Enforcement::default()).await?;
    let world = &test.world;
    let gateway = gateway(world).await?;
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (world, gateway) = (world.clone(), gateway.clone());
        waiting.spawn(async move {
            act::gateway_changes(&world, &gateway, GatewayChanges { after: 0, wait: 30 }).await.map_err(told)
        });
    }
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    open(world, &["a.cn"]).await?;
    let all = async {
        while let Some(batch) = waiting.join_next().await {
            ensure!(batch??.entries.len() == 1);
        }
        Ok(())
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), all).await?
}

//! What is seen without being open: one task a domain, extended, ended when the domain opens, open again when it is
//! seen again.

use anyhow::Result;
use app::act::{self, ListTasks, TaskRef, TaskRow};
use app::{Actor, Error, World, feed};
use filing::sighting::{MOST_DOMAINS, Report, Seen, Source, Taken};
use jiff::{SignedDuration, Timestamp};
use store::account::Role;
use testkit::persona::staff;
use testkit::story::told;
use testkit::world::{TestWorld, bureau_at};

fn seen(domain: &str, at: Timestamp) -> Seen {
    Seen {
        domain: domain.into(),
        host: format!("www.{domain}"),
        count: 3,
        first_seen: at - SignedDuration::from_mins(5),
        last_seen: at,
        addresses: vec![[192, 0, 2, 7].into()],
        sources: vec![Source::Nginx],
    }
}

/// Whoever comes with a key that an administrator made for a gateway.
async fn gateway(world: &World) -> Result<Actor> {
    Ok(Actor { role: Role::Gateway, ..staff(world, Role::Administrator).await? })
}

async fn report(world: &World, gateway: &Actor, seen: Vec<Seen>) -> Result<Taken> {
    act::report_sightings(world, gateway, Report { seen }).await.map_err(told)
}

async fn tasks(world: &World, actor: &Actor, done: bool) -> Result<Vec<TaskRow>> {
    let wanted = ListTasks { done, kind: Some("open_unfiled".into()), ..ListTasks::default() };
    Ok(act::list_tasks(world, actor, wanted).await.map_err(told)?.items)
}

async fn publish(world: &World, verdict: filing::verdict::Verdict) -> Result<()> {
    let tx = world.store.write().await?;
    feed::publish(&tx, world, &verdict).await.map_err(told)?;
    tx.commit().await?;
    Ok(())
}

async fn lives(test: TestWorld) -> Result<()> {
    let world = &test.world;
    let gateway = gateway(world).await?;
    let reviewer = staff(world, Role::Reviewer).await?;
    let hour = SignedDuration::from_hours(1);
    publish(world, feed::filed("open.cn", "浙ICP备2026000901号-1", None, world.now())).await?;
    publish(world, feed::not_filed("closed.cn", None, world.now())).await?;

    let all = |at| ["open.cn", "closed.cn", "unlisted.cn"].map(|domain| seen(domain, at)).to_vec();
    let first = world.now();
    assert_eq!(report(world, &gateway, all(first)).await?, Taken { opened: 2, extended: 0, fine: 1 });
    test.clock.advance(hour);
    let mut again = seen("closed.cn", world.now());
    again.addresses = vec![[192, 0, 2, 8].into()];
    again.sources = vec![Source::Capture];
    assert_eq!(report(world, &gateway, vec![again]).await?, Taken { opened: 0, extended: 1, fine: 0 });

    let open = tasks(world, &reviewer, false).await?;
    assert_eq!(open.len(), 2);
    let closed = open.iter().find(|row| row.domain.as_deref() == Some("closed.cn")).expect("its task");
    assert_eq!(closed.bureau, "");
    let view = act::view_task(world, &reviewer, TaskRef { task: closed.id }).await.map_err(told)?;
    let fact = |field: &str| view.told.iter().find(|fact| fact.field == field).map(|fact| fact.value.clone());
    assert_eq!(fact("count").as_deref(), Some("6"));
    assert_eq!(fact("first_seen"), Some((first - SignedDuration::from_mins(5)).to_string()));
    assert_eq!(fact("last_seen"), Some(world.now().to_string()));
    assert_eq!(fact("addresses").as_deref(), Some("192.0.2.7,192.0.2.8"));
    assert_eq!(fact("sources").as_deref(), Some("nginx,capture"));
    assert!(view.answerable && view.closable);

    test.clock.advance(hour);
    publish(world, feed::filed("closed.cn", "浙ICP备2026000901号-2", None, world.now())).await?;
    let done = tasks(world, &reviewer, true).await?;
    assert_eq!(done.len(), 1);
    assert_eq!((done[0].id, done[0].state.as_str()), (closed.id, "closed"));

    // Its access ends, and what was seen before that is no news.
    publish(world, feed::access_cancelled("closed.cn", "浙ICP备2026000901号-2", None, world.now())).await?;
    report(world, &gateway, vec![seen("closed.cn", first)]).await?;
    assert_eq!(tasks(world, &reviewer, false).await?.len(), 1);
    test.clock.advance(hour);
    assert_eq!(report(world, &gateway, vec![seen("closed.cn", world.now())]).await?.opened, 1);
    let open = tasks(world, &reviewer, false).await?;
    assert!(open.iter().any(|row| row.id == closed.id), "one task a domain, whatever becomes of it");
    Ok(())
}

#[tokio::test]
async fn a_domain_has_one_task_for_as_long_as_it_is_not_open() -> Result<()> {
    lives(TestWorld::sqlite().await?).await
}

#[tokio::test]
async fn a_domain_has_one_task_on_postgres_too() -> Result<()> {
    let database = testkit::postgres::fresh().map_err(anyhow::Error::msg)?;
    let bureau = bureau_at("http://127.0.0.1:9")?;
    lives(TestWorld::over(database.url(), tempfile::tempdir()?, bureau).await?).await
}

#[tokio::test]
async fn a_report_that_cannot_be_true_is_refused_as_a_whole() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let gateway = gateway(world).await?;
    let now = world.now();
    let good = seen("good.cn", now);
    let wrong = [
        ("domain", Seen { domain: "www.bad.cn".into(), ..good.clone() }),
        ("domain", Seen { domain: "BAD.cn".into(), ..good.clone() }),
        ("domain", Seen { domain: "com.cn".into(), ..good.clone() }),
        ("domain", good.clone()),
        ("host", Seen { host: "a\u{7}".into(), ..seen("bad.cn", now) }),
        ("host", Seen { host: "a".repeat(300), ..seen("bad.cn", now) }),
        ("count", Seen { count: 0, ..seen("bad.cn", now) }),
        ("last_seen", seen("bad.cn", now + SignedDuration::from_hours(1))),
        ("last_seen", Seen { first_seen: now, last_seen: now - SignedDuration::from_hours(1), ..seen("bad.cn", now) }),
        ("addresses", Seen { addresses: vec![[192, 0, 2, 7].into(); 17], ..seen("bad.cn", now) }),
        ("sources", Seen { sources: vec![], ..seen("bad.cn", now) }),
    ];
    for (field, bad) in wrong {
        let refused = act::report_sightings(world, &gateway, Report { seen: vec![good.clone(), bad] }).await;
        let Err(Error::Invalid(findings)) = refused else { anyhow::bail!("{field}: {refused:?}") };
        assert_eq!(findings[0].field, format!("seen.1.{field}"));
    }
    let many = (0..=MOST_DOMAINS).map(|n| seen(&format!("n{n}.cn"), now)).collect();
    assert!(act::report_sightings(world, &gateway, Report { seen: many }).await.is_err());
    let reviewer = staff(world, Role::Reviewer).await?;
    assert!(tasks(world, &reviewer, false).await?.is_empty());
    assert!(matches!(act::report_sightings(world, &reviewer, Report::default()).await, Err(Error::Forbidden)));
    Ok(())
}

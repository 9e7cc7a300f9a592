//! Whether filed sites still lead here: told after several days of the same answer, never by silence.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use app::act::{self, ListTasks, TaskRef, TaskRow};
use app::domain_facts::Outside;
use app::job::probe_sites::ProbeSites;
use app::job::{Job as _, Run};
use app::{Actor, World};
use filing::domain::DomainName;
use jiff::{SignedDuration, Timestamp};
use outside::{Learnt, Nobody, Resolved, Resolver, ResolverAnswer, Settings};
use store::account::Role;
use testkit::persona::{registered, staff};
use testkit::story::told;
use testkit::world::{TestWorld, bureau_at};

/// What the resolvers say now: each its addresses, or nothing at all.
#[derive(Debug, Default)]
struct Says(Mutex<Vec<Vec<IpAddr>>>);

#[async_trait::async_trait]
impl Resolver for Says {
    async fn resolve(&self, _domain: &DomainName, now: Timestamp) -> Learnt<Resolved> {
        let mut learnt = Learnt::nothing(now);
        for (n, addresses) in self.0.lock().expect("nobody panics").iter().enumerate() {
            learnt.sources.push(format!("DNS {n}"));
            let answer = ResolverAnswer {
                resolver: format!("DNS {n}"),
                addresses: addresses.iter().copied().collect(),
                aliases: [].into(),
                nameservers: [].into(),
            };
            learnt.known.get_or_insert_with(Resolved::default).answers.push(answer);
        }
        learnt
    }

    async fn texts(&self, _name: &str, now: Timestamp) -> Learnt<BTreeSet<String>> {
        Learnt::nothing(now)
    }
}

struct Scene {
    test: TestWorld,
    says: Arc<Says>,
    reviewer: Actor,
}

impl Scene {
    async fn over(mut test: TestWorld) -> Result<Self> {
        let says = Arc::new(Says::default());
        let settings = Settings { own_networks: vec!["192.0.2.0/24".parse()?], ..Settings::default() };
        test.world.outside = Arc::new(Outside::asking(Arc::new(Nobody), Arc::clone(&says) as _, &settings));
        let reviewer = staff(&test.world, Role::Reviewer).await?;
        let owner = registered(&test.world, "library@yunqi.cn").await?;
        testkit::filed::filing(&test.world, owner.account.0).await?;
        Ok(Self { test, says, reviewer })
    }

    fn world(&self) -> &World {
        &self.test.world
    }

    /// A day passes, on which the resolvers say this.
    async fn day(&self, answers: &[&[[u8; 4]]]) -> Result<()> {
        self.test.clock.advance(SignedDuration::from_hours(24));
        let answers = answers.iter().map(|all| all.iter().map(|one| IpAddr::from(*one)).collect());
        *self.says.0.lock().expect("nobody panics") = answers.collect();
        let run = Run { worker: "test".into(), attempt: 1 };
        ProbeSites {}.run(self.world(), &run).await.map_err(told)?;
        Ok(())
    }

    async fn tasks(&self, done: bool) -> Result<Vec<TaskRow>> {
        let wanted = ListTasks { done, kind: Some("leads_away".into()), ..ListTasks::default() };
        Ok(act::list_tasks(self.world(), &self.reviewer, wanted).await.map_err(told)?.items)
    }
}

const HERE: [u8; 4] = [192, 0, 2, 7];
const THERE: [u8; 4] = [198, 51, 100, 7];

async fn lives(test: TestWorld) -> Result<()> {
    let scene = Scene::over(test).await?;
    scene.day(&[&[HERE]]).await?;
    for _ in 0..3 {
        scene.day(&[&[THERE], &[THERE]]).await?;
    }
    assert!(scene.tasks(false).await?.is_empty(), "three looks, but only two days");
    scene.day(&[]).await?;
    assert!(scene.tasks(false).await?.is_empty(), "silence is no look");
    scene.day(&[&[THERE]]).await?;
    let open = scene.tasks(false).await?;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].domain.as_deref(), Some("yunqi-library.cn"));
    let view = act::view_task(scene.world(), &scene.reviewer, TaskRef { task: open[0].id }).await.map_err(told)?;
    let fact = |field: &str| view.told.iter().find(|fact| fact.field == field).map(|fact| fact.value.clone());
    assert_eq!(fact("leads").as_deref(), Some("elsewhere"));
    assert_eq!((fact("points_to").as_deref(), fact("count").as_deref()), (Some("198.51.100.7"), Some("4")));

    // One of them is content: the task is done.
    scene.day(&[&[THERE], &[THERE, HERE]]).await?;
    assert!(scene.tasks(false).await?.is_empty());
    assert_eq!(scene.tasks(true).await?[0].state, "closed");
    // It counts from the beginning, and nowhere is away as well.
    for _ in 0..4 {
        assert!(scene.tasks(false).await?.is_empty());
        scene.day(&[&[], &[]]).await?;
    }
    assert_eq!(scene.tasks(false).await?[0].id, open[0].id);
    // Resolvers of two minds are no look.
    scene.day(&[&[], &[THERE]]).await?;
    let view = act::view_task(scene.world(), &scene.reviewer, TaskRef { task: open[0].id }).await.map_err(told)?;
    assert!(view.told.iter().any(|fact| fact.field == "count" && fact.value == "4"), "{:?}", view.told);
    Ok(())
}

#[tokio::test]
async fn a_domain_that_leads_away_for_days_is_told() -> Result<()> {
    lives(TestWorld::sqlite().await?).await
}

#[tokio::test]
async fn a_domain_that_leads_away_is_told_on_postgres_too() -> Result<()> {
    let database = testkit::postgres::fresh().map_err(anyhow::Error::msg)?;
    let bureau = bureau_at("http://127.0.0.1:9")?;
    lives(TestWorld::over(database.url(), tempfile::tempdir()?, bureau).await?).await
}

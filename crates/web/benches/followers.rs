//! A thousand gateways that follow one platform: how long a change takes to reach all of them.
//!
//! ```text
//! cargo bench -p beian-web --bench followers [-- FOLLOWERS]
//! ```
//!
//! Each follower is a connection of its own that asks over HTTP for what comes after its place, as a gateway does, and
//! asks again when it has it. Changes are published one after the other with a pause between; what is measured is from
//! the commit of a change to its arrival at each follower. Followers and platform share this machine's processors.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use app::act::{self, CreateApiKey};
use app::{Role, World, feed};
use filing::verdict::Batch;
use testkit::persona;
use testkit::world::TestWorld;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

const CHANGES: u64 = 20;
const PAUSE: Duration = Duration::from_millis(1_500);

async fn follow(url: String, key: String, after: u64, told: mpsc::UnboundedSender<(u64, Instant)>) -> Result<()> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut place = after;
    while place < after + CHANGES {
        let asked = client
            .get(format!("{url}/api/v1/gateway/changes?after={place}&wait=30"))
            .bearer_auth(&key)
            .send()
            .await?
            .error_for_status()?;
        let batch: Batch = asked.json().await?;
        let now = Instant::now();
        for entry in &batch.entries {
            told.send((entry.sequence, now))?;
        }
        place = batch.sequence;
    }
    Ok(())
}

async fn publish(world: &World, n: u64) -> Result<(u64, Instant)> {
    let tx = world.store.write().await?;
    let verdict = feed::not_filed(&format!("domain-{n}.cn"), None, world.now());
    feed::publish(&tx, world, &verdict).await?;
    tx.commit().await?;
    // Every change is one entry of a feed that began empty.
    Ok((n + 1, Instant::now()))
}

/// The milliseconds of the median, of 99 in a hundred, and of the slowest.
async fn play(test: &TestWorld, followers: usize) -> Result<[f64; 3]> {
    let world = &test.world;
    let administrator = persona::staff(world, Role::Administrator).await?;
    let wish = CreateApiKey { name: "bench".into(), for_gateway: true };
    let key = act::create_api_key(world, &administrator, wish).await?.key;
    let (after, _) = publish(world, 0).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = web::router(web::State { world: world.clone(), metrics: None });
    let server = tokio::spawn(axum::serve(listener, app).into_future());
    let (told, mut arrivals) = mpsc::unbounded_channel();
    let mut all = JoinSet::new();
    for _ in 0..followers {
        all.spawn(follow(url.clone(), key.clone(), after, told.clone()));
    }
    drop(told);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let mut published = Vec::new();
    for n in 1..=CHANGES {
        published.push(publish(world, n).await?);
        tokio::time::sleep(PAUSE).await;
    }
    while let Some(ended) = all.join_next().await {
        ended??;
    }
    let mut took = Vec::new();
    while let Some((sequence, at)) = arrivals.recv().await {
        let (_, since) = published.iter().find(|(known, _)| *known == sequence).context("a change that was made")?;
        took.push(at.duration_since(*since).as_secs_f64() * 1_000.0);
    }
    ensure!(took.len() == followers * usize::try_from(CHANGES)?, "{} arrivals", took.len());
    server.abort();
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    Ok([at(0.5), at(0.99), at(1.0)])
}

#[tokio::main]
async fn main() -> Result<()> {
    let followers = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(1_000);
    println!("{followers} followers, {CHANGES} changes\n");
    println!("| database | median | 99 of 100 | slowest |\n|---|---:|---:|---:|");
    let show = |name: &str, [median, most, slowest]: [f64; 3]| {
        println!("| {name} | {median:.0} ms | {most:.0} ms | {slowest:.0} ms |");
    };
    show("SQLite", play(&TestWorld::sqlite().await?, followers).await?);
    let server = testkit::postgres::fresh().map_err(|error| anyhow::anyhow!(error))?;
    let bureau = testkit::world::bureau_at("http://127.0.0.1:1/")?;
    let test = TestWorld::over(server.url(), tempfile::tempdir()?, bureau).await?;
    show("PostgreSQL", play(&test, followers).await?);
    Ok(())
}

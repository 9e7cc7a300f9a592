//! Filings a second through the whole wire, on both databases, beside the bare wire.
//!
//! ```text
//! cargo bench -p beian-app --bench filings [-- FILINGS]
//! ```
//!
//! A filing goes the whole way: its passed order is packed, reported to the sandbox authority over SOAP on a real socket,
//! confirmed by text message, decided, downloaded, applied and acknowledged. The jobs are done one after the other, as
//! a worker does them, without the pauses in which it waits for news. The bare wire is the same containers given to a
//! fresh authority by the client alone: nothing is kept, nothing comes back.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use app::worker;
use authority::sandbox::Scenario;
use filing::stage::StageKind;
use jiff::SignedDuration;
use testkit::authority::TestAuthority;
use testkit::persona::{self, case};
use testkit::story::Story;

const DECIDED: &str = "title = \"bench\"\nseed = 1\nconfirm_sms_after = \"0s\"\n[[decision]]\ndecide = \"approve\"\n";

async fn authority() -> Result<TestAuthority> {
    let scenario = Scenario::parse(DECIDED).map_err(|error| anyhow::anyhow!("{error}"))?;
    TestAuthority::start_with(|config| config.scenario = Some(scenario)).await
}

/// Seconds that so many filings take on a database, and the seconds its uploads take alone.
async fn play(url: &str, filings: usize) -> Result<(f64, f64)> {
    let story = Story::begin_over(url, tempfile::tempdir()?, authority().await?).await?;
    let template = case("individual")?;
    let mut orders = Vec::new();
    for n in 0..filings {
        story.test.clock.advance(SignedDuration::from_secs(150));
        let (applicant, order) = story.fill_in(&persona::nth(&template, n)?).await?;
        story.submit(&applicant, order).await?;
        story.pass(order).await?;
        orders.push(order);
    }
    let begun = Instant::now();
    let mut first = 0;
    while let Some(order) = orders.get(first) {
        if worker::turn(&story, "bench").await? {
            continue;
        }
        if story.stage(*order).await? == StageKind::Filed {
            first += 1;
        } else {
            // Nothing is due: what the authority has for us is asked for at the next poll.
            story.test.clock.advance(SignedDuration::from_secs(5));
            ensure!(begun.elapsed().as_secs() < 600, "{first} of {filings} are filed");
        }
    }
    let whole = begun.elapsed().as_secs_f64();

    let reader = story.store.read().await?;
    let uploads = store::upload::list(&reader, "33", 0, filings as u64).await?;
    let mut zips = Vec::new();
    for upload in &uploads {
        zips.push(store::upload::container(&reader, upload.id).await?);
    }
    drop(reader);
    let bare = authority().await?;
    let bureaus = app::bureau::Bureaus::new(vec![bare.bureau()?])?;
    let bureau = bureaus.find("33").context("the bureau")?;
    let begun = Instant::now();
    for (sequence, zip) in (1..).zip(&zips) {
        let answer = bureau.client.upload(sequence, &bureau.client.seal(zip)).await?;
        ensure!(answer.is_stored(), "the bare wire answered {answer:?}");
    }
    Ok((whole, begun.elapsed().as_secs_f64()))
}

#[tokio::main]
async fn main() -> Result<()> {
    let filings = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(100);
    let folder = tempfile::tempdir()?;
    let embedded = format!("sqlite:{}", folder.path().join("beian.sqlite").display());
    let server = testkit::postgres::fresh().map_err(|error| anyhow::anyhow!(error))?;
    println!("{filings} filings\n");
    println!("| database | filings a second | the bare wire, uploads a second | ratio |\n|---|---:|---:|---:|");
    for (name, url) in [("SQLite", embedded.as_str()), ("PostgreSQL", server.url())] {
        let (whole, bare) = play(url, filings).await?;
        let a_second = |seconds: f64| filings as f64 / seconds;
        println!("| {name} | {:.1} | {:.1} | {:.2} |", a_second(whole), a_second(bare), bare / whole);
    }
    Ok(())
}

//! Many filings through an authority that misbehaves, by a worker process that is killed (SIGKILL) at random and started
//! again: all end decided, none is lost, none is doubled, and the ledgers have no gap.
//!
//! `cargo test` plays eight. The long one, here two thousand; `BEIAN_SOAK_DATABASE` chooses an empty PostgreSQL
//! database instead of SQLite:
//!
//! ```text
//! BEIAN_SOAK=2000 cargo test --release -p beian-app --test soak -- --nocapture
//! ```

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use app::World;
use app::act::{self, Ledger, LineState, ResumeLine};
use app::bureau::Bureaus;
use app::world::{FakeClock, SystemIds};
use authority::sandbox::Scenario;
use filing::stage::StageKind;
use jiff::SignedDuration;
use store::account::Role;
use testkit::authority::TestAuthority;
use testkit::persona::{self, case};
use testkit::story::{Story, told};
use testkit::world::{TestWorld, bureau_at};
use uuid::Uuid;

/// What the worker's process is told in its environment: the database, its folder, the authority, the time.
const DATABASE: &str = "BEIAN_SOAK_WORKER_DATABASE";
const FOLDER: &str = "BEIAN_SOAK_WORKER_FOLDER";
const AUTHORITY: &str = "BEIAN_SOAK_WORKER_AUTHORITY";
const NOW: &str = "BEIAN_SOAK_WORKER_NOW";
/// What it says when it begins to work.
const BEGUN: &str = "the worker has begun";

/// Undecided filings looked at after each life: they are decided about in the order they were passed.
const LOOKED_AT: usize = 20;

/// What the authority does: one of ten filings is refused, and every call may go wrong in one of many ways. The status
/// query alone is left in peace: while it goes wrong nobody can submit, which is not what is tried here.
fn weather() -> String {
    let mut text = String::from(
        "title = \"soak\"\nseed = 20261125\nconfirm_sms_after = \"200ms\"\n\
         [[decision]]\nwhen = { domain = \"*9.cn\" }\ndecide = \"refuse\"\nreason = \"请补充说明网站内容\"\n\
         [[decision]]\ndecide = \"approve\"\n",
    );
    for method in ["isp_upload", "isp_querypreviousupload", "isp_download", "isp_downloadack"] {
        for kind in ["drop_before_commit", "drop_after_commit", "down", "maintenance"] {
            text.push_str(&format!("[[fault]]\nkind = \"{kind}\"\nmethod = \"{method}\"\nchance = 0.04\n"));
        }
    }
    for (kind, method) in [
        ("unknown_msg_code", "isp_upload"),
        ("gap", "isp_upload"),
        ("corrupt_hash", "isp_download"),
        ("truncated_zip", "isp_download"),
    ] {
        text.push_str(&format!("[[fault]]\nkind = \"{kind}\"\nmethod = \"{method}\"\nchance = 0.04\n"));
    }
    text.push_str("[[fault]]\nkind = \"duplicate\"\nmethod = \"isp_downloadack\"\nevery = 7\n");
    text
}

/// Numbers of chance that repeat: every run dies at the same moments as far as the machine allows.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Lets the line go on when it stands, as a supervisor would who found nothing wrong.
async fn mind_the_line(story: &Story, supervisor: &app::Actor) -> Result<()> {
    let view = act::ledger(story, supervisor, Ledger::default()).await.map_err(told)?;
    if view.bureaus.iter().any(|line| line.state == LineState::Halted) {
        act::resume_line(story, supervisor, ResumeLine { bureau: "33".into() }).await.map_err(told)?;
    }
    Ok(())
}

/// A worker's process, and when it began to work.
struct Worker(Child);

impl Worker {
    /// Starts this very program again, as the worker, and waits until it works.
    fn start(story: &Story, url: &str) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["the_worker", "--exact", "--nocapture", "--test-threads=1"])
            .env(DATABASE, url)
            .env(FOLDER, story.test.folder())
            .env(AUTHORITY, story.authority.bureau()?.url.as_str())
            .env(NOW, story.test.world.now().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = child.stdout.take().context("its output")?;
        let begun = BufReader::new(output).lines().map_while(Result::ok).any(|line| line.contains(BEGUN));
        ensure!(begun, "the worker ended by itself: {:?}", child.wait()?);
        Ok(Self(child))
    }

    /// Kills it with SIGKILL: nothing gets a chance to clean up.
    fn kill(mut self) -> Result<()> {
        use std::os::unix::process::ExitStatusExt as _;
        self.0.kill()?;
        let ended = self.0.wait()?;
        ensure!(ended.signal() == Some(9), "a worker does not end by itself: {ended}");
        Ok(())
    }
}

/// Not a test of its own: the process that the test below kills. Without its variables it has nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker() {
    let Ok(url) = std::env::var(DATABASE) else { return };
    let told = |name: &str| std::env::var(name).unwrap();
    let clock = Arc::new(FakeClock::at(told(NOW).parse().unwrap()));
    let mut bureau = bureau_at(&told(AUTHORITY)).unwrap();
    bureau.timeout_seconds = 5;
    let store = TestWorld::store(&url, told(FOLDER).as_ref(), u64::from(std::process::id())).await.unwrap();
    let world = World {
        clock: Arc::clone(&clock) as Arc<dyn app::world::Clock>,
        // Two lives must not give one number to two things.
        ids: Arc::new(SystemIds),
        bureaus: Bureaus::new(vec![bureau]).unwrap(),
        ..TestWorld::world(store, Arc::clone(&clock)).unwrap()
    };
    println!("{BEGUN}");
    let name = format!("worker-{}", std::process::id());
    let mut last = Instant::now();
    loop {
        // Whatever it says: a worker that fails is a worker that is started again.
        if !app::worker::turn(&world, &name).await.unwrap_or(false) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        clock.advance(SignedDuration::try_from(last.elapsed()).unwrap());
        last = Instant::now();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_filing_is_decided_once_whatever_goes_wrong() -> Result<()> {
    let filings: usize = std::env::var("BEIAN_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let scenario = Scenario::parse(&weather()).map_err(|error| anyhow::anyhow!("{error}"))?;
    let authority = TestAuthority::start_with(|config| config.scenario = Some(scenario)).await?;
    let folder = tempfile::tempdir()?;
    let embedded = format!("sqlite:{}", folder.path().join("beian.sqlite").display());
    let url = std::env::var("BEIAN_SOAK_DATABASE").unwrap_or(embedded);
    let story = Story::begin_over(&url, folder, authority).await?;
    let supervisor = persona::staff(&story, Role::Supervisor).await?;
    let template = case("individual")?;
    let begun = Instant::now();
    let mut waiting: Vec<Uuid> = Vec::new();
    for n in 0..filings {
        let case = persona::nth(&template, n)?;
        // People come one after the other: thirty registrations in an hour are throttled.
        story.test.clock.advance(SignedDuration::from_secs(150));
        let (applicant, order) = story.fill_in(&case).await.with_context(|| format!("filing {n}"))?;
        story.submit(&applicant, order).await?;
        story.pass(order).await?;
        waiting.push(order);
    }
    let written = begun.elapsed();
    let orders = waiting.clone();
    let mut chance = Chance(7);
    let mut deaths = 0;
    let patience = Duration::from_secs(60 + 4 * u64::try_from(filings)?);
    while !waiting.is_empty() {
        ensure!(begun.elapsed() < written + patience, "{} filings are not decided", waiting.len());
        let alive = Instant::now();
        let worker = Worker::start(&story, &url)?;
        tokio::time::sleep(Duration::from_millis(20 + chance.below(400))).await;
        worker.kill()?;
        deaths += 1;
        story.test.clock.advance(SignedDuration::try_from(alive.elapsed())? + SignedDuration::from_secs(20));
        mind_the_line(&story, &supervisor).await?;
        let (mut left, mut undecided) = (Vec::with_capacity(waiting.len()), 0);
        for order in waiting {
            let is_decided = undecided < LOOKED_AT
                && matches!(story.stage(order).await?, StageKind::Filed | StageKind::ChangesRequested);
            if !is_decided {
                undecided += 1;
                left.push(order);
            }
        }
        waiting = left;
        if deaths % 100 == 0 {
            eprintln!("{deaths} deaths, {} filings wait, {:.0} s", waiting.len(), begun.elapsed().as_secs_f64());
        }
    }
    let ledger = story.authority.ledger().await?;
    let taken: Vec<(i64, i64)> = ledger.iter().map(|(sequence, _, taken)| (*sequence, *taken)).collect();
    let expected: Vec<(i64, i64)> = (1..=i64::try_from(filings)?).map(|sequence| (sequence, 1)).collect();
    ensure!(taken == expected, "every number is taken once, without a gap: {taken:?}");
    let mut filed = 0;
    for (n, order) in orders.iter().enumerate() {
        let here = story.stage(*order).await? == StageKind::Filed;
        let there = story.authority.ask(&format!("api/records?of=zhixia-notes{n}.cn")).await.is_ok();
        ensure!(here == there, "filing {n}: filed here {here}, there {there}");
        filed += usize::from(here);
    }
    eprintln!(
        "{filings} filings ({filed} filed), {deaths} deaths, {:.1} s to write, {:.1} s to decide",
        written.as_secs_f64(),
        (begun.elapsed() - written).as_secs_f64()
    );
    let refused = (0..filings).filter(|n| n % 10 == 9).count();
    ensure!(filed == filings - refused, "{filed} filed, {refused} to be refused");
    let chain = store::upload::verify(&story.store.read().await?, "33").await?;
    let lines = u64::try_from(filings)?;
    ensure!(matches!(chain, store::audit::Verdict::Intact { lines: found, .. } if found == lines), "{chain:?}");
    Ok(())
}

//! The worker: does what was promised, one job after the other, beside any number of other workers.
//!
//! A job is claimed with a lease that a heartbeat prolongs. When a process dies, its lease runs out and another worker
//! does the job again; every job is written so that doing it again is harmless.

use std::time::Duration;

use serde_json::Value;
use store::job::Job as Row;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Result};
use crate::job::clean_up::CleanUp;
use crate::job::end_measure::EndMeasure;
use crate::job::index_mail::IndexMail;
use crate::job::poll_downloads::PollDownloads;
use crate::job::probe_sites::ProbeSites;
use crate::job::refresh_domains::RefreshDomains;
use crate::job::report::Report;
use crate::job::send_message::SendMessage;
use crate::job::tend_orders::TendOrders;
use crate::job::watch_closed::WatchClosed;
use crate::job::{self, Job, Outcome, Run};
use crate::world::World;

/// The heart beats so often within a lease.
const BEATS: u32 = 3;
/// Jobs done at the same time in one process: one may wait for the authority while another sends a message.
const HANDS: usize = 3;

/// Works until it is told to stop, and finishes what it holds.
pub async fn run(world: World, name: String, stop: CancellationToken) {
    while let Err(error) = begin(&world).await {
        tracing::warn!(%error, "the worker cannot begin");
        if stopped_during(&stop, Duration::from_secs(2)).await {
            return;
        }
    }
    let hands = (0..HANDS).map(|hand| {
        let (world, stop) = (world.clone(), stop.clone());
        let name = format!("{name}/{hand}");
        tokio::spawn(async move { work(&world, &name, &stop).await })
    });
    for hand in hands.collect::<Vec<_>>() {
        if let Err(error) = hand.await {
            tracing::error!(%error, "a worker ended");
        }
    }
}

/// Makes the bureaus known and promises what recurs for ever.
///
/// # Errors
/// When the store cannot.
pub async fn begin(world: &World) -> Result<()> {
    let tx = world.store.write().await?;
    let now = world.now();
    for bureau in world.bureaus.iter() {
        store::bureau::ensure(&tx, &bureau.code).await?;
        job::promise(&tx, world, &PollDownloads { bureau: bureau.code.clone() }, now).await?;
        // A process that died between its commit and its nudge left its report promised; this only repeats it.
        job::promise(&tx, world, &Report { bureau: bureau.code.clone() }, now).await?;
    }
    job::promise(&tx, world, &TendOrders {}, now).await?;
    job::promise(&tx, world, &RefreshDomains {}, now).await?;
    job::promise(&tx, world, &ProbeSites {}, now).await?;
    job::promise(&tx, world, &IndexMail {}, now).await?;
    job::promise(&tx, world, &CleanUp {}, now).await?;
    Ok(tx.commit().await?)
}

async fn work(world: &World, name: &str, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        match turn(world, name).await {
            Ok(true) => {}
            Ok(false) => {
                // Another process may promise something at any time: look about once a second in any case.
                let wait = Duration::from_secs_f64(0.7 + world.fraction() * 0.6);
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = world.nudge.notified() => {}
                    () = tokio::time::sleep(wait) => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the queue cannot be reached");
                if stopped_during(stop, Duration::from_secs(1)).await {
                    return;
                }
            }
        }
    }
}

async fn stopped_during(stop: &CancellationToken, time: Duration) -> bool {
    tokio::select! {
        () = stop.cancelled() => true,
        () = tokio::time::sleep(time) => false,
    }
}

/// Does the longest due job, if any; says whether there was one.
///
/// # Errors
/// When the queue cannot be reached. A job that fails is noted in the queue and is no error here.
pub async fn turn(world: &World, name: &str) -> Result<bool> {
    let now = world.now();
    // Looking first leaves the one writer of an embedded database alone while there is nothing to do.
    let due = store::job::next_due(&world.store.read().await?, &[]).await?;
    if due.is_none_or(|due| due > now) {
        return Ok(false);
    }
    let tx = world.store.write().await?;
    let row = store::job::claim(&tx, &[], name, now, now + world.settings.lease()).await?;
    tx.commit().await?;
    let Some(row) = row else { return Ok(false) };
    let run = Run { worker: name.to_owned(), attempt: row.attempts };
    let result = hold(world, &row, dispatch(world, &row, &run)).await;
    settle(world, &row, result).await?;
    Ok(true)
}

/// Works on a claimed job for as long as the claim lasts.
///
/// # Errors
/// When the work fails, or another worker took the job over.
pub(crate) async fn hold<T>(world: &World, row: &Row, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        result = work => result,
        lost = heartbeat(world, row) => Err(lost),
    }
}

/// Beats until the claim is lost.
async fn heartbeat(world: &World, row: &Row) -> Error {
    let pause = world.settings.lease().unsigned_abs() / BEATS;
    loop {
        tokio::time::sleep(pause).await;
        let beat = async {
            let tx = world.store.write().await?;
            store::job::heartbeat(&tx, row, world.now() + world.settings.lease()).await?;
            tx.commit().await
        };
        match beat.await {
            Ok(()) => {}
            Err(error) if error.is_retryable() => tracing::warn!(%error, "a heartbeat was missed"),
            Err(error) => return error.into(),
        }
    }
}

async fn dispatch(world: &World, row: &Row, run: &Run) -> Result<Outcome> {
    async fn one<J: Job>(world: &World, payload: &Value, run: &Run) -> Result<Outcome> {
        serde_json::from_value::<J>(payload.clone())?.run(world, run).await
    }
    let payload = &row.payload;
    match row.kind.as_str() {
        Report::NAME => one::<Report>(world, payload, run).await,
        PollDownloads::NAME => one::<PollDownloads>(world, payload, run).await,
        SendMessage::NAME => one::<SendMessage>(world, payload, run).await,
        TendOrders::NAME => one::<TendOrders>(world, payload, run).await,
        RefreshDomains::NAME => one::<RefreshDomains>(world, payload, run).await,
        ProbeSites::NAME => one::<ProbeSites>(world, payload, run).await,
        IndexMail::NAME => one::<IndexMail>(world, payload, run).await,
        CleanUp::NAME => one::<CleanUp>(world, payload, run).await,
        EndMeasure::NAME => one::<EndMeasure>(world, payload, run).await,
        WatchClosed::NAME => one::<WatchClosed>(world, payload, run).await,
        other => Err(Error::internal(format!("nobody knows the job {other}"))),
    }
}

/// Notes what became of a claimed job.
///
/// # Errors
/// When the queue cannot be reached.
pub(crate) async fn settle(world: &World, row: &Row, result: Result<Outcome>) -> Result<()> {
    let word = match &result {
        Ok(Outcome::Done) => "done",
        Ok(Outcome::Again(_)) => "again",
        Err(_) => "failed",
    };
    metrics::counter!("beian_jobs_total", "kind" => row.kind.clone(), "result" => word).increment(1);
    let now = world.now();
    let tx = world.store.write().await?;
    let settled = match result {
        Ok(Outcome::Done) => store::job::done(&tx, row, now).await,
        Ok(Outcome::Again(at)) => store::job::retry(&tx, row, at, "").await,
        Err(error) => {
            tracing::warn!(kind = %row.kind, attempt = row.attempts, %error, "a job failed");
            let at = now + job::backoff(world, row.attempts);
            store::job::retry(&tx, row, at, &error.to_string()).await
        }
    };
    match settled {
        Ok(()) => Ok(tx.commit().await?),
        // Another worker has it by now and settles it.
        Err(store::Error::Conflict(store::Conflict::LeaseLost)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The names of the jobs that recur for ever; all others end.
pub const RECURRING: [&str; 6] =
    [PollDownloads::NAME, TendOrders::NAME, RefreshDomains::NAME, ProbeSites::NAME, IndexMail::NAME, CleanUp::NAME];

//! What the platform does by itself: each job has a name, a payload and a file.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::job::NewJob;
use store::{JobId, Tx};

use crate::error::Result;
use crate::world::World;

pub mod apply;
pub mod clean_up;
pub mod end_measure;
mod halt;
pub mod index_mail;
pub mod poll_downloads;
pub mod probe_sites;
pub mod refresh_domains;
pub mod report;
pub mod send_message;
pub mod tend_orders;
pub mod watch_closed;

/// A kind of work.
#[async_trait::async_trait]
pub trait Job: Serialize + DeserializeOwned + Send + Sync {
    /// The job's name in the queue, in metrics and in logs.
    const NAME: &'static str;

    /// The key that keeps it single while it is open.
    fn key(&self) -> String;

    /// Does it once.
    async fn run(&self, world: &World, run: &Run) -> Result<Outcome>;
}

/// Facts about one run of a job.
#[derive(Debug, Clone)]
pub struct Run {
    /// Who runs it: unique among all processes.
    pub worker: String,
    /// How often it was tried, this time included.
    pub attempt: u32,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It is to be done again then: it waits for something, or it recurs.
    Again(Timestamp),
}

/// Promises a job in the transaction that makes it necessary; harmless when it is already promised.
///
/// # Errors
/// When the store cannot.
pub async fn promise<J: Job>(tx: &Tx, world: &World, job: &J, run_at: Timestamp) -> Result<()> {
    let new = NewJob {
        id: JobId(world.uuid()),
        kind: J::NAME.to_owned(),
        payload: serde_json::to_value(job)?,
        run_at,
        unique_key: Some(job.key()),
    };
    store::job::enqueue(tx, &new, world.now()).await?;
    // The permit is kept until somebody waits, so nudging before the commit only costs one look too early; the
    // worker looks again within a second in any case.
    world.nudge.notify_one();
    Ok(())
}

/// How long to wait before the next attempt: doubling from a second to five minutes, with a quarter of chance so that
/// two processes do not fall into step.
#[must_use]
pub fn backoff(world: &World, attempt: u32) -> jiff::SignedDuration {
    let seconds = 2_f64.powi(i32::try_from(attempt.min(9)).unwrap_or(9)).min(300.0) / 2.0;
    jiff::SignedDuration::from_millis((seconds * 1000.0 * (0.875 + world.fraction() / 4.0)) as i64)
}

//! Following the platform for as long as the gateway runs.
//!
//! A snapshot first, unless a file gave the verdicts already; then one question for changes after the other. What
//! does not follow from what is applied is never applied: a new snapshot is taken instead. While the platform is
//! away, the verdicts at hand go on being served and it is asked again after pauses that grow.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;
use tokio::sync::{Notify, watch};
use tokio::time::sleep;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::{debug, error, info, warn};

use crate::Ambient;
use crate::config::Follow;
use crate::feed::{Feed, FeedError};
use crate::metrics::Metrics;
use crate::snapshot;
use crate::state::State;

/// The least time between two questions that brought nothing, should something between us and the platform answer
/// without waiting.
const BREATH: Duration = Duration::from_millis(100);

/// The least time between two writes of the snapshot file.
const WRITE_PAUSE: Duration = Duration::from_secs(2);

/// The follower of one platform.
pub(crate) struct Follower {
    pub(crate) feed: Feed,
    pub(crate) state: Arc<State>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) ambient: Ambient,
    pub(crate) settings: Follow,
    pub(crate) file: Option<PathBuf>,
    pub(crate) draining: watch::Receiver<bool>,
    /// Keeps the process until the last verdicts are on disk.
    pub(crate) running: Mutex<Option<TaskTrackerToken>>,
    /// Held while the file is written: a write that stopping overtakes still ends, and must end first.
    pub(crate) writing: Arc<Mutex<()>>,
}

#[async_trait]
impl BackgroundService for Follower {
    async fn start(&self, _shutdown: ShutdownWatch) {
        let running = self.running.lock().map(|mut token| token.take()).unwrap_or_default();
        let changed = Notify::new();
        let mut draining = self.draining.clone();
        tokio::select! {
            () = self.follow(&changed) => {}
            () = self.write_files(&changed) => {}
            _ = draining.wait_for(|draining| *draining) => {}
        }
        self.write_file().await;
        drop(running);
    }
}

impl Follower {
    /// Starts from the file of an earlier run, if there is a sound one.
    pub(crate) fn load_file(&self) {
        let Some(path) = &self.file else { return };
        match snapshot::read(path) {
            Ok(Some((table, confirmed_at))) => {
                info!(
                    sequence = table.position().sequence,
                    domains = table.len(),
                    %confirmed_at,
                    "starting from the snapshot file"
                );
                self.state.publish(Arc::new(table));
                self.state.confirmed(confirmed_at);
            }
            Ok(None) => info!("there is no snapshot file yet; waiting for the platform"),
            Err(error) => {
                self.metrics.files_refused.increment(1);
                error!(path = %path.display(), "the snapshot file is refused, waiting for the platform: {error}");
            }
        }
    }

    /// Asks for ever.
    async fn follow(&self, changed: &Notify) {
        let mut failures = 0;
        let mut snapshot_due = self.state.table().is_none();
        loop {
            match self.ask(snapshot_due, changed).await {
                Ok(()) => {
                    if failures > 0 {
                        info!("the platform is back");
                    }
                    failures = 0;
                    snapshot_due = false;
                }
                Err(error) if error.needs_snapshot() && !snapshot_due && failures == 0 => {
                    self.metrics.breaks.increment(1);
                    warn!("taking a new snapshot: {error}");
                    snapshot_due = true;
                    // Counted as a failure: should the changes not follow from the new snapshot either, the next
                    // one is not taken at once.
                    failures = 1;
                }
                Err(error) => {
                    self.metrics.errors.increment(1);
                    snapshot_due |= error.needs_snapshot();
                    failures += 1;
                    let pause = self.ambient.jitter(pause(&self.settings, failures));
                    warn!(failures, ?pause, stale = self.state.is_stale(), "{error}");
                    sleep(pause).await;
                }
            }
        }
    }

    /// Asks once and publishes what came.
    async fn ask(&self, snapshot_due: bool, changed: &Notify) -> Result<(), FeedError> {
        let Some(table) = self.state.table().filter(|_| !snapshot_due) else {
            let table = self.feed.snapshot().await?;
            info!(sequence = table.position().sequence, domains = table.len(), "took a snapshot");
            self.metrics.snapshots.increment(1);
            self.state.publish(Arc::new(table));
            self.state.confirm();
            changed.notify_one();
            return Ok(());
        };
        let breath = sleep(BREATH);
        let entries = self.feed.changes(table.position()).await?;
        if entries.is_empty() {
            self.state.confirm();
            breath.await;
            return Ok(());
        }
        let (count, next) = (entries.len() as u64, table.after(entries));
        debug!(sequence = next.position().sequence, count, "applied changes");
        self.metrics.changes.increment(count);
        self.state.publish(Arc::new(next));
        self.state.confirm();
        changed.notify_one();
        Ok(())
    }

    /// Writes the file after changes, but not after every one.
    async fn write_files(&self, changed: &Notify) {
        loop {
            changed.notified().await;
            self.write_file().await;
            sleep(WRITE_PAUSE).await;
        }
    }

    async fn write_file(&self) {
        let (Some(path), Some(table), Some(confirmed_at)) =
            (self.file.clone(), self.state.table(), self.state.confirmed_at())
        else {
            return;
        };
        let writing = Arc::clone(&self.writing);
        let write = move || {
            let _one_at_a_time = writing.lock().unwrap_or_else(PoisonError::into_inner);
            snapshot::write(&path, &table, confirmed_at)
        };
        let error = match tokio::task::spawn_blocking(write).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        self.metrics.file_errors.increment(1);
        error!("the snapshot file cannot be written: {error}");
    }
}

/// The longest pause after so many failures in a row.
fn pause(settings: &Follow, failures: u32) -> Duration {
    let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    settings.retry_min.saturating_mul(doubled).min(settings.retry_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let settings = Follow::default();
        let pauses: Vec<u128> = (1..=9).map(|failures| pause(&settings, failures).as_millis()).collect();
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(pause(&settings, 1_000), settings.retry_max);
    }
}

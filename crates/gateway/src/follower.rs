//! Following the platform for as long as the gateway runs.
//!
//! A snapshot first, unless a file gave the verdicts already; then one question for changes after the other. What
//! does not follow from what is applied is never applied: a new snapshot is taken instead. While the platform is
//! away, the verdicts at hand go on being served and it is asked again after pauses that grow.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use filing::verdict::{Entry, Position};
use index::{Owned, Place, Writer};
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::{debug, error, info, warn};

use crate::Ambient;
use crate::config::Follow;
use crate::feed::{Feed, FeedError};
use crate::haproxy::Haproxy;
use crate::metrics::Metrics;
use crate::reporter::Reporter;
use crate::state::State;

/// The least time between two questions that brought nothing, should something between us and the platform answer
/// without waiting.
const BREATH: Duration = Duration::from_millis(100);

/// An eighth of a base changed is worth a new one, within these bounds: well before an overlay is full (2^19 names).
const REBUILD_AT: std::ops::RangeInclusive<u64> = 1 << 16..=1 << 18;

/// The follower of one platform.
pub(crate) struct Follower {
    pub(crate) feed: Feed,
    pub(crate) state: Arc<State>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) ambient: Ambient,
    pub(crate) settings: Follow,
    /// Held while something is written, never across a question; none while another gateway takes over.
    pub(crate) writer: Arc<Mutex<Option<Writer>>>,
    /// The folder of the index.
    pub(crate) folder: PathBuf,
    /// Whether the index is to be let go of, and whether it is.
    pub(crate) let_go: watch::Receiver<bool>,
    pub(crate) is_let_go: watch::Sender<bool>,
    pub(crate) reporter: Reporter,
    pub(crate) haproxy: Option<Haproxy>,
    pub(crate) draining: watch::Receiver<bool>,
    /// Keeps the process until nothing is being written.
    pub(crate) running: Mutex<Option<TaskTrackerToken>>,
}

#[async_trait]
impl BackgroundService for Follower {
    async fn start(&self, _shutdown: ShutdownWatch) {
        let running = self.running.lock().map(|mut token| token.take()).unwrap_or_default();
        let (mut draining, mut let_go) = (self.draining.clone(), self.let_go.clone());
        loop {
            tokio::select! {
                () = self.follow() => {}
            () = self.reporter.follow(&self.feed, || self.place()) => {}
                () = async {
                    match &self.haproxy {
                        Some(haproxy) => haproxy.follow(&self.state, &self.metrics).await,
                        None => std::future::pending().await,
                    }
                } => {}
                _ = let_go.wait_for(|let_go| *let_go) => {}
                _ = draining.wait_for(|draining| *draining) => {}
            }
            // Whoever writes now ends first.
            let writer = Arc::clone(&self.writer);
            let ended = tokio::task::spawn_blocking(move || drop(lock(&writer).take())).await;
            debug!(ended = ended.is_ok(), "the follower has stopped");
            self.is_let_go.send_replace(true);
            tokio::select! {
                _ = draining.wait_for(|draining| *draining) => break,
                () = self.take_back(&mut let_go) => {}
            }
        }
        drop(running);
    }
}

fn lock(writer: &Mutex<Option<Writer>>) -> MutexGuard<'_, Option<Writer>> {
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Follower {
    /// Opens the index again once the gateway that was to take over did not.
    async fn take_back(&self, let_go: &mut watch::Receiver<bool>) {
        let _ = let_go.wait_for(|let_go| !*let_go).await;
        loop {
            match Writer::open(&self.folder) {
                Ok(writer) => {
                    *lock(&self.writer) = Some(writer);
                    self.is_let_go.send_replace(false);
                    return info!("nobody took over; following the platform again");
                }
                Err(error) => {
                    warn!("the index cannot be taken back yet: {error}");
                    sleep(self.settings.retry_min).await;
                }
            }
        }
    }

    /// Says what an earlier run left.
    pub(crate) fn tell_of_the_index(&self) {
        let writer = lock(&self.writer);
        let Some(writer) = writer.as_ref() else { return };
        for (path, why) in writer.refused() {
            self.metrics.index_refused.increment(1);
            error!(path = %path.display(), "a base of the index is refused: it {why}");
        }
        match (writer.place(), writer.index()) {
            (Some(place), Some(index)) => {
                info!(sequence = place.sequence, domains = index.len(), "starting from the index");
                self.state.published(place.sequence);
                self.state.confirmed(index.built_at());
            }
            _ => info!("the index is empty; waiting for the platform"),
        }
    }

    /// Asks for ever.
    async fn follow(&self) {
        let mut failures = 0;
        let mut snapshot_due = self.place().is_none();
        let mut rebuilding: Option<JoinHandle<()>> = None;
        loop {
            match self.ask(snapshot_due).await {
                Ok(()) => {
                    if failures > 0 {
                        info!("the platform is back");
                    }
                    failures = 0;
                    snapshot_due = false;
                    if rebuilding.as_ref().is_none_or(JoinHandle::is_finished) {
                        rebuilding = self.rebuild();
                    }
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
                    match &error {
                        FeedError::Index(_) => self.metrics.index_errors.increment(1),
                        _ => self.metrics.errors.increment(1),
                    }
                    snapshot_due |= error.needs_snapshot();
                    failures += 1;
                    let pause = self.ambient.jitter(pause(&self.settings, failures));
                    warn!(failures, ?pause, stale = self.state.is_stale(), "{error}");
                    sleep(pause).await;
                }
            }
        }
    }

    fn place(&self) -> Option<Position> {
        let place = lock(&self.writer).as_ref()?.place()?;
        Some(Position { sequence: place.sequence, hash: hex::encode(place.hash) })
    }

    /// Asks once and publishes what came.
    async fn ask(&self, snapshot_due: bool) -> Result<(), FeedError> {
        let Some(position) = self.place().filter(|_| !snapshot_due) else { return self.take_snapshot().await };
        let breath = sleep(BREATH);
        let entries = self.feed.changes(&position).await?;
        let Some(end) = entries.last().map(Entry::position) else {
            self.state.confirm();
            breath.await;
            return Ok(());
        };
        let place = place(&end)?;
        let changes: Vec<Owned> = entries.into_iter().map(owned).collect();
        let count = changes.len() as u64;
        let now = self.ambient.now();
        let changes = self.write(move |writer| writer.apply(&changes, place, now).map(|()| changes)).await?;
        if let Some(haproxy) = &self.haproxy {
            haproxy.changed(changes.iter().map(|change| &change.verdict));
        }
        debug!(sequence = place.sequence, count, "applied changes");
        self.metrics.changes.increment(count);
        self.published(place);
        Ok(())
    }

    async fn take_snapshot(&self) -> Result<(), FeedError> {
        let mut fresh = self.write(Writer::fresh).await?;
        let position = self.feed.snapshot(|entry| Ok(fresh.add(&owned(entry).listing())?)).await?;
        let place = place(&position)?;
        let (key, now) = (self.ambient.key(), self.ambient.now());
        let domains = self
            .write(move |writer| {
                fresh.end(key, place, now)?;
                writer.adopt(fresh)?;
                Ok(writer.index().map(index::Index::len))
            })
            .await?;
        info!(sequence = place.sequence, domains, "took a snapshot");
        self.metrics.snapshots.increment(1);
        self.published(place);
        if let Some(haproxy) = &self.haproxy {
            haproxy.replaced();
        }
        Ok(())
    }

    fn published(&self, place: Place) {
        self.state.published(place.sequence);
        self.state.confirm();
    }

    /// Writes in a thread where that may take its time.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, index::Error> + Send + 'static,
    ) -> Result<T, FeedError> {
        let writer = Arc::clone(&self.writer);
        let done = tokio::task::spawn_blocking(move || lock(&writer).as_mut().map_or(Err(index::Error::Locked), work));
        Ok(done.await.map_err(|error| index::Error::File(std::io::Error::other(error)))??)
    }

    /// Builds a base in the background when the overlay has grown; changes go on meanwhile.
    fn rebuild(&self) -> Option<JoinHandle<()>> {
        {
            let writer = lock(&self.writer);
            let index = writer.as_ref()?.index()?;
            if index.changed() < (index.len() / 8).clamp(*REBUILD_AT.start(), *REBUILD_AT.end()) {
                return None;
            }
        }
        let (writer, state, metrics) = (Arc::clone(&self.writer), Arc::clone(&self.state), Arc::clone(&self.metrics));
        let now = self.ambient.now();
        Some(tokio::task::spawn_blocking(move || {
            let begun = lock(&writer).as_mut().map_or(Ok(None), Writer::rebuild);
            let built = begun.and_then(|rebuild| Ok(rebuild.map(|rebuild| rebuild.run(now)).transpose()?));
            // A gateway that takes over meanwhile builds its own.
            let adopt = |built| lock(&writer).as_mut().map_or(Ok(()), |writer| writer.adopt(built));
            let adopted = built.and_then(|built| built.map_or(Ok(()), adopt));
            let place = lock(&writer).as_ref().and_then(Writer::place);
            match (adopted, place) {
                (Ok(()), Some(place)) => state.published(place.sequence),
                (Ok(()), None) => {}
                (Err(error), _) => {
                    metrics.index_errors.increment(1);
                    error!("no new base of the index can be built: {error}");
                }
            }
        }))
    }
}

fn owned(entry: Entry) -> Owned {
    Owned { sequence: entry.sequence, verdict: entry.verdict }
}

fn place(position: &Position) -> Result<Place, FeedError> {
    let mut hash = [0; 32];
    hex::decode_to_slice(&position.hash, &mut hash)
        .map_err(|_| FeedError::Unreadable("the running hash is not 64 hexadecimal digits".to_owned()))?;
    Ok(Place { sequence: position.sequence, hash })
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

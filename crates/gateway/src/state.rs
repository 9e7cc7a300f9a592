//! What the parts of a running gateway share: the published verdicts and how fresh they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use index::{Index, Live};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::Ambient;

/// Marks that the platform never confirmed anything.
const NEVER: i64 = i64::MIN;

/// The published verdicts and how fresh they are.
pub(crate) struct State {
    live: Live,
    /// The last change of the platform that is applied.
    sequence: watch::Sender<u64>,
    /// When the platform last confirmed the table, in microseconds.
    confirmed_at: AtomicI64,
    stale_after: Duration,
    ambient: Ambient,
}

impl State {
    pub(crate) fn new(live: Live, ambient: Ambient, stale_after: Duration) -> Self {
        Self { live, sequence: watch::channel(0).0, confirmed_at: AtomicI64::new(NEVER), stale_after, ambient }
    }

    /// The verdicts; none before the first.
    pub(crate) fn index(&self) -> arc_swap::Guard<Arc<Option<Index>>> {
        self.live.load()
    }

    /// The verdicts, to be held for longer than a request.
    pub(crate) fn index_owned(&self) -> Arc<Option<Index>> {
        Arc::clone(&self.live.load())
    }

    /// Notes that the writer came to a place, by a change or by another base.
    pub(crate) fn published(&self, sequence: u64) {
        if let Err(error) = self.live.refresh() {
            tracing::error!("the verdicts that were written cannot be read: the {error}");
        }
        self.sequence.send_replace(sequence);
    }

    /// The last change that is applied.
    pub(crate) fn sequence(&self) -> u64 {
        *self.sequence.borrow()
    }

    /// Wakes whoever passes the verdicts on when another change is applied.
    pub(crate) fn moved(&self) -> watch::Receiver<u64> {
        self.sequence.subscribe()
    }

    /// Notes that the platform confirmed the table just now.
    pub(crate) fn confirm(&self) {
        self.confirmed(self.ambient.now());
    }

    /// Notes when the platform confirmed the table.
    pub(crate) fn confirmed(&self, at: Timestamp) {
        self.confirmed_at.store(at.as_microsecond(), Ordering::Relaxed);
    }

    /// When the platform last confirmed the table.
    pub(crate) fn confirmed_at(&self) -> Option<Timestamp> {
        match self.confirmed_at.load(Ordering::Relaxed) {
            NEVER => None,
            micros => Timestamp::from_microsecond(micros).ok(),
        }
    }

    /// How long ago the platform confirmed the table; zero when the clock went back.
    pub(crate) fn age(&self) -> Option<Duration> {
        let age = self.ambient.now().duration_since(self.confirmed_at()?);
        Some(Duration::try_from(age).unwrap_or_default())
    }

    /// Whether the platform has been silent for too long, or was never heard.
    pub(crate) fn is_stale(&self) -> bool {
        self.age().is_none_or(|age| age > self.stale_after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_grow_stale_when_the_platform_is_silent_and_fresh_when_it_speaks() {
        let clock = Arc::new(AtomicI64::new(1_000_000));
        let read = Arc::clone(&clock);
        let ambient = Ambient::new(move || Timestamp::from_second(read.load(Ordering::Relaxed)).unwrap(), || 0);
        let folder = tempfile::tempdir().unwrap();
        let state = State::new(Live::new(folder.path()), ambient, Duration::from_secs(60));
        assert!(state.index().is_none() && state.age().is_none() && state.is_stale());

        let mut writer = index::Writer::open(folder.path()).unwrap();
        let mut fresh = writer.fresh().unwrap();
        fresh.end(index::Key([1; 16]), index::Place { sequence: 0, hash: [0; 32] }, Timestamp::UNIX_EPOCH).unwrap();
        writer.adopt(fresh).unwrap();
        state.published(0);
        state.confirm();
        clock.fetch_add(60, Ordering::Relaxed);
        assert_eq!(state.age(), Some(Duration::from_secs(60)));
        assert!(!state.is_stale());
        clock.fetch_add(1, Ordering::Relaxed);
        assert!(state.is_stale());
        assert!(state.index().is_some(), "stale verdicts are still applied");
        state.confirm();
        assert!(!state.is_stale());
        clock.fetch_sub(500, Ordering::Relaxed);
        assert_eq!(state.age(), Some(Duration::ZERO), "a clock set back makes nothing stale");
    }
}

//! What the parts of a running gateway share: the published verdicts and how fresh they are.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;

use crate::Ambient;
use crate::table::Table;

/// Marks that the platform never confirmed anything.
const NEVER: i64 = i64::MIN;

/// The published verdicts and how fresh they are.
pub(crate) struct State {
    /// Held only to clone or replace the pointer, never across work.
    table: RwLock<Option<Arc<Table>>>,
    /// When the platform last confirmed the table, in microseconds.
    confirmed_at: AtomicI64,
    stale_after: Duration,
    ambient: Ambient,
}

impl State {
    pub(crate) fn new(ambient: Ambient, stale_after: Duration) -> Self {
        Self { table: RwLock::new(None), confirmed_at: AtomicI64::new(NEVER), stale_after, ambient }
    }

    /// The newest table; none before the first.
    pub(crate) fn table(&self) -> Option<Arc<Table>> {
        self.table.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets every request from now on be decided by another table.
    pub(crate) fn publish(&self, table: Arc<Table>) {
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = Some(table);
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
    use filing::verdict::Position;

    #[test]
    fn verdicts_grow_stale_when_the_platform_is_silent_and_fresh_when_it_speaks() {
        let clock = Arc::new(AtomicI64::new(1_000_000));
        let read = Arc::clone(&clock);
        let ambient = Ambient::new(move || Timestamp::from_second(read.load(Ordering::Relaxed)).unwrap(), || 0);
        let state = State::new(ambient, Duration::from_secs(60));
        assert!(state.table().is_none() && state.age().is_none() && state.is_stale());

        state.publish(Arc::new(Table::from_snapshot(Position::start(), Vec::new()).unwrap()));
        state.confirm();
        clock.fetch_add(60, Ordering::Relaxed);
        assert_eq!(state.age(), Some(Duration::from_secs(60)));
        assert!(!state.is_stale());
        clock.fetch_add(1, Ordering::Relaxed);
        assert!(state.is_stale());
        assert!(state.table().is_some(), "stale verdicts are still applied");
        state.confirm();
        assert!(!state.is_stale());
        clock.fetch_sub(500, Ordering::Relaxed);
        assert_eq!(state.age(), Some(Duration::ZERO), "a clock set back makes nothing stale");
    }
}

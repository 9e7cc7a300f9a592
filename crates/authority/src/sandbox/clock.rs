//! The sandbox's clock: the real time, moved on by as much as was asked for.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// A clock that can be advanced, never turned back.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// Seconds by which it runs ahead.
    ahead: AtomicI64,
}

impl Clock {
    pub(super) fn running_ahead(seconds: i64) -> Self {
        Self { ahead: AtomicI64::new(seconds) }
    }

    /// A clock that says `start` now; before the real time it runs behind.
    pub(super) fn starting_at(start: Timestamp) -> Self {
        let clock = Self::default();
        clock.ahead.store(start.as_second() - clock.now().as_second(), Ordering::Relaxed);
        clock
    }

    /// By how many seconds it runs ahead.
    pub(super) fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::Relaxed)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the sandbox's clock; everything else here asks it")]
    pub(super) fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(SignedDuration::from_secs(self.ahead.load(Ordering::Relaxed))).unwrap_or(now)
    }

    /// Moves the clock on.
    pub(super) fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// The wall clock of China at an instant; the whole country keeps one time without summer time.
pub(super) fn local(at: Timestamp) -> DateTime {
    at.to_zoned(TimeZone::fixed(Offset::constant(8))).datetime()
}

/// An instant as it is stored.
pub(super) fn stored(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A stored instant.
pub(super) fn instant(stored: i64) -> Timestamp {
    Timestamp::from_microsecond(stored).unwrap_or(Timestamp::UNIX_EPOCH)
}

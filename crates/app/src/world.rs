//! Everything an act may touch: time, chance, the store, the wires to the outside and the settings.
//!
//! Nothing below this crate reads a clock or draws a random number by itself; both come in here, so that a test can
//! stop time and repeat chance.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::bureau::Bureaus;
use crate::domain_facts::Outside;
use crate::heavy::Heavy;
use crate::identity::IdentityService;
use crate::mail::Mail;
use crate::news::News;
use crate::rates::Rates;
use crate::settings::Settings;
use crate::sms::Sms;

/// The time of day.
pub trait Clock: Debug + Send + Sync {
    /// This instant.
    fn now(&self) -> Timestamp;
}

/// Chance: identifiers, secrets and codes.
pub trait Ids: Debug + Send + Sync {
    /// Fills the buffer with bytes nobody can guess.
    fn fill(&self, buffer: &mut [u8]);
}

/// What every act is handed.
#[derive(Clone)]
pub struct World {
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub ids: Arc<dyn Ids>,
    /// The database and the sealed files.
    pub store: store::Store,
    /// The way out for letters.
    pub mail: Arc<dyn Mail>,
    /// The way out for text messages.
    pub sms: Arc<dyn Sms>,
    /// The provider's own real-name service.
    pub identity: Arc<dyn IdentityService>,
    /// The authorities this provider reports to.
    pub bureaus: Bureaus,
    /// Who is asked about domains.
    pub outside: Arc<Outside>,
    /// What the operator decided.
    pub settings: Arc<Settings>,
    /// The places where passwords and pictures are worked on.
    pub heavy: Arc<Heavy>,
    /// Wakes the worker of this process when an act has queued something for it.
    pub nudge: Arc<tokio::sync::Notify>,
    /// What those who wait for the feed of verdicts share.
    pub news: Arc<News>,
    /// How often strangers may ask.
    pub rates: Arc<Rates>,
}

impl Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl World {
    /// This instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Today's date in mainland China.
    #[must_use]
    pub fn today(&self) -> Date {
        china_date(self.now())
    }

    /// A new identifier that sorts by time (UUID version 7).
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.now().as_millisecond()).unwrap_or_default();
        let mut random = [0; 10];
        self.ids.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A secret of 256 bits as 43 characters that may stand in a link.
    #[must_use]
    pub fn secret(&self) -> String {
        let mut bytes = [0; 32];
        self.ids.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A code of six digits, each code as likely as any other.
    #[must_use]
    pub fn six_digits(&self) -> String {
        loop {
            let mut bytes = [0; 4];
            self.ids.fill(&mut bytes);
            let number = u32::from_le_bytes(bytes);
            // 4 294 000 000 is the largest multiple of a million below 2^32: what lies above would favour small codes.
            if number < 4_294_000_000 {
                return format!("{:06}", number % 1_000_000);
            }
        }
    }

    /// A number between 0 (included) and 1 (excluded), for waiting times that must not fall into step.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        let mut bytes = [0; 4];
        self.ids.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The date in mainland China (UTC+8, no summer time since 1991) at an instant.
#[must_use]
pub fn china_date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::fixed(Offset::constant(8))).date()
}

/// The day of an instant in mainland China, counted from 1970-01-01.
#[must_use]
pub fn china_day(at: Timestamp) -> i64 {
    (at.as_second() + 8 * 3_600).div_euclid(86_400)
}

/// The first instant of a date in mainland China.
#[must_use]
pub fn china_midnight(date: Date) -> Timestamp {
    date.to_zoned(TimeZone::fixed(Offset::constant(8))).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system clock comes in")]
    fn now(&self) -> Timestamp {
        // The database keeps microseconds: an instant must not change by being stored.
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// The machine's source of chance.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system's chance comes in")]
    fn fill(&self, buffer: &mut [u8]) {
        #[expect(clippy::expect_used, reason = "a system without random numbers must not go on making secrets")]
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

/// A clock that moves only when it is told to.
#[derive(Debug)]
pub struct FakeClock {
    microseconds: AtomicI64,
}

impl FakeClock {
    /// A clock that stands at an instant.
    #[must_use]
    pub fn at(instant: Timestamp) -> Self {
        Self { microseconds: AtomicI64::new(instant.as_microsecond()) }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: SignedDuration) {
        self.microseconds.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.microseconds.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Chance that repeats: the same seed gives the same bytes in the same order.
#[derive(Debug)]
pub struct FakeIds {
    seed: u64,
    drawn: AtomicU64,
}

impl FakeIds {
    /// Chance that follows from a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Ids for FakeIds {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let drawn = self.drawn.fetch_add(1, Ordering::SeqCst);
            let mut hash = Sha256::new();
            hash.update(self.seed.to_le_bytes());
            hash.update(drawn.to_le_bytes());
            let digest = hash.finalize();
            chunk.copy_from_slice(&digest[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_china_begins_eight_hours_before_a_day_in_utc() {
        let evening: Timestamp = "2026-11-20T16:30:00Z".parse().unwrap();
        assert_eq!(china_date(evening), jiff::civil::date(2026, 11, 21));
        assert_eq!(china_day(evening) - china_day("2026-11-20T15:59:59Z".parse().unwrap()), 1);
        assert_eq!(china_midnight(jiff::civil::date(2026, 11, 21)), "2026-11-20T16:00:00Z".parse().unwrap());
    }

    #[test]
    fn the_same_seed_repeats_and_another_does_not() {
        let draw = |seed| {
            let ids = FakeIds::seeded(seed);
            let mut bytes = [0; 40];
            ids.fill(&mut bytes);
            bytes
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn a_fake_clock_moves_only_when_told() {
        let clock = FakeClock::at("2026-11-20T16:30:00Z".parse().unwrap());
        assert_eq!(clock.now(), clock.now());
        clock.advance(SignedDuration::from_hours(2));
        assert_eq!(clock.now(), "2026-11-20T18:30:00Z".parse().unwrap());
    }
}

//! The time and the chance a gateway runs by.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// Time and chance as arguments, so that a test can choose them.
#[derive(Clone)]
pub struct Ambient {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    chance: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl Ambient {
    /// Takes a clock and a source of evenly spread random numbers.
    pub fn new(
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        chance: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), chance: Arc::new(chance) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// The key of a new index.
    pub(crate) fn key(&self) -> index::Key {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&(self.chance)().to_le_bytes());
        key[8..].copy_from_slice(&(self.chance)().to_le_bytes());
        index::Key(key)
    }

    /// The number of a question over DNS, which nobody can guess.
    pub(crate) fn message_id(&self) -> u16 {
        let [one, two, ..] = (self.chance)().to_le_bytes();
        u16::from_le_bytes([one, two])
    }

    /// A number for one run of the program.
    pub(crate) fn uuid(&self) -> uuid::Uuid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&(self.chance)().to_le_bytes());
        bytes[8..].copy_from_slice(&(self.chance)().to_le_bytes());
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A pause between half of `longest` and all of it, so that many gateways do not come back in step.
    pub(crate) fn jitter(&self, longest: Duration) -> Duration {
        let half = longest / 2;
        let nanos = u64::try_from(half.as_nanos()).unwrap_or(u64::MAX);
        longest - Duration::from_nanos((self.chance)() % nanos.max(1))
    }
}

impl std::fmt::Debug for Ambient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ambient")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_between_half_and_whole() {
        let longest = Duration::from_secs(8);
        for chance in [0, 1, 3_999_999_999, 4_000_000_000, u64::MAX] {
            let pause = Ambient::new(|| Timestamp::UNIX_EPOCH, move || chance).jitter(longest);
            assert!(pause > longest / 2 && pause <= longest, "{pause:?}");
        }
        let none = Ambient::new(|| Timestamp::UNIX_EPOCH, || 7).jitter(Duration::ZERO);
        assert_eq!(none, Duration::ZERO);
    }
}

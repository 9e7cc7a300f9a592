//! How often a stranger may ask, by address; kept in this process alone.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{Error, Result};

/// Look-ups of one address in a row.
const LOOK_UPS: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Look-ups of one address in a minute, afterwards.
const LOOK_UPS_A_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Proofs of a domain that one address begins in a row.
const PROOFS: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// Proofs one address begins in an hour, afterwards.
const PROOFS_AN_HOUR: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// When so many addresses are known, those that have not asked for a while are forgotten.
const MOST_ADDRESSES: usize = 100_000;

/// The limits of strangers.
pub struct Rates {
    look_ups: DefaultKeyedRateLimiter<[u8; 16]>,
    proofs: DefaultKeyedRateLimiter<[u8; 16]>,
}

impl fmt::Debug for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rates").field("addresses", &self.look_ups.len()).finish()
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            look_ups: RateLimiter::keyed(Quota::per_minute(LOOK_UPS_A_MINUTE).allow_burst(LOOK_UPS)),
            proofs: RateLimiter::keyed(Quota::per_hour(PROOFS_AN_HOUR).allow_burst(PROOFS)),
        }
    }
}

impl Rates {
    /// Counts a look-up.
    ///
    /// # Errors
    /// [`Error::Throttled`] when the address asked too often.
    pub(crate) fn look_up(&self, address: &str) -> Result<()> {
        count(&self.look_ups, address)
    }

    /// Counts a proof of a domain that is begun.
    ///
    /// # Errors
    /// [`Error::Throttled`] when the address began too many.
    pub(crate) fn start_proof(&self, address: &str) -> Result<()> {
        count(&self.proofs, address)
    }
}

fn count(limiter: &DefaultKeyedRateLimiter<[u8; 16]>, address: &str) -> Result<()> {
    if limiter.len() > MOST_ADDRESSES {
        limiter.retain_recent();
    }
    limiter.check_key(&key(address)).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        Error::Throttled { retry_after_seconds: wait.as_secs() + 1 }
    })
}

/// What counts as one address: of IPv6 the network of a household, and whatever is no address together.
fn key(address: &str) -> [u8; 16] {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.to_ipv6_mapped().octets(),
        Ok(IpAddr::V6(address)) => {
            let mut octets = address.octets();
            octets[8..].fill(0);
            octets
        }
        Err(_) => [0; 16],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_stopped_and_another_is_not() {
        let rates = Rates::default();
        let asked = (0..100).filter(|_| rates.look_up("192.0.2.1").is_ok()).count();
        assert!((60..=62).contains(&asked), "{asked}");
        let Err(Error::Throttled { retry_after_seconds }) = rates.look_up("::ffff:192.0.2.1") else {
            panic!("the same address in another form");
        };
        assert!((1..=2).contains(&retry_after_seconds));
        assert!(rates.look_up("192.0.2.2").is_ok());
    }

    #[test]
    fn a_household_is_one_address() {
        assert_eq!(key("2001:db8:1:2::3"), key("2001:db8:1:2:ffff::4"));
        assert_ne!(key("2001:db8:1:2::3"), key("2001:db8:1:3::3"));
    }
}

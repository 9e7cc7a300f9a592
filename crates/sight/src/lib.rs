//! Finding what is open without a filing: streams of sightings, judged by the verdict index, gathered a domain.
//!
//! ```text
//!   access logs ─┐
//!   query logs  ─┤              host             ┌ open here: nothing to tell
//!   dnstap      ─┼─▶ Sighting ──▶ domain ─▶ index┤
//!   packets     ─┘                               └ closed, or not listed ─▶ Gathered ─▶ a table, JSON, the platform
//! ```
//!
//! A reader never keeps more than its bounds say, whatever it is fed, and never ends on a line or a packet that it does
//! not understand: it counts it. What a client says in `Host` or its ClientHello is a claim; that a name was seen here
//! says where somebody looked for it, and no more.

mod gather;
mod lines;
pub mod source;

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use gather::{Gathered, Tally};

/// One look of somebody at a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting<'a> {
    /// The host, as it was said.
    pub host: Cow<'a, [u8]>,
    /// Our address at which it was asked for, or to which it points.
    pub address: Option<IpAddr>,
    /// When.
    pub at: Timestamp,
}

/// What a reader has to know of the place it reads.
#[derive(Debug, Clone)]
pub struct Place {
    /// The zone of instants that are written without one.
    pub zone: TimeZone,
    /// The provider's addresses; all of them when none is named.
    pub ours: Vec<IpNet>,
}

impl Place {
    /// Whether an address may be one of ours.
    #[must_use]
    pub fn is_ours(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.ours.is_empty() || self.ours.iter().any(|net| net.contains(&address))
    }
}

/// How much was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Lines, frames or packets.
    pub read: u64,
    /// Those of them that say nothing of a host, or cannot be understood.
    pub passed_over: u64,
}

/// What is done with each sighting.
pub type See<'a> = dyn FnMut(Sighting<'_>) + 'a;

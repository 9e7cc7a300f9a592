//! What a gateway tells the platform of itself: how far it has followed, and what it met on the way.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Reason;

/// What a gateway tells every few seconds. Counts are those since the report before; a report is counted once, by its run
/// and number, however often it arrives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GatewayReport)]
pub struct Report {
    /// What the gateway calls itself; at most 64 characters.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One run of the program.
    pub run: Uuid,
    /// The number of this report within the run, from 1.
    pub number: u64,
    /// The last entry of the feed it applied.
    pub sequence: u64,
    /// Its running hash there, 64 hexadecimal digits.
    pub hash: String,
    /// How many domains it knows.
    pub domains: u64,
    /// Whether it lets through what it would close (shadow mode).
    pub shadow: bool,
    /// When the platform last confirmed what it has.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub confirmed_at: Option<Timestamp>,
    /// All requests.
    pub requests: u64,
    /// Requests for closed domains among them, answered or, in shadow mode, let through.
    pub closed: u64,
    /// Requests let through because too little was known.
    pub unknown_opened: u64,
    /// What it met, the most requests first; what did not fit is in the totals alone.
    pub seen: Vec<Seen>,
}

impl Report {
    /// The most characters of a name.
    pub const LONGEST_NAME: usize = 64;
    /// The most domains one report may name.
    pub const MOST_SEEN: usize = 500;
}

/// What became of requests for a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// They went through.
    Open,
    /// They were answered by the gateway.
    Closed,
    /// They went through, and would have been closed but for shadow mode.
    Shadow,
}

/// The requests for one domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GatewaySeen)]
pub struct Seen {
    /// The registrable domain.
    pub domain: String,
    /// What became of them.
    pub met: Met,
    /// Why.
    pub reason: Reason,
    /// How many; those that went through are counted by one in sixty-four.
    pub requests: u64,
    /// How many different clients at least; 0 where they are not counted.
    pub clients: u64,
}

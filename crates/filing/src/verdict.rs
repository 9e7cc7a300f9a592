//! What a gateway is told about a domain, and the running hash that proves it was told everything.
//!
//! The platform publishes one numbered sequence of [`Entry`]s. Each entry carries the hash of everything up to and
//! including itself, so that a gateway which has applied entry *n* and is given entry *n + 1* can prove that nothing
//! was lost, changed or reordered in between. The first entry follows [`Position::start`].
//!
//! The hash is taken over the entry's JSON as it was sent, not over the fields this version knows: an older gateway
//! can follow a newer platform that says more.

mod report;
mod signature;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

pub use report::{Met, Report, Seen};
pub use signature::{FeedKey, PlatformKey, SignatureError};

/// The running hash before the first entry: 64 zeros.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An answer that may be missing. Unknown never blocks by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody has found out yet.
    #[default]
    Unknown,
}

/// What a gateway does with requests for the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// Requests are passed to the origin.
    Open,
    /// Requests are answered by the gateway.
    Closed,
}

/// Why the domain is open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It has no filing number (未备案).
    NotFiled,
    /// Its number was issued (已备案).
    Filed,
    /// Its access filing passed the first review (接入备案已初审), which opens it before the authority decides.
    AccessReviewed,
    /// It is filed, but not through this provider (未接入).
    NotAccessed,
    /// Its access through this provider was cancelled (取消接入).
    AccessCancelled,
    /// Its filing was cancelled (注销).
    FilingCancelled,
    /// The authority ordered it closed.
    AuthorityOrder,
    /// The provider closed it for a time.
    Suspended,
    /// It needs no filing, or not yet, or is kept open for a time by somebody's decision.
    Exempt,
    /// Too little is known to close it.
    Undetermined,
    /// A reason this version has no word for.
    #[serde(other)]
    Other,
}

impl Reason {
    /// The reason's word in the feed, the metrics and the locale keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFiled => "not_filed",
            Self::Filed => "filed",
            Self::AccessReviewed => "access_reviewed",
            Self::NotAccessed => "not_accessed",
            Self::AccessCancelled => "access_cancelled",
            Self::FilingCancelled => "filing_cancelled",
            Self::AuthorityOrder => "authority_order",
            Self::Suspended => "suspended",
            Self::Exempt => "exempt",
            Self::Undetermined => "undetermined",
            Self::Other => "other",
        }
    }
}

/// What the owner of a closed domain does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// File it (首次备案, 新增互联网信息服务).
    File,
    /// Add the access through this provider to its filing (新增接入).
    AddAccess,
    /// Ask the provider: nothing can be done by form.
    AskProvider,
}

impl Reason {
    /// What the owner does next; none when the domain is open, or too little is known to say.
    #[must_use]
    pub const fn remedy(self) -> Option<Remedy> {
        match self {
            Self::NotFiled | Self::FilingCancelled => Some(Remedy::File),
            Self::NotAccessed | Self::AccessCancelled => Some(Remedy::AddAccess),
            Self::AuthorityOrder | Self::Suspended => Some(Remedy::AskProvider),
            Self::Filed | Self::AccessReviewed | Self::Exempt | Self::Undetermined | Self::Other => None,
        }
    }
}

/// What is true of a domain from one moment on, before it has a place in the sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// The registrable domain in its ASCII form, such as `example.cn` or `xn--fiqs8s.com`.
    pub domain: String,
    /// Whether MIIT has a filing for it.
    pub filed: Known,
    /// Whether its access through this provider is filed.
    pub accessed: Known,
    /// What gateways do with it.
    pub enforcement: Enforcement,
    /// Why.
    pub reason: Reason,
    /// The filing number to show, where there is one.
    pub number: Option<String>,
    /// Where requests go when it is open: `host:port`, or several with commas, which take turns.
    pub origin: Option<String>,
    /// Since when this is so.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A verdict with its place in the sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// The place in the sequence; the first is 1 and none is left out.
    pub sequence: u64,
    /// The running hash up to and including this entry, 64 hexadecimal digits.
    pub hash: String,
    /// The verdict itself.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl Entry {
    /// Gives a verdict the place after `previous`.
    ///
    /// # Errors
    /// When the verdict cannot be written as JSON, which no value of the type brings about.
    pub fn following(previous: &Position, verdict: Verdict) -> Result<Self, serde_json::Error> {
        let mut entry = Self { sequence: previous.sequence + 1, hash: String::new(), verdict };
        entry.hash = running_hash(&previous.hash, &serde_json::to_value(&entry)?);
        Ok(entry)
    }

    /// The place this entry leaves a follower at.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { sequence: self.sequence, hash: self.hash.clone() }
    }
}

/// The first line of a snapshot: a place the feed stood at when it was begun.
///
/// A snapshot is lines of JSON, so that neither side holds all of it: this one, the newest [`Entry`] of every domain
/// in any order, and a [`SnapshotEnd`]. Entries that came while it was written may be among them; the changes after
/// the place bring them again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SnapshotHead {
    /// The sequence of the place.
    pub sequence: u64,
    /// The running hash at that place.
    pub hash: String,
}

/// The last line of a snapshot: without it, or if it does not agree, nothing of the snapshot may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SnapshotEnd {
    /// How many entries there were.
    pub entries: u64,
    /// The SHA-256 of every line before this one with its line end, in hexadecimal.
    pub sha256: String,
    /// The platform's signature under the place, the count and the checksum, 128 hexadecimal digits; see [`FeedKey`].
    #[serde(default)]
    pub signature: String,
}

/// What the platform answers to a gateway: the entries after a place.
///
/// `sequence` and `hash` are the place a follower stands at once it has applied `entries`: those of the last entry,
/// or the place asked about when there is nothing new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Batch {
    /// The place after the last entry.
    pub sequence: u64,
    /// The running hash at that place.
    pub hash: String,
    /// The entries by ascending sequence.
    pub entries: Vec<Entry>,
    /// The platform's signature under the place after the last entry, 128 hexadecimal digits; see [`FeedKey`].
    pub signature: String,
}

/// How far a follower has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Position {
    /// The sequence of the last entry applied; 0 before the first.
    pub sequence: u64,
    /// The running hash at that entry.
    pub hash: String,
}

/// Why a batch of changes does not follow from where the follower stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// An entry is missing, repeated or out of order.
    #[error("entry {found} came where {expected} was due")]
    Gap {
        /// The sequence that was due.
        expected: u64,
        /// The sequence that came; 0 when the entry had none.
        found: u64,
    },
    /// An entry's hash is not the hash of what came before and itself.
    #[error("the running hash breaks at entry {at}")]
    Hash {
        /// The entry's sequence.
        at: u64,
    },
    /// An entry is not an entry.
    #[error("entry {at} cannot be read: {why}")]
    Unreadable {
        /// The entry's sequence.
        at: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The place the batch names is not the place its entries lead to.
    #[error("the batch says it ends at {said} but its entries end at {found}, or their hashes differ")]
    End {
        /// The sequence the batch names.
        said: u64,
        /// The sequence its entries lead to.
        found: u64,
    },
}

impl Position {
    /// The place before the first entry.
    #[must_use]
    pub fn start() -> Self {
        Self { sequence: 0, hash: GENESIS.to_owned() }
    }

    /// Reads the entries that follow this place and proves that none was lost, changed or reordered.
    ///
    /// `end` is the place the batch names; it must be the one its entries lead to.
    ///
    /// # Errors
    /// When they do not follow. Nothing of the batch may then be used.
    pub fn follow(&self, entries: &[Value], end: &Self) -> Result<Vec<Entry>, ChainError> {
        let mut place = self.clone();
        let mut read = Vec::with_capacity(entries.len());
        for raw in entries {
            let expected = place.sequence + 1;
            let found = raw.get("sequence").and_then(Value::as_u64).unwrap_or_default();
            if found != expected {
                return Err(ChainError::Gap { expected, found });
            }
            let hash = running_hash(&place.hash, raw);
            if raw.get("hash").and_then(Value::as_str) != Some(hash.as_str()) {
                return Err(ChainError::Hash { at: found });
            }
            let entry = Entry::deserialize(raw)
                .map_err(|error| ChainError::Unreadable { at: found, why: error.to_string() })?;
            read.push(entry);
            place = Self { sequence: found, hash };
        }
        if place != *end {
            return Err(ChainError::End { said: end.sequence, found: place.sequence });
        }
        Ok(read)
    }
}

/// The running hash after an entry: SHA-256, in hexadecimal, over the hash before it and the entry's canonical JSON.
///
/// Canonical: members sorted by name at every depth, no white space, the entry's own `hash` left out.
#[must_use]
pub fn running_hash(previous: &str, entry: &Value) -> String {
    let mut canonical = String::with_capacity(256);
    write_canonical(&mut canonical, entry, true);
    let mut sha = Sha256::new();
    sha.update(previous.as_bytes());
    sha.update(canonical.as_bytes());
    hex::encode(sha.finalize())
}

/// Writes JSON with sorted members whatever map `serde_json` was built with.
fn write_canonical(out: &mut String, value: &Value, is_entry: bool) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().filter(|name| !is_entry || *name != "hash").collect();
            names.sort();
            out.push('{');
            for (index, name) in names.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                write_canonical(out, &members[name], false);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(out, item, false);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(domain: &str, enforcement: Enforcement) -> Verdict {
        Verdict {
            domain: domain.to_owned(),
            filed: Known::No,
            accessed: Known::Unknown,
            enforcement,
            reason: Reason::NotFiled,
            number: None,
            origin: Some("127.0.0.1:8603".to_owned()),
            at: "2026-03-02T08:00:00Z".parse().unwrap(),
        }
    }

    fn three() -> (Vec<Value>, Position) {
        let mut place = Position::start();
        let mut entries = Vec::new();
        for (domain, enforcement) in
            [("a.cn", Enforcement::Closed), ("b.cn", Enforcement::Closed), ("a.cn", Enforcement::Open)]
        {
            let entry = Entry::following(&place, verdict(domain, enforcement)).unwrap();
            place = entry.position();
            entries.push(serde_json::to_value(entry).unwrap());
        }
        (entries, place)
    }

    #[test]
    fn a_follower_reads_what_the_platform_wrote() {
        let (entries, end) = three();
        let read = Position::start().follow(&entries, &end).unwrap();
        assert_eq!(read.len(), 3);
        assert_eq!(read[2].verdict, verdict("a.cn", Enforcement::Open));
        assert_eq!(read[2].position(), end);
    }

    #[test]
    fn a_follower_in_the_middle_goes_on_from_there() {
        let (entries, end) = three();
        let middle = Entry::deserialize(&entries[0]).unwrap().position();
        assert_eq!(middle.follow(&entries[1..], &end).unwrap().len(), 2);
        assert_eq!(end.follow(&[], &end).unwrap(), []);
    }

    #[test]
    fn a_changed_entry_is_found() {
        let (mut entries, end) = three();
        entries[1]["enforcement"] = Value::from("open");
        assert_eq!(Position::start().follow(&entries, &end), Err(ChainError::Hash { at: 2 }));
    }

    #[test]
    fn a_removed_or_repeated_or_reordered_entry_is_found() {
        let (entries, end) = three();
        let pick = |order: &[usize]| order.iter().map(|index| entries[*index].clone()).collect::<Vec<_>>();
        let follow = |order: &[usize]| Position::start().follow(&pick(order), &end);
        assert_eq!(follow(&[0, 2]), Err(ChainError::Gap { expected: 2, found: 3 }));
        assert_eq!(follow(&[0, 0, 1, 2]), Err(ChainError::Gap { expected: 2, found: 1 }));
        assert_eq!(follow(&[1, 0, 2]), Err(ChainError::Gap { expected: 1, found: 2 }));
        assert_eq!(follow(&[0, 1]), Err(ChainError::End { said: 3, found: 2 }));
    }

    #[test]
    fn a_rewritten_past_is_found_even_when_nothing_is_new() {
        let (_, end) = three();
        let other = Position { hash: GENESIS.to_owned(), ..end.clone() };
        assert_eq!(end.follow(&[], &other), Err(ChainError::End { said: 3, found: 3 }));
    }

    #[test]
    fn a_field_this_version_does_not_know_is_hashed_and_passed_over() {
        let mut raw =
            serde_json::to_value(Entry::following(&Position::start(), verdict("a.cn", Enforcement::Open)).unwrap())
                .unwrap();
        raw["expires"] = Value::from("2027-01-01");
        raw["reason"] = Value::from("a_reason_of_tomorrow");
        let unsealed = raw["hash"].as_str().unwrap().to_owned();
        raw["hash"] = Value::from(running_hash(GENESIS, &raw));
        assert_ne!(raw["hash"], Value::from(unsealed), "the new field is part of the hash");

        let end = Position { sequence: 1, hash: raw["hash"].as_str().unwrap().to_owned() };
        let read = Position::start().follow(&[raw], &end).unwrap();
        assert_eq!(read[0].verdict.reason, Reason::Other);
    }

    #[test]
    fn the_hash_does_not_depend_on_the_order_of_members() {
        let one: Value = serde_json::from_str(r#"{"b":1,"a":{"d":[1, null],"c":"网"},"hash":"x"}"#).unwrap();
        let two: Value = serde_json::from_str(r#"{"a":{"c":"网","d":[1,null]},"hash":"y","b":1}"#).unwrap();
        assert_eq!(running_hash(GENESIS, &one), running_hash(GENESIS, &two));
        let mut canonical = String::new();
        write_canonical(&mut canonical, &one, true);
        assert_eq!(canonical, r#"{"a":{"c":"网","d":[1,null]},"b":1}"#);
    }

    #[test]
    fn the_words_of_the_reasons_are_those_of_the_feed() {
        for reason in [
            Reason::NotFiled,
            Reason::Filed,
            Reason::AccessReviewed,
            Reason::NotAccessed,
            Reason::AccessCancelled,
            Reason::FilingCancelled,
            Reason::AuthorityOrder,
            Reason::Suspended,
            Reason::Exempt,
            Reason::Undetermined,
            Reason::Other,
        ] {
            assert_eq!(serde_json::to_value(reason).unwrap(), Value::from(reason.as_str()));
        }
    }
}

//! The verdicts in memory: a base from the last snapshot and an overlay of what changed since.
//!
//! A table never changes once it is published. A batch of changes makes a new table that shares the base and carries
//! a copy of the (small) overlay, so that a change costs the same however many domains there are; once the overlay
//! has grown, both are merged.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use filing::verdict::{Entry, Position};

/// An overlay larger than this, and than an eighth of the base, is merged into the base.
const MERGE_AT: usize = 1_024;

type Domains = HashMap<Box<str>, Arc<Listed>>;

/// One domain's entry, with its origin read.
#[derive(Debug)]
pub struct Listed {
    /// The entry as the platform sent it.
    pub entry: Entry,
    /// Where requests go when the domain is open; none when the entry names none, or nothing usable.
    pub origin: Option<Origin>,
}

/// Where requests for a domain go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An address and port.
    Address(SocketAddr),
    /// A name to look up, with its port.
    Name(Box<str>, u16),
}

impl Origin {
    /// Reads `host:port`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self::Address(address));
        }
        let (name, port) = text.rsplit_once(':')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let port = port.parse().ok().filter(|port| *port != 0)?;
        (!name.is_empty() && name.bytes().all(plain)).then(|| Self::Name(name.into(), port))
    }
}

/// Why a snapshot cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// An entry is younger than the place the snapshot names.
    #[error("entry {sequence} is beyond the snapshot's end {end}")]
    Beyond {
        /// The entry's sequence.
        sequence: u64,
        /// The sequence the snapshot names.
        end: u64,
    },
    /// Two entries are about one domain, or have one sequence.
    #[error("entry {sequence} repeats a domain")]
    Repeated {
        /// The later entry's sequence.
        sequence: u64,
    },
    /// The newest entry is missing or has another hash than the snapshot.
    #[error("the snapshot's end {end} is not its newest entry's")]
    End {
        /// The sequence the snapshot names.
        end: u64,
    },
}

/// All verdicts at one place of the sequence.
#[derive(Debug, Clone)]
pub struct Table {
    position: Position,
    base: Arc<Domains>,
    overlay: Domains,
    /// How many domains of the overlay are not in the base.
    added: usize,
}

impl Table {
    /// Takes a snapshot: the newest entry of every domain.
    ///
    /// # Errors
    /// When it contradicts itself.
    pub fn from_snapshot(position: Position, entries: Vec<Entry>) -> Result<Self, TableError> {
        let end = position.sequence;
        let mut newest = end == 0;
        let mut base = Domains::with_capacity(entries.len());
        for entry in entries {
            let sequence = entry.sequence;
            if sequence > end || sequence == 0 {
                return Err(TableError::Beyond { sequence, end });
            }
            newest |= sequence == end && entry.hash == position.hash;
            if base.insert(entry.verdict.domain.as_str().into(), listed(entry)).is_some() {
                return Err(TableError::Repeated { sequence });
            }
        }
        if !newest {
            return Err(TableError::End { end });
        }
        Ok(Self { position, base: Arc::new(base), overlay: Domains::new(), added: 0 })
    }

    /// The table after entries that were proved to follow this one (see [`Position::follow`]).
    #[must_use]
    pub fn after(&self, entries: Vec<Entry>) -> Self {
        let mut next = self.clone();
        for entry in entries {
            next.position = entry.position();
            let domain: Box<str> = entry.verdict.domain.as_str().into();
            let in_base = next.base.contains_key(&domain);
            if next.overlay.insert(domain, listed(entry)).is_none() && !in_base {
                next.added += 1;
            }
        }
        if next.overlay.len() > MERGE_AT.max(next.base.len() / 8) {
            let mut base = Domains::clone(&next.base);
            base.extend(next.overlay.drain());
            next.base = Arc::new(base);
            next.added = 0;
        }
        next
    }

    /// The place in the sequence this table stands at.
    #[must_use]
    pub const fn position(&self) -> &Position {
        &self.position
    }

    /// What is known of a registrable domain in ASCII.
    #[must_use]
    pub fn get(&self, domain: &str) -> Option<&Arc<Listed>> {
        self.overlay.get(domain).or_else(|| self.base.get(domain))
    }

    /// How many domains are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.base.len() + self.added
    }

    /// Whether no domain is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The newest entry of every domain, by ascending sequence.
    #[must_use]
    pub fn entries(&self) -> Vec<&Entry> {
        let unchanged = self.base.iter().filter(|(domain, _)| !self.overlay.contains_key(*domain));
        let mut entries: Vec<&Entry> =
            unchanged.map(|(_, listed)| listed).chain(self.overlay.values()).map(|listed| &listed.entry).collect();
        entries.sort_unstable_by_key(|entry| entry.sequence);
        entries
    }
}

fn listed(entry: Entry) -> Arc<Listed> {
    let origin = entry.verdict.origin.as_deref().and_then(Origin::parse);
    if origin.is_none() && entry.verdict.origin.is_some() {
        tracing::warn!(domain = entry.verdict.domain, "the origin is not host:port; the domain has none");
    }
    Arc::new(Listed { entry, origin })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use filing::verdict::{Enforcement, Known, Reason, Verdict};

    /// A verdict with the given enforcement and origin, about which nothing else is known.
    pub(crate) fn verdict(domain: &str, enforcement: Enforcement, origin: Option<&str>) -> Verdict {
        Verdict {
            domain: domain.to_owned(),
            filed: Known::Unknown,
            accessed: Known::Unknown,
            enforcement,
            reason: Reason::Undetermined,
            number: None,
            origin: origin.map(str::to_owned),
            at: "2026-03-02T08:00:00Z".parse().unwrap(),
        }
    }

    /// The chain of the given verdicts.
    pub(crate) fn chain(from: &Position, verdicts: Vec<Verdict>) -> Vec<Entry> {
        let mut place = from.clone();
        let link = |verdict| {
            let entry = Entry::following(&place, verdict).unwrap();
            place = entry.position();
            entry
        };
        verdicts.into_iter().map(link).collect()
    }

    fn closed(domain: &str) -> Verdict {
        verdict(domain, Enforcement::Closed, None)
    }

    #[test]
    fn changes_lie_over_the_snapshot() {
        let first = chain(&Position::start(), vec![closed("a.cn"), closed("b.cn")]);
        let table = Table::from_snapshot(first[1].position(), first).unwrap();
        let more = chain(
            table.position(),
            vec![verdict("a.cn", Enforcement::Open, Some("127.0.0.1:80")), closed("c.cn"), closed("c.cn")],
        );
        let next = table.after(more.clone());

        assert_eq!(next.position(), &more[2].position());
        assert_eq!(next.len(), 3);
        assert_eq!(next.get("a.cn").unwrap().entry.verdict.enforcement, Enforcement::Open);
        assert_eq!(next.get("a.cn").unwrap().origin, Some(Origin::Address("127.0.0.1:80".parse().unwrap())));
        assert!(next.get("d.cn").is_none());
        let order: Vec<u64> = next.entries().iter().map(|entry| entry.sequence).collect();
        assert_eq!(order, [2, 3, 5]);
        assert_eq!(table.len(), 2, "the table before is as it was");
        assert_eq!(table.get("a.cn").unwrap().entry.verdict.enforcement, Enforcement::Closed);
    }

    #[test]
    fn a_grown_overlay_is_merged_without_losing_anything() {
        let mut table = Table::from_snapshot(Position::start(), Vec::new()).unwrap();
        assert!(table.is_empty());
        for round in 0..3 {
            let verdicts = (0..600).map(|index| closed(&format!("d{}.cn", round * 300 + index))).collect();
            table = table.after(chain(table.position(), verdicts));
        }
        assert_eq!(table.position().sequence, 1_800);
        assert_eq!(table.len(), 1_200);
        assert_eq!(table.entries().len(), 1_200);
        assert!(table.overlay.len() < MERGE_AT, "it was merged on the way");
    }

    #[test]
    fn a_snapshot_that_contradicts_itself_is_refused() {
        let entries = chain(&Position::start(), vec![closed("a.cn"), closed("b.cn"), closed("a.cn")]);
        let end = entries[2].position();
        let take = |position: &Position, chosen: &[usize]| {
            let entries = chosen.iter().map(|index| entries[*index].clone()).collect();
            Table::from_snapshot(position.clone(), entries).map(|table| table.len())
        };
        assert_eq!(take(&end, &[1, 2]), Ok(2));
        assert_eq!(take(&end, &[0, 1, 2]), Err(TableError::Repeated { sequence: 3 }));
        assert_eq!(take(&end, &[0, 1]), Err(TableError::End { end: 3 }));
        assert_eq!(take(&entries[0].position(), &[0, 1]), Err(TableError::Beyond { sequence: 2, end: 1 }));
        let other_hash = Position { hash: entries[0].hash.clone(), ..end };
        assert_eq!(take(&other_hash, &[1, 2]), Err(TableError::End { end: 3 }));
    }

    #[test]
    fn an_origin_is_an_address_or_a_name_with_a_port() {
        assert_eq!(Origin::parse("10.0.0.7:8080"), Some(Origin::Address("10.0.0.7:8080".parse().unwrap())));
        assert_eq!(Origin::parse("[::1]:80"), Some(Origin::Address("[::1]:80".parse().unwrap())));
        assert_eq!(Origin::parse("app.internal:80"), Some(Origin::Name("app.internal".into(), 80)));
        for text in ["", "app.internal", "app.internal:0", "app.internal:http", ":80", "http://app:80", "a b:80"] {
            assert_eq!(Origin::parse(text), None, "{text:?}");
        }
    }
}

//! Judging sightings by the index, and keeping what is not open: a bounded number of domains.

use std::collections::HashMap;

use filing::sighting::{Seen, Source};
use index::host::{Room, registrable};
use index::{Index, Mark};

use crate::{Place, Sighting};

/// What became of the sightings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Of domains that are open here.
    pub open: u64,
    /// Of domains that are closed here.
    pub closed: u64,
    /// Of domains that are not listed.
    pub unlisted: u64,
    /// Of addresses and of names that nobody can file.
    pub nameless: u64,
    /// At addresses that are not ours.
    pub elsewhere: u64,
    /// Of domains for which there was no room any more.
    pub overflow: u64,
}

/// The domains that were seen and are not open.
#[derive(Debug)]
pub struct Gathered {
    source: Source,
    most: usize,
    seen: HashMap<String, Seen>,
    room: Room,
    tally: Tally,
}

impl Gathered {
    /// Nothing yet of a source; at most so many domains are kept.
    #[must_use]
    pub fn new(source: Source, most: usize) -> Self {
        Self { source, most, seen: HashMap::new(), room: Room::default(), tally: Tally::default() }
    }

    /// Judges a sighting as a gateway would and keeps it when its domain is not open.
    pub fn take(&mut self, index: &Index, place: &Place, sighting: &Sighting<'_>) {
        if sighting.address.is_some_and(|address| !place.is_ours(address)) {
            self.tally.elsewhere += 1;
            return;
        }
        let Ok(domain) = registrable(Some(&sighting.host), &mut self.room) else {
            self.tally.nameless += 1;
            return;
        };
        match index.mark(domain) {
            Mark::Open | Mark::Unknown => {
                self.tally.open += 1;
                return;
            }
            Mark::Closed => self.tally.closed += 1,
            Mark::Unlisted => self.tally.unlisted += 1,
        }
        let seen = |domain: &str| Seen {
            domain: domain.to_owned(),
            host: String::from_utf8_lossy(&sighting.host).into_owned(),
            count: 1,
            first_seen: sighting.at,
            last_seen: sighting.at,
            addresses: sighting.address.into_iter().collect(),
            sources: vec![self.source],
        };
        if let Some(known) = self.seen.get_mut(domain) {
            known.extend(&seen(domain));
        } else if self.seen.len() < self.most {
            self.seen.insert(domain.to_owned(), seen(domain));
        } else {
            self.tally.overflow += 1;
        }
    }

    /// What became of the sightings so far.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// Gives the domains that were seen at least so often, the most frequent first, and forgets all of them.
    pub fn drain(&mut self, at_least: u64) -> Vec<Seen> {
        let mut seen: Vec<Seen> =
            self.seen.drain().map(|(_, seen)| seen).filter(|seen| seen.count >= at_least).collect();
        seen.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.domain.cmp(&other.domain)));
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use filing::verdict::{Enforcement, Known, Reason, Verdict};
    use index::{Key, Owned, Writer};
    use ipnet::IpNet;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use std::borrow::Cow;
    use std::net::IpAddr;

    fn index(folder: &std::path::Path) -> Index {
        let verdict = |domain: &str, enforcement, reason| Verdict {
            domain: domain.to_owned(),
            filed: Known::Unknown,
            accessed: Known::Unknown,
            enforcement,
            reason,
            number: None,
            origin: None,
            at: Timestamp::UNIX_EPOCH,
        };
        let verdicts = [
            verdict("filed.cn", Enforcement::Open, Reason::Filed),
            verdict("undetermined.cn", Enforcement::Open, Reason::Undetermined),
            verdict("elsewhere.cn", Enforcement::Closed, Reason::NotAccessed),
        ];
        let mut writer = Writer::open(folder).unwrap();
        let mut fresh = writer.fresh().unwrap();
        for (sequence, verdict) in (1..).zip(verdicts) {
            fresh.add(&Owned { verdict, sequence }.listing()).unwrap();
        }
        fresh.end(Key([1; 16]), index::Place { sequence: 3, hash: [0; 32] }, Timestamp::UNIX_EPOCH).unwrap();
        writer.adopt(fresh).unwrap();
        Index::open(folder).unwrap().unwrap()
    }

    #[test]
    fn what_is_not_open_is_kept_a_domain_and_no_more_than_there_is_room_for() {
        let folder = tempfile::tempdir().unwrap();
        let index = index(folder.path());
        let place = Place { zone: TimeZone::UTC, ours: vec!["192.0.2.0/24".parse::<IpNet>().unwrap()] };
        let mut gathered = Gathered::new(Source::Nginx, 2);
        let looks = [
            ("www.filed.cn", Some("192.0.2.1"), 1),
            ("undetermined.cn", None, 2),
            ("Shop.Elsewhere.cn:443", Some("192.0.2.1"), 5),
            ("elsewhere.cn", Some("192.0.2.2"), 3),
            ("a.unheard-of.cn", None, 4),
            ("203.0.113.1", Some("192.0.2.1"), 6),
            ("unheard-of.cn", Some("203.0.113.1"), 7),
            ("third.cn", None, 8),
            ("third.cn", None, 9),
        ];
        for (host, address, second) in looks {
            let address: Option<IpAddr> = address.map(|address| address.parse().unwrap());
            let at = Timestamp::from_second(second).unwrap();
            gathered.take(&index, &place, &Sighting { host: Cow::Borrowed(host.as_bytes()), address, at });
        }
        let tally = Tally { open: 2, closed: 2, unlisted: 3, nameless: 1, elsewhere: 1, overflow: 2 };
        assert_eq!(gathered.tally(), tally);
        let seen = gathered.drain(1);
        assert_eq!(seen.len(), 2);
        assert_eq!((seen[0].domain.as_str(), seen[0].count), ("elsewhere.cn", 2));
        assert_eq!((seen[0].first_seen.as_second(), seen[0].last_seen.as_second(), seen[0].addresses.len()), (3, 5, 2));
        assert_eq!((seen[1].domain.as_str(), seen[1].host.as_str()), ("unheard-of.cn", "a.unheard-of.cn"));
        assert!(gathered.drain(1).is_empty());
    }
}

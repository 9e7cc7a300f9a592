//! What is closed at one place of the feed, and what changed between two: for those who pass the verdicts on and must say
//! exactly what they say.
//!
//! An index goes on changing while it is walked. Here the base and its journal are read instead: the one never changes,
//! the other only grows, and every record of it tells its own place.

use std::collections::HashMap;
use std::path::Path;

use filing::verdict::Enforcement;

use crate::base::{Base, BaseError};
use crate::folder::Folder;
use crate::journal::Journal;
use crate::listing::Listing;
use crate::writer::Place;

/// Which domains are listed, open or closed, at one place of the feed, whatever the index does meanwhile.
pub struct Standing {
    base: Base,
    /// Whether a domain is closed that changed since the base was built: no more than an overlay holds.
    later: HashMap<String, bool>,
    place: Place,
}

/// Which domains opened and which closed between two places of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The later place.
    pub place: Place,
    /// What was not closed at the earlier place and is at the later.
    pub closed: Vec<String>,
    /// What was closed at the earlier place and is not at the later.
    pub opened: Vec<String>,
}

impl Standing {
    /// Takes what the folder says now; none when there is no base yet.
    ///
    /// # Errors
    /// When no base there is sound: why the newest is not.
    pub fn open(folder: &Path) -> Result<Option<Self>, BaseError> {
        let folder = Folder(folder.to_owned());
        let mut refused = None;
        for generation in folder.generations()? {
            match Self::of(&folder, generation) {
                Ok(standing) => return Ok(Some(standing)),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        refused.map_or(Ok(None), Err)
    }

    fn of(folder: &Folder, generation: u64) -> Result<Self, BaseError> {
        let base = Base::open(&folder.base(generation))?;
        let (mut later, mut place) = (HashMap::new(), base.header().place);
        Journal::read(&folder.journal(generation), |batch| {
            later.extend(batch.listings().map(|listing| (listing.domain.to_owned(), is_closed(&listing))));
            place = batch.place;
        })?;
        Ok(Self { base, later, place })
    }

    /// Where in the feed this is so.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// Every domain once, in no order, and whether it is closed.
    pub fn listed(&self) -> impl Iterator<Item = (&str, bool)> {
        let all = self.base.listings().map(|listing| (listing.domain, is_closed(&listing)));
        let unchanged = all.filter(|(domain, _)| !self.later.contains_key(*domain));
        unchanged.chain(self.later.iter().map(|(domain, closed)| (domain.as_str(), *closed)))
    }

    /// Every closed domain once, in no order.
    pub fn closed(&self) -> impl Iterator<Item = &str> {
        self.listed().filter_map(|(domain, closed)| closed.then_some(domain))
    }
}

impl Changes {
    /// What changed after an entry of the feed; none when the folder does not reach back so far, which only
    /// [`Standing`] helps against then.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn since(folder: &Path, sequence: u64) -> Result<Option<Self>, BaseError> {
        let folder = Folder(folder.to_owned());
        // What each domain said last before and after, and which entry that was.
        let (mut before, mut after) = (HashMap::new(), HashMap::new());
        let mut end = None;
        // The place at which the next newer base was built.
        let mut newer: Option<Place> = None;
        for generation in folder.generations()? {
            let base = Base::open(&folder.base(generation))?;
            let start = base.header().place;
            let mut leads_on = newer.is_none_or(|newer| newer == start);
            let mut last = start;
            Journal::read(&folder.journal(generation), |batch| {
                last = batch.place;
                leads_on |= newer == Some(batch.place);
                for listing in batch.listings() {
                    let side = if listing.sequence <= sequence { &mut before } else { &mut after };
                    let said = (listing.sequence, is_closed(&listing));
                    let newest = side.entry(listing.domain.to_owned()).or_insert(said);
                    *newest = said.max(*newest);
                }
            })?;
            // A snapshot of the platform need not follow from what was there before.
            if !leads_on {
                return Ok(None);
            }
            let place = *end.get_or_insert(last);
            if sequence > place.sequence {
                return Ok(None);
            }
            if start.sequence <= sequence {
                return Ok(Some(Self::between(&base, &before, after, place)));
            }
            newer = Some(start);
        }
        Ok(None)
    }

    fn between(
        base: &Base,
        before: &HashMap<String, (u64, bool)>,
        after: HashMap<String, (u64, bool)>,
        place: Place,
    ) -> Self {
        let was_closed = |domain: &str| {
            before
                .get(domain)
                .map_or_else(|| base.find(domain).is_some_and(|listing| is_closed(&listing)), |said| said.1)
        };
        let mut changes = Self { place, closed: Vec::new(), opened: Vec::new() };
        for (domain, (_, closed)) in after {
            match (was_closed(&domain), closed) {
                (false, true) => changes.closed.push(domain),
                (true, false) => changes.opened.push(domain),
                (true, true) | (false, false) => {}
            }
        }
        changes
    }
}

fn is_closed(listing: &Listing<'_>) -> bool {
    listing.enforcement == Enforcement::Closed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Key, Owned, Writer};
    use filing::verdict::{Known, Reason, Verdict};
    use jiff::Timestamp;
    use std::collections::HashSet;

    fn owned(domain: &str, sequence: u64, closed: bool) -> Owned {
        let verdict = Verdict {
            domain: domain.to_owned(),
            filed: Known::Unknown,
            accessed: Known::Unknown,
            enforcement: if closed { Enforcement::Closed } else { Enforcement::Open },
            reason: Reason::Other,
            number: None,
            origin: None,
            at: Timestamp::UNIX_EPOCH,
        };
        Owned { verdict, sequence }
    }

    fn place(sequence: u64) -> Place {
        Place { sequence, hash: [u8::try_from(sequence).unwrap(); 32] }
    }

    /// A base at 2 with an open and a closed domain.
    fn begin(folder: &Path) -> Writer {
        let mut writer = Writer::open(folder).unwrap();
        snapshot(&mut writer, place(2));
        writer
    }

    fn snapshot(writer: &mut Writer, place: Place) {
        let mut fresh = writer.fresh().unwrap();
        fresh.add(&owned("open.cn", 1, false).listing()).unwrap();
        fresh.add(&owned("closed.cn", 2, true).listing()).unwrap();
        fresh.end(Key([1; 16]), place, Timestamp::UNIX_EPOCH).unwrap();
        writer.adopt(fresh).unwrap();
    }

    fn change(writer: &mut Writer, sequence: u64, domain: &str, closed: bool) {
        writer.apply(&[owned(domain, sequence, closed)], place(sequence), Timestamp::UNIX_EPOCH).unwrap();
    }

    fn rebuild(writer: &mut Writer) {
        let rebuilt = writer.rebuild().unwrap().unwrap().run(Timestamp::UNIX_EPOCH).unwrap();
        writer.adopt(rebuilt).unwrap();
    }

    /// The later place, what closed and what opened, in the order of the alphabet.
    fn since(folder: &Path, sequence: u64) -> Option<(u64, Vec<String>, Vec<String>)> {
        let mut changes = Changes::since(folder, sequence).unwrap()?;
        changes.closed.sort();
        changes.opened.sort();
        Some((changes.place.sequence, changes.closed, changes.opened))
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_stands_at_a_place_does_not_change_with_the_index() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Standing::open(folder.path()).unwrap().is_none());
        let mut writer = begin(folder.path());
        change(&mut writer, 3, "closed.cn", false);
        change(&mut writer, 4, "new.cn", true);
        change(&mut writer, 5, "new.cn", true);
        let standing = Standing::open(folder.path()).unwrap().unwrap();
        let mut closed = standing.closed();
        change(&mut writer, 6, "open.cn", true);
        rebuild(&mut writer);
        rebuild(&mut writer);
        assert_eq!(standing.listed().count(), 3);
        assert_eq!((closed.next(), closed.next(), standing.place()), (Some("new.cn"), None, place(5)));
    }

    #[test]
    fn changes_are_exact_from_every_place_the_folder_reaches_back_to() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = begin(folder.path());
        change(&mut writer, 3, "closed.cn", false);
        change(&mut writer, 4, "new.cn", true);
        change(&mut writer, 5, "open.cn", false);
        let ours = |sequence| since(folder.path(), sequence);
        let expected = [
            (1, None),
            (2, Some((5, names(&["new.cn"]), names(&["closed.cn"])))),
            (3, Some((5, names(&["new.cn"]), names(&[])))),
            (4, Some((5, names(&[]), names(&[])))),
            (5, Some((5, names(&[]), names(&[])))),
            (6, None),
        ];
        for (sequence, expected) in expected.clone() {
            assert_eq!(ours(sequence), expected, "{sequence}");
        }
        // The base before a rebuild is kept, and so one reaches back behind the rebuild.
        rebuild(&mut writer);
        for (sequence, expected) in expected {
            assert_eq!(ours(sequence), expected, "{sequence} after a rebuild");
        }
        change(&mut writer, 6, "closed.cn", true);
        assert_eq!(ours(2), Some((6, names(&["new.cn"]), names(&[]))), "closed, opened and closed again is no change");
        assert_eq!(ours(5), Some((6, names(&["closed.cn"]), names(&[]))));
        rebuild(&mut writer);
        assert_eq!(ours(4), None, "the first base is gone");
    }

    #[test]
    fn what_was_closed_and_what_changed_make_what_is_closed() {
        arbtest::arbtest(|chance| {
            let folder = tempfile::tempdir().unwrap();
            let mut writer = begin(folder.path());
            let mut closed = HashSet::from(["closed.cn".to_owned()]);
            let mut history = vec![(2, closed.clone())];
            let (mut built, mut reaches) = (2, 2);
            for sequence in 3..chance.int_in_range(4..=20)? {
                let domain = *chance.choose(&["open.cn", "closed.cn", "a.cn", "b.cn"])?;
                let closes = chance.arbitrary()?;
                change(&mut writer, sequence, domain, closes);
                if closes {
                    closed.insert(domain.to_owned())
                } else {
                    closed.remove(domain)
                };
                history.push((sequence, closed.clone()));
                if chance.ratio(1, 5)? {
                    rebuild(&mut writer);
                    (reaches, built) = (built, sequence);
                }
            }
            for (sequence, mut then) in history {
                let Some(changes) = Changes::since(folder.path(), sequence).unwrap() else {
                    assert!(sequence < reaches, "the folder reaches back to {reaches}, and so to {sequence}");
                    continue;
                };
                assert!(changes.opened.iter().all(|domain| then.remove(domain)), "opened what was not closed");
                assert!(changes.closed.into_iter().all(|domain| then.insert(domain)), "closed what was closed");
                assert_eq!(then, closed, "from {sequence}");
            }
            let standing = Standing::open(folder.path()).unwrap().unwrap();
            assert_eq!(standing.closed().map(str::to_owned).collect::<HashSet<_>>(), closed);
            Ok(())
        })
        .budget_ms(2_000);
    }

    #[test]
    fn changes_do_not_lead_across_a_snapshot() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = begin(folder.path());
        change(&mut writer, 3, "closed.cn", false);
        snapshot(&mut writer, place(9));
        assert_eq!(since(folder.path(), 3), None);
        assert_eq!(since(folder.path(), 9), Some((9, names(&[]), names(&[]))));
        snapshot(&mut writer, place(9));
        assert!(since(folder.path(), 9).is_some(), "one at the same place leads on");
    }
}

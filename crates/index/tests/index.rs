//! An index as its users know it: what was written is read, what died half way is refused, nobody waits.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use filing::verdict::{Enforcement, Known, Reason, Verdict};
use index::host::Room;
use index::{Error, Index, Key, Live, Mark, Owned, Place, Writer};
use jiff::Timestamp;
use proptest::prelude::*;

const KEY: Key = Key(*b"an index's  key.");
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn place(sequence: u64) -> Place {
    Place { sequence, hash: [u8::try_from(sequence % 251).unwrap(); 32] }
}

fn owned(domain: &str, enforcement: Enforcement, sequence: u64) -> Owned {
    let reason = if enforcement == Enforcement::Open { Reason::Filed } else { Reason::NotFiled };
    let verdict = Verdict {
        domain: domain.to_owned(),
        filed: Known::Yes,
        accessed: Known::Unknown,
        enforcement,
        reason,
        number: (enforcement == Enforcement::Open).then(|| format!("浙ICP备2026{sequence:06}号-1")),
        origin: Some("127.0.0.1:8080".into()),
        at: "2026-03-02T08:00:00Z".parse().unwrap(),
    };
    Owned { verdict, sequence }
}

fn open(domain: &str, sequence: u64) -> Owned {
    owned(domain, Enforcement::Open, sequence)
}

fn closed(domain: &str, sequence: u64) -> Owned {
    owned(domain, Enforcement::Closed, sequence)
}

/// The marks of four hosts, sought together, which is to say the same as sought one by one.
fn marks(index: &Index, hosts: [&str; 4]) -> [Mark; 4] {
    let mut rooms = [Room::default(); 4];
    let found = index.seek_all(hosts.map(|host| Some(host.as_bytes())), &mut rooms).map(|found| found.unwrap().1);
    assert_eq!(found, hosts.map(|host| index.seek(Some(host.as_bytes()), &mut Room::default()).unwrap().1));
    assert_eq!(found, hosts.map(|host| index.mark(host)));
    found
}

/// A writer with a base of these.
fn based(folder: &Path, listings: &[Owned], end: u64) -> Writer {
    let mut writer = Writer::open(folder).unwrap();
    let mut fresh = writer.fresh().unwrap();
    for listing in listings {
        fresh.add(&listing.listing()).unwrap();
    }
    fresh.end(KEY, place(end), NOW).unwrap();
    writer.adopt(fresh).unwrap();
    writer
}

fn everything(index: &Index) -> BTreeMap<String, Owned> {
    let listings = index.listings().map(|listing| Owned { verdict: listing.verdict(), sequence: listing.sequence });
    let mut all = BTreeMap::new();
    for listing in listings {
        let before = all.insert(listing.verdict.domain.clone(), listing);
        assert_eq!(before, None, "listed twice");
    }
    all
}

#[test]
fn what_was_written_is_read_by_another_reader() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Index::open(folder.path()).unwrap().is_none());
    assert!(Index::open(&folder.path().join("nowhere")).unwrap().is_none());
    let mut writer = based(folder.path(), &[open("a.cn", 1), closed("b.cn", 2), closed("a.cn", 3)], 3);
    let reader = Index::open(folder.path()).unwrap().unwrap();
    assert_eq!(
        (reader.mark("a.cn"), reader.mark("b.cn"), reader.mark("c.cn")),
        (Mark::Closed, Mark::Closed, Mark::Unlisted)
    );
    assert_eq!(reader.listing("a.cn").unwrap(), closed("a.cn", 3).listing(), "the later one replaced the earlier");
    assert_eq!(reader.len(), 2);
    assert_eq!(*reader.base_place(), place(3));

    writer.apply(&[open("b.cn", 4), open("c.cn", 5)], place(5), NOW).unwrap();
    assert_eq!(
        marks(&reader, ["a.cn", "b.cn", "c.cn", "d.cn"]),
        [Mark::Closed, Mark::Open, Mark::Open, Mark::Unlisted]
    );
    assert_eq!(reader.listing("b.cn").unwrap(), open("b.cn", 4).listing());
    assert_eq!(reader.listing("d.cn"), None);
    assert_eq!(reader.changed(), 2);
    assert_eq!(everything(&reader).len(), 3);
    assert_eq!(writer.place(), Some(place(5)));
}

#[test]
fn an_undetermined_domain_is_open_and_marked_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut undetermined = open("a.cn", 1);
    undetermined.verdict.reason = Reason::Undetermined;
    let writer = based(folder.path(), &[undetermined], 1);
    assert_eq!(writer.index().unwrap().mark("a.cn"), Mark::Unknown);
}

#[test]
fn one_process_writes() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Writer::open(folder.path()).unwrap();
    assert!(matches!(Writer::open(folder.path()), Err(Error::Locked)));
    drop(writer);
    let mut writer = Writer::open(folder.path()).unwrap();
    assert!(matches!(writer.apply(&[open("a.cn", 1)], place(1), NOW), Err(Error::NoBase)));
}

#[test]
fn changes_outlive_the_process_and_a_torn_one_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = based(folder.path(), &[open("a.cn", 1)], 1);
    writer.apply(&[closed("a.cn", 2)], place(2), NOW).unwrap();
    writer.apply(&[open("b.cn", 3)], place(3), NOW).unwrap();
    drop(writer);
    let journal = folder.path().join("journal-1");
    let whole = std::fs::read(&journal).unwrap();
    for length in 0..=whole.len() {
        std::fs::write(&journal, &whole[..length]).unwrap();
        // After a power cut the overlay may hold anything.
        std::fs::write(folder.path().join("overlay-1.index"), vec![7; length]).unwrap();
        let mut writer = Writer::open(folder.path()).unwrap();
        let index = writer.index().unwrap();
        let (at, a, b) = (writer.place().unwrap().sequence, index.mark("a.cn"), index.mark("b.cn"));
        let expected = match at {
            1 => (Mark::Open, Mark::Unlisted),
            2 => (Mark::Closed, Mark::Unlisted),
            3 => (Mark::Closed, Mark::Open),
            other => panic!("{other}"),
        };
        assert_eq!((a, b), expected, "cut at {length}");
        assert_eq!(at == 3, length == whole.len());
        // What comes next goes where the torn one was.
        writer.apply(&[open("c.cn", at + 1)], place(at + 1), NOW).unwrap();
        drop(writer);
        let writer = Writer::open(folder.path()).unwrap();
        assert_eq!(writer.place(), Some(place(at + 1)));
        assert_eq!(writer.index().unwrap().mark("c.cn"), Mark::Open);
    }
}

#[test]
fn a_damaged_or_cut_base_is_refused_and_the_one_before_serves() {
    let folder = tempfile::tempdir().unwrap();
    let listings: Vec<Owned> = (1..=20).map(|number| open(&format!("d{number}.cn"), number)).collect();
    let mut writer = based(folder.path(), &listings, 20);
    writer.apply(&[closed("d1.cn", 21)], place(21), NOW).unwrap();
    let rebuild = writer.rebuild().unwrap().unwrap().run(NOW).unwrap();
    writer.adopt(rebuild).unwrap();
    drop(writer);
    let newest = folder.path().join("base-2.index");
    let whole = std::fs::read(&newest).unwrap();
    let records = 4096..whole.len() - 4 * 8 * 12;
    for position in (0..whole.len()).step_by(37) {
        let mut damaged = whole.clone();
        damaged[position] ^= 0x10;
        std::fs::write(&newest, &damaged).unwrap();
        match Index::open(folder.path()).unwrap().map(|index| index.base_place().sequence) {
            Some(20) => {}
            // A record is checked when it is read, and the space between the parts says nothing.
            Some(21) => assert!(records.contains(&position), "byte {position} was not missed"),
            other => panic!("{other:?}"),
        }
    }
    for length in (0..whole.len()).step_by(61) {
        std::fs::write(&newest, &whole[..length]).unwrap();
        let writer = Writer::open(folder.path()).unwrap();
        assert_eq!(writer.refused().len(), 1, "cut at {length}");
        assert_eq!(writer.place(), Some(place(21)), "the base before, with its journal, lacks nothing");
        assert_eq!(writer.index().unwrap().mark("d1.cn"), Mark::Closed);
    }
    std::fs::write(&newest, b"something else").unwrap();
    std::fs::remove_file(folder.path().join("base-1.index")).unwrap();
    assert!(Index::open(folder.path()).is_err(), "nothing sound is left");
}

#[test]
fn a_damaged_record_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    drop(based(folder.path(), &[open("a.cn", 1)], 1));
    let path = folder.path().join("base-1.index");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096 + 20] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let index = Index::open(folder.path()).unwrap().unwrap();
    assert_eq!(index.mark("a.cn"), Mark::Open, "the table is sound");
    assert_eq!(index.listing("a.cn"), None);
}

#[test]
fn a_rebuild_takes_the_overlay_in_and_loses_nothing_that_comes_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = based(folder.path(), &[open("a.cn", 1), open("b.cn", 2)], 2);
    let live = Live::new(folder.path());
    assert!(live.refresh().unwrap());
    writer.apply(&[closed("b.cn", 3), open("c.cn", 4)], place(4), NOW).unwrap();
    let rebuild = writer.rebuild().unwrap().unwrap();
    writer.apply(&[closed("a.cn", 5)], place(5), NOW).unwrap();
    let rebuild = rebuild.run(NOW).unwrap();
    writer.apply(&[closed("c.cn", 6), open("d.cn", 7)], place(7), NOW).unwrap();
    assert!(!live.refresh().unwrap(), "nothing took its place yet");
    writer.adopt(rebuild).unwrap();

    let before = live.load();
    let before = before.as_ref().as_ref().unwrap();
    assert!(before.is_superseded());
    assert_eq!(before.mark("d.cn"), Mark::Open, "who reads the old one still reads it");
    writer.apply(&[open("a.cn", 8)], place(8), NOW).unwrap();
    assert!(live.refresh().unwrap());
    let now = live.load();
    let now = now.as_ref().as_ref().unwrap();
    assert_eq!(marks(now, ["a.cn", "b.cn", "c.cn", "d.cn"]), [Mark::Open, Mark::Closed, Mark::Closed, Mark::Open]);
    assert_eq!(now.base_place().sequence, 4);
    drop(writer);
    let writer = Writer::open(folder.path()).unwrap();
    assert_eq!(writer.place(), Some(place(8)));
    assert!(live.refresh().unwrap(), "the overlay was written anew");
    assert_eq!(everything(writer.index().unwrap()).len(), 4);
}

#[test]
fn a_rebuild_that_a_snapshot_overtook_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = based(folder.path(), &[open("a.cn", 1)], 1);
    let overtaken = writer.rebuild().unwrap().unwrap();
    let mut fresh = writer.fresh().unwrap();
    fresh.add(&closed("a.cn", 9).listing()).unwrap();
    fresh.end(KEY, place(9), NOW).unwrap();
    writer.adopt(fresh).unwrap();
    writer.adopt(overtaken.run(NOW).unwrap()).unwrap();
    assert_eq!(writer.place(), Some(place(9)));
    assert_eq!(writer.index().unwrap().mark("a.cn"), Mark::Closed);
    drop(writer);
    assert_eq!(Writer::open(folder.path()).unwrap().place(), Some(place(9)));
}

#[test]
fn readers_see_one_change_whole_and_go_on_while_bases_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..500).map(|number| format!("d{number}.cn")).collect();
    let listings: Vec<Owned> = names.iter().map(|name| open(name, 1)).collect();
    let mut writer = based(folder.path(), &listings, 1);
    let live = Live::new(folder.path());
    assert!(live.refresh().unwrap());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut seen = 0_u64;
                while !is_over.load(Ordering::Relaxed) {
                    for name in &names {
                        let guard = live.load();
                        let index = guard.as_ref().as_ref().unwrap();
                        assert!(matches!(index.mark(name), Mark::Open | Mark::Closed), "{name} is always listed");
                        let listing = index.listing(name).unwrap();
                        assert_eq!(listing.domain, name.as_str());
                        assert_eq!(listing.number.is_some(), listing.enforcement == Enforcement::Open);
                        seen += 1;
                    }
                }
                assert!(seen > 0);
            });
        }
        for round in 2..40 {
            let changes: Vec<Owned> =
                names.iter().map(|name| if round % 2 == 0 { closed(name, round) } else { open(name, round) }).collect();
            writer.apply(&changes, place(round), NOW).unwrap();
            if round % 7 == 0 {
                let rebuild = writer.rebuild().unwrap().unwrap().run(NOW).unwrap();
                writer.adopt(rebuild).unwrap();
                live.refresh().unwrap();
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert!(left <= 7, "old generations are removed: {left} files are left");
}

#[test]
fn an_overlay_without_room_is_taken_into_a_base() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = based(folder.path(), &[open("a.cn", 1)], 1);
    let mut sequence = 1;
    while writer.index().unwrap().base_place().sequence == 1 {
        let changes: Vec<Owned> = (0..50_000)
            .map(|_| {
                sequence += 1;
                closed(&format!("d{sequence}.cn"), sequence)
            })
            .collect();
        writer.apply(&changes, place(sequence), NOW).unwrap();
        assert!(sequence < 2_000_000);
    }
    assert_eq!(writer.index().unwrap().len(), sequence);
    assert_eq!(writer.index().unwrap().mark("d2.cn"), Mark::Closed);
    assert_eq!(writer.index().unwrap().mark(&format!("d{sequence}.cn")), Mark::Closed);
}

/// What happens to an index.
#[derive(Debug, Clone)]
enum Step {
    Apply(Vec<(u8, bool)>),
    Rebuild,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::collection::vec((any::<u8>(), any::<bool>()), 0..6).prop_map(Step::Apply),
        1 => Just(Step::Rebuild),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn it_is_a_map_whatever_happens_in_between(steps in prop::collection::vec(step(), 1..24)) {
        let folder = tempfile::tempdir().unwrap();
        let mut model: BTreeMap<String, Owned> = BTreeMap::new();
        let mut writer = based(folder.path(), &[], 0);
        let mut sequence = 0;
        for step in steps {
            match step {
                Step::Apply(changes) => {
                    let changes: Vec<Owned> = changes.into_iter().map(|(number, is_open)| {
                        sequence += 1;
                        let name = format!("n{}.com.cn", number % 40);
                        if is_open { open(&name, sequence) } else { closed(&name, sequence) }
                    }).collect();
                    writer.apply(&changes, place(sequence), NOW).unwrap();
                    model.extend(changes.into_iter().map(|change| (change.verdict.domain.clone(), change)));
                }
                Step::Rebuild => {
                    let rebuild = writer.rebuild().unwrap().unwrap().run(NOW).unwrap();
                    writer.adopt(rebuild).unwrap();
                }
                Step::Restart => {
                    drop(writer);
                    writer = Writer::open(folder.path()).unwrap();
                }
            }
            let index = Index::open(folder.path()).unwrap().unwrap();
            prop_assert_eq!(&everything(&index), &model);
            prop_assert_eq!(writer.place(), Some(place(sequence)));
            for number in 0..40 {
                let name = format!("n{number}.com.cn");
                let expected = model.get(&name).map_or(Mark::Unlisted, |listing| listing.listing().mark());
                prop_assert_eq!(index.mark(&name), expected);
            }
        }
    }
}

#[test]
fn a_walk_gives_each_domain_once_whatever_changes_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = based(folder.path(), &[open("a.cn", 1), open("b.cn", 2), open("c.cn", 3)], 3);
    writer.apply(&[closed("c.cn", 4), open("d.cn", 5)], place(5), NOW).unwrap();
    let reader = Index::open(folder.path()).unwrap().unwrap();
    let mut walk = reader.listings();
    let first = walk.next().unwrap().domain.to_owned();
    writer.apply(&[closed(&first, 6), closed("e.cn", 7), open("c.cn", 8)], place(8), NOW).unwrap();
    let mut seen: Vec<(String, Enforcement)> = walk.map(|one| (one.domain.to_owned(), one.enforcement)).collect();
    seen.push((first, Enforcement::Open));
    seen.sort_by(|one, other| one.0.cmp(&other.0));
    let (open, closed) = (Enforcement::Open, Enforcement::Closed);
    let as_it_began = [("a.cn", open), ("b.cn", open), ("c.cn", closed), ("d.cn", open)];
    assert_eq!(seen, as_it_began.map(|(domain, enforcement)| (domain.to_owned(), enforcement)));
}

#[test]
fn a_damaged_newer_base_is_looked_at_once_and_the_next_one_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = based(folder.path(), &[open("a.cn", 1)], 1);
    let live = Live::new(folder.path());
    assert!(live.refresh().unwrap());
    let next = |writer: &mut Writer| {
        let rebuild = writer.rebuild().unwrap().unwrap().run(NOW).unwrap();
        writer.adopt(rebuild).unwrap();
    };
    writer.apply(&[closed("a.cn", 2)], place(2), NOW).unwrap();
    next(&mut writer);
    let newer = folder.path().join("base-2.index");
    let mut bytes = std::fs::read(&newer).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&newer, bytes).unwrap();
    assert!(live.refresh().unwrap(), "the sound one before it");
    assert!(!live.refresh().unwrap(), "it is as damaged as before");
    writer.apply(&[open("a.cn", 3)], place(3), NOW).unwrap();
    next(&mut writer);
    assert!(live.refresh().unwrap());
    assert_eq!(live.load().as_ref().as_ref().unwrap().base_place().sequence, 3);
    assert!(!live.refresh().unwrap());
}

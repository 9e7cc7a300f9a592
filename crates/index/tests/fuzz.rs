//! Whatever stands in a file or a host, the reader says so and goes on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use arbtest::arbtest;
use filing::verdict::{Enforcement, Known, Reason, Verdict};
use index::host::{Room, registrable};
use index::{Index, Key, Mark, Owned, Place, Writer};
use jiff::Timestamp;

/// So long each target is tried, in milliseconds.
const BUDGET: u64 = 1_000;

/// Any bytes, at most so many.
fn noise<'a>(u: &mut arbtest::arbitrary::Unstructured<'a>, most: usize) -> arbtest::arbitrary::Result<&'a [u8]> {
    let length = u.arbitrary_len::<u8>()?.min(most);
    u.bytes(length)
}

#[test]
fn any_host_is_reduced_or_refused_and_what_it_is_reduced_to_stays() {
    arbtest(|u| {
        let parts = [
            "www.",
            "EXAMPLE",
            ".cn",
            ".com.cn",
            "。",
            "备案",
            "xn--",
            ":80",
            ".",
            "[::1]",
            "127.0.0.1",
            "政务.cn",
            "\u{0}",
            "-",
            "%",
        ];
        let mut host = Vec::new();
        for _ in 0..u.int_in_range(0..=8)? {
            if u.ratio(1, 4)? {
                host.extend(noise(u, 90)?);
            } else {
                host.extend(u.choose(&parts)?.bytes());
            }
        }
        let (mut room, mut other) = (Room::default(), Room::default());
        if let Ok(domain) = registrable(Some(&host), &mut room) {
            assert!(domain.is_ascii() && domain.contains('.') && domain.len() <= 253);
            assert_eq!(registrable(Some(domain.as_bytes()), &mut other), Ok(domain));
            let below = format!("A.{}.:8080", domain.to_uppercase());
            if domain.len() < 250 {
                assert_eq!(registrable(Some(below.as_bytes()), &mut other), Ok(domain));
            }
        }
        Ok(())
    })
    .budget_ms(BUDGET);
}

#[test]
fn any_files_are_opened_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(folder.path()).unwrap();
    let mut fresh = writer.fresh().unwrap();
    fresh.end(Key([1; 16]), Place { sequence: 0, hash: [0; 32] }, Timestamp::UNIX_EPOCH).unwrap();
    writer.adopt(fresh).unwrap();
    drop(writer);
    let base = std::fs::read(folder.path().join("base-1.index")).unwrap();
    arbtest(|u| {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = base.clone();
        for _ in 0..u.int_in_range(0..=4)? {
            let at = u.choose_index(bytes.len())?;
            bytes[at] = u.arbitrary()?;
        }
        if u.ratio(1, 3)? {
            // A header that is sound but lies.
            let at = 8 * u.int_in_range(8..=15)?;
            bytes[at..at + 8].copy_from_slice(&u.arbitrary::<u64>()?.to_le_bytes());
            let sum = crc32fast::hash(&bytes[..4092]);
            bytes[4092..4096].copy_from_slice(&sum.to_le_bytes());
        }
        if u.ratio(1, 3)? {
            bytes.truncate(u.choose_index(bytes.len())?);
        }
        std::fs::write(folder.path().join("base-1.index"), &bytes).unwrap();
        std::fs::write(folder.path().join("journal-1"), noise(u, 200)?).unwrap();
        std::fs::write(folder.path().join("overlay-1.index"), noise(u, 200)?).unwrap();
        if let Ok(Some(index)) = Index::open(folder.path()) {
            let _ = (index.mark("a.cn"), index.listing("a.cn").is_some(), index.listings().count());
        }
        let writer = Writer::open(folder.path()).unwrap();
        if let Some(index) = writer.index() {
            let _ = (index.mark("a.cn"), index.listing("a.cn").is_some(), index.listings().count());
        }
        Ok(())
    })
    .budget_ms(BUDGET);
}

/// The files of an index with something in all of them: a base of forty names, and changes since.
fn written() -> Vec<(&'static str, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(folder.path()).unwrap();
    let mut fresh = writer.fresh().unwrap();
    for number in 0..40 {
        fresh.add(&owned(number, number % 2 == 0).listing()).unwrap();
    }
    fresh.end(Key([1; 16]), Place { sequence: 40, hash: [0; 32] }, Timestamp::UNIX_EPOCH).unwrap();
    writer.adopt(fresh).unwrap();
    for number in 38..45 {
        let place = Place { sequence: number + 3, hash: [1; 32] };
        writer.apply(&[owned(number, number % 2 == 0)], place, Timestamp::UNIX_EPOCH).unwrap();
    }
    drop(writer);
    let read = |name| (name, std::fs::read(folder.path().join(name)).unwrap());
    ["base-1.index", "journal-1", "overlay-1.index"].map(read).to_vec()
}

fn owned(number: u64, is_open: bool) -> Owned {
    Owned {
        verdict: Verdict {
            domain: format!("site{number}.cn"),
            filed: Known::Unknown,
            accessed: Known::Unknown,
            enforcement: if is_open { Enforcement::Open } else { Enforcement::Closed },
            reason: if is_open { Reason::Filed } else { Reason::NotFiled },
            number: None,
            origin: Some("127.0.0.1:80".to_owned()),
            at: Timestamp::UNIX_EPOCH,
        },
        sequence: number,
    }
}

/// Asks everything; a name that is closed or not listed must not come out open.
fn ask(index: &Index, is_sound: bool) {
    for number in 0..60 {
        let domain = format!("site{number}.cn");
        let (mark, listing) = (index.mark(&domain), index.listing(&domain));
        if is_sound && (number % 2 == 1 || number >= 45) {
            assert_ne!(mark, Mark::Open, "{domain}");
            assert!(listing.is_none_or(|listing| listing.enforcement == Enforcement::Closed), "{domain}");
        }
    }
    assert!(index.listings().count() < 1_000_000);
    let _ = (index.len(), index.changed(), index.size(), index.is_superseded());
}

#[test]
fn a_damaged_base_opens_nothing_that_was_closed() {
    let files = written();
    arbtest(|u| {
        let folder = tempfile::tempdir().unwrap();
        let mut base = files[0].1.clone();
        for _ in 0..u.int_in_range(1..=4)? {
            let at = u.choose_index(base.len())?;
            match u.int_in_range(0..=2)? {
                0 => base[at] ^= 1 << u.int_in_range(0..=7)?,
                1 => {
                    // A part of it over another.
                    let (from, length) = (u.choose_index(base.len())?, u.int_in_range(1..=600)?);
                    let part = base[from..base.len().min(from + length)].to_vec();
                    let end = base.len().min(at + part.len());
                    base[at..end].copy_from_slice(&part[..end - at]);
                }
                _ => base.truncate(at.max(1)),
            }
        }
        std::fs::write(folder.path().join("base-1.index"), &base).unwrap();
        if let Ok(Some(index)) = Index::open(folder.path()) {
            ask(&index, true);
        }
        Ok(())
    })
    .budget_ms(BUDGET);
}

#[test]
fn files_that_lie_are_survived() {
    let files = written();
    arbtest(|u| {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in &files {
            let mut content = content.clone();
            // The overlay is large and nearly empty: its beginning is where it can lie.
            let reach = content.len().min(1 << 16);
            for _ in 0..u.int_in_range(0..=6)? {
                let at = u.choose_index(reach)? & !7;
                let any = u.arbitrary()?;
                let lie = *u.choose(&[0, 1, 8, u64::from(u32::MAX), 1 << 40, u64::MAX, any])?;
                let end = content.len().min(at + 8);
                content[at..end].copy_from_slice(&lie.to_le_bytes()[..end - at]);
            }
            if *name == "base-1.index" && u.ratio(3, 4)? {
                let sum = crc32fast::hash(&content[..4092]);
                content[4092..4096].copy_from_slice(&sum.to_le_bytes());
            }
            if *name == "overlay-1.index" {
                // Written as the writer does: as large as it may grow, and sparse.
                let file = std::fs::File::create(folder.path().join(name)).unwrap();
                std::os::unix::fs::FileExt::write_all_at(&file, &content[..reach], 0).unwrap();
                file.set_len(content.len() as u64).unwrap();
            } else {
                std::fs::write(folder.path().join(name), &content).unwrap();
            }
        }
        if let Ok(Some(index)) = Index::open(folder.path()) {
            ask(&index, false);
        }
        let writer = Writer::open(folder.path()).unwrap();
        if let Some(index) = writer.index() {
            ask(index, false);
        }
        Ok(())
    })
    .budget_ms(BUDGET);
}

#[test]
fn a_damaged_base_gives_way_to_the_sound_one_before_it() {
    let files = written();
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in &files[..2] {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let mut newer = files[0].1.clone();
    let last = newer.len() - 1;
    newer[last] ^= 1;
    std::fs::write(folder.path().join("base-2.index"), &newer).unwrap();
    let index = Index::open(folder.path()).unwrap().unwrap();
    assert_eq!((index.mark("site0.cn"), index.mark("site1.cn")), (Mark::Open, Mark::Closed));
}

#[test]
fn seeking_a_host_says_what_reducing_it_and_looking_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(folder.path()).unwrap();
    let mut fresh = writer.fresh().unwrap();
    let names = ["a.cn", "b.com.cn", "c.zj.cn", "d.co.uk", "e.xn--55qx5d.cn", "f.gov.cn", "ab.cn", "xyz.ab"];
    for (number, name) in names.iter().enumerate() {
        let mut listing = owned(number as u64, number % 2 == 0);
        listing.verdict.domain = (*name).to_owned();
        fresh.add(&listing.listing()).unwrap();
    }
    fresh.end(Key([1; 16]), Place { sequence: 8, hash: [0; 32] }, Timestamp::UNIX_EPOCH).unwrap();
    writer.adopt(fresh).unwrap();
    let index = Index::open(folder.path()).unwrap().unwrap();
    arbtest(|u| {
        let mut host = String::new();
        for _ in 0..u.int_in_range(0..=3)? {
            host.push_str(u.choose(&["www.", "WWW.", "a.", "com.", "x-", ".", "com", "cn."])?);
        }
        host.push_str(u.choose(&names)?);
        host.push_str(u.choose(&["", ".", ":80", ".cn"])?);
        if u.ratio(1, 4)? {
            host = host.to_uppercase();
        }
        let (mut room, mut other) = (Room::default(), Room::default());
        let slow = registrable(Some(host.as_bytes()), &mut room).map(|domain| (domain, index.mark(domain)));
        assert_eq!(index.seek(Some(host.as_bytes()), &mut other), slow, "{host}");
        let mut rooms = [Room::default(); 2];
        let [one, none] = index.seek_all([Some(host.as_bytes()), None], &mut rooms);
        assert_eq!((one, none.is_err()), (slow, true), "{host}");
        Ok(())
    })
    .budget_ms(BUDGET);
}

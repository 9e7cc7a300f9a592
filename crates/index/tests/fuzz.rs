//! Whatever stands in a file or a host, the reader says so and goes on.

use arbtest::arbtest;
use index::host::{Room, registrable};
use index::{Index, Key, Place, Writer};
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

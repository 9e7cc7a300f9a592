//! Whatever answers in the platform's place: what is taken is what the platform said, or nothing of it.

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use filing::verdict::{
    Enforcement, Entry, FeedKey, Known, PlatformKey, Position, Reason, SnapshotEnd, SnapshotHead, Verdict, running_hash,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{LONGEST_LINE, Lines, changes};

/// So long each target is tried, in milliseconds.
const BUDGET: u64 = 2_000;

fn platform() -> FeedKey {
    FeedKey::from_seed(&[7; 32]).unwrap()
}

fn entries() -> Vec<Entry> {
    let mut place = Position::start();
    let names = ["a.cn", "b.com.cn", "xn--fiqs8s.com", "a.cn", "c.net"];
    let all = names.iter().enumerate().map(|(number, name)| {
        let is_open = number % 2 == 0;
        let verdict = Verdict {
            domain: (*name).to_owned(),
            filed: if is_open { Known::Yes } else { Known::No },
            accessed: Known::Unknown,
            enforcement: if is_open { Enforcement::Open } else { Enforcement::Closed },
            reason: if is_open { Reason::Filed } else { Reason::NotFiled },
            number: is_open.then(|| "\u{4eac}ICP\u{5907}2026000001\u{53f7}-1".to_owned()),
            origin: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let entry = Entry::following(&place, verdict).unwrap();
        place = entry.position();
        entry
    });
    all.collect()
}

fn line(value: &impl serde::Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap();
    line.push(b'\n');
    line
}

/// The last line that fits what stands before it, signed or not.
fn last_line(before: &[Vec<u8>], place: &Position, key: Option<&FeedKey>) -> Vec<u8> {
    let (count, sha256) = (before.len() as u64 - 1, hex::encode(Sha256::digest(before.concat())));
    let signature = key.map(|key| key.sign_snapshot(place, count, &sha256)).unwrap_or_default();
    line(&SnapshotEnd { entries: count, sha256, signature })
}

fn snapshot() -> Vec<Vec<u8>> {
    let entries = entries();
    let place = entries.last().unwrap().position();
    let mut lines = vec![line(&SnapshotHead { sequence: place.sequence, hash: place.hash.clone() })];
    lines.extend(entries.iter().map(line));
    let end = last_line(&lines, &place, Some(&platform()));
    lines.push(end);
    lines
}

/// Reads it in pieces of chance; what was given, if all of it was taken.
fn read(u: &mut Unstructured<'_>, bytes: &[u8], key: Option<PlatformKey>) -> Result<Option<Vec<Entry>>> {
    let (mut lines, mut taken) = (Lines::signed_with(key), Vec::new());
    let mut left = bytes;
    while !left.is_empty() {
        let (piece, after) = left.split_at(u.int_in_range(1..=left.len())?);
        left = after;
        let each = &mut |entry| {
            taken.push(entry);
            Ok(())
        };
        if lines.take(piece, each).is_err() {
            return Ok(None);
        }
    }
    Ok(lines.end().is_ok().then_some(taken))
}

/// Changes a JSON value somewhere.
fn twist(u: &mut Unstructured<'_>, value: &mut Value) -> Result<()> {
    match value {
        Value::Object(members) if !members.is_empty() && u.ratio(9, 10)? => {
            let name = members.keys().nth(u.choose_index(members.len())?).cloned().unwrap();
            if u.ratio(1, 6)? {
                members.remove(&name);
            } else {
                twist(u, &mut members[&name])?;
            }
        }
        Value::Array(items) if !items.is_empty() && u.ratio(9, 10)? => {
            let (one, other) = (u.choose_index(items.len())?, u.choose_index(items.len())?);
            match u.int_in_range(0..=3)? {
                0 => items.swap(one, other),
                1 => drop(items.remove(one)),
                2 => items.push(items[one].clone()),
                _ => twist(u, &mut items[one])?,
            }
        }
        other => {
            let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
            let all =
                [json!(null), json!(-1), json!(u64::MAX), json!(1e300), json!(""), json!("open"), json!({}), deep];
            *other = u.choose(&all)?.clone();
        }
    }
    Ok(())
}

#[test]
fn any_snapshot_is_taken_as_it_was_said_or_not_at_all() {
    let (said, key) = (entries(), platform().public());
    arbtest(|u| {
        let mut lines = snapshot();
        for _ in 0..u.int_in_range(0..=3)? {
            let at = u.choose_index(lines.len())?;
            match u.int_in_range(0..=5)? {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[at].clone()),
                2 => {
                    let other = u.choose_index(lines.len())?;
                    lines.swap(at, other);
                }
                3 => {
                    let byte = u.choose_index(lines[at].len())?;
                    lines[at][byte] = u.arbitrary()?;
                }
                4 => lines.insert(at, vec![b'{'; u.int_in_range(0..=LONGEST_LINE + 9)?]),
                _ => {
                    let mut value: Value = serde_json::from_slice(&lines[at]).unwrap_or_default();
                    twist(u, &mut value)?;
                    lines[at] = line(&value);
                }
            }
            if lines.is_empty() {
                break;
            }
        }
        let mut bytes = lines.concat();
        if u.ratio(1, 4)? {
            bytes.truncate(u.int_in_range(0..=bytes.len())?);
        }
        for key in [None, Some(key)] {
            if let Some(taken) = read(u, &bytes, key)? {
                assert_eq!(taken, said);
            }
        }
        Ok(())
    })
    .budget_ms(BUDGET);
}

#[test]
fn a_snapshot_that_somebody_else_made_fits_and_is_not_taken() {
    let key = platform().public();
    arbtest(|u| {
        let mut lines = snapshot();
        lines.pop();
        let at = u.int_in_range(1..=lines.len() - 1)?;
        let mut value: Value = serde_json::from_slice(&lines[at]).unwrap();
        value["enforcement"] = json!("open");
        value["domain"] = json!("closed-by-order.cn");
        lines[at] = line(&value);
        let head: SnapshotHead = serde_json::from_slice(&lines[0]).unwrap();
        let place = Position { sequence: head.sequence, hash: head.hash };
        let other = FeedKey::from_seed(&[8; 32]).unwrap();
        let signers = [None, Some(&other)];
        let signer = u.choose(&signers)?;
        lines.push(last_line(&lines, &place, *signer));
        let bytes = lines.concat();
        assert_eq!(read(u, &bytes, Some(key))?, None);
        assert!(read(u, &bytes, None)?.is_some(), "without a key it cannot be told apart");
        Ok(())
    })
    .budget_ms(BUDGET / 4);
}

#[test]
fn any_changes_are_taken_as_they_were_said_or_not_at_all() {
    let (said, key) = (entries(), platform().public());
    let end = said.last().unwrap().position();
    let signature = platform().sign(&end);
    arbtest(|u| {
        let mut answer = json!({ "sequence": end.sequence, "hash": end.hash, "entries": said, "signature": signature });
        for _ in 0..u.int_in_range(0..=3)? {
            twist(u, &mut answer)?;
        }
        let is_forged = u.ratio(1, 3)?;
        if is_forged && let Some(entries) = answer.get_mut("entries").and_then(Value::as_array_mut) {
            // Whoever can write the feed can make it fit, but not sign it.
            let mut hash = Position::start().hash;
            for (number, entry) in entries.iter_mut().enumerate() {
                if let Some(members) = entry.as_object_mut() {
                    members.insert("sequence".to_owned(), json!(number + 1));
                    hash = running_hash(&hash, &Value::Object(members.clone()));
                    members.insert("hash".to_owned(), json!(hash));
                }
            }
            answer["sequence"] = json!(entries.len());
            answer["hash"] = json!(hash);
        }
        let mut bytes = serde_json::to_vec(&answer).unwrap();
        if u.ratio(1, 4)? {
            let at = u.choose_index(bytes.len())?;
            bytes[at] = u.arbitrary()?;
        }
        let start = Position::start();
        if let Ok(taken) = changes(&bytes, &start, Some(&key)) {
            assert_eq!(taken, said);
        }
        if !is_forged && let Ok(taken) = changes(&bytes, &start, None) {
            // A shorter answer that ends where it says is one too: it is asked again from there.
            assert_eq!(taken, said[..taken.len()]);
        }
        Ok(())
    })
    .budget_ms(BUDGET);
}

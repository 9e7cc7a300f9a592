//! The file that lets a gateway start while the platform is away.
//!
//! One line of text with a name, a version and the SHA-256 of the rest, then the rest: the time of the last contact,
//! the place in the sequence and the newest entry of every domain, as JSON. It is written beside its name, synced and
//! then renamed, so that a file of that name is always whole; one that is not was damaged later and is refused.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use filing::verdict::{Entry, Position};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::table::{Table, TableError};

const NAME: &str = "beian-gateway-snapshot";
const VERSION: &str = "1";

/// Why a snapshot file was refused.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It could not be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is not a snapshot file, or of another version.
    #[error("is not a snapshot file of version {VERSION}")]
    Foreign,
    /// Its content is not what was written.
    #[error("is damaged: its checksum does not match")]
    Damaged,
    /// Its checksum is right but its content is not a snapshot.
    #[error("does not hold a snapshot: {0}")]
    Content(#[from] serde_json::Error),
    /// Its entries contradict each other.
    #[error("contradicts itself: {0}")]
    Table(#[from] TableError),
}

#[derive(Deserialize)]
struct Stored {
    confirmed_at: Timestamp,
    position: Position,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Storing<'a> {
    confirmed_at: Timestamp,
    position: &'a Position,
    entries: Vec<&'a Entry>,
}

/// Reads a snapshot file: the table and when the platform last confirmed it. None when there is no such file.
///
/// # Errors
/// When the file cannot be trusted; nothing of it may then be used.
pub fn read(path: &Path) -> Result<Option<(Table, Timestamp)>, SnapshotError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let line_end = bytes.iter().position(|byte| *byte == b'\n').ok_or(SnapshotError::Foreign)?;
    let line = std::str::from_utf8(&bytes[..line_end]).map_err(|_| SnapshotError::Foreign)?;
    let mut words = line.split(' ');
    if words.next() != Some(NAME) || words.next() != Some(VERSION) {
        return Err(SnapshotError::Foreign);
    }
    let body = &bytes[line_end + 1..];
    if words.next() != Some(hex::encode(Sha256::digest(body)).as_str()) || words.next().is_some() {
        return Err(SnapshotError::Damaged);
    }
    let stored: Stored = serde_json::from_slice(body)?;
    Ok(Some((Table::from_snapshot(stored.position, stored.entries)?, stored.confirmed_at)))
}

/// Writes a snapshot file so that it is either whole or not there.
///
/// # Errors
/// When it cannot be written; a file that was there before still is.
pub fn write(path: &Path, table: &Table, confirmed_at: Timestamp) -> io::Result<()> {
    let body = serde_json::to_vec(&Storing { confirmed_at, position: table.position(), entries: table.entries() })?;
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = Path::new(&name);
    let mut file = File::create(beside)?;
    writeln!(file, "{NAME} {VERSION} {}", hex::encode(Sha256::digest(&body)))?;
    file.write_all(&body)?;
    file.sync_all()?;
    std::fs::rename(beside, path)?;
    // The rename is only durable once the folder is.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::{chain, verdict};
    use filing::verdict::Enforcement;

    fn table() -> Table {
        let entries = chain(
            &Position::start(),
            vec![verdict("a.cn", Enforcement::Closed, None), verdict("b.cn", Enforcement::Open, Some("127.0.0.1:80"))],
        );
        let table = Table::from_snapshot(entries[1].position(), entries).unwrap();
        table.after(chain(table.position(), vec![verdict("a.cn", Enforcement::Open, Some("127.0.0.1:80"))]))
    }

    fn at() -> Timestamp {
        "2026-03-02T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn what_was_written_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts");
        assert!(read(&path).unwrap().is_none(), "no file is not an error");
        write(&path, &table(), at()).unwrap();
        write(&path, &table(), at()).unwrap();

        let (read, confirmed_at) = read(&path).unwrap().unwrap();
        assert_eq!(confirmed_at, at());
        assert_eq!(read.position(), table().position());
        assert_eq!(read.entries(), table().entries());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_changed_byte_anywhere_or_a_missing_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts");
        write(&path, &table(), at()).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for index in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[index] ^= 0x01;
            std::fs::write(&path, bytes).unwrap();
            assert!(read(&path).is_err(), "byte {index} changed");
        }
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(read(&path).is_err(), "cut to {length} bytes");
        }
    }

    #[test]
    fn a_file_of_another_kind_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts");
        for content in ["", "hello\n", "beian-gateway-snapshot 2 00\n{}"] {
            std::fs::write(&path, content).unwrap();
            assert!(matches!(read(&path), Err(SnapshotError::Foreign)), "{content:?}");
        }
        assert!(matches!(read(folder.path()), Err(SnapshotError::Read(_))));
    }
}

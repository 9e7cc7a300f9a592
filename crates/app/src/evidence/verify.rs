//! Checking a bundle, with nothing but the bundle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use authority::envelope::{self, Container};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::chain::{GENESIS, link};
use zip::ZipArchive;

use super::{Direction, FORMAT, LedgerLine, LedgerPart, MANIFEST, Manifest, Place};

/// The longest manifest that is read.
const LONGEST_MANIFEST: u64 = 256 * 1024 * 1024;
/// The longest ledger line that is read; real ones have under a thousand characters.
const LONGEST_LINE: u64 = 64 * 1024;
/// The largest container that is read.
const LARGEST_CONTAINER: u64 = 128 * 1024 * 1024;
/// So many things found wrong are told; a bundle with more is no better known by them.
const MOST_FINDINGS: usize = 1_000;

/// Why a file cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It cannot be read.
    #[error("the file cannot be read: {0}")]
    Read(std::io::ErrorKind),
    /// It is no zip file, or a broken one.
    #[error("it is not a zip file, or a broken one")]
    NoZip,
    /// There is no manifest in it, or none that can be read.
    #[error("it has no manifest.json that can be read")]
    NoManifest,
    /// It is of a form that this program does not know.
    #[error("its form {0} is not known to this program")]
    Format(u32),
}

/// In what way something is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tampering {
    /// The manifest is not the one whose fingerprint was given.
    ManifestChanged,
    /// A file that the manifest names is absent.
    FileRemoved,
    /// A file lies in the bundle that the manifest does not name.
    FileAdded,
    /// A file's bytes are not those of the manifest.
    FileChanged,
    /// A ledger line cannot be read.
    LineUnreadable,
    /// A ledger line is absent.
    LineRemoved,
    /// A ledger line stands beyond the last one of the manifest.
    LineAdded,
    /// A ledger line does not stand behind the one it was written behind.
    LineMoved,
    /// The words of a ledger line do not give its hash.
    LineChanged,
    /// A ledger line speaks of another bureau.
    LineForeign,
    /// The first line is not bound to what the manifest says came before it.
    BeginChanged,
    /// The last line is not the one of the manifest, or lies beyond the ledger's end.
    EndChanged,
    /// A number on the wire was used twice without being a replacement.
    NumberRepeated,
    /// The container of a line is absent.
    ContainerRemoved,
    /// A container has another size than its ledger line says.
    ContainerSize,
    /// A container has another MD5 than its ledger line says.
    ContainerMd5,
    /// A container has another SHA-256 than its ledger line says.
    ContainerSha256,
    /// The content of a download does not have the MD5 that the bureau sent along.
    ContentMd5,
}

/// One thing that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// In what way.
    pub what: Tampering,
    /// The file or ledger line.
    pub place: String,
}

/// Numbers that this ledger did not use: the bureau had something else under them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The bureau.
    pub bureau: String,
    /// The first number.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What is not as it was written, in the order found.
    pub findings: Vec<Finding>,
    /// Numbers on the wire without an upload.
    pub skipped: Vec<Skipped>,
    /// The ledgers and where they begin and end.
    pub ledgers: Vec<LedgerPart>,
    /// How many ledger lines there are.
    pub lines: u64,
    /// How many files there are.
    pub files: u64,
    /// The manifest's SHA-256; the same as when the bundle was made, or nothing in here counts.
    pub fingerprint: String,
}

/// Checks a bundle: every file against the manifest, every ledger line against its hash and the one before, every
/// container against its ledger line, and the whole against a fingerprint that was kept elsewhere, when one is given.
///
/// # Errors
/// When it is no bundle, or cannot be read.
pub fn verify(file: &Path, fingerprint: Option<&str>) -> Result<Report, Unusable> {
    let mut bundle = Bundle::open(file)?;
    let mut text = Vec::new();
    let manifest = bundle.zip.by_name(MANIFEST).map_err(|_| Unusable::NoManifest)?;
    manifest.take(LONGEST_MANIFEST).read_to_end(&mut text).map_err(|_| Unusable::NoManifest)?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| Unusable::NoManifest)?;
    if manifest.format != FORMAT {
        return Err(Unusable::Format(manifest.format));
    }
    let mut check = Check { findings: Vec::new(), skipped: Vec::new(), lines: 0 };
    let found = hex::encode(Sha256::digest(&text));
    if fingerprint.is_some_and(|expected| !expected.trim().eq_ignore_ascii_case(&found)) {
        check.found(Tampering::ManifestChanged, MANIFEST);
    }
    check.files(&mut bundle, &manifest);
    let mut lines = Bundle::open(file)?;
    for part in &manifest.ledgers {
        check.ledger(&mut lines, &mut bundle, part);
    }
    Ok(Report {
        findings: check.findings,
        skipped: check.skipped,
        lines: check.lines,
        files: manifest.files.len() as u64,
        ledgers: manifest.ledgers,
        fingerprint: found,
    })
}

struct Bundle {
    zip: ZipArchive<BufReader<File>>,
}

impl Bundle {
    fn open(file: &Path) -> Result<Self, Unusable> {
        let file = File::open(file).map_err(|error| Unusable::Read(error.kind()))?;
        Ok(Self { zip: ZipArchive::new(BufReader::new(file)).map_err(|_| Unusable::NoZip)? })
    }

    /// The bytes of a file; none when it is absent, broken or larger than any container.
    fn read(&mut self, path: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.zip.by_name(path).ok()?.take(LARGEST_CONTAINER).read_to_end(&mut bytes);
        read.is_ok().then_some(bytes)
    }

    /// Size and SHA-256 of a file.
    fn digest(&mut self, path: &str) -> Option<(u64, String)> {
        let mut entry = self.zip.by_name(path).ok()?;
        let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
        loop {
            // A broken entry has other bytes than it had.
            let Ok(read) = entry.read(&mut buffer) else { return Some((0, String::new())) };
            if read == 0 {
                return Some((size, hex::encode(hash.finalize())));
            }
            size += read as u64;
            hash.update(&buffer[..read]);
        }
    }
}

/// What never changes of a ledger line, as its text tells it.
struct Told {
    entry: u64,
    bureau: String,
    size: u64,
    md5: Option<String>,
    sha256: String,
    number: Option<(u64, u64)>,
}

impl Told {
    fn read(direction: Direction, text: &str) -> Option<Self> {
        let fields: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
        let number = |at: usize| fields.get(at).and_then(serde_json::Value::as_u64);
        let word = |at: usize| fields.get(at).and_then(serde_json::Value::as_str).map(str::to_owned);
        // The order of the fields is that of `text` in the store's ledgers.
        match direction {
            Direction::Upload => Some(Self {
                entry: number(0)?,
                bureau: word(2)?,
                size: number(7)?,
                md5: Some(word(8)?),
                sha256: word(9)?,
                number: Some((number(3)?, number(4)?)),
            }),
            Direction::Download => Some(Self {
                entry: number(0)?,
                bureau: word(2)?,
                size: number(4)?,
                md5: None,
                sha256: word(5)?,
                number: None,
            }),
        }
    }
}

struct Check {
    findings: Vec<Finding>,
    skipped: Vec<Skipped>,
    lines: u64,
}

impl Check {
    fn found(&mut self, what: Tampering, place: impl Into<String>) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(Finding { what, place: place.into() });
        }
    }

    fn files(&mut self, bundle: &mut Bundle, manifest: &Manifest) {
        let named: BTreeMap<&str, _> = manifest.files.iter().map(|file| (file.path.as_str(), file)).collect();
        for (path, file) in &named {
            match bundle.digest(path) {
                None => self.found(Tampering::FileRemoved, *path),
                Some((size, sha256)) if size != file.size || sha256 != file.sha256 => {
                    self.found(Tampering::FileChanged, *path);
                }
                Some(_) => {}
            }
        }
        // A name that cannot be read is none of ours.
        let there: BTreeSet<String> =
            bundle.zip.file_names().map(|name| name.map_or_else(|_| "?".to_owned(), Into::into)).collect();
        for path in there.iter().filter(|path| *path != MANIFEST && !named.contains_key(path.as_str())) {
            self.found(Tampering::FileAdded, path);
        }
    }

    fn ledger(&mut self, lines: &mut Bundle, bundle: &mut Bundle, part: &LedgerPart) {
        let mut walk = Walk { expected: part.before.entry + 1, hash: part.before.hash.clone(), highest: None };
        if part.before.entry == 0 && part.before.hash != GENESIS {
            self.found(Tampering::BeginChanged, &part.file);
        }
        let Ok(entry) = lines.zip.by_name(&part.file) else { return };
        let mut reader = BufReader::new(entry);
        for count in 1.. {
            let mut text = String::new();
            let read = reader.by_ref().take(LONGEST_LINE).read_line(&mut text);
            let at = |entry: u64| format!("{}#{entry}", part.file);
            if matches!(read, Ok(0)) {
                break;
            }
            let line = read.ok().and_then(|_| serde_json::from_str::<LedgerLine>(&text).ok());
            let told = line.as_ref().and_then(|line| Told::read(part.direction, &line.text));
            let (Some(line), Some(told)) = (line, told) else {
                self.found(Tampering::LineUnreadable, format!("{}:{count}", part.file));
                if text.is_empty() || !text.ends_with('\n') {
                    break;
                }
                continue;
            };
            self.lines += 1;
            self.line(&mut walk, part, &line, &told, &at(told.entry));
            self.container(bundle, part, &line, &told);
        }
        self.end(&walk, part);
    }

    fn line(&mut self, walk: &mut Walk, part: &LedgerPart, line: &LedgerLine, told: &Told, place: &str) {
        if told.entry > walk.expected {
            for entry in (walk.expected..told.entry).take(MOST_FINDINGS) {
                self.found(Tampering::LineRemoved, format!("{}#{entry}", part.file));
            }
        } else if told.entry < walk.expected {
            self.found(Tampering::LineMoved, place);
        } else if line.prev_hash != walk.hash {
            let first = told.entry == part.before.entry + 1;
            self.found(if first { Tampering::BeginChanged } else { Tampering::LineMoved }, place);
        }
        if link(&line.prev_hash, &line.text) != line.hash {
            self.found(Tampering::LineChanged, place);
        }
        if told.bureau != part.bureau {
            self.found(Tampering::LineForeign, place);
        }
        if told.entry > part.last.entry {
            self.found(Tampering::LineAdded, place);
        }
        walk.expected = walk.expected.max(told.entry + 1);
        line.hash.clone_into(&mut walk.hash);
        if let Some((number, revision)) = told.number {
            match walk.highest {
                Some(highest) if number > highest + 1 => {
                    let bureau = part.bureau.clone();
                    self.skipped.push(Skipped { bureau, first: highest + 1, last: number - 1 });
                }
                Some(highest) if number <= highest && revision == 0 => self.found(Tampering::NumberRepeated, place),
                _ => {}
            }
            walk.highest = walk.highest.max(Some(number));
        }
    }

    fn end(&mut self, walk: &Walk, part: &LedgerPart) {
        let Place { entry, hash } = &part.last;
        for missing in (walk.expected..=*entry).take(MOST_FINDINGS) {
            self.found(Tampering::LineRemoved, format!("{}#{missing}", part.file));
        }
        let is_end = part.head.entry == *entry && part.head.hash != *hash;
        if walk.expected == entry + 1 && walk.hash != *hash || part.head.entry < *entry || is_end {
            self.found(Tampering::EndChanged, &part.file);
        }
    }

    fn container(&mut self, bundle: &mut Bundle, part: &LedgerPart, line: &LedgerLine, told: &Told) {
        let path = line.container.as_str();
        let Some(bytes) = bundle.read(path) else {
            self.found(Tampering::ContainerRemoved, path);
            return;
        };
        if bytes.len() as u64 != told.size {
            self.found(Tampering::ContainerSize, path);
        }
        if told.md5.as_ref().is_some_and(|md5| *md5 != envelope::hash(&bytes)) {
            self.found(Tampering::ContainerMd5, path);
        }
        if hex::encode(Sha256::digest(&bytes)) != told.sha256 {
            self.found(Tampering::ContainerSha256, path);
        }
        if part.direction == Direction::Download {
            self.content(bundle, line, &bytes);
        }
    }

    /// What a download held, as far as it can be read without a key. A file that was kept as unusable is not expected
    /// to hold what it claims: that is why it was kept.
    fn content(&mut self, bundle: &mut Bundle, line: &LedgerLine, raw: &[u8]) {
        if line.state == store::download::DownloadState::Unreadable.as_str() {
            return;
        }
        let Ok(container) = serde_json::from_slice::<Container>(raw) else {
            self.found(Tampering::ContentMd5, &line.container);
            return;
        };
        if container.encrypt_algorithm == 0 {
            if container.open_zip(None).is_err() {
                self.found(Tampering::ContentMd5, &line.container);
            }
            return;
        }
        let Some(opened) = &line.opened else { return };
        match bundle.read(opened) {
            Some(zip) if envelope::hash(&zip) == container.hash.trim() => {}
            Some(_) => self.found(Tampering::ContentMd5, opened),
            None => self.found(Tampering::ContainerRemoved, opened),
        }
    }
}

struct Walk {
    expected: u64,
    hash: String,
    highest: Option<u64>,
}

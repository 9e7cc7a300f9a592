//! Writing a bundle.

use std::io::{self, Seek, Write};

use authority::envelope::Container;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use store::Reader;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Direction, FORMAT, FileLine, LedgerLine, LedgerPart, MANIFEST, Manifest, Place, README};
use crate::bureau::Bureau;
use crate::error::{Error, Result};

/// Explains the bundle to whoever opens it, in both languages.
const EXPLANATION: &str = include_str!("../../data/evidence-readme.md");
/// So many ledger lines are read at a time.
const LINES: u64 = 100;

/// A bundle being written.
pub struct Writer<W: Write + Seek> {
    zip: ZipWriter<W>,
    manifest: Manifest,
}

/// A bureau whose ledgers go into the bundle, with the wire to it when it is configured here.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its code.
    pub code: &'a str,
    /// What opens its containers.
    pub bureau: Option<&'a Bureau>,
}

/// A span of instants: from the first (included) to the second (not included).
pub type Span = (Timestamp, Timestamp);

impl<W: Write + Seek> Writer<W> {
    /// Begins a bundle for a span of days.
    pub fn new(to: W, made_at: Timestamp, (first, last): (jiff::civil::Date, jiff::civil::Date)) -> Self {
        let manifest =
            Manifest { format: FORMAT, made_at, from: first, to: last, ledgers: Vec::new(), files: Vec::new() };
        Self { zip: ZipWriter::new(to), manifest }
    }

    /// Adds both ledgers of a bureau.
    ///
    /// # Errors
    /// When the store or the file cannot.
    pub async fn add(&mut self, reader: &Reader, source: Source<'_>, span: Span) -> Result<()> {
        self.add_uploads(reader, source.code, span).await?;
        self.add_downloads(reader, source, span).await
    }

    async fn add_uploads(&mut self, reader: &Reader, code: &str, (from, to): Span) -> Result<()> {
        let Some((first, last)) = store::upload::span(reader, code, from, to).await? else { return Ok(()) };
        let mut part = Part::new(code, Direction::Upload);
        let mut after = first - 1;
        while after < last {
            for (upload, text) in store::upload::lines(reader, code, after, LINES.min(last - after)).await? {
                let container = part.container(upload.entry, "zip");
                self.file(&container, &store::upload::container(reader, upload.id).await?)?;
                after = upload.entry;
                part.push(&LedgerLine {
                    text,
                    prev_hash: upload.prev_hash,
                    hash: upload.hash,
                    container,
                    opened: None,
                    state: upload.state.as_str().to_owned(),
                    times: upload.attempts,
                    code: upload.code,
                    note: upload.note,
                    settled_at: upload.settled_at,
                })?;
            }
        }
        self.finish_part(part, (first, last), store::upload::end(reader, code).await?)
    }

    async fn add_downloads(&mut self, reader: &Reader, source: Source<'_>, (from, to): Span) -> Result<()> {
        let code = source.code;
        let Some((first, last)) = store::download::span(reader, code, from, to).await? else { return Ok(()) };
        let mut part = Part::new(code, Direction::Download);
        let mut after = first - 1;
        while after < last {
            for (download, text) in store::download::lines(reader, code, after, LINES.min(last - after)).await? {
                let raw = store::download::raw(reader, download.id).await?;
                let container = part.container(download.entry, "json");
                self.file(&container, &raw)?;
                let zip = source.bureau.and_then(|bureau| open(bureau, &raw));
                let opened = zip.is_some().then(|| part.container(download.entry, "zip"));
                if let (Some(path), Some(zip)) = (&opened, &zip) {
                    self.file(path, zip)?;
                }
                after = download.entry;
                part.push(&LedgerLine {
                    text,
                    prev_hash: download.prev_hash,
                    hash: download.hash,
                    container,
                    opened,
                    state: download.state.as_str().to_owned(),
                    times: download.times,
                    code: None,
                    note: download.alarm.or(download.note),
                    settled_at: download.acked_at,
                })?;
            }
        }
        self.finish_part(part, (first, last), store::download::end(reader, code).await?)
    }

    fn finish_part(&mut self, part: Part, (first, last): (u64, u64), head: (u64, String)) -> Result<()> {
        self.file(&part.file, &part.lines)?;
        self.manifest.ledgers.push(LedgerPart {
            bureau: part.bureau,
            direction: part.direction,
            file: part.file,
            before: Place { entry: first - 1, hash: part.before.unwrap_or_default() },
            last: Place { entry: last, hash: part.last },
            head: Place { entry: head.0, hash: head.1 },
        });
        Ok(())
    }

    fn file(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.entry(path, bytes).map_err(broken)?;
        let sha256 = hex::encode(Sha256::digest(bytes));
        self.manifest.files.push(FileLine { path: path.to_owned(), size: bytes.len() as u64, sha256 });
        Ok(())
    }

    fn entry(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default())
            .large_file(true);
        self.zip.start_file(path, options)?;
        self.zip.write_all(bytes)
    }

    /// Ends the bundle; gives back its manifest and the fingerprint, which is the manifest's SHA-256.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<(Manifest, String)> {
        self.file(README, EXPLANATION.as_bytes())?;
        let text = serde_json::to_vec_pretty(&self.manifest)?;
        self.entry(MANIFEST, &text).map_err(broken)?;
        let mut to = self.zip.finish().map_err(|error| broken(error.into()))?;
        to.flush().map_err(broken)?;
        Ok((self.manifest, hex::encode(Sha256::digest(&text))))
    }
}

/// The lines of one ledger.
struct Part {
    bureau: String,
    direction: Direction,
    file: String,
    lines: Vec<u8>,
    before: Option<String>,
    last: String,
}

impl Part {
    fn new(bureau: &str, direction: Direction) -> Self {
        let file = format!("ledger/{bureau}/{}.jsonl", direction.as_str());
        Self { bureau: bureau.to_owned(), direction, file, lines: Vec::new(), before: None, last: String::new() }
    }

    fn container(&self, entry: u64, extension: &str) -> String {
        format!("containers/{}/{}/{entry:08}.{extension}", self.bureau, self.direction.as_str())
    }

    fn push(&mut self, line: &LedgerLine) -> Result<()> {
        self.before.get_or_insert_with(|| line.prev_hash.clone());
        line.hash.clone_into(&mut self.last);
        serde_json::to_writer(&mut self.lines, line)?;
        self.lines.push(b'\n');
        Ok(())
    }
}

/// The zip of a download that travelled encrypted: without it nobody could read the bundle without the bureau's key.
fn open(bureau: &Bureau, raw: &[u8]) -> Option<Vec<u8>> {
    let container: Container = serde_json::from_slice(raw).ok()?;
    if container.encrypt_algorithm == 0 {
        return None;
    }
    bureau.client.open_zip(&container).ok()
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn broken(error: io::Error) -> Error {
    Error::internal(format!("the bundle cannot be written: {}", error.kind()))
}

//! The journal: what the overlay holds, on disk, so that a change that was acknowledged outlives the machine.
//!
//! One batch is: its length, its checksum, the place in the feed it leads to, its records. A batch that a power cut
//! left half written is recognised by its checksum and cut off; it was never acknowledged.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::listing::{self, Listing};
use crate::writer::Place;

const HEAD: usize = 8;

/// The journal of one base, open at its end.
pub(crate) struct Journal {
    file: File,
    end: u64,
}

/// A batch as it was read.
#[derive(Clone)]
pub(crate) struct Batch {
    pub(crate) place: Place,
    records: Vec<u8>,
}

impl Batch {
    pub(crate) fn listings(&self) -> impl Iterator<Item = Listing<'_>> {
        listing::all(&self.records).map(|(_, listing)| listing)
    }
}

impl Journal {
    /// Opens a journal, or makes an empty one, and gives every whole batch to `each`.
    pub(crate) fn open(path: &Path, each: impl FnMut(&Batch)) -> io::Result<Self> {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut journal = Self { file, end: 0 };
        journal.end = journal.read_from(0, each)?;
        journal.file.set_len(journal.end)?;
        journal.file.seek(SeekFrom::Start(journal.end))?;
        Ok(journal)
    }

    /// Gives every whole batch to `each` while another process may be writing; none when there is no journal.
    pub(crate) fn read(path: &Path, each: impl FnMut(&Batch)) -> io::Result<()> {
        match File::open(path) {
            Ok(file) => Self { file, end: 0 }.read_from(0, each).map(|_| ()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Where the next batch goes.
    pub(crate) const fn end(&self) -> u64 {
        self.end
    }

    /// Reads the whole batches from somewhere on and says where they end.
    pub(crate) fn read_from(&self, start: u64, mut each: impl FnMut(&Batch)) -> io::Result<u64> {
        let mut file = io::BufReader::with_capacity(1 << 20, &self.file);
        file.seek(SeekFrom::Start(start))?;
        let length = self.file.metadata()?.len();
        let mut at = start;
        loop {
            let mut head = [0; HEAD];
            if length - at < HEAD as u64 || file.read_exact(&mut head).is_err() {
                return Ok(at);
            }
            let [a, b, c, d, checksum @ ..] = head;
            let body = u64::from(u32::from_le_bytes([a, b, c, d]));
            let next = at + HEAD as u64 + body;
            if next > length || body < 40 {
                return Ok(at);
            }
            let mut content = vec![0; usize::try_from(body).unwrap_or_default()];
            file.read_exact(&mut content)?;
            let Some((sequence, rest)) = content.split_first_chunk::<8>() else { return Ok(at) };
            let Some((hash, records)) = rest.split_first_chunk::<32>() else { return Ok(at) };
            if crc32fast::hash(&content) != u32::from_le_bytes(checksum) {
                return Ok(at);
            }
            each(&Batch {
                place: Place { sequence: u64::from_le_bytes(*sequence), hash: *hash },
                records: records.to_vec(),
            });
            at = next;
        }
    }

    /// Appends a batch and syncs it: when this returns it is kept.
    pub(crate) fn append<'a>(
        &mut self,
        listings: impl IntoIterator<Item = Listing<'a>>,
        place: &Place,
    ) -> io::Result<()> {
        let mut batch = vec![0; HEAD];
        batch.extend(place.sequence.to_le_bytes());
        batch.extend(place.hash);
        for listing in listings {
            listing.write(&mut batch);
        }
        let body = u32::try_from(batch.len() - HEAD).map_err(|_| io::Error::other("a batch of more than 4 GiB"))?;
        let checksum = crc32fast::hash(&batch[HEAD..]);
        batch[..4].copy_from_slice(&body.to_le_bytes());
        batch[4..HEAD].copy_from_slice(&checksum.to_le_bytes());
        // At the known end, not at the file's: a batch that failed half way is written over.
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&batch)?;
        self.file.sync_data()?;
        self.end += batch.len() as u64;
        Ok(())
    }
}

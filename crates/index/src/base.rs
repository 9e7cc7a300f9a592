//! The base: every domain's slot and record in one file that never changes.
//!
//! ```text
//!   0      header: what it is, where the parts are, the place in the feed, checksums
//!   4096   records, in the order they came
//!   …      slots: eight words a bucket              8 bytes each
//!   …      where each slot's record is, in units    4 bytes each
//! ```
//!
//! A base is written beside its name, synced and renamed. The header, the slots and the places are checked when it is
//! opened; each record carries a checksum of its own and is checked when it is read, so that opening ten million
//! domains reads a fifth of the file.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use crate::hash::Key;
use crate::listing::{self, Listing, UNIT};
use crate::map::Map;
use crate::slots::{BUCKET, Found, Slots};
use crate::writer::Place;

const MAGIC: &[u8; 8] = b"BEIANIDX";
const VERSION: u64 = 1;
/// Where the records begin: a page, so that what follows is aligned.
const HEADER: usize = 4096;
/// Names two buckets have on average: nine of sixteen slots, 14.2 bytes a name. Fewer names would take more memory, more
/// would make look-ups go on to a second line more often (here one in twelve does).
const LOAD: usize = 9;

/// Why a base is refused.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is something else, or of another version.
    #[error("is not an index of version {VERSION}")]
    Foreign,
    /// It is not what was written.
    #[error("is damaged: {0}")]
    Damaged(&'static str),
    /// It would hold more than a file of this version can.
    #[error("cannot hold so much: its records would take more than 32 GiB")]
    TooLarge,
}

/// An opened base.
pub(crate) struct Base {
    map: Map,
    header: Header,
}

#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) key: Key,
    pub(crate) place: Place,
    pub(crate) built_at: Timestamp,
    /// Names listed.
    pub(crate) names: u64,
    buckets: u64,
    /// Where the records end.
    records_end: u64,
    slots_at: u64,
    places_at: u64,
    /// Of the slots and the places.
    checksum: u32,
}

impl Header {
    fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER);
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.extend(self.key.0);
        out.extend(self.place.hash);
        let numbers = [
            self.place.sequence,
            self.names,
            self.buckets,
            self.records_end,
            self.slots_at,
            self.places_at,
            u64::from(self.checksum),
        ];
        out.extend(numbers.into_iter().flat_map(u64::to_le_bytes));
        out.extend(self.built_at.as_microsecond().to_le_bytes());
        out.resize(HEADER - 4, 0);
        out.extend(crc32fast::hash(&out).to_le_bytes());
        out
    }

    fn read(bytes: &[u8]) -> Result<Self, BaseError> {
        let (magic, rest) = bytes.split_first_chunk::<8>().ok_or(BaseError::Foreign)?;
        let (version, rest) = rest.split_first_chunk::<8>().ok_or(BaseError::Foreign)?;
        if magic != MAGIC || u64::from_le_bytes(*version) != VERSION {
            return Err(BaseError::Foreign);
        }
        let short = || BaseError::Damaged("the header is cut off");
        let (content, checksum) = bytes.get(..HEADER).and_then(<[u8]>::split_last_chunk::<4>).ok_or_else(short)?;
        if crc32fast::hash(content) != u32::from_le_bytes(*checksum) {
            return Err(BaseError::Damaged("the header's checksum does not match"));
        }
        let (key, rest) = rest.split_first_chunk::<16>().ok_or_else(short)?;
        let (hash, mut rest) = rest.split_first_chunk::<32>().ok_or_else(short)?;
        let mut number = || {
            let (number, after) = rest.split_first_chunk::<8>().ok_or_else(short)?;
            rest = after;
            Ok::<_, BaseError>(u64::from_le_bytes(*number))
        };
        let sequence = number()?;
        Ok(Self {
            key: Key(*key),
            place: Place { sequence, hash: *hash },
            names: number()?,
            buckets: number()?,
            records_end: number()?,
            slots_at: number()?,
            places_at: number()?,
            checksum: number()?.try_into().map_err(|_| BaseError::Damaged("the checksum is none"))?,
            built_at: Timestamp::from_microsecond(number()?.cast_signed())
                .map_err(|_| BaseError::Damaged("the time is none"))?,
        })
    }
}

impl Base {
    /// Opens a base and makes sure that its table is what was written.
    pub(crate) fn open(path: &Path) -> Result<Self, BaseError> {
        let map = Map::read(&File::open(path)?)?;
        let header = Header::read(map.bytes(0..map.len().min(HEADER)).unwrap_or_default())?;
        let base = Self { map, header };
        let cut = || BaseError::Damaged("a part is missing");
        let at = |place: u64| usize::try_from(place).map_err(|_| cut());
        let (slots_at, places_at) = (at(base.header.slots_at)?, at(base.header.places_at)?);
        let count = at(base.header.buckets)?.checked_mul(BUCKET).ok_or_else(cut)?;
        let end = count.checked_mul(4).and_then(|length| places_at.checked_add(length)).ok_or_else(cut)?;
        let is_in_order = HEADER as u64 <= base.header.records_end
            && base.header.records_end <= base.header.slots_at
            && count.checked_mul(8).and_then(|length| slots_at.checked_add(length)) == Some(places_at)
            && end == base.map.len();
        if !is_in_order || base.map.words(slots_at, count).is_none() || base.map.halves(places_at, count).is_none() {
            return Err(cut());
        }
        let table = base.map.bytes(slots_at..end).ok_or_else(cut)?;
        if crc32fast::hash(table) != base.header.checksum {
            return Err(BaseError::Damaged("the table's checksum does not match"));
        }
        Ok(base)
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Bytes of the slots and of the whole file.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.header.buckets as usize * BUCKET * size_of::<u64>(), self.map.len())
    }

    /// The table. That it lies within the map was made sure of when it was opened.
    #[inline]
    pub(crate) fn slots(&self) -> Slots<'_> {
        let count = self.header.buckets as usize * BUCKET;
        Slots(self.map.words(self.header.slots_at as usize, count).unwrap_or_default())
    }

    /// The record behind a slot.
    pub(crate) fn listing(&self, slot: usize) -> Option<Listing<'_>> {
        let at = HEADER + self.unit(slot)? as usize * UNIT;
        Listing::read(self.map.bytes(at..self.header.records_end as usize)?).map(|(listing, _)| listing)
    }

    /// A name's record; the name itself is compared.
    pub(crate) fn find(&self, domain: &str) -> Option<Listing<'_>> {
        let (slot, _) = self.slots().get(self.header.key.spot(domain.as_bytes()))?;
        self.listing(slot).filter(|listing| listing.domain == domain)
    }

    /// Every name's record, in the order they came; ends early where the file is damaged.
    pub(crate) fn listings(&self) -> impl Iterator<Item = Listing<'_>> {
        let records = self.map.bytes(HEADER..self.header.records_end as usize).unwrap_or_default();
        listing::all(records).filter_map(|(unit, listing)| {
            let (slot, _) = self.slots().get(self.header.key.spot(listing.domain.as_bytes()))?;
            (self.unit(slot) == Some(unit)).then_some(listing)
        })
    }

    /// Where a slot's record is.
    fn unit(&self, slot: usize) -> Option<u32> {
        let count = self.header.buckets as usize * BUCKET;
        Some(self.map.halves(self.header.places_at as usize, count)?.get(slot)?.load(Ordering::Relaxed))
    }
}

/// Writes a base, record after record.
pub(crate) struct Builder {
    file: io::BufWriter<File>,
    at: u64,
    names: usize,
    record: Vec<u8>,
}

impl Builder {
    /// Begins a file; one that was left half written is begun anew.
    pub(crate) fn begin(path: &Path) -> Result<Self, BaseError> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
        let mut file = io::BufWriter::with_capacity(1 << 20, file);
        file.write_all(&[0; HEADER])?;
        Ok(Self { file, at: HEADER as u64, names: 0, record: Vec::new() })
    }

    /// Adds a domain. One that came before is replaced.
    pub(crate) fn add(&mut self, listing: &Listing<'_>) -> Result<(), BaseError> {
        self.record.clear();
        listing.write(&mut self.record);
        self.file.write_all(&self.record)?;
        self.at += self.record.len() as u64;
        self.names += 1;
        if self.at - HEADER as u64 > u64::from(u32::MAX) * UNIT as u64 {
            return Err(BaseError::TooLarge);
        }
        Ok(())
    }

    /// Writes the table behind the records and the header before them, and syncs the file.
    pub(crate) fn end(&mut self, key: Key, place: Place, built_at: Timestamp) -> Result<(), BaseError> {
        self.file.flush()?;
        let file = self.file.get_mut();
        let records_end = self.at;
        let buckets = (self.names * 2).div_ceil(LOAD).max(1);
        let words: Vec<std::sync::atomic::AtomicU64> =
            std::iter::repeat_with(Default::default).take(buckets * BUCKET).collect();
        let mut places = vec![0_u32; buckets * BUCKET];
        let mut names = 0;
        {
            let records = Map::read(file)?;
            let all = records.bytes(HEADER..records_end as usize).unwrap_or_default();
            let slots = Slots(&words);
            let mut at = 0;
            while let Some((listing, length)) = all.get(at..).and_then(Listing::read) {
                let spot = key.spot(listing.domain.as_bytes());
                let slot = match slots.find(spot) {
                    Found::At(slot, _) => slot,
                    Found::Free(slot) => {
                        names += 1;
                        slot
                    }
                    // Of 64 lines in a row none has room: chance does not bring that about at this load.
                    Found::Full => return Err(BaseError::Damaged("the table is lopsided")),
                };
                slots.set(slot, spot, listing.mark());
                places[slot] = u32::try_from(at / UNIT).map_err(|_| BaseError::TooLarge)?;
                at += length;
            }
            if at != all.len() {
                return Err(BaseError::Damaged("a record cannot be read again"));
            }
        }
        let slots_at = records_end.next_multiple_of(HEADER as u64);
        file.seek(SeekFrom::Start(slots_at))?;
        let mut checksum = crc32fast::Hasher::new();
        let mut out = io::BufWriter::with_capacity(1 << 20, &mut *file);
        for word in words {
            let bytes = word.into_inner().to_le_bytes();
            checksum.update(&bytes);
            out.write_all(&bytes)?;
        }
        for place in places {
            let bytes = place.to_le_bytes();
            checksum.update(&bytes);
            out.write_all(&bytes)?;
        }
        out.flush()?;
        drop(out);
        let header = Header {
            key,
            place,
            built_at,
            names,
            buckets: buckets as u64,
            records_end,
            slots_at,
            places_at: slots_at + (buckets * BUCKET * 8) as u64,
            checksum: checksum.finalize(),
        };
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&header.write())?;
        file.sync_all()?;
        Ok(())
    }
}

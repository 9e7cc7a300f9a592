//! The overlay: what changed since the base, in a file that every reader sees change.
//!
//! ```text
//!   0      words: magic, names, how many of them the base lacks, records' end, superseded
//!   4096   slots, places, records: as in the base, with room for what is to come
//! ```
//!
//! It is as large as it may ever grow, and sparse: only what is used takes room. A change writes its record, then where
//! it is, then its slot, so that a reader sees all of it or nothing. Nothing here outlives the machine: the journal does.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::Base;
use crate::hash::Key;
use crate::listing::{self, Listing, UNIT};
use crate::map::Map;
use crate::slots::{BUCKET, Found, Slots};

const MAGIC: u64 = u64::from_le_bytes(*b"BEIANOV1");
const HEADER: usize = 4096;
const BUCKETS: usize = 1 << 17;
const SLOTS: usize = BUCKETS * BUCKET;
const PLACES_AT: usize = HEADER + SLOTS * 8;
const RECORDS_AT: usize = PLACES_AT + SLOTS * 4;
const RECORDS: usize = 1 << 28;
/// More than a record takes: a name of 253 letters, a number, an origin.
const LONGEST: usize = 768;
/// So many names are taken; more would make the lines run over.
const NAMES: u64 = (SLOTS / 2) as u64;

#[derive(Clone, Copy)]
enum Word {
    Magic,
    Names,
    Added,
    RecordsEnd,
    Superseded,
}

/// The overlay of one base.
pub(crate) struct Overlay {
    map: Map,
}

/// The overlay has no room left: a base must be built first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Overlay {
    /// Makes an empty one under this name; whoever has one of that name mapped keeps it.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let beside = path.with_extension("new");
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&beside)?;
        file.set_len((RECORDS_AT + RECORDS) as u64)?;
        let overlay = Self { map: Map::write(&file)? };
        overlay.store(Word::Magic, MAGIC);
        std::fs::rename(&beside, path)?;
        Ok(overlay)
    }

    /// Opens one to read it; none when there is none, or it is something else.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        Self::sound(Map::read(&File::open(path).ok()?).ok()?)
    }

    /// Opens one to tell its readers that another took its place.
    pub(crate) fn open_to_supersede(path: &Path) -> Option<Self> {
        Self::sound(Map::write(&File::options().read(true).write(true).open(path).ok()?).ok()?)
    }

    fn sound(map: Map) -> Option<Self> {
        let overlay = Self { map };
        (overlay.map.len() == RECORDS_AT + RECORDS && overlay.load(Word::Magic) == MAGIC).then_some(overlay)
    }

    fn word(&self, word: Word) -> Option<&AtomicU64> {
        self.map.words(0, HEADER / 8)?.get(word as usize)
    }

    #[inline]
    fn load(&self, word: Word) -> u64 {
        self.word(word).map_or(0, |word| word.load(Ordering::Acquire))
    }

    fn store(&self, word: Word, value: u64) {
        if let Some(word) = self.word(word) {
            word.store(value, Ordering::Release);
        }
    }

    /// How many names it holds.
    #[inline]
    pub(crate) fn names(&self) -> u64 {
        self.load(Word::Names)
    }

    /// How many of its names the base does not hold.
    pub(crate) fn added(&self) -> u64 {
        self.load(Word::Added)
    }

    /// Whether so many more changes fit, however long their records.
    pub(crate) fn has_room(&self, changes: usize) -> bool {
        let names = self.names().saturating_add(changes as u64) <= NAMES;
        let end = usize::try_from(self.load(Word::RecordsEnd)).unwrap_or(RECORDS);
        names && changes.saturating_mul(LONGEST).saturating_add(end) <= RECORDS
    }

    /// Whether another base or overlay took the place of this one.
    #[inline]
    pub(crate) fn is_superseded(&self) -> bool {
        self.load(Word::Superseded) != 0
    }

    /// Tells every reader to open the folder anew.
    pub(crate) fn supersede(&self) {
        self.store(Word::Superseded, 1);
    }

    #[inline]
    pub(crate) fn slots(&self) -> Slots<'_> {
        Slots(self.map.words(HEADER, SLOTS).unwrap_or_default())
    }

    /// The record behind a slot.
    pub(crate) fn listing(&self, slot: usize) -> Option<Listing<'_>> {
        let unit = self.unit(slot)?;
        let end = usize::try_from(self.load(Word::RecordsEnd)).ok()?.min(RECORDS);
        let records = self.map.bytes(RECORDS_AT..RECORDS_AT + end)?;
        Listing::read(records.get(unit as usize * UNIT..)?).map(|(listing, _)| listing)
    }

    /// Every name's newest record.
    pub(crate) fn listings(&self, key: Key) -> impl Iterator<Item = Listing<'_>> {
        let end = usize::try_from(self.load(Word::RecordsEnd)).unwrap_or_default().min(RECORDS);
        let records = self.map.bytes(RECORDS_AT..RECORDS_AT + end).unwrap_or_default();
        listing::all(records).filter_map(move |(unit, listing)| {
            let (slot, _) = self.slots().get(key.spot(listing.domain.as_bytes()))?;
            (self.unit(slot) == Some(unit)).then_some(listing)
        })
    }

    /// Where a slot's record is.
    fn unit(&self, slot: usize) -> Option<u32> {
        Some(self.map.halves(PLACES_AT, SLOTS)?.get(slot)?.load(Ordering::Acquire))
    }

    /// Lays a listing over its base; visible to every reader when this returns.
    pub(crate) fn set(&self, base: &Base, listing: &Listing<'_>) -> Result<(), Full> {
        let spot = base.header().key.spot(listing.domain.as_bytes());
        let (slot, is_new) = match self.slots().find(spot) {
            Found::At(slot, _) => (slot, false),
            Found::Free(slot) if self.names() < NAMES => (slot, true),
            Found::Free(_) | Found::Full => return Err(Full),
        };
        let mut record = Vec::with_capacity(128);
        listing.write(&mut record);
        let end = usize::try_from(self.load(Word::RecordsEnd)).map_err(|_| Full)?;
        let next = end + record.len();
        let places = self.map.halves(PLACES_AT, SLOTS).ok_or(Full)?;
        let unit = u32::try_from(end / UNIT).map_err(|_| Full)?;
        if next > RECORDS || !self.map.put(RECORDS_AT + end, &record) {
            return Err(Full);
        }
        self.store(Word::RecordsEnd, next as u64);
        places[slot].store(unit, Ordering::Release);
        self.slots().set(slot, spot, listing.mark());
        if is_new {
            self.store(Word::Added, self.added() + u64::from(base.slots().get(spot).is_none()));
            self.store(Word::Names, self.names() + 1);
        }
        Ok(())
    }
}

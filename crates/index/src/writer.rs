//! Writing: the one process that changes an index.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::base::{Base, BaseError, Builder};
use crate::folder::Folder;
use crate::hash::Key;
use crate::index::Index;
use crate::journal::{Batch, Journal};
use crate::listing::{Listing, Owned};
use crate::overlay::{Full, Overlay};

/// A place in the feed an index was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The number of the last entry applied; 0 before the first.
    pub sequence: u64,
    /// The running hash at that entry.
    pub hash: [u8; 32],
}

/// Why an index cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process writes it.
    #[error("another process writes this index")]
    Locked,
    /// A file cannot be read or written.
    #[error("{0}")]
    File(#[from] io::Error),
    /// A base cannot be built or opened.
    #[error("the base {0}")]
    Base(#[from] BaseError),
    /// There is no base to change yet.
    #[error("there is no base yet")]
    NoBase,
    /// An overlay cannot hold so many changes: they are a base.
    #[error("more changes at once than an overlay can hold")]
    TooMany,
}

/// The one writer of a folder.
#[derive(Debug)]
pub struct Writer {
    folder: Folder,
    /// Held as long as the writer lives.
    _lock: File,
    /// The highest generation ever tried.
    newest: u64,
    current: Option<Current>,
    refused: Vec<(PathBuf, BaseError)>,
}

struct Current {
    generation: u64,
    index: Index,
    journal: Journal,
    place: Place,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Current").field("index", &self.index).field("place", &self.place).finish_non_exhaustive()
    }
}

/// A base in the making, beside the one in use.
pub struct Rebuild {
    generation: u64,
    path: PathBuf,
    builder: Builder,
    /// What it is made of when it is made of the index itself.
    source: Option<Source>,
}

struct Source {
    /// The generation it is made of.
    generation: u64,
    index: Index,
    place: Place,
    /// Where the journal stood: what came later is laid over the new base.
    since: u64,
}

impl Writer {
    /// Takes a folder, makes it when there is none, and brings back what was acknowledged there.
    ///
    /// # Errors
    /// When another process writes it, or the files cannot be read. A damaged base is no error: the one before it is
    /// taken, see [`Self::refused`].
    pub fn open(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder)?;
        let folder = Folder(folder.to_owned());
        let lock = File::options().write(true).create(true).truncate(false).open(folder.lock())?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::Locked,
            TryLockError::Error(error) => error.into(),
        })?;
        let generations = folder.generations()?;
        let newest = generations.first().copied().unwrap_or_default();
        let mut writer = Self { folder, _lock: lock, newest, current: None, refused: Vec::new() };
        for generation in generations {
            match writer.recover(generation) {
                Ok(current) => {
                    writer.current = Some(current);
                    break;
                }
                Err(Error::Base(error)) => writer.refused.push((writer.folder.base(generation), error)),
                Err(error) => return Err(error),
            }
        }
        Ok(writer)
    }

    fn recover(&self, generation: u64) -> Result<Current, Error> {
        let base = Base::open(&self.folder.base(generation))?;
        let path = self.folder.overlay(generation);
        // What an overlay says after a power cut is anybody's guess: it is written anew from the journal, and readers
        // of the old one are told.
        let before = Overlay::open_to_supersede(&path);
        let overlay = Overlay::create(&path)?;
        let mut place = base.header().place;
        let mut outcome = Ok(());
        let journal = Journal::open(&self.folder.journal(generation), |batch| {
            if outcome.is_ok() {
                outcome = batch.listings().try_for_each(|listing| overlay.set(&base, &listing));
                place = batch.place;
            }
        })?;
        outcome.map_err(|Full| Error::TooMany)?;
        if let Some(before) = before {
            before.supersede();
        }
        Ok(Current { generation, index: Index { base, overlay: Some(overlay) }, journal, place })
    }

    /// The bases that were refused when the folder was opened, and why.
    #[must_use]
    pub fn refused(&self) -> &[(PathBuf, BaseError)] {
        &self.refused
    }

    /// The index as it is now; none before the first base.
    #[must_use]
    pub fn index(&self) -> Option<&Index> {
        self.current.as_ref().map(|current| &current.index)
    }

    /// The place in the feed the index stands at; none before the first base.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.current.as_ref().map(|current| current.place)
    }

    /// Lays changes over the base: every reader sees them at once, and they are on disk when this returns. When the overlay has no room
    /// for them, a base is built first, which takes its time.
    ///
    /// # Errors
    /// When there is no base, or the disk fails; the changes are then not acknowledged.
    pub fn apply(&mut self, changes: &[Owned], place: Place, now: Timestamp) -> Result<(), Error> {
        let has_room =
            |current: &Current| current.index.overlay.as_ref().is_some_and(|over| over.has_room(changes.len()));
        if !self.current.as_ref().is_some_and(has_room) {
            let rebuild = self.rebuild()?.ok_or(Error::NoBase)?.run(now)?;
            self.adopt(rebuild)?;
        }
        let current = self.current.as_mut().filter(|current| has_room(current)).ok_or(Error::TooMany)?;
        let Index { base, overlay } = &current.index;
        let overlay = overlay.as_ref().ok_or(Error::NoBase)?;
        // Seen before it is synced: until it is acknowledged the feed will say it again, so nothing is lost by that.
        changes.iter().try_for_each(|change| overlay.set(base, &change.listing())).map_err(|Full| Error::TooMany)?;
        current.journal.append(changes.iter().map(Owned::listing), &place)?;
        current.place = place;
        Ok(())
    }

    /// Begins a base from outside, such as a snapshot of the platform: add every domain, end it, adopt it.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn fresh(&mut self) -> Result<Rebuild, Error> {
        self.newest += 1;
        let path = self.folder.base_in_work(self.newest);
        Ok(Rebuild { generation: self.newest, builder: Builder::begin(&path)?, path, source: None })
    }

    /// Begins a base from the index itself, which takes the overlay in; none when there is none.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn rebuild(&mut self) -> Result<Option<Rebuild>, Error> {
        let Some(index) = Index::open(&self.folder.0)? else { return Ok(None) };
        let stands = |current: &Current| (current.generation, current.place, current.journal.end());
        let Some((generation, place, since)) = self.current.as_ref().map(stands) else { return Ok(None) };
        let mut rebuild = self.fresh()?;
        rebuild.source = Some(Source { generation, index, place, since });
        Ok(Some(rebuild))
    }

    /// Puts an ended base in the place of the one in use, with what changed since it was begun laid over it. One that was
    /// begun from a base no longer in use is dropped: another came before it.
    ///
    /// # Errors
    /// When the disk fails; the one in use then stays.
    pub fn adopt(&mut self, rebuild: Rebuild) -> Result<(), Error> {
        let Rebuild { generation, path, source, .. } = rebuild;
        let in_use = self.current.as_ref().map(|current| current.generation);
        if source.as_ref().is_some_and(|source| Some(source.generation) != in_use) {
            return Ok(());
        }
        let base = Base::open(&path)?;
        let overlay = Overlay::create(&self.folder.overlay(generation))?;
        let mut place = base.header().place;
        let journal_path = self.folder.journal(generation);
        if journal_path.exists() {
            std::fs::remove_file(&journal_path)?;
        }
        let mut journal = Journal::open(&journal_path, |_| ())?;
        if let (Some(source), Some(current)) = (source, &self.current) {
            let mut later: Vec<Batch> = Vec::new();
            current.journal.read_from(source.since, |batch| later.push(batch.clone()))?;
            for batch in later {
                journal.append(batch.listings(), &batch.place)?;
                let laid = batch.listings().try_for_each(|listing| overlay.set(&base, &listing));
                laid.map_err(|Full| Error::TooMany)?;
                place = batch.place;
            }
        }
        // From here on a start finds the new base, with a journal that lacks nothing.
        std::fs::rename(&path, self.folder.base(generation))?;
        self.folder.sync()?;
        let before =
            self.current.replace(Current { generation, index: Index { base, overlay: Some(overlay) }, journal, place });
        if let Some(overlay) = before.and_then(|before| before.index.overlay) {
            overlay.supersede();
        }
        Ok(self.folder.tidy(generation)?)
    }
}

impl Rebuild {
    /// Adds a domain; one that came before is replaced.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn add(&mut self, listing: &Listing<'_>) -> Result<(), BaseError> {
        self.builder.add(listing)
    }

    /// Takes everything in from the index it was begun from, if it was, and writes the file.
    /// Takes seconds at ten million domains: to be called by a thread of its own, while the writer goes on.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn run(mut self, now: Timestamp) -> Result<Self, BaseError> {
        if let Some(Source { index, place, .. }) = &self.source {
            for listing in index.listings() {
                self.builder.add(&listing)?;
            }
            self.builder.end(index.base.header().key, *place, now)?;
        }
        Ok(self)
    }

    /// Writes the table of what was added.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn end(&mut self, key: Key, place: Place, now: Timestamp) -> Result<(), BaseError> {
        self.builder.end(key, place, now)
    }
}

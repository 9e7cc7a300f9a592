//! Reading: one base, the overlay over it, and what follows when another base takes its place.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};
use jiff::Timestamp;

use crate::base::{Base, BaseError};
use crate::folder::Folder;
use crate::hash::Spot;
use crate::host::{self, HostError, Room};
use crate::listing::Listing;
use crate::overlay::Overlay;
use crate::slots::Mark;
use crate::writer::Place;

/// One base with its overlay. Look-ups allocate nothing and wait for nobody.
pub struct Index {
    pub(crate) base: Base,
    pub(crate) overlay: Option<Overlay>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("base", self.base.header()).finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the newest sound base of a folder to read it; none when there is no base at all.
    ///
    /// # Errors
    /// When no base there is sound: why the newest is not.
    pub fn open(folder: &Path) -> Result<Option<Self>, BaseError> {
        let folder = Folder(folder.to_owned());
        let generations = match folder.generations() {
            Ok(generations) => generations,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut refused = None;
        for generation in generations {
            match Base::open(&folder.base(generation)) {
                Ok(base) => return Ok(Some(Self { base, overlay: Overlay::open(&folder.overlay(generation)) })),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        refused.map_or(Ok(None), Err)
    }

    /// What is done with requests for a registrable domain, as [`crate::host`] gives it.
    #[inline]
    #[must_use]
    pub fn mark(&self, domain: &str) -> Mark {
        self.at(self.base.header().key.spot(domain.as_bytes()))
    }

    /// The registrable domain of a host, and what is done with its requests. Nearly always the right line is on its way
    /// from memory while the host is being reduced.
    ///
    /// # Errors
    /// When the host names no domain that could have a filing.
    #[inline]
    pub fn seek<'a>(&self, host: Option<&'a [u8]>, room: &'a mut Room) -> Result<(&'a str, Mark), HostError> {
        let ahead = self.ahead(host);
        let domain = host::registrable(host, room)?;
        Ok((domain, self.after(ahead, domain)))
    }

    /// The same for many hosts; their lines come from memory at the same time.
    pub fn seek_all<'a, const N: usize>(
        &self,
        hosts: [Option<&'a [u8]>; N],
        rooms: &'a mut [Room; N],
    ) -> [Result<(&'a str, Mark), HostError>; N] {
        let (key, slots) = (self.base.header().key, self.base.slots());
        let mut hosts = hosts.into_iter();
        let sought = rooms.each_mut().map(|room| {
            let domain = host::registrable(hosts.next().flatten(), room)?;
            Ok((domain, key.spot(domain.as_bytes())))
        });
        // The loads do not wait for one another, and what they bring stays near.
        std::hint::black_box(sought.iter().flatten().fold(0, |all, (_, spot)| all ^ slots.touch(*spot)));
        sought.map(|sought| sought.map(|(domain, spot)| (domain, self.at(spot))))
    }

    /// Has the line fetched where the domain of a host probably is.
    #[inline]
    fn ahead<'a>(&self, host: Option<&'a [u8]>) -> Option<(&'a [u8], Spot)> {
        let guess = host::guess(host?)?;
        let spot = self.base.header().key.spot(guess);
        self.base.slots().fetch(spot);
        Some((guess, spot))
    }

    /// The mark of a domain whose line was fetched ahead, or of another.
    #[inline]
    fn after(&self, ahead: Option<(&[u8], Spot)>, domain: &str) -> Mark {
        match ahead {
            Some((guess, spot)) if guess == domain.as_bytes() => self.at(spot),
            _ => self.mark(domain),
        }
    }

    #[inline]
    fn at(&self, spot: Spot) -> Mark {
        if let Some(overlay) = self.overlay.as_ref().filter(|overlay| overlay.names() > 0)
            && let Some((_, mark)) = overlay.slots().get(spot)
        {
            return mark;
        }
        self.base.slots().get(spot).map_or(Mark::Unlisted, |(_, mark)| mark)
    }

    /// All that is known of a registrable domain. The name itself is compared: this answer is exact.
    #[must_use]
    pub fn listing(&self, domain: &str) -> Option<Listing<'_>> {
        let spot = self.base.header().key.spot(domain.as_bytes());
        let over = self.overlay.as_ref().and_then(|overlay| {
            let (slot, _) = overlay.slots().get(spot)?;
            overlay.listing(slot)
        });
        let listing = match over {
            Some(listing) => listing,
            None => self.base.listing(self.base.slots().get(spot)?.0)?,
        };
        (listing.domain == domain).then_some(listing)
    }

    /// Everything listed, each domain once, in no order. What changes during the walk stays as it was at its beginning.
    pub fn listings(&self) -> impl Iterator<Item = Listing<'_>> {
        let key = self.base.header().key;
        let over = self.overlay.iter().flat_map(|overlay| overlay.listings(key));
        let changed: HashMap<&str, Listing<'_>> = over.map(|listing| (listing.domain, listing)).collect();
        let mut rest = None;
        let mut base = self.base.listings();
        std::iter::from_fn(move || {
            base.by_ref().find(|listing| !changed.contains_key(listing.domain)).or_else(|| {
                rest.get_or_insert_with(|| changed.values().copied().collect::<Vec<_>>().into_iter()).next()
            })
        })
    }

    /// How many domains are listed.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.base.header().names + self.overlay.as_ref().map_or(0, Overlay::added)
    }

    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many domains changed since the base was built.
    #[must_use]
    pub fn changed(&self) -> u64 {
        self.overlay.as_ref().map_or(0, Overlay::names)
    }

    /// Bytes of the base's slots, which look-ups touch, and of the whole file.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        self.base.size()
    }

    /// Where in the feed the base stands; the overlay is beyond it.
    #[must_use]
    pub fn base_place(&self) -> &Place {
        &self.base.header().place
    }

    /// When the base was built.
    #[must_use]
    pub fn built_at(&self) -> Timestamp {
        self.base.header().built_at
    }

    /// Whether another base took the place of this one, so that it says nothing new any more.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        self.overlay.as_ref().is_some_and(Overlay::is_superseded)
    }
}

/// An index that follows the folder when another base takes the place of the one it reads.
#[derive(Debug)]
pub struct Live {
    folder: std::path::PathBuf,
    current: ArcSwap<Option<Index>>,
    /// Held while refreshing; the newest generation, when it was refused and one before it is read instead.
    refused: Mutex<Option<u64>>,
}

impl Live {
    /// Follows a folder; nothing is read before the first [`Self::refresh`].
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), current: ArcSwap::default(), refused: Mutex::new(None) }
    }

    /// The index to ask now; none before the first base.
    #[inline]
    pub fn load(&self) -> Guard<Arc<Option<Index>>> {
        self.current.load()
    }

    /// Opens the folder anew when another base took the place of the one at hand; says whether it did. Readers go on
    /// with the one they have meanwhile. To be called by a thread of its own, every few milliseconds.
    ///
    /// # Errors
    /// When no base of the folder is sound; the one at hand goes on being read.
    pub fn refresh(&self) -> Result<bool, BaseError> {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let is_current = self.current.load().as_ref().as_ref().is_some_and(|index| !index.is_superseded());
        if is_current {
            return Ok(false);
        }
        // A damaged base stays damaged: reading through it again at every look would cost a processor.
        let newest = Folder(self.folder.clone()).generations().ok().and_then(|all| all.first().copied());
        if refused.is_some() && *refused == newest {
            return Ok(false);
        }
        match Index::open(&self.folder)? {
            None => Ok(false),
            Some(index) => {
                *refused = newest.filter(|_| index.is_superseded());
                self.current.store(Arc::new(Some(index)));
                Ok(true)
            }
        }
    }
}

//! Buckets of eight slots, one cache line each: the table that base and overlay have in common.
//!
//! A slot is 62 bits of hash and two bits of [`Mark`]; zero is an empty one. Slots of a bucket fill from the front and
//! are never emptied, a full bucket flows over into the next. So a look-up ends at the print it seeks or at the first
//! empty slot, which is in the first line four times out of five at the fullest a base is built.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::hash::Spot;
use crate::map;

/// Slots of a bucket: a cache line of 64 bytes.
pub(crate) const BUCKET: usize = 8;

/// So many buckets are looked at and no more, however a damaged table looks.
const FARTHEST: usize = 64;

/// What the index says of a name at first sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// It is not listed (or not any more).
    Unlisted,
    /// Requests pass.
    Open,
    /// Requests are answered with the block page.
    Closed,
    /// It is listed, but too little is known to close it.
    Unknown,
}

impl Mark {
    const fn bits(self) -> u64 {
        match self {
            Self::Unlisted => 0,
            Self::Open => 1,
            Self::Closed => 2,
            Self::Unknown => 3,
        }
    }

    const fn of(word: u64) -> Self {
        match word & 0b11 {
            0 => Self::Unlisted,
            1 => Self::Open,
            2 => Self::Closed,
            _ => Self::Unknown,
        }
    }
}

/// A table of buckets somewhere in a map.
#[derive(Clone, Copy)]
pub(crate) struct Slots<'a>(pub(crate) &'a [AtomicU64]);

/// Where a name was found, or where it would go.
pub(crate) enum Found {
    /// In this slot, with this mark.
    At(usize, Mark),
    /// Nowhere; this slot is free for it.
    Free(usize),
    /// Nowhere, and no slot near its bucket is free.
    Full,
}

impl Slots<'_> {
    /// Seeks a name's slot.
    #[inline]
    pub(crate) fn find(self, spot: Spot) -> Found {
        let buckets = self.0.len() / BUCKET;
        if buckets == 0 {
            return Found::Full;
        }
        let mut bucket = spot.bucket(buckets);
        for _ in 0..FARTHEST {
            let start = bucket * BUCKET;
            let Some(line) = self.0[start..].first_chunk::<BUCKET>() else { return Found::Full };
            // All eight at once: which of them matches is chance, and guessing it wrong costs more than looking.
            let (mut matching, mut empty) = (0_u32, 0_u32);
            for (index, slot) in line.iter().enumerate() {
                let word = slot.load(Ordering::Acquire);
                matching |= u32::from(word & !0b11 == spot.print) << index;
                empty |= u32::from(word == 0) << index;
            }
            if matching != 0 {
                let index = matching.trailing_zeros() as usize;
                return Found::At(start + index, Mark::of(line[index].load(Ordering::Acquire)));
            }
            if empty != 0 {
                return Found::Free(start + empty.trailing_zeros() as usize);
            }
            bucket = if bucket + 1 == buckets { 0 } else { bucket + 1 };
        }
        Found::Full
    }

    /// A name's slot and mark.
    #[inline]
    pub(crate) fn get(self, spot: Spot) -> Option<(usize, Mark)> {
        match self.find(spot) {
            Found::At(slot, mark) => Some((slot, mark)),
            Found::Free(_) | Found::Full => None,
        }
    }

    /// Has a name's line fetched from memory while something else is done.
    #[inline]
    pub(crate) fn fetch(self, spot: Spot) {
        let buckets = self.0.len() / BUCKET;
        if let Some(slot) = self.0.get(spot.bucket(buckets) * BUCKET) {
            map::fetch(slot);
        }
    }

    /// Touches a name's line, so that several names' lines come from memory at the same time.
    #[inline]
    pub(crate) fn touch(self, spot: Spot) -> u64 {
        let buckets = self.0.len() / BUCKET;
        self.0.get(spot.bucket(buckets) * BUCKET).map_or(0, |slot| slot.load(Ordering::Relaxed))
    }

    /// Sets a slot: the one store a change is.
    pub(crate) fn set(self, slot: usize, spot: Spot, mark: Mark) {
        self.0[slot].store(spot.print | mark.bits(), Ordering::Release);
    }
}

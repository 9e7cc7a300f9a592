//! Mapped files: nearly all the unsafe code of the crate.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64};

use memmap2::{MmapOptions, MmapRaw};

/// A file mapped as a whole, shared with every other process that maps it.
///
/// What makes it sound: files of an index are written by [`crate::Writer`] alone, who holds a lock; none is ever cut
/// shorter or written over, they are replaced by name; and parts that change while they are mapped are only reached as
/// atomics. A reader takes bytes (not atomics) only of parts that were finished before it learned of them.
pub(crate) struct Map {
    map: MmapRaw,
}

impl Map {
    /// Maps a file that nobody changes.
    pub(crate) fn read(file: &File) -> io::Result<Self> {
        Ok(Self { map: MmapOptions::new().map_raw_read_only(file)? })
    }

    /// Maps a file to change it.
    pub(crate) fn write(file: &File) -> io::Result<Self> {
        Ok(Self { map: MmapRaw::map_raw(file)? })
    }

    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// Bytes that do not change any more; none when the file does not reach so far.
    pub(crate) fn bytes(&self, range: Range<usize>) -> Option<&[u8]> {
        if range.start > range.end || range.end > self.map.len() {
            return None;
        }
        // SAFETY: the range lies within the map, which lives as long as `self`; nobody writes these bytes any more.
        #[expect(unsafe_code, reason = "a mapped file")]
        Some(unsafe { std::slice::from_raw_parts(self.map.as_ptr().add(range.start), range.len()) })
    }

    /// Words that may change at any time; none when they are not aligned or the file does not reach so far.
    pub(crate) fn words(&self, at: usize, count: usize) -> Option<&[AtomicU64]> {
        self.reaches::<AtomicU64>(at, count).then(|| {
            // SAFETY: within the map and aligned; the words are only ever reached as atomics while they change. On a
            // read-only map they are only loaded, which is an ordinary load for words of this size.
            #[expect(unsafe_code, reason = "a mapped file")]
            unsafe {
                std::slice::from_raw_parts(self.map.as_ptr().add(at).cast::<AtomicU64>(), count)
            }
        })
    }

    /// Half words, as [`Self::words`].
    pub(crate) fn halves(&self, at: usize, count: usize) -> Option<&[AtomicU32]> {
        self.reaches::<AtomicU32>(at, count).then(|| {
            // SAFETY: as in `words`.
            #[expect(unsafe_code, reason = "a mapped file")]
            unsafe {
                std::slice::from_raw_parts(self.map.as_ptr().add(at).cast::<AtomicU32>(), count)
            }
        })
    }

    /// Writes bytes that no reader knows of yet; false when the file does not reach so far.
    pub(crate) fn put(&self, at: usize, bytes: &[u8]) -> bool {
        let fits = at.checked_add(bytes.len()).is_some_and(|end| end <= self.map.len());
        if fits {
            // SAFETY: within the map; the caller is the only writer and readers learn of these bytes later.
            #[expect(unsafe_code, reason = "a mapped file")]
            unsafe {
                std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.map.as_mut_ptr().add(at), bytes.len());
            }
        }
        fits
    }

    fn reaches<T>(&self, at: usize, count: usize) -> bool {
        let end = count.checked_mul(size_of::<T>()).and_then(|length| at.checked_add(length));
        end.is_some_and(|end| end <= self.map.len()) && at.is_multiple_of(align_of::<T>())
    }
}

/// Has a word's line fetched into the cache, without waiting for it.
#[inline]
pub(crate) fn fetch(word: &AtomicU64) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint to the processor; it changes nothing, and the address is that of a word.
        #[expect(unsafe_code, reason = "a mapped file")]
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(word).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    std::hint::black_box(word.load(std::sync::atomic::Ordering::Relaxed));
}

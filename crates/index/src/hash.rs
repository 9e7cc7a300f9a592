//! Where a name belongs: a keyed hash that nobody outside can aim at.

use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hasher as _;

/// The key of an index's hash, made by chance when a base is built and kept in its header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key(pub [u8; 16]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Where a name belongs and how it is recognised there: two halves of one hash, so that neither tells of the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    /// Chooses the bucket.
    bucket: u64,
    /// The upper 62 bits of a slot; never zero, so that an empty slot is recognised.
    pub(crate) print: u64,
}

impl Key {
    #[inline]
    pub(crate) fn spot(&self, name: &[u8]) -> Spot {
        let mut hasher = SipHasher13::new_with_key(&self.0);
        hasher.write(name);
        let hash = hasher.finish128();
        let print = hash.h2 & !0b11;
        Spot { bucket: hash.h1, print: if print == 0 { 0b100 } else { print } }
    }
}

impl Spot {
    /// The bucket among so many: the hash as a fraction of all of them, which any number of buckets suits.
    pub(crate) fn bucket(self, buckets: usize) -> usize {
        ((u128::from(self.bucket) * buckets as u128) >> 64) as usize
    }
}

//! The verdict index: from a host to its verdict at the speed of memory, for ten million domains.
//!
//! ```text
//!   www.Example.CN:443 ──host──▶ example.cn ──hash (keyed)──▶ one cache line of eight slots ──▶ open / closed
//!
//!   folder of an index            written by            read by
//!     base-7.index                a rebuild, once       any process: mapped, never changed
//!     overlay-7.index             one writer            any process: mapped, one atomic store a change
//!     journal-7                   one writer, synced    that writer, when it starts again
//! ```
//!
//! - [`host`] reduces what a client said to the registrable domain that a filing is about, without allocating.
//! - [`hello`] reads the name that a TLS client asks for from its first message.
//! - [`Index`] answers from a base and the overlay of what changed since; [`Live`] follows when a base replaces another.
//! - [`Writer`] is the one process that changes it. A base that is damaged or half written is refused, and the one
//!   before it serves; the journal brings back what was acknowledged, whenever the process or the machine died.
//!
//! # How sure an answer is
//!
//! A slot holds 62 bits of a 128-bit SipHash under the index's own key; the bucket comes from the other half. A name
//! that is not listed is taken for one that is with a probability of 8 · 2⁻⁶² ≈ 2 · 10⁻¹⁸ per line looked at, and
//! nobody without the key can search for such a name. [`Index::listing`] compares the name itself and is exact.

mod base;
mod changes;
mod folder;
mod hash;
pub mod hello;
pub mod host;
mod index;
mod journal;
mod listing;
mod map;
mod overlay;
mod slots;
mod writer;

pub use base::BaseError;
pub use changes::{Changes, Standing};
pub use hash::Key;
pub use index::{Index, Live};
pub use listing::{Listing, Owned};
pub use slots::Mark;
pub use writer::{Error, Place, Rebuild, Writer};

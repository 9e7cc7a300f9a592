//! A stretch of IPv4 addresses.

use std::fmt;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

/// Addresses from a first to a last, both in it; the first is never behind the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "(Ipv4Addr, Ipv4Addr)", into = "(Ipv4Addr, Ipv4Addr)")]
pub struct Span {
    first: Ipv4Addr,
    last: Ipv4Addr,
}

impl Span {
    /// The stretch between two addresses; none when they stand the wrong way round.
    #[must_use]
    pub fn new(first: Ipv4Addr, last: Ipv4Addr) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The stretch of one address.
    #[must_use]
    pub const fn single(address: Ipv4Addr) -> Self {
        Self { first: address, last: address }
    }

    /// Its first address.
    #[must_use]
    pub const fn first(self) -> Ipv4Addr {
        self.first
    }

    /// Its last address.
    #[must_use]
    pub const fn last(self) -> Ipv4Addr {
        self.last
    }

    /// How many addresses it has.
    #[must_use]
    pub fn size(self) -> u64 {
        u64::from(u32::from(self.last)) - u64::from(u32::from(self.first)) + 1
    }

    /// Whether an address is in it.
    #[must_use]
    pub fn contains(self, address: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&address)
    }

    /// Whether both have an address in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// The first address of a stretch that lies in none of the others; none when together they cover it.
#[must_use]
pub fn first_gap(span: Span, covers: &[Span]) -> Option<Ipv4Addr> {
    let mut covers = covers.to_vec();
    covers.sort_unstable();
    let mut open = span.first;
    for cover in covers {
        if cover.first > open {
            return Some(open);
        }
        if cover.last >= span.last {
            return None;
        }
        if cover.last >= open {
            open = Ipv4Addr::from(u32::from(cover.last) + 1);
        }
    }
    Some(open)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}–{}", self.first, self.last) }
    }
}

impl TryFrom<(Ipv4Addr, Ipv4Addr)> for Span {
    type Error = &'static str;

    fn try_from((first, last): (Ipv4Addr, Ipv4Addr)) -> Result<Self, Self::Error> {
        Self::new(first, last).ok_or("the first address is behind the last")
    }
}

impl From<Span> for (Ipv4Addr, Ipv4Addr) {
    fn from(span: Span) -> Self {
        (span.first, span.last)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(first: u32, last: u32) -> Span {
        Span::new(Ipv4Addr::from(first), Ipv4Addr::from(last)).unwrap()
    }

    fn small() -> impl Strategy<Value = Span> {
        (1_u32..60, 0_u32..20).prop_map(|(first, more)| span(first, first + more))
    }

    #[test]
    fn a_stretch_is_never_the_wrong_way_round() {
        assert_eq!(Span::new(Ipv4Addr::new(1, 0, 0, 2), Ipv4Addr::new(1, 0, 0, 1)), None);
        assert_eq!(span(0, u32::MAX).size(), 1 << 32);
        assert!(serde_json::from_str::<Span>(r#"["1.0.0.2","1.0.0.1"]"#).is_err());
        assert_eq!(span(0x0100_0000, 0x0100_00ff).to_string(), "1.0.0.0–1.0.0.255");
        assert_eq!(first_gap(span(0, u32::MAX), &[span(0, 9), span(10, u32::MAX)]), None);
    }

    proptest! {
        #[test]
        fn overlap_is_what_counting_every_address_says(one in small(), two in small()) {
            let addresses = |span: Span| u32::from(span.first())..=u32::from(span.last());
            let common = addresses(one).any(|address| addresses(two).contains(&address));
            prop_assert_eq!(one.overlaps(two), common);
            prop_assert_eq!(two.overlaps(one), common);
        }

        #[test]
        fn the_first_gap_is_what_looking_at_every_address_finds(wanted in small(), covers in prop::collection::vec(small(), 0..6)) {
            let naive = (u32::from(wanted.first())..=u32::from(wanted.last()))
                .map(Ipv4Addr::from)
                .find(|address| covers.iter().all(|cover| !cover.contains(*address)));
            prop_assert_eq!(first_gap(wanted, &covers), naive);
        }
    }
}

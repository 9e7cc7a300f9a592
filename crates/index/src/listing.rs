//! What is known of one domain, as it is kept behind its slot.

use filing::verdict::{Enforcement, Known, Reason, Verdict};
use jiff::Timestamp;

use crate::slots::Mark;

/// Records begin at multiples of this, so that half a word is enough to say where.
pub(crate) const UNIT: usize = 8;
/// The length and the checksum before a record's body.
const HEAD: usize = 8;

/// What is known of one domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing<'a> {
    /// The registrable domain, as A-labels.
    pub domain: &'a str,
    /// Whether MIIT has a filing for it.
    pub filed: Known,
    /// Whether its access through this provider is filed.
    pub accessed: Known,
    /// What is done with its requests.
    pub enforcement: Enforcement,
    /// Why.
    pub reason: Reason,
    /// The filing number to show, where there is one.
    pub number: Option<&'a str>,
    /// Where requests go when it is open, `host:port`.
    pub origin: Option<&'a str>,
    /// Since when this is so.
    pub at: Timestamp,
    /// The entry of the feed that said so.
    pub sequence: u64,
}

/// A [`Listing`] that owns its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The verdict.
    pub verdict: Verdict,
    /// The entry of the feed that said so.
    pub sequence: u64,
}

impl Owned {
    /// The listing, borrowed.
    #[must_use]
    pub fn listing(&self) -> Listing<'_> {
        let Verdict { domain, filed, accessed, enforcement, reason, number, origin, at } = &self.verdict;
        Listing {
            domain,
            filed: *filed,
            accessed: *accessed,
            enforcement: *enforcement,
            reason: *reason,
            number: number.as_deref(),
            origin: origin.as_deref(),
            at: *at,
            sequence: self.sequence,
        }
    }
}

impl<'a> Listing<'a> {
    /// The verdict, with words of its own.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict {
            domain: self.domain.to_owned(),
            filed: self.filed,
            accessed: self.accessed,
            enforcement: self.enforcement,
            reason: self.reason,
            number: self.number.map(str::to_owned),
            origin: self.origin.map(str::to_owned),
            at: self.at,
        }
    }

    /// What its slot says.
    #[must_use]
    pub fn mark(&self) -> Mark {
        match (self.enforcement, self.reason) {
            (Enforcement::Closed, _) => Mark::Closed,
            (Enforcement::Open, Reason::Undetermined) => Mark::Unknown,
            (Enforcement::Open, _) => Mark::Open,
        }
    }

    /// Appends the record, padded to a whole number of [`UNIT`]s: length, checksum, body.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend([0; HEAD]);
        let known = |known| match known {
            Known::Yes => 1,
            Known::No => 2,
            Known::Unknown => 0_u8,
        };
        let enforcement = match self.enforcement {
            Enforcement::Open => 1,
            Enforcement::Closed => 2,
        };
        out.extend([known(self.filed), known(self.accessed), enforcement, code(self.reason)]);
        out.extend(self.at.as_microsecond().to_le_bytes());
        out.extend(self.sequence.to_le_bytes());
        for text in [Some(self.domain), self.number, self.origin] {
            // One more than the length, so that zero is a text that is not there.
            let length = text.map_or(0, |text| u16::try_from(text.len()).unwrap_or(u16::MAX - 1) + 1);
            out.extend(length.to_le_bytes());
            out.extend(text.unwrap_or_default().bytes().take(usize::from(u16::MAX - 1)));
        }
        let body = u32::try_from(out.len() - start - HEAD).unwrap_or(u32::MAX);
        let checksum = crc32fast::hash(&out[start + HEAD..]);
        out[start..start + 4].copy_from_slice(&body.to_le_bytes());
        out[start + 4..start + HEAD].copy_from_slice(&checksum.to_le_bytes());
        out.resize(out.len().next_multiple_of(UNIT), 0);
    }

    /// Reads the record at the front and says how long it is with its padding; none when it is damaged.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let length = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
        let checksum = u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?);
        let body = bytes.get(HEAD..HEAD.checked_add(length)?)?;
        if crc32fast::hash(body) != checksum {
            return None;
        }
        let (flags, rest) = body.split_first_chunk::<4>()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let (sequence, mut rest) = rest.split_first_chunk::<8>()?;
        let mut text = || {
            let (length, after) = rest.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_le_bytes(*length));
            let (text, after) = after.split_at_checked(length.saturating_sub(1))?;
            rest = after;
            Some(if length == 0 { None } else { Some(std::str::from_utf8(text).ok()?) })
        };
        let (domain, number, origin) = (text()??, text()?, text()?);
        let known = |byte| match byte {
            1 => Known::Yes,
            2 => Known::No,
            _ => Known::Unknown,
        };
        let listing = Self {
            domain,
            filed: known(flags[0]),
            accessed: known(flags[1]),
            enforcement: if flags[2] == 2 { Enforcement::Closed } else { Enforcement::Open },
            reason: reason(flags[3]),
            number,
            origin,
            at: Timestamp::from_microsecond(i64::from_le_bytes(*at)).ok()?,
            sequence: u64::from_le_bytes(*sequence),
        };
        Some((listing, (HEAD + length).next_multiple_of(UNIT)))
    }
}

/// Every record of a stretch and where it is, in units; ends early where it is damaged.
pub(crate) fn all(records: &[u8]) -> impl Iterator<Item = (u32, Listing<'_>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (listing, length) = Listing::read(records.get(at..)?)?;
        let unit = u32::try_from(at / UNIT).ok()?;
        at += length;
        Some((unit, listing))
    })
}

/// Every reason with its place in the record; new ones go to the end.
const REASONS: [Reason; 11] = [
    Reason::Other,
    Reason::NotFiled,
    Reason::Filed,
    Reason::AccessReviewed,
    Reason::NotAccessed,
    Reason::AccessCancelled,
    Reason::FilingCancelled,
    Reason::AuthorityOrder,
    Reason::Exempt,
    Reason::Undetermined,
    Reason::Suspended,
];

/// Written out, so that a new reason cannot be forgotten here.
const fn code(reason: Reason) -> u8 {
    match reason {
        Reason::Other => 0,
        Reason::NotFiled => 1,
        Reason::Filed => 2,
        Reason::AccessReviewed => 3,
        Reason::NotAccessed => 4,
        Reason::AccessCancelled => 5,
        Reason::FilingCancelled => 6,
        Reason::AuthorityOrder => 7,
        Reason::Exempt => 8,
        Reason::Undetermined => 9,
        Reason::Suspended => 10,
    }
}

fn reason(code: u8) -> Reason {
    REASONS.get(usize::from(code)).copied().unwrap_or(Reason::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_as_it_was_written() {
        for (number, reason) in (0..).zip(REASONS) {
            assert_eq!((code(reason), super::reason(number)), (number, reason));
        }
        assert_eq!(reason(200), Reason::Other);
    }
}

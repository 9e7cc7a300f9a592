//! The zip around a data file, as the ordinary writers make it: one entry, its size known in front, no date.

use flate2::Crc;

use super::{PackError, deflate};

/// 1 January 1980, the first day a zip knows.
const DATE: u16 = 1 << 5 | 1;
/// The version of the format that deflate needs: 2.0.
const VERSION: u16 = 20;
const DEFLATED: u16 = 8;
const UTF_8: u16 = 1 << 11;
/// A plain file that its owner may write and everybody may read, made on Unix.
const MADE_BY: u16 = 3 << 8 | VERSION;
const MODE: u32 = 0o100_644 << 16;
const HEADER: usize = 30;

/// Zips a file as the one entry.
pub(super) fn write(xml: &[u8], entry: &str) -> Result<Vec<u8>, PackError> {
    let name = entry.as_bytes();
    let name_length = u16::try_from(name.len()).map_err(|_| PackError::Name(name.len()))?;
    let number = |size: usize| u32::try_from(size).map_err(|_| PackError::TooLarge(size));
    let size = number(xml.len())?;
    let mut crc = Crc::new();
    crc.update(xml);

    let start = HEADER + name.len();
    let mut out = Vec::with_capacity(start + deflate::bound(xml.len()) + 128 + name.len());
    out.resize(start, 0);
    deflate::deflate(xml, &mut out);
    let directory = out.len();

    let mut about = Vec::with_capacity(HEADER - 4);
    let flags = if entry.is_ascii() { 0 } else { UTF_8 };
    about.extend([VERSION, flags, DEFLATED, 0, DATE].iter().flat_map(|half| half.to_le_bytes()));
    about.extend([crc.sum(), number(directory - start)?, size].iter().flat_map(|whole| whole.to_le_bytes()));
    about.extend([name_length, 0].iter().flat_map(|half| half.to_le_bytes()));
    out[..4].copy_from_slice(b"PK\x03\x04");
    out[4..HEADER].copy_from_slice(&about);
    out[HEADER..start].copy_from_slice(name);

    out.extend_from_slice(b"PK\x01\x02");
    out.extend(MADE_BY.to_le_bytes());
    out.extend_from_slice(&about);
    // No comment, on the first disk, nothing known of its content; then its mode, and that it lies in front.
    out.extend_from_slice(&[0; 6]);
    out.extend([MODE, 0].iter().flat_map(|whole| whole.to_le_bytes()));
    out.extend_from_slice(name);
    let length = number(out.len() - directory)?;

    out.extend_from_slice(b"PK\x05\x06");
    out.extend([0, 0, 1, 1u16].iter().flat_map(|half| half.to_le_bytes()));
    out.extend([length, number(directory)?].iter().flat_map(|whole| whole.to_le_bytes()));
    out.extend_from_slice(&[0; 2]);
    Ok(out)
}

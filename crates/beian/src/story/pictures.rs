//! The pictures an applicant brings: files of the case, or plain sheets drawn here.

use super::Failure;
use filing::case::{CaseFile, CaseMaterial, MaterialSource};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use std::path::Path;

/// The bytes of one picture.
pub fn bytes(case: &CaseFile, folder: &Path, material: &CaseMaterial) -> Result<Vec<u8>, Failure> {
    if let MaterialSource::File(path) = &material.source {
        let path = folder.join(path);
        return std::fs::read(&path).map_err(|error| Failure::Odd(format!("cannot read {}: {error}", path.display())));
    }
    let name = format!("{} {}", case.id, material.kind.field(material.site));
    let seed = name.bytes().fold(17_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)));
    draw(seed).map_err(|error| Failure::Odd(format!("a picture could not be drawn: {error}")))
}

/// The letters of SAMPLE, five columns by seven rows, a row a byte.
const LETTERS: [[u8; 7]; 6] = [
    [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110],
    [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
    [0b10001, 0b11011, 0b10101, 0b10101, 0b10001, 0b10001, 0b10001],
    [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000],
    [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111],
    [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
];
const WIDTH: u32 = 1200;
const HEIGHT: u32 = 840;
/// The size of one dot of a letter.
const DOT: u32 = 24;

/// A sheet of its own colour that says SAMPLE, with the grain of a photograph (a smaller file would be refused as too
/// blurred to read).
fn draw(seed: u32) -> Result<Vec<u8>, image::ImageError> {
    let mut noise = seed | 1;
    let tint = [(seed >> 3) % 40, (seed >> 9) % 40, (seed >> 15) % 40];
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        // xorshift: chance that repeats, so that a story played twice brings the same pictures.
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let dark = if is_ink(x, y) { 120 } else { 0 };
        let channel = |tint: u32| u8::try_from(250 - dark - tint - noise % 24).unwrap_or_default();
        Rgb([channel(tint[0]), channel(tint[1]), channel(tint[2])])
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(&picture)?;
    Ok(bytes)
}

/// Whether a letter of SAMPLE covers a point.
fn is_ink(x: u32, y: u32) -> bool {
    let letter_width = 6 * DOT;
    let (left, top) = ((WIDTH - 6 * letter_width) / 2, (HEIGHT - 7 * DOT) / 2);
    let (Some(x), Some(y)) = (x.checked_sub(left), y.checked_sub(top)) else { return false };
    let letter = usize::try_from(x / letter_width).ok().and_then(|index| LETTERS.get(index));
    let row = letter.and_then(|rows| rows.get(usize::try_from(y / DOT).unwrap_or(usize::MAX)));
    let column = (x % letter_width) / DOT;
    row.is_some_and(|row| column < 5 && row >> (4 - column) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_sheet_is_large_enough_to_be_taken_and_differs_by_what_it_shows() {
        let (one, other) = (draw(1).unwrap(), draw(2).unwrap());
        assert!(u64::try_from(one.len()).unwrap() >= filing::material::MIN_BYTES, "{}", one.len());
        assert_ne!(one, other);
        assert_eq!(one, draw(1).unwrap());
        assert_eq!(image::load_from_memory(&one).unwrap().width(), WIDTH);
    }
}

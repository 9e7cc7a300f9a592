//! A paper that leaves the safe for the provider's eyes says on its face who opened it and when.
//!
//! A screenshot or a saved file can then be traced to the line of the audit trail that the opening left.

use font8x8::{BASIC_FONTS, UnicodeFonts as _};
use image::{ImageFormat, Rgb, RgbImage};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use store::AccountId;

use crate::picture::{self, Refusal};

/// So many characters high is the longer side of a picture.
const LINES: u32 = 42;
/// So many of a picture's own colour in 256 are left where the mark lies.
const KEPT: u16 = 214;

/// What the mark says: that it is a review copy, whose, and when (China time); letters that any font has.
#[must_use]
pub fn text(account: AccountId, at: Timestamp) -> String {
    let account = account.0.simple().to_string();
    let time = at.to_zoned(TimeZone::fixed(Offset::constant(8))).strftime("%Y-%m-%d %H:%M");
    // The end of an id is chance, its beginning only the time it was made at.
    format!("BEIAN REVIEW COPY {} {time}", &account[account.len() - 8..])
}

/// Draws the text across a kept picture, again and again, so that no part of it can be cut out unmarked.
///
/// # Errors
/// When the picture does not decode.
pub fn draw(jpeg: &[u8], text: &str) -> Result<Vec<u8>, Refusal> {
    let decoded = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).map_err(|_| Refusal::Broken)?;
    let mut marked = decoded.to_rgb8();
    let dot = (marked.width().max(marked.height()) / LINES / 8).max(1);
    let line = dot * 8 * 8;
    let width = dot * 8 * (u32::try_from(text.chars().count()).unwrap_or(u32::MAX).saturating_add(3));
    // The lines fall to the right by a quarter, so they begin above the picture.
    let rows = (marked.height() + marked.width() / 4) / line + 1;
    for row in 0..rows {
        let top = i64::from(row * line) - i64::from(marked.width() / 4);
        // Every second line is moved by half a text: no gap stands above a gap.
        let mut left = -i64::from(row % 2 * width / 2);
        while left < i64::from(marked.width()) {
            write(&mut marked, text, (left, top), dot);
            left += i64::from(width);
        }
    }
    picture::encode(&marked.into(), 88).ok_or(Refusal::Broken)
}

fn write(picture: &mut RgbImage, text: &str, (left, top): (i64, i64), dot: u32) {
    for (index, glyph) in text.chars().map(|c| BASIC_FONTS.get(c).unwrap_or_default()).enumerate() {
        for (y, bits) in glyph.iter().enumerate() {
            for x in (0..8).filter(|bit| bits & (1 << bit) != 0) {
                let x = left + (index as i64 * 8 + x) * i64::from(dot);
                fill(picture, (x, top + y as i64 * i64::from(dot) + x.max(0) / 4), dot);
            }
        }
    }
}

/// One dot of a letter: darker on light ground, lighter on dark.
fn fill(picture: &mut RgbImage, (left, top): (i64, i64), dot: u32) {
    for y in top..top + i64::from(dot) {
        for x in left..left + i64::from(dot) {
            let place = (u32::try_from(x), u32::try_from(y));
            if let (Ok(x), Ok(y)) = place
                && let Some(pixel) = picture.get_pixel_mut_checked(x, y)
            {
                *pixel = tint(*pixel);
            }
        }
    }
}

fn tint(Rgb(colour): Rgb<u8>) -> Rgb<u8> {
    let light = colour.iter().map(|part| u16::from(*part)).sum::<u16>() > 3 * 128;
    let towards = if light { 0 } else { 255 };
    Rgb(colour.map(|part| ((u16::from(part) * KEPT + towards * (256 - KEPT)) / 256) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(width: u32, height: u32, grey: u8) -> Vec<u8> {
        picture::encode(&RgbImage::from_pixel(width, height, Rgb([grey; 3])).into(), 95).unwrap()
    }

    /// The share of pixels that differ from the ground by more than the encoder's noise.
    fn marked_share(jpeg: &[u8], grey: u8, part: (u32, u32, u32, u32)) -> f64 {
        let picture = image::load_from_memory(jpeg).unwrap().to_rgb8();
        let (left, top, width, height) = part;
        let cut = image::imageops::crop_imm(&picture, left, top, width, height).to_image();
        let marked = cut.pixels().filter(|pixel| pixel.0[0].abs_diff(grey) > 24).count();
        marked as f64 / f64::from(width * height)
    }

    #[test]
    fn no_quarter_of_a_picture_is_without_the_mark_and_most_of_it_stays_readable() {
        for (grey, width, height) in [(240, 1600, 1000), (16, 800, 1200)] {
            let drawn = draw(&plain(width, height, grey), "BEIAN REVIEW COPY 1a2b3c4d 2026-11-25 14:20").unwrap();
            for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let part = (column * width / 2, row * height / 2, width / 2, height / 2);
                let share = marked_share(&drawn, grey, part);
                assert!((0.01..0.1).contains(&share), "{share} of quarter {column},{row} on {grey}");
            }
        }
    }

    #[test]
    fn the_mark_names_account_and_minute_in_china() {
        let account = AccountId(uuid::Uuid::from_u128(0x1a2b_3c4d));
        let at: Timestamp = "2026-11-25T06:20:31Z".parse().unwrap();
        assert_eq!(text(account, at), "BEIAN REVIEW COPY 1a2b3c4d 2026-11-25 14:20");
    }
}

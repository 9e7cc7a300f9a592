//! Pictures from strangers: looked at, decoded, turned upright, and written anew, so that nothing but the picture
//! itself is ever kept or sent on.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use sha2::{Digest as _, Sha256};

/// The longest side kept, in pixels: more shows nothing more on a certificate.
const LONGEST_SIDE: u32 = 3_000;
/// The shortest side taken in, in pixels: below, an identity card cannot be read.
const SHORTEST_SIDE: u32 = 300;
/// The most pixels decoded: phones take 12 to 24 megapixels unless they are told to take more.
const MOST_PIXELS: u64 = 30_000_000;
/// The most bytes a decoder may take: a pixel with its transparency is four.
const MOST_DECODED_BYTES: u64 = MOST_PIXELS * 4;

/// A picture as it is kept: JPEG, upright, without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The JPEG file.
    pub jpeg: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
}

/// Why a file was not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The file has more bytes than allowed.
    #[error("picture-too-large")]
    TooLarge,
    /// The bytes are neither JPEG nor PNG, whatever the name says.
    #[error("picture-wrong-kind")]
    WrongKind,
    /// The picture has more pixels than allowed.
    #[error("picture-too-many-pixels")]
    TooManyPixels,
    /// The picture is too small to be read.
    #[error("picture-too-small")]
    TooSmall,
    /// The file looks like a picture but cannot be decoded.
    #[error("picture-broken")]
    Broken,
}

impl Refusal {
    /// The refusal's word, which is also its key in the locale files.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "picture-too-large",
            Self::WrongKind => "picture-wrong-kind",
            Self::TooManyPixels => "picture-too-many-pixels",
            Self::TooSmall => "picture-too-small",
            Self::Broken => "picture-broken",
        }
    }
}

/// Takes a file in as a picture.
///
/// # Errors
/// When it is not a picture that can be kept.
pub fn take_in(bytes: &[u8], most_bytes: u64) -> Result<Picture, Refusal> {
    if bytes.len() as u64 > most_bytes {
        return Err(Refusal::TooLarge);
    }
    // The bytes decide, never the name or the declared type.
    let format = image::guess_format(bytes).map_err(|_| Refusal::WrongKind)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png) {
        return Err(Refusal::WrongKind);
    }
    // Decoders fill what is missing of a JPEG with grey; half a certificate proves nothing.
    if format == ImageFormat::Jpeg && !jpeg_ends(bytes) {
        return Err(Refusal::Broken);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Refusal::TooManyPixels);
    }
    if width.min(height) < SHORTEST_SIDE {
        return Err(Refusal::TooSmall);
    }
    // Sixteen bits a colour take twice the room.
    if decoder.total_bytes() > MOST_DECODED_BYTES {
        return Err(Refusal::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(|_| Refusal::Broken)?;
    let mut decoded = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    decoded.apply_orientation(orientation);
    if width.max(height) > LONGEST_SIDE {
        decoded = decoded.resize(LONGEST_SIDE, LONGEST_SIDE, image::imageops::FilterType::Triangle);
    }
    let (width, height) = (decoded.width(), decoded.height());
    let jpeg = encode(&decoded, 88).ok_or(Refusal::Broken)?;
    let sha256 = hex::encode(Sha256::digest(&jpeg));
    Ok(Picture { jpeg, width, height, sha256 })
}

fn refusal(error: &image::ImageError) -> Refusal {
    if matches!(error, image::ImageError::Limits(_)) { Refusal::TooManyPixels } else { Refusal::Broken }
}

/// Whether a JPEG has its end marker after its picture data; the one of a thumbnail in front does not count.
fn jpeg_ends(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4).and_then(|head| head.first_chunk()) {
        if marker == 0xda {
            return bytes[at..].windows(2).any(|pair| pair == [0xff, 0xd9]);
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    false
}

/// A small copy of any picture, for a list; none of what is not a picture or too large to decode.
#[must_use]
pub fn thumbnail(bytes: &[u8], longest_side: u32) -> Option<Vec<u8>> {
    let format = image::guess_format(bytes).ok()?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png) {
        return None;
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_DECODED_BYTES);
    reader.limits(limits);
    let small = reader.decode().ok()?.thumbnail(longest_side, longest_side);
    encode(&small, 75)
}

/// Shrinks a kept picture until its base64 text has at most so many characters: first by quality, then by size.
///
/// # Errors
/// When the picture does not decode, or does not fit even at its smallest.
pub fn shrink(jpeg: &[u8], most_base64: usize) -> Result<Vec<u8>, Refusal> {
    let fits = |bytes: &[u8]| bytes.len().div_ceil(3) * 4 <= most_base64;
    if fits(jpeg) {
        return Ok(jpeg.to_vec());
    }
    let mut picture = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).map_err(|_| Refusal::Broken)?;
    // A certificate stays legible at 1600 pixels; starting there saves attempts that cannot fit.
    if picture.width().max(picture.height()) > 1_600 {
        picture = picture.resize(1_600, 1_600, image::imageops::FilterType::Triangle);
    }
    while picture.width().max(picture.height()) >= 64 {
        for quality in [80, 65, 50] {
            let encoded = encode(&picture, quality).ok_or(Refusal::Broken)?;
            if fits(&encoded) {
                return Ok(encoded);
            }
        }
        let (width, height) = (picture.width() * 4 / 5, picture.height() * 4 / 5);
        picture = picture.resize(width.max(1), height.max(1), image::imageops::FilterType::Triangle);
    }
    Err(Refusal::TooLarge)
}

pub(crate) fn encode(picture: &DynamicImage, quality: u8) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    // JPEG knows no transparency: what was transparent becomes the colour below it.
    picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(width: u32, height: u32) -> DynamicImage {
        let mut state = 7_u32;
        DynamicImage::ImageRgb8(image::RgbImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb([(state >> 24) as u8, (state >> 16) as u8, (state >> 8) as u8])
        }))
    }

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn a_png_is_kept_as_jpeg() {
        let kept = take_in(&png(&noise(400, 320)), 9_000_000).unwrap();
        assert_eq!(image::guess_format(&kept.jpeg).unwrap(), ImageFormat::Jpeg);
        assert_eq!((kept.width, kept.height), (400, 320));
    }

    #[test]
    fn what_is_hidden_behind_the_picture_is_not_kept() {
        let mut bytes = encode(&noise(400, 320), 80).unwrap();
        bytes.extend_from_slice(b"<script>alert(1)</script>");
        let kept = take_in(&bytes, 9_000_000).unwrap();
        assert!(!kept.jpeg.windows(8).any(|window| window == b"<script>"));
    }

    #[test]
    fn a_page_named_like_a_picture_is_refused() {
        assert_eq!(take_in(b"<html><body>photo.jpg</body></html>", 9_000_000), Err(Refusal::WrongKind));
    }

    #[test]
    fn half_a_picture_is_refused() {
        let bytes = png(&noise(400, 320));
        assert_eq!(take_in(&bytes[..200], 9_000_000), Err(Refusal::Broken));
        let bytes = encode(&noise(400, 320), 80).unwrap();
        assert_eq!(take_in(&bytes[..bytes.len() / 2], 9_000_000), Err(Refusal::Broken));
    }

    #[test]
    fn too_many_bytes_or_too_few_pixels_are_refused() {
        let bytes = png(&noise(400, 320));
        assert_eq!(take_in(&bytes, 1_000), Err(Refusal::TooLarge));
        assert_eq!(take_in(&png(&noise(50, 50)), 9_000_000), Err(Refusal::TooSmall));
    }

    #[test]
    fn a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded() {
        let plain = DynamicImage::ImageLuma8(image::GrayImage::new(6_000, 5_001));
        assert_eq!(take_in(&png(&plain), 9_000_000), Err(Refusal::TooManyPixels));
        let deep = DynamicImage::ImageRgb16(image::ImageBuffer::new(5_000, 4_200));
        assert_eq!(take_in(&png(&deep), 9_000_000), Err(Refusal::TooManyPixels));
    }

    #[test]
    fn a_picture_for_the_authority_fits_its_hundred_kilobytes_of_base64() {
        let kept = take_in(&png(&noise(1_200, 900)), 90_000_000).unwrap();
        assert!(kept.jpeg.len() > 100 * 1024);
        let small = shrink(&kept.jpeg, 100 * 1024).unwrap();
        assert!(small.len().div_ceil(3) * 4 <= 100 * 1024);
        assert!(image::load_from_memory(&small).is_ok());
    }
}

//! The font: which characters it has and how wide they are.

use std::sync::OnceLock;

use krilla::text::GlyphId;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

use crate::fill::{Letter, Span};

/// Noto Serif CJK SC, cut down to the characters of GBK by `scripts/vendor-font`.
pub(crate) const BYTES: &[u8] = include_bytes!("../data/font/noto-serif-sc-gbk.otf");

/// A character that the font does not have: the paper is better finished by hand than printed with a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the font has no {0:?}")]
pub struct MissingCharacter(pub char);

/// A character's glyph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    /// Its number.
    pub id: GlyphId,
    /// How far it moves on, in parts of the font size.
    pub advance: f32,
}

fn font() -> &'static FontRef<'static> {
    static FONT: OnceLock<FontRef<'static>> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
    FONT.get_or_init(|| FontRef::new(BYTES).expect("the font can be read"))
}

/// The glyph of a character.
pub(crate) fn glyph(character: char) -> Result<Glyph, MissingCharacter> {
    let font = font();
    let id = font.charmap().map(character).ok_or(MissingCharacter(character))?;
    let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
    let units = f32::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
    let advance = metrics.advance_width(id).unwrap_or(units) / units;
    Ok(Glyph { id: GlyphId::new(id.to_u32()), advance })
}

/// The characters of a letter that cannot be printed, each once.
#[must_use]
pub fn missing(letter: &Letter) -> Vec<MissingCharacter> {
    let mut missing: Vec<MissingCharacter> = Vec::new();
    for span in letter.spans() {
        let (Span::Words(text) | Span::Value(text)) = span else { continue };
        for fault in text.chars().filter_map(|character| glyph(character).err()) {
            if !missing.contains(&fault) {
                missing.push(fault);
            }
        }
    }
    missing
}

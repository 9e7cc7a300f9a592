//! A letter as PDF: A4, the font embedded and cut down to what the letter uses.

use krilla::Document;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, KrillaGlyph};

use crate::fill::{Block, Letter, Span};
use crate::font::{BYTES, MissingCharacter};
use crate::form::words;
use crate::line::{Cell, cells, lines, width};

/// A4 in points.
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 71.0;
const TEXT: f32 = 12.0;
const HEADING: f32 = 13.0;
const TITLE: f32 = 20.0;
const SMALL: f32 = 9.0;
/// From one line to the next, in parts of the font size.
const LEADING: f32 = 1.9;
/// From one line to fill in to the next.
const RULED: f32 = 26.0;

/// Why a letter cannot be printed.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The font lacks a character.
    #[error(transparent)]
    Character(#[from] MissingCharacter),
    /// The file could not be written.
    #[error("the PDF cannot be written: {0}")]
    Write(String),
}

/// A line where it stands on its page.
struct Placed {
    x: f32,
    /// The baseline, from the top.
    y: f32,
    size: f32,
    bold: bool,
    /// What is added to every gap, in points.
    stretch: f32,
    cells: Vec<Cell>,
}

/// The pages while they are laid out.
struct Layout {
    pages: Vec<Vec<Placed>>,
    y: f32,
}

/// Writes a letter.
///
/// # Errors
/// When the font lacks one of its characters.
pub fn pdf(letter: &Letter) -> Result<Vec<u8>, Trouble> {
    let pages = lay_out(letter)?;
    let font = Font::new(BYTES.into(), 0).ok_or_else(|| Trouble::Write("the font cannot be read".into()))?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(letter.title.clone()).language("zh-CN".into()));
    let count = pages.len();
    for (index, placed) in pages.iter().enumerate() {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| Trouble::Write("no such page".into()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for line in placed {
            draw(&mut surface, &font, line);
        }
        if count > 1 {
            draw(&mut surface, &font, &sheet(index + 1, count)?);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| Trouble::Write(format!("{error:?}")))
}

fn sheet(page: usize, pages: usize) -> Result<Placed, MissingCharacter> {
    let text = words().sheet.replace("{page}", &page.to_string()).replace("{pages}", &pages.to_string());
    let cells = cells(&[Span::Words(text)])?;
    let x = (PAGE.0 - width(&cells) * SMALL) / 2.0;
    Ok(Placed { x, y: PAGE.1 - MARGIN / 2.0, size: SMALL, bold: false, stretch: 0.0, cells })
}

fn lay_out(letter: &Letter) -> Result<Vec<Vec<Placed>>, MissingCharacter> {
    let mut layout = Layout { pages: vec![Vec::new()], y: MARGIN };
    let title = cells(&[Span::Words(letter.title.clone())])?;
    layout.down(TITLE * 1.6, 0.0);
    layout.put((PAGE.0 - width(&title) * TITLE) / 2.0, TITLE, true, title);
    layout.y += 16.0;
    for (index, block) in letter.blocks.iter().enumerate() {
        // A heading stays with what it is the heading of, and a paragraph with the lines to fill in after it.
        let next = letter.blocks.get(index + 1);
        let keep = if matches!(next, Some(Block::Lines(_))) || matches!(block, Block::Heading(_)) { 60.0 } else { 0.0 };
        match block {
            Block::Address(spans) => layout.paragraph(spans, TEXT, 0.0, false, keep)?,
            Block::Paragraph(spans) => layout.paragraph(spans, TEXT, 2.0, false, keep)?,
            Block::Heading(spans) => {
                layout.y += 6.0;
                layout.paragraph(spans, HEADING, 0.0, true, keep)?;
            }
            Block::Row(label, spans) => {
                let mut whole = vec![Span::Words(format!("{label}{}", words().colon))];
                whole.extend(spans.iter().cloned());
                layout.paragraph(&whole, TEXT, 2.0, false, keep)?;
            }
            Block::Lines(count) => layout.ruled(*count),
            Block::Signs(rows) => layout.signs(rows)?,
        }
    }
    Ok(layout.pages)
}

impl Layout {
    fn bottom() -> f32 {
        PAGE.1 - MARGIN
    }

    /// Goes down to the next baseline, on a new page when it or what must stay with it has no room.
    fn down(&mut self, by: f32, keep: f32) {
        if self.y + by + keep > Self::bottom() {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
        self.y += by;
    }

    fn put(&mut self, x: f32, size: f32, bold: bool, cells: Vec<Cell>) {
        let y = self.y;
        if let Some(page) = self.pages.last_mut() {
            page.push(Placed { x, y, size, bold, stretch: 0.0, cells });
        }
    }

    fn paragraph(
        &mut self,
        spans: &[Span],
        size: f32,
        indent: f32,
        bold: bool,
        keep: f32,
    ) -> Result<(), MissingCharacter> {
        let room = (PAGE.0 - 2.0 * MARGIN) / size;
        let broken = lines(&cells(spans)?, room, indent);
        let last = broken.len().saturating_sub(1);
        for (index, line) in broken.into_iter().enumerate() {
            // Two lines of a paragraph at least stand together.
            let keep = if index == last { keep } else if index == 0 { size * LEADING } else { 0.0 };
            self.down(size * LEADING, keep);
            let own_indent = if index == 0 { indent } else { 0.0 };
            let left = (room - own_indent - width(&line)) * size;
            let gaps = line.windows(2).filter(|pair| may_stretch(&pair[0], &pair[1])).count();
            self.put(MARGIN + own_indent * size, size, bold, line);
            let full = index < last && gaps > 8 && left < 3.0 * size;
            if let Some(placed) = self.pages.last_mut().and_then(|page| page.last_mut()).filter(|_| full) {
                placed.stretch = left / gaps as f32;
            }
        }
        Ok(())
    }

    /// Empty lines from margin to margin.
    fn ruled(&mut self, count: usize) {
        let across = (PAGE.0 - 2.0 * MARGIN) / TEXT;
        for _ in 0..count {
            self.down(RULED, 0.0);
            let blank = Cell { character: '\u{fffc}', glyph: None, width: across, underlined: true };
            self.put(MARGIN, TEXT, false, vec![blank]);
        }
    }

    /// The signatures stay together, in the right half, with room for the seal.
    fn signs(&mut self, rows: &[(String, Vec<Span>)]) -> Result<(), MissingCharacter> {
        const GAP: f32 = 34.0;
        let mut cut = Vec::new();
        for (label, spans) in rows {
            let mut whole = vec![Span::Words(format!("{label}{}", words().colon))];
            whole.extend(spans.iter().cloned());
            cut.push(cells(&whole)?);
        }
        let widest = cut.iter().map(|cells| width(cells)).fold(0.0, f32::max) * TEXT;
        let x = (PAGE.0 - MARGIN - widest).max(MARGIN).min(PAGE.0 / 2.0 - 40.0);
        let room = (PAGE.0 - MARGIN - x) / TEXT;
        let mut all = Vec::new();
        for cells in cut {
            for (index, line) in lines(&cells, room, 0.0).into_iter().enumerate() {
                let first = if all.is_empty() { GAP * 1.5 } else { GAP };
                all.push((if index == 0 { first } else { TEXT * LEADING }, line));
            }
        }
        let whole: f32 = all.iter().map(|(by, _)| by).sum();
        for (index, (by, line)) in all.into_iter().enumerate() {
            self.down(by, if index == 0 { whole - by } else { 0.0 });
            self.put(x, TEXT, false, line);
        }
        Ok(())
    }
}

/// Whether a gap may grow so that a line fills its room; words and numbers keep together.
fn may_stretch(left: &Cell, right: &Cell) -> bool {
    !(left.character.is_ascii_graphic() && right.character.is_ascii_graphic())
}

/// Draws one line: its runs of glyphs, and the strokes under values and blanks.
fn draw(surface: &mut Surface<'_>, font: &Font, line: &Placed) {
    let black = || luma::Color::black().into();
    surface.set_fill(Some(Fill { paint: black(), opacity: NormalizedF32::ONE, ..Fill::default() }));
    // The font has one weight: a thin stroke around the letters makes a heading stand out.
    let stroke = Stroke { paint: black(), width: line.size * 0.025, ..Stroke::default() };
    surface.set_stroke(line.bold.then_some(stroke));
    let mut text = String::new();
    let mut glyphs: Vec<KrillaGlyph> = Vec::new();
    let (mut x, mut run) = (line.x, line.x);
    let flush = |surface: &mut Surface<'_>, run: f32, text: &mut String, glyphs: &mut Vec<KrillaGlyph>| {
        if !glyphs.is_empty() {
            surface.draw_glyphs(Point::from_xy(run, line.y), glyphs, font.clone(), text, line.size, false);
        }
        text.clear();
        glyphs.clear();
    };
    let mut under: Vec<(f32, f32)> = Vec::new();
    for (index, cell) in line.cells.iter().enumerate() {
        let stretches = line.cells.get(index + 1).is_some_and(|next| may_stretch(cell, next));
        let advance = cell.width * line.size + if stretches { line.stretch } else { 0.0 };
        if let Some(glyph) = cell.glyph {
            if glyphs.is_empty() {
                run = x;
            }
            let from = text.len();
            text.push(cell.character);
            let range = from..text.len();
            glyphs.push(KrillaGlyph::new(glyph.id, advance / line.size, 0.0, 0.0, 0.0, range, None));
        } else {
            flush(surface, run, &mut text, &mut glyphs);
        }
        if cell.underlined {
            match under.last_mut().filter(|(_, end)| (*end - x).abs() < 0.01) {
                Some((_, end)) => *end = x + advance,
                None => under.push((x, x + advance)),
            }
        }
        x += advance;
    }
    flush(surface, run, &mut text, &mut glyphs);
    surface.set_stroke(None);
    for (from, to) in under {
        let Some(rect) = Rect::from_ltrb(from, line.y + 2.6, to, line.y + 3.1) else { continue };
        let mut path = PathBuilder::new();
        path.push_rect(rect);
        if let Some(path) = path.finish() {
            surface.draw_path(&path);
        }
    }
}

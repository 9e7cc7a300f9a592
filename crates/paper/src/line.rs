//! Lines: where they may break (no closing mark at the beginning, no opening one at the end), and how they are filled.

use unicode_linebreak::linebreaks;

use crate::fill::Span;
use crate::font::{Glyph, MissingCharacter, glyph};

/// What a blank is in the eyes of the breaking rules: a thing between which and its neighbours a line may break.
const OBJECT: char = '\u{fffc}';

/// One character, or one blank.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    /// The character; [`OBJECT`] for a blank.
    pub character: char,
    /// Its glyph; none of a blank.
    pub glyph: Option<Glyph>,
    /// How wide it is, in parts of the font size.
    pub width: f32,
    /// Whether a line is drawn under it.
    pub underlined: bool,
}

/// The cells of some spans.
pub(crate) fn cells(spans: &[Span]) -> Result<Vec<Cell>, MissingCharacter> {
    let mut cells = Vec::new();
    for span in spans {
        match span {
            Span::Words(text) | Span::Value(text) => {
                for character in text.chars() {
                    let glyph = glyph(character)?;
                    let underlined = matches!(span, Span::Value(_));
                    cells.push(Cell { character, glyph: Some(glyph), width: glyph.advance, underlined });
                }
            }
            Span::Blank(width) => {
                cells.push(Cell { character: OBJECT, glyph: None, width: *width as f32, underlined: true });
            }
        }
    }
    Ok(cells)
}

/// Breaks cells into lines of a width; the first is shorter by the indent.
pub(crate) fn lines(cells: &[Cell], width: f32, indent: f32) -> Vec<Vec<Cell>> {
    let text: String = cells.iter().map(|cell| cell.character).collect();
    let mut may_break = vec![false; cells.len() + 1];
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    for (at, _) in linebreaks(&text) {
        if let Ok(index) = starts.binary_search(&at) {
            // A domain or a number is never broken: a hyphen at the end of a line would be doubtful.
            let one_word = |cell: &Cell| cell.underlined && cell.character.is_ascii_graphic();
            let inside = index > 0 && index < cells.len() && one_word(&cells[index - 1]) && one_word(&cells[index]);
            may_break[index] = !inside;
        }
    }
    let mut lines = Vec::new();
    let mut start = 0;
    while start < cells.len() {
        let room = if lines.is_empty() { width - indent } else { width };
        let end = line_end(cells, &may_break, start, room);
        lines.push(cells[start..end].to_vec());
        start = end;
        // A space at which a line broke does not begin the next.
        while start < cells.len() && cells[start].character == ' ' {
            start += 1;
        }
    }
    for line in &mut lines {
        while line.last().is_some_and(|cell| cell.character == ' ') {
            line.pop();
        }
    }
    lines
}

/// The last place where the line may break before it is full; what has no such place breaks where it is full.
fn line_end(cells: &[Cell], may_break: &[bool], start: usize, room: f32) -> usize {
    let mut used = 0.0;
    let mut good = None;
    for (index, cell) in cells.iter().enumerate().skip(start) {
        // A space at the end may hang over.
        used += if cell.character == ' ' { 0.0 } else { cell.width };
        if used > room + 0.001 && cell.character != ' ' {
            return good.unwrap_or(index.max(start + 1));
        }
        if cell.character == ' ' {
            used += cell.width;
        }
        if may_break[index + 1] {
            good = Some(index + 1);
        }
    }
    cells.len()
}

/// How wide some cells are.
pub(crate) fn width(cells: &[Cell]) -> f32 {
    cells.iter().map(|cell| cell.width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str, width: f32) -> Vec<String> {
        let cells = cells(&[Span::Words(text.into())]).unwrap();
        lines(&cells, width, 0.0).iter().map(|line| line.iter().map(|cell| cell.character).collect()).collect()
    }

    #[test]
    fn a_closing_mark_never_begins_a_line_and_an_opening_one_never_ends_it() {
        assert_eq!(broken("今天天气好，出门", 5.0), ["今天天气", "好，出门"]);
        assert_eq!(broken("今天天气（好）", 5.0), ["今天天气", "（好）"]);
    }

    #[test]
    fn a_domain_is_not_broken_at_its_hyphen() {
        let cells = cells(&[Span::Words("域名：".into()), Span::Value("yunshan-note.com".into())]).unwrap();
        let lines = lines(&cells, 9.5, 0.0);
        let first: String = lines[0].iter().map(|cell| cell.character).collect();
        assert_eq!(first, "域名：");
    }

    #[test]
    fn what_cannot_be_broken_is_broken_where_the_line_is_full() {
        let long = "a".repeat(40);
        assert!(broken(&long, 5.0).len() > 2);
        assert_eq!(broken(&long, 5.0).concat(), long);
    }

    #[test]
    fn no_character_is_lost_and_no_line_is_too_wide() {
        let text = "现授权周明远（居民身份证号码：33010619880214971X）担任“云杉科技”（yunshan-tech.cn）的网站负责人。";
        for width in 6..40 {
            let cells = cells(&[Span::Words(text.into())]).unwrap();
            let lines = lines(&cells, width as f32, 2.0);
            let all: String = lines.iter().flatten().map(|cell| cell.character).collect();
            assert_eq!(all, text);
            assert!(lines.iter().all(|line| super::width(line) <= width as f32 + 0.001), "{width}");
        }
    }

    #[test]
    fn a_blank_keeps_the_mark_behind_it() {
        let cells = cells(&[Span::Words("姓名".into()), Span::Blank(6), Span::Words("，".into())]).unwrap();
        let lines = lines(&cells, 8.5, 0.0);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1].len(), 2, "the blank goes along with its comma");
    }
}

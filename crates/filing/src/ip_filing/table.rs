//! Records as a CSV file: one a line, under a heading of column names in either language.

use super::draft::RangeDraft;
use super::rules::{self, columns};
use crate::check::Finding;
use crate::nature::Nature;
use crate::province::Province;

/// So many records one file may have.
pub const MOST_LINES: usize = 5_000;

/// The columns without which nothing can be read.
const NEEDED: [&str; 3] = ["kind", "first", "last"];

/// What a spreadsheet takes for a formula when a cell begins with it.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];

/// A record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its line in the file, from 2.
    pub number: u64,
    /// What it says, tidied.
    pub draft: RangeDraft,
}

/// Reads a file. Columns may be called by their name or their label, choices too; columns that are not used may be left
/// out. Empty lines are passed over.
///
/// # Errors
/// With what keeps it from being read; no line is lost silently.
pub fn read(text: &str) -> Result<Vec<Line>, Vec<Finding>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut file = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let heading = match file.headers() {
        Ok(heading) => heading.clone(),
        Err(_) => return Err(vec![at(1, "ip-file-line", None)]),
    };
    let names = names(&heading)?;
    let mut lines = Vec::new();
    let mut faults = Vec::new();
    let mut counted = Counted { text, offset: 0, line: 1 };
    for (index, record) in file.records().enumerate() {
        if index >= MOST_LINES {
            faults.push(at(1, "ip-file-long", Some(&MOST_LINES.to_string())));
            break;
        }
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(at(counted.line_of(error.position()), "ip-file-line", None));
                continue;
            }
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        let mut draft = RangeDraft::default();
        for (name, value) in names.iter().zip(&record) {
            if let Some(field) = draft.get_mut(name) {
                plain(value).clone_into(field);
            }
        }
        lines.push(Line { number: counted.line_of(record.position()), draft: draft.tidy() });
    }
    if faults.is_empty() && lines.is_empty() {
        faults.push(at(1, "ip-file-empty", None));
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

/// Counts lines as far as it was read: the reader's own count leaves out empty lines in front of a record.
struct Counted<'a> {
    text: &'a str,
    offset: usize,
    line: u64,
}

impl Counted<'_> {
    fn line_of(&mut self, position: Option<&csv::Position>) -> u64 {
        let from = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(self.offset);
        let bytes = self.text.as_bytes();
        let blank = bytes.iter().skip(from).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let upto = (from + blank).min(bytes.len());
        let passed = bytes.get(self.offset..upto).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.offset = self.offset.max(upto);
        self.line
    }
}

/// The fields that the columns of a heading stand for.
fn names(heading: &csv::StringRecord) -> Result<Vec<&'static str>, Vec<Finding>> {
    let mut names: Vec<&'static str> = Vec::new();
    let mut faults = Vec::new();
    for cell in heading {
        let is_it = |column: &&rules::Column| {
            column.name.eq_ignore_ascii_case(cell)
                || column.label.zh == cell
                || column.label.en.eq_ignore_ascii_case(cell)
        };
        match columns().iter().find(is_it) {
            Some(column) if !names.contains(&column.name.as_str()) => names.push(&column.name),
            _ => faults.push(at(1, "ip-file-column", Some(&cell.chars().take(40).collect::<String>()))),
        }
    }
    for needed in NEEDED.iter().filter(|needed| !names.contains(needed)) {
        let label = rules::column(needed).map_or(*needed, |column| column.label.zh.as_str());
        faults.push(at(1, "ip-file-missing", Some(&format!("{label} ({needed})"))));
    }
    if faults.is_empty() { Ok(names) } else { Err(faults) }
}

fn at(line: u64, id: &str, found: Option<&str>) -> Finding {
    let mut finding = rules::finding(id, Some(&format!("line.{line}")), found);
    if let Some(found) = found {
        finding.message = finding.message.with("found", found);
    }
    finding
}

/// Writes a file that spreadsheets open as it is; `tag` is the language of heading and choices.
#[must_use]
pub fn write<'a>(drafts: impl IntoIterator<Item = &'a RangeDraft>, tag: &str) -> String {
    let mut file = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let heading = columns().iter().map(|column| column.label.in_language(tag));
    // Writing to memory cannot fail, and every line has as many columns as the heading.
    let _ = file.write_record(heading);
    for draft in drafts {
        let cells = columns().iter().map(|column| {
            let word = draft.get(&column.name).unwrap_or_default();
            guarded(&spoken(&column.name, word, tag))
        });
        let _ = file.write_record(cells);
    }
    let bytes = file.into_inner().unwrap_or_default();
    // The mark in front tells spreadsheets that it is UTF-8.
    format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
}

/// The label of a choice; any other value as it is.
#[must_use]
pub fn spoken(field: &str, word: &str, tag: &str) -> String {
    let label = match field {
        "nature" => Nature::from_word(word).map(Nature::name),
        "province" => Province::from_word(word).map(Province::name),
        _ => rules::choices(field).find(|choice| choice.word == word).map(|choice| choice.label.clone()),
    };
    label.map_or_else(|| word.to_owned(), |label| label.in_language(tag).to_owned())
}

/// A cell that a spreadsheet shows and does not calculate.
fn guarded(value: &str) -> String {
    if value.starts_with(FORMULA) { format!("'{value}") } else { value.to_owned() }
}

/// The value of a cell without that guard.
fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn draft() -> RangeDraft {
        RangeDraft {
            kind: "allocation".into(),
            first: "203.0.113.0".into(),
            last: "203.0.113.255".into(),
            mode: "own_use".into(),
            use_mode: "static".into(),
            since: "2026-01-01".into(),
            remark: "=HYPERLINK(\"x\"), \"云\"".into(),
            ..RangeDraft::default()
        }
    }

    #[test]
    fn what_is_written_is_read_again_in_either_language() {
        for tag in ["zh-CN", "en"] {
            let text = write([&draft()], tag);
            assert!(text.contains("'=HYPERLINK"), "{text}");
            assert_eq!(read(&text).unwrap(), [Line { number: 2, draft: draft() }], "{text}");
        }
    }

    #[test]
    fn a_heading_that_is_not_understood_is_told_column_by_column() {
        let faults = read("kind,first,colour,first\nsource,1.0.0.0,red,x\n").unwrap_err();
        let told: Vec<_> = faults.iter().map(|fault| (fault.rule.as_str(), fault.field.as_str())).collect();
        assert_eq!(told, [("ip-file-column", "line.1"), ("ip-file-column", "line.1"), ("ip-file-missing", "line.1")]);
        assert!(faults[0].message.zh.contains("colour") && faults[2].message.en.contains("last"));
    }

    #[test]
    fn lines_keep_their_numbers_and_a_broken_one_is_told() {
        let lines = read("kind,first,last\n\nsource,1.0.0.0,1.0.0.9\n,,\n来源,1.0.1.0,1.0.1.9\n").unwrap();
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(lines[1].draft.kind, "source");
        let faults = read("kind,first,last\nsource,1.0.0.0\n").unwrap_err();
        assert_eq!((faults[0].rule.as_str(), faults[0].field.as_str()), ("ip-file-line", "line.2"));
        assert_eq!(read("kind,first,last\n").unwrap_err()[0].rule, "ip-file-empty");
        assert!(read("").is_err());
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,200}") {
            let _ = read(&text);
        }
    }
}

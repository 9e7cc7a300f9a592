//! The words of the record's fields, of their choices, and of what can be wrong, as data.

use std::sync::OnceLock;

use serde::Deserialize;

use super::draft::RangeDraft;
use crate::check::{Finding, Severity};
use crate::nature::Nature;
use crate::province::Province;
use crate::text::Text;

/// A field of a record: a column of the file, a question of the form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in a draft.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// How to answer.
    #[serde(default)]
    pub hint: Text,
}

/// A choice of a field.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The field.
    pub field: String,
    /// The word that stands for it in a draft.
    pub word: String,
    /// What people call it.
    pub label: Text,
    /// What it means.
    #[serde(default)]
    pub hint: Text,
}

/// Something that can be wrong.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Its id: `ip-` and the authority's code where it has one.
    pub id: String,
    /// How grave it is.
    #[serde(default = "block")]
    pub severity: Severity,
    /// The fields it speaks of, the likeliest first; `record` for the whole.
    pub fields: Vec<String>,
    /// What is wrong.
    pub message: Text,
    /// How to mend it.
    pub fix: Text,
    /// What is said besides when the hole in it can be filled.
    #[serde(default)]
    pub detail: Text,
}

const fn block() -> Severity {
    Severity::Block
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    source: String,
    field: Vec<Column>,
    choice: Vec<Choice>,
    fault: Vec<Fault>,
    example: Vec<RangeDraft>,
}

fn book() -> &'static Book {
    static BOOK: OnceLock<Book> = OnceLock::new();
    BOOK.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        toml::from_str(include_str!("../../rules/ip.toml")).expect("rules/ip.toml is well formed")
    })
}

/// The fields of a record, in the order of forms and files.
#[must_use]
pub fn columns() -> &'static [Column] {
    &book().field
}

/// Records as examples, for the template of a file.
#[must_use]
pub fn examples() -> &'static [RangeDraft] {
    &book().example
}

/// The field of a name.
#[must_use]
pub fn column(name: &str) -> Option<&'static Column> {
    columns().iter().find(|column| column.name == name)
}

/// The choices of a field; none when anything may be typed, and none of nature and province, which have tables.
pub fn choices(field: &str) -> impl Iterator<Item = &'static Choice> {
    book().choice.iter().filter(move |choice| choice.field == field)
}

/// What can be wrong, by its id.
#[must_use]
pub fn fault(id: &str) -> Option<&'static Fault> {
    book().fault.iter().find(|fault| fault.id == id)
}

/// The word of a choice however it was written: as the word, the Chinese or the English label, the authority's number.
pub(super) fn word_of(field: &str, typed: &str) -> String {
    let same = |label: &Text| label.zh == typed || label.en.eq_ignore_ascii_case(typed);
    let found = match field {
        "nature" => Nature::ALL.iter().find_map(|nature| {
            (same(&nature.name()) || nature.code().to_string() == typed).then(|| nature.as_str().to_owned())
        }),
        "province" => Province::ALL.iter().find_map(|province| {
            (same(&province.name()) || province.division_code() == typed).then(|| province.code().to_owned())
        }),
        _ => choices(field).find_map(|choice| same(&choice.label).then(|| choice.word.clone())),
    };
    found.unwrap_or_else(|| typed.to_owned())
}

/// A finding of a fault at a field, with its hole filled; the first of the fault's fields when none is named.
#[must_use]
pub fn finding(id: &str, field: Option<&str>, found: Option<&str>) -> Finding {
    // A test shows that every id named in the code is in the file; an id that is not would still be told, bare.
    let Some(fault) = fault(id) else { return bare(id, field.unwrap_or("record")) };
    let mut message = fault.message.clone();
    let mut fix = fault.fix.clone();
    if let Some(found) = found {
        fix = fix.with("found", found);
        let detail = fault.detail.with("found", found);
        message.zh.push_str(&detail.zh);
        if !detail.en.is_empty() {
            message.en = format!("{} {}", message.en, detail.en);
        }
    }
    let first = fault.fields.first().map_or("record", String::as_str);
    Finding {
        severity: fault.severity,
        message,
        fix,
        source: book().source.clone(),
        ..bare(id, field.unwrap_or(first))
    }
}

fn bare(id: &str, field: &str) -> Finding {
    Finding {
        rule: id.to_owned(),
        severity: Severity::Block,
        field: field.to_owned(),
        message: Text::new(id, id),
        fix: Text::default(),
        value: None,
        values: Vec::new(),
        source: String::new(),
        effective_from: None,
        effective_until: None,
        cured_from: None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_fault_has_its_words_once_and_speaks_of_fields_there_are() {
        let faults = &book().fault;
        let ids: BTreeSet<&str> = faults.iter().map(|fault| fault.id.as_str()).collect();
        assert_eq!(ids.len(), faults.len());
        for fault in faults {
            assert!(!fault.message.zh.is_empty() && !fault.message.en.is_empty(), "{}", fault.id);
            assert!(!fault.fix.zh.is_empty() && !fault.fix.en.is_empty(), "{}", fault.id);
            for field in &fault.fields {
                assert!(column(field).is_some() || ["record", "file", "*"].contains(&field.as_str()), "{}", fault.id);
            }
        }
        // The codes of the specification, 2001 to 2056 and 2999; 2998 is success.
        let codes = (2001..=2056).chain([2999]);
        assert!(codes.into_iter().all(|code| ids.contains(format!("ip-{code}").as_str())));
        assert!(book().choice.iter().all(|choice| column(&choice.field).is_some()));
    }

    #[test]
    fn what_was_found_fills_the_hole_and_nothing_stays_open() {
        let said = finding("ip-2003", None, Some("1.0.0.0–1.0.0.9"));
        assert_eq!((said.field.as_str(), said.rule.as_str()), ("first", "ip-2003"));
        assert!(said.message.zh.ends_with("重叠的是 1.0.0.0–1.0.0.9。") && said.message.en.contains("1.0.0.9"));
        assert!(!finding("ip-2003", None, None).message.en.contains('{'));
    }
}

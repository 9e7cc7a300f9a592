//! What the templates show: rows of words, made from filings and code tables.

mod content;

pub(super) use content::{between, groups};

use super::check::Finding;
use super::desk::{Case, Line};
use super::office::shown;
use super::request::Request;
use super::verify::{Resent, State, TRIES};
use super::words::Lang;
use crate::code::{Table, Words};

/// A status: icon, word and colour, always the three.
pub(super) struct Status {
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) word: String,
}

/// A notice on top of a page.
pub(super) struct Notice {
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) title: String,
    pub(super) note: String,
}

/// A label (a key) and a value.
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) value: String,
}

/// A titled group of rows.
pub(super) struct Group {
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

/// An attachment with the address of its picture.
pub(super) struct Paper {
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) path: String,
}

/// A finding in words.
pub(super) struct Found {
    pub(super) words: String,
    pub(super) code: i64,
    pub(super) about: String,
}

/// Someone who has to verify.
pub(super) struct HolderView {
    pub(super) role: String,
    pub(super) mobile: String,
    pub(super) state: Status,
}

/// A line of the queue.
pub(super) struct LineView {
    pub(super) id: i64,
    pub(super) subject: String,
    pub(super) about: String,
    pub(super) domains: String,
    pub(super) provider: String,
    pub(super) sequence: String,
    pub(super) received: String,
    pub(super) state: Status,
    pub(super) number: Option<String>,
}

/// A text in the page's language.
pub(super) fn pick(words: Words, lang: Lang) -> &'static str {
    match lang {
        Lang::Chinese => words.zh,
        Lang::English => words.en,
    }
}

/// The name of a code, or the code itself where the table lacks it.
pub(super) fn named(table: Table, id: i64, lang: Lang) -> String {
    table.row(id).map(|row| pick(row.words, lang).to_owned()).unwrap_or_else(|| id.to_string())
}

fn list(table: Table, ids: &[i64], lang: Lang) -> String {
    let separator = if lang == Lang::Chinese { "、" } else { ", " };
    ids.iter().map(|id| named(table, *id, lang)).collect::<Vec<_>>().join(separator)
}

/// The status of a filing.
pub(super) fn status(state: &str, lang: Lang) -> Status {
    let (tone, icon) = match state {
        "approved" => ("ok", "✓"),
        "waiting" => ("info", "●"),
        "awaiting_sms" => ("wait", "●"),
        _ => ("stop", "✕"),
    };
    Status { tone, icon, word: lang.text(&format!("state-{state}")) }
}

/// A line of the queue in words.
pub(super) fn line(line: Line, provider: String, lang: Lang) -> LineView {
    LineView {
        id: line.id,
        about: about(&line, lang),
        subject: line.subject,
        domains: line.domains.join(" "),
        provider,
        sequence: lang.with("desk-sequence", &[("sequence", &line.sequence.to_string())]),
        received: shown(line.received_at.as_microsecond()),
        state: status(&line.state, lang),
        number: line.number,
    }
}

/// What is asked, such as 新增接入.
pub(super) fn about(line: &Line, lang: Lang) -> String {
    lang.text(&format!("action-{}", line.kind))
}

/// Rows as they are gathered.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    /// Adds a row unless there is nothing to show.
    fn add(&mut self, label: &'static str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.0.push(Row { label, value });
        }
    }
}

/// The attachments of a request with the addresses of their pictures.
pub(super) fn papers(id: i64, request: &Request, lang: Lang) -> Vec<Paper> {
    let papers = request.papers();
    let shown = papers.iter().enumerate().map(|(index, paper)| Paper {
        name: named(Table::AttachmentPurpose, paper.purpose.0, lang),
        owner: lang.text(if paper.of_site { "case-attachment-site" } else { "case-attachment-subject" }),
        path: format!("/desk/{id}/attachment/{index}"),
    });
    shown.collect()
}

/// What the machine found, in words.
pub(super) fn findings(findings: &[Finding], lang: Lang) -> Vec<Found> {
    findings
        .iter()
        .map(|finding| Found {
            words: finding.code.words().map(|words| pick(words, lang).to_owned()).unwrap_or_default(),
            code: finding.code.0,
            about: finding.about.clone(),
        })
        .collect()
}

/// Who has verified and who has not.
pub(super) fn holders(case: &Case, lang: Lang) -> Vec<HolderView> {
    case.holders
        .iter()
        .map(|holder| HolderView {
            role: lang.text(&format!("role-{}", holder.role)),
            mobile: holder.mobile.clone(),
            state: match holder.verified_at {
                Some(_) => Status { tone: "ok", icon: "✓", word: lang.text("case-holder-done") },
                None => Status { tone: "wait", icon: "●", word: lang.text("case-holder-open") },
            },
        })
        .collect()
}

/// The facts about a filing that are not part of it.
pub(super) fn facts(case: &Case, provider: String) -> Vec<Row> {
    let line = &case.line;
    let mut rows = Rows::default();
    rows.add("case-facts-number", line.number.clone().unwrap_or_default());
    rows.add("case-facts-provider", provider);
    rows.add("case-facts-sequence", line.sequence.to_string());
    rows.add("case-facts-id", line.key.clone());
    rows.add("case-facts-received", shown(line.received_at.as_microsecond()));
    rows.add("case-facts-decided", line.decided_at.map(|at| shown(at.as_microsecond())).unwrap_or_default());
    rows.add("case-facts-officer", case.officer.clone().unwrap_or_default());
    rows.add("case-facts-opinion", case.opinion.clone().unwrap_or_default());
    rows.0
}

/// The notice after an entry on the verification page.
pub(super) fn verified(state: State, tries_left: i64, lang: Lang) -> Notice {
    let (tone, icon, title, note) = match state {
        State::Verified => ("ok", "✓", "verify-done", lang.text("verify-done-note")),
        State::WaitingForOther => ("ok", "✓", "verify-half", lang.text("verify-half-note")),
        State::Wrong if tries_left <= 0 => ("stop", "✕", "verify-wrong", lang.text("verify-wrong-last")),
        State::Wrong => {
            let left = tries_left.min(TRIES).to_string();
            ("stop", "✕", "verify-wrong", lang.with("verify-wrong-left", &[("count", &left)]))
        }
        State::Returned => ("stop", "✕", "verify-returned", lang.text("verify-returned-note")),
        State::NotFound => ("wait", "●", "verify-missing", lang.text("verify-missing-note")),
    };
    Notice { tone, icon, title: lang.text(title), note }
}

/// The notice after asking for another code.
pub(super) fn resent(state: Resent, lang: Lang) -> Notice {
    let (tone, icon, title, note) = match state {
        Resent::Sent => ("ok", "✓", "verify-resent", String::new()),
        Resent::TooSoon => ("wait", "●", "verify-soon", lang.text("verify-soon-note")),
        Resent::NotFound => ("wait", "●", "verify-missing", lang.text("verify-missing-note")),
    };
    Notice { tone, icon, title: lang.text(title), note }
}

/// Splits a text around the filing number in it, if there is one.
pub(super) fn around_number(text: &str) -> (String, String, String) {
    let found = text.find("ICP备").and_then(|middle| {
        let start = text[..middle].char_indices().next_back()?.0;
        let end = middle + text[middle..].find('号')? + '号'.len_utf8();
        Some((start, end))
    });
    match found {
        Some((start, end)) => (text[..start].to_owned(), text[start..end].to_owned(), text[end..].to_owned()),
        None => (text.to_owned(), String::new(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filing_number_is_found_in_a_text() {
        let (before, number, after) = around_number("备案号：浙ICP备2026000001号。请标明");
        assert_eq!((before.as_str(), number.as_str(), after.as_str()), ("备案号：", "浙ICP备2026000001号", "。请标明"));
        assert_eq!(around_number("没有").0, "没有");
        assert_eq!(around_number("ICP备").0, "ICP备");
    }
}

//! Tells the story while it happens: a timeline for people, or one JSON object a line for programs.

use crate::demo::Happening;
use crate::words::Language;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Value, json};
use std::io::Write as _;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedReceiver;

/// Who does a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The applicant at the PC.
    Applicant,
    /// The manager at the phone.
    Phone,
    /// A reviewer of the provider.
    Reviewer,
    /// An administrator of the provider.
    Administrator,
    /// The platform by itself.
    Platform,
    /// The authority: its machine, its officer.
    Authority,
    /// Another provider at the same authority.
    Neighbour,
    /// Somebody who opens the website.
    Visitor,
}

impl Who {
    const ALL: [Self; 8] = [
        Self::Applicant,
        Self::Phone,
        Self::Reviewer,
        Self::Administrator,
        Self::Platform,
        Self::Authority,
        Self::Neighbour,
        Self::Visitor,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Phone => "phone",
            Self::Reviewer => "reviewer",
            Self::Administrator => "administrator",
            Self::Platform => "platform",
            Self::Authority => "authority",
            Self::Neighbour => "neighbour",
            Self::Visitor => "visitor",
        }
    }
}

/// One step that was done and seen to be done.
#[derive(Debug)]
pub struct Step {
    /// Its word, which is also its key `story-<word>` in the locale files.
    pub step: &'static str,
    /// Who did it.
    pub who: Who,
    /// What was seen: the arguments of its sentence.
    pub facts: Vec<(&'static str, String)>,
    /// How long it took.
    pub took: Duration,
}

/// Writes the story to standard output.
pub struct Teller {
    language: Language,
    json: bool,
    began: Instant,
    case: String,
    number: u32,
    names: usize,
    happenings: Option<UnboundedReceiver<Happening>>,
}

impl Teller {
    /// A teller in a language, for people or for programs.
    pub fn new(language: Language, json: bool) -> Self {
        let names = Who::ALL.iter().map(|who| width(&language.of("who", who.word()))).max().unwrap_or(0);
        Self { language, json, began: Instant::now(), case: String::new(), number: 0, names, happenings: None }
    }

    /// Tells from now on also what happens to the parts of a stack.
    pub fn follow(&mut self, happenings: UnboundedReceiver<Happening>) {
        self.happenings = Some(happenings);
    }

    fn catch_up(&mut self) {
        while let Some(happening) = self.happenings.as_mut().and_then(|happenings| happenings.try_recv().ok()) {
            self.happening(&happening);
        }
    }

    /// The language it tells in.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// A case begins.
    pub fn begin(&mut self, case: &str, title: &str) {
        case.clone_into(&mut self.case);
        self.number = 0;
        if self.json {
            self.line(json!({ "event": "case", "title": title }));
        } else {
            self.text(&format!(
                "\n{}",
                self.language.say("story-case", &[("title", title.to_owned()), ("id", case.to_owned())])
            ));
        }
    }

    /// A step was done.
    pub fn step(&mut self, step: &Step) {
        self.catch_up();
        self.number += 1;
        let facts: Vec<_> = step.facts.iter().map(|(name, value)| (*name, self.readable(name, value))).collect();
        let sentence = self.language.say(&key("story", step.step), &facts);
        if self.json {
            let facts: serde_json::Map<String, Value> =
                step.facts.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            self.line(json!({
                "event": "step", "number": self.number, "step": step.step, "who": step.who.word(),
                "what": sentence, "elapsed_ms": millis(step.took), "facts": facts,
            }));
        } else {
            let name = self.language.of("who", step.who.word());
            let gap = " ".repeat(self.names.saturating_sub(width(&name)));
            let took = if step.took.as_millis() < 50 {
                String::new()
            } else {
                format!("  ({:.1} s)", step.took.as_secs_f64())
            };
            let at = self.began.elapsed().as_secs_f64();
            self.text(&format!("{at:>7.1} s  {name}{gap}  {sentence}{took}"));
        }
    }

    /// A fact as people read it: words in their language, instants in China's time.
    fn readable(&self, name: &str, value: &str) -> String {
        match name {
            "action" | "proof" => self.language.of(name, value),
            "until" => value.parse::<Timestamp>().map_or_else(
                |_| value.to_owned(),
                |at| at.to_zoned(TimeZone::fixed(Offset::constant(8))).strftime("%Y-%m-%d %H:%M").to_string(),
            ),
            _ => value.to_owned(),
        }
    }

    /// Something happened to a part of the story's own stack.
    pub fn happening(&mut self, happening: &Happening) {
        let (part, what, detail) = match happening {
            Happening::Ready { part, after } => (part, "ready", format!("{:.1}", after.as_secs_f64())),
            Happening::Died { part, how, .. } => (part, "died", how.clone()),
            Happening::StartedAgain { part } => (part, "started_again", String::new()),
            Happening::GaveUp { part, why } => (part, "gave_up", why.clone()),
        };
        if self.json {
            self.line(json!({ "event": "part", "part": part, "what": what, "detail": detail }));
            return;
        }
        let part = self.language.of("part", part);
        let sentence = self.language.say(&key("story-part", what), &[("part", part), ("detail", detail)]);
        let at = self.began.elapsed().as_secs_f64();
        self.text(&format!("{at:>7.1} s  {sentence}"));
    }

    /// A case ended.
    pub fn end(&mut self, outcome: &str, failed: Option<(&str, &str)>) {
        self.catch_up();
        if self.json {
            let failed = failed.map(|(step, why)| json!({ "step": step, "why": why }));
            self.line(json!({ "event": "case_end", "outcome": outcome, "ok": failed.is_none(), "failed": failed }));
            return;
        }
        match failed {
            None => self.text(&self.language.say(&key("story-end", outcome), &[])),
            Some((step, why)) => {
                let arguments = [("step", step.to_owned()), ("why", why.to_owned())];
                self.text(&self.language.say("story-failed", &arguments));
            }
        }
    }

    /// Everything ended.
    pub fn close(&mut self, cases: usize, failed: usize) {
        let seconds = self.began.elapsed().as_secs_f64();
        self.case.clear();
        if self.json {
            self.line(json!({ "event": "end", "ok": failed == 0, "cases": cases, "failed": failed }));
            return;
        }
        let arguments =
            [("cases", cases.to_string()), ("failed", failed.to_string()), ("seconds", format!("{seconds:.1}"))];
        let key = if failed == 0 { "story-all-well" } else { "story-not-all-well" };
        self.text(&format!("\n{}", self.language.say(key, &arguments)));
    }

    fn line(&self, mut event: Value) {
        if let Value::Object(fields) = &mut event {
            fields.insert("at_ms".to_owned(), json!(millis(self.began.elapsed())));
            if !self.case.is_empty() {
                fields.insert("case".to_owned(), json!(self.case));
            }
        }
        self.text(&event.to_string());
    }

    #[expect(clippy::unused_self, reason = "whoever holds the teller may write")]
    fn text(&self, text: &str) {
        // Whoever reads may have gone (`| head`); the story goes on and its exit code still counts.
        let _ = writeln!(std::io::stdout(), "{text}");
    }
}

fn key(family: &str, member: &str) -> String {
    format!("{family}-{}", member.replace('_', "-"))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// How many columns a text takes on a terminal: a Chinese character takes two.
fn width(text: &str) -> usize {
    text.chars().map(|character| if u32::from(character) >= 0x2E80 { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_name_in_both_languages() {
        for language in [Language::Zh, Language::En] {
            for who in Who::ALL {
                assert!(language.find(&key("who", who.word())).is_some(), "{}", who.word());
            }
        }
    }

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!((width("abc"), width("管局")), (3, 4));
    }
}

//! The rules of filing, as they are read on a terminal.

use super::say;
use crate::cli::{RuleFilter, Rules};
use crate::trouble::{Doing as _, Result};
use crate::words::Language;
use filing::check::{Rule, Wanted};
use filing::province::{Line, Scope};
use filing::text::Text;
use jiff::civil::Date;
use serde::Serialize;

mod coverage;
mod diff;
mod list;
mod show;

/// Does what is asked with the rules.
pub fn run(rules: &Rules) -> Result {
    let language = Language::choose(None);
    match rules {
        Rules::List { filter, json } => list::run(filter, *json, language),
        Rules::Show { id, json } => show::run(id, *json, language),
        Rules::Diff { from, to, json } => diff::run(*from, *to, *json, language),
        Rules::Coverage { json } => coverage::run(*json, language),
    }
}

impl RuleFilter {
    fn wanted(&self) -> Wanted {
        Wanted {
            family: self.family.clone(),
            province: self.province,
            nature: self.nature,
            action: self.action,
            on: self.on,
        }
    }
}

/// Prints a value as JSON.
fn print_json(value: &impl Serialize) -> Result {
    say(serde_json::to_string_pretty(value).doing("cannot write JSON")?);
    Ok(())
}

/// A text in the terminal's language.
fn text(language: Language, text: &Text) -> &str {
    text.in_language(language.tag())
}

/// When a rule holds: `2021-08-05 –`, `– 2019-04-21`, or nothing when no source tells.
fn dates(from: Option<Date>, until: Option<Date>) -> String {
    let day = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    match (from, until) {
        (None, None) => String::new(),
        (from, until) => format!("{} – {}", day(from), day(until)).trim().to_owned(),
    }
}

/// What a rule is on one line: its id, what becomes of it, whom it is for, when, and what it says.
fn line(language: Language, rule: &Rule) -> String {
    let becomes = match rule.kind {
        filing::check::RuleKind::Check => language.of("rule-severity", rule.severity.as_str()),
        kind => language.of("rule-kind", kind.as_str()),
    };
    let mut parts = vec![format!("{:<15}", rule.id), becomes];
    if rule.natures != filing::check::Natures::All {
        parts.push(language.of("natures", rule.natures.as_str()));
    }
    let held = dates(rule.effective_from, rule.effective_until);
    parts.extend(Some(held).filter(|held| !held.is_empty()));
    format!("{}  {}", parts.join(" · "), text(language, &rule.message))
}

/// A provincial line on one line.
fn province_line(language: Language, line: &Line) -> String {
    let mut parts = vec![format!("{:<18}", line.id), language.of("line-kind", line.shown_as().as_str())];
    if line.nature != Scope::Both {
        parts.push(language.of("scope", line.nature.as_str()));
    }
    let held = dates(line.effective_from, line.effective_until);
    parts.extend(Some(held).filter(|held| !held.is_empty()));
    format!("{}  {}", parts.join(" · "), text(language, &line.text))
}

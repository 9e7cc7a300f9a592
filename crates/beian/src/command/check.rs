//! Checking values by themselves.

use super::lines::{self, Line};
use super::say;
use crate::cli;
use crate::trouble::{Doing as _, Ending, Result, Trouble};
use crate::words::Language;
use app::world::{Clock as _, SystemClock, china_date};
use filing::check::{Finding, Severity};
use filing::value::{self, Checked, Fact, Facts, Kind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::Write;

/// One line of the input.
#[derive(Deserialize)]
struct Ask<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

/// One line of the output.
#[derive(Serialize)]
struct Answer<'a> {
    kind: Option<&'a str>,
    value: Option<&'a str>,
    valid: bool,
    normalized: Option<&'a str>,
    facts: &'a Facts,
    findings: &'a [Finding],
}

impl<'a> Answer<'a> {
    fn of(checked: &'a Checked, value: &'a str) -> Self {
        Self {
            kind: Some(checked.kind.as_str()),
            value: Some(value),
            valid: checked.valid,
            normalized: checked.normalized.as_deref(),
            facts: &checked.facts,
            findings: &checked.findings,
        }
    }
}

/// Does what is asked.
///
/// # Errors
/// When the value is not valid, which has been said then.
pub fn run(check: &cli::Check) -> Result {
    let on = check.on.unwrap_or_else(|| china_date(SystemClock.now()));
    let (Some(kind), Some(value)) = (check.kind, check.value.as_deref()) else {
        return lines::each(|line, output| answer(line, on, output));
    };
    let checked = value::check(kind, value, on);
    if check.json {
        say(serde_json::to_string(&Answer::of(&checked, value)).doing("cannot write the answer")?);
    } else {
        tell(&checked, value, Language::choose(None));
    }
    if checked.valid { Ok(()) } else { Err(Trouble::said(Ending::Failed)) }
}

/// Answers one line; a line that is broken is told so and ends nothing.
fn answer(line: Line<'_>, on: Date, output: &mut dyn Write) -> std::io::Result<bool> {
    let broken = |output: &mut dyn Write, ask: Option<&Ask<'_>>, findings: &[Finding]| {
        let (kind, value) = (ask.map(|ask| &*ask.kind), ask.map(|ask| &*ask.value));
        let facts = &Facts::default();
        lines::write(output, &Answer { kind, value, valid: false, normalized: None, facts, findings })?;
        Ok(false)
    };
    let Line::Whole(text) = line else { return broken(output, None, &lines::fault("value-03", &[], on)) };
    let ask: Ask<'_> = match serde_json::from_slice(text) {
        Ok(ask) => ask,
        Err(error) => return broken(output, None, &lines::fault("value-01", &[("error", error.to_string())], on)),
    };
    let Some(kind) = Kind::from_word(&ask.kind) else {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        let holes = [("found", ask.kind.to_string()), ("kinds", kinds.join(" "))];
        return broken(output, Some(&ask), &lines::fault("value-02", &holes, on));
    };
    let checked = value::check(kind, &ask.value, on);
    lines::write(output, &Answer::of(&checked, &ask.value))?;
    Ok(checked.valid)
}

/// Says it to a person.
fn tell(checked: &Checked, value: &str, language: Language) {
    let kind = language.of("kind", checked.kind.as_str());
    let key = if checked.valid { "check-valid" } else { "check-invalid" };
    say(language.say(key, &[("kind", kind), ("value", value.to_owned())]));
    if let Some(normalized) = checked.normalized.as_deref().filter(|normalized| *normalized != value) {
        say(language
            .say("check-fact", &[("name", language.of("fact", "normalized")), ("value", normalized.to_owned())]));
    }
    for (name, fact) in checked.facts.iter() {
        let value = match fact {
            // Only what is a word of ours, and no code or name, has another word in each language.
            Fact::Text(word) if matches!(name, "sex" | "kind" | "service_kind" | "register" | "fileable") => {
                language.of("told", word)
            }
            Fact::Text(text) => text.to_string(),
            Fact::Both(text) => text.in_language(language.tag()).to_owned(),
            Fact::Number(number) => number.to_string(),
            Fact::Date(date) => date.to_string(),
        };
        say(language.say("check-fact", &[("name", language.of("fact", name)), ("value", value)]));
    }
    for finding in &checked.findings {
        tell_finding(finding, language);
    }
}

/// Says a finding to a person.
pub fn tell_finding(finding: &Finding, language: Language) {
    let severity = match finding.severity {
        Severity::Block => "severity-block",
        Severity::Warn => "severity-warn",
        Severity::Ask => "severity-ask",
    };
    let message = finding.message.in_language(language.tag()).to_owned();
    let severity = language.say(severity, &[]);
    say(language.say("check-finding", &[("severity", severity), ("rule", finding.rule.clone()), ("message", message)]));
    say(language.say("check-fix", &[("fix", finding.fix.in_language(language.tag()).to_owned())]));
}

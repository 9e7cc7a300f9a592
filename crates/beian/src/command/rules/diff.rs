//! What changed between two days.

use super::{line, print_json, province_line, say};
use crate::trouble::{Result, Trouble};
use crate::words::Language;
use filing::check::{self, Turn};
use filing::province::{Line, lines};
use jiff::civil::Date;
use serde::Serialize;

pub fn run(from: Date, to: Date, json: bool, language: Language) -> Result {
    if to < from {
        return Err(Trouble::new(format!("{to} is before {from}")).hint("--from is the earlier day"));
    }
    let changes = check::changes(from, to);
    let lines = line_changes(from, to);
    if json {
        return print_json(&Changed { rules: changes, lines });
    }
    for change in &changes {
        let turn = language.of("turn", change.turn.as_str());
        say(format!("{}  {turn}  {}", change.on, line(language, change.rule)));
        if let (Turn::Replaced, Some(old)) = (change.turn, change.rule.replaces.as_deref().and_then(check::rule)) {
            say(format!("            {}  {}", language.say("rules-before", &[]), line(language, old)));
        }
    }
    for change in &lines {
        let turn = language.of("turn", change.turn.as_str());
        say(format!("{}  {turn}  {}", change.on, province_line(language, change.line)));
    }
    let count = (changes.len() + lines.len()).to_string();
    let days = [("count", count), ("from", from.to_string()), ("to", to.to_string())];
    say(language.say("rules-changed", &days));
    Ok(())
}

/// What changed, in the rules and in the provinces.
#[derive(Serialize)]
struct Changed {
    rules: Vec<check::Change>,
    lines: Vec<LineChange>,
}

/// A provincial line that came or went.
#[derive(Serialize)]
struct LineChange {
    on: Date,
    turn: Turn,
    line: &'static Line,
}

fn line_changes(from: Date, to: Date) -> Vec<LineChange> {
    let within = |day: &Date| from < *day && *day <= to;
    let turns = |line: &'static Line| {
        let gone = line.effective_until.and_then(|until| until.tomorrow().ok());
        let turn = |turn| move |on| LineChange { on, turn, line };
        let began = line.effective_from.filter(within).map(turn(Turn::Began));
        began.into_iter().chain(gone.filter(within).map(turn(Turn::Ended)))
    };
    let mut changes: Vec<LineChange> = lines().iter().flat_map(turns).collect();
    changes.sort_by_key(|change| change.on);
    changes
}

//! The list of rules.

use super::{line, print_json, province_line, say, text};
use crate::cli::RuleFilter;
use crate::trouble::{Result, Trouble};
use crate::words::Language;
use filing::check::{self, Rule};
use filing::province::{Line, Occasion, lines};
use serde::Serialize;

/// The family of the provincial lines, which come from the authorities' own pages.
const PROVINCE: &str = "province";

/// What is listed.
#[derive(Serialize)]
struct Listed {
    rules: Vec<&'static Rule>,
    lines: Vec<&'static Line>,
}

pub fn run(filter: &RuleFilter, json: bool, language: Language) -> Result {
    let wanted = filter.wanted();
    if let Some(family) = &filter.family
        && family != PROVINCE
        && !check::rules().iter().any(|known| known.family == *family)
    {
        let known: Vec<&str> = check::rules().iter().map(|known| known.family.as_str()).chain([PROVINCE]).collect();
        return Err(Trouble::new(format!("no family of rules is called {family}")).hint(known.join(", ")));
    }
    let rules: Vec<&Rule> = check::select(&wanted).collect();
    let lines: Vec<&Line> = lines().iter().filter(|line| takes(filter, line)).collect();
    if json {
        return print_json(&Listed { rules, lines });
    }
    let mut family = "";
    for rule in &rules {
        if rule.family() != family {
            family = rule.family();
            if let Some(known) = check::rules().iter().find(|known| known.family == family) {
                say(format!("\n{} ({family})", text(language, &known.title)));
            }
        }
        say(format!("  {}", line(language, rule)));
    }
    if !lines.is_empty() {
        say(format!("\n{} ({PROVINCE})", language.say("rules-province-lines", &[])));
    }
    for line in &lines {
        say(format!("  {}", province_line(language, line)));
    }
    let counts = [("count", rules.len().to_string()), ("lines", lines.len().to_string())];
    say(format!("\n{}", language.say("rules-count", &counts)));
    Ok(())
}

/// Whether a provincial line is wanted.
fn takes(filter: &RuleFilter, line: &Line) -> bool {
    filter.family.as_ref().is_none_or(|family| family == PROVINCE)
        && filter.province.is_none_or(|province| province == line.province)
        && filter.nature.is_none_or(|nature| line.nature.covers(nature.is_individual()))
        && filter.action.is_none_or(|action| line.actions.contains(&Occasion::of(action)))
        && filter.on.is_none_or(|on| line.holds(on))
}

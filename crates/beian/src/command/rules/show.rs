//! One rule with all there is to know of it, and what the checks really say of its examples.

use super::{dates, line, print_json, province_line, say, text};
use crate::trouble::{Doing as _, Result, Trouble};
use crate::words::Language;
use filing::check::{self, Changes, Example, Finding, Rule, RuleKind};
use filing::province::{self, Line};
use serde::Serialize;

/// A rule with the findings of its examples.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    rule: &'static Rule,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings_failing: Option<Vec<Finding>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings_passing: Option<Vec<Finding>>,
}

pub fn run(id: &str, json: bool, language: Language) -> Result {
    if let Some(line) = province::line(id) {
        return show_line(line, json, language);
    }
    let Some(rule) = check::rule(id) else {
        return Err(Trouble::new(format!("no rule is called {id}")).hint("`beian rules list` prints them all"));
    };
    let play = |play: fn(&Example) -> std::result::Result<Vec<Finding>, check::ExampleFault>| {
        rule.example.as_ref().map(play).transpose().doing("cannot play the rule’s example")
    };
    let failing = play(Example::findings_failing)?;
    let passing = play(Example::findings_passing)?;
    if json {
        return print_json(&Shown { rule, findings_failing: failing, findings_passing: passing });
    }
    say(line(language, rule));
    let told = |key: &str, value: String| told(language, key, &value);
    told("rules-fix", text(language, &rule.fix).to_owned());
    told("rules-fields", rule.fields.join(", "));
    let actions = rule.actions.iter().map(|action| language.of("action", action.as_str()));
    told("rules-actions", actions.collect::<Vec<_>>().join(", "));
    let provinces = rule.provinces.iter().map(|province| text(language, &province.name()).to_owned());
    told("rules-provinces", provinces.collect::<Vec<_>>().join(", "));
    told("rules-source", rule.source.clone());
    told("rules-dates", dates(rule.effective_from, rule.effective_until));
    told("rules-replaces", rule.replaces.clone().unwrap_or_default());
    told("rules-words", rule.words.join(" "));
    if !rule.claims.is_empty() {
        say(format!("  {}", language.say("rules-setting", &[])));
        for claim in &rule.claims {
            let mark = if claim.in_force { "*" } else { " " };
            say(format!("  {mark} {} ({})", text(language, &claim.says), claim.source));
        }
    }
    if let Some(example) = &rule.example {
        let day = [("case", example.base.to_string()), ("day", example.on.to_string())];
        say(format!("  {}", language.say("rules-fails", &day)));
        played(language, rule, &example.fails, failing.as_deref().unwrap_or_default());
        let day = [("case", example.base.to_string()), ("day", example.passes_on.unwrap_or(example.on).to_string())];
        say(format!("  {}", language.say("rules-passes", &day)));
        played(language, rule, &example.passes, passing.as_deref().unwrap_or_default());
    } else if rule.kind != RuleKind::Check {
        say(format!("  {}", language.of("rules-undecided", rule.kind.as_str())));
    }
    Ok(())
}

/// One particular, unless there is nothing to say.
fn told(language: Language, key: &str, value: &str) {
    if !value.is_empty() {
        say(format!("  {}: {value}", language.say(key, &[])));
    }
}

/// A line of a province's page: the rules that decide it, or why a person does.
fn show_line(line: &Line, json: bool, language: Language) -> Result {
    if json {
        return print_json(line);
    }
    say(province_line(language, line));
    told(language, "rules-provinces", text(language, &line.province.name()));
    let occasions = line.actions.iter().map(|occasion| language.of("occasion", occasion.as_str()));
    told(language, "rules-actions", &occasions.collect::<Vec<_>>().join(", "));
    told(language, "rules-fields", &line.field);
    told(language, "rules-source", &line.source.to_string());
    told(language, "rules-confidence", &line.confidence);
    told(language, "rules-dates", &dates(line.effective_from, line.effective_until));
    told(language, "rules-decided-by", &line.decided_by.join(", "));
    told(language, "rules-why-undecided", line.undecided.as_ref().map_or("", |why| text(language, why)));
    Ok(())
}

/// What is changed in the case, and what the checks say of it then.
fn played(language: Language, rule: &Rule, changes: &Changes, findings: &[Finding]) {
    if changes.is_empty() {
        say(format!("    {}", language.say("rules-unchanged", &[])));
    }
    for (path, value) in changes {
        match path.strip_prefix('-') {
            Some(gone) => say(format!("    {}", language.say("rules-without", &[("path", gone.to_owned())]))),
            None => say(format!("    {path} = {value}")),
        }
    }
    let (own, other): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|finding| finding.rule == rule.id);
    for finding in &own {
        let (message, fix) = (text(language, &finding.message), text(language, &finding.fix));
        say(format!("    → {} {}: {message} {fix}", finding.rule, finding.field));
    }
    if own.is_empty() {
        say(format!("    → {}", language.say("rules-silent", &[("rule", rule.id.clone())])));
    }
    let mut also: Vec<&str> = other.iter().map(|finding| finding.rule.as_str()).collect();
    also.dedup();
    if !also.is_empty() {
        say(format!("    {}", language.say("rules-also", &[("rules", also.join(", "))])));
    }
}

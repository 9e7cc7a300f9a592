//! The rules that only single values and the calendar need, and findings made of rules.

use std::sync::OnceLock;

use jiff::civil::Date;

use crate::check::{self, Family, Finding, Rule};
use crate::reason::Reason;

/// The family of rules of single values.
pub fn rules() -> &'static Family {
    static RULES: OnceLock<Family> = OnceLock::new();
    RULES.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        toml::from_str(include_str!("../../rules/value.toml")).expect("rules/value.toml is well formed")
    })
}

fn rule(id: &str) -> Option<&'static Rule> {
    check::rule(id).or_else(|| rules().rules.iter().find(|rule| rule.id == id))
}

/// A finding of a rule of [`rules`] or of an order's rules, with its holes filled; none when no rule has the id.
#[must_use]
pub fn finding(id: &'static str, holes: &[(&'static str, String)], on: Date) -> Option<Finding> {
    of(&Reason { rule: id, holes: holes.to_vec(), offer: None }, on)
}

/// The finding a reason comes to, unless its rule does not hold on the day.
pub(super) fn of(reason: &Reason, on: Date) -> Option<Finding> {
    let rule = rule(reason.rule).filter(|rule| rule.holds(on))?;
    let mut finding = Finding {
        rule: rule.id.clone(),
        severity: rule.severity,
        field: "value".to_owned(),
        message: rule.message.clone(),
        fix: rule.fix.clone(),
        value: reason.offer.clone(),
        values: reason.offer.iter().cloned().collect(),
        source: rule.source.clone(),
        effective_from: rule.effective_from,
        effective_until: rule.effective_until,
        cured_from: None,
    };
    let limit = rule.limit.map(|limit| ("limit", limit.to_string()));
    for (name, value) in reason.holes.iter().chain(&limit) {
        finding.message = finding.message.with(name, value);
        finding.fix = finding.fix.with(name, value);
    }
    Some(finding)
}

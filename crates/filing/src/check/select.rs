//! Choosing rules: by family, by whom they are for, by day; and what changed between two days.

use jiff::civil::Date;
use serde::Serialize;

use super::{Rule, RuleKind, rules};
use crate::nature::Nature;
use crate::province::Province;
use crate::stage::Action;
use crate::words::words;

/// Which rules are wanted; whatever is not said is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of this family.
    pub family: Option<String>,
    /// In force in this province.
    pub province: Option<Province>,
    /// For subjects of this nature.
    pub nature: Option<Nature>,
    /// For orders that ask this.
    pub action: Option<Action>,
    /// In force on this day.
    pub on: Option<Date>,
}

impl Wanted {
    /// Whether a rule is wanted.
    #[must_use]
    pub fn takes(&self, rule: &Rule) -> bool {
        self.family.as_ref().is_none_or(|family| rule.family() == family)
            && self.province.is_none_or(|province| rule.holds_in(province))
            && self.nature.is_none_or(|nature| rule.natures.include(nature))
            && self.action.is_none_or(|action| rule.actions.contains(&action))
            && self.on.is_none_or(|on| rule.holds(on))
    }
}

/// The rules that are wanted, family by family.
pub fn select(wanted: &Wanted) -> impl Iterator<Item = &'static Rule> {
    rules().iter().flat_map(|family| &family.rules).filter(|rule| wanted.takes(rule))
}

/// What a person is to know at a field: the guidance in force for this subject and order.
pub fn guidance(
    field: &str,
    nature: Option<Nature>,
    province: Option<Province>,
    action: Action,
    on: Date,
) -> impl Iterator<Item = &'static Rule> {
    let wanted = Wanted { province, nature, action: Some(action), on: Some(on), ..Wanted::default() };
    select(&wanted)
        .filter(move |rule| rule.kind == RuleKind::Guidance && rule.is_about(field))
        .collect::<Vec<_>>()
        .into_iter()
}

words! {
    /// What became of a rule between two days.
    pub enum Turn {
        /// It came into force.
        Began = "began",
        /// It came into force in the place of another.
        Replaced = "replaced",
        /// It ended, and no other took its place.
        Ended = "ended",
    }
}

/// A rule that came or went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The first day on which it was so.
    pub on: Date,
    /// What became of it.
    pub turn: Turn,
    /// The rule.
    pub rule: &'static Rule,
}

/// What changed after one day and by another, in the order of the days.
#[must_use]
pub fn changes(from: Date, to: Date) -> Vec<Change> {
    let within = |day: Date| from < day && day <= to;
    let all = || rules().iter().flat_map(|family| &family.rules);
    let replaced = |id: &str| all().any(|rule| rule.replaces.as_deref() == Some(id));
    let mut changes: Vec<Change> = Vec::new();
    for rule in all() {
        if let Some(on) = rule.effective_from.filter(|day| within(*day)) {
            let turn = if rule.replaces.is_some() { Turn::Replaced } else { Turn::Began };
            changes.push(Change { on, turn, rule });
        }
        let gone = rule.effective_until.and_then(|until| until.tomorrow().ok());
        if let Some(on) = gone.filter(|day| within(*day)).filter(|_| !replaced(&rule.id)) {
            changes.push(Change { on, turn: Turn::Ended, rule });
        }
    }
    changes.sort_by_key(|change| change.on);
    changes
}

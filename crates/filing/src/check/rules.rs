//! The rules as data: their texts, scopes, sources, dates and examples, one file per family.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::scope::{self, Claim, Natures, RuleKind};
use super::{Example, Severity, When};
use crate::deadline::Term;
use crate::nature::Nature;
use crate::province::Province;
use crate::stage::Action;
use crate::text::Text;
use crate::words::words;

words! {
    /// What it takes to be rid of a breach: the difference between “no” and “not yet”.
    pub enum Cure {
        /// Nothing: with these answers it can never be filed, only other answers help.
        Never = "never",
        /// Time alone: it passes by itself on a day.
        Time = "time",
        /// Somebody must do something.
        Act = "act",
    }
}

impl Default for Cure {
    /// Most breaches are mended by whoever files.
    fn default() -> Self {
        Self::Act
    }
}

/// A family of rules: one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Its word, the front of its rules' ids.
    pub family: String,
    /// What it is about.
    pub title: Text,
    /// The actions its rules are for, unless a rule names its own.
    #[serde(default, deserialize_with = "scope::actions")]
    pub actions: Vec<Action>,
    /// Its rules.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id, such as `name-02`; it never changes its meaning.
    pub id: String,
    /// What becomes of it.
    #[serde(default = "check")]
    pub kind: RuleKind,
    /// How grave a breach is; guidance asks a person to look.
    #[serde(default = "ask")]
    pub severity: Severity,
    /// What it takes to be rid of a breach.
    #[serde(default)]
    pub cure: Cure,
    /// The fields it speaks of; `*` stands for a site's number.
    pub fields: Vec<String>,
    /// Whom it is for.
    #[serde(default = "everybody")]
    pub natures: Natures,
    /// The actions it is for.
    #[serde(default, deserialize_with = "scope::actions")]
    pub actions: Vec<Action>,
    /// The provinces it holds in; empty for all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provinces: Vec<Province>,
    /// What is wrong, with `{holes}` for what was found; of guidance, what holds.
    pub message: Text,
    /// How to mend it.
    #[serde(default)]
    pub fix: Text,
    /// The document it was read in, with its date.
    pub source: String,
    /// What each source says, where public sources disagree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
    /// The first day it holds; none when no source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Date>,
    /// The last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_until: Option<Date>,
    /// The rule whose place it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// The words it looks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// More words, by group.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, Vec<String>>,
    /// A number it measures by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// The question about what is filed whose answer breaks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// The term it sets, for timers and forecasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// The figures of the term: one, or one for each time it falls due.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<i64>,
    /// What fails it and what passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Example>,
}

const fn check() -> RuleKind {
    RuleKind::Check
}

const fn ask() -> Severity {
    Severity::Ask
}

const fn everybody() -> Natures {
    Natures::All
}

impl Rule {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(&self, on: Date) -> bool {
        self.effective_from.is_none_or(|from| from <= on) && self.effective_until.is_none_or(|until| on <= until)
    }

    /// Whether it is for an action by a subject of a nature; who is not known yet may be anybody.
    #[must_use]
    pub fn is_for(&self, nature: Option<Nature>, action: Action) -> bool {
        self.actions.contains(&action) && nature.is_none_or(|nature| self.natures.include(nature))
    }

    /// Whether it holds in a province; most rules hold in all.
    #[must_use]
    pub fn holds_in(&self, province: Province) -> bool {
        self.provinces.is_empty() || self.provinces.contains(&province)
    }

    /// Whether it speaks of a field: `sites.*.name` of `sites.0.name`, and `*` of every field.
    #[must_use]
    pub fn is_about(&self, field: &str) -> bool {
        let field: Vec<&str> = field.split('.').collect();
        let covers = |pattern: &str| {
            let pattern: Vec<&str> = pattern.split('.').collect();
            pattern.len() == field.len() && pattern.iter().zip(&field).all(|(own, other)| *own == "*" || own == other)
        };
        self.fields.iter().any(|pattern| pattern == "*" || covers(pattern))
    }

    /// The word of its family.
    #[must_use]
    pub fn family(&self) -> &str {
        self.id.rsplit_once('-').map_or(self.id.as_str(), |(family, _)| family)
    }

    /// The words of a group; none when the rule has no such group.
    #[must_use]
    pub fn group(&self, name: &str) -> &[String] {
        self.groups.get(name).map_or(&[], Vec::as_slice)
    }

    /// Its limit as the number that counts are made in.
    #[must_use]
    pub fn limit<T: TryFrom<i64> + Default>(&self) -> T {
        self.limit.and_then(|limit| T::try_from(limit).ok()).unwrap_or_default()
    }
}

const FILES: [&str; 22] = [
    include_str!("../../rules/form.toml"),
    include_str!("../../rules/account.toml"),
    include_str!("../../rules/certificate.toml"),
    include_str!("../../rules/domain.toml"),
    include_str!("../../rules/resource.toml"),
    include_str!("../../rules/code.toml"),
    include_str!("../../rules/detection.toml"),
    include_str!("../../rules/address.toml"),
    include_str!("../../rules/person.toml"),
    include_str!("../../rules/name.toml"),
    include_str!("../../rules/content.toml"),
    include_str!("../../rules/approval.toml"),
    include_str!("../../rules/order.toml"),
    include_str!("../../rules/action.toml"),
    include_str!("../../rules/blacklist.toml"),
    include_str!("../../rules/cancel.toml"),
    include_str!("../../rules/material.toml"),
    include_str!("../../rules/file.toml"),
    include_str!("../../rules/sms.toml"),
    include_str!("../../rules/after.toml"),
    include_str!("../../rules/deadline.toml"),
    include_str!("../../rules/province.toml"),
];

/// All rules, by family.
pub fn rules() -> &'static [Family] {
    static RULES: OnceLock<Vec<Family>> = OnceLock::new();
    RULES.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the files are compiled in and a test reads them")]
        FILES.iter().map(|file| family(file).expect("rules/*.toml are well formed")).collect()
    })
}

/// Reads a family and gives its scope to the rules that name none.
fn family(text: &str) -> Result<Family, toml::de::Error> {
    let mut family: Family = toml::from_str(text)?;
    for rule in &mut family.rules {
        if rule.actions.is_empty() {
            rule.actions.clone_from(&family.actions);
        }
    }
    Ok(family)
}

/// The rule of an id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    static BY_ID: OnceLock<HashMap<&'static str, &'static Rule>> = OnceLock::new();
    BY_ID
        .get_or_init(|| rules().iter().flat_map(|family| &family.rules).map(|rule| (rule.id.as_str(), rule)).collect())
        .get(id)
        .copied()
}

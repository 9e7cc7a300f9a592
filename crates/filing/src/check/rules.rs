//! The rules as data: their texts, sources and dates, one file per family.

use std::collections::HashMap;
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::Severity;
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Its word, the front of its rules' ids.
    pub family: String,
    /// What it is about.
    pub title: Text,
    /// Its rules.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id, such as `name-02`; it never changes its meaning.
    pub id: String,
    /// How grave a breach is.
    pub severity: Severity,
    /// What it takes to be rid of a breach.
    #[serde(default)]
    pub cure: Cure,
    /// The fields it speaks of; `*` stands for a site's number.
    pub fields: Vec<String>,
    /// What is wrong, with `{holes}` for what was found.
    pub message: Text,
    /// How to mend it.
    pub fix: Text,
    /// The document it was read in, with its date.
    pub source: String,
    /// Other documents that say otherwise: then the rule is a setting.
    #[serde(default)]
    pub conflict: Option<String>,
    /// The first day it holds; none when no source tells.
    #[serde(default)]
    pub effective_from: Option<Date>,
    /// The last day it holds.
    #[serde(default)]
    pub effective_until: Option<Date>,
    /// The words it looks for.
    #[serde(default)]
    pub words: Vec<String>,
    /// More words, by group.
    #[serde(default)]
    pub groups: std::collections::BTreeMap<String, Vec<String>>,
    /// A number it measures by.
    #[serde(default)]
    pub limit: Option<i64>,
}

impl Rule {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(&self, on: Date) -> bool {
        self.effective_from.is_none_or(|from| from <= on) && self.effective_until.is_none_or(|until| on <= until)
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

const FILES: [&str; 12] = [
    include_str!("../../rules/form.toml"),
    include_str!("../../rules/account.toml"),
    include_str!("../../rules/certificate.toml"),
    include_str!("../../rules/domain.toml"),
    include_str!("../../rules/resource.toml"),
    include_str!("../../rules/detection.toml"),
    include_str!("../../rules/address.toml"),
    include_str!("../../rules/person.toml"),
    include_str!("../../rules/name.toml"),
    include_str!("../../rules/content.toml"),
    include_str!("../../rules/order.toml"),
    include_str!("../../rules/material.toml"),
];

/// All rules, by family.
pub fn rules() -> &'static [Family] {
    static RULES: OnceLock<Vec<Family>> = OnceLock::new();
    RULES.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the files are compiled in and a test reads them")]
        FILES.iter().map(|file| toml::from_str(file).expect("rules/*.toml are well formed")).collect()
    })
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

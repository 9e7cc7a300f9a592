//! The list of papers as data.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::when::Condition;
use super::{Need, Template};
use crate::material::MaterialKind;
use crate::nature::Nature;
use crate::province::Residence;
use crate::text::Text;

/// `rules/papers.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// Where the usual age limit was read.
    pub age_source: String,
    /// What a paper must look like, by word.
    pub demands: BTreeMap<String, Text>,
    /// Groups of words that rows look for.
    pub words: BTreeMap<String, Vec<String>>,
    /// The rows.
    #[serde(rename = "paper")]
    pub papers: Vec<Row>,
    /// Provincial lines that say more of a kind of paper.
    pub notes: BTreeMap<MaterialKind, Vec<String>>,
    /// Provincial lines on papers that no order brings, with the reason.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests show that every line has its place"))]
    pub others: BTreeMap<String, String>,
    /// What a province takes from outsiders.
    pub residence: BTreeMap<Residence, Text>,
}

impl Table {
    /// The words of a group.
    pub fn group(&self, name: &str) -> &[String] {
        self.words.get(name).map_or(&[], Vec::as_slice)
    }
}

/// One row: a paper and when it is needed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// Its id.
    pub id: String,
    /// The paper.
    pub kind: MaterialKind,
    /// How surely it is needed.
    pub need: Need,
    /// A condition that the code decides.
    #[serde(default)]
    pub when: Option<Condition>,
    /// The provincial lines it stands for.
    #[serde(default)]
    pub lines: Vec<String>,
    /// The natures it is for; none for all.
    #[serde(default)]
    pub natures: Vec<Nature>,
    /// A group of words in the unit's or the site's name.
    #[serde(default)]
    pub words: Option<String>,
    /// A group of words in the domain.
    #[serde(default)]
    pub label_words: Option<String>,
    /// Somebody is at least so old.
    #[serde(default)]
    pub age_from: Option<i16>,
    /// Somebody is younger.
    #[serde(default)]
    pub age_below: Option<i16>,
    /// A pre-approval that makes it needless.
    #[serde(default)]
    pub without_approval: Option<u16>,
    /// The first day it is asked for.
    #[serde(default)]
    pub from: Option<Date>,
    /// The form to fill in.
    #[serde(default)]
    pub template: Option<Template>,
    /// What it must look like.
    #[serde(default)]
    pub demands: Vec<String>,
    /// How many months old it may be.
    #[serde(default)]
    pub age_months: Option<i32>,
    /// How many months it must still be valid.
    #[serde(default)]
    pub valid_months: Option<i32>,
    /// Why, with `{holes}`.
    pub why: Text,
    /// Where it was read, when no line or parameter says so.
    #[serde(default)]
    pub source: Option<String>,
}

/// The list.
pub(super) fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        toml::from_str(include_str!("../../rules/papers.toml")).expect("rules/papers.toml is well formed")
    })
}

//! What a parameter is made of: its value, where it was read, and the claims that disagree.
//!
//! A parameter that no source states is absent, never a default. Where sources disagree the value in force is the
//! newest explicit statement, and every claim is kept beside it: it is a setting, not a constant.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a statement was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// The document.
    pub doc: String,
    /// Its date or span of years.
    pub date: String,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.doc, self.date)
    }
}

/// One of several statements that disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claim {
    /// What it says.
    pub value: String,
    /// Who says it.
    pub source: Source,
}

/// A disagreement between sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conflict {
    /// What it is about, in Chinese.
    pub note_zh: String,
    /// What it is about, in English.
    pub note_en: String,
    /// What each source says.
    pub claims: Vec<Claim>,
}

/// A parameter with one value for everybody.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Valued<T> {
    /// The value in force.
    pub value: T,
    /// What the source adds to it.
    #[serde(default)]
    pub note: Option<String>,
    /// Where it was read.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// What other sources say.
    #[serde(default)]
    pub conflict: Option<Conflict>,
}

/// A parameter with a value each for units and individuals.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Scoped<T> {
    /// The value for units.
    pub unit: Option<T>,
    /// The value for individuals.
    pub individual: Option<T>,
    /// Where it was read.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// What other sources say.
    #[serde(default)]
    pub conflict: Option<Conflict>,
}

impl<T> Scoped<T> {
    /// The value for a subject.
    pub const fn of(&self, individual: bool) -> Option<&T> {
        if individual { self.individual.as_ref() } else { self.unit.as_ref() }
    }
}

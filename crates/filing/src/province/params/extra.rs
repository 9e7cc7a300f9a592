//! Parameters that were read out of single provincial lines.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::Source;
use crate::province::Occasion;
use crate::words::words;

words! {
    /// Whose old fifteen-digit registration number is not taken any more.
    pub enum OldNumber {
        /// Foreign-funded companies.
        ForeignFunded = "foreign_funded",
        /// Sole traders.
        SoleTrader = "sole_trader",
    }
}

words! {
    /// How a sole trader without a trade name files.
    pub enum Nameless {
        /// As the individual.
        Individual = "individual",
        /// As a unit under the owner's name, with a remark.
        UnitWithRemark = "unit_with_remark",
        /// Not at all, until there is a trade name.
        Refused = "refused",
    }
}

/// What a province says of sole traders.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoleTrader {
    /// How one without a trade name files.
    #[serde(default)]
    pub nameless: Option<Nameless>,
    /// What the remark must then say.
    #[serde(default)]
    pub remark: Option<String>,
    /// Whether the principal can only be the owner.
    #[serde(default)]
    pub owner_only: bool,
    /// Where it was read.
    pub sources: Vec<Source>,
}

/// A word that names only some may have before the suffix.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelWord {
    /// The word.
    pub word: String,
    /// The suffix it is about; none for every suffix.
    #[serde(default)]
    pub suffix: Option<String>,
}

/// A suffix whose names are taken only when they were filed before a day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldSuffix {
    /// The suffix.
    pub suffix: String,
    /// The first day on which it was too late.
    pub filed_before: Date,
}

/// What must be written instead of a place that is no district.
pub type Renamed = BTreeMap<String, String>;

/// On which occasions a domain must be with a registrar of the mainland.
pub type Occasions = Vec<Occasion>;

words! {
    /// Whose full name the field for investor or superior body takes.
    pub enum Investor {
        /// Companies give a full name, all others their superior body.
        CompanyFullNameElseSuperior = "company_full_name_else_superior",
        /// State bodies and public institutions give their superior body.
        Superior = "superior",
        /// State bodies and the like give themselves or their superior body.
        SelfOrSuperior = "self_or_superior",
    }
}

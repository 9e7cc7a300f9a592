//! Parameters of changes: whom a filing may pass to, and what may follow an access filing.

use serde::Deserialize;

use super::{Conflict, Source};
use crate::words::words;

words! {
    /// Whether a filing may pass from one subject to another.
    pub enum Allowance {
        /// It may not.
        No = "no",
        /// The data may change, the subject may not be another one.
        NoSwap = "no_swap",
        /// Only the same unit under a new name, with the registry's letter.
        RenameOnly = "rename_only",
        /// With a proof of the registry.
        WithRegistryProof = "with_registry_proof",
        /// When both units have the same legal representative.
        SameLegalRepresentative = "same_legal_rep",
        /// When the individual is the unit's legal representative.
        IfLegalRepresentative = "if_legal_rep",
        /// The same, or when the content is plainly the unit's.
        IfLegalRepresentativeOrContent = "if_legal_rep_or_content",
        /// With a domain certificate of the new subject.
        WithDomainCertificate = "with_domain_certificate",
        /// For sole traders only.
        SoleTraderOnly = "sole_trader_only",
        /// After cancelling, by a new filing.
        CancelFirst = "cancel_first",
        /// It may.
        Free = "free",
    }
}

/// Whom a filing may pass to.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct SubjectChange {
    /// From a unit to a unit.
    pub unit_to_unit: Option<Allowance>,
    /// From an individual to a unit.
    pub individual_to_unit: Option<Allowance>,
    /// From a unit to an individual.
    pub unit_to_individual: Option<Allowance>,
    /// From an individual to an individual.
    pub individual_to_individual: Option<Allowance>,
    /// Where it was read.
    pub sources: Vec<Source>,
    /// What other sources say.
    pub conflict: Option<Conflict>,
}

impl SubjectChange {
    /// The allowance for a change between two kinds of subjects, told by whether each is an individual.
    #[must_use]
    pub const fn between(&self, from_individual: bool, to_individual: bool) -> Option<Allowance> {
        match (from_individual, to_individual) {
            (false, false) => self.unit_to_unit,
            (true, false) => self.individual_to_unit,
            (false, true) => self.unit_to_individual,
            (true, true) => self.individual_to_individual,
        }
    }
}

words! {
    /// Whether access may be filed with data that differ from the old filing and are changed afterwards.
    pub enum AccessFirst {
        /// It may.
        Allowed = "allowed",
        /// It may under a condition.
        Conditional = "conditional",
        /// It may not: change or cancel first.
        NotAllowed = "not_allowed",
    }
}

/// Access first, change after.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AccessThenChange {
    /// Whether it may be.
    pub value: AccessFirst,
    /// Whether a site may be added before the change, where a source says so.
    #[serde(default)]
    pub add_site: Option<AccessFirst>,
    /// Under which condition, in English.
    #[serde(default)]
    pub condition: Option<String>,
    /// The same in Chinese.
    #[serde(default)]
    pub condition_zh: Option<String>,
    /// Within how many working days the change must follow.
    #[serde(default)]
    pub within_workdays: Option<u32>,
    /// Where it was read.
    pub sources: Vec<Source>,
}

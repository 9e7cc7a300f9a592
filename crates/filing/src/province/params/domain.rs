//! Parameters of domains: who may hold one, and what must prove it.

use serde::Deserialize;

use super::Source;
use crate::words::words;

words! {
    /// Who may hold a unit's domain.
    pub enum Holder {
        /// The unit alone.
        Unit = "unit",
        /// The unit or its legal representative.
        UnitOrLegalRepresentative = "unit_or_legal_rep",
        /// The unit, or its legal representative with a letter.
        UnitOrLegalRepresentativeWithLetter = "unit_or_legal_rep_with_letter",
    }
}

words! {
    /// How the holder's name must be written.
    pub enum HolderName {
        /// In Chinese or in full pinyin.
        ChineseOrPinyin = "cn_or_pinyin",
    }
}

/// The parameter on a unit's domain holder.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DomainHolder {
    /// Who it may be.
    pub value: Holder,
    /// How the name is written, where a source says so.
    #[serde(default)]
    pub name_form: Option<HolderName>,
    /// Where it was read.
    pub sources: Vec<Source>,
}

words! {
    /// A case in which the domain's certificate is asked for.
    pub enum DomainCertificate {
        /// Of units.
        Unit = "unit",
        /// Of individuals.
        Individual = "individual",
        /// When an individual's filing becomes a unit's.
        IndividualToUnitChange = "individual_to_unit_change",
        /// When a parent company abroad holds the domain.
        ForeignParentHolder = "foreign_parent_holder",
    }
}

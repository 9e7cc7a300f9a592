//! Parameters of principals and managers: ages, letters, phones and where they live.

use serde::Deserialize;

use super::{Conflict, Source};
use crate::words::words;

/// From what age a person may be principal or manager.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MinAge {
    /// The age from which no extra paper is needed.
    pub value: i16,
    /// The absolute minimum, where one is stated.
    #[serde(default)]
    pub floor: Option<i16>,
    /// What admits ages between floor and value.
    #[serde(default)]
    pub unless: Option<String>,
    /// The same in Chinese.
    #[serde(default)]
    pub unless_zh: Option<String>,
}

/// Up to what age a person may be manager.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MaxAge {
    /// The last age for men.
    pub manager_male: i16,
    /// The last age for women.
    pub manager_female: i16,
    /// Where it was read.
    pub sources: Vec<Source>,
}

/// Whether the principal must be the legal representative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalRule {
    /// The principal must be the legal representative.
    Required,
    /// Another person may be principal with a letter of authorization.
    Letter,
    /// Anybody may be.
    NotRequired,
}

/// The parameter on the principal.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LegalRepresentative {
    /// The rule in force.
    pub value: PrincipalRule,
    /// What lifts it.
    #[serde(default)]
    pub unless: Option<String>,
    /// The same in Chinese.
    #[serde(default)]
    pub unless_zh: Option<String>,
    /// Whether a letter is accepted in its place, where a source says so.
    #[serde(default)]
    pub letter_accepted: Option<bool>,
    /// Where it was read.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// What other sources say.
    #[serde(default)]
    pub conflict: Option<Conflict>,
}

/// How many different phone numbers the order must hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DistinctPhones {
    /// When principal and manager are one person.
    #[serde(default)]
    pub same: Option<usize>,
    /// When they are two.
    #[serde(default)]
    pub different: Option<usize>,
}

words! {
    /// Whether a phone number of the province is asked for.
    pub enum LocalPhone {
        /// It must be one.
        Required = "required",
        /// It must be one for those whose document is of another province.
        RequiredIfOutside = "required_if_out_of_province",
        /// It is better to be one.
        Recommended = "recommended",
        /// Any number will do.
        Free = "none",
    }
}

words! {
    /// What an individual whose identity card is of another province must show.
    pub enum Residence {
        /// Nothing helps: the card must be of the province.
        ProvinceOnly = "province_only",
        /// A proof of residence.
        Proof = "residence_proof",
        /// A residence permit.
        Permit = "residence_permit",
        /// A residence permit or a proof of property.
        PermitOrProperty = "residence_permit_or_property",
        /// A permit, social insurance or a proof of property.
        PermitInsuranceOrProperty = "residence_or_social_or_property",
        /// A proof of study, work or residence.
        StudyWorkOrResidence = "study_work_residence_proof",
        /// A lease or a proof of property.
        LeaseOrProperty = "rent_or_property",
    }
}

/// The identity documents taken from people of each origin; an empty list takes none, an absent one is not stated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonPapers {
    /// From residents of Hong Kong and Macau.
    pub hk_macau: Option<Vec<crate::certificate::CertificateKind>>,
    /// From residents of Taiwan.
    pub taiwan: Option<Vec<crate::certificate::CertificateKind>>,
    /// From foreigners.
    pub foreigner: Option<Vec<crate::certificate::CertificateKind>>,
}

words! {
    /// Whose word a remark gives away.
    pub enum Party {
        /// A unit.
        Unit = "unit",
        /// An individual.
        Individual = "individual",
    }
}

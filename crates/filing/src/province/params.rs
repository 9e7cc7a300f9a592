//! The shape of `data/provinces.json`: one authority's practice, each parameter with its sources.
//!
//! A parameter that no source states is absent, never a default. Where sources disagree the value in force is the
//! newest explicit statement, and every claim is kept beside it: it is a setting, not a constant.

use serde::Deserialize;

/// Where a statement was read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Claim {
    /// What it says.
    pub value: serde_json::Value,
    /// Who says it.
    pub source: Source,
}

/// A disagreement between sources.
#[derive(Debug, Clone, PartialEq, Deserialize)]
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

/// What a province says of service contents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ContentRule {
    /// Contents that are refused.
    pub forbidden: Vec<String>,
    /// Contents that need a pre-approval.
    pub needs_approval: Vec<String>,
    /// Contents of which one must be chosen.
    pub required: Vec<String>,
}

/// What a province says of the site's remark.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RemarkRule {
    /// Whether there must be one.
    pub required: bool,
    /// How many characters it must have.
    pub min_chars: Option<usize>,
    /// The statement it must contain, by name; authorities word it themselves.
    pub statement: Option<String>,
}

/// What a province says of site names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SiteNameRule {
    /// Words that are refused.
    pub forbidden: Vec<String>,
    /// Words that need a pre-approval.
    pub needs_approval: Vec<String>,
    /// How many characters a name must have.
    pub min_chars: Option<usize>,
    /// How many Chinese characters a name must have.
    pub min_han: Option<usize>,
}

/// Words refused in addresses, with the provincial rule that says so.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AddressWords {
    /// The provincial rule's id, such as `33-address-01`.
    pub rule: String,
    /// The words.
    pub value: Vec<String>,
    /// The rule in Chinese.
    pub zh: String,
    /// The rule in English.
    pub en: String,
    /// Where it was read.
    pub sources: Vec<Source>,
}

/// The usual duration of a review, in working days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReviewDays {
    /// The quick ones.
    pub min: u32,
    /// The slow ones.
    pub max: u32,
    /// Where it was read.
    pub sources: Vec<Source>,
}

/// The parameters of one province that the checks use.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// From what age one may be principal or manager.
    pub min_age: Option<Scoped<MinAge>>,
    /// Whether the principal must be the legal representative.
    pub legal_rep_required: Option<LegalRepresentative>,
    /// How many different phone numbers are needed.
    pub contact_distinct_min: Option<Scoped<DistinctPhones>>,
    /// Service contents refused or in need of approval.
    pub service_content: Option<Scoped<ContentRule>>,
    /// The site's remark.
    pub site_remark: Option<Scoped<RemarkRule>>,
    /// Words of site names.
    pub site_name: Option<Scoped<SiteNameRule>>,
    /// Where an individual from another province stands.
    pub individual_address: Option<Valued<String>>,
    /// How many sites one order may hold.
    pub max_sites_per_order: Option<Scoped<usize>>,
    /// How many months a person's document must still be valid.
    pub id_min_months: Option<Valued<i32>>,
    /// How many months a unit's licence must still be valid.
    pub licence_min_months: Option<Valued<i32>>,
    /// How many months a domain must still be registered.
    pub domain_min_months: Option<Valued<i32>>,
    /// How many months any certificate must still be valid.
    pub credential_min_months: Option<Valued<i32>>,
    /// From how many sites on a construction plan is asked for.
    pub plan_from: Option<Scoped<usize>>,
    /// Words refused in addresses.
    pub address_forbid: Option<AddressWords>,
}

/// One authority's practice.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// The two-digit code.
    pub code: String,
    /// The Chinese name.
    pub zh: String,
    /// The English name.
    pub en: String,
    /// The first letter of its filing numbers.
    pub icp_prefix: char,
    /// The page it was read from.
    pub source: Source,
    /// How long a review usually takes.
    pub review_days: ReviewDays,
    /// What the checks use.
    pub params: Params,
}

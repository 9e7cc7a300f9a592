//! The shape of `data/provinces.json`: one authority's practice, each parameter with its sources.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::claim::{Conflict, Scoped, Source, Valued};
use crate::certificate::CertificateKind;
use crate::detect::Answer;
use crate::nature::Nature;

mod change;
mod domain;
mod extra;
mod paper;
mod people;
mod site;

pub use change::{AccessFirst, AccessThenChange, Allowance, SubjectChange};
pub use domain::{DomainCertificate, DomainHolder, Holder, HolderName};
pub use extra::{Investor, LabelWord, Nameless, Occasions, OldNumber, OldSuffix, Renamed, SoleTrader};
pub use paper::{AgeUnit, DatedPaper, FooterNumber, PaperAge, PartyLetter};
pub use people::{
    DistinctPhones, LegalRepresentative, LocalPhone, MaxAge, MinAge, Party, PersonPapers, PrincipalRule, Residence,
};
pub use site::{ContentRule, RemarkRule, SiteNameRule};

/// The usual duration of a review, in working days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReviewDays {
    /// The quick ones.
    pub min: u32,
    /// The slow ones.
    pub max: u32,
    /// Where it was read.
    pub sources: Vec<Source>,
    /// What other sources say.
    #[serde(default)]
    pub conflict: Option<Conflict>,
}

/// When the province began to verify by text message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SmsStart {
    /// The day.
    pub start: Date,
    /// Whether it began on that day (`on`) or at the latest then (`by`).
    pub precision: String,
    /// Where it was read.
    pub sources: Vec<Source>,
}

/// A parameter that is stated as a yes or a no.
pub type Stance = Option<Valued<Answer>>;

/// Every parameter some public source states of one province.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    // People.
    /// From what age one may be principal or manager.
    pub min_age: Option<Scoped<MinAge>>,
    /// Up to what age one may be manager.
    pub max_age: Option<MaxAge>,
    /// Whether the principal must be the legal representative.
    pub legal_rep_required: Option<LegalRepresentative>,
    /// Whether a principal who is not the legal representative brings a letter.
    pub principal_letter_if_not_legal_rep: Stance,
    /// Whether a manager who is not the legal representative brings a letter.
    pub manager_letter_if_not_legal_rep: Stance,
    /// Whether a manager who is not the principal brings a letter.
    pub manager_letter_if_not_principal: Stance,
    /// Whether the manager must be the principal when that is not the legal representative.
    pub manager_equals_principal_if_not_legal_rep: Stance,
    /// Whether individuals need a resident identity card.
    pub individual_resident_id_only: Stance,
    /// The identity documents that are taken, by where people are from.
    pub person_papers: Option<Scoped<PersonPapers>>,
    /// What an individual from another province must show.
    pub individual_address: Option<Valued<Residence>>,
    /// How many different phone numbers are needed.
    pub contact_distinct_min: Option<Scoped<DistinctPhones>>,
    /// Whether a phone number of the province is asked for.
    pub phone_local: Option<Scoped<LocalPhone>>,
    /// Whether a phone number may stand in one subject's filing only.
    pub phone_unique_across_subjects: Stance,
    /// Whether a person's document may stand in one subject's filing only.
    pub id_unique_across_subjects: Stance,
    /// Whose remark must say whom the emergency number belongs to.
    pub emergency_owner_in_remark: Option<Valued<Vec<Party>>>,

    // Subjects and changes.
    /// Whether a subject keeps a single filing number.
    pub one_number_per_subject: Stance,
    /// Whether a subject without sites may add one before it is cancelled.
    pub shell_subject_can_add: Stance,
    /// Whom a filing may pass to.
    pub subject_change: Option<SubjectChange>,
    /// Whether access may be filed before data are changed.
    pub access_then_change: Option<AccessThenChange>,
    /// Whether a site's data can be changed without the subject's.
    pub change_site_supported: Stance,
    /// Whether there is a yearly review.
    pub annual_review: Stance,
    /// Whether postal and registered address must be in one city.
    pub same_city_addresses: Stance,
    /// Words refused in addresses.
    pub address_forbid: Option<Valued<Vec<String>>>,

    /// What must be written instead of places that are no districts.
    pub address_rename: Option<Valued<Renamed>>,
    /// The certificates units of some natures file with.
    pub unit_papers: Option<Valued<BTreeMap<Nature, Vec<CertificateKind>>>>,
    /// Whose old registration number is refused.
    pub old_number_refused: Option<Valued<Vec<OldNumber>>>,
    /// What is said of sole traders.
    pub sole_trader: Option<SoleTrader>,
    /// Whose name the field for investor or superior body takes.
    pub investor: Option<Valued<Investor>>,
    /// Whether a web shop's licence files the shop's domain only.
    pub web_shop_domain_only: Stance,
    /// Whether a changed certificate number means cancelling and filing anew.
    pub cancel_when_number_changed: Stance,
    /// Whether a manager may serve one unit only.
    pub manager_serves_one_unit: Stance,
    /// Whether the manager needs a mainland identity card when the legal representative is a foreigner.
    pub mainland_manager_if_foreign: Stance,

    // Domains.
    /// Words before the suffix that only some may have.
    pub label_forbid: Option<Valued<Vec<LabelWord>>>,
    /// The suffixes that subjects of some natures use.
    pub suffix_by_nature: Option<Valued<BTreeMap<Nature, Vec<String>>>>,
    /// A suffix taken only from those who filed early.
    pub suffix_filed_before: Option<Valued<OldSuffix>>,
    /// When the domain must be with a registrar of the mainland.
    pub mainland_registrar: Option<Valued<Occasions>>,
    /// Who may hold a unit's domain.
    pub domain_holder: Option<DomainHolder>,
    /// How many months a domain must still be registered.
    pub domain_min_months: Option<Valued<i32>>,
    /// When the domain's certificate is asked for.
    pub domain_certificate: Option<Valued<Vec<DomainCertificate>>>,
    /// How many domains one order may hold.
    pub max_domains_per_order: Option<Scoped<usize>>,
    /// How many domains a first filing may hold.
    pub max_domains_first: Option<Scoped<usize>>,
    /// Whether a site has one domain only.
    pub one_domain_per_site: Stance,
    /// Whether the domains of a subject's sites must differ before the suffix.
    pub distinct_label_per_site: Stance,
    /// Whether a site has one home address only.
    pub one_home_url: Stance,
    /// Above how many domains a sealed statement is asked for.
    pub statement_if_domains_gt: Option<Scoped<usize>>,
    /// Above how many domains the papers go by post.
    pub post_materials_if_domains_gt: Option<Scoped<usize>>,

    // Sites.
    /// How many sites one order may hold.
    pub max_sites_per_order: Option<Scoped<usize>>,
    /// How many sites a subject may have in all.
    pub max_sites_total: Option<Scoped<usize>>,
    /// Above how many filed sites each order holds one domain.
    pub single_domain_order_if_filed_gt: Option<Scoped<usize>>,
    /// From how many sites on their purpose must be explained.
    pub explain_if_sites_ge: Option<Scoped<usize>>,
    /// From how many sites on a construction plan is asked for.
    pub plan_from: Option<Scoped<usize>>,
    /// How many resources one site may run on.
    pub max_resources_per_site: Option<Valued<usize>>,
    /// Service contents refused or in need of approval.
    pub service_content: Option<Scoped<ContentRule>>,
    /// The site's remark.
    pub site_remark: Option<Scoped<RemarkRule>>,
    /// Words of site names.
    pub site_name: Option<Scoped<SiteNameRule>>,
    /// Whether an accessed site keeps the name it is filed under.
    pub site_name_on_record: Stance,
    /// Whether sites that are not filed must be closed.
    pub unfiled_must_be_closed: Stance,
    /// Whether filed sites must open.
    pub filed_must_open: Stance,
    /// Whether the number must stand at the foot of the page.
    pub footer_required: Stance,
    /// Which number it is.
    pub footer_number: Option<Valued<FooterNumber>>,

    // Papers.
    /// How many months a person's document must still be valid.
    pub id_min_months: Option<Valued<i32>>,
    /// How many months a unit's licence must still be valid.
    pub licence_min_months: Option<Valued<i32>>,
    /// How many months any certificate must still be valid.
    pub credential_min_months: Option<Valued<i32>>,
    /// How old certain papers may be.
    pub document_max_age: Option<Valued<Vec<PaperAge>>>,
    /// Whether a sealed copy serves as the certificate.
    pub copy_with_seal_ok: Stance,
    /// Whether a change of name needs the registry's letter.
    pub rename_letter: Stance,
    /// Whether the province has its own letter on training.
    pub training_letter_template: Stance,
    /// Which orders need the letter on Party building.
    pub party_letter: Option<Valued<PartyLetter>>,
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
    /// When it began to verify by text message.
    pub sms: SmsStart,
    /// How long a review usually takes.
    pub review_days: ReviewDays,
    /// What public sources state.
    pub params: Params,
}

//! The checks: what is wrong with a draft, by which rule, and how to mend it.
//!
//! A check never fails; it returns findings. The date is an argument, so that yesterday's decision can be explained
//! today. Each family of rules is one file here and one in `rules/`, where the texts, sources and dates are.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::detect::{Answers, detect};
use crate::domain::DomainName;
use crate::draft::Draft;
use crate::material::Held;
use crate::recorded::Recorded;
use crate::resource::Resource;
use crate::stage::{Action, ChangeRequest};
use crate::text::Text;
use crate::words::words;

mod account;
mod action;
mod address;
mod approval;
mod blacklist;
mod cancel;
mod certificate;
mod code;
mod content;
mod context;
mod detection;
mod domain;
mod example;
mod form;
mod material;
mod name;
mod order;
mod person;
mod province;
mod resource;
mod rules;
mod scope;
mod select;

pub use crate::outside::{Registration, Resolution};
pub use example::{Base, Changes, DAY, Example, ExampleFault, changed};
pub use rules::{Cure, Family, Rule, rule, rules};
pub use scope::{Claim, Natures, RuleKind, When};
pub use select::{Change, Turn, Wanted, changes, guidance, select};

pub(crate) use context::Context;

words! {
    /// How grave a finding is.
    pub enum Severity {
        /// The order cannot go on.
        Block = "block",
        /// The order can go on, and will probably be sent back.
        Warn = "warn",
        /// Something is not known; somebody must look.
        Ask = "ask",
    }
}

/// One thing a check has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The rule's id, such as `name-02`.
    pub rule: String,
    /// How grave it is.
    pub severity: Severity,
    /// The path of the field it speaks of, such as `sites.0.name`.
    pub field: String,
    /// What is wrong, in one sentence.
    pub message: Text,
    /// How to mend it.
    pub fix: Text,
    /// A ready value, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// More ready values, the best first; `value` is the first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The document the rule was read in.
    pub source: String,
    /// The first day the rule holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub effective_from: Option<Date>,
    /// The last day the rule holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub effective_until: Option<Date>,
    /// The first day it is no longer so, at best: when time alone mends it, or when it is acted upon today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub cured_from: Option<Date>,
}

impl Finding {
    /// What it takes to be rid of it, as its rule says.
    #[must_use]
    pub fn cure(&self) -> Cure {
        rule(&self.rule).map_or_else(Cure::default, |rule| rule.cure)
    }

    /// Whether the finding only says that a field is still empty or a paper still missing.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(
            self.rule.as_str(),
            "form-01" | "material-01" | "material-04" | "material-05" | "material-06" | "material-07" | "material-08"
        )
    }

    /// Whether it speaks of a field or of one inside it: `sites.0` covers `sites.0.name`.
    #[must_use]
    pub fn is_about(&self, path: &str) -> bool {
        self.field == path || self.field.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// Who the account belongs to, as verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Whether it is a person.
    pub individual: bool,
    /// The verified name.
    pub name: String,
    /// The verified certificate number, where the provider keeps it.
    #[serde(default)]
    pub certificate_number: String,
    /// The day it was verified.
    #[schema(value_type = String, format = Date)]
    pub verified_on: Date,
}

/// What the checks know besides the draft; whatever is not known is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// Whose account it is.
    pub identity: Option<Identity>,
    /// The account's confirmed mobile number.
    pub account_mobile: Option<String>,
    /// The account's resources.
    pub resources: Vec<Resource>,
    /// The materials that are there.
    pub materials: Vec<Held>,
    /// What the ministry and our records answered for each domain; a domain that is not here was not asked for yet.
    pub detection: BTreeMap<String, Answers>,
    /// What is known of the domains' registrations.
    pub registrations: BTreeMap<String, Registration>,
    /// Where the domains lead; a domain that is not here was not asked for yet.
    pub resolutions: BTreeMap<String, Resolution>,
    /// Public addresses of the order's resources that the provider has not filed with the bureau, where it keeps its
    /// filing of addresses here.
    pub unfiled_ips: Vec<String>,
    /// Other orders of this account that are running.
    pub running_orders: u32,
    /// Domains that are in somebody else's running order here.
    pub domains_in_other_orders: Vec<String>,
    /// Whether the certificate's number is on an authority's blacklist of subjects.
    pub subject_blacklisted: bool,
    /// Domains that are on an authority's blacklist of websites.
    pub blacklisted_domains: Vec<String>,
    /// What the order asks of the authority, where it is given; else the answers of `detection` decide.
    pub action: Option<Action>,
    /// What was filed when a change began; a change brings papers only for what differs.
    pub filed: Option<Draft>,
    /// The unit's business scope as its licence or the register has it (经营范围).
    pub business_scope: Option<String>,
    /// What is on record of the subject, when it was filed before.
    pub recorded: Recorded,
    /// Fields the reviewer or the authority asked to mend and that are not mended yet.
    pub requests: Vec<ChangeRequest>,
}

impl Facts {
    /// The resource a draft refers to.
    #[must_use]
    pub fn resource(&self, id: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.id == id.trim())
    }

    /// What the order asks of the authority: as given, else as the first domain's answers have it.
    #[must_use]
    pub fn action(&self, draft: &Draft) -> Option<Action> {
        let typed = std::iter::once(&draft.basic.domain).chain(draft.sites.iter().map(|site| &site.domain));
        let detected = || {
            typed
                .filter_map(|typed| DomainName::parse(typed).ok())
                .find_map(|name| detect(*self.detection.get(name.as_str())?).action())
        };
        self.action.or_else(detected)
    }

    /// Whether a material is there.
    #[must_use]
    pub fn has(&self, wanted: crate::material::Needed) -> bool {
        self.materials.iter().any(|held| held.kind == wanted.kind && held.site == wanted.site)
    }
}

/// Runs every rule in force on a day: all that is wrong at once, in the order of the form.
#[must_use]
pub fn run(draft: &Draft, facts: &Facts, on: Date) -> Vec<Finding> {
    let mut context = Context::new(draft, facts, on);
    form::check(&mut context);
    account::check(&mut context);
    certificate::check(&mut context);
    domain::check(&mut context);
    resource::check(&mut context);
    code::check(&mut context);
    detection::check(&mut context);
    address::check(&mut context);
    person::check(&mut context);
    name::check(&mut context);
    content::check(&mut context);
    approval::check(&mut context);
    blacklist::check(&mut context);
    order::check(&mut context);
    action::check(&mut context);
    cancel::check(&mut context);
    material::check(&mut context);
    province::check(&mut context);
    context.into_findings()
}

/// Whether any finding stops the order.
#[must_use]
pub fn blocks(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Block)
}

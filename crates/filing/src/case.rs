//! Case files: a whole filing on one page, to be played by `beian demo --story` or checked by `beian case validate`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::check::{Facts, Identity, Registration};
use crate::detect::Answers;
use crate::draft::{Draft, SiteDraft};
use crate::material::{Held, MaterialKind};
use crate::resource::Resource;
use crate::stage::ChangeRequest;
use crate::text::Text;

mod fault;
mod schema;
mod shape;
mod then;
mod validate;

pub use fault::CaseFault;
pub use schema::schema;
pub use then::Then;
pub use validate::validate;

/// A filing with everything its story needs, and how the story must end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// The schema the file follows; editors read it.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// A short word for the case, such as `company-two-sites`.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// What it shows, and that its data are samples.
    pub description: Text,
    /// How it must end.
    pub expect: Expectation,
    /// The case that must be played before this one, by its path from the folder of this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The sites that the same subject filed through another provider before the story begins; subject and principal
    /// are those of the draft.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<SiteDraft>,
    /// The applicant's account.
    pub account: Account,
    /// The cloud resources of that account.
    pub resources: Vec<Resource>,
    /// What the applicant enters; `resource` names the id of a resource of this file.
    pub draft: Draft,
    /// The pictures the applicant brings.
    #[serde(default)]
    pub materials: Vec<CaseMaterial>,
    /// What is known of the domains' registrations, by domain; a domain that is not here is asked about.
    #[serde(default)]
    pub registrations: BTreeMap<String, Registration>,
    /// What the ministry and the records answer, by domain; a domain that is not here is new everywhere.
    #[serde(default)]
    pub detection: BTreeMap<String, Answers>,
    /// How the story is played.
    #[serde(default)]
    pub options: Options,
    /// What is asked of the filing afterwards, one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Then>,
}

/// How a case must end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum Expectation {
    /// The authority gives the numbers and the gateway opens.
    Filed,
    /// The checks refuse the submit, by these rules at least.
    RefusedByCheck {
        /// The rules' ids.
        rules: Vec<String>,
    },
    /// The authority sends it back, for good as far as this story goes.
    RefusedByAuthority,
}

/// The applicant's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The mail address to register with.
    pub email: String,
    /// The mobile number of the account.
    pub mobile: String,
    /// The password; a story makes one when it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Who the account belongs to.
    pub identity: Identity,
}

/// A picture the applicant brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseMaterial {
    /// What it shows.
    pub kind: MaterialKind,
    /// The number of its site, from 0; none for the subject's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<usize>,
    /// Where it comes from: `generated`, or the path of a picture from the folder of this file.
    #[schema(value_type = String)]
    pub source: MaterialSource,
}

/// Where a picture of a case comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum MaterialSource {
    /// The story draws it: a plain sheet of the case that is marked as a sample.
    Generated,
    /// A file, by its path from the folder of the case file.
    File(String),
}

/// The word for a picture that the story draws.
const GENERATED: &str = "generated";

impl From<String> for MaterialSource {
    fn from(text: String) -> Self {
        if text == GENERATED { Self::Generated } else { Self::File(text) }
    }
}

impl From<MaterialSource> for String {
    fn from(source: MaterialSource) -> Self {
        match source {
            MaterialSource::Generated => GENERATED.to_owned(),
            MaterialSource::File(path) => path,
        }
    }
}

/// How a story is played.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How the manager is verified.
    pub handover: Handover,
    /// Rounds of changes the reviewer asks for before passing.
    pub rounds: Vec<Round>,
    /// Wrong codes entered at the authority's text-message check before the right one, four at most.
    pub wrong_codes: u8,
    /// What the authority's officer does.
    pub officer: Officer,
}

/// How the manager is verified.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Handover {
    /// On a second device, by the QR code.
    #[default]
    Phone,
    /// Skipped at first; the pictures are uploaded at the site step.
    Skip,
}

/// What the authority's officer does with the order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Officer {
    /// Approves.
    #[default]
    Approve,
    /// Refuses once; the order is submitted again as it was, and approved.
    RefuseOnce,
    /// Refuses.
    Refuse,
}

/// One round of changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// What the reviewer asks for.
    pub requests: Vec<ChangeRequest>,
    /// What the applicant then enters, by field.
    pub mend: BTreeMap<String, String>,
}

impl CaseFile {
    /// The facts the file declares, as the checks want them; its pictures count as good ones.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts {
            identity: Some(self.account.identity.clone()),
            account_mobile: Some(self.account.mobile.clone()),
            resources: self.resources.clone(),
            materials: self.materials.iter().map(CaseMaterial::held).collect(),
            detection: self.detection(),
            registrations: self.registrations.clone(),
            ..Facts::default()
        }
    }

    /// The answers for every domain of the draft: a domain the file is silent about is new everywhere.
    fn detection(&self) -> BTreeMap<String, Answers> {
        use crate::detect::{Answer, DomainAtMinistry, SubjectAtMinistry};
        let new = Answers {
            subject: SubjectAtMinistry::NotFiled,
            domain: DomainAtMinistry::NotFiled,
            subject_here: Answer::No,
            domain_here: Answer::No,
            shell_may_add: Answer::Unknown,
        };
        let typed = std::iter::once(&self.draft.basic.domain).chain(self.draft.sites.iter().map(|site| &site.domain));
        typed
            .filter_map(|domain| crate::domain::DomainName::parse(domain).ok())
            .map(|domain| (domain.to_string(), new))
            .chain(self.detection.clone())
            .collect()
    }
}

impl CaseMaterial {
    fn held(&self) -> Held {
        Held {
            kind: self.kind,
            site: self.site,
            media_type: "image/jpeg".into(),
            bytes: crate::material::MIN_BYTES * 2,
        }
    }
}

//! The content of an order once every field is valid: what the authority is told, and what the check-answers page shows.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::certificate::{Certificate, CertificateKind};
use crate::check::{self, Context, Facts, Finding};
use crate::contact::{Email, Mobile, Phone};
use crate::domain::DomainName;
use crate::draft::{Draft, PersonDraft, SiteDraft};
use crate::nature::Nature;
use crate::province::Province;
use crate::resource::Resource;
use crate::stage::Action;
use crate::{address, code, material};

/// A filing whose every value is valid; it is only made from a draft that no rule blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Document {
    /// The province that decides.
    pub province: Province,
    /// The subject's nature.
    pub nature: Nature,
    /// The subject.
    pub subject: Subject,
    /// The person responsible for the subject.
    pub principal: Person,
    /// The sites.
    pub sites: Vec<Site>,
}

/// The organiser of the sites (主体).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subject {
    /// Its full name.
    pub name: String,
    /// Its certificate.
    pub certificate: Certificate,
    /// Until when the certificate is valid.
    #[schema(value_type = String, example = "2035-01-31")]
    pub valid_until: Validity,
    /// The address on the certificate.
    pub certificate_address: String,
    /// The city of the postal address.
    pub city: String,
    /// The district of the postal address.
    pub district: String,
    /// The postal address, from the province down to the door.
    pub postal_address: String,
    /// The legal representative; units only.
    pub legal_representative: Option<String>,
    /// The investor or superior body; units only.
    pub investor: Option<String>,
    /// The remark.
    pub remark: Option<String>,
}

/// A principal or manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// The identity document.
    pub certificate: Certificate,
    /// Until when the document is valid.
    #[schema(value_type = String, example = "2035-01-31")]
    pub valid_until: Validity,
    /// The mobile that receives the authority's text message.
    pub mobile: Mobile,
    /// The number for emergencies.
    #[schema(value_type = Option<String>)]
    pub emergency_phone: Option<Phone>,
    /// The mail address.
    pub email: Email,
}

/// One site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: DomainName,
    /// Where it runs.
    pub resource: Resource,
    /// The service-content code; none of a site that is filed already and only gets an access.
    pub content: Option<u16>,
    /// The language codes; the same holds.
    pub languages: Vec<u16>,
    /// The pre-approvals it holds.
    pub approvals: Vec<Approval>,
    /// The remark.
    pub remark: Option<String>,
    /// Whether its manager is the principal.
    pub manager_is_principal: bool,
    /// Its manager.
    pub manager: Person,
}

impl Site {
    /// The address of its home page (首页 URL), which must contain the domain.
    #[must_use]
    pub fn home_url(&self) -> String {
        format!("www.{}", self.domain)
    }
}

/// A pre-approval with the number of its paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// The approval-type code.
    pub kind: u16,
    /// The number on the paper.
    pub number: String,
}

/// How long a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Validity {
    /// Its last day.
    Until(Date),
    /// Without end (长期).
    LongTerm,
}

impl Validity {
    /// The word for a certificate without end.
    pub const LONG_TERM: &'static str = "long-term";

    /// Reads `2035-01-31` or `long-term`.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        match typed.trim() {
            Self::LONG_TERM => Some(Self::LongTerm),
            date => date.parse().ok().map(Self::Until),
        }
    }

    /// The last day, where there is one.
    #[must_use]
    pub const fn last_day(self) -> Option<Date> {
        match self {
            Self::Until(date) => Some(date),
            Self::LongTerm => None,
        }
    }
}

impl TryFrom<String> for Validity {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is neither a date nor {:?}", Self::LONG_TERM))
    }
}

impl From<Validity> for String {
    fn from(validity: Validity) -> Self {
        match validity {
            Validity::Until(date) => date.to_string(),
            Validity::LongTerm => Validity::LONG_TERM.to_owned(),
        }
    }
}

/// The path of a field that cannot be read.
type Unread = String;

impl Document {
    /// Makes a document of a draft that no rule blocks on that day.
    ///
    /// # Errors
    /// With every finding, the warnings included, when at least one of them blocks.
    pub fn from_draft(draft: &Draft, facts: &Facts, on: Date) -> Result<Self, Vec<Finding>> {
        let findings = check::run(draft, facts, on);
        if check::blocks(&findings) {
            return Err(findings);
        }
        Self::read(draft, facts, on).map_err(|field| {
            let typed = serde_json::to_value(draft).unwrap_or_default();
            let typed = typed.pointer(&format!("/{}", field.replace('.', "/"))).and_then(|value| value.as_str());
            let mut context = Context::new(draft, facts, on);
            context.report("form-02", field.as_str()).with("found", typed.unwrap_or(&field));
            findings.into_iter().chain(context.into_findings()).collect()
        })
    }

    /// Reads every field, without judging more than its form.
    fn read(draft: &Draft, facts: &Facts, on: Date) -> Result<Self, Unread> {
        let basic = &draft.basic;
        let province = Province::from_word(basic.province.trim()).ok_or("basic.province")?;
        let nature = Nature::from_word(basic.nature.trim()).ok_or("basic.nature")?;
        let kind = CertificateKind::from_word(basic.certificate_kind.trim()).ok_or("basic.certificate_kind")?;
        let unit = !nature.is_individual();
        let subject = Subject {
            name: squeeze(&basic.name),
            certificate: Certificate::parse(kind, &basic.certificate_number, on)
                .map_err(|_| "basic.certificate_number")?,
            valid_until: Validity::parse(&draft.subject.certificate_valid_until)
                .ok_or("subject.certificate_valid_until")?,
            certificate_address: squeeze(&draft.subject.certificate_address),
            city: address::find(&draft.subject.city).ok_or("subject.city")?.code.to_owned(),
            district: address::find(&draft.subject.district).ok_or("subject.district")?.code.to_owned(),
            postal_address: squeeze(&draft.subject.postal_address),
            legal_representative: optional(&draft.subject.legal_representative).filter(|_| unit),
            investor: optional(&draft.subject.investor).filter(|_| unit),
            remark: optional(&draft.subject.remark),
        };
        let principal = person(&draft.principal, "principal", on)?;
        let sites = draft
            .sites
            .iter()
            .enumerate()
            .map(|(index, site)| read_site(draft, facts, on, index, site, &principal))
            .collect::<Result<_, _>>()?;
        Ok(Self { province, nature, subject, principal, sites })
    }
}

fn read_site(
    draft: &Draft,
    facts: &Facts,
    on: Date,
    index: usize,
    site: &SiteDraft,
    principal: &Person,
) -> Result<Site, Unread> {
    let field = |name: &str| format!("sites.{index}.{name}");
    let or_basic = |own: &str, basic: &str| if own.trim().is_empty() && index == 0 { basic } else { own }.to_owned();
    let domain = or_basic(&site.domain, &draft.basic.domain);
    let resource = or_basic(&site.resource, &draft.basic.resource);
    let codes = |typed: &[String], table: code::Table| {
        typed.iter().map(|code| table.find(code).map(|row| row.id)).collect::<Option<Vec<u16>>>()
    };
    let approvals = site.approvals.iter().map(|approval| {
        let row = code::PRE_APPROVAL.find(&approval.kind)?;
        Some(Approval { kind: row.id, number: squeeze(&approval.number) })
    });
    let is_filed = facts.action(draft).is_some_and(Action::adds_access);
    let manager_is_principal =
        material::manager(draft, index).is_some_and(|person| std::ptr::eq(person, &draft.principal));
    Ok(Site {
        name: squeeze(&site.name),
        domain: DomainName::parse(&domain).map_err(|_| field("domain"))?,
        resource: facts.resource(&resource).ok_or_else(|| field("resource"))?.clone(),
        content: match code::SERVICE_CONTENT.find(&site.content) {
            Some(row) => Some(row.id),
            None if is_filed => None,
            None => return Err(field("content")),
        },
        languages: codes(&site.languages, code::LANGUAGE).ok_or_else(|| field("languages"))?,
        approvals: approvals.collect::<Option<_>>().ok_or_else(|| field("approvals"))?,
        remark: optional(&site.remark),
        manager_is_principal,
        manager: if manager_is_principal { principal.clone() } else { person(&site.manager, &field("manager"), on)? },
    })
}

fn person(draft: &PersonDraft, path: &str, on: Date) -> Result<Person, Unread> {
    let field = |name: &str| format!("{path}.{name}");
    let kind = CertificateKind::from_word(draft.certificate_kind.trim()).ok_or_else(|| field("certificate_kind"))?;
    Ok(Person {
        name: squeeze(&draft.name),
        certificate: Certificate::parse(kind, &draft.certificate_number, on)
            .map_err(|_| field("certificate_number"))?,
        valid_until: Validity::parse(&draft.certificate_valid_until).ok_or_else(|| field("certificate_valid_until"))?,
        mobile: Mobile::parse(&draft.mobile).map_err(|_| field("mobile"))?,
        emergency_phone: match draft.emergency_phone.trim() {
            "" => None,
            typed => Some(Phone::parse(typed).map_err(|_| field("emergency_phone"))?),
        },
        email: Email::parse(&draft.email).map_err(|_| field("email"))?,
    })
}

/// Text without spaces around it and with single spaces inside.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn optional(text: &str) -> Option<String> {
    Some(squeeze(text)).filter(|text| !text.is_empty())
}

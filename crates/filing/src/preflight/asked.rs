//! What is asked before any form: five answers that decide, and a few that make the verdict sharper.
//!
//! Every answer is text as typed, so that a link, a form, the command line and JSON are read by one reader, and a name
//! may be given by its word, in Chinese or in English.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::data::{data, text};
use crate::certificate::CertificateKind;
use crate::check::{self, Facts, Identity, Registration};
use crate::detect::{Answer, Answers, DomainAtMinistry, SubjectAtMinistry};
use crate::draft::{Basic, Draft, SiteDraft};
use crate::nature::Nature;
use crate::outside::Resolution;
use crate::province::Province;
use crate::resource::{Billing, Resource, ResourceKind};
use crate::text::Text;
use crate::words::words;

words! {
    /// Where the resource stands.
    pub enum Region {
        /// 中国内地.
        Mainland = "mainland",
        /// Hong Kong, Macau, Taiwan or abroad.
        Abroad = "abroad",
    }
}

words! {
    /// Whether the organiser has filed before, in their own words.
    pub enum SubjectFiled {
        /// Never.
        No = "no",
        /// With this provider.
        Here = "here",
        /// With another provider.
        Elsewhere = "elsewhere",
        /// All of its sites were cancelled (空壳主体).
        Shell = "shell",
    }
}

words! {
    /// Whether the domain is filed, in the applicant's own words.
    pub enum DomainFiled {
        /// Not filed.
        No = "no",
        /// Filed by this organiser, with this provider.
        Here = "here",
        /// Filed by this organiser, with another provider.
        Elsewhere = "elsewhere",
        /// Filed by somebody else.
        Other = "other",
    }
}

words! {
    /// Yes or no.
    pub enum YesNo {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
    }
}

/// What is asked. The first five are needed; `name` and `number` are personal and never part of a link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PreflightAsked)]
pub struct Asked {
    /// The domain, such as `yunshan-tech.cn`.
    pub domain: String,
    /// The organiser's nature: `enterprise`, 企业, …
    pub nature: String,
    /// The kind of certificate: `business_licence`, 营业执照, …
    pub certificate: String,
    /// The province that decides: `33`, 浙江, Zhejiang, …
    pub province: String,
    /// The kind of resource: `cloud_server`, 云服务器, …
    pub resource: String,
    /// Where the resource stands: `mainland` or `abroad`.
    pub region: String,
    /// How it is paid for: `prepaid`, `pay_as_you_go` or `package`.
    pub billing: String,
    /// The months it was bought for, renewals included.
    pub months: String,
    /// The last day it is paid for.
    pub resource_until: String,
    /// Whether the organiser has filed before: `no`, `here`, `elsewhere` or `shell`.
    pub subject_filed: String,
    /// Whether the domain is filed: `no`, `here`, `elsewhere` or `other`.
    pub domain_filed: String,
    /// Whether the domain's holder is verified: `yes` or `no`.
    pub domain_verified: String,
    /// The day the holder was verified.
    pub domain_verified_on: String,
    /// The last day the domain is registered.
    pub domain_until: String,
    /// Whether the domain was registered with this provider: `yes` or `no`.
    pub registered_here: String,
    /// The day the account was verified; it matters for individuals.
    pub account_verified_on: String,
    /// The organiser's name; never part of a link.
    pub name: String,
    /// The certificate's number; never part of a link.
    pub number: String,
}

/// An answer that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// Which answer, such as `province`.
    pub field: String,
    /// What is wrong with it: `required`, `choice`, `date`, `months`, or the rule it breaks.
    pub code: String,
    /// What is wrong, in one sentence.
    pub message: Text,
    /// What to write.
    pub fix: Text,
}

/// What somebody else said: the ministry, our own records, the registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// What the ministry and our records answered.
    pub answers: Option<Answers>,
    /// What the registry tells of the domain.
    pub registration: Option<Registration>,
    /// Where the resolvers say that it leads.
    pub resolution: Option<Resolution>,
    /// Whether the domain is in somebody's running order here.
    pub in_running_order: bool,
}

/// What the answers come to: the beginning of a draft, and what is known besides.
pub(super) struct Read {
    pub draft: Draft,
    pub facts: Facts,
    pub nature: Nature,
    pub certificate: CertificateKind,
    pub province: Province,
    pub resource: ResourceKind,
}

/// The stand-in for the name of a resource that has none, filled in both languages afterwards.
pub(super) const RESOURCE: &str = "{resource}";

impl Asked {
    /// The answers a link may carry, by name; neither name nor number of anybody is among them.
    #[must_use]
    pub fn shared(&self) -> Vec<(&'static str, &str)> {
        let mut answers = self.answers();
        answers.retain(|(name, typed)| !matches!(*name, "name" | "number") && !typed.is_empty());
        answers
    }

    /// Every answer by name, as typed.
    #[must_use]
    pub fn answers(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("domain", self.domain.trim()),
            ("nature", self.nature.trim()),
            ("certificate", self.certificate.trim()),
            ("province", self.province.trim()),
            ("resource", self.resource.trim()),
            ("region", self.region.trim()),
            ("billing", self.billing.trim()),
            ("months", self.months.trim()),
            ("resource_until", self.resource_until.trim()),
            ("subject_filed", self.subject_filed.trim()),
            ("domain_filed", self.domain_filed.trim()),
            ("domain_verified", self.domain_verified.trim()),
            ("domain_verified_on", self.domain_verified_on.trim()),
            ("domain_until", self.domain_until.trim()),
            ("registered_here", self.registered_here.trim()),
            ("account_verified_on", self.account_verified_on.trim()),
            ("name", self.name.trim()),
            ("number", self.number.trim()),
        ]
    }

    /// Whether nothing was answered yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.answers().iter().all(|(_, typed)| typed.is_empty())
    }

    /// Reads all answers at once.
    ///
    /// # Errors
    /// With every answer that cannot be read.
    pub(super) fn read(&self, outside: &Outside, on: Date) -> Result<Read, Vec<Fault>> {
        let mut reader = Reader::default();
        let nature = reader.needed("nature", &self.nature, Nature::ALL, |n| n.as_str(), |n| n.name());
        let certificate =
            reader.needed("certificate", &self.certificate, CertificateKind::ALL, |c| c.as_str(), |c| c.name());
        let province = reader.needed("province", &self.province, Province::ALL, |p| p.as_str(), |p| p.name());
        let resource = reader.needed("resource", &self.resource, ResourceKind::ALL, |r| r.as_str(), resource_name);
        let domain = self.domain.trim();
        if domain.is_empty() {
            reader.fault("domain", "required", "", "");
        }
        let region = reader.word("region", &self.region, Region::ALL, |r| r.as_str());
        let billing = reader.word("billing", &self.billing, Billing::ALL, |b| b.as_str());
        let subject = reader.word("subject_filed", &self.subject_filed, SubjectFiled::ALL, |s| s.as_str());
        let filed = reader.word("domain_filed", &self.domain_filed, DomainFiled::ALL, |d| d.as_str());
        let verified = reader.word("domain_verified", &self.domain_verified, YesNo::ALL, |y| y.as_str());
        let here = reader.word("registered_here", &self.registered_here, YesNo::ALL, |y| y.as_str());
        let months = reader.months("months", &self.months);
        let until = reader.date("resource_until", &self.resource_until);
        let verified_on = reader.date("domain_verified_on", &self.domain_verified_on);
        let domain_until = reader.date("domain_until", &self.domain_until);
        let account = reader.date("account_verified_on", &self.account_verified_on);
        let (Some(nature), Some(certificate), Some(province), Some(resource), true) =
            (nature, certificate, province, resource, reader.faults.is_empty())
        else {
            reader.faults.extend(domain_faults(domain, on));
            return Err(reader.faults);
        };

        let basic = Basic {
            province: province.code().to_owned(),
            nature: nature.as_str().to_owned(),
            name: self.name.trim().to_owned(),
            certificate_kind: certificate.as_str().to_owned(),
            certificate_number: self.number.trim().to_owned(),
            domain: domain.to_owned(),
            resource: RESOURCE.to_owned(),
        };
        // One site, run by the principal: the usual case, and the fewest papers.
        let site = SiteDraft { manager_is_principal: true, ..SiteDraft::default() };
        let mut facts = Facts {
            resources: vec![of_kind(resource, region, billing, months, until, on)],
            identity: account.filter(|_| nature.is_individual()).map(|verified_on| Identity {
                individual: true,
                name: self.name.trim().to_owned(),
                certificate_number: String::new(),
                verified_on,
            }),
            ..Facts::default()
        };
        if let Some(name) = super::meant(domain) {
            let said = stated(subject, filed);
            facts.detection.insert(name.as_str().to_owned(), together(outside.answers, said));
            let registration =
                registration(outside.registration.as_ref(), verified, verified_on, domain_until, here, on);
            if let Some(registration) = registration {
                facts.registrations.insert(name.as_str().to_owned(), registration);
            }
            if let Some(resolution) = &outside.resolution {
                facts.resolutions.insert(name.as_str().to_owned(), resolution.clone());
            }
            if outside.in_running_order {
                facts.domains_in_other_orders.push(name.as_str().to_owned());
            }
        }
        let draft = Draft { basic, sites: vec![site], ..Draft::default() };
        Ok(Read { draft, facts, nature, certificate, province, resource })
    }
}

/// What is wrong with the form of a domain, beside answers that cannot be read: all of it is mended in one go.
fn domain_faults(domain: &str, on: Date) -> Vec<Fault> {
    let draft = Draft { basic: Basic { domain: domain.to_owned(), ..Basic::default() }, ..Draft::default() };
    if domain.is_empty() || super::meant(domain).is_some() {
        return Vec::new();
    }
    check::run(&draft, &Facts::default(), on)
        .into_iter()
        .filter(|finding| finding.field == "basic.domain")
        .map(|finding| Fault {
            field: "domain".to_owned(),
            code: finding.rule,
            message: finding.message,
            fix: finding.fix,
        })
        .collect()
}

/// The name of a kind of resource.
#[must_use]
pub fn resource_name(kind: ResourceKind) -> Text {
    text(&data().resource, kind.as_str())
}

/// A resource as far as it was described; what was not said breaks no rule.
fn of_kind(
    kind: ResourceKind,
    region: Option<Region>,
    billing: Option<Billing>,
    months: Option<i32>,
    until: Option<Date>,
    on: Date,
) -> Resource {
    // Bought today when only the months are given; long ago when only the end is.
    let long_ago = until.map_or(on, |until| until.saturating_sub(120.months()));
    let expires_on = until.or_else(|| months.map(|months| on.saturating_add(months.months())));
    let bought_on = match (months, until) {
        (Some(months), Some(until)) => until.saturating_sub(months.months()),
        (Some(_), None) => on,
        (None, _) => long_ago,
    };
    Resource {
        id: RESOURCE.to_owned(),
        kind,
        name: RESOURCE.to_owned(),
        province: if region == Some(Region::Abroad) { String::new() } else { Province::Beijing.code().to_owned() },
        region: String::new(),
        billing: billing.or(kind.terms().billing).unwrap_or(Billing::Prepaid),
        bought_on,
        expires_on,
        ips: vec!["192.0.2.1".to_owned()],
        bandwidth: 1,
        sites_in_use: 0,
        origin: None,
        code: None,
    }
}

/// The answers as the applicant gives them.
fn stated(subject: Option<SubjectFiled>, domain: Option<DomainFiled>) -> Answers {
    let mut answers = Answers::default();
    (answers.subject, answers.subject_here) = match subject {
        None => (SubjectAtMinistry::Unknown, Answer::Unknown),
        Some(SubjectFiled::No) => (SubjectAtMinistry::NotFiled, Answer::No),
        Some(SubjectFiled::Here) => (SubjectAtMinistry::Filed, Answer::Yes),
        Some(SubjectFiled::Elsewhere) => (SubjectAtMinistry::Filed, Answer::No),
        Some(SubjectFiled::Shell) => (SubjectAtMinistry::Shell, Answer::Unknown),
    };
    (answers.domain, answers.domain_here) = match domain {
        None => (DomainAtMinistry::Unknown, Answer::Unknown),
        Some(DomainFiled::No) => (DomainAtMinistry::NotFiled, Answer::No),
        Some(DomainFiled::Here) => (DomainAtMinistry::SameSubject, Answer::Yes),
        Some(DomainFiled::Elsewhere) => (DomainAtMinistry::SameSubject, Answer::No),
        Some(DomainFiled::Other) => (DomainAtMinistry::OtherSubject, Answer::Unknown),
    };
    answers
}

/// What was asked of the ministry comes first; what it left open is taken from what the applicant says.
fn together(asked: Option<Answers>, said: Answers) -> Answers {
    let Some(asked) = asked else { return said };
    let answer = |asked, said| if asked == Answer::Unknown { said } else { asked };
    Answers {
        subject: if asked.subject == SubjectAtMinistry::Unknown { said.subject } else { asked.subject },
        domain: match (asked.domain, said.domain) {
            (DomainAtMinistry::Unknown, said) => said,
            // The ministry says that it is filed and not under whom; the applicant does.
            (DomainAtMinistry::Filed, said @ (DomainAtMinistry::SameSubject | DomainAtMinistry::OtherSubject)) => said,
            (asked, _) => asked,
        },
        subject_here: answer(asked.subject_here, said.subject_here),
        domain_here: answer(asked.domain_here, said.domain_here),
        shell_may_add: answer(asked.shell_may_add, said.shell_may_add),
    }
}

fn registration(
    known: Option<&Registration>,
    verified: Option<YesNo>,
    verified_on: Option<Date>,
    until: Option<Date>,
    here: Option<YesNo>,
    on: Date,
) -> Option<Registration> {
    let said = match (verified, verified_on) {
        (Some(YesNo::No), _) => Answer::No,
        (Some(YesNo::Yes), _) | (None, Some(_)) => Answer::Yes,
        (None, None) => Answer::Unknown,
    };
    let nothing_said = said == Answer::Unknown && until.is_none();
    let mut registration = match known {
        Some(known) => known.clone(),
        None if nothing_said => return None,
        // Who speaks of its holder or its end says that it is registered.
        None => Registration {
            registered: Answer::Yes,
            registered_here: here == Some(YesNo::Yes),
            ..Registration::unknown(on)
        },
    };
    if registration.verified == Answer::Unknown {
        registration.verified = said;
    }
    registration.verified_on = registration.verified_on.or(verified_on);
    registration.expires_on = registration.expires_on.or(until);
    Some(registration)
}

/// Reads answers and keeps what is wrong with them.
#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, field: &str, code: &str, found: &str, choices: &str) {
        let Some(sentence) = data().fault.get(code) else { return };
        let fill = |text: &Text| text.with("found", found).with("choices", choices);
        self.faults.push(Fault {
            field: field.to_owned(),
            code: code.to_owned(),
            message: fill(&sentence.message),
            fix: fill(&sentence.fix),
        });
    }

    /// A value that must be given, by its word or by its name in either language.
    fn needed<T: Copy>(
        &mut self,
        field: &str,
        typed: &str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
        name: impl Fn(T) -> Text,
    ) -> Option<T> {
        let typed = typed.trim();
        if typed.is_empty() {
            self.fault(field, "required", "", "");
            return None;
        }
        let folded = fold(typed);
        let exact = all.iter().copied().find(|value| {
            let name = name(*value);
            folded == fold(word(*value)) || folded == fold(&name.zh) || folded == fold(&name.en)
        });
        // 浙江 for 浙江省, and any other beginning of two characters or more that only one name has.
        let mut begun =
            all.iter().copied().filter(|value| typed.chars().count() > 1 && name(*value).zh.starts_with(typed));
        let found = exact.or_else(|| begun.next().filter(|_| begun.next().is_none()));
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|value| word(*value)).collect();
            self.fault(field, "choice", typed, &words.join(", "));
        }
        found
    }

    /// One of a few words, or nothing.
    fn word<T: Copy>(&mut self, field: &str, typed: &str, all: &[T], word: impl Fn(T) -> &'static str) -> Option<T> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        let found = all.iter().copied().find(|value| fold(word(*value)) == fold(typed));
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|value| word(*value)).collect();
            self.fault(field, "choice", typed, &words.join(", "));
        }
        found
    }

    fn date(&mut self, field: &str, typed: &str) -> Option<Date> {
        let typed = typed.trim();
        let read = typed.parse().ok();
        if read.is_none() && !typed.is_empty() {
            self.fault(field, "date", typed, "");
        }
        read
    }

    fn months(&mut self, field: &str, typed: &str) -> Option<i32> {
        let typed = typed.trim();
        let read = typed.parse().ok().filter(|months| (1..=120).contains(months));
        if read.is_none() && !typed.is_empty() {
            self.fault(field, "months", typed, "");
        }
        read
    }
}

/// A word as it is compared: case, hyphens and spaces do not count.
fn fold(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

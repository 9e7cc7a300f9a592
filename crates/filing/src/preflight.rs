//! The verdict before any form: may this domain be filed, as what, with which papers, and when could it be open.
//!
//! The checks are those of [`crate::check`], run over the beginning of a draft; only what was asked is judged. Whether
//! a breach means “no” or “not yet” stands with its rule ([`Cure`]). What nobody told is unknown, never a verdict.
//!
//! ```
//! use filing::preflight::{self, Asked, Outcome, Outside};
//! use jiff::civil::date;
//!
//! let asked = Asked {
//!     domain: "yunshan-tech.cn".into(),
//!     nature: "企业".into(),
//!     certificate: "营业执照".into(),
//!     province: "浙江".into(),
//!     resource: "云服务器".into(),
//!     subject_filed: "no".into(),
//!     domain_filed: "no".into(),
//!     domain_verified: "yes".into(),
//!     ..Asked::default()
//! };
//! let verdict = preflight::run(&asked, &Outside::default(), date(2026, 11, 25)).unwrap();
//! assert_eq!(verdict.outcome, Outcome::Fileable);
//! ```

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::case::CaseFile;
use crate::certificate::CertificateKind;
use crate::check::{self, Cure, Facts, Finding, Severity};
use crate::detect::{Answer, Answers, Detected, DomainAtMinistry, Obstacle, Question, SubjectAtMinistry, detect};
use crate::domain::{DomainFault, DomainName};
use crate::draft::{Basic, Draft};
use crate::material::MaterialKind;
use crate::nature::Nature;
use crate::papers::{self, Paper};
use crate::province::Province;
use crate::resource::ResourceKind;
use crate::stage::Action;
use crate::text::Text;
use crate::words::words;

mod asked;
mod data;
mod plan;

pub use asked::{Asked, DomainFiled, Fault, Outside, Region, SubjectFiled, YesNo, resource_name};
pub use plan::{Party, Step};

words! {
    /// What it comes to, the better before the worse.
    pub enum Outcome {
        /// It can be filed as things stand.
        Fileable = "fileable",
        /// Nothing known stands in the way, but something that decides is not known.
        Unknown = "unknown",
        /// It can be filed once something has passed or has been done.
        NotYet = "not_yet",
        /// With these answers it can never be filed.
        No = "no",
    }
}

/// What was judged, in words; nobody's name or number is repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct About {
    /// The domain as people read it.
    pub domain: String,
    /// The organiser's nature.
    pub nature: Option<Nature>,
    /// Its name.
    pub nature_name: Text,
    /// The kind of certificate.
    pub certificate: Option<CertificateKind>,
    /// Its name.
    pub certificate_name: Text,
    /// The province's two-digit code.
    pub province: Option<Province>,
    /// Its name.
    pub province_name: Text,
    /// The kind of resource.
    pub resource: Option<ResourceKind>,
    /// Its name.
    pub resource_name: Text,
}

/// Something that stands in the way, or that somebody must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hurdle {
    /// What the check says.
    #[serde(flatten)]
    pub finding: Finding,
    /// What it takes to be rid of it.
    pub cure: Cure,
}

/// A question whose answer decides the type of filing and is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenQuestion {
    /// The question's word.
    pub question: Question,
    /// The question.
    pub message: Text,
    /// How to answer it.
    pub fix: Text,
}

/// A paper of the list with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NamedPaper {
    /// What it is called.
    pub name: Text,
    /// What, why, how it must look, how old it may be.
    #[serde(flatten)]
    pub paper: Paper,
}

/// The verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PreflightVerdict)]
pub struct Verdict {
    /// The day it holds for.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// What it comes to.
    pub outcome: Outcome,
    /// The first day it could be submitted, at best: everything mended today, and time having passed.
    #[schema(value_type = Option<String>, format = Date)]
    pub fileable_from: Option<Date>,
    /// What was judged.
    pub about: About,
    /// The type of filing, or what is missing to know it.
    pub detected: Detected,
    /// The types it may still be.
    pub possible: Vec<Action>,
    /// The questions that decide the type and are open.
    pub questions: Vec<OpenQuestion>,
    /// Everything that stands in the way at once, the gravest first.
    pub findings: Vec<Hurdle>,
    /// What was not asked here and is checked later.
    pub not_asked: Vec<Text>,
    /// The papers, as far as the answers tell, the surest first.
    pub papers: Vec<NamedPaper>,
    /// The type the plan is made for: the one that will be filed, or the first of those it may still be.
    pub planned: Option<Action>,
    /// The plan; none when it can never be filed.
    pub plan: Vec<Step>,
}

impl Verdict {
    /// How many findings stop the order.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.findings.iter().filter(|hurdle| hurdle.finding.severity == Severity::Block).count()
    }

    /// What stands in the way, or may.
    pub fn hurdles(&self) -> impl Iterator<Item = &Hurdle> {
        self.findings.iter().filter(|hurdle| hurdle.finding.severity != Severity::Ask)
    }

    /// What is not known besides the open questions. The rule that says that the type is open only repeats those.
    pub fn unknowns(&self) -> impl Iterator<Item = &Hurdle> {
        let repeats = |hurdle: &Hurdle| !self.questions.is_empty() && hurdle.finding.rule.starts_with("detection-");
        self.findings.iter().filter(move |hurdle| hurdle.finding.severity == Severity::Ask && !repeats(hurdle))
    }
}

/// Judges what was asked, with what the outside says.
///
/// # Errors
/// With every answer that cannot be read.
pub fn run(asked: &Asked, outside: &Outside, on: Date) -> Result<Verdict, Vec<Fault>> {
    let read = asked.read(outside, on)?;
    let about = About {
        domain: shown(&read.draft.basic.domain),
        nature: Some(read.nature),
        nature_name: read.nature.name(),
        certificate: Some(read.certificate),
        certificate_name: read.certificate.name(),
        province: Some(read.province),
        province_name: read.province.name(),
        resource: Some(read.resource),
        resource_name: resource_name(read.resource),
    };
    let mut later = Vec::new();
    if asked.number.trim().is_empty() {
        later.push("number");
    }
    if asked.months.trim().is_empty() && asked.resource_until.trim().is_empty() {
        later.push("resource_terms");
    }
    if read.facts.identity.is_none() {
        later.push("account");
    }
    later.extend(["holder", "people_and_site"]);
    let mut findings = in_scope(check::run(&read.draft, &read.facts, on), &read.draft, &read.facts);
    if let Some(name) = meant(&read.draft.basic.domain).filter(|_| DomainName::parse(&asked.domain).is_err()) {
        // What was meant is judged too: everything at once, not the address first and the name behind it later.
        let mut corrected = read.draft.clone();
        corrected.basic.domain = name.into();
        findings.retain(|finding| finding.field == "basic.domain");
        findings.extend(in_scope(check::run(&corrected, &read.facts, on), &corrected, &read.facts));
    }
    let named = about.resource_name.clone();
    let mut verdict = judge(&read.draft, &read.facts, about, findings, on);
    for hurdle in &mut verdict.findings {
        for part in [&mut hurdle.finding.message, &mut hurdle.finding.fix] {
            part.zh = part.zh.replace(asked::RESOURCE, &named.zh);
            part.en = part.en.replace(asked::RESOURCE, &named.en);
        }
    }
    verdict.not_asked = later.into_iter().map(|word| data::text(&data::data().later, word)).collect();
    Ok(verdict)
}

/// Judges a whole case; what it has not filled in yet is no hurdle.
#[must_use]
pub fn of_case(case: &CaseFile, on: Date) -> Verdict {
    let facts = case.facts();
    let basic = &case.draft.basic;
    let (nature, province) = (Nature::from_word(&basic.nature), Province::from_word(&basic.province));
    let certificate = CertificateKind::from_word(&basic.certificate_kind);
    let resource = facts.resource(&basic.resource).map(|own| own.kind);
    let about = About {
        domain: shown(&basic.domain),
        nature,
        nature_name: nature.map(Nature::name).unwrap_or_default(),
        certificate,
        certificate_name: certificate.map(CertificateKind::name).unwrap_or_default(),
        province,
        province_name: province.map(Province::name).unwrap_or_default(),
        resource,
        resource_name: resource.map(resource_name).unwrap_or_default(),
    };
    let findings = check::run(&case.draft, &facts, on);
    judge(&case.draft, &facts, about, findings, on)
}

/// The findings about what was asked. The rest of the form comes later, a remark on a name or number that nobody gave
/// would be about nothing, and an account that was not
/// spoken of is not an account that is not verified.
fn in_scope(findings: Vec<Finding>, draft: &Draft, facts: &Facts) -> Vec<Finding> {
    let about_account = |finding: &Finding| finding.rule.starts_with("account-");
    findings
        .into_iter()
        .filter(|finding| finding.field.starts_with("basic."))
        .filter(|finding| finding.severity == Severity::Block || is_answered(&draft.basic, &finding.field))
        .filter(|finding| facts.identity.is_some() || !about_account(finding))
        .collect()
}

fn is_answered(basic: &Basic, field: &str) -> bool {
    match field {
        "basic.name" => !basic.name.is_empty(),
        "basic.certificate_number" => !basic.certificate_number.is_empty(),
        _ => true,
    }
}

fn judge(draft: &Draft, facts: &Facts, about: About, findings: Vec<Finding>, on: Date) -> Verdict {
    // Papers have a list of their own; what is not filled in yet is no hurdle.
    let findings: Vec<Finding> =
        findings.into_iter().filter(|finding| !finding.is_missing() && !is_about_paper(finding)).collect();
    let answers =
        meant(&draft.basic.domain).map(|name| facts.detection.get(name.as_str()).copied().unwrap_or_default());
    let detected = answers.map_or(Detected::Unknown { missing: Vec::new() }, detect);
    let endings = answers.map(endings).unwrap_or_default();
    let possible: Vec<Action> = Action::ALL
        .iter()
        .copied()
        .filter(|action| endings.iter().any(|ending| ending.action() == Some(*action)))
        .collect();
    // Only the type is open when every way it may turn out can be filed.
    let only_type_open = !endings.is_empty() && endings.iter().all(|ending| ending.action().is_some());
    let outcome = outcome(&findings, only_type_open);
    let start =
        findings.iter().filter(|f| f.severity == Severity::Block).filter_map(|f| f.cured_from).fold(on, Date::max);
    let fileable_from = (outcome != Outcome::No).then_some(start);
    let after = answers.and_then(|answers| possible.first().copied().or_else(|| once_cleared(answers, &detected)));
    let planned = after.filter(|_| outcome != Outcome::No);
    let plan = match (fileable_from, about.province, planned) {
        (Some(start), Some(province), Some(action)) => plan::plan(action, province, start),
        _ => Vec::new(),
    };
    let papers = if outcome == Outcome::No { Vec::new() } else { needed(draft, facts, on) };
    let mut findings: Vec<Hurdle> =
        findings.into_iter().map(|finding| Hurdle { cure: finding.cure(), finding }).collect();
    findings.sort_by_key(|hurdle| (hurdle.finding.severity, hurdle.cure));
    Verdict {
        on,
        outcome,
        fileable_from,
        about,
        questions: questions(&detected),
        detected,
        possible,
        findings,
        not_asked: Vec::new(),
        papers,
        planned,
        plan,
    }
}

fn outcome(findings: &[Finding], only_type_open: bool) -> Outcome {
    let blocks = || findings.iter().filter(|finding| finding.severity == Severity::Block);
    let open = |finding: &Finding| {
        finding.severity == Severity::Ask && !(only_type_open && finding.rule.starts_with("detection-"))
    };
    if blocks().any(|finding| finding.cure() == Cure::Never) {
        Outcome::No
    } else if blocks().next().is_some() {
        Outcome::NotYet
    } else if findings.iter().any(open) {
        Outcome::Unknown
    } else {
        Outcome::Fileable
    }
}

/// Every way the detection may turn out once the open answers are in.
fn endings(answers: Answers) -> Vec<Detected> {
    let each = |answer: Answer| match answer {
        Answer::Unknown => vec![Answer::Yes, Answer::No],
        known => vec![known],
    };
    let subjects = match answers.subject {
        SubjectAtMinistry::Unknown => {
            vec![SubjectAtMinistry::NotFiled, SubjectAtMinistry::Filed, SubjectAtMinistry::Shell]
        }
        known => vec![known],
    };
    let domains = match answers.domain {
        DomainAtMinistry::Unknown => {
            vec![DomainAtMinistry::NotFiled, DomainAtMinistry::SameSubject, DomainAtMinistry::OtherSubject]
        }
        DomainAtMinistry::Filed => vec![DomainAtMinistry::SameSubject, DomainAtMinistry::OtherSubject],
        known => vec![known],
    };
    let mut endings: Vec<Detected> = Vec::new();
    for subject in &subjects {
        for domain in &domains {
            for subject_here in each(answers.subject_here) {
                for domain_here in each(answers.domain_here) {
                    for shell_may_add in each(answers.shell_may_add) {
                        let whole =
                            Answers { subject: *subject, domain: *domain, subject_here, domain_here, shell_may_add };
                        let ending = detect(whole);
                        if !endings.contains(&ending) {
                            endings.push(ending);
                        }
                    }
                }
            }
        }
    }
    endings
}

/// The type of filing once what stops it now has been put right.
fn once_cleared(answers: Answers, detected: &Detected) -> Option<Action> {
    let Detected::Stop { obstacle } = detected else { return None };
    let cleared = match obstacle {
        Obstacle::DomainConflict => Answers { domain: DomainAtMinistry::NotFiled, ..answers },
        Obstacle::SubjectMismatch => Answers { subject: SubjectAtMinistry::Filed, ..answers },
        Obstacle::ShellSubject => Answers { subject: SubjectAtMinistry::NotFiled, ..answers },
    };
    endings(cleared).iter().filter_map(Detected::action).min()
}

fn questions(detected: &Detected) -> Vec<OpenQuestion> {
    let Detected::Unknown { missing } = detected else { return Vec::new() };
    let sentence = |question: &Question| {
        let sentence = data::data().question.get(question.as_str())?;
        Some(OpenQuestion { question: *question, message: sentence.message.clone(), fix: sentence.fix.clone() })
    };
    missing.iter().filter_map(sentence).collect()
}

fn is_about_paper(finding: &Finding) -> bool {
    MaterialKind::from_field(&finding.field).is_some()
}

/// The papers of the order as far as it is known, the surest first.
fn needed(draft: &Draft, facts: &Facts, on: Date) -> Vec<NamedPaper> {
    let named = |paper: Paper| NamedPaper { name: data::text(&data::data().paper, paper.kind.as_str()), paper };
    let mut papers: Vec<NamedPaper> = papers::needed(draft, facts, on).into_iter().map(named).collect();
    papers.sort_by_key(|paper| paper.paper.need);
    papers
}

/// The name somebody means who typed a page's address or a sub-name; the checks say what to type instead.
#[must_use]
pub fn meant(typed: &str) -> Option<DomainName> {
    match DomainName::parse(typed) {
        Ok(name) => Some(name),
        Err(DomainFault::Url { name: Some(name), .. } | DomainFault::Subdomain { registrable: name, .. }) => {
            DomainName::parse(&name).ok()
        }
        Err(_) => None,
    }
}

fn shown(typed: &str) -> String {
    DomainName::parse(typed).map_or_else(|_| typed.trim().to_owned(), |name| name.unicode())
}

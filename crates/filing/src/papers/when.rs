//! The conditions of the list that the code decides.

use super::people::{self, certificate, differs};
use super::table::table;
use super::{Occasion, occasion};
use crate::approval;
use crate::certificate::{Certificate, CertificateKind};
use crate::check::Context;
use crate::code;
use crate::detect::Answer;
use crate::material::{self, MaterialKind, Needed};
use crate::province::{
    DatedPaper, DomainCertificate, PartyLetter, PrincipalRule, Province, Residence, Scoped, Source, Stance,
};
use crate::stage::Action;
use crate::text::Text;
use serde::Deserialize;

/// A condition of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Condition {
    /// Every order needs it.
    Base,
    /// The principal is not the legal representative and the province takes a letter.
    PrincipalLetter,
    /// The principal is not the legal representative.
    PrincipalDiffers,
    /// The manager is not the legal representative and the province asks for a letter.
    ManagerLetter,
    /// The manager is not the principal and the province asks for a letter.
    ManagerLetterIfNotPrincipal,
    /// The province asks for the domains' certificates.
    DomainCertificate,
    /// There are so many domains that papers go by post.
    Posted,
    /// The domain is registered elsewhere.
    RegisteredElsewhere,
    /// There are so many domains that a statement is asked for.
    Statement,
    /// The legal representative holds a unit's domain.
    HeldByRepresentative,
    /// There are so many sites that the province asks for a plan.
    Plan,
    /// There are more than four sites.
    MoreThanFourSites,
    /// An individual from another province.
    Residence,
    /// The legal representative, being principal, is from another province.
    RepresentativeFromElsewhere,
    /// The subject is filed already and the province has a letter for changes of name.
    Rename,
    /// The province asks for the confirmation on Party building.
    Party,
    /// The province limits the age of explanations of commercial activity.
    BusinessStatement,
    /// The province has its own letter on training.
    Training,
    /// A name says a word of a pre-approval that is not chosen.
    UntouchedApproval,
}

/// What was found where a condition holds.
#[derive(Debug, Default)]
pub(super) struct Hit {
    /// Where the condition was read.
    pub source: Option<String>,
    /// What fills the holes of the reason.
    holes: Vec<(&'static str, Text)>,
}

impl Hit {
    fn cited(sources: &[Source]) -> Self {
        // The newest statement stands last.
        Self { source: sources.last().map(ToString::to_string), holes: Vec::new() }
    }

    fn with(mut self, hole: &'static str, value: Text) -> Self {
        self.holes.push((hole, value));
        self
    }

    fn with_word(self, hole: &'static str, value: impl ToString) -> Self {
        let value = value.to_string();
        self.with(hole, Text::new(value.clone(), value))
    }

    /// Adds what another condition of the row found.
    pub fn join(&mut self, other: Self) {
        self.source = self.source.take().or(other.source);
        self.holes.extend(other.holes);
    }

    /// A text with its holes filled.
    pub fn fill(&self, text: &Text) -> Text {
        self.holes.iter().fold(text.clone(), |text, (hole, value)| {
            let hole = format!("{{{hole}}}");
            Text::new(text.zh.replace(&hole, &value.zh), text.en.replace(&hole, &value.en))
        })
    }
}

/// Whether a condition holds at a place, and what was found.
pub(super) fn holds(cx: &Context<'_>, condition: Condition, place: Needed) -> Option<Hit> {
    let params = cx.params();
    match condition {
        Condition::Base => base(cx, place),
        Condition::PrincipalLetter => principal_letter(cx),
        Condition::PrincipalDiffers => (unit(cx) && differs(cx.draft, &cx.draft.principal)?).then(Hit::default),
        Condition::ManagerLetter => {
            let person = material::manager(cx.draft, place.site?)?;
            let hit = stated(&params?.manager_letter_if_not_legal_rep)?;
            (unit(cx) && differs(cx.draft, person)?).then_some(hit)
        }
        Condition::ManagerLetterIfNotPrincipal => {
            let hit = stated(&params?.manager_letter_if_not_principal)?;
            let site = place.site?;
            let named = material::manager(cx.draft, site).is_some_and(|person| !person.name.trim().is_empty());
            (unit(cx) && named && !people::is_principal(cx.draft, site)).then_some(hit)
        }
        Condition::DomainCertificate => domain_certificate(cx, place.site?),
        Condition::Posted => more_than(cx, params?.post_materials_if_domains_gt.as_ref()?),
        Condition::RegisteredElsewhere => {
            let known = cx.facts.registrations.get(cx.site_domain(place.site?))?;
            (!known.registered_here).then(Hit::default)
        }
        Condition::Statement => more_than(cx, params?.statement_if_domains_gt.as_ref()?),
        Condition::HeldByRepresentative => held_by_representative(cx),
        Condition::Plan => plan(cx, place.site?),
        Condition::MoreThanFourSites => (cx.draft.sites.len() > 4 && place.site? == 0).then(Hit::default),
        Condition::Residence => residence(cx),
        Condition::RepresentativeFromElsewhere => {
            let own = from_elsewhere(cx, &certificate(cx, &cx.draft.principal)?)?;
            (unit(cx) && differs(cx.draft, &cx.draft.principal) == Some(false) && own).then(Hit::default)
        }
        Condition::Rename => {
            let hit = stated(&params?.rename_letter)?;
            let asks = |occasion| matches!(occasion, Occasion::AddSite | Occasion::AddAccess | Occasion::Change);
            (unit(cx) && asks(occasion(cx, None)?)).then_some(hit)
        }
        Condition::Party => {
            let party = params?.party_letter.as_ref()?;
            let first = occasion(cx, None).is_none_or(|occasion| occasion == Occasion::FirstFiling);
            let asked = party.value == PartyLetter::AllButCancelAndDomainlessChange || first;
            asked.then(|| Hit::cited(&party.sources))
        }
        Condition::BusinessStatement => {
            let ages = params?.document_max_age.as_ref()?;
            let asked = ages.value.iter().any(|age| age.document == DatedPaper::CommercialActivityExplanation);
            (unit(cx) && asked).then(|| Hit::cited(&ages.sources))
        }
        Condition::Training => stated(&params?.training_letter_template).filter(|_| unit(cx)),
        Condition::UntouchedApproval => untouched_approval(cx, place.site?),
    }
}

fn unit(cx: &Context<'_>) -> bool {
    cx.individual() == Some(false)
}

/// A parameter that is stated as a yes.
fn stated(stance: &Stance) -> Option<Hit> {
    stance.as_ref().filter(|stance| stance.value == Answer::Yes).map(|stance| Hit::cited(&stance.sources))
}

fn base(cx: &Context<'_>, place: Needed) -> Option<Hit> {
    if !material::needed(cx.draft).contains(&place) || is_on_file(cx.action, place.kind) {
        return None;
    }
    if place.kind != MaterialKind::Approval {
        return Some(Hit::default());
    }
    let approvals = &cx.draft.sites.get(place.site?)?.approvals;
    let names: Vec<Text> =
        approvals.iter().filter_map(|approval| Some(code::PRE_APPROVAL.find(&approval.kind)?.name())).collect();
    let join = |half: fn(&Text) -> &str, by: &str| names.iter().map(half).collect::<Vec<_>>().join(by);
    Some(Hit::default().with("approval", Text::new(join(|name| &name.zh, "、"), join(|name| &name.en, ", "))))
}

/// Whether the authority has the paper already, or the action goes without: a subject that is filed here was proven with
/// its filing, and the short form of an access filing asks for no verification.
const fn is_on_file(action: Action, kind: MaterialKind) -> bool {
    use MaterialKind as Kind;
    match kind {
        Kind::SubjectCertificate | Kind::PrincipalIdFront | Kind::PrincipalIdBack => action.subject_is_here(),
        Kind::ManagerIdFront | Kind::ManagerIdBack | Kind::ManagerPhoto => {
            action.opens_access() && !action.verifies_manager()
        }
        Kind::Approval => action.adds_access(),
        _ => false,
    }
}

fn principal_letter(cx: &Context<'_>) -> Option<Hit> {
    let params = cx.params()?;
    if !unit(cx) || !differs(cx.draft, &cx.draft.principal)? {
        return None;
    }
    stated(&params.principal_letter_if_not_legal_rep).or_else(|| {
        let practice = params.legal_rep_required.as_ref()?;
        (practice.value == PrincipalRule::Letter).then(|| Hit::cited(&practice.sources))
    })
}

fn domain_certificate(cx: &Context<'_>, _site: usize) -> Option<Hit> {
    let asked = cx.params()?.domain_certificate.as_ref()?;
    let own = if cx.individual()? { DomainCertificate::Individual } else { DomainCertificate::Unit };
    asked.value.contains(&own).then(|| Hit::cited(&asked.sources))
}

/// Whether the order has more domains than a province takes without more.
fn more_than(cx: &Context<'_>, limit: &Scoped<usize>) -> Option<Hit> {
    let limit_of = *limit.of(cx.individual()?)?;
    let many = cx.draft.sites.len() > limit_of;
    many.then(|| Hit::cited(&limit.sources).with_word("limit", limit_of))
}

fn held_by_representative(cx: &Context<'_>) -> Option<Hit> {
    let representative = cx.draft.subject.legal_representative.trim();
    let held = (0..cx.draft.sites.len().max(1)).any(|site| {
        let known = cx.facts.registrations.get(cx.site_domain(site));
        known.and_then(|known| known.holder.as_deref()).is_some_and(|holder| holder.trim() == representative)
    });
    (unit(cx) && held && !representative.is_empty()).then(Hit::default)
}

/// The plan of an order is one paper: the first site's.
fn plan(cx: &Context<'_>, site: usize) -> Option<Hit> {
    let plan = cx.params()?.plan_from.as_ref()?;
    let from = *plan.of(cx.individual()?)?;
    (site == 0 && cx.draft.sites.len() >= from).then(|| Hit::cited(&plan.sources).with_word("limit", from))
}

/// Whether a document is of another province; no answer where it does not tell.
fn from_elsewhere(cx: &Context<'_>, certificate: &Certificate) -> Option<bool> {
    Some(Province::from_code(&certificate.area()?)? != cx.province?)
}

fn residence(cx: &Context<'_>) -> Option<Hit> {
    let practice = cx.params()?.individual_address.as_ref()?;
    let kind = CertificateKind::from_word(cx.draft.basic.certificate_kind.trim())?;
    let own = Certificate::parse(kind, &cx.draft.basic.certificate_number, cx.on).ok()?;
    let asked = cx.individual()? && practice.value != Residence::ProvinceOnly && from_elsewhere(cx, &own)?;
    let found = table().residence.get(&practice.value)?;
    asked.then(|| Hit::cited(&practice.sources).with("found", found.clone()))
}

/// Whether the site has a pre-approval.
pub(super) fn has_approval(cx: &Context<'_>, site: Option<usize>, kind: u16) -> bool {
    let site = site.and_then(|site| cx.draft.sites.get(site));
    site.is_some_and(|site| site.approvals.iter().any(|approval| approval.kind.trim() == kind.to_string()))
}

/// The unit's name, and the site's or every site's.
fn names<'a>(cx: &Context<'a>, site: Option<usize>) -> impl Iterator<Item = &'a str> + use<'a> {
    let draft = cx.draft;
    let sites = draft.sites.iter().enumerate().filter(move |(index, _)| site.is_none_or(|site| site == *index));
    let unit = unit(cx).then_some(draft.basic.name.as_str());
    unit.into_iter().chain(sites.map(|(_, site)| site.name.as_str()))
}

/// Whether a name says one of the words.
pub(super) fn says(cx: &Context<'_>, words: &[String], site: Option<usize>) -> Option<Hit> {
    let word = words.iter().find(|word| names(cx, site).any(|name| name.contains(word.as_str())))?;
    Some(Hit::default().with_word("word", word))
}

/// Whether the domain says one of the words.
pub(super) fn label_says(cx: &Context<'_>, words: &[String], site: usize) -> Option<Hit> {
    let domain = cx.site_domain(site).to_lowercase();
    let word = words.iter().find(|word| domain.contains(word.as_str()))?;
    Some(Hit::default().with_word("word", word))
}

/// Whether a name says a word of a pre-approval the site has not chosen; finance has letters of its own.
fn untouched_approval(cx: &Context<'_>, site: usize) -> Option<Hit> {
    const FINANCE: u16 = 13;
    let fields = approval::fields().iter().filter(|field| field.id != FINANCE && field.holds(cx.on));
    fields
        .filter(|field| !has_approval(cx, Some(site), field.id))
        .find_map(|field| Some(says(cx, &field.words, Some(site))?.with("approval", field.name())))
}

//! Looks up what is filed, as far as it is public.

use filing::domain::DomainName;
use filing::nature::Nature;
use filing::number::{SiteNumber, SubjectNumber};
use filing::verdict::{Enforcement, Known, Verdict};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::Reader;
use store::filed::{FiledSite, FiledState, FiledSubject};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Origin;
use crate::error::{Error, Result};
use crate::world::{World, china_date};

/// The fewest characters of a unit's name.
const SHORTEST_NAME: usize = 4;
/// The most characters of a question.
const LONGEST: usize = 200;
/// So many subjects of one name are looked through.
const SUBJECTS: u64 = 20;
/// So many sites are shown.
const SITES: usize = 50;

/// What to look up.
#[derive(Debug, Clone, Deserialize, ToSchema, IntoParams)]
pub struct LookUp {
    /// A domain, the number of a site or a subject, or the full name of a unit.
    pub q: String,
}

/// What is known in public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LookUpView {
    /// What was looked up, as it was understood.
    pub q: String,
    /// The domain.
    pub domain: Option<String>,
    /// Whether it is filed.
    pub filed: Known,
    /// Whether its access through this provider is filed.
    pub accessed: Known,
    /// What gateways do with it; none when they were told nothing.
    pub enforcement: Option<Enforcement>,
    /// The site's number.
    pub number: Option<String>,
    /// The subject's number.
    pub subject_number: Option<String>,
    /// The subject's name; a person's is masked.
    pub subject_name: Option<String>,
    /// The nature as a word.
    pub nature: Option<String>,
    /// The site's name.
    pub site_name: Option<String>,
    /// The day it was filed.
    #[schema(value_type = Option<String>, format = Date)]
    pub filed_on: Option<Date>,
    /// The sites, when a subject was looked up: at most fifty, by number.
    pub sites: Vec<LookUpSite>,
    /// From where it is known: `records` are this provider's own.
    pub source: String,
    /// Since when the source says so; none when it says nothing.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Timestamp>,
}

/// A site of a subject that was looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LookUpSite {
    /// Its number.
    pub number: String,
    /// Its domain.
    pub domain: String,
    /// Its name.
    pub name: String,
    /// Whether its access through this provider is filed.
    pub accessed: bool,
    /// The day it was filed.
    #[schema(value_type = String, format = Date)]
    pub filed_on: Date,
}

/// Looks a domain, a number or the full name of a unit up in our own records. What we have no record of is unknown, not
/// unfiled. A person's name is not looked up.
///
/// # Errors
/// When the question is none of these; [`Error::Throttled`] when one address asks too often.
pub async fn look_up(world: &World, origin: &Origin, input: LookUp) -> Result<LookUpView> {
    world.rates.look_up(&origin.ip)?;
    let q = input.q.trim();
    if q.chars().count() > LONGEST {
        return Err(Error::field("q", "not-a-domain"));
    }
    let reader = world.store.read().await?;
    if let Ok(number) = SiteNumber::parse(q) {
        let number = number.to_string();
        let site = store::filed::find_site_by_number(&reader, &number).await?;
        let domain = site.as_ref().map(|site| site.domain.clone());
        return of_site(&reader, number, domain, site).await;
    }
    if let Ok(number) = SubjectNumber::parse(q) {
        let number = number.to_string();
        let subject = store::filed::find_subject_by_number(&reader, &number).await?;
        return of_subjects(&reader, number, subject.into_iter().collect()).await;
    }
    if let Ok(domain) = DomainName::of_host(q) {
        let domain = domain.as_str().to_owned();
        let site = store::filed::find_site_by_domain(&reader, &domain).await?;
        return of_site(&reader, domain.clone(), Some(domain), site).await;
    }
    if q.chars().count() < SHORTEST_NAME || q.contains('.') || !q.chars().any(char::is_alphabetic) {
        return Err(Error::field("q", "not-a-domain"));
    }
    let mut subjects = Vec::new();
    for id in store::unit_name::find(&reader, q, SUBJECTS).await? {
        subjects.push(store::filed::get_subject(&reader, id).await?);
    }
    of_subjects(&reader, q.to_owned(), subjects).await
}

async fn of_site(reader: &Reader, q: String, domain: Option<String>, site: Option<FiledSite>) -> Result<LookUpView> {
    let site = site.filter(|site| site.state == FiledState::Active);
    let latest = match &domain {
        Some(domain) => store::feed::latest(reader, domain).await?,
        None => None,
    };
    let verdict: Option<Verdict> = latest.map(|entry| serde_json::from_value(entry.body)).transpose()?;
    let subject = match &site {
        Some(site) => Some(store::filed::get_subject(reader, site.subject).await?),
        None => None,
    };
    let (site, subject, verdict) = (site.as_ref(), subject.as_ref(), verdict.as_ref());
    Ok(LookUpView {
        domain,
        filed: match (site, verdict) {
            (Some(_), _) => Known::Yes,
            (None, Some(verdict)) => verdict.filed,
            (None, None) => Known::Unknown,
        },
        accessed: match (site, verdict) {
            (Some(site), _) if site.accessed => Known::Yes,
            (Some(_), _) => Known::No,
            (None, Some(verdict)) => verdict.accessed,
            (None, None) => Known::Unknown,
        },
        enforcement: verdict.map(|verdict| verdict.enforcement),
        number: site.map(|site| site.number.clone()),
        site_name: site.map(|site| site.name.clone()),
        filed_on: site.map(|site| china_date(site.filed_at)),
        as_of: site.map(|site| site.updated_at).max(verdict.map(|verdict| verdict.at)),
        ..about(q, subject)
    })
}

/// What is filed of the subjects that stand; of several with one name the numbers tell them apart.
async fn of_subjects(reader: &Reader, q: String, mut subjects: Vec<FiledSubject>) -> Result<LookUpView> {
    subjects.retain(|subject| subject.state == FiledState::Active);
    let mut sites = Vec::new();
    for subject in &subjects {
        let of = store::filed::sites_of(reader, subject.id).await?;
        sites.extend(of.into_iter().filter(|site| site.state == FiledState::Active));
    }
    let is_one = subjects.len() == 1;
    let known = if subjects.is_empty() { Known::Unknown } else { Known::Yes };
    let as_of = subjects.iter().map(|subject| subject.updated_at).chain(sites.iter().map(|site| site.updated_at)).max();
    sites.sort_by(|a, b| (&a.number, &a.domain).cmp(&(&b.number, &b.domain)));
    sites.truncate(SITES);
    let line = |site: FiledSite| LookUpSite {
        number: site.number,
        domain: site.domain,
        name: site.name,
        accessed: site.accessed,
        filed_on: china_date(site.filed_at),
    };
    Ok(LookUpView {
        filed: known,
        sites: sites.into_iter().map(line).collect(),
        filed_on: subjects.first().filter(|_| is_one).map(|subject| china_date(subject.filed_at)),
        as_of,
        ..about(q, subjects.first().filter(|_| is_one))
    })
}

/// A view that says of the subject what is public, and nothing else yet.
fn about(q: String, subject: Option<&FiledSubject>) -> LookUpView {
    let name = |subject: &FiledSubject| {
        let is_person = Nature::from_word(&subject.nature).is_none_or(Nature::is_individual);
        if is_person { filing::mask::name(&subject.name) } else { subject.name.clone() }
    };
    LookUpView {
        q,
        domain: None,
        filed: Known::Unknown,
        accessed: Known::Unknown,
        enforcement: None,
        number: None,
        subject_number: subject.map(|subject| subject.number.clone()),
        subject_name: subject.map(name),
        nature: subject.map(|subject| subject.nature.clone()),
        site_name: None,
        filed_on: None,
        sites: Vec::new(),
        source: "records".to_owned(),
        as_of: None,
    }
}

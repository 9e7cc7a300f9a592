//! The public look-up: is this domain filed, by whom, here?

use filing::domain::DomainName;
use filing::nature::Nature;
use filing::number::SiteNumber;
use filing::verdict::{Enforcement, Known, Verdict};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::filed::{FiledSite, FiledState, FiledSubject};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Origin;
use crate::error::{Error, Result};
use crate::world::{World, china_date};

/// What to look up.
#[derive(Debug, Clone, Deserialize, ToSchema, IntoParams)]
pub struct LookUp {
    /// A domain, or the number of a site.
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
}

/// Looks a domain or a site's number up in our own records. What we have no record of is unknown, not unfiled.
///
/// # Errors
/// When the question is neither a domain nor a number.
pub async fn look_up(world: &World, _origin: &Origin, input: LookUp) -> Result<LookUpView> {
    let q = input.q.trim();
    let reader = world.store.read().await?;
    let (shown, domain, site) = if let Ok(number) = SiteNumber::parse(q) {
        let number = number.to_string();
        let site = store::filed::find_site_by_number(&reader, &number).await?;
        (number, site.as_ref().map(|site| site.domain.clone()), site)
    } else {
        let domain = DomainName::of_host(q).map_err(|_| Error::field("q", "not-a-domain"))?;
        let site = store::filed::find_site_by_domain(&reader, domain.as_str()).await?;
        (domain.as_str().to_owned(), Some(domain.as_str().to_owned()), site)
    };
    let site = site.filter(|site| site.state == FiledState::Active);
    let verdict: Option<Verdict> = match &domain {
        Some(domain) => match store::feed::latest(&reader, domain).await? {
            Some(entry) => Some(serde_json::from_value(entry.body)?),
            None => None,
        },
        None => None,
    };
    let subject = match &site {
        Some(site) => Some(store::filed::get_subject(&reader, site.subject).await?),
        None => None,
    };
    Ok(view(shown, domain, site.as_ref(), subject.as_ref(), verdict.as_ref()))
}

fn view(
    q: String,
    domain: Option<String>,
    site: Option<&FiledSite>,
    subject: Option<&FiledSubject>,
    verdict: Option<&Verdict>,
) -> LookUpView {
    let name = |subject: &FiledSubject| {
        let is_person = Nature::from_word(&subject.nature).is_none_or(Nature::is_individual);
        if is_person { filing::mask::name(&subject.name) } else { subject.name.clone() }
    };
    LookUpView {
        q,
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
        subject_number: subject.map(|subject| subject.number.clone()),
        subject_name: subject.map(name),
        nature: subject.map(|subject| subject.nature.clone()),
        site_name: site.map(|site| site.name.clone()),
        filed_on: site.map(|site| china_date(site.filed_at)),
    }
}

//! Why a domain is closed, as its owner is told, and looking again whether that is still so.

use filing::number::SiteNumber;
use filing::outside::Silence;
use filing::verdict::{Enforcement, Known, Reason, Remedy, Verdict};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::domain_proof::DomainProof;
use store::filed::FiledState;
use store::measure::{Measure, MeasureKind};
use store::order::Hold;
use store::traffic::TrafficKind;
use store::{AccountId, Page, Reader};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::detection;
use crate::domain_facts::{self, Leads};
use crate::error::Result;
use crate::feed;
use crate::job::Job as _;
use crate::job::poll_downloads::PollDownloads;
use crate::trail::Trail;
use crate::world::{World, china_date, china_day};

/// Visitors who were turned away are counted over so many days, today included.
const DAYS: i64 = 7;
/// So many measures of a domain are looked through for one that ended.
const MEASURES: u16 = 20;

/// What keeps a domain closed, or that nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It is open.
    Open,
    /// The gateways were told nothing of it.
    Unlisted,
    /// It has no filing number (未备案).
    NotFiled,
    /// It is filed through another provider, and its access here is not (未接入).
    FiledElsewhere,
    /// Its filing is in our records, and its access here is not, or not any more.
    AccessMissing,
    /// Its filing was cancelled (注销).
    FilingCancelled,
    /// It was kept open for a time, and the time is over.
    ExemptionOver,
    /// The authority ordered it.
    AuthorityOrder,
    /// The provider closed it for a time.
    Suspended,
}

impl Cause {
    /// The cause's word in the locale files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unlisted => "unlisted",
            Self::NotFiled => "not_filed",
            Self::FiledElsewhere => "filed_elsewhere",
            Self::AccessMissing => "access_missing",
            Self::FilingCancelled => "filing_cancelled",
            Self::ExemptionOver => "exemption_over",
            Self::AuthorityOrder => "authority_order",
            Self::Suspended => "suspended",
        }
    }
}

/// What its owner may know of a closed domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Explained {
    /// What keeps it closed.
    pub cause: Cause,
    /// What to do about it; none when nothing need be done.
    pub remedy: Option<Remedy>,
    /// Since when it is so.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// Until when it was kept open, or stays closed, where that has an end.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// The reason given by whoever ordered it closed.
    pub reason: Option<String>,
    /// Its filing number, where it has one.
    pub number: Option<String>,
    /// The province it is filed in, as its two-digit code.
    pub province: Option<String>,
    /// The last day it is registered, where the registry told it.
    #[schema(value_type = Option<String>, format = Date)]
    pub registered_until: Option<Date>,
    /// How many requests the gateways turned away in the last seven days.
    pub turned_away: u64,
    /// The order that runs for it, when it is the asking account's own.
    pub order: Option<Uuid>,
    /// Whether an order runs for it, whoever's.
    pub order_runs: bool,
}

/// What was found when somebody looked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Looked {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Whether the authorities have it filed.
    pub filed: Known,
    /// Who was asked and said nothing that can be used.
    pub silent: Vec<Silence>,
    /// Where it leads: `here`, `elsewhere`, `nowhere` or `unknown`.
    pub leads: String,
    /// The addresses it leads to, when none of them is ours.
    pub addresses: Vec<String>,
}

/// Explains what is so now, to whoever proved that they control the domain.
///
/// # Errors
/// When the store cannot.
pub async fn explain(reader: &Reader, world: &World, domain: &str, viewer: Option<AccountId>) -> Result<Explained> {
    let now = world.now();
    let known = feed::latest(reader, domain).await?;
    let site = store::filed::find_site_by_domain(reader, domain).await?;
    let is_recorded = site.is_some_and(|site| site.state == FiledState::Active);
    let measures = store::measure::list(reader, Some(domain), &Page::first(MEASURES)).await?.items;
    let (cause, measure) = cause(known.as_ref(), is_recorded, &measures, now);
    let order = store::order::held_by(reader, &Hold::Domain(domain.to_owned())).await?;
    let own = match (order, viewer) {
        (Some(order), Some(viewer)) => {
            let order = store::order::get(reader, order).await?;
            (order.account == viewer).then_some(order.id.0)
        }
        _ => None,
    };
    let told = domain_facts::read(reader, &[domain.to_owned()]).await?;
    let number = known.as_ref().and_then(|known| known.number.clone());
    let is_ordered = matches!(cause, Cause::AuthorityOrder | Cause::Suspended);
    Ok(Explained {
        cause,
        remedy: match &known {
            None => Some(Remedy::File),
            Some(known) => known.reason.remedy(),
        },
        since: known.as_ref().map(|known| known.at),
        until: measure.and_then(|measure| measure.expires_at),
        reason: measure.filter(|_| is_ordered).map(|measure| measure.reason.clone()),
        province: number.as_deref().and_then(province_of),
        number,
        registered_until: told.first().and_then(|told| told.view().expires_on),
        turned_away: store::traffic::since(reader, domain, TrafficKind::Closed, china_day(now) - (DAYS - 1)).await?,
        order: own,
        order_runs: order.is_some(),
    })
}

/// The cause, and the measure that is behind it.
fn cause<'a>(
    known: Option<&Verdict>,
    is_recorded: bool,
    measures: &'a [Measure],
    now: Timestamp,
) -> (Cause, Option<&'a Measure>) {
    let of = |kind: MeasureKind| measures.iter().find(|measure| measure.kind == kind && measure.ended_at.is_none());
    let Some(known) = known else { return (Cause::Unlisted, None) };
    if known.enforcement == Enforcement::Open {
        return (Cause::Open, None);
    }
    let is_over = |measure: &&Measure| {
        measure.kind == MeasureKind::Exemption && measure.expires_at.is_some_and(|over| over <= now)
    };
    match known.reason {
        Reason::AuthorityOrder => (Cause::AuthorityOrder, of(MeasureKind::Order)),
        Reason::Suspended => (Cause::Suspended, of(MeasureKind::Suspension)),
        // The latest comes first: an exemption that ended before the ruling changed explains nothing.
        reason => match (measures.iter().find(is_over).filter(|over| over.expires_at > Some(known.at)), reason) {
            (Some(over), _) => (Cause::ExemptionOver, Some(over)),
            (None, Reason::FilingCancelled) => (Cause::FilingCancelled, None),
            (None, Reason::AccessCancelled) => (Cause::AccessMissing, None),
            (None, Reason::NotAccessed) if is_recorded => (Cause::AccessMissing, None),
            (None, Reason::NotAccessed) => (Cause::FiledElsewhere, None),
            (None, _) => (Cause::NotFiled, None),
        },
    }
}

fn province_of(number: &str) -> Option<String> {
    SiteNumber::parse(number).ok()?.subject().province().map(|province| province.code().to_owned())
}

/// Whether an account files a domain: it holds the filing, or an order of it that was submitted.
///
/// # Errors
/// When the store cannot.
pub async fn is_filed_by(reader: &Reader, account: AccountId, domain: &str) -> Result<bool> {
    if let Some(site) = store::filed::find_site_by_domain(reader, domain).await?
        && site.state == FiledState::Active
        && store::filed::get_subject(reader, site.subject).await?.account == account
    {
        return Ok(true);
    }
    let Some(order) = store::order::held_by(reader, &Hold::Domain(domain.to_owned())).await? else { return Ok(false) };
    Ok(store::order::get(reader, order).await?.account == account)
}

/// Asks the authorities and the resolvers about a domain, puts right what the gateways are told of it, and has the
/// authorities' decisions fetched at once. Goes over the network: never call it within a transaction.
///
/// # Errors
/// When the store cannot.
pub async fn look_again(world: &World, proof: &DomainProof, trail: Trail) -> Result<()> {
    let domain = &proof.domain;
    let (ministry, leads) = tokio::join!(detection::of_domain(world, domain), leads(world, domain));
    domain_facts::learn(world, std::slice::from_ref(domain), domain_facts::OF_CHECK).await?;
    let (word, addresses) = match leads {
        Leads::Here => ("here", Vec::new()),
        Leads::Elsewhere { addresses, .. } => ("elsewhere", addresses),
        Leads::Nowhere { .. } => ("nowhere", Vec::new()),
        Leads::Unknown => ("unknown", Vec::new()),
    };
    let now = world.now();
    let looked = Looked { at: now, filed: ministry.filed, silent: ministry.silent, leads: word.to_owned(), addresses };
    let tx = world.store.write().await?;
    store::feed::hold(&tx).await?;
    feed::put_right(&tx, world, domain, ministry.filed, ministry.number).await?;
    let mut proof = store::domain_proof::lock(&tx, proof.id).await?;
    proof.looked = Some((now, serde_json::to_value(&looked)?));
    store::domain_proof::update(&tx, &proof).await?;
    for bureau in world.bureaus.iter() {
        store::job::hasten(&tx, &PollDownloads { bureau: bureau.code.clone() }.key(), now).await?;
    }
    let facts = json!({ "domain": domain, "filed": looked.filed, "leads": looked.leads });
    trail.on("domain_proof", proof.id).with(facts).write(&tx).await?;
    tx.commit().await?;
    world.nudge.notify_one();
    Ok(())
}

async fn leads(world: &World, domain: &str) -> Leads {
    match filing::domain::DomainName::parse(domain) {
        Ok(domain) => domain_facts::leads(world, &domain, &[]).await,
        Err(_) => Leads::Unknown,
    }
}

/// Whether the gateways let a domain through now.
///
/// # Errors
/// When the store cannot.
pub async fn is_open(reader: &Reader, domain: &str) -> Result<bool> {
    Ok(feed::latest(reader, domain).await?.is_some_and(|known| known.enforcement == Enforcement::Open))
}

/// How long a proof is worth something; as long is the domain watched.
pub const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The day a registration ended, when it did.
#[must_use]
pub fn ended_on(explained: &Explained, now: Timestamp) -> Option<Date> {
    explained.registered_until.filter(|last| *last < china_date(now))
}

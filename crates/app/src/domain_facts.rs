//! What others told of domains: asked outside transactions, kept with its age, handed to the checks.
//!
//! Whoever is asked may say nothing. What they told before then stays, with its age, and they are asked again later.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use filing::check::Facts;
use filing::detect::Answer;
use filing::domain::DomainName;
use filing::outside::{Registration, Resolution, Silence};
use filing::resource::Resource;
use ipnet::IpNet;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use outside::dns::Resolvers;
use outside::registry::Registries;
use outside::settings::{Invalid, Settings};
use outside::site::Site;
use outside::{Learnt, Nobody, Record, Registry, Resolved, Resolver};
use serde::{Deserialize, Serialize};
use store::Reader;
use store::domain_fact::DomainFact;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use utoipa::ToSchema;

use crate::error::Result;
use crate::world::{World, china_date};

/// So many domains are asked about at once, in one process.
const AT_ONCE: usize = 8;
/// Nobody waits longer than this for a turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// What an order needs is kept up to date for so long after its last save: longer than an order may rest.
pub const OF_ORDER: SignedDuration = SignedDuration::from_hours(24 * 60);
/// What was only checked is remembered for so long, so that opening the order does not ask again.
pub const OF_CHECK: SignedDuration = SignedDuration::from_hours(24);

/// Who is asked about domains, and how often.
#[derive(Debug)]
pub struct Outside {
    /// Who tells how a domain is registered.
    pub registry: Arc<dyn Registry>,
    /// Who tells where it leads.
    pub resolver: Arc<dyn Resolver>,
    /// Whether there is any resolver to ask.
    pub asks_resolvers: bool,
    /// What reads files of websites from where they run; none where nobody is asked.
    pub site: Option<Site>,
    own: Vec<IpNet>,
    refresh: SignedDuration,
    retry: SignedDuration,
    places: Semaphore,
}

impl Default for Outside {
    fn default() -> Self {
        Self::asking(Arc::new(Nobody), Arc::new(Nobody), &Settings::default())
    }
}

impl Outside {
    /// The servers of the settings.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, Invalid> {
        let registry = Arc::new(Registries::new(settings)?);
        let resolver = Arc::new(Resolvers::new(settings)?);
        let site = Site::new(Duration::from_secs(settings.timeout_seconds.max(1)))?;
        Ok(Self { site: Some(site), ..Self::asking(registry, resolver, settings) })
    }

    /// These, as often as the settings say.
    #[must_use]
    pub fn asking(registry: Arc<dyn Registry>, resolver: Arc<dyn Resolver>, settings: &Settings) -> Self {
        Self {
            registry,
            resolver,
            asks_resolvers: !settings.resolvers.is_empty(),
            site: None,
            own: settings.own_networks.clone(),
            refresh: SignedDuration::from_hours(i64::from(settings.refresh_hours.max(1))),
            retry: SignedDuration::from_mins(i64::from(settings.retry_minutes.max(1))),
            places: Semaphore::new(AT_ONCE),
        }
    }

    fn is_own(&self, ip: &IpAddr, resources: &[Resource]) -> bool {
        // What leads nowhere outside a machine serves nobody.
        ip.is_loopback()
            || ip.is_unspecified()
            || self.own.iter().any(|network| network.contains(ip))
            || resources.iter().flat_map(|resource| &resource.ips).any(|own| own.parse() == Ok(*ip))
    }
}

/// What is kept of a domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The domain.
    pub domain: String,
    /// What the registry last told.
    pub registration: Option<Learnt<Record>>,
    /// What the resolvers last told.
    pub resolution: Option<Learnt<Resolved>>,
    /// Who said nothing when last asked.
    pub silent: Silent,
    /// When they were last asked.
    pub asked_at: Timestamp,
}

/// Who was asked and said nothing that can be used.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Silent {
    /// About the registration.
    pub registration: Vec<Silence>,
    /// About where it leads.
    pub resolution: Vec<Silence>,
}

/// What is known of a domain, as people see it; the holder's name is not shown.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DomainView {
    /// The domain.
    pub domain: String,
    /// Whether anybody has registered it.
    pub registered: Answer,
    /// The last day it is registered.
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    /// Whether the registry says that its holder is validated.
    pub verified: Answer,
    /// The registrar.
    pub registrar: Option<String>,
    /// Its states in the words of EPP.
    pub statuses: Vec<String>,
    /// Who told it.
    pub registration_by: Vec<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub registration_at: Option<Timestamp>,
    /// The addresses it and its `www` lead to.
    pub addresses: Vec<String>,
    /// Who told them.
    pub resolution_by: Vec<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resolution_at: Option<Timestamp>,
    /// Who was asked last and said nothing that can be used.
    pub silent: Vec<Silence>,
    /// When they were last asked.
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: Timestamp,
}

/// Asks about domains whose answers are missing or old, and keeps what is told. Goes over the network: never call it
/// within a transaction.
///
/// # Errors
/// When the store cannot be reached; that nobody answers is no error.
pub async fn learn(world: &World, domains: &[String], needed_for: SignedDuration) -> Result<()> {
    let mut asked = JoinSet::new();
    for domain in domains.iter().filter_map(|domain| DomainName::parse(domain).ok()) {
        let world = world.clone();
        asked.spawn(async move { learn_one(&world, &domain, needed_for).await });
    }
    asked.join_all().await.into_iter().collect()
}

async fn learn_one(world: &World, domain: &DomainName, needed_for: SignedDuration) -> Result<()> {
    let until = world.now() + needed_for;
    let known = store::domain_fact::find(&world.store.read().await?, domain.as_str()).await?;
    if let Some(known) = &known
        && known.due_at > world.now()
    {
        // A day more or less is not worth a write.
        if known.wanted_until + SignedDuration::from_hours(24) < until {
            let tx = world.store.write().await?;
            store::domain_fact::want(&tx, domain.as_str(), until).await?;
            tx.commit().await?;
        }
        return Ok(());
    }
    let Some((registration, resolution)) = ask(world, domain).await else { return Ok(()) };
    if known.is_none() && !registration.was_asked() && !resolution.was_asked() {
        return Ok(());
    }
    keep(world, domain, until, &registration, &resolution).await
}

/// Asks registry and resolvers at the same time; none when so many are asked already that no turn comes, and then
/// nothing is learnt this time.
async fn ask(world: &World, domain: &DomainName) -> Option<(Learnt<Record>, Learnt<Resolved>)> {
    let outside = &world.outside;
    let Ok(Ok(_place)) = tokio::time::timeout(PATIENCE, outside.places.acquire()).await else {
        tracing::warn!("too many domains are asked about at once");
        return None;
    };
    let now = world.now();
    Some(tokio::join!(outside.registry.registration(domain, now), outside.resolver.resolve(domain, now)))
}

async fn keep(
    world: &World,
    domain: &DomainName,
    until: Timestamp,
    registration: &Learnt<Record>,
    resolution: &Learnt<Resolved>,
) -> Result<()> {
    let now = world.now();
    let was_asked = registration.was_asked() || resolution.was_asked();
    let is_missing = (registration.was_asked() && registration.known.is_none())
        || (resolution.was_asked() && resolution.known.is_none());
    let wait = if is_missing { world.outside.retry } else { world.outside.refresh };
    // A tenth of chance, so that what was learnt together is not asked for together for ever.
    let spread = SignedDuration::from_secs((wait.as_secs_f64() * world.fraction() / 10.0) as i64);
    let tx = world.store.write().await?;
    let before = store::domain_fact::find(&tx, domain.as_str()).await?;
    let before = before.as_ref();
    let mut fact = DomainFact {
        id: world.uuid(),
        domain: domain.as_str().to_owned(),
        registration: before.and_then(|fact| fact.registration.clone()),
        registration_at: before.and_then(|fact| fact.registration_at),
        resolution: before.and_then(|fact| fact.resolution.clone()),
        resolution_at: before.and_then(|fact| fact.resolution_at),
        silent: serde_json::to_value(Silent {
            registration: registration.silent.clone(),
            resolution: resolution.silent.clone(),
        })?,
        asked_at: before.filter(|_| !was_asked).map_or(now, |fact| fact.asked_at),
        due_at: now + wait + spread,
        wanted_until: before.map_or(until, |fact| fact.wanted_until.max(until)),
    };
    if registration.known.is_some() {
        fact.registration = Some(serde_json::to_value(registration)?);
        fact.registration_at = Some(registration.as_of);
    }
    if resolution.known.is_some() {
        fact.resolution = Some(serde_json::to_value(resolution)?);
        fact.resolution_at = Some(resolution.as_of);
    }
    match store::domain_fact::put(&tx, &fact).await {
        Ok(()) => Ok(tx.commit().await?),
        // Somebody else learnt it in the same moment, which serves as well.
        Err(store::Error::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Where a domain leads now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// Somebody is told an address of ours.
    Here,
    /// Everybody is told addresses, and none of them is ours.
    Elsewhere {
        /// The addresses.
        addresses: Vec<String>,
        /// Who told them.
        asked: Vec<String>,
    },
    /// Everybody is told that there is no address.
    Nowhere {
        /// Who told it.
        asked: Vec<String>,
    },
    /// Nobody answered, not all told the same, or no address of ours is known.
    Unknown,
}

/// Asks where a domain leads now, and keeps nothing of it. Goes over the network: never call it within a transaction.
pub async fn leads(world: &World, domain: &DomainName, resources: &[Resource]) -> Leads {
    let outside = &world.outside;
    // Without an address of ours nothing can be said to lead away from it.
    if outside.own.is_empty() && resources.iter().all(|resource| resource.ips.is_empty()) {
        return Leads::Unknown;
    }
    let Ok(Ok(_place)) = tokio::time::timeout(PATIENCE, outside.places.acquire()).await else { return Leads::Unknown };
    let learnt = outside.resolver.resolve(domain, world.now()).await;
    let Some(resolved) = learnt.known.filter(|resolved| !resolved.answers.is_empty()) else { return Leads::Unknown };
    let (here, elsewhere) = resolved.part(|ip| outside.is_own(ip, resources));
    let nothing = resolved.answers.iter().filter(|answer| answer.addresses.is_empty()).count();
    match nothing {
        _ if !here.is_empty() => Leads::Here,
        0 => Leads::Elsewhere { addresses: elsewhere.iter().map(ToString::to_string).collect(), asked: learnt.sources },
        all if all == resolved.answers.len() => Leads::Nowhere { asked: learnt.sources },
        _ => Leads::Unknown,
    }
}

/// Asks again about a domain that is still needed.
///
/// # Errors
/// When the store cannot be reached.
pub async fn refresh(world: &World, domain: &str) -> Result<()> {
    learn(world, &[domain.to_owned()], SignedDuration::ZERO).await
}

/// What is kept of domains; those nobody told anything of are left out.
///
/// # Errors
/// When the store cannot be read.
pub async fn read(reader: &Reader, domains: &[String]) -> Result<Vec<Told>> {
    let mut told = Vec::new();
    for domain in domains {
        let Some(fact) = store::domain_fact::find(reader, domain).await? else { continue };
        told.push(Told {
            domain: fact.domain,
            registration: fact.registration.map(serde_json::from_value).transpose()?,
            resolution: fact.resolution.map(serde_json::from_value).transpose()?,
            silent: serde_json::from_value(fact.silent)?,
            asked_at: fact.asked_at,
        });
    }
    Ok(told)
}

/// Tells the checks what is known; the resources are those of the account in question.
pub fn tell(world: &World, told: &[Told], facts: &mut Facts) {
    for told in told {
        facts.registrations.insert(told.domain.clone(), told.as_registration());
        facts.resolutions.extend(told.as_resolution(world, &facts.resources).map(|known| (told.domain.clone(), known)));
    }
}

impl Told {
    fn as_registration(&self) -> Registration {
        let Some((learnt, record)) =
            self.registration.as_ref().and_then(|learnt| Some((learnt, learnt.known.as_ref()?)))
        else {
            let silent = self.silent.registration.clone();
            return Registration { silent, ..Registration::unknown(china_date(self.asked_at)) };
        };
        Registration {
            registered: if record.registered { Answer::Yes } else { Answer::No },
            expires_on: record.expires_at.map(china_date),
            verified: record.verified,
            holder: record.holder.clone(),
            registrar: record.registrar.clone(),
            statuses: record.statuses.clone(),
            source: Some(learnt.sources.join(", ")),
            silent: self.silent.registration.clone(),
            ..Registration::unknown(china_date(learnt.as_of))
        }
    }

    fn as_resolution(&self, world: &World, resources: &[Resource]) -> Option<Resolution> {
        let learnt = self.resolution.as_ref()?;
        let resolved = learnt.known.as_ref()?;
        let (here, elsewhere) = resolved.part(|ip| world.outside.is_own(ip, resources));
        let texts = |list: Vec<IpAddr>| list.iter().map(ToString::to_string).collect();
        Some(Resolution {
            as_of: china_date(learnt.as_of),
            elsewhere: texts(elsewhere),
            here: texts(here),
            agree: resolved.agree(),
            sources: learnt.sources.clone(),
            silent: self.silent.resolution.clone(),
        })
    }

    /// As people see it.
    #[must_use]
    pub fn view(&self) -> DomainView {
        let known = self.as_registration();
        let registration = self.registration.as_ref();
        let resolution = self.resolution.as_ref();
        let addresses =
            resolution.and_then(|learnt| learnt.known.as_ref()).map(Resolved::addresses).unwrap_or_default();
        DomainView {
            domain: self.domain.clone(),
            registered: known.registered,
            expires_on: known.expires_on,
            verified: known.verified,
            registrar: known.registrar,
            statuses: known.statuses,
            registration_by: registration.map(|learnt| learnt.sources.clone()).unwrap_or_default(),
            registration_at: registration.map(|learnt| learnt.as_of),
            addresses: addresses.iter().map(ToString::to_string).collect(),
            resolution_by: resolution.map(|learnt| learnt.sources.clone()).unwrap_or_default(),
            resolution_at: resolution.map(|learnt| learnt.as_of),
            silent: [self.silent.registration.as_slice(), self.silent.resolution.as_slice()].concat(),
            asked_at: self.asked_at,
        }
    }
}

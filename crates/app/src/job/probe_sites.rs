//! Asks DNS whether the domains of filed sites still lead here. What is filed here and runs elsewhere has to be moved
//! back or its access cancelled, before an audit of the authority finds it (接入多报, 空壳网站).
//!
//! One answer is no finding: servers move, and records are mended. A task is made when a domain led away at [`TIMES`]
//! looks in a row over [`DAYS`] or more. Silence is no look at all.

use filing::domain::DomainName;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::SiteId;
use store::filed::AccessedSite;
use store::site_probe::{Away, SiteProbe};
use store::task::TaskKind;

use super::{Job, Outcome, Run};
use crate::domain_facts::{self, Leads};
use crate::error::Result;
use crate::found::{self, Found};
use crate::inventory;
use crate::task::About;
use crate::world::World;

/// So many sites are asked about in one run; the next run is soon.
const MOST: u64 = 16;

/// A walk over all sites begins so long after the one before it.
const WALK: SignedDuration = SignedDuration::from_hours(24);

/// Two looks are this far apart, or they are one.
const APART: SignedDuration = SignedDuration::from_hours(12);

/// So many looks in a row find it away before anybody is told.
const TIMES: u64 = 3;

/// So long it has been away by then.
const DAYS: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Where the walk stands, in the settings.
const MARK: &str = "probe-sites";

/// The sites that are accessed here, a few at a time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProbeSites {}

/// Where the walk stands.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Walk {
    begun: Timestamp,
    after: Option<SiteId>,
}

#[async_trait::async_trait]
impl Job for ProbeSites {
    const NAME: &'static str = "probe-sites";

    fn key(&self) -> String {
        Self::NAME.to_owned()
    }

    async fn run(&self, world: &World, _run: &Run) -> Result<Outcome> {
        let reader = world.store.read().await?;
        let mark = store::setting::get(&reader, MARK).await?;
        let walk: Option<Walk> = mark.map(serde_json::from_value).transpose()?;
        let mut walk = walk.filter(|walk| walk.after.is_some()).unwrap_or(Walk { begun: world.now(), after: None });
        let sites = store::filed::accessed_sites(&reader, walk.after, MOST).await?;
        drop(reader);
        for site in &sites {
            probe(world, site).await?;
        }
        walk.after = sites.last().filter(|_| sites.len() as u64 == MOST).map(|site| site.id);
        let tx = world.store.write().await?;
        store::setting::put(&tx, MARK, &serde_json::to_value(walk)?, world.now()).await?;
        tx.commit().await?;
        let next = match walk.after {
            Some(_) => world.now() + SignedDuration::from_secs(1),
            None => (walk.begun + WALK).max(world.now() + SignedDuration::from_hours(1)),
        };
        Ok(Outcome::Again(next))
    }
}

/// Asks about one site and keeps what follows.
async fn probe(world: &World, site: &AccessedSite) -> Result<()> {
    let Ok(domain) = DomainName::parse(&site.domain) else { return Ok(()) };
    let reader = world.store.read().await?;
    let known = store::site_probe::find(&reader, site.id).await?;
    let resource = match site.resource {
        Some(id) => inventory::judged(&store::resource::get(&reader, id).await?, 0),
        None => None,
    };
    drop(reader);
    let now = world.now();
    if known.as_ref().is_some_and(|known| now < known.at + APART) {
        return Ok(());
    }
    let (away, addresses, asked) = match domain_facts::leads(world, &domain, resource.as_slice()).await {
        Leads::Unknown => return Ok(()),
        Leads::Here if known.is_none() => return Ok(()),
        Leads::Here => {
            let tx = world.store.write().await?;
            store::feed::hold(&tx).await?;
            store::site_probe::remove(&tx, site.id).await?;
            found::end(&tx, TaskKind::LeadsAway, &site.domain, now).await?;
            return Ok(tx.commit().await?);
        }
        Leads::Elsewhere { addresses, asked } => (Away::Elsewhere, addresses, asked),
        Leads::Nowhere { asked } => (Away::Nowhere, Vec::new(), asked),
    };
    let before = known.unwrap_or(SiteProbe { site: site.id, away, times: 0, since: now, at: now });
    let probe = SiteProbe { away, times: before.times.saturating_add(1), at: now, ..before };
    let tx = world.store.write().await?;
    // Whoever ends the site's access ends its task too, and comes before or after.
    store::feed::hold(&tx).await?;
    store::site_probe::put(&tx, &probe).await?;
    let mut lines = Vec::new();
    if probe.times >= TIMES && now.duration_since(probe.since) >= DAYS {
        let evidence = json!({
            "leads": probe.away,
            "points_to": addresses,
            "resolvers": asked,
            "count": probe.times,
            "first_seen": probe.since,
            "last_seen": probe.at,
        });
        let about = About {
            account: None,
            subject: Some(site.subject),
            site: Some(site.id),
            domain: Some(site.domain.clone()),
            number: Some(site.number.clone()),
        };
        let found = Found { kind: TaskKind::LeadsAway, domain: &site.domain, about, last_seen: now };
        found::keep(&tx, world, found, |_| Ok(evidence), &mut lines).await?;
    }
    for line in lines {
        line.write(&tx).await?;
    }
    Ok(tx.commit().await?)
}

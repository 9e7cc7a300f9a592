//! What gateways and log readers saw of domains that are not open here: each becomes one task for the provider.

use std::collections::{BTreeMap, BTreeSet};

use filing::domain;
use filing::sighting::{MOST_ADDRESSES, MOST_DOMAINS, Report, Seen, Taken};
use filing::verdict::{Enforcement, Verdict};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::task::TaskKind;
use store::{Reader, Tx};

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::found::{self, Found, Kept};
use crate::policy::{Act, require};
use crate::task::About;
use crate::trail::Trail;
use crate::world::World;

/// The longest name there is (RFC 1035).
const LONGEST_NAME: usize = 253;

/// The longest host there is, with a port.
const LONGEST_HOST: usize = 262;

/// A clock may be so far ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// Takes a report. The finder's index may be behind: what may be open by the platform's own verdicts and filings is
/// passed over. For another domain a task is opened, or the one that is open is extended.
///
/// # Errors
/// When the actor may not, or a line of the report cannot be true.
pub async fn report_sightings(world: &World, actor: &Actor, input: Report) -> Result<Taken> {
    require(actor, Act::ReportSightings)?;
    let seen = checked(world, input)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut taken = Taken::default();
    let mut lines = Vec::new();
    // What is read of the verdicts stays true, and whoever opens a domain and ends its task comes before or after.
    store::feed::hold(&tx).await?;
    for seen in seen.values() {
        if may_be_open(&tx, &seen.domain).await? {
            taken.fine += 1;
            continue;
        }
        match keep(&tx, world, seen, &mut lines).await? {
            Kept::Opened => taken.opened += 1,
            Kept::Extended => taken.extended += 1,
        }
    }
    for line in lines {
        line.write(&tx).await?;
    }
    let facts = json!({ "opened": taken.opened, "extended": taken.extended, "fine": taken.fine });
    Trail::by(actor, "report_sightings", now).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(taken)
}

/// The domains of a report by name. What is wrong with a line is said at its field.
fn checked(world: &World, report: Report) -> Result<BTreeMap<String, Seen>> {
    if report.seen.len() > MOST_DOMAINS {
        return Err(Error::field("seen", "sightings-too-many"));
    }
    let latest = world.now() + AHEAD;
    let mut domains = BTreeMap::new();
    for (at, mut seen) in report.seen.into_iter().enumerate() {
        let refuse = |field: &str| Error::field(&format!("seen.{at}.{field}"), "sighting-wrong");
        let is_host = seen.host.len() <= LONGEST_HOST && seen.host.chars().all(|letter| !letter.is_control());
        let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
        let is_domain = seen.domain.len() <= LONGEST_NAME && seen.domain.bytes().all(is_plain);
        if !is_domain || domain::registrable(&seen.domain) != Some(seen.domain.as_str()) {
            return Err(refuse("domain"));
        }
        if seen.host.is_empty() || !is_host {
            return Err(refuse("host"));
        }
        if seen.count == 0 {
            return Err(refuse("count"));
        }
        if seen.first_seen > seen.last_seen || seen.last_seen > latest {
            return Err(refuse("last_seen"));
        }
        if seen.addresses.len() > MOST_ADDRESSES {
            return Err(refuse("addresses"));
        }
        if seen.sources.is_empty() {
            return Err(refuse("sources"));
        }
        seen.addresses = BTreeSet::from_iter(seen.addresses).into_iter().collect();
        seen.sources = BTreeSet::from_iter(seen.sources).into_iter().collect();
        if domains.insert(seen.domain.clone(), seen).is_some() {
            return Err(refuse("domain"));
        }
    }
    Ok(domains)
}

/// Whether the platform itself holds a domain for open. As at the gateways, only its enforcement closes a listed one.
async fn may_be_open(reader: &Reader, domain: &str) -> Result<bool> {
    let Some(latest) = store::feed::latest(reader, domain).await? else { return Ok(false) };
    let verdict: Verdict = serde_json::from_value(latest.body)?;
    Ok(verdict.enforcement == Enforcement::Open)
}

/// Opens the task of a domain, or adds to it.
async fn keep(tx: &Tx, world: &World, seen: &Seen, lines: &mut Vec<Trail>) -> Result<Kept> {
    let site = store::filed::find_site_by_domain(tx, &seen.domain).await?;
    let about = About {
        account: None,
        subject: site.as_ref().map(|site| site.subject),
        site: site.as_ref().map(|site| site.id),
        domain: Some(seen.domain.clone()),
        number: site.map(|site| site.number),
    };
    let found = Found { kind: TaskKind::OpenUnfiled, domain: &seen.domain, about, last_seen: seen.last_seen };
    let add = |known: Option<Value>| {
        let mut all: Seen = known.map_or_else(|| Ok(Seen { count: 0, ..seen.clone() }), serde_json::from_value)?;
        all.extend(seen);
        Ok(serde_json::to_value(all)?)
    };
    found::keep(tx, world, found, add, lines).await
}

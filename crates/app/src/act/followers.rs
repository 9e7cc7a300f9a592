//! The gateways that follow the feed: what they report, and what the operator sees of it.

use std::collections::HashMap;

use filing::domain::DomainName;
use filing::verdict::{Met, Report};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::follower::Follower;
use store::traffic::{Traffic, TrafficKind};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::act::FromCursor;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::page::{self, Page};
use crate::policy::{Act, require};
use crate::world::{World, china_day};

/// A gateway that was silent for so long is not heard any more: it reports every fifteen seconds.
const SILENT: SignedDuration = SignedDuration::from_secs(60);
/// So many domains of a day are listed.
const TOP: u64 = 100;

/// Where the feed stands, for the gateway that reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Heard {
    /// The last entry of the feed.
    pub sequence: u64,
    /// Whether the running hash the gateway named is the feed's at that place.
    pub agrees: bool,
}

/// A gateway as it last reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FollowerRow {
    /// Its id.
    pub id: Uuid,
    /// What it calls itself.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The last entry of the feed it applied.
    pub sequence: u64,
    /// How many entries it has not applied.
    pub behind: u64,
    /// Whether its running hash is the feed's.
    pub agrees: bool,
    /// Whether it was heard within a minute.
    pub heard: bool,
    /// How many domains it knows.
    pub domains: u64,
    /// Whether it lets through what it would close.
    pub shadow: bool,
    /// Requests since it first reported.
    pub requests: u64,
    /// Requests for closed domains among them.
    pub closed: u64,
    /// Requests it let through because too little was known.
    pub unknown_opened: u64,
    /// When the platform last confirmed what it has.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub confirmed_at: Option<Timestamp>,
    /// When it reported.
    #[schema(value_type = String, format = DateTime)]
    pub heard_at: Timestamp,
}

/// Which traffic to list.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ListTraffic {
    /// What became of the requests: `closed` (if nothing is said), `shadow` or `open`.
    pub kind: Option<String>,
    /// How many days ago, at most 90.
    #[serde(default)]
    pub ago: u8,
}

/// The requests for a domain on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrafficRow {
    /// The registrable domain.
    pub domain: String,
    /// Why they were closed or open, as a word of the feed.
    pub reason: String,
    /// How many requests; those that went through are counted by one in sixty-four.
    pub requests: u64,
    /// How many different clients at least.
    pub clients: u64,
    /// When it was last counted.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// Takes a gateway's report: its place in the feed, and what it counted. A report that was taken before is not counted
/// again.
///
/// # Errors
/// `gateway-name` when it has no name or a long one; `too-many` when it names too many domains.
pub async fn report_follower(world: &World, actor: &Actor, input: Report) -> Result<Heard> {
    require(actor, Act::ReportFollower)?;
    let name = input.name.trim();
    if name.is_empty() || name.chars().count() > Report::LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Error::field("name", "gateway-name"));
    }
    if input.seen.len() > Report::MOST_SEEN {
        return Err(Error::field("seen", "too-many"));
    }
    let now = world.now();
    let tx = world.store.write().await?;
    let agrees = store::feed::hash_at(&tx, input.sequence).await?.is_some_and(|hash| hash == input.hash);
    let known = store::follower::lock(&tx, actor.account, name).await?;
    let is_new = known.is_none();
    let is_counted = known.as_ref().is_some_and(|known| known.run == input.run && known.number >= input.number);
    let (requests, closed, opened) =
        known.as_ref().map_or((0, 0, 0), |known| (known.requests, known.closed, known.unknown_opened));
    let more = |so_far: u64, count: u64| if is_counted { so_far } else { so_far.saturating_add(count) };
    let follower = Follower {
        id: known.map_or_else(|| world.uuid(), |known| known.id),
        account: actor.account,
        name: name.to_owned(),
        version: input.version.chars().take(Report::LONGEST_NAME).collect(),
        run: input.run,
        number: input.number,
        sequence: input.sequence,
        agrees,
        domains: input.domains,
        shadow: input.shadow,
        requests: more(requests, input.requests),
        closed: more(closed, input.closed),
        unknown_opened: more(opened, input.unknown_opened),
        confirmed_at: input.confirmed_at,
        heard_at: now,
    };
    match is_new {
        true => store::follower::add(&tx, &follower).await?,
        false => store::follower::put(&tx, &follower).await?,
    }
    if !is_counted {
        for traffic in counted(&input, now) {
            store::traffic::add(&tx, &traffic).await?;
        }
    }
    let head = store::feed::head(&tx).await?;
    tx.commit().await?;
    if !agrees {
        tracing::error!(name, sequence = input.sequence, "a gateway's running hash is not the feed's");
    }
    Ok(Heard { sequence: head.sequence, agrees })
}

/// What a report adds, each domain once, with the totals. Names that are none are left out.
fn counted(report: &Report, now: Timestamp) -> Vec<Traffic> {
    let day = china_day(now);
    let kind_of = |met: Met| match met {
        Met::Open => TrafficKind::Open,
        Met::Closed => TrafficKind::Closed,
        Met::Shadow => TrafficKind::Shadow,
    };
    let mut all: HashMap<(TrafficKind, String), Traffic> = HashMap::new();
    let mut add = |kind: TrafficKind, domain: String, reason: &str, requests: u64, clients: u64| {
        let row = all.entry((kind, domain.clone())).or_insert_with(|| Traffic {
            day,
            kind,
            domain,
            reason: reason.to_owned(),
            requests: 0,
            clients: 0,
            at: now,
        });
        row.requests = row.requests.saturating_add(requests);
        row.clients = row.clients.max(clients);
    };
    for seen in &report.seen {
        if let Ok(domain) = DomainName::of_host(&seen.domain) {
            add(kind_of(seen.met), domain.into(), seen.reason.as_str(), seen.requests, seen.clients);
        }
    }
    let closed = if report.shadow { TrafficKind::Shadow } else { TrafficKind::Closed };
    add(closed, String::new(), "", report.closed, 0);
    let through = if report.shadow { report.requests } else { report.requests.saturating_sub(report.closed) };
    add(TrafficKind::Open, String::new(), "", through, 0);
    all.into_values().filter(|row| row.requests > 0 && i64::try_from(row.requests).is_ok()).collect()
}

/// The gateways, the one that has been silent for longest first.
///
/// # Errors
/// When the actor may not, or the cursor is none.
pub async fn list_followers(world: &World, actor: &Actor, input: FromCursor) -> Result<Page<FollowerRow>> {
    require(actor, Act::ListFollowers)?;
    let wanted = page::wanted(input.cursor.as_deref())?;
    let reader = world.store.read().await?;
    let head = store::feed::head(&reader).await?;
    let now = world.now();
    Ok(Page::of(store::follower::list(&reader, &wanted).await?, |follower| FollowerRow {
        id: follower.id,
        behind: head.sequence.saturating_sub(follower.sequence),
        heard: now.duration_since(follower.heard_at) <= SILENT,
        name: follower.name,
        version: follower.version,
        sequence: follower.sequence,
        agrees: follower.agrees,
        domains: follower.domains,
        shadow: follower.shadow,
        requests: follower.requests,
        closed: follower.closed,
        unknown_opened: follower.unknown_opened,
        confirmed_at: follower.confirmed_at,
        heard_at: follower.heard_at,
    }))
}

/// The domains with the most requests of a day.
///
/// # Errors
/// `kind-unknown` when there is no such kind; `too-many` when the day is too long ago.
pub async fn list_traffic(world: &World, actor: &Actor, input: ListTraffic) -> Result<Vec<TrafficRow>> {
    require(actor, Act::ListTraffic)?;
    let word = input.kind.as_deref().unwrap_or(TrafficKind::Closed.as_str());
    let kind: TrafficKind = word.parse().map_err(|_| Error::field("kind", "kind-unknown"))?;
    if input.ago > 90 {
        return Err(Error::field("ago", "too-many"));
    }
    let day = china_day(world.now()) - i64::from(input.ago);
    let rows = store::traffic::top(&world.store.read().await?, day, kind, TOP).await?;
    let row = |row: Traffic| TrafficRow {
        domain: row.domain,
        reason: row.reason,
        requests: row.requests,
        clients: row.clients,
        at: row.at,
    };
    Ok(rows.into_iter().map(row).collect())
}

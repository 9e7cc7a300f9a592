//! Measures on domains: a suspension closes one for a time, an exemption keeps one open for a time, and a roll-back
//! exempts at one stroke what was closed since a place of the feed.

use filing::domain::DomainName;
use filing::verdict::{Enforcement, Verdict};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::measure::{Measure, MeasureKind};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::feed;
use crate::page::{self, Page};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// The longest a measure may stand: a year.
const LONGEST_HOURS: u32 = 366 * 24;
/// The most characters of a reason.
const LONGEST_REASON: usize = 300;
/// So many entries of the feed are looked at in one transaction of a roll-back.
const ENTRIES: u64 = 200;

/// Which measures to list.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ListMeasures {
    /// Those of one domain.
    pub domain: Option<String>,
    /// From where on.
    pub cursor: Option<String>,
}

/// A measure that stands or stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MeasureRow {
    /// Its id.
    pub id: Uuid,
    /// The registrable domain.
    pub domain: String,
    /// `order`, `suspension` or `exemption`.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// When it was placed.
    #[schema(value_type = String, format = DateTime)]
    pub placed_at: Timestamp,
    /// When it ends by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

/// A measure to be placed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceMeasure {
    /// The domain, or a name below it.
    pub domain: String,
    /// `suspension` or `exemption`.
    pub kind: String,
    /// Why; at most 300 characters.
    pub reason: String,
    /// After how many hours it ends by itself, at most a year.
    pub hours: u32,
}

/// Which measure to end.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MeasureRef {
    /// The measure.
    pub measure: Uuid,
}

/// What to roll back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollBack {
    /// The place of the feed: what was open there and was closed after it is opened again.
    pub since: u64,
    /// Why; at most 300 characters.
    pub reason: String,
    /// For how many hours, at most a year.
    pub hours: u32,
    /// Whether only to say what would be opened.
    #[serde(default)]
    pub dry_run: bool,
}

/// What was rolled back, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RolledBack {
    /// How many domains were opened again, or would be.
    pub domains: u64,
    /// The first hundred of them.
    pub first: Vec<String>,
    /// How many stay closed because the authority or the provider ordered it.
    pub ordered: u64,
}

fn row(measure: Measure) -> MeasureRow {
    MeasureRow {
        id: measure.id,
        domain: measure.domain,
        kind: measure.kind.as_str().to_owned(),
        reason: measure.reason,
        placed_at: measure.placed_at,
        expires_at: measure.expires_at,
        ended_at: measure.ended_at,
    }
}

/// The measures there are and were, the latest first.
///
/// # Errors
/// `not-a-domain` when the domain is none, or when the actor may not.
pub async fn list_measures(world: &World, actor: &Actor, input: ListMeasures) -> Result<Page<MeasureRow>> {
    require(actor, Act::ListMeasures)?;
    let wanted = page::wanted(input.cursor.as_deref())?;
    let domain =
        input.domain.as_deref().map(str::trim).filter(|domain| !domain.is_empty()).map(domain_of).transpose()?;
    let listing = store::measure::list(&world.store.read().await?, domain.as_deref(), &wanted).await?;
    Ok(Page::of(listing, row))
}

fn domain_of(text: &str) -> Result<String> {
    Ok(DomainName::of_host(text.trim()).map_err(|_| Error::field("domain", "not-a-domain"))?.into())
}

fn reason_of(text: &str) -> Result<String> {
    let reason = text.trim();
    match reason.chars().count() {
        0 => Err(Error::field("reason", "why-missing")),
        count if count > LONGEST_REASON => Err(Error::field("reason", "why-long")),
        _ => Ok(reason.to_owned()),
    }
}

fn term(hours: u32) -> Result<SignedDuration> {
    if (1..=LONGEST_HOURS).contains(&hours) {
        Ok(SignedDuration::from_hours(i64::from(hours)))
    } else {
        Err(Error::field("hours", "term"))
    }
}

/// Who did it, where that is an account: the operator at the command line has none.
fn account(actor: &Actor) -> Option<store::AccountId> {
    (!actor.account.0.is_nil()).then_some(actor.account)
}

/// Places a suspension or an exemption; the gateways follow within the second.
///
/// # Errors
/// `not-a-domain`, `kind-unknown`, `why-missing`, `why-long`, `term`; `measure` when one of the kind stands.
pub async fn place_measure(world: &World, actor: &Actor, input: PlaceMeasure) -> Result<MeasureRow> {
    require(actor, Act::PlaceMeasure)?;
    let kind = match input.kind.parse() {
        Ok(kind @ (MeasureKind::Suspension | MeasureKind::Exemption)) => kind,
        _ => return Err(Error::field("kind", "kind-unknown")),
    };
    let now = world.now();
    let measure = Measure {
        id: world.uuid(),
        domain: domain_of(&input.domain)?,
        kind,
        reason: reason_of(&input.reason)?,
        account: account(actor),
        placed_at: now,
        expires_at: Some(now + term(input.hours)?),
        ended_at: None,
        ended_by: None,
    };
    let tx = world.store.write().await?;
    feed::place(&tx, world, &measure).await?;
    trace(&tx, actor, "place_measure", &measure, now).await?;
    tx.commit().await?;
    Ok(row(measure))
}

/// Ends a measure before its time; an order of the authority ends with its task instead.
///
/// # Errors
/// `ordered-by-authority` when it is the authority's; not found when there is none.
pub async fn end_measure(world: &World, actor: &Actor, input: MeasureRef) -> Result<MeasureRow> {
    require(actor, Act::EndMeasure)?;
    let tx = world.store.write().await?;
    let measure = store::measure::get(&tx, input.measure).await?;
    if measure.kind == MeasureKind::Order {
        return Err(Error::conflict("ordered-by-authority"));
    }
    if feed::end(&tx, world, &measure, account(actor)).await? {
        trace(&tx, actor, "end_measure", &measure, world.now()).await?;
    }
    let ended = store::measure::get(&tx, measure.id).await?;
    tx.commit().await?;
    Ok(row(ended))
}

/// Opens again, for a time, what was open at a place of the feed and was closed after it, whatever it was closed for;
/// what the authority or the provider ordered closed stays so.
///
/// # Errors
/// `why-missing`, `why-long`, `term`; gone when the feed has no such place.
pub async fn roll_back(world: &World, actor: &Actor, input: RollBack) -> Result<RolledBack> {
    require(actor, Act::RollBack)?;
    let (reason, length) = (reason_of(&input.reason)?, term(input.hours)?);
    let head = store::feed::head(&world.store.read().await?).await?.sequence;
    if input.since > head {
        return Err(Error::Gone);
    }
    let mut done = RolledBack { domains: 0, first: Vec::new(), ordered: 0 };
    let mut after = input.since;
    // What is published by the roll-back itself comes after the head and is not looked at.
    while after < head {
        let tx = world.store.write().await?;
        let entries = store::feed::changes(&tx, after, ENTRIES).await?;
        let Some(last) = entries.last() else { break };
        after = last.sequence;
        for entry in entries.iter().filter(|entry| entry.sequence <= head) {
            let is_latest = store::feed::latest(&tx, &entry.domain).await?.is_some_and(|latest| latest == *entry);
            let closed: Verdict = serde_json::from_value(entry.body.clone())?;
            if !is_latest || closed.enforcement == Enforcement::Open || !was_open(&tx, entry, input.since).await? {
                continue;
            }
            let mut ordered = false;
            for kind in [MeasureKind::Order, MeasureKind::Suspension] {
                ordered |= store::measure::find(&tx, kind, &entry.domain).await?.is_some();
            }
            if ordered {
                done.ordered += 1;
                continue;
            }
            done.domains += 1;
            if done.first.len() < 100 {
                done.first.push(entry.domain.clone());
            }
            if input.dry_run {
                continue;
            }
            let now = world.now();
            let exemption = Measure {
                id: world.uuid(),
                domain: entry.domain.clone(),
                kind: MeasureKind::Exemption,
                reason: reason.clone(),
                account: account(actor),
                placed_at: now,
                expires_at: Some(now + length),
                ended_at: None,
                ended_by: None,
            };
            feed::place(&tx, world, &exemption).await?;
            trace(&tx, actor, "roll_back", &exemption, now).await?;
        }
        tx.commit().await?;
    }
    Ok(done)
}

async fn was_open(tx: &Tx, entry: &store::feed::Entry, since: u64) -> Result<bool> {
    let Some(before) = store::feed::as_of(tx, &entry.domain, since).await? else { return Ok(false) };
    let before: Verdict = serde_json::from_value(before.body)?;
    Ok(before.enforcement == Enforcement::Open)
}

async fn trace(tx: &Tx, actor: &Actor, act: &str, measure: &Measure, at: Timestamp) -> Result<()> {
    let facts = json!({ "domain": measure.domain, "kind": measure.kind, "until": measure.expires_at });
    Trail::by(actor, act, at).on("measure", measure.id).because(measure.reason.clone()).with(facts).write(tx).await
}

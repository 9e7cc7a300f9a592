//! Publishing verdicts to the gateways, in the transaction that makes them true.
//!
//! What the filings say of a domain is its *ruling*. A *measure* may stand on top of it: the authority's order, a
//! suspension, an exemption. What follows from both is published, unless it would newly close a domain and too much is
//! being closed already: then it is held until two people have looked.

use filing::verdict::{Enforcement, Known, Reason, Verdict};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::filed::FiledState;
use store::held_closing::{HeldClosing, HeldFor};
use store::measure::{Measure, MeasureKind};
use store::task::TaskKind;
use store::traffic::TrafficKind;
use store::{AccountId, Reader, Tx};

use crate::access;
use crate::error::Result;
use crate::found;
use crate::job;
use crate::job::end_measure::EndMeasure;
use crate::world::{World, china_day};

/// Closings are counted within so long.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);
/// The share of the traffic is taken over so many days, today included.
const TRAFFIC_DAYS: i64 = 7;
/// With fewer requests than this in those days a share says nothing.
const ENOUGH_TRAFFIC: u64 = 10_000;

/// Notes what the filings say of a domain and tells the gateways what follows.
///
/// # Errors
/// When the store cannot.
pub async fn publish(tx: &Tx, world: &World, verdict: &Verdict) -> Result<()> {
    store::ruling::put(tx, &verdict.domain, &serde_json::to_value(verdict)?, verdict.at).await?;
    settle(tx, world, &verdict.domain).await
}

/// What the filings say of a domain, whatever measure stands; what was published, if that was before rulings were kept.
///
/// # Errors
/// When the store cannot.
pub async fn ruling(reader: &Reader, domain: &str) -> Result<Option<Verdict>> {
    match store::ruling::get(reader, domain).await? {
        Some(body) => Ok(Some(serde_json::from_value(body)?)),
        None => latest(reader, domain).await,
    }
}

/// What the gateways were last told of a domain.
///
/// # Errors
/// When the store cannot.
pub async fn latest(reader: &Reader, domain: &str) -> Result<Option<Verdict>> {
    let latest = store::feed::latest(reader, domain).await?;
    Ok(latest.map(|entry| serde_json::from_value(entry.body)).transpose()?)
}

/// Places a measure and tells the gateways what follows; it ends by itself when its time is over.
///
/// # Errors
/// `Taken("measure")` when one of its kind stands for the domain, or when the store cannot.
pub async fn place(tx: &Tx, world: &World, measure: &Measure) -> Result<()> {
    if ruling(tx, &measure.domain).await?.is_none() {
        let unknown = undetermined(&measure.domain, measure.placed_at);
        store::ruling::put(tx, &measure.domain, &serde_json::to_value(&unknown)?, measure.placed_at).await?;
    }
    store::measure::place(tx, measure).await?;
    if let Some(over) = measure.expires_at {
        job::promise(tx, world, &EndMeasure { measure: measure.id }, over).await?;
    }
    settle(tx, world, &measure.domain).await
}

/// Ends a measure and tells the gateways what follows; says whether it stood.
///
/// # Errors
/// When there is none of this id, or when the store cannot.
pub async fn end(tx: &Tx, world: &World, measure: &Measure, by: Option<AccountId>) -> Result<bool> {
    let stood = store::measure::end(tx, measure.id, by, world.now()).await?;
    if stood {
        settle(tx, world, &measure.domain).await?;
    }
    Ok(stood)
}

/// Closes a domain because the authority says so; says whether it was open.
///
/// # Errors
/// When the store cannot.
pub async fn close_by_order(tx: &Tx, world: &World, domain: &str, reason: &str) -> Result<bool> {
    if store::measure::find(tx, MeasureKind::Order, domain).await?.is_some() {
        return Ok(false);
    }
    let was_open = latest(tx, domain).await?.is_some_and(|known| known.enforcement == Enforcement::Open);
    if ruling(tx, domain).await?.is_none() {
        let unknown = not_filed(domain, None, world.now());
        store::ruling::put(tx, domain, &serde_json::to_value(&unknown)?, world.now()).await?;
    }
    let order = Measure {
        id: world.uuid(),
        domain: domain.to_owned(),
        kind: MeasureKind::Order,
        reason: reason.to_owned(),
        account: None,
        placed_at: world.now(),
        expires_at: None,
        ended_at: None,
        ended_by: None,
    };
    place(tx, world, &order).await?;
    Ok(was_open)
}

/// Takes back that the authority ordered a domain closed: it is as its filing says again.
///
/// # Errors
/// When the store cannot.
pub async fn lift_order(tx: &Tx, world: &World, domain: &str, by: AccountId) -> Result<()> {
    if let Some(order) = store::measure::find(tx, MeasureKind::Order, domain).await? {
        end(tx, world, &order, Some(by)).await?;
    }
    Ok(())
}

/// Puts right what is told of a closed domain, by our own records and then by what the authorities say of it; whatever
/// measure is over ends.
///
/// # Errors
/// When the store cannot.
pub async fn put_right(tx: &Tx, world: &World, domain: &str, at_ministry: Known, number: Option<String>) -> Result<()> {
    let Some(known) = ruling(tx, domain).await? else { return Ok(()) };
    // What was ordered before measures were kept stands in the last entry alone, and no record talks it away.
    let is_ordered = matches!(known.reason, Reason::AuthorityOrder | Reason::Suspended | Reason::Other);
    if known.enforcement == Enforcement::Open || is_ordered {
        return settle(tx, world, domain).await;
    }
    let site = store::filed::find_site_by_domain(tx, domain).await?.filter(|site| site.state == FiledState::Active);
    let now = world.now();
    let origin = known.origin.clone();
    let right = match (site, known.reason) {
        (Some(site), _) if site.accessed => {
            let origin = access::origin(tx, site.resource).await?.or(origin);
            Some(filed(domain, &site.number, origin, now))
        }
        (Some(site), Reason::NotFiled | Reason::FilingCancelled) => {
            Some(not_accessed(domain, Some(site.number), origin, now))
        }
        (None, Reason::NotFiled | Reason::FilingCancelled) if at_ministry == Known::Yes => {
            Some(not_accessed(domain, number, origin, now))
        }
        (None, Reason::NotAccessed | Reason::AccessCancelled) if at_ministry == Known::No => {
            Some(not_filed(domain, origin, now))
        }
        _ => None,
    };
    match right {
        Some(verdict) => publish(tx, world, &verdict).await,
        None => settle(tx, world, domain).await,
    }
}

/// Tells the gateways what follows from the ruling and the measures, unless they know it, or it must wait.
async fn settle(tx: &Tx, world: &World, domain: &str) -> Result<()> {
    let Some(due) = due(tx, world, domain).await? else { return Ok(()) };
    let known = latest(tx, domain).await?;
    if known.as_ref().is_some_and(|known| *known == Verdict { at: known.at, ..due.clone() }) {
        store::held_closing::drop_for(tx, domain).await?;
        return Ok(());
    }
    let closes = due.enforcement == Enforcement::Closed
        && known.as_ref().is_some_and(|known| known.enforcement == Enforcement::Open);
    if closes && let Some((cause, requests)) = too_much(tx, world, domain).await? {
        let held = HeldClosing {
            id: world.uuid(),
            domain: domain.to_owned(),
            body: serde_json::to_value(&due)?,
            cause,
            requests,
            approved_by: None,
            held_at: world.now(),
        };
        tracing::warn!(domain, cause = cause.as_str(), "a closing waits for two people");
        return Ok(store::held_closing::hold(tx, &held).await?);
    }
    store::held_closing::drop_for(tx, domain).await?;
    append(tx, &due).await
}

/// What gateways should be told of a domain now.
async fn due(reader: &Reader, world: &World, domain: &str) -> Result<Option<Verdict>> {
    let Some(ruling) = ruling(reader, domain).await? else { return Ok(None) };
    let measures = [
        (MeasureKind::Order, Enforcement::Closed, Reason::AuthorityOrder),
        (MeasureKind::Suspension, Enforcement::Closed, Reason::Suspended),
        (MeasureKind::Exemption, Enforcement::Open, Reason::Exempt),
    ];
    for (kind, enforcement, reason) in measures {
        if let Some(measure) = store::measure::find(reader, kind, domain).await?
            && measure.expires_at.is_none_or(|over| over > world.now())
        {
            return Ok(Some(Verdict { enforcement, reason, at: measure.placed_at, ..ruling }));
        }
    }
    Ok(Some(ruling))
}

/// Why one more closing must wait, with the requests the domain had; counts it when it need not.
async fn too_much(tx: &Tx, world: &World, domain: &str) -> Result<Option<(HeldFor, u64)>> {
    let limits = &world.settings.enforcement;
    let since = china_day(world.now()) - (TRAFFIC_DAYS - 1);
    let requests = store::traffic::since(tx, domain, TrafficKind::Open, since).await?;
    let all = store::traffic::since(tx, "", TrafficKind::Open, since).await?;
    if all >= ENOUGH_TRAFFIC && requests * 100 > all * u64::from(limits.most_traffic_percent) {
        return Ok(Some((HeldFor::Traffic, requests)));
    }
    let counted = store::held_closing::count(tx, world.now(), WINDOW, limits.most_closings).await?;
    Ok((!counted).then_some((HeldFor::Number, requests)))
}

/// Publishes what two people released, whatever the limits say; nothing when it is not due any more.
///
/// # Errors
/// When the store cannot.
pub(crate) async fn release(tx: &Tx, world: &World, held: &HeldClosing) -> Result<()> {
    store::held_closing::drop_for(tx, &held.domain).await?;
    match due(tx, world, &held.domain).await? {
        Some(due) if due.enforcement == Enforcement::Closed => append(tx, &due).await,
        _ => Ok(()),
    }
}

async fn append(tx: &Tx, verdict: &Verdict) -> Result<()> {
    let body = serde_json::to_value(verdict)?;
    store::feed::append(tx, &verdict.domain, verdict.at, |sequence| {
        let mut body = body;
        body["sequence"] = json!(sequence);
        body
    })
    .await?;
    if verdict.enforcement == Enforcement::Open {
        found::end(tx, TaskKind::OpenUnfiled, &verdict.domain, verdict.at).await?;
    }
    Ok(())
}

/// The verdict on a domain of which nothing is known: open.
fn undetermined(domain: &str, at: Timestamp) -> Verdict {
    Verdict {
        filed: Known::Unknown,
        accessed: Known::Unknown,
        enforcement: Enforcement::Open,
        reason: Reason::Undetermined,
        ..not_filed(domain, None, at)
    }
}

/// The verdict on a domain that is not filed: closed.
#[must_use]
pub fn not_filed(domain: &str, origin: Option<String>, at: Timestamp) -> Verdict {
    Verdict {
        domain: domain.to_owned(),
        filed: Known::No,
        accessed: Known::No,
        enforcement: Enforcement::Closed,
        reason: Reason::NotFiled,
        number: None,
        origin,
        at,
    }
}

/// The verdict on a domain filed and accessed here: open.
#[must_use]
pub fn filed(domain: &str, number: &str, origin: Option<String>, at: Timestamp) -> Verdict {
    Verdict {
        domain: domain.to_owned(),
        filed: Known::Yes,
        accessed: Known::Yes,
        enforcement: Enforcement::Open,
        reason: Reason::Filed,
        number: Some(number.to_owned()),
        origin,
        at,
    }
}

/// The verdict on a domain whose access filing passed the first review: open before the authority decides (接入备案).
#[must_use]
pub fn access_reviewed(domain: &str, number: Option<String>, origin: Option<String>, at: Timestamp) -> Verdict {
    Verdict {
        domain: domain.to_owned(),
        filed: Known::Yes,
        accessed: Known::No,
        enforcement: Enforcement::Open,
        reason: Reason::AccessReviewed,
        number,
        origin,
        at,
    }
}

/// The verdict on a domain that is filed, but not through this provider: closed.
#[must_use]
pub fn not_accessed(domain: &str, number: Option<String>, origin: Option<String>, at: Timestamp) -> Verdict {
    Verdict {
        domain: domain.to_owned(),
        filed: Known::Yes,
        accessed: Known::No,
        enforcement: Enforcement::Closed,
        reason: Reason::NotAccessed,
        number,
        origin,
        at,
    }
}

/// The verdict on a domain whose access through this provider was cancelled (取消接入): closed, though it stays filed.
#[must_use]
pub fn access_cancelled(domain: &str, number: &str, origin: Option<String>, at: Timestamp) -> Verdict {
    Verdict { reason: Reason::AccessCancelled, ..not_accessed(domain, Some(number.to_owned()), origin, at) }
}

/// The verdict on a domain whose filing was cancelled (注销): closed.
#[must_use]
pub fn filing_cancelled(domain: &str, origin: Option<String>, at: Timestamp) -> Verdict {
    Verdict { reason: Reason::FilingCancelled, ..not_filed(domain, origin, at) }
}

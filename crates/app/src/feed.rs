//! Publishing verdicts to the gateways, in the transaction that makes them true.

use filing::verdict::{Enforcement, Known, Reason, Verdict};
use serde_json::json;
use store::Tx;
use store::task::TaskKind;

use crate::error::Result;
use crate::found;

/// Adds a verdict to the feed, unless the feed already says the same. What the authority ordered closed stays closed
/// until a person has seen to it ([`lift_order`]).
///
/// # Errors
/// When the store cannot.
pub async fn publish(tx: &Tx, verdict: &Verdict) -> Result<()> {
    if let Some(known) = latest(tx, &verdict.domain).await? {
        let is_same = known == (Verdict { at: known.at, ..verdict.clone() });
        if is_same || known.reason == Reason::AuthorityOrder && verdict.enforcement == Enforcement::Open {
            return Ok(());
        }
    }
    append(tx, verdict).await
}

/// Closes a domain because the authority says so; says whether it was open.
///
/// # Errors
/// When the store cannot.
pub async fn close_by_order(tx: &Tx, domain: &str, at: jiff::Timestamp) -> Result<bool> {
    let known = latest(tx, domain).await?;
    if known.as_ref().is_some_and(|known| known.reason == Reason::AuthorityOrder) {
        return Ok(false);
    }
    let was_open = known.as_ref().is_some_and(|known| known.enforcement == Enforcement::Open);
    let known = known.unwrap_or_else(|| not_filed(domain, None, at));
    let closed = Verdict { enforcement: Enforcement::Closed, reason: Reason::AuthorityOrder, at, ..known };
    append(tx, &closed).await?;
    Ok(was_open)
}

/// Takes back that the authority ordered a domain closed: it is as its filing says again.
///
/// # Errors
/// When the store cannot.
pub async fn lift_order(tx: &Tx, domain: &str, at: jiff::Timestamp) -> Result<()> {
    let Some(known) = latest(tx, domain).await?.filter(|known| known.reason == Reason::AuthorityOrder) else {
        return Ok(());
    };
    let site = store::filed::find_site_by_domain(tx, domain).await?.filter(|site| site.accessed);
    let verdict = match site {
        Some(site) => filed(domain, &site.number, known.origin, at),
        None => not_filed(domain, known.origin, at),
    };
    append(tx, &verdict).await
}

async fn latest(tx: &Tx, domain: &str) -> Result<Option<Verdict>> {
    let latest = store::feed::latest(tx, domain).await?;
    Ok(latest.map(|entry| serde_json::from_value(entry.body)).transpose()?)
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

/// The verdict on a domain that is not filed: closed.
#[must_use]
pub fn not_filed(domain: &str, origin: Option<String>, at: jiff::Timestamp) -> Verdict {
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
pub fn filed(domain: &str, number: &str, origin: Option<String>, at: jiff::Timestamp) -> Verdict {
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
pub fn access_reviewed(domain: &str, number: Option<String>, origin: Option<String>, at: jiff::Timestamp) -> Verdict {
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
pub fn not_accessed(domain: &str, number: Option<String>, origin: Option<String>, at: jiff::Timestamp) -> Verdict {
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
pub fn access_cancelled(domain: &str, number: &str, origin: Option<String>, at: jiff::Timestamp) -> Verdict {
    Verdict { reason: Reason::AccessCancelled, ..not_accessed(domain, Some(number.to_owned()), origin, at) }
}

/// The verdict on a domain whose filing was cancelled (注销): closed.
#[must_use]
pub fn filing_cancelled(domain: &str, origin: Option<String>, at: jiff::Timestamp) -> Verdict {
    Verdict { reason: Reason::FilingCancelled, ..not_filed(domain, origin, at) }
}

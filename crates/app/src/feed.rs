//! Publishing verdicts to the gateways, in the transaction that makes them true.

use filing::verdict::{Enforcement, Known, Reason, Verdict};
use serde_json::json;
use store::Tx;

use crate::error::Result;

/// Adds a verdict to the feed, unless the feed already says the same.
///
/// # Errors
/// When the store cannot.
pub async fn publish(tx: &Tx, verdict: &Verdict) -> Result<()> {
    if let Some(latest) = store::feed::latest(tx, &verdict.domain).await? {
        let known: Verdict = serde_json::from_value(latest.body)?;
        if known == (Verdict { at: known.at, ..verdict.clone() }) {
            return Ok(());
        }
    }
    let body = serde_json::to_value(verdict)?;
    store::feed::append(tx, &verdict.domain, verdict.at, |sequence| {
        let mut body = body;
        body["sequence"] = json!(sequence);
        body
    })
    .await?;
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

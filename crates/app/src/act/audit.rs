//! Looking at the audit trail.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::audit::{Entry, Stretch, Verdict};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::page::{Page, ROWS};
use crate::policy::{Act, require};
use crate::world::World;

/// Which lines to show.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct ViewAudit {
    /// Those about an order, in their order.
    pub order: Option<Uuid>,
    /// Those about an account, in their order.
    pub account: Option<Uuid>,
    /// From where on.
    pub cursor: Option<String>,
}

/// One line of the trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditRow {
    /// Its number.
    pub sequence: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who; nobody when the platform or the authority acted.
    pub actor: Option<Uuid>,
    /// As what, as a word.
    pub role: String,
    /// Through what, as a word.
    pub via: String,
    /// What was done, as a word.
    pub act: String,
    /// To what kind of thing, as a word.
    pub target_kind: String,
    /// To which one.
    pub target: Option<Uuid>,
    /// The state before.
    pub from: Option<String>,
    /// The state after.
    pub to: Option<String>,
    /// The reason given.
    pub why: Option<String>,
    /// Further facts.
    pub facts: serde_json::Value,
    /// The running hash up to and including the line.
    pub hash: String,
}

/// So many lines are looked at in one request: the trail is as long as the platform is old, a request is not.
const LINES_AT_ONCE: u64 = 20_000;

/// From where on to check.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct VerifyAudit {
    /// The line that was reached before (`next` of the answer); absent or 0 from the beginning.
    pub after: Option<u64>,
}

/// What a check of the trail found, or how far it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditVerdict {
    /// Whether every line that was looked at is as it was written.
    pub intact: bool,
    /// The last line that was looked at, when they are; with no `next`, how many there are.
    pub lines: Option<u64>,
    /// Where to go on, when there are more.
    pub next: Option<u64>,
    /// The first line that cannot be trusted, when there is one.
    pub first_broken: Option<u64>,
    /// In what way, as a word.
    pub damage: Option<String>,
}

/// Lines of the trail: the newest first, or those about one thing in their order.
///
/// # Errors
/// When the actor may not, or the cursor is none.
pub async fn view_audit(world: &World, actor: &Actor, input: ViewAudit) -> Result<Page<AuditRow>> {
    require(actor, Act::ViewAudit)?;
    let cursor = match input.cursor.as_deref().filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(text.parse::<u64>().map_err(|_| Error::field("cursor", "cursor-malformed"))?),
    };
    let target = input.order.map(|id| ("order", id)).or(input.account.map(|id| ("account", id)));
    let reader = world.store.read().await?;
    let entries = match target {
        Some((kind, id)) => store::audit::for_target(&reader, kind, id, cursor.unwrap_or(0), u64::from(ROWS)).await?,
        None => store::audit::latest(&reader, cursor, u64::from(ROWS)).await?,
    };
    let is_full = entries.len() == usize::from(ROWS);
    let next = entries.last().filter(|_| is_full).map(|entry| entry.sequence.to_string());
    Ok(Page { items: entries.into_iter().map(row).collect(), next })
}

/// Checks a stretch of the trail; the answer says where to go on.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn verify_audit(world: &World, actor: &Actor, input: VerifyAudit) -> Result<AuditVerdict> {
    require(actor, Act::VerifyAudit)?;
    let after = input.after.unwrap_or_default();
    let found = store::audit::verify_stretch(&world.store.read().await?, after, LINES_AT_ONCE).await?;
    let intact = AuditVerdict { intact: true, lines: None, next: None, first_broken: None, damage: None };
    Ok(match found {
        Stretch::UpTo { sequence, .. } => AuditVerdict { lines: Some(sequence), next: Some(sequence), ..intact },
        Stretch::Over(Verdict::Intact { lines, .. }) => AuditVerdict { lines: Some(lines), ..intact },
        Stretch::Over(Verdict::Broken { sequence, how }) => AuditVerdict {
            intact: false,
            first_broken: Some(sequence),
            damage: serde_json::to_value(how)?.as_str().map(str::to_owned),
            ..intact
        },
    })
}

fn row(entry: Entry) -> AuditRow {
    let Entry { sequence, line, hash } = entry;
    AuditRow {
        sequence,
        at: line.at,
        actor: line.actor.map(|account| account.0),
        role: line.role,
        via: line.via,
        act: line.act,
        target_kind: line.target_kind,
        target: line.target,
        from: line.from,
        to: line.to,
        why: line.why,
        facts: line.facts,
        hash,
    }
}

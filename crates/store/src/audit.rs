//! The audit trail: one line per act, numbered without gaps, each bound to the one before by its hash.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::chain::{self, Head, Step, Walk};
use crate::db::{canonical, insert_row, instant, micros, parse_json, signed, table, unsigned};
use crate::{AccountId, Reader, Result, Tx};

/// What happened; holds no personal data.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// Who; nobody when the platform acted by itself.
    pub actor: Option<AccountId>,
    /// As what they acted, such as `reviewer` or `system`.
    pub role: String,
    /// Through what: `web`, `api`, `job`, `cli`.
    pub via: String,
    /// What was done, such as `submit`.
    pub act: String,
    /// What it was done to, such as `order`.
    pub target_kind: String,
    /// Which one.
    pub target: Option<Uuid>,
    /// The state before, where there is one.
    pub from: Option<String>,
    /// The state after, where there is one.
    pub to: Option<String>,
    /// The reason that was given.
    pub why: Option<String>,
    /// Further facts.
    pub facts: serde_json::Value,
}

/// A line as it lies in the trail.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub sequence: u64,
    /// What happened.
    pub line: Line,
    /// Hex SHA-256 over the hash before and this line.
    pub hash: String,
}

/// What a check of the trail found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Every line is as it was written.
    Intact {
        /// How many lines there are.
        lines: u64,
        /// The hash of the last one.
        head: String,
    },
    /// From this line on the trail cannot be trusted.
    Broken {
        /// The number of the first line that is wrong or absent.
        sequence: u64,
        /// In what way.
        how: Damage,
    },
}

/// In what way a trail was damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// The line's words do not give its hash.
    Changed,
    /// The line is absent though later ones exist, or the head counts more.
    Removed,
    /// The line does not follow the one before it.
    Reordered,
    /// The line lies beyond what the head counts.
    Added,
}

table! {
    /// One line.
    mod row is "audit" {
        #[sea_orm(primary_key, auto_increment = false)]
        sequence: i64,
        at: i64,
        actor_id: Option<Uuid>,
        role: String,
        via: String,
        act: String,
        target_kind: String,
        target_id: Option<Uuid>,
        from_state: Option<String>,
        to_state: Option<String>,
        why: Option<String>,
        facts: String,
        prev_hash: String,
        hash: String,
    }
}

const CHAIN: &str = "audit";

/// The text of a line that its hash covers: every column, in order, as one JSON array.
fn text(row: &row::Model) -> String {
    serde_json::json!([
        row.sequence,
        row.at,
        row.actor_id,
        row.role,
        row.via,
        row.act,
        row.target_kind,
        row.target_id,
        row.from_state,
        row.to_state,
        row.why,
        row.facts,
    ])
    .to_string()
}

fn from_row(row: row::Model) -> Result<Entry> {
    Ok(Entry {
        sequence: unsigned(row.sequence)?,
        line: Line {
            at: instant(row.at)?,
            actor: row.actor_id.map(AccountId),
            role: row.role,
            via: row.via,
            act: row.act,
            target_kind: row.target_kind,
            target: row.target_id,
            from: row.from_state,
            to: row.to_state,
            why: row.why,
            facts: parse_json(&row.facts)?,
        },
        hash: row.hash,
    })
}

/// Writes a line; the head of the trail stays locked until the transaction ends, so append last.
pub async fn append(tx: &Tx, line: &Line) -> Result<u64> {
    let head = chain::lock(tx, CHAIN).await?;
    let sequence = head.entries + 1;
    let mut row = row::Model {
        sequence: signed(sequence)?,
        at: micros(line.at),
        actor_id: line.actor.map(|id| id.0),
        role: line.role.clone(),
        via: line.via.clone(),
        act: line.act.clone(),
        target_kind: line.target_kind.clone(),
        target_id: line.target,
        from_state: line.from.clone(),
        to_state: line.to.clone(),
        why: line.why.clone(),
        facts: canonical(&line.facts),
        prev_hash: head.hash,
        hash: String::new(),
    };
    row.hash = chain::link(&row.prev_hash, &text(&row));
    let hash = row.hash.clone();
    insert_row(tx, row).await?;
    chain::advance(tx, CHAIN, Head { entries: sequence, hash }).await?;
    Ok(sequence)
}

/// The lines about one thing after a number, in order (at most `limit`).
pub async fn for_target(r: &Reader, target_kind: &str, target: Uuid, after: u64, limit: u64) -> Result<Vec<Entry>> {
    let rows = row::Entity::find()
        .filter(row::Column::TargetId.eq(target))
        .filter(row::Column::TargetKind.eq(target_kind))
        .filter(row::Column::Sequence.gt(signed(after)?))
        .order_by_asc(row::Column::Sequence)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// All lines after a number, in order (at most `limit`).
pub async fn list(r: &Reader, after: u64, limit: u64) -> Result<Vec<Entry>> {
    let rows = row::Entity::find()
        .filter(row::Column::Sequence.gt(signed(after)?))
        .order_by_asc(row::Column::Sequence)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// The latest lines before a number (none = from the end), newest first.
pub async fn latest(r: &Reader, before: Option<u64>, limit: u64) -> Result<Vec<Entry>> {
    let mut find = row::Entity::find();
    if let Some(before) = before {
        find = find.filter(row::Column::Sequence.lt(signed(before)?));
    }
    let rows = find.order_by_desc(row::Column::Sequence).limit(limit).all(r.db()).await?;
    rows.into_iter().map(from_row).collect()
}

/// Walks the whole trail.
pub async fn verify(r: &Reader) -> Result<Verdict> {
    const BATCH: u64 = 500;
    let head = chain::head(r, CHAIN).await?;
    let mut walk = Walk::new();
    // Numbers below 1 are walked too: a line slipped in there is one too many.
    let mut after = i64::MIN;
    loop {
        let rows = row::Entity::find()
            .filter(row::Column::Sequence.gt(after))
            .order_by_asc(row::Column::Sequence)
            .limit(BATCH)
            .all(r.db())
            .await?;
        let Some(last) = rows.last() else { return Ok(walk.finish(&head)) };
        after = last.sequence;
        for row in &rows {
            let number = u64::try_from(row.sequence).unwrap_or(0);
            let step = Step { number, prev_hash: &row.prev_hash, hash: &row.hash, text: &text(row) };
            if let Some(broken) = walk.step(&step) {
                return Ok(broken);
            }
        }
    }
}

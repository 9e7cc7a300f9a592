//! The audit trail: one line per act, numbered without gaps, each bound to the one before by its hash.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::chain::{self, Head, Step, Walk};
use crate::db::{canonical, insert_row, instant, micros, parse_json, signed, table, unsigned};
use crate::seal::{Cell, DataKey, Keys, key_of};
use crate::{AccountId, Error, Reader, Result, Tx};

/// What happened; holds no personal data but the reason, which people write and which lies sealed.
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
    /// The reason that was given; none either when its key was destroyed with what the line is about.
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
        why: Option<Vec<u8>>,
        facts: String,
        prev_hash: String,
        hash: String,
    }
}

const CHAIN: &str = "audit";
/// The id of the key for reasons of lines about nothing that has a key.
const OWN_KEY: Uuid = Uuid::max();

/// The cell a reason is bound to.
const fn cell(sequence: u64) -> Cell<'static> {
    Cell { table: "audit", row: Uuid::from_u128(sequence as u128), column: "why" }
}

/// The text of a line that its hash covers: every column, in order, as one JSON array. A reason counts as it lies
/// there, sealed, so that a trail can be checked without any key and after a key was destroyed.
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
        row.why.as_ref().map(hex::encode),
        row.facts,
    ])
    .to_string()
}

/// The key that seals a reason: that of what the line is about, or the trail's own.
async fn reason_key(tx: &Tx, target: Option<Uuid>) -> Result<DataKey> {
    if let Some(target) = target.filter(|target| !target.is_nil()) {
        match tx.key(target).await {
            Err(Error::Sealed(_)) => {}
            found => return found,
        }
    }
    match tx.key(OWN_KEY).await {
        Err(Error::Sealed(_)) => tx.make_key(OWN_KEY).await,
        found => found,
    }
}

async fn from_rows(r: &Reader, rows: Vec<row::Model>) -> Result<Vec<Entry>> {
    let sealed = rows.iter().filter_map(|row| row.why.as_deref());
    let keys = r.keys(sealed.filter_map(|sealed| key_of(sealed).ok())).await?;
    rows.into_iter().map(|row| from_row(row, &keys)).collect()
}

fn from_row(row: row::Model, keys: &Keys) -> Result<Entry> {
    // A reason that does not open must not hide the lines around it; that it was changed is for `verify` to say.
    let cell = cell(unsigned(row.sequence)?);
    let why = row.why.as_deref().and_then(|sealed| String::from_utf8(keys.open(cell, sealed).ok()?).ok());
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
            why,
            facts: parse_json(&row.facts)?,
        },
        hash: row.hash,
    })
}

/// Writes a line; the head of the trail stays locked until the transaction ends, so append last.
pub async fn append(tx: &Tx, line: &Line) -> Result<u64> {
    let head = chain::lock(tx, CHAIN).await?;
    let sequence = head.entries + 1;
    let why = match &line.why {
        Some(why) => {
            let key = reason_key(tx, line.target).await?;
            Some(key.seal(&*tx.shared.entropy, cell(sequence), why.as_bytes())?)
        }
        None => None,
    };
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
        why,
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
    from_rows(r, rows).await
}

/// All lines after a number, in order (at most `limit`).
pub async fn list(r: &Reader, after: u64, limit: u64) -> Result<Vec<Entry>> {
    let rows = row::Entity::find()
        .filter(row::Column::Sequence.gt(signed(after)?))
        .order_by_asc(row::Column::Sequence)
        .limit(limit)
        .all(r.db())
        .await?;
    from_rows(r, rows).await
}

/// The latest lines before a number (none = from the end), newest first.
pub async fn latest(r: &Reader, before: Option<u64>, limit: u64) -> Result<Vec<Entry>> {
    let mut find = row::Entity::find();
    if let Some(before) = before {
        find = find.filter(row::Column::Sequence.lt(signed(before)?));
    }
    let rows = find.order_by_desc(row::Column::Sequence).limit(limit).all(r.db()).await?;
    from_rows(r, rows).await
}

/// How far one stretch of a check came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stretch {
    /// Every line up to this one is as it was written, and there are more.
    UpTo {
        /// The last line that was looked at.
        sequence: u64,
        /// Its hash.
        hash: String,
    },
    /// The check is over.
    Over(Verdict),
}

/// Walks the whole trail, however long that takes.
pub async fn verify(r: &Reader) -> Result<Verdict> {
    match verify_stretch(r, 0, u64::MAX).await? {
        Stretch::Over(verdict) => Ok(verdict),
        Stretch::UpTo { .. } => Err(Error::Corrupt("a trail longer than any")),
    }
}

/// Walks at most `limit` lines behind a line that was found good before (0 = from the beginning).
pub async fn verify_stretch(r: &Reader, after: u64, limit: u64) -> Result<Stretch> {
    const BATCH: u64 = 500;
    let head = chain::head(r, CHAIN).await?;
    // Numbers below 1 are walked too: a line slipped in there is one too many.
    let (mut walk, mut last) = (Walk::new(), i64::MIN);
    if after > 0 {
        last = signed(after)?;
        let Some(row) = row::Entity::find_by_id(last).one(r.db()).await? else {
            return Ok(Stretch::Over(Verdict::Broken { sequence: after, how: Damage::Removed }));
        };
        walk = Walk::after(after, row.hash);
    }
    let mut left = limit;
    while left > 0 {
        let rows = row::Entity::find()
            .filter(row::Column::Sequence.gt(last))
            .order_by_asc(row::Column::Sequence)
            .limit(BATCH.min(left))
            .all(r.db())
            .await?;
        let Some(end) = rows.last() else { return Ok(Stretch::Over(walk.finish(&head))) };
        last = end.sequence;
        left -= rows.len() as u64;
        for row in &rows {
            let number = u64::try_from(row.sequence).unwrap_or(0);
            let step = Step { number, prev_hash: &row.prev_hash, hash: &row.hash, text: &text(row) };
            if let Some(broken) = walk.step(&step) {
                return Ok(Stretch::Over(broken));
            }
        }
    }
    let (sequence, hash) = walk.place();
    Ok(Stretch::UpTo { sequence, hash })
}

//! Measures: what somebody decided about a domain on top of what the filings say. One of a kind stands for a domain at a
//! time; what ended stays known.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{before, insert_row, instant, micros, opt_instant, opt_micros, replace_row, table, taken};
use crate::page::{Cursor, Listing, Page};
use crate::words::words;
use crate::{AccountId, Error, Reader, Result, Tx};

words! {
    /// What a measure does.
    pub enum MeasureKind {
        /// The authority ordered the domain closed.
        Order = "order",
        /// The provider closed it for a time.
        Suspension = "suspension",
        /// It stays open whatever the filings say, for a time.
        Exemption = "exemption",
    }
}

/// A measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Its id.
    pub id: Uuid,
    /// The registrable domain.
    pub domain: String,
    /// What it does.
    pub kind: MeasureKind,
    /// Why.
    pub reason: String,
    /// Who placed it; none for the authority and the command line.
    pub account: Option<AccountId>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who ended it.
    pub ended_by: Option<AccountId>,
}

table! {
    /// One measure; `standing` names kind and domain while it stands, and `due_at` repeats `expires_at` so long.
    mod row is "measure" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        domain: String,
        kind: String,
        reason: String,
        account_id: Option<Uuid>,
        placed_at: i64,
        expires_at: Option<i64>,
        ended_at: Option<i64>,
        ended_by: Option<Uuid>,
        standing: Option<String>,
        due_at: Option<i64>,
    }
}

fn standing(kind: MeasureKind, domain: &str) -> String {
    format!("{kind}:{domain}")
}

fn from_row(row: row::Model) -> Result<Measure> {
    Ok(Measure {
        id: row.id,
        domain: row.domain,
        kind: row.kind.parse()?,
        reason: row.reason,
        account: row.account_id.map(AccountId),
        placed_at: instant(row.placed_at)?,
        expires_at: opt_instant(row.expires_at)?,
        ended_at: opt_instant(row.ended_at)?,
        ended_by: row.ended_by.map(AccountId),
    })
}

/// Places a measure.
///
/// # Errors
/// `Taken("measure")` when one of its kind stands for the domain.
pub async fn place(tx: &Tx, measure: &Measure) -> Result<()> {
    let row = row::Model {
        id: measure.id,
        domain: measure.domain.clone(),
        kind: measure.kind.as_str().to_owned(),
        reason: measure.reason.clone(),
        account_id: measure.account.map(|account| account.0),
        placed_at: micros(measure.placed_at),
        expires_at: opt_micros(measure.expires_at),
        ended_at: None,
        ended_by: None,
        standing: Some(standing(measure.kind, &measure.domain)),
        due_at: opt_micros(measure.expires_at),
    };
    insert_row(tx, row).await.map_err(taken(&[("standing", "measure")]))
}

/// Ends a measure; says whether it stood.
pub async fn end(tx: &Tx, id: Uuid, by: Option<AccountId>, at: Timestamp) -> Result<bool> {
    let row = row::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound("measure"))?;
    if row.standing.is_none() {
        return Ok(false);
    }
    let ended =
        row::Model { standing: None, due_at: None, ended_at: Some(micros(at)), ended_by: by.map(|by| by.0), ..row };
    replace_row(tx, ended, Condition::all().add(row::Column::Id.eq(id))).await?;
    Ok(true)
}

/// A measure.
pub async fn get(r: &Reader, id: Uuid) -> Result<Measure> {
    from_row(row::Entity::find_by_id(id).one(r.db()).await?.ok_or(Error::NotFound("measure"))?)
}

/// The measure of a kind that stands for a domain.
pub async fn find(r: &Reader, kind: MeasureKind, domain: &str) -> Result<Option<Measure>> {
    let found = row::Entity::find().filter(row::Column::Standing.eq(standing(kind, domain))).one(r.db()).await?;
    found.map(from_row).transpose()
}

/// Measures whose time is over, the longest ago first (at most `limit`).
pub async fn over(r: &Reader, now: Timestamp, limit: u64) -> Result<Vec<Measure>> {
    let rows = row::Entity::find()
        .filter(row::Column::DueAt.lte(micros(now)))
        .order_by_asc(row::Column::DueAt)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Every measure there is or was, the latest first; those of one domain if it is named.
pub async fn list(r: &Reader, domain: Option<&str>, page: &Page) -> Result<Listing<Measure>> {
    let mut find = row::Entity::find();
    if let Some(domain) = domain {
        find = find.filter(row::Column::Domain.eq(domain));
    }
    if let Some(Cursor { at, id }) = page.after {
        find = find.filter(before((row::Column::PlacedAt, at), (row::Column::Id, id)));
    }
    let rows = find
        .order_by_desc(row::Column::PlacedAt)
        .order_by_desc(row::Column::Id)
        .limit(page.probe())
        .all(r.db())
        .await?;
    page.cut(rows, |row| Cursor { at: row.placed_at, id: row.id }).try_map(from_row)
}

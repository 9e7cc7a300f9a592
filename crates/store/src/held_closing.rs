//! Closings that wait for a second person, because too many came at once or too many visitors would feel them.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use crate::db::{after, insert_row, instant, json, micros, parse_json, replace_row, signed, table, unsigned};
use crate::page::{Cursor, Listing, Page};
use crate::words::words;
use crate::{AccountId, Error, Reader, Result, Tx};

words! {
    /// Why a closing is held.
    pub enum HeldFor {
        /// So many closings came within the hour.
        Number = "number",
        /// So much of the traffic goes to the domain.
        Traffic = "traffic",
    }
}

/// A closing that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldClosing {
    /// Its id.
    pub id: Uuid,
    /// The domain that would be closed.
    pub domain: String,
    /// The verdict that would be published.
    pub body: Value,
    /// Why it is held.
    pub cause: HeldFor,
    /// How many requests the domain had in the days before.
    pub requests: u64,
    /// Who was the first to approve.
    pub approved_by: Option<AccountId>,
    /// Since when it waits.
    pub held_at: Timestamp,
}

table! {
    /// One closing that waits.
    mod row is "held_closing" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        domain: String,
        body: String,
        cause: String,
        requests: i64,
        approved_by: Option<Uuid>,
        held_at: i64,
    }
}

table! {
    /// How many closings there were since when.
    mod window is "closing_window" {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        begun_at: i64,
        closings: i64,
    }
}

const WINDOW: &str = "feed";

fn from_row(row: row::Model) -> Result<HeldClosing> {
    Ok(HeldClosing {
        id: row.id,
        domain: row.domain,
        body: parse_json(&row.body)?,
        cause: row.cause.parse()?,
        requests: unsigned(row.requests)?,
        approved_by: row.approved_by.map(AccountId),
        held_at: instant(row.held_at)?,
    })
}

fn to_row(held: &HeldClosing) -> Result<row::Model> {
    Ok(row::Model {
        id: held.id,
        domain: held.domain.clone(),
        body: json(&held.body)?,
        cause: held.cause.as_str().to_owned(),
        requests: signed(held.requests)?,
        approved_by: held.approved_by.map(|account| account.0),
        held_at: micros(held.held_at),
    })
}

/// Counts a closing unless there were `most` already since the window began; says whether it was counted. The window
/// begins anew when it is older than `length`. The count stays locked until the transaction ends.
pub async fn count(tx: &Tx, at: Timestamp, length: SignedDuration, most: u64) -> Result<bool> {
    let empty = window::Model { name: WINDOW.to_owned(), begun_at: micros(at), closings: 0 };
    window::Entity::insert(empty.into_active_model())
        .on_conflict(OnConflict::column(window::Column::Name).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.db())
        .await?;
    let found = window::Entity::find_by_id(WINDOW.to_owned()).lock_exclusive().one(tx.db()).await?;
    let mut row = found.ok_or(Error::NotFound("closing window"))?;
    if at.duration_since(instant(row.begun_at)?) > length {
        row.begun_at = micros(at);
        row.closings = 0;
    }
    if unsigned(row.closings)? >= most {
        return Ok(false);
    }
    row.closings += 1;
    replace_row(tx, row, Condition::all().add(window::Column::Name.eq(WINDOW))).await?;
    Ok(true)
}

/// Holds a closing; one that is held for the domain already is written anew and keeps its place and first approval.
pub async fn hold(tx: &Tx, held: &HeldClosing) -> Result<()> {
    match find(tx, &held.domain).await? {
        Some(known) => {
            let anew = HeldClosing {
                id: known.id,
                held_at: known.held_at,
                approved_by: known.approved_by,
                cause: known.cause,
                ..held.clone()
            };
            replace_row(tx, to_row(&anew)?, Condition::all().add(row::Column::Id.eq(known.id))).await?;
        }
        None => insert_row(tx, to_row(held)?).await?,
    }
    Ok(())
}

/// The closing that is held for a domain.
pub async fn find(r: &Reader, domain: &str) -> Result<Option<HeldClosing>> {
    row::Entity::find().filter(row::Column::Domain.eq(domain)).one(r.db()).await?.map(from_row).transpose()
}

/// A held closing, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<HeldClosing>> {
    row::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?.map(from_row).transpose()
}

/// Notes the first approval.
pub async fn approve(tx: &Tx, held: &HeldClosing, by: AccountId) -> Result<()> {
    let row = to_row(&HeldClosing { approved_by: Some(by), ..held.clone() })?;
    replace_row(tx, row, Condition::all().add(row::Column::Id.eq(held.id))).await?;
    Ok(())
}

/// Takes what is held for a domain away; says whether there was something.
pub async fn drop_for(tx: &Tx, domain: &str) -> Result<bool> {
    let gone = row::Entity::delete_many().filter(row::Column::Domain.eq(domain)).exec(tx.db()).await?;
    Ok(gone.rows_affected > 0)
}

/// Whether anything waits.
pub async fn any(r: &Reader) -> Result<bool> {
    Ok(row::Entity::find().limit(1).one(r.db()).await?.is_some())
}

/// What waits, the longest first.
pub async fn list(r: &Reader, page: &Page) -> Result<Listing<HeldClosing>> {
    let mut find = row::Entity::find();
    if let Some(Cursor { at, id }) = page.after {
        find = find.filter(after((row::Column::HeldAt, at), (row::Column::Id, id)));
    }
    let rows =
        find.order_by_asc(row::Column::HeldAt).order_by_asc(row::Column::Id).limit(page.probe()).all(r.db()).await?;
    page.cut(rows, |row| Cursor { at: row.held_at, id: row.id }).try_map(from_row)
}

//! The gateways that follow the feed, as they last reported.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{
    after, insert_row, instant, micros, opt_instant, opt_micros, replace_row, signed, table, taken, unsigned,
};
use crate::page::{Cursor, Listing, Page};
use crate::{AccountId, Reader, Result, Tx};

/// A gateway as it last reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follower {
    /// Its id.
    pub id: Uuid,
    /// The account whose key it uses.
    pub account: AccountId,
    /// What it calls itself; one gateway an account and name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The run it reported from.
    pub run: Uuid,
    /// The number of the report within the run.
    pub number: u64,
    /// The last entry of the feed it applied.
    pub sequence: u64,
    /// Whether its running hash there is the feed's.
    pub agrees: bool,
    /// How many domains it knows.
    pub domains: u64,
    /// Whether it lets through what it would close.
    pub shadow: bool,
    /// Requests since it first reported.
    pub requests: u64,
    /// Requests of closed domains among them.
    pub closed: u64,
    /// Requests it let through because too little was known.
    pub unknown_opened: u64,
    /// When the feed last confirmed what it has.
    pub confirmed_at: Option<Timestamp>,
    /// When it reported.
    pub heard_at: Timestamp,
}

table! {
    /// One gateway.
    mod row is "follower" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        account_id: Uuid,
        name: String,
        version: String,
        run: Uuid,
        number: i64,
        sequence: i64,
        agrees: bool,
        domains: i64,
        shadow: bool,
        requests: i64,
        closed: i64,
        unknown_opened: i64,
        confirmed_at: Option<i64>,
        heard_at: i64,
    }
}

fn from_row(row: row::Model) -> Result<Follower> {
    Ok(Follower {
        id: row.id,
        account: AccountId(row.account_id),
        name: row.name,
        version: row.version,
        run: row.run,
        number: unsigned(row.number)?,
        sequence: unsigned(row.sequence)?,
        agrees: row.agrees,
        domains: unsigned(row.domains)?,
        shadow: row.shadow,
        requests: unsigned(row.requests)?,
        closed: unsigned(row.closed)?,
        unknown_opened: unsigned(row.unknown_opened)?,
        confirmed_at: opt_instant(row.confirmed_at)?,
        heard_at: instant(row.heard_at)?,
    })
}

fn to_row(follower: &Follower) -> Result<row::Model> {
    Ok(row::Model {
        id: follower.id,
        account_id: follower.account.0,
        name: follower.name.clone(),
        version: follower.version.clone(),
        run: follower.run,
        number: signed(follower.number)?,
        sequence: signed(follower.sequence)?,
        agrees: follower.agrees,
        domains: signed(follower.domains)?,
        shadow: follower.shadow,
        requests: signed(follower.requests)?,
        closed: signed(follower.closed)?,
        unknown_opened: signed(follower.unknown_opened)?,
        confirmed_at: opt_micros(follower.confirmed_at),
        heard_at: micros(follower.heard_at),
    })
}

/// The gateway of an account and name, locked until the transaction ends.
pub async fn lock(tx: &Tx, account: AccountId, name: &str) -> Result<Option<Follower>> {
    let found = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.0))
        .filter(row::Column::Name.eq(name))
        .lock_exclusive()
        .one(tx.db())
        .await?;
    found.map(from_row).transpose()
}

/// Adds a gateway.
///
/// # Errors
/// `Taken("follower")` when another transaction added it meanwhile.
pub async fn add(tx: &Tx, follower: &Follower) -> Result<()> {
    insert_row(tx, to_row(follower)?).await.map_err(taken(&[("name", "follower")]))
}

/// Writes a gateway anew.
pub async fn put(tx: &Tx, follower: &Follower) -> Result<()> {
    replace_row(tx, to_row(follower)?, Condition::all().add(row::Column::Id.eq(follower.id))).await?;
    Ok(())
}

/// The gateways, the one that has been silent for longest first.
pub async fn list(r: &Reader, page: &Page) -> Result<Listing<Follower>> {
    let mut find = row::Entity::find();
    if let Some(Cursor { at, id }) = page.after {
        find = find.filter(after((row::Column::HeardAt, at), (row::Column::Id, id)));
    }
    let rows =
        find.order_by_asc(row::Column::HeardAt).order_by_asc(row::Column::Id).limit(page.probe()).all(r.db()).await?;
    page.cut(rows, |row| Cursor { at: row.heard_at, id: row.id }).try_map(from_row)
}

/// Forgets gateways that were silent since before an instant (at most `limit`).
pub async fn purge(tx: &Tx, before: Timestamp, limit: u64) -> Result<u64> {
    let old = row::Entity::find().filter(row::Column::HeardAt.lt(micros(before))).limit(limit).all(tx.db()).await?;
    let ids = old.into_iter().map(|row| row.id);
    Ok(row::Entity::delete_many().filter(row::Column::Id.is_in(ids)).exec(tx.db()).await?.rows_affected)
}

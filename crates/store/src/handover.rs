//! Hand-overs: a link that lets a phone do one task of an order and then expires.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{
    insert_row, instant, json, micros, opt_instant, opt_micros, parse_json, replace_row, stale_or_absent, table, taken,
};
use crate::{AccountId, Error, HandoverId, OrderId, Reader, Result, Tx};

/// One hand-over.
#[derive(Debug, Clone, PartialEq)]
pub struct Handover {
    /// Its id.
    pub id: HandoverId,
    /// Of which order.
    pub order: OrderId,
    /// Who handed over.
    pub account: AccountId,
    /// Hex SHA-256 of the token in the link.
    pub token_hash: String,
    /// What is to be done, such as `verify_manager`.
    pub purpose: String,
    /// The slots to fill.
    pub slots: Vec<String>,
    /// What was done so far (no personal data).
    pub progress: serde_json::Value,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the link ends.
    pub expires_at: Timestamp,
    /// When the second device opened it.
    pub opened_at: Option<Timestamp>,
    /// When it was done.
    pub finished_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// Counts changes; [`update`] compares and raises it.
    pub version: i64,
}

table! {
    /// One hand-over.
    mod row is "handover" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        order_id: Uuid,
        account_id: Uuid,
        token_hash: String,
        purpose: String,
        slots: String,
        progress: String,
        created_at: i64,
        expires_at: i64,
        opened_at: Option<i64>,
        finished_at: Option<i64>,
        revoked_at: Option<i64>,
        version: i64,
    }
}

fn to_row(handover: &Handover) -> Result<row::Model> {
    Ok(row::Model {
        id: handover.id.0,
        order_id: handover.order.0,
        account_id: handover.account.0,
        token_hash: handover.token_hash.clone(),
        purpose: handover.purpose.clone(),
        slots: json(&handover.slots)?,
        progress: json(&handover.progress)?,
        created_at: micros(handover.created_at),
        expires_at: micros(handover.expires_at),
        opened_at: opt_micros(handover.opened_at),
        finished_at: opt_micros(handover.finished_at),
        revoked_at: opt_micros(handover.revoked_at),
        version: handover.version,
    })
}

fn from_row(row: row::Model) -> Result<Handover> {
    Ok(Handover {
        id: HandoverId(row.id),
        order: OrderId(row.order_id),
        account: AccountId(row.account_id),
        token_hash: row.token_hash,
        purpose: row.purpose,
        slots: parse_json(&row.slots)?,
        progress: parse_json(&row.progress)?,
        created_at: instant(row.created_at)?,
        expires_at: instant(row.expires_at)?,
        opened_at: opt_instant(row.opened_at)?,
        finished_at: opt_instant(row.finished_at)?,
        revoked_at: opt_instant(row.revoked_at)?,
        version: row.version,
    })
}

/// Adds a hand-over.
pub async fn insert(tx: &Tx, handover: &Handover) -> Result<()> {
    insert_row(tx, to_row(handover)?).await.map_err(taken(&[("token_hash", "token")]))
}

/// The hand-over of this id.
pub async fn get(r: &Reader, id: HandoverId) -> Result<Handover> {
    from_row(row::Entity::find_by_id(id.0).one(r.db()).await?.ok_or(Error::NotFound("hand-over"))?)
}

/// The hand-over with this token, expired or not.
pub async fn find_by_token_hash(r: &Reader, token_hash: &str) -> Result<Option<Handover>> {
    row::Entity::find().filter(row::Column::TokenHash.eq(token_hash)).one(r.db()).await?.map(from_row).transpose()
}

/// The hand-overs of an order, newest first (at most 200).
pub async fn list(r: &Reader, order: OrderId) -> Result<Vec<Handover>> {
    let rows = row::Entity::find()
        .filter(row::Column::OrderId.eq(order.0))
        .order_by_desc(row::Column::CreatedAt)
        .limit(200)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Writes it if nobody changed it since it was read; raises `version`.
pub async fn update(tx: &Tx, handover: &mut Handover) -> Result<()> {
    let mut row = to_row(handover)?;
    row.version += 1;
    let same = Condition::all().add(row::Column::Id.eq(row.id)).add(row::Column::Version.eq(handover.version));
    if replace_row(tx, row, same).await.map_err(taken(&[("token_hash", "token")]))? == 0 {
        return Err(stale_or_absent(tx, row::Entity::find_by_id(handover.id.0), "hand-over").await);
    }
    handover.version += 1;
    Ok(())
}

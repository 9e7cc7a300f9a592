//! Materials: the documents and photographs of an order, sealed.

use jiff::Timestamp;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{
    insert_row, instant, json, micros, opt_instant, opt_micros, parse_json, signed, small, table, taken, unsigned,
};
use crate::{AccountId, Error, MaterialId, OrderId, Reader, Result, Tx};

/// What is known of one material besides its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Material {
    /// Its id.
    pub id: MaterialId,
    /// Of which order.
    pub order: OrderId,
    /// Whose account the order is.
    pub account: AccountId,
    /// What it proves: a field path such as `materials.subject_certificate`.
    pub slot: String,
    /// The media type after re-encoding.
    pub media_type: String,
    /// Its size in bytes; [`insert`] requires it to match.
    pub size: u64,
    /// Width in pixels; 0 when it is no image.
    pub width: u32,
    /// Height in pixels; 0 when it is no image.
    pub height: u32,
    /// Hex SHA-256 of the bytes.
    pub sha256: String,
    /// How it came: `upload`, `camera` and the like.
    pub source: String,
    /// Further facts, such as sharpness (no personal data).
    pub facts: serde_json::Value,
    /// When it came.
    pub created_at: Timestamp,
    /// When it was taken out of the order.
    pub removed_at: Option<Timestamp>,
}

table! {
    /// One material; its bytes are the file of the same id.
    mod row is "material" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        order_id: Uuid,
        account_id: Uuid,
        slot: String,
        media_type: String,
        size: i64,
        width: i64,
        height: i64,
        sha256: String,
        source: String,
        facts: String,
        created_at: i64,
        removed_at: Option<i64>,
        destroyed_at: Option<i64>,
    }
}

fn from_row(row: row::Model) -> Result<Material> {
    Ok(Material {
        id: MaterialId(row.id),
        order: OrderId(row.order_id),
        account: AccountId(row.account_id),
        slot: row.slot,
        media_type: row.media_type,
        size: unsigned(row.size)?,
        width: small(row.width)?,
        height: small(row.height)?,
        sha256: row.sha256,
        source: row.source,
        facts: parse_json(&row.facts)?,
        created_at: instant(row.created_at)?,
        removed_at: opt_instant(row.removed_at)?,
    })
}

/// Keeps a material with its bytes.
pub async fn insert(tx: &Tx, material: &Material, bytes: &[u8]) -> Result<()> {
    if bytes.len() as u64 != material.size || crate::db::sha256(bytes) != material.sha256 {
        return Err(Error::Invalid("a material whose size or hash does not match its bytes"));
    }
    let row = row::Model {
        id: material.id.0,
        order_id: material.order.0,
        account_id: material.account.0,
        slot: material.slot.clone(),
        media_type: material.media_type.clone(),
        size: signed(material.size)?,
        width: i64::from(material.width),
        height: i64::from(material.height),
        sha256: material.sha256.clone(),
        source: material.source.clone(),
        facts: json(&material.facts)?,
        created_at: micros(material.created_at),
        removed_at: opt_micros(material.removed_at),
        destroyed_at: None,
    };
    insert_row(tx, row).await.map_err(taken(&[]))?;
    tx.put_file(material.id.0, bytes).await
}

/// What is known of the material, removed or not.
pub async fn get(r: &Reader, id: MaterialId) -> Result<Material> {
    from_row(row::Entity::find_by_id(id.0).one(r.db()).await?.ok_or(Error::NotFound("material"))?)
}

/// The bytes of the material.
pub async fn bytes(r: &Reader, id: MaterialId) -> Result<Vec<u8>> {
    r.file(id.0).await
}

/// The materials of an order that were not removed, by time.
pub async fn list(r: &Reader, order: OrderId) -> Result<Vec<Material>> {
    let rows = row::Entity::find()
        .filter(row::Column::OrderId.eq(order.0))
        .filter(row::Column::RemovedAt.is_null())
        .order_by_asc(row::Column::CreatedAt)
        .order_by_asc(row::Column::Id)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// How many bytes the account's living materials take.
pub async fn size_of_account(r: &Reader, account: AccountId) -> Result<u64> {
    let sizes: Vec<i64> = row::Entity::find()
        .select_only()
        .column(row::Column::Size)
        .filter(row::Column::AccountId.eq(account.0))
        .filter(row::Column::DestroyedAt.is_null())
        .into_tuple()
        .all(r.db())
        .await?;
    sizes.into_iter().map(unsigned).sum()
}

/// Takes a material out of the order; its bytes stay, because a submission may show them.
pub async fn remove(tx: &Tx, id: MaterialId, at: Timestamp) -> Result<()> {
    let removed = row::Entity::update_many()
        .col_expr(row::Column::RemovedAt, Expr::value(micros(at)))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::RemovedAt.is_null())
        .exec(tx.db())
        .await?;
    if removed.rows_affected == 0 { Err(Error::NotFound("material")) } else { Ok(()) }
}

/// Materials that were removed before an instant and that no submission shows, the longest removed first.
///
/// A submission shows what was there when it was made.
pub async fn unneeded(r: &Reader, before: Timestamp, limit: u64) -> Result<Vec<MaterialId>> {
    let submission = |column: &str| (Alias::new("submission"), Alias::new(column));
    let mine = |column: row::Column| Expr::col((row::Entity, column));
    let shown = Query::select()
        .column((row::Entity, row::Column::Id))
        .from(row::Entity)
        .inner_join(Alias::new("submission"), mine(row::Column::OrderId).equals(submission("order_id")))
        .and_where(mine(row::Column::CreatedAt).lte(Expr::col(submission("at"))))
        .and_where(mine(row::Column::RemovedAt).gt(Expr::col(submission("at"))))
        .to_owned();
    let ids: Vec<uuid::Uuid> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::RemovedAt.lt(micros(before)))
        .filter(row::Column::DestroyedAt.is_null())
        .filter(row::Column::Id.not_in_subquery(shown))
        .order_by_asc(row::Column::RemovedAt)
        .limit(limit)
        .into_tuple()
        .all(r.db())
        .await?;
    Ok(ids.into_iter().map(MaterialId).collect())
}

/// Destroys the bytes and their key; the row stays as a trace.
pub async fn destroy(tx: &Tx, id: MaterialId, at: Timestamp) -> Result<()> {
    let destroyed = row::Entity::update_many()
        .col_expr(row::Column::DestroyedAt, Expr::value(micros(at)))
        .col_expr(row::Column::RemovedAt, Expr::col(row::Column::RemovedAt).if_null(micros(at)))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::DestroyedAt.is_null())
        .exec(tx.db())
        .await?;
    if destroyed.rows_affected == 0 {
        return Err(Error::NotFound("material"));
    }
    tx.remove_file(id.0).await
}

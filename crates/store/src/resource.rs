//! Cloud resources of an account, as the provider's inventory told us.

use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{insert_row, instant, json, micros, opt_instant, opt_micros, parse_json, replace_row, table, taken};
use crate::{AccountId, Error, Reader, ResourceId, Result, Tx};

/// One cloud resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its id here.
    pub id: ResourceId,
    /// Whose.
    pub account: AccountId,
    /// Its id in the provider's inventory; unique.
    pub external_id: String,
    /// What it is, as a word of `filing::resource`.
    pub kind: String,
    /// What its holder calls it.
    pub name: String,
    /// The region it runs in.
    pub region: String,
    /// Its public addresses.
    pub addresses: Vec<String>,
    /// Where the gateway reaches it (`host:port`), when it does.
    pub origin: Option<String>,
    /// The day it was bought.
    pub bought_on: Option<Date>,
    /// The day it ends.
    pub expires_on: Option<Date>,
    /// Further facts of the inventory (no personal data).
    pub facts: serde_json::Value,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it left the inventory.
    pub gone_at: Option<Timestamp>,
}

table! {
    /// One cloud resource.
    mod row is "resource" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        account_id: Uuid,
        external_id: String,
        kind: String,
        name: String,
        region: String,
        addresses: String,
        origin: Option<String>,
        bought_on: Option<String>,
        expires_on: Option<String>,
        facts: String,
        created_at: i64,
        updated_at: i64,
        gone_at: Option<i64>,
    }
}

fn date(text: Option<String>) -> Result<Option<Date>> {
    text.map(|text| text.parse().map_err(|_| Error::Corrupt("a date"))).transpose()
}

fn from_row(row: row::Model) -> Result<Resource> {
    Ok(Resource {
        id: ResourceId(row.id),
        account: AccountId(row.account_id),
        external_id: row.external_id,
        kind: row.kind,
        name: row.name,
        region: row.region,
        addresses: parse_json(&row.addresses)?,
        origin: row.origin,
        bought_on: date(row.bought_on)?,
        expires_on: date(row.expires_on)?,
        facts: parse_json(&row.facts)?,
        created_at: instant(row.created_at)?,
        updated_at: instant(row.updated_at)?,
        gone_at: opt_instant(row.gone_at)?,
    })
}

/// Adds the resource, or overwrites the one with the same `external_id`; gives the id that holds.
pub async fn put(tx: &Tx, resource: &Resource) -> Result<ResourceId> {
    let mut row = row::Model {
        id: resource.id.0,
        account_id: resource.account.0,
        external_id: resource.external_id.clone(),
        kind: resource.kind.clone(),
        name: resource.name.clone(),
        region: resource.region.clone(),
        addresses: json(&resource.addresses)?,
        origin: resource.origin.clone(),
        bought_on: resource.bought_on.map(|day| day.to_string()),
        expires_on: resource.expires_on.map(|day| day.to_string()),
        facts: json(&resource.facts)?,
        created_at: micros(resource.created_at),
        updated_at: micros(resource.updated_at),
        gone_at: opt_micros(resource.gone_at),
    };
    let known = row::Entity::find()
        .filter(row::Column::ExternalId.eq(&resource.external_id))
        .lock_exclusive()
        .one(tx.db())
        .await?;
    let Some(known) = known else {
        insert_row(tx, row).await.map_err(taken(&[("external_id", "external_id")]))?;
        return Ok(resource.id);
    };
    row.id = known.id;
    row.created_at = known.created_at;
    replace_row(tx, row, Condition::all().add(row::Column::Id.eq(known.id))).await?;
    Ok(ResourceId(known.id))
}

/// The resource of this id.
pub async fn get(r: &Reader, id: ResourceId) -> Result<Resource> {
    from_row(row::Entity::find_by_id(id.0).one(r.db()).await?.ok_or(Error::NotFound("resource"))?)
}

/// The resource of this id in the provider's inventory.
pub async fn find_by_external_id(r: &Reader, external_id: &str) -> Result<Option<Resource>> {
    row::Entity::find().filter(row::Column::ExternalId.eq(external_id)).one(r.db()).await?.map(from_row).transpose()
}

/// The resources of an account that are still there, by name (at most 200).
pub async fn list(r: &Reader, account: AccountId) -> Result<Vec<Resource>> {
    let rows = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.0))
        .filter(row::Column::GoneAt.is_null())
        .order_by_asc(row::Column::Name)
        .order_by_asc(row::Column::Id)
        .limit(200)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Notes that the resource left the inventory.
pub async fn retire(tx: &Tx, id: ResourceId, at: Timestamp) -> Result<()> {
    let retired = row::Entity::update_many()
        .col_expr(row::Column::GoneAt, Expr::value(micros(at)))
        .col_expr(row::Column::UpdatedAt, Expr::value(micros(at)))
        .filter(row::Column::Id.eq(id.0))
        .exec(tx.db())
        .await?;
    if retired.rows_affected == 0 { Err(Error::NotFound("resource")) } else { Ok(()) }
}

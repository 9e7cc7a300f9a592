//! What the filings say of each domain, before anybody's measure on top of it (see [`crate::measure`]).

use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::Value;

use crate::db::{json, micros, parse_json, table};
use crate::{Reader, Result, Tx};

table! {
    /// One domain.
    mod row is "ruling" {
        #[sea_orm(primary_key, auto_increment = false)]
        domain: String,
        body: String,
        at: i64,
    }
}

/// Writes what the filings say of a domain now.
pub async fn put(tx: &Tx, domain: &str, body: &Value, at: Timestamp) -> Result<()> {
    let row = row::Model { domain: domain.to_owned(), body: json(body)?, at: micros(at) };
    let anew = OnConflict::column(row::Column::Domain).update_columns([row::Column::Body, row::Column::At]).to_owned();
    row::Entity::insert(row.into_active_model()).on_conflict(anew).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// What the filings say of a domain.
pub async fn get(r: &Reader, domain: &str) -> Result<Option<Value>> {
    let row = row::Entity::find_by_id(domain.to_owned()).one(r.db()).await?;
    row.map(|row| parse_json(&row.body)).transpose()
}

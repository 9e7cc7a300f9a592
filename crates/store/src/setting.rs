//! Settings that are changed while the platform runs.

use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel, QueryOrder};

use crate::db::{json, micros, parse_json, table};
use crate::{Reader, Result, Tx};

table! {
    /// One setting.
    mod row is "setting" {
        #[sea_orm(primary_key, auto_increment = false)]
        key: String,
        value: String,
        updated_at: i64,
    }
}

/// The value of a setting.
pub async fn get(r: &Reader, key: &str) -> Result<Option<serde_json::Value>> {
    row::Entity::find_by_id(key.to_owned()).one(r.db()).await?.map(|row| parse_json(&row.value)).transpose()
}

/// Sets a value.
pub async fn put(tx: &Tx, key: &str, value: &serde_json::Value, at: Timestamp) -> Result<()> {
    let row = row::Model { key: key.to_owned(), value: json(value)?, updated_at: micros(at) };
    row::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::column(row::Column::Key)
                .update_columns([row::Column::Value, row::Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Every setting, by key.
pub async fn all(r: &Reader) -> Result<Vec<(String, serde_json::Value)>> {
    let rows = row::Entity::find().order_by_asc(row::Column::Key).all(r.db()).await?;
    rows.into_iter().map(|row| Ok((row.key, parse_json(&row.value)?))).collect()
}

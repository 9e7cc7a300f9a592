//! Counters: numbers that are given once, in order, and roll back with their transaction.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::db::table;
use crate::{Error, Result, Tx};

table! {
    /// One counter.
    mod row is "counter" {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        value: i64,
    }
}

/// The next number of a counter, from 1; the counter stays locked until the transaction ends.
pub(crate) async fn next(tx: &Tx, name: &str) -> Result<i64> {
    let zero = row::Model { name: name.to_owned(), value: 0 };
    row::Entity::insert(zero.into_active_model())
        .on_conflict(OnConflict::column(row::Column::Name).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.db())
        .await?;
    row::Entity::update_many()
        .col_expr(row::Column::Value, Expr::col(row::Column::Value).add(1))
        .filter(row::Column::Name.eq(name))
        .exec(tx.db())
        .await?;
    let row = row::Entity::find_by_id(name.to_owned()).one(tx.db()).await?;
    Ok(row.ok_or(Error::NotFound("counter"))?.value)
}

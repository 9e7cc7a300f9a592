//! The reviewer's marks on the fields of an order.

use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::db::{instant, micros, table};
use crate::seal::Cell;
use crate::words::words;
use crate::{AccountId, OrderId, Reader, Result, Tx};

words! {
    /// What a reviewer found of a field.
    pub enum MarkState {
        /// It was looked at.
        Seen = "seen",
        /// It is right.
        Ok = "ok",
        /// It must be mended.
        NeedsChange = "needs_change",
    }
}

/// One mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// On which order.
    pub order: OrderId,
    /// On which field: a path such as `subject.postal_address`.
    pub field: String,
    /// What was found.
    pub state: MarkState,
    /// What the applicant must do; sealed.
    pub advice: String,
    /// Who marked.
    pub reviewer: AccountId,
    /// When.
    pub at: Timestamp,
}

table! {
    /// One mark; the advice lies in `sealed`, under the order's key.
    mod row is "review_mark" {
        #[sea_orm(primary_key, auto_increment = false)]
        order_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        field: String,
        state: String,
        sealed: Option<Vec<u8>>,
        reviewer_id: Uuid,
        at: i64,
    }
}

const fn cell(order: OrderId, field: &str) -> Cell<'_> {
    Cell { table: "review_mark", row: order.0, column: field }
}

/// Sets the mark of a field, replacing an earlier one.
pub async fn set(tx: &Tx, mark: &Mark) -> Result<()> {
    let sealed = if mark.advice.is_empty() {
        None
    } else {
        let key = tx.key(mark.order.0).await?;
        Some(key.seal_json(&*tx.shared.entropy, cell(mark.order, &mark.field), &mark.advice)?)
    };
    let row = row::Model {
        order_id: mark.order.0,
        field: mark.field.clone(),
        state: mark.state.to_string(),
        sealed,
        reviewer_id: mark.reviewer.0,
        at: micros(mark.at),
    };
    row::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([row::Column::OrderId, row::Column::Field])
                .update_columns([row::Column::State, row::Column::Sealed, row::Column::ReviewerId, row::Column::At])
                .to_owned(),
        )
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Takes the mark off a field.
pub async fn unset(tx: &Tx, order: OrderId, field: &str) -> Result<()> {
    row::Entity::delete_by_id((order.0, field.to_owned())).exec(tx.db()).await?;
    Ok(())
}

/// The marks on an order, by field.
pub async fn list(r: &Reader, order: OrderId) -> Result<Vec<Mark>> {
    let rows = row::Entity::find()
        .filter(row::Column::OrderId.eq(order.0))
        .order_by_asc(row::Column::Field)
        .all(r.db())
        .await?;
    let keys = r.keys([order.0]).await?;
    let open = |row: row::Model| {
        let advice = match &row.sealed {
            Some(sealed) => keys.open_json(cell(order, &row.field), sealed)?,
            None => String::new(),
        };
        Ok(Mark {
            order,
            state: row.state.parse()?,
            advice,
            reviewer: AccountId(row.reviewer_id),
            at: instant(row.at)?,
            field: row.field,
        })
    };
    rows.into_iter().map(open).collect()
}

/// Takes all marks off an order.
pub async fn clear(tx: &Tx, order: OrderId) -> Result<()> {
    row::Entity::delete_many().filter(row::Column::OrderId.eq(order.0)).exec(tx.db()).await?;
    Ok(())
}

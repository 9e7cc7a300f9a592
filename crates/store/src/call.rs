//! The phone log: calls a reviewer made about an order.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{insert_row, instant, micros, table, taken};
use crate::seal::Cell;
use crate::{AccountId, CallId, OrderId, Reader, Result, Tx};

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its id.
    pub id: CallId,
    /// About which order.
    pub order: OrderId,
    /// Who called.
    pub reviewer: AccountId,
    /// Who was called, such as `principal` or `manager`.
    pub party: String,
    /// The number that was called; sealed.
    pub phone: String,
    /// How it ended, as a word such as `reached` or `no_answer`.
    pub outcome: String,
    /// What was said; sealed.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

table! {
    /// One call; number and note lie in `sealed`, under the order's key.
    mod row is "call" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        order_id: Uuid,
        reviewer_id: Uuid,
        party: String,
        outcome: String,
        sealed: Vec<u8>,
        at: i64,
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Personal {
    phone: String,
    note: String,
}

const fn cell(id: CallId) -> Cell<'static> {
    Cell { table: "call", row: id.0, column: "sealed" }
}

/// Adds a call.
pub async fn insert(tx: &Tx, call: &Call) -> Result<()> {
    let key = tx.key(call.order.0).await?;
    let personal = Personal { phone: call.phone.clone(), note: call.note.clone() };
    let row = row::Model {
        id: call.id.0,
        order_id: call.order.0,
        reviewer_id: call.reviewer.0,
        party: call.party.clone(),
        outcome: call.outcome.clone(),
        sealed: key.seal_json(&*tx.shared.entropy, cell(call.id), &personal)?,
        at: micros(call.at),
    };
    insert_row(tx, row).await.map_err(taken(&[]))
}

/// The calls about an order, by time (at most 200).
pub async fn list(r: &Reader, order: OrderId) -> Result<Vec<Call>> {
    let rows = row::Entity::find()
        .filter(row::Column::OrderId.eq(order.0))
        .order_by_asc(row::Column::At)
        .order_by_asc(row::Column::Id)
        .limit(200)
        .all(r.db())
        .await?;
    let keys = r.keys([order.0]).await?;
    let open = |row: row::Model| {
        let id = CallId(row.id);
        let Personal { phone, note } = keys.open_json(cell(id), &row.sealed)?;
        Ok(Call {
            id,
            order,
            reviewer: AccountId(row.reviewer_id),
            party: row.party,
            phone,
            outcome: row.outcome,
            note,
            at: instant(row.at)?,
        })
    };
    rows.into_iter().map(open).collect()
}

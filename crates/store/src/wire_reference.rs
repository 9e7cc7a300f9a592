//! What our uploads called records that the authority numbered: its ids and filing numbers.
//!
//! A result of the authority names what it speaks of by the id or number that was submitted, and nothing else. Who asks
//! the same of the same record later sends the same reference again, so the newest is found first.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{insert_row, small, table, taken};
use crate::{OrderId, Reader, Result, Tx, counter};

/// A round of an order that called something by a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireReference {
    /// The order.
    pub order: OrderId,
    /// The round in which it was sent.
    pub round: u32,
}

table! {
    /// One reference of one round.
    mod row is "wire_reference" {
        #[sea_orm(primary_key, auto_increment = false)]
        entry: i64,
        bureau: String,
        operation: i64,
        reference: String,
        order_id: Uuid,
        round: i64,
    }
}

/// A reference as it is compared: without the spaces that get into typed numbers.
fn normal(reference: &str) -> String {
    reference.split_whitespace().collect()
}

/// Notes what a round of an order called something in an operation (`Czlx`); noting it again changes nothing.
pub async fn note(
    tx: &Tx,
    (order, round): (OrderId, u32),
    bureau: &str,
    operation: i64,
    reference: &str,
) -> Result<()> {
    let reference = normal(reference);
    let same = Condition::all()
        .add(row::Column::OrderId.eq(order.0))
        .add(row::Column::Round.eq(i64::from(round)))
        .add(row::Column::Operation.eq(operation))
        .add(row::Column::Reference.eq(reference.as_str()));
    let entry = counter::next(tx, "wire-reference").await?;
    if row::Entity::find().filter(same).one(tx.db()).await?.is_some() {
        return Ok(());
    }
    let row = row::Model {
        entry,
        bureau: bureau.to_owned(),
        operation,
        reference,
        order_id: order.0,
        round: i64::from(round),
    };
    insert_row(tx, row).await.map_err(taken(&[]))
}

/// The rounds that called something so at a bureau in an operation, the newest first (at most 20).
pub async fn find(r: &Reader, bureau: &str, operation: i64, reference: &str) -> Result<Vec<WireReference>> {
    let rows = row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::Operation.eq(operation))
        .filter(row::Column::Reference.eq(normal(reference)))
        .order_by_desc(row::Column::Entry)
        .limit(20)
        .all(r.db())
        .await?;
    let from = |row: row::Model| Ok(WireReference { order: OrderId(row.order_id), round: small(row.round)? });
    rows.into_iter().map(from).collect()
}

//! The numbers our subjects, sites and accesses have on the wire, and what the bureau calls them.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use crate::db::{insert_row, small, table, taken};
use crate::{Conflict, Error, OrderId, Reader, Result, Tx, counter};

/// One number on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireId {
    /// What it names: `subject`, `site`, `access`, or a request.
    pub kind: String,
    /// Our number, unique in its kind, from 1.
    pub wire: i64,
    /// For which order.
    pub order: OrderId,
    /// Which site of the order, when it names a site or what lies under it.
    pub site: Option<u32>,
    /// In which round of the order it was sent: what is submitted again gets numbers of its own.
    pub round: u32,
    /// The bureau that knows it.
    pub bureau: String,
    /// What the bureau calls it, once it told us.
    pub bureau_id: Option<i64>,
}

table! {
    /// One number; `site` is -1 when it names no site, because a null would not be unique.
    mod row is "wire_id" {
        #[sea_orm(primary_key, auto_increment = false)]
        kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        wire: i64,
        order_id: Uuid,
        site: i64,
        round: i64,
        bureau: String,
        bureau_id: Option<i64>,
    }
}

const NO_SITE: i64 = -1;

fn from_row(row: row::Model) -> Result<WireId> {
    Ok(WireId {
        kind: row.kind,
        wire: row.wire,
        order: OrderId(row.order_id),
        site: if row.site == NO_SITE { None } else { Some(small(row.site)?) },
        round: small(row.round)?,
        bureau: row.bureau,
        bureau_id: row.bureau_id,
    })
}

/// Gives (kind, order, round, site) a number; the same one when asked again.
pub async fn allocate(
    tx: &Tx,
    kind: &str,
    (order, round): (OrderId, u32),
    site: Option<u32>,
    bureau: &str,
) -> Result<WireId> {
    let round = i64::from(round);
    let site = site.map_or(NO_SITE, i64::from);
    let find = || {
        let same = Condition::all()
            .add(row::Column::OrderId.eq(order.0))
            .add(row::Column::Kind.eq(kind))
            .add(row::Column::Round.eq(round))
            .add(row::Column::Site.eq(site));
        row::Entity::find().filter(same).one(tx.db())
    };
    if let Some(known) = find().await? {
        return from_row(known);
    }
    // The counter is locked from here on: whoever waited for it looks again.
    let wire = counter::next(tx, &format!("wire:{kind}")).await?;
    if let Some(known) = find().await? {
        return from_row(known);
    }
    let row = row::Model {
        kind: kind.to_owned(),
        wire,
        order_id: order.0,
        site,
        round,
        bureau: bureau.to_owned(),
        bureau_id: None,
    };
    insert_row(tx, row.clone()).await.map_err(taken(&[]))?;
    from_row(row)
}

/// What the number names.
pub async fn find(r: &Reader, kind: &str, wire: i64) -> Result<Option<WireId>> {
    row::Entity::find_by_id((kind.to_owned(), wire)).one(r.db()).await?.map(from_row).transpose()
}

/// What the bureau's number names.
pub async fn find_by_bureau_id(r: &Reader, kind: &str, bureau: &str, bureau_id: i64) -> Result<Option<WireId>> {
    row::Entity::find()
        .filter(row::Column::Kind.eq(kind))
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::BureauId.eq(bureau_id))
        .order_by_desc(row::Column::Wire)
        .one(r.db())
        .await?
        .map(from_row)
        .transpose()
}

/// The numbers of an order.
pub async fn for_order(r: &Reader, order: OrderId) -> Result<Vec<WireId>> {
    let rows = row::Entity::find()
        .filter(row::Column::OrderId.eq(order.0))
        .order_by_asc(row::Column::Kind)
        .order_by_asc(row::Column::Wire)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Notes what the bureau calls it; `Conflict(State)` when it already calls it something else.
pub async fn set_bureau_id(tx: &Tx, kind: &str, wire: i64, bureau_id: i64) -> Result<()> {
    let free = Condition::any().add(row::Column::BureauId.is_null()).add(row::Column::BureauId.eq(bureau_id));
    let set = row::Entity::update_many()
        .col_expr(row::Column::BureauId, Expr::value(bureau_id))
        .filter(row::Column::Kind.eq(kind))
        .filter(row::Column::Wire.eq(wire))
        .filter(free)
        .exec(tx.db())
        .await?;
    if set.rows_affected > 0 {
        return Ok(());
    }
    match find(tx, kind, wire).await? {
        Some(_) => Err(Error::Conflict(Conflict::State)),
        None => Err(Error::NotFound("wire id")),
    }
}

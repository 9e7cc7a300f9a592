//! What the gateways count: requests by day, domain and what became of them. The row of the empty domain is the total.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{instant, micros, signed, table, unsigned};
use crate::words::words;
use crate::{Reader, Result, Tx};

words! {
    /// What became of requests.
    pub enum TrafficKind {
        /// They went through.
        Open = "open",
        /// They were answered by the gateway.
        Closed = "closed",
        /// They went through, and would have been closed but for shadow mode.
        Shadow = "shadow",
    }
}

/// What was counted for a domain on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// The day, counted from 1970-01-01 in China.
    pub day: i64,
    /// What became of the requests.
    pub kind: TrafficKind,
    /// The domain; empty for the total.
    pub domain: String,
    /// The verdict's reason.
    pub reason: String,
    /// How many requests.
    pub requests: u64,
    /// How many clients one gateway saw at most within one report: there were at least so many.
    pub clients: u64,
    /// When it was last counted.
    pub at: Timestamp,
}

table! {
    /// One count.
    mod row is "traffic" {
        #[sea_orm(primary_key, auto_increment = false)]
        day: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        domain: String,
        reason: String,
        requests: i64,
        clients: i64,
        at: i64,
    }
}

fn from_row(row: row::Model) -> Result<Traffic> {
    Ok(Traffic {
        day: row.day,
        kind: row.kind.parse()?,
        domain: row.domain,
        reason: row.reason,
        requests: unsigned(row.requests)?,
        clients: unsigned(row.clients)?,
        at: instant(row.at)?,
    })
}

/// Adds to what was counted.
pub async fn add(tx: &Tx, more: &Traffic) -> Result<()> {
    let row = row::Model {
        day: more.day,
        kind: more.kind.as_str().to_owned(),
        domain: more.domain.clone(),
        reason: more.reason.clone(),
        requests: signed(more.requests)?,
        clients: signed(more.clients)?,
        at: micros(more.at),
    };
    let (clients, known) = (row.clients, Expr::col((row::Entity, row::Column::Clients)));
    let sum = Expr::col((row::Entity, row::Column::Requests)).add(row.requests);
    let most = Expr::case(known.clone().lt(clients), clients).finally(known);
    let more = OnConflict::columns([row::Column::Day, row::Column::Kind, row::Column::Domain])
        .update_columns([row::Column::Reason, row::Column::At])
        .value(row::Column::Requests, sum)
        .value(row::Column::Clients, most)
        .to_owned();
    row::Entity::insert(row.into_active_model()).on_conflict(more).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// The requests of a domain since a day, this included; of all domains when it is empty.
pub async fn since(r: &Reader, domain: &str, kind: TrafficKind, day: i64) -> Result<u64> {
    let rows = row::Entity::find()
        .filter(row::Column::Domain.eq(domain))
        .filter(row::Column::Kind.eq(kind.as_str()))
        .filter(row::Column::Day.gte(day))
        .all(r.db())
        .await?;
    rows.into_iter().map(|row| unsigned(row.requests)).sum()
}

/// The domains with the most requests of a day (at most `limit`).
pub async fn top(r: &Reader, day: i64, kind: TrafficKind, limit: u64) -> Result<Vec<Traffic>> {
    let rows = row::Entity::find()
        .filter(row::Column::Day.eq(day))
        .filter(row::Column::Kind.eq(kind.as_str()))
        .filter(row::Column::Domain.ne(""))
        .order_by_desc(row::Column::Requests)
        .order_by_asc(row::Column::Domain)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Forgets days before this one (at most `limit` rows).
pub async fn purge(tx: &Tx, day: i64, limit: u64) -> Result<u64> {
    let old = row::Entity::find().filter(row::Column::Day.lt(day)).limit(limit).all(tx.db()).await?;
    let mut gone = 0;
    for row in old {
        let this = Condition::all()
            .add(row::Column::Day.eq(row.day))
            .add(row::Column::Kind.eq(row.kind))
            .add(row::Column::Domain.eq(row.domain));
        gone += row::Entity::delete_many().filter(this).exec(tx.db()).await?.rows_affected;
    }
    Ok(gone)
}

//! The code tables of the bureaus with their history: what a code means, since when, and who said so.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{instant, json, micros, opt_instant, parse_json, table, unsigned};
use crate::{DownloadId, Reader, Result, Tx};

/// So many rows go into one statement.
const BATCH: usize = 500;

/// One code of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// Which bureau said so.
    pub bureau: String,
    /// The table, as the bureau calls it.
    pub table: String,
    /// The code.
    pub code: i64,
    /// What it means and whatever else the table holds of it, as the caller built it.
    pub body: serde_json::Value,
    /// The file that said so.
    pub download: Option<DownloadId>,
    /// Since when.
    pub valid_from: Timestamp,
    /// Until when; it still counts when absent.
    pub valid_until: Option<Timestamp>,
}

/// A table as a bureau sent it.
#[derive(Debug)]
pub struct NewTable<'a> {
    /// The bureau.
    pub bureau: &'a str,
    /// The table.
    pub table: &'a str,
    /// Every code with its body.
    pub rows: BTreeMap<i64, serde_json::Value>,
    /// The file it came with.
    pub download: Option<DownloadId>,
    /// When.
    pub at: Timestamp,
}

/// What a new table changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    /// Codes that were not there.
    pub added: usize,
    /// Codes that mean something else now.
    pub changed: usize,
    /// Codes that are gone.
    pub ended: usize,
}

/// A table that a bureau sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The bureau.
    pub bureau: String,
    /// The table.
    pub table: String,
    /// How many codes count now.
    pub codes: u64,
    /// When one of them last changed.
    pub changed_at: Timestamp,
}

table! {
    /// One code for a time; `current` names it while it counts.
    mod row is "code_row" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        bureau: String,
        code_table: String,
        code: i64,
        body: String,
        current: Option<String>,
        download_id: Option<Uuid>,
        valid_from: i64,
        valid_until: Option<i64>,
    }
}

fn from_row(row: row::Model) -> Result<Code> {
    Ok(Code {
        bureau: row.bureau,
        table: row.code_table,
        code: row.code,
        body: parse_json(&row.body)?,
        download: row.download_id.map(DownloadId),
        valid_from: instant(row.valid_from)?,
        valid_until: opt_instant(row.valid_until)?,
    })
}

/// Puts a table in the place of what the bureau said before; what stays the same keeps its beginning.
pub async fn replace(tx: &Tx, new: &NewTable<'_>, mut id: impl FnMut() -> Uuid) -> Result<Changed> {
    let former = row::Entity::find()
        .filter(row::Column::Bureau.eq(new.bureau))
        .filter(row::Column::CodeTable.eq(new.table))
        .filter(row::Column::Current.is_not_null())
        .all(tx.db())
        .await?;
    let mut former: BTreeMap<i64, row::Model> = former.into_iter().map(|row| (row.code, row)).collect();
    let (mut changed, mut over, mut rows) = (Changed::default(), Vec::new(), Vec::new());
    for (code, body) in &new.rows {
        match former.remove(code) {
            Some(row) if parse_json::<serde_json::Value>(&row.body)? == *body => continue,
            Some(row) => {
                changed.changed += 1;
                over.push(row.id);
            }
            None => changed.added += 1,
        }
        let row = row::Model {
            id: id(),
            bureau: new.bureau.to_owned(),
            code_table: new.table.to_owned(),
            code: *code,
            body: json(body)?,
            current: Some(format!("{}:{}:{code}", new.bureau, new.table)),
            download_id: new.download.map(|id| id.0),
            valid_from: micros(new.at),
            valid_until: None,
        };
        rows.push(row.into_active_model());
    }
    changed.ended = former.len();
    over.extend(former.values().map(|row| row.id));
    for batch in over.chunks(BATCH) {
        row::Entity::update_many()
            .col_expr(row::Column::Current, Expr::value(Option::<String>::None))
            .col_expr(row::Column::ValidUntil, Expr::value(micros(new.at)))
            .filter(row::Column::Id.is_in(batch.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    for batch in rows.chunks(BATCH) {
        row::Entity::insert_many(batch.to_vec()).exec_without_returning(tx.db()).await?;
    }
    Ok(changed)
}

/// The codes of a bureau's table that count now, by code, after one (at most `limit`).
pub async fn current(r: &Reader, bureau: &str, table: &str, after: i64, limit: u64) -> Result<Vec<Code>> {
    let rows = row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::CodeTable.eq(table))
        .filter(row::Column::Current.is_not_null())
        .filter(row::Column::Code.gt(after))
        .order_by_asc(row::Column::Code)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// What a bureau says now that a code means.
pub async fn meaning(r: &Reader, bureau: &str, table: &str, code: i64) -> Result<Option<Code>> {
    let current = format!("{bureau}:{table}:{code}");
    row::Entity::find().filter(row::Column::Current.eq(current)).one(r.db()).await?.map(from_row).transpose()
}

/// Everything that was ever said of a code, the latest first (at most 200).
pub async fn history(r: &Reader, table: &str, code: i64) -> Result<Vec<Code>> {
    let rows = row::Entity::find()
        .filter(row::Column::CodeTable.eq(table))
        .filter(row::Column::Code.eq(code))
        .order_by_desc(row::Column::ValidFrom)
        .order_by_asc(row::Column::Bureau)
        .limit(200)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Every table that a bureau sent, with how many codes of it count now.
pub async fn tables(r: &Reader) -> Result<Vec<Known>> {
    let rows: Vec<(String, String, i64, i64)> = row::Entity::find()
        .select_only()
        .column(row::Column::Bureau)
        .column(row::Column::CodeTable)
        .column_as(row::Column::Id.count(), "codes")
        .column_as(row::Column::ValidFrom.max(), "changed_at")
        .filter(row::Column::Current.is_not_null())
        .group_by(row::Column::Bureau)
        .group_by(row::Column::CodeTable)
        .order_by_asc(row::Column::Bureau)
        .order_by_asc(row::Column::CodeTable)
        .into_tuple()
        .all(r.db())
        .await?;
    let known =
        |(bureau, table, codes, at)| Ok(Known { bureau, table, codes: unsigned(codes)?, changed_at: instant(at)? });
    rows.into_iter().map(known).collect()
}

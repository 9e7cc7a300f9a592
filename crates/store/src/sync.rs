//! Comparisons of what a bureau has with what is filed here.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{before, insert_row, instant, micros, signed, table, unsigned};
use crate::page::{Cursor, Listing, Page};
use crate::seal::Cell;
use crate::words::words;
use crate::{DownloadId, Error, Reader, Result, Tx};

words! {
    /// In what way both differ.
    pub enum DifferenceKind {
        /// The bureau has it and we do not.
        MissingHere = "missing_here",
        /// We have it and the bureau does not.
        MissingThere = "missing_there",
        /// A field differs.
        Differs = "differs",
    }
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub id: Uuid,
    /// Which bureau sent its data.
    pub bureau: String,
    /// The file.
    pub download: Option<DownloadId>,
    /// When.
    pub at: Timestamp,
    /// How many records the bureau sent.
    pub records: u64,
    /// How many differences there are.
    pub differences: u64,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In what way.
    pub kind: DifferenceKind,
    /// Of what, as a word such as `subject` or `site`.
    pub what: String,
    /// Its filing number.
    pub number: String,
    /// Its domain.
    pub domain: Option<String>,
    /// The field that differs, as a word.
    pub field: Option<String>,
    /// What is written here; sealed.
    pub here: Option<String>,
    /// What the bureau has; sealed.
    pub there: Option<String>,
}

table! {
    /// One comparison.
    mod report is "sync_report" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        bureau: String,
        download_id: Option<Uuid>,
        at: i64,
        records: i64,
        differences: i64,
    }
}

table! {
    /// One difference; both values lie in `sealed`, under the key of the report.
    mod difference is "sync_difference" {
        #[sea_orm(primary_key, auto_increment = false)]
        report_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        number: i64,
        kind: String,
        what: String,
        filing_number: String,
        domain: Option<String>,
        field: Option<String>,
        sealed: Vec<u8>,
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Values {
    here: Option<String>,
    there: Option<String>,
}

/// The number is part of what a value is bound to: values of one report cannot be exchanged.
fn cell(report: Uuid, number: i64) -> Cell<'static> {
    let row = Uuid::from_u128(report.as_u128() ^ u128::from(number.unsigned_abs()));
    Cell { table: "sync_difference", row, column: "sealed" }
}

/// Keeps a comparison with everything it found.
pub async fn insert(tx: &Tx, new: &Report, differences: &[Difference]) -> Result<()> {
    let key = tx.make_key(new.id).await?;
    let row = report::Model {
        id: new.id,
        bureau: new.bureau.clone(),
        download_id: new.download.map(|id| id.0),
        at: micros(new.at),
        records: signed(new.records)?,
        differences: signed(differences.len() as u64)?,
    };
    insert_row(tx, row).await?;
    for (number, found) in (1..).zip(differences) {
        let values = Values { here: found.here.clone(), there: found.there.clone() };
        let row = difference::Model {
            report_id: new.id,
            number,
            kind: found.kind.as_str().to_owned(),
            what: found.what.clone(),
            filing_number: found.number.clone(),
            domain: found.domain.clone(),
            field: found.field.clone(),
            sealed: key.seal_json(&*tx.shared.entropy, cell(new.id, number), &values)?,
        };
        insert_row(tx, row).await?;
    }
    Ok(())
}

fn from_row(row: report::Model) -> Result<Report> {
    Ok(Report {
        id: row.id,
        bureau: row.bureau,
        download: row.download_id.map(DownloadId),
        at: instant(row.at)?,
        records: unsigned(row.records)?,
        differences: unsigned(row.differences)?,
    })
}

/// The comparison of this id.
pub async fn get(r: &Reader, id: Uuid) -> Result<Report> {
    from_row(report::Entity::find_by_id(id).one(r.db()).await?.ok_or(Error::NotFound("sync report"))?)
}

/// The comparisons, the latest first.
pub async fn list(r: &Reader, page: &Page) -> Result<Listing<Report>> {
    let mut find = report::Entity::find();
    if let Some(Cursor { at, id }) = page.after {
        find = find.filter(before((report::Column::At, at), (report::Column::Id, id)));
    }
    let rows = find
        .order_by_desc(report::Column::At)
        .order_by_desc(report::Column::Id)
        .limit(page.probe())
        .all(r.db())
        .await?;
    page.cut(rows, |row| Cursor { at: row.at, id: row.id }).try_map(from_row)
}

/// The differences of a comparison after a number, each with its number (at most `limit`).
pub async fn differences(r: &Reader, id: Uuid, after: u64, limit: u64) -> Result<Vec<(u64, Difference)>> {
    let rows = difference::Entity::find()
        .filter(difference::Column::ReportId.eq(id))
        .filter(difference::Column::Number.gt(signed(after)?))
        .order_by_asc(difference::Column::Number)
        .limit(limit)
        .all(r.db())
        .await?;
    let keys = r.keys([id]).await?;
    let open = |row: difference::Model| {
        let Values { here, there } = keys.open_json(cell(id, row.number), &row.sealed)?;
        let found = Difference {
            kind: row.kind.parse()?,
            what: row.what,
            number: row.filing_number,
            domain: row.domain,
            field: row.field,
            here,
            there,
        };
        Ok((unsigned(row.number)?, found))
    };
    rows.into_iter().map(open).collect()
}

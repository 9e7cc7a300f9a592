//! Bureaus: the number line of each provincial authority and the one sender that may use it.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{micros, opt_instant, replace_row, signed, table, unsigned};
use crate::{Conflict, Error, Reader, Result, Tx, chain};

/// What is known of one bureau.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bureau {
    /// Its word in the configuration, such as the province code `33`.
    pub code: String,
    /// The number the next new upload gets.
    pub next_sequence: u64,
    /// Who may send now.
    pub holder: Option<String>,
    /// Until when.
    pub lease_until: Option<Timestamp>,
    /// Why nothing is sent, when a person must act first.
    pub halted: Option<String>,
    /// Since when.
    pub halted_at: Option<Timestamp>,
    /// Entries of the upload ledger so far.
    pub uploads: u64,
    /// Entries of the download ledger so far.
    pub downloads: u64,
}

/// The right to send to a bureau.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// To which bureau.
    pub bureau: String,
    /// Who has it.
    pub holder: String,
    /// Counts acquisitions: the fence against a holder that lost it.
    pub fence: i64,
    /// Until when.
    pub until: Timestamp,
}

table! {
    /// One bureau.
    mod row is "bureau" {
        #[sea_orm(primary_key, auto_increment = false)]
        code: String,
        next_sequence: i64,
        holder: Option<String>,
        fence: i64,
        lease_until: Option<i64>,
        halted: Option<String>,
        halted_at: Option<i64>,
    }
}

/// The name of the chain of a bureau's uploads.
pub(crate) fn upload_chain(code: &str) -> String {
    format!("upload:{code}")
}

/// The name of the chain of a bureau's downloads.
pub(crate) fn download_chain(code: &str) -> String {
    format!("download:{code}")
}

/// Locks the bureau until the transaction ends.
pub(crate) async fn lock(tx: &Tx, code: &str) -> Result<()> {
    locked(tx, code).await.map(drop)
}

/// Takes the next number of a bureau's line; the bureau stays locked until the transaction ends.
pub(crate) async fn take_sequence(tx: &Tx, code: &str) -> Result<i64> {
    let mut row = locked(tx, code).await?;
    let sequence = row.next_sequence;
    row.next_sequence += 1;
    save(tx, row).await?;
    Ok(sequence)
}

async fn locked(tx: &Tx, code: &str) -> Result<row::Model> {
    row::Entity::find_by_id(code.to_owned()).lock_exclusive().one(tx.db()).await?.ok_or(Error::NotFound("bureau"))
}

async fn save(tx: &Tx, row: row::Model) -> Result<()> {
    let code = row.code.clone();
    replace_row(tx, row, Condition::all().add(row::Column::Code.eq(code))).await?;
    Ok(())
}

async fn from_row(r: &Reader, row: row::Model) -> Result<Bureau> {
    Ok(Bureau {
        next_sequence: unsigned(row.next_sequence)?,
        holder: row.holder,
        lease_until: opt_instant(row.lease_until)?,
        halted: row.halted,
        halted_at: opt_instant(row.halted_at)?,
        uploads: chain::head(r, &upload_chain(&row.code)).await?.entries,
        downloads: chain::head(r, &download_chain(&row.code)).await?.entries,
        code: row.code,
    })
}

/// The row of a bureau whose lease is still this holder's, locked.
async fn held(tx: &Tx, lease: &Lease) -> Result<row::Model> {
    let row = locked(tx, &lease.bureau).await?;
    if row.fence != lease.fence || row.holder.as_deref() != Some(&lease.holder) {
        return Err(Error::Conflict(Conflict::LeaseLost));
    }
    Ok(row)
}

/// Makes the bureau known; harmless when it is. The number line begins at 1.
pub async fn ensure(tx: &Tx, code: &str) -> Result<()> {
    let row = row::Model {
        code: code.to_owned(),
        next_sequence: 1,
        holder: None,
        fence: 0,
        lease_until: None,
        halted: None,
        halted_at: None,
    };
    row::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(row::Column::Code).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// The bureau.
pub async fn get(r: &Reader, code: &str) -> Result<Bureau> {
    let row = row::Entity::find_by_id(code.to_owned()).one(r.db()).await?.ok_or(Error::NotFound("bureau"))?;
    from_row(r, row).await
}

/// Every bureau, by code.
pub async fn list(r: &Reader) -> Result<Vec<Bureau>> {
    let mut bureaus = Vec::new();
    for row in row::Entity::find().order_by_asc(row::Column::Code).all(r.db()).await? {
        bureaus.push(from_row(r, row).await?);
    }
    Ok(bureaus)
}

/// Takes the right to send, when nobody has it (or its time ran out); none when somebody does.
pub async fn acquire(tx: &Tx, code: &str, holder: &str, now: Timestamp, until: Timestamp) -> Result<Option<Lease>> {
    let mut row = locked(tx, code).await?;
    if row.holder.is_some() && row.lease_until.is_some_and(|lease_until| lease_until > micros(now)) {
        return Ok(None);
    }
    row.fence += 1;
    row.holder = Some(holder.to_owned());
    row.lease_until = Some(micros(until));
    let lease = Lease { bureau: code.to_owned(), holder: holder.to_owned(), fence: row.fence, until };
    save(tx, row).await?;
    Ok(Some(lease))
}

/// Prolongs the right; `Conflict(LeaseLost)` when another has it now.
pub async fn renew(tx: &Tx, lease: &Lease, until: Timestamp) -> Result<Lease> {
    let mut row = held(tx, lease).await?;
    row.lease_until = Some(micros(until));
    save(tx, row).await?;
    Ok(Lease { until, ..lease.clone() })
}

/// Fails with `Conflict(LeaseLost)` unless the right is still this holder's at that instant; locks it until the end.
pub async fn check(tx: &Tx, lease: &Lease, now: Timestamp) -> Result<()> {
    let row = held(tx, lease).await?;
    if row.lease_until.is_some_and(|until| until > micros(now)) {
        Ok(())
    } else {
        Err(Error::Conflict(Conflict::LeaseLost))
    }
}

/// Gives the right back.
pub async fn release(tx: &Tx, lease: &Lease) -> Result<()> {
    let mut row = held(tx, lease).await?;
    row.holder = None;
    row.lease_until = None;
    save(tx, row).await
}

/// Stops sending until a person acted; the first reason is kept.
pub async fn halt(tx: &Tx, code: &str, reason: &str, at: Timestamp) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::Halted, Expr::value(reason))
        .col_expr(row::Column::HaltedAt, Expr::value(micros(at)))
        .filter(row::Column::Code.eq(code))
        .filter(row::Column::Halted.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Lets sending go on.
pub async fn resume(tx: &Tx, code: &str) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::Halted, Expr::value(Option::<String>::None))
        .col_expr(row::Column::HaltedAt, Expr::value(Option::<i64>::None))
        .filter(row::Column::Code.eq(code))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Goes on behind a number that the authority already has, unless the line is further on.
pub async fn skip_past(tx: &Tx, code: &str, sequence: u64) -> Result<()> {
    let mut row = locked(tx, code).await?;
    row.next_sequence = row.next_sequence.max(signed(sequence)? + 1);
    save(tx, row).await
}

/// Moves an unused number line to where the authority says it stands (a provider that reported before).
pub async fn start_at(tx: &Tx, code: &str, next_sequence: u64) -> Result<()> {
    let mut row = locked(tx, code).await?;
    if chain::head(tx, &upload_chain(code)).await?.entries > 0 || next_sequence == 0 {
        return Err(Error::Conflict(Conflict::State));
    }
    row.next_sequence = signed(next_sequence)?;
    save(tx, row).await
}

//! Counters of failures that throttle log-ins and code entries.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use crate::db::{instant, micros, replace_row, small, table};
use crate::{Error, Reader, Result, Tx};

/// What was counted for one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// Failures since `first_at`.
    pub failures: u32,
    /// When the counting began.
    pub first_at: Timestamp,
    /// The latest failure.
    pub last_at: Timestamp,
}

table! {
    /// The failures counted for one bucket.
    mod row is "login_attempt" {
        #[sea_orm(primary_key, auto_increment = false)]
        bucket: String,
        failures: i64,
        first_at: i64,
        last_at: i64,
    }
}

fn from_row(row: &row::Model) -> Result<Attempts> {
    Ok(Attempts { failures: small(row.failures)?, first_at: instant(row.first_at)?, last_at: instant(row.last_at)? })
}

/// What was counted for a bucket (such as `login:<address>` or `ip:<address>`; kept as a keyed hash).
pub async fn get(r: &Reader, bucket: &str) -> Result<Option<Attempts>> {
    let bucket = r.blind("login_attempt", bucket).await?;
    row::Entity::find_by_id(bucket).one(r.db()).await?.as_ref().map(from_row).transpose()
}

/// Counts one failure; counting begins anew when the first one is older than `window`.
pub async fn fail(tx: &Tx, bucket: &str, at: Timestamp, window: SignedDuration) -> Result<Attempts> {
    let bucket = tx.blind("login_attempt", bucket).await?;
    let now = micros(at);
    let empty = row::Model { bucket: bucket.clone(), failures: 0, first_at: now, last_at: now };
    // The row is made first and then locked, so that two failures at once are both counted.
    row::Entity::insert(empty.into_active_model())
        .on_conflict(OnConflict::column(row::Column::Bucket).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.db())
        .await?;
    let mut row = row::Entity::find_by_id(bucket.clone())
        .lock_exclusive()
        .one(tx.db())
        .await?
        .ok_or(Error::NotFound("bucket"))?;
    if at.duration_since(instant(row.first_at)?) > window {
        row.failures = 0;
        row.first_at = now;
    }
    row.failures += 1;
    row.last_at = now;
    let attempts = from_row(&row)?;
    replace_row(tx, row, Condition::all().add(row::Column::Bucket.eq(bucket))).await?;
    Ok(attempts)
}

/// Takes one failure off again: a try that was counted beforehand and did not fail.
pub async fn forgive(tx: &Tx, bucket: &str) -> Result<()> {
    let bucket = tx.blind("login_attempt", bucket).await?;
    row::Entity::update_many()
        .col_expr(row::Column::Failures, Expr::col(row::Column::Failures).sub(1))
        .filter(row::Column::Bucket.eq(bucket))
        .filter(row::Column::Failures.gt(0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Forgets a bucket, after a success.
pub async fn clear(tx: &Tx, bucket: &str) -> Result<()> {
    let bucket = tx.blind("login_attempt", bucket).await?;
    row::Entity::delete_by_id(bucket).exec(tx.db()).await?;
    Ok(())
}

/// Deletes buckets whose last failure is older; at most `limit`, says how many.
pub async fn purge(tx: &Tx, before: Timestamp, limit: u64) -> Result<u64> {
    let buckets: Vec<String> = row::Entity::find()
        .select_only()
        .column(row::Column::Bucket)
        .filter(row::Column::LastAt.lt(micros(before)))
        .limit(limit)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(row::Entity::delete_many().filter(row::Column::Bucket.is_in(buckets)).exec(tx.db()).await?.rows_affected)
}

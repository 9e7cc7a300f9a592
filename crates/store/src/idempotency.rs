//! Answers kept under the caller's idempotency key, so that a repeated request gets the first answer.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, TryInsertResult};

use crate::db::{instant, micros, table};
use crate::seal::Cell;
use crate::{AccountId, Conflict, Error, Result, Tx};

/// The answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub content_type: String,
    /// The body; sealed.
    pub body: Vec<u8>,
}

/// What the store knows about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// The key is new and now belongs to this request.
    New,
    /// The same request was answered before.
    Replay(Answer),
    /// The same request is still being worked on (since then).
    Running(Timestamp),
    /// The same request was carried out (begun then), and its answer is not kept yet, or never will be.
    Done(Timestamp),
    /// The key was used for another request.
    Other,
}

table! {
    /// One request and its answer, the body under the account's key.
    mod row is "idempotency" {
        #[sea_orm(primary_key, auto_increment = false)]
        account_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        key: String,
        request_hash: String,
        started_at: i64,
        status: Option<i64>,
        content_type: Option<String>,
        sealed: Option<Vec<u8>>,
    }
}

/// The status of a request that was carried out and whose answer is not known (yet).
const DONE: i64 = 0;

/// The key that the present request was sent under.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    account: AccountId,
    key: String,
}

tokio::task_local! {
    static REQUEST: Key;
}

/// Does the work of a request under its key: whatever the work commits says in the same transaction that the request
/// was carried out. A process that dies before it answers can then not be made to do the work twice.
pub async fn within<F: Future>(account: AccountId, key: &str, work: F) -> F::Output {
    REQUEST.scope(Key { account, key: key.to_owned() }, work).await
}

/// Writes down that the present request is being carried out, if it came under a key.
pub(crate) async fn note_carried_out(tx: &Tx) -> Result<()> {
    let Ok(Key { account, key }) = REQUEST.try_with(Clone::clone) else { return Ok(()) };
    row::Entity::update_many()
        .col_expr(row::Column::Status, Expr::value(DONE))
        .filter(row::Column::AccountId.eq(account.0))
        .filter(row::Column::Key.eq(key))
        .filter(row::Column::Status.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// A key whose answer is not kept yet, whether its request was carried out or not.
fn unanswered(account: AccountId, key: &str) -> Condition {
    Condition::all()
        .add(row::Column::AccountId.eq(account.0))
        .add(row::Column::Key.eq(key))
        .add(Condition::any().add(row::Column::Status.is_null()).add(row::Column::Status.eq(DONE)))
}

const fn cell(account: AccountId, key: &str) -> Cell<'_> {
    Cell { table: "idempotency", row: account.0, column: key }
}

/// Claims a key for a request; `request_hash` is a hash of method, path and body.
pub async fn begin(tx: &Tx, account: AccountId, key: &str, request_hash: &str, at: Timestamp) -> Result<Begin> {
    let row = row::Model {
        account_id: account.0,
        key: key.to_owned(),
        request_hash: request_hash.to_owned(),
        started_at: micros(at),
        status: None,
        content_type: None,
        sealed: None,
    };
    let inserted = row::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([row::Column::AccountId, row::Column::Key]).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.db())
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(1)) {
        return Ok(Begin::New);
    }
    let row = row::Entity::find_by_id((account.0, key.to_owned()))
        .one(tx.db())
        .await?
        .ok_or_else(|| Error::Unavailable("the key was just given back".to_owned()))?;
    if row.request_hash != request_hash {
        return Ok(Begin::Other);
    }
    match (row.status, row.content_type, row.sealed) {
        (Some(status), Some(content_type), Some(sealed)) => Ok(Begin::Replay(Answer {
            status: u16::try_from(status).map_err(|_| Error::Corrupt("a status"))?,
            content_type,
            body: tx.keys([account.0]).await?.open(cell(account, key), &sealed)?,
        })),
        (Some(DONE), ..) => Ok(Begin::Done(instant(row.started_at)?)),
        _ => Ok(Begin::Running(instant(row.started_at)?)),
    }
}

/// Keeps the answer under the key.
pub async fn finish(tx: &Tx, account: AccountId, key: &str, answer: &Answer) -> Result<()> {
    let data_key = tx.key(account.0).await?;
    let sealed = data_key.seal(&*tx.shared.entropy, cell(account, key), &answer.body)?;
    let finished = row::Entity::update_many()
        .col_expr(row::Column::Status, Expr::value(i64::from(answer.status)))
        .col_expr(row::Column::ContentType, Expr::value(answer.content_type.clone()))
        .col_expr(row::Column::Sealed, Expr::value(sealed))
        .filter(unanswered(account, key))
        .exec(tx.db())
        .await?;
    if finished.rows_affected == 0 { Err(Error::Conflict(Conflict::State)) } else { Ok(()) }
}

/// Gives an unanswered key back, when the request failed and may be repeated.
pub async fn release(tx: &Tx, account: AccountId, key: &str) -> Result<()> {
    row::Entity::delete_many().filter(unanswered(account, key)).exec(tx.db()).await?;
    Ok(())
}

/// Deletes keys begun before; at most `limit`, says how many.
pub async fn purge(tx: &Tx, before: Timestamp, limit: u64) -> Result<u64> {
    let old: Vec<(uuid::Uuid, String)> = row::Entity::find()
        .select_only()
        .column(row::Column::AccountId)
        .column(row::Column::Key)
        .filter(row::Column::StartedAt.lt(micros(before)))
        .limit(limit)
        .into_tuple()
        .all(tx.db())
        .await?;
    let mut purged = 0;
    for (account, key) in old {
        purged += row::Entity::delete_by_id((account, key)).exec(tx.db()).await?.rows_affected;
    }
    Ok(purged)
}

//! Codes sent to a mail address or a mobile number to prove that it is theirs.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::account::normal_login;
use crate::db::{insert_row, instant, micros, opt_instant, opt_micros, table, taken};
use crate::seal::Cell;
use crate::{AccountId, Conflict, ContactCodeId, Error, Reader, Result, Tx};

/// One code that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactCode {
    /// Its id.
    pub id: ContactCodeId,
    /// What it is for, such as `register` or `reset_password`.
    pub purpose: String,
    /// The address it was sent to; sealed.
    pub contact: String,
    /// The account it is for, when there is one already.
    pub account: Option<AccountId>,
    /// A hash of the code, made by the caller.
    pub code_hash: String,
    /// Wrong entries still allowed.
    pub tries_left: i32,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used up.
    pub used_at: Option<Timestamp>,
}

table! {
    /// One code; the address lies in `sealed`.
    mod row is "contact_code" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        purpose: String,
        contact_hash: String,
        account_id: Option<Uuid>,
        code_hash: String,
        tries_left: i64,
        sealed: Vec<u8>,
        created_at: i64,
        expires_at: i64,
        used_at: Option<i64>,
    }
}

const fn cell(id: ContactCodeId) -> Cell<'static> {
    Cell { table: "contact_code", row: id.0, column: "sealed" }
}

async fn hash(r: &Reader, contact: &str) -> Result<String> {
    r.blind("contact_code", &normal_login(contact)).await
}

/// Adds a code.
pub async fn insert(tx: &Tx, code: &ContactCode) -> Result<()> {
    let key = tx.make_key(code.id.0).await?;
    let row = row::Model {
        id: code.id.0,
        purpose: code.purpose.clone(),
        contact_hash: hash(tx, &code.contact).await?,
        account_id: code.account.map(|id| id.0),
        code_hash: code.code_hash.clone(),
        tries_left: i64::from(code.tries_left),
        sealed: key.seal_json(&*tx.shared.entropy, cell(code.id), &code.contact)?,
        created_at: micros(code.created_at),
        expires_at: micros(code.expires_at),
        used_at: opt_micros(code.used_at),
    };
    insert_row(tx, row).await.map_err(taken(&[]))
}

/// The latest code sent to this contact for this purpose, usable or not.
pub async fn latest(r: &Reader, purpose: &str, contact: &str) -> Result<Option<ContactCode>> {
    let found = row::Entity::find()
        .filter(row::Column::ContactHash.eq(hash(r, contact).await?))
        .filter(row::Column::Purpose.eq(purpose))
        .order_by_desc(row::Column::CreatedAt)
        .order_by_desc(row::Column::Id)
        .limit(1)
        .one(r.db())
        .await?;
    let Some(row) = found else { return Ok(None) };
    let id = ContactCodeId(row.id);
    Ok(Some(ContactCode {
        id,
        purpose: row.purpose,
        contact: r.keys([row.id]).await?.open_json(cell(id), &row.sealed)?,
        account: row.account_id.map(AccountId),
        code_hash: row.code_hash,
        tries_left: i32::try_from(row.tries_left).map_err(|_| Error::Corrupt("a count"))?,
        created_at: instant(row.created_at)?,
        expires_at: instant(row.expires_at)?,
        used_at: opt_instant(row.used_at)?,
    }))
}

/// How many codes went to this contact since then, whatever for.
pub async fn count_since(r: &Reader, contact: &str, since: Timestamp) -> Result<u64> {
    Ok(row::Entity::find()
        .filter(row::Column::ContactHash.eq(hash(r, contact).await?))
        .filter(row::Column::CreatedAt.gte(micros(since)))
        .count(r.db())
        .await?)
}

/// Takes one try off; gives how many are left.
pub async fn miss(tx: &Tx, id: ContactCodeId) -> Result<i32> {
    row::Entity::update_many()
        .col_expr(row::Column::TriesLeft, Expr::col(row::Column::TriesLeft).sub(1))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::TriesLeft.gt(0))
        .exec(tx.db())
        .await?;
    let row = row::Entity::find_by_id(id.0).one(tx.db()).await?.ok_or(Error::NotFound("code"))?;
    i32::try_from(row.tries_left).map_err(|_| Error::Corrupt("a count"))
}

/// Marks the code as used; `Conflict(State)` when it already was.
pub async fn use_up(tx: &Tx, id: ContactCodeId, at: Timestamp) -> Result<()> {
    let used = row::Entity::update_many()
        .col_expr(row::Column::UsedAt, Expr::value(micros(at)))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::UsedAt.is_null())
        .exec(tx.db())
        .await?;
    if used.rows_affected == 0 { Err(Error::Conflict(Conflict::State)) } else { Ok(()) }
}

/// Deletes codes that ended before; at most `limit`, says how many.
pub async fn purge(tx: &Tx, expired_before: Timestamp, limit: u64) -> Result<u64> {
    let ids: Vec<uuid::Uuid> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(Condition::all().add(row::Column::ExpiresAt.lt(micros(expired_before))))
        .limit(limit)
        .into_tuple()
        .all(tx.db())
        .await?;
    tx.forget_keys(&ids).await?;
    Ok(row::Entity::delete_many().filter(row::Column::Id.is_in(ids)).exec(tx.db()).await?.rows_affected)
}

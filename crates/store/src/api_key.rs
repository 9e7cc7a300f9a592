//! API keys: long-lived secrets of programs that act for an account.

use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::account::Role;
use crate::db::{insert_row, instant, micros, opt_instant, opt_micros, table, taken};
use crate::{AccountId, ApiKeyId, Error, Reader, Result, Tx};

/// One API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose.
    pub account: AccountId,
    /// As what it acts.
    pub role: Role,
    /// What its holder calls it.
    pub label: String,
    /// The first characters of the key, to tell keys apart.
    pub prefix: String,
    /// Hex SHA-256 of the whole key.
    pub token_hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute or so.
    pub used_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

table! {
    /// One API key.
    mod row is "api_key" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        account_id: Uuid,
        role: String,
        label: String,
        prefix: String,
        token_hash: String,
        created_at: i64,
        used_at: Option<i64>,
        expires_at: Option<i64>,
        revoked_at: Option<i64>,
    }
}

fn from_row(row: row::Model) -> Result<ApiKey> {
    Ok(ApiKey {
        id: ApiKeyId(row.id),
        account: AccountId(row.account_id),
        role: row.role.parse()?,
        label: row.label,
        prefix: row.prefix,
        token_hash: row.token_hash,
        created_at: instant(row.created_at)?,
        used_at: opt_instant(row.used_at)?,
        expires_at: opt_instant(row.expires_at)?,
        revoked_at: opt_instant(row.revoked_at)?,
    })
}

/// Adds a key.
pub async fn insert(tx: &Tx, key: &ApiKey) -> Result<()> {
    let row = row::Model {
        id: key.id.0,
        account_id: key.account.0,
        role: key.role.to_string(),
        label: key.label.clone(),
        prefix: key.prefix.clone(),
        token_hash: key.token_hash.clone(),
        created_at: micros(key.created_at),
        used_at: opt_micros(key.used_at),
        expires_at: opt_micros(key.expires_at),
        revoked_at: opt_micros(key.revoked_at),
    };
    insert_row(tx, row).await.map_err(taken(&[("token_hash", "token")]))
}

/// The key with this hash that is neither revoked nor expired.
pub async fn find_by_token_hash(r: &Reader, token_hash: &str, now: Timestamp) -> Result<Option<ApiKey>> {
    let unexpired = Condition::any().add(row::Column::ExpiresAt.is_null()).add(row::Column::ExpiresAt.gt(micros(now)));
    row::Entity::find()
        .filter(row::Column::TokenHash.eq(token_hash))
        .filter(row::Column::RevokedAt.is_null())
        .filter(unexpired)
        .one(r.db())
        .await?
        .map(from_row)
        .transpose()
}

/// Every key of an account, newest first, the revoked ones too (at most 200).
pub async fn list(r: &Reader, account: AccountId) -> Result<Vec<ApiKey>> {
    let rows = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.0))
        .order_by_desc(row::Column::CreatedAt)
        .limit(200)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Notes that a key was used.
pub async fn touch(tx: &Tx, id: ApiKeyId, at: Timestamp) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::UsedAt, Expr::value(micros(at)))
        .filter(row::Column::Id.eq(id.0))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Revokes a key of the account; `NotFound` when it is not the account's or already revoked.
pub async fn revoke(tx: &Tx, account: AccountId, id: ApiKeyId, at: Timestamp) -> Result<()> {
    let revoked = row::Entity::update_many()
        .col_expr(row::Column::RevokedAt, Expr::value(micros(at)))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::AccountId.eq(account.0))
        .filter(row::Column::RevokedAt.is_null())
        .exec(tx.db())
        .await?;
    if revoked.rows_affected == 0 { Err(Error::NotFound("API key")) } else { Ok(()) }
}

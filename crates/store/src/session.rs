//! Sessions: one log-in on one device, which its holder can see and end.

use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{insert_row, instant, micros, opt_instant, opt_micros, table, taken};
use crate::seal::{Cell, Keys};
use crate::{AccountId, Error, Reader, Result, SessionId, Tx};

/// One log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub account: AccountId,
    /// Hex SHA-256 of the token in the cookie.
    pub token_hash: String,
    /// The address it came from; sealed.
    pub ip: String,
    /// The browser's name for itself; sealed.
    pub user_agent: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}

table! {
    /// One log-in; address and browser lie in `sealed`, under the account's key.
    mod row is "session" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        account_id: Uuid,
        token_hash: String,
        sealed: Vec<u8>,
        created_at: i64,
        seen_at: i64,
        expires_at: i64,
        revoked_at: Option<i64>,
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Personal {
    ip: String,
    user_agent: String,
}

const fn cell(id: SessionId) -> Cell<'static> {
    Cell { table: "session", row: id.0, column: "sealed" }
}

fn from_row(row: row::Model, keys: &Keys) -> Result<Session> {
    let id = SessionId(row.id);
    let Personal { ip, user_agent } = keys.open_json(cell(id), &row.sealed)?;
    Ok(Session {
        id,
        account: AccountId(row.account_id),
        token_hash: row.token_hash,
        ip,
        user_agent,
        created_at: instant(row.created_at)?,
        seen_at: instant(row.seen_at)?,
        expires_at: instant(row.expires_at)?,
        revoked_at: opt_instant(row.revoked_at)?,
    })
}

fn living(now: Timestamp) -> Condition {
    Condition::all().add(row::Column::RevokedAt.is_null()).add(row::Column::ExpiresAt.gt(micros(now)))
}

/// Adds a session.
pub async fn insert(tx: &Tx, session: &Session) -> Result<()> {
    let key = tx.key(session.account.0).await.map_err(|_| Error::NotFound("account"))?;
    let personal = Personal { ip: session.ip.clone(), user_agent: session.user_agent.clone() };
    let row = row::Model {
        id: session.id.0,
        account_id: session.account.0,
        token_hash: session.token_hash.clone(),
        sealed: key.seal_json(&*tx.shared.entropy, cell(session.id), &personal)?,
        created_at: micros(session.created_at),
        seen_at: micros(session.seen_at),
        expires_at: micros(session.expires_at),
        revoked_at: opt_micros(session.revoked_at),
    };
    insert_row(tx, row).await.map_err(taken(&[("token_hash", "token")]))
}

/// The session with this token that is neither revoked nor expired.
pub async fn find_by_token_hash(r: &Reader, token_hash: &str, now: Timestamp) -> Result<Option<Session>> {
    let found =
        row::Entity::find().filter(row::Column::TokenHash.eq(token_hash)).filter(living(now)).one(r.db()).await?;
    let Some(row) = found else { return Ok(None) };
    let keys = r.keys([row.account_id]).await?;
    from_row(row, &keys).map(Some)
}

/// Notes that a session was used and how long it now lasts.
pub async fn touch(tx: &Tx, id: SessionId, seen_at: Timestamp, expires_at: Timestamp) -> Result<()> {
    let touched = row::Entity::update_many()
        .col_expr(row::Column::SeenAt, Expr::value(micros(seen_at)))
        .col_expr(row::Column::ExpiresAt, Expr::value(micros(expires_at)))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::RevokedAt.is_null())
        .exec(tx.db())
        .await?;
    if touched.rows_affected == 0 { Err(Error::NotFound("session")) } else { Ok(()) }
}

/// The living sessions of an account, latest use first (at most 200).
pub async fn list(r: &Reader, account: AccountId, now: Timestamp) -> Result<Vec<Session>> {
    let rows = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.0))
        .filter(living(now))
        .order_by_desc(row::Column::SeenAt)
        .limit(200)
        .all(r.db())
        .await?;
    let keys = r.keys([account.0]).await?;
    rows.into_iter().map(|row| from_row(row, &keys)).collect()
}

/// Ends one session of the account; `NotFound` when it is not the account's or already ended.
pub async fn revoke(tx: &Tx, account: AccountId, id: SessionId, at: Timestamp) -> Result<()> {
    let revoked = row::Entity::update_many()
        .col_expr(row::Column::RevokedAt, Expr::value(micros(at)))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::AccountId.eq(account.0))
        .filter(row::Column::RevokedAt.is_null())
        .exec(tx.db())
        .await?;
    if revoked.rows_affected == 0 { Err(Error::NotFound("session")) } else { Ok(()) }
}

/// Ends all sessions of the account except one; says how many.
pub async fn revoke_all(tx: &Tx, account: AccountId, except: Option<SessionId>, at: Timestamp) -> Result<u64> {
    let mut update = row::Entity::update_many()
        .col_expr(row::Column::RevokedAt, Expr::value(micros(at)))
        .filter(row::Column::AccountId.eq(account.0))
        .filter(row::Column::RevokedAt.is_null());
    if let Some(except) = except {
        update = update.filter(row::Column::Id.ne(except.0));
    }
    Ok(update.exec(tx.db()).await?.rows_affected)
}

/// Deletes sessions that ended before; at most `limit`, says how many.
pub async fn purge(tx: &Tx, ended_before: Timestamp, limit: u64) -> Result<u64> {
    let ids: Vec<uuid::Uuid> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(
            Condition::any()
                .add(row::Column::ExpiresAt.lt(micros(ended_before)))
                .add(row::Column::RevokedAt.lt(micros(ended_before))),
        )
        .limit(limit)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(row::Entity::delete_many().filter(row::Column::Id.is_in(ids)).exec(tx.db()).await?.rows_affected)
}

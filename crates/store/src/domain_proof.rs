//! Proofs that somebody controls a domain: a link with a secret, and what came of it.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use crate::db::{insert_row, instant, json, micros, opt_instant, opt_micros, parse_json, replace_row, table, taken};
use crate::words::words;
use crate::{AccountId, Error, Reader, Result, Tx};

words! {
    /// How somebody proved that they control a domain.
    pub enum ProvenBy {
        /// By a text in its DNS.
        Dns = "dns",
        /// By a file on its website.
        Http = "http",
        /// By an account that files it.
        Account = "account",
    }
}

/// One proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainProof {
    /// Its id.
    pub id: Uuid,
    /// The registrable domain.
    pub domain: String,
    /// Hex SHA-256 of the secret in the link; unique.
    pub token_hash: String,
    /// Whose account proved it, where that is how.
    pub account: Option<AccountId>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it is worth nothing any more.
    pub expires_at: Timestamp,
    /// When and how it was proven.
    pub proven: Option<(Timestamp, ProvenBy)>,
    /// When the cause was last looked at again, and what was found (no personal data).
    pub looked: Option<(Timestamp, Value)>,
}

table! {
    /// One proof.
    mod row is "domain_proof" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        domain: String,
        token_hash: String,
        account_id: Option<Uuid>,
        created_at: i64,
        expires_at: i64,
        proven_at: Option<i64>,
        proven_by: Option<String>,
        looked_at: Option<i64>,
        looked: Option<String>,
    }
}

fn to_row(proof: &DomainProof) -> Result<row::Model> {
    Ok(row::Model {
        id: proof.id,
        domain: proof.domain.clone(),
        token_hash: proof.token_hash.clone(),
        account_id: proof.account.map(|account| account.0),
        created_at: micros(proof.created_at),
        expires_at: micros(proof.expires_at),
        proven_at: opt_micros(proof.proven.map(|(at, _)| at)),
        proven_by: proof.proven.map(|(_, by)| by.as_str().to_owned()),
        looked_at: opt_micros(proof.looked.as_ref().map(|(at, _)| *at)),
        looked: proof.looked.as_ref().map(|(_, found)| json(found)).transpose()?,
    })
}

fn from_row(row: row::Model) -> Result<DomainProof> {
    Ok(DomainProof {
        id: row.id,
        domain: row.domain,
        token_hash: row.token_hash,
        account: row.account_id.map(AccountId),
        created_at: instant(row.created_at)?,
        expires_at: instant(row.expires_at)?,
        proven: match (opt_instant(row.proven_at)?, row.proven_by) {
            (Some(at), Some(by)) => Some((at, by.parse()?)),
            _ => None,
        },
        looked: match (opt_instant(row.looked_at)?, row.looked) {
            (Some(at), Some(found)) => Some((at, parse_json(&found)?)),
            _ => None,
        },
    })
}

/// Adds a proof.
///
/// # Errors
/// `Taken("token")` when there is one with this secret.
pub async fn insert(tx: &Tx, proof: &DomainProof) -> Result<()> {
    insert_row(tx, to_row(proof)?).await.map_err(taken(&[("token_hash", "token")]))
}

/// The proof of this id, locked until the transaction ends.
///
/// # Errors
/// When there is none.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<DomainProof> {
    let found = row::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    from_row(found.ok_or(Error::NotFound("proof"))?)
}

/// The proof of this id; none when it was thrown away.
pub async fn find(r: &Reader, id: Uuid) -> Result<Option<DomainProof>> {
    row::Entity::find_by_id(id).one(r.db()).await?.map(from_row).transpose()
}

/// The proof with this secret, over or not.
pub async fn find_by_token_hash(r: &Reader, token_hash: &str) -> Result<Option<DomainProof>> {
    row::Entity::find().filter(row::Column::TokenHash.eq(token_hash)).one(r.db()).await?.map(from_row).transpose()
}

/// Writes a proof anew.
pub async fn update(tx: &Tx, proof: &DomainProof) -> Result<()> {
    replace_row(tx, to_row(proof)?, Condition::all().add(row::Column::Id.eq(proof.id))).await?;
    Ok(())
}

/// Throws away proofs that were over before an instant (at most `limit`); says how many.
pub async fn purge(tx: &Tx, before: Timestamp, limit: u64) -> Result<u64> {
    let old = row::Entity::find().filter(row::Column::ExpiresAt.lt(micros(before))).limit(limit).all(tx.db()).await?;
    let ids = old.into_iter().map(|row| row.id);
    Ok(row::Entity::delete_many().filter(row::Column::Id.is_in(ids)).exec(tx.db()).await?.rows_affected)
}

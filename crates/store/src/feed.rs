//! The feed of verdicts that gateways follow: numbered without gaps, each entry bound to the one before.

use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use zeroize::Zeroizing;

use crate::db::{canonical, insert_row, instant, micros, parse_json, signed, table, unsigned};
use crate::{Error, Reader, Result, Tx, chain};

/// One entry of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub sequence: u64,
    /// The registrable domain name it is about.
    pub domain: String,
    /// The verdict as the caller built it (without `hash`).
    pub body: serde_json::Value,
    /// Hex SHA-256 over the previous hash (its hex text) and the body as canonical JSON (keys sorted, no white space).
    pub hash: String,
    /// When it was made.
    pub at: Timestamp,
}

/// Where the feed stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The number of the last entry; 0 when there is none.
    pub sequence: u64,
    /// Its hash; 64 zeros when there is none.
    pub hash: String,
}

table! {
    /// One entry; `latest_domain` repeats `domain` on the latest entry about it.
    mod row is "feed" {
        #[sea_orm(primary_key, auto_increment = false)]
        sequence: i64,
        domain: String,
        latest_domain: Option<String>,
        body: String,
        hash: String,
        at: i64,
    }
}

const CHAIN: &str = "feed";

fn from_row(row: row::Model) -> Result<Entry> {
    Ok(Entry {
        sequence: unsigned(row.sequence)?,
        domain: row.domain,
        body: parse_json(&row.body)?,
        hash: row.hash,
        at: instant(row.at)?,
    })
}

/// Adds an entry whose body is built from its number; the head stays locked until the transaction ends.
pub async fn append(
    tx: &Tx,
    domain: &str,
    at: Timestamp,
    body: impl FnOnce(u64) -> serde_json::Value,
) -> Result<Entry> {
    let head = chain::lock(tx, CHAIN).await?;
    let sequence = head.entries + 1;
    let body = canonical(&body(sequence));
    let hash = chain::link(&head.hash, &body);
    row::Entity::update_many()
        .col_expr(row::Column::LatestDomain, Expr::value(Option::<String>::None))
        .filter(row::Column::LatestDomain.eq(domain))
        .exec(tx.db())
        .await?;
    let row = row::Model {
        sequence: signed(sequence)?,
        domain: domain.to_owned(),
        latest_domain: Some(domain.to_owned()),
        body,
        hash: hash.clone(),
        at: micros(at),
    };
    insert_row(tx, row.clone()).await?;
    chain::advance(tx, CHAIN, chain::Head { entries: sequence, hash }).await?;
    from_row(row)
}

/// Holds the feed as it is: nothing is published before the transaction ends.
pub async fn hold(tx: &Tx) -> Result<()> {
    chain::lock(tx, CHAIN).await.map(|_| ())
}

/// The secret the feed's signing key follows from; the same for as long as the database has its index key.
pub async fn signing_seed(r: &Reader) -> Result<Zeroizing<[u8; 32]>> {
    let mut seed = Zeroizing::new([0; 32]);
    let hash = Zeroizing::new(r.blind("feed_signing_key", "").await?);
    hex::decode_to_slice(hash.as_bytes(), &mut *seed).map_err(|_| Error::Sealed("the feed's key is damaged"))?;
    Ok(seed)
}

/// Where the feed stands.
pub async fn head(r: &Reader) -> Result<Head> {
    let chain::Head { entries, hash } = chain::head(r, CHAIN).await?;
    Ok(Head { sequence: entries, hash })
}

/// Whether there is an entry of this number (0 counts as one).
pub async fn knows(r: &Reader, sequence: u64) -> Result<bool> {
    Ok(sequence <= chain::head(r, CHAIN).await?.entries)
}

/// The entries after a number, in order (at most `limit`).
pub async fn changes(r: &Reader, after: u64, limit: u64) -> Result<Vec<Entry>> {
    let rows = row::Entity::find()
        .filter(row::Column::Sequence.gt(signed(after)?))
        .order_by_asc(row::Column::Sequence)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// The latest entry of each domain after that name, by name (at most `limit`).
pub async fn snapshot(r: &Reader, after_domain: &str, limit: u64) -> Result<Vec<Entry>> {
    let rows = row::Entity::find()
        .filter(row::Column::LatestDomain.gt(after_domain))
        .order_by_asc(row::Column::LatestDomain)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// The hash at a place of the feed; none when there is no such place.
pub async fn hash_at(r: &Reader, sequence: u64) -> Result<Option<String>> {
    if sequence == 0 {
        return Ok(Some(chain::GENESIS.to_owned()));
    }
    Ok(row::Entity::find_by_id(signed(sequence)?).one(r.db()).await?.map(|row| row.hash))
}

/// The last entry about a domain up to a place.
pub async fn as_of(r: &Reader, domain: &str, sequence: u64) -> Result<Option<Entry>> {
    let found = row::Entity::find()
        .filter(row::Column::Domain.eq(domain))
        .filter(row::Column::Sequence.lte(signed(sequence)?))
        .order_by_desc(row::Column::Sequence)
        .limit(1)
        .one(r.db())
        .await?;
    found.map(from_row).transpose()
}

/// The latest entry about a domain.
pub async fn latest(r: &Reader, domain: &str) -> Result<Option<Entry>> {
    row::Entity::find().filter(row::Column::LatestDomain.eq(domain)).one(r.db()).await?.map(from_row).transpose()
}

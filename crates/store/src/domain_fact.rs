//! What others told of domains, with its age: the registration, the addresses. One row a domain.

use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{insert_row, instant, json, micros, opt_instant, opt_micros, parse_json, replace_row, table, taken};
use crate::seal::Cell;
use crate::{Reader, Result, Tx};

/// What is known of one domain.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainFact {
    /// Its id here.
    pub id: Uuid,
    /// The registrable domain name.
    pub domain: String,
    /// What the registry last told, as the caller built it; sealed, because a holder may be a person.
    pub registration: Option<serde_json::Value>,
    /// When it told it.
    pub registration_at: Option<Timestamp>,
    /// What the resolvers last told, as the caller built it.
    pub resolution: Option<serde_json::Value>,
    /// When they told it.
    pub resolution_at: Option<Timestamp>,
    /// Who said nothing when last asked, as the caller built it.
    pub silent: serde_json::Value,
    /// When they were last asked.
    pub asked_at: Timestamp,
    /// When they are to be asked again.
    pub due_at: Timestamp,
    /// Until when anybody needs it; then it is forgotten.
    pub wanted_until: Timestamp,
}

table! {
    /// One domain.
    mod row is "domain_fact" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        domain: String,
        registration: Option<Vec<u8>>,
        registration_at: Option<i64>,
        resolution: Option<String>,
        resolution_at: Option<i64>,
        silent: String,
        asked_at: i64,
        due_at: i64,
        wanted_until: i64,
    }
}

const fn cell(id: Uuid) -> Cell<'static> {
    Cell { table: "domain_fact", row: id, column: "registration" }
}

/// What is known of a domain.
pub async fn find(r: &Reader, domain: &str) -> Result<Option<DomainFact>> {
    let Some(row) = row::Entity::find().filter(row::Column::Domain.eq(domain)).one(r.db()).await? else {
        return Ok(None);
    };
    let registration = match &row.registration {
        Some(sealed) => Some(r.keys([row.id]).await?.open_json(cell(row.id), sealed)?),
        None => None,
    };
    Ok(Some(DomainFact {
        id: row.id,
        domain: row.domain,
        registration,
        registration_at: opt_instant(row.registration_at)?,
        resolution: row.resolution.as_deref().map(parse_json).transpose()?,
        resolution_at: opt_instant(row.resolution_at)?,
        silent: parse_json(&row.silent)?,
        asked_at: instant(row.asked_at)?,
        due_at: instant(row.due_at)?,
        wanted_until: instant(row.wanted_until)?,
    }))
}

/// Writes what is known of a domain, over what was known before; the id of the row that is there stays.
pub async fn put(tx: &Tx, fact: &DomainFact) -> Result<()> {
    let known = row::Entity::find().filter(row::Column::Domain.eq(&fact.domain)).lock_exclusive().one(tx.db()).await?;
    let id = known.as_ref().map_or(fact.id, |row| row.id);
    let key = match &known {
        Some(_) => tx.key(id).await?,
        None => tx.make_key(id).await?,
    };
    let seal = |value: &serde_json::Value| key.seal_json(&*tx.shared.entropy, cell(id), value);
    let row = row::Model {
        id,
        domain: fact.domain.clone(),
        registration: fact.registration.as_ref().map(seal).transpose()?,
        registration_at: opt_micros(fact.registration_at),
        resolution: fact.resolution.as_ref().map(json).transpose()?,
        resolution_at: opt_micros(fact.resolution_at),
        silent: json(&fact.silent)?,
        asked_at: micros(fact.asked_at),
        due_at: micros(fact.due_at),
        wanted_until: micros(fact.wanted_until),
    };
    if known.is_none() {
        return insert_row(tx, row).await.map_err(taken(&[("domain", "domain")]));
    }
    replace_row(tx, row, Condition::all().add(row::Column::Id.eq(id))).await?;
    Ok(())
}

/// Notes that a domain is needed until an instant, if it is known; nothing is shortened.
pub async fn want(tx: &Tx, domain: &str, until: Timestamp) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::WantedUntil, Expr::value(micros(until)))
        .filter(row::Column::Domain.eq(domain))
        .filter(row::Column::WantedUntil.lt(micros(until)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// The domains to be asked about again, the longest due first (at most `limit`).
pub async fn due(r: &Reader, now: Timestamp, limit: u64) -> Result<Vec<String>> {
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::Domain)
        .filter(row::Column::DueAt.lte(micros(now)))
        .filter(row::Column::WantedUntil.gt(micros(now)))
        .order_by_asc(row::Column::DueAt)
        .order_by_asc(row::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(r.db())
        .await?)
}

/// Forgets domains that nobody needs since an instant, with their keys; at most `limit`, says how many.
pub async fn purge(tx: &Tx, now: Timestamp, limit: u64) -> Result<u64> {
    let ids: Vec<Uuid> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::WantedUntil.lte(micros(now)))
        .limit(limit)
        .into_tuple()
        .all(tx.db())
        .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    row::Entity::delete_many().filter(row::Column::Id.is_in(ids.iter().copied())).exec(tx.db()).await?;
    tx.forget_keys(&ids).await?;
    Ok(ids.len() as u64)
}

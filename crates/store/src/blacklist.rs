//! The bureaus' blacklists: subjects by the keyed hash of their certificate, and domains. What was taken off stays known.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{before, insert_row, instant, micros, opt_instant, replace_row, table, taken};
use crate::page::{Cursor, Listing, Page};
use crate::seal::{Cell, Keys};
use crate::words::words;
use crate::{DownloadId, Reader, Result, Tx};

words! {
    /// What is on a blacklist.
    pub enum Blacklisted {
        /// A subject, by its certificate.
        Subject = "subject",
        /// A domain.
        Domain = "domain",
    }
}

/// Something on a blacklist, or once on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// Whose list.
    pub bureau: String,
    /// What it is.
    pub kind: Blacklisted,
    /// What the bureau said, as the caller built it; sealed.
    pub content: serde_json::Value,
    /// Since when it is listed.
    pub listed_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Since when it is not listed any more.
    pub removed_at: Option<Timestamp>,
}

/// A change of a list.
#[derive(Debug)]
pub struct Change<'a> {
    /// The id a new entry gets.
    pub id: Uuid,
    /// Whose list.
    pub bureau: &'a str,
    /// What it is.
    pub kind: Blacklisted,
    /// The number of the certificate, or the domain.
    pub key: &'a str,
    /// What the bureau said.
    pub content: &'a serde_json::Value,
    /// The file it came with.
    pub download: Option<DownloadId>,
    /// When.
    pub at: Timestamp,
}

table! {
    /// One entry; `subject` is the keyed hash of a certificate or a domain, `listed` names the entry while it is listed.
    mod row is "blacklist" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        bureau: String,
        kind: String,
        subject: String,
        listed: Option<String>,
        sealed: Vec<u8>,
        download_id: Option<Uuid>,
        listed_at: i64,
        updated_at: i64,
        removed_at: Option<i64>,
    }
}

const fn cell(id: Uuid) -> Cell<'static> {
    Cell { table: "blacklist", row: id, column: "sealed" }
}

fn from_row(row: row::Model, keys: &Keys) -> Result<Entry> {
    Ok(Entry {
        content: keys.open_json(cell(row.id), &row.sealed)?,
        id: row.id,
        bureau: row.bureau,
        kind: row.kind.parse()?,
        listed_at: instant(row.listed_at)?,
        updated_at: instant(row.updated_at)?,
        removed_at: opt_instant(row.removed_at)?,
    })
}

impl Reader {
    /// What an entry is found by: never the number of a certificate itself.
    async fn listed_under(&self, kind: Blacklisted, key: &str) -> Result<String> {
        match kind {
            Blacklisted::Subject => {
                let number: String = key.chars().filter(|c| !c.is_whitespace()).collect();
                self.blind("blacklist", &number.to_uppercase()).await
            }
            Blacklisted::Domain => Ok(key.trim().trim_end_matches('.').to_lowercase()),
        }
    }
}

/// Puts something on a list, or writes anew what is said of it; says whether it is new there.
pub async fn put(tx: &Tx, change: &Change<'_>) -> Result<bool> {
    let subject = tx.listed_under(change.kind, change.key).await?;
    let listed = format!("{}:{}:{subject}", change.bureau, change.kind);
    let known = row::Entity::find().filter(row::Column::Listed.eq(&listed)).lock_exclusive().one(tx.db()).await?;
    let id = known.as_ref().map_or(change.id, |row| row.id);
    let key = match &known {
        Some(_) => tx.key(id).await?,
        None => tx.make_key(id).await?,
    };
    let is_new = known.is_none();
    let row = row::Model {
        id,
        bureau: change.bureau.to_owned(),
        kind: change.kind.as_str().to_owned(),
        subject,
        listed: Some(listed),
        sealed: key.seal_json(&*tx.shared.entropy, cell(id), change.content)?,
        download_id: change.download.map(|id| id.0),
        listed_at: known.map_or_else(|| micros(change.at), |row| row.listed_at),
        updated_at: micros(change.at),
        removed_at: None,
    };
    if is_new {
        insert_row(tx, row).await.map_err(taken(&[("listed", "listed")]))?;
    } else {
        replace_row(tx, row, Condition::all().add(row::Column::Id.eq(id))).await?;
    }
    Ok(is_new)
}

/// Takes something off a list; says whether it was on it.
pub async fn remove(tx: &Tx, change: &Change<'_>) -> Result<bool> {
    let subject = tx.listed_under(change.kind, change.key).await?;
    let listed = format!("{}:{}:{subject}", change.bureau, change.kind);
    let known = row::Entity::find().filter(row::Column::Listed.eq(&listed)).lock_exclusive().one(tx.db()).await?;
    let Some(mut row) = known else { return Ok(false) };
    let id = row.id;
    row.listed = None;
    row.removed_at = Some(micros(change.at));
    row.updated_at = micros(change.at);
    replace_row(tx, row, Condition::all().add(row::Column::Id.eq(id))).await?;
    Ok(true)
}

/// The entry that stands now for a certificate's number or a domain, on whichever bureau's list.
pub async fn find(r: &Reader, kind: Blacklisted, key: &str) -> Result<Option<Entry>> {
    let subject = r.listed_under(kind, key).await?;
    let found = row::Entity::find()
        .filter(row::Column::Kind.eq(kind.as_str()))
        .filter(row::Column::Subject.eq(subject))
        .filter(row::Column::Listed.is_not_null())
        .order_by_asc(row::Column::ListedAt)
        .limit(1)
        .one(r.db())
        .await?;
    let Some(row) = found else { return Ok(None) };
    let keys = r.keys([row.id]).await?;
    from_row(row, &keys).map(Some)
}

/// Everything that is or was listed, the latest change first.
pub async fn list(r: &Reader, page: &Page) -> Result<Listing<Entry>> {
    let mut find = row::Entity::find();
    if let Some(Cursor { at, id }) = page.after {
        find = find.filter(before((row::Column::UpdatedAt, at), (row::Column::Id, id)));
    }
    let rows = find
        .order_by_desc(row::Column::UpdatedAt)
        .order_by_desc(row::Column::Id)
        .limit(page.probe())
        .all(r.db())
        .await?;
    let listing = page.cut(rows, |row| Cursor { at: row.updated_at, id: row.id });
    let keys = r.keys(listing.items.iter().map(|row| row.id)).await?;
    listing.try_map(|row| from_row(row, &keys))
}

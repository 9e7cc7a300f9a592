//! The mailbox: the containers of both directions as one list, found by the words that are kept of each, with every try.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{insert_row, instant, micros, small, table};
use crate::download::{self, Download, DownloadState};
use crate::page::{Cursor, Listing, Page};
use crate::upload::{self, Upload, UploadState};
use crate::{Error, Reader, Result, Tx};

/// The most characters of a word that are kept.
const LONGEST_WORD: usize = 200;
/// The most words of one container; a file of 1000 records names about as many domains and numbers again.
const MOST_WORDS: usize = 10_000;
/// So many rows go into one statement.
const BATCH: usize = 500;

/// A container of either direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// It went to a bureau.
    Upload(Upload),
    /// It came from one.
    Download(Download),
}

impl Item {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        match self {
            Self::Upload(upload) => upload.id.0,
            Self::Download(download) => download.id.0,
        }
    }

    /// When it was made or came.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Upload(upload) => upload.created_at,
            Self::Download(download) => download.received_at,
        }
    }
}

/// Which containers are wanted; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of one bureau.
    pub bureau: Option<String>,
    /// Only uploads, or only downloads.
    pub uploads: Option<bool>,
    /// Those in one state of an upload.
    pub upload_state: Option<UploadState>,
    /// Those in one state of a download.
    pub download_state: Option<DownloadState>,
    /// Those with all of these words.
    pub words: Vec<String>,
}

/// One try to bring a container over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// The how-manieth.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// What became of it, as a word: `sent`, `stored`, `held`, `unanswered`, `refused`, `received`,
    /// `different`.
    pub outcome: String,
    /// What the bureau answered.
    pub code: Option<i32>,
    /// What was said.
    pub note: Option<String>,
}

table! {
    /// One word of one container.
    mod word is "container_word" {
        #[sea_orm(primary_key, auto_increment = false)]
        word: String,
        #[sea_orm(primary_key, auto_increment = false)]
        container_id: Uuid,
    }
}

table! {
    /// One try of one container.
    mod attempt is "container_try" {
        #[sea_orm(primary_key, auto_increment = false)]
        container_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        number: i64,
        at: i64,
        outcome: String,
        code: Option<i64>,
        note: Option<String>,
    }
}

/// A word as it is kept and looked for.
fn normal(word: &str) -> String {
    word.trim().to_lowercase().chars().take(LONGEST_WORD).collect()
}

/// Keeps the words of a container; what is known of it already stays.
pub async fn index(tx: &Tx, container: Uuid, words: impl IntoIterator<Item = String>) -> Result<()> {
    let words: BTreeSet<String> =
        words.into_iter().map(|word| normal(&word)).filter(|word| !word.is_empty()).take(MOST_WORDS).collect();
    let rows: Vec<_> =
        words.into_iter().map(|word| word::Model { word, container_id: container }.into_active_model()).collect();
    for batch in rows.chunks(BATCH) {
        word::Entity::insert_many(batch.to_vec())
            .on_conflict(OnConflict::columns([word::Column::Word, word::Column::ContainerId]).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(tx.db())
            .await?;
    }
    Ok(())
}

/// The words with this beginning of each of some containers.
pub async fn words_of(
    r: &Reader,
    containers: impl IntoIterator<Item = Uuid>,
    beginning: &str,
) -> Result<HashMap<Uuid, Vec<String>>> {
    let rows = word::Entity::find()
        .filter(word::Column::ContainerId.is_in(containers))
        .filter(word::Column::Word.starts_with(beginning))
        .order_by_asc(word::Column::Word)
        .all(r.db())
        .await?;
    let mut words: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in rows {
        words.entry(row.container_id).or_default().push(row.word);
    }
    Ok(words)
}

/// The ids of the containers with a word.
pub(crate) fn with_word(text: &str) -> SelectStatement {
    Query::select()
        .column(word::Column::ContainerId)
        .from(word::Entity)
        .and_where(word::Column::Word.eq(normal(text)))
        .to_owned()
}

/// The container of an id.
pub async fn get(r: &Reader, id: Uuid) -> Result<Item> {
    match upload::get(r, id.into()).await {
        Ok(upload) => Ok(Item::Upload(upload)),
        Err(Error::NotFound(_)) => match download::get(r, id.into()).await {
            Ok(download) => Ok(Item::Download(download)),
            Err(Error::NotFound(_)) => Err(Error::NotFound("container")),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// The containers of both directions, the newest first.
pub async fn list(r: &Reader, filter: &Filter, page: &Page) -> Result<Listing<Item>> {
    let (mut uploads, mut downloads) = (Vec::new(), Vec::new());
    if filter.uploads != Some(false) && filter.download_state.is_none() {
        uploads = upload::mail(r, filter, page).await?;
    }
    if filter.uploads != Some(true) && filter.upload_state.is_none() {
        downloads = download::mail(r, filter, page).await?;
    }
    let mut items: Vec<Item> = uploads.into_iter().map(Item::Upload).collect();
    items.extend(downloads.into_iter().map(Item::Download));
    items.sort_by_key(|item| std::cmp::Reverse((micros(item.at()), item.id())));
    Ok(page.cut(items, |item| Cursor { at: micros(item.at()), id: item.id() }))
}

/// Notes a try.
pub(crate) async fn begin_try(tx: &Tx, container: Uuid, number: i64, at: Timestamp, outcome: &str) -> Result<()> {
    let outcome = outcome.to_owned();
    let row = attempt::Model { container_id: container, number, at: micros(at), outcome, code: None, note: None };
    Ok(insert_row(tx, row).await?)
}

/// Notes what became of the last try; nothing when there was none.
pub(crate) async fn end_try(
    tx: &Tx,
    container: Uuid,
    number: i64,
    outcome: &str,
    code: Option<i32>,
    note: Option<&str>,
) -> Result<()> {
    attempt::Entity::update_many()
        .col_expr(attempt::Column::Outcome, Expr::value(outcome))
        .col_expr(attempt::Column::Code, Expr::value(code.map(i64::from)))
        .col_expr(attempt::Column::Note, Expr::value(note.map(str::to_owned)))
        .filter(attempt::Column::ContainerId.eq(container))
        .filter(attempt::Column::Number.eq(number))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// The tries of a container, the latest first (at most 200).
pub async fn tries(r: &Reader, container: Uuid) -> Result<Vec<Try>> {
    let rows = attempt::Entity::find()
        .filter(attempt::Column::ContainerId.eq(container))
        .order_by_desc(attempt::Column::Number)
        .limit(200)
        .all(r.db())
        .await?;
    let read = |row: attempt::Model| {
        Ok(Try {
            number: small(row.number)?,
            at: instant(row.at)?,
            outcome: row.outcome,
            code: row.code.map(i32::try_from).transpose().map_err(|_| Error::Corrupt("a code"))?,
            note: row.note,
        })
    };
    rows.into_iter().map(read).collect()
}

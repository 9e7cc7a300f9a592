//! The download ledger: every file a bureau gave us, kept raw, applied once, acknowledged.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::audit::{Damage, Verdict};
use crate::bureau::download_chain;
use crate::chain::{self, Head, Step, Walk};
use crate::db::{before, insert_row, instant, micros, opt_instant, sha256, signed, small, table, taken, unsigned};
use crate::mailbox::{self, Filter};
use crate::page::{Cursor, Page};
use crate::words::words;
use crate::{Conflict, DownloadId, Error, Reader, Result, Tx};

words! {
    /// Where a downloaded file stands.
    pub enum DownloadState {
        /// Kept, not yet applied.
        Received = "received",
        /// Its content took effect here.
        Applied = "applied",
        /// The bureau knows that we have it.
        Acked = "acked",
        /// It cannot be read; a person must look, and it is not acknowledged.
        Unreadable = "unreadable",
    }
}

/// A file that came.
#[derive(Debug, Clone)]
pub struct NewDownload<'a> {
    /// Its id.
    pub id: DownloadId,
    /// From which bureau.
    pub bureau: &'a str,
    /// The name the bureau gives it; unique for the bureau.
    pub file_name: &'a str,
    /// The bytes as they came after base64; sealed.
    pub raw: &'a [u8],
    /// When it came.
    pub at: Timestamp,
}

/// One entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Its id.
    pub id: DownloadId,
    /// From which bureau.
    pub bureau: String,
    /// Its place in the ledger, from 1, without gaps.
    pub entry: u64,
    /// The name the bureau gives it.
    pub file_name: String,
    /// Bytes of the raw file.
    pub size: u64,
    /// Hex SHA-256 of the raw file.
    pub sha256: String,
    /// Where it stands.
    pub state: DownloadState,
    /// How often it came.
    pub times: u32,
    /// What is wrong with it, or what it held (no personal data).
    pub note: Option<String>,
    /// Why a person must look at it before it is acknowledged.
    pub alarm: Option<String>,
    /// When a person did.
    pub looked_at: Option<Timestamp>,
    /// When it first came.
    pub received_at: Timestamp,
    /// When it took effect.
    pub applied_at: Option<Timestamp>,
    /// When it was acknowledged.
    pub acked_at: Option<Timestamp>,
    /// The hash of the entry before.
    pub prev_hash: String,
    /// Hex SHA-256 over that and what never changes of this entry.
    pub hash: String,
}

impl Download {
    /// Whether a person must look at it first.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.alarm.is_some() && self.looked_at.is_none()
    }
}

/// What became of a file that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// It is new.
    New(Download),
    /// It came before, with the same bytes.
    Again(Download),
    /// Another file came under the same name before; the new bytes are not kept.
    Different(Download),
}

table! {
    /// One entry; its bytes are the file of the same id.
    mod row is "download" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        bureau: String,
        entry: i64,
        file_name: String,
        size: i64,
        sha256: String,
        state: String,
        times: i64,
        note: Option<String>,
        alarm: Option<String>,
        looked_at: Option<i64>,
        received_at: i64,
        applied_at: Option<i64>,
        acked_at: Option<i64>,
        prev_hash: String,
        hash: String,
    }
}

/// The text of an entry that its hash covers: everything that never changes.
fn text(row: &row::Model) -> String {
    serde_json::json!([row.entry, row.id, row.bureau, row.file_name, row.size, row.sha256, row.received_at]).to_string()
}

fn from_row(row: row::Model) -> Result<Download> {
    Ok(Download {
        id: DownloadId(row.id),
        bureau: row.bureau,
        entry: unsigned(row.entry)?,
        file_name: row.file_name,
        size: unsigned(row.size)?,
        sha256: row.sha256,
        state: row.state.parse()?,
        times: small(row.times)?,
        note: row.note,
        alarm: row.alarm,
        looked_at: opt_instant(row.looked_at)?,
        received_at: instant(row.received_at)?,
        applied_at: opt_instant(row.applied_at)?,
        acked_at: opt_instant(row.acked_at)?,
        prev_hash: row.prev_hash,
        hash: row.hash,
    })
}

/// Moves a file to a state, from one of those given.
async fn settle(
    tx: &Tx,
    id: DownloadId,
    from: &[DownloadState],
    change: impl FnOnce(sea_orm::UpdateMany<row::Entity>) -> sea_orm::UpdateMany<row::Entity>,
) -> Result<()> {
    let update = row::Entity::update_many()
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::State.is_in(from.iter().map(|state| state.as_str())));
    if change(update).exec(tx.db()).await?.rows_affected == 0 {
        get(tx, id).await?;
        return Err(Error::Conflict(Conflict::State));
    }
    Ok(())
}

/// Keeps a file that came, unless it is known.
pub async fn receive(tx: &Tx, download: &NewDownload<'_>) -> Result<Received> {
    let chain_name = download_chain(download.bureau);
    // The chain is locked before looking, so that the same file arriving twice at once is kept once.
    let head = chain::lock(tx, &chain_name).await?;
    let hash = sha256(download.raw);
    if let Some(known) = find_by_name(tx, download.bureau, download.file_name).await? {
        row::Entity::update_many()
            .col_expr(row::Column::Times, Expr::col(row::Column::Times).add(1))
            .filter(row::Column::Id.eq(known.id.0))
            .exec(tx.db())
            .await?;
        let known = Download { times: known.times + 1, ..known };
        let outcome = if known.sha256 == hash { "received" } else { "different" };
        mailbox::begin_try(tx, known.id.0, i64::from(known.times), download.at, outcome).await?;
        return Ok(if known.sha256 == hash { Received::Again(known) } else { Received::Different(known) });
    }
    let entry = head.entries + 1;
    let mut row = row::Model {
        id: download.id.0,
        bureau: download.bureau.to_owned(),
        entry: signed(entry)?,
        file_name: download.file_name.to_owned(),
        size: signed(download.raw.len() as u64)?,
        sha256: hash,
        state: DownloadState::Received.as_str().to_owned(),
        times: 1,
        note: None,
        alarm: None,
        looked_at: None,
        received_at: micros(download.at),
        applied_at: None,
        acked_at: None,
        prev_hash: head.hash,
        hash: String::new(),
    };
    row.hash = chain::link(&row.prev_hash, &text(&row));
    chain::advance(tx, &chain_name, Head { entries: entry, hash: row.hash.clone() }).await?;
    insert_row(tx, row.clone()).await.map_err(taken(&[("file_name", "file_name")]))?;
    tx.put_file(download.id.0, download.raw).await?;
    mailbox::begin_try(tx, download.id.0, 1, download.at, "received").await?;
    from_row(row).map(Received::New)
}

/// The file of this id.
pub async fn get(r: &Reader, id: DownloadId) -> Result<Download> {
    from_row(row::Entity::find_by_id(id.0).one(r.db()).await?.ok_or(Error::NotFound("download"))?)
}

/// The file of this name.
pub async fn find_by_name(r: &Reader, bureau: &str, file_name: &str) -> Result<Option<Download>> {
    row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::FileName.eq(file_name))
        .one(r.db())
        .await?
        .map(from_row)
        .transpose()
}

/// The raw bytes.
pub async fn raw(r: &Reader, id: DownloadId) -> Result<Vec<u8>> {
    r.file(id.0).await
}

/// The files of a bureau that were not acknowledged, the oldest first (at most 200).
pub async fn pending(r: &Reader, bureau: &str) -> Result<Vec<Download>> {
    let rows = row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::State.ne(DownloadState::Acked.as_str()))
        .order_by_asc(row::Column::Entry)
        .limit(200)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// The ledger after an entry (at most `limit`).
pub async fn list(r: &Reader, bureau: &str, after_entry: u64, limit: u64) -> Result<Vec<Download>> {
    let rows = row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::Entry.gt(signed(after_entry)?))
        .order_by_asc(row::Column::Entry)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Notes that the file took effect, and what of it a person must look at; `Conflict(State)` unless it was only received
/// or unreadable.
pub async fn mark_applied(
    tx: &Tx,
    id: DownloadId,
    at: Timestamp,
    note: Option<&str>,
    alarm: Option<&str>,
) -> Result<()> {
    use DownloadState::{Applied, Received, Unreadable};
    settle(tx, id, &[Received, Unreadable], |update| {
        update
            .col_expr(row::Column::State, Expr::value(Applied.as_str()))
            .col_expr(row::Column::AppliedAt, Expr::value(micros(at)))
            .col_expr(row::Column::Note, Expr::value(note.map(str::to_owned)))
            .col_expr(row::Column::Alarm, Expr::value(alarm.map(str::to_owned)))
    })
    .await
}

/// Notes that the bureau knows; `Conflict(State)` unless it was applied (again is harmless).
pub async fn mark_acked(tx: &Tx, id: DownloadId, at: Timestamp) -> Result<()> {
    use DownloadState::{Acked, Applied};
    if get(tx, id).await?.state == Acked {
        return Ok(());
    }
    settle(tx, id, &[Applied], |update| {
        update
            .col_expr(row::Column::State, Expr::value(Acked.as_str()))
            .col_expr(row::Column::AckedAt, Expr::value(micros(at)))
    })
    .await
}

/// Notes why a person must look at it.
pub async fn raise(tx: &Tx, id: DownloadId, alarm: &str) -> Result<()> {
    use DownloadState::{Acked, Applied, Received, Unreadable};
    settle(tx, id, &[Received, Applied, Acked, Unreadable], |update| {
        update.col_expr(row::Column::Alarm, Expr::value(alarm))
    })
    .await
}

/// Notes that a person looked at what took effect; it is acknowledged from now on.
pub async fn mark_looked(tx: &Tx, id: DownloadId, at: Timestamp) -> Result<()> {
    use DownloadState::{Acked, Applied};
    settle(tx, id, &[Applied, Acked], |update| update.col_expr(row::Column::LookedAt, Expr::value(micros(at)))).await
}

/// Notes that it cannot be read.
pub async fn mark_unreadable(tx: &Tx, id: DownloadId, note: &str) -> Result<()> {
    use DownloadState::{Received, Unreadable};
    settle(tx, id, &[Received, Unreadable], |update| {
        update
            .col_expr(row::Column::State, Expr::value(Unreadable.as_str()))
            .col_expr(row::Column::Note, Expr::value(note))
    })
    .await
}

/// The first and the last entry of a bureau's ledger that came from one instant (included) to another (not included);
/// everything between the two belongs to the time, too.
pub async fn span(r: &Reader, bureau: &str, from: Timestamp, to: Timestamp) -> Result<Option<(u64, u64)>> {
    let find = row::Entity::find()
        .select_only()
        .column_as(row::Column::Entry.min(), "first")
        .column_as(row::Column::Entry.max(), "last")
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::ReceivedAt.gte(micros(from)))
        .filter(row::Column::ReceivedAt.lt(micros(to)));
    chain::span(find.into_tuple().one(r.db()).await?)
}

/// The ledger after an entry with the text that each entry's hash covers (at most `limit`).
pub async fn lines(r: &Reader, bureau: &str, after_entry: u64, limit: u64) -> Result<Vec<(Download, String)>> {
    let rows = row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::Entry.gt(signed(after_entry)?))
        .order_by_asc(row::Column::Entry)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(|row| (text(&row), row)).map(|(text, row)| Ok((from_row(row)?, text))).collect()
}

/// Where the ledger of a bureau ends: how many entries, and the hash of the last.
pub async fn end(r: &Reader, bureau: &str) -> Result<(u64, String)> {
    let Head { entries, hash } = chain::head(r, &download_chain(bureau)).await?;
    Ok((entries, hash))
}

/// The downloads of the mailbox, the newest first: one page and one more.
pub(crate) async fn mail(r: &Reader, filter: &Filter, page: &Page) -> Result<Vec<Download>> {
    let mut find = row::Entity::find();
    if let Some(bureau) = &filter.bureau {
        find = find.filter(row::Column::Bureau.eq(bureau));
    }
    if let Some(state) = filter.download_state {
        find = find.filter(row::Column::State.eq(state.as_str()));
    }
    for word in &filter.words {
        find = find.filter(row::Column::Id.in_subquery(mailbox::with_word(word)));
    }
    if let Some(Cursor { at, id }) = page.after {
        find = find.filter(before((row::Column::ReceivedAt, at), (row::Column::Id, id)));
    }
    let rows = find
        .order_by_desc(row::Column::ReceivedAt)
        .order_by_desc(row::Column::Id)
        .limit(page.probe())
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Walks the ledger of a bureau, its bytes included.
pub async fn verify(r: &Reader, bureau: &str) -> Result<Verdict> {
    let head = chain::head(r, &download_chain(bureau)).await?;
    let mut walk = Walk::new();
    let mut after = i64::MIN;
    loop {
        let rows = row::Entity::find()
            .filter(row::Column::Bureau.eq(bureau))
            .filter(row::Column::Entry.gt(after))
            .order_by_asc(row::Column::Entry)
            .limit(100)
            .all(r.db())
            .await?;
        let Some(last) = rows.last() else { return Ok(walk.finish(&head)) };
        after = last.entry;
        for row in &rows {
            let number = u64::try_from(row.entry).unwrap_or(0);
            let step = Step { number, prev_hash: &row.prev_hash, hash: &row.hash, text: &text(row) };
            if let Some(broken) = walk.step(&step) {
                return Ok(broken);
            }
            let how = match r.file(row.id).await {
                Ok(bytes) if sha256(&bytes) == row.sha256 => continue,
                Ok(_) | Err(Error::Sealed(_)) => Damage::Changed,
                Err(Error::NotFound(_)) => Damage::Removed,
                Err(other) => return Err(other),
            };
            return Ok(Verdict::Broken { sequence: number, how });
        }
    }
}

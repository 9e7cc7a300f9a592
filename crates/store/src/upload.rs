//! The upload ledger: what was or will be sent to a bureau, numbered without gaps, each entry bound to the one before.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::audit::{Damage, Verdict};
use crate::bureau::{take_sequence, upload_chain};
use crate::chain::{self, Head, Step, Walk};
use crate::db::{before, insert_row, instant, micros, opt_instant, sha256, signed, small, table, taken, unsigned};
use crate::mailbox::{self, Filter};
use crate::page::{Cursor, Page};
use crate::words::words;
use crate::{Conflict, Error, OrderId, Reader, Result, Tx, UploadId};

words! {
    /// Where an upload stands.
    pub enum UploadState {
        /// Numbered, not yet sent.
        Queued = "queued",
        /// Sent or about to be; whether it arrived is not known.
        Sending = "sending",
        /// The authority stored it.
        Stored = "stored",
        /// The authority cannot take it now (hours, gap, pace): to be sent again.
        Held = "held",
        /// The authority will not take these bytes: the number waits for a replacement.
        Refused = "refused",
    }
}

/// Bytes to be sent.
#[derive(Debug, Clone)]
pub struct NewUpload<'a> {
    /// Its id.
    pub id: UploadId,
    /// To which bureau.
    pub bureau: &'a str,
    /// For which order, when for one.
    pub order: Option<OrderId>,
    /// What it asks, such as `XZBA`.
    pub operation: &'a str,
    /// The zip, before the encryption of the wire: a key that changes does not spoil it; sealed.
    pub container: &'a [u8],
    /// Base64 MD5 of the container, as on the wire.
    pub md5: &'a str,
    /// When it was made.
    pub at: Timestamp,
}

/// One entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// To which bureau.
    pub bureau: String,
    /// Its place in the ledger, from 1, without gaps.
    pub entry: u64,
    /// The number on the wire, from 1, without gaps.
    pub sequence: u64,
    /// 0, or the how-manieth replacement under this number.
    pub revision: u32,
    /// For which order.
    pub order: Option<OrderId>,
    /// What it asks.
    pub operation: String,
    /// Bytes of the container.
    pub size: u64,
    /// Base64 MD5 of the container.
    pub md5: String,
    /// Hex SHA-256 of the container.
    pub sha256: String,
    /// Where it stands.
    pub state: UploadState,
    /// How often it was sent.
    pub attempts: u32,
    /// The last code the authority answered.
    pub code: Option<i32>,
    /// What the authority or the wire said last (no personal data).
    pub note: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last sent.
    pub sent_at: Option<Timestamp>,
    /// When it was stored or refused.
    pub settled_at: Option<Timestamp>,
    /// The hash of the entry before.
    pub prev_hash: String,
    /// Hex SHA-256 over that and what never changes of this entry.
    pub hash: String,
}

table! {
    /// One entry; its bytes are the file of the same id. `open_sequence` repeats `sequence` until the number is settled.
    mod row is "upload" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        bureau: String,
        entry: i64,
        sequence: i64,
        revision: i64,
        order_id: Option<Uuid>,
        operation: String,
        size: i64,
        md5: String,
        sha256: String,
        state: String,
        attempts: i64,
        code: Option<i64>,
        note: Option<String>,
        created_at: i64,
        sent_at: Option<i64>,
        settled_at: Option<i64>,
        prev_hash: String,
        hash: String,
        open_sequence: Option<i64>,
    }
}

/// The text of an entry that its hash covers: everything that never changes.
fn text(row: &row::Model) -> String {
    serde_json::json!([
        row.entry,
        row.id,
        row.bureau,
        row.sequence,
        row.revision,
        row.order_id,
        row.operation,
        row.size,
        row.md5,
        row.sha256,
        row.created_at,
    ])
    .to_string()
}

fn from_row(row: row::Model) -> Result<Upload> {
    Ok(Upload {
        id: UploadId(row.id),
        bureau: row.bureau,
        entry: unsigned(row.entry)?,
        sequence: unsigned(row.sequence)?,
        revision: small(row.revision)?,
        order: row.order_id.map(OrderId),
        operation: row.operation,
        size: unsigned(row.size)?,
        md5: row.md5,
        sha256: row.sha256,
        state: row.state.parse()?,
        attempts: small(row.attempts)?,
        code: row.code.map(i32::try_from).transpose().map_err(|_| Error::Corrupt("a code"))?,
        note: row.note,
        created_at: instant(row.created_at)?,
        sent_at: opt_instant(row.sent_at)?,
        settled_at: opt_instant(row.settled_at)?,
        prev_hash: row.prev_hash,
        hash: row.hash,
    })
}

async fn write(tx: &Tx, upload: &NewUpload<'_>, sequence: i64, revision: i64) -> Result<Upload> {
    let chain_name = upload_chain(upload.bureau);
    let head = chain::lock(tx, &chain_name).await?;
    let entry = head.entries + 1;
    let mut row = row::Model {
        id: upload.id.0,
        bureau: upload.bureau.to_owned(),
        entry: signed(entry)?,
        sequence,
        revision,
        order_id: upload.order.map(|id| id.0),
        operation: upload.operation.to_owned(),
        size: signed(upload.container.len() as u64)?,
        md5: upload.md5.to_owned(),
        sha256: sha256(upload.container),
        state: UploadState::Queued.as_str().to_owned(),
        attempts: 0,
        code: None,
        note: None,
        created_at: micros(upload.at),
        sent_at: None,
        settled_at: None,
        prev_hash: head.hash,
        hash: String::new(),
        open_sequence: Some(sequence),
    };
    row.hash = chain::link(&row.prev_hash, &text(&row));
    chain::advance(tx, &chain_name, Head { entries: entry, hash: row.hash.clone() }).await?;
    insert_row(tx, row.clone()).await.map_err(taken(&[("open_sequence", "sequence"), ("sequence", "sequence")]))?;
    tx.put_file(upload.id.0, upload.container).await?;
    from_row(row)
}

/// Moves an upload to a state, from one of those given.
async fn settle(
    tx: &Tx,
    id: UploadId,
    from: &[UploadState],
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

/// Gives the upload the next number and keeps its bytes: a number that a refusal left free, or else a new one.
pub async fn append(tx: &Tx, upload: &NewUpload<'_>) -> Result<Upload> {
    crate::bureau::lock(tx, upload.bureau).await?;
    let free = row::Entity::find()
        .filter(row::Column::Bureau.eq(upload.bureau))
        .filter(row::Column::State.eq(UploadState::Refused.as_str()))
        .filter(row::Column::OpenSequence.is_not_null())
        .order_by_asc(row::Column::OpenSequence)
        .limit(1)
        .one(tx.db())
        .await?;
    if let Some(refused) = free {
        return replace(tx, UploadId(refused.id), upload).await;
    }
    let sequence = take_sequence(tx, upload.bureau).await?;
    write(tx, upload, sequence, 0).await
}

/// Closes the number of a refused upload for good: the authority has something else under it.
pub async fn spend(tx: &Tx, refused: UploadId) -> Result<()> {
    settle(tx, refused, &[UploadState::Refused], |update| {
        update.col_expr(row::Column::OpenSequence, Expr::value(Option::<i64>::None))
    })
    .await
}

/// The last upload behind a number, when it was never sent.
pub async fn last_unsent(r: &Reader, bureau: &str, behind: u64) -> Result<Option<Upload>> {
    row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::OpenSequence.gt(signed(behind)?))
        .filter(row::Column::State.eq(UploadState::Queued.as_str()))
        .filter(row::Column::Attempts.eq(0))
        .order_by_desc(row::Column::OpenSequence)
        .limit(1)
        .one(r.db())
        .await?
        .map(from_row)
        .transpose()
}

/// Puts other bytes under the number of an upload that was refused.
pub async fn replace(tx: &Tx, refused: UploadId, upload: &NewUpload<'_>) -> Result<Upload> {
    let old = get(tx, refused).await?;
    if old.state != UploadState::Refused || old.bureau != upload.bureau {
        return Err(Error::Conflict(Conflict::State));
    }
    // The refused bytes stay in the ledger, but no longer stand for the number.
    let freed = row::Entity::update_many()
        .col_expr(row::Column::OpenSequence, Expr::value(Option::<i64>::None))
        .filter(row::Column::Id.eq(refused.0))
        .filter(row::Column::OpenSequence.is_not_null())
        .exec(tx.db())
        .await?;
    if freed.rows_affected == 0 {
        return Err(Error::Conflict(Conflict::State));
    }
    write(tx, upload, signed(old.sequence)?, i64::from(old.revision) + 1).await
}

/// The upload of this id.
pub async fn get(r: &Reader, id: UploadId) -> Result<Upload> {
    from_row(row::Entity::find_by_id(id.0).one(r.db()).await?.ok_or(Error::NotFound("upload"))?)
}

/// The bytes as they are sent.
pub async fn container(r: &Reader, id: UploadId) -> Result<Vec<u8>> {
    r.file(id.0).await
}

/// The lowest-numbered upload that was not settled: the only one that may be sent. A refused number blocks (given too).
pub async fn next(r: &Reader, bureau: &str) -> Result<Option<Upload>> {
    row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::OpenSequence.is_not_null())
        .order_by_asc(row::Column::OpenSequence)
        .limit(1)
        .one(r.db())
        .await?
        .map(from_row)
        .transpose()
}

/// The latest upload under this number.
pub async fn by_sequence(r: &Reader, bureau: &str, sequence: u64) -> Result<Option<Upload>> {
    row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::Sequence.eq(signed(sequence)?))
        .order_by_desc(row::Column::Revision)
        .limit(1)
        .one(r.db())
        .await?
        .map(from_row)
        .transpose()
}

/// The uploads of an order, in order of the ledger.
pub async fn for_order(r: &Reader, order: OrderId) -> Result<Vec<Upload>> {
    let rows = row::Entity::find()
        .filter(row::Column::OrderId.eq(order.0))
        .order_by_asc(row::Column::Entry)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// The ledger after an entry (at most `limit`).
pub async fn list(r: &Reader, bureau: &str, after_entry: u64, limit: u64) -> Result<Vec<Upload>> {
    let rows = row::Entity::find()
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::Entry.gt(signed(after_entry)?))
        .order_by_asc(row::Column::Entry)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Notes that it goes out now; from queued, held or (again) sending.
pub async fn mark_sending(tx: &Tx, id: UploadId, at: Timestamp) -> Result<()> {
    use UploadState::{Held, Queued, Sending};
    settle(tx, id, &[Queued, Held, Sending], |update| {
        update
            .col_expr(row::Column::State, Expr::value(Sending.as_str()))
            .col_expr(row::Column::SentAt, Expr::value(micros(at)))
            .col_expr(row::Column::Attempts, Expr::col(row::Column::Attempts).add(1))
    })
    .await?;
    let number = i64::from(get(tx, id).await?.attempts);
    mailbox::begin_try(tx, id.0, number, at, "sent").await
}

/// Notes what became of the last time it was sent.
async fn note_try(tx: &Tx, id: UploadId, outcome: &str, code: Option<i32>, note: Option<&str>) -> Result<()> {
    let number = i64::from(get(tx, id).await?.attempts);
    mailbox::end_try(tx, id.0, number, outcome, code, note).await
}

/// Notes that the authority stored it; from sending (or held, when a query proved it). `Conflict(State)` when settled.
pub async fn mark_stored(tx: &Tx, id: UploadId, at: Timestamp, code: i32, note: Option<&str>) -> Result<()> {
    use UploadState::{Held, Sending, Stored};
    settle(tx, id, &[Sending, Held], |update| {
        update
            .col_expr(row::Column::State, Expr::value(Stored.as_str()))
            .col_expr(row::Column::SettledAt, Expr::value(micros(at)))
            .col_expr(row::Column::Code, Expr::value(i64::from(code)))
            .col_expr(row::Column::Note, Expr::value(note.map(str::to_owned)))
            .col_expr(row::Column::OpenSequence, Expr::value(Option::<i64>::None))
    })
    .await?;
    note_try(tx, id, "stored", Some(code), note).await
}

/// Notes that it must be sent again later.
pub async fn mark_held(tx: &Tx, id: UploadId, code: Option<i32>, note: &str) -> Result<()> {
    use UploadState::{Held, Queued, Sending};
    settle(tx, id, &[Queued, Sending, Held], |update| {
        update
            .col_expr(row::Column::State, Expr::value(Held.as_str()))
            .col_expr(row::Column::Code, Expr::value(code.map(i64::from)))
            .col_expr(row::Column::Note, Expr::value(note))
    })
    .await?;
    note_try(tx, id, "held", code, Some(note)).await
}

/// Notes what is known of an upload that is under way, and leaves it where it stands.
pub async fn note(tx: &Tx, id: UploadId, note: &str) -> Result<()> {
    settle(tx, id, &[UploadState::Sending, UploadState::Held], |update| {
        update.col_expr(row::Column::Note, Expr::value(note))
    })
    .await?;
    note_try(tx, id, "unanswered", None, Some(note)).await
}

/// Notes that these bytes will not be sent (again): the authority will not take them, or another number carries them.
pub async fn mark_refused(tx: &Tx, id: UploadId, at: Timestamp, code: Option<i32>, note: &str) -> Result<()> {
    use UploadState::{Held, Queued, Refused, Sending};
    settle(tx, id, &[Queued, Sending, Held], |update| {
        update
            .col_expr(row::Column::State, Expr::value(Refused.as_str()))
            .col_expr(row::Column::SettledAt, Expr::value(micros(at)))
            .col_expr(row::Column::Code, Expr::value(code.map(i64::from)))
            .col_expr(row::Column::Note, Expr::value(note))
    })
    .await?;
    note_try(tx, id, "refused", code, Some(note)).await
}

/// How many uploads of a bureau are in each unsettled state.
pub async fn counts(r: &Reader) -> Result<Vec<(String, UploadState, u64)>> {
    let rows: Vec<(String, String, i64)> = row::Entity::find()
        .select_only()
        .column(row::Column::Bureau)
        .column(row::Column::State)
        .column_as(row::Column::Id.count(), "n")
        .filter(row::Column::OpenSequence.is_not_null())
        .group_by(row::Column::Bureau)
        .group_by(row::Column::State)
        .order_by_asc(row::Column::Bureau)
        .order_by_asc(row::Column::State)
        .into_tuple()
        .all(r.db())
        .await?;
    rows.into_iter().map(|(bureau, state, n)| Ok((bureau, state.parse()?, unsigned(n)?))).collect()
}

/// The first and the last entry of a bureau's ledger that were made from one instant (included) to another (not
/// included); everything between the two belongs to the time, too.
pub async fn span(r: &Reader, bureau: &str, from: Timestamp, to: Timestamp) -> Result<Option<(u64, u64)>> {
    let find = row::Entity::find()
        .select_only()
        .column_as(row::Column::Entry.min(), "first")
        .column_as(row::Column::Entry.max(), "last")
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::CreatedAt.gte(micros(from)))
        .filter(row::Column::CreatedAt.lt(micros(to)));
    chain::span(find.into_tuple().one(r.db()).await?)
}

/// The ledger after an entry with the text that each entry's hash covers (at most `limit`).
pub async fn lines(r: &Reader, bureau: &str, after_entry: u64, limit: u64) -> Result<Vec<(Upload, String)>> {
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
    let Head { entries, hash } = chain::head(r, &upload_chain(bureau)).await?;
    Ok((entries, hash))
}

/// The uploads of the mailbox, the newest first: one page and one more.
pub(crate) async fn mail(r: &Reader, filter: &Filter, page: &Page) -> Result<Vec<Upload>> {
    let mut find = row::Entity::find();
    if let Some(bureau) = &filter.bureau {
        find = find.filter(row::Column::Bureau.eq(bureau));
    }
    if let Some(state) = filter.upload_state {
        find = find.filter(row::Column::State.eq(state.as_str()));
    }
    for word in &filter.words {
        find = find.filter(row::Column::Id.in_subquery(mailbox::with_word(word)));
    }
    if let Some(Cursor { at, id }) = page.after {
        find = find.filter(before((row::Column::CreatedAt, at), (row::Column::Id, id)));
    }
    let rows = find
        .order_by_desc(row::Column::CreatedAt)
        .order_by_desc(row::Column::Id)
        .limit(page.probe())
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Walks the ledger of a bureau, its bytes included.
pub async fn verify(r: &Reader, bureau: &str) -> Result<Verdict> {
    let head = chain::head(r, &upload_chain(bureau)).await?;
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

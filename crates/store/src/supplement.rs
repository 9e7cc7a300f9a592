//! Papers sent to the authority by themselves, for something that is filed. The picture itself lies in its upload.

use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{insert_row, instant, micros, opt_instant, opt_micros, table, taken};
use crate::words::words;
use crate::{AccountId, Conflict, Error, Reader, Result, SiteId, SubjectId, SupplementId, Tx, UploadId};

words! {
    /// Where a paper stands.
    pub enum SupplementState {
        /// It is on its way, or the authority has not said yet.
        Sent = "sent",
        /// The authority stored it.
        Stored = "stored",
        /// The authority refused it.
        Refused = "refused",
    }
}

/// One paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplement {
    /// Its id.
    pub id: SupplementId,
    /// Who sent it.
    pub account: AccountId,
    /// For which subject.
    pub subject: SubjectId,
    /// For which of its sites; none for the subject itself.
    pub site: Option<SiteId>,
    /// The upload that carries it.
    pub upload: Option<UploadId>,
    /// What it proves, as a word.
    pub purpose: String,
    /// What the upload calls its owner: the bureau's id or the filing number.
    pub reference: String,
    /// Hex SHA-256 of the picture as it was sent.
    pub sha256: String,
    /// Where it stands.
    pub state: SupplementState,
    /// The code the authority answered.
    pub code: Option<i64>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When the authority answered.
    pub settled_at: Option<Timestamp>,
}

table! {
    /// One paper.
    mod row is "supplement" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        account_id: Uuid,
        subject_id: Uuid,
        site_id: Option<Uuid>,
        upload_id: Option<Uuid>,
        purpose: String,
        reference: String,
        sha256: String,
        state: String,
        code: Option<i64>,
        sent_at: i64,
        settled_at: Option<i64>,
    }
}

fn from_row(row: row::Model) -> Result<Supplement> {
    Ok(Supplement {
        id: SupplementId(row.id),
        account: AccountId(row.account_id),
        subject: SubjectId(row.subject_id),
        site: row.site_id.map(SiteId),
        upload: row.upload_id.map(UploadId),
        purpose: row.purpose,
        reference: row.reference,
        sha256: row.sha256,
        state: row.state.parse()?,
        code: row.code,
        sent_at: instant(row.sent_at)?,
        settled_at: opt_instant(row.settled_at)?,
    })
}

/// Keeps that a paper was sent.
pub async fn insert(tx: &Tx, paper: &Supplement) -> Result<()> {
    let row = row::Model {
        id: paper.id.0,
        account_id: paper.account.0,
        subject_id: paper.subject.0,
        site_id: paper.site.map(|id| id.0),
        upload_id: paper.upload.map(|id| id.0),
        purpose: paper.purpose.clone(),
        reference: paper.reference.clone(),
        sha256: paper.sha256.clone(),
        state: paper.state.to_string(),
        code: paper.code,
        sent_at: micros(paper.sent_at),
        settled_at: opt_micros(paper.settled_at),
    };
    insert_row(tx, row).await.map_err(taken(&[]))
}

/// The papers sent for a subject and its sites, the newest first.
pub async fn of_subject(r: &Reader, subject: SubjectId, limit: u64) -> Result<Vec<Supplement>> {
    let rows = row::Entity::find()
        .filter(row::Column::SubjectId.eq(subject.0))
        .order_by_desc(row::Column::SentAt)
        .order_by_desc(row::Column::Id)
        .limit(limit)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// How many papers were sent for a subject since an instant.
pub async fn count_since(r: &Reader, subject: SubjectId, since: Timestamp) -> Result<u64> {
    let all = row::Entity::find().filter(row::Column::SubjectId.eq(subject.0));
    Ok(all.filter(row::Column::SentAt.gte(micros(since))).count(r.db()).await?)
}

/// The papers under a reference that the authority has not answered, the first sent first (at most 20).
pub async fn waiting(r: &Reader, reference: &str) -> Result<Vec<Supplement>> {
    let rows = row::Entity::find()
        .filter(row::Column::Reference.eq(reference))
        .filter(row::Column::State.eq(SupplementState::Sent.as_str()))
        .order_by_asc(row::Column::SentAt)
        .order_by_asc(row::Column::Id)
        .limit(20)
        .all(r.db())
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// Notes what the authority answered; `Conflict(State)` when it did before.
pub async fn settle(tx: &Tx, id: SupplementId, state: SupplementState, code: i64, at: Timestamp) -> Result<()> {
    let set = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(state.as_str()))
        .col_expr(row::Column::Code, Expr::value(code))
        .col_expr(row::Column::SettledAt, Expr::value(micros(at)))
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::State.eq(SupplementState::Sent.as_str()))
        .exec(tx.db())
        .await?;
    if set.rows_affected > 0 {
        return Ok(());
    }
    match row::Entity::find_by_id(id.0).one(tx.db()).await? {
        Some(_) => Err(Error::Conflict(Conflict::State)),
        None => Err(Error::NotFound("supplement")),
    }
}

/// Notes that the upload of a paper will never be sent; whether it carried one.
pub async fn give_back(tx: &Tx, upload: UploadId, at: Timestamp) -> Result<bool> {
    let set = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(SupplementState::Refused.as_str()))
        .col_expr(row::Column::SettledAt, Expr::value(micros(at)))
        .filter(row::Column::UploadId.eq(upload.0))
        .filter(row::Column::State.eq(SupplementState::Sent.as_str()))
        .exec(tx.db())
        .await?;
    Ok(set.rows_affected > 0)
}

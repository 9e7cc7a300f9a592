//! Tasks that the bureaus give: what must be answered, mended or looked at, by when, and what became of it.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use crate::db::{after, before, insert_row, instant, micros, opt_micros, replace_row, stale_or_absent, table, taken};
use crate::page::{Cursor, Listing, Page};
use crate::seal::{Cell, DataKey, Keys};
use crate::words::words;
use crate::{AccountId, DownloadId, Error, OrderId, Reader, Result, SiteId, SubjectId, TaskId, Tx, UploadId};

words! {
    /// What a task is about.
    pub enum TaskKind {
        /// A website without a filing was found on our addresses; how it was handled is reported.
        Unfiled = "unfiled",
        /// A domain that is not open here was seen at our addresses; nobody gave the task but us.
        OpenUnfiled = "open_unfiled",
        /// The domain of a filed site does not lead here any more; nobody gave the task but us.
        LeadsAway = "leads_away",
        /// Somebody filed by themselves and named us; whether it is so is reported.
        Verification = "verification",
        /// A domain is hosted here where it may not be.
        IllegalAccess = "illegal_access",
        /// The data of a subject are wrong.
        SubjectAudit = "subject_audit",
        /// An access is filed and not there.
        AccessOverReported = "access_over_reported",
        /// An access is there and not filed.
        AccessUnderReported = "access_under_reported",
        /// A site is accessed by nobody.
        Shell = "shell",
        /// A site did not answer.
        Dead = "dead",
        /// The authority orders to correct a subject.
        CorrectSubject = "correct_subject",
        /// The authority orders to correct a site.
        CorrectSite = "correct_site",
    }
}

/// Where a task stands, with the facts of that state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TaskState {
    /// Nobody has answered it.
    Open,
    /// It was answered; what the bureau must know waits for the wire, or a person looks whether it is done.
    Answered {
        /// By whom.
        by: AccountId,
        /// When.
        at: Timestamp,
        /// What was answered.
        answer: serde_json::Value,
    },
    /// The bureau has the answer.
    Reported {
        /// By whom it was answered.
        by: AccountId,
        /// What was answered.
        answer: serde_json::Value,
        /// Since when the bureau has it.
        at: Timestamp,
    },
    /// The bureau is content.
    Accepted {
        /// Since when.
        at: Timestamp,
    },
    /// The bureau did not take the answer: it must be answered again.
    Refused {
        /// When.
        at: Timestamp,
        /// Its codes with their words.
        why: String,
    },
    /// It needs nothing any more.
    Closed {
        /// By whom; nobody when the bureau took it back.
        by: Option<AccountId>,
        /// When.
        at: Timestamp,
        /// Why.
        why: String,
    },
}

impl TaskState {
    /// The state's word.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered { .. } => "answered",
            Self::Reported { .. } => "reported",
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::Closed { .. } => "closed",
        }
    }

    /// Whether somebody must do something.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Open | Self::Refused { .. })
    }
}

/// A task.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What it is about.
    pub kind: TaskKind,
    /// Which bureau gave it.
    pub bureau: String,
    /// The file it came with.
    pub download: Option<DownloadId>,
    /// What the bureau calls it; one task a name.
    pub reference: String,
    /// Whose it is; the provider's when nobody's.
    pub account: Option<AccountId>,
    /// Who of the provider sees to it.
    pub assignee: Option<AccountId>,
    /// The order it is about.
    pub order: Option<OrderId>,
    /// The filed subject it is about.
    pub subject: Option<SubjectId>,
    /// The filed site it is about.
    pub site: Option<SiteId>,
    /// The domain it is about.
    pub domain: Option<String>,
    /// The filing number it is about.
    pub number: Option<String>,
    /// The upload that carries the answer.
    pub upload: Option<UploadId>,
    /// What the bureau said, as the caller built it; sealed.
    pub content: serde_json::Value,
    /// Where it stands; its facts are sealed.
    pub state: TaskState,
    /// By when it is to be done.
    pub due_at: Timestamp,
    /// When it came.
    pub opened_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

table! {
    /// One task; `open_due_at` repeats `due_at` while somebody must do something, `closed_at` is set otherwise.
    mod row is "task" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        kind: String,
        state: String,
        bureau: String,
        download_id: Option<Uuid>,
        reference: String,
        account_id: Option<Uuid>,
        assignee_id: Option<Uuid>,
        order_id: Option<Uuid>,
        subject_id: Option<Uuid>,
        site_id: Option<Uuid>,
        domain: Option<String>,
        filing_number: Option<String>,
        upload_id: Option<Uuid>,
        sealed: Vec<u8>,
        due_at: i64,
        open_due_at: Option<i64>,
        opened_at: i64,
        updated_at: i64,
        closed_at: Option<i64>,
        version: i64,
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    content: serde_json::Value,
    state: TaskState,
}

const fn cell(id: TaskId) -> Cell<'static> {
    Cell { table: "task", row: id.0, column: "sealed" }
}

fn to_row(tx: &Tx, key: &DataKey, task: &Task) -> Result<row::Model> {
    let sealed = Sealed { content: task.content.clone(), state: task.state.clone() };
    let is_open = task.state.is_open();
    Ok(row::Model {
        id: task.id.0,
        kind: task.kind.as_str().to_owned(),
        state: task.state.as_str().to_owned(),
        bureau: task.bureau.clone(),
        download_id: task.download.map(|id| id.0),
        reference: task.reference.clone(),
        account_id: task.account.map(|id| id.0),
        assignee_id: task.assignee.map(|id| id.0),
        order_id: task.order.map(|id| id.0),
        subject_id: task.subject.map(|id| id.0),
        site_id: task.site.map(|id| id.0),
        domain: task.domain.clone(),
        filing_number: task.number.clone(),
        upload_id: task.upload.map(|id| id.0),
        sealed: key.seal_json(&*tx.shared.entropy, cell(task.id), &sealed)?,
        due_at: micros(task.due_at),
        open_due_at: is_open.then(|| micros(task.due_at)),
        opened_at: micros(task.opened_at),
        updated_at: micros(task.updated_at),
        closed_at: opt_micros((!is_open).then_some(task.updated_at)),
        version: task.version,
    })
}

fn from_row(row: row::Model, keys: &Keys) -> Result<Task> {
    let id = TaskId(row.id);
    let Sealed { content, state } = keys.open_json(cell(id), &row.sealed)?;
    Ok(Task {
        id,
        kind: row.kind.parse()?,
        bureau: row.bureau,
        download: row.download_id.map(DownloadId),
        reference: row.reference,
        account: row.account_id.map(AccountId),
        assignee: row.assignee_id.map(AccountId),
        order: row.order_id.map(OrderId),
        subject: row.subject_id.map(SubjectId),
        site: row.site_id.map(SiteId),
        domain: row.domain,
        number: row.filing_number,
        upload: row.upload_id.map(UploadId),
        content,
        state,
        due_at: instant(row.due_at)?,
        opened_at: instant(row.opened_at)?,
        updated_at: instant(row.updated_at)?,
        version: row.version,
    })
}

async fn one(r: &Reader, found: Option<row::Model>) -> Result<Option<Task>> {
    let Some(row) = found else { return Ok(None) };
    let keys = r.keys([row.id]).await?;
    from_row(row, &keys).map(Some)
}

/// Adds a task; `Taken("reference")` when the bureau gave it before.
pub async fn insert(tx: &Tx, task: &Task) -> Result<()> {
    let key = tx.make_key(task.id.0).await?;
    insert_row(tx, to_row(tx, &key, task)?).await.map_err(taken(&[("reference", "reference")]))
}

/// The task of this id.
pub async fn get(r: &Reader, id: TaskId) -> Result<Task> {
    let found = row::Entity::find_by_id(id.0).one(r.db()).await?;
    one(r, found).await?.ok_or(Error::NotFound("task"))
}

/// The task of this id, locked until the transaction ends.
pub async fn get_for_update(tx: &Tx, id: TaskId) -> Result<Task> {
    let found = row::Entity::find_by_id(id.0).lock_exclusive().one(tx.db()).await?;
    one(tx, found).await?.ok_or(Error::NotFound("task"))
}

/// The task that a bureau calls so, locked until the transaction ends.
pub async fn find(tx: &Tx, kind: TaskKind, bureau: &str, reference: &str) -> Result<Option<Task>> {
    let found = row::Entity::find()
        .filter(row::Column::Kind.eq(kind.as_str()))
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::Reference.eq(reference))
        .lock_exclusive()
        .one(tx.db())
        .await?;
    one(tx, found).await
}

/// The task whose answer an upload carries, locked until the transaction ends.
pub async fn of_upload(tx: &Tx, upload: UploadId) -> Result<Option<Task>> {
    let found = row::Entity::find().filter(row::Column::UploadId.eq(upload.0)).lock_exclusive().one(tx.db()).await?;
    one(tx, found).await
}

/// The tasks of a kind whose answer a bureau has, or is about to get, the oldest first (at most 200).
pub async fn answered(r: &Reader, kind: TaskKind, bureau: &str) -> Result<Vec<Task>> {
    let rows = row::Entity::find()
        .filter(row::Column::Kind.eq(kind.as_str()))
        .filter(row::Column::Bureau.eq(bureau))
        .filter(row::Column::State.is_in(["answered", "reported"]))
        .order_by_asc(row::Column::UpdatedAt)
        .order_by_asc(row::Column::Id)
        .limit(200)
        .all(r.db())
        .await?;
    let keys = r.keys(rows.iter().map(|row| row.id)).await?;
    rows.into_iter().map(|row| from_row(row, &keys)).collect()
}

/// Which tasks are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that wait for somebody, the next due first; otherwise the others, the latest first.
    pub open: bool,
    /// Those of one account.
    pub account: Option<AccountId>,
    /// Those that one of the provider's people sees to.
    pub assignee: Option<AccountId>,
    /// Those of one kind.
    pub kind: Option<TaskKind>,
}

impl Filter {
    fn condition(&self) -> Condition {
        let due = if self.open { row::Column::OpenDueAt } else { row::Column::ClosedAt };
        let mut condition = Condition::all().add(due.is_not_null());
        if let Some(account) = self.account {
            condition = condition.add(row::Column::AccountId.eq(account.0));
        }
        if let Some(assignee) = self.assignee {
            condition = condition.add(row::Column::AssigneeId.eq(assignee.0));
        }
        if let Some(kind) = self.kind {
            condition = condition.add(row::Column::Kind.eq(kind.as_str()));
        }
        condition
    }
}

/// Tasks, a page at a time.
pub async fn list(r: &Reader, filter: &Filter, page: &Page) -> Result<Listing<Task>> {
    let mut find = row::Entity::find().filter(filter.condition());
    let time = if filter.open { row::Column::OpenDueAt } else { row::Column::ClosedAt };
    if let Some(Cursor { at, id }) = page.after {
        let place = ((time, at), (row::Column::Id, id));
        find = find.filter(if filter.open { after(place.0, place.1) } else { before(place.0, place.1) });
    }
    find = if filter.open {
        find.order_by_asc(time).order_by_asc(row::Column::Id)
    } else {
        find.order_by_desc(time).order_by_desc(row::Column::Id)
    };
    let rows = find.limit(page.probe()).all(r.db()).await?;
    let at = |row: &row::Model| if filter.open { row.open_due_at } else { row.closed_at };
    let listing = page.cut(rows, |row| Cursor { at: at(row).unwrap_or_default(), id: row.id });
    let keys = r.keys(listing.items.iter().map(|row| row.id)).await?;
    listing.try_map(|row| from_row(row, &keys))
}

/// How many tasks wait for somebody: of one account, or all.
pub async fn count_open(r: &Reader, account: Option<AccountId>) -> Result<u64> {
    let filter = Filter { open: true, account, ..Filter::default() };
    Ok(row::Entity::find().filter(filter.condition()).count(r.db()).await?)
}

/// Writes the task if nobody changed it since it was read; raises `version`.
pub async fn update(tx: &Tx, task: &mut Task) -> Result<()> {
    let key = tx.keys([task.id.0]).await?.0.remove(&task.id.0).ok_or(Error::NotFound("task"))?;
    let mut row = to_row(tx, &key, task)?;
    row.version += 1;
    let same = Condition::all().add(row::Column::Id.eq(row.id)).add(row::Column::Version.eq(task.version));
    if replace_row(tx, row, same).await? == 0 {
        return Err(stale_or_absent(tx, row::Entity::find_by_id(task.id.0), "task").await);
    }
    task.version += 1;
    Ok(())
}

//! Tasks that the bureaus give: opened by what they send, answered by people, settled by what comes back.

use filing::calendar::add_working_days;
use filing::deadline::Term;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::task::{Task, TaskKind, TaskState};
use store::upload::Upload;
use store::{AccountId, DownloadId, SiteId, SubjectId, TaskId, Tx};

use crate::error::Result;
use crate::language::Language;
use crate::notice::{self, Audience};
use crate::trail::Trail;
use crate::world::{World, china_date, china_midnight};

/// What a bureau gives to do.
#[derive(Debug)]
pub struct Opening {
    /// What it is about.
    pub kind: TaskKind,
    /// What the bureau calls it; the same again is the same task.
    pub reference: String,
    /// What is filed here of it.
    pub about: About,
    /// What the bureau said.
    pub content: Value,
}

/// What is filed here of what a bureau speaks of.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Whose it is.
    pub account: Option<AccountId>,
    /// The subject.
    pub subject: Option<SubjectId>,
    /// The site.
    pub site: Option<SiteId>,
    /// The domain.
    pub domain: Option<String>,
    /// The filing number.
    pub number: Option<String>,
}

impl About {
    /// Nothing of it is filed here; it is known by its domain and number alone.
    #[must_use]
    pub fn unknown(domain: Option<String>, number: Option<String>) -> Self {
        Self { domain, number, ..Self::default() }
    }
}

/// The term of a kind of task.
const fn term(kind: TaskKind) -> Term {
    match kind {
        TaskKind::Unfiled | TaskKind::OpenUnfiled => Term::Unfiled,
        TaskKind::Verification => Term::Verification,
        TaskKind::IllegalAccess => Term::IllegalAccess,
        TaskKind::CorrectSubject | TaskKind::CorrectSite => Term::CorrectionNotice,
        TaskKind::SubjectAudit
        | TaskKind::AccessOverReported
        | TaskKind::AccessUnderReported
        | TaskKind::Shell
        | TaskKind::Dead
        | TaskKind::LeadsAway => Term::Audit,
    }
}

/// The end of the last working day of a task that came now.
#[must_use]
pub fn due(kind: TaskKind, now: Timestamp) -> Timestamp {
    let last = add_working_days(china_date(now), term(kind).working_days(now)).date;
    china_midnight(last.tomorrow().unwrap_or(last))
}

/// The last day of a task, in China.
#[must_use]
pub fn due_on(due_at: Timestamp) -> jiff::civil::Date {
    let day = china_date(due_at);
    day.yesterday().unwrap_or(day)
}

/// Opens a task and tells its owner. One that is open already is only written anew; one that was done and comes again
/// is open again, because the bureau still finds fault.
///
/// # Errors
/// When the store cannot.
pub async fn open(
    tx: &Tx,
    world: &World,
    bureau: &str,
    download: DownloadId,
    opening: Opening,
    lines: &mut Vec<Trail>,
) -> Result<()> {
    let now = world.now();
    let Opening { kind, reference, about, content } = opening;
    if let Some(mut known) = store::task::find(tx, kind, bureau, &reference).await? {
        let is_same = known.content == content;
        known.content = content;
        known.download = Some(download);
        known.updated_at = now;
        // What is on its way to the bureau cannot be known there yet; and the same words again are no news.
        let is_waiting = matches!(known.state, TaskState::Answered { .. } | TaskState::Reported { .. });
        if known.state.is_open() || is_waiting || is_same {
            return Ok(store::task::update(tx, &mut known).await?);
        }
        let from = known.state.as_str();
        known.state = TaskState::Open;
        known.due_at = due(kind, now);
        store::task::update(tx, &mut known).await?;
        lines.push(Trail::by_authority("reopen_task", now).on("task", known.id).moved(from, "open"));
        return tell(tx, world, &known).await;
    }
    let task = Task {
        id: TaskId(world.uuid()),
        kind,
        bureau: bureau.to_owned(),
        download: Some(download),
        reference,
        account: about.account,
        assignee: None,
        order: None,
        subject: about.subject,
        site: about.site,
        domain: about.domain,
        number: about.number,
        upload: None,
        content,
        state: TaskState::Open,
        due_at: due(kind, now),
        opened_at: now,
        updated_at: now,
        version: 0,
    };
    store::task::insert(tx, &task).await?;
    let facts = json!({ "kind": kind, "bureau": bureau, "domain": task.domain, "number": task.number });
    lines.push(Trail::by_authority("open_task", now).on("task", task.id).with(facts));
    tell(tx, world, &task).await
}

/// Writes to whoever owns the task; the provider's own people have their list.
async fn tell(tx: &Tx, world: &World, task: &Task) -> Result<()> {
    let Some(id) = task.account else { return Ok(()) };
    let account = store::account::get(tx, id).await?;
    let language = Language::from_tag(&account.locale);
    let audience =
        Audience::about(Some(id), task.order, language).and(account.email.as_deref()).and(account.mobile.as_deref());
    let name = task.domain.clone().or_else(|| task.number.clone()).unwrap_or_default();
    let what = crate::say::text(language, &format!("task-{}", task.kind.as_str().replace('_', "-")), &[]);
    let said = said(task).unwrap_or_default();
    let due = due_on(task.due_at).to_string();
    let url = world.settings.link(&format!("tasks/{}", task.id));
    let values = [
        ("name", name.as_str()),
        ("what", what.as_deref().unwrap_or_default()),
        ("said", said.as_str()),
        ("due", due.as_str()),
        ("url", url.as_str()),
    ];
    notice::send(tx, world, &audience, "task-opened", &values).await
}

/// What the bureau said in words of its own.
#[must_use]
pub fn said(task: &Task) -> Option<String> {
    let text = |key: &str| task.content.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let parts: Vec<&str> = ["text", "reason", "remark"].into_iter().filter_map(text).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The bureau has the upload that carries a task's answer.
///
/// # Errors
/// When the store cannot.
pub async fn reported(tx: &Tx, world: &World, upload: &Upload) -> Result<Option<Trail>> {
    let Some(mut task) = store::task::of_upload(tx, upload.id).await? else { return Ok(None) };
    let TaskState::Answered { by, answer, .. } = task.state.clone() else { return Ok(None) };
    let now = world.now();
    task.state = TaskState::Reported { by, answer, at: now };
    task.updated_at = now;
    store::task::update(tx, &mut task).await?;
    let facts = json!({ "bureau": upload.bureau, "sequence": upload.sequence });
    Ok(Some(Trail::by_job("report_task", now).on("task", task.id).moved("answered", "reported").with(facts)))
}

/// Moves a task by what came from the bureau; gives back its audit line.
///
/// # Errors
/// When the store cannot.
pub async fn settle(tx: &Tx, world: &World, task: &mut Task, state: TaskState) -> Result<Trail> {
    let now = world.now();
    let (from, to) = (task.state.as_str(), state.as_str());
    task.state = state;
    task.updated_at = now;
    store::task::update(tx, task).await?;
    Ok(Trail::by_authority("settle_task", now).on("task", task.id).moved(from, to))
}

//! Tasks of the authorities: listed, looked at, taken, answered, closed.

use authority::envelope;
use authority::message::{
    TaskRecord, UnfiledHandling, UnfiledSite, Upload, UploadOperation, Verification, VerificationOutcome,
    VerifiedRecord, Version,
};
use filing::mask;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::task::{Filter, Task, TaskKind, TaskState};
use store::upload::NewUpload;
use store::{Reader, TaskId, Tx, UploadId};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::bureau::Bureau;
use crate::codes;
use crate::error::{Error, Result};
use crate::job::index_mail::IndexMail;
use crate::job::report::Report;
use crate::job::{self, Job as _};
use crate::page::{self, Page};
use crate::policy::{Act, require};
use crate::task::{due_on, said};
use crate::trail::Trail;
use crate::world::{World, china_date};
use crate::{feed, fields};

/// The most characters of an opinion that the interface takes of the handling of an unfiled website.
const LONGEST_OPINION: usize = 255;

/// Which tasks to list.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct ListTasks {
    /// Those that are done instead of those that wait.
    #[serde(default)]
    pub done: bool,
    /// Those the actor has taken.
    #[serde(default)]
    pub mine: bool,
    /// Those of one kind, as a word.
    pub kind: Option<String>,
    /// From where on.
    pub cursor: Option<String>,
}

/// Which task.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TaskRef {
    /// The task.
    pub task: Uuid,
}

/// A task in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskRow {
    /// The task.
    pub id: Uuid,
    /// What it is about, as a word.
    pub kind: String,
    /// Where it stands, as a word.
    pub state: String,
    /// Which bureau gave it.
    pub bureau: String,
    /// The domain it is about.
    pub domain: Option<String>,
    /// The filing number it is about.
    pub number: Option<String>,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub due_on: Date,
    /// Whether that day is over and somebody must still do something.
    pub overdue: bool,
    /// Who of the provider sees to it.
    pub assignee: Option<Uuid>,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A task with everything that is needed to answer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaskView {
    /// What the list says of it.
    pub row: TaskRow,
    /// What the bureau says, by the fields of the interface; who is meant is hidden.
    pub told: Vec<TaskFact>,
    /// What the bureau says in words.
    pub said: Option<String>,
    /// What became of the last answer.
    pub outcome: Option<String>,
    /// The file it came with.
    pub download: Option<Uuid>,
    /// The filed subject it is about, to change or cancel.
    pub filing: Option<Uuid>,
    /// The filed site it is about.
    pub site: Option<Uuid>,
    /// What is known here of the domains and addresses of a record to verify.
    pub known: Vec<KnownHere>,
    /// What may be said to have been done about an unfiled website.
    pub choices: Vec<codes::Choice>,
    /// Whether the actor can answer it now.
    pub answerable: bool,
    /// Whether the actor can close it now.
    pub closable: bool,
}

/// One field of what a bureau says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskFact {
    /// The field's path.
    pub field: String,
    /// Its value, or what may be seen of it.
    pub value: String,
}

/// What is known here of a domain of a record to verify.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KnownHere {
    /// The domain.
    pub domain: String,
    /// Its filing number here, when it is filed here.
    pub number: Option<String>,
    /// Whether it is accessed here.
    pub accessed: bool,
}

/// What is answered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AnswerTask {
    /// The task.
    pub task: Uuid,
    /// What was done about an unfiled website, as a code of the bureau's table.
    pub result: Option<i64>,
    /// Whether a record to verify is true.
    pub pass: Option<bool>,
    /// What was found or done, in words.
    pub opinion: String,
}

/// Which task to close, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CloseTask {
    /// The task.
    pub task: Uuid,
    /// Why; it stays in the audit trail.
    pub reason: String,
}

/// The tasks: all for the provider's people, their own for applicants.
///
/// # Errors
/// When the actor may not, or a word is none of those there are.
pub async fn list_tasks(world: &World, actor: &Actor, input: ListTasks) -> Result<Page<TaskRow>> {
    require(actor, Act::ListTasks)?;
    let kind = match input.kind.as_deref().filter(|kind| !kind.is_empty()) {
        None => None,
        Some(word) => Some(word.parse::<TaskKind>().map_err(|_| Error::field("kind", "choice-unknown"))?),
    };
    let filter = Filter {
        open: !input.done,
        account: (!actor.is_staff()).then_some(actor.account),
        assignee: input.mine.then_some(actor.account),
        kind,
    };
    let wanted = page::wanted(input.cursor.as_deref())?;
    let listing = store::task::list(&world.store.read().await?, &filter, &wanted).await?;
    Ok(Page::of(listing, |task| row(world, &task)))
}

/// How many tasks wait: all for the provider's people, their own for applicants.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn open_tasks(world: &World, actor: &Actor) -> Result<u64> {
    require(actor, Act::OpenTasks)?;
    let account = (!actor.is_staff()).then_some(actor.account);
    Ok(store::task::count_open(&world.store.read().await?, account).await?)
}

/// One task.
///
/// # Errors
/// When there is none that the actor may see.
pub async fn view_task(world: &World, actor: &Actor, input: TaskRef) -> Result<TaskView> {
    require(actor, Act::ViewTask)?;
    let reader = world.store.read().await?;
    let task = store::task::get(&reader, TaskId(input.task)).await?;
    require_visible(&task, actor)?;
    view(&reader, world, actor, &task).await
}

/// Takes a task, so that others see that somebody is at it.
///
/// # Errors
/// `stage` when it waits for nobody.
pub async fn claim_task(world: &World, actor: &Actor, input: TaskRef) -> Result<TaskView> {
    require(actor, Act::ClaimTask)?;
    let tx = world.store.write().await?;
    let mut task = store::task::get_for_update(&tx, TaskId(input.task)).await?;
    if !task.state.is_open() {
        return Err(Error::conflict("stage"));
    }
    task.assignee = Some(actor.account);
    task.updated_at = world.now();
    store::task::update(&tx, &mut task).await?;
    Trail::by(actor, "claim_task", world.now()).on("task", task.id).write(&tx).await?;
    tx.commit().await?;
    view(&world.store.read().await?, world, actor, &task).await
}

/// Answers a task. What the bureau must know is put into its line; what an owner has mended waits for a look.
///
/// # Errors
/// `stage` when it waits for no answer; fields that are missing or that the interface cannot carry.
pub async fn answer_task(world: &World, actor: &Actor, input: AnswerTask) -> Result<TaskView> {
    require(actor, Act::AnswerTask)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut task = store::task::get_for_update(&tx, TaskId(input.task)).await?;
    require_visible(&task, actor)?;
    if !task.state.is_open() || !answers(&task, actor) {
        return Err(Error::conflict("stage"));
    }
    let opinion = input.opinion.trim().to_owned();
    if opinion.is_empty() {
        return Err(Error::field("opinion", "opinion-missing"));
    }
    if opinion.chars().count() > LONGEST_OPINION {
        return Err(Error::field("opinion", "opinion-too-long"));
    }
    let answer = json!({ "result": input.result, "pass": input.pass, "opinion": opinion });
    if is_reported(task.kind) {
        let bureau = world.bureaus.find(&task.bureau).cloned().ok_or(Error::Unavailable { code: "no-bureau" })?;
        let operation = match task.kind {
            TaskKind::Unfiled => handling(&tx, world, &bureau, &task, &input, &opinion).await?,
            _ => verification(world, actor, &bureau, &task, &input, &opinion, &tx).await?,
        };
        task.upload = Some(queue(&tx, world, &bureau, operation).await?);
        job::promise(&tx, world, &Report { bureau: bureau.code.clone() }, now).await?;
    }
    let from = task.state.as_str();
    task.state = TaskState::Answered { by: actor.account, at: now, answer };
    task.assignee = actor.is_staff().then_some(actor.account).or(task.assignee);
    task.updated_at = now;
    store::task::update(&tx, &mut task).await?;
    let facts = json!({ "result": input.result, "pass": input.pass, "upload": task.upload });
    Trail::by(actor, "answer_task", now)
        .on("task", task.id)
        .moved(from, "answered")
        .because(opinion)
        .with(facts)
        .write(&tx)
        .await?;
    tx.commit().await?;
    view(&world.store.read().await?, world, actor, &task).await
}

/// Closes a task that needs nothing any more. A domain that was closed by order of the authority is as its filing says
/// again.
///
/// # Errors
/// When the reason is missing; `stage` when it is closed.
pub async fn close_task(world: &World, actor: &Actor, input: CloseTask) -> Result<TaskView> {
    require(actor, Act::CloseTask)?;
    let why = input.reason.trim().to_owned();
    if why.is_empty() {
        return Err(Error::field("reason", "reason-missing"));
    }
    let now = world.now();
    let tx = world.store.write().await?;
    let mut task = store::task::get_for_update(&tx, TaskId(input.task)).await?;
    if !closes(&task) {
        return Err(Error::conflict("stage"));
    }
    let from = task.state.as_str();
    task.state = TaskState::Closed { by: Some(actor.account), at: now, why: why.clone() };
    task.updated_at = now;
    store::task::update(&tx, &mut task).await?;
    if let (TaskKind::IllegalAccess, Some(domain)) = (task.kind, &task.domain) {
        feed::lift_order(&tx, world, domain, actor.account).await?;
    }
    Trail::by(actor, "close_task", now).on("task", task.id).moved(from, "closed").because(why).write(&tx).await?;
    tx.commit().await?;
    view(&world.store.read().await?, world, actor, &task).await
}

/// Whether the answer goes to the bureau.
const fn is_reported(kind: TaskKind) -> bool {
    matches!(kind, TaskKind::Unfiled | TaskKind::Verification)
}

/// Whether this actor is the one to answer: the provider for what the bureau must know, the owner for their own.
fn answers(task: &Task, actor: &Actor) -> bool {
    match (actor.is_staff(), is_reported(task.kind)) {
        (true, is_reported) => is_reported || task.account.is_none(),
        (false, is_reported) => !is_reported && task.account == Some(actor.account),
    }
}

const fn closes(task: &Task) -> bool {
    !matches!(task.state, TaskState::Closed { .. })
}

fn require_visible(task: &Task, actor: &Actor) -> Result<()> {
    if actor.is_staff() || task.account == Some(actor.account) { Ok(()) } else { Err(Error::NotFound) }
}

/// How an unfiled website was handled, as the interface wants it.
async fn handling(
    reader: &Reader,
    world: &World,
    bureau: &Bureau,
    task: &Task,
    input: &AnswerTask,
    opinion: &str,
) -> Result<UploadOperation> {
    let site: UnfiledSite = serde_json::from_value(task.content.clone())?;
    let result = input.result.ok_or_else(|| Error::field("result", "code-unknown"))?;
    let choices = codes::choices(reader, &task.bureau, codes::UNFILED_HANDLING).await?;
    let is_known = choices.is_empty() && (1..=999).contains(&result) || choices.iter().any(|c| c.code == result);
    if !is_known {
        return Err(Error::field("result", "code-unknown"));
    }
    let isp = bureau.client.bureau().isp_id;
    let provider = &world.settings.provider;
    let phone = Some(provider.phone.clone()).filter(|phone| phone.chars().count() >= 11);
    Ok(UploadOperation::UnfiledHandling(vec![UnfiledHandling {
        domain: site.domain,
        ip: site.ip,
        carrier: site.carrier,
        provider: site.provider.unwrap_or(isp),
        // The list may leave the province out; the answer may not.
        province: site.province.map_or_else(|| division(&task.bureau), Ok)?,
        result,
        opinion: opinion.to_owned(),
        listed: china_date(task.opened_at).to_string(),
        due: due_on(task.due_at).to_string(),
        reporter: Some(provider.name_zh.clone()).filter(|name| !name.is_empty()),
        reporter_phone: phone,
        reporter_email: None,
    }]))
}

/// The six-digit code of a province.
fn division(province: &str) -> Result<i64> {
    format!("{province}0000").parse().map_err(|_| Error::internal("a bureau without a province"))
}

/// The result of a verification, with the record as it came.
async fn verification(
    world: &World,
    actor: &Actor,
    bureau: &Bureau,
    task: &Task,
    input: &AnswerTask,
    opinion: &str,
    reader: &Reader,
) -> Result<UploadOperation> {
    let record: TaskRecord = serde_json::from_value(task.content.clone())?;
    let pass = input.pass.ok_or_else(|| Error::field("pass", "choice-unknown"))?;
    let account = store::account::get(reader, actor.account).await?;
    let verifier = account.identity.map_or(account.display_name, |identity| identity.name);
    let verifier = if verifier.trim().is_empty() { world.settings.provider.name_zh.clone() } else { verifier };
    Ok(UploadOperation::Verification(vec![Verification {
        outcome: if pass { VerificationOutcome::Pass } else { VerificationOutcome::Refuse },
        verifier,
        date: world.today().to_string(),
        unit: bureau.client.bureau().isp_id,
        opinion: opinion.to_owned(),
        errors: (!pass).then(|| opinion.to_owned()),
        record: VerifiedRecord::from(record),
    }]))
}

/// Puts an answer into the bureau's line.
async fn queue(tx: &Tx, world: &World, bureau: &Bureau, operation: UploadOperation) -> Result<UploadId> {
    let (_, group) = operation.group();
    let file = Upload { provider: bureau.client.bureau().isp_id, operation };
    let xml = file.to_gbk(Version::V3_0).map_err(|error| {
        // The words of the error name the element and never its value.
        let why = error.to_string();
        Error::Invalid(vec![crate::finding::block("opinion", "not-writable", &[("why", &why)])])
    })?;
    let zip = envelope::zip(&xml, envelope::ENTRY).map_err(|error| Error::internal(format!("packing: {error}")))?;
    store::bureau::ensure(tx, &bureau.code).await?;
    let new = NewUpload {
        id: UploadId(world.uuid()),
        bureau: &bureau.code,
        order: None,
        operation: group,
        container: &zip,
        md5: &envelope::hash(&zip),
        at: world.now(),
    };
    let upload = store::upload::append(tx, &new).await?;
    store::job::hasten(tx, &IndexMail {}.key(), world.now()).await?;
    Ok(upload.id)
}

fn row(world: &World, task: &Task) -> TaskRow {
    TaskRow {
        id: task.id.0,
        kind: task.kind.as_str().to_owned(),
        state: task.state.as_str().to_owned(),
        bureau: task.bureau.clone(),
        domain: task.domain.clone(),
        number: task.number.clone(),
        due_on: due_on(task.due_at),
        overdue: task.state.is_open() && task.due_at <= world.now(),
        assignee: task.assignee.map(|id| id.0),
        opened_at: task.opened_at,
        updated_at: task.updated_at,
    }
}

async fn view(reader: &Reader, world: &World, actor: &Actor, task: &Task) -> Result<TaskView> {
    let known = if task.kind == TaskKind::Verification { known_here(reader, task).await? } else { Vec::new() };
    let choices = match task.kind {
        TaskKind::Unfiled => codes::choices(reader, &task.bureau, codes::UNFILED_HANDLING).await?,
        _ => Vec::new(),
    };
    let outcome = match &task.state {
        TaskState::Refused { why, .. } | TaskState::Closed { why, .. } => Some(why.clone()),
        TaskState::Answered { answer, .. } | TaskState::Reported { answer, .. } => {
            answer["opinion"].as_str().map(str::to_owned)
        }
        TaskState::Open | TaskState::Accepted { .. } => None,
    };
    Ok(TaskView {
        row: row(world, task),
        told: told(&task.content),
        said: said(task),
        outcome,
        download: task.download.filter(|_| actor.is_staff()).map(|id| id.0),
        filing: task.subject.map(|id| id.0),
        site: task.site.map(|id| id.0),
        known,
        choices,
        answerable: task.state.is_open() && answers(task, actor) && Act::AnswerTask.who().allows(Some(actor.role)),
        closable: closes(task) && Act::CloseTask.who().allows(Some(actor.role)),
    })
}

/// What the bureau says, field by field; pictures and whoever is meant are hidden.
fn told(content: &Value) -> Vec<TaskFact> {
    let flat = fields::flatten_value(content);
    flat.into_iter()
        .filter(|(field, value)| !value.is_empty() && !field.contains("scans"))
        .map(|(field, value)| {
            let last = field.rsplit('.').next().unwrap_or_default();
            let value = match last {
                "certificate_number" => mask::number(&value),
                "number" if field.contains("certificate") => mask::number(&value),
                "mobile" | "office_phone" => mask::phone(&value),
                "email" | "msn" | "qq" => mask::email(&value),
                "street" | "address" => mask::address(&value),
                "name" if field.contains("principal") || field.contains("manager") => mask::name(&value),
                "investor" => mask::name(&value),
                "name" if is_person(content) && !field.contains("sites") => mask::name(&value),
                _ => value,
            };
            TaskFact { field, value }
        })
        .collect()
}

/// Whether the subject a bureau speaks of is a person, or may be one.
fn is_person(content: &Value) -> bool {
    /// The nature of individuals in the table 单位性质.
    const INDIVIDUAL: i64 = 5;
    let nature = content.pointer("/subject/nature").or_else(|| content.get("nature"));
    nature.and_then(Value::as_i64).is_none_or(|nature| nature == INDIVIDUAL)
}

async fn known_here(reader: &Reader, task: &Task) -> Result<Vec<KnownHere>> {
    let record: TaskRecord = serde_json::from_value(task.content.clone())?;
    let mut known = Vec::new();
    for domain in record.sites.iter().flat_map(|site| &site.domains) {
        let site = store::filed::find_site_by_domain(reader, &domain.name).await?;
        known.push(KnownHere {
            domain: domain.name.clone(),
            accessed: site.as_ref().is_some_and(|site| site.accessed),
            number: site.map(|site| site.number),
        });
    }
    Ok(known)
}

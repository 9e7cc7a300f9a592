//! Tasks that no bureau gave: what the platform finds out by itself, or what machines saw.

use jiff::Timestamp;
use serde_json::{Value, json};
use store::task::{Task, TaskKind, TaskState};
use store::{TaskId, Tx};

use crate::error::Result;
use crate::task::{About, due};
use crate::trail::Trail;
use crate::world::World;

/// What stands for the bureau of a task that none gave.
pub const BY_US: &str = "";

/// Why a task ended when what was found is no longer so: a word with a text in the locale files.
pub const NO_LONGER_SO: &str = "no-longer-so";

/// What was found about a domain.
#[derive(Debug)]
pub struct Found<'a> {
    /// What kind of task it is for.
    pub kind: TaskKind,
    /// The domain; one task each.
    pub domain: &'a str,
    /// What is filed here of it.
    pub about: About,
    /// When it was last so.
    pub last_seen: Timestamp,
}

/// What became of something that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A task was made of it, or one that was done is open again.
    Opened,
    /// Its open task was extended.
    Extended,
}

/// Makes a task of what was found, or adds to the one there is; `content` makes the new evidence from the old. What was
/// done is open again when it was seen since.
///
/// # Errors
/// When the store cannot.
pub async fn keep(
    tx: &Tx,
    world: &World,
    found: Found<'_>,
    content: impl FnOnce(Option<Value>) -> Result<Value>,
    lines: &mut Vec<Trail>,
) -> Result<Kept> {
    let now = world.now();
    let Found { kind, domain, about, last_seen } = found;
    let facts = json!({ "kind": kind, "domain": domain });
    if let Some(mut known) = store::task::find(tx, kind, BY_US, domain).await? {
        let again = !known.state.is_open() && last_seen > known.updated_at;
        if known.state.is_open() || again {
            known.content = content(Some(known.content))?;
            known.subject = about.subject;
            known.site = about.site;
            known.number = about.number;
        }
        if again {
            let from = known.state.as_str();
            known.state = TaskState::Open;
            known.due_at = due(kind, now);
            lines.push(Trail::by_job("reopen_task", now).on("task", known.id).moved(from, "open").with(facts));
        }
        if known.state.is_open() {
            known.updated_at = now;
            store::task::update(tx, &mut known).await?;
        }
        return Ok(if again { Kept::Opened } else { Kept::Extended });
    }
    let task = Task {
        id: TaskId(world.uuid()),
        kind,
        bureau: BY_US.to_owned(),
        download: None,
        reference: domain.to_owned(),
        account: about.account,
        assignee: None,
        order: None,
        subject: about.subject,
        site: about.site,
        domain: Some(domain.to_owned()),
        number: about.number,
        upload: None,
        content: content(None)?,
        state: TaskState::Open,
        due_at: due(kind, now),
        opened_at: now,
        updated_at: now,
        version: 0,
    };
    store::task::insert(tx, &task).await?;
    lines.push(Trail::by_job("open_task", now).on("task", task.id).with(facts));
    Ok(Kept::Opened)
}

/// Ends the task of a domain, if there is one that is not done, because what was found is no longer so.
///
/// # Errors
/// When the store cannot.
pub async fn end(tx: &Tx, kind: TaskKind, domain: &str, at: Timestamp) -> Result<()> {
    let Some(mut task) = store::task::find(tx, kind, BY_US, domain).await? else { return Ok(()) };
    if matches!(task.state, TaskState::Closed { .. }) {
        return Ok(());
    }
    let from = task.state.as_str();
    task.state = TaskState::Closed { by: None, at, why: NO_LONGER_SO.to_owned() };
    task.updated_at = at;
    store::task::update(tx, &mut task).await?;
    Trail::by_job("close_task", at).on("task", task.id).moved(from, "closed").because(NO_LONGER_SO).write(tx).await?;
    Ok(())
}

//! The ledger of the wire: what was sent to each authority and what came back, with every alarm.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::download::DownloadState;
use store::upload::{Upload, UploadState};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::job::poll_downloads::{PollDownloads, UNREADABLE};
use crate::job::report::Report;
use crate::job::{self};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// So many entries of each ledger are shown.
const ENTRIES: u64 = 100;

/// Which ledger.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct Ledger {
    /// Of one bureau; of all when absent.
    pub bureau: Option<String>,
}

/// Which line to set going again.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ResumeLine {
    /// The bureau.
    pub bureau: String,
}

/// The ledgers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerView {
    /// The lines.
    pub bureaus: Vec<BureauLine>,
    /// The latest uploads, the newest first.
    pub uploads: Vec<UploadRow>,
    /// The latest downloads, the newest first.
    pub downloads: Vec<DownloadRow>,
}

/// The line to one bureau.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BureauLine {
    /// The bureau.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// How it goes.
    pub state: LineState,
    /// Why a person must act.
    pub alarm: Option<Alarm>,
    /// The number the next upload gets.
    pub next_sequence: u64,
    /// How many uploads are not settled.
    pub waiting_uploads: u64,
    /// When the next look at its downloads is due.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_poll_at: Option<Timestamp>,
}

/// How a line goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// It goes.
    Running,
    /// The authority cannot take anything now; it goes on by itself.
    Waiting,
    /// It stands until a person acts.
    Halted,
}

/// Why a person must act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alarm {
    /// What happened, as a word or the authority's code with its text.
    pub text: String,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// One upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UploadRow {
    /// To which bureau.
    pub bureau: String,
    /// Its number on the wire.
    pub sequence: u64,
    /// For which order.
    pub order: Option<Uuid>,
    /// What it asks, such as `XZBA`.
    pub operation: String,
    /// Where it stands: `queued`, `sending`, `stored`, `held`, `refused`.
    pub state: String,
    /// How often it was sent.
    pub attempts: u32,
    /// SHA-256 of the container, in hex.
    pub sha256: String,
    /// Bytes of the container.
    pub size: u64,
    /// The last code the authority answered.
    pub code: Option<i32>,
    /// What was said last.
    pub note: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last sent.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// When it was settled.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
}

/// One download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DownloadRow {
    /// From which bureau.
    pub bureau: String,
    /// The name the bureau gives it.
    pub file_name: String,
    /// Where it stands: `received`, `applied`, `acked`, `unreadable`.
    pub state: String,
    /// Bytes as they came.
    pub size: u64,
    /// How often it came.
    pub times: u32,
    /// What it held, or what is wrong with it.
    pub note: Option<String>,
    /// Whether a person must act.
    pub alarm: bool,
    /// When it first came.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// When it took effect.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub applied_at: Option<Timestamp>,
    /// When the bureau was told.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub acked_at: Option<Timestamp>,
}

/// The ledgers of the wire.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn ledger(world: &World, actor: &Actor, input: Ledger) -> Result<LedgerView> {
    require(actor, Act::Ledger)?;
    let reader = world.store.read().await?;
    let counts = store::upload::counts(&reader).await?;
    let mut view = LedgerView { bureaus: Vec::new(), uploads: Vec::new(), downloads: Vec::new() };
    for line in store::bureau::list(&reader).await? {
        if input.bureau.as_ref().is_some_and(|wanted| *wanted != line.code) {
            continue;
        }
        let from = |entries: u64| entries.saturating_sub(ENTRIES);
        let uploads = store::upload::list(&reader, &line.code, from(line.uploads), ENTRIES).await?;
        let downloads = store::download::list(&reader, &line.code, from(line.downloads), ENTRIES).await?;
        let unreadable = downloads.iter().find(|row| is_alarming(row, &downloads));
        let silent = uploads.iter().find(|upload| is_silent(upload, world.now()));
        let alarm = match (&line.halted, unreadable, silent) {
            (Some(text), ..) => Some(Alarm { text: text.clone(), at: line.halted_at }),
            (None, Some(row), _) => {
                let why = row.alarm.as_deref().or(row.note.as_deref()).unwrap_or("unreadable");
                Some(Alarm { text: format!("{}: {why}", row.file_name), at: Some(row.received_at) })
            }
            (None, None, Some(row)) => {
                let text = format!("{}: {}", row.sequence, row.note.as_deref().unwrap_or("no answer"));
                Some(Alarm { text, at: row.sent_at })
            }
            (None, None, None) => None,
        };
        let is_held = uploads.iter().any(is_waiting);
        view.bureaus.push(BureauLine {
            name: world.bureaus.find(&line.code).map(|bureau| bureau.name.clone()).unwrap_or_default(),
            state: match (&line.halted, is_held) {
                (Some(_), _) => LineState::Halted,
                (None, true) => LineState::Waiting,
                (None, false) => LineState::Running,
            },
            alarm,
            next_sequence: line.next_sequence,
            waiting_uploads: counts
                .iter()
                .filter(|(code, state, _)| *code == line.code && *state != UploadState::Refused)
                .map(|(_, _, n)| n)
                .sum(),
            next_poll_at: store::job::next_due(&reader, &[<PollDownloads as job::Job>::NAME]).await?,
            code: line.code,
        });
        view.uploads.extend(uploads.into_iter().map(upload_row));
        let alarming: Vec<bool> = downloads.iter().map(|row| is_alarming(row, &downloads)).collect();
        view.downloads.extend(downloads.into_iter().zip(alarming).map(|(row, alarm)| download_row(row, alarm)));
    }
    view.uploads.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.sequence)));
    view.downloads.sort_by_key(|row| std::cmp::Reverse(row.received_at));
    Ok(view)
}

/// Sets a halted line going again, once a person has put right what halted it.
///
/// # Errors
/// `line-not-halted` when it goes.
pub async fn resume_line(world: &World, actor: &Actor, input: ResumeLine) -> Result<LedgerView> {
    require(actor, Act::ResumeLine)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let line = match store::bureau::get(&tx, &input.bureau).await {
        // The first upload makes the line's row; a line without one cannot have been halted.
        Err(store::Error::NotFound(_)) if world.bureaus.find(&input.bureau).is_some() => {
            return Err(Error::conflict("line-not-halted"));
        }
        line => line?,
    };
    let Some(reason) = line.halted else { return Err(Error::conflict("line-not-halted")) };
    store::bureau::resume(&tx, &input.bureau).await?;
    job::promise(&tx, world, &Report { bureau: input.bureau.clone() }, now).await?;
    let poll = PollDownloads { bureau: input.bureau.clone() };
    store::job::hasten(&tx, &job::Job::key(&poll), now).await?;
    let facts = json!({ "bureau": input.bureau });
    Trail::by(actor, "resume_line", now)
        .on("bureau", Uuid::nil())
        .moved("halted", "running")
        .because(reason)
        .with(facts)
        .write(&tx)
        .await?;
    tx.commit().await?;
    ledger(world, actor, Ledger::default()).await
}

fn upload_row(upload: Upload) -> UploadRow {
    UploadRow {
        bureau: upload.bureau,
        sequence: upload.sequence,
        order: upload.order.map(|order| order.0),
        operation: upload.operation,
        state: upload.state.as_str().to_owned(),
        attempts: upload.attempts,
        sha256: upload.sha256,
        size: upload.size,
        code: upload.code,
        note: upload.note,
        created_at: upload.created_at,
        sent_at: upload.sent_at,
        answered_at: upload.settled_at,
    }
}

/// Whether an upload waits for the authority: it said so, or it says nothing.
fn is_waiting(upload: &Upload) -> bool {
    match upload.state {
        UploadState::Held => true,
        UploadState::Sending => upload.attempts > 1 || upload.note.is_some(),
        _ => false,
    }
}

/// Whether nobody has known for an hour what became of an upload.
fn is_silent(upload: &Upload, now: Timestamp) -> bool {
    let patience = SignedDuration::from_hours(1);
    upload.state == UploadState::Sending && upload.sent_at.is_some_and(|sent| now.duration_since(sent) > patience)
}

/// A file that could not be used is alarming until a sound one came under its name; one that was used only in part, or
/// came twice with different words, until somebody looked.
fn is_alarming(row: &store::download::Download, all: &[store::download::Download]) -> bool {
    let name = row.file_name.split(UNREADABLE).next().unwrap_or_default();
    row.is_open() || row.state == DownloadState::Unreadable && !all.iter().any(|other| other.file_name == name)
}

fn download_row(download: store::download::Download, alarm: bool) -> DownloadRow {
    DownloadRow {
        bureau: download.bureau,
        file_name: download.file_name,
        state: download.state.as_str().to_owned(),
        size: download.size,
        times: download.times,
        alarm,
        // What a sound file brought is counted for engineers, not for this page.
        note: download.alarm.or(download.note.filter(|_| download.state == DownloadState::Unreadable)),
        received_at: download.received_at,
        applied_at: download.applied_at,
        acked_at: download.acked_at,
    }
}

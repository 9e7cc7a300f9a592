//! Fetches what an authority has for this provider, one file after the other.
//!
//! A file is kept raw before anything else; then it is opened, applied in one transaction, and only then acknowledged.
//! The authority gives the same file again until it is: every step can be repeated. A file that cannot be opened is
//! never acknowledged, and one of which a part cannot be read or applied not before a person looked; it blocks the line
//! behind it, so it raises an alarm on the ledger's page.

use authority::client::Answer;
use authority::code::{MsgCode, Reaction};
use authority::envelope::{Container, OpenError};
use authority::message::Download as Content;
use authority::soap::FileInfo;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::DownloadId;
use store::download::{Download, DownloadState, NewDownload, Received};
use uuid::Uuid;

use super::halt::halt_line;
use super::index_mail::IndexMail;
use super::report::clip;
use super::{Job, Outcome, Run, apply, backoff};
use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::fault::{commit, point};
use crate::trail::Trail;
use crate::world::World;

/// The bureau to ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PollDownloads {
    /// Its code.
    pub bureau: String,
}

#[async_trait::async_trait]
impl Job for PollDownloads {
    const NAME: &'static str = "poll-downloads";

    fn key(&self) -> String {
        format!("poll-downloads:{}", self.bureau)
    }

    async fn run(&self, world: &World, run: &Run) -> Result<Outcome> {
        let Some(bureau) = world.bureaus.find(&self.bureau) else {
            return Ok(Outcome::Again(world.now() + SignedDuration::from_mins(1)));
        };
        let polled = poll(world, bureau).await?;
        Ok(Outcome::Again(polled.next(world, run.attempt)))
    }
}

/// How the asking ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Polled {
    /// Nothing more waits.
    Empty,
    /// A file stays: it waits for a person, or its acknowledgement was not taken.
    Left(String),
    /// The authority gives nothing for now.
    Refused(MsgCode, String),
    /// The account, the rights or the address is wrong; the line was stopped.
    TurnedAway(MsgCode, String),
    /// It did not answer.
    Silent(String),
}

impl Polled {
    /// When to ask again.
    pub(crate) fn next(&self, world: &World, attempt: u32) -> Timestamp {
        match self {
            Self::Empty | Self::Left(_) => next_look(world),
            Self::Refused(code, _) => next_look(world).max(world.now() + pause_after(*code)),
            // Asking on could lock the account: nothing is asked for an hour, or until the line is set going again.
            Self::TurnedAway(..) => world.now() + SignedDuration::from_hours(1),
            Self::Silent(_) => world.now() + backoff(world, attempt.min(7)),
        }
    }
}

/// Fetches what waits, file by file, until nothing is left or something is in the way. Only who holds the job may.
///
/// # Errors
/// When the store cannot, or a file cannot be applied for the first time.
pub(crate) async fn poll(world: &World, bureau: &Bureau) -> Result<Polled> {
    catch_up(world, bureau).await?;
    loop {
        point("download.before-fetch");
        let answer = bureau.client.download().await;
        point("download.after-fetch");
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(bureau = %bureau.code, %error, "the authority gives nothing");
                return Ok(Polled::Silent(error.to_string()));
            }
        };
        let code = answer.answer.code;
        let Some(file) = answer.file else {
            return match code.reaction() {
                Reaction::Proceed => Ok(Polled::Empty),
                Reaction::Configure => {
                    turned_away(world, bureau, "isp_download", &answer.answer).await?;
                    Ok(Polled::TurnedAway(code, answer.answer.text))
                }
                _ => {
                    tracing::warn!(bureau = %bureau.code, code = code.0, "the authority refuses to give");
                    Ok(Polled::Refused(code, answer.answer.text))
                }
            };
        };
        if !take(world, bureau, &file).await? {
            return Ok(Polled::Left(file.name));
        }
    }
}

/// The account, the rights or the address is wrong: a person is called.
async fn turned_away(world: &World, bureau: &Bureau, method: &str, answer: &Answer) -> Result<()> {
    let code = i32::try_from(answer.code.0).ok();
    let reason = clip(&format!("{method}: {} {}", answer.code.0, answer.text));
    let tx = world.store.write().await?;
    halt_line(&tx, world, bureau, &reason, (None, code)).await?;
    Ok(tx.commit().await?)
}

/// How long the authority's own reasons to wait last at least: maintenance and its hours are minutes.
fn pause_after(code: MsgCode) -> SignedDuration {
    match code {
        MsgCode::UPLOAD_MAINTENANCE | MsgCode::DOWNLOAD_MAINTENANCE | MsgCode::TOO_MANY_WAITING => {
            SignedDuration::from_mins(1)
        }
        MsgCode::HOURS => SignedDuration::from_mins(5),
        _ => SignedDuration::ZERO,
    }
}

/// Acknowledges again what took effect here and is not noted as acknowledged: the process may have died in between, and
/// an authority that heard the first time does not give the file again.
async fn catch_up(world: &World, bureau: &Bureau) -> Result<()> {
    let pending = store::download::pending(&world.store.read().await?, &bureau.code).await?;
    let is_due = |download: &&Download| download.state == DownloadState::Applied && !download.is_open();
    for download in pending.iter().filter(is_due) {
        if !acknowledge(world, bureau, download).await? {
            break;
        }
    }
    Ok(())
}

fn next_look(world: &World) -> Timestamp {
    let seconds = f64::from(world.settings.poll_seconds) * (0.8 + world.fraction() * 0.4);
    world.now() + SignedDuration::from_millis((seconds * 1000.0) as i64)
}

/// Handles one file as far as possible; says whether it is acknowledged, so that the next may be asked for.
///
/// # Errors
/// When the store cannot, or the file cannot be applied for the first time.
pub async fn take(world: &World, bureau: &Bureau, file: &FileInfo) -> Result<bool> {
    let content = match open(bureau, &file.container).await? {
        Ok(content) => content,
        Err(error) => {
            // Kept under a name of its own: the sound file, when it comes, has the right to the real one. One digit of
            // the hash in it: of a file that comes with other bytes each time, sixteen kinds are enough to look at.
            let sha = hex::encode(Sha256::digest(serde_json::to_vec(&file.container)?));
            let name = format!("{}{UNREADABLE}{}", file.name, &sha[..1]);
            let (Received::New(download) | Received::Again(download) | Received::Different(download)) =
                receive(world, bureau, &name, &file.container).await?;
            unreadable(world, &download, &error.to_string()).await?;
            return Ok(false);
        }
    };
    let (download, kept) = match receive(world, bureau, &file.name, &file.container).await? {
        Received::New(download) | Received::Again(download) => (download, None),
        Received::Different(download) => {
            let kept = kept(world, &download).await?;
            (download, Some(kept))
        }
    };
    if download.state == DownloadState::Received {
        // What was kept first is what counts.
        let content = match &kept {
            Some(kept) => open(bureau, kept)
                .await?
                .map_err(|error| Error::internal(format!("a kept download cannot be opened any more: {error}")))?,
            None => content,
        };
        if let Err(error) = apply_content(world, bureau, &download, &content).await {
            if download.times < 2 {
                return Err(error);
            }
            // Once may be somebody in the way; again and again is for a person.
            alarm(world, &download, &format!("it cannot be applied: {error}")).await?;
            return Ok(false);
        }
    }
    if let Some(kept) = kept
        && !same_text(bureau, kept, file.container.clone()).await?
    {
        alarm(world, &download, "another file came under a name that was used before").await?;
    }
    let download = store::download::get(&world.store.read().await?, download.id).await?;
    if download.is_open() {
        return Ok(false);
    }
    acknowledge(world, bureau, &download).await
}

/// Opens and reads a file away from the threads that serve: it may have 50 MB.
async fn open(bureau: &Bureau, container: &Container) -> Result<std::result::Result<Content, OpenError>> {
    let (client, container) = (bureau.client.clone(), container.clone());
    aside(move || client.open(&container)).await
}

/// Whether two containers hold the same text, however it was zipped and encrypted.
async fn same_text(bureau: &Bureau, one: Container, two: Container) -> Result<bool> {
    let client = bureau.client.clone();
    aside(move || client.open_text(&one).is_ok_and(|one| client.open_text(&two).is_ok_and(|two| one == two))).await
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal(format!("opening thread: {error}")))
}

async fn kept(world: &World, download: &Download) -> Result<Container> {
    Ok(serde_json::from_slice(&store::download::raw(&world.store.read().await?, download.id).await?)?)
}

/// What stands between the name of a file that cannot be used and the beginning of its hash.
pub const UNREADABLE: &str = "~unreadable-";

async fn receive(world: &World, bureau: &Bureau, name: &str, container: &Container) -> Result<Received> {
    let raw = serde_json::to_vec(container)?;
    let new =
        NewDownload { id: DownloadId(world.uuid()), bureau: &bureau.code, file_name: name, raw: &raw, at: world.now() };
    let tx = world.store.write().await?;
    let received = store::download::receive(&tx, &new).await?;
    store::job::hasten(&tx, &IndexMail {}.key(), world.now()).await?;
    commit!(tx, "download", "receive");
    Ok(received)
}

/// Applies a file that was kept, in one transaction. What of it cannot be read stays for a person.
async fn apply_content(world: &World, bureau: &Bureau, download: &Download, content: &Content) -> Result<()> {
    if !content.violations.is_empty() {
        let violations = content.violations.len();
        tracing::info!(file = %download.file_name, violations, "departs from the element table");
    }
    let tx = world.store.write().await?;
    let note = apply::apply_file(&tx, world, bureau, download, content).await?;
    let rest = content.unreadable.first().map(|first| {
        tracing::error!(file = %download.file_name, %first, "a record cannot be read");
        format!("{} record(s) cannot be read: {first}", content.unreadable.len())
    });
    store::download::mark_applied(&tx, download.id, world.now(), Some(&note), rest.as_deref()).await?;
    if let Some(rest) = &rest {
        alarm_line(world, download, rest).write(&tx).await?;
    }
    // What these hold changes what is filed here; a test dies at each, and not only at the first file of a story.
    let (has_records, has_cancelled) = (!content.records.is_empty(), !content.cancelled.is_empty());
    if has_records {
        point("download.before-record");
    }
    if has_cancelled {
        point("download.before-cancelled");
    }
    commit!(tx, "download", "apply");
    if has_records {
        point("download.after-record");
    }
    if has_cancelled {
        point("download.after-cancelled");
    }
    metrics::counter!("beian_downloads_total", "result" => "applied").increment(1);
    Ok(())
}

async fn acknowledge(world: &World, bureau: &Bureau, download: &Download) -> Result<bool> {
    point("download.before-ack");
    let answer = bureau.client.acknowledge(&download.file_name).await;
    point("download.after-ack");
    match answer {
        Ok(answer) if answer.code.reaction() == Reaction::Proceed => {
            let tx = world.store.write().await?;
            store::download::mark_acked(&tx, download.id, world.now()).await?;
            commit!(tx, "download", "acked");
            Ok(true)
        }
        Ok(answer) if answer.code.reaction() == Reaction::Configure => {
            turned_away(world, bureau, "isp_downloadack", &answer).await?;
            Ok(false)
        }
        // The file then comes again, is recognised, and only acknowledged once more.
        Ok(answer) => {
            tracing::warn!(file = %download.file_name, code = answer.code.0, "the acknowledgement was refused");
            Ok(false)
        }
        Err(error) => {
            tracing::warn!(file = %download.file_name, %error, "the acknowledgement got no answer");
            Ok(false)
        }
    }
}

/// Calls for a person, once.
async fn alarm(world: &World, download: &Download, text: &str) -> Result<()> {
    if download.alarm.is_some() {
        return Ok(());
    }
    let text: String = text.chars().take(300).collect();
    tracing::error!(file = %download.file_name, %text, "a download needs a person");
    let tx = world.store.write().await?;
    store::download::raise(&tx, download.id, &text).await?;
    alarm_line(world, download, &text).write(&tx).await?;
    Ok(tx.commit().await?)
}

fn alarm_line(world: &World, download: &Download, text: &str) -> Trail {
    let facts = json!({ "bureau": download.bureau, "file": download.file_name });
    Trail::by_job("refuse_download", world.now()).on("bureau", Uuid::nil()).because(text).with(facts)
}

async fn unreadable(world: &World, download: &Download, note: &str) -> Result<()> {
    tracing::error!(file = %download.file_name, note, "a download cannot be used");
    metrics::counter!("beian_downloads_total", "result" => "unreadable").increment(1);
    let tx = world.store.write().await?;
    store::download::mark_unreadable(&tx, download.id, note).await?;
    if download.note.is_none() {
        alarm_line(world, download, note).write(&tx).await?;
    }
    Ok(tx.commit().await?)
}

//! Fetches what an authority has for this provider, one file after the other.
//!
//! A file is kept raw before anything else; then it is opened, applied in one transaction, and only then acknowledged.
//! The authority gives the same file again until it is: every step can be repeated. A file that cannot be opened is
//! never acknowledged; it blocks the line behind it, so it raises an alarm on the ledger's page.

use authority::code::Reaction;
use authority::envelope::Container;
use authority::soap::FileInfo;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::DownloadId;
use store::download::{Download, DownloadState, NewDownload, Received};
use uuid::Uuid;

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
        catch_up(world, bureau).await?;
        loop {
            point("download.before-fetch");
            let answer = bureau.client.download().await;
            point("download.after-fetch");
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => {
                    tracing::warn!(bureau = %bureau.code, %error, "the authority gives nothing");
                    return Ok(Outcome::Again(world.now() + backoff(world, run.attempt.min(7))));
                }
            };
            let code = answer.answer.code;
            let Some(file) = answer.file else {
                if code.reaction() != Reaction::Proceed {
                    tracing::warn!(bureau = %bureau.code, code = code.0, "the authority refuses to give");
                }
                return Ok(Outcome::Again(next_look(world)));
            };
            if !take(world, bureau, &file).await? {
                return Ok(Outcome::Again(next_look(world)));
            }
        }
    }
}

/// Acknowledges again what took effect here and is not noted as acknowledged: the process may have died in between, and
/// an authority that heard the first time does not give the file again.
async fn catch_up(world: &World, bureau: &Bureau) -> Result<()> {
    let pending = store::download::pending(&world.store.read().await?, &bureau.code).await?;
    for download in pending.iter().filter(|download| download.state == DownloadState::Applied) {
        if !acknowledge(world, bureau, download).await? {
            break;
        }
    }
    Ok(())
}

fn next_look(world: &World) -> jiff::Timestamp {
    let seconds = f64::from(world.settings.poll_seconds) * (0.8 + world.fraction() * 0.4);
    world.now() + SignedDuration::from_millis((seconds * 1000.0) as i64)
}

/// Handles one file as far as possible; says whether it is acknowledged, so that the next may be asked for.
async fn take(world: &World, bureau: &Bureau, file: &FileInfo) -> Result<bool> {
    if let Err(error) = bureau.client.open(&file.container) {
        // Kept under a name of its own: the sound file, when it comes, has the right to the real one.
        let sha = hex::encode(Sha256::digest(serde_json::to_vec(&file.container)?));
        let name = format!("{}{UNREADABLE}{}", file.name, &sha[..16]);
        let (Received::New(download) | Received::Again(download) | Received::Different(download)) =
            receive(world, bureau, &name, &file.container).await?;
        alarm(world, &download, &error.to_string()).await?;
        return Ok(false);
    }
    let download = match receive(world, bureau, &file.name, &file.container).await? {
        Received::New(download) | Received::Again(download) => download,
        // It was kept and not yet applied: what was kept first is what counts.
        Received::Different(download) if download.state == DownloadState::Received => download,
        Received::Different(download) => {
            alarm(world, &download, "another file came under a name that was used before").await?;
            return Ok(false);
        }
    };
    if download.state == DownloadState::Received {
        apply_kept(world, bureau, &download).await?;
    }
    acknowledge(world, bureau, &download).await
}

/// What stands between the name of a file that cannot be used and the beginning of its hash.
pub const UNREADABLE: &str = "~unreadable-";

async fn receive(world: &World, bureau: &Bureau, name: &str, container: &Container) -> Result<Received> {
    let raw = serde_json::to_vec(container)?;
    let new =
        NewDownload { id: DownloadId(world.uuid()), bureau: &bureau.code, file_name: name, raw: &raw, at: world.now() };
    let tx = world.store.write().await?;
    let received = store::download::receive(&tx, &new).await?;
    commit!(tx, "download", "receive");
    Ok(received)
}

/// Applies a file from the bytes that were kept, in one transaction.
async fn apply_kept(world: &World, bureau: &Bureau, download: &Download) -> Result<()> {
    let raw = store::download::raw(&world.store.read().await?, download.id).await?;
    let container: Container = serde_json::from_slice(&raw)?;
    let content = bureau
        .client
        .open(&container)
        .map_err(|error| Error::internal(format!("a kept download cannot be opened any more: {error}")))?;
    if !content.violations.is_empty() {
        let violations = content.violations.len();
        tracing::info!(file = %download.file_name, violations, "departs from the element table");
    }
    let tx = world.store.write().await?;
    let note = apply::apply(&tx, world, bureau, &content).await?;
    store::download::mark_applied(&tx, download.id, world.now(), Some(&note)).await?;
    commit!(tx, "download", "apply");
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

async fn alarm(world: &World, download: &Download, note: &str) -> Result<()> {
    tracing::error!(file = %download.file_name, note, "a download cannot be used");
    metrics::counter!("beian_downloads_total", "result" => "unreadable").increment(1);
    let tx = world.store.write().await?;
    let is_new = download.note.as_deref() != Some(note);
    if matches!(download.state, DownloadState::Received | DownloadState::Unreadable) {
        store::download::mark_unreadable(&tx, download.id, note).await?;
    }
    if is_new {
        let facts = json!({ "bureau": download.bureau, "file": download.file_name });
        Trail::by_job("refuse_download", world.now())
            .on("bureau", Uuid::nil())
            .because(note)
            .with(facts)
            .write(&tx)
            .await?;
    }
    Ok(tx.commit().await?)
}

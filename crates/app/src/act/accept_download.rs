//! Somebody looked at a download that is not acknowledged by itself.

use serde::Deserialize;
use serde_json::json;
use store::download::DownloadState;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ledger::{Ledger, LedgerView, ledger};
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::job::Job as _;
use crate::job::poll_downloads::PollDownloads;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// Which download.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AcceptDownload {
    /// The bureau.
    pub bureau: String,
    /// The name the bureau gives it.
    pub file_name: String,
}

/// Lets a download that took effect be acknowledged though a part of it could not be read, or another file came under
/// its name: somebody saw to the rest.
///
/// # Errors
/// `download-not-waiting` when it did not take effect, or nobody needs to look at it.
pub async fn accept_download(world: &World, actor: &Actor, input: AcceptDownload) -> Result<LedgerView> {
    require(actor, Act::AcceptDownload)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let found = store::download::find_by_name(&tx, &input.bureau, &input.file_name).await?;
    let download = found.ok_or(Error::NotFound)?;
    let Some(why) = download
        .alarm
        .clone()
        .filter(|_| download.is_open() && matches!(download.state, DownloadState::Applied | DownloadState::Acked))
    else {
        return Err(Error::conflict("download-not-waiting"));
    };
    store::download::mark_looked(&tx, download.id, now).await?;
    let poll = PollDownloads { bureau: input.bureau.clone() };
    store::job::hasten(&tx, &poll.key(), now).await?;
    let facts = json!({ "bureau": input.bureau, "file": input.file_name });
    Trail::by(actor, "accept_download", now).on("bureau", Uuid::nil()).because(why).with(facts).write(&tx).await?;
    tx.commit().await?;
    ledger(world, actor, Ledger::default()).await
}

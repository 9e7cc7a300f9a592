//! What gateways follow: a snapshot of every verdict, and the changes after it.

use std::time::Duration;

use filing::verdict::{Batch, Entry};
use serde::Deserialize;
use store::Reader;
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::policy::{Act, require};
use crate::world::World;

/// The longest a question for changes waits, in seconds.
pub const LONGEST_WAIT: u64 = 30;
/// So many entries are given at once; the rest by the next question.
const ENTRIES: u64 = 1_000;

/// Where the gateway stands.
#[derive(Debug, Clone, Deserialize, ToSchema, IntoParams)]
pub struct GatewayChanges {
    /// The sequence of the last entry it applied; 0 before the first.
    pub after: u64,
    /// How many seconds to wait for a change when there is none yet.
    #[serde(default)]
    pub wait: u64,
}

/// The newest entry of every domain, by ascending sequence, and the place a follower stands at afterwards.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn gateway_snapshot(world: &World, actor: &Actor) -> Result<Batch> {
    require(actor, Act::GatewaySnapshot)?;
    // One read transaction: the head and the entries belong together.
    let reader = world.store.read().await?;
    let head = store::feed::head(&reader).await?;
    let mut entries = Vec::new();
    let mut after = String::new();
    loop {
        let page = store::feed::snapshot(&reader, &after, ENTRIES).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.domain);
        for entry in page {
            entries.push(published(entry)?);
        }
    }
    entries.sort_by_key(|entry: &Entry| entry.sequence);
    Ok(Batch { sequence: head.sequence, hash: head.hash, entries })
}

/// The entries after a place; waits a while when there is none.
///
/// # Errors
/// [`Error::Gone`] when the feed does not know the place: take a snapshot then.
pub async fn gateway_changes(world: &World, actor: &Actor, input: GatewayChanges) -> Result<Batch> {
    require(actor, Act::GatewayChanges)?;
    let mut looks_left = input.wait.min(LONGEST_WAIT) * 4;
    loop {
        let batch = changes_now(&world.store.read().await?, input.after).await?;
        if !batch.entries.is_empty() || looks_left == 0 {
            return Ok(batch);
        }
        looks_left -= 1;
        // Another process may have written the change: only the database knows, so look again.
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

async fn changes_now(reader: &Reader, after: u64) -> Result<Batch> {
    if !store::feed::knows(reader, after).await? {
        return Err(Error::Gone);
    }
    let entries: Vec<Entry> =
        store::feed::changes(reader, after, ENTRIES).await?.into_iter().map(published).collect::<Result<_>>()?;
    let place = match entries.last() {
        Some(last) => last.position(),
        // Nothing is new, so the place asked about is where the feed ends.
        None => {
            let head = store::feed::head(reader).await?;
            filing::verdict::Position { sequence: head.sequence, hash: head.hash }
        }
    };
    Ok(Batch { sequence: place.sequence, hash: place.hash, entries })
}

fn published(entry: store::feed::Entry) -> Result<Entry> {
    Ok(Entry { sequence: entry.sequence, hash: entry.hash, verdict: serde_json::from_value(entry.body)? })
}

//! What gateways follow: a snapshot of every verdict, and the changes after it.

use std::time::Duration;

use filing::verdict::{Batch, Entry, PlatformKey, Position, SnapshotEnd, SnapshotHead};
use futures::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
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

/// The key of the feed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FeedPublicKey {
    /// An Ed25519 public key (RFC 8032), 64 hexadecimal digits.
    #[schema(value_type = String)]
    pub key: PlatformKey,
}

/// A snapshot as lines of JSON, some at a time: a [`SnapshotHead`], the newest entry of every domain, a [`SnapshotEnd`].
/// However many domains there are, a thousand of them are in memory.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn gateway_snapshot(
    world: &World,
    actor: &Actor,
) -> Result<impl Stream<Item = Result<String>> + Send + use<>> {
    require(actor, Act::GatewaySnapshot)?;
    let head = store::feed::head(&world.store.read().await?).await?;
    let place = Position { sequence: head.sequence, hash: head.hash };
    let begun = Walk { world: world.clone(), digest: Sha256::new(), entries: 0, after: None, place };
    Ok(stream::try_unfold(Some(begun), async |walk| {
        let Some(mut walk) = walk else { return Ok(None) };
        let (text, goes_on) = walk.next().await?;
        Ok(Some((text, goes_on.then_some(walk))))
    }))
}

/// How far a snapshot is written. Each page is a look of its own: what is published meanwhile comes twice, here or there
/// and among the changes after the head, which does no harm.
struct Walk {
    world: World,
    digest: Sha256,
    entries: u64,
    /// The domain of the last entry written; none before the first line.
    after: Option<String>,
    place: Position,
}

impl Walk {
    /// The next lines, and whether more follow.
    async fn next(&mut self) -> Result<(String, bool)> {
        let mut text = String::new();
        let Some(after) = &mut self.after else {
            let head = SnapshotHead { sequence: self.place.sequence, hash: self.place.hash.clone() };
            line(&mut text, &head)?;
            self.digest.update(&text);
            self.after = Some(String::new());
            return Ok((text, true));
        };
        let reader = self.world.store.read().await?;
        let page = store::feed::snapshot(&reader, after, ENTRIES).await?;
        let Some(last) = page.last() else {
            let sha256 = hex::encode(self.digest.clone().finalize());
            let signature = self.world.news.key(&reader).await?.sign_snapshot(&self.place, self.entries, &sha256);
            let end = SnapshotEnd { entries: self.entries, sha256, signature };
            line(&mut text, &end)?;
            return Ok((text, false));
        };
        after.clone_from(&last.domain);
        self.entries += page.len() as u64;
        for entry in page {
            line(&mut text, &published(entry)?)?;
        }
        self.digest.update(&text);
        Ok((text, true))
    }
}

fn line(text: &mut String, value: &impl Serialize) -> Result<()> {
    text.push_str(&serde_json::to_string(value)?);
    text.push('\n');
    Ok(())
}

/// The entries after a place; waits a while when there is none.
///
/// # Errors
/// [`Error::Gone`] when the feed does not know the place: take a snapshot then.
pub async fn gateway_changes(world: &World, actor: &Actor, input: GatewayChanges) -> Result<Batch> {
    require(actor, Act::GatewayChanges)?;
    let batch = changes_now(world, input.after).await?;
    if !batch.entries.is_empty() || input.wait == 0 {
        return Ok(batch);
    }
    world.news.beyond(&world.store, input.after, Duration::from_secs(input.wait.min(LONGEST_WAIT))).await?;
    changes_now(world, input.after).await
}

/// The public key under which the feed is signed: a gateway that is told it (`gateway.platform_key`) believes nothing
/// else.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn gateway_key(world: &World, actor: &Actor) -> Result<FeedPublicKey> {
    require(actor, Act::GatewayKey)?;
    Ok(FeedPublicKey { key: world.news.key(&world.store.read().await?).await?.public() })
}

async fn changes_now(world: &World, after: u64) -> Result<Batch> {
    let reader = &world.store.read().await?;
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
            Position { sequence: head.sequence, hash: head.hash }
        }
    };
    let signature = world.news.key(reader).await?.sign(&place);
    Ok(Batch { sequence: place.sequence, hash: place.hash, entries, signature })
}

fn published(entry: store::feed::Entry) -> Result<Entry> {
    Ok(Entry { sequence: entry.sequence, hash: entry.hash, verdict: serde_json::from_value(entry.body)? })
}

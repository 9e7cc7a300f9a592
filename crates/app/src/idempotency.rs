//! The same request twice gives the same answer once: for the callers that send an idempotency key.

use jiff::SignedDuration;
pub use store::idempotency::{Answer, Begin};

use crate::actor::Actor;
use crate::error::Result;
use crate::world::World;

/// A request may take so many leases before its key is given to the next one that asks: the process may have died after
/// it claimed the key and before anything was done.
const LEASES: i32 = 2;

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How many forgotten answers a new request clears away.
const PURGED_AT_ONCE: u64 = 100;

/// Claims a key for a request, or finds the answer it was given before.
///
/// # Errors
/// When the store cannot.
pub async fn begin(world: &World, actor: &Actor, key: &str, request_hash: &str) -> Result<Begin> {
    let now = world.now();
    let tx = world.store.write().await?;
    store::idempotency::purge(&tx, now - KEPT, PURGED_AT_ONCE).await?;
    let mut begin = store::idempotency::begin(&tx, actor.account, key, request_hash, now).await?;
    let is_dead = |since| now.duration_since(since) > world.settings.lease() * LEASES;
    match begin {
        Begin::Running(since) if is_dead(since) => {
            store::idempotency::release(&tx, actor.account, key).await?;
            begin = store::idempotency::begin(&tx, actor.account, key, request_hash, now).await?;
        }
        // Its process may be about to keep the answer.
        Begin::Done(since) if !is_dead(since) => begin = Begin::Running(since),
        _ => {}
    }
    tx.commit().await?;
    Ok(begin)
}

/// Does the work of a request under its key: what it commits says at once that the request was carried out.
pub async fn within<F: Future>(actor: &Actor, key: &str, work: F) -> F::Output {
    store::idempotency::within(actor.account, key, work).await
}

/// Keeps the answer under the key.
///
/// # Errors
/// When the store cannot.
pub async fn finish(world: &World, actor: &Actor, key: &str, answer: &Answer) -> Result<()> {
    let tx = world.store.write().await?;
    store::idempotency::finish(&tx, actor.account, key, answer).await?;
    Ok(tx.commit().await?)
}

/// Gives the key back, when the request failed and may be repeated.
///
/// # Errors
/// When the store cannot.
pub async fn release(world: &World, actor: &Actor, key: &str) -> Result<()> {
    let tx = world.store.write().await?;
    store::idempotency::release(&tx, actor.account, key).await?;
    Ok(tx.commit().await?)
}

//! The same request sent twice is done once: its first answer is kept under the key the caller gave it.
//!
//! The key is claimed in a transaction of its own before the act begins, so that two copies of a request that arrive
//! together cannot both go through, and answered in another one after it. When the process dies in between, the key
//! stays claimed for [`LEASE`] and may then be tried again; the acts themselves refuse what would be a second order,
//! a second account or a second import.

use jiff::SignedDuration;
pub use store::idempotency::{Answer, Begin};

use crate::actor::Actor;
use crate::error::Result;
use crate::world::World;

/// How long a request may take before its key is given to the next one that asks.
pub const LEASE: SignedDuration = SignedDuration::from_mins(2);

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Claims a key for a request whose method, address and body have this hash.
///
/// # Errors
/// When the database is away.
pub async fn begin(world: &World, actor: &Actor, key: &str, request_hash: &str) -> Result<Begin> {
    let now = world.now();
    let tx = world.store.write().await?;
    let mut begun = store::idempotency::begin(&tx, actor.account, key, request_hash, now).await?;
    if let Begin::Running(since) = begun
        && now.duration_since(since) > LEASE
    {
        store::idempotency::release(&tx, actor.account, key).await?;
        begun = store::idempotency::begin(&tx, actor.account, key, request_hash, now).await?;
    }
    tx.commit().await?;
    Ok(begun)
}

/// Keeps the answer of a request that was done.
///
/// # Errors
/// When the database is away.
pub async fn finish(world: &World, actor: &Actor, key: &str, answer: &Answer) -> Result<()> {
    let tx = world.store.write().await?;
    store::idempotency::finish(&tx, actor.account, key, answer).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives the key of a request back that was refused and changed nothing.
///
/// # Errors
/// When the database is away.
pub async fn release(world: &World, actor: &Actor, key: &str) -> Result<()> {
    let tx = world.store.write().await?;
    store::idempotency::release(&tx, actor.account, key).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets the answers that were kept long enough; says how many.
///
/// # Errors
/// When the database is away.
pub async fn purge(world: &World) -> Result<u64> {
    let tx = world.store.write().await?;
    let purged = store::idempotency::purge(&tx, world.now() - KEPT, 1_000).await?;
    tx.commit().await?;
    Ok(purged)
}

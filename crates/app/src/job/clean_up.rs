//! Throws away what nobody needs any more: ended sessions, spent codes, old counters, answered requests, done jobs,
//! domains nobody files any more, proofs that are over, gateways that are gone, what they counted long ago, pictures that
//! were taken out and that no submission shows, files left behind by a crash.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{Job, Outcome, Run};
use crate::error::Result;
use crate::trail::Trail;
use crate::world::{World, china_day};

/// So many rows of a kind go in one transaction, so that nobody waits long for the writer.
const ROWS: u64 = 500;

/// Everything that is past its time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CleanUp {}

#[async_trait::async_trait]
impl Job for CleanUp {
    const NAME: &'static str = "clean-up";

    fn key(&self) -> String {
        Self::NAME.to_owned()
    }

    async fn run(&self, world: &World, _run: &Run) -> Result<Outcome> {
        let now = world.now();
        let days = |days: i64| now - SignedDuration::from_hours(24 * days);
        loop {
            let tx = world.store.write().await?;
            let thrown = store::session::purge(&tx, days(7), ROWS).await?
                + store::contact_code::purge(&tx, days(1), ROWS).await?
                + store::login_attempt::purge(&tx, days(1), ROWS).await?
                + store::idempotency::purge(&tx, now - crate::idempotency::KEPT, ROWS).await?
                + store::domain_fact::purge(&tx, now, ROWS).await?
                + store::domain_proof::purge(&tx, now, ROWS).await?
                + store::follower::purge(&tx, days(30), ROWS).await?
                + store::traffic::purge(&tx, china_day(now) - 90, ROWS).await?
                + store::job::purge(&tx, days(7), ROWS).await?;
            tx.commit().await?;
            if thrown < ROWS {
                break;
            }
        }
        while destroy_pictures(world, days(1)).await? == ROWS {}
        let swept = store::files::sweep(&world.store, now).await?;
        if swept > 0 {
            tracing::warn!(swept, "sealed files without a row were deleted");
        }
        Ok(Outcome::Again(now + SignedDuration::from_hours(1)))
    }
}

/// Destroys pictures that were removed before an instant; says how many, at most [`ROWS`].
async fn destroy_pictures(world: &World, before: jiff::Timestamp) -> Result<u64> {
    let unneeded = store::material::unneeded(&world.store.read().await?, before, ROWS).await?;
    if unneeded.is_empty() {
        return Ok(0);
    }
    let tx = world.store.write().await?;
    for id in &unneeded {
        store::material::destroy(&tx, *id, world.now()).await?;
    }
    let facts = json!({ "pictures": unneeded.len() });
    Trail::by_job("destroy_materials", world.now()).on("material", Uuid::nil()).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(unneeded.len() as u64)
}

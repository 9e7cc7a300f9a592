//! Throws away what nobody needs any more: ended sessions, spent codes, old counters, answered requests, done jobs.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Job, Outcome, Run};
use crate::error::Result;
use crate::world::World;

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
                + store::job::purge(&tx, days(7), ROWS).await?;
            tx.commit().await?;
            if thrown < ROWS {
                return Ok(Outcome::Again(now + SignedDuration::from_hours(1)));
            }
        }
    }
}

//! Asks again about domains that are still needed, when what was told is old or nobody told anything.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Job, Outcome, Run};
use crate::domain_facts;
use crate::error::Result;
use crate::world::World;

/// So many domains are asked about in one run; the next run is soon.
const MOST: u64 = 16;

/// Every domain whose answers are due.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefreshDomains {}

#[async_trait::async_trait]
impl Job for RefreshDomains {
    const NAME: &'static str = "refresh-domains";

    fn key(&self) -> String {
        Self::NAME.to_owned()
    }

    async fn run(&self, world: &World, _run: &Run) -> Result<Outcome> {
        let due = store::domain_fact::due(&world.store.read().await?, world.now(), MOST).await?;
        let all = due.len() as u64 == MOST;
        for domain in due {
            domain_facts::refresh(world, &domain).await?;
        }
        let seconds = if all { 1 } else { 60 };
        Ok(Outcome::Again(world.now() + SignedDuration::from_secs(seconds)))
    }
}

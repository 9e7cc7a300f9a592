//! Looks again, for as long as its owner's proof is good, whether a closed domain may be opened.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Job, Outcome, Run};
use crate::closed;
use crate::error::Result;
use crate::trail::Trail;
use crate::world::World;

/// Between two looks.
pub const PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// The domain of a proof.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WatchClosed {
    /// The proof.
    pub proof: Uuid,
}

#[async_trait::async_trait]
impl Job for WatchClosed {
    const NAME: &'static str = "watch-closed";

    fn key(&self) -> String {
        format!("{}/{}", Self::NAME, self.proof)
    }

    async fn run(&self, world: &World, _run: &Run) -> Result<Outcome> {
        let reader = world.store.read().await?;
        let Some(proof) = store::domain_proof::find(&reader, self.proof).await? else { return Ok(Outcome::Done) };
        if proof.expires_at <= world.now() || closed::is_open(&reader, &proof.domain).await? {
            return Ok(Outcome::Done);
        }
        drop(reader);
        closed::look_again(world, &proof, Trail::by_job("recheck_domain", world.now())).await?;
        Ok(Outcome::Again(world.now() + PAUSE))
    }
}

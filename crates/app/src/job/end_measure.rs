//! Ends a measure whose time is over, so that the gateways are told the same minute.

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{Job, Outcome, Run};
use crate::error::Result;
use crate::feed;
use crate::trail::Trail;
use crate::world::World;

/// A measure that has a term.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndMeasure {
    /// The measure.
    pub measure: Uuid,
}

#[async_trait::async_trait]
impl Job for EndMeasure {
    const NAME: &'static str = "end-measure";

    fn key(&self) -> String {
        format!("{}/{}", Self::NAME, self.measure)
    }

    async fn run(&self, world: &World, _run: &Run) -> Result<Outcome> {
        let tx = world.store.write().await?;
        let measure = store::measure::get(&tx, self.measure).await?;
        if feed::end(&tx, world, &measure, None).await? {
            let facts = json!({ "domain": measure.domain, "kind": measure.kind });
            Trail::by_job("end_measure", world.now()).on("measure", measure.id).with(facts).write(&tx).await?;
        }
        tx.commit().await?;
        Ok(Outcome::Done)
    }
}

//! Telling the platform how far this gateway has followed and what it met.
//!
//! What was counted is told once: a report keeps its number until the platform has taken it, so that an answer that got
//! lost counts nothing twice. While the platform is away counting goes on, in bounded memory.

use std::sync::Arc;
use std::time::Duration;

use filing::verdict::{Position, Report};
use tokio::time::sleep;
use tracing::{debug, warn};
use uuid::Uuid;

use crate::Ambient;
use crate::feed::Feed;
use crate::state::State;
use crate::tally::{Counted, Tally};

/// Who reports, and what.
pub(crate) struct Reporter {
    pub(crate) name: String,
    pub(crate) shadow: bool,
    /// How often it reports.
    pub(crate) every: Duration,
    pub(crate) tally: Arc<Tally>,
    pub(crate) state: Arc<State>,
    pub(crate) ambient: Ambient,
}

impl Reporter {
    /// Reports for ever.
    pub(crate) async fn follow(&self, feed: &Feed, place: impl Fn() -> Option<Position>) {
        let run = self.ambient.uuid();
        let (mut number, mut untold) = (1, None::<Counted>);
        loop {
            let counted = untold.take().unwrap_or_else(|| self.tally.take());
            if let Some(place) = place() {
                match feed.report(&self.report(run, number, place, &counted)).await {
                    Ok(heard) => {
                        number += 1;
                        if !heard.agrees {
                            warn!("the platform's running hash at this place is another");
                        }
                    }
                    Err(error) => {
                        debug!("a report was not taken: {error}");
                        untold = Some(counted);
                    }
                }
            } else {
                untold = Some(counted);
            }
            sleep(self.ambient.jitter(self.every)).await;
        }
    }

    fn report(&self, run: Uuid, number: u64, place: Position, counted: &Counted) -> Report {
        let counted = counted.clone();
        Report {
            name: self.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            run,
            number,
            sequence: place.sequence,
            hash: place.hash,
            domains: self.state.index().as_ref().as_ref().map_or(0, |index| index.len()),
            shadow: self.shadow,
            confirmed_at: self.state.confirmed_at(),
            requests: counted.requests,
            closed: counted.closed,
            unknown_opened: counted.unknown_opened,
            seen: counted.seen,
        }
    }
}

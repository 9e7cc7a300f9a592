//! Looks after orders nobody touches: reminders, drafts that end, orders that fall back to draft.

use filing::deadline::Term;
use filing::stage::AbandonReason;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{OrderId, Tx};

use super::{Job, Outcome, Run};
use crate::act::handover;
use crate::act::submit::{account_only, everybody};
use crate::error::{Error, Result};
use crate::notice;
use crate::order::{self, Loaded};
use crate::timer::{self, Due};
use crate::trail::Trail;
use crate::world::{World, china_date};

/// Every order whose time has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TendOrders {}

#[async_trait::async_trait]
impl Job for TendOrders {
    const NAME: &'static str = "tend-orders";

    fn key(&self) -> String {
        Self::NAME.to_owned()
    }

    async fn run(&self, world: &World, _run: &Run) -> Result<Outcome> {
        let mut failed = Vec::new();
        loop {
            // One that fails stays due and comes first again: it is looked past until the next run.
            let most = 50 + failed.len() as u64;
            let mut due = store::order::due(&world.store.read().await?, world.now(), most).await?;
            due.retain(|order| !failed.contains(order));
            if due.is_empty() {
                // Days are counted here, so a minute is soon enough.
                return Ok(Outcome::Again(world.now() + SignedDuration::from_secs(60)));
            }
            for order in due {
                match tend_one(world, order).await {
                    Ok(()) => {}
                    Err(error @ Error::Unavailable { .. }) => return Err(error),
                    Err(error) => {
                        tracing::error!(%order, %error, "an order's timer cannot be served");
                        metrics::counter!("beian_order_timers_failed_total").increment(1);
                        failed.push(order);
                    }
                }
            }
        }
    }
}

async fn tend_one(world: &World, order: OrderId) -> Result<()> {
    let tx = world.store.write().await?;
    tend(&tx, world, order).await?;
    Ok(tx.commit().await?)
}

async fn tend(tx: &Tx, world: &World, id: OrderId) -> Result<()> {
    let now = world.now();
    let mut loaded = Loaded::lock(tx, world, id).await?;
    let Some(due) = timer::now_due(&loaded.order, &loaded.facts, now) else {
        loaded.order.due_at = timer::next(&loaded.order, &loaded.facts);
        return loaded.save(tx).await;
    };
    let from = order::word(&loaded.order.stage);
    let domain = loaded.order.draft.basic.domain.clone();
    let url = world.settings.link(&format!("orders/{id}"));
    let ahead = |warning: Term| china_date(warning.days_after(now)).to_string();
    let (idle, police) = (ahead(Term::IdleWarning), ahead(Term::PoliceWarning));
    let date = if due == Due::DraftExpiring { ahead(Term::DraftWarning) } else { idle };
    let values = [
        ("domain", domain.as_str()),
        ("url", url.as_str()),
        ("date", date.as_str()),
        ("police_due", police.as_str()),
        ("police_url", world.settings.police_url.as_str()),
    ];
    // What was missed in between is not made up for: only the latest reminder still says something.
    for (at, missed) in timer::schedule(&loaded.order.stage, loaded.order.entered_at) {
        if at <= now && !loaded.facts.reminders.contains(&missed.word()) {
            loaded.facts.reminders.push(missed.word());
        }
    }
    let (to, act) = match due {
        Due::DraftExpiring => {
            notice::send(tx, world, &account_only(&loaded), "draft-expiring", &values).await?;
            (from, "remind")
        }
        Due::Correction(days) => {
            let mut values = values.to_vec();
            let days = days.to_string();
            values.push(("days", &days));
            notice::send(tx, world, &everybody(&loaded), "correction-reminder", &values).await?;
            (from, "remind")
        }
        Due::IdleExpiring => {
            notice::send(tx, world, &account_only(&loaded), "order-idle-expiring", &values).await?;
            (from, "remind")
        }
        Due::Police => {
            notice::send(tx, world, &everybody(&loaded), "police-filing-due", &values).await?;
            (from, "remind")
        }
        Due::DraftExpired => {
            notice::send(tx, world, &account_only(&loaded), "draft-expired", &values).await?;
            let stage = loaded.order.stage.clone().abandon(AbandonReason::DraftExpired, now)?;
            loaded.enter(stage, now);
            store::order::release_holds(tx, id).await?;
            handover::revoke_all(tx, world, id).await?;
            ("abandoned", "expire")
        }
        Due::Idle => {
            notice::send(tx, world, &account_only(&loaded), "order-idle", &values).await?;
            let stage = loaded.order.stage.clone().fall_idle(now)?;
            loaded.enter(stage, now);
            order::back_to_account_hold(tx, &loaded.order).await?;
            store::review::clear(tx, id).await?;
            ("draft", "fall_idle")
        }
    };
    loaded.order.due_at = timer::next(&loaded.order, &loaded.facts);
    loaded.save(tx).await?;
    let facts = json!({ "due": due.word() });
    Trail::by_job(act, now).on("order", id).moved(from, to).with(facts).write(tx).await
}

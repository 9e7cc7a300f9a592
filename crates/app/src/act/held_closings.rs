//! Closings that wait because too much would be closed at once: what each would close, and the two people it takes.

use filing::verdict::Verdict;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::act::FromCursor;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::feed;
use crate::page::{self, Page};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// The most closings approved at once.
const MOST: usize = 200;

/// A closing that waits: what would happen if it were released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldClosingRow {
    /// Its id.
    pub id: Uuid,
    /// The domain that would be closed.
    pub domain: String,
    /// Why it would be closed, as a word of the feed.
    pub reason: String,
    /// Why it waits: `number` (many within an hour) or `traffic` (many visitors).
    pub cause: String,
    /// How many requests it had in the seven days before.
    pub requests: u64,
    /// Whether one person has approved.
    pub approved: bool,
    /// Whether the actor is that person, so that another is needed.
    pub mine: bool,
    /// Since when it waits.
    #[schema(value_type = String, format = DateTime)]
    pub held_at: Timestamp,
}

/// Which closings to approve.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseClosings {
    /// At most 200 of them.
    pub closings: Vec<Uuid>,
}

/// What became of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleasedClosings {
    /// How many have their first approval now, and wait for another person's.
    pub approved: u64,
    /// How many are closed now.
    pub released: u64,
    /// How many need somebody else than the actor, who approved them before.
    pub need_another: u64,
}

/// What waits, the longest first.
///
/// # Errors
/// When the actor may not, or the cursor is none.
pub async fn list_held_closings(world: &World, actor: &Actor, input: FromCursor) -> Result<Page<HeldClosingRow>> {
    require(actor, Act::ListHeldClosings)?;
    let wanted = page::wanted(input.cursor.as_deref())?;
    let listing = store::held_closing::list(&world.store.read().await?, &wanted).await?;
    let listing = listing.try_map(|held| {
        let verdict: Verdict = serde_json::from_value(held.body)?;
        Ok::<_, Error>(HeldClosingRow {
            id: held.id,
            domain: held.domain,
            reason: verdict.reason.as_str().to_owned(),
            cause: held.cause.as_str().to_owned(),
            requests: held.requests,
            approved: held.approved_by.is_some(),
            mine: held.approved_by == Some(actor.account),
            held_at: held.held_at,
        })
    })?;
    Ok(Page::of(listing, |row| row))
}

/// Approves closings: the first person's approval is noted, another's closes the domains. What is not due any more is
/// let go.
///
/// # Errors
/// `too-many` when there are more than 200, or when the actor may not.
pub async fn release_closings(world: &World, actor: &Actor, input: ReleaseClosings) -> Result<ReleasedClosings> {
    require(actor, Act::ReleaseClosings)?;
    if input.closings.len() > MOST {
        return Err(Error::field("closings", "too-many"));
    }
    // Two people must be two accounts: the command line has none.
    if actor.account.0.is_nil() {
        return Err(Error::Forbidden);
    }
    let mut ids = input.closings;
    ids.sort_unstable();
    ids.dedup();
    let mut done = ReleasedClosings { approved: 0, released: 0, need_another: 0 };
    let tx = world.store.write().await?;
    for id in ids {
        let Some(held) = store::held_closing::lock(&tx, id).await? else { continue };
        let step = match held.approved_by {
            Some(first) if first == actor.account => {
                done.need_another += 1;
                continue;
            }
            Some(_) => {
                feed::release(&tx, world, &held).await?;
                done.released += 1;
                "released"
            }
            None => {
                store::held_closing::approve(&tx, &held, actor.account).await?;
                done.approved += 1;
                "approved"
            }
        };
        let facts = json!({ "domain": held.domain, "cause": held.cause, "requests": held.requests });
        Trail::by(actor, "release_closings", world.now())
            .on("held_closing", held.id)
            .moved("held", step)
            .with(facts)
            .write(&tx)
            .await?;
    }
    tx.commit().await?;
    Ok(done)
}

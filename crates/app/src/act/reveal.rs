//! Showing what is masked, for a reason that is written down.

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::OrderId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::fields;
use crate::order::Loaded;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// What to show, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Reveal {
    /// The order.
    pub order: Uuid,
    /// The field's path.
    pub field: String,
    /// Why; it stays in the audit trail.
    pub reason: String,
}

/// What was masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revealed {
    /// The field's path.
    pub field: String,
    /// Its value.
    pub value: String,
}

/// Shows one value and writes down who saw it and why.
///
/// # Errors
/// When the reason is missing, or there is no such field in an order the actor may see.
pub async fn reveal(world: &World, actor: &Actor, input: Reveal) -> Result<Revealed> {
    require(actor, Act::Reveal)?;
    let reason = input.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::field("reason", "reason-missing"));
    }
    let id = OrderId(input.order);
    let loaded = Loaded::read(&world.store.read().await?, world, id).await?;
    loaded.require_visible(actor)?;
    let value = fields::flatten(&loaded.order.draft).remove(&input.field).ok_or(Error::NotFound)?;
    // The line comes first: what cannot be written down is not shown.
    let tx = world.store.write().await?;
    let facts = json!({ "field": input.field });
    Trail::by(actor, "reveal", world.now()).on("order", id).because(reason).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(Revealed { field: input.field, value })
}

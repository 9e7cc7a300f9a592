//! Opening an order for editing.

use serde::Deserialize;
use store::OrderId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::Result;
use crate::order::Loaded;
use crate::order::view::EditView;
use crate::policy::{Act, require};
use crate::world::World;

/// Which order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct EditOrder {
    /// The order.
    pub order: Uuid,
}

/// The owner's own words, unmasked, with what may be changed and what the checks say.
///
/// # Errors
/// When the order is not the actor's.
pub async fn edit_order(world: &World, actor: &Actor, input: EditOrder) -> Result<EditView> {
    require(actor, Act::EditOrder)?;
    let reader = world.store.read().await?;
    let loaded = Loaded::read(&reader, world, OrderId(input.order)).await?;
    loaded.require_owner(actor)?;
    Ok(EditView::of(&loaded, world.today()))
}

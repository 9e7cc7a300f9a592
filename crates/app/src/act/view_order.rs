//! Looking at an order.

use crate::actor::Actor;
use crate::error::Result;
use crate::order::view::OrderView;
use crate::order::{Loaded, OrderRef};
use crate::policy::{Act, require};
use crate::world::World;

/// An order with its timeline, for its owner and for the provider; always masked.
///
/// # Errors
/// When there is no such order, or it is another applicant's.
pub async fn view_order(world: &World, actor: &Actor, input: OrderRef) -> Result<OrderView> {
    require(actor, Act::ViewOrder)?;
    let reader = world.store.read().await?;
    let loaded = Loaded::read(&reader, world, input.id()).await?;
    loaded.require_visible(actor)?;
    OrderView::of(&reader, world, actor, &loaded).await
}

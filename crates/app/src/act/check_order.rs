//! Checking a whole order.

use filing::check::{self, Finding};
use filing::progress::{self, Section};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::error::Result;
use crate::order::{Loaded, OrderRef};
use crate::policy::{Act, require};
use crate::world::World;

/// What the checks say of an order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrderCheck {
    /// Everything, in the order of the form.
    pub findings: Vec<Finding>,
    /// How far each section is.
    pub tasks: Vec<Section>,
    /// Whether it can be submitted as it is.
    pub can_submit: bool,
}

/// Runs every rule of today over the order.
///
/// # Errors
/// When the order is not the actor's.
pub async fn check_order(world: &World, actor: &Actor, input: OrderRef) -> Result<OrderCheck> {
    require(actor, Act::CheckOrder)?;
    let reader = world.store.read().await?;
    let loaded = Loaded::read(&reader, world, input.id()).await?;
    loaded.require_owner(actor)?;
    let findings = loaded.findings(world.today());
    let is_open = loaded.order.stage.clone().submit(world.now()).is_ok();
    Ok(OrderCheck {
        tasks: progress::sections_of(&loaded.order.draft, &loaded.known, &findings),
        can_submit: is_open && !check::blocks(&findings),
        findings,
    })
}

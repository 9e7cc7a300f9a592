//! Listing one's orders.

use filing::stage::StageKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::order::{Filter, Sort};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::Result;
use crate::order::timeline::{NextStep, next_step};
use crate::page::{self, Page};
use crate::policy::{Act, require};
use crate::world::World;

/// Which part of the list.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct ListOrders {
    /// From where on.
    pub cursor: Option<String>,
}

/// An order in the list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrderRow {
    /// The order.
    pub id: Uuid,
    /// The number people use.
    pub number: String,
    /// The domain of the first site.
    pub domain: String,
    /// Where it stands, as a word.
    pub stage: StageKind,
    /// What is asked, as a word.
    pub action: String,
    /// What comes next.
    pub next: NextStep,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// The actor's orders, the newest first.
///
/// # Errors
/// When the actor may not, or the cursor is none.
pub async fn list_orders(world: &World, actor: &Actor, input: ListOrders) -> Result<Page<OrderRow>> {
    require(actor, Act::ListOrders)?;
    let filter = Filter { account: Some(actor.account), ..Filter::default() };
    let wanted = page::wanted(input.cursor.as_deref())?;
    let listing = store::order::list(&world.store.read().await?, &filter, Sort::Newest, &wanted).await?;
    Ok(Page::of(listing, |order| OrderRow {
        id: order.id.0,
        number: order.number.clone(),
        domain: order.draft.basic.domain.clone(),
        stage: order.stage.kind(),
        action: order.action.clone(),
        next: next_step(&order),
        created_at: order.created_at,
        updated_at: order.updated_at,
    }))
}

//! The list of papers of an order, and the forms its owner fills in.

use filing::draft::Draft;
use filing::papers::{self, Paper};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::OrderId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::Result;
use crate::order::Loaded;
use crate::policy::{Act, require};
use crate::world::World;

/// Which order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ListPapers {
    /// The order.
    pub order: Uuid,
}

/// Whose form is to be filled in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PrintPaper {
    /// The order.
    pub order: Uuid,
}

/// A paper of the list, and whether it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperView {
    /// The paper.
    #[serde(flatten)]
    pub paper: Paper,
    /// Whether it is there.
    pub there: bool,
}

/// What a form is filled in with: the owner's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperDraft {
    /// The number people use.
    pub number: String,
    /// What was typed.
    pub draft: Draft,
    /// Today.
    pub on: Date,
}

/// The papers of an order on this day; nothing personal can be read in it.
///
/// # Errors
/// When there is no such order that the actor may see.
pub async fn list_papers(world: &World, actor: &Actor, input: ListPapers) -> Result<Vec<PaperView>> {
    require(actor, Act::ListPapers)?;
    let reader = world.store.read().await?;
    let loaded = Loaded::read(&reader, world, OrderId(input.order)).await?;
    loaded.require_visible(actor)?;
    let (draft, facts) = (&loaded.order.draft, &loaded.known);
    let papers = papers::needed(draft, facts, world.today());
    Ok(papers.into_iter().map(|paper| PaperView { there: paper.is_there(draft, facts), paper }).collect())
}

/// What an order's forms are filled in with: for its owner alone, since names and numbers stand in them in full.
///
/// # Errors
/// When the order is not the actor's.
pub async fn print_paper(world: &World, actor: &Actor, input: PrintPaper) -> Result<PaperDraft> {
    require(actor, Act::PrintPaper)?;
    let reader = world.store.read().await?;
    let loaded = Loaded::read(&reader, world, OrderId(input.order)).await?;
    loaded.require_owner(actor)?;
    Ok(PaperDraft { number: loaded.order.number, draft: loaded.order.draft, on: world.today() })
}

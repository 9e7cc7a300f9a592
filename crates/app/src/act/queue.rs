//! The review desk's queue.

use filing::stage::{Stage, StageKind};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::order::{Filter, Order, Sort};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::Result;
use crate::order::OrderFacts;
use crate::order::masked::masked;
use crate::order::timeline::next_step;
use crate::page::{self, Page};
use crate::policy::{Act, require};
use crate::review::claimed_by;
use crate::world::World;

/// Which part of the queue.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct Queue {
    /// Which orders.
    #[serde(default)]
    pub view: QueueKind,
    /// Only those at this stage.
    pub stage: Option<StageKind>,
    /// From where on.
    pub cursor: Option<String>,
}

/// Which orders the queue shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueKind {
    /// Those that wait for a reviewer, the longest waiting first.
    #[default]
    Waiting,
    /// Those the actor has claimed.
    Mine,
    /// Those any reviewer has claimed.
    InReview,
    /// All, the newest first.
    All,
}

/// An order in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueueRow {
    /// The order.
    pub order: Uuid,
    /// The number people use.
    pub number: String,
    /// The domain of the first site.
    pub domain: String,
    /// The subject's name; a person's is masked.
    pub subject_name: String,
    /// The nature as a word.
    pub nature: String,
    /// The two-digit code of the province.
    pub province: String,
    /// What is asked, as a word.
    pub action: String,
    /// Where it stands, as a word.
    pub stage: StageKind,
    /// When it was submitted, while it is under review.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub submitted_at: Option<Timestamp>,
    /// The day by which whoever has it should be done.
    #[schema(value_type = Option<String>, format = Date)]
    pub due_on: Option<Date>,
    /// Who has claimed it.
    pub reviewer: Option<Uuid>,
    /// Whether it was submitted before.
    pub resubmitted: bool,
    /// How many sites it has.
    pub sites: usize,
}

/// How many orders are where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueCounts {
    /// Waiting for a reviewer.
    pub waiting: u64,
    /// Claimed by the actor.
    pub mine: u64,
    /// Claimed by anybody.
    pub in_review: u64,
    /// Waiting for the applicant.
    pub changes_requested: u64,
    /// Passed, waiting for the wire.
    pub to_report: u64,
    /// With the authority.
    pub with_authority: u64,
}

/// Orders under review.
///
/// # Errors
/// When the actor may not, or the cursor is none.
pub async fn queue(world: &World, actor: &Actor, input: Queue) -> Result<Page<QueueRow>> {
    require(actor, Act::Queue)?;
    let mut filter = Filter::default();
    let sort = match input.view {
        QueueKind::Waiting => {
            filter.stages = vec![StageKind::Submitted];
            Sort::LongestWaiting
        }
        QueueKind::Mine => {
            filter.stages = vec![StageKind::InReview];
            filter.claimed_by = Some(actor.account);
            Sort::LongestWaiting
        }
        QueueKind::InReview => {
            filter.stages = vec![StageKind::InReview];
            Sort::LongestWaiting
        }
        QueueKind::All => {
            // A draft is the applicant's own until it is submitted.
            filter.stages = StageKind::ALL.into_iter().filter(|kind| *kind != StageKind::Draft).collect();
            Sort::Newest
        }
    };
    if let Some(stage) = input.stage {
        filter.stages.retain(|kind| *kind == stage);
        if filter.stages.is_empty() {
            return Ok(Page { items: Vec::new(), next: None });
        }
    }
    let wanted = page::wanted(input.cursor.as_deref())?;
    let listing = store::order::list(&world.store.read().await?, &filter, sort, &wanted).await?;
    Ok(Page::of(listing, |order| row(&order)))
}

/// How many orders are where.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn queue_counts(world: &World, actor: &Actor) -> Result<QueueCounts> {
    require(actor, Act::Queue)?;
    let reader = world.store.read().await?;
    let mut counts = QueueCounts::default();
    for (kind, orders) in store::order::count_running(&reader).await? {
        match kind {
            StageKind::Submitted => counts.waiting = orders,
            StageKind::InReview => counts.in_review = orders,
            StageKind::ChangesRequested => counts.changes_requested = orders,
            StageKind::ToReport => counts.to_report = orders,
            StageKind::AwaitingSms | StageKind::AtAuthority => counts.with_authority += orders,
            StageKind::Draft | StageKind::Filed | StageKind::Cancelled | StageKind::Abandoned => {}
        }
    }
    counts.mine = store::order::count_claimed(&reader, actor.account).await?;
    Ok(counts)
}

fn row(order: &Order) -> QueueRow {
    let submitted_at = match &order.stage {
        Stage::Submitted { at } => Some(*at),
        Stage::InReview { submitted_at, .. } => Some(*submitted_at),
        _ => None,
    };
    QueueRow {
        order: order.id.0,
        number: order.number.clone(),
        domain: order.draft.basic.domain.clone(),
        subject_name: masked(&order.draft).basic.name,
        nature: order.nature.clone(),
        province: order.province.clone(),
        action: order.action.clone(),
        stage: order.stage.kind(),
        submitted_at,
        due_on: next_step(order).due,
        reviewer: claimed_by(order).map(|account| account.0),
        resubmitted: OrderFacts::of(order).is_ok_and(|facts| facts.rounds > 1),
        sites: order.draft.sites.len(),
    }
}

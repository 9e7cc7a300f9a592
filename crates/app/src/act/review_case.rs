//! Working on a case: claiming, marking, calling.

use serde::Deserialize;
use serde_json::json;
use store::call::Call;
use store::order::Order;
use store::review::{Mark, MarkState};
use store::{CallId, OrderId, Tx};
use utoipa::ToSchema;
use uuid::Uuid;

use super::submit::everybody;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::fields;
use crate::notice;
use crate::order::{self, Loaded, OrderRef};
use crate::policy::{Act, require};
use crate::review::{CallOutcome, CaseView, require_claim};
use crate::trail::Trail;
use crate::world::World;

/// A mark on a field.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MarkField {
    /// The order.
    pub order: Uuid,
    /// The field's path; a paper's slot, or `order` for the whole, are fields too.
    pub field: String,
    /// What was found.
    pub mark: MarkWord,
    /// What the applicant is to do, when it must be mended.
    #[serde(default)]
    pub advice: Option<String>,
}

/// What a reviewer found of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkWord {
    /// Nothing after all.
    None,
    /// It was looked at.
    Seen,
    /// It is right.
    Ok,
    /// It must be mended.
    NeedsChange,
}

/// A call about an order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct LogCall {
    /// The order.
    pub order: Uuid,
    /// Who was called.
    pub who: CallParty,
    /// Of which site, when a manager was.
    #[serde(default)]
    pub site: Option<usize>,
    /// How it ended.
    pub outcome: CallOutcome,
    /// What was said.
    #[serde(default)]
    pub note: String,
}

/// Who was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallParty {
    /// The principal.
    Principal,
    /// A manager.
    Manager,
}

/// A case on the desk: masked data, documents, findings, marks, calls, and what changed since the last submission.
///
/// # Errors
/// When there is no such order.
pub async fn view_case(world: &World, actor: &Actor, input: OrderRef) -> Result<CaseView> {
    require(actor, Act::ViewCase)?;
    let reader = world.store.read().await?;
    let loaded = Loaded::read(&reader, world, input.id()).await?;
    if loaded.order.stage.kind() == filing::stage::StageKind::Draft && loaded.facts.rounds == 0 {
        // A draft is the applicant's own until it is submitted.
        return Err(Error::NotFound);
    }
    CaseView::of(&reader, world, actor, &loaded).await
}

/// Takes a case from the queue. Claiming one's own case again changes nothing.
///
/// # Errors
/// `stage` when it is not waiting, or another reviewer was first.
pub async fn claim(world: &World, actor: &Actor, input: OrderRef) -> Result<CaseView> {
    require(actor, Act::Claim)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut loaded = Loaded::lock(&tx, world, input.id()).await?;
    if require_claim(actor, &loaded.order).is_err() {
        let stage = loaded.order.stage.clone().claim(actor.account.0, now)?;
        loaded.enter(stage, now);
        loaded.save(&tx).await?;
        Trail::by(actor, "claim", now).on("order", loaded.order.id).moved("submitted", "in_review").write(&tx).await?;
    }
    commit!(tx, "claim");
    view(world, actor, &loaded.order).await
}

/// Puts a case back into the queue; a supervisor may put back anybody's.
///
/// # Errors
/// `not-claimed-by-you` when another reviewer has it.
pub async fn release(world: &World, actor: &Actor, input: OrderRef) -> Result<CaseView> {
    require(actor, Act::Release)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut loaded = Loaded::lock(&tx, world, input.id()).await?;
    if actor.role != store::account::Role::Supervisor {
        require_claim(actor, &loaded.order)?;
    }
    let stage = loaded.order.stage.clone().release()?;
    loaded.enter(stage, now);
    loaded.save(&tx).await?;
    Trail::by(actor, "release", now).on("order", loaded.order.id).moved("in_review", "submitted").write(&tx).await?;
    tx.commit().await?;
    view(world, actor, &loaded.order).await
}

/// Marks a field as seen, right, or to be mended with advice.
///
/// # Errors
/// When the actor has not claimed the case, there is no such field, or the advice is missing.
pub async fn mark_field(world: &World, actor: &Actor, input: MarkField) -> Result<CaseView> {
    require(actor, Act::MarkField)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let loaded = Loaded::lock(&tx, world, OrderId(input.order)).await?;
    require_claim(actor, &loaded.order)?;
    require_field(&loaded, &input.field)?;
    let advice = input.advice.unwrap_or_default().trim().to_owned();
    let state = match input.mark {
        MarkWord::None => None,
        MarkWord::Seen => Some(MarkState::Seen),
        MarkWord::Ok => Some(MarkState::Ok),
        MarkWord::NeedsChange if advice.is_empty() => return Err(Error::field("advice", "advice-missing")),
        MarkWord::NeedsChange => Some(MarkState::NeedsChange),
    };
    let word = state.map_or("none", MarkState::as_str);
    match state {
        None => store::review::unset(&tx, loaded.order.id, &input.field).await?,
        Some(state) => {
            let field = input.field.clone();
            let mark = Mark { order: loaded.order.id, field, state, advice, reviewer: actor.account, at: now };
            store::review::set(&tx, &mark).await?;
        }
    }
    let facts = json!({ "field": input.field, "mark": word });
    Trail::by(actor, "mark_field", now).on("order", loaded.order.id).with(facts).write(&tx).await?;
    tx.commit().await?;
    view(world, actor, &loaded.order).await
}

/// Whether the order has the field: a value, a group of values, a paper's slot, or the whole.
pub(crate) fn require_field(loaded: &Loaded, field: &str) -> Result<()> {
    let is_paper = crate::paper::known_slot(loaded, field).is_ok();
    let is_value = !fields::below(&fields::flatten(&loaded.order.draft), field).is_empty();
    if field == order::WHOLE || is_paper || is_value { Ok(()) } else { Err(Error::field("field", "field-unknown")) }
}

/// Notes a call. After one that nobody answered, everybody is told that another follows.
///
/// # Errors
/// When the actor has not claimed the case, or nobody has that part in it.
pub async fn log_call(world: &World, actor: &Actor, input: LogCall) -> Result<CaseView> {
    require(actor, Act::LogCall)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let loaded = Loaded::lock(&tx, world, OrderId(input.order)).await?;
    require_claim(actor, &loaded.order)?;
    let draft = &loaded.order.draft;
    let (party, person) = match input.who {
        CallParty::Principal => ("principal".to_owned(), Some(&draft.principal)),
        CallParty::Manager => {
            let site = input.site.unwrap_or(0);
            (format!("manager.{site}"), filing::material::manager(draft, site))
        }
    };
    let person = person.ok_or_else(|| Error::field("site", "field-unknown"))?;
    let call = Call {
        id: CallId(world.uuid()),
        order: loaded.order.id,
        reviewer: actor.account,
        party: party.clone(),
        phone: person.mobile.clone(),
        outcome: input.outcome.as_str().to_owned(),
        note: input.note.trim().chars().take(1_000).collect(),
        at: now,
    };
    store::call::insert(&tx, &call).await?;
    if input.outcome == CallOutcome::NoAnswer {
        tell_missed(&tx, world, &loaded).await?;
    }
    let facts = json!({ "who": party, "outcome": input.outcome.as_str() });
    Trail::by(actor, "log_call", now).on("order", loaded.order.id).with(facts).write(&tx).await?;
    commit!(tx, "log-call");
    view(world, actor, &loaded.order).await
}

async fn tell_missed(tx: &Tx, world: &World, loaded: &Loaded) -> Result<()> {
    let url = world.settings.link(&format!("orders/{}", loaded.order.id));
    let values = [("domain", loaded.order.draft.basic.domain.as_str()), ("url", url.as_str())];
    notice::send(tx, world, &everybody(loaded), "call-missed", &values).await
}

async fn view(world: &World, actor: &Actor, order: &Order) -> Result<CaseView> {
    let reader = world.store.read().await?;
    CaseView::of(&reader, world, actor, &Loaded::read(&reader, world, order.id).await?).await
}

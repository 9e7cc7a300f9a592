//! Taking an order back, giving it up, and saying that the text message was confirmed.

use filing::stage::{AbandonReason, StageKind};

use super::handover;
use crate::actor::Actor;
use crate::error::Result;
use crate::fault::commit;
use crate::order::view::OrderView;
use crate::order::{self, Loaded, OrderRef};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// Takes a submitted order back into draft, as long as no reviewer has it.
///
/// # Errors
/// `stage` when it is not waiting for a reviewer.
pub async fn withdraw(world: &World, actor: &Actor, input: OrderRef) -> Result<OrderView> {
    require(actor, Act::Withdraw)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut loaded = Loaded::lock(&tx, world, input.id()).await?;
    loaded.require_owner(actor)?;
    let from = order::word(&loaded.order.stage);
    let stage = loaded.order.stage.clone().withdraw(now)?;
    loaded.enter(stage, now);
    loaded.save(&tx).await?;
    order::back_to_account_hold(&tx, &loaded.order).await?;
    Trail::by(actor, "withdraw", now).on("order", loaded.order.id).moved(from, "draft").write(&tx).await?;
    tx.commit().await?;
    view(world, actor, &input).await
}

/// Gives an order up; possible any time before the authority has it.
///
/// # Errors
/// `stage` when the authority has it or it has ended.
pub async fn abandon(world: &World, actor: &Actor, input: OrderRef) -> Result<OrderView> {
    require(actor, Act::Abandon)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut loaded = Loaded::lock(&tx, world, input.id()).await?;
    loaded.require_owner(actor)?;
    // Once a number on the wire is taken, the authority may already have it though no answer came back.
    if has_open_upload(&tx, &loaded).await? {
        return Err(crate::error::Error::conflict("stage"));
    }
    let from = order::word(&loaded.order.stage);
    let stage = loaded.order.stage.clone().abandon(AbandonReason::ByApplicant, now)?;
    loaded.enter(stage, now);
    loaded.save(&tx).await?;
    store::order::release_holds(&tx, loaded.order.id).await?;
    handover::revoke_all(&tx, world, loaded.order.id).await?;
    Trail::by(actor, "abandon", now).on("order", loaded.order.id).moved(from, "abandoned").write(&tx).await?;
    tx.commit().await?;
    view(world, actor, &input).await
}

/// The applicant says that the ministry's text message was confirmed; the authority's own word may come later.
///
/// # Errors
/// `stage` when no text message is awaited.
pub async fn confirm_sms_done(world: &World, actor: &Actor, input: OrderRef) -> Result<OrderView> {
    require(actor, Act::ConfirmSmsDone)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut loaded = Loaded::lock(&tx, world, input.id()).await?;
    loaded.require_owner(actor)?;
    // Saying it twice, or after the authority moved on, is no mistake.
    if !matches!(loaded.order.stage.kind(), StageKind::AtAuthority | StageKind::Filed) {
        let stage = loaded.order.stage.clone().confirm_sms(now)?;
        loaded.enter(stage, now);
        loaded.save(&tx).await?;
        Trail::by(actor, "confirm_sms", now)
            .on("order", loaded.order.id)
            .moved("awaiting_sms", "at_authority")
            .write(&tx)
            .await?;
    }
    commit!(tx, "confirm-sms");
    view(world, actor, &input).await
}

async fn has_open_upload(tx: &store::Tx, loaded: &Loaded) -> Result<bool> {
    let uploads = store::upload::for_order(tx, loaded.order.id).await?;
    Ok(uploads.iter().any(|upload| upload.settled_at.is_none()))
}

async fn view(world: &World, actor: &Actor, input: &OrderRef) -> Result<OrderView> {
    let reader = world.store.read().await?;
    OrderView::of(&reader, world, actor, &Loaded::read(&reader, world, input.id()).await?).await
}

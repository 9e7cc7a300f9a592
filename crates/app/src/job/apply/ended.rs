//! What changes or ends something that is filed: records as they are after a change, and what the authority cancelled.

use authority::message::{Cancelled, CancelledKind, FiledRecord, MachineResult};
use filing::stage::Action;
use serde_json::json;
use store::filed::{FiledState, FiledSubject};
use store::order::Hold;
use store::supplement::SupplementState;
use store::{OrderId, Tx};

use super::{Fate, correlate::Ours, load_reported};
use crate::act::submit::everybody;
use crate::bureau::Bureau;
use crate::error::Result;
use crate::filed::{self, Ended};
use crate::notice;
use crate::order::{self, Loaded, OrderFacts, about};
use crate::trail::Trail;
use crate::world::World;

const fn ended(kind: CancelledKind) -> Ended {
    match kind {
        CancelledKind::Subject => Ended::Subject,
        CancelledKind::Site => Ended::Site,
        CancelledKind::Access => Ended::Access,
    }
}

/// The running order about what a cancellation speaks of.
///
/// # Errors
/// When the store cannot.
pub(super) async fn order_of_cancelled(tx: &Tx, bureau: &Bureau, cancelled: &Cancelled) -> Result<Option<OrderId>> {
    let (code, id) = (bureau.code.as_str(), cancelled.record);
    let subject = match cancelled.kind {
        CancelledKind::Subject => store::filed::find_subject_by_bureau_id(tx, code, id).await?,
        CancelledKind::Site => subject_of(tx, store::filed::sites_by_bureau_id(tx, code, id).await?).await?,
        CancelledKind::Access => subject_of(tx, store::filed::sites_by_access(tx, code, id).await?).await?,
    };
    match subject {
        Some(subject) => order_about(tx, &subject).await,
        None => Ok(None),
    }
}

async fn subject_of(tx: &Tx, sites: Vec<store::filed::FiledSite>) -> Result<Option<FiledSubject>> {
    match sites.first() {
        Some(site) => Ok(Some(store::filed::get_subject(tx, site.subject).await?)),
        None => Ok(None),
    }
}

/// The running order that changes or ends something of a filed subject: an account has one running order.
async fn order_about(tx: &Tx, subject: &FiledSubject) -> Result<Option<OrderId>> {
    let Some(id) = store::order::held_by(tx, &Hold::Account(subject.account)).await? else { return Ok(None) };
    let order = store::order::get(tx, id).await?;
    let target = OrderFacts::of(&order)?.target.filter(|target| target.subject == subject.id.0);
    Ok(target.filter(|_| about::chosen(&order).is_some()).map(|_| id))
}

/// Something was cancelled: its rows end, its domains close, and the order that asked for it is done.
///
/// # Errors
/// When the store cannot.
pub(super) async fn cancelled(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    cancelled: &Cancelled,
    lines: &mut Vec<Trail>,
) -> Result<Fate> {
    let what = ended(cancelled.kind);
    let Some(subject) = filed::end(tx, world, &bureau.code, what, cancelled.record).await? else {
        return Ok(Fate::Foreign);
    };
    let facts = json!({ "kind": cancelled.kind, "record": cancelled.record, "bureau": bureau.code });
    lines.push(Trail::by_authority("cancel_filing", world.now()).on("filing", subject.id).with(facts));
    if let Some(order) = order_about(tx, &subject).await? {
        settle(tx, world, order, lines).await?;
    }
    Ok(Fate::Applied)
}

/// Ends an order whose wish is fulfilled: what it asked to end has ended.
async fn settle(tx: &Tx, world: &World, order: OrderId, lines: &mut Vec<Trail>) -> Result<()> {
    let now = world.now();
    let loaded = Loaded::lock(tx, world, order).await?;
    let Some(action) = about::chosen(&loaded.order).filter(|action| action.cancels()) else { return Ok(()) };
    let Some(target) = loaded.facts.target.clone() else { return Ok(()) };
    let filed = target.read(tx).await?;
    let has_ended = match action {
        Action::CancelSubject => filed.subject.state == FiledState::Cancelled,
        Action::CancelSite => filed.sites.iter().all(|site| site.state == FiledState::Cancelled),
        _ => filed.sites.iter().all(|site| !site.accessed),
    };
    if !has_ended {
        return Ok(());
    }
    let ours = Ours { order, round: loaded.facts.rounds };
    let Some(mut loaded) = load_reported(tx, world, ours, lines).await? else { return Ok(()) };
    let from = order::word(&loaded.order.stage);
    // Somebody else asked the authority for the same: an order that was not sent yet is the applicant's to give up.
    let Ok(stage) = loaded.order.stage.clone().cancel(now) else { return Ok(()) };
    loaded.enter(stage, now);
    loaded.save(tx).await?;
    store::order::release_holds(tx, order).await?;
    let url = world.settings.link(&format!("filings/{}", filed.subject.id));
    let number = match filed.sites.as_slice() {
        [site] if action != Action::CancelSubject => &site.number,
        _ => &filed.subject.number,
    };
    let template = match action {
        Action::CancelSubject => "subject-cancelled",
        Action::CancelSite => "site-cancelled",
        _ => "access-cancelled",
    };
    let domain = loaded.order.draft.basic.domain.clone();
    let values = [("domain", domain.as_str()), ("number", number.as_str()), ("url", url.as_str())];
    notice::send(tx, world, &everybody(&loaded), template, &values).await?;
    let facts = json!({ "number": number });
    lines.push(Trail::by_authority("cancel", now).on("order", order).moved(from, "cancelled").with(facts));
    Ok(())
}

/// The running order that a record may be the outcome of.
///
/// # Errors
/// When the store cannot.
pub(super) async fn order_of_record(tx: &Tx, bureau: &Bureau, record: &FiledRecord) -> Result<Option<OrderId>> {
    match store::filed::find_subject_by_bureau_id(tx, &bureau.code, record.subject.bureau_id).await? {
        Some(subject) => order_about(tx, &subject).await,
        None => Ok(None),
    }
}

/// What a record that was kept shows as ended: an access that is no longer in it.
///
/// # Errors
/// When the store cannot.
pub(super) async fn after_record(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    record: &FiledRecord,
    lines: &mut Vec<Trail>,
) -> Result<()> {
    match order_of_record(tx, bureau, record).await? {
        Some(order) => settle(tx, world, order, lines).await,
        None => Ok(()),
    }
}

/// Ends a change: the record has the new content, and the numbers stay.
///
/// # Errors
/// When the store cannot.
pub(super) async fn change_holds(tx: &Tx, world: &World, mut loaded: Loaded, number: &str) -> Result<Option<Trail>> {
    let now = world.now();
    let order = loaded.order.id;
    let from = order::word(&loaded.order.stage);
    let Ok(stage) = loaded.order.stage.clone().file(number.to_owned(), now) else { return Ok(None) };
    loaded.enter(stage, now);
    loaded.save(tx).await?;
    store::order::release_holds(tx, order).await?;
    let url = world.settings.link(&format!("orders/{order}"));
    let domain = loaded.order.draft.basic.domain.clone();
    let values = [("domain", domain.as_str()), ("number", number), ("url", url.as_str())];
    notice::send(tx, world, &everybody(&loaded), "change-passed", &values).await?;
    let facts = json!({ "number": number });
    Ok(Some(Trail::by_authority("change", now).on("order", order).moved(from, "filed").with(facts)))
}

/// What the machine says of a paper that was sent by itself (`Czlx` 35): the one that waits longest under the id or
/// number it names. There is no decision after it.
///
/// # Errors
/// When the store cannot.
pub(super) async fn paper_answered(tx: &Tx, world: &World, result: &MachineResult) -> Result<Fate> {
    let Some(key) = result.key.as_deref().map(str::trim) else { return Ok(Fate::Foreign) };
    let Some(paper) = store::supplement::waiting(tx, key).await?.into_iter().next() else { return Ok(Fate::Foreign) };
    let failure = result.findings.iter().find(|finding| !finding.code.is_success());
    let told = failure.or_else(|| result.findings.first());
    let code = told.map_or(0, |finding| finding.code.0);
    let state = if failure.is_some() { SupplementState::Refused } else { SupplementState::Stored };
    store::supplement::settle(tx, paper.id, state, code, world.now()).await?;
    Ok(Fate::Applied)
}

//! The way out when an authority will never take an upload as it is: what it carries goes back to
//! where it can be mended.

use authority::client::Verdict;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use store::task::TaskState;
use store::upload::{NewUpload, Upload};
use store::{Tx, UploadId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ledger::{Ledger, LedgerView, ledger};
use crate::access;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::ip_filing;
use crate::job;
use crate::job::report::{Report, is_surely_not_taken, number};
use crate::order::{self, Loaded};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// Which line stands on an upload that cannot be sent as it is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReturnUpload {
    /// The bureau.
    pub bureau: String,
}

/// What becomes of the number of an upload that is not sent.
#[derive(Debug, Clone, Copy)]
enum Number {
    /// Nothing lies under it at the authority: other bytes can take it.
    Free,
    /// The authority has something else there, up to this number.
    Spent(u64),
}

/// Takes the upload a halted line stands on out of it, and lets the line go on: an order goes back to review, ranges to
/// whoever drafted them.
///
/// Its number must not stay empty, or the authority takes none behind it: the last upload of the line moves there, and
/// where none waits, whichever order is passed next. That the authority never took the upload is certain from its
/// answer, or it is asked first.
///
/// # Errors
/// `line-not-halted` when it goes, `upload-taken` when the authority has the upload, `authority-away` when it does not
/// say, `lease-lost` while another process is on the line.
pub async fn return_upload(world: &World, actor: &Actor, input: ReturnUpload) -> Result<LedgerView> {
    require(actor, Act::ReturnUpload)?;
    let code = input.bureau.as_str();
    let upload = {
        let reader = world.store.read().await?;
        match store::bureau::get(&reader, code).await {
            Ok(line) if line.halted.is_some() => {}
            // The first upload makes the line's row; a line without one cannot have been halted.
            Ok(_) => return Err(Error::conflict("line-not-halted")),
            Err(store::Error::NotFound(_)) if world.bureaus.find(code).is_some() => {
                return Err(Error::conflict("line-not-halted"));
            }
            Err(error) => return Err(error.into()),
        }
        store::upload::next(&reader, code).await?.ok_or(Error::conflict("stage"))?
    };
    let fate = fate_of_number(world, &upload).await?;
    let now = world.now();
    let tx = world.store.write().await?;
    // An order is locked before its bureau; what else an upload carries, behind it.
    let order = match upload.order {
        Some(order) => Some(Loaded::lock(&tx, world, order).await?),
        None => None,
    };
    // The lease keeps senders away until the commit, and shows whether one is at work.
    let until = now + SignedDuration::from_secs(60);
    let lease = store::bureau::acquire(&tx, code, "return-upload", now, until).await?;
    store::bureau::release(&tx, &lease.ok_or(Error::conflict("lease-lost"))?).await?;
    let halted = store::bureau::get(&tx, code).await?.halted.ok_or(Error::conflict("line-not-halted"))?;
    if store::upload::next(&tx, code).await?.as_ref() != Some(&upload) {
        return Err(Error::conflict("version"));
    }
    let moved = free_number(&tx, world, &upload, fate).await?;
    let line = give_back(&tx, world, actor, &upload, order, &halted).await?;
    store::bureau::resume(&tx, code).await?;
    job::promise(&tx, world, &Report { bureau: input.bureau.clone() }, now).await?;
    let facts = json!({ "bureau": code, "sequence": upload.sequence, "code": upload.code, "filled_by": moved });
    line.because(&halted).with(facts).write(&tx).await?;
    Trail::by(actor, "resume_line", now)
        .on("bureau", Uuid::nil())
        .moved("halted", "running")
        .because(halted)
        .with(json!({ "bureau": code }))
        .write(&tx)
        .await?;
    tx.commit().await?;
    ledger(world, actor, Ledger::default()).await
}

/// Gives back what an upload carries: its order to review, its ranges to whoever drafted them, the answer to a task to
/// be given again.
async fn give_back(
    tx: &Tx,
    world: &World,
    actor: &Actor,
    upload: &Upload,
    order: Option<Loaded>,
    why: &str,
) -> Result<Trail> {
    let now = world.now();
    let line = Trail::by(actor, "return_upload", now);
    let Some(mut loaded) = order else {
        if let Some(mut task) = store::task::of_upload(tx, upload.id).await? {
            let from = task.state.as_str();
            task.state = TaskState::Refused { at: now, why: why.to_owned() };
            task.upload = None;
            task.updated_at = now;
            store::task::update(tx, &mut task).await?;
            return Ok(line.on("task", task.id).moved(from, "refused"));
        }
        if !store::supplement::give_back(tx, upload.id, now).await? {
            ip_filing::recall(tx, world, upload.id).await?;
        }
        return Ok(line.on("upload", upload.id));
    };
    let from = order::word(&loaded.order.stage);
    let stage = loaded.order.stage.clone().return_to_review(now)?;
    loaded.enter(stage, now);
    loaded.save(tx).await?;
    access::close_again(tx, world, &loaded).await?;
    Ok(line.on("order", loaded.order.id).moved(from, "submitted"))
}

async fn fate_of_number(world: &World, upload: &Upload) -> Result<Number> {
    if upload.attempts == 0 || upload.code.is_some_and(is_surely_not_taken) {
        return Ok(Number::Free);
    }
    let away = Error::Unavailable { code: "authority-away" };
    let Some(bureau) = world.bureaus.find(&upload.bureau) else { return Err(away) };
    let Ok(answer) = bureau.client.previous_upload().await else { return Err(away) };
    match (answer.verdict(number(upload)?, &upload.md5), answer.sequence) {
        (Verdict::NotTaken, _) => Ok(Number::Free),
        (Verdict::Taken, _) => Err(Error::conflict("upload-taken")),
        (Verdict::Conflict, Some(last)) => Ok(Number::Spent(u64::try_from(last).unwrap_or(upload.sequence))),
        (Verdict::Conflict | Verdict::Unknown, _) => Err(away),
    }
}

/// Takes the upload off its number; says which number's upload fills it now.
async fn free_number(tx: &Tx, world: &World, upload: &Upload, fate: Number) -> Result<Option<u64>> {
    let now = world.now();
    let note = upload.note.as_deref().unwrap_or_default();
    store::upload::mark_refused(tx, upload.id, now, upload.code, note).await?;
    if let Number::Spent(last) = fate {
        store::upload::spend(tx, upload.id).await?;
        store::bureau::skip_past(tx, &upload.bureau, last).await?;
        return Ok(None);
    }
    let Some(tail) = store::upload::last_unsent(tx, &upload.bureau, upload.sequence).await? else { return Ok(None) };
    let bytes = store::upload::container(tx, tail.id).await?;
    store::upload::mark_refused(tx, tail.id, now, None, &format!("moved to number {}", upload.sequence)).await?;
    let new = NewUpload {
        id: UploadId(world.uuid()),
        bureau: &tail.bureau,
        order: tail.order,
        operation: &tail.operation,
        container: &bytes,
        md5: &tail.md5,
        at: now,
    };
    let moved = store::upload::replace(tx, upload.id, &new).await?;
    store::ip_range::move_upload(tx, tail.id, moved.id).await?;
    // A task knows its answer by the upload, too.
    if let Some(mut task) = store::task::of_upload(tx, tail.id).await? {
        task.upload = Some(moved.id);
        store::task::update(tx, &mut task).await?;
    }
    Ok(Some(tail.sequence))
}

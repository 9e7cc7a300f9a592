//! What a downloaded file does here: results and decisions move orders, records bring the numbers.
//!
//! The interface promises no order between the machine's result, the officer's decision and the record: each is applied
//! as it comes, and what it implies about the steps before it is noted with it.

use std::collections::BTreeSet;

use authority::message::{Download, Operation};
use filing::stage::StageKind;
use store::Tx;
use store::upload::{Upload, UploadState};

use super::report::settle_stored;
use crate::bureau::Bureau;
use crate::error::Result;
use crate::order::Loaded;
use crate::trail::Trail;
use crate::world::World;
use correlate::Ours;

pub mod correlate;
mod ended;
mod ip;
mod keep;
mod outcome;
mod record;

mod audit;
mod blacklist;
mod cancelled;
mod codes;
mod illegal_access;
mod notices;
mod sync;
mod told;
mod unfiled;
mod verification;

/// Applies a file in one transaction, what the bureau tells of its own accord and what answers ours; says in a few words
/// what it held.
///
/// # Errors
/// When the store cannot; nothing is applied then.
pub async fn apply_file(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    file: &store::download::Download,
    content: &Download,
) -> Result<String> {
    let mut lines = Vec::new();
    // On the heap: whoever polls would otherwise carry every effect on its stack.
    let told = Box::pin(told::apply(tx, world, bureau, file, content, &mut lines)).await?;
    let answered = Box::pin(apply(tx, world, bureau, content)).await?;
    // The end of the audit trail is locked last.
    for line in lines {
        line.write(tx).await?;
    }
    Ok(format!("{answered}{told}"))
}

/// Applies what answers ours and says in a few words what it held.
///
/// # Errors
/// When the store cannot; nothing is applied then.
pub async fn apply(tx: &Tx, world: &World, bureau: &Bureau, content: &Download) -> Result<String> {
    let mut orders = BTreeSet::new();
    for result in &content.results {
        orders.extend(correlate::of_result(tx, &bureau.code, result).await?.map(|ours| ours.order));
    }
    for decision in &content.decisions {
        orders.extend(correlate::of_decision(tx, &bureau.code, decision).await?.map(|ours| ours.order));
    }
    let provider = bureau.client.bureau().isp_id;
    for record in &content.records {
        let found = correlate::of_record(tx, &bureau.code, provider, record).await?;
        orders.extend(found.into_iter().map(|ours| ours.order));
    }
    for record in &content.records {
        orders.extend(ended::order_of_record(tx, bureau, record).await?);
    }
    for cancelled in &content.cancelled {
        orders.extend(ended::order_of_cancelled(tx, bureau, cancelled).await?);
    }
    // Every act locks its order first and the end of the audit trail last. Here, too, all orders are locked before the
    // first line is written, always in the same sequence, so that nobody waits for somebody who waits for this.
    for order in orders {
        store::order::get_for_update(tx, order).await?;
    }
    let mut lines = Vec::new();
    let mut fates = Vec::new();
    for result in &content.results {
        fates.push(match result.operation {
            Operation::MATERIALS => ended::paper_answered(tx, world, result).await?,
            _ => outcome::machine_result(tx, world, bureau, result, &mut lines).await?,
        });
    }
    for decision in &content.decisions {
        fates.push(outcome::officer_decision(tx, world, bureau, decision, &mut lines).await?);
    }
    for record in &content.records {
        fates.push(record::filed_record(tx, world, bureau, record, &mut lines).await?);
        ended::after_record(tx, world, bureau, record, &mut lines).await?;
    }
    for cancelled in &content.cancelled {
        fates.push(ended::cancelled(tx, world, bureau, cancelled, &mut lines).await?);
    }
    let ranges = ip::apply(tx, world, bureau, content, &mut lines).await?;
    for line in lines {
        line.write(tx).await?;
    }
    let count = |wanted: Fate| fates.iter().filter(|fate| **fate == wanted).count();
    let (foreign, earlier) = (count(Fate::Foreign), count(Fate::Earlier));
    Ok(format!(
        "results {}, decisions {}, records {}, not ours {foreign}, of an earlier round {earlier}, ranges {ranges}, not \
         handled {:?}, not readable {}",
        content.results.len(),
        content.decisions.len(),
        content.records.len(),
        content.unhandled,
        content.unreadable.len()
    ))
}

/// What became of one record of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It took effect, or there was nothing left to do.
    Applied,
    /// It speaks of nothing this provider sent there.
    Foreign,
    /// It speaks of what was submitted before the present round: kept, but the order stays where it is.
    Earlier,
}

/// A result about an order proves that its upload arrived, though the answer to it was lost, or was none that says so.
/// None when the result is of an earlier round.
async fn load_reported(tx: &Tx, world: &World, ours: Ours, lines: &mut Vec<Trail>) -> Result<Option<Loaded>> {
    let loaded = Loaded::lock(tx, world, ours.order).await?;
    if loaded.facts.rounds != ours.round {
        return Ok(None);
    }
    if loaded.order.stage.kind() != StageKind::ToReport {
        return Ok(Some(loaded));
    }
    let was_sent = |upload: &&Upload| match upload.state {
        UploadState::Sending => true,
        UploadState::Held => upload.attempts > 0,
        _ => false,
    };
    let uploads = store::upload::for_order(tx, ours.order).await?;
    if let Some(upload) = uploads.iter().rev().find(was_sent) {
        lines.extend(settle_stored(tx, world, upload, "proved by a result").await?);
    }
    Loaded::lock(tx, world, ours.order).await.map(Some)
}

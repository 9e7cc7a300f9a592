//! Which order, and which of its rounds, something the authority sent speaks of.
//!
//! Neither a result nor a decision carries the number of an upload (specification, section 4.0). Each names a record,
//! by another key for each operation:
//!
//! | operation (`Czlx`) | result (`Bs`) | decision (`Jlid`) |
//! |---|---|---|
//! | 1 新增备案 | our id of the subject | the same |
//! | 2 新增网站 | the subject's filing number, or the bureau's id of it | our id of the site |
//! | 3 新增接入 | our id of the access, or the site's filing number | our id of the access |
//! | 4 变更 | the bureau's id or the filing number that was submitted | the bureau's id |
//! | 5, 6, 7 取消接入, 注销主体, 注销网站 | the same | the bureau's id |
//! | 35 核验材料 | the id or the number that was submitted | none comes |
//!
//! Our own ids are new in every round (`store::wire_id`). What the authority numbered is sent again and again; whoever
//! referred to it last and was sent is meant (`store::wire_reference`): a subject has one order in review at a time.

use std::collections::BTreeSet;

use authority::message::{Decision, FiledRecord, MachineResult, Operation};
use filing::stage::StageKind;
use store::upload::UploadState;
use store::{OrderId, Reader};

use crate::error::Result;
use crate::order::OrderFacts;

/// A round of an order of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ours {
    /// The order.
    pub order: OrderId,
    /// The round that was sent.
    pub round: u32,
}

/// The operations whose requests refer to records that the authority numbered.
const REFERRING: [Operation; 7] = [
    Operation::NEW_SITE,
    Operation::NEW_ACCESS,
    Operation::CHANGE,
    Operation::CANCEL_ACCESS,
    Operation::CANCEL_SUBJECT,
    Operation::CANCEL_SITE,
    Operation::MATERIALS,
];

/// What a result of the machine speaks of; none when this bureau never got such a request from us.
///
/// # Errors
/// When the store cannot.
pub async fn of_result(r: &Reader, bureau: &str, result: &MachineResult) -> Result<Option<Ours>> {
    let Some(key) = result.key.as_deref().map(str::trim).filter(|key| !key.is_empty()) else { return Ok(None) };
    match (result.operation, result.key_id()) {
        (Operation::NEW_FILING, id) => own(r, bureau, "subject", id).await,
        (Operation::NEW_ACCESS, id @ Some(_)) => own(r, bureau, "access", id).await,
        (operation, _) => referred(r, bureau, operation, key).await,
    }
}

/// What a decision of an officer speaks of.
///
/// `Czlx` may be left out. The ids of different kinds and makers overlap, so the decision is then only ours when one
/// order alone can be meant: one that the authority has.
///
/// # Errors
/// When the store cannot.
pub async fn of_decision(r: &Reader, bureau: &str, decision: &Decision) -> Result<Option<Ours>> {
    let Some(record) = decision.record else { return Ok(None) };
    if let Some(operation) = decision.operation {
        return decided(r, bureau, operation, record).await;
    }
    let mut possible = BTreeSet::new();
    for operation in std::iter::once(Operation::NEW_FILING).chain(REFERRING) {
        if let Some(ours) = decided(r, bureau, operation, record).await?
            && is_with_authority(r, ours).await?
        {
            possible.insert(ours);
        }
    }
    if possible.len() > 1 {
        tracing::warn!(%bureau, record, orders = possible.len(), "a decision without operation may mean several orders");
        return Ok(None);
    }
    Ok(possible.pop_first())
}

/// The rounds a filed record may be the outcome of; whether it is of their subject, its certificate must tell, because
/// the ids of other providers count from 1 like ours.
///
/// # Errors
/// When the store cannot.
pub async fn of_record(r: &Reader, bureau: &str, provider: i64, record: &FiledRecord) -> Result<Vec<Ours>> {
    let mut found = BTreeSet::new();
    let subject = &record.subject;
    found.extend(own(r, bureau, "subject", subject.id).await?);
    let of_subject = [subject.number.clone(), Some(subject.bureau_id.to_string())];
    for reference in of_subject.iter().flatten() {
        for operation in [Operation::NEW_SITE, Operation::CHANGE] {
            found.extend(referred(r, bureau, operation, reference).await?);
        }
    }
    for site in &record.sites {
        found.extend(own(r, bureau, "site", site.id).await?);
        let of_site = [site.number.clone(), Some(site.bureau_id.to_string())];
        for reference in of_site.iter().flatten() {
            for operation in [Operation::NEW_ACCESS, Operation::CHANGE] {
                found.extend(referred(r, bureau, operation, reference).await?);
            }
        }
        for access in site.accesses.iter().filter(|access| access.provider == provider) {
            found.extend(own(r, bureau, "access", access.id).await?);
        }
    }
    Ok(found.into_iter().collect())
}

async fn decided(r: &Reader, bureau: &str, operation: Operation, record: i64) -> Result<Option<Ours>> {
    match operation {
        Operation::NEW_FILING => own(r, bureau, "subject", Some(record)).await,
        Operation::NEW_SITE => own(r, bureau, "site", Some(record)).await,
        Operation::NEW_ACCESS => own(r, bureau, "access", Some(record)).await,
        operation => referred(r, bureau, operation, &record.to_string()).await,
    }
}

/// The round in which we gave something a number of our own.
async fn own(r: &Reader, bureau: &str, kind: &str, wire: Option<i64>) -> Result<Option<Ours>> {
    let Some(wire) = wire else { return Ok(None) };
    let found = store::wire_id::find(r, kind, wire).await?.filter(|id| id.bureau == bureau);
    Ok(found.map(|id| Ours { order: id.order, round: id.round }))
}

/// The last round that was sent with a reference.
async fn referred(r: &Reader, bureau: &str, operation: Operation, reference: &str) -> Result<Option<Ours>> {
    for found in store::wire_reference::find(r, bureau, operation.0, reference).await? {
        let ours = Ours { order: found.order, round: found.round };
        if was_sent(r, ours).await? {
            return Ok(Some(ours));
        }
    }
    Ok(None)
}

/// Whether the upload of a round went out: what still waits in our line, the authority cannot speak of.
async fn was_sent(r: &Reader, ours: Ours) -> Result<bool> {
    let order = store::order::get(r, ours.order).await?;
    if OrderFacts::of(&order)?.rounds != ours.round {
        return Ok(true);
    }
    let uploads = store::upload::for_order(r, ours.order).await?;
    Ok(uploads.last().is_some_and(|upload| upload.state == UploadState::Stored || upload.attempts > 0))
}

/// Whether the authority has this round of the order, or may have it.
async fn is_with_authority(r: &Reader, ours: Ours) -> Result<bool> {
    let order = store::order::get(r, ours.order).await?;
    let there = order.stage.is_with_authority() || order.stage.kind() == StageKind::ToReport;
    Ok(there && OrderFacts::of(&order)?.rounds == ours.round)
}

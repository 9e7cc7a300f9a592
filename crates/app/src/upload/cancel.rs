//! 注销主体, 注销网站, 取消接入 (`ZXBA`): the end of what is filed, by the bureau's number of it.

use authority::message::{Cancellation, CancelledKind, Operation, UploadOperation};
use filing::cancellation::CancelReason;
use filing::draft::CancellationDraft;
use filing::stage::Action;

use super::{Reference, Request};
use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::order::Loaded;
use crate::world::World;

/// The request of an order that cancels, for the bureau that filed what is to end.
///
/// # Errors
/// [`Error::Invalid`] when something blocks, `no-record` while the bureau's number is not known here.
pub(super) async fn request(world: &World, loaded: &Loaded, action: Action) -> Result<(Bureau, Request)> {
    let findings = loaded.findings(world.today());
    if filing::check::blocks(&findings) {
        return Err(Error::Invalid(findings));
    }
    let target = loaded.facts.target.as_ref().ok_or(Error::conflict("no-record"))?;
    let filed = target.read(&world.store.read().await?).await?;
    let bureau = world.bureaus.find(&filed.subject.bureau).cloned();
    let bureau = bureau.ok_or(Error::Unavailable { code: "no-bureau" })?;
    let site = filed.sites.first();
    let (kind, operation, record, number) = match action {
        Action::CancelSite => (
            CancelledKind::Site,
            Operation::CANCEL_SITE,
            site.and_then(|site| site.bureau_id),
            site.map(|site| &site.number),
        ),
        Action::CancelAccess => (
            CancelledKind::Access,
            Operation::CANCEL_ACCESS,
            site.and_then(|site| site.access_bureau_id),
            site.map(|site| &site.number),
        ),
        _ => (CancelledKind::Subject, Operation::CANCEL_SUBJECT, filed.subject.bureau_id, Some(&filed.subject.number)),
    };
    let record = record.ok_or(Error::conflict("no-record"))?;
    let said = loaded.order.draft.cancellation.clone().unwrap_or_default();
    let cancellation =
        Cancellation { kind, record, reason: bureau.cancel_reason, remark: remark(&said), password: None };
    let references = [Some(record.to_string()), number.cloned()];
    let references = references.into_iter().flatten().map(|reference| Reference { operation, reference }).collect();
    let operation = UploadOperation::Cancellation(vec![cancellation]);
    Ok((bureau, Request { operation, word: "ZXBA", references }))
}

/// The reason in words: the one chosen, and the applicant's own.
fn remark(said: &CancellationDraft) -> Option<String> {
    let chosen = CancelReason::from_word(&said.reason).filter(|reason| *reason != CancelReason::Other);
    let own = said.note.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = chosen.map(|reason| reason.name().zh).into_iter().chain(Some(own).filter(|own| !own.is_empty()));
    Some(parts.collect::<Vec<_>>().join("；")).filter(|remark| !remark.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_reads_the_reason_and_the_applicants_own_words() {
        let said = |reason: &str, note: &str| {
            remark(&CancellationDraft { reason: reason.into(), note: note.into(), understood: true })
        };
        assert_eq!(said("no_longer_run", "").as_deref(), Some("网站不再运营"));
        assert_eq!(said("moved", "迁到\n另一家").as_deref(), Some("已迁往其他接入服务商；迁到 另一家"));
        assert_eq!(said("other", "门店关闭").as_deref(), Some("门店关闭"));
        assert_eq!(said("other", ""), None);
    }
}

//! 注销备案: the end of a subject, a site or an access.
//!
//! The machine says nothing of a cancellation that is in order: no code of the table means that. The decision comes, and
//! what has ended.

use sqlx::SqliteConnection;

use super::Applied;
use crate::message::{Cancellation, CancelledKind, Reference};
use crate::sandbox::check::{Findings, INDIVIDUAL};
use crate::sandbox::office::Office;
use crate::sandbox::request::{Looked, Matter};
use crate::sandbox::scenario::Kind;
use crate::sandbox::tables::Extra;
use crate::sandbox::verify::holders;
use crate::sandbox::{Error, Provider};

/// Looks at a cancellation.
pub(in crate::sandbox) async fn look(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    request: &Cancellation,
) -> Result<Looked, Error> {
    let kind = match request.kind {
        CancelledKind::Subject => Kind::CancelSubject,
        CancelledKind::Site => Kind::CancelSite,
        CancelledKind::Access => Kind::CancelAccess,
    };
    let key = request.record.to_string();
    let mut matter = Matter::new(kind, provider.isp_id, key.clone(), request.record, &key);
    let (subject_id, unknown, ended) = match request.kind {
        CancelledKind::Subject => {
            let subject = office.subject(tx, &Reference::Id(request.record)).await?;
            (subject.as_ref().map(|subject| subject.id), 1058, subject.and_then(|subject| subject.ended()))
        }
        CancelledKind::Site => {
            let site = office.site(tx, &Reference::Id(request.record)).await?;
            matter.site = site.as_ref().map(|site| site.id);
            (site.as_ref().map(|site| site.subject_id), 1059, site.and_then(|site| site.ended()))
        }
        CancelledKind::Access => {
            let access = office.access(tx, request.record).await?;
            matter.site = access.as_ref().map(|access| access.site_id);
            matter.access = access.as_ref().map(|access| access.id);
            let ended = access.as_ref().filter(|access| access.cancelled).map(|_| 1016);
            (access.map(|access| access.subject_id), 1016, ended)
        }
    };
    matter.subject = subject_id;
    let (Some(subject_id), None) = (subject_id, ended) else {
        return Ok(Looked::refused(matter, ended.unwrap_or(unknown)));
    };
    let Some(record) = office.record(tx, subject_id).await? else { return Ok(Looked::refused(matter, unknown)) };
    let site = record.sites.iter().find(|site| Some(site.bureau_id) == matter.site);
    matter.title.clone_from(&record.subject.name);
    matter.names = vec![record.subject.name.clone()];
    matter.names.extend(site.map(|site| site.name.clone()));
    let named = record.sites.iter().filter(|other| site.is_none_or(|site| site.bureau_id == other.bureau_id));
    matter.domains = named.flat_map(|site| &site.domains).map(|domain| domain.name.clone()).collect();

    let mut findings = Findings::default();
    if Extra::CancelReason.name(request.reason).is_none() {
        findings.add(1026, request.reason.to_string());
    }
    let hosts =
        |accesses: &[crate::message::FiledAccess]| accesses.iter().any(|access| access.provider == provider.isp_id);
    match request.kind {
        CancelledKind::Subject => {
            if !record.sites.iter().any(|site| hosts(&site.accesses)) {
                findings.add(1048, record.subject.name.as_str());
            }
            if office.is_pending(tx, &[Kind::CancelSubject], "subject_id", subject_id).await? {
                findings.add(1027, record.subject.name.as_str());
            }
            if office.is_pending(tx, &[Kind::CancelSite], "subject_id", subject_id).await? {
                findings.add(1043, record.subject.name.as_str());
            }
        }
        CancelledKind::Site => {
            let name = site.map(|site| site.name.as_str()).unwrap_or_default();
            if !site.is_some_and(|site| hosts(&site.accesses)) {
                findings.add(1048, name);
            }
            if office.is_pending(tx, &[Kind::CancelSite], "site_id", request.record).await? {
                findings.add(1030, name);
            }
            if office.is_pending(tx, &[Kind::CancelSubject], "subject_id", subject_id).await? {
                findings.add(1042, record.subject.name.as_str());
            }
        }
        CancelledKind::Access => {
            let name = site.map(|site| site.name.as_str()).unwrap_or_default();
            let accesses = site.map(|site| site.accesses.as_slice()).unwrap_or_default();
            if !accesses.iter().any(|access| access.bureau_id == request.record && access.provider == provider.isp_id) {
                findings.add(1047, key.as_str());
            }
            if office.is_pending(tx, &[Kind::CancelAccess], "access_id", request.record).await? {
                findings.add(1032, name);
            }
            if accesses.len() <= 1 {
                findings.add(1025, name);
            }
        }
    }
    office.check_password(tx, subject_id, request.password.as_deref(), &mut findings).await?;
    let own = record.subject.certificate.as_ref().map(|certificate| certificate.number.as_str());
    let own = own.filter(|_| record.subject.nature == Some(INDIVIDUAL));
    let holders = match request.kind {
        CancelledKind::Subject => holders([("principal", &record.subject.principal)], own),
        CancelledKind::Site => holders(site.map(|site| ("manager", &site.manager)), own),
        // Ending an access is the provider's own affair: nobody is asked.
        CancelledKind::Access => Vec::new(),
    };
    Ok(Looked { matter, findings: findings.0, claims: Vec::new(), holders, success: None })
}

/// Ends what was approved to end.
pub(in crate::sandbox) async fn apply(
    office: &Office,
    tx: &mut SqliteConnection,
    request: &Cancellation,
) -> Result<Applied, Error> {
    let remark = request.remark.as_deref().unwrap_or_default();
    let told = match request.kind {
        CancelledKind::Subject => office.end_subject(tx, request.record, remark).await?,
        CancelledKind::Site => office.end_site(tx, request.record, remark).await?,
        CancelledKind::Access => office.end_access(tx, request.record, remark).await?,
    };
    Ok(Applied { number: None, told })
}

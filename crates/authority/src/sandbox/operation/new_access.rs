//! 新增接入: another access to a site that is filed.

use sqlx::SqliteConnection;

use super::{Applied, claims};
use crate::code::ResultCode;
use crate::message::{Access, FiledAccess, FiledIp, FiledOwner, FiledRecord, NewAccess};
use crate::sandbox::check::{self, Findings, INDIVIDUAL, Owner};
use crate::sandbox::clock::local;
use crate::sandbox::office::Office;
use crate::sandbox::records::{Filed, Recipients};
use crate::sandbox::request::{Looked, Matter};
use crate::sandbox::scenario::Kind;
use crate::sandbox::verify::holders;
use crate::sandbox::{Error, Provider};

/// Looks at a new access.
pub(in crate::sandbox) async fn look(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    request: &NewAccess,
) -> Result<Looked, Error> {
    let mut matter =
        Matter::new(Kind::NewAccess, provider.isp_id, request.id.to_string(), request.id, &request.id.to_string());
    let Some(site) = office.site(tx, &request.site).await? else { return Ok(Looked::refused(matter, 1059)) };
    let record = office.record(tx, site.subject_id).await?;
    matter.concern(&site, record.as_ref());
    if let Some(code) = site.ended() {
        return Ok(Looked::refused(matter, code));
    }
    let Some(record) = record else { return Ok(Looked::refused(matter, 1059)) };
    let Some(filed) = record.sites.iter().find(|filed| filed.bureau_id == site.id) else {
        return Ok(Looked::refused(matter, 1059));
    };
    let access = Access {
        id: request.id,
        locations: request.locations.clone(),
        methods: request.methods.clone(),
        ips: request.ips.clone(),
    };
    let mut findings = Findings::default();
    let ranges = office.filed_ranges(tx, provider).await?;
    check::accesses(&filed.name, std::slice::from_ref(&access), ranges.as_ref(), &mut findings);
    let same = |there: &FiledAccess| {
        there.provider == provider.isp_id
            && there.ips.iter().map(|ip| (ip.first, ip.last)).eq(request.ips.iter().map(|ip| (ip.first, ip.last)))
    };
    if filed.accesses.iter().any(same) {
        findings.add(1029, filed.name.as_str());
    }
    for attachment in &request.attachments {
        let owner = owner(&attachment.owner, &site, &record);
        check::attachment(attachment.format, attachment.purpose, &attachment.content, owner, &mut findings);
    }
    office.check_password(tx, site.subject_id, request.password.as_deref(), &mut findings).await?;
    let mut claims = claims::of_access(&access, provider.isp_id);
    let places: Vec<String> = request.ips.iter().map(|ip| format!("{}-{}", ip.first, ip.last)).collect();
    claims.push(("hosting", format!("{}:{}:{}", provider.isp_id, site.id, places.join(","))));
    findings.0.extend(claims::conflicts(tx, &claims).await?);
    let domains = vec![(filed.name.as_str(), filed.domains.iter().map(|domain| domain.name.as_str()).collect())];
    let certificate = record.subject.certificate.as_ref().map(|certificate| certificate.number.as_str());
    findings.0.extend(claims::blacklisted(tx, certificate, &domains).await?);
    let own = certificate.filter(|_| record.subject.nature == Some(INDIVIDUAL));
    Ok(Looked {
        holders: holders([("manager", &filed.manager)], own),
        matter,
        findings: findings.0,
        claims,
        success: Some(ResultCode::IP_MATCHED),
    })
}

fn owner(owner: &FiledOwner, site: &Filed, record: &FiledRecord) -> Option<Owner> {
    match owner {
        FiledOwner::Site(reference) if site.is(reference) => Some(Owner::Site),
        FiledOwner::Subject(reference) => record.subject_is(reference).then_some(Owner::Subject),
        _ => None,
    }
}

/// Enters an approved access.
pub(in crate::sandbox) async fn apply(
    office: &Office,
    tx: &mut SqliteConnection,
    matter: &Matter,
    request: &NewAccess,
) -> Result<Applied, Error> {
    let Some(mut record) = office.record(tx, matter.subject.unwrap_or_default()).await? else {
        return Ok(Applied::default());
    };
    let mut access = FiledAccess {
        id: Some(request.id),
        bureau_id: office.next_id(tx).await?,
        provider: matter.isp_id,
        locations: request.locations.clone(),
        methods: request.methods.clone(),
        ips: Vec::new(),
    };
    for ip in &request.ips {
        let bureau_id = office.next_id(tx).await?;
        access.ips.push(FiledIp { id: Some(ip.id), bureau_id, first: ip.first, last: ip.last });
    }
    let today = local(office.clock.now()).date().to_string();
    let mut number = None;
    if let Some(site) = record.sites.iter_mut().find(|site| Some(site.bureau_id) == matter.site) {
        site.accesses.push(access);
        site.changed = Some(today);
        number.clone_from(&site.number);
    }
    office.publish(tx, &record).await?;
    Ok(Applied { number, told: vec![Recipients::Record(record.subject.bureau_id)] })
}

//! 新增备案: a subject and its sites, filed for the first time.

use sqlx::SqliteConnection;

use super::{Applied, claims};
use crate::code::ResultCode;
use crate::message::{FiledRecord, FiledSubject, NewFiling};
use crate::sandbox::check::{self, INDIVIDUAL};
use crate::sandbox::clock::local;
use crate::sandbox::office::Office;
use crate::sandbox::records::Recipients;
use crate::sandbox::request::{Looked, Matter};
use crate::sandbox::scenario::Kind;
use crate::sandbox::verify::{Holder, holders};
use crate::sandbox::{Error, Provider};

/// Looks at a first filing.
pub(in crate::sandbox) async fn look(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    filing: &NewFiling,
) -> Result<Looked, Error> {
    let subject = &filing.subject;
    let mut matter = Matter::new(Kind::FirstFiling, provider.isp_id, subject.id.to_string(), subject.id, &subject.name);
    matter.names.extend(filing.sites.iter().map(|site| site.name.clone()));
    matter.domains = filing.sites.iter().flat_map(|site| &site.domains).map(|domain| domain.name.clone()).collect();
    let claims = claims(filing, provider.isp_id);
    let ranges = office.filed_ranges(tx, provider).await?;
    let mut findings = check::filing(filing, ranges.as_ref());
    findings.extend(claims::conflicts(tx, &claims).await?);
    let listed = claims::listed(&filing.sites);
    findings.extend(claims::blacklisted(tx, Some(&subject.certificate.number), &listed).await?);
    Ok(Looked { matter, findings, claims, holders: who(filing), success: Some(ResultCode::IP_MATCHED) })
}

/// Who gets a code: the principal and every manager.
fn who(filing: &NewFiling) -> Vec<Holder> {
    let subject = &filing.subject;
    let own = (check::nature(filing) == Some(INDIVIDUAL)).then_some(subject.certificate.number.as_str());
    let managers = filing.sites.iter().map(|site| ("manager", &site.manager));
    holders(std::iter::once(("principal", &subject.principal)).chain(managers), own)
}

fn claims(filing: &NewFiling, isp_id: i64) -> Vec<claims::Claim> {
    let certificate = &filing.subject.certificate;
    let key = format!("{}:{}", certificate.kind, certificate.number.to_uppercase());
    let mut found = vec![("certificate", key.clone()), ("subject", claims::own(isp_id, filing.subject.id))];
    found.extend(filing.sites.iter().flat_map(|site| claims::of_site(site, isp_id, &key)));
    found
}

/// Enters an approved filing into the filing database: ids, numbers, the public record.
pub(in crate::sandbox) async fn apply(
    office: &Office,
    tx: &mut SqliteConnection,
    isp_id: i64,
    filing: &NewFiling,
    officer: &str,
) -> Result<Applied, Error> {
    let today = local(office.clock.now()).date().to_string();
    let subject = &filing.subject;
    let number = office.subject_number(tx, subject.address.province / 10_000).await?;
    let subject_id = office.next_id(tx).await?;
    let mut sites = Vec::new();
    for site in &filing.sites {
        sites.push(office.filed_site(tx, isp_id, subject_id, &number, site).await?);
    }
    let record = FiledRecord {
        subject: FiledSubject {
            id: Some(subject.id),
            bureau_id: subject_id,
            name: subject.name.clone(),
            nature: check::nature(filing),
            address: Some(subject.address.clone()),
            certificate: Some(subject.certificate.clone()),
            principal: subject.principal.clone(),
            number: Some(number.clone()),
            filed_by: Some(subject.filed_by),
            investor: subject.investor.clone(),
            first_filed: Some(today.clone()),
            changed: Some(today.clone()),
            certificate_until: None,
            certificate_path: None,
            certificate_serial: None,
            officer: Some(officer.to_owned()),
            reviewed: Some(today),
            remark: subject.remark.clone(),
        },
        sites,
        remark: None,
    };
    office.publish(tx, &record).await?;
    office.issue_password(tx, &record).await?;
    Ok(Applied { number: Some(number), told: vec![Recipients::Record(subject_id)] })
}

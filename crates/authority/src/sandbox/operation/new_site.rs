//! 新增网站: further sites of a subject that is filed.

use sqlx::SqliteConnection;

use super::{Applied, claims};
use crate::code::ResultCode;
use crate::message::{FiledOwner, NewSite, Reference};
use crate::sandbox::check::{self, Findings, INDIVIDUAL, Owner};
use crate::sandbox::clock::local;
use crate::sandbox::office::Office;
use crate::sandbox::records::{Recipients, named};
use crate::sandbox::request::{Looked, Matter};
use crate::sandbox::scenario::Kind;
use crate::sandbox::verify::holders;
use crate::sandbox::{Error, Provider};

/// Looks at further sites.
pub(in crate::sandbox) async fn look(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    request: &NewSite,
) -> Result<Looked, Error> {
    let record = request.sites.first().map_or(0, |site| site.id);
    let names: Vec<&str> = request.sites.iter().map(|site| site.name.as_str()).collect();
    let mut matter =
        Matter::new(Kind::NewSite, provider.isp_id, named(&request.subject), record, names.first().unwrap_or(&""));
    matter.names = names.into_iter().map(str::to_owned).collect();
    matter.domains = request.sites.iter().flat_map(|site| &site.domains).map(|domain| domain.name.clone()).collect();
    let Some(subject) = office.subject(tx, &request.subject).await? else {
        return Ok(Looked::refused(matter, 1058));
    };
    matter.subject = Some(subject.id);
    matter.title.clone_from(&subject.name);
    matter.names.push(subject.name.clone());
    if subject.cancelled {
        return Ok(Looked::refused(matter, 1049));
    }
    let mut findings = Findings::default();
    let is_unit = subject.nature != INDIVIDUAL;
    let ranges = office.filed_ranges(tx, provider).await?;
    for site in &request.sites {
        check::site(site, is_unit, ranges.as_ref(), &mut findings);
    }
    for attachment in &request.attachments {
        // What belongs to a new site names the provider's own id of it.
        let owner = match &attachment.owner {
            FiledOwner::Subject(Reference::Id(id)) if *id == subject.id => Some(Owner::Subject),
            FiledOwner::Subject(Reference::Number(number)) if *number == subject.number => Some(Owner::Subject),
            FiledOwner::Site(Reference::Id(id)) if request.sites.iter().any(|site| site.id == *id) => Some(Owner::Site),
            _ => None,
        };
        check::attachment(attachment.format, attachment.purpose, &attachment.content, owner, &mut findings);
    }
    office.check_password(tx, subject.id, request.password.as_deref(), &mut findings).await?;
    let key = subject.id.to_string();
    let claims: Vec<claims::Claim> =
        request.sites.iter().flat_map(|site| claims::of_site(site, provider.isp_id, &key)).collect();
    findings.0.extend(claims::conflicts(tx, &claims).await?);
    findings.0.extend(claims::blacklisted(tx, Some(&subject.certificate), &claims::listed(&request.sites)).await?);
    let managers = request.sites.iter().map(|site| ("manager", &site.manager));
    let own = (!is_unit).then_some(subject.certificate.as_str());
    Ok(Looked {
        matter,
        findings: findings.0,
        claims,
        holders: holders(managers, own),
        success: Some(ResultCode::IP_MATCHED),
    })
}

/// Enters approved sites.
pub(in crate::sandbox) async fn apply(
    office: &Office,
    tx: &mut SqliteConnection,
    matter: &Matter,
    request: &NewSite,
) -> Result<Applied, Error> {
    let Some(mut record) = office.record(tx, matter.subject.unwrap_or_default()).await? else {
        return Ok(Applied::default());
    };
    let number = record.subject.number.clone().unwrap_or_default();
    let mut first = None;
    for site in &request.sites {
        let filed = office.filed_site(tx, matter.isp_id, record.subject.bureau_id, &number, site).await?;
        first = first.or_else(|| filed.number.clone());
        record.sites.push(filed);
    }
    record.subject.changed = Some(local(office.clock.now()).date().to_string());
    office.publish(tx, &record).await?;
    Ok(Applied { number: first, told: vec![Recipients::Record(record.subject.bureau_id)] })
}

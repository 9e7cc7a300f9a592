//! 变更备案: a filed subject and its sites as they are to be.

use sqlx::SqliteConnection;

use super::{Applied, claims};
use crate::code::ResultCode;
use crate::message::FiledBy;
use crate::message::{
    Access, Change, ChangedSite, Domain, FiledDomain, FiledIp, FiledOwner, FiledRecord, FiledSite, IpRange, NewFiling,
    Person, Reference, Site, Subject,
};
use crate::sandbox::check::{self, Findings, INDIVIDUAL, Owner};
use crate::sandbox::clock::local;
use crate::sandbox::office::Office;
use crate::sandbox::records::Recipients;
use crate::sandbox::request::{Looked, Matter};
use crate::sandbox::scenario::Kind;
use crate::sandbox::verify::{Holder, holders};
use crate::sandbox::{Error, Provider};

/// Looks at a change.
pub(in crate::sandbox) async fn look(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    change: &Change,
) -> Result<Looked, Error> {
    let subject = &change.subject;
    let id = subject.bureau_id;
    let mut matter = Matter::new(Kind::Change, provider.isp_id, id.to_string(), id, &subject.name);
    matter.names.extend(change.sites.iter().map(|site| site.name.clone()));
    matter.domains = change.sites.iter().flat_map(|site| &site.domains).map(|domain| domain.name.clone()).collect();
    let Some(filed) = office.subject(tx, &Reference::Id(id)).await? else { return Ok(Looked::refused(matter, 1058)) };
    matter.subject = Some(id);
    if filed.cancelled {
        return Ok(Looked::refused(matter, 1049));
    }
    let Some(record) = office.record(tx, id).await? else { return Ok(Looked::refused(matter, 1058)) };
    if !office.providers_of(tx, id).await?.contains(&provider.isp_id) {
        return Ok(Looked::refused(matter, 1048));
    }
    let mut findings = Findings::default();
    if office.is_pending(tx, &[Kind::Change], "subject_id", id).await? {
        findings.add(1017, subject.name.as_str());
    }
    if subject.number != filed.number {
        findings.add(1016, subject.number.as_str());
    }
    let province = record.subject.address.as_ref().map(|address| address.province);
    if province.is_some_and(|province| province != subject.address.province) {
        findings.add(1046, subject.address.province.to_string());
    }
    // The content is checked as that of a first filing is.
    let ranges = office.filed_ranges(tx, provider).await?;
    let whole = whole(change, &record);
    check::subject(&whole.subject, check::nature(&whole), &mut findings);
    let is_unit = check::nature(&whole) != Some(INDIVIDUAL);
    for site in &whole.sites {
        check::site(site, is_unit, ranges.as_ref(), &mut findings);
    }
    for site in &change.sites {
        against(site, &record, provider.isp_id, &mut findings);
        if office.is_cancelled_site(tx, site.bureau_id).await? {
            findings.add(1050, site.name.as_str());
        }
    }
    for attachment in &change.attachments {
        let owner = match &attachment.owner {
            FiledOwner::Subject(reference) if record.subject_is(reference) => Some(Owner::Subject),
            FiledOwner::Site(reference) if record.site_of(reference).is_some() => Some(Owner::Site),
            _ => None,
        };
        check::attachment(attachment.format, attachment.purpose, &attachment.content, owner, &mut findings);
    }
    office.check_password(tx, id, change.password.as_deref(), &mut findings).await?;
    let claims = claims(change, &record, provider.isp_id);
    findings.0.extend(claims::conflicts(tx, &claims).await?);
    let listed = claims::listed(&whole.sites);
    findings.0.extend(claims::blacklisted(tx, Some(&subject.certificate.number), &listed).await?);
    Ok(Looked {
        matter,
        findings: findings.0,
        claims,
        holders: who(change, &record, is_unit),
        success: Some(ResultCode::IP_MATCHED),
    })
}

/// Compares a site of a change with what is filed.
fn against(site: &ChangedSite, record: &FiledRecord, isp_id: i64, findings: &mut Findings) {
    let Some(filed) = record.sites.iter().find(|filed| filed.bureau_id == site.bureau_id) else {
        return findings.add(1059, site.bureau_id.to_string());
    };
    if filed.number.as_deref() != Some(site.number.as_str()) {
        findings.add(1016, site.number.as_str());
    }
    if !filed.accesses.iter().any(|access| access.provider == isp_id) {
        findings.add(1048, site.name.as_str());
    }
    for domain in &site.domains {
        if domain.bureau_id.is_some_and(|id| !filed.domains.iter().any(|there| there.bureau_id == id)) {
            findings.add(1016, domain.name.as_str());
        }
    }
    for access in &site.accesses {
        let Some(there) = filed.accesses.iter().find(|there| there.bureau_id == access.bureau_id) else {
            findings.add(1016, access.bureau_id.to_string());
            continue;
        };
        if there.provider != isp_id {
            findings.add(1048, access.bureau_id.to_string());
        }
        for ip in &access.ips {
            if ip.bureau_id.is_some_and(|id| !there.ips.iter().any(|known| known.bureau_id == id)) {
                findings.add(1023, ip.first.to_string());
            }
        }
    }
}

/// The change as the first filing of what it leads to, for the checks of its content.
fn whole(change: &Change, record: &FiledRecord) -> NewFiling {
    let subject = &change.subject;
    NewFiling {
        subject: Subject {
            id: subject.bureau_id,
            name: subject.name.clone(),
            nature: subject.nature,
            investor: subject.investor.clone(),
            address: subject.address.clone(),
            certificate: subject.certificate.clone(),
            principal: subject.principal.clone(),
            filed_by: record.subject.filed_by.unwrap_or(FiledBy::Provider),
            remark: subject.remark.clone(),
        },
        sites: change.sites.iter().map(changed_site).collect(),
        attachments: Vec::new(),
    }
}

/// A site of a change as a new one would be given.
pub(in crate::sandbox) fn changed_site(site: &ChangedSite) -> Site {
    let access = |access: &crate::message::ChangedAccess| Access {
        id: access.bureau_id,
        locations: access.locations.clone(),
        methods: access.methods.clone(),
        ips: access.ips.iter().map(|ip| IpRange { id: ip.id, first: ip.first, last: ip.last }).collect(),
    };
    Site {
        id: site.bureau_id,
        name: site.name.clone(),
        approvals: site.approvals.clone(),
        contents: site.contents.clone(),
        languages: site.languages.clone(),
        domains: site.domains.iter().map(|domain| Domain { id: domain.id, name: domain.name.clone() }).collect(),
        accesses: site.accesses.iter().map(access).collect(),
        manager: site.manager.clone(),
        home_url: site.home_url.clone(),
        remark: site.remark.clone(),
    }
}

/// What is new in a change.
fn claims(change: &Change, record: &FiledRecord, isp_id: i64) -> Vec<claims::Claim> {
    let mut claims = Vec::new();
    let certificate = &change.subject.certificate;
    let same =
        record.subject.certificate.as_ref().is_some_and(|filed| {
            filed.kind == certificate.kind && filed.number.eq_ignore_ascii_case(&certificate.number)
        });
    if !same {
        claims.push(("certificate", format!("{}:{}", certificate.kind, certificate.number.to_uppercase())));
    }
    for site in &change.sites {
        let filed = record.sites.iter().find(|filed| filed.bureau_id == site.bureau_id);
        if filed.is_none_or(|filed| filed.name != site.name) {
            claims.push(("name", format!("{}:{}", change.subject.bureau_id, site.name)));
        }
        let host = |url: &Option<String>| url.as_deref().and_then(check::host);
        let new_host =
            host(&site.home_url).filter(|new| filed.and_then(|filed| host(&filed.home_url)).as_ref() != Some(new));
        claims.extend(new_host.map(|host| ("url", host)));
        for domain in site.domains.iter().filter(|domain| domain.bureau_id.is_none()) {
            claims.push(("domain", domain.name.to_lowercase()));
            claims.push(("domain_id", claims::own(isp_id, domain.id)));
        }
        let new_ips = site.accesses.iter().flat_map(|access| &access.ips).filter(|ip| ip.bureau_id.is_none());
        claims.extend(new_ips.map(|ip| ("ip", claims::own(isp_id, ip.id))));
    }
    claims
}

/// Who gets a code: the heads whose part changes; the principal when nothing does.
fn who(change: &Change, record: &FiledRecord, is_unit: bool) -> Vec<Holder> {
    let (new, old) = (&change.subject, &record.subject);
    let subject_changes = new.name != old.name
        || new.nature.is_some_and(|nature| Some(nature) != old.nature)
        || new.investor != old.investor
        || Some(&new.address) != old.address.as_ref()
        || Some(&new.certificate) != old.certificate.as_ref()
        || new.principal != old.principal
        || new.remark != old.remark;
    let mut people: Vec<(&'static str, &Person)> = Vec::new();
    for site in &change.sites {
        let filed = record.sites.iter().find(|filed| filed.bureau_id == site.bureau_id);
        if filed.is_none_or(|filed| site_changes(site, filed)) {
            people.push(("manager", &site.manager));
        }
    }
    if subject_changes || people.is_empty() {
        people.insert(0, ("principal", &new.principal));
    }
    holders(people, (!is_unit).then_some(new.certificate.number.as_str()))
}

fn site_changes(new: &ChangedSite, old: &FiledSite) -> bool {
    let accesses_change = new.accesses.iter().any(|access| {
        old.accesses.iter().find(|there| there.bureau_id == access.bureau_id).is_none_or(|there| {
            there.locations != access.locations
                || there.methods != access.methods
                || !there.ips.iter().map(|ip| (ip.first, ip.last)).eq(access.ips.iter().map(|ip| (ip.first, ip.last)))
        })
    });
    accesses_change
        || new.name != old.name
        || new.approvals != old.approvals
        || new.contents != old.contents
        || new.languages != old.languages
        || !new.domains.iter().map(|domain| &domain.name).eq(old.domains.iter().map(|domain| &domain.name))
        || new.manager != old.manager
        || new.home_url != old.home_url
        || new.remark != old.remark
}

/// Enters an approved change. Domains that are left out end; accesses that are left out, and those of others, stay.
pub(in crate::sandbox) async fn apply(
    office: &Office,
    tx: &mut SqliteConnection,
    matter: &Matter,
    change: &Change,
) -> Result<Applied, Error> {
    let Some(mut record) = office.record(tx, matter.subject.unwrap_or_default()).await? else {
        return Ok(Applied::default());
    };
    let today = local(office.clock.now()).date().to_string();
    let (new, old) = (&change.subject, &mut record.subject);
    old.name.clone_from(&new.name);
    old.nature = new.nature.or(old.nature);
    old.investor.clone_from(&new.investor);
    old.address = Some(new.address.clone());
    old.certificate = Some(new.certificate.clone());
    old.principal = new.principal.clone();
    old.remark.clone_from(&new.remark);
    old.changed = Some(today.clone());
    for site in &change.sites {
        let Some(filed) = record.sites.iter_mut().find(|filed| filed.bureau_id == site.bureau_id) else { continue };
        filed.name.clone_from(&site.name);
        filed.approvals.clone_from(&site.approvals);
        filed.contents.clone_from(&site.contents);
        filed.languages.clone_from(&site.languages);
        filed.manager = site.manager.clone();
        filed.home_url.clone_from(&site.home_url);
        filed.remark.clone_from(&site.remark);
        filed.changed = Some(today.clone());
        let mut domains = Vec::new();
        for domain in &site.domains {
            let bureau_id = match domain.bureau_id {
                Some(id) => id,
                None => office.next_id(tx).await?,
            };
            domains.push(FiledDomain { id: Some(domain.id), bureau_id, name: domain.name.clone() });
        }
        filed.domains = domains;
        for access in &site.accesses {
            let Some(there) = filed.accesses.iter_mut().find(|there| there.bureau_id == access.bureau_id) else {
                continue;
            };
            there.locations.clone_from(&access.locations);
            there.methods.clone_from(&access.methods);
            let mut ips = Vec::new();
            for ip in &access.ips {
                let bureau_id = match ip.bureau_id {
                    Some(id) => id,
                    None => office.next_id(tx).await?,
                };
                ips.push(FiledIp { id: Some(ip.id), bureau_id, first: ip.first, last: ip.last });
            }
            there.ips = ips;
        }
    }
    office.publish(tx, &record).await?;
    Ok(Applied { number: record.subject.number.clone(), told: vec![Recipients::Record(record.subject.bureau_id)] })
}

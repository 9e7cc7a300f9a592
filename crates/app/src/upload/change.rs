//! 变更备案 (`BGBA`): the record of a subject and some of its sites as they are to be.
//!
//! A change replaces the record, so it is written whole: what was typed goes before what was filed, and what is not
//! asked for here (further domains of an old site, scans of approvals) comes from the authority's own record. Only this
//! provider's access is written; those of others are theirs to change (1047, 1048).

use authority::code::Table;
use authority::message::{
    Address, Approval, AttachmentFormat, Binary, Certificate, Change, ChangedAccess, ChangedDomain, ChangedIp,
    ChangedSite, ChangedSubject, FiledAttachment, FiledOwner, FiledSite as SiteRecord, Operation,
    Reference as ByNumber, UploadOperation,
};
use filing::document::{self, Document};
use filing::material::{MaterialKind, Needed};
use store::filed::FiledSite;
use store::{OrderId, Tx};

use super::ids::{Foreseen, Numbers};
use super::parts::{code, division, ipv4, person};
use super::pictures::{self, Picture};
use super::{Reference, Request};
use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::filed::draft::site_record;
use crate::order::Loaded;
use crate::order::about::Filed;
use crate::world::World;

/// Our own numbers of what a site of a change consists of; what was filed with one keeps it.
struct Ids {
    domains: Vec<i64>,
    ips: Vec<i64>,
}

/// The request of an order that changes, for the bureau that filed it.
///
/// # Errors
/// [`Error::Invalid`] when something blocks, `no-record` while the bureau's numbers are not known here.
pub(super) async fn request(
    world: &World,
    loaded: &Loaded,
    numbers: Numbers,
) -> Result<(Bureau, Request, Vec<Foreseen>)> {
    let document = Document::from_draft(&loaded.order.draft, &loaded.known, world.today()).map_err(Error::Invalid)?;
    let target = loaded.facts.target.as_ref().ok_or(Error::conflict("no-record"))?;
    let filed = target.read(&world.store.read().await?).await?;
    let bureau = world.bureaus.find(&filed.subject.bureau).cloned();
    let bureau = bureau.ok_or(Error::Unavailable { code: "no-bureau" })?;
    let originals = pictures::read(world, loaded).await?;
    let pictures = tokio::task::spawn_blocking(move || pictures::shrink(originals))
        .await
        .map_err(|error| Error::internal(format!("shrinking thread: {error}")))??;
    let round = (loaded.order.id, loaded.facts.rounds);
    let giving = async |tx: &Tx| allocate(tx, round, &document, &filed, &bureau.code).await;
    let (ids, foreseen) = numbers.of(world, loaded.order.id, giving).await?;
    let subject = subject(&document, &filed)?;
    let mut sites = Vec::new();
    for (index, (site, own)) in document.sites.iter().zip(&filed.sites).enumerate() {
        let ids = ids.get(index).ok_or_else(|| Error::internal("a site without numbers"))?;
        sites.push(changed_site(&document, site, own, ids, index, &pictures, &bureau)?);
    }
    let references = references(&subject, &sites);
    let change = Change { attachments: attachments(&pictures, &filed)?, subject, sites, password: None };
    let operation = UploadOperation::Change(vec![change]);
    Ok((bureau, Request { operation, word: "BGBA", references }, foreseen))
}

async fn allocate(
    tx: &Tx,
    round: (OrderId, u32),
    document: &Document,
    filed: &Filed,
    bureau: &str,
) -> Result<Vec<Ids>> {
    let mut all = Vec::new();
    for (index, (site, own)) in document.sites.iter().zip(&filed.sites).enumerate() {
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        let id = async |kind: &str, nth: usize| {
            // A site may have several domains and addresses; each needs a number of its own.
            let place = number * 1_000 + u32::try_from(nth).unwrap_or(999);
            store::wire_id::allocate(tx, kind, round, Some(place), bureau).await.map(|id| id.wire)
        };
        let (mut domains, mut ips) = (Vec::new(), Vec::new());
        for nth in 0..site_record(own).map_or(1, |record| record.domains.len().max(1)) {
            domains.push(id("domain", nth).await?);
        }
        for nth in 0..ipv4(site).len() {
            ips.push(id("ip", nth).await?);
        }
        all.push(Ids { domains, ips });
    }
    Ok(all)
}

fn subject(document: &Document, filed: &Filed) -> Result<ChangedSubject> {
    let (subject, nature) = (&document.subject, document.nature);
    Ok(ChangedSubject {
        bureau_id: filed.subject.bureau_id.ok_or(Error::conflict("no-record"))?,
        name: subject.name.clone(),
        number: filed.subject.number.clone(),
        nature: Some(i64::from(nature.code())),
        investor: subject.investor.clone().or_else(|| subject.legal_representative.clone()),
        address: Address {
            province: division(&document.province.division_code())?,
            city: Some(division(&subject.city)?),
            county: Some(division(&subject.district)?),
            street: Some(subject.postal_address.clone()),
        },
        certificate: Certificate {
            kind: code(subject.certificate.kind(), nature)?,
            number: subject.certificate.number().to_owned(),
            address: subject.certificate_address.clone(),
        },
        principal: person(&document.principal, nature)?,
        remark: subject.remark.clone(),
    })
}

fn changed_site(
    document: &Document,
    site: &document::Site,
    own: &FiledSite,
    ids: &Ids,
    index: usize,
    pictures: &[Picture],
    bureau: &Bureau,
) -> Result<ChangedSite> {
    let record = site_record(own);
    let record = record.as_ref();
    Ok(ChangedSite {
        bureau_id: own.bureau_id.ok_or(Error::conflict("no-record"))?,
        name: site.name.clone(),
        approvals: approvals(site, record, index, pictures),
        contents: site.content.into_iter().map(i64::from).collect(),
        languages: site.languages.iter().map(|code| i64::from(*code)).collect(),
        domains: domains(site, record, ids),
        accesses: vec![access(site, own, record, ids, index, bureau)?],
        manager: person(&site.manager, document.nature)?,
        number: own.number.clone(),
        home_url: record.and_then(|record| record.home_url.clone()).or_else(|| Some(site.home_url())),
        remark: site.remark.clone(),
    })
}

/// The domains as they are filed: a change neither adds nor replaces one, and what is left out would be removed.
fn domains(site: &document::Site, record: Option<&SiteRecord>, ids: &Ids) -> Vec<ChangedDomain> {
    let filed = record.map(|record| record.domains.as_slice()).unwrap_or_default();
    if filed.is_empty() {
        let name = site.domain.as_str().to_owned();
        return ids
            .domains
            .iter()
            .take(1)
            .map(|id| ChangedDomain { id: *id, bureau_id: None, name: name.clone() })
            .collect();
    }
    let one = |(domain, id): (&authority::message::FiledDomain, &i64)| ChangedDomain {
        id: domain.id.unwrap_or(*id),
        bureau_id: Some(domain.bureau_id),
        name: domain.name.clone(),
    };
    filed.iter().zip(&ids.domains).map(one).collect()
}

/// Where the site runs now: an address that is filed keeps its numbers, another one is new.
fn access(
    site: &document::Site,
    own: &FiledSite,
    record: Option<&SiteRecord>,
    ids: &Ids,
    index: usize,
    bureau: &Bureau,
) -> Result<ChangedAccess> {
    let bureau_id = own.access_bureau_id.ok_or(Error::conflict("no-record"))?;
    let filed = record.and_then(|record| record.accesses.iter().find(|access| access.bureau_id == bureau_id));
    let location = Table::ServerLocation
        .rows()
        .find(|(_, row)| row.note == site.resource.province)
        .map(|(id, _)| id)
        .ok_or_else(|| Error::field(&format!("sites.{index}.resource"), "location-unknown"))?;
    let addresses = ipv4(site);
    if addresses.is_empty() {
        return Err(Error::field(&format!("sites.{index}.resource"), "no-ipv4"));
    }
    let ips = addresses.iter().zip(&ids.ips).map(|(ip, id)| {
        let known = filed.and_then(|access| access.ips.iter().find(|range| range.first == *ip && range.last == *ip));
        ChangedIp {
            id: known.and_then(|range| range.id).unwrap_or(*id),
            bureau_id: known.map(|range| range.bureau_id),
            first: *ip,
            last: *ip,
        }
    });
    Ok(ChangedAccess { bureau_id, locations: vec![location], methods: vec![bureau.access_method], ips: ips.collect() })
}

/// The approvals with their scans: new ones where a new paper was brought, else those on record.
fn approvals(site: &document::Site, record: Option<&SiteRecord>, index: usize, pictures: &[Picture]) -> Vec<Approval> {
    let wanted = Needed { kind: MaterialKind::Approval, site: Some(index) };
    let fresh: Vec<Binary> = pictures
        .iter()
        .filter(|picture| picture.wanted == wanted)
        .map(|picture| Binary(picture.jpeg.clone()))
        .collect();
    let one = |approval: &document::Approval| {
        let kind = i64::from(approval.kind);
        let known = record.and_then(|record| record.approvals.iter().find(|known| known.kind == kind));
        let scans =
            if fresh.is_empty() { known.map(|known| known.scans.clone()).unwrap_or_default() } else { fresh.clone() };
        Approval { kind, number: approval.number.clone(), scans }
    };
    site.approvals.iter().map(one).collect()
}

/// The pictures, each with the filed subject or site it proves something of.
fn attachments(pictures: &[Picture], filed: &Filed) -> Result<Vec<FiledAttachment>> {
    let mut attachments = Vec::new();
    for picture in pictures {
        let Some(purpose) = picture.purpose() else { continue };
        let own = match picture.wanted.site {
            None => filed.subject.bureau_id,
            Some(index) => filed.sites.get(index).and_then(|site| site.bureau_id),
        };
        let own = ByNumber::Id(own.ok_or(Error::conflict("no-record"))?);
        let owner = if picture.wanted.site.is_some() { FiledOwner::Site(own) } else { FiledOwner::Subject(own) };
        let content = Binary(picture.jpeg.clone());
        attachments.push(FiledAttachment { format: AttachmentFormat::JPEG, purpose, content, owner, remark: None });
    }
    Ok(attachments)
}

/// What the results may call the change by: the subject or a site of it, by the bureau's number or the filing number.
fn references(subject: &ChangedSubject, sites: &[ChangedSite]) -> Vec<Reference> {
    let mut all = vec![subject.bureau_id.to_string(), subject.number.clone()];
    for site in sites {
        all.extend([site.bureau_id.to_string(), site.number.clone()]);
    }
    all.into_iter().map(|reference| Reference { operation: Operation::CHANGE, reference }).collect()
}

//! From an order to the bytes that travel to the authority.

use std::net::Ipv4Addr;

use authority::code::Table;
use authority::envelope;
use authority::message::{
    Access, Address, Approval, Attachment, AttachmentFormat, AttachmentOwner, AttachmentPurpose, Binary, Certificate,
    Domain, FiledBy, IpRange, NewFiling, Person, Site, Subject, Upload, UploadOperation, Version,
};
use filing::check::Finding;
use filing::document::{self, Document};
use filing::draft::Draft;
use filing::material::{self, MaterialKind, Needed};
use filing::nature::Nature;
use store::upload::NewUpload;
use store::{MaterialId, OrderId, Tx, UploadId};

use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::fields;
use crate::finding;
use crate::job::Job as _;
use crate::job::index_mail::IndexMail;
use crate::order::Loaded;
use crate::picture;
use crate::world::World;

/// What can be made ready before the transaction: the zipped data file.
#[derive(Debug)]
pub struct Prepared {
    version: i64,
    bureau: String,
    zip: Vec<u8>,
    md5: String,
}

#[derive(Debug, Clone)]
struct Shrunk {
    wanted: Needed,
    jpeg: Vec<u8>,
}

/// What of an order the authority's character set (GBK) cannot carry, field by field.
#[must_use]
pub fn unwritable(draft: &Draft) -> Vec<Finding> {
    fields::flatten(draft)
        .iter()
        .filter_map(|(field, value)| {
            let character = authority::gbk::encode(value).err()?.to_string();
            Some(finding::block(field, "character-not-on-wire", &[("character", &character)]))
        })
        .collect()
}

/// Makes everything ready that takes long: gives the order its numbers on the wire, reads and shrinks the pictures,
/// writes the data file and zips it, away from the threads that serve.
///
/// # Errors
/// [`Error::Invalid`] when something blocks or cannot be written, [`Error::Unavailable`] when no bureau takes the
/// province's filings.
pub async fn prepare(world: &World, loaded: &Loaded) -> Result<Prepared> {
    let document = Document::from_draft(&loaded.order.draft, &loaded.known, world.today()).map_err(Error::Invalid)?;
    let bureau = world.bureaus.of_province(document.province.code()).cloned();
    let bureau = bureau.ok_or(Error::Unavailable { code: "no-bureau" })?;
    let mut originals = Vec::new();
    {
        let reader = world.store.read().await?;
        for (wanted, id) in wanted_pictures(loaded) {
            originals.push((wanted, store::material::bytes(&reader, id).await?));
        }
    }
    let ids = {
        let tx = world.store.write().await?;
        // A round that is prepared twice gets the same numbers; nobody misses those of one that is never sent.
        let ids = WireIds::allocate(&tx, (loaded.order.id, loaded.facts.rounds), &document, &bureau.code).await?;
        tx.commit().await?;
        ids
    };
    let code = bureau.code.clone();
    let zip = tokio::task::spawn_blocking(move || write(&document, originals, &bureau, &ids))
        .await
        .map_err(|error| Error::internal(format!("packing thread: {error}")))??;
    let md5 = envelope::hash(&zip);
    Ok(Prepared { version: loaded.order.version, bureau: code, zip, md5 })
}

/// The zipped data file of an order.
fn write(document: &Document, originals: Vec<(Needed, Vec<u8>)>, bureau: &Bureau, ids: &WireIds) -> Result<Vec<u8>> {
    let pictures = originals
        .into_iter()
        .map(|(wanted, jpeg)| {
            let jpeg = picture::shrink(&jpeg, authority::message::MAX_ATTACHMENT)?;
            Ok(Shrunk { wanted, jpeg })
        })
        .collect::<Result<Vec<_>, picture::Refusal>>()
        .map_err(|refusal| Error::internal(format!("a kept picture cannot be shrunk: {refusal}")))?;
    let filing = new_filing(document, &pictures, bureau, ids)?;
    let provider = bureau.client.bureau().isp_id;
    let file = Upload { provider, operation: UploadOperation::NewFiling(vec![filing]) };
    let xml = file.to_gbk(Version::V3_0).map_err(|error| {
        // The words of the error name the element and never its value.
        let why = error.to_string();
        Error::Invalid(vec![finding::block(crate::order::WHOLE, "not-writable", &[("why", &why)])])
    })?;
    envelope::zip(&xml, envelope::ENTRY).map_err(|error| Error::internal(format!("packing: {error}")))
}

/// The pictures that travel, with the material each is taken from.
fn wanted_pictures(loaded: &Loaded) -> Vec<(Needed, MaterialId)> {
    use MaterialKind as Kind;
    let draft = &loaded.order.draft;
    let mut wanted = vec![Needed { kind: Kind::SubjectCertificate, site: None }];
    wanted.extend([Kind::PrincipalIdFront, Kind::PrincipalIdBack].map(|kind| Needed { kind, site: None }));
    for site in 0..draft.sites.len() {
        let kinds = [Kind::ManagerIdFront, Kind::ManagerIdBack, Kind::ManagerPhoto, Kind::Approval];
        wanted.extend(kinds.map(|kind| Needed { kind, site: Some(site) }));
    }
    let find = |needed: Needed| {
        let slot = needed.field();
        loaded.materials.iter().rev().find(|material| material.slot == slot).map(|material| material.id)
    };
    wanted
        .into_iter()
        .filter_map(|wanted| {
            let source = material::source_of(draft, wanted, |there| find(there).is_some())?;
            Some((wanted, find(source)?))
        })
        .collect()
}

/// Gives what was prepared the next place in the bureau's line. Nothing is sent here: the number is committed first.
///
/// # Errors
/// `version` when the order changed since it was prepared.
pub async fn append(tx: &Tx, world: &World, loaded: &Loaded, prepared: Prepared) -> Result<store::upload::Upload> {
    loaded.require_version(prepared.version)?;
    store::bureau::ensure(tx, &prepared.bureau).await?;
    let new = NewUpload {
        id: UploadId(world.uuid()),
        bureau: &prepared.bureau,
        order: Some(loaded.order.id),
        operation: "XZBA",
        container: &prepared.zip,
        md5: &prepared.md5,
        at: world.now(),
    };
    let upload = store::upload::append(tx, &new).await?;
    store::job::hasten(tx, &IndexMail {}.key(), world.now()).await?;
    Ok(upload)
}

/// The numbers of a round of an order on the wire, the same however often they are asked for. What is submitted again
/// gets others: a late result of the round before is then known for what it is.
struct WireIds {
    subject: i64,
    sites: Vec<SiteIds>,
}

struct SiteIds {
    site: i64,
    domain: i64,
    access: i64,
    ips: Vec<i64>,
}

impl WireIds {
    async fn allocate(tx: &Tx, round: (OrderId, u32), document: &Document, bureau: &str) -> Result<Self> {
        let subject = store::wire_id::allocate(tx, "subject", round, None, bureau).await?.wire;
        let mut sites = Vec::new();
        for (index, site) in document.sites.iter().enumerate() {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let id = async |kind: &str| store::wire_id::allocate(tx, kind, round, Some(number), bureau).await;
            let mut ips = Vec::new();
            for nth in 0..ipv4(site).len() {
                // A site may have several addresses; each needs a number of its own.
                let place = number * 1_000 + u32::try_from(nth).unwrap_or(999);
                ips.push(store::wire_id::allocate(tx, "ip", round, Some(place), bureau).await?.wire);
            }
            sites.push(SiteIds {
                site: id("site").await?.wire,
                domain: id("domain").await?.wire,
                access: id("access").await?.wire,
                ips,
            });
        }
        Ok(Self { subject, sites })
    }
}

fn ipv4(site: &document::Site) -> Vec<Ipv4Addr> {
    site.resource.ips.iter().filter_map(|ip| ip.trim().parse().ok()).collect()
}

fn new_filing(document: &Document, pictures: &[Shrunk], bureau: &Bureau, ids: &WireIds) -> Result<NewFiling> {
    let nature = document.nature;
    let subject = &document.subject;
    let kind = code(subject.certificate.kind(), nature)?;
    let mut sites = Vec::new();
    for (index, site) in document.sites.iter().enumerate() {
        let own = ids.sites.get(index).ok_or_else(|| Error::internal("a site without numbers"))?;
        sites.push(new_site(site, nature, own, index, pictures, bureau.access_method)?);
    }
    Ok(NewFiling {
        subject: Subject {
            id: ids.subject,
            name: subject.name.clone(),
            nature: Some(i64::from(nature.code())),
            investor: subject.investor.clone().or_else(|| subject.legal_representative.clone()),
            address: Address {
                province: division(&document.province.division_code())?,
                city: Some(division(&subject.city)?),
                county: Some(division(&subject.district)?),
                street: Some(subject.postal_address.clone()),
            },
            certificate: Certificate {
                kind,
                number: subject.certificate.number().to_owned(),
                address: subject.certificate_address.clone(),
            },
            principal: person(&document.principal, nature)?,
            filed_by: FiledBy::Provider,
            remark: subject.remark.clone(),
        },
        sites,
        attachments: attachments(pictures, ids),
    })
}

fn new_site(
    site: &document::Site,
    nature: Nature,
    ids: &SiteIds,
    index: usize,
    pictures: &[Shrunk],
    access_method: i64,
) -> Result<Site> {
    let scans: Vec<Binary> = pictures
        .iter()
        .filter(|picture| picture.wanted == Needed { kind: MaterialKind::Approval, site: Some(index) })
        .map(|picture| Binary(picture.jpeg.clone()))
        .collect();
    let location = Table::ServerLocation
        .rows()
        .find(|(_, row)| row.note == site.resource.province)
        .map(|(id, _)| id)
        .ok_or_else(|| Error::field(&format!("sites.{index}.resource"), "location-unknown"))?;
    let ips = ipv4(site);
    if ips.is_empty() {
        return Err(Error::field(&format!("sites.{index}.resource"), "no-ipv4"));
    }
    Ok(Site {
        id: ids.site,
        name: site.name.clone(),
        approvals: site
            .approvals
            .iter()
            .map(|approval| Approval {
                kind: i64::from(approval.kind),
                number: approval.number.clone(),
                scans: scans.clone(),
            })
            .collect(),
        contents: vec![i64::from(site.content)],
        languages: site.languages.iter().map(|code| i64::from(*code)).collect(),
        domains: vec![Domain { id: ids.domain, name: site.domain.as_str().to_owned() }],
        accesses: vec![Access {
            id: ids.access,
            locations: vec![location],
            methods: vec![access_method],
            ips: ips.iter().zip(&ids.ips).map(|(ip, id)| IpRange { id: *id, first: *ip, last: *ip }).collect(),
        }],
        manager: person(&site.manager, nature)?,
        home_url: Some(site.home_url()),
        remark: site.remark.clone(),
    })
}

fn person(person: &document::Person, nature: Nature) -> Result<Person> {
    let mobile = person.mobile.as_str().to_owned();
    // A unit must give an office phone of eleven characters at least; the emergency number serves when it is one.
    let emergency = person.emergency_phone.as_ref().map(ToString::to_string).filter(|phone| phone.len() >= 11);
    Ok(Person {
        name: Some(person.name.clone()),
        office_phone: Some(emergency.unwrap_or_else(|| mobile.clone())),
        mobile: Some(mobile),
        email: Some(person.email.as_str().to_owned()),
        certificate_kind: Some(code(person.certificate.kind(), nature)?),
        certificate_number: Some(person.certificate.number().to_owned()),
        ..Person::default()
    })
}

fn code(kind: filing::certificate::CertificateKind, nature: Nature) -> Result<i64> {
    kind.code(nature).map(i64::from).ok_or_else(|| Error::internal(format!("{kind} has no code for {nature}")))
}

fn division(code: &str) -> Result<i64> {
    code.parse().map_err(|_| Error::internal("a division without a number"))
}

fn attachments(pictures: &[Shrunk], ids: &WireIds) -> Vec<Attachment> {
    use MaterialKind as Kind;
    pictures
        .iter()
        .filter_map(|picture| {
            let subject = AttachmentOwner::Subject(ids.subject);
            let site = picture.wanted.site.and_then(|site| ids.sites.get(site)).map(|site| site.site);
            let (purpose, owner) = match (picture.wanted.kind, site) {
                (Kind::SubjectCertificate, _) => (AttachmentPurpose::SUBJECT_CERTIFICATE, subject),
                (Kind::PrincipalIdFront | Kind::PrincipalIdBack, _) => {
                    (AttachmentPurpose::PRINCIPAL_CERTIFICATE, subject)
                }
                (Kind::ManagerIdFront | Kind::ManagerIdBack, Some(site)) => {
                    (AttachmentPurpose::MANAGER_CERTIFICATE, AttachmentOwner::Site(site))
                }
                (Kind::ManagerPhoto, Some(site)) => (AttachmentPurpose::MANAGER_PHOTO, AttachmentOwner::Site(site)),
                // Approvals travel with their site; other papers have no purpose code and stay with the provider.
                _ => return None,
            };
            let content = Binary(picture.jpeg.clone());
            Some(Attachment { format: AttachmentFormat::JPEG, purpose, content, owner, remark: None })
        })
        .collect()
}

//! What several operations write: a site, an access, a person.

use std::net::Ipv4Addr;

use authority::message::{
    Access, Approval, AttachmentFormat, Binary, Domain, FiledAttachment, FiledOwner, IpRange, Person, Site,
};
use filing::certificate::CertificateKind;
use filing::document;
use filing::material::{MaterialKind, Needed};
use filing::nature::Nature;

use super::Sheet;
use crate::error::{Error, Result};

/// The addresses of a site that the wire can carry.
pub(super) fn ipv4(site: &document::Site) -> Vec<Ipv4Addr> {
    site.resource.ips.iter().filter_map(|ip| ip.trim().parse().ok()).collect()
}

/// The new sites of an order.
///
/// # Errors
/// When one runs where no address or place can be told.
pub(super) fn sites(sheet: &Sheet<'_>) -> Result<Vec<Site>> {
    sheet.document.sites.iter().enumerate().map(|(index, site)| new_site(sheet, index, site)).collect()
}

fn new_site(sheet: &Sheet<'_>, index: usize, site: &document::Site) -> Result<Site> {
    let ids = sheet.ids.site(index)?;
    let wanted = Needed { kind: MaterialKind::Approval, site: Some(index) };
    let scans: Vec<Binary> = sheet
        .pictures
        .iter()
        .filter(|picture| picture.wanted == wanted)
        .map(|picture| Binary(picture.jpeg.clone()))
        .collect();
    Ok(Site {
        id: ids.site()?,
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
        contents: site.content.into_iter().map(i64::from).collect(),
        languages: site.languages.iter().map(|code| i64::from(*code)).collect(),
        domains: vec![Domain { id: ids.domain()?, name: site.domain.as_str().to_owned() }],
        accesses: vec![access(sheet, index, site)?],
        manager: person(&site.manager, sheet.document.nature)?,
        home_url: Some(site.home_url()),
        remark: site.remark.clone(),
    })
}

/// Where a site is hosted.
///
/// # Errors
/// When no address or place can be told.
pub(super) fn access(sheet: &Sheet<'_>, index: usize, site: &document::Site) -> Result<Access> {
    let ids = sheet.ids.site(index)?;
    let location = sheet
        .on_file
        .locations
        .of(&site.resource.province)
        .ok_or_else(|| Error::field(&format!("sites.{index}.resource"), "location-unknown"))?;
    let ips = ipv4(site);
    if ips.is_empty() {
        return Err(Error::field(&format!("sites.{index}.resource"), "no-ipv4"));
    }
    Ok(Access {
        id: ids.access,
        locations: vec![location],
        methods: vec![sheet.bureau.access_method],
        ips: ips.iter().zip(&ids.ips).map(|(ip, id)| IpRange { id: *id, first: *ip, last: *ip }).collect(),
    })
}

/// The pictures of what is filed, each with its owner: the subject, or a site by its place in the order.
///
/// # Errors
/// When an owner has no name on the wire.
pub(super) fn filed_attachments(
    sheet: &Sheet<'_>,
    owner: impl Fn(Option<usize>) -> Result<FiledOwner>,
) -> Result<Vec<FiledAttachment>> {
    let mut attachments = Vec::new();
    for picture in sheet.pictures {
        let Some(purpose) = picture.purpose() else { continue };
        let (owner, content) = (owner(picture.wanted.site)?, Binary(picture.jpeg.clone()));
        attachments.push(FiledAttachment { format: AttachmentFormat::JPEG, purpose, content, owner, remark: None });
    }
    Ok(attachments)
}

/// A principal or manager.
///
/// # Errors
/// When the document has no code.
pub(super) fn person(person: &document::Person, nature: Nature) -> Result<Person> {
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

/// The authority's code of a kind of certificate.
///
/// # Errors
/// When it has none.
pub(super) fn code(kind: CertificateKind, nature: Nature) -> Result<i64> {
    kind.code(nature).map(i64::from).ok_or_else(|| Error::internal(format!("{kind} has no code for {nature}")))
}

/// The number of a division.
///
/// # Errors
/// When it is none.
pub(super) fn division(code: &str) -> Result<i64> {
    code.parse().map_err(|_| Error::internal("a division without a number"))
}

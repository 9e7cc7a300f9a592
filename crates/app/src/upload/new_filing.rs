//! 首次备案 (`XZBA`): a new subject with its sites.

use authority::message::{
    Address, Attachment, AttachmentFormat, AttachmentOwner, Binary, Certificate, FiledBy, NewFiling, Subject,
    UploadOperation,
};

use super::{Request, Sheet, parts};
use crate::error::Result;

/// The request of a first filing. Its results come back with our own number of the subject.
///
/// # Errors
/// When something of it has no form on the wire.
pub(super) fn request(sheet: &Sheet<'_>) -> Result<Request> {
    let filing = NewFiling { subject: subject(sheet)?, sites: parts::sites(sheet)?, attachments: attachments(sheet)? };
    Ok(Request { operation: UploadOperation::NewFiling(vec![filing]), word: "XZBA", references: Vec::new() })
}

fn subject(sheet: &Sheet<'_>) -> Result<Subject> {
    let (document, nature) = (sheet.document, sheet.document.nature);
    let subject = &document.subject;
    Ok(Subject {
        id: sheet.ids.subject()?,
        name: subject.name.clone(),
        nature: Some(i64::from(nature.code())),
        investor: subject.investor.clone().or_else(|| subject.legal_representative.clone()),
        address: Address {
            province: parts::division(&document.province.division_code())?,
            city: Some(parts::division(&subject.city)?),
            county: Some(parts::division(&subject.district)?),
            street: Some(subject.postal_address.clone()),
        },
        certificate: Certificate {
            kind: parts::code(subject.certificate.kind(), nature)?,
            number: subject.certificate.number().to_owned(),
            address: subject.certificate_address.clone(),
        },
        principal: parts::person(&document.principal, nature)?,
        filed_by: FiledBy::Provider,
        remark: subject.remark.clone(),
    })
}

/// The pictures, each with the subject or the site it proves something of.
fn attachments(sheet: &Sheet<'_>) -> Result<Vec<Attachment>> {
    let mut attachments = Vec::new();
    for picture in sheet.pictures {
        let Some(purpose) = picture.purpose() else { continue };
        let owner = match picture.wanted.site {
            None => AttachmentOwner::Subject(sheet.ids.subject()?),
            Some(index) => AttachmentOwner::Site(sheet.ids.site(index)?.site()?),
        };
        let content = Binary(picture.jpeg.clone());
        attachments.push(Attachment { format: AttachmentFormat::JPEG, purpose, content, owner, remark: None });
    }
    Ok(attachments)
}

//! 新增网站 (`XZWZ`): sites for a subject that is filed, here or elsewhere.

use authority::message::{FiledOwner, NewSite, Operation, Reference, UploadOperation};

use super::{Request, Sheet, parts};
use crate::error::Result;

/// The request of new sites. Its results come back with the subject's id or number, the officer's decision with our own
/// number of the site.
///
/// # Errors
/// When something of it has no form on the wire, or nobody told the subject's number.
pub(super) fn request(sheet: &Sheet<'_>) -> Result<Request> {
    let subject = sheet.on_file.subject.reference("basic.certificate_number")?;
    let attachments = parts::filed_attachments(sheet, |site| match site {
        None => Ok(FiledOwner::Subject(subject.clone())),
        // A site that is not filed yet is named by our own number.
        Some(index) => Ok(FiledOwner::Site(Reference::Id(sheet.ids.site(index)?.site()?))),
    })?;
    let new = NewSite { subject: subject.clone(), sites: parts::sites(sheet)?, attachments, password: None };
    Ok(Request {
        operation: UploadOperation::NewSite(vec![new]),
        word: "XZWZ",
        references: sheet.on_file.subject.references(Operation::NEW_SITE).collect(),
    })
}

//! 新增接入 (`XZJR`): our access for sites that are filed with another provider.

use authority::message::{FiledAttachment, FiledOwner, NewAccess, Operation, UploadOperation};

use super::{Request, Sheet, parts};
use crate::error::Result;

/// The request of new accesses, one record for each site. Its results come back with our own number of the access, or
/// with the site's filing number.
///
/// # Errors
/// When something of it has no form on the wire, or nobody told a site's number.
pub(super) fn request(sheet: &Sheet<'_>) -> Result<Request> {
    let mut records = Vec::new();
    let mut references = Vec::new();
    for (index, site) in sheet.document.sites.iter().enumerate() {
        let filed = sheet.on_file.site(index)?;
        let access = parts::access(sheet, index, site)?;
        records.push(NewAccess {
            site: filed.reference(&format!("sites.{index}.domain"))?,
            id: access.id,
            locations: access.locations,
            methods: access.methods,
            ips: access.ips,
            attachments: attachments(sheet, index)?,
            password: Some(sheet.bureau.client.bureau().version.password_placeholder().to_owned()),
        });
        references.extend(filed.references(Operation::NEW_ACCESS));
    }
    Ok(Request { operation: UploadOperation::NewAccess(records), word: "XZJR", references })
}

/// The pictures of one site; those of the subject go with the first.
fn attachments(sheet: &Sheet<'_>, index: usize) -> Result<Vec<FiledAttachment>> {
    let subject = &sheet.on_file.subject;
    let all = parts::filed_attachments(sheet, |site| match site {
        None => Ok(FiledOwner::Subject(subject.reference("basic.certificate_number")?)),
        Some(site) => Ok(FiledOwner::Site(sheet.on_file.site(site)?.reference(&format!("sites.{site}.domain"))?)),
    })?;
    let own = FiledOwner::Site(sheet.on_file.site(index)?.reference(&format!("sites.{index}.domain"))?);
    let is_here = |owner: &FiledOwner| *owner == own || (index == 0 && matches!(owner, FiledOwner::Subject(_)));
    Ok(all.into_iter().filter(|attachment| is_here(&attachment.owner)).collect())
}

//! 单独提交核验材料 (`XZHYD`): a paper for something that is filed, by itself.

use authority::message::{
    AttachmentFormat, AttachmentPurpose, Binary, FiledAttachment, FiledOwner, Reference, UploadOperation,
};
use filing::supplement::SupplementKind;
use store::filed::{FiledSite, FiledSubject};

use super::pack;
use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::picture;

/// The wire name of the operation, for the ledger.
pub const OPERATION: &str = "XZHYD";

/// What the upload calls the subject or the site a paper belongs to: the bureau's id, else the filing number.
#[must_use]
pub fn reference(subject: &FiledSubject, site: Option<&FiledSite>) -> String {
    match owner(subject, site) {
        FiledOwner::Subject(own) | FiledOwner::Site(own) | FiledOwner::Other(_, own) => match own {
            Reference::Id(id) => id.to_string(),
            Reference::Number(number) => number,
        },
    }
}

fn owner(subject: &FiledSubject, site: Option<&FiledSite>) -> FiledOwner {
    let own = |id: Option<i64>, number: &str| id.map_or_else(|| Reference::Number(number.to_owned()), Reference::Id);
    match site {
        Some(site) => FiledOwner::Site(own(site.bureau_id, &site.number)),
        None => FiledOwner::Subject(own(subject.bureau_id, &subject.number)),
    }
}

/// The zipped data file that carries one paper, as small as the wire wants it.
///
/// # Errors
/// When the picture cannot be read or the file not be written.
pub fn pack_paper(
    bureau: &Bureau,
    subject: &FiledSubject,
    site: Option<&FiledSite>,
    kind: SupplementKind,
    jpeg: &[u8],
) -> Result<Vec<u8>> {
    let purpose = AttachmentPurpose(kind.code());
    let limit = bureau.client.bureau().version.attachment_limit(purpose.0);
    let content = picture::shrink(jpeg, limit)
        .map_err(|refusal| Error::internal(format!("a picture that was taken in cannot be shrunk: {refusal}")))?;
    let paper = FiledAttachment {
        format: AttachmentFormat::JPEG,
        purpose,
        content: Binary(content),
        owner: owner(subject, site),
        remark: None,
    };
    pack(UploadOperation::Materials(vec![paper]), bureau)
}

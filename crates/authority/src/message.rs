//! The data files of the interface, typed. The wire names (`Zt_xx`, `Wzmc`, …) live here and nowhere else.
//!
//! What leaves is checked strictly against the element table before it goes ([`Upload::to_gbk`]); what arrives from the
//! authority is read leniently ([`Download::read`]), because its own schemas contradict its text in places. Where they
//! do, and what is done about it, stands in `data/<version>/version.toml`.

mod domain;
mod download;
mod ip;
mod node;
mod part;
mod upload;
mod version;
mod wire;

pub use domain::{DeletedDomain, DomainRecord};
pub use download::{
    AccessAudit, AccessProblem, BlacklistChange, BlacklistedSite, BlacklistedSubject, Cancelled, CodeRow, CodeTable,
    Conflict, Decision, Download, FiledAccess, FiledDomain, FiledIp, FiledRecord, FiledSite, FiledSubject, Finding,
    IllegalAccess, IpFinding, IpOutOfBounds, IpResult, LivenessAudit, MachineResult, Notice, NoticeAbout, RecordChange,
    RecordResult, RelatedIp, ReportingUnit, ShellAudit, ShellState, SubjectAudit, Synchronised, TaskAccess, TaskRecord,
    TaskSite, TaskSubject, UnfiledSite, Unreported,
};
pub use ip::{
    AllocationMode, ChangedIps, DeletedIps, IpAllocation, IpBroadcast, IpBroughtIn, IpSource, IpUsage, NewIps,
    SourceUnit,
};
pub use node::{ReadError, ReadProblem};
pub use part::{
    Address, Approval, Attachment, AttachmentFormat, AttachmentOwner, AttachmentPurpose, Certificate, FiledAttachment,
    FiledBy, FiledOwner, Operation, Person, Reference,
};
pub use upload::{
    Access, Cancellation, CancelledKind, Change, ChangedAccess, ChangedDomain, ChangedIp, ChangedSite, ChangedSubject,
    Domain, IpRange, NewAccess, NewFiling, NewSite, Site, Subject, TaskDomain, TaskIp, UnfiledHandling, Upload,
    UploadOperation, Verification, VerificationOutcome, VerifiedAccess, VerifiedRecord, VerifiedSite, VerifiedSubject,
};
pub use version::{Limits, Version};
pub use wire::Binary;

use crate::schema::{Problem, Schema, Violation};
use crate::tree::Markup;
use crate::{armour, envelope};

/// Everything that keeps a data file from being written, with the path of each element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteError {
    /// The departures, in document order; never empty.
    pub violations: Vec<Violation>,
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, violation) in self.violations.iter().take(5).enumerate() {
            write!(f, "{}{violation}", if index == 0 { "" } else { "; " })?;
        }
        match self.violations.len().checked_sub(5) {
            Some(more) if more > 0 => write!(f, "; and {more} more"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for WriteError {}

/// Every departure of an upload or download from its element table and its limits.
#[must_use]
pub fn check(root: &Markup<'_>, version: Version) -> Vec<Violation> {
    let schema = if root.name == "DownloadData" { version.download_schema() } else { version.upload_schema() };
    let mut violations = schema.check(root);
    if root.name == "UploadData" {
        oversized(root, version, schema, &mut violations);
    }
    violations
}

/// A departure with the line of the element it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The line, counted from 1; of the element around it when the element is missing.
    pub line: u32,
    /// What departs, and how.
    pub violation: Violation,
}

/// Everything that is wrong with an upload or download file, in document order: the element table, the limits, and
/// what only reading the records shows, such as content that is not base64 or two operations in one file.
///
/// # Errors
/// When the file is no XML of this interface at all.
pub fn validate(xml: &[u8], version: Version) -> Result<Vec<Located>, envelope::OpenError> {
    let text = envelope::text(xml)?;
    let root = Markup::read(&text)?;
    let mut violations = check(&root, version);
    let declared = root.attribute_of("version").unwrap_or_default();
    if declared != version.attribute() {
        let problem = Problem::Version { found: declared.to_owned(), expected: version.attribute() };
        violations.push(Violation { path: root.name.to_string(), problem });
    }
    let unreadable = match &*root.name {
        "UploadData" => Upload::read(&root, version).err().into_iter().collect(),
        _ => Download::read(&root, version).unreadable,
    };
    for error in unreadable {
        // What the table has found already is not said twice.
        if !violations.iter().any(|violation| violation.path == error.path) {
            violations.push(Violation { path: error.path, problem: Problem::Content(error.problem) });
        }
    }
    let locate = |violation: Violation| Located { line: root.line_of(&violation.path), violation };
    let mut located: Vec<Located> = violations.into_iter().map(locate).collect();
    located.sort_by_key(|found| found.line);
    Ok(located)
}

/// Finds attachments and approvals that are longer than the version takes.
fn oversized(root: &Markup<'_>, version: Version, schema: &Schema, violations: &mut Vec<Violation>) {
    let mut purpose = 0;
    schema.visit(root, &mut |path, element| {
        let max = match &*element.name {
            "Fjyt" => return purpose = element.text.trim().parse().unwrap_or_default(),
            "Fjnr" => version.attachment_limit(purpose),
            "Spwj" => version.attachment_limit(0),
            _ => return,
        };
        let found = match element.file {
            Some(file) => armour::length(file.len()),
            None => element.text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count(),
        };
        if found > max {
            violations.push(Violation { path: path.to_string(), problem: Problem::TooLarge { found, max } });
        }
    });
}

/// Writes a document as GBK XML with the declaration in front, once it has been checked.
fn to_gbk(root: Markup<'_>, version: Version, schema: &Schema) -> Result<Vec<u8>, WriteError> {
    let violations = check(&root, version);
    if !violations.is_empty() {
        return Err(WriteError { violations });
    }
    let whole = |problem| WriteError { violations: vec![Violation { path: schema.root().to_owned(), problem }] };
    let declaration = b"<?xml version=\"1.0\" encoding=\"GBK\"?>";
    let mut bytes = Vec::with_capacity(declaration.len() + root.length());
    bytes.extend_from_slice(declaration);
    root.write_gbk(&mut bytes).map_err(|character| whole(Problem::Unmappable(character)))?;
    let (found, max) = (bytes.len(), version.limits().file_bytes);
    if found > max { Err(whole(Problem::TooLarge { found, max })) } else { Ok(bytes) }
}

#[cfg(test)]
pub(crate) mod tests;

//! The data files of the interface, typed. The wire names (`Zt_xx`, `Wzmc`, …) live here and nowhere else.
//!
//! What leaves is checked strictly against the element table before it goes ([`Upload::to_gbk`]); what arrives from the
//! authority is read leniently ([`Download::read`]), because its own schemas contradict its text in places.

mod download;
mod node;
mod upload;

pub use download::{
    Decision, Download, FiledAccess, FiledDomain, FiledIp, FiledRecord, FiledSite, FiledSubject, MachineResult,
};
pub use node::{ReadError, ReadProblem};
pub use upload::{
    Access, Address, Approval, Attachment, AttachmentFormat, AttachmentOwner, AttachmentPurpose, Certificate, Domain,
    FiledBy, IpRange, NewFiling, Person, Site, Subject, Upload, UploadOperation,
};

use std::collections::HashMap;

use crate::gbk;
use crate::schema::{self, Problem, Schema, Violation};
use crate::tree::{self, Element};

/// The greatest size of a data file in bytes (50 MB, stated for the XML and not for its zip).
pub const MAX_FILE: usize = 50 * 1024 * 1024;
/// The most records in one data file.
pub const MAX_RECORDS: usize = 1000;
/// The greatest size of an attachment: credentials, photographs and approvals. The text says “100 KB” without saying
/// whether before or after base64; the stricter reading, after, is what a real client kept to.
pub const MAX_ATTACHMENT: usize = 100 * 1024;
/// The greatest size of a verification form (核验单), counted the same way.
pub const MAX_VERIFICATION_FORM: usize = 150 * 1024;

/// The version of the data files. Everything that differs between versions hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Version {
    /// V3.0 of October 2013, the newest public text.
    #[default]
    V3_0,
}

impl Version {
    /// The value of the root's `version` attribute; the dot after the V is really there.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::V3_0 => "V.3.0",
        }
    }

    /// The element table of uploads in this version.
    pub fn upload_schema(self) -> &'static Schema {
        match self {
            Self::V3_0 => &schema::UPLOAD,
        }
    }

    /// The element table of downloads in this version.
    pub fn download_schema(self) -> &'static Schema {
        match self {
            Self::V3_0 => &schema::DOWNLOAD,
        }
    }
}

/// The kind of operation a result speaks of (操作类型, `Czlx`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Operation(pub i64);

impl Operation {
    /// 新增备案, a first filing.
    pub const NEW_FILING: Self = Self(1);
    /// 新增网站, adding a site.
    pub const NEW_SITE: Self = Self(2);
    /// 新增接入, adding an access.
    pub const NEW_ACCESS: Self = Self(3);
    /// 变更, a change.
    pub const CHANGE: Self = Self(4);
    /// 取消接入, cancelling an access.
    pub const CANCEL_ACCESS: Self = Self(5);
    /// 注销主体, cancelling a subject.
    pub const CANCEL_SUBJECT: Self = Self(6);
    /// 注销网站, cancelling a site.
    pub const CANCEL_SITE: Self = Self(7);
    /// 单独提交核验材料, verification materials on their own.
    pub const MATERIALS: Self = Self(35);
}

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

/// Writes a checked document as GBK XML, with the declaration in front.
fn to_gbk(root: &Element, schema: &Schema) -> Result<Vec<u8>, WriteError> {
    let mut violations = schema.check(root);
    check_characters(root, root.name.clone(), &mut violations);
    if !violations.is_empty() {
        return Err(WriteError { violations });
    }
    let xml = format!("<?xml version=\"1.0\" encoding=\"GBK\"?>{}", root.to_xml());
    let bytes = gbk::encode(&xml).map_err(|character| WriteError {
        violations: vec![Violation { path: root.name.clone(), problem: Problem::Unmappable(character) }],
    })?;
    if bytes.len() > MAX_FILE {
        let problem = Problem::TooLarge { found: bytes.len(), max: MAX_FILE };
        return Err(WriteError { violations: vec![Violation { path: root.name.clone(), problem }] });
    }
    Ok(bytes)
}

/// Finds characters that cannot travel and names the element they stand in.
fn check_characters(element: &Element, path: String, found: &mut Vec<Violation>) {
    let values = element.attributes.iter().map(|(_, value)| value).chain(std::iter::once(&element.text));
    for text in values.filter(|text| !text.is_empty()) {
        if let Some(character) = tree::forbidden_character(text) {
            found.push(Violation { path: path.clone(), problem: Problem::Forbidden(character) });
        } else if let Err(character) = gbk::encode(text) {
            found.push(Violation { path: path.clone(), problem: Problem::Unmappable(character) });
        }
    }
    let mut totals: HashMap<&str, usize> = HashMap::new();
    for child in &element.children {
        *totals.entry(&child.name).or_default() += 1;
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for child in &element.children {
        let nth = counts.entry(&child.name).or_default();
        *nth += 1;
        let several = totals.get(child.name.as_str()).is_some_and(|total| *total > 1);
        let path = if several { format!("{path}/{}[{nth}]", child.name) } else { format!("{path}/{}", child.name) };
        check_characters(child, path, found);
    }
}

#[cfg(test)]
pub(crate) mod tests;

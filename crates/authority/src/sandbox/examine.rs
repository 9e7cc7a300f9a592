//! What the machine does with an uploaded file as a whole: it reads it strictly and takes the requests out of it.

use super::Provider;
use super::check::Finding;
use super::request::Request;
use crate::code::ResultCode;
use crate::envelope::{self, OpenError};
use crate::message::{Operation, ReadProblem, Upload, UploadOperation, Version};
use crate::tree::{Element, TreeError};

/// What came of reading a file.
#[derive(Debug)]
pub(super) enum Examined {
    /// The file as a whole is refused.
    File {
        finding: Finding,
        /// The details, for the remark.
        remark: Option<String>,
        /// What the file asks for, as far as that can be seen.
        operation: Operation,
        /// What its requests are called in results, as far as that can be seen.
        keys: Vec<String>,
    },
    /// The requests in it.
    Requests(Vec<Request>),
}

/// Reads an unpacked file of a provider strictly. `name` is the server's name of the file.
pub(super) fn read(xml: &[u8], provider: &Provider, name: &str, version: Version) -> Examined {
    let refuse = |code: i64, about: &str, remark: Option<String>, keys: Vec<String>| Examined::File {
        finding: Finding { code: ResultCode(code), about: about.to_owned() },
        remark,
        operation: Operation::NEW_FILING,
        keys,
    };
    let encoding = envelope::declared_encoding(xml);
    if !matches!(encoding.as_deref(), Some("gbk" | "gb2312" | "gb18030")) {
        return refuse(5001, name, Some(format!("encoding {}", encoding.unwrap_or_default())), Vec::new());
    }
    let root = match envelope::read_document(xml) {
        Ok(root) => root,
        Err(OpenError::Xml(error @ TreeError::Character(_))) => {
            return refuse(5008, name, Some(error.to_string()), Vec::new());
        }
        Err(error) => return refuse(5001, name, Some(error.to_string()), Vec::new()),
    };
    let subjects = subjects_in(&root);
    let declared = root.attribute_of("version").unwrap_or_default();
    if declared != version.attribute() {
        return refuse(5004, version.attribute(), Some(declared.to_owned()), subjects);
    }
    let violations = version.upload_schema().check(&root);
    if !violations.is_empty() {
        let details: Vec<String> = violations.iter().take(20).map(ToString::to_string).collect();
        return refuse(5001, name, Some(details.join("; ")), subjects);
    }
    let operations = root.get("ICP").map_or(0, |icp| icp.children.len().saturating_sub(1));
    if operations > 1 {
        return refuse(5001, name, Some(format!("{operations} operations in one file")), subjects);
    }
    match Upload::read(&root) {
        Err(error) if error.problem == ReadProblem::NotBase64 => refuse(5010, &error.path, None, subjects),
        // IP and domain files have no ICP group; the other ICP operations are not open either.
        Err(_) | Ok(None) => refuse(5011, &operation_of(&root), None, subjects),
        Ok(Some(upload)) if upload.provider != provider.isp_id => {
            refuse(5003, &upload.provider.to_string(), None, subjects)
        }
        Ok(Some(Upload { operation: UploadOperation::NewFiling(filings), .. })) => {
            Examined::Requests(filings.into_iter().map(Request::FirstFiling).collect())
        }
    }
}

/// The tags of the operations in a file, such as `ICP/BGBA`.
fn operation_of(root: &Element) -> String {
    let group = root.children.first();
    let inner = group.and_then(|group| group.children.first());
    [group, inner].into_iter().flatten().map(|element| element.name.as_str()).collect::<Vec<_>>().join("/")
}

/// The provider's ids of all subjects of first filings that can be seen in a file, however broken it is.
fn subjects_in(root: &Element) -> Vec<String> {
    let filings = root.get("ICP").and_then(|icp| icp.get("XZBA"));
    let ids = filings.iter().flat_map(|filings| filings.all("Baxx"));
    ids.filter_map(|filing| Some(filing.get("Zt_xx")?.text_of("IspZtid")?.to_owned())).collect()
}

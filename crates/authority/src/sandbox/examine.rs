//! What the machine does with an uploaded file as a whole: it reads it strictly and takes the requests out of it.

use super::check::Finding;
use super::request::Request;
use super::{MINISTRY, Provider, Right};
use crate::code::ResultCode;
use crate::envelope::{self, OpenError};
use crate::message::{self, Operation, ReadProblem, Upload, UploadOperation, Version};
use crate::tree::{Markup, TreeError};

/// What came of reading a file.
#[derive(Debug)]
pub(super) enum Examined {
    /// The file as a whole is refused.
    File(Refused),
    /// The requests in it.
    Requests(Vec<Request>),
}

/// Why a file is refused as a whole.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) finding: Finding,
    /// The details, for the remark.
    pub(super) remark: Option<String>,
    /// The group and the operation in it, such as `ICP` and `XZBA`, as far as they can be seen.
    pub(super) place: (String, String),
    /// The code of the operation in ICP results, as far as it can be seen.
    pub(super) operation: Operation,
    /// What its requests are called in results, as far as that can be seen.
    pub(super) keys: Vec<String>,
}

/// Reads an unpacked file of a provider strictly. `name` is the server's name of the file, `authority` its province.
pub(super) fn read(xml: &[u8], provider: &Provider, name: &str, version: Version, authority: i64) -> Examined {
    let blank = |code: i64, about: &str, remark: String| {
        Examined::File(Refused {
            finding: Finding { code: ResultCode(code), about: about.to_owned() },
            remark: Some(remark),
            place: (String::new(), String::new()),
            operation: Operation::NEW_FILING,
            keys: Vec::new(),
        })
    };
    let encoding = envelope::declared_encoding(xml);
    if !matches!(encoding.as_deref(), Some("gbk" | "gb2312" | "gb18030")) {
        return blank(5001, name, format!("encoding {}", encoding.unwrap_or_default()));
    }
    let text = match envelope::text(xml) {
        Ok(text) => text,
        Err(error) => return blank(5001, name, error.to_string()),
    };
    let root = match Markup::read(&text) {
        Ok(root) => root,
        Err(error @ TreeError::Character(_)) => return blank(5008, name, error.to_string()),
        Err(error) => return blank(5001, name, OpenError::Xml(error).to_string()),
    };
    let refuse = |code: i64, about: &str, remark: Option<String>| {
        let place = place(&root);
        Examined::File(Refused {
            finding: Finding { code: ResultCode(code), about: about.to_owned() },
            remark,
            operation: operation(&root, &place.1),
            keys: keys(&root, &place.1),
            place,
        })
    };
    let declared = root.attribute_of("version").unwrap_or_default();
    if declared != version.attribute() {
        return refuse(5004, version.attribute(), Some(declared.to_owned()));
    }
    let violations = message::check(&root, version);
    if !violations.is_empty() {
        let details: Vec<String> = violations.iter().take(20).map(ToString::to_string).collect();
        return refuse(5001, name, Some(details.join("; ")));
    }
    let upload = match Upload::read(&root, version) {
        Ok(upload) => upload,
        Err(error) if error.problem == ReadProblem::NotBase64 => return refuse(5010, &error.path, None),
        Err(error) => return refuse(5001, name, Some(error.to_string())),
    };
    if upload.provider != provider.isp_id {
        return refuse(5003, &upload.provider.to_string(), None);
    }
    let business = upload.operation.group().0;
    let (right, turned_away) = match business {
        // The ministry takes domains alone, and nobody else takes them.
        "YM" => (Right::Domain, (authority != MINISTRY).then_some(3036)),
        "IP" => (Right::Ip, (authority == MINISTRY).then_some(5009)),
        _ => (Right::Icp, (authority == MINISTRY).then_some(1045)),
    };
    if let Some(code) = turned_away {
        return refuse(code, "", None);
    }
    if !provider.rights.contains(&right) {
        return refuse(5009, business, None);
    }
    Examined::Requests(requests(upload.operation))
}

/// The requests of an operation, one each.
fn requests(operation: UploadOperation) -> Vec<Request> {
    fn each<T>(list: Vec<T>, request: impl Fn(T) -> Request) -> Vec<Request> {
        list.into_iter().map(request).collect()
    }
    match operation {
        UploadOperation::NewFiling(list) => each(list, |filing| Request::FirstFiling(Box::new(filing))),
        UploadOperation::NewSite(list) => each(list, Request::NewSite),
        UploadOperation::NewAccess(list) => each(list, Request::NewAccess),
        UploadOperation::Change(list) => each(list, |change| Request::Change(Box::new(change))),
        UploadOperation::Cancellation(list) => each(list, Request::Cancellation),
        UploadOperation::Verification(list) => each(list, |result| Request::Verification(Box::new(result))),
        UploadOperation::UnfiledHandling(list) => each(list, Request::Unfiled),
        UploadOperation::Materials(list) => each(list, Request::Materials),
        UploadOperation::NewIps(ips) => vec![Request::NewIps(ips)],
        UploadOperation::ChangedIps(ips) => vec![Request::ChangedIps(ips)],
        UploadOperation::DeletedIps(ips) => vec![Request::DeletedIps(ips)],
        UploadOperation::NewDomains(list) => vec![Request::NewDomains(list)],
        UploadOperation::ChangedDomains(list) => vec![Request::ChangedDomains(list)],
        UploadOperation::DeletedDomains(list) => vec![Request::DeletedDomains(list)],
    }
}

/// The tags of the group and of the operation in it.
fn place(root: &Markup<'_>) -> (String, String) {
    let group = root.children.first();
    let operation = group.and_then(|group| group.children.iter().find(|child| child.name != "Qqdwid"));
    let name = |element: Option<&Markup<'_>>| element.map(|element| element.name.to_string()).unwrap_or_default();
    (name(group), name(operation))
}

/// The elements of the requests that can be seen in a file, however broken it is.
fn records<'a>(root: &'a Markup<'a>, operation: &str) -> impl Iterator<Item = &'a Markup<'a>> {
    let group = root.children.first().and_then(|group| group.get(operation));
    group.into_iter().flat_map(|group| &group.children)
}

fn operation(root: &Markup<'_>, operation: &str) -> Operation {
    match operation {
        "XZWZ" => Operation::NEW_SITE,
        "XZJR" => Operation::NEW_ACCESS,
        "BGBA" => Operation::CHANGE,
        "XZHYD" => Operation::MATERIALS,
        "ZXBA" => match records(root, operation).find_map(|record| record.text_of("Zxlb")) {
            Some("1") => Operation::CANCEL_SITE,
            Some("2") => Operation::CANCEL_ACCESS,
            _ => Operation::CANCEL_SUBJECT,
        },
        _ => Operation::NEW_FILING,
    }
}

fn keys(root: &Markup<'_>, operation: &str) -> Vec<String> {
    let key = |record: &Markup<'_>| {
        let subject = || record.get("Zt_xx").or_else(|| record.get("Baxx")?.get("Zt_xx"));
        let text = match operation {
            "XZBA" => subject()?.text_of("IspZtid"),
            "XZWZ" => subject()?.text_of("Ztbah").or_else(|| subject()?.text_of("Ztid")),
            "XZJR" => record.text_of("IspJrid"),
            "BGBA" | "HSJG" => subject()?.text_of("Ztid"),
            "ZXBA" => record.text_of("Jlid"),
            "WBACLJG" => record.text_of("Ym"),
            "XZHYD" => {
                let owner = record.get("Fjssdx")?.get("Ssdxbs")?;
                owner.text_of("Jlid").or_else(|| owner.text_of("Baxh"))
            }
            _ => None,
        };
        text.map(str::to_owned)
    };
    records(root, operation).filter_map(key).collect()
}

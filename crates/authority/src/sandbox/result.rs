//! The results of the machine, in the words of the specification.

use super::check::Finding;
use super::examine::Refused;
use super::request::Matter;
use super::scenario::Kind;
use crate::code::ResultCode;
use crate::message::{self, Download, IpFinding, IpResult, MachineResult, Operation, RecordChange, RecordResult};

impl Kind {
    /// The code of the operation in results. The interface has none for verifications and for unfiled websites; what
    /// they get stands under the first, with the id or the domain as its key.
    pub(super) fn operation(self) -> Operation {
        match self {
            Self::FirstFiling | Self::Verification | Self::Unfiled | Self::Ip | Self::Domain => Operation::NEW_FILING,
            Self::NewSite => Operation::NEW_SITE,
            Self::NewAccess => Operation::NEW_ACCESS,
            Self::Change => Operation::CHANGE,
            Self::CancelAccess => Operation::CANCEL_ACCESS,
            Self::CancelSubject => Operation::CANCEL_SUBJECT,
            Self::CancelSite => Operation::CANCEL_SITE,
            Self::Materials => Operation::MATERIALS,
        }
    }
}

/// What the machine says of one request: what it found, or that all is in order.
pub(super) fn machine_result(matter: &Matter, success: Option<ResultCode>, findings: &[Finding]) -> MachineResult {
    let list = match success.filter(|_| findings.is_empty()) {
        Some(success) => vec![told(success, "")],
        None => findings.iter().map(|finding| told(finding.code, &finding.about)).collect(),
    };
    MachineResult { findings: list, operation: matter.kind.operation(), key: Some(matter.key.clone()), remark: None }
}

/// Adds the results for a file that was refused as a whole, one for each request that can be seen in it.
pub(super) fn file_result(refused: &Refused, answers: &mut Download) {
    let finding = told(refused.finding.code, &refused.finding.about);
    let remark = refused.remark.clone();
    let change = match refused.place.1.as_str() {
        "XGBA" => RecordChange::Change,
        "SCBA" => RecordChange::Delete,
        _ => RecordChange::Add,
    };
    match refused.place.0.as_str() {
        "IP" => answers.source_results.push(IpResult {
            findings: vec![IpFinding { code: finding.code, text: finding.text, related: Vec::new() }],
            bureau_id: None,
            change,
            id: None,
            remark,
        }),
        "YM" => answers.domain_results.push(RecordResult {
            findings: vec![finding],
            bureau_id: None,
            change,
            id: None,
            remark,
        }),
        _ => {
            let keys: Vec<Option<String>> = match refused.keys.as_slice() {
                [] => vec![None],
                keys => keys.iter().cloned().map(Some).collect(),
            };
            let result = |key| MachineResult {
                findings: vec![finding.clone()],
                operation: refused.operation,
                key,
                remark: remark.clone(),
            };
            answers.results.extend(keys.into_iter().map(result));
        }
    }
}

/// A code with its text.
pub(super) fn told(code: ResultCode, about: &str) -> message::Finding {
    message::Finding { code, text: Some(text(code, about)) }
}

/// The text of a result: that of the specification, and what it is about.
pub(super) fn text(code: ResultCode, about: &str) -> String {
    let words = code.words().map(|words| words.zh).unwrap_or_default();
    let text = match (words, about) {
        // For a file that fails the schema the text is the file's name and nothing else (specification, 3-4).
        (_, about) if code == ResultCode(5001) => about.to_owned(),
        (words, "") => words.to_owned(),
        (words, about) => format!("{words}：{about}"),
    };
    text.chars().take(255).collect()
}

//! The results of the machine, in the words of the specification.

use super::check::Finding;
use super::request::Matter;
use super::scenario::Kind;
use crate::code::ResultCode;
use crate::message::{MachineResult, Operation};

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
        Some(success) => vec![(success, text(success, ""))],
        None => findings.iter().map(|finding| (finding.code, text(finding.code, &finding.about))).collect(),
    };
    MachineResult { findings: list, operation: matter.kind.operation(), key: Some(matter.key.clone()), remark: None }
}

/// The result for a file that was refused as a whole.
pub(super) fn file_result(
    finding: &Finding,
    operation: Operation,
    key: Option<String>,
    remark: Option<String>,
) -> MachineResult {
    MachineResult { findings: vec![(finding.code, text(finding.code, &finding.about))], operation, key, remark }
}

/// The text of a result: that of the specification, and what it is about.
pub(super) fn text(code: ResultCode, about: &str) -> Option<String> {
    let words = code.words().map(|words| words.zh).unwrap_or_default();
    let text = match (words, about) {
        // For a file that fails the schema the text is the file's name and nothing else (specification, 3-4).
        (_, about) if code == ResultCode(5001) => about.to_owned(),
        (words, "") => words.to_owned(),
        (words, about) => format!("{words}：{about}"),
    };
    Some(text.chars().take(255).collect())
}

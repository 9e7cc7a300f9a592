//! Scenarios: what an authority does by itself, written in a TOML file that repeats exactly.
//!
//! A scenario decides requests, returns results, makes faults and pushes downloads. `docs/sandbox.md` describes the
//! format for people; the types here are the format.

mod play;
mod value;

use std::path::Path;

use jiff::SignedDuration;
use serde::Deserialize;

use super::Error;
use super::fault::FaultKind;
use super::push::Push;
use crate::code::ResultCode;
use crate::soap::Method;

pub use value::{Chance, Pattern};

/// A scenario as its file says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// What it is for, in words.
    pub title: String,
    /// Where its chance begins; the same number plays the same scenario again.
    pub seed: Option<u64>,
    /// Enters the codes of the text messages by itself after so long; unset leaves that to people.
    pub confirm_sms_after: Option<SignedDuration>,
    /// Scripted decisions; the first that matches counts.
    #[serde(rename = "decision")]
    pub decisions: Vec<DecisionRule>,
    /// Scripted results of the machine.
    #[serde(rename = "result")]
    pub results: Vec<ResultRule>,
    /// Scripted faults.
    #[serde(rename = "fault")]
    pub faults: Vec<FaultRule>,
    /// Scripted downloads.
    #[serde(rename = "push")]
    pub pushes: Vec<PushRule>,
}

/// Which requests a rule is about; what is not said matches all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// The kind of request.
    pub operation: Option<Kind>,
    /// One of its domains, such as `*.example.cn`.
    pub domain: Option<Pattern>,
    /// The name of its subject or site.
    pub name: Option<Pattern>,
    /// Who reports it.
    pub provider: Option<i64>,
}

/// The kinds of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 新增备案.
    FirstFiling,
    /// 新增网站.
    NewSite,
    /// 新增接入.
    NewAccess,
    /// 变更.
    Change,
    /// 注销主体.
    CancelSubject,
    /// 注销网站.
    CancelSite,
    /// 取消接入.
    CancelAccess,
    /// 核实结果.
    Verification,
    /// 单独提交核验材料.
    Materials,
    /// 未备案网站处理结果.
    Unfiled,
    /// IP 备案.
    Ip,
    /// 域名备案.
    Domain,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::FirstFiling,
        Self::NewSite,
        Self::NewAccess,
        Self::Change,
        Self::CancelSubject,
        Self::CancelSite,
        Self::CancelAccess,
        Self::Verification,
        Self::Materials,
        Self::Unfiled,
        Self::Ip,
        Self::Domain,
    ];

    /// The word of this kind in scenarios, in JSON and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::FirstFiling => "first_filing",
            Self::NewSite => "new_site",
            Self::NewAccess => "new_access",
            Self::Change => "change",
            Self::CancelSubject => "cancel_subject",
            Self::CancelSite => "cancel_site",
            Self::CancelAccess => "cancel_access",
            Self::Verification => "verification",
            Self::Materials => "materials",
            Self::Unfiled => "unfiled",
            Self::Ip => "ip",
            Self::Domain => "domain",
        }
    }

    /// The kind of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A scripted decision.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRule {
    /// Which requests.
    #[serde(default)]
    pub when: When,
    /// What is decided.
    pub decide: Verdict,
    /// Why; a refusal needs it.
    #[serde(default)]
    pub reason: String,
    /// How long after the verification.
    #[serde(default)]
    pub after: SignedDuration,
    /// Who signs.
    #[serde(default)]
    pub officer: String,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The request is approved.
    Approve,
    /// The request is refused with the reason.
    Refuse,
    /// The request is left to the desk.
    Leave,
}

/// Scripted results: a request that matches is refused by the machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultRule {
    /// Which requests.
    #[serde(default)]
    pub when: When,
    /// The codes it is refused with.
    pub codes: Vec<ResultCode>,
    /// What they are about, in words.
    #[serde(default)]
    pub about: String,
    /// How often; unset is always.
    pub times: Option<u64>,
}

/// A scripted fault.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// What goes wrong.
    pub kind: FaultKind,
    /// The method it strikes; unset is any it can strike.
    #[serde(default, deserialize_with = "value::method")]
    pub method: Option<Method>,
    /// The provider whose calls it strikes; unset is all.
    pub provider: Option<i64>,
    /// Only the call of this number, counted from 1.
    pub call: Option<u64>,
    /// Every call whose number is a multiple of this.
    pub every: Option<u64>,
    /// With this likelihood, between 0 and 1.
    pub chance: Option<Chance>,
    /// At most so often.
    pub times: Option<u64>,
    /// The code that `msg_code` answers.
    pub code: Option<i64>,
    /// How late a delayed answer comes.
    #[serde(default)]
    pub delay: SignedDuration,
}

/// A scripted download.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushRule {
    /// So long after the scenario began.
    pub at: Option<SignedDuration>,
    /// After something has happened to a request.
    pub after: Option<Event>,
    /// Who receives it; unset is everybody it concerns.
    pub provider: Option<i64>,
    /// What is pushed.
    pub send: Push,
}

/// Something that happens to a request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// What happens.
    pub event: Happening,
    /// To which request.
    #[serde(default)]
    pub when: When,
    /// How long after it.
    #[serde(default)]
    pub delay: SignedDuration,
}

/// What can happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// The machine found it in order.
    Received,
    /// The machine refused it.
    Failed,
    /// Everybody has entered their code.
    Verified,
    /// It was approved.
    Approved,
    /// It was refused, or sent back.
    Refused,
}

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// When it cannot be read; the text names file, line and column.
    pub fn load(file: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Error::Config(format!("scenario {}: {error}", file.display())))?;
        Self::parse(&text).map_err(|error| Error::Config(format!("scenario {}: {error}", file.display())))
    }

    /// Reads the text of a scenario.
    ///
    /// # Errors
    /// When it is not one; the text names line and column, or the rule.
    pub fn parse(text: &str) -> Result<Self, String> {
        let scenario: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        scenario.check()?;
        Ok(scenario)
    }

    /// What the types cannot say.
    fn check(&self) -> Result<(), String> {
        for (index, rule) in self.decisions.iter().enumerate() {
            if rule.decide == Verdict::Refuse && rule.reason.trim().is_empty() {
                return Err(format!("decision {}: a refusal needs its reason", index + 1));
            }
        }
        for (index, rule) in self.results.iter().enumerate() {
            if let Some(code) = rule.codes.iter().find(|code| code.words().is_none() || code.is_success()) {
                return Err(format!("result {}: {} is not the code of a failure", index + 1, code.0));
            }
            if rule.codes.is_empty() {
                return Err(format!("result {}: no codes", index + 1));
            }
        }
        for (index, rule) in self.faults.iter().enumerate() {
            if (rule.kind == FaultKind::MsgCode) != rule.code.is_some() {
                return Err(format!("fault {}: `code` belongs to the kind msg_code and to no other", index + 1));
            }
            if let Some(method) = rule.method.filter(|method| !rule.kind.strikes(*method)) {
                let (kind, method) = (rule.kind.word(), method.name());
                return Err(format!("fault {}: {kind} cannot strike {method}", index + 1));
            }
            if rule.every == Some(0) || rule.call == Some(0) {
                return Err(format!("fault {}: calls are counted from 1", index + 1));
            }
        }
        for (index, rule) in self.pushes.iter().enumerate() {
            if rule.at.is_some() == rule.after.is_some() {
                return Err(format!("push {}: it needs either `at` or `after`", index + 1));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_read_and_its_mistakes_are_named_with_their_place() {
        let scenario = Scenario::parse(
            "title = \"t\"\nconfirm_sms_after = \"2s\"\n[[decision]]\nwhen = { operation = \"change\", domain = \"*.cn\" }\n\
             decide = \"approve\"\nafter = \"1m\"\n[[result]]\ncodes = [1065]\n[[fault]]\nkind = \"msg_code\"\n\
             method = \"isp_upload\"\ncall = 2\ncode = 15\n[[push]]\nat = \"5s\"\nsend = \"code_tables\"\n[[push]]\n\
             after = { event = \"approved\", delay = \"1s\" }\nsend.notice = { text = \"改\" }\n",
        )
        .unwrap();
        assert_eq!(scenario.decisions[0].after, SignedDuration::from_secs(60));
        assert_eq!(scenario.faults[0].method, Some(Method::Upload));
        let error = |text: &str| Scenario::parse(text).unwrap_err();
        assert!(
            error("[[decision]]\ndecide = \"maybe\"").contains("line 2, column 10"),
            "{}",
            error("[[decision]]\ndecide = \"maybe\"")
        );
        assert!(error("[[decision]]\ndecide = \"refuse\"").contains("decision 1: a refusal needs"));
        assert!(error("[[fault]]\nkind = \"down\"\nmethod = \"isp_up\"").contains("line 3"));
        assert!(error("[[fault]]\nkind = \"down\"\nchance = 2.0").contains("between 0 and 1"));
        assert!(
            error("[[fault]]\nkind = \"gap\"\nmethod = \"isp_download\"").contains("gap cannot strike isp_download")
        );
        assert!(error("[[fault]]\nkind = \"msg_code\"").contains("`code`"));
        assert!(error("[[result]]\ncodes = [1]").contains("1 is not the code of a failure"));
        assert!(error("[[push]]\nsend = \"code_tables\"").contains("push 1"));
        assert!(error("[[decision]]\nwen = {}\ndecide = \"leave\"").contains("unknown field"));
    }
}

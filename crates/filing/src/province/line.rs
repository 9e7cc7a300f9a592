//! The provincial lines: every single statement of a provincial page, with its source.
//!
//! A line that a machine can decide names the rules that decide it; every other line is shown to people at its field.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Province, Source};
use crate::check::Example;
use crate::stage::Action;
use crate::text::Text;
use crate::words::words;

words! {
    /// What a provincial line or parameter is about.
    pub enum Topic {
        /// Ages of principals and managers.
        Age = "age",
        /// Principals and managers.
        Principal = "principal",
        /// The subject.
        Subject = "subject",
        /// Certificates of units and people.
        Certificate = "certificate",
        /// Domains.
        Domain = "domain",
        /// Sites and how many there may be.
        Site = "site",
        /// Site names.
        Name = "name",
        /// Service contents.
        Service = "service",
        /// Remarks.
        Remark = "remark",
        /// Addresses.
        Address = "address",
        /// Phone numbers.
        Contact = "contact",
        /// Extra papers.
        Material = "material",
        /// Pre-approvals.
        PreApproval = "preapproval",
        /// Letters on training.
        Training = "training",
        /// Access filings.
        Access = "access",
        /// Changes.
        Change = "change",
        /// Resources.
        Resource = "resource",
        /// Verification of people.
        Verify = "verify",
        /// Text messages.
        Sms = "sms",
        /// The yearly review.
        Annual = "annual",
        /// The order.
        Order = "order",
        /// The foot of the page.
        Footer = "footer",
        /// Subjects and sites without content.
        Shell = "shell",
        /// The authority's review.
        Review = "review",
    }
}

words! {
    /// What sort of demand a line makes.
    pub enum LineKind {
        /// Something about the data.
        Check = "check",
        /// A file to upload.
        Material = "material",
        /// A text that must stand in a remark.
        Statement = "statement",
        /// Something a person judges.
        Guidance = "guidance",
    }
}

words! {
    /// Whom a line speaks of.
    pub enum Scope {
        /// Units.
        Unit = "unit",
        /// Individuals.
        Individual = "individual",
        /// Everybody.
        Both = "both",
    }
}

impl Scope {
    /// Whether it speaks of such a subject.
    #[must_use]
    pub const fn covers(self, individual: bool) -> bool {
        match self {
            Self::Both => true,
            Self::Individual => individual,
            Self::Unit => !individual,
        }
    }
}

words! {
    /// A group of actions that lines speak of, and the time after them.
    pub enum Occasion {
        /// 首次备案.
        FirstFiling = "first_filing",
        /// 新增网站, wherever the subject is filed.
        AddSite = "add_site",
        /// 接入备案 and 一键接入.
        AddAccess = "add_access",
        /// 变更备案 and 变更网站.
        Change = "change",
        /// 注销 and 取消接入.
        Cancel = "cancel",
        /// When the number is there.
        AfterFiling = "after_filing",
    }
}

impl Occasion {
    /// The occasion of an action.
    #[must_use]
    pub const fn of(action: Action) -> Self {
        match action {
            Action::FirstFiling => Self::FirstFiling,
            Action::AddSiteHere | Action::AddSiteElsewhere => Self::AddSite,
            Action::AddAccess | Action::OneClickAccess => Self::AddAccess,
            Action::ChangeFiling | Action::ChangeSite => Self::Change,
            Action::CancelSubject | Action::CancelSite | Action::CancelAccess => Self::Cancel,
        }
    }
}

/// One statement of a provincial page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its id, such as `33-address-01`.
    pub id: String,
    /// The province.
    pub province: Province,
    /// What it is about.
    pub topic: Topic,
    /// Whom it speaks of.
    pub nature: Scope,
    /// On which occasions.
    pub actions: Vec<Occasion>,
    /// What sort of demand it makes.
    pub kind: LineKind,
    /// What it says.
    pub text: Text,
    /// Where it was read.
    pub source: Source,
    /// How sure the reading is: `high`, `medium` or `low`.
    pub confidence: String,
    /// The field it is shown at; `sites.*` stands for every site, `materials` for the papers as a whole, `order` for
    /// the order and `after` for the time after filing.
    pub field: String,
    /// The first day it holds; none when no source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub effective_from: Option<Date>,
    /// The last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub effective_until: Option<Date>,
    /// The figures it names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    pub figures: BTreeMap<String, serde_json::Value>,
    /// The rules that decide it; without any it is shown to people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided_by: Vec<String>,
    /// What fails it and what passes, by the rules that decide it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub examples: Vec<Example>,
    /// Why no rule decides it, though it speaks of data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecided: Option<Text>,
    /// A text to copy into the remark, where a public source words one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<String>,
}

impl Line {
    /// How it is shown: a check that nothing decides is guidance.
    #[must_use]
    pub fn shown_as(&self) -> LineKind {
        if self.kind == LineKind::Check && self.decided_by.is_empty() { LineKind::Guidance } else { self.kind }
    }

    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(&self, on: Date) -> bool {
        self.effective_from.is_none_or(|from| from <= on) && self.effective_until.is_none_or(|until| on <= until)
    }

    /// Whether it speaks of such a subject on an occasion; while the occasion is not known, of any.
    #[must_use]
    pub fn concerns(&self, individual: bool, occasion: Option<Occasion>) -> bool {
        self.nature.covers(individual) && occasion.is_none_or(|occasion| self.actions.contains(&occasion))
    }

    /// Its id and source, as findings cite it.
    #[must_use]
    pub fn citation(&self) -> String {
        format!("{}, {}", self.id, self.source)
    }
}

/// All provincial lines, by province.
pub fn lines() -> &'static [Line] {
    static LINES: OnceLock<Vec<Line>> = OnceLock::new();
    LINES.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        serde_json::from_str(include_str!("../../data/province-lines.json"))
            .expect("data/province-lines.json is well formed")
    })
}

/// The line of an id.
#[must_use]
pub fn line(id: &str) -> Option<&'static Line> {
    static BY_ID: OnceLock<HashMap<&'static str, &'static Line>> = OnceLock::new();
    BY_ID.get_or_init(|| lines().iter().map(|line| (line.id.as_str(), line)).collect()).get(id).copied()
}

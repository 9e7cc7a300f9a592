//! What the authority's own comparison of all providers' records found (`HCJG`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rules;
use super::span::Span;
use crate::check::Finding;

/// One thing an audit found about a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "audit", rename_all = "snake_case")]
pub enum Audit {
    /// 越界: the record reaches beyond what the provider was given.
    OutOfBounds {
        /// How far, when told.
        beyond: Option<Span>,
        /// When it was told.
        at: Timestamp,
    },
    /// 冲突: another provider has filed the same addresses.
    Conflict {
        /// The other provider's number.
        with: i64,
        /// The other provider's record.
        theirs: Span,
        /// When it was told.
        at: Timestamp,
    },
    /// 未报: the provider was given the addresses and has not filed them.
    NotReported {
        /// The number of the unit that gave them, when told.
        from: Option<i64>,
        /// When it was told.
        at: Timestamp,
    },
}

impl Audit {
    /// The same as a finding at the addresses of the record.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let (id, found) = match self {
            Self::OutOfBounds { beyond, .. } => ("ip-audit-bounds", beyond.map(|span| span.to_string())),
            Self::Conflict { with, theirs, .. } => ("ip-audit-conflict", Some(format!("{with} ({theirs})"))),
            Self::NotReported { from, .. } => ("ip-audit-missing", from.map(|unit| unit.to_string())),
        };
        rules::finding(id, None, found.as_deref())
    }

    /// Whether it says the same as another, told at another time.
    #[must_use]
    pub fn repeats(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::OutOfBounds { beyond: one, .. }, Self::OutOfBounds { beyond: two, .. }) => one == two,
            (Self::NotReported { from: one, .. }, Self::NotReported { from: two, .. }) => one == two,
            (Self::Conflict { with: one, theirs, .. }, Self::Conflict { with: two, theirs: again, .. }) => {
                one == two && theirs == again
            }
            _ => false,
        }
    }
}

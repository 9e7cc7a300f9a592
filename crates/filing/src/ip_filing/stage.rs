//! Where a record stands: each stage with its facts, and transitions that consume it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::audit::Audit;
use super::draft::RangeDraft;
use super::rules;
use super::span::Span;
use crate::check::Finding;
use crate::words::words;

words! {
    /// The name of a stage.
    pub enum Standing {
        /// Typed, not sent.
        Draft = "draft",
        /// Sent for the first time.
        Reported = "reported",
        /// Not accepted when it was sent for the first time.
        Refused = "refused",
        /// On the authority's books.
        Filed = "filed",
        /// On the books, and a correction was sent.
        Changing = "changing",
        /// On the books, and its deletion was sent.
        Deleting = "deleting",
        /// Off the books.
        Deleted = "deleted",
    }
}

words! {
    /// What is asked of the authority with a record.
    pub enum Ask {
        /// 新增 (`XZBA`).
        Add = "add",
        /// 修改 (`XGBA`).
        Change = "change",
        /// 删除 (`SCBA`).
        Delete = "delete",
    }
}

/// One thing the authority said of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Its code.
    pub code: i64,
    /// Its own words.
    #[serde(default)]
    pub text: String,
    /// The ranges it named with it.
    #[serde(default)]
    pub ranges: Vec<Span>,
}

/// An attempt on a filed record that the authority did not accept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What was asked.
    pub ask: Ask,
    /// What the record was to become, when it was to be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Box<RangeDraft>>,
    /// What the authority said.
    pub told: Vec<Told>,
    /// When.
    pub at: Timestamp,
}

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Typed, not sent.
    Draft,
    /// Sent for the first time.
    Reported {
        /// When it was given its place in the line.
        at: Timestamp,
    },
    /// Not accepted when it was sent for the first time.
    Refused {
        /// What the authority said.
        told: Vec<Told>,
        /// When.
        at: Timestamp,
    },
    /// On the authority's books.
    Filed {
        /// What the authority calls it.
        id: i64,
        /// Since when.
        at: Timestamp,
        /// The last attempt to change that, when it was not accepted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<Attempt>,
    },
    /// On the books, and a correction was sent.
    Changing {
        /// What the authority calls it.
        id: i64,
        /// Since when it is on the books as it is.
        filed_at: Timestamp,
        /// What it is to become.
        proposed: Box<RangeDraft>,
        /// When that was given its place in the line.
        at: Timestamp,
    },
    /// On the books, and its deletion was sent.
    Deleting {
        /// What the authority calls it.
        id: i64,
        /// Since when it is on the books.
        filed_at: Timestamp,
        /// When the deletion was given its place in the line.
        at: Timestamp,
    },
    /// Off the books.
    Deleted {
        /// What the authority called it.
        id: i64,
        /// When it was taken off.
        at: Timestamp,
    },
}

/// A transition that the stage does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, ToSchema)]
#[error("a record that is {from} takes no such step")]
pub struct Untimely {
    /// Where it stands.
    pub from: Standing,
}

impl Stage {
    /// Its name.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        match self {
            Self::Draft => Standing::Draft,
            Self::Reported { .. } => Standing::Reported,
            Self::Refused { .. } => Standing::Refused,
            Self::Filed { .. } => Standing::Filed,
            Self::Changing { .. } => Standing::Changing,
            Self::Deleting { .. } => Standing::Deleting,
            Self::Deleted { .. } => Standing::Deleted,
        }
    }

    /// What the authority calls it, once it told.
    #[must_use]
    pub const fn id(&self) -> Option<i64> {
        match self {
            Self::Draft | Self::Reported { .. } | Self::Refused { .. } => None,
            Self::Filed { id, .. }
            | Self::Changing { id, .. }
            | Self::Deleting { id, .. }
            | Self::Deleted { id, .. } => Some(*id),
        }
    }

    const fn untimely(&self) -> Untimely {
        Untimely { from: self.standing() }
    }

    /// Given its first place in the line.
    ///
    /// # Errors
    /// Unless it was never sent, or refused.
    pub fn report(self, at: Timestamp) -> Result<Self, Untimely> {
        match self {
            Self::Draft | Self::Refused { .. } => Ok(Self::Reported { at }),
            other => Err(other.untimely()),
        }
    }

    /// A correction is given its place in the line.
    ///
    /// # Errors
    /// Unless it is filed and nothing of it is under way.
    pub fn change(self, proposed: RangeDraft, at: Timestamp) -> Result<Self, Untimely> {
        match self {
            Self::Filed { id, at: filed_at, .. } => {
                Ok(Self::Changing { id, filed_at, proposed: Box::new(proposed), at })
            }
            other => Err(other.untimely()),
        }
    }

    /// A deletion is given its place in the line.
    ///
    /// # Errors
    /// Unless it is filed and nothing of it is under way.
    pub fn delete(self, at: Timestamp) -> Result<Self, Untimely> {
        match self {
            Self::Filed { id, at: filed_at, .. } => Ok(Self::Deleting { id, filed_at, at }),
            other => Err(other.untimely()),
        }
    }

    /// What was under way is given up: it was taken out of the line, or the authority never answers.
    ///
    /// # Errors
    /// When nothing is under way.
    pub fn recall(self) -> Result<Self, Untimely> {
        match self {
            Self::Reported { .. } => Ok(Self::Draft),
            Self::Changing { id, filed_at, .. } | Self::Deleting { id, filed_at, .. } => {
                Ok(Self::Filed { id, at: filed_at, attempt: None })
            }
            other => Err(other.untimely()),
        }
    }

    /// The authority accepted what was asked; gives the content that holds from now on, when that is another one.
    ///
    /// # Errors
    /// When that was not under way. An addition that was given up and is then accepted is on the books all the same.
    pub fn accept(self, ask: Ask, id: i64, now: Timestamp) -> Result<(Self, Option<RangeDraft>), Untimely> {
        let filed = |at| Self::Filed { id, at, attempt: None };
        match (self, ask) {
            (Self::Reported { .. } | Self::Draft, Ask::Add) => Ok((filed(now), None)),
            (Self::Changing { proposed, .. }, Ask::Change) => Ok((filed(now), Some(*proposed))),
            (Self::Deleting { id, .. }, Ask::Delete) => Ok((Self::Deleted { id, at: now }, None)),
            (other, _) => Err(other.untimely()),
        }
    }

    /// The authority did not accept what was asked.
    ///
    /// # Errors
    /// When that was not under way.
    pub fn refuse(self, ask: Ask, told: Vec<Told>, now: Timestamp) -> Result<Self, Untimely> {
        match (self, ask) {
            (Self::Reported { .. }, Ask::Add) => Ok(Self::Refused { told, at: now }),
            (Self::Changing { id, filed_at, proposed, .. }, Ask::Change) => {
                let attempt = Attempt { ask, proposed: Some(proposed), told, at: now };
                Ok(Self::Filed { id, at: filed_at, attempt: Some(attempt) })
            }
            (Self::Deleting { id, filed_at, .. }, Ask::Delete) => {
                Ok(Self::Filed { id, at: filed_at, attempt: Some(Attempt { ask, proposed: None, told, at: now }) })
            }
            (other, _) => Err(other.untimely()),
        }
    }

    /// What is to be mended, as the authority said it.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let told: &[Told] = match self {
            Self::Refused { told, .. } => told,
            Self::Filed { attempt: Some(attempt), .. } => &attempt.told,
            _ => &[],
        };
        told.iter().map(Told::finding).collect()
    }
}

impl Told {
    /// What was said as a finding at the field it speaks of: our words for the code, the authority's behind them.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let id = format!("ip-{}", self.code);
        let known = rules::fault(&id).is_some();
        let found = (!self.ranges.is_empty()).then(|| spans(&self.ranges));
        let mut finding = rules::finding(if known { &id } else { "ip-told" }, None, found.as_deref());
        finding.rule = id;
        if !known || self.code == 2999 {
            let said = format!("{} {}", self.code, self.text);
            finding.message.zh = format!("{}（{}）", finding.message.zh, said.trim());
            finding.message.en = format!("{} ({})", finding.message.en, said.trim());
        }
        finding
    }
}

/// Ranges as one reads them: `1.0.0.0–1.0.0.9, 1.0.2.0`.
pub(super) fn spans(ranges: &[Span]) -> String {
    ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What a record holds: its content, where it stands, and what an audit of the authority's said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The content: as typed, and once filed as it is on the books.
    pub draft: RangeDraft,
    /// Where it stands.
    pub stage: Stage,
    /// What audits said and nobody has mended yet.
    #[serde(default)]
    pub audits: Vec<Audit>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(code: i64) -> Told {
        Told { code, text: "不行".into(), ranges: vec![] }
    }

    fn step(stage: Stage, step: u8, now: Timestamp) -> Result<Stage, Untimely> {
        match step {
            0 => stage.report(now),
            1 => stage.change(RangeDraft::default(), now),
            2 => stage.delete(now),
            3 => stage.recall(),
            4..=6 => stage.accept(Ask::ALL[usize::from(step) - 4], 7, now).map(|(stage, _)| stage),
            _ => stage.refuse(Ask::ALL[usize::from(step - 7) % 3], vec![told(2003)], now),
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_a_filed_record_stays_on_the_books_until_a_deletion_is_accepted(steps in prop::collection::vec(0_u8..10, 0..40)) {
            let mut stage = Stage::Draft;
            for wanted in steps {
                let before = stage.clone();
                match step(stage.clone(), wanted, Timestamp::UNIX_EPOCH) {
                    Ok(next) => {
                        if before.id().is_some() {
                            prop_assert!(next.id() == before.id(), "{before:?} became {next:?}");
                        }
                        prop_assert!(before.standing() != Standing::Deleted);
                        if next.standing() == Standing::Deleted {
                            prop_assert_eq!(before.standing(), Standing::Deleting);
                        }
                        let text = serde_json::to_string(&next).unwrap();
                        prop_assert_eq!(&serde_json::from_str::<Stage>(&text).unwrap(), &next);
                        stage = next;
                    }
                    Err(untimely) => prop_assert_eq!(untimely.from, before.standing()),
                }
            }
        }
    }

    #[test]
    fn a_refused_correction_leaves_the_books_as_they_were_and_keeps_what_was_typed() {
        let typed = RangeDraft { remark: "new".into(), ..RangeDraft::default() };
        let filed = Stage::Filed { id: 7, at: Timestamp::UNIX_EPOCH, attempt: None };
        let changing = filed.change(typed.clone(), Timestamp::UNIX_EPOCH).unwrap();
        let refused = changing.clone().refuse(Ask::Change, vec![told(2008)], Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(refused.findings()[0].field, "gateway");
        let Stage::Filed { attempt: Some(attempt), .. } = refused else { panic!("it is filed") };
        assert_eq!(attempt.proposed.as_deref(), Some(&typed));
        assert_eq!(changing.accept(Ask::Change, 7, Timestamp::UNIX_EPOCH).unwrap().1, Some(typed));
    }

    #[test]
    fn a_code_nobody_knows_is_told_in_the_authoritys_words() {
        let finding = told(5001).finding();
        assert_eq!((finding.rule.as_str(), finding.field.as_str()), ("ip-5001", "record"));
        assert!(finding.message.zh.contains("5001 不行"));
    }
}

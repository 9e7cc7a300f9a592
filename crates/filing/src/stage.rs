//! The stages of an order and the only ways from one to the next.
//!
//! ```text
//! draft ─submit→ submitted ─claim→ in review ─┬ pass ─→ to report ─report→ awaiting SMS ─→ at authority ─┬→ filed
//!   ↑               │ withdraw                └ request changes → changes requested ─submit→ submitted   ├→ cancelled
//!                                                                                                        └→ changes requested
//! ```
//!
//! What cannot be reported as it is returns from “to report” to “submitted”.
//!
//! A stage carries the facts that only it has; a transition consumes the old stage and either gives the new one or
//! says why it is not allowed. No clock is read here: every instant is an argument.

mod action;

pub use action::Action;

use crate::deadline::Term;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where an order stands, with the facts of that stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// The applicant is writing (草稿).
    Draft {
        /// When the applicant last saved.
        #[schema(value_type = String, format = DateTime)]
        saved_at: Timestamp,
    },
    /// Waiting for a reviewer (待初审).
    Submitted {
        /// When the applicant submitted.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// A reviewer has claimed it (初审中).
    InReview {
        /// When the applicant submitted.
        #[schema(value_type = String, format = DateTime)]
        submitted_at: Timestamp,
        /// The reviewer's account.
        reviewer: Uuid,
        /// When the reviewer claimed it.
        #[schema(value_type = String, format = DateTime)]
        claimed_at: Timestamp,
    },
    /// The applicant must mend the named fields (待修改).
    ChangesRequested {
        /// Who asked.
        by: Requester,
        /// What to mend; never empty.
        requests: Vec<ChangeRequest>,
        /// When it was asked.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// Passed by the provider, waiting for its turn on the wire (待提交管局).
    ToReport {
        /// When the reviewer passed it.
        #[schema(value_type = String, format = DateTime)]
        passed_at: Timestamp,
    },
    /// The authority has stored the upload and texts its codes (待短信核验).
    AwaitingSms {
        /// The number of the upload that carried the order.
        sequence: u64,
        /// When the authority stored it.
        #[schema(value_type = String, format = DateTime)]
        reported_at: Timestamp,
        /// When the codes expire: 24 hours after the report (MIIT, 2020-08-17).
        #[schema(value_type = String, format = DateTime)]
        sms_until: Timestamp,
    },
    /// An officer of the authority decides (待管局审核).
    AtAuthority {
        /// The number of the upload that carried the order.
        sequence: u64,
        /// When the authority stored it.
        #[schema(value_type = String, format = DateTime)]
        reported_at: Timestamp,
        /// When we learnt that the text message was confirmed.
        #[schema(value_type = String, format = DateTime)]
        verified_at: Timestamp,
    },
    /// The authority issued the numbers (已备案).
    Filed {
        /// The subject's number, such as `浙ICP备2026000001号`.
        subject_number: String,
        /// When the result arrived here.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// The authority cancelled what the order asked to end (已注销).
    Cancelled {
        /// When the result arrived here.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// Given up or expired (已放弃).
    Abandoned {
        /// Why it ended.
        why: AbandonReason,
        /// When it ended.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
}

/// The name of a stage without its facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    /// See [`Stage::Draft`].
    Draft,
    /// See [`Stage::Submitted`].
    Submitted,
    /// See [`Stage::InReview`].
    InReview,
    /// See [`Stage::ChangesRequested`].
    ChangesRequested,
    /// See [`Stage::ToReport`].
    ToReport,
    /// See [`Stage::AwaitingSms`].
    AwaitingSms,
    /// See [`Stage::AtAuthority`].
    AtAuthority,
    /// See [`Stage::Filed`].
    Filed,
    /// See [`Stage::Cancelled`].
    Cancelled,
    /// See [`Stage::Abandoned`].
    Abandoned,
}

impl StageKind {
    /// Every stage, in the order of the road.
    pub const ALL: [Self; 10] = [
        Self::Draft,
        Self::Submitted,
        Self::InReview,
        Self::ChangesRequested,
        Self::ToReport,
        Self::AwaitingSms,
        Self::AtAuthority,
        Self::Filed,
        Self::Cancelled,
        Self::Abandoned,
    ];

    /// The stages at which nothing can happen to an order any more.
    pub const FINAL: [Self; 3] = [Self::Filed, Self::Cancelled, Self::Abandoned];

    /// The stage's word in the database, the API and the locale keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::InReview => "in_review",
            Self::ChangesRequested => "changes_requested",
            Self::ToReport => "to_report",
            Self::AwaitingSms => "awaiting_sms",
            Self::AtAuthority => "at_authority",
            Self::Filed => "filed",
            Self::Cancelled => "cancelled",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Who asked for changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Requester {
    /// The provider's reviewer.
    Provider,
    /// The authority: its machine or its officer.
    Authority,
}

/// One thing the applicant must mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeRequest {
    /// The field's path, such as `subject.postal_address`.
    pub field: String,
    /// What to do, in the applicant's words.
    pub advice: String,
    /// The rule or result code behind it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// Why an order ended without a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AbandonReason {
    /// The applicant gave it up.
    ByApplicant,
    /// Nothing was saved for 30 days (Tencent Cloud 243/18911).
    DraftExpired,
}

/// A transition that the current stage does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {from:?} cannot {transition}")]
pub struct InvalidTransition {
    /// Where the order stands.
    pub from: StageKind,
    /// What was tried.
    pub transition: &'static str,
}

impl Stage {
    /// The stage without its facts.
    #[must_use]
    pub const fn kind(&self) -> StageKind {
        match self {
            Self::Draft { .. } => StageKind::Draft,
            Self::Submitted { .. } => StageKind::Submitted,
            Self::InReview { .. } => StageKind::InReview,
            Self::ChangesRequested { .. } => StageKind::ChangesRequested,
            Self::ToReport { .. } => StageKind::ToReport,
            Self::AwaitingSms { .. } => StageKind::AwaitingSms,
            Self::AtAuthority { .. } => StageKind::AtAuthority,
            Self::Filed { .. } => StageKind::Filed,
            Self::Cancelled { .. } => StageKind::Cancelled,
            Self::Abandoned { .. } => StageKind::Abandoned,
        }
    }

    /// Whether nothing can happen to the order any more.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Filed { .. } | Self::Cancelled { .. } | Self::Abandoned { .. })
    }

    /// Whether the authority has the order, so that it can neither be edited nor given up here.
    #[must_use]
    pub const fn is_with_authority(&self) -> bool {
        matches!(self, Self::AwaitingSms { .. } | Self::AtAuthority { .. })
    }

    const fn refuse(&self, transition: &'static str) -> InvalidTransition {
        InvalidTransition { from: self.kind(), transition }
    }

    /// The applicant saves: a draft notes the time, an order with requested changes stays what it is.
    ///
    /// # Errors
    /// When the applicant may not write at this stage.
    pub fn save(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Draft { .. } => Ok(Self::Draft { saved_at: at }),
            Self::ChangesRequested { .. } => Ok(self),
            other => Err(other.refuse("save")),
        }
    }

    /// The applicant submits a draft, or what was mended.
    ///
    /// # Errors
    /// When there is nothing to submit at this stage.
    pub fn submit(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Draft { .. } | Self::ChangesRequested { .. } => Ok(Self::Submitted { at }),
            other => Err(other.refuse("submit")),
        }
    }

    /// The applicant takes a submitted order back into draft.
    ///
    /// # Errors
    /// When a reviewer already has it, or it was never submitted.
    pub fn withdraw(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Submitted { .. } => Ok(Self::Draft { saved_at: at }),
            other => Err(other.refuse("withdraw")),
        }
    }

    /// A reviewer takes it from the queue.
    ///
    /// # Errors
    /// When it is not waiting for a reviewer.
    pub fn claim(self, reviewer: Uuid, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Submitted { at: submitted_at } => Ok(Self::InReview { submitted_at, reviewer, claimed_at: at }),
            other => Err(other.refuse("claim")),
        }
    }

    /// A reviewer puts it back into the queue.
    ///
    /// # Errors
    /// When nobody is reviewing it.
    pub fn release(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::InReview { submitted_at, .. } => Ok(Self::Submitted { at: submitted_at }),
            other => Err(other.refuse("release")),
        }
    }

    /// The reviewer asks the applicant to mend named fields.
    ///
    /// # Errors
    /// When it is not in review, or when no field is named.
    pub fn request_changes(self, requests: Vec<ChangeRequest>, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::InReview { .. } if !requests.is_empty() => {
                Ok(Self::ChangesRequested { by: Requester::Provider, requests, at })
            }
            other => Err(other.refuse("request changes")),
        }
    }

    /// The reviewer passes it: the first review is over.
    ///
    /// # Errors
    /// When it is not in review.
    pub fn pass(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::InReview { .. } => Ok(Self::ToReport { passed_at: at }),
            other => Err(other.refuse("pass")),
        }
    }

    /// The report cannot be sent as it is: back to the reviewers.
    ///
    /// # Errors
    /// When it was not waiting to be reported.
    pub fn return_to_review(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::ToReport { .. } => Ok(Self::Submitted { at }),
            other => Err(other.refuse("return to review")),
        }
    }

    /// The authority stored the upload that carries the order.
    ///
    /// # Errors
    /// When it was not waiting to be reported.
    pub fn report(self, sequence: u64, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::ToReport { .. } => {
                Ok(Self::AwaitingSms { sequence, reported_at: at, sms_until: Term::SmsHours.hours_after(at) })
            }
            other => Err(other.refuse("report")),
        }
    }

    /// The authority stored the upload and texts nobody: an officer decides next (取消接入).
    ///
    /// # Errors
    /// When it was not waiting to be reported.
    pub fn report_without_sms(self, sequence: u64, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::ToReport { .. } => Ok(Self::AtAuthority { sequence, reported_at: at, verified_at: at }),
            other => Err(other.refuse("report")),
        }
    }

    /// The text-message check is known to be done: the applicant said so, or a later result implies it.
    ///
    /// # Errors
    /// When the authority is not waiting for it.
    pub fn confirm_sms(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::AwaitingSms { sequence, reported_at, .. } => {
                Ok(Self::AtAuthority { sequence, reported_at, verified_at: at })
            }
            other => Err(other.refuse("confirm the text message")),
        }
    }

    /// The authority sends it back: its machine found errors, the codes expired, or an officer refused.
    ///
    /// # Errors
    /// When the authority does not have it, or when no field is named.
    pub fn refuse_by_authority(self, requests: Vec<ChangeRequest>, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::AwaitingSms { .. } | Self::AtAuthority { .. } if !requests.is_empty() => {
                Ok(Self::ChangesRequested { by: Requester::Authority, requests, at })
            }
            other => Err(other.refuse("be refused by the authority")),
        }
    }

    /// The authority issued the numbers.
    ///
    /// # Errors
    /// When the authority does not have it.
    pub fn file(self, subject_number: String, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::AwaitingSms { .. } | Self::AtAuthority { .. } => Ok(Self::Filed { subject_number, at }),
            other => Err(other.refuse("be filed")),
        }
    }

    /// The authority cancelled what the order asked to end.
    ///
    /// # Errors
    /// When the authority does not have it.
    pub fn cancel(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::AwaitingSms { .. } | Self::AtAuthority { .. } => Ok(Self::Cancelled { at }),
            other => Err(other.refuse("be cancelled")),
        }
    }

    /// The applicant gives it up; possible any time before the authority has it.
    ///
    /// # Errors
    /// When the authority has it or it has already ended.
    pub fn abandon(self, why: AbandonReason, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::AwaitingSms { .. }
            | Self::AtAuthority { .. }
            | Self::Filed { .. }
            | Self::Cancelled { .. }
            | Self::Abandoned { .. } => Err(self.refuse("be given up")),
            _ => Ok(Self::Abandoned { why, at }),
        }
    }

    /// Nothing happened for 45 days in one step: back to draft, with everything kept (Tencent Cloud 243/18911).
    ///
    /// # Errors
    /// When the step is not one that waits for the applicant or the provider.
    pub fn fall_idle(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Submitted { .. } | Self::InReview { .. } | Self::ChangesRequested { .. } => {
                Ok(Self::Draft { saved_at: at })
            }
            other => Err(other.refuse("fall idle")),
        }
    }
}

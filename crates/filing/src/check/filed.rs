//! What is filed already: the facts that changes, cancellations and second sites are judged by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::detect::Answer;
use crate::nature::Nature;
use crate::province::Province;
use crate::words::words;

words! {
    /// A question about what is filed, which the records or the ministry answer.
    pub enum Question {
        /// Whether the subject is filed here.
        SubjectHere = "subject_here",
        /// Whether the filed sites open, show what was filed and carry their numbers.
        SitesInOrder = "sites_in_order",
        /// Whether the subject's data are those at the ministry.
        EqualsMinistry = "equals_ministry",
        /// Whether the principal is the one at the ministry.
        SamePrincipal = "same_principal",
        /// Whether another order of the subject is being reviewed, here or at another provider.
        OrderElsewhere = "order_elsewhere",
        /// Whether a change of the subject or site waits at the ministry.
        ChangePending = "change_pending",
        /// Whether the subject is being cancelled.
        SubjectBeingCancelled = "subject_being_cancelled",
        /// Whether one of its sites is being cancelled.
        SiteBeingCancelled = "site_being_cancelled",
        /// Whether the access is being cancelled.
        AccessBeingCancelled = "access_being_cancelled",
        /// Whether the site is accessed here.
        AccessHere = "access_here",
        /// Whether it is accessed nowhere else.
        OnlyAccess = "only_access",
        /// Whether the subject has no other site.
        LastSite = "last_site",
    }
}

/// What is filed of the subject; whatever is not known is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filed {
    /// The province that decided.
    pub province: Option<Province>,
    /// The nature.
    pub nature: Option<Nature>,
    /// The certificate number.
    pub certificate_number: Option<String>,
    /// The domains of the site or sites that the order is about.
    pub domains: Vec<String>,
    /// The answers to what can be asked.
    #[schema(value_type = Object)]
    pub answers: BTreeMap<Question, Answer>,
}

/// The answer to a question that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The question.
    pub question: Question,
    /// The answer.
    pub is: Answer,
}

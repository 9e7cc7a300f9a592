//! What is on record of a subject that was filed before: at the ministry, or with this provider.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::detect::Answer;
use crate::draft::Draft;
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

/// The particulars on record; whatever is not known is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Recorded {
    /// The province that decided.
    pub province: Option<Province>,
    /// The nature.
    pub nature: Option<Nature>,
    /// The full name.
    pub name: Option<String>,
    /// The certificate's number.
    pub certificate_number: Option<String>,
    /// The principal's name.
    pub principal: Option<String>,
    /// The subject's filing numbers; more than one is a surplus.
    pub numbers: Vec<String>,
    /// How many sites are filed.
    pub sites: Option<usize>,
    /// The names of filed sites by their domains.
    pub site_names: BTreeMap<String, String>,
    /// Phone and document numbers of this order that stand in another subject's filing.
    pub used_elsewhere: Vec<String>,
    /// Whether a domain is registered with a registrar of the mainland, by domain.
    pub mainland_registrar: BTreeMap<String, Answer>,
    /// The answers to what else can be asked.
    #[schema(value_type = Object)]
    pub answers: BTreeMap<Question, Answer>,
}

impl Recorded {
    /// The fields in which a draft differs from the record; nothing where nothing is on record.
    #[must_use]
    pub fn differences(&self, draft: &Draft) -> Option<Vec<&'static str>> {
        let pairs = [
            ("basic.name", &self.name, &draft.basic.name),
            ("basic.certificate_number", &self.certificate_number, &draft.basic.certificate_number),
            ("principal.name", &self.principal, &draft.principal.name),
        ];
        let known: Vec<_> =
            pairs.into_iter().filter_map(|(field, old, new)| Some((field, old.as_ref()?.trim(), new.trim()))).collect();
        let differs = |(field, old, new): (&'static str, &str, &str)| {
            (!new.is_empty() && !old.eq_ignore_ascii_case(new)).then_some(field)
        };
        (!known.is_empty()).then(|| known.into_iter().filter_map(differs).collect())
    }
}

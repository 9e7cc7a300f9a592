//! What a story asks of a filing once there is one: a change, or an end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::draft::{CancellationDraft, Draft, PersonDraft};
use crate::material;
use crate::stage::Action;

/// One thing asked of what was filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Then {
    /// The subject gets new particulars (变更备案).
    ChangeFiling {
        /// What is new, by field of the draft, such as `principal.mobile`.
        change: BTreeMap<String, String>,
    },
    /// A site gets new particulars (变更网站).
    ChangeSite {
        /// The number of the site, from 0.
        site: usize,
        /// What is new, by field of the site, such as `name`.
        change: BTreeMap<String, String>,
    },
    /// The subject ends with all its sites (注销主体).
    CancelSubject {
        /// Why.
        cancellation: CancellationDraft,
    },
    /// A site ends (注销网站).
    CancelSite {
        /// The number of the site, from 0.
        site: usize,
        /// Why.
        cancellation: CancellationDraft,
    },
    /// The access of a site through this provider ends; the authority takes it only while another provider has one
    /// (取消接入).
    CancelAccess {
        /// The number of the site, from 0.
        site: usize,
        /// Why.
        cancellation: CancellationDraft,
    },
}

impl Then {
    /// What is asked.
    #[must_use]
    pub const fn action(&self) -> Action {
        match self {
            Self::ChangeFiling { .. } => Action::ChangeFiling,
            Self::ChangeSite { .. } => Action::ChangeSite,
            Self::CancelSubject { .. } => Action::CancelSubject,
            Self::CancelSite { .. } => Action::CancelSite,
            Self::CancelAccess { .. } => Action::CancelAccess,
        }
    }

    /// The site it is about; none for the subject.
    #[must_use]
    pub const fn site(&self) -> Option<usize> {
        match self {
            Self::ChangeSite { site, .. } | Self::CancelSite { site, .. } | Self::CancelAccess { site, .. } => {
                Some(*site)
            }
            Self::ChangeFiling { .. } | Self::CancelSubject { .. } => None,
        }
    }

    /// What is new, by field of a draft in which its site, if it is about one, has this number.
    #[must_use]
    pub fn changes(&self, number: usize) -> BTreeMap<String, String> {
        match self {
            Self::ChangeFiling { change } => change.clone(),
            Self::ChangeSite { change, .. } => {
                change.iter().map(|(field, value)| (format!("sites.{number}.{field}"), value.clone())).collect()
            }
            _ => BTreeMap::new(),
        }
    }

    /// What is filed once it has come about; what ended stays in it.
    #[must_use]
    pub fn applied(&self, draft: &Draft) -> Draft {
        let mut value = serde_json::to_value(draft).unwrap_or_default();
        for (field, new) in self.changes(self.site().unwrap_or_default()) {
            if let Some(place) = value.pointer_mut(&format!("/{}", field.replace('.', "/"))) {
                *place = new.into();
            }
        }
        serde_json::from_value(value).unwrap_or_else(|_| draft.clone())
    }

    /// The people the authority texts, of what is filed once it has come about.
    #[must_use]
    pub fn texted<'a>(&self, draft: &'a Draft) -> Vec<&'a PersonDraft> {
        match self {
            Self::ChangeFiling { .. } | Self::CancelSubject { .. } => vec![&draft.principal],
            Self::ChangeSite { site, .. } | Self::CancelSite { site, .. } => {
                material::manager(draft, *site).into_iter().collect()
            }
            // Ending an access is the provider's own affair.
            Self::CancelAccess { .. } => Vec::new(),
        }
    }
}

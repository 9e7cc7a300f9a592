//! What can be asked now of what is filed, and why the rest cannot (filing rules B.1, B.2).

use filing::detect::Answer;
use filing::province::Province;
use filing::stage::Action;
use serde::Serialize;
use store::filed::{FiledSite, FiledState, FiledSubject};
use utoipa::ToSchema;

/// One thing that can be asked of a filing, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Possible {
    /// What.
    pub action: Action,
    /// What stands in the way, as a word with a text in the locale files; none when it is possible.
    pub obstacle: Option<&'static str>,
}

/// What can be asked of a subject.
#[must_use]
pub fn of_subject(subject: &FiledSubject, sites: &[FiledSite], running: bool) -> Vec<Possible> {
    let active = |site: &&FiledSite| site.state == FiledState::Active;
    let accessed = sites.iter().filter(active).any(|site| site.accessed);
    let own = |action| {
        general(subject, running).or_else(|| match action {
            Action::ChangeFiling if !accessed => Some("no-site-here"),
            // A subject without any site is nobody's but the provider's that filed it.
            Action::CancelSubject if !accessed && sites.iter().any(|site| active(&site)) => Some("no-site-here"),
            _ => None,
        })
    };
    [Action::ChangeFiling, Action::CancelSubject].map(|action| Possible { action, obstacle: own(action) }).to_vec()
}

/// What can be asked of a site.
#[must_use]
pub fn of_site(subject: &FiledSubject, site: &FiledSite, running: bool) -> Vec<Possible> {
    let own = |action| {
        general(subject, running)
            .or_else(|| (site.state == FiledState::Cancelled).then_some("site-cancelled"))
            .or_else(|| (!site.accessed).then_some("not-accessed"))
            .or_else(|| (site.bureau_id.is_none() || site.access_bureau_id.is_none()).then_some("no-record"))
            .or_else(|| (action == Action::ChangeSite && !changes_sites(subject)).then_some("province-changes-no-site"))
    };
    [Action::ChangeSite, Action::CancelAccess, Action::CancelSite]
        .map(|action| Possible { action, obstacle: own(action) })
        .to_vec()
}

fn general(subject: &FiledSubject, running: bool) -> Option<&'static str> {
    if subject.state == FiledState::Cancelled {
        return Some("subject-cancelled");
    }
    if running {
        return Some("running-order");
    }
    // Changes and cancellations name what they are about by the bureau's number.
    subject.bureau_id.is_none().then_some("no-record")
}

/// Whether the province takes a change of a site by itself.
fn changes_sites(subject: &FiledSubject) -> bool {
    let province = Province::from_word(&subject.province);
    let own = province.and_then(|province| province.practice().params.change_site_supported.as_ref());
    own.is_none_or(|own| own.value != Answer::No)
}

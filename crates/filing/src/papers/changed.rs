//! A change brings papers only for what it changes (Tencent Cloud 243/19617).

use crate::check::Context;
use crate::draft::{Draft, PersonDraft, SiteDraft};
use crate::material::{self, MaterialKind};

/// Whether a kind of paper proves something that the order changes; where nothing is known to be filed, all do.
pub(super) fn concerns(cx: &Context<'_>, kind: MaterialKind, site: Option<usize>) -> bool {
    let Some(filed) = cx.facts.filed.as_ref().filter(|_| cx.action.changes()) else { return true };
    let subject = || certified(filed) != certified(cx.draft);
    let principal = || who(&filed.principal) != who(&cx.draft.principal);
    let manager = |site| {
        let of = |draft| material::manager(draft, site).map(who);
        of(filed) != of(cx.draft)
    };
    let own = |site: usize| {
        let of = |draft: &Draft| draft.sites.get(site).map(content);
        of(filed) != of(cx.draft)
    };
    let sites = || (0..cx.draft.sites.len()).any(|site| own(site) || manager(site));
    match (kind, site) {
        (MaterialKind::SubjectCertificate, _) => subject(),
        (MaterialKind::PrincipalIdFront | MaterialKind::PrincipalIdBack | MaterialKind::AuthorizationLetter, _) => {
            principal()
        }
        (MaterialKind::RenameLetter, _) => filed.basic.name.trim() != cx.draft.basic.name.trim(),
        (MaterialKind::ManagerIdFront | MaterialKind::ManagerIdBack | MaterialKind::ManagerLetter, Some(site)) => {
            manager(site)
        }
        // Whoever runs the site is seen in person for any change of it.
        (MaterialKind::ManagerPhoto, Some(site)) => manager(site) || own(site),
        (MaterialKind::Approval, Some(site)) => {
            let of = |draft: &Draft| draft.sites.get(site).map(|site| site.approvals.clone());
            of(filed) != of(cx.draft)
        }
        (_, Some(site)) => own(site),
        (_, None) => subject() || principal() || sites(),
    }
}

/// What the subject's certificate says.
fn certified(draft: &Draft) -> [&str; 6] {
    let (basic, subject) = (&draft.basic, &draft.subject);
    [
        &basic.name,
        &basic.certificate_kind,
        &basic.certificate_number,
        &subject.certificate_address,
        &subject.certificate_valid_until,
        &subject.legal_representative,
    ]
    .map(|text| text.trim())
}

/// What a person's document says.
fn who(person: &PersonDraft) -> [&str; 4] {
    [&person.name, &person.certificate_kind, &person.certificate_number, &person.certificate_valid_until]
        .map(|text| text.trim())
}

/// A site without the person who runs it.
fn content(site: &SiteDraft) -> SiteDraft {
    SiteDraft { manager_is_principal: false, manager: PersonDraft::default(), ..site.clone() }
}

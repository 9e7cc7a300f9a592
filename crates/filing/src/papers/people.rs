//! Who is who in a draft, as far as letters and proofs depend on it.

use crate::certificate::{Certificate, CertificateKind, age};
use crate::check::Context;
use crate::draft::{Draft, PersonDraft};
use crate::material;

/// The same name, whatever its width and spaces.
fn folded(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

/// Whether a person is somebody else than the unit's legal representative; no answer while a name is missing.
pub(super) fn differs(draft: &Draft, person: &PersonDraft) -> Option<bool> {
    let representative = folded(&draft.subject.legal_representative);
    let name = folded(&person.name);
    (!name.is_empty() && !representative.is_empty()).then(|| name != representative)
}

/// Whether the principal manages the site.
pub(super) fn is_principal(draft: &Draft, site: usize) -> bool {
    material::manager(draft, site)
        .is_some_and(|person| std::ptr::eq(person, &draft.principal) || material::same_person(person, &draft.principal))
}

/// Whether a principal or manager is of an age.
pub(super) fn somebody_aged(cx: &Context<'_>, from: i16, below: i16) -> bool {
    cx.people().into_iter().any(|(_, person)| {
        let birth = certificate(cx, person).and_then(|certificate| certificate.birth());
        birth.is_some_and(|birth| (from..below).contains(&age(birth, cx.on)))
    })
}

/// A person's document, when it can be read.
pub(super) fn certificate(cx: &Context<'_>, person: &PersonDraft) -> Option<Certificate> {
    let kind = CertificateKind::from_word(person.certificate_kind.trim())?;
    Certificate::parse(kind, &person.certificate_number, cx.on).ok()
}

//! Fields that must be filled, and choices that must be in their tables.

use super::Context;
use crate::certificate::CertificateKind;
use crate::code;
use crate::document::Validity;
use crate::draft::PersonDraft;
use crate::nature::Nature;
use crate::province::Province;

pub(super) fn check(cx: &mut Context<'_>) {
    let draft = cx.draft;
    let basic = &draft.basic;
    for (field, typed) in [
        ("basic.province", &basic.province),
        ("basic.nature", &basic.nature),
        ("basic.name", &basic.name),
        ("basic.certificate_kind", &basic.certificate_kind),
        ("basic.certificate_number", &basic.certificate_number),
        ("basic.domain", &basic.domain),
        ("basic.resource", &basic.resource),
    ] {
        required(cx, field, typed);
    }
    choice(cx, "basic.province", &basic.province, |word| Province::from_word(word).is_some());
    choice(cx, "basic.nature", &basic.nature, |word| Nature::from_word(word).is_some());
    choice(cx, "basic.certificate_kind", &basic.certificate_kind, |word| CertificateKind::from_word(word).is_some());

    let subject = &draft.subject;
    for (field, typed) in [
        ("subject.city", &subject.city),
        ("subject.district", &subject.district),
        ("subject.postal_address", &subject.postal_address),
        ("subject.certificate_address", &subject.certificate_address),
        ("subject.certificate_valid_until", &subject.certificate_valid_until),
    ] {
        required(cx, field, typed);
    }
    validity(cx, "subject.certificate_valid_until", &subject.certificate_valid_until);
    if cx.individual() == Some(false) {
        required(cx, "subject.legal_representative", &subject.legal_representative);
    }
    for (path, person) in cx.people() {
        check_person(cx, &path, person);
    }
    if draft.sites.is_empty() {
        cx.report("form-01", "sites.0.name");
    }
    for (index, site) in cx.sites() {
        required(cx, &format!("sites.{index}.name"), &site.name);
        // The first site's domain and resource are those of the basic check until it has its own.
        if index > 0 {
            required(cx, &format!("sites.{index}.domain"), &site.domain);
            required(cx, &format!("sites.{index}.resource"), &site.resource);
        }
        // What the site offers and in which languages is filed already.
        if cx.action.adds_access() {
            continue;
        }
        let content = format!("sites.{index}.content");
        required(cx, &content, &site.content);
        choice(cx, &content, &site.content, |typed| code::SERVICE_CONTENT.find(typed).is_some());
        let languages = format!("sites.{index}.languages");
        required(cx, &languages, site.languages.first().map_or("", String::as_str));
        for language in &site.languages {
            choice(cx, &languages, language, |typed| code::LANGUAGE.find(typed).is_some());
        }
        for approval in &site.approvals {
            let known = |typed: &str| code::PRE_APPROVAL.find(typed).is_some();
            choice(cx, &format!("sites.{index}.approvals"), &approval.kind, known);
        }
    }
}

fn check_person(cx: &mut Context<'_>, path: &str, person: &PersonDraft) {
    for (name, typed) in [
        ("name", &person.name),
        ("certificate_kind", &person.certificate_kind),
        ("certificate_number", &person.certificate_number),
        ("certificate_valid_until", &person.certificate_valid_until),
        ("mobile", &person.mobile),
        ("email", &person.email),
    ] {
        required(cx, &format!("{path}.{name}"), typed);
    }
    let kind = |word: &str| CertificateKind::from_word(word).is_some();
    choice(cx, &format!("{path}.certificate_kind"), &person.certificate_kind, kind);
    validity(cx, &format!("{path}.certificate_valid_until"), &person.certificate_valid_until);
    // Where a province counts the different numbers, the emergency number is one of them.
    let counted = cx.params().and_then(|params| params.contact_distinct_min.as_ref());
    if counted.is_some_and(|distinct| cx.individual().is_some_and(|individual| distinct.of(individual).is_some())) {
        required(cx, &format!("{path}.emergency_phone"), &person.emergency_phone);
    }
}

fn required(cx: &mut Context<'_>, field: &str, typed: &str) {
    if typed.trim().is_empty() {
        cx.report("form-01", field);
    }
}

fn choice(cx: &mut Context<'_>, field: &str, typed: &str, known: impl Fn(&str) -> bool) {
    let typed = typed.trim();
    if !typed.is_empty() && !known(typed) {
        cx.report("form-02", field).with("found", typed);
    }
}

fn validity(cx: &mut Context<'_>, field: &str, typed: &str) {
    choice(cx, field, typed, |typed| Validity::parse(typed).is_some());
}

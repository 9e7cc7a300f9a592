//! Principals and managers: ages, roles, phones, and what stands in other filings.

use super::{Context, Params, Severity, account, says_yes};
use crate::certificate::{Certificate, CertificateKind, Sex, age};
use crate::contact::{Landline, Mobile, Phone};
use crate::draft::PersonDraft;
use crate::province::{LocalPhone, Province};

pub(super) fn check(cx: &mut Context<'_>, params: &'static Params) {
    for (path, person) in managers(cx) {
        retired(cx, params, &path, person);
    }
    let principal_manages = cx.draft.sites.iter().any(|site| site.manager_is_principal);
    for (path, person) in cx.people() {
        let manages = principal_manages || path != "principal";
        elsewhere(cx, params, &path, person, manages);
    }
    one_person(cx, params);
    local(cx, params);
}

/// The managers with the paths of their groups; the principal where that is one and the same person.
fn managers<'a>(cx: &Context<'a>) -> Vec<(String, &'a PersonDraft)> {
    let own = cx.individual() == Some(false);
    let named: Vec<_> = cx.people().into_iter().skip(1).collect();
    let principal_manages = own && cx.draft.sites.iter().any(|site| site.manager_is_principal);
    let principal = principal_manages.then(|| ("principal".to_owned(), &cx.draft.principal));
    principal.into_iter().chain(named).collect()
}

fn retired(cx: &mut Context<'_>, params: &'static Params, path: &str, person: &PersonDraft) {
    let Some(limit) = params.max_age.as_ref().filter(|_| cx.individual() == Some(false)) else { return };
    let Some(kind) = CertificateKind::from_word(person.certificate_kind.trim()) else { return };
    let parsed = Certificate::parse(kind, &person.certificate_number, cx.on).ok();
    let Some(id) = parsed.and_then(|certificate| certificate.resident_id()) else { return };
    let most = if id.sex() == Sex::Male { limit.manager_male } else { limit.manager_female };
    let found = age(id.birth(), cx.on);
    if found > most {
        let province = cx.province_name();
        let report = cx
            .report("province-01", format!("{path}.certificate_number"))
            .with_text("province", &province)
            .with("limit", most)
            .with("found", found);
        if let Some(source) = limit.sources.first() {
            report.cite(source);
        }
    }
}

/// Who is not the legal representative cannot share the roles with a third.
fn one_person(cx: &mut Context<'_>, params: &'static Params) {
    let Some(source) = says_yes(&params.manager_equals_principal_if_not_legal_rep) else { return };
    let draft = cx.draft;
    let (principal, owner) = (draft.principal.name.trim(), draft.subject.legal_representative.trim());
    let other = !principal.is_empty() && !owner.is_empty() && account::folded(principal) != account::folded(owner);
    if cx.individual() != Some(false) || !other {
        return;
    }
    for (index, site) in cx.sites() {
        let manager = site.manager.name.trim();
        if !site.manager_is_principal && !manager.is_empty() && account::folded(manager) != account::folded(principal) {
            let province = cx.province_name();
            cx.report("province-02", format!("sites.{index}.manager.name"))
                .with_text("province", &province)
                .with("found", owner)
                .cite(source);
        }
    }
}

/// A number of the province. A landline tells its own; a mobile number may have been carried anywhere.
fn local(cx: &mut Context<'_>, params: &'static Params) {
    let Some(individual) = cx.individual() else { return };
    let Some((wanted, own)) = params.phone_local.as_ref().and_then(|own| Some((*own.of(individual)?, own))) else {
        return;
    };
    let Some(province) = cx.province else { return };
    let asked = match wanted {
        LocalPhone::Required => true,
        LocalPhone::RequiredIfOutside => is_outsider(cx, province),
        LocalPhone::Recommended | LocalPhone::Free => false,
    };
    let principal = &cx.draft.principal;
    if !asked || Mobile::parse(&principal.mobile).is_err() {
        return;
    }
    let landline = match Phone::parse(&principal.emergency_phone) {
        Ok(Phone::Landline(landline)) => Some(landline),
        _ => None,
    };
    let is_local = |landline: &Landline| cx.province_name().zh.starts_with(landline.province_name());
    if landline.as_ref().is_some_and(is_local) {
        return;
    }
    let name = cx.province_name();
    let report = cx.report("province-03", "principal.emergency_phone").with_text("province", &name);
    let report = if landline.is_some() { report.grave(Severity::Warn) } else { report };
    if let Some(source) = own.sources.first() {
        report.cite(source);
    }
}

fn is_outsider(cx: &Context<'_>, province: Province) -> bool {
    let Some(kind) = CertificateKind::from_word(cx.draft.principal.certificate_kind.trim()) else { return false };
    let parsed = Certificate::parse(kind, &cx.draft.principal.certificate_number, cx.on).ok();
    parsed.and_then(|certificate| certificate.area()).is_some_and(|area| Province::from_code(&area) != Some(province))
}

/// Numbers that our records know from another subject's filing.
fn elsewhere(cx: &mut Context<'_>, params: &'static Params, path: &str, person: &PersonDraft, manages: bool) {
    let used = |typed: &str| {
        let typed = typed.trim();
        !typed.is_empty() && cx.facts.recorded.used_elsewhere.iter().any(|other| other.eq_ignore_ascii_case(typed))
    };
    let province = cx.province_name();
    if let Some(source) = says_yes(&params.phone_unique_across_subjects)
        && used(&person.mobile)
    {
        cx.report("province-04", format!("{path}.mobile")).with_text("province", &province).cite(source);
    }
    let single = says_yes(&params.manager_serves_one_unit).filter(|_| manages && cx.individual() == Some(false));
    let document = says_yes(&params.id_unique_across_subjects).or(single);
    if let Some(source) = document
        && used(&person.certificate_number)
    {
        cx.report("province-05", format!("{path}.certificate_number")).with_text("province", &province).cite(source);
    }
}

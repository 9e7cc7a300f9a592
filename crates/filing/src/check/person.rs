//! Principal and managers: phones, ages, and who may be principal (filing rules C.3, C.4).

use std::collections::BTreeSet;

use super::{Context, Rule, Severity, account};
use crate::certificate::{Certificate, CertificateKind};
use crate::contact::{ContactFault, Email, Mobile, Phone};
use crate::draft::PersonDraft;
use crate::province::PrincipalRule;
use crate::text::Text;

pub(super) fn check(cx: &mut Context<'_>) {
    for (path, person) in cx.people() {
        phones(cx, &path, person);
        age(cx, &path, person);
    }
    between(cx);
    principal(cx);
}

fn phones(cx: &mut Context<'_>, path: &str, person: &PersonDraft) {
    let field = |name: &str| format!("{path}.{name}");
    match Mobile::parse(&person.mobile) {
        Ok(_) | Err(ContactFault::Empty) => {}
        Err(ContactFault::Range(found)) => {
            cx.report("person-02", field("mobile")).with("found", found);
        }
        Err(_) => {
            cx.report("person-01", field("mobile"));
        }
    }
    match Phone::parse(&person.emergency_phone) {
        Err(ContactFault::Empty) => {}
        Err(_) => {
            cx.report("person-03", field("emergency_phone"));
        }
        Ok(phone) => {
            let same = Mobile::parse(&person.mobile).is_ok_and(|mobile| mobile.as_str() == phone.as_str());
            if same {
                let distinct = cx.params().and_then(|params| params.contact_distinct_min.as_ref());
                let asked = distinct
                    .filter(|distinct| {
                        let own = cx.individual().and_then(|individual| distinct.of(individual));
                        own.and_then(|own| own.same).is_some_and(|same| same >= 2)
                    })
                    .and_then(|distinct| distinct.sources.first());
                let report = cx.report("person-06", field("emergency_phone"));
                if let Some(source) = asked {
                    report.grave(Severity::Block).cite(source);
                }
            }
        }
    }
    if !matches!(Email::parse(&person.email), Ok(_) | Err(ContactFault::Empty)) {
        cx.report("person-04", field("email"));
    }
}

fn age(cx: &mut Context<'_>, path: &str, person: &PersonDraft) {
    let Some(kind) = CertificateKind::from_word(person.certificate_kind.trim()) else { return };
    let Some(birth) =
        Certificate::parse(kind, &person.certificate_number, cx.on).ok().and_then(|certificate| certificate.birth())
    else {
        return;
    };
    let age = crate::certificate::age(birth, cx.on);
    let own = cx.params().and_then(|params| params.min_age.as_ref());
    let own_age = own.zip(cx.individual()).and_then(|(own, individual)| own.of(individual));
    let rule = cx.rule("person-08");
    let needed: i16 = own_age.map_or_else(|| rule.limit(), |own| own.value);
    if age >= needed {
        return;
    }
    let unless =
        own_age.map_or_else(Text::default, |own| lifted(rule, own.unless_zh.as_deref(), own.unless.as_deref()));
    // Between the floor and the full age a paper decides, which a person must look at.
    let floor = own_age.and_then(|own| own.floor).filter(|floor| age >= *floor);
    let source = own.filter(|_| own_age.is_some()).and_then(|own| own.sources.first());
    let province = cx.province.map(crate::province::Province::name).unwrap_or_default();
    let report = cx
        .report("person-08", format!("{path}.certificate_number"))
        .with("needed", needed)
        .with("found", age)
        .with_text("province", &province)
        .with_text("unless", &unless);
    let report = if floor.is_some() { report.grave(Severity::Ask) } else { report };
    if let Some(source) = source {
        report.cite(source);
    }
}

/// What lifts a rule, as a clause in brackets.
fn lifted(rule: &Rule, zh: Option<&str>, en: Option<&str>) -> Text {
    let [in_zh, in_en] = rule.group("unless") else { return Text::default() };
    Text::new(
        zh.map(|zh| in_zh.replace("{zh}", zh)).unwrap_or_default(),
        en.map(|en| in_en.replace("{en}", en)).unwrap_or_default(),
    )
}

/// What holds between the principal and each other manager.
fn between(cx: &mut Context<'_>) {
    let principal = &cx.draft.principal;
    let needed = cx.params().and_then(|params| params.contact_distinct_min.as_ref());
    let needed = needed.zip(cx.individual()).and_then(|(needed, individual)| needed.of(individual)?.different);
    for (path, manager) in cx.people().into_iter().skip(1) {
        let same_number = !manager.certificate_number.trim().is_empty()
            && manager.certificate_number.trim().eq_ignore_ascii_case(principal.certificate_number.trim());
        let same_mobile = Mobile::parse(&manager.mobile)
            .is_ok_and(|mobile| Mobile::parse(&principal.mobile).is_ok_and(|other| other == mobile));
        if same_number {
            if manager.name.trim() != principal.name.trim() || !same_mobile {
                cx.report("person-12", format!("{path}.certificate_number"));
            }
            continue;
        }
        if same_mobile {
            cx.report("person-05", format!("{path}.mobile"));
        }
        let mail = manager.email.trim();
        if !mail.is_empty() && mail.eq_ignore_ascii_case(principal.email.trim()) {
            cx.report("person-11", format!("{path}.email"));
        }
        let typed = [&principal.mobile, &principal.emergency_phone, &manager.mobile, &manager.emergency_phone];
        let numbers: BTreeSet<String> =
            typed.into_iter().filter_map(|typed| Phone::parse(typed).ok()).map(|phone| phone.to_string()).collect();
        let complete = typed.iter().all(|typed| !typed.trim().is_empty());
        if let Some(needed) = needed.filter(|needed| complete && numbers.len() < *needed) {
            let province = cx.province.map(crate::province::Province::name).unwrap_or_default();
            cx.report("person-07", format!("{path}.emergency_phone"))
                .with_text("province", &province)
                .with("needed", needed)
                .with("found", numbers.len());
        }
    }
}

/// Who may be principal: the person, or in most provinces the legal representative.
fn principal(cx: &mut Context<'_>) {
    let (basic, principal) = (&cx.draft.basic, &cx.draft.principal);
    if cx.individual() == Some(true) {
        for (name, own, expected) in [
            ("name", &principal.name, &basic.name),
            ("certificate_number", &principal.certificate_number, &basic.certificate_number),
        ] {
            let (own, expected) = (own.trim(), expected.trim());
            if !own.is_empty() && !expected.is_empty() && !own.eq_ignore_ascii_case(expected) {
                cx.report("person-10", format!("principal.{name}"))
                    .with("expected", expected)
                    .offer([expected.to_owned()]);
            }
        }
        return;
    }
    let representative = cx.draft.subject.legal_representative.trim();
    let Some(province) = cx.province else { return };
    let Some(practice) = province.practice().params.legal_rep_required.as_ref() else { return };
    if practice.value == PrincipalRule::Required && differs(principal, representative) {
        let unless = lifted(cx.rule("person-09"), practice.unless_zh.as_deref(), practice.unless.as_deref());
        // Where a paper may lift the rule, a person decides whether it does.
        let open = practice.unless.is_some() || practice.letter_accepted == Some(true);
        let source = practice.sources.last();
        let report = cx
            .report("person-09", "principal.name")
            .with("found", representative)
            .with_text("province", &province.name())
            .with_text("unless", &unless)
            .offer([representative.to_owned()]);
        let report = if open { report.grave(Severity::Warn) } else { report };
        if let Some(source) = source {
            report.cite(source);
        }
    }
}

/// Whether the principal is somebody else than the legal representative.
fn differs(principal: &PersonDraft, representative: &str) -> bool {
    let name = principal.name.trim();
    !name.is_empty() && !representative.is_empty() && account::folded(name) != account::folded(representative)
}

//! Domains: their form, suffix, registration and holder (filing rules D.1).

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Context, Registration, Severity, account};
use crate::calendar;
use crate::detect::{Answer, detect};
use crate::domain::{DomainFault as Fault, DomainName, Fileable};
use crate::nature::Nature;
use crate::outside::Silence;
use crate::reason::Explain as _;
use crate::stage::Action;
use crate::text::Text;

pub(super) fn check(cx: &mut Context<'_>) {
    for (field, typed) in cx.domains() {
        match DomainName::parse(typed) {
            Ok(name) => {
                suffix(cx, &field, &name);
                registration(cx, &field, &name);
                resolution(cx, &field, &name);
                let taken = cx.facts.domains_in_other_orders.iter().any(|other| other == name.as_str());
                if taken {
                    cx.report("domain-15", field.as_str()).with("found", name.unicode());
                }
            }
            Err(fault) => {
                let Some(reason) = fault.reason() else { continue };
                let report = cx.report_reason(&reason, field);
                // Provinces speak of two domains in one site; any other character is everybody's rule.
                if matches!(fault, Fault::Character(c) if !",，、;； /".contains(c)) {
                    report.cite_general();
                }
            }
        }
    }
}

fn suffix(cx: &mut Context<'_>, field: &str, name: &DomainName) {
    let suffix = name.suffix();
    match name.fileable() {
        Fileable::Yes => {}
        Fileable::No => {
            cx.report("domain-05", field).with("found", suffix);
        }
        Fileable::Likely | Fileable::Unknown => {
            cx.report("domain-06", field).with("found", suffix);
        }
    }
    let Some(nature) = cx.nature else { return };
    if name.is_government() && !nature.is_state_body() {
        cx.report("domain-13", field).with("found", suffix);
    }
    if nature == Nature::Government && !name.is_government() {
        cx.report("domain-14", field);
    }
}

fn registration(cx: &mut Context<'_>, field: &str, name: &DomainName) {
    let known = cx.facts.registrations.get(name.as_str());
    // What somebody told long ago is not known any more: a name may have been renewed, sold or lost since. What a case
    // file declares has no such teller.
    let days: i64 = cx.rule("domain-11").limit();
    let is_fresh = |known: &&Registration| known.source.is_none() || cx.on <= known.as_of.saturating_add(days.days());
    let Some(known) = known.filter(|known| known.is_known()).filter(is_fresh) else {
        let who = silence(cx, known.map_or(&[], |known| &known.silent));
        cx.report("domain-11", field).with_text("who", &who);
        return;
    };
    if known.registered == Answer::No {
        let source = known.source.as_deref().unwrap_or_default();
        cx.report("domain-17", field).with("found", name.unicode()).with("source", source).with("as_of", known.as_of);
        return;
    }
    if let Some(status) = known.on_hold() {
        cx.report("domain-18", field).with("found", status);
    }
    if let Some(expires) = known.expires_on {
        let rule = cx.rule("domain-08");
        let own = cx.params().and_then(|params| params.domain_min_months.as_ref());
        let months: i32 = own.map_or_else(|| rule.limit(), |own| own.value);
        if expires < cx.on {
            cx.report("domain-07", field).with("found", expires);
        } else if expires < cx.on.saturating_add(months.months()) {
            let report = cx.report("domain-08", field).with("found", expires).with("months", months);
            if let Some(source) = own.and_then(|own| own.sources.first()) {
                report.grave(Severity::Block).cite(source);
            }
        }
    }
    verification(cx, field, known);
    let subject = cx.draft.basic.name.trim();
    let representative = cx.draft.subject.legal_representative.trim();
    if let Some(holder) = known.holder.as_deref()
        && !subject.is_empty()
        && account::folded(holder) != account::folded(subject)
        && (representative.is_empty() || account::folded(holder) != account::folded(representative))
    {
        let report = cx.report("domain-12", field).with("found", holder).with("subject", subject);
        // Many registrars keep names in English or pinyin: that it reads otherwise does not show that it is another.
        if is_chinese(subject) && !is_chinese(holder) {
            report.grave(Severity::Ask);
        }
    }
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// Who said nothing and why, as the end of a sentence; empty when nobody was asked.
fn silence(cx: &Context<'_>, silent: &[Silence]) -> Text {
    let rule = cx.rule("domain-11");
    let mut who = Text::default();
    for Silence { who: name, why } in silent {
        let [zh, en] = rule.group(why.as_str()) else { continue };
        who.zh.push_str(&format!("{}{name} {zh}", if who.zh.is_empty() { "：" } else { "；" }));
        who.en.push_str(&format!("{}{name} {en}", if who.en.is_empty() { ": " } else { "; " }));
    }
    who
}

/// While a name is being filed for the first time it must not lead to a site that is served. What leads here stays
/// closed at the gateway; what leads elsewhere nobody here can close.
fn resolution(cx: &mut Context<'_>, field: &str, name: &DomainName) {
    let Some(known) = cx.facts.resolutions.get(name.as_str()) else { return };
    let action = cx.facts.detection.get(name.as_str()).and_then(|answers| detect(*answers).action());
    if matches!(action, Some(Action::AddAccess | Action::OneClickAccess)) || known.elsewhere.is_empty() {
        return;
    }
    let days: i64 = cx.rule("domain-19").limit();
    if cx.on > known.as_of.saturating_add(days.days()) {
        return;
    }
    let shown: Vec<&str> = known.elsewhere.iter().take(4).map(String::as_str).collect();
    cx.report("domain-19", field)
        .with("found", shown.join(", "))
        .with("as_of", known.as_of)
        .with("source", known.sources.join(", "));
}

/// The holder must be verified, and long enough for the ministry to know: three natural days here, three working
/// days elsewhere.
fn verification(cx: &mut Context<'_>, field: &str, known: &Registration) {
    match known.verified {
        Answer::No => {
            // Verified today, the ministry knows after the days of the next rule.
            let until = known_from(cx, known, cx.on);
            cx.report("domain-09", field).cured_from(until);
        }
        Answer::Unknown => {
            cx.report("domain-16", field);
        }
        Answer::Yes => {
            let Some(verified) = known.verified_on else { return };
            let until = known_from(cx, known, verified);
            if cx.on < until {
                cx.report("domain-10", field).with("found", verified).with("until", until).cured_from(until);
            }
        }
    }
}

/// The day on which the ministry knows a holder that was verified on a day.
fn known_from(cx: &Context<'_>, known: &Registration, verified: Date) -> Date {
    let days: u32 = cx.rule("domain-10").limit();
    if known.registered_here {
        verified.saturating_add(i64::from(days).days())
    } else {
        calendar::add_working_days(verified, days).date
    }
}

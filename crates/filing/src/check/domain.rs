//! Domains: their form, suffix, registration and holder (filing rules D.1).

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Context, Registration, Severity, account};
use crate::calendar;
use crate::detect::Answer;
use crate::domain::{DomainFault as Fault, DomainName, Fileable};
use crate::nature::Nature;

pub(super) fn check(cx: &mut Context<'_>) {
    for (field, typed) in cx.domains() {
        match DomainName::parse(typed) {
            Ok(name) => {
                suffix(cx, &field, &name);
                registration(cx, &field, &name);
                let taken = cx.facts.domains_in_other_orders.iter().any(|other| other == name.as_str());
                if taken {
                    cx.report("domain-15", field.as_str()).with("found", name.unicode());
                }
            }
            Err(fault) => malformed(cx, &field, typed, fault),
        }
    }
}

fn malformed(cx: &mut Context<'_>, field: &str, typed: &str, fault: Fault) {
    match fault {
        Fault::Empty => {}
        Fault::Url { part, name } => {
            cx.report("domain-02", field).with("found", part).offer(name);
        }
        Fault::Subdomain { found, registrable } => {
            cx.report("domain-03", field).with("found", found).with("registrable", &registrable).offer([registrable]);
        }
        Fault::Ip(found) | Fault::Suffix(found) => {
            cx.report("domain-04", field).with("found", found);
        }
        Fault::Character(c) => {
            cx.report("domain-01", field).with("found", c);
        }
        Fault::Label(label) => {
            cx.report("domain-01", field).with("found", label);
        }
        Fault::Length => {
            cx.report("domain-01", field).with("found", typed);
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
    let Some(known) = cx.facts.registrations.get(name.as_str()) else {
        cx.report("domain-11", field);
        return;
    };
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
        cx.report("domain-12", field).with("found", holder).with("subject", subject);
    }
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
            cx.report("domain-11", field);
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

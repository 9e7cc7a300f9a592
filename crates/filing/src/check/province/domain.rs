//! Domains: words in them, suffixes, registrars and holders.

use super::{Context, Params, Severity, account, listed};
use crate::detect::Answer;
use crate::domain::DomainName;
use crate::nature::Nature;
use crate::province::{Holder, Occasion};

pub(super) fn check(cx: &mut Context<'_>, params: &'static Params) {
    for (field, name) in cx.parsed_domains() {
        label(cx, params, &field, &name);
        suffix(cx, params, &field, &name);
        registrar(cx, params, &field, &name);
        holder(cx, params, &field, &name);
    }
}

fn label(cx: &mut Context<'_>, params: &'static Params, field: &str, name: &DomainName) {
    let Some(own) = params.label_forbid.as_ref() else { return };
    if cx.nature.is_none_or(Nature::is_state_body) {
        return;
    }
    let whole = name.unicode();
    let (label, suffix) = whole.split_once('.').unwrap_or((&whole, ""));
    let is_suffix = |wanted: &Option<String>| wanted.as_deref().is_none_or(|wanted| wanted == suffix);
    let Some(found) = own.value.iter().find(|word| label.contains(&word.word) && is_suffix(&word.suffix)) else {
        return;
    };
    let province = cx.province_name();
    let report = cx.report("province-12", field).with_text("province", &province).with("found", &found.word);
    if let Some(source) = own.sources.first() {
        report.cite(source);
    }
}

fn suffix(cx: &mut Context<'_>, params: &'static Params, field: &str, name: &DomainName) {
    let province = cx.province_name();
    let whole = name.unicode();
    let ends = |suffix: &str| whole.strip_suffix(suffix).is_some_and(|front| front.ends_with('.'));
    if let (Some(own), Some(nature)) = (params.suffix_by_nature.as_ref(), cx.nature)
        && let Some(wanted) = own.value.get(&nature).filter(|wanted| !wanted.iter().any(|suffix| ends(suffix)))
    {
        let dotted: Vec<String> = wanted.iter().map(|suffix| format!(".{suffix}")).collect();
        let report = cx
            .report("province-13", field)
            .with_text("province", &province)
            .with_text("nature", &nature.name())
            .with("wanted", listed(&dotted));
        if let Some(source) = own.sources.first() {
            report.cite(source);
        }
    }
    if let Some(own) = params.suffix_filed_before.as_ref().filter(|own| ends(&own.value.suffix)) {
        let known = Occasion::of(cx.action) == Occasion::AddAccess;
        let report = cx
            .report("province-14", field)
            .with_text("province", &province)
            .with("found", &own.value.suffix)
            .with("before", own.value.filed_before);
        // Only an access filing can be of a name that was filed long ago; when it was, nobody told.
        let report = if known { report } else { report.grave(Severity::Warn) };
        if let Some(source) = own.sources.first() {
            report.cite(source);
        }
    }
}

fn registrar(cx: &mut Context<'_>, params: &'static Params, field: &str, name: &DomainName) {
    let Some(own) = params.mainland_registrar.as_ref() else { return };
    if !own.value.contains(&Occasion::of(cx.action)) {
        return;
    }
    // A domain that was registered here is with a registrar of the mainland.
    let here = cx.facts.registrations.get(name.as_str()).is_some_and(|known| known.registered_here);
    let told = cx.facts.recorded.mainland_registrar.get(name.as_str()).copied();
    let severity = match told.unwrap_or(Answer::Unknown) {
        Answer::No => Severity::Block,
        Answer::Unknown if !here => Severity::Ask,
        Answer::Yes | Answer::Unknown => return,
    };
    let province = cx.province_name();
    let report =
        cx.report("province-15", field).with_text("province", &province).with("found", name.unicode()).grave(severity);
    if let Some(source) = own.sources.first() {
        report.cite(source);
    }
}

/// Where the legal representative is no holder, and where Latin letters may only be the name's full pinyin.
fn holder(cx: &mut Context<'_>, params: &'static Params, field: &str, name: &DomainName) {
    let Some(own) = params.domain_holder.as_ref().filter(|_| cx.individual() == Some(false)) else { return };
    let Some(found) = cx.facts.registrations.get(name.as_str()).and_then(|known| known.holder.as_deref()) else {
        return;
    };
    let (unit, owner) = (cx.draft.basic.name.trim(), cx.draft.subject.legal_representative.trim());
    let is = |other: &str| !other.is_empty() && account::folded(found) == account::folded(other);
    let latin = found.is_ascii() && found.chars().any(|c| c.is_ascii_alphabetic());
    let (how, severity) = match own.value {
        Holder::Unit if is(owner) && !is(unit) => ("unit_only", Severity::Block),
        Holder::UnitOrLegalRepresentativeWithLetter if is(owner) && !is(unit) => ("letter", Severity::Ask),
        _ if own.name_form.is_some() && latin => ("pinyin", Severity::Ask),
        _ => return,
    };
    let [zh, en] = cx.rule("province-16").group(how) else { return };
    let province = cx.province_name();
    let report = cx
        .report("province-16", field)
        .with_text("what", &crate::text::Text::new(zh, en))
        .with_text("province", &province)
        .with("found", found)
        .grave(severity);
    if let Some(source) = own.sources.first() {
        report.cite(source);
    }
}

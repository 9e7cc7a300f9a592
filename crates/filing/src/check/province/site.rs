//! Site names, and the addresses beside them.

use super::{Context, Params, Severity, listed, says_yes};
use crate::address;
use crate::check::name::{is_han, place_names};
use crate::nature::Nature;
use crate::province::{Investor, SiteNameRule};

pub(super) fn check(cx: &mut Context<'_>, params: &'static Params) {
    addresses(cx, params);
    investor(cx, params);
    let Some(individual) = cx.individual() else { return };
    let own = params.site_name.as_ref();
    for (index, site) in cx.sites() {
        let (field, name) = (format!("sites.{index}.name"), site.name.trim());
        if name.is_empty() {
            continue;
        }
        if let Some((rule, own)) = own.and_then(|own| Some((own.of(individual)?, own))) {
            let source = own.sources.last().map(ToString::to_string).unwrap_or_default();
            form(cx, rule, &field, name, &source);
            words(cx, rule, (&field, name, index), &source);
        }
        on_record(cx, params, index, &field, name);
    }
}

fn form(cx: &mut Context<'_>, rule: &SiteNameRule, field: &str, name: &str, source: &str) {
    let province = cx.province_name();
    if rule.no_latin && name.chars().any(|c| c.is_ascii_alphabetic()) {
        cx.report("province-19", field).with_text("province", &province).cite(source);
    }
    let found = name.chars().filter(|c| is_han(*c)).count();
    if let Some(limit) = rule.min_han.filter(|limit| found < *limit) {
        cx.report("province-20", field)
            .with_text("province", &province)
            .with("limit", limit)
            .with("found", found)
            .cite(source);
    }
    if !rule.endings.is_empty() && !rule.endings.iter().any(|ending| name.ends_with(ending)) {
        let ready = rule.endings.iter().map(|ending| format!("{}{ending}", cx.draft.basic.name.trim()));
        let ready: Vec<String> = ready.collect();
        cx.report("province-23", field)
            .with_text("province", &province)
            .with("endings", listed(&rule.endings))
            .offer(ready)
            .cite(source);
    }
}

fn words(cx: &mut Context<'_>, rule: &SiteNameRule, (field, name, index): (&str, &str, usize), source: &str) {
    let province = cx.province_name();
    let approved = cx.draft.sites.get(index).is_some_and(|site| !site.approvals.is_empty());
    if let Some(found) = rule.needs_approval.iter().find(|word| !approved && name.contains(*word)) {
        cx.report("province-21", field).with_text("province", &province).with("found", found).cite(source);
    }
    let place = place_names().iter().find(|place| name.contains(**place));
    let government = cx.nature == Some(Nature::Government);
    let regional = rule.regional.iter().any(|word| name.contains(word)) && !government;
    let refused = regional || (rule.no_places && !cx.nature.is_some_and(Nature::is_state_body));
    if let Some(found) = place.filter(|_| refused) {
        cx.report("province-22", field).with_text("province", &province).with("found", found).cite(source);
    }
}

fn on_record(cx: &mut Context<'_>, params: &'static Params, index: usize, field: &str, name: &str) {
    let Some(source) = says_yes(&params.site_name_on_record) else { return };
    let known = cx.facts.recorded.site_names.get(cx.site_domain(index)).filter(|known| known.trim() != name);
    if let Some(known) = known.filter(|_| cx.own_line("province-31").is_some()) {
        let province = cx.province_name();
        cx.report("province-31", field)
            .with_text("province", &province)
            .with("expected", known)
            .offer([known.clone()])
            .cite(source);
    }
}

fn addresses(cx: &mut Context<'_>, params: &'static Params) {
    let province = cx.province_name();
    let subject = &cx.draft.subject;
    let (postal, seat) = (subject.postal_address.trim(), subject.certificate_address.trim());
    let city = address::find(&subject.city);
    if let (Some(source), Some(city)) = (says_yes(&params.same_city_addresses), city)
        && cx.speaks_now("province-17")
        && names_another_city(seat, city.code, city.name)
    {
        cx.report("province-17", "subject.postal_address")
            .with_text("province", &province)
            .with("found", city.name)
            .cite(source);
    }
    let Some(own) = params.address_rename.as_ref() else { return };
    if let Some((found, right)) =
        own.value.iter().find(|(old, right)| postal.contains(*old) && !postal.contains(*right))
    {
        let report = cx
            .report("province-18", "subject.postal_address")
            .with_text("province", &province)
            .with("found", found)
            .with("expected", right)
            .offer([postal.replace(found.as_str(), right)]);
        if let Some(source) = own.sources.first() {
            report.cite(source);
        }
    }
}

/// Whether an address names a city of some province, and not this one nor one of its districts.
fn names_another_city(seat: &str, code: &str, name: &str) -> bool {
    let bare = |name: &'static str| name.strip_suffix('市').unwrap_or(name);
    if seat.is_empty() || seat.contains(name.strip_suffix('市').unwrap_or(name)) {
        return false;
    }
    if address::districts(code).iter().any(|district| seat.contains(district.name)) {
        return false;
    }
    let cities = crate::province::Province::ALL.iter().flat_map(|province| address::cities(*province));
    cities.into_iter().any(|city| city.code != code && seat.contains(bare(city.name)))
}

/// Whose full name the field for investor or superior body takes.
fn investor(cx: &mut Context<'_>, params: &'static Params) {
    let (Some(own), Some(nature)) = (params.investor.as_ref(), cx.nature) else { return };
    let (typed, subject) = (cx.draft.subject.investor.trim(), cx.draft.basic.name.trim());
    let company = nature == Nature::Enterprise;
    let concerned = match own.value {
        Investor::CompanyFullNameElseSuperior => !nature.is_individual(),
        Investor::Superior | Investor::SelfOrSuperior => nature.is_state_body(),
    };
    if !concerned {
        return;
    }
    let must_be_another = !company && own.value != Investor::SelfOrSuperior;
    let short = typed.chars().filter(|c| is_han(*c)).count() < if company { 2 } else { 4 };
    let how = if must_be_another && !typed.is_empty() && typed == subject { "another" } else { "full" };
    if !short && how == "full" {
        return;
    }
    let [zh, en] = cx.rule("province-11").group(how) else { return };
    let province = cx.province_name();
    let report = cx
        .report("province-11", "subject.investor")
        .with_text("what", &crate::text::Text::new(zh, en))
        .with_text("province", &province);
    let report = if typed.is_empty() { report.grave(Severity::Block) } else { report };
    if let Some(source) = own.sources.first() {
        report.cite(source);
    }
}

//! Access filings that must match the record, and what a change may change.

use super::{Context, Params, Severity, says_yes};
use crate::detect::Answer;
use crate::province::{AccessFirst, Allowance, Occasion};
use crate::stage::Action;
use crate::text::Text;

pub(super) fn check(cx: &mut Context<'_>, params: &'static Params) {
    match Occasion::of(cx.action) {
        Occasion::AddSite | Occasion::AddAccess => {
            access(cx, params);
            numbers(cx, params);
        }
        Occasion::Change => {
            site_alone(cx, params);
            subject(cx, params);
            number(cx, params);
        }
        _ => {}
    }
}

/// Data that differ from the old filing: some authorities take them with the access and have them changed after.
fn access(cx: &mut Context<'_>, params: &'static Params) {
    let Some(own) = params.access_then_change.as_ref() else { return };
    let stance = if Occasion::of(cx.action) == Occasion::AddSite { own.add_site } else { Some(own.value) };
    let Some(stance) = stance else { return };
    let differs = cx.facts.recorded.differences(cx.draft);
    let (how, field, severity) = match (differs.as_deref(), stance) {
        (Some([]), _) | (None, AccessFirst::Allowed) => return,
        (None, _) => ("unknown", "basic.name", Severity::Ask),
        (Some([field, ..]), AccessFirst::NotAllowed) => ("refused", *field, Severity::Block),
        (Some([field, ..]), AccessFirst::Conditional) => ("conditional", *field, Severity::Warn),
        (Some([field, ..]), AccessFirst::Allowed) => ("allowed", *field, Severity::Ask),
    };
    let rule = cx.rule("province-29");
    let [zh, en] = rule.group(how) else { return };
    let condition = match (own.condition_zh.as_deref(), own.condition.as_deref(), rule.group("condition")) {
        (Some(zh), Some(en), [in_zh, in_en]) => Text::new(in_zh.replace("{zh}", zh), in_en.replace("{en}", en)),
        _ => Text::default(),
    };
    let province = cx.province_name();
    let report = cx
        .report("province-29", field)
        .with_text("what", &Text::new(zh, en))
        .with_text("province", &province)
        .with_text("condition", &condition)
        .grave(severity);
    if let Some(source) = own.sources.first() {
        report.cite(source);
    }
}

fn numbers(cx: &mut Context<'_>, params: &'static Params) {
    let Some(source) = says_yes(&params.one_number_per_subject) else { return };
    let found = &cx.facts.recorded.numbers;
    if found.len() > 1 {
        let province = cx.province_name();
        cx.report("province-32", "basic.name")
            .with_text("province", &province)
            .with("found", found.join("、"))
            .cite(source);
    }
}

fn site_alone(cx: &mut Context<'_>, params: &'static Params) {
    let Some(own) = params.change_site_supported.as_ref().filter(|own| own.value == Answer::No) else { return };
    if cx.action == Action::ChangeSite {
        let province = cx.province_name();
        let report = cx.report("province-27", "basic.name").with_text("province", &province);
        if let Some(source) = own.sources.first() {
            report.cite(source);
        }
    }
}

/// Whether the filing may pass to the subject of the draft.
fn subject(cx: &mut Context<'_>, params: &'static Params) {
    let (Some(own), Some(to)) = (params.subject_change.as_ref(), cx.individual()) else { return };
    let recorded = &cx.facts.recorded;
    let Some(from) = recorded.nature.map(crate::nature::Nature::is_individual) else { return };
    let renamed = recorded.name.as_deref().is_some_and(|old| old.trim() != cx.draft.basic.name.trim());
    let other_number = recorded
        .certificate_number
        .as_deref()
        .is_some_and(|old| !old.trim().eq_ignore_ascii_case(cx.draft.basic.certificate_number.trim()));
    if from == to && !renamed && !other_number {
        return;
    }
    let Some(allowance) = own.between(from, to) else { return };
    let severity = match allowance {
        Allowance::No | Allowance::NoSwap | Allowance::CancelFirst => Severity::Block,
        Allowance::RenameOnly if other_number => Severity::Block,
        // Sources disagree on passing a unit's filing to an individual: somebody must ask.
        Allowance::Free if own.conflict.is_some() && !from && to => Severity::Ask,
        Allowance::Free => return,
        _ => Severity::Ask,
    };
    let [zh, en] = cx.rule("province-28").group(allowance.as_str()) else { return };
    let province = cx.province_name();
    // The line speaks of whoever the filing belongs to now.
    let decides = |line: &&crate::province::Line| line.decided_by.iter().any(|id| id == "province-28");
    let line = cx.province.and_then(|province| province.lines().filter(decides).find(|line| line.nature.covers(from)));
    let report = cx
        .report("province-28", "basic.name")
        .with_text("what", &Text::new(zh, en))
        .with_text("province", &province)
        .grave(severity)
        .cite_line(line);
    if let Some(source) = own.sources.first() {
        report.cite(source);
    }
}

fn number(cx: &mut Context<'_>, params: &'static Params) {
    let Some(source) = says_yes(&params.cancel_when_number_changed) else { return };
    let old = cx.facts.recorded.certificate_number.as_deref().map(str::trim).filter(|old| !old.is_empty());
    let new = cx.draft.basic.certificate_number.trim();
    if old.is_some_and(|old| !old.eq_ignore_ascii_case(new)) && cx.individual() == Some(false) {
        let province = cx.province_name();
        cx.report("province-30", "basic.certificate_number").with_text("province", &province).cite(source);
    }
}

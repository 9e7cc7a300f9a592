//! What each action needs of what is filed already (filing rules B.2). An answer that nobody gave breaks nothing.

use super::{Context, rules};
use crate::detect::Answer;
use crate::domain::DomainName;
use crate::nature::Nature;

pub(super) fn check(cx: &mut Context<'_>) {
    questions(cx);
    let alone = cx.params().and_then(|params| params.change_site_supported.as_ref());
    if let Some((province, alone)) = cx.province.zip(alone)
        && alone.value == Answer::No
    {
        let report = cx.report("action-06", "basic.province").with_text("province", &province.name());
        if let Some(source) = alone.sources.first() {
            report.cite(source);
        }
    }
    unchanged(cx);
}

/// The rules that one answer breaks.
fn questions(cx: &mut Context<'_>) {
    let Some(filed) = cx.facts.filed.as_ref() else { return };
    for rule in rules().iter().flat_map(|family| &family.rules) {
        let Some(when) = rule.when else { continue };
        let answer = filed.answers.get(&when.question).copied().unwrap_or(Answer::Unknown);
        if let Some(field) = rule.fields.first().filter(|_| answer == when.is) {
            cx.report(&rule.id, field.as_str());
        }
    }
}

/// What a change must leave as it is.
fn unchanged(cx: &mut Context<'_>) {
    let Some(filed) = cx.facts.filed.as_ref().filter(|_| cx.action.changes()) else { return };
    if let (Some(filed), Some(now)) = (filed.province, cx.province)
        && filed != now
    {
        cx.report("action-07", "basic.province").with_text("found", &filed.name()).offer([filed.code().to_owned()]);
    }
    let number = cx.draft.basic.certificate_number.trim();
    if let Some(filed) = filed.certificate_number.as_deref()
        && !number.is_empty()
        && !filed.eq_ignore_ascii_case(number)
    {
        cx.report("action-08", "basic.certificate_number");
    }
    if !filed.domains.is_empty() {
        for (field, name) in cx.parsed_domains() {
            if !filed.domains.iter().any(|own| DomainName::parse(own).is_ok_and(|own| own == name)) {
                cx.report("action-09", field).with("found", name.unicode());
            }
        }
    }
    if let (Some(filed), Some(now)) = (filed.nature, cx.nature) {
        match (filed, now) {
            (Nature::Individual, now) if !now.is_individual() => {
                cx.report("action-10", "basic.nature").with_text("found", &now.name());
            }
            (filed, Nature::Individual) if !filed.is_individual() => {
                cx.report("action-11", "basic.nature").with_text("found", &filed.name());
            }
            _ => {}
        }
    }
}

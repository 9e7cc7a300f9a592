//! What each action needs of what is filed already (filing rules B.2). An answer that nobody gave breaks nothing.

use super::{Context, rules};
use crate::detect::Answer;
use crate::domain::DomainName;
use crate::nature::Nature;

pub(super) fn check(cx: &mut Context<'_>) {
    questions(cx);
    unchanged(cx);
}

/// The rules that one answer breaks.
fn questions(cx: &mut Context<'_>) {
    let answers = &cx.facts.recorded.answers;
    for rule in rules().iter().flat_map(|family| &family.rules) {
        let Some(when) = rule.when else { continue };
        let answer = answers.get(&when.question).copied().unwrap_or(Answer::Unknown);
        if let Some(field) = rule.fields.first().filter(|_| answer == when.is) {
            cx.report(&rule.id, field.as_str());
        }
    }
}

/// What a change must leave as it is.
fn unchanged(cx: &mut Context<'_>) {
    if !cx.action.changes() {
        return;
    }
    let recorded = &cx.facts.recorded;
    if let (Some(filed), Some(now)) = (recorded.province, cx.province)
        && filed != now
    {
        cx.report("action-06", "basic.province").with_text("found", &filed.name()).offer([filed.code().to_owned()]);
    }
    let number = cx.draft.basic.certificate_number.trim();
    if let Some(filed) = recorded.certificate_number.as_deref()
        && !number.is_empty()
        && !filed.eq_ignore_ascii_case(number)
    {
        cx.report("action-07", "basic.certificate_number");
    }
    if !recorded.site_names.is_empty() {
        for (field, name) in cx.parsed_domains() {
            if !recorded.site_names.keys().any(|own| DomainName::parse(own).is_ok_and(|own| own == name)) {
                cx.report("action-08", field).with("found", name.unicode());
            }
        }
    }
    if let (Some(filed), Some(now)) = (recorded.nature, cx.nature) {
        // A province that says how such a filing may pass on is heard by a rule of its own.
        let own = cx.params().and_then(|params| params.subject_change.as_ref());
        if own.is_some_and(|own| own.between(filed.is_individual(), now.is_individual()).is_some()) {
            return;
        }
        match (filed, now) {
            (Nature::Individual, now) if !now.is_individual() => {
                cx.report("action-09", "basic.nature").with_text("found", &now.name());
            }
            (filed, Nature::Individual) if !filed.is_individual() => {
                cx.report("action-10", "basic.nature").with_text("found", &filed.name());
            }
            _ => {}
        }
    }
}

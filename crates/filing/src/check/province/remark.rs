//! Remarks: the statement of a personal site, the owner of the emergency number, words that must not stand in them.

use super::{Context, Params, listed};
use crate::province::Party;

pub(super) fn check(cx: &mut Context<'_>, params: &'static Params) {
    let Some(individual) = cx.individual() else { return };
    let province = cx.province_name();
    if let Some((rule, own)) = params.site_remark.as_ref().and_then(|own| Some((own.of(individual)?, own))) {
        let source = own.sources.last().map(ToString::to_string).unwrap_or_default();
        for (index, site) in cx.sites() {
            let (field, text) = (format!("sites.{index}.remark"), site.remark.trim());
            if let Some(found) = rule.forbidden.iter().find(|word| text.contains(*word)) {
                cx.report("province-33", field.as_str())
                    .with_text("province", &province)
                    .with("found", found)
                    .cite(&source);
            }
            // Each authority words the statement itself; that a text is one at all shows in these words.
            let words = &cx.rule("province-34").words;
            let states = words.iter().all(|word| text.contains(word.as_str()));
            if rule.statement.is_some() && !text.is_empty() && !states {
                cx.report("province-34", field)
                    .with_text("province", &province)
                    .with("words", listed(words))
                    .cite(&source);
            }
        }
    }
    emergency(cx, params, individual);
}

fn emergency(cx: &mut Context<'_>, params: &'static Params, individual: bool) {
    let Some(own) = params.emergency_owner_in_remark.as_ref() else { return };
    let party = if individual { Party::Individual } else { Party::Unit };
    let typed = !cx.draft.principal.emergency_phone.trim().is_empty();
    let remarks = || {
        let sites = cx.draft.sites.iter().map(|site| site.remark.as_str());
        sites.chain(std::iter::once(cx.draft.subject.remark.as_str()))
    };
    let words = &cx.rule("province-35").words;
    let told = remarks().any(|text| words.iter().any(|word| text.contains(word.as_str())));
    if own.value.contains(&party) && typed && !told {
        let province = cx.province_name();
        let report = cx.report("province-35", "subject.remark").with_text("province", &province);
        if let Some(source) = own.sources.first() {
            report.cite(source);
        }
    }
}

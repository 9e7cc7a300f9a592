//! Whose account it is, and whether it may file for this subject (filing rules D.2).

use jiff::ToSpan as _;

use super::Context;
use crate::contact::Mobile;
use crate::nature::Nature;

pub(super) fn check(cx: &mut Context<'_>) {
    let basic = &cx.draft.basic;
    if cx.nature == Some(Nature::OverseasBody) {
        cx.report("account-07", "basic.nature");
    }
    let Some(identity) = cx.facts.identity.as_ref() else {
        cx.report("account-06", "basic.name");
        return;
    };
    let name = basic.name.trim();
    if !name.is_empty() && folded(name) != folded(&identity.name) {
        cx.report("account-01", "basic.name")
            .with("found", name)
            .with("verified", &identity.name)
            .offer([identity.name.clone()]);
    }
    if let Some(nature) = cx.nature
        && nature.is_individual() != identity.individual
    {
        let verified = if identity.individual { Nature::Individual } else { Nature::Enterprise };
        cx.report("account-02", "basic.nature")
            .with_text("verified", &verified.name())
            .with_text("found", &nature.name());
    }
    // 48 hours, and the day is all that is known here: two full days.
    let until = identity.verified_on.saturating_add(2.days());
    if identity.individual && cx.on < until {
        cx.report("account-03", "basic.name").with("until", until).cured_from(until);
    }
    let number = basic.certificate_number.trim();
    let verified = identity.certificate_number.trim();
    if !number.is_empty() && !verified.is_empty() && !number.eq_ignore_ascii_case(verified) {
        cx.report("account-05", "basic.certificate_number");
    }
    if cx.individual() == Some(true)
        && let (Ok(mobile), Some(account)) = (Mobile::parse(&cx.draft.principal.mobile), &cx.facts.account_mobile)
        && Mobile::parse(account).is_ok_and(|account| account != mobile)
    {
        cx.report("account-04", "principal.mobile").offer([account.clone()]);
    }
}

/// A name without spaces and with one kind of brackets: both kinds are printed on licences.
pub(super) fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            other => other,
        })
        .collect()
}

//! Site names (filing rules F.1).

use std::sync::OnceLock;

use super::{Context, Rule, account};
use crate::address;
use crate::domain::DomainName;
use crate::draft::SiteDraft;
use crate::nature::Nature;

pub(super) fn check(cx: &mut Context<'_>) {
    for (index, site) in cx.sites() {
        let name = site.name.trim();
        if !name.is_empty() {
            let field = format!("sites.{index}.name");
            form(cx, index, &field, name);
            words(cx, &field, name);
            places(cx, &field, name);
            relation(cx, index, site, name);
        }
    }
}

pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2ffff}')
}

/// Length, characters, and that it is more than a domain or letters.
fn form(cx: &mut Context<'_>, index: usize, field: &str, name: &str) {
    let counted = name.chars().filter(|c| is_han(*c) || c.is_ascii_alphanumeric()).count();
    let own = cx
        .params()
        .and_then(|params| params.site_name.as_ref())
        .and_then(|names| names.of(cx.individual()?))
        .and_then(|names| names.min_chars);
    let limit: usize = own.unwrap_or_else(|| cx.rule("name-01").limit());
    if counted < limit {
        cx.report("name-01", field).with("limit", limit).with("found", counted);
    }
    if let Some(symbol) = name.chars().find(|c| !is_han(*c) && !c.is_ascii_alphanumeric() && !"()（）-－".contains(*c))
    {
        // A domain's dot is said by the next rule, in better words.
        if DomainName::parse(name).is_err() {
            cx.report("name-03", field).with("found", symbol);
        }
    }
    let is_domain = DomainName::parse(name).is_ok() || name.eq_ignore_ascii_case(cx.site_domain(index));
    if is_domain || !name.chars().any(is_han) {
        let offers = ready_names(cx);
        cx.report("name-02", field).offer(offers);
    }
}

/// Names a unit may always take: its short name, and that with an ending.
fn ready_names(cx: &Context<'_>) -> Vec<String> {
    if cx.individual() != Some(false) {
        return Vec::new();
    }
    let rule = cx.rule("name-02");
    let short = short_name(rule, &cx.draft.basic.name);
    if short.chars().count() < 3 {
        return Vec::new();
    }
    let longer = rule.group("endings").iter().map(|ending| format!("{short}{ending}"));
    std::iter::once(short.clone()).chain(longer).collect()
}

/// A unit's name without what stands in brackets and without the company's legal form.
fn short_name(rule: &Rule, name: &str) -> String {
    let mut depth = 0;
    let bare: String = account::folded(name)
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '(');
            let keep = depth == 0;
            depth -= i32::from(*c == ')');
            keep
        })
        .collect();
    let form = rule.group("forms").iter().find_map(|form| bare.strip_suffix(form.as_str()));
    form.map_or(bare.clone(), str::to_owned)
}

/// Words that are refused to everybody, to individuals, or in one province.
fn words(cx: &mut Context<'_>, field: &str, name: &str) {
    let find = |rule: &'static Rule| rule.words.iter().find(|word| name.contains(word.as_str()));
    let subject = cx.draft.basic.name.as_str();
    let state_body = cx.nature.is_some_and(Nature::is_state_body);
    // A word of the subject's own registered name was granted by whoever registered it.
    if let Some(found) = find(cx.rule("name-04")).filter(|word| !state_body && !subject.contains(word.as_str())) {
        cx.report("name-04", field).with("found", found);
    }
    if let Some(found) = find(cx.rule("name-05")) {
        cx.report("name-05", field).with("found", found);
    }
    let Some(individual) = cx.individual() else { return };
    if let Some(found) = find(cx.rule("name-06")).filter(|_| individual) {
        cx.report("name-06", field).with("found", found);
    }
    if cx.rule("name-08").words.iter().any(|word| word == name) {
        cx.report("name-08", field).with("found", name);
    }
    let own = cx.params().and_then(|params| params.site_name.as_ref());
    if let (Some(province), Some(own)) = (cx.province, own)
        && let Some(found) = own.of(individual).and_then(|names| names.forbidden.iter().find(|w| name.contains(*w)))
    {
        let line = cx.own_line_naming("name-07", found);
        let report =
            cx.report("name-07", field).with("found", found).with_text("province", &province.name()).cite_line(line);
        if let Some(source) = own.sources.first() {
            report.cite(source);
        }
    }
}

/// Provinces and cities as people call them, without the word for their rank.
pub(super) fn place_names() -> &'static [&'static str] {
    static PLACES: OnceLock<Vec<&'static str>> = OnceLock::new();
    PLACES.get_or_init(|| {
        let provinces = address::provinces();
        let cities = crate::province::Province::ALL.iter().flat_map(|province| address::cities(*province));
        let mut names: Vec<&'static str> = provinces
            .into_iter()
            .chain(cities)
            .filter_map(|division| division.name.strip_suffix(['省', '市']))
            .filter(|name| name.chars().count() >= 2)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    })
}

fn places(cx: &mut Context<'_>, field: &str, name: &str) {
    let Some(individual) = cx.individual() else { return };
    let subject = cx.draft.basic.name.as_str();
    let found = place_names().iter().find(|place| name.contains(**place));
    if let Some(found) = found.filter(|place| individual || !subject.contains(**place)) {
        cx.report("name-09", field).with("found", found);
    }
}

/// A unit's site with a name of its own needs a word in the remark.
fn relation(cx: &mut Context<'_>, index: usize, site: &SiteDraft, name: &str) {
    let subject: Vec<char> = cx.draft.basic.name.chars().filter(|c| is_han(*c)).collect();
    if cx.individual() != Some(false) || subject.is_empty() || !site.remark.trim().is_empty() {
        return;
    }
    let related = name.chars().collect::<Vec<_>>().windows(2).any(|pair| subject.windows(2).any(|own| own == pair));
    if !related {
        let ready = cx.rule("name-10").words.first().map(|words| words.replace("{found}", name));
        cx.report("name-10", format!("sites.{index}.remark")).with("found", name).offer(ready);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_what_people_call_the_company() {
        let rule = crate::check::rule("name-02").unwrap();
        assert_eq!(short_name(rule, "云杉科技（杭州）有限公司"), "云杉科技");
        assert_eq!(short_name(rule, "杭州青禾网络科技股份有限公司"), "杭州青禾网络科技");
        assert_eq!(short_name(rule, "杭州市西湖区档案馆"), "杭州市西湖区档案馆");
    }

    #[test]
    fn places_are_known_by_their_everyday_names() {
        assert!(place_names().contains(&"杭州"));
        assert!(place_names().contains(&"浙江"));
    }
}

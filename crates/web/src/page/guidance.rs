//! What the authority of a province asks for, beside the questions it concerns, each with where it was read.

use filing::check;
use filing::draft::Draft;
use filing::nature::Nature;
use filing::province::{self, PrincipalRule, Province, Source};
use filing::stage::Action;
use jiff::civil::Date;

use crate::component::Html;
use crate::component::form::Said;
use crate::component::list::Guidance;
use crate::locale::T;
use crate::page::fields::Section;

/// The requirements of the draft's province for a section; nothing where none is known.
#[must_use]
pub fn of(t: T, draft: &Draft, section: Section) -> Option<Html> {
    let province = Province::from_code(&draft.basic.province)?;
    let individual = Nature::from_word(&draft.basic.nature).is_some_and(Nature::is_individual);
    let lines = lines(t, province, individual, section);
    (!lines.is_empty())
        .then(|| Html::of(&Guidance { title: t.one("guidance-title", "province", t.text(&province.name())), lines }))
}

/// What is to be known at a field and no rule decides: everybody's guidance, then the province's lines.
#[must_use]
pub fn at(t: T, draft: &Draft, action: &str, field: &str, on: Date) -> Vec<Said> {
    let Some(nature) = Nature::from_word(&draft.basic.nature) else { return Vec::new() };
    let province = Province::from_code(&draft.basic.province);
    // While nobody knows what it is, it is what most orders are.
    let action = Action::from_word(action).unwrap_or(Action::FirstFiling);
    let general = check::guidance(field, Some(nature), province, action, on).map(|rule| Said {
        text: t.text(&rule.message).to_owned(),
        source: rule.source.clone(),
        ready: String::new(),
    });
    let own = province.into_iter().flat_map(|province| province::told(province, nature.is_individual(), on));
    let own = own.filter(|line| line.is_about(field)).map(|line| Said {
        text: t.text(&line.text).to_owned(),
        source: line.citation(),
        ready: line.ready.clone().unwrap_or_default(),
    });
    general.chain(own).collect()
}

/// The same of something that is no single field, such as `materials` or `sites`; nothing where there is none.
#[must_use]
pub fn about(t: T, draft: &Draft, action: &str, what: &str, on: Date) -> Option<Html> {
    let province = Province::from_code(&draft.basic.province)?;
    let said = at(t, draft, action, what, on).into_iter().map(|said| (said.text, said.source)).collect::<Vec<_>>();
    let title = t.one("guidance-title", "province", t.text(&province.name()));
    (!said.is_empty()).then(|| Html::of(&Guidance { title, lines: said }))
}

/// What to mind once a number is there: everybody's duties, then what the province says of them.
#[must_use]
pub fn after(t: T, draft: &Draft, on: Date) -> Vec<(String, String)> {
    let Some(nature) = Nature::from_word(&draft.basic.nature) else { return Vec::new() };
    let general = check::rules().iter().filter(|family| family.family == "after").flat_map(|family| &family.rules);
    let general = general
        .filter(|rule| rule.holds(on) && rule.natures.include(nature))
        .map(|rule| (t.text(&rule.message).to_owned(), rule.source.clone()));
    let lines = Province::from_code(&draft.basic.province).into_iter().flat_map(Province::lines);
    let own = lines
        .filter(|line| line.is_about("after") && line.nature.covers(nature.is_individual()) && line.holds(on))
        .map(|line| (t.text(&line.text).to_owned(), line.citation()));
    general.chain(own).collect()
}

/// Every line of the province that a reviewer judges for this draft; nothing where there is none.
#[must_use]
pub fn for_reviewer(t: T, draft: &Draft, on: Date) -> Option<Html> {
    let province = Province::from_code(&draft.basic.province)?;
    let individual = Nature::from_word(&draft.basic.nature)?.is_individual();
    let lines: Vec<(String, String)> =
        province::told(province, individual, on).map(|line| (t.text(&line.text).to_owned(), line.citation())).collect();
    (!lines.is_empty()).then(|| {
        Html::of(&Guidance { title: t.one("case-province-title", "province", t.text(&province.name())), lines })
    })
}

fn lines(t: T, province: Province, individual: bool, section: Section) -> Vec<(String, String)> {
    let params = &province.practice().params;
    let said = |sources: &[Source]| sources.iter().map(ToString::to_string).collect::<Vec<_>>().join(&t.msg("comma"));
    let mut lines: Vec<(String, String)> = Vec::new();
    match section {
        Section::Basic => {
            if let Some(rule) = &params.domain_min_months {
                lines.push((t.count("guidance-domain-months", rule.value), said(&rule.sources)));
            }
            if let Some((rule, most)) =
                params.max_sites_per_order.as_ref().and_then(|rule| Some((rule, rule.of(individual)?)))
            {
                lines.push((t.count("guidance-max-sites", most), said(&rule.sources)));
            }
        }
        Section::Subject => {
            if let Some(words) = &params.address_forbid {
                let list = words.value.join(&t.msg("comma"));
                lines.push((t.one("guidance-address-words", "words", list), said(&words.sources)));
            }
            let rule = if individual { &params.id_min_months } else { &params.licence_min_months };
            if let Some(rule) = rule.as_ref().or(params.credential_min_months.as_ref()) {
                lines.push((t.count("guidance-certificate-months", rule.value), said(&rule.sources)));
            }
        }
        Section::Principal | Section::Manager(_) => {
            if let Some((rule, age)) = params.min_age.as_ref().and_then(|rule| Some((rule, rule.of(individual)?))) {
                lines.push((t.count("guidance-age", age.value), said(&rule.sources)));
            }
            if let Some(rule) =
                params.legal_rep_required.as_ref().filter(|_| !individual && section == Section::Principal)
            {
                let key = match rule.value {
                    PrincipalRule::Required => "guidance-principal-required",
                    PrincipalRule::Letter => "guidance-principal-letter",
                    PrincipalRule::NotRequired => "guidance-principal-free",
                };
                lines.push((t.msg(key), said(&rule.sources)));
            }
            if let Some((rule, phones)) =
                params.contact_distinct_min.as_ref().and_then(|rule| Some((rule, rule.of(individual)?)))
                && let Some(least) = phones.different.or(phones.same)
            {
                lines.push((t.count("guidance-phones", least), said(&rule.sources)));
            }
        }
        Section::Site(_) => {
            if let Some((rule, names)) = params.site_name.as_ref().and_then(|rule| Some((rule, rule.of(individual)?)))
                && !names.forbidden.is_empty()
            {
                let words = names.forbidden.join(&t.msg("comma"));
                lines.push((t.one("guidance-name-words", "words", words), said(&rule.sources)));
            }
            if let Some((rule, content)) =
                params.service_content.as_ref().and_then(|rule| Some((rule, rule.of(individual)?)))
            {
                if !content.forbidden.is_empty() {
                    let words = content.forbidden.join(&t.msg("comma"));
                    lines.push((t.one("guidance-content-refused", "words", words), said(&rule.sources)));
                }
                if !content.needs_approval.is_empty() {
                    let words = content.needs_approval.join(&t.msg("comma"));
                    lines.push((t.one("guidance-content-approval", "words", words), said(&rule.sources)));
                }
            }
            if let Some((rule, remark)) =
                params.site_remark.as_ref().and_then(|rule| Some((rule, rule.of(individual)?)))
            {
                if remark.required {
                    lines.push((t.msg("guidance-remark"), said(&rule.sources)));
                }
                if let Some(least) = remark.min_chars {
                    lines.push((t.count("guidance-remark-length", least), said(&rule.sources)));
                }
            }
        }
    }
    lines
}

//! What no machine decides, from the rules themselves: beside the questions it concerns, and for the reviewer.

use filing::check::{Rule, RuleKind, Wanted, select};
use filing::draft::Draft;
use filing::nature::Nature;
use filing::province::Province;
use filing::stage::Action;
use jiff::civil::Date;

use crate::component::Html;
use crate::component::list::Guidance;
use crate::locale::T;
use crate::page::fields::Section;

/// The guidance in force for an order.
fn in_force(draft: &Draft, action: &str, on: Date) -> impl Iterator<Item = &'static Rule> + use<> {
    let wanted = Wanted {
        province: Province::from_code(&draft.basic.province),
        nature: Nature::from_word(&draft.basic.nature),
        action: Some(Action::from_word(action).unwrap_or(Action::FirstFiling)),
        on: Some(on),
        ..Wanted::default()
    };
    let rules: Vec<&Rule> = select(&wanted).filter(|rule| rule.kind == RuleKind::Guidance).collect();
    rules.into_iter()
}

/// Whether a field of a rule is asked in a section; a manager's questions are no longer the site's.
fn belongs(field: &str, section: Section) -> bool {
    let prefix = match section {
        Section::Site(_) => "sites.*.".to_owned(),
        Section::Manager(_) => "sites.*.manager.".to_owned(),
        section => format!("{}.", section.prefix()),
    };
    let below = |part: &str| matches!(section, Section::Site(_)) && part.contains('.');
    field.strip_prefix(&prefix).is_some_and(|rest| !below(rest))
}

fn lines(t: T, rules: impl Iterator<Item = &'static Rule>) -> Vec<(String, String)> {
    rules.map(|rule| (t.text(&rule.message), rule.source.clone())).collect()
}

/// What to know in a section; nothing where there is nothing to know.
#[must_use]
pub fn of(t: T, draft: &Draft, section: Section, action: &str, on: Date) -> Option<Html> {
    let own = in_force(draft, action, on).filter(|rule| rule.fields.iter().any(|field| belongs(field, section)));
    let lines = lines(t, own);
    (!lines.is_empty()).then(|| Html::of(&Guidance { title: t.msg("advice-title"), lines }))
}

/// All that a reviewer is to look at with their own eyes.
#[must_use]
pub fn for_reviewer(t: T, draft: &Draft, action: &str, on: Date) -> Html {
    Html::of(&Folded { title: t.msg("advice-review-title"), lines: lines(t, in_force(draft, action, on)) })
}

/// A long list that is opened when it is wanted.
#[derive(askama::Template)]
#[template(
    ext = "html",
    source = r#"<details class="guidance"><summary>{{ title }} ({{ lines.len() }})</summary><ul>{% for (text, source) in lines %}<li>{{ text }}<span class="source row-note">{{ source }}</span></li>{% endfor %}</ul></details>"#
)]
struct Folded {
    title: String,
    lines: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_managers_fields_are_not_the_sites() {
        assert!(belongs("sites.*.name", Section::Site(1)));
        assert!(!belongs("sites.*.manager.mobile", Section::Site(1)));
        assert!(belongs("sites.*.manager.mobile", Section::Manager(0)));
        assert!(belongs("basic.domain", Section::Basic));
        assert!(!belongs("subject.remark", Section::Basic));
    }
}

//! What no machine decides, from the rules themselves, for the reviewer to look at.

use filing::check::{Rule, RuleKind, Wanted, select};
use filing::draft::Draft;
use filing::nature::Nature;
use filing::province::Province;
use filing::stage::Action;
use jiff::civil::Date;

use crate::component::Html;
use crate::locale::T;

/// All that a reviewer is to look at with their own eyes; what comes after the filing is not among it.
#[must_use]
pub fn for_reviewer(t: T, draft: &Draft, action: &str, on: Date) -> Html {
    let wanted = Wanted {
        province: Province::from_code(&draft.basic.province),
        nature: Nature::from_word(&draft.basic.nature),
        action: Some(Action::from_word(action).unwrap_or(Action::FirstFiling)),
        on: Some(on),
        ..Wanted::default()
    };
    let judged = |rule: &&Rule| rule.kind == RuleKind::Guidance && rule.fields.iter().any(|field| field != "order");
    let lines = select(&wanted).filter(judged).map(|rule| (t.text(&rule.message).to_owned(), rule.source.clone()));
    Html::of(&Folded { title: t.msg("advice-review-title"), lines: lines.collect() })
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

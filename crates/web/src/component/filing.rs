//! What can be asked of something filed, and why the rest cannot.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::component::Link;

/// The acts of a filed subject or site: buttons for those that are possible, sentences for those that are not.
#[derive(Debug, Clone, Default, Template)]
#[template(
    ext = "html",
    source = r#"<div class="filing-acts">{% if !links.is_empty() || !danger.is_empty() %}<p class="facts-links">{% for link in links %}<a class="btn btn-quiet" href="{{ link.href }}">{{ link.word }}</a>{% endfor %}{% for link in danger %}<a class="danger" href="{{ link.href }}">{{ link.word }}</a>{% endfor %}</p>{% endif %}{% for (acts, why) in closed %}<p class="hint">{{ acts }}: {{ why }}</p>{% endfor %}</div>"#
)]
pub struct FilingActs {
    /// What changes or adds something.
    pub links: Vec<Link>,
    /// What ends something.
    pub danger: Vec<Link>,
    /// Acts that are not possible, with the reason they share.
    pub closed: Vec<(String, String)>,
}

impl HtmlSafe for FilingActs {}

//! The pieces pages are made of: each is a small struct with a template of its own, so that the same tag, finding or
//! timeline looks the same everywhere and can also be sent alone as a fragment.
//!
//! Components carry words ready to be read; who makes them speaks the reader's language.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::locale::T;

pub mod document;
pub mod filing;
pub mod form;
pub mod list;
pub mod progress;
pub mod verdict;

/// A piece of a page that is already HTML.
#[derive(Debug, Clone, Default)]
pub struct Html(String);

impl Html {
    /// The HTML of a component.
    #[must_use]
    pub fn of(component: &impl Template) -> Self {
        // Rendering into a string fails only when a value's `Display` does, and those of the components never do.
        Self(component.render().unwrap_or_default())
    }
}

impl Html {
    /// HTML that a library of ours made out of nothing a person typed.
    #[must_use]
    pub const fn trusted(html: String) -> Self {
        Self(html)
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// A card: a title, a sentence, and pieces below each other.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "card.html")]
pub struct Card {
    /// What it is about; nothing for a card that needs no title.
    pub title: String,
    /// A sentence below the title.
    pub text: String,
    /// Its pieces.
    pub body: Vec<Html>,
    /// Quiet links at the end.
    pub links: Vec<Link>,
    /// Where links can lead to.
    pub id: String,
    /// The content reaches the edges of the card.
    pub flush: bool,
}

impl Card {
    /// A card with one piece.
    #[must_use]
    pub fn with(title: impl Into<String>, piece: &impl Template) -> Self {
        Self { title: title.into(), body: vec![Html::of(piece)], ..Self::default() }
    }

    /// The card as a piece of a page.
    #[must_use]
    pub fn html(&self) -> Html {
        Html::of(self)
    }
}

/// A paragraph that stands out: something was done, or should be known.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="notice notice-{{ tone.class() }}"><p>{{ text }}</p>{% if let Some(link) = link %}<p><a href="{{ link.href }}"{% if link.outside %} target="_blank" rel="noopener"{% endif %}>{{ link.word }}</a></p>{% endif %}</div>"#
)]
pub struct Notice {
    /// What it feels like.
    pub tone: Tone,
    /// What it says.
    pub text: String,
    /// Where to go on.
    pub link: Option<Link>,
}

/// What a status feels like; it chooses colour and icon, while the word says the same without either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Done, right.
    Ok,
    /// Waiting, or worth a look.
    Wait,
    /// Wrong, must be mended.
    Stop,
    /// Good to know.
    Info,
    /// Nothing yet.
    #[default]
    Plain,
}

impl Tone {
    /// The tone's word in class names.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Wait => "wait",
            Self::Stop => "stop",
            Self::Info => "info",
            Self::Plain => "plain",
        }
    }

    /// The icon that goes with the tone.
    #[must_use]
    pub const fn icon(self) -> Icon {
        match self {
            Self::Ok => Icon("check"),
            Self::Wait => Icon("dot"),
            Self::Stop => Icon("cross"),
            Self::Info => Icon("info"),
            Self::Plain => Icon("ring"),
        }
    }
}

/// A small drawing, hidden from screen readers because a word always stands beside it.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "icon.html")]
pub struct Icon(
    /// The drawing's name in `icon.html`.
    pub &'static str,
);

/// A status: icon, word and colour, always the three.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<span class="tag tag-{{ tone.class() }}">{{ tone.icon() }}<span>{{ word }}</span></span>"#
)]
pub struct Tag {
    /// What it feels like.
    pub tone: Tone,
    /// What it says.
    pub word: String,
}

impl Tag {
    /// A tag of this tone and word.
    #[must_use]
    pub fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self { tone, word: word.into() }
    }
}

/// Quiet links on their own, below everything else.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<p class="facts-links no-print">{% for link in links %}<a href="{{ link.href }}">{{ link.word }}</a>{% endfor %}</p>"#
)]
pub struct Links {
    /// The links.
    pub links: Vec<Link>,
}

/// Paragraphs of plain text.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="prose">{% for text in paragraphs %}<p>{{ text }}</p>{% endfor %}</div>"#
)]
pub struct Prose {
    /// The paragraphs.
    pub paragraphs: Vec<String>,
}

/// A link that may look like a button.
#[derive(Debug, Clone, Default)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// What it says.
    pub word: String,
    /// Whether it leaves this platform, so that it opens beside the page.
    pub outside: bool,
}

impl Link {
    /// A link within the platform.
    #[must_use]
    pub fn new(href: impl Into<String>, word: impl Into<String>) -> Self {
        Self { href: href.into(), word: word.into(), outside: false }
    }

    /// A link that leaves the platform.
    #[must_use]
    pub fn outside(href: impl Into<String>, word: impl Into<String>) -> Self {
        Self { outside: true, ..Self::new(href, word) }
    }
}

/// What a check found: what is wrong, how to mend it, and where the rule stands.
#[derive(Debug, Clone, Template)]
#[template(path = "finding.html")]
pub struct FindingBox {
    /// The reader's language.
    pub t: T,
    /// Stop for a block, wait for a warning, info for a question.
    pub tone: Tone,
    /// What is wrong, in one sentence.
    pub message: String,
    /// How to mend it.
    pub fix: String,
    /// The rule's id and source, in small print.
    pub source: String,
    /// Where the field is, and its name.
    pub link: Option<Link>,
}

/// The list of what must be mended, on top of a page; it takes the focus.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "error_summary.html")]
pub struct ErrorSummary {
    /// The reader's language.
    pub t: T,
    /// One link per thing, to its field, in the words that stand beside the field.
    pub items: Vec<Link>,
}

/// One line of a list of facts.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
    /// A second, smaller line.
    pub note: String,
    /// A status beside or in place of the value.
    pub tag: Option<Tag>,
}

impl Row {
    /// A line of label and value.
    #[must_use]
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), ..Self::default() }
    }

    /// The same line with a smaller one below.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The same line with a status.
    #[must_use]
    pub fn tag(mut self, tag: Tag) -> Self {
        self.tag = Some(tag);
        self
    }
}

/// A card of facts beside the main matter, with links below.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "facts.html")]
pub struct Facts {
    /// The card's title.
    pub title: String,
    /// Its lines.
    pub rows: Vec<Row>,
    /// A paragraph below the lines.
    pub text: String,
    /// Quiet links at the end.
    pub links: Vec<Link>,
    /// A link to a dangerous act, at the very end.
    pub danger: Option<Link>,
}

/// What an empty list says: what the place is for and what to do.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="empty-state"><p class="empty-title">{{ title }}</p><p>{{ text }}</p>
{%- if let Some(link) = link %}<p><a class="btn btn-primary" href="{{ link.href }}">{{ link.word }}</a></p>{% endif -%}
</div>"#
)]
pub struct Empty {
    /// That there is nothing yet.
    pub title: String,
    /// What the place is for.
    pub text: String,
    /// What to do.
    pub link: Option<Link>,
}

impl HtmlSafe for Icon {}
impl HtmlSafe for Tag {}
impl HtmlSafe for FindingBox {}
impl HtmlSafe for ErrorSummary {}
impl HtmlSafe for Facts {}
impl HtmlSafe for Empty {}

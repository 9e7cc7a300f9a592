//! The verdict before any form: the form that asks, the card that answers, the papers, the link to share.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::component::form::Field;
use crate::component::{Icon, Link, Row, Tone};
use crate::locale::T;

/// The questions; they travel in the address, so that the answer is a link.
#[derive(Debug, Clone, Template)]
#[template(path = "preflight_form.html")]
pub struct QuestionForm {
    /// The reader's language.
    pub t: T,
    /// What it is called beside a result; nothing while it stands alone.
    pub title: String,
    /// What is asked of everybody.
    pub fields: Vec<Field>,
    /// What makes the answer sharper.
    pub more: Vec<Field>,
    /// Whether the sharper questions are shown at once.
    pub open: bool,
    /// What the button says.
    pub submit: String,
}

/// What it comes to, in one word, with the three things people want to know next.
#[derive(Debug, Clone, Template)]
#[template(path = "verdict.html")]
pub struct VerdictCard {
    /// The reader's language.
    pub t: T,
    /// What it feels like.
    pub tone: Tone,
    /// What was judged, in one line.
    pub about: String,
    /// The verdict.
    pub word: String,
    /// The same in a sentence, with what to do.
    pub text: String,
    /// Type of filing, first day, opening.
    pub facts: Vec<Row>,
    /// Where to begin.
    pub start: Option<Link>,
    /// Whether to begin is the thing to do now.
    pub eager: bool,
}

/// The papers that will be asked for.
#[derive(Debug, Clone, Template)]
#[template(path = "papers_list.html")]
pub struct PaperList {
    /// The name of each, and how it must look or why it is asked for.
    pub papers: Vec<(String, String)>,
}

/// A list of things to know, with nothing to tick off.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<ul class="plain-list">{% for line in lines %}<li>{{ line }}</li>{% endfor %}</ul>"#
)]
pub struct PlainList {
    /// What is to be known.
    pub lines: Vec<String>,
}

/// The link to this verdict.
#[derive(Debug, Clone, Template)]
#[template(path = "share.html")]
pub struct Share {
    /// The reader's language.
    pub t: T,
    /// The whole address.
    pub link: String,
}

impl VerdictCard {
    /// The sign of a tone, larger than in a tag.
    #[must_use]
    pub const fn sign(&self) -> Icon {
        self.tone.icon()
    }
}

impl HtmlSafe for QuestionForm {}
impl HtmlSafe for VerdictCard {}
impl HtmlSafe for PaperList {}
impl HtmlSafe for Share {}

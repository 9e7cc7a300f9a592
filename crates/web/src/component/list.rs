//! Lists: tables, orders, slots for papers, duties, messages.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::component::document::Picture;
use crate::component::progress::Post;
use crate::component::{Icon, Link, Tag};
use crate::locale::T;

/// One cell of a table.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Its text.
    pub text: String,
    /// A second, smaller line.
    pub note: String,
    /// Where the text leads.
    pub href: String,
    /// A status.
    pub tag: Option<Tag>,
    /// Something that can be done in this row.
    pub post: Option<Post>,
    /// A number or hash in fixed width.
    pub fixed: bool,
}

impl Cell {
    /// A cell of text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A cell with a status.
    #[must_use]
    pub fn tag(tag: Tag) -> Self {
        Self { tag: Some(tag), ..Self::default() }
    }

    /// A cell with a link.
    #[must_use]
    pub fn link(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into(), ..Self::default() }
    }

    /// A cell with a button.
    #[must_use]
    pub fn post(post: Option<Post>) -> Self {
        Self { post, ..Self::default() }
    }

    /// A hash or another long word in fixed width.
    #[must_use]
    pub fn fixed(text: impl Into<String>) -> Self {
        Self { text: text.into(), fixed: true, ..Self::default() }
    }

    /// The same cell with a smaller line below.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// A table; on a phone each row becomes a block.
#[derive(Debug, Clone, Template)]
#[template(path = "table.html")]
pub struct Table {
    /// What it lists, for screen readers.
    pub caption: String,
    /// The column titles.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Where more is.
    pub more: Option<Link>,
}

impl Table {
    /// What a column is called, for rows that stand as blocks on a phone.
    #[must_use]
    pub fn column(&self, index: &usize) -> &str {
        self.head.get(*index).map_or("", String::as_str)
    }
}

/// One order in a list of orders.
#[derive(Debug, Clone)]
pub struct OrderLine {
    /// Its page.
    pub href: String,
    /// Its domain.
    pub domain: String,
    /// What it is and when it last changed.
    pub detail: String,
    /// Its stage.
    pub tag: Tag,
    /// Who acts next, and by when.
    pub next: String,
}

/// A list of orders.
#[derive(Debug, Clone, Template)]
#[template(path = "orders_list.html")]
pub struct OrderList {
    /// The orders, latest first.
    pub lines: Vec<OrderLine>,
    /// Where more is.
    pub more: Option<Link>,
}

/// A paper that is asked for, with what was given.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The slot, such as `materials.subject_certificate`.
    pub slot: String,
    /// What it is.
    pub title: String,
    /// How it must look.
    pub hint: String,
    /// Why it is asked for.
    pub why: String,
    /// What its file must be, how old it may be, and what the province says besides.
    pub details: Vec<String>,
    /// Where that was read.
    pub source: String,
    /// The form to fill in, as a page and as PDF.
    pub forms: Vec<Link>,
    /// Whether it is there.
    pub tag: Tag,
    /// The picture, when it is there.
    pub picture: Option<Picture>,
    /// Where a file is sent; nothing when it cannot be changed.
    pub upload: Option<String>,
    /// Where it is removed.
    pub remove: Option<String>,
    /// What is wrong with it.
    pub problem: String,
}

impl Slot {
    /// The id of the slot in the page.
    #[must_use]
    pub fn id(&self) -> String {
        crate::component::form::id_of(&self.slot)
    }
}

/// The papers of an order.
#[derive(Debug, Clone, Template)]
#[template(path = "slots.html")]
pub struct Slots {
    /// The reader's language.
    pub t: T,
    /// The papers.
    pub slots: Vec<Slot>,
}

/// A paper of an order as a reviewer checks it off.
#[derive(Debug, Clone)]
pub struct PaperLine {
    /// What it is.
    pub title: String,
    /// Whether it is there.
    pub tag: Tag,
    /// Why it is needed.
    pub why: String,
}

/// The papers of an order, to check off.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"{% if lines.is_empty() %}<p class="muted">{{ none }}</p>{% endif %}<ul class="paper-lines">{% for line in lines %}<li><p>{{ line.title }} {{ line.tag }}</p>{% if !line.why.is_empty() %}<p class="hint">{{ line.why }}</p>{% endif %}</li>{% endfor %}</ul>"#
)]
pub struct PaperLines {
    /// What is said when there are none.
    pub none: String,
    /// The papers.
    pub lines: Vec<PaperLine>,
}

/// One thing to take with the phone.
#[derive(Debug, Clone)]
pub struct ShotLine {
    /// What it is.
    pub title: String,
    /// Where it is taken; nothing on the watching page.
    pub href: String,
    /// Whether it is there.
    pub tag: Tag,
}

/// What came from the phone so far; the watching page asks for it again every few seconds.
#[derive(Debug, Clone, Template)]
#[template(path = "live.html")]
pub struct Live {
    /// The reader's language.
    pub t: T,
    /// Where the fragment is asked for again; nothing once nothing more can come.
    pub poll: Option<String>,
    /// What the phone is doing.
    pub state: Tag,
    /// Until when the link is good.
    pub until: String,
    /// What was taken and what is missing.
    pub lines: Vec<ShotLine>,
    /// Where to go on once everything is there.
    pub next: Option<Link>,
}

/// A QR code with the address it carries.
#[derive(Debug, Clone, Template)]
#[template(path = "qr.html")]
pub struct Qr {
    /// The reader's language.
    pub t: T,
    /// The drawing.
    pub svg: crate::component::Html,
    /// The same as an address.
    pub url: String,
    /// How to use it, step by step.
    pub steps: Vec<String>,
}

/// The numbers that were issued.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<dl class="numbers">{% for (label, number) in numbers %}<div><dt>{{ label }}</dt><dd>{{ number }}</dd></div>{% endfor %}</dl>"#
)]
pub struct Numbers {
    /// What each is, and the number.
    pub numbers: Vec<(String, String)>,
}

/// Text to be copied as it is.
#[derive(Debug, Clone, Template)]
#[template(path = "snippet.html")]
pub struct Snippet {
    /// The reader's language.
    pub t: T,
    /// The id of the text.
    pub id: String,
    /// The text.
    pub text: String,
}

/// What has to be done after the filing.
#[derive(Debug, Clone)]
pub struct DutyLine {
    /// What.
    pub title: String,
    /// How.
    pub text: String,
    /// Where.
    pub link: Option<Link>,
    /// By when.
    pub tag: Tag,
}

/// The duties after the filing.
#[derive(Debug, Clone, Template)]
#[template(path = "duties.html")]
pub struct Duties {
    /// The duties, the nearest first.
    pub lines: Vec<DutyLine>,
}

/// One message of the demonstration.
#[derive(Debug, Clone)]
pub struct Message {
    /// Mail or text message, and its state.
    pub tag: Tag,
    /// To whom.
    pub to: String,
    /// When.
    pub at: String,
    /// The subject of a mail.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// The messages of the demonstration.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"{% for message in messages %}<article class="message"><p>{{ message.tag }} <strong>{{ message.to }}</strong> <span class="muted">{{ message.at }}</span></p>{% if !message.subject.is_empty() %}<h2>{{ message.subject }}</h2>{% endif %}<pre>{{ message.text }}</pre></article>{% endfor %}"#
)]
pub struct Messages {
    /// The messages, latest first.
    pub messages: Vec<Message>,
}

/// Questions with an answer, a sentence each.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="guidance"><h2>{{ title }}</h2><ul>{% for line in lines %}<li>{{ line.0 }}{% if !line.1.is_empty() %}<span class="source row-note">{{ line.1 }}</span>{% endif %}</li>{% endfor %}</ul></div>"#
)]
pub struct Guidance {
    /// Whose rules they are.
    pub title: String,
    /// Each rule with its source.
    pub lines: Vec<(String, String)>,
}

/// The three axes of a domain: filed, accessed here, open.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<dl class="axes">{% for (label, tag, note) in axes %}<div><dt>{{ label }}</dt><dd>{{ tag }}<span class="row-note">{{ note }}</span></dd></div>{% endfor %}</dl>"#
)]
pub struct Axes {
    /// Label, status, and what it means.
    pub axes: Vec<(String, Tag, String)>,
}

/// A box to search in.
#[derive(Debug, Clone, Template)]
#[template(path = "search.html")]
pub struct Search {
    /// The reader's language.
    pub t: T,
    /// What was asked for.
    pub q: String,
}

/// Ways to look at a list.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<nav aria-label="{{ label }}"><ul class="tabs">{% for (link, here) in tabs %}<li><a href="{{ link.href }}"{% if here %} aria-current="page"{% endif %}>{{ link.word }}</a></li>{% endfor %}</ul></nav>"#
)]
pub struct Tabs {
    /// What they choose, for screen readers.
    pub label: String,
    /// Each with whether it is the one looked at.
    pub tabs: Vec<(Link, bool)>,
}

impl HtmlSafe for Table {}
impl HtmlSafe for OrderList {}
impl HtmlSafe for Slots {}
impl HtmlSafe for Live {}
impl HtmlSafe for Qr {}
impl HtmlSafe for Numbers {}
impl HtmlSafe for Snippet {}
impl HtmlSafe for Duties {}
impl HtmlSafe for Messages {}
impl HtmlSafe for Guidance {}
impl HtmlSafe for Axes {}
impl HtmlSafe for Search {}
impl HtmlSafe for Tabs {}

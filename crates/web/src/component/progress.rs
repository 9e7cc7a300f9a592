//! Where an order stands: segments, the card of what to do now, the timeline, the task list.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::component::{Link, Tag};
use crate::locale::T;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Behind us.
    Done,
    /// Being waited for.
    Now,
    /// Ahead.
    Coming,
}

impl When {
    /// The word in class names.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Coming => "coming",
        }
    }
}

/// The bar of segments below a page title.
#[derive(Debug, Clone, Template)]
#[template(
    ext = "html",
    source = r#"<div class="segments" role="img" aria-label="{{ label }}">
{%- for step in steps %}<span class="segment segment-{{ step.class() }}"></span>{% endfor -%}
</div>"#
)]
pub struct Segments {
    /// The steps in their order.
    pub steps: Vec<When>,
    /// The same in words.
    pub label: String,
}

/// One entry of a timeline.
#[derive(Debug, Clone)]
pub struct Step {
    /// Done, now or coming.
    pub when: When,
    /// What happened or will.
    pub title: String,
    /// The time it happened, or by when it must.
    pub time: String,
    /// Who, how, how long.
    pub detail: String,
    /// Where to see more.
    pub link: Option<Link>,
}

/// The road of an order: done, now, to come.
#[derive(Debug, Clone, Template)]
#[template(path = "timeline.html")]
pub struct Timeline {
    /// The reader's language.
    pub t: T,
    /// The entries, oldest first.
    pub steps: Vec<Step>,
}

/// Time that runs out.
#[derive(Debug, Clone)]
pub struct Countdown {
    /// The instant, RFC 3339, for the script that counts.
    pub until: String,
    /// What is left now.
    pub left: String,
    /// The instant in words.
    pub line: String,
}

/// A button of the now card that does something here.
#[derive(Debug, Clone)]
pub struct Post {
    /// Where the form goes.
    pub action: String,
    /// What the button says.
    pub word: String,
    /// Hidden fields.
    pub hidden: Vec<(String, String)>,
}

/// Whose turn it is, what to do, until when, and what happens otherwise.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "now.html")]
pub struct NowCard {
    /// Whose turn and what.
    pub title: String,
    /// What to do, in a sentence or two.
    pub text: String,
    /// Time that runs out.
    pub countdown: Option<Countdown>,
    /// Facts beside the countdown.
    pub notes: Vec<String>,
    /// Tags beside the countdown: who has done their part.
    pub tags: Vec<(String, Tag)>,
    /// The one primary act, when it is a link.
    pub primary: Option<Link>,
    /// The primary or second act, when it changes something here.
    pub post: Option<Post>,
    /// A quieter way.
    pub second: Option<Link>,
}

/// One line of the task list.
#[derive(Debug, Clone)]
pub struct TaskLine {
    /// The section's name.
    pub title: String,
    /// What it needs, in one line.
    pub need: String,
    /// Where it is filled in; nothing when it cannot be started.
    pub href: Option<String>,
    /// The same for a phone: the first question.
    pub phone_href: Option<String>,
    /// Its status.
    pub tag: Tag,
}

/// The sections of an order with their status.
#[derive(Debug, Clone, Template)]
#[template(path = "tasks.html")]
pub struct TaskList {
    /// Groups of lines under a heading.
    pub groups: Vec<(String, Vec<TaskLine>)>,
}

impl HtmlSafe for Segments {}
impl HtmlSafe for Timeline {}
impl HtmlSafe for NowCard {}
impl HtmlSafe for TaskList {}

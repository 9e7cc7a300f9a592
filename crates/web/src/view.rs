//! Whole pages: the frame around them and the few shapes they have.

use askama::Template;

use crate::component::document::{CaseCard, Decision, Viewer};
use crate::component::list::Search;
use crate::component::progress::Segments;
use crate::component::{Html, Icon, Link, Tag};
use crate::locale::T;

/// One entry of the main navigation.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Where to.
    pub href: &'static str,
    /// What it says.
    pub word: String,
    /// How many wait there.
    pub count: Option<u64>,
    /// Whether the page belongs to it.
    pub here: bool,
}

/// The frame around every page: who is here, where they can go, in which language.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// The page's title in the browser's tab.
    pub title: String,
    /// Where the mark leads.
    pub home: &'static str,
    /// The main navigation.
    pub nav: Vec<NavItem>,
    /// Who is signed in, as it stands at the right end.
    pub who: Option<String>,
    /// Whether a stranger is offered to log in and register.
    pub strangers: bool,
    /// The whole width of the window, for the desk.
    pub wide: bool,
    /// A narrow column, for forms.
    pub narrow: bool,
    /// One question on a white page, on a phone.
    pub one_question: bool,
    /// When the draft was last saved, in place of who is signed in.
    pub saved: String,
    /// What was just done.
    pub flash: Option<String>,
    /// Whether this is a demonstration.
    pub demo: bool,
    /// Whose platform it is.
    pub provider: String,
    /// The address of the page, to come back to after changing the language.
    pub path: String,
}

impl Shell {
    /// The address of an embedded file.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        crate::asset::url(name)
    }
}

/// The head of a page: where it is, what it is about, how it stands.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// The way here; an entry without address is only words.
    pub crumbs: Vec<Link>,
    /// What the page is about.
    pub title: String,
    /// The same, continued in a quieter voice.
    pub small: String,
    /// Facts below the title.
    pub sub: Vec<String>,
    /// How it stands.
    pub tag: Option<Tag>,
    /// A sentence on what to do here.
    pub lead: String,
    /// How far it has come.
    pub segments: Option<Segments>,
}

/// A page of cards, with or without a second column.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "page.html")]
pub struct Page {
    /// The reader's language.
    pub t: T,
    /// The frame.
    pub shell: Shell,
    /// The head.
    pub head: Head,
    /// What comes first over the whole width: summaries of errors, notices, tabs.
    pub top: Vec<Html>,
    /// The main column.
    pub main: Vec<Html>,
    /// The second column.
    pub aside: Vec<Html>,
}

/// The verdict before any form: the answers beside what they come to; on a phone the verdict comes first.
#[derive(Debug, Clone, Template)]
#[template(path = "preflight.html")]
pub struct PreflightPage {
    /// The reader's language.
    pub t: T,
    /// The frame.
    pub shell: Shell,
    /// The head.
    pub head: Head,
    /// Summaries of errors.
    pub top: Vec<Html>,
    /// What the answers come to; nothing before they are all given.
    pub result: Vec<Html>,
    /// The answers.
    pub form: Html,
    /// What this is good for, while there is no result.
    pub aside: Vec<Html>,
}

/// The case page of the desk: data beside documents beside the decision.
#[derive(Debug, Clone, Template)]
#[template(path = "case.html")]
pub struct CasePage {
    /// The reader's language.
    pub t: T,
    /// The frame.
    pub shell: Shell,
    /// The head.
    pub head: Head,
    /// Notices over the whole width.
    pub top: Vec<Html>,
    /// The address of the case, below which its acts are.
    pub base: String,
    /// Whether the facts can be marked now, by this reader.
    pub marking: bool,
    /// The facts, in cards.
    pub cards: Vec<CaseCard>,
    /// The papers.
    pub viewer: Viewer,
    /// The decision, where this reader can make one.
    pub decision: Option<Decision>,
    /// Calls and what else stands beside.
    pub side: Vec<Html>,
}

/// The first page a stranger sees.
#[derive(Debug, Clone, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The reader's language.
    pub t: T,
    /// The frame.
    pub shell: Shell,
    /// The way of a filing in four steps.
    pub steps: Vec<(String, String)>,
    /// The look-up.
    pub search: Search,
}

/// Taking one photo on a phone.
#[derive(Debug, Clone, Template)]
#[template(path = "shot.html")]
pub struct ShotPage {
    /// The reader's language.
    pub t: T,
    /// The frame.
    pub shell: Shell,
    /// The head.
    pub head: Head,
    /// Notices.
    pub top: Vec<Html>,
    /// Where the photo goes.
    pub action: String,
    /// Where to go on.
    pub next: String,
    /// The camera to use: `environment` or `user`.
    pub facing: &'static str,
    /// Whether a face is taken, not a paper.
    pub face: bool,
    /// The photo taken before.
    pub current: Option<String>,
    /// How a good photo looks.
    pub tips: Vec<String>,
}

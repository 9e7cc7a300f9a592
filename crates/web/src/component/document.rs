//! The document of an order as it is read: groups of answers, the papers beside them, the reviewer's rows.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::component::{FindingBox, Icon, Link, Row, Tag};
use crate::locale::T;

/// A group of answers with a link to change them.
#[derive(Debug, Clone)]
pub struct Group {
    /// The group's title.
    pub title: String,
    /// Its answers.
    pub rows: Vec<Row>,
    /// Where they are changed; nothing when they cannot be.
    pub change: Option<Link>,
    /// Pictures that belong to the group.
    pub pictures: Vec<Picture>,
}

/// The whole document: what is sent, in the order it is sent.
#[derive(Debug, Clone, Template)]
#[template(path = "answers_document.html")]
pub struct AnswersDocument {
    /// The reader's language.
    pub t: T,
    /// Its groups.
    pub groups: Vec<Group>,
}

/// A paper or photo of the order.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The slot it fills, such as `materials.subject_certificate`.
    pub slot: String,
    /// What it is.
    pub title: String,
    /// Where the picture is served.
    pub src: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// When it came, how large it is.
    pub note: String,
}

/// The papers of a case, one at a time with the buttons to look closely; without scripts, a list of pictures.
#[derive(Debug, Clone, Template)]
#[template(path = "viewer.html")]
pub struct Viewer {
    /// The reader's language.
    pub t: T,
    /// The papers in the order they are looked at.
    pub pictures: Vec<Picture>,
    /// Where a paper is marked as to be brought again; nothing where this reader cannot.
    pub mark: Option<String>,
    /// Whether the pictures are not shown here, but named with a link to where a reason is asked for.
    pub closed: bool,
}

/// One fact of a case with what the reviewer made of it.
#[derive(Debug, Clone)]
pub struct CaseLine {
    /// The field's path.
    pub field: String,
    /// Its name.
    pub label: String,
    /// Its value, masked.
    pub value: String,
    /// The value before resubmission, when it changed.
    pub before: Option<String>,
    /// Where a masked value can be revealed.
    pub reveal: Option<String>,
    /// The reviewer's mark, as a status.
    pub tag: Tag,
    /// The mark's word in forms and classes: `none`, `seen`, `ok`, `needs_change`.
    pub mark: &'static str,
    /// The advice already written.
    pub advice: String,
    /// What the checks found.
    pub findings: Vec<FindingBox>,
    /// The slot of the paper that proves it.
    pub proof: String,
}

impl CaseLine {
    /// The id of the line in the page.
    #[must_use]
    pub fn id(&self) -> String {
        format!("row-{}", self.field.replace(['.', '_'], "-"))
    }
}

/// A card of facts of a case.
#[derive(Debug, Clone)]
pub struct CaseCard {
    /// The card's title.
    pub title: String,
    /// Its facts.
    pub lines: Vec<CaseLine>,
}

impl CaseCard {
    /// Whether a fact of it is still unseen.
    #[must_use]
    pub fn has_unseen(&self) -> bool {
        self.lines.iter().any(|line| line.mark == "none")
    }
}

/// What can be decided now, what is unseen, and what will be sent.
#[derive(Debug, Clone, Template)]
#[template(path = "decision.html")]
pub struct Decision {
    /// The reader's language.
    pub t: T,
    /// The address of the case.
    pub base: String,
    /// How many facts are still unseen.
    pub unseen: Vec<Link>,
    /// What will be sent to the applicant: field, link, advice.
    pub requests: Vec<(Link, String)>,
    /// Why it cannot be passed yet; empty when it can.
    pub pass_blocked: Vec<String>,
    /// Why it cannot be sent back yet; empty when it can.
    pub changes_blocked: Vec<String>,
}

impl HtmlSafe for AnswersDocument {}
impl HtmlSafe for Viewer {}
impl HtmlSafe for Decision {}

//! A letter as a page to print.

use askama::Template as _;

use crate::fill::{Block, Letter, Span};
use crate::font::missing;
use crate::form::words;

/// The style sheet of the page; whoever serves the page serves it too.
pub const STYLE: &str = include_str!("../static/paper.css");

/// What stands around the letter on the screen and is not printed.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The language of these words, as a tag.
    pub language: String,
    /// Where the style sheet is.
    pub style: String,
    /// Scripts to load.
    pub scripts: Vec<String>,
    /// What the letter is for.
    pub about: String,
    /// What to do with it.
    pub advice: String,
    /// Links: where they lead and their words.
    pub links: Vec<(String, String)>,
    /// The word of the button that prints; none without one.
    pub print: Option<String>,
    /// What is said of characters that only this page can show, with `{characters}`.
    pub missing: String,
}

#[derive(askama::Template)]
#[template(path = "paper.html")]
struct Page<'a> {
    letter: &'a Letter,
    around: &'a Around,
    missing: String,
    colon: &'a str,
}

/// Writes the page.
#[must_use]
pub fn page(letter: &Letter, around: &Around) -> String {
    let lacking: String = missing(letter).into_iter().map(|missing| missing.0).collect();
    let missing = if lacking.is_empty() { String::new() } else { around.missing.replace("{characters}", &lacking) };
    let page = Page { letter, around, missing, colon: &words().colon };
    page.render().unwrap_or_default()
}

impl Page<'_> {
    /// A blank as wide spaces.
    fn blank(width: &usize) -> String {
        "\u{2003}".repeat(*width)
    }
}

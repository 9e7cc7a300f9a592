//! The forms as data: their words with `{holes}` for what a draft holds.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use filing::papers::Template;
use filing::text::Text;
use serde::Deserialize;

/// One form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Form {
    /// What stands at its head.
    pub title: String,
    /// What it is for, in a sentence; shown on screen and not printed.
    pub about: Text,
    /// Whether it speaks of one site.
    #[serde(default)]
    pub of_site: bool,
    /// Its parts.
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
}

/// Whom a part is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum For {
    /// Units.
    Unit,
    /// Individuals.
    Individual,
}

/// One part of a form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// Its look.
    pub is: Look,
    /// Its words.
    #[serde(default)]
    pub text: String,
    /// What stands before them in a row.
    #[serde(default)]
    pub label: String,
    /// How many empty lines there are to fill in.
    #[serde(default)]
    pub lines: usize,
    /// Whether it is repeated for every site the letter speaks of.
    #[serde(default)]
    pub each_site: bool,
    /// Whom it is for; none for everybody.
    #[serde(default, rename = "for")]
    pub whom: Option<For>,
}

/// How a part looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Look {
    /// Whom it is addressed to, at the margin.
    Address,
    /// A paragraph with an indent.
    Paragraph,
    /// A heading.
    Heading,
    /// A label and a value.
    Row,
    /// Empty lines to fill in.
    Lines,
    /// A line of the signatures at the end.
    Sign,
}

macro_rules! forms {
    ($($template:ident => $file:literal),+ $(,)?) => {
        const FORMS: &[(Template, &str)] = &[$((Template::$template, include_str!(concat!("../data/form/", $file)))),+];
    };
}

forms! {
    PrincipalLetter => "principal-letter.toml",
    ManagerLetter => "manager-letter.toml",
    ShanghaiLetter => "shanghai-letter.toml",
    BothRolesLetter => "both-roles-letter.toml",
    Commitment => "commitment.toml",
    NoPreApproval => "no-pre-approval.toml",
    NoTraining => "no-training.toml",
    Finance => "finance.toml",
    Culture => "culture.toml",
    SitePlan => "site-plan.toml",
    RenameLetter => "rename-letter.toml",
    DomainStatement => "domain-statement.toml",
    ResidenceStatement => "residence-statement.toml",
}

/// A template's form.
pub(crate) fn form(template: Template) -> &'static Form {
    static READ: OnceLock<BTreeMap<Template, Form>> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "the files are compiled in and a test reads every one")]
    let read = READ.get_or_init(|| {
        FORMS.iter().map(|(template, text)| (*template, toml::from_str(text).expect("data/form is well formed"))).collect()
    });
    #[expect(clippy::expect_used, reason = "a test asks for every template")]
    read.get(&template).expect("every template has its form")
}

/// The two words of a date line, and what stands between label and value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    /// What ends a label.
    pub colon: String,
    /// What opens a bracket.
    pub bracket: String,
    /// What stands between the names of several things.
    pub and: String,
    /// Which sheet of how many, with `{page}` and `{pages}`.
    pub sheet: String,
    /// How wide the line is for a value that is not there, in characters, by the hole.
    pub blanks: BTreeMap<String, usize>,
}

/// The words all forms share.
pub(crate) fn words() -> &'static Words {
    static READ: OnceLock<Words> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
    READ.get_or_init(|| toml::from_str(include_str!("../data/words.toml")).expect("data/words.toml is well formed"))
}

//! Parameters of sites: their names, contents and remarks.

use serde::Deserialize;

/// What a province says of service contents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ContentRule {
    /// Contents that are refused.
    pub forbidden: Vec<String>,
    /// Contents that need a pre-approval.
    pub needs_approval: Vec<String>,
    /// Contents of which one must be chosen.
    pub required: Vec<String>,
}

/// What a province says of the site's remark.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RemarkRule {
    /// Whether there must be one.
    pub required: bool,
    /// How many characters it must have.
    pub min_chars: Option<usize>,
    /// Words it must not contain.
    pub forbidden: Vec<String>,
    /// The statement it must contain, by name; authorities word it themselves.
    pub statement: Option<String>,
}

/// What a province says of site names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SiteNameRule {
    /// Words that are refused.
    pub forbidden: Vec<String>,
    /// Words that need a pre-approval.
    pub needs_approval: Vec<String>,
    /// How many characters a name must have.
    pub min_chars: Option<usize>,
    /// How many Chinese characters a name must have.
    pub min_han: Option<usize>,
    /// Whether Latin letters are refused.
    pub no_latin: bool,
    /// Whether places are refused to all but state bodies.
    pub no_places: bool,
    /// Words that, beside a place, make a name the government's.
    pub regional: Vec<String>,
    /// How a name must end.
    pub endings: Vec<String>,
}

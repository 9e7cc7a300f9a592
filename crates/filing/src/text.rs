//! A sentence in both languages of the product.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One text, Chinese first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The Chinese text.
    pub zh: String,
    /// The English text.
    pub en: String,
}

impl Text {
    /// Makes a text of its two halves.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The half for a language tag: English for `en…`, Chinese for all else.
    #[must_use]
    pub fn in_language(&self, tag: &str) -> &str {
        if tag.starts_with("en") { &self.en } else { &self.zh }
    }

    /// Fills `{name}` in both halves.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let hole = format!("{{{name}}}");
        Self { zh: self.zh.replace(&hole, value), en: self.en.replace(&hole, value) }
    }
}

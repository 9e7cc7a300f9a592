//! The two languages of the product.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A language people are addressed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum Language {
    /// Chinese as written in mainland China; what is spoken when nothing is known.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Both languages, Chinese first.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The language's tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The language of a tag: English for `en` and its regions, Chinese for everything else.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        if tag == "en" || tag.starts_with("en-") { Self::English } else { Self::Chinese }
    }
}

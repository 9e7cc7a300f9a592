//! What the terminal says in Chinese and in English; the words stand in `locales/`.

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid, static_loader};
use std::borrow::Cow;
use std::collections::HashMap;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "zh-CN",
        // Isolation marks would end up in copied addresses and numbers.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ZH: LanguageIdentifier = langid!("zh-CN");
static EN: LanguageIdentifier = langid!("en");

/// A language of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    /// The language asked for, else the terminal's, else English (a terminal that says nothing may have no Chinese font).
    pub fn choose(asked: Option<&str>) -> Self {
        let of_terminal = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        Self::tagged(asked.or(of_terminal.as_deref()).unwrap_or_default())
    }

    fn tagged(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("zh") { Self::Zh } else { Self::En }
    }

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The text of a key with its arguments.
    pub fn say(self, key: &str, arguments: &[(&'static str, String)]) -> String {
        let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> =
            arguments.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(value.as_str()))).collect();
        LOCALES.lookup_with_args(self.id(), key, &arguments)
    }

    /// The text of a word of a family: `of("action", "first_filing")` reads `action-first-filing`. A word that a newer
    /// server uses and this program does not know stands for itself.
    pub fn of(self, family: &str, word: &str) -> String {
        self.find(&format!("{family}-{}", word.replace('_', "-"))).unwrap_or_else(|| word.to_owned())
    }

    /// The text of a key, or `None` when the locale has no such key.
    pub fn find(self, key: &str) -> Option<String> {
        LOCALES.lookup_single_language::<&str>(self.id(), key, None).ok()
    }

    const fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_terminal_gets_chinese_and_any_other_english() {
        assert_eq!(Language::tagged("zh_CN.UTF-8"), Language::Zh);
        assert_eq!(Language::tagged("C.UTF-8"), Language::En);
        assert_eq!(Language::tagged("zh-CN").tag(), "zh-CN");
    }
}

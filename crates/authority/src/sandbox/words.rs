//! The sandbox's texts in both languages.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid, static_loader};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "zh-CN",
        // The marks that isolate placeables show up as boxes in text messages and in old fonts.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static CHINESE: LanguageIdentifier = langid!("zh-CN");
static ENGLISH: LanguageIdentifier = langid!("en");

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Lang {
    #[default]
    Chinese,
    English,
}

impl Lang {
    /// The language of this tag; anything but English is Chinese.
    pub(super) fn tagged(tag: &str) -> Self {
        if tag.starts_with("en") { Self::English } else { Self::Chinese }
    }

    /// The tag of the language for HTML.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The text of a key.
    pub(super) fn text(self, key: &str) -> String {
        LOCALES.lookup(self.id(), key)
    }

    /// The text of a key with values for its placeables.
    pub(super) fn with(self, key: &str, values: &[(&'static str, &str)]) -> String {
        let values: HashMap<Cow<'static, str>, FluentValue<'_>> =
            values.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value))).collect();
        LOCALES.lookup_with_args(self.id(), key, &values)
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::Chinese => &CHINESE,
            Self::English => &ENGLISH,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    fn keys(text: &str) -> BTreeSet<&str> {
        text.lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" ="))
            .map(|(key, _)| key)
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_keys() {
        for (chinese, english) in [
            (include_str!("../../locales/zh-CN/sandbox.ftl"), include_str!("../../locales/en/sandbox.ftl")),
            (include_str!("../../locales/zh-CN/acts.ftl"), include_str!("../../locales/en/acts.ftl")),
        ] {
            let (chinese, english) = (keys(chinese), keys(english));
            assert_eq!(chinese.symmetric_difference(&english).collect::<Vec<_>>(), Vec::<&&str>::new());
            assert!(chinese.len() > 50);
        }
    }
}

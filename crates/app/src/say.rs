//! The words of messages and findings, out of the locale files of this crate.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid, static_loader};

use crate::language::Language;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "zh-CN",
        // No invisible direction marks around values: they would end up in text messages and copied numbers.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const CHINESE: LanguageIdentifier = langid!("zh-CN");
const ENGLISH: LanguageIdentifier = langid!("en");

/// The values that fill the holes of a text.
pub type Values<'a> = &'a [(&'static str, &'a str)];

/// A text in one language; an attribute is named as `message.attribute`.
#[must_use]
pub fn text(language: Language, key: &str, values: Values<'_>) -> Option<String> {
    let language = match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    };
    let values: HashMap<Cow<'static, str>, FluentValue<'_>> =
        values.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value))).collect();
    LOCALES.try_lookup_with_args(language, key, &values)
}

/// A text in both languages.
#[must_use]
pub fn both(key: &str, values: Values<'_>) -> Option<filing::text::Text> {
    Some(filing::text::Text::new(text(Language::Chinese, key, values)?, text(Language::English, key, values)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of a locale file: every `name =` at the beginning of a line and every `.name =` below it.
    fn keys(language: &str, file: &str) -> Vec<String> {
        let path = format!("{}/locales/{language}/{file}", env!("CARGO_MANIFEST_DIR"));
        let mut keys = Vec::new();
        let mut message = String::new();
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let Some((name, _)) = line.split_once('=') else { continue };
            if let Some(attribute) = line.trim_start().strip_prefix('.').filter(|_| line.starts_with(' ')) {
                keys.push(format!("{message}.{}", attribute.split('=').next().unwrap().trim()));
            } else if line.starts_with(|first: char| first.is_ascii_lowercase()) {
                message = name.trim().to_owned();
                keys.push(message.clone());
            }
        }
        keys
    }

    #[test]
    fn both_languages_have_the_same_texts() {
        for file in ["notice.ftl", "finding.ftl", "adding.ftl", "ending.ftl", "ip.ftl"] {
            assert_eq!(keys("zh-CN", file), keys("en", file), "{file}");
        }
    }

    #[test]
    fn a_text_is_filled_without_invisible_marks() {
        let text =
            text(Language::English, "contact-code.sms", &[("provider", "P"), ("code", "123456"), ("minutes", "10")]);
        let text = text.unwrap();
        assert!(text.contains("123456") && text.is_ascii(), "{text}");
    }

    #[test]
    fn an_unknown_text_is_not_made_up() {
        assert_eq!(super::text(Language::Chinese, "no-such-text", &[]), None);
    }
}

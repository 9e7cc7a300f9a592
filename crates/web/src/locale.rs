//! The two languages of the pages, and the one handle through which every word reaches a reader.
//!
//! Words live in `locales/{zh-CN,en}/*.ftl`, never in code or templates. A key is either written out in a call
//! (`t.msg("nav-orders")`) or a family with a member (`t.of("stage", "in_review")` reads `stage-in-review`); a test
//! reads both spellings from the sources and fails on a key that is missing, or that nobody asks for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "zh-CN",
        // Isolation marks would end up in copied filing numbers and addresses.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ZH: LanguageIdentifier = langid!("zh-CN");
static EN: LanguageIdentifier = langid!("en");

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Simplified Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The BCP 47 tag, as in the `lang` attribute and the cookie.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language of a tag; `None` when it is not one of ours.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag().eq_ignore_ascii_case(tag))
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}

/// The handle that turns keys, dates and two-language texts into words of the reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct T(pub Lang);

impl T {
    /// The language this handle speaks.
    #[must_use]
    pub const fn lang(self) -> Lang {
        self.0
    }

    /// The text of a key.
    #[must_use]
    pub fn msg(self, key: &str) -> String {
        LOCALES.lookup(self.0.id(), key)
    }

    /// The text of a key, or `None` where the locale has no such key.
    #[must_use]
    pub fn find(self, family: &str, member: &str) -> Option<String> {
        LOCALES.lookup_single_language::<&str>(self.0.id(), &member_key(family, member), None).ok()
    }

    /// The text of a key with one argument.
    #[must_use]
    pub fn one(self, key: &str, name: &'static str, value: impl Display) -> String {
        self.with(key, &[(name, value.to_string())])
    }

    /// The text of a key with two arguments.
    #[must_use]
    pub fn two(self, key: &str, a: &'static str, x: impl Display, b: &'static str, y: impl Display) -> String {
        self.with(key, &[(a, x.to_string()), (b, y.to_string())])
    }

    /// The text of a key with any number of arguments.
    #[must_use]
    pub fn with(self, key: &str, args: &[(&'static str, String)]) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
            args.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(value.as_str()))).collect();
        LOCALES.lookup_with_args(self.0.id(), key, &args)
    }

    /// The text of a key with the number `n`, so that the locale can choose a plural.
    #[must_use]
    pub fn count(self, key: &str, n: impl Display) -> String {
        let n: i64 = n.to_string().parse().unwrap_or_default();
        let args = HashMap::from([(Cow::Borrowed("n"), FluentValue::from(n))]);
        LOCALES.lookup_with_args(self.0.id(), key, &args)
    }

    /// The text of a member of a family: `of("stage", "in_review")` reads `stage-in-review`.
    #[must_use]
    pub fn of(self, family: &str, member: impl Display) -> String {
        self.msg(&member_key(family, &member.to_string()))
    }

    /// The half of a two-language text that this reader wants.
    #[must_use]
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self.0 {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// An instant in short form, such as `11-22 14:05`, in Chinese time.
    #[must_use]
    pub fn short_time(self, at: &Timestamp) -> String {
        local(*at).strftime("%m-%d %H:%M").to_string()
    }

    /// An instant as date and time, such as `2026-11-22 14:05`.
    #[must_use]
    pub fn full_time(self, at: &Timestamp) -> String {
        local(*at).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The time of day, such as `14:05`.
    #[must_use]
    pub fn clock_time(self, at: &Timestamp) -> String {
        local(*at).strftime("%H:%M").to_string()
    }

    /// An instant with its weekday, as a sentence would say it.
    #[must_use]
    pub fn long_time(self, at: &Timestamp) -> String {
        let zoned = local(*at);
        self.with(
            "date-with-time",
            &[("date", self.long_date(zoned.date())), ("time", zoned.strftime("%H:%M").to_string())],
        )
    }

    /// A day with its weekday, as a sentence would say it.
    #[must_use]
    pub fn long_date(self, day: Date) -> String {
        let weekday = self.of("weekday", day.weekday().to_monday_one_offset());
        let month = self.of("month", day.month());
        self.with("date-long", &[("month", month), ("day", day.day().to_string()), ("weekday", weekday)])
    }

    /// A day in short form, such as `12-04`.
    #[must_use]
    pub fn short_date(self, day: Date) -> String {
        day.strftime("%m-%d").to_string()
    }

    /// How much time is left, in the two largest units: `19 h 42 min`.
    #[must_use]
    pub fn duration(self, seconds: i64) -> String {
        let minutes = seconds.max(0) / 60;
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        if days > 1 {
            self.two("duration-days", "days", days, "hours", hours)
        } else if minutes >= 60 {
            self.two("duration-hours", "hours", minutes / 60, "minutes", rest)
        } else {
            self.one("duration-minutes", "minutes", rest)
        }
    }
}

fn member_key(family: &str, member: &str) -> String {
    format!("{family}-{}", member.replace(['_', '.'], "-"))
}

/// The instant on a Chinese wall clock; China has one zone and no summer time.
#[must_use]
pub fn local(at: Timestamp) -> jiff::Zoned {
    at.to_zoned(TimeZone::fixed(Offset::constant(8)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_on_the_chinese_wall_clock_with_its_weekday() {
        let at: Timestamp = "2026-11-22T06:05:00Z".parse().unwrap();
        assert_eq!(T(Lang::Zh).short_time(&at), "11-22 14:05");
        assert_eq!(T(Lang::En).long_time(&at), "Sunday 22 November, 14:05");
    }

    #[test]
    fn time_left_is_told_in_its_two_largest_units() {
        let t = T(Lang::En);
        assert_eq!(t.duration(19 * 3600 + 42 * 60 + 3), "19 h 42 min");
        assert_eq!(t.duration(3 * 86400 + 5 * 3600), "3 days 5 h");
        assert_eq!(t.duration(-5), "0 min");
    }

    #[test]
    fn a_plural_follows_the_number() {
        assert_eq!(T(Lang::En).count("error-summary-count", 1), "1 thing needs mending");
        assert_eq!(T(Lang::En).count("error-summary-count", 3), "3 things need mending");
    }
}

//! The small pages the gateway answers with itself: neutral, in both languages, without a trace of the visitor.

use bytes::Bytes;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "zh-CN",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const TEMPLATE: &str = include_str!("../pages/page.html");

/// Stands in the rendered page where the domain goes; no text of ours contains it.
const DOMAIN: &str = "\u{1}";

/// The pages, rendered once at the start.
pub(crate) struct Pages {
    /// The page of a closed domain, cut where its name is linked.
    closed: Vec<String>,
    pages: Vec<Bytes>,
}

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// The request or its host is malformed.
    Malformed,
    /// The domain is open but nothing is served for it here.
    NoOrigin,
    /// The client took too long to send its request.
    Slow,
    /// The connection was made for another site.
    Misdirected,
    /// The body is too large.
    TooLarge,
    /// The head is too large.
    HeadTooLarge,
    /// Something went wrong in the gateway.
    Failed,
    /// The origin does not answer.
    Away,
    /// No verdicts are loaded yet.
    NotReady,
    /// The origin takes too long.
    TooSlow,
    /// The origin is the gateway.
    Loop,
}

impl Page {
    const ALL: [Self; 11] = [
        Self::Malformed,
        Self::NoOrigin,
        Self::Slow,
        Self::Misdirected,
        Self::TooLarge,
        Self::HeadTooLarge,
        Self::Failed,
        Self::Away,
        Self::NotReady,
        Self::TooSlow,
        Self::Loop,
    ];

    /// The page's status.
    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::NoOrigin => 404,
            Self::Slow => 408,
            Self::TooLarge => 413,
            Self::Misdirected => 421,
            Self::HeadTooLarge => 431,
            Self::Failed => 500,
            Self::Away => 502,
            Self::NotReady => 503,
            Self::TooSlow => 504,
            Self::Loop => 508,
        }
    }

    /// The first part of the page's keys in the locale files.
    const fn key(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NoOrigin => "no-origin",
            Self::Slow => "slow",
            Self::TooLarge => "too-large",
            Self::Misdirected => "misdirected",
            Self::HeadTooLarge => "head-too-large",
            Self::Failed => "failed",
            Self::Away => "away",
            Self::NotReady => "not-ready",
            Self::TooSlow => "too-slow",
            Self::Loop => "loop",
        }
    }
}

impl Pages {
    /// Renders every page; `public_url` is where owners are sent.
    pub(crate) fn new(public_url: &str) -> Self {
        let address = format!("{}{DOMAIN}", closed_address(public_url, ""));
        let closed = render("closed", Some(&address));
        Self {
            closed: closed.split(DOMAIN).map(str::to_owned).collect(),
            pages: Page::ALL.map(|page| Bytes::from(render(page.key(), None))).into(),
        }
    }

    /// A page's text.
    pub(crate) fn get(&self, page: Page) -> Bytes {
        self.pages.get(page as usize).cloned().unwrap_or_default()
    }

    /// The page of a closed domain, whose ASCII name needs no escaping.
    pub(crate) fn closed(&self, domain: &str) -> Bytes {
        self.closed.join(domain).into()
    }
}

/// The platform's page about a closed domain.
pub(crate) fn closed_address(public_url: &str, domain: &str) -> String {
    format!("{}/closed?domain={domain}", public_url.trim_end_matches('/'))
}

fn render(key: &str, owners_address: Option<&str>) -> String {
    let mut page = TEMPLATE.to_owned();
    for (tag, language) in [("zh", "zh-CN"), ("en", "en")] {
        for part in ["title", "text"] {
            page = page.replace(&format!("{{{{{tag}-{part}}}}}"), &text(language, &format!("{key}-{part}")));
        }
        let link = owners_address.map_or_else(String::new, |address| {
            let words = text(language, &format!("{key}-owner"));
            format!(r#"<p><a href="{}">{words}</a></p>"#, escape(address))
        });
        page = page.replace(&format!("{{{{{tag}-owner}}}}"), &link);
    }
    page
}

/// A text of the locale files as HTML; a missing one shows its key, and a test sees to it that none is missing.
fn text(language: &str, key: &str) -> String {
    let found = language.parse::<LanguageIdentifier>().ok().and_then(|language| LOCALES.try_lookup(&language, key));
    escape(&found.unwrap_or_else(|| key.to_owned()))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_says_its_words_in_both_languages() {
        let keys: Vec<&str> = Page::ALL.into_iter().map(Page::key).chain(["closed"]).collect();
        for language in ["zh-CN", "en"] {
            let file = match language {
                "en" => include_str!("../locales/en/gateway.ftl"),
                _ => include_str!("../locales/zh-CN/gateway.ftl"),
            };
            for key in keys.iter().flat_map(|key| [format!("{key}-title"), format!("{key}-text")]) {
                assert!(file.lines().any(|line| line.starts_with(&format!("{key} = "))), "{language}: {key}");
                assert_ne!(text(language, &key), key);
            }
            assert_eq!(file.lines().count(), keys.len() * 2 + 1, "{language} has a text nobody shows");
        }
        let pages = Pages::new("https://beian.example.com");
        for page in Page::ALL {
            let html = String::from_utf8(pages.get(page).to_vec()).unwrap();
            assert!(!html.contains("{{"), "{page:?}: {html}");
            assert!(html.contains(&text("en", &format!("{}-title", page.key()))), "{page:?}");
            assert!(html.len() < 3_000);
        }
    }

    #[test]
    fn the_closed_page_links_the_owner_to_the_domain() {
        let pages = Pages::new("https://beian.example.com/");
        let html = String::from_utf8(pages.closed("example.cn").to_vec()).unwrap();
        assert_eq!(html.matches(r#"href="https://beian.example.com/closed?domain=example.cn""#).count(), 2);
        assert!(!html.contains('\u{1}'));
    }
}

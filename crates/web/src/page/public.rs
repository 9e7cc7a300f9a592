//! What anybody may see: the first page, the look-up, the agreements.

use app::act::{self, LookUp, LookUpSite, LookUpView};
use axum::extract::{Path, Query};
use axum::response::Response;
use filing::verdict::{Enforcement, Known};
use http::{HeaderValue, header};
use serde::Deserialize;

use crate::component::list::{Axes, Cell, Search, Table};
use crate::component::{Card, Facts, Html, Link, Notice, Prose, Row, Tag, Tone};
use crate::http::context::Ctx;
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::{Shown, go, show, words};
use crate::view::{Head, HomePage, Page};

/// The first page.
pub async fn home(ctx: Ctx) -> Shown {
    let t = ctx.t;
    let steps = (1..=4).map(|n| (t.of("home-step-title", n), t.of("home-step-text", n))).collect();
    Ok(show(&HomePage { t, shell: ctx.shell("").await?, steps, search: Search { t, q: String::new() } }))
}

/// What was asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// The public look-up.
pub async fn look_up(ctx: Ctx, Query(asked): Query<Asked>) -> Shown {
    let t = ctx.t;
    let q = asked.q.trim().to_owned();
    let mut main = vec![Html::of(&Search { t, q: q.clone() })];
    if !q.is_empty() {
        match act::look_up(&ctx.world, &ctx.origin, LookUp { q }).await {
            Ok(view) => main.extend(result(&ctx, &view)),
            Err(app::Error::NotFound) => main.push(notice(Tone::Info, t.msg("lookup-none"))),
            Err(app::Error::Invalid(_)) => main.push(notice(Tone::Wait, t.msg("lookup-unreadable"))),
            Err(app::Error::Throttled { .. }) => main.push(notice(Tone::Wait, t.msg("error-throttled"))),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(show(&Page {
        t,
        shell: ctx.shell(t.msg("lookup-title")).await?,
        head: Head { title: t.msg("lookup-title"), lead: t.msg("lookup-lead"), ..Head::default() },
        main,
        ..Page::default()
    }))
}

fn notice(tone: Tone, text: String) -> Html {
    Html::of(&Notice { tone, text, link: None })
}

fn result(ctx: &Ctx, view: &LookUpView) -> Vec<Html> {
    let t = ctx.t;
    let enforced = enforcement(view);
    let (filed, accessed) = (word(view.filed), word(view.accessed));
    let axes = Axes {
        axes: vec![
            (t.msg("axis-filed"), tri(ctx, view.filed), t.of("axis-filed-note", filed)),
            (t.msg("axis-accessed"), tri(ctx, view.accessed), t.of("axis-accessed-note", accessed)),
            (
                t.msg("axis-enforced"),
                Tag::new(if enforced == "open" { Tone::Ok } else { Tone::Plain }, t.of("enforcement", enforced)),
                t.of("enforcement-note", enforced),
            ),
        ],
    };
    let mut rows = Vec::new();
    let mut row = |key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            rows.push(Row::new(t.msg(key), value));
        }
    };
    row("lookup-domain", view.domain.clone());
    row("lookup-number", view.number.clone());
    row("lookup-subject-number", view.subject_number.clone());
    row("lookup-subject", view.subject_name.clone());
    row("lookup-nature", view.nature.as_deref().map(|word| words::nature(t, word)));
    row("lookup-site", view.site_name.clone());
    row("lookup-filed-on", view.filed_on.map(|day| day.to_string()));
    row("lookup-as-of", view.as_of.map(|at| t.full_time(&at)));
    let provider = &ctx.world.settings.provider;
    row("lookup-provider", Some(t.pick(&provider.name_zh, &provider.name_en).to_owned()));
    let facts = Html::of(&Facts {
        title: t.msg("lookup-result"),
        rows,
        links: vec![Link::outside("https://beian.miit.gov.cn/", t.msg("lookup-miit"))],
        ..Facts::default()
    });
    let sites = (!view.sites.is_empty()).then(|| Card::with(t.msg("lookup-sites"), &sites(t, &view.sites)).html());
    // A subject has no one domain that could be open or closed.
    let axes =
        (view.domain.is_some() || view.number.is_some() || view.filed == Known::Unknown).then(|| Html::of(&axes));
    axes.into_iter().chain([facts]).chain(sites).collect()
}

fn sites(t: T, sites: &[LookUpSite]) -> Table {
    let row = |site: &LookUpSite| {
        let accessed = if site.accessed { (Tone::Ok, "yes") } else { (Tone::Stop, "no") };
        vec![
            Cell::link(lookup_link(Some(&site.domain)), site.domain.clone()),
            Cell::text(site.number.clone()).note(site.name.clone()),
            Cell::tag(Tag::new(accessed.0, t.of("known", accessed.1))),
            Cell::text(site.filed_on.to_string()),
        ]
    };
    Table {
        caption: t.msg("lookup-sites"),
        head: ["lookup-domain", "lookup-number", "axis-accessed", "lookup-filed-on"].map(|key| t.msg(key)).to_vec(),
        rows: sites.iter().map(row).collect(),
        more: None,
    }
}

const fn word(known: Known) -> &'static str {
    match known {
        Known::Yes => "yes",
        Known::No => "no",
        Known::Unknown => "unknown",
    }
}

/// What gateways do with it, as a word.
#[must_use]
pub const fn enforcement(view: &LookUpView) -> &'static str {
    match view.enforcement {
        Some(Enforcement::Open) => "open",
        Some(Enforcement::Closed) => "closed",
        None => "unlisted",
    }
}

fn tri(ctx: &Ctx, known: Known) -> Tag {
    let tone = match known {
        Known::Yes => Tone::Ok,
        Known::No => Tone::Stop,
        Known::Unknown => Tone::Plain,
    };
    Tag::new(tone, ctx.t.of("known", word(known)))
}

/// The look-up of a domain.
#[must_use]
pub fn lookup_link(domain: Option<&str>) -> String {
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("q", domain.unwrap_or_default()).finish();
    format!("/lookup?{query}")
}

/// The text of an agreement in its version.
pub async fn agreement(ctx: Ctx, Path((id, version)): Path<(String, String)>) -> Shown {
    let t = ctx.t;
    let known = app::agreement::CURRENT.iter().any(|current| current.id == id && current.version == version);
    let text = t.find("agreement-text", &format!("{id}-{version}"));
    let Some(text) = text.filter(|_| known) else { return Err(app::Error::NotFound.into()) };
    let title = t.of("agreement", &id);
    let body = text.split("\n\n").map(|paragraph| paragraph.to_owned()).collect();
    Ok(show(&Page {
        t,
        shell: ctx.shell(title.clone()).await?,
        head: Head { title, sub: vec![t.one("agreement-version", "version", version)], ..Head::default() },
        main: vec![Card { body: vec![Html::of(&Prose { paragraphs: body })], ..Card::default() }.html()],
        ..Page::default()
    }))
}

/// Changes the language and goes back.
pub async fn language(ctx: Ctx, typed: Typed) -> Response {
    let lang = crate::locale::Lang::from_tag(typed.get("lang")).unwrap_or_default();
    let mut response = go(own_path(typed.get("to")));
    let secure = if ctx.world.settings.public_url.scheme() == "https" { "; Secure" } else { "" };
    let cookie =
        format!("{}={}; Path=/; Max-Age=31536000; SameSite=Lax{secure}", crate::http::context::LANG_COOKIE, lang.tag());
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// A path of this site; anything that could lead elsewhere becomes the first page.
#[must_use]
pub fn own_path(typed: &str) -> &str {
    // Browsers drop tabs and line ends before they read an address, and take a backslash for a slash.
    let is_plain = !typed.contains('\\') && !typed.chars().any(char::is_control);
    let inside = is_plain && typed.starts_with('/') && !typed.starts_with("//");
    if inside { typed } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn the_way_back_never_leaves_this_site() {
        assert_eq!(own_path("/orders?x=1"), "/orders?x=1");
        for elsewhere in [
            "https://a.example/",
            "//a.example/",
            "/\\a.example",
            "",
            "orders",
            "/\t/a.example/",
            "\t//a.example/",
            "/\n/a.example/",
            "/\u{1}/a.example/",
            "/\u{85}/a.example/",
        ] {
            assert_eq!(own_path(elsewhere), "/");
        }
    }
}

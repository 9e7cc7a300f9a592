//! What an account has filed: its subjects with their sites, numbers and state, and what can be asked of each.

use app::act::{self, FilingRef, FilingSite, FilingView, ListFilings, Possible};
use axum::extract::{Path, Query};
use serde::Deserialize;
use uuid::Uuid;

use crate::component::filing::FilingActs;
use crate::component::list::{OrderLine, OrderList};
use crate::component::{Card, Empty, Facts, Html, Link, Notice, Row, Tag, Tone};
use crate::http::context::Signed;
use crate::locale::T;
use crate::page::{Shown, show, words};
use crate::view::{Head, Page};

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    cursor: Option<String>,
}

/// The account's filings, the latest first.
pub async fn filings(Signed { ctx, actor }: Signed, Query(from): Query<From>) -> Shown {
    let t = ctx.t;
    let page = act::list_filings(&ctx.world, &actor, ListFilings { cursor: from.cursor }).await?;
    let body = if page.items.is_empty() {
        let link = Some(Link::new("/orders/new", t.msg("new-order-title")));
        Card::with("", &Empty { title: t.msg("filings-empty"), text: t.msg("filings-empty-text"), link })
    } else {
        let lines = page.items.iter().map(|filing| line(t, filing)).collect();
        let more = page.next.as_ref().map(|cursor| Link::new(format!("/filings?cursor={cursor}"), t.msg("more")));
        Card { flush: true, ..Card::with("", &OrderList { lines, more }) }
    };
    Ok(show(&Page {
        t,
        shell: ctx.shell(t.msg("nav-filings")).await?,
        head: Head { title: t.msg("nav-filings"), lead: t.msg("filings-lead"), ..Head::default() },
        main: vec![body.html()],
        ..Page::default()
    }))
}

fn line(t: T, filing: &FilingView) -> OrderLine {
    let sites: Vec<&str> = filing.sites.iter().flat_map(|site| &site.domains).map(String::as_str).collect();
    OrderLine {
        href: format!("/filings/{}", filing.id),
        domain: filing.number.clone(),
        detail: format!("{} · {}", filing.name, words::province(t, &filing.province)),
        tag: state(t, filing.state),
        next: if sites.is_empty() { t.msg("filing-no-site") } else { sites.join(&t.msg("comma")) },
    }
}

fn state(t: T, state: &str) -> Tag {
    Tag::new(if state == "active" { Tone::Ok } else { Tone::Plain }, t.of("filing-state", state))
}

/// One filing.
pub async fn filing(Signed { ctx, actor }: Signed, Path(filing): Path<Uuid>) -> Shown {
    let t = ctx.t;
    let view = act::view_filing(&ctx.world, &actor, FilingRef { filing }).await?;
    let mut top = Vec::new();
    if let Some(order) = view.running {
        let link = Some(Link::new(format!("/orders/{order}"), t.msg("filing-running-link")));
        top.push(Html::of(&Notice { tone: Tone::Wait, text: t.msg("error-running-order"), link }));
    }
    let mut main: Vec<Html> = view.sites.iter().map(|site| site_card(t, &view, site)).collect();
    if view.sites.is_empty() {
        main.push(Card { title: t.msg("section-site"), text: t.msg("filing-no-site"), ..Card::default() }.html());
    }
    Ok(show(&Page {
        t,
        shell: ctx.shell(view.number.clone()).await?,
        head: Head {
            crumbs: vec![Link::new("/filings", t.msg("nav-filings"))],
            title: view.number.clone(),
            sub: vec![view.name.clone(), words::province(t, &view.province), words::nature(t, &view.nature)],
            tag: Some(state(t, view.state)),
            ..Head::default()
        },
        top,
        main,
        aside: vec![subject_card(t, &view)],
    }))
}

fn subject_card(t: T, view: &FilingView) -> Html {
    let rows = vec![
        Row::new(t.msg("lookup-subject-number"), view.number.clone()),
        Row::new(words::certificate(t, &view.certificate_kind), view.certificate_number.clone()),
        Row::new(t.msg("section-principal"), view.principal.clone()),
        Row::new(t.msg("lookup-filed-on"), view.filed_on.to_string()),
        Row::new(t.msg("filing-updated-on"), view.updated_on.to_string()),
    ];
    let facts = Facts { title: t.msg("section-subject"), rows, ..Facts::default() };
    let acts = acts(t, &view.acts, |act| href(view.id, None, act));
    let links = vec![Link::new(format!("/filings/{}/papers", view.id), t.msg("papers-title"))];
    let card = Card { title: t.msg("filing-subject-acts"), body: vec![Html::of(&acts)], links, ..Card::default() };
    Html::of(&Two { first: Html::of(&facts), second: card.html() })
}

/// Two pieces that belong together.
#[derive(askama::Template)]
#[template(ext = "html", source = "{{ first }}{{ second }}")]
struct Two {
    first: Html,
    second: Html,
}

fn site_card(t: T, view: &FilingView, site: &FilingSite) -> Html {
    let yes_no = |is_so: bool, yes: &str, no: &str| {
        if is_so { Tag::new(Tone::Ok, t.msg(yes)) } else { Tag::new(Tone::Plain, t.msg(no)) }
    };
    let rows = vec![
        Row::new(t.msg("lookup-number"), site.number.clone()).tag(state(t, site.state)),
        Row::new(t.msg("field-sites-domain"), site.domains.join(&t.msg("comma"))),
        Row::new(t.msg("filing-access"), "").tag(yes_no(site.accessed, "filing-accessed", "filing-not-accessed")),
        Row::new(t.msg("filing-gateway"), "").tag(yes_no(site.open, "filing-open", "filing-closed")),
        Row::new(t.msg("lookup-filed-on"), site.filed_on.to_string()),
    ];
    let acts = acts(t, &site.acts, |act| href(view.id, Some(site.id), act));
    Html::of(&SiteCard { title: site.name.clone(), rows, acts })
}

/// A filed site: its facts, and what can be asked of it.
#[derive(askama::Template)]
#[template(
    ext = "html",
    source = r#"<section class="card"><div class="card-body"><h2 class="card-title">{{ title }}</h2><dl class="facts-list">{% for row in rows %}<div><dt>{{ row.label }}</dt><dd>{{ row.value }}{% if let Some(tag) = row.tag %} {{ tag }}{% endif %}</dd></div>{% endfor %}</dl>{{ acts }}</div></section>"#
)]
struct SiteCard {
    title: String,
    rows: Vec<Row>,
    acts: FilingActs,
}

fn href(filing: Uuid, site: Option<Uuid>, possible: &Possible) -> String {
    let way = if possible.action.cancels() { "cancel" } else { "change" };
    let site = site.map(|site| format!("&site={site}")).unwrap_or_default();
    format!("/filings/{filing}/{way}?action={}{site}", possible.action)
}

fn acts(t: T, all: &[Possible], href: impl Fn(&Possible) -> String) -> FilingActs {
    let mut acts = FilingActs::default();
    for possible in all {
        let word = t.of("action", possible.action);
        match possible.obstacle {
            None if possible.action.cancels() => acts.danger.push(Link::new(href(possible), word)),
            None => acts.links.push(Link::new(href(possible), word)),
            Some(obstacle) => {
                let why = t.of("error", obstacle);
                match acts.closed.iter_mut().find(|(_, known)| *known == why) {
                    Some((words, _)) => {
                        words.push_str(&t.msg("comma"));
                        words.push_str(&word);
                    }
                    None => acts.closed.push((word, why)),
                }
            }
        }
    }
    acts
}

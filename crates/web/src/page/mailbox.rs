//! The mailbox: every container to and from the authorities, searched, opened, taken away.

use app::act::{
    self, ContainerFile, ContainerForm, ContainerView, Ledger, MailRow, Mailbox, OpenContainer, RevealContainer,
    TakeContainer,
};
use app::evidence::Direction;
use app::mailbox::TreeLine;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use serde::Deserialize;
use uuid::Uuid;

use crate::component::form::Choice;
use crate::component::list::{Cell, Table};
use crate::component::{Card, Empty, Facts, FindingBox, Html, Link, Notice, Row, Tag, Tone};
use crate::http::context::Signed;
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::{Shown, show, told};
use crate::view::{Head, Page};

/// The states of uploads and downloads, as words.
const STATES: [(&str, &[&str]); 2] = [
    ("upload", &["queued", "sending", "stored", "held", "refused"]),
    ("download", &["received", "applied", "acked", "unreadable"]),
];
/// The groups that travel, as the interface calls them.
const OPERATIONS: &[&str] = &[
    "XZBA", "XZWZ", "XZJR", "BGBA", "ZXBA", "XZHYD", "HSJG", "WBACLJG", "BASJ", "BAJG", "ZXSJ", "HMDLB", "FFJRHMD",
    "WBAWZLB", "HSRW", "HCJG", "XGTZ", "JCDM", "SJTB",
];

/// The list.
pub async fn list(Signed { ctx, actor }: Signed, Query(wanted): Query<Mailbox>) -> Shown {
    let t = ctx.t;
    let asked = wanted.clone();
    let page = act::mailbox(&ctx.world, &actor, wanted).await?;
    let bureaus = act::ledger(&ctx.world, &actor, Ledger::default()).await?.bureaus;
    let filter = MailFilter::new(t, &asked, bureaus.iter().map(|b| Choice::new(&b.code, &b.name)).collect());
    let body = if page.items.is_empty() {
        Card::with("", &Empty { title: t.msg("mailbox-empty"), text: t.msg("mailbox-empty-text"), link: None })
    } else {
        let more = page.next.as_ref().map(|cursor| Link::new(next_page(&asked, cursor), t.msg("more")));
        let head = ["container", "operation", "state", "time", "size"].map(|key| t.of("mailbox-head", key));
        let rows = page.items.iter().map(|row| line(t, row)).collect();
        Card::with("", &Table { caption: t.msg("nav-mailbox"), head: head.to_vec(), rows, more })
    };
    let mut shell = ctx.shell(t.msg("nav-mailbox")).await?;
    shell.wide = true;
    Ok(show(&Page {
        t,
        shell,
        head: Head { title: t.msg("nav-mailbox"), lead: t.msg("mailbox-lead"), ..Head::default() },
        top: vec![told::tabs(t, "mailbox")],
        main: vec![Card::with("", &filter).html(), body.html()],
        ..Page::default()
    }))
}

fn next_page(asked: &Mailbox, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("q", &asked.q),
        ("direction", &asked.direction),
        ("bureau", &asked.bureau),
        ("operation", &asked.operation),
        ("state", &asked.state),
    ] {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            query.append_pair(name, value);
        }
    }
    format!("/mailbox?{}", query.append_pair("cursor", cursor).finish())
}

/// Narrows the list; without scripts it is a plain form.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<form class="inline-form" method="get" action="/mailbox" role="search"><div class="field"><label class="form-label" for="q">{{ t.msg("mailbox-q") }}</label><input class="form-control" id="q" name="q" value="{{ q }}" autocomplete="off"></div>{% for (name, label, choices, taken) in selects %}<div class="field"><label class="form-label" for="{{ name }}">{{ label }}</label><select class="form-select" id="{{ name }}" name="{{ name }}"><option value="">{{ t.msg("mailbox-any") }}</option>{% for choice in choices %}<option value="{{ choice.value }}"{% if choice.value == *taken %} selected{% endif %}>{{ choice.word }}</option>{% endfor %}</select></div>{% endfor %}<button class="btn btn-primary">{{ t.msg("mailbox-filter") }}</button></form>"#
)]
struct MailFilter {
    t: T,
    q: String,
    selects: Vec<(&'static str, String, Vec<Choice>, String)>,
}

impl MailFilter {
    fn new(t: T, asked: &Mailbox, bureaus: Vec<Choice>) -> Self {
        let taken = |value: &Option<String>| value.clone().unwrap_or_default();
        let directions = ["upload", "download"].map(|word| Choice::new(word, t.of("mailbox-direction", word)));
        let operations = OPERATIONS.iter().map(|word| Choice::new(*word, operation(t, word)));
        let states = STATES.iter().flat_map(|(family, words)| {
            words.iter().map(|word| Choice::new(*word, t.find(family, word).unwrap_or_default()))
        });
        let label = |key: &str| t.of("mailbox-head", key);
        Self {
            t,
            q: taken(&asked.q),
            selects: vec![
                ("direction", label("direction"), directions.to_vec(), taken(&asked.direction)),
                ("bureau", label("bureau"), bureaus, taken(&asked.bureau)),
                ("operation", label("operation"), operations.collect(), taken(&asked.operation).to_uppercase()),
                ("state", label("state"), states.collect(), taken(&asked.state)),
            ],
        }
    }
}

/// A group of the interface with what it means.
pub fn operation(t: T, word: &str) -> String {
    let meaning = t.find("operation", &word.to_lowercase().replace('.', "-"));
    meaning.map_or_else(|| word.to_owned(), |meaning| format!("{meaning} {word}"))
}

fn state(t: T, row: &MailRow) -> Tag {
    let tone = match row.state.as_str() {
        "stored" | "acked" => Tone::Ok,
        "refused" | "unreadable" => Tone::Stop,
        _ => Tone::Wait,
    };
    Tag::new(tone, t.of(row.direction.as_str(), &row.state))
}

/// What the authority said of it.
fn said(t: T, row: &MailRow) -> String {
    let code = row.code.map(|code| t.one("ledger-code", "code", code));
    [code, row.note.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn name(t: T, row: &MailRow) -> String {
    match row.direction {
        Direction::Upload => t.one("mailbox-number", "number", &row.name),
        Direction::Download => row.name.clone(),
    }
}

fn line(t: T, row: &MailRow) -> Vec<Cell> {
    let operations: Vec<String> = row.operations.iter().map(|word| operation(t, word)).collect();
    vec![
        Cell::link(format!("/mailbox/{}", row.id), name(t, row)).note(t.two(
            "mailbox-way",
            "direction",
            t.of("mailbox-direction", row.direction.as_str()),
            "bureau",
            &row.bureau,
        )),
        Cell::text(operations.join(" · ")),
        Cell::tag(state(t, row)).note(said(t, row)),
        Cell::text(t.full_time(&row.at)).note(row.settled_at.map(|at| t.full_time(&at)).unwrap_or_default()),
        Cell::text(t.count("bytes", row.size)),
    ]
}

/// Where in the file to begin.
#[derive(Debug, Default, Deserialize)]
pub struct Begin {
    /// The first element.
    #[serde(default)]
    pub from: usize,
}

/// One container, decoded.
pub async fn container(signed: Signed, Path(container): Path<Uuid>, Query(Begin { from }): Query<Begin>) -> Shown {
    let view = act::view_container(&signed.ctx.world, &signed.actor, OpenContainer { container, from }).await?;
    draw(&signed, &view, None).await
}

/// Shows everything in it, or gives the file away; a reason first.
pub async fn open(signed: Signed, Path(container): Path<Uuid>, typed: Typed) -> Shown {
    let Signed { ctx, actor } = &signed;
    let reason = typed.get("reason").to_owned();
    let from = typed.get("from").parse().unwrap_or_default();
    let error = match form(&typed) {
        Some(form) => match act::take_container(&ctx.world, actor, TakeContainer { container, form, reason }).await {
            Ok(file) => return Ok(give(file)),
            Err(error) => error,
        },
        None => match act::reveal_container(&ctx.world, actor, RevealContainer { container, from, reason }).await {
            Ok(view) => return draw(&signed, &view, None).await,
            Err(error) => error,
        },
    };
    let Some(text) = crate::page::materials::said(ctx.t, &error) else { return Err(error.into()) };
    let view = act::view_container(&ctx.world, actor, OpenContainer { container, from }).await?;
    draw(&signed, &view, Some(text)).await
}

/// The form in which a file is taken away; none when it is to be shown.
pub fn form(typed: &Typed) -> Option<ContainerForm> {
    match typed.get("form") {
        "xml" => Some(ContainerForm::Xml),
        "zip" => Some(ContainerForm::Zip),
        _ => None,
    }
}

/// A file to be kept by the browser.
pub fn give(file: ContainerFile) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.name));
    let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.content_type)),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, file.bytes).into_response()
}

async fn draw(Signed { ctx, actor }: &Signed, view: &ContainerView, refused: Option<String>) -> Shown {
    let t = ctx.t;
    let row = &view.row;
    let mut top = vec![];
    if let Some(text) = refused {
        top.push(Html::of(&Notice { tone: Tone::Stop, text, link: None }));
    }
    if view.revealed {
        top.push(Html::of(&Notice { tone: Tone::Wait, text: t.msg("mailbox-revealed"), link: None }));
    }
    let mut main = vec![];
    match &view.unreadable {
        Some(why) => main.push(Html::of(&FindingBox {
            t,
            tone: Tone::Stop,
            message: t.msg("mailbox-unreadable"),
            fix: t.msg("mailbox-unreadable-fix"),
            source: why.clone(),
            link: None,
        })),
        None => main.push(content(t, view)),
    }
    if matches!(actor.role.as_str(), "supervisor" | "administrator") {
        main.push(opening(t, format!("/mailbox/{}", row.id), view.from, view.revealed));
    }
    main.push(tries(t, view).html());
    let mut shell = ctx.shell(t.msg("nav-mailbox")).await?;
    shell.wide = true;
    Ok(show(&Page {
        t,
        shell,
        head: Head {
            crumbs: vec![Link::new("/mailbox", t.msg("nav-mailbox"))],
            title: name(t, row),
            sub: row.operations.iter().map(|word| operation(t, word)).collect(),
            tag: Some(state(t, row)),
            lead: said(t, row),
            ..Head::default()
        },
        top,
        main,
        aside: vec![facts(t, view)],
    }))
}

fn content(t: T, view: &ContainerView) -> Html {
    let mut card = Card::with(t.msg("mailbox-content"), &tree(t, view.lines.clone()));
    if view.elements > view.lines.len() {
        let shown = [
            ("first", (view.from + 1).to_string()),
            ("last", (view.from + view.lines.len()).to_string()),
            ("all", view.elements.to_string()),
        ];
        card.text = t.with("mailbox-stretch", &shown);
        let links = [(view.from > 0).then_some((0, "mailbox-first")), view.next.map(|from| (from, "more"))];
        let link = |(from, key): (usize, &str)| Link::new(format!("/mailbox/{}?from={from}", view.row.id), t.msg(key));
        card.links = links.into_iter().flatten().map(link).collect();
    }
    card.html()
}

/// The elements of a file, to be looked at.
pub fn tree(t: T, lines: Vec<TreeLine>) -> impl Template {
    Tree { t, lines }
}

/// The elements of a file, one a line, indented by depth.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="tree-scroll" tabindex="0" role="region" aria-label="{{ t.msg("mailbox-content") }}"><ol class="tree">{% for line in lines %}<li class="tree-{{ line.depth }}"><span class="tree-name">{{ line.name }}</span>{% if !line.value.is_empty() %} <span class="tree-value">{{ line.value }}</span>{% endif %}{% if line.masked %} <span class="tree-masked">{{ t.msg("mailbox-masked") }}</span>{% endif %}{% if let Some(picture) = line.picture %}<img class="tree-picture" src="{{ picture }}" alt="{{ line.name }}">{% endif %}</li>{% endfor %}</ol></div>"#
)]
struct Tree {
    t: T,
    lines: Vec<TreeLine>,
}

/// The card that asks why everything is to be read, or the file taken away.
pub fn opening(t: T, base: String, from: usize, is_open: bool) -> Html {
    let mut card = Card::with(t.msg("mailbox-open"), &ReasonForm { t, base, from, is_open });
    card.text = t.msg("mailbox-open-text");
    card.html()
}

/// Asks for the reason and what to do with it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<form class="inline-form" method="post" action="{{ base }}"><input type="hidden" name="from" value="{{ from }}"><div class="field"><label class="form-label" for="reason">{{ t.msg("reveal-reason") }}</label><input class="form-control" id="reason" name="reason" autocomplete="off"></div>{% if !is_open %}<button class="btn btn-primary" name="form" value="reveal">{{ t.msg("mailbox-reveal") }}</button>{% endif %}<button class="btn btn-quiet" name="form" value="xml">{{ t.msg("mailbox-take-xml") }}</button><button class="btn btn-quiet" name="form" value="zip">{{ t.msg("mailbox-take-zip") }}</button></form>"#
)]
struct ReasonForm {
    t: T,
    base: String,
    from: usize,
    is_open: bool,
}

fn tries(t: T, view: &ContainerView) -> Card {
    if view.tries.is_empty() {
        let empty = Empty { title: t.msg("mailbox-tries-empty"), text: t.msg("mailbox-tries-empty-text"), link: None };
        return Card::with(t.msg("mailbox-tries"), &empty);
    }
    let rows = view.tries.iter().map(|one| {
        let tone = match one.outcome.as_str() {
            "stored" | "received" => Tone::Ok,
            "refused" | "different" => Tone::Stop,
            _ => Tone::Wait,
        };
        let code = one.code.map(|code| t.one("ledger-code", "code", code));
        let note = [code, one.note.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        vec![
            Cell::text(one.number.to_string()),
            Cell::text(t.full_time(&one.at)),
            Cell::tag(Tag::new(tone, t.of("mailbox-try", &one.outcome))).note(note),
        ]
    });
    let head = ["try", "time", "state"].map(|key| t.of("mailbox-head", key)).to_vec();
    Card::with(
        t.msg("mailbox-tries"),
        &Table { caption: t.msg("mailbox-tries"), head, rows: rows.collect(), more: None },
    )
}

fn facts(t: T, view: &ContainerView) -> Html {
    let row = &view.row;
    let fact = |key: &str, value: String| Row::new(t.of("mailbox-head", key), value);
    let mut rows = vec![
        fact("direction", t.of("mailbox-direction", row.direction.as_str())),
        fact("bureau", row.bureau.clone()),
        fact("entry", row.entry.to_string()),
        fact("time", t.full_time(&row.at)),
    ];
    rows.extend(row.settled_at.map(|at| fact("settled", t.full_time(&at))));
    rows.push(fact("size", t.count("bytes", row.size)));
    rows.extend(row.md5.clone().map(|md5| fact("md5", md5)));
    rows.push(fact("sha256", row.sha256.clone()));
    rows.push(fact("before", view.prev_hash.clone()));
    rows.push(fact("hash", view.hash.clone()));
    let links = row.order.map(|order| Link::new(format!("/review/{order}"), t.msg("mailbox-order")));
    let facts = Facts {
        title: t.msg("mailbox-chain"),
        rows,
        text: t.msg("mailbox-chain-text"),
        links: links.into_iter().collect(),
        danger: None,
    };
    Html::of(&facts)
}

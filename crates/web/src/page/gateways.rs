//! The gateways and what they enforce: who follows and how far, what was closed today, which closings wait for two
//! people, which measures stand.

use app::act::{
    self, FollowerRow, FromCursor, HeldClosingRow, ListMeasures, ListTraffic, MeasureRef, MeasureRow, PlaceMeasure,
    ReleaseClosings,
};
use axum::extract::{Path, Query};
use uuid::Uuid;

use crate::component::form::{Choice, Field, Form, Kind};
use crate::component::list::{Cell, Table, Tabs};
use crate::component::progress::Post;
use crate::component::{Card, Empty, Html, Link, Tag, Tone};
use crate::http::context::{Ctx, Signed};
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::enter::Refused;
use crate::page::{Shown, go, show_with};
use crate::view::{Head, Page};

/// Whether somebody of this role may place measures and approve closings.
fn decides(role: &str) -> bool {
    matches!(role, "supervisor" | "administrator")
}

fn tabs(t: T, here: &str) -> Html {
    let tab = |key: &str, href: &str| (Link::new(href, t.of("gateways-tab", key)), key == here);
    Html::of(&Tabs {
        label: t.msg("nav-gateways"),
        tabs: vec![
            tab("followers", "/gateways"),
            tab("traffic", "/gateways/traffic"),
            tab("held", "/gateways/held"),
            tab("measures", "/gateways/measures"),
        ],
    })
}

fn titles(t: T, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| if key.is_empty() { String::new() } else { t.of("gateways-head", key) }).collect()
}

async fn draw(ctx: &Ctx, here: &str, table: Table, below: Vec<Html>, refused: &Refused, top: Vec<Html>) -> Shown {
    let t = ctx.t;
    let body = if table.rows.is_empty() {
        let text = t.of("gateways-empty", here);
        Card::with("", &Empty { title: t.msg("gateways-nothing"), text, link: None })
    } else {
        Card::with("", &table)
    };
    let title = t.of("gateways-tab", here);
    let mut shell = ctx.shell(title.clone()).await?;
    shell.wide = true;
    let head = Head { title, lead: t.of("gateways-lead", here), ..Head::default() };
    let top = std::iter::once(tabs(t, here)).chain(top).collect();
    let main = std::iter::once(body.html()).chain(below).collect();
    Ok(show_with(refused.status(), &Page { t, shell, head, top, main, aside: vec![] }))
}

/// The gateways that follow, the one that has been silent for longest first.
pub async fn followers(Signed { ctx, actor }: Signed, Query(from): Query<FromCursor>) -> Shown {
    let t = ctx.t;
    let page = act::list_followers(&ctx.world, &actor, from).await?;
    let table = Table {
        caption: t.of("gateways-tab", "followers"),
        head: titles(t, &["name", "state", "place", "domains", "requests", "heard"]),
        rows: page.items.iter().map(|row| follower(t, row)).collect(),
        more: page.next.as_ref().map(|cursor| Link::new(format!("/gateways?cursor={cursor}"), t.msg("more"))),
    };
    draw(&ctx, "followers", table, vec![], &Refused::nothing(), vec![]).await
}

fn follower(t: T, row: &FollowerRow) -> Vec<Cell> {
    let state = match row {
        FollowerRow { agrees: false, .. } => Tag::new(Tone::Stop, t.of("gateways-state", "differs")),
        FollowerRow { heard: false, .. } => Tag::new(Tone::Stop, t.of("gateways-state", "silent")),
        FollowerRow { shadow: true, .. } => Tag::new(Tone::Wait, t.of("gateways-state", "shadow")),
        FollowerRow { behind: 1.., .. } => Tag::new(Tone::Wait, t.of("gateways-state", "behind")),
        _ => Tag::new(Tone::Ok, t.of("gateways-state", "follows")),
    };
    let behind = if row.behind > 0 { t.count("gateways-behind", row.behind) } else { String::new() };
    vec![
        Cell::text(row.name.clone()).note(row.version.clone()),
        Cell::tag(state),
        Cell::text(row.sequence.to_string()).note(behind),
        Cell::text(row.domains.to_string()),
        Cell::text(row.requests.to_string()).note(t.two(
            "gateways-counts",
            "closed",
            row.closed,
            "opened",
            row.unknown_opened,
        )),
        Cell::text(t.full_time(&row.heard_at)).note(row.confirmed_at.map(|at| t.full_time(&at)).unwrap_or_default()),
    ]
}

/// The domains with the most requests of a day.
pub async fn traffic(Signed { ctx, actor }: Signed, Query(wanted): Query<ListTraffic>) -> Shown {
    let t = ctx.t;
    let kind = wanted.kind.clone().unwrap_or_else(|| "closed".to_owned());
    let rows = act::list_traffic(&ctx.world, &actor, wanted).await?;
    let kinds = ["closed", "shadow", "open"]
        .map(|word| (Link::new(format!("/gateways/traffic?kind={word}"), t.of("gateways-kind", word)), word == kind));
    let table = Table {
        caption: t.of("gateways-tab", "traffic"),
        head: titles(t, &["domain", "reason", "requests", "clients", "last"]),
        rows: rows
            .iter()
            .map(|row| {
                vec![
                    Cell::link(format!("/lookup?q={}", row.domain), row.domain.clone()),
                    Cell::text(t.of("gateways-reason", &row.reason)),
                    Cell::text(row.requests.to_string()),
                    Cell::text(if row.clients > 0 { row.clients.to_string() } else { "–".to_owned() }),
                    Cell::text(t.full_time(&row.at)),
                ]
            })
            .collect(),
        more: None,
    };
    let which = Html::of(&Tabs { label: t.msg("gateways-kinds"), tabs: kinds.to_vec() });
    draw(&ctx, "traffic", table, vec![], &Refused::nothing(), vec![which]).await
}

/// The closings that wait for two people, and what each would do.
pub async fn held(Signed { ctx, actor }: Signed, Query(from): Query<FromCursor>) -> Shown {
    let t = ctx.t;
    let page = act::list_held_closings(&ctx.world, &actor, from).await?;
    let may = decides(actor.role.as_str());
    let table = Table {
        caption: t.of("gateways-tab", "held"),
        head: titles(t, &["domain", "reason", "cause", "requests", "since", ""]),
        rows: page.items.iter().map(|row| waiting(t, row, may)).collect(),
        more: page.next.as_ref().map(|cursor| Link::new(format!("/gateways/held?cursor={cursor}"), t.msg("more"))),
    };
    let mut below = vec![];
    if may && page.items.iter().any(|row| !row.mine) {
        let start = Form::new("/gateways/held/release", vec![], t.msg("gateways-release-all"));
        let all = page.items.iter().fold(start, |form, row| form.hidden("closing", row.id.to_string()));
        below.push(
            Card {
                title: t.msg("gateways-release-title"),
                text: t.count("gateways-release-text", page.items.len() as u64),
                body: vec![Html::of(&all)],
                ..Card::default()
            }
            .html(),
        );
    }
    draw(&ctx, "held", table, below, &Refused::nothing(), vec![]).await
}

fn waiting(t: T, row: &HeldClosingRow, may: bool) -> Vec<Cell> {
    let state = match (row.approved, row.mine) {
        (_, true) => t.of("gateways-approval", "mine"),
        (true, false) => t.of("gateways-approval", "one"),
        (false, false) => t.of("gateways-approval", "none"),
    };
    let post = Post {
        action: "/gateways/held/release".to_owned(),
        word: t.of("gateways-release", if row.approved { "second" } else { "first" }),
        hidden: vec![("closing".to_owned(), row.id.to_string())],
    };
    vec![
        Cell::link(format!("/lookup?q={}", row.domain), row.domain.clone()),
        Cell::text(t.of("gateways-reason", &row.reason)),
        Cell::text(t.of("gateways-cause", &row.cause)),
        Cell::text(row.requests.to_string()),
        Cell::text(t.full_time(&row.held_at)).note(state),
        Cell::post((may && !row.mine).then_some(post)),
    ]
}

/// Approves one closing, or all of a page.
pub async fn release(Signed { ctx, actor }: Signed, typed: Typed) -> Shown {
    let closings = typed.all("closing").iter().filter_map(|id| id.parse().ok()).collect();
    let done = act::release_closings(&ctx.world, &actor, ReleaseClosings { closings }).await?;
    let word = match (done.released, done.approved) {
        (1.., _) => "closings-released",
        (0, 1..) => "closings-approved",
        (0, 0) => "closings-need-another",
    };
    Ok(go(&format!("/gateways/held?done={word}")))
}

/// The measures, and the form for one more.
pub async fn measures(signed: Signed, Query(wanted): Query<ListMeasures>) -> Shown {
    measures_page(&signed, wanted, &Typed::default(), &Refused::nothing()).await
}

async fn measures_page(
    Signed { ctx, actor }: &Signed,
    wanted: ListMeasures,
    typed: &Typed,
    refused: &Refused,
) -> Shown {
    let t = ctx.t;
    let page = act::list_measures(&ctx.world, actor, wanted).await?;
    let may = decides(actor.role.as_str());
    let table = Table {
        caption: t.of("gateways-tab", "measures"),
        head: titles(t, &["domain", "measure", "why", "since", "until", ""]),
        rows: page.items.iter().map(|row| measure(t, row, may)).collect(),
        more: page.next.as_ref().map(|cursor| Link::new(format!("/gateways/measures?cursor={cursor}"), t.msg("more"))),
    };
    let (mut top, mut below) = (vec![], vec![]);
    if may {
        let kinds = ["exemption", "suspension"].map(|word| Choice::new(word, t.of("gateways-measure", word)));
        let terms = ["24", "72", "168", "720", "2160"].map(|hours| Choice::new(hours, t.of("gateways-term", hours)));
        let mut form = Form::new(
            "/gateways/measures",
            vec![
                Field::new(t, Kind::Text, "domain", t.of("gateways-head", "domain"))
                    .value(typed.get("domain"))
                    .keyboard("url", "off"),
                Field::new(t, Kind::Radio, "kind", t.of("gateways-head", "measure"))
                    .choices(kinds.to_vec())
                    .value(typed.get("kind")),
                Field::new(t, Kind::Select, "hours", t.msg("gateways-hours"))
                    .choices(terms.to_vec())
                    .value(typed.get("hours")),
                Field::new(t, Kind::Lines, "reason", t.of("gateways-head", "why"))
                    .value(typed.get("reason"))
                    .hint(t.msg("gateways-why-hint")),
            ],
            t.msg("gateways-place"),
        );
        top.push(Html::of(&refused.onto(ctx, &mut form)));
        below.push(
            Card {
                title: t.msg("gateways-place-title"),
                text: t.msg("gateways-place-text"),
                body: vec![Html::of(&form)],
                ..Card::default()
            }
            .html(),
        );
    }
    draw(ctx, "measures", table, below, refused, top).await
}

fn measure(t: T, row: &MeasureRow, may: bool) -> Vec<Cell> {
    let stands = row.ended_at.is_none();
    let tone = match (stands, row.kind.as_str()) {
        (false, _) => Tone::Plain,
        (true, "exemption") => Tone::Ok,
        (true, _) => Tone::Stop,
    };
    let end =
        Post { action: format!("/gateways/measures/{}/end", row.id), word: t.msg("gateways-end"), hidden: vec![] };
    let until = row.ended_at.or(row.expires_at).map(|at| t.full_time(&at));
    vec![
        Cell::link(format!("/lookup?q={}", row.domain), row.domain.clone()),
        Cell::tag(Tag::new(tone, t.of("gateways-measure", &row.kind))),
        Cell::text(row.reason.clone()),
        Cell::text(t.full_time(&row.placed_at)),
        Cell::text(until.unwrap_or_else(|| t.msg("gateways-open-end"))).note(if stands {
            String::new()
        } else {
            t.msg("gateways-ended")
        }),
        Cell::post((may && stands && row.kind != "order").then_some(end)),
    ]
}

/// Places a measure.
pub async fn place(signed: Signed, typed: Typed) -> Shown {
    let input = PlaceMeasure {
        domain: typed.get("domain").to_owned(),
        kind: typed.get("kind").to_owned(),
        reason: typed.get("reason").to_owned(),
        hours: typed.get("hours").parse().unwrap_or_default(),
    };
    match act::place_measure(&signed.ctx.world, &signed.actor, input).await {
        Ok(_) => Ok(go("/gateways/measures?done=measure-placed")),
        Err(error) => {
            let refused = Refused::by(&signed.ctx, error)?;
            measures_page(&signed, ListMeasures::default(), &typed, &refused).await
        }
    }
}

/// Ends a measure.
pub async fn end(Signed { ctx, actor }: Signed, Path(measure): Path<Uuid>) -> Shown {
    act::end_measure(&ctx.world, &actor, MeasureRef { measure }).await?;
    Ok(go("/gateways/measures?done=measure-ended"))
}

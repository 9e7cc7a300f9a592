//! What the authorities told, beside the mailbox it came through: blacklists, code tables, comparisons.

use app::act::{self, DifferenceRow, FromCursor, ViewCodes, ViewComparison};
use axum::extract::{Path, Query};
use axum::response::IntoResponse as _;
use http::header;
use serde::Deserialize;
use uuid::Uuid;

use crate::component::list::{Cell, Table, Tabs};
use crate::component::{Card, Empty, Html, Link, Tag, Tone};
use crate::http::context::{Ctx, Signed};
use crate::locale::T;
use crate::page::{Shown, show};
use crate::view::{Head, Page};

/// The tabs beside the mailbox.
#[must_use]
pub fn tabs(t: T, here: &str) -> Html {
    let tab = |key: &str, href: &str| (Link::new(href, t.of("told-tab", key)), key == here);
    Html::of(&Tabs {
        label: t.msg("nav-mailbox"),
        tabs: vec![
            tab("mailbox", "/mailbox"),
            tab("blacklist", "/mailbox/blacklist"),
            tab("codes", "/mailbox/codes"),
            tab("comparisons", "/mailbox/comparisons"),
        ],
    })
}

async fn draw(ctx: &Ctx, here: &str, head: Head, table: Table) -> Shown {
    let t = ctx.t;
    let body = if table.rows.is_empty() {
        let text = t.of("told-empty", here);
        Card::with("", &Empty { title: t.msg("told-nothing"), text, link: None })
    } else {
        Card::with("", &table)
    };
    let mut shell = ctx.shell(head.title.clone()).await?;
    shell.wide = true;
    Ok(show(&Page { t, shell, head, top: vec![tabs(t, here)], main: vec![body.html()], aside: vec![] }))
}

fn titles(t: T, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| if key.is_empty() { String::new() } else { t.of("told-head", key) }).collect()
}

/// The blacklists.
pub async fn blacklist(Signed { ctx, actor }: Signed, Query(from): Query<FromCursor>) -> Shown {
    let t = ctx.t;
    let page = act::list_blacklist(&ctx.world, &actor, from).await?;
    let rows = page.items.iter().map(|row| {
        let state = match row.removed_at {
            Some(_) => Tag::new(Tone::Plain, t.msg("told-removed")),
            None => Tag::new(Tone::Stop, t.msg("told-listed")),
        };
        vec![
            Cell::text(row.key.clone()).note(t.of("told-kind", &row.kind)),
            Cell::text(row.name.clone()).note(row.remark.clone().unwrap_or_default()),
            Cell::text(row.bureau.clone()),
            Cell::text(t.full_time(&row.listed_at)).note(row.removed_at.map(|at| t.full_time(&at)).unwrap_or_default()),
            Cell::tag(state),
        ]
    });
    let more = page.next.as_ref().map(|cursor| Link::new(format!("/mailbox/blacklist?cursor={cursor}"), t.msg("more")));
    let table = Table {
        caption: t.of("told-tab", "blacklist"),
        head: titles(t, &["key", "name", "bureau", "since", "state"]),
        rows: rows.collect(),
        more,
    };
    let title = t.of("told-tab", "blacklist");
    draw(&ctx, "blacklist", Head { title, lead: t.msg("told-blacklist-lead"), ..Head::default() }, table).await
}

/// The code tables that the bureaus sent.
pub async fn codes(Signed { ctx, actor }: Signed) -> Shown {
    let t = ctx.t;
    let rows = act::list_code_tables(&ctx.world, &actor).await?;
    let rows = rows.iter().map(|row| {
        vec![
            Cell::link(format!("/mailbox/codes/{}/{}", row.bureau, row.table), row.table.clone())
                .note(t.find("told-table", &row.table.to_lowercase()).unwrap_or_default()),
            Cell::text(row.bureau.clone()),
            Cell::text(row.codes.to_string()),
            Cell::text(t.full_time(&row.changed_at)),
        ]
    });
    let table = Table {
        caption: t.of("told-tab", "codes"),
        head: titles(t, &["table", "bureau", "codes", "changed"]),
        rows: rows.collect(),
        more: None,
    };
    let title = t.of("told-tab", "codes");
    draw(&ctx, "codes", Head { title, lead: t.msg("told-codes-lead"), ..Head::default() }, table).await
}

/// Which codes of a table.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    code: Option<i64>,
    after: Option<i64>,
}

/// What the codes of a table mean, or what one of them meant before.
pub async fn code_table(
    Signed { ctx, actor }: Signed,
    Path((bureau, table)): Path<(String, String)>,
    Query(Which { code, after }): Query<Which>,
) -> Shown {
    let t = ctx.t;
    let input = ViewCodes { bureau: bureau.clone(), table: table.clone(), code, after };
    let view = act::view_codes(&ctx.world, &actor, input).await?;
    let base = format!("/mailbox/codes/{bureau}/{table}");
    let rows = view.codes.iter().map(|row| {
        let said = row.download.map_or_else(
            || Cell::text(row.bureau.clone()),
            |download| Cell::link(format!("/mailbox/{download}"), row.bureau.clone()),
        );
        let name = if row.valid { row.name.clone() } else { t.one("told-invalid", "name", &row.name) };
        vec![
            Cell::link(format!("{base}?code={}", row.code), row.code.to_string()),
            Cell::text(name),
            Cell::text(t.full_time(&row.valid_from)),
            Cell::text(row.valid_until.map(|at| t.full_time(&at)).unwrap_or_default()),
            said,
        ]
    });
    let rows = Table {
        caption: table.clone(),
        head: titles(t, &["code", "meaning", "from", "until", "said"]),
        rows: rows.collect(),
        more: view.next.map(|after| Link::new(format!("{base}?after={after}"), t.msg("more"))),
    };
    let head = Head {
        crumbs: vec![Link::new("/mailbox/codes", t.of("told-tab", "codes")), Link::new(base, table.clone())],
        title: code.map_or_else(|| table.clone(), |code| format!("{table} {code}")),
        lead: t.msg(if code.is_some() { "told-history-lead" } else { "told-table-lead" }),
        ..Head::default()
    };
    draw(&ctx, "codes", head, rows).await
}

/// The comparisons of everything a bureau has with what is filed here.
pub async fn comparisons(Signed { ctx, actor }: Signed, Query(from): Query<FromCursor>) -> Shown {
    let t = ctx.t;
    let page = act::list_comparisons(&ctx.world, &actor, from).await?;
    let rows = page.items.iter().map(|row| {
        let tag = if row.differences == 0 {
            Tag::new(Tone::Ok, t.msg("told-same"))
        } else {
            Tag::new(Tone::Wait, t.count("told-differences", row.differences))
        };
        vec![
            Cell::link(format!("/mailbox/comparisons/{}", row.id), t.full_time(&row.at)),
            Cell::text(row.bureau.clone()),
            Cell::text(row.records.to_string()),
            Cell::tag(tag),
        ]
    });
    let more =
        page.next.as_ref().map(|cursor| Link::new(format!("/mailbox/comparisons?cursor={cursor}"), t.msg("more")));
    let table = Table {
        caption: t.of("told-tab", "comparisons"),
        head: titles(t, &["when", "bureau", "records", "state"]),
        rows: rows.collect(),
        more,
    };
    let title = t.of("told-tab", "comparisons");
    draw(&ctx, "comparisons", Head { title, lead: t.msg("told-comparisons-lead"), ..Head::default() }, table).await
}

/// From which difference on.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    #[serde(default)]
    after: u64,
}

/// One comparison.
pub async fn comparison(
    Signed { ctx, actor }: Signed,
    Path(comparison): Path<Uuid>,
    Query(After { after }): Query<After>,
) -> Shown {
    let t = ctx.t;
    let view = act::view_comparison(&ctx.world, &actor, ViewComparison { comparison, after }).await?;
    let base = format!("/mailbox/comparisons/{comparison}");
    let table = Table {
        caption: t.of("told-tab", "comparisons"),
        head: titles(t, &["difference", "filing", "field", "here", "there"]),
        rows: view.differences.iter().map(|row| difference(t, row)).collect(),
        more: view.next.map(|after| Link::new(format!("{base}?after={after}"), t.msg("more"))),
    };
    let mut crumbs = vec![
        Link::new("/mailbox/comparisons", t.of("told-tab", "comparisons")),
        Link::new(format!("{base}/csv"), t.msg("told-csv")),
    ];
    crumbs.extend(view.row.download.map(|download| Link::new(format!("/mailbox/{download}"), t.msg("todo-download"))));
    let head = Head {
        crumbs,
        title: t.full_time(&view.row.at),
        sub: vec![view.row.bureau.clone(), t.count("told-records", view.row.records)],
        lead: t.msg("told-comparison-lead"),
        ..Head::default()
    };
    draw(&ctx, "comparisons", head, table).await
}

fn difference(t: T, row: &DifferenceRow) -> Vec<Cell> {
    let tone = if row.kind == "differs" { Tone::Wait } else { Tone::Stop };
    vec![
        Cell::tag(Tag::new(tone, t.of("told-difference", &row.kind))).note(t.of("told-what", &row.what)),
        Cell::text(row.filing_number.clone()).note(row.domain.clone().unwrap_or_default()),
        Cell::text(row.field.as_deref().map(|field| t.of("told-field", field)).unwrap_or_default()),
        Cell::text(row.here.clone().unwrap_or_default()),
        Cell::text(row.there.clone().unwrap_or_default()),
    ]
}

/// The same as a file for a spreadsheet.
pub async fn csv(Signed { ctx, actor }: Signed, Path(comparison): Path<Uuid>) -> Shown {
    let text = act::export_comparison(&ctx.world, &actor, comparison).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"comparison-{comparison}.csv\"")),
    ];
    Ok((headers, text).into_response())
}

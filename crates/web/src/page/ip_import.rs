//! Ranges as a file: brought in with a word on every line, and given out.

use app::act::{self, ExportIpRanges, ImportIpRanges, ImportMode, ImportedIpRanges, ListIpRanges};
use app::ip_filing::text_of;
use askama::Template;
use axum::extract::Query;
use axum::response::IntoResponse;
use filing::ip_filing::table;
use http::{StatusCode, header};
use serde::Deserialize;

use crate::component::list::{Cell, Table};
use crate::component::{Card, Html, Notice, Tag, Tone};
use crate::http::context::{Ctx, Signed};
use crate::http::typed::Typed;
use crate::http::upload::Upload;
use crate::locale::T;
use crate::page::ip_ranges::back;
use crate::page::{Shown, go, show_with, words};
use crate::view::{Head, Page};

/// The largest file taken in.
pub const FILE_BYTES: usize = 2 * 1024 * 1024;
/// The longest text that is shown again to be mended on the page.
const SHOWN_BYTES: usize = 128 * 1024;
/// So many findings are shown of one file.
const SHOWN_FINDINGS: usize = 200;

/// What to do with a file.
#[derive(Debug, Default, Deserialize)]
pub struct Way {
    bureau: Option<String>,
    #[serde(default)]
    mode: ImportMode,
}

/// The form for a file.
pub async fn form(Signed { ctx, actor }: Signed, Query(way): Query<Way>) -> Shown {
    let ranges =
        act::list_ip_ranges(&ctx.world, &actor, ListIpRanges { bureau: way.bureau, ..ListIpRanges::default() });
    let ranges = ranges.await?;
    if !ranges.may_change {
        return Err(app::Error::Forbidden.into());
    }
    page(&ctx, &ranges.bureau, "", None).await
}

async fn page(ctx: &Ctx, bureau: &str, text: &str, told: Option<&ImportedIpRanges>) -> Shown {
    let t = ctx.t;
    let mut main = Vec::new();
    let mut top = Vec::new();
    let mut status = StatusCode::OK;
    if let Some(told) = told {
        if told.findings.is_empty() {
            let text = t.count("ip-import-sound", told.sound);
            top.push(Html::of(&Notice { tone: Tone::Ok, text, link: None }));
        } else {
            status = StatusCode::UNPROCESSABLE_ENTITY;
            let text = t.two("ip-import-found", "sound", told.sound, "lines", told.lines);
            top.push(Html::of(&Notice { tone: Tone::Wait, text, link: None }));
            main.push(Card::with(t.msg("ip-import-findings"), &findings(t, told)).html());
        }
    }
    let asked = ImportForm { t, bureau: bureau.to_owned(), text: text.to_owned() };
    main.push(Card { text: t.msg("ip-import-text"), body: vec![Html::of(&asked)], ..Card::default() }.html());
    let head = Head {
        crumbs: vec![back(t, bureau)],
        title: t.msg("ip-import"),
        lead: t.msg("ip-import-lead"),
        ..Head::default()
    };
    let shell = ctx.shell(t.msg("ip-import")).await?;
    Ok(show_with(status, &Page { t, shell, head, top, main, aside: vec![] }))
}

fn findings(t: T, told: &ImportedIpRanges) -> Table {
    let rows = told.findings.iter().take(SHOWN_FINDINGS).map(|finding| {
        let mut parts = finding.field.split('.').skip(1);
        let line = parts.next().unwrap_or_default();
        let column = parts.next().and_then(filing::ip_filing::column);
        let word = t.of("ip-finding", finding.severity.as_str());
        vec![
            Cell::text(line),
            Cell::text(column.map(|column| t.text(&column.label)).unwrap_or_default()),
            Cell::tag(Tag::new(words::tone_of(finding.severity), word)),
            Cell::text(t.text(&finding.message)).note(t.text(&finding.fix)),
        ]
    });
    Table {
        caption: t.msg("ip-import-findings"),
        head: ["line", "column", "grade", "found"].map(|key| t.of("ip-import-head", key)).to_vec(),
        rows: rows.collect(),
        more: None,
    }
}

/// The form for a file, and the text of one to be mended.
#[derive(Template)]
#[template(path = "ip_import.html")]
struct ImportForm {
    t: T,
    bureau: String,
    text: String,
}

/// Takes a file.
pub async fn file(signed: Signed, Query(way): Query<Way>, upload: Upload) -> Shown {
    let text = text_of(&upload.bytes).ok_or(app::Error::Conflict { code: "form-unreadable" })?;
    take(&signed, way, text).await
}

/// Takes the text of a file.
pub async fn text(signed: Signed, Query(way): Query<Way>, typed: Typed) -> Shown {
    let text = typed.raw("csv").to_owned();
    take(&signed, way, text).await
}

async fn take(Signed { ctx, actor }: &Signed, way: Way, text: String) -> Shown {
    let bureau = way.bureau.unwrap_or_default();
    let input = ImportIpRanges { bureau: bureau.clone(), csv: text.clone(), mode: way.mode };
    let told = act::import_ip_ranges(&ctx.world, actor, input).await?;
    if told.saved > 0 && told.saved == told.lines {
        return Ok(go(&format!("/ip-ranges?bureau={bureau}&state=draft&done=ip-imported")));
    }
    let shown = if text.len() <= SHOWN_BYTES { text.as_str() } else { "" };
    if told.saved > 0 {
        // What was saved must not be sent again: the text that is left has the other lines alone.
        let left = without_saved(shown, &told);
        return page(ctx, &bureau, &left, Some(&told)).await;
    }
    page(ctx, &bureau, shown, Some(&told)).await
}

/// The heading and the lines of a text that something blocks; a record over several lines keeps only its first, so such
/// a text is given back whole.
fn without_saved(text: &str, told: &ImportedIpRanges) -> String {
    if text.contains('"') {
        return text.to_owned();
    }
    let blocked: Vec<&str> = told
        .findings
        .iter()
        .filter(|finding| finding.severity == filing::check::Severity::Block)
        .filter_map(|finding| finding.field.split('.').nth(1))
        .collect();
    let left = text
        .lines()
        .enumerate()
        .filter(|(index, _)| *index == 0 || blocked.contains(&(index + 1).to_string().as_str()));
    left.map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

/// An empty file with the heading and an example of each kind.
pub async fn template(ctx: Ctx) -> Shown {
    let tag = ctx.t.lang().tag();
    Ok(csv("ip-template.csv", table::write(filing::ip_filing::examples(), tag)))
}

/// The ranges of a bureau as a file.
pub async fn export(Signed { ctx, actor }: Signed, typed: Typed) -> Shown {
    let bureau = typed.get("bureau").to_owned();
    let language = app::Language::from_tag(ctx.t.lang().tag());
    let text = act::export_ip_ranges(&ctx.world, &actor, ExportIpRanges { bureau: bureau.clone() }, language).await?;
    Ok(csv(&format!("ip-ranges-{bureau}.csv"), text))
}

fn csv(name: &str, text: String) -> axum::response::Response {
    let held = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, held)], text)
        .into_response()
}

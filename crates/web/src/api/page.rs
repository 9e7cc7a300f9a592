//! The page at `/api`: the operations and the problems, where the `type` of every problem leads.

use axum::response::{Html as HtmlPage, IntoResponse};
use utoipa::openapi::path::{Operation, PathItem};

use super::problem::{self, CODES};
use super::{BASE, DESCRIPTION, openapi};
use crate::component::list::{Cell, Table};
use crate::component::{Card, Html, Link};
use crate::http::context::Ctx;
use crate::http::failure::Failure;
use crate::locale::T;
use crate::view::{Head, Page};
use askama::Template as _;

/// Where the page lives.
pub const ADDRESS: &str = "/api";

/// Shows the page.
///
/// # Errors
/// When the reader's account cannot be read.
pub async fn show(ctx: Ctx) -> Result<impl IntoResponse, Failure> {
    let t = ctx.t;
    let page = Page {
        t,
        shell: ctx.shell(t.msg("api-title")).await?,
        head: Head { title: t.msg("api-title"), lead: t.one("api-lead", "base", BASE), ..Head::default() },
        main: main(t),
        ..Page::default()
    };
    Ok(HtmlPage(page.render().map_err(|error| app::Error::internal(error.to_string()))?))
}

fn main(t: T) -> Vec<Html> {
    let description = Link::new(DESCRIPTION, t.msg("api-description"));
    let mut cards = vec![Card { text: t.msg("api-how"), links: vec![description], ..Card::default() }.html()];
    let openapi = openapi();
    for tag in openapi.tags.iter().flatten() {
        let rows = openapi
            .paths
            .paths
            .iter()
            .flat_map(|(path, item)| operations(item).map(move |(method, operation)| (method, path, operation)))
            .filter(|(_, _, operation)| operation.tags.iter().flatten().any(|name| *name == tag.name))
            .map(|(method, path, operation)| row(t, method, path, operation))
            .collect();
        let title = t.of("api-group", &tag.name);
        let head = vec![t.msg("api-operation"), t.msg("api-does")];
        cards.push(Card::with(title.clone(), &Table { caption: title, head, rows, more: None }).html());
    }
    // What a problem mentions is only known when it happens.
    let unknown = ["seconds", "given", "wanted"].map(|name| (name, "…".to_owned()));
    cards.extend(CODES.iter().map(|code| {
        Card {
            id: format!("problem-{code}"),
            title: format!("{} ({code})", problem::title(t, code, &unknown)),
            text: problem::detail(t, code, &unknown),
            ..Card::default()
        }
        .html()
    }));
    cards
}

fn row(t: T, method: &str, path: &str, operation: &Operation) -> Vec<Cell> {
    let summary = operation.summary.clone().unwrap_or_default();
    let open = operation.security.is_some();
    let note = if open { t.msg("api-open") } else { String::new() };
    vec![Cell::fixed(format!("{method} {path}")), Cell::text(summary).note(note)]
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    [("GET", &item.get), ("POST", &item.post), ("PUT", &item.put), ("PATCH", &item.patch), ("DELETE", &item.delete)]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

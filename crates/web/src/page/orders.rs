//! The orders and the cloud resources of an account.

use app::act::{self, ListOrders, OrderRow};
use axum::extract::Query;
use serde::Deserialize;

use crate::component::list::{Cell, OrderLine, OrderList, Table};
use crate::component::{Card, Empty, Html, Link, Tag, Tone};
use crate::http::context::Signed;
use crate::locale::T;
use crate::page::{Shown, show, words};
use crate::view::{Head, Page};

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    cursor: Option<String>,
}

/// The account's orders, the latest first.
pub async fn orders(Signed { ctx, actor }: Signed, Query(from): Query<From>) -> Shown {
    let t = ctx.t;
    let page = act::list_orders(&ctx.world, &actor, ListOrders { cursor: from.cursor }).await?;
    let new = Link::new("/orders/new", t.msg("new-order-title"));
    let body = if page.items.is_empty() {
        Card::with(
            "",
            &Empty { title: t.msg("orders-empty"), text: t.msg("orders-empty-text"), link: Some(new.clone()) },
        )
    } else {
        let lines = page.items.iter().map(|row| line(t, row)).collect();
        let more = page.next.as_ref().map(|cursor| Link::new(format!("/orders?cursor={cursor}"), t.msg("more")));
        Card { flush: true, ..Card::with("", &OrderList { lines, more }) }
    };
    let mut main = vec![body.html()];
    if !page.items.is_empty() {
        main.insert(0, Html::of(&NewButton { link: new }));
    }
    Ok(show(&Page {
        t,
        shell: ctx.shell(t.msg("nav-orders")).await?,
        head: Head { title: t.msg("nav-orders"), ..Head::default() },
        main,
        ..Page::default()
    }))
}

/// The button above the list.
#[derive(askama::Template)]
#[template(ext = "html", source = r#"<p><a class="btn btn-primary" href="{{ link.href }}">{{ link.word }}</a></p>"#)]
struct NewButton {
    link: Link,
}

fn line(t: T, row: &OrderRow) -> OrderLine {
    let action = if row.action.is_empty() { t.msg("detected-unknown") } else { t.of("action", &row.action) };
    OrderLine {
        href: format!("/orders/{}", row.id),
        domain: row.domain.clone(),
        detail: format!("{action} · {}", t.one("updated-at", "time", t.full_time(&row.updated_at))),
        tag: words::stage_tag(t, row.stage),
        next: crate::page::status::next_line(t, &row.next),
    }
}

/// The account's cloud resources, with what speaks against filing on each.
pub async fn resources(Signed { ctx, actor }: Signed) -> Shown {
    let t = ctx.t;
    let resources = act::list_resources(&ctx.world, &actor).await?;
    let body = if resources.is_empty() {
        Card::with("", &Empty { title: t.msg("resources-empty"), text: t.msg("resources-empty-text"), link: None })
    } else {
        let rows = resources.iter().map(|resource| {
            let state = match resource.findings.first() {
                None => Cell::tag(Tag::new(Tone::Ok, t.msg("resource-fit"))),
                Some(_) => {
                    let stops = resource.findings.iter().any(|finding| words::tone_of(finding.severity) == Tone::Stop);
                    let tag = if stops {
                        Tag::new(Tone::Stop, t.msg("resource-unfit"))
                    } else {
                        Tag::new(Tone::Wait, t.msg("resource-look"))
                    };
                    let why: Vec<String> = resource.findings.iter().map(|finding| t.text(&finding.message)).collect();
                    Cell::tag(tag).note(why.join(" "))
                }
            };
            let name = if resource.name.is_empty() { &resource.external_id } else { &resource.name };
            vec![
                Cell::text(name.clone()).note(format!(
                    "{} · {}",
                    t.of("resource-kind", &resource.kind),
                    resource.external_id
                )),
                Cell::text(resource.region.clone()).note(resource.ips.join(" ")),
                Cell::text(t.two("resource-sites", "used", resource.sites_used, "max", resource.sites_max)),
                Cell::text(resource.expires_on.map_or_else(|| t.msg("resource-no-end"), |day| day.to_string()))
                    .note(t.one("resource-bought", "date", resource.bought_on)),
                state,
            ]
        });
        Card::with(
            "",
            &Table {
                caption: t.msg("nav-resources"),
                head: [
                    "resource-name",
                    "resource-where",
                    "resource-sites-head",
                    "resource-until-head",
                    "resource-state",
                ]
                .map(|key| t.msg(key))
                .to_vec(),
                rows: rows.collect(),
                more: None,
            },
        )
    };
    Ok(show(&Page {
        t,
        shell: ctx.shell(t.msg("nav-resources")).await?,
        head: Head { title: t.msg("nav-resources"), lead: t.msg("resources-lead"), ..Head::default() },
        main: vec![body.html()],
        ..Page::default()
    }))
}

//! What the authority will receive when a case is passed, as the bytes say it.

use app::act::{self, PreviewUpload, UploadPreview};
use axum::extract::{Path, Query};
use uuid::Uuid;

use crate::component::form::{Field, Form, Kind};
use crate::component::{Card, Facts, Html, Link, Notice, Row, Tone};
use crate::http::context::Signed;
use crate::http::typed::Typed;
use crate::page::mailbox::{Begin, operation, tree};
use crate::page::{Shown, show};
use crate::view::{Head, Page};

/// The file with everybody in it hidden.
pub async fn look(signed: Signed, Path(order): Path<Uuid>, Query(Begin { from }): Query<Begin>) -> Shown {
    draw(&signed, PreviewUpload { order, from, reason: String::new() }).await
}

/// The file whole, pictures included; the reason is written down.
pub async fn reveal(signed: Signed, Path(order): Path<Uuid>, typed: Typed) -> Shown {
    let from = typed.get("from").parse().unwrap_or_default();
    draw(&signed, PreviewUpload { order, from, reason: typed.get("reason").to_owned() }).await
}

async fn draw(Signed { ctx, actor }: &Signed, asked: PreviewUpload) -> Shown {
    let t = ctx.t;
    let view = act::preview_upload(&ctx.world, actor, asked).await?;
    let case = format!("/review/{}", view.order);
    let mut shell = ctx.shell(t.msg("wire-preview")).await?;
    shell.wide = true;
    let mut content = Card::with(t.msg("mailbox-content"), &tree(t, view.lines.clone()));
    let last = view.from + view.lines.len();
    if view.elements > view.lines.len() {
        let shown =
            [("first", (view.from + 1).to_string()), ("last", last.to_string()), ("all", view.elements.to_string())];
        content.text = t.with("mailbox-stretch", &shown);
        let links = [
            (view.from > 0).then(|| Link::new(format!("{case}/wire"), t.msg("mailbox-first"))),
            (last < view.elements).then(|| Link::new(format!("{case}/wire?from={last}"), t.msg("more"))),
        ];
        content.links = links.into_iter().flatten().collect();
    }
    let mut main = vec![content.html()];
    if !view.revealed {
        let reason = Field::new(t, Kind::Text, "reason", t.msg("reveal-reason")).hint(t.msg("reveal-reason-hint"));
        let form = Form::new(format!("{case}/wire"), vec![reason.keyboard("text", "off")], t.msg("mailbox-reveal"))
            .hidden("from", view.from.to_string());
        main.push(Card::with(t.msg("mailbox-open"), &form).html());
    }
    let top = view.revealed.then(|| Notice { tone: Tone::Wait, text: t.msg("mailbox-revealed"), link: None });
    Ok(show(&Page {
        t,
        shell,
        head: Head {
            crumbs: vec![Link::new(case, view.domain.clone())],
            title: t.msg("wire-preview"),
            sub: vec![operation(t, &view.operation)],
            lead: t.msg("wire-preview-lead"),
            ..Head::default()
        },
        top: top.iter().map(Html::of).collect(),
        main,
        aside: vec![facts(t, &view)],
    }))
}

fn facts(t: crate::locale::T, view: &UploadPreview) -> Html {
    Html::of(&Facts {
        title: t.msg("wire-preview-facts"),
        rows: vec![
            Row::new(t.of("mailbox-head", "bureau"), view.bureau.clone()),
            Row::new(t.msg("wire-preview-xml"), t.count("bytes", view.xml_bytes)),
            Row::new(t.msg("wire-preview-zip"), t.count("bytes", view.zip_bytes)),
            Row::new(t.of("mailbox-head", "md5"), view.md5.clone()),
        ],
        text: t.msg("wire-preview-facts-text"),
        ..Facts::default()
    })
}

//! What the authority will receive when a case is passed, as the bytes say it.

use app::act::{self, PreviewUpload, RevealUpload, TakeUpload, UploadPreview};
use axum::extract::{Path, Query};
use uuid::Uuid;

use crate::component::{Card, Facts, Html, Link, Notice, Row, Tone};
use crate::http::context::Signed;
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::mailbox::{Begin, form, give, opening, operation, tree};
use crate::page::{Shown, materials, show};
use crate::view::{Head, Page};

/// The file with everybody in it hidden.
pub async fn look(signed: Signed, Path(order): Path<Uuid>, Query(Begin { from }): Query<Begin>) -> Shown {
    let view = act::preview_upload(&signed.ctx.world, &signed.actor, PreviewUpload { order, from }).await?;
    draw(&signed, &view, None).await
}

/// Shows the file whole, pictures included, or gives it away; a reason first.
pub async fn open(signed: Signed, Path(order): Path<Uuid>, typed: Typed) -> Shown {
    let Signed { ctx, actor } = &signed;
    let reason = typed.get("reason").to_owned();
    let from = typed.get("from").parse().unwrap_or_default();
    let error = match form(&typed) {
        Some(form) => match act::take_upload(&ctx.world, actor, TakeUpload { order, form, reason }).await {
            Ok(file) => return Ok(give(file)),
            Err(error) => error,
        },
        None => match act::reveal_upload(&ctx.world, actor, RevealUpload { order, from, reason }).await {
            Ok(view) => return draw(&signed, &view, None).await,
            Err(error) => error,
        },
    };
    let Some(text) = materials::said(ctx.t, &error) else { return Err(error.into()) };
    let view = act::preview_upload(&ctx.world, actor, PreviewUpload { order, from }).await?;
    draw(&signed, &view, Some(text)).await
}

async fn draw(Signed { ctx, .. }: &Signed, view: &UploadPreview, refused: Option<String>) -> Shown {
    let t = ctx.t;
    let case = format!("/review/{}", view.order);
    let mut shell = ctx.shell(t.msg("wire-preview")).await?;
    shell.wide = true;
    let notice = |tone, text| Html::of(&Notice { tone, text, link: None });
    let mut top: Vec<Html> = refused.map(|text| notice(Tone::Stop, text)).into_iter().collect();
    if view.revealed {
        top.push(notice(Tone::Wait, t.msg("mailbox-revealed")));
    }
    let mut content = Card::with(t.msg("mailbox-content"), &tree(t, view.lines.clone()));
    if view.elements > view.lines.len() {
        let last = view.from + view.lines.len();
        let shown =
            [("first", (view.from + 1).to_string()), ("last", last.to_string()), ("all", view.elements.to_string())];
        content.text = t.with("mailbox-stretch", &shown);
        let links = [
            (view.from > 0).then(|| Link::new(format!("{case}/wire"), t.msg("mailbox-first"))),
            view.next.map(|next| Link::new(format!("{case}/wire?from={next}"), t.msg("more"))),
        ];
        content.links = links.into_iter().flatten().collect();
    }
    Ok(show(&Page {
        t,
        shell,
        head: Head {
            crumbs: vec![Link::new(case.clone(), view.domain.clone())],
            title: t.msg("wire-preview"),
            sub: vec![operation(t, &view.operation)],
            lead: if view.foreseen.is_empty() {
                t.msg("wire-preview-lead")
            } else {
                t.msg("wire-preview-lead-foreseen")
            },
            ..Head::default()
        },
        top,
        // The file is long: what can be done with it comes first.
        main: vec![opening(t, format!("{case}/wire"), view.from, view.revealed), content.html()],
        aside: [Some(facts(t, view)), numbers(t, view)].into_iter().flatten().collect(),
    }))
}

fn facts(t: T, view: &UploadPreview) -> Html {
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

/// The numbers that the order has only when it is passed; none when it has them all.
fn numbers(t: T, view: &UploadPreview) -> Option<Html> {
    let of_kind = |kind: &str| {
        let numbers = view.foreseen.iter().filter(|foreseen| foreseen.kind == kind);
        let numbers: Vec<String> = numbers.map(|foreseen| foreseen.number.to_string()).collect();
        (!numbers.is_empty()).then(|| Row::new(t.of("wire-preview-number", kind), numbers.join(", ")))
    };
    let facts = Facts {
        title: t.msg("wire-preview-foreseen"),
        rows: ["subject", "site", "domain", "access", "ip"].into_iter().filter_map(of_kind).collect(),
        text: t.msg("wire-preview-foreseen-text"),
        ..Facts::default()
    };
    (!view.foreseen.is_empty()).then(|| Html::of(&facts))
}

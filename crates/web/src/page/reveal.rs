//! Showing what is masked, or a paper of a case that is not one's own: a reason first, and a line in the audit trail.

use app::act::{self, OpenMaterial, OrderRef, Reveal};
use axum::extract::{Path, Query};
use serde::Deserialize;
use uuid::Uuid;

use crate::component::form::{Field, Form, Kind};
use crate::component::{Facts, Html, Link, Links, Notice, Row, Tone};
use crate::http::context::Signed;
use crate::http::typed::Typed;
use crate::page::enter::{Refused, form_page};
use crate::page::{Shown, materials, show, words};
use crate::view::{Head, Page};

/// Which field.
#[derive(Debug, Deserialize)]
pub struct Which {
    #[serde(default)]
    field: String,
}

/// Asks for the reason.
pub async fn form(signed: Signed, Path(order): Path<Uuid>, Query(which): Query<Which>) -> Shown {
    ask(&signed, order, &which.field, "", &Refused::nothing()).await
}

async fn ask(Signed { ctx, actor }: &Signed, order: Uuid, field: &str, reason: &str, refused: &Refused) -> Shown {
    let t = ctx.t;
    let view = act::view_case(&ctx.world, actor, OrderRef { order }).await?;
    if !view.rows.iter().any(|row| row.field == field) {
        return Err(app::Error::NotFound.into());
    }
    let form = Form::new(
        format!("/review/{order}/reveal"),
        vec![
            Field::new(t, Kind::Text, "reason", t.msg("reveal-reason"))
                .hint(t.msg("reveal-reason-hint"))
                .value(reason)
                .keyboard("text", "off"),
        ],
        t.msg("reveal"),
    )
    .hidden("field", field)
    .second(Link::new(format!("/review/{order}"), t.msg("back")));
    let head = Head {
        crumbs: vec![Link::new(format!("/review/{order}"), view.order.domain.clone())],
        title: t.one("reveal-title", "field", words::full_label(t, field)),
        lead: t.msg("reveal-lead"),
        ..Head::default()
    };
    form_page(ctx, head, form, refused, vec![]).await
}

/// Shows the value.
pub async fn reveal(signed: Signed, Path(order): Path<Uuid>, typed: Typed) -> Shown {
    let (field, reason) = (typed.get("field").to_owned(), typed.get("reason").to_owned());
    let Signed { ctx, actor } = &signed;
    let t = ctx.t;
    match act::reveal(&ctx.world, actor, Reveal { order, field: field.clone(), reason: reason.clone() }).await {
        Ok(revealed) => {
            let label = words::full_label(t, &revealed.field);
            let mut shell = ctx.shell(label.clone()).await?;
            shell.narrow = true;
            let value = words::value(t, &revealed.field, &revealed.value);
            let facts = Facts { rows: vec![Row::new(label.clone(), value)], title: label.clone(), ..Facts::default() };
            let back = Links { links: vec![Link::new(format!("/review/{order}"), t.msg("back"))] };
            Ok(show(&Page {
                t,
                shell,
                head: Head { title: t.one("reveal-title", "field", label), ..Head::default() },
                top: vec![Html::of(&Notice {
                    tone: Tone::Wait,
                    text: t.one("reveal-logged", "reason", reason),
                    link: None,
                })],
                main: vec![Html::of(&facts), Html::of(&back)],
                aside: vec![],
            }))
        }
        Err(error) => {
            let refused = Refused::by(ctx, error)?;
            ask(&signed, order, &field, &reason, &refused).await
        }
    }
}

/// Asks for the reason to open a paper.
pub async fn paper_form(signed: Signed, Path((order, material)): Path<(Uuid, Uuid)>) -> Shown {
    ask_paper(&signed, order, material, "", &Refused::nothing()).await
}

async fn ask_paper(
    Signed { ctx, actor }: &Signed,
    order: Uuid,
    material: Uuid,
    reason: &str,
    refused: &Refused,
) -> Shown {
    let t = ctx.t;
    let view = act::view_case(&ctx.world, actor, OrderRef { order }).await?;
    let is_it = |slot: &&act::SlotView| slot.material.as_ref().is_some_and(|known| known.id == material);
    let slot = view.order.slots.iter().find(is_it).ok_or(app::Error::NotFound)?;
    let form = Form::new(
        format!("/review/{order}/papers/{material}"),
        vec![
            Field::new(t, Kind::Text, "reason", t.msg("reveal-reason"))
                .hint(t.msg("paper-reason-hint"))
                .value(reason)
                .keyboard("text", "off"),
        ],
        t.msg("paper-open"),
    )
    .second(Link::new(format!("/review/{order}"), t.msg("back")));
    let head = Head {
        crumbs: vec![Link::new(format!("/review/{order}"), view.order.domain.clone())],
        title: t.one("paper-title", "paper", words::full_label(t, &slot.slot)),
        lead: t.msg("reveal-lead"),
        ..Head::default()
    };
    form_page(ctx, head, form, refused, vec![]).await
}

/// Opens the paper.
pub async fn paper(signed: Signed, Path((order, material)): Path<(Uuid, Uuid)>, typed: Typed) -> Shown {
    let reason = typed.get("reason").to_owned();
    let Signed { ctx, actor } = &signed;
    match act::open_material(&ctx.world, actor, OpenMaterial { order, material, reason: Some(reason.clone()) }).await {
        Ok(file) => Ok(materials::file(actor, file)),
        Err(error) => {
            let refused = Refused::by(ctx, error)?;
            ask_paper(&signed, order, material, &reason, &refused).await
        }
    }
}

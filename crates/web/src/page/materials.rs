//! The papers of an order: what is asked for, how it must look, what was given.

use app::Actor;
use app::act::{self, EditOrder, MaterialFile, OpenMaterial, RemoveMaterial, SlotView, UploadMaterial};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use filing::progress::is_verification;
use http::{HeaderValue, StatusCode, header};
use uuid::Uuid;

use crate::component::list::{Slot, Slots};
use crate::component::{Card, Empty, ErrorSummary, Html, Link, Links};
use crate::http::context::Signed;
use crate::http::upload::Upload;
use crate::locale::T;
use crate::page::{Shown, answers, go, guidance, papers, show_with, words};
use crate::view::{Head, Page};

/// The papers of an order.
pub async fn materials(signed: Signed, Path(order): Path<Uuid>) -> Shown {
    draw(&signed, order, None).await
}

async fn draw(Signed { ctx, actor }: &Signed, order: Uuid, problem: Option<(String, String)>) -> Shown {
    let t = ctx.t;
    let edit = act::edit_order(&ctx.world, actor, EditOrder { order }).await?;
    let others: Vec<Slot> = edit
        .slots
        .iter()
        .filter(|slot| !is_verification(slot.kind))
        .map(|slot| self::slot(t, order, slot, problem.as_ref()))
        .collect();
    let photos: Vec<Slot> = edit
        .slots
        .iter()
        .filter(|slot| is_verification(slot.kind))
        .map(|slot| self::slot(t, order, slot, problem.as_ref()))
        .collect();
    let items: Vec<Link> = problem
        .iter()
        .map(|(slot, text)| Link::new(format!("#{}", crate::component::form::id_of(slot)), text.clone()))
        .collect();
    let status = if items.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut main = vec![];
    if others.is_empty() {
        let empty = Empty { title: t.msg("materials-none"), text: t.msg("materials-none-text"), link: None };
        main.push(Card::with("", &empty).html());
    } else {
        main.push(Card::with(t.msg("materials-papers"), &Slots { t, slots: others }).html());
    }
    if !photos.is_empty() {
        main.push(
            Card {
                title: t.msg("section-verification"),
                text: t.msg("materials-photos"),
                body: vec![Html::of(&Slots { t, slots: photos })],
                links: vec![Link::new(format!("/orders/{order}/verification/0"), t.msg("materials-by-phone"))],
                ..Card::default()
            }
            .html(),
        );
    }
    main.extend(guidance::about(t, &edit.draft, &edit.action, "materials", ctx.world.today()));
    main.push(Html::of(&Links { links: vec![Link::new(format!("/orders/{order}"), t.msg("back-to-tasks"))] }));
    let page = Page {
        t,
        shell: ctx.shell(t.msg("section-materials")).await?,
        head: Head {
            crumbs: vec![Link::new(format!("/orders/{order}"), edit.draft.basic.domain.clone())],
            title: t.msg("section-materials"),
            lead: t.msg("materials-lead"),
            ..Head::default()
        },
        top: vec![Html::of(&ErrorSummary { t, items })],
        main,
        aside: vec![],
    };
    Ok(show_with(status, &page))
}

/// A paper as it is asked for on the page of papers.
fn slot(t: T, order: Uuid, slot: &SlotView, problem: Option<&(String, String)>) -> Slot {
    let given = slot.material.is_some();
    let base = format!("/orders/{order}/materials/{}", slot.slot);
    Slot {
        slot: slot.slot.clone(),
        title: words::full_label(t, &slot.slot),
        hint: t.of("material-hint", slot.kind),
        why: slot.paper.as_ref().map(|paper| t.text(&paper.why)).unwrap_or_default(),
        details: slot.paper.as_ref().map(|paper| papers::details(t, paper)).unwrap_or_default(),
        source: slot.paper.as_ref().map(|paper| paper.source.clone()).unwrap_or_default(),
        forms: slot.paper.as_ref().map(|paper| papers::forms(t, order, paper)).unwrap_or_default(),
        tag: papers::tag(t, slot),
        picture: answers::pictures(t, order, std::slice::from_ref(slot), |_| true).pop(),
        upload: slot.editable.then(|| base.clone()),
        remove: (slot.editable && given).then(|| format!("{base}/remove")),
        problem: problem.filter(|(at, _)| *at == slot.slot).map(|(_, text)| text.clone()).unwrap_or_default(),
    }
}

/// Takes a paper in.
pub async fn upload(
    signed: Signed,
    Path((order, slot)): Path<(Uuid, String)>,
    upload: Result<Upload, crate::http::failure::Failure>,
) -> Shown {
    let Signed { ctx, actor } = &signed;
    let result = match upload {
        Ok(Upload { file_name, bytes }) => {
            act::upload_material(&ctx.world, actor, UploadMaterial { order, slot: slot.clone(), file_name, bytes })
                .await
        }
        Err(failure) => Err(failure.0),
    };
    match result {
        Ok(_) => Ok(go(&format!("/orders/{order}/materials?done=uploaded#{}", crate::component::form::id_of(&slot)))),
        Err(error) => match said(ctx.t, &error) {
            Some(text) => draw(&signed, order, Some((slot, text))).await,
            None => Err(error.into()),
        },
    }
}

/// What is wrong with a file, in words; nothing when it is not about the file.
#[must_use]
pub fn said(t: T, error: &app::Error) -> Option<String> {
    match error {
        app::Error::Invalid(findings) => {
            let finding = findings.first()?;
            let (message, fix) = (t.text(&finding.message), t.text(&finding.fix));
            Some(if fix.is_empty() { message } else { format!("{message} {fix}") })
        }
        app::Error::Conflict { code } => Some(t.of("error", code)),
        _ => None,
    }
}

/// Takes a paper out again.
pub async fn remove(Signed { ctx, actor }: Signed, Path((order, slot)): Path<(Uuid, String)>) -> Shown {
    act::remove_material(&ctx.world, &actor, RemoveMaterial { order, slot: slot.clone() }).await?;
    Ok(go(&format!("/orders/{order}/materials?done=removed#{}", crate::component::form::id_of(&slot))))
}

/// The picture itself, for whoever brought it and whoever reviews it; others give a reason on a page of the desk.
pub async fn picture(Signed { ctx, actor }: Signed, Path((order, material)): Path<(Uuid, Uuid)>) -> Shown {
    let input = OpenMaterial { order, material, reason: None };
    Ok(file(&actor, act::open_material(&ctx.world, &actor, input).await?))
}

/// A sealed picture on its way out: kept by nobody but its owner's browser, and there not for long.
#[must_use]
pub fn file(actor: &Actor, file: MaterialFile) -> Response {
    let kind =
        HeaderValue::from_str(&file.content_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static(if actor.is_staff() { "no-store" } else { "private, max-age=300" }),
        ),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
    ];
    (headers, file.bytes).into_response()
}

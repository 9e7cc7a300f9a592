//! The pages a phone opens from the QR code: no log-in, only the pictures of one manager, one at a time.

use app::act::{self, HandoverView, OpenHandover, RemoveByHandover, UploadByHandover};
use axum::extract::Path;
use filing::material::MaterialKind;
use http::StatusCode;

use crate::component::list::Live;
use crate::component::progress::{NowCard, Post};
use crate::component::{Card, ErrorSummary, Html, Link, Notice, Tag, Tone};
use crate::http::context::Ctx;
use crate::http::failure::Failure;
use crate::http::upload::Upload;
use crate::locale::T;
use crate::page::materials::said;
use crate::page::{Shown, go, show, show_with, verification, words};
use crate::view::{Head, Page, Shell, ShotPage};

/// What is to be photographed, and what already is.
pub async fn list(ctx: Ctx, Path(token): Path<String>) -> Shown {
    let view = match act::open_handover(&ctx.world, &ctx.origin, OpenHandover { token: token.clone() }).await {
        Ok(view) => view,
        Err(error) => return expired(&ctx, error),
    };
    let t = ctx.t;
    let missing = view.slots.iter().filter(|slot| slot.required && slot.material.is_none()).count();
    let base = format!("/h/{token}");
    let mut main = vec![];
    if view.finished {
        main.push(Html::of(&Notice { tone: Tone::Ok, text: t.msg("phone-finished"), link: None }));
    }
    let lines = view
        .slots
        .iter()
        .map(|slot| {
            let open = slot.editable && !view.finished;
            verification::line(t, slot, if open { format!("{base}/{}", slot.slot) } else { String::new() })
        })
        .collect();
    let state = if missing == 0 {
        Tag::new(Tone::Ok, t.of("handover-state", "complete"))
    } else {
        Tag::new(Tone::Wait, t.count("phone-missing", missing))
    };
    let live = Live { t, poll: None, state, until: String::new(), lines, next: None };
    main.push(Card { body: vec![Html::of(&live)], ..Card::default() }.html());
    if !view.finished {
        let next = view.slots.iter().find(|slot| slot.editable && slot.material.is_none());
        main.push(Html::of(&NowCard {
            title: t.msg(if missing == 0 { "phone-done-title" } else { "phone-next-title" }),
            text: t.msg(if missing == 0 { "phone-done-text" } else { "phone-next-text" }),
            primary: next.map(|slot| {
                let label = words::field_label(t, &slot.slot);
                Link::new(format!("{base}/{}", slot.slot), t.one("phone-take", "what", label))
            }),
            post: (missing == 0).then(|| Post {
                action: format!("{base}/finish"),
                word: t.msg("phone-finish"),
                hidden: vec![],
            }),
            ..NowCard::default()
        }));
    }
    let page = Page {
        t,
        shell: shell(&ctx, &t.msg("section-verification")),
        head: head(t, &view),
        top: vec![],
        main,
        aside: vec![],
    };
    Ok(show(&page))
}

fn shell(ctx: &Ctx, title: &str) -> Shell {
    let mut shell = ctx.plain_shell(title);
    shell.narrow = true;
    shell.strangers = false;
    shell
}

fn head(t: T, view: &HandoverView) -> Head {
    Head {
        crumbs: vec![Link::new("", view.domain.clone())],
        title: t.msg("section-verification"),
        sub: [view.manager_name.clone(), t.one("handover-until", "time", t.clock_time(&view.expires_at))]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect(),
        lead: t.msg("phone-lead"),
        ..Head::default()
    }
}

/// A link that is over says so and how to get another; everything else is an error like any other.
fn expired(ctx: &Ctx, error: app::Error) -> Shown {
    let t = ctx.t;
    if !matches!(error, app::Error::NotFound | app::Error::Conflict { code: "link-expired" }) {
        return Err(error.into());
    }
    let page = Page {
        t,
        shell: shell(ctx, &t.msg("phone-expired")),
        head: Head { title: t.msg("phone-expired"), lead: t.msg("phone-expired-text"), ..Head::default() },
        ..Page::default()
    };
    Ok(show_with(StatusCode::GONE, &page))
}

/// The page that takes one picture.
pub async fn shot(ctx: Ctx, Path((token, slot)): Path<(String, String)>) -> Shown {
    draw(&ctx, &token, &slot, None).await
}

async fn draw(ctx: &Ctx, token: &str, slot: &str, problem: Option<String>) -> Shown {
    let view = match act::open_handover(&ctx.world, &ctx.origin, OpenHandover { token: token.to_owned() }).await {
        Ok(view) => view,
        Err(error) => return expired(ctx, error),
    };
    let Some(wanted) = view.slots.iter().find(|known| known.slot == slot && known.editable && !view.finished) else {
        return Err(app::Error::NotFound.into());
    };
    let t = ctx.t;
    let face = wanted.kind == MaterialKind::ManagerPhoto;
    let title = words::field_label(t, slot);
    let items = problem.iter().map(|text| Link::new("#file", text.clone())).collect::<Vec<_>>();
    let status = if items.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let kept =
        wanted.material.is_some().then(|| Html::of(&Notice { tone: Tone::Ok, text: t.msg("phone-kept"), link: None }));
    let mut top = vec![Html::of(&ErrorSummary { t, items })];
    top.extend(kept);
    let tips = if face {
        (1..=4).map(|n| t.of("photo-rule", n)).collect()
    } else {
        (1..=3).map(|n| t.of("paper-rule", n)).collect()
    };
    let page = ShotPage {
        t,
        shell: shell(ctx, &title),
        head: Head {
            crumbs: vec![Link::new(format!("/h/{token}"), t.msg("section-verification"))],
            title,
            ..Head::default()
        },
        top,
        action: format!("/h/{token}/{slot}"),
        next: format!("/h/{token}"),
        facing: if face { "user" } else { "environment" },
        face,
        current: None,
        tips,
    };
    Ok(show_with(status, &page))
}

/// Takes one picture in, and goes on to the next that is missing.
pub async fn upload(ctx: Ctx, Path((token, slot)): Path<(String, String)>, upload: Result<Upload, Failure>) -> Shown {
    let result = match upload {
        Ok(Upload { file_name, bytes }) => {
            let input = UploadByHandover { token: token.clone(), slot: slot.clone(), file_name, bytes };
            act::upload_by_handover(&ctx.world, &ctx.origin, input).await
        }
        Err(failure) => Err(failure.0),
    };
    match result {
        Ok(_) => Ok(go(&format!("/h/{token}?done=uploaded"))),
        Err(error @ (app::Error::NotFound | app::Error::Conflict { code: "link-expired" })) => expired(&ctx, error),
        Err(error) => match said(ctx.t, &error) {
            Some(text) => draw(&ctx, &token, &slot, Some(text)).await,
            None => Err(error.into()),
        },
    }
}

/// Takes one picture out again.
pub async fn remove(ctx: Ctx, Path((token, slot)): Path<(String, String)>) -> Shown {
    match act::remove_by_handover(&ctx.world, &ctx.origin, RemoveByHandover { token: token.clone(), slot }).await {
        Ok(_) => Ok(go(&format!("/h/{token}"))),
        Err(error) => expired(&ctx, error),
    }
}

/// The phone is done; the wide screen goes on.
pub async fn finish(ctx: Ctx, Path(token): Path<String>) -> Shown {
    match act::finish_handover(&ctx.world, &ctx.origin, OpenHandover { token: token.clone() }).await {
        Ok(_) => Ok(go(&format!("/h/{token}"))),
        Err(error) => expired(&ctx, error),
    }
}

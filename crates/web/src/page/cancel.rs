//! Ending what is filed: what it means, why, and the confirmation; then the order goes its way like any other.

use app::act::{self, EditOrder, FilingRef, FilingView, OpenCancellation, Patch, SaveSection};
use axum::extract::{Path, Query};
use filing::cancellation::CancelReason;
use filing::draft::CancellationDraft;
use filing::stage::Action;
use serde::Deserialize;
use uuid::Uuid;

use crate::component::form::{Choice, Field, Form, Kind};
use crate::component::{Card, Html, Link, Prose, Tag, Tone};
use crate::http::context::{Ctx, Signed};
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::enter::Refused;
use crate::page::{Shown, go, show_with};
use crate::view::{Head, Page};

/// What is to end.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    action: Action,
    #[serde(default)]
    site: Option<Uuid>,
}

/// Asks why a subject, a site or an access is to end, and says what follows.
pub async fn form(Signed { ctx, actor }: Signed, Path(filing): Path<Uuid>, Query(wanted): Query<Wanted>) -> Shown {
    let view = act::view_filing(&ctx.world, &actor, FilingRef { filing }).await?;
    open_page(&ctx, &view, &wanted, &CancellationDraft::default(), &Refused::nothing()).await
}

async fn open_page(
    ctx: &Ctx,
    view: &FilingView,
    wanted: &Wanted,
    said: &CancellationDraft,
    refused: &Refused,
) -> Shown {
    let t = ctx.t;
    let site = view.sites.iter().find(|site| Some(site.id) == wanted.site);
    let acts = site.map_or(&view.acts, |site| &site.acts);
    let possible = acts.iter().find(|possible| possible.action == wanted.action && wanted.action.cancels());
    let possible = possible.ok_or(app::Error::NotFound)?;
    if let Some(code) = possible.obstacle {
        return Err(app::Error::Conflict { code }.into());
    }
    let form =
        Form { danger: true, ..Form::new(format!("/filings/{}/cancel", view.id), fields(t, said), t.msg("go-on")) }
            .hidden("action", wanted.action.as_str())
            .hidden("site", wanted.site.map(|site| site.to_string()).unwrap_or_default())
            .second(Link::new(format!("/filings/{}", view.id), t.msg("back")));
    let mut crumbs = vec![Link::new(format!("/filings/{}", view.id), view.number.clone())];
    crumbs.extend(site.map(|site| Link::new("", site.domains.join(&t.msg("comma")))));
    let head = Head {
        crumbs,
        title: t.of("action", wanted.action),
        small: site.map_or_else(|| view.name.clone(), |site| site.name.clone()),
        tag: Some(Tag::new(Tone::Stop, t.msg("confirm-final"))),
        lead: t.of("cancel-lead", wanted.action),
        ..Head::default()
    };
    draw(ctx, head, form, refused, wanted.action).await
}

/// A narrow page with the form below what follows: it is read before it is confirmed.
async fn draw(ctx: &Ctx, head: Head, mut form: Form, refused: &Refused, action: Action) -> Shown {
    let t = ctx.t;
    let summary = Html::of(&refused.onto(ctx, &mut form));
    let mut shell = ctx.shell(head.title.clone()).await?;
    shell.narrow = true;
    let main = vec![follows(t, action), Card { body: vec![Html::of(&form)], ..Card::default() }.html()];
    let page = Page { t, shell, head, top: vec![summary], main, aside: vec![] };
    Ok(show_with(refused.status(), &page))
}

/// What follows from an end, sentence by sentence.
fn follows(t: T, action: Action) -> Html {
    let mut paragraphs = vec![t.of("cancel-follows", action)];
    paragraphs.push(t.msg(if action == Action::CancelAccess { "cancel-follows-no-sms" } else { "cancel-follows-sms" }));
    paragraphs.push(t.msg("cancel-follows-until"));
    Card::with(t.msg("cancel-follows-title"), &Prose { paragraphs }).html()
}

fn fields(t: T, said: &CancellationDraft) -> Vec<Field> {
    let reasons = CancelReason::ALL.iter().map(|reason| Choice::new(reason.as_str(), t.text(&reason.name())));
    let understood = Field::new(t, Kind::Tick, "cancellation.understood", t.msg("field-cancellation-understood"));
    vec![
        Field::new(t, Kind::Radio, "cancellation.reason", t.msg("field-cancellation-reason"))
            .choices(reasons.collect())
            .value(said.reason.clone()),
        Field::new(t, Kind::Lines, "cancellation.note", t.msg("field-cancellation-note"))
            .hint(t.msg("cancel-note-hint"))
            .value(said.note.clone())
            .optional(),
        if said.understood { understood.value("yes") } else { understood },
    ]
}

fn read(typed: &Typed) -> CancellationDraft {
    CancellationDraft {
        reason: typed.get("cancellation.reason").to_owned(),
        note: typed.get("cancellation.note").to_owned(),
        understood: typed.has("cancellation.understood"),
    }
}

/// Opens the order; what is still missing is said on its own page.
pub async fn open(Signed { ctx, actor }: Signed, Path(filing): Path<Uuid>, typed: Typed) -> Shown {
    let action = Action::from_word(typed.get("action")).ok_or(app::Error::NotFound)?;
    let site = typed.get("site").parse().ok();
    let cancellation = read(&typed);
    let input = OpenCancellation { filing, action, site, cancellation: cancellation.clone() };
    match act::open_cancellation(&ctx.world, &actor, input).await {
        Ok(order) => Ok(go(&format!("/orders/{}/answers", order.id))),
        Err(error) => {
            let refused = Refused::by(&ctx, error)?;
            let view = act::view_filing(&ctx.world, &actor, FilingRef { filing }).await?;
            open_page(&ctx, &view, &Wanted { action, site }, &cancellation, &refused).await
        }
    }
}

/// The reason of an order that cancels.
pub async fn reason(signed: Signed, Path(order): Path<Uuid>) -> Shown {
    reason_page(&signed, order, None, &Refused::nothing()).await
}

async fn reason_page(
    Signed { ctx, actor }: &Signed,
    order: Uuid,
    typed: Option<CancellationDraft>,
    refused: &Refused,
) -> Shown {
    let t = ctx.t;
    let edit = act::edit_order(&ctx.world, actor, EditOrder { order }).await?;
    let said = typed.or_else(|| edit.draft.cancellation.clone()).ok_or(app::Error::NotFound)?;
    let mut fields = fields(t, &said);
    for field in &mut fields {
        field.locked = !edit.editable.allows(&field.name);
    }
    crate::page::fields::attach(t, &mut fields, &edit.findings);
    let form = Form::new(format!("/orders/{order}/cancellation"), fields, t.msg("save-and-continue"))
        .hidden("version", edit.version.to_string())
        .second(Link::new(format!("/orders/{order}"), t.msg("back")));
    let head = Head {
        crumbs: vec![Link::new(format!("/orders/{order}"), t.one("order-number", "number", &edit.number))],
        title: t.msg("section-cancellation"),
        ..Head::default()
    };
    let action = Action::from_word(&edit.action).ok_or(app::Error::NotFound)?;
    draw(ctx, head, form, refused, action).await
}

/// Saves the reason.
pub async fn save(signed: Signed, Path(order): Path<Uuid>, typed: Typed) -> Shown {
    let cancellation = read(&typed);
    let input = SaveSection {
        order,
        version: typed.get("version").parse().unwrap_or_default(),
        patch: Patch::Cancellation { cancellation: cancellation.clone() },
    };
    match act::save_section(&signed.ctx.world, &signed.actor, input).await {
        Ok(_) => Ok(go(&format!("/orders/{order}/answers"))),
        Err(error) => {
            let refused = Refused::by(&signed.ctx, error)?;
            reason_page(&signed, order, Some(cancellation), &refused).await
        }
    }
}

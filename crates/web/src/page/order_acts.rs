//! What an applicant does with a whole order: add or remove a site, take it back, give it up, say the text message
//! is confirmed.

use app::act::{self, EditOrder, OrderRef, Patch, SaveSection};
use axum::extract::Path;
use uuid::Uuid;

use crate::component::form::{Field, Form, Kind};
use crate::component::{Link, Tag, Tone};
use crate::http::context::Signed;
use crate::http::typed::Typed;
use crate::page::enter::{Refused, form_page};
use crate::page::new_order::resource_choices;
use crate::page::{Shown, go};
use crate::view::Head;

/// Asks before an order is taken back.
pub async fn withdraw_form(signed: Signed, Path(order): Path<Uuid>) -> Shown {
    ask(&signed, order, "withdraw", false).await
}

/// Asks before an order is given up, and says what is lost.
pub async fn abandon_form(signed: Signed, Path(order): Path<Uuid>) -> Shown {
    ask(&signed, order, "abandon", true).await
}

async fn ask(Signed { ctx, actor }: &Signed, order: Uuid, what: &str, danger: bool) -> Shown {
    let t = ctx.t;
    let view = act::view_order(&ctx.world, actor, OrderRef { order }).await?;
    if !view.can.contains(&what) {
        return Err(app::Error::Conflict { code: "stage" }.into());
    }
    let form = Form { danger, ..Form::new(format!("/orders/{order}/{what}"), vec![], t.of("confirm", what)) }
        .second(Link::new(format!("/orders/{order}"), t.msg("confirm-no")));
    let head = Head {
        crumbs: vec![Link::new(format!("/orders/{order}"), view.domain.clone())],
        title: t.of("confirm-title", what),
        tag: danger.then(|| Tag::new(Tone::Stop, t.msg("confirm-final"))),
        lead: t.of("confirm-text", what),
        ..Head::default()
    };
    form_page(ctx, head, form, &Refused::nothing(), vec![]).await
}

/// Takes a submitted order back into draft.
pub async fn withdraw(Signed { ctx, actor }: Signed, Path(order): Path<Uuid>) -> Shown {
    act::withdraw(&ctx.world, &actor, OrderRef { order }).await?;
    Ok(go(&format!("/orders/{order}?done=withdrawn")))
}

/// Gives an order up.
pub async fn abandon(Signed { ctx, actor }: Signed, Path(order): Path<Uuid>) -> Shown {
    act::abandon(&ctx.world, &actor, OrderRef { order }).await?;
    Ok(go("/orders?done=abandoned"))
}

/// Notes that the ministry's codes were entered.
pub async fn sms_done(Signed { ctx, actor }: Signed, Path(order): Path<Uuid>) -> Shown {
    match act::confirm_sms_done(&ctx.world, &actor, OrderRef { order }).await {
        // The result may have overtaken the button: then there is nothing to say and the page shows where it stands.
        Ok(_) | Err(app::Error::Conflict { code: "stage" }) => Ok(go(&format!("/orders/{order}"))),
        Err(error) => Err(error.into()),
    }
}

/// The form for one more site.
pub async fn add_site_form(signed: Signed, Path(order): Path<Uuid>) -> Shown {
    add_site_page(&signed, order, &Typed::default(), &Refused::nothing()).await
}

async fn add_site_page(signed: &Signed, order: Uuid, typed: &Typed, refused: &Refused) -> Shown {
    let t = signed.ctx.t;
    let edit = act::edit_order(&signed.ctx.world, &signed.actor, EditOrder { order }).await?;
    let form = Form::new(
        format!("/orders/{order}/sites/add"),
        vec![
            Field::new(t, Kind::Text, "domain", t.msg("field-sites-domain"))
                .hint(t.msg("hint-sites-domain"))
                .value(typed.get("domain"))
                .keyboard("url", "off"),
            Field::new(t, Kind::Radio, "resource", t.msg("field-sites-resource"))
                .choices(resource_choices(signed).await?)
                .value(typed.get("resource")),
        ],
        t.msg("add-site"),
    )
    .hidden("version", edit.version.to_string())
    .second(Link::new(format!("/orders/{order}"), t.msg("back")));
    let head = Head {
        crumbs: vec![Link::new(format!("/orders/{order}"), edit.draft.basic.domain.clone())],
        title: t.msg("add-site"),
        lead: t.msg("add-site-need"),
        ..Head::default()
    };
    form_page(&signed.ctx, head, form, refused, vec![]).await
}

/// Adds a site.
pub async fn add_site(signed: Signed, Path(order): Path<Uuid>, typed: Typed) -> Shown {
    let input = SaveSection {
        order,
        version: typed.get("version").parse().unwrap_or_default(),
        patch: Patch::AddSite { domain: typed.get("domain").to_owned(), resource: typed.get("resource").to_owned() },
    };
    match act::save_section(&signed.ctx.world, &signed.actor, input).await {
        Ok(saved) => Ok(go(&format!("/orders/{order}/sites/{}", saved.draft.sites.len().saturating_sub(1)))),
        Err(error) => {
            let refused = Refused::by(&signed.ctx, error)?;
            add_site_page(&signed, order, &typed, &refused).await
        }
    }
}

/// Asks before a site is removed.
pub async fn remove_site_form(Signed { ctx, actor }: Signed, Path((order, index)): Path<(Uuid, usize)>) -> Shown {
    let t = ctx.t;
    let edit = act::edit_order(&ctx.world, &actor, EditOrder { order }).await?;
    let Some(site) = edit.draft.sites.get(index).filter(|_| index > 0) else { return Err(app::Error::NotFound.into()) };
    let form = Form {
        danger: true,
        ..Form::new(format!("/orders/{order}/sites/{index}/remove"), vec![], t.msg("confirm-remove-site"))
    }
    .hidden("version", edit.version.to_string())
    .second(Link::new(format!("/orders/{order}/sites/{index}"), t.msg("confirm-no")));
    let head = Head {
        crumbs: vec![Link::new(format!("/orders/{order}"), edit.draft.basic.domain.clone())],
        title: t.one("confirm-title-remove-site", "domain", &site.domain),
        lead: t.msg("confirm-text-remove-site"),
        ..Head::default()
    };
    form_page(&ctx, head, form, &Refused::nothing(), vec![]).await
}

/// Removes a site.
pub async fn remove_site(
    Signed { ctx, actor }: Signed,
    Path((order, index)): Path<(Uuid, usize)>,
    typed: Typed,
) -> Shown {
    let version = typed.get("version").parse().unwrap_or_default();
    act::save_section(&ctx.world, &actor, SaveSection { order, version, patch: Patch::RemoveSite { index } }).await?;
    Ok(go(&format!("/orders/{order}?done=site-removed")))
}

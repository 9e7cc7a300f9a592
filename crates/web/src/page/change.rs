//! Beginning a change of what is filed: which sites come along, and what a change leaves alone.

use app::act::{self, FilingRef, FilingView, OpenChange};
use axum::extract::{Path, Query};
use filing::stage::Action;
use serde::Deserialize;
use uuid::Uuid;

use crate::component::form::{Choice, Field, Form, Kind};
use crate::component::{Card, Link, Prose};
use crate::http::context::{Ctx, Signed};
use crate::http::typed::Typed;
use crate::page::enter::{Refused, form_page};
use crate::page::{Shown, go};
use crate::view::Head;

/// What is to change.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    action: Action,
    #[serde(default)]
    site: Option<Uuid>,
}

/// Asks which sites come along, and says what cannot be changed.
pub async fn form(Signed { ctx, actor }: Signed, Path(filing): Path<Uuid>, Query(wanted): Query<Wanted>) -> Shown {
    let view = act::view_filing(&ctx.world, &actor, FilingRef { filing }).await?;
    let chosen = wanted.site.into_iter().collect();
    draw(&ctx, &view, wanted.action, chosen, &Refused::nothing()).await
}

async fn draw(ctx: &Ctx, view: &FilingView, action: Action, mut chosen: Vec<Uuid>, refused: &Refused) -> Shown {
    let t = ctx.t;
    let own = |possible: &&app::act::Possible| possible.action == action && action.changes();
    let acts = view.acts.iter().chain(view.sites.iter().filter(|site| chosen.contains(&site.id)).flat_map(|s| &s.acts));
    let possible = acts.into_iter().find(own).ok_or(app::Error::NotFound)?;
    if let Some(code) = possible.obstacle {
        return Err(app::Error::Conflict { code }.into());
    }
    let sites: Vec<_> = view.sites.iter().filter(|site| site.accessed && site.state == "active").collect();
    if chosen.is_empty() {
        chosen.extend(sites.first().map(|site| site.id));
    }
    let choices = sites.iter().map(|site| Choice {
        hint: format!("{} · {}", site.number, site.domains.join(&t.msg("comma"))),
        ..Choice::new(site.id.to_string(), site.name.clone())
    });
    let kind = if action == Action::ChangeSite { Kind::Radio } else { Kind::Checks };
    let field = Field::new(t, kind, "sites", t.msg("change-sites"))
        .hint(t.of("change-sites-hint", action))
        .choices(choices.collect())
        .ticked(chosen.iter().map(Uuid::to_string).collect());
    let form = Form::new(format!("/filings/{}/change", view.id), vec![field], t.msg("go-on"))
        .hidden("action", action.as_str())
        .second(Link::new(format!("/filings/{}", view.id), t.msg("back")));
    let head = Head {
        crumbs: vec![Link::new(format!("/filings/{}", view.id), view.number.clone())],
        title: t.of("action", action),
        small: view.name.clone(),
        lead: t.msg("change-lead"),
        ..Head::default()
    };
    let fixed = ["change-fixed-province", "change-fixed-certificate", "change-fixed-domain", "change-open-meanwhile"];
    let paragraphs = fixed.map(|key| t.msg(key)).to_vec();
    let below = vec![Card::with(t.msg("change-fixed-title"), &Prose { paragraphs }).html()];
    form_page(ctx, head, form, refused, below).await
}

/// Opens the order with what is filed.
pub async fn open(Signed { ctx, actor }: Signed, Path(filing): Path<Uuid>, typed: Typed) -> Shown {
    let action = Action::from_word(typed.get("action")).ok_or(app::Error::NotFound)?;
    let sites: Vec<Uuid> = typed.all("sites").iter().filter_map(|site| site.parse().ok()).collect();
    match act::open_change(&ctx.world, &actor, OpenChange { filing, action, sites: sites.clone() }).await {
        Ok(order) => Ok(go(&format!("/orders/{}", order.id))),
        Err(error) => {
            let refused = Refused::by(&ctx, error)?;
            let view = act::view_filing(&ctx.world, &actor, FilingRef { filing }).await?;
            draw(&ctx, &view, action, sites, &refused).await
        }
    }
}

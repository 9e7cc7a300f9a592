//! A new order: the basic check, which finds the type of filing and what speaks against it before anything is opened.

use app::act::{self, BasicChecked, CheckBasic, OpenOrder};
use axum::extract::Query;
use filing::detect::Detected;
use filing::draft::{Basic, Draft};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use crate::component::form::{Choice, Form, summary_of};
use crate::component::{Card, ErrorSummary, Facts, Html, Link, Notice, Row, Tag, Tone};
use crate::http::context::Signed;
use crate::http::failure::Failure;
use crate::http::typed::{Typed, put};
use crate::page::fields::Section;
use crate::page::{Shown, fields, go, guidance, registry, show_with, words};
use crate::view::{Head, Page};

/// What somebody already answered elsewhere, such as before they had an account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    domain: String,
    nature: String,
    certificate: String,
    province: String,
}

/// The resources of the account, to choose one from.
///
/// # Errors
/// When they cannot be read.
pub async fn resource_choices(Signed { ctx, actor }: &Signed) -> Result<Vec<Choice>, Failure> {
    let t = ctx.t;
    let resources = act::list_resources(&ctx.world, actor).await?;
    Ok(resources
        .iter()
        .map(|resource| {
            let name = if resource.name.is_empty() { &resource.external_id } else { &resource.name };
            let mut facts =
                vec![t.of("resource-kind", &resource.kind), resource.region.clone(), resource.ips.join(" ")];
            facts.push(t.two("resource-sites", "used", resource.sites_used, "max", resource.sites_max));
            if let Some(day) = resource.expires_on {
                facts.push(t.one("resource-until", "date", day));
            }
            facts.retain(|fact| !fact.is_empty());
            Choice { hint: facts.join(" · "), ..Choice::new(resource.id.to_string(), name.clone()) }
        })
        .collect())
}

/// The form, with what the account already says filled in.
pub async fn form(signed: Signed, Query(wish): Query<Wish>) -> Shown {
    let account = act::my_account(&signed.ctx.world, &signed.actor).await?;
    let mut basic = Basic {
        domain: wish.domain,
        nature: wish.nature,
        certificate_kind: wish.certificate,
        province: wish.province,
        ..Basic::default()
    };
    if let Some(identity) = &account.identity {
        basic.nature.clone_from(&identity.nature);
        basic.certificate_kind.clone_from(&identity.certificate_kind);
        // A unit's name is public; a person's comes masked and is typed again.
        if identity.nature != "individual" {
            basic.name.clone_from(&identity.name);
        }
    }
    draw(&signed, basic, None, None, account.identity.is_none()).await
}

/// Checks, or opens when nothing stands in the way.
pub async fn send(signed: Signed, typed: Typed) -> Shown {
    let basic = read(&typed);
    let Signed { ctx, actor } = &signed;
    if typed.ready().is_some() || typed.get("do") == "check" {
        let checked = act::check_basic(&ctx.world, actor, CheckBasic { basic: basic.clone() }).await?;
        return draw(&signed, basic, Some(checked), None, false).await;
    }
    match act::open_order(&ctx.world, actor, OpenOrder { basic: basic.clone() }).await {
        Ok(order) => Ok(go(&format!("/orders/{}?done=opened", order.id))),
        Err(app::Error::Invalid(_)) => {
            let checked = act::check_basic(&ctx.world, actor, CheckBasic { basic: basic.clone() }).await?;
            draw(&signed, basic, Some(checked), None, false).await
        }
        Err(error @ (app::Error::Conflict { .. } | app::Error::Unavailable { .. })) => {
            let said = ctx.t.of("error", error.code());
            draw(&signed, basic, None, Some(said), false).await
        }
        Err(error) => Err(error.into()),
    }
}

fn read(typed: &Typed) -> Basic {
    let mut tree = json!({ "basic": Basic::default() });
    for (name, value) in &typed.0 {
        put(&mut tree, name, json!(value.trim()));
    }
    if let Some((name, value)) = typed.ready() {
        put(&mut tree, name, json!(value));
    }
    serde_json::from_value(tree["basic"].take()).unwrap_or_default()
}

async fn draw(
    signed: &Signed,
    basic: Basic,
    checked: Option<BasicChecked>,
    said: Option<String>,
    no_identity: bool,
) -> Shown {
    let Signed { ctx, .. } = signed;
    let t = ctx.t;
    let draft = Draft { basic, ..Draft::default() };
    let resources = resource_choices(signed).await?;
    let no_resource = resources.is_empty();
    let tree = serde_json::to_value(&draft).unwrap_or_default();
    let mut form = Form {
        action: "/orders/new".into(),
        groups: fields::basic(t, &tree, resources)
            .into_iter()
            .map(|question| (question.title, question.fields))
            .collect(),
        submit: t.msg("new-order-open"),
        second: Some(Link::new("/orders", t.msg("back"))),
        ..Form::default()
    };
    let mut items: Vec<Link> = said.iter().map(|said| Link::new("", said.clone())).collect();
    let mut elsewhere = Vec::new();
    if let Some(checked) = &checked {
        for (_, list) in &mut form.groups {
            fields::attach(t, list, &checked.findings);
        }
        for finding in checked.findings.iter().filter(|f| !form.fields().any(|field| field.name == f.field)) {
            elsewhere.push(Html::of(&words::finding(t, finding, None)));
            if words::tone_of(finding.severity) == Tone::Stop {
                items.push(Link::new("", t.text(&finding.message)));
            }
        }
    }
    items.extend(summary_of(form.fields()));
    let stopped = !items.is_empty();
    let mut top = vec![Html::of(&ErrorSummary { t, items })];
    let nudge = |key: &str, link: Link| Html::of(&Notice { tone: Tone::Wait, text: t.msg(key), link: Some(link) });
    if no_identity {
        top.push(nudge("new-order-no-identity", Link::new("/account/identity", t.msg("identity-set"))));
    }
    if no_resource {
        top.push(nudge("new-order-no-resource", Link::new("/resources", t.msg("nav-resources"))));
    }
    let mut aside = vec![];
    if let Some(checked) = &checked {
        aside.push(detected(signed, checked));
        aside.extend(registry::cards(t, &checked.domains, ctx.now()));
    }
    aside.push(Html::of(&Facts {
        title: t.msg("new-order-why"),
        text: t.msg("new-order-why-text"),
        ..Facts::default()
    }));
    aside.extend(guidance::of(t, &draft, Section::Basic));
    let mut main = vec![];
    if !elsewhere.is_empty() {
        main.push(Card { body: elsewhere, ..Card::default() }.html());
    }
    main.push(Card { body: vec![Html::of(&form)], ..Card::default() }.html());
    let page = Page {
        t,
        shell: ctx.shell(t.msg("new-order-title")).await?,
        head: Head {
            crumbs: vec![Link::new("/orders", t.msg("nav-orders"))],
            title: t.msg("new-order-title"),
            lead: t.msg("new-order-lead"),
            ..Head::default()
        },
        top,
        main,
        aside,
    };
    Ok(show_with(if stopped { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page))
}

/// What the check found the order to be.
fn detected(Signed { ctx, .. }: &Signed, checked: &BasicChecked) -> Html {
    let t = ctx.t;
    let (tag, text) = match &checked.detected {
        Some(Detected::File { action }) => (Tag::new(Tone::Ok, t.of("action", action)), t.of("action-text", action)),
        Some(Detected::NothingToFile) => {
            (Tag::new(Tone::Info, t.msg("detected-nothing")), t.msg("detected-nothing-text"))
        }
        Some(Detected::Stop { obstacle }) => (Tag::new(Tone::Stop, t.msg("detected-stop")), t.of("obstacle", obstacle)),
        Some(Detected::Unknown { .. }) => {
            (Tag::new(Tone::Wait, t.msg("detected-unknown")), t.msg("detected-unknown-text"))
        }
        None => (Tag::new(Tone::Plain, t.msg("detected-none")), t.msg("detected-none-text")),
    };
    let mut rows = vec![Row::new(t.msg("detected-type"), "").tag(tag)];
    if let Some(asked) = &checked.asked {
        let number = |label: &str, number: &Option<String>| Some(Row::new(t.msg(label), number.clone()?));
        rows.extend(number("lookup-subject-number", &asked.subject_number));
        rows.extend(number("on-file-site-number", &asked.site_number));
    }
    Html::of(&Facts {
        title: t.msg("detected-title"),
        rows,
        text: registry::with_silence(t, text, checked.asked.iter().flat_map(|asked| &asked.silent)),
        ..Facts::default()
    })
}

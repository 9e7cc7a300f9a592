//! The page a closed domain leads to, and where its owner goes on: prove that it is theirs, see the cause, lift it.

use app::act::{self, DomainProofRef, DomainProofView, LookUp, ProveDomain, StartDomainProof, Tried, Way};
use app::closed::{Cause, Explained, Looked, ended_on};
use axum::extract::{Path, Query};
use filing::outside::Silence;
use filing::verdict::{Known, Remedy};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;

use crate::component::form::Form;
use crate::component::list::{Live, Snippet};
use crate::component::progress::{NowCard, Post};
use crate::component::{Card, Facts, Html, Link, Notice, Prose, Row, Tag, Tone};
use crate::http::context::Ctx;
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::public::{enforcement, lookup_link};
use crate::page::{Shown, go, registry, show, show_with};
use crate::view::{Head, Page};

/// Which domain a visitor was led here from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    domain: String,
}

/// The page a closed domain leads to: what happened, and how its owner can lift it.
pub async fn closed(ctx: Ctx, Query(asked): Query<Asked>) -> Shown {
    draw(&ctx, &asked.domain, None).await
}

async fn draw(ctx: &Ctx, asked: &str, problem: Option<String>) -> Shown {
    let t = ctx.t;
    let known = match act::look_up(&ctx.world, &ctx.origin, LookUp { q: asked.to_owned() }).await {
        Ok(view) => Some(view),
        Err(app::Error::Internal(detail)) => return Err(app::Error::Internal(detail).into()),
        Err(_) => None,
    };
    // Only a name that was understood is shown, so that a link cannot put words into this page.
    let domain = known.as_ref().and_then(|view| view.domain.clone());
    let state = known.as_ref().map_or("unknown", |view| match (view.filed, enforcement(view)) {
        (_, "open") => "open",
        (Known::Yes, _) => "not_accessed",
        _ => "not_filed",
    });
    let title =
        domain.as_ref().map_or_else(|| t.msg("closed-title-any"), |domain| t.one("closed-title", "domain", domain));
    let owner = match (&domain, state) {
        (Some(domain), "open") => NowCard {
            text: t.of("closed-do", state),
            second: Some(Link::new(lookup_link(Some(domain)), t.msg("nav-lookup"))),
            ..NowCard::default()
        },
        (Some(domain), _) => NowCard {
            text: t.of("closed-do", state),
            post: Some(Post {
                action: "/closed".into(),
                word: t.msg("closed-prove"),
                hidden: vec![("domain".into(), domain.clone())],
            }),
            second: Some(Link::new(format!("/preflight?domain={domain}"), t.msg("preflight-try"))),
            ..NowCard::default()
        },
        (None, _) => NowCard {
            text: t.of("closed-do", state),
            primary: Some(Link::new("/preflight", t.msg("preflight-try"))),
            second: Some(Link::new("/orders/new", t.msg("home-start"))),
            ..NowCard::default()
        },
    };
    let owner = NowCard { title: t.msg("closed-owner"), ..owner };
    let visitor = Card { title: t.msg("closed-visitor"), text: t.msg("closed-visitor-text"), ..Card::default() };
    let status = if problem.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::OK };
    let page = Page {
        t,
        shell: ctx.plain_shell(title.clone()),
        head: Head {
            title,
            lead: t.of("closed-why", state),
            tag: Some(Tag::new(if state == "open" { Tone::Ok } else { Tone::Stop }, t.of("closed-state", state))),
            ..Head::default()
        },
        top: problem.into_iter().map(notice).collect(),
        main: vec![Html::of(&owner), visitor.html()],
        ..Page::default()
    };
    Ok(show_with(status, &page))
}

/// Begins a proof that the domain is the asker's, and goes to its page.
pub async fn start(ctx: Ctx, typed: Typed) -> Shown {
    let domain = typed.get("domain").to_owned();
    let input = StartDomainProof { domain: domain.clone() };
    match act::start_domain_proof(&ctx.world, &ctx.origin, ctx.actor.as_ref(), input).await {
        Ok(started) => Ok(go(&format!("/closed/{}", started.token))),
        Err(app::Error::Throttled { .. }) => draw(&ctx, &domain, Some(ctx.t.msg("error-throttled"))).await,
        Err(app::Error::Invalid(_)) => draw(&ctx, &domain, None).await,
        Err(error) => Err(error.into()),
    }
}

/// Where a proof stands: how to prove, or why the domain is closed and what opens it.
pub async fn proof(ctx: Ctx, Path(token): Path<String>) -> Shown {
    let input = DomainProofRef { token: token.clone() };
    let view = act::view_domain_proof(&ctx.world, &ctx.origin, ctx.actor.as_ref(), input).await;
    answer(&ctx, &token, view).await
}

/// The part of the page that says whether the domain is open by now.
pub async fn live(ctx: Ctx, Path(token): Path<String>) -> Shown {
    let input = DomainProofRef { token: token.clone() };
    let view = act::view_domain_proof(&ctx.world, &ctx.origin, ctx.actor.as_ref(), input).await?;
    match &view.explained {
        Some(explained) => {
            let mut response = show(&state(ctx.t, &token, &view.domain, explained));
            if explained.cause == Cause::Open {
                // The rest of the page tells a cause that is gone.
                response.headers_mut().insert("hx-refresh", HeaderValue::from_static("true"));
            }
            Ok(response)
        }
        None => Err(app::Error::NotFound.into()),
    }
}

/// Looks for the proof.
pub async fn prove(ctx: Ctx, Path(token): Path<String>, typed: Typed) -> Shown {
    let by = match typed.get("by") {
        "http" => Way::Http,
        "account" => Way::Account,
        _ => Way::Dns,
    };
    let input = ProveDomain { token: token.clone(), by };
    match act::prove_domain(&ctx.world, &ctx.origin, ctx.actor.as_ref(), input).await {
        Ok(view) if view.explained.is_some() => Ok(go(&format!("/closed/{token}?done=domain-proven"))),
        view => answer(&ctx, &token, view).await,
    }
}

/// Looks again whether the cause is gone.
pub async fn recheck(ctx: Ctx, Path(token): Path<String>) -> Shown {
    let input = DomainProofRef { token: token.clone() };
    match act::recheck_domain(&ctx.world, &ctx.origin, ctx.actor.as_ref(), input).await {
        Ok(_) => Ok(go(&format!("/closed/{token}?done=domain-looked"))),
        Err(app::Error::Throttled { .. }) => Ok(go(&format!("/closed/{token}?done=domain-looked-just-now"))),
        view => answer(&ctx, &token, view).await,
    }
}

async fn answer(ctx: &Ctx, token: &str, view: Result<DomainProofView, app::Error>) -> Shown {
    match view {
        Ok(view) => match &view.explained {
            Some(explained) => proven(ctx, token, &view, explained).await,
            None => unproven(ctx, token, &view).await,
        },
        Err(app::Error::Conflict { code: "proof-expired" }) => {
            let t = ctx.t;
            let page = Page {
                t,
                shell: ctx.shell(t.msg("closed-over")).await?,
                head: Head { title: t.msg("closed-over"), lead: t.msg("closed-over-text"), ..Head::default() },
                ..Page::default()
            };
            Ok(show_with(StatusCode::GONE, &page))
        }
        Err(error) => Err(error.into()),
    }
}

async fn unproven(ctx: &Ctx, token: &str, view: &DomainProofView) -> Shown {
    let t = ctx.t;
    let mut main = Vec::new();
    if let Some(dns) = &view.dns {
        main.push(way(t, token, "dns", &[("closed-dns-name", &dns.name), ("closed-dns-value", &dns.value)]));
    }
    if let Some(http) = &view.http {
        let at = format!("http://{}{}", view.domain, http.path);
        main.push(way(t, token, "http", &[("closed-http-path", &at), ("closed-http-content", &http.content)]));
    }
    main.push(match &ctx.actor {
        Some(_) => way(t, token, "account", &[]),
        None => {
            let to = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("to", &format!("/closed/{token}"))
                .finish();
            Card {
                title: t.of("closed-way", "account"),
                text: t.of("closed-way-text", "account"),
                links: vec![Link::new(format!("/login?{to}"), t.msg("log-in"))],
                ..Card::default()
            }
            .html()
        }
    });
    main.push(
        Card {
            title: t.msg("closed-straight"),
            text: t.msg("closed-straight-text"),
            links: vec![
                Link::new(format!("/orders/new?domain={}", view.domain), t.msg("closed-go-file")),
                Link::new(format!("/preflight?domain={}", view.domain), t.msg("preflight-try")),
            ],
            ..Card::default()
        }
        .html(),
    );
    let tried = view.tried.iter().map(|tried| notice(in_vain(t, tried))).collect();
    let page = Page {
        t,
        shell: ctx.shell(t.msg("closed-prove-title")).await?,
        head: Head {
            crumbs: vec![Link::new(format!("/closed?domain={}", view.domain), view.domain.clone())],
            title: t.msg("closed-prove-title"),
            lead: t.msg("closed-prove-lead"),
            sub: vec![t.one("closed-until", "time", t.full_time(&view.expires_at))],
            ..Head::default()
        },
        top: tried,
        main,
        ..Page::default()
    };
    Ok(show_with(if view.tried.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page))
}

/// One way to prove, with the texts to copy and its button.
fn way(t: T, token: &str, by: &str, texts: &[(&str, &str)]) -> Html {
    let mut body = vec![Html::of(&Prose { paragraphs: vec![t.of("closed-way-text", by)] })];
    for (key, text) in texts {
        body.push(Html::of(&Prose { paragraphs: vec![t.msg(key)] }));
        body.push(Html::of(&Snippet { t, id: (*key).to_owned(), text: (*text).to_owned() }));
    }
    let form = Form::new(format!("/closed/{token}/prove"), vec![], t.of("closed-way-do", by));
    body.push(Html::of(&form.hidden("by", by)));
    Card { title: t.of("closed-way", by), body, ..Card::default() }.html()
}

fn notice(text: String) -> Html {
    Html::of(&Notice { tone: Tone::Stop, text, link: None })
}

/// What was tried in vain, in a sentence.
fn in_vain(t: T, tried: &Tried) -> String {
    let by = match tried.by {
        Way::Dns => "dns",
        Way::Http => "http",
        Way::Account => "account",
    };
    let text = t.of("closed-in-vain", by);
    let asked = match tried.asked.as_slice() {
        [] => String::new(),
        asked => t.one("closed-asked", "who", asked.join(", ")),
    };
    registry::with_silence(t, [text, asked].join(" ").trim().to_owned(), &tried.silent)
}

async fn proven(ctx: &Ctx, token: &str, view: &DomainProofView, explained: &Explained) -> Shown {
    let t = ctx.t;
    let word = explained.cause.as_str();
    let is_open = explained.cause == Cause::Open;
    let recheck =
        Post { action: format!("/closed/{token}/recheck"), word: t.msg("closed-recheck"), hidden: Vec::new() };
    let now = NowCard {
        title: t.of("closed-cause", word),
        text: t.of("closed-cause-text", word),
        primary: step(t, &view.domain, explained),
        post: (!is_open).then_some(recheck),
        ..NowCard::default()
    };
    let mut main =
        vec![Card::with(t.msg("closed-now"), &state(t, token, &view.domain, explained)).html(), Html::of(&now)];
    if explained.order_runs && explained.order.is_none() && !is_open {
        main.push(Html::of(&Notice { tone: Tone::Info, text: t.msg("closed-order-runs"), link: None }));
    }
    let mut aside = vec![Html::of(&facts(ctx, view, explained))];
    aside.extend(view.looked.as_ref().map(|looked| Html::of(&last_look(t, looked))));
    Ok(show(&Page {
        t,
        shell: ctx.shell(view.domain.clone()).await?,
        head: Head {
            title: view.domain.clone(),
            lead: t.msg("closed-proven-lead"),
            sub: vec![t.one("closed-until", "time", t.full_time(&view.expires_at))],
            ..Head::default()
        },
        main,
        aside,
        ..Page::default()
    }))
}

/// Open or closed; asks again by itself until it is open.
fn state(t: T, token: &str, domain: &str, explained: &Explained) -> Live {
    let is_open = explained.cause == Cause::Open;
    let (tone, word) = match explained.cause {
        Cause::Open => (Tone::Ok, "open"),
        Cause::Unlisted => (Tone::Plain, "unlisted"),
        _ => (Tone::Stop, "closed"),
    };
    Live {
        t,
        poll: (!is_open).then(|| format!("/closed/{token}/live")),
        state: Tag::new(tone, t.of("enforcement", word)),
        until: explained.since.map(|at| t.one("closed-since", "time", t.full_time(&at))).unwrap_or_default(),
        lines: Vec::new(),
        next: is_open.then(|| Link::new(format!("http://{domain}/"), t.msg("closed-visit"))),
    }
}

/// The one thing to do next, with what is known filled in.
fn step(t: T, domain: &str, explained: &Explained) -> Option<Link> {
    if explained.cause == Cause::Open {
        return None;
    }
    if let Some(order) = explained.order {
        return Some(Link::new(format!("/orders/{order}"), t.msg("closed-go-order")));
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("domain", domain);
    if let Some(province) = &explained.province {
        query.append_pair("province", province);
    }
    let word = match explained.remedy? {
        Remedy::File => "closed-go-file",
        Remedy::AddAccess => "closed-go-access",
        Remedy::AskProvider => return None,
    };
    Some(Link::new(format!("/orders/new?{}", query.finish()), t.msg(word)))
}

fn facts(ctx: &Ctx, view: &DomainProofView, explained: &Explained) -> Facts {
    let t = ctx.t;
    let mut rows = Vec::new();
    rows.extend(explained.number.as_ref().map(|number| Row::new(t.msg("lookup-number"), number.clone())));
    rows.extend(explained.reason.as_ref().map(|reason| Row::new(t.msg("closed-reason"), reason.clone())));
    rows.extend(explained.until.map(|at| Row::new(t.msg("closed-end"), t.full_time(&at))));
    rows.extend(explained.registered_until.map(|day| {
        let row = Row::new(t.msg("closed-registered-until"), day.to_string());
        match ended_on(explained, ctx.now()) {
            Some(_) => row.tag(Tag::new(Tone::Stop, t.msg("closed-registration-over"))),
            None => row,
        }
    }));
    rows.push(Row::new(t.msg("closed-turned-away"), explained.turned_away.to_string()).note(t.msg("closed-days")));
    let by = match view.proven_by {
        Some(Way::Http) => "http",
        Some(Way::Account) => "account",
        _ => "dns",
    };
    rows.push(Row::new(t.msg("closed-proven-by"), t.of("closed-way", by)));
    let provider = &ctx.world.settings.provider;
    rows.push(Row::new(t.msg("lookup-provider"), t.pick(&provider.name_zh, &provider.name_en).to_owned()));
    Facts { title: t.msg("closed-facts"), rows, ..Facts::default() }
}

/// What was found when it was last looked at again.
fn last_look(t: T, looked: &Looked) -> Facts {
    let (tone, filed) = match looked.filed {
        Known::Yes => (Tone::Ok, "yes"),
        Known::No => (Tone::Stop, "no"),
        Known::Unknown => (Tone::Plain, "unknown"),
    };
    let mut rows = vec![
        Row::new(t.msg("closed-looked-at"), t.full_time(&looked.at)),
        Row::new(t.msg("closed-looked-filed"), "").tag(Tag::new(tone, t.of("known", filed))),
    ];
    let leads = Row::new(t.msg("closed-looked-leads"), t.of("closed-leads", &looked.leads));
    rows.push(if looked.addresses.is_empty() { leads } else { leads.note(looked.addresses.join(" ")) });
    let silent: &[Silence] = &looked.silent;
    Facts {
        title: t.msg("closed-looked"),
        rows,
        text: registry::with_silence(t, t.msg("closed-watched"), silent),
        ..Facts::default()
    }
}

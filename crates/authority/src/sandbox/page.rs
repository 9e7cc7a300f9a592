//! The sandbox's pages. They are plain HTML without scripts.

mod acts;
mod frame;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::api::MAX_BODY;
use super::decide::Decided;
use super::office::{Office, shown};
use super::scenario::Kind;
use super::verify::{Entry, Resent, State as Verification};
use super::view::{self, Found, Group, HolderView, LineView, Notice, Paper, Row, Status};
use super::words::Lang;
use crate::code::Table;
use crate::message::AttachmentFormat;
use crate::soap::Method;
use frame::{Page, Shown, protect, render, show};

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/", get(home))
        .route("/phone", get(phone))
        .route("/verify", get(verify_page).post(verify))
        .route("/resend", post(resend))
        .route("/desk", get(desk))
        .route("/desk/{id}", get(case).post(decide))
        .route("/desk/{id}/attachment/{index}", get(attachment))
        .merge(acts::routes())
        .route("/lookup", get(look_up))
        .route(
            "/static/sandbox.css",
            get(|| async { asset("text/css; charset=utf-8", include_str!("../../static/sandbox.css")) }),
        )
        .route("/static/mark.svg", get(|| async { asset("image/svg+xml", include_str!("../../static/mark.svg")) }))
        .fallback(missing)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn(protect))
}

fn asset(kind: &'static str, content: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], content).into_response()
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage {
    page: Page,
    title: String,
    note: String,
}

async fn missing(page: Page) -> Response {
    let (lang, title) = (page.lang, page.t("error-not-found"));
    let note = page.here.clone();
    render(StatusCode::NOT_FOUND, lang, false, &MessagePage { page, title, note })
}

struct Door {
    path: &'static str,
    title: &'static str,
    note: &'static str,
    count: String,
    waiting: bool,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    bureau: String,
    doors: Vec<Door>,
    wsdl: Vec<&'static str>,
}

async fn home(State(office): State<Arc<Office>>, page: Page) -> Shown {
    office.settle().await?;
    let counts: (i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM sms), (SELECT COUNT(*) FROM request WHERE state = 'awaiting_sms'), \
                (SELECT COUNT(*) FROM request WHERE state = 'waiting'), (SELECT COUNT(*) FROM subject WHERE cancelled_at IS NULL)",
    )
    .fetch_one(&office.db)
    .await?;
    let lang = page.lang;
    let door = |path, title, note, key, count: i64, urgent: bool| Door {
        path,
        title,
        note,
        count: lang.with(key, &[("count", &count.to_string())]),
        waiting: urgent && count > 0,
    };
    let mut wsdl: Vec<&'static str> = Method::ALL.iter().map(|method| method.path()).collect();
    wsdl.dedup();
    show!(HomePage {
        bureau: lang.with("home-bureau", &[("province", &view::named(Table::Province, office.config.province, lang))],),
        doors: vec![
            door("/phone", "nav-phone", "home-phone", "home-count-sms", counts.0, false),
            door("/verify", "nav-verify", "home-verify", "home-count-verify", counts.1, true),
            door("/desk", "nav-desk", "home-desk", "home-count-desk", counts.2, true),
            door("/lookup", "nav-lookup", "home-lookup", "home-count-lookup", counts.3, false),
        ],
        wsdl,
        page,
    })
}

struct Bubble {
    when: String,
    /// The text in front of a filing number, which must not be broken across lines, and all of it if there is none.
    before: String,
    number: String,
    after: String,
    code: Option<String>,
}

struct Phone {
    mobile: String,
    when: String,
    count: String,
    text: String,
}

#[derive(Template)]
#[template(path = "phone.html")]
struct PhonePage {
    page: Page,
    mobile: Option<String>,
    messages: Vec<Bubble>,
    phones: Vec<Phone>,
}

#[derive(Deserialize)]
struct Mobile {
    #[serde(default)]
    mobile: String,
}

async fn phone(State(office): State<Arc<Office>>, page: Page, Query(query): Query<Mobile>) -> Shown {
    office.settle().await?;
    let mobile = Some(query.mobile.trim().to_owned()).filter(|mobile| !mobile.is_empty());
    let messages = office.inbox(mobile.as_deref()).await?;
    let mut phones: Vec<Phone> = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for sms in &messages {
        let count = counts.entry(sms.mobile.clone()).or_default();
        *count += 1;
        if *count == 1 {
            let (mobile, when) = (sms.mobile.clone(), shown(sms.at.as_microsecond()));
            phones.push(Phone { mobile, when, count: String::new(), text: sms.text.clone() });
        }
    }
    for phone in &mut phones {
        let count = counts.get(&phone.mobile).copied().unwrap_or_default().to_string();
        phone.count = page.lang.with("phone-count", &[("count", &count)]);
    }
    let bubble = |sms: super::desk::Sms| {
        let (before, number, after) = view::around_number(&sms.text);
        Bubble { when: shown(sms.at.as_microsecond()), before, number, after, code: sms.code }
    };
    show!(PhonePage { page, mobile, messages: messages.into_iter().map(bubble).collect(), phones })
}

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyPage {
    page: Page,
    mobile: String,
    notice: Option<Notice>,
}

async fn verify_page(page: Page, Query(query): Query<Mobile>) -> Shown {
    show!(VerifyPage { page, mobile: query.mobile, notice: None })
}

async fn verify(State(office): State<Arc<Office>>, page: Page, Form(entry): Form<Entry>) -> Shown {
    // The answer is shown at once: a redirect would have to carry it in the address, and repeating the form does no harm
    // that entering the same code again would not do.
    let verified = office.verify(&entry).await?;
    let notice = view::verified(verified.state, verified.tries_left, page.lang);
    let status = match verified.state {
        Verification::Verified | Verification::WaitingForOther => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let lang = page.lang;
    Ok(render(status, lang, false, &VerifyPage { page, mobile: entry.mobile, notice: Some(notice) }))
}

async fn resend(State(office): State<Arc<Office>>, page: Page, Form(form): Form<Mobile>) -> Shown {
    let state = office.resend(&form.mobile).await?;
    let status = if state == Resent::Sent { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (lang, notice) = (page.lang, view::resent(state, page.lang));
    Ok(render(status, lang, false, &VerifyPage { page, mobile: form.mobile, notice: Some(notice) }))
}

struct Tab {
    state: &'static str,
    name: String,
    count: i64,
    current: bool,
}

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    page: Page,
    tabs: Vec<Tab>,
    /// The kinds of request, each with its word and name; the chosen one is current.
    kinds: Vec<(&'static str, String, bool)>,
    kind: &'static str,
    state: &'static str,
    lines: Vec<LineView>,
    none: String,
}

const STATES: [&str; 7] = ["waiting", "awaiting_sms", "approved", "refused", "returned", "failed", "done"];

#[derive(Deserialize)]
struct DeskQuery {
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
}

async fn desk(State(office): State<Arc<Office>>, page: Page, Query(query): Query<DeskQuery>) -> Shown {
    office.settle().await?;
    let state = STATES.into_iter().find(|state| *state == query.state).unwrap_or("waiting");
    let kind = Kind::named(&query.kind).map(Kind::word);
    let counts: Vec<(String, i64)> =
        sqlx::query_as("SELECT state, COUNT(*) FROM request WHERE ?1 IS NULL OR kind = ?1 GROUP BY state")
            .bind(kind)
            .fetch_all(&office.db)
            .await?;
    let lang = page.lang;
    let tab = |name: &'static str| Tab {
        state: name,
        name: lang.text(&format!("desk-tab-{name}")),
        count: counts.iter().find(|(state, _)| state == name).map_or(0, |(_, count)| *count),
        current: name == state,
    };
    let lines = office.queue_of(Some(state), kind).await?;
    let lines = lines.into_iter().map(|line| {
        let provider = provider_name(&office, line.provider);
        view::line(line, provider, lang)
    });
    show!(DeskPage {
        tabs: STATES.into_iter().map(tab).collect(),
        kinds: Kind::ALL
            .into_iter()
            .map(|each| (each.word(), lang.text(&format!("action-{}", each.word())), kind == Some(each.word())))
            .collect(),
        kind: kind.unwrap_or_default(),
        state,
        lines: lines.collect(),
        none: lang.text(if state == "waiting" { "desk-none-waiting" } else { "desk-none" }),
        page,
    })
}

fn provider_name(office: &Office, isp_id: i64) -> String {
    office.provider(isp_id).map(|provider| provider.name.clone()).unwrap_or_else(|| isp_id.to_string())
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    page: Page,
    id: i64,
    title: String,
    about: String,
    domains: String,
    state: Status,
    notice: Option<Notice>,
    groups: Vec<Group>,
    papers: Vec<Paper>,
    facts: Vec<Row>,
    findings: Vec<Found>,
    holders: Vec<HolderView>,
    tries: String,
    until: Option<String>,
    can_decide: bool,
}

async fn case(State(office): State<Arc<Office>>, page: Page, Path(id): Path<i64>) -> Shown {
    office.settle().await?;
    show_case(&office, page, id, None, StatusCode::OK).await
}

async fn show_case(office: &Office, page: Page, id: i64, notice: Option<Notice>, status: StatusCode) -> Shown {
    let lang = page.lang;
    let Some(case) = office.case(id).await? else {
        let (title, note) = (page.t("case-missing"), page.t("case-missing-note"));
        return Ok(render(StatusCode::NOT_FOUND, lang, false, &MessagePage { page, title, note }));
    };
    let line = &case.line;
    let until = line.sms_until.filter(|_| line.state == "awaiting_sms");
    let template = CasePage {
        id,
        title: line.subject.clone(),
        about: view::about(line, lang),
        domains: line.domains.join(" "),
        state: view::status(&line.state, lang),
        notice,
        groups: view::groups(&case.request, lang),
        papers: view::papers(id, &case.request, lang),
        facts: view::facts(&case, provider_name(office, line.provider)),
        findings: view::findings(&line.findings, lang),
        holders: view::holders(&case, lang),
        tries: lang.with("case-tries", &[("count", &case.wrong_tries.to_string())]),
        until: until.map(|at| lang.with("case-until", &[("until", &shown(at.as_microsecond()))])),
        can_decide: line.state == "waiting",
        page,
    };
    let remember = template.page.remember;
    Ok(render(status, lang, remember, &template))
}

#[derive(Deserialize)]
struct DecisionForm {
    approve: bool,
    #[serde(default)]
    opinion: String,
    #[serde(default)]
    officer: String,
}

async fn decide(
    State(office): State<Arc<Office>>,
    page: Page,
    Path(id): Path<i64>,
    Form(form): Form<DecisionForm>,
) -> Shown {
    office.settle().await?;
    let officer = match form.officer.trim() {
        "" => Lang::Chinese.text("desk-officer"),
        officer => officer.to_owned(),
    };
    let (title, status) = match office.decide(id, form.approve, &form.opinion, &officer).await? {
        Decided::Approved(_) | Decided::Refused => return Ok(Redirect::to(&format!("/desk/{id}")).into_response()),
        Decided::NotWaiting => ("case-gone", StatusCode::CONFLICT),
        Decided::OpinionMissing => ("case-opinion-missing", StatusCode::UNPROCESSABLE_ENTITY),
    };
    let notice = Notice { tone: "stop", icon: "✕", title: page.t(title), note: String::new() };
    show_case(&office, page, id, Some(notice), status).await
}

/// Serves the picture of an attachment.
async fn attachment(State(office): State<Arc<Office>>, Path((id, index)): Path<(i64, usize)>) -> Shown {
    let case = office.case(id).await?;
    let papers = case.as_ref().map(|case| case.request.papers()).unwrap_or_default();
    let Some(paper) = papers.get(index) else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    // By its content, not by what the provider said it is.
    let kind = match super::check::picture(paper.content) {
        Some(AttachmentFormat::JPEG) => "image/jpeg",
        Some(AttachmentFormat::PNG) => "image/png",
        _ => return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response()),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok((headers, paper.content.to_vec()).into_response())
}

struct Match {
    domain: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "lookup.html")]
struct LookupPage {
    page: Page,
    q: String,
    results: Vec<Match>,
    none: String,
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

async fn look_up(State(office): State<Arc<Office>>, page: Page, Query(search): Query<Search>) -> Shown {
    office.settle().await?;
    let q = search.q.trim().to_owned();
    let lang = page.lang;
    let filed = if q.is_empty() { Vec::new() } else { office.look_up(&q).await? };
    let results = filed.into_iter().map(|filed| Match {
        domain: if filed.domain.is_empty() { filed.site.clone() } else { filed.domain.clone() },
        rows: vec![
            Row { label: "lookup-subject", value: filed.subject },
            Row { label: "lookup-nature", value: view::named(Table::UnitNature, filed.nature, lang) },
            Row { label: "lookup-number", value: filed.site_number },
            Row { label: "lookup-site", value: filed.site },
            Row { label: "lookup-kind", value: lang.text(&filed.kind) },
            Row { label: "lookup-domain", value: filed.domain },
            Row { label: "lookup-date", value: shown(filed.filed_at).chars().take(10).collect() },
        ],
    });
    let none = lang.with("lookup-none-note", &[("q", &q)]);
    show!(LookupPage { results: results.collect(), none, q, page })
}

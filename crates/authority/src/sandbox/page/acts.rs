//! The pages on which an officer starts something: the records with what can be done about each, and the lists, tasks
//! and pushes of the authority.

use std::net::Ipv4Addr;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::frame::{Page, Shown, render, show};
use super::{MessagePage, provider_name};
use crate::code::Table;
use crate::message::FiledRecord;
use crate::sandbox::number::Service;
use crate::sandbox::office::{Office, shown};
use crate::sandbox::push::{
    About, AccessFinding, Found, Inspection, IpFinding, IpInspection, ListChange, ListedSite, ListedSubject, Push, Task,
};
use crate::sandbox::view;

/// How many records a page shows.
const SHOWN: i64 = 50;
/// The most hours by which one form moves the clock on.
const MOST_HOURS: i64 = 24 * 366;

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/desk/records", get(records))
        .route("/desk/records/{id}", get(record))
        .route("/desk/acts", get(acts))
        .route("/desk/push", post(push))
        .route("/desk/service", post(service))
        .route("/desk/clock", post(clock))
}

#[derive(sqlx::FromRow)]
struct RecordLine {
    id: i64,
    number: String,
    name: String,
    sites: i64,
    cancelled: bool,
}

#[derive(Template)]
#[template(path = "records.html")]
struct RecordsPage {
    page: Page,
    q: String,
    lines: Vec<RecordLine>,
    /// The id after which the next page begins.
    next: Option<i64>,
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    q: String,
    before: Option<i64>,
}

async fn records(State(office): State<Arc<Office>>, page: Page, Query(wanted): Query<Wanted>) -> Shown {
    office.settle().await?;
    let q = wanted.q.trim().to_owned();
    let lines: Vec<RecordLine> = sqlx::query_as(
        "SELECT id, number, name, cancelled_at IS NOT NULL AS cancelled, \
                (SELECT COUNT(*) FROM site WHERE site.subject_id = subject.id AND site.cancelled_at IS NULL) AS sites \
         FROM subject WHERE id < ?1 AND (?2 = '' OR number = ?2 OR name = ?2 OR id = \
             (SELECT site.subject_id FROM domain JOIN site ON site.id = domain.site_id WHERE domain.name = lower(?2))) \
         ORDER BY id DESC LIMIT ?3",
    )
    .bind(wanted.before.unwrap_or(i64::MAX))
    .bind(&q)
    .bind(SHOWN)
    .fetch_all(&office.db)
    .await?;
    let full = i64::try_from(lines.len()).is_ok_and(|count| count == SHOWN);
    let next = lines.last().filter(|_| full).map(|line| line.id);
    show!(RecordsPage { q, lines, next, page })
}

struct SiteCard {
    id: i64,
    number: String,
    name: String,
    domains: String,
    accesses: Vec<AccessLine>,
}

struct AccessLine {
    provider: i64,
    name: String,
    ips: String,
}

#[derive(sqlx::FromRow)]
struct ServiceLine {
    kind: String,
    number: String,
    name: String,
}

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    page: Page,
    id: i64,
    number: String,
    name: String,
    nature: String,
    principal: String,
    cancelled: Option<String>,
    sites: Vec<SiteCard>,
    services: Vec<ServiceLine>,
}

async fn record(State(office): State<Arc<Office>>, page: Page, Path(id): Path<i64>) -> Shown {
    office.settle().await?;
    let lang = page.lang;
    let row: Option<(String, Option<i64>)> = sqlx::query_as("SELECT record, cancelled_at FROM subject WHERE id = ?")
        .bind(id)
        .fetch_optional(&office.db)
        .await?;
    let Some((record, cancelled)) = row else {
        let (title, note) = (page.t("record-missing"), page.t("case-missing-note"));
        return Ok(render(StatusCode::NOT_FOUND, lang, false, &MessagePage { page, title, note }));
    };
    let record: FiledRecord = serde_json::from_str(&record).map_err(crate::sandbox::Error::from)?;
    let services: Vec<ServiceLine> =
        sqlx::query_as("SELECT kind, number, name FROM service WHERE subject_id = ? ORDER BY id")
            .bind(id)
            .fetch_all(&office.db)
            .await?;
    let sites = record.sites.iter().map(|site| SiteCard {
        id: site.bureau_id,
        number: site.number.clone().unwrap_or_default(),
        name: site.name.clone(),
        domains: site.domains.iter().map(|domain| domain.name.as_str()).collect::<Vec<_>>().join(" "),
        accesses: site
            .accesses
            .iter()
            .map(|access| AccessLine {
                provider: access.provider,
                name: provider_name(&office, access.provider),
                ips: access.ips.iter().map(|ip| view::between(ip.first, ip.last)).collect::<Vec<_>>().join(" "),
            })
            .collect(),
    });
    show!(RecordPage {
        id,
        number: record.subject.number.clone().unwrap_or_default(),
        name: record.subject.name.clone(),
        nature: record.subject.nature.map(|id| view::named(Table::UnitNature, id, lang)).unwrap_or_default(),
        principal: record.subject.principal.name.clone().unwrap_or_default(),
        cancelled: cancelled.map(shown),
        sites: sites.collect(),
        services,
        page,
    })
}

#[derive(sqlx::FromRow)]
struct Listed {
    kind: String,
    value: String,
    name: String,
}

struct UnfiledLine {
    provider: String,
    domain: String,
    ip: String,
    since: String,
    outcome: Option<String>,
}

#[derive(Template)]
#[template(path = "acts.html")]
struct ActsPage {
    page: Page,
    done: bool,
    providers: Vec<(i64, String)>,
    credentials: Vec<(i64, &'static str)>,
    blacklist: Vec<Listed>,
    unfiled: Vec<UnfiledLine>,
}

#[derive(Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

async fn acts(State(office): State<Arc<Office>>, page: Page, Query(query): Query<Done>) -> Shown {
    office.settle().await?;
    let blacklist: Vec<Listed> = sqlx::query_as("SELECT kind, value, name FROM blacklist ORDER BY id DESC LIMIT 100")
        .fetch_all(&office.db)
        .await?;
    let unfiled: Vec<(i64, String, i64, i64, Option<String>)> =
        sqlx::query_as("SELECT isp_id, domain, ip, at, outcome FROM unfiled ORDER BY id DESC LIMIT 100")
            .fetch_all(&office.db)
            .await?;
    let unfiled = unfiled.into_iter().map(|(isp_id, domain, ip, at, outcome)| UnfiledLine {
        provider: provider_name(&office, isp_id),
        domain,
        ip: Ipv4Addr::from(u32::try_from(ip).unwrap_or_default()).to_string(),
        since: shown(at),
        outcome,
    });
    let lang = page.lang;
    show!(ActsPage {
        done: query.done == "1",
        providers: office.config.providers.iter().map(|provider| (provider.isp_id, provider.name.clone())).collect(),
        credentials: Table::CredentialType.rows().map(|(id, row)| (id, view::pick(row.words, lang))).collect(),
        blacklist,
        unfiled: unfiled.collect(),
        page,
    })
}

/// What a form of these pages says; each kind of push reads what it needs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PushForm {
    kind: String,
    of: String,
    text: String,
    name: String,
    domain: String,
    ip: String,
    last: String,
    /// The provider that receives it, or none for all.
    provider: String,
    certificate_kind: String,
    certificate_number: String,
    finding: String,
    remove: bool,
}

impl PushForm {
    fn push(&self) -> Option<Push> {
        let text = self.text.trim().to_owned();
        let ip = || self.ip.trim().parse::<Ipv4Addr>().ok();
        let about = About { of: self.of.clone(), text: text.clone(), provider: self.provider() };
        let filled = |value: &str| (!value.trim().is_empty()).then(|| value.trim().to_owned());
        let change = if self.remove { ListChange::Remove } else { ListChange::Add };
        Some(match self.kind.as_str() {
            "cancel_subject" => Push::CancelSubject(about),
            "cancel_site" => Push::CancelSite(about),
            "cancel_access" => Push::CancelAccess(about),
            "inspect_subject" => Push::InspectSubject(about),
            "inspect_shell" => Push::InspectShell(about),
            "inspect_site" => Push::InspectSite(about),
            "over_reported" | "under_reported" => Push::InspectAccess(Inspection {
                of: self.of.clone(),
                finding: match self.kind.as_str() {
                    "over_reported" => AccessFinding::OverReported,
                    _ => AccessFinding::UnderReported,
                },
                ip: ip(),
                text,
            }),
            "notice" => Push::Notice(about),
            "illegal_access" => Push::IllegalAccess(Found { domain: filled(&self.domain)?, ip: ip()?, text }),
            "unfiled" => Push::Unfiled(Found { domain: filled(&self.domain)?, ip: ip()?, text }),
            "verification_task" => {
                Push::VerificationTask(Task { name: filled(&self.name)?, domain: filled(&self.domain)?, ip: ip()? })
            }
            "blacklist_subject" => Push::BlacklistSubject(ListedSubject {
                name: filled(&self.name)?,
                certificate_kind: self.certificate_kind.parse().ok()?,
                certificate_number: filled(&self.certificate_number)?,
                change,
                text,
            }),
            "blacklist_site" => Push::BlacklistSite(ListedSite {
                name: filled(&self.name)?,
                domain: filled(&self.domain)?,
                change,
                text,
            }),
            "inspect_ips" => Push::InspectIps(IpInspection {
                finding: match self.finding.as_str() {
                    "out_of_bounds" => IpFinding::OutOfBounds,
                    "conflict" => IpFinding::Conflict,
                    _ => IpFinding::Unreported,
                },
                first: ip()?,
                last: self.last.trim().parse().ok()?,
                other: None,
                text,
            }),
            "code_tables" => Push::CodeTables,
            "synchronise" => Push::Synchronise,
            _ => return None,
        })
    }

    fn provider(&self) -> Option<i64> {
        self.provider.trim().parse().ok()
    }
}

/// Does what a form asks and goes back to the acts, or says why not.
async fn push(State(office): State<Arc<Office>>, page: Page, Form(form): Form<PushForm>) -> Shown {
    office.settle().await?;
    let Some(push) = form.push() else {
        let note = page.t("acts-incomplete-note");
        return Ok(refused(page, StatusCode::UNPROCESSABLE_ENTITY, "acts-incomplete", note));
    };
    match office.push_now(&push, form.provider()).await? {
        Ok(()) => Ok(Redirect::to("/desk/acts?done=1").into_response()),
        Err(_) => {
            let note = page.lang.with("acts-unsent-note", &[("of", &form.of)]);
            Ok(refused(page, StatusCode::NOT_FOUND, "acts-unsent", note))
        }
    }
}

fn refused(page: Page, status: StatusCode, title: &str, note: String) -> Response {
    let (lang, title) = (page.lang, page.t(title));
    render(status, lang, false, &MessagePage { page, title, note })
}

#[derive(Deserialize)]
struct ServiceForm {
    id: i64,
    kind: Service,
    #[serde(default)]
    name: String,
}

/// Enters an app, a mini program or a quick app of a subject.
async fn service(State(office): State<Arc<Office>>, page: Page, Form(form): Form<ServiceForm>) -> Shown {
    let name = form.name.trim();
    if name.is_empty() || office.enter_service(&form.id.to_string(), form.kind, name).await?.is_none() {
        let note = page.t("acts-incomplete-note");
        return Ok(refused(page, StatusCode::UNPROCESSABLE_ENTITY, "acts-incomplete", note));
    }
    Ok(Redirect::to(&format!("/desk/records/{}", form.id)).into_response())
}

#[derive(Deserialize)]
struct ClockForm {
    hours: i64,
}

/// Moves the clock on.
async fn clock(State(office): State<Arc<Office>>, Form(form): Form<ClockForm>) -> Shown {
    office.advance(form.hours.clamp(0, MOST_HOURS) * 3600).await?;
    Ok(Redirect::to("/desk/acts?done=1").into_response())
}

//! The sandbox's JSON interface. It is open: there is nothing behind it that needs protecting, and tests use it.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use super::Error;
use super::decide::Decided;
use super::fault::Fault;
use super::number::Service;
use super::office::Office;
use super::push::Push;
use super::verify::{Entry, Resent};

/// The largest body of a request that is not an upload.
pub(super) const MAX_BODY: usize = 64 * 1024;

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/api/sms", get(sms))
        .route("/api/verify", post(verify))
        .route("/api/resend", post(resend))
        .route("/api/desk", get(desk))
        .route("/api/desk/{id}/decision", post(decision))
        .route("/api/lookup", get(look_up))
        .route("/api/ledger", get(ledger))
        .route("/api/faults", get(faults).post(order_fault).delete(clear_faults))
        .route("/api/push", post(push))
        .route("/api/records", get(records))
        .route("/api/services", post(service))
        .route("/api/clock", get(clock).post(advance))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

/// An answer that is not the wished-for one, as RFC 9457 writes it.
pub(super) struct Problem(StatusCode, &'static str, String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(status, code, detail) = self;
        let body =
            json!({ "type": "about:blank", "status": status.as_u16(), "title": code, "code": code, "detail": detail });
        let mut response = (status, Json(body)).into_response();
        let kind = axum::http::HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(axum::http::header::CONTENT_TYPE, kind);
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        tracing::error!(%error, "the sandbox failed in a request");
        Self(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the sandbox could not do this".to_owned())
    }
}

impl From<JsonRejection> for Problem {
    fn from(error: JsonRejection) -> Self {
        Self(error.status(), "bad-request", error.body_text())
    }
}

type Answer = Result<Response, Problem>;

#[derive(Deserialize)]
struct Phone {
    mobile: Option<String>,
}

async fn sms(State(office): State<Arc<Office>>, Query(phone): Query<Phone>) -> Answer {
    office.settle().await?;
    let mobile = phone.mobile.as_deref().map(str::trim).filter(|mobile| !mobile.is_empty());
    Ok(Json(office.inbox(mobile).await?).into_response())
}

async fn verify(State(office): State<Arc<Office>>, entry: Result<Json<Entry>, JsonRejection>) -> Answer {
    Ok(Json(office.verify(&entry?.0).await?).into_response())
}

#[derive(Deserialize)]
struct Resend {
    mobile: String,
}

async fn resend(State(office): State<Arc<Office>>, body: Result<Json<Resend>, JsonRejection>) -> Answer {
    let state: Resent = office.resend(&body?.0.mobile).await?;
    Ok(Json(json!({ "state": state })).into_response())
}

#[derive(Deserialize)]
struct Wanted {
    state: Option<String>,
    kind: Option<String>,
}

async fn desk(State(office): State<Arc<Office>>, Query(wanted): Query<Wanted>) -> Answer {
    office.settle().await?;
    Ok(Json(office.queue_of(wanted.state.as_deref(), wanted.kind.as_deref()).await?).into_response())
}

#[derive(Deserialize)]
struct Decision {
    approve: bool,
    #[serde(default)]
    opinion: String,
    #[serde(default)]
    officer: String,
}

async fn decision(
    State(office): State<Arc<Office>>,
    Path(id): Path<i64>,
    body: Result<Json<Decision>, JsonRejection>,
) -> Answer {
    let body = body?.0;
    office.settle().await?;
    let officer = match body.officer.trim() {
        "" => super::words::Lang::Chinese.text("desk-officer"),
        officer => officer.to_owned(),
    };
    match office.decide(id, body.approve, &body.opinion, &officer).await? {
        Decided::Approved(number) => Ok(Json(json!({ "state": "approved", "number": number })).into_response()),
        Decided::Refused => Ok(Json(json!({ "state": "refused" })).into_response()),
        Decided::NotWaiting => {
            Err(Problem(StatusCode::CONFLICT, "not-waiting", "this request does not wait for a decision".to_owned()))
        }
        Decided::OpinionMissing => Err(Problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "opinion-missing",
            "a refusal needs its reason in `opinion`".to_owned(),
        )),
    }
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

async fn look_up(State(office): State<Arc<Office>>, Query(search): Query<Search>) -> Answer {
    office.settle().await?;
    Ok(Json(office.look_up(&search.q).await?).into_response())
}

async fn ledger(State(office): State<Arc<Office>>) -> Answer {
    Ok(Json(office.ledger().await?).into_response())
}

async fn faults(State(office): State<Arc<Office>>) -> Answer {
    Ok(Json(office.faults().await?).into_response())
}

async fn order_fault(State(office): State<Arc<Office>>, fault: Result<Json<Fault>, JsonRejection>) -> Answer {
    office.order_fault(&fault?.0).await?;
    Ok((StatusCode::CREATED, Json(office.faults().await?)).into_response())
}

async fn clear_faults(State(office): State<Arc<Office>>) -> Answer {
    office.clear_faults().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Something the authority starts by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pushed {
    /// Who receives it; everybody it concerns if missing.
    provider: Option<i64>,
    send: Push,
}

async fn push(State(office): State<Arc<Office>>, body: Result<Json<Pushed>, JsonRejection>) -> Answer {
    let body = body?.0;
    office.settle().await?;
    match office.push_now(&body.send, body.provider).await? {
        Ok(()) => Ok(StatusCode::ACCEPTED.into_response()),
        Err(unsent) => Err(Problem(StatusCode::NOT_FOUND, "not-pushed", unsent.to_string())),
    }
}

#[derive(Deserialize)]
struct Of {
    #[serde(default)]
    of: String,
}

/// The record under a domain, a number or an id, as the authority has it.
async fn records(State(office): State<Arc<Office>>, Query(asked): Query<Of>) -> Answer {
    match office.record_of(&asked.of).await? {
        Some(record) => Ok(Json(record).into_response()),
        None => Err(Problem(StatusCode::NOT_FOUND, "not-filed", "nothing is filed under this".to_owned())),
    }
}

/// An app, a mini program or a quick app that gets a number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewService {
    of: String,
    kind: Service,
    name: String,
}

async fn service(State(office): State<Arc<Office>>, body: Result<Json<NewService>, JsonRejection>) -> Answer {
    let body = body?.0;
    match office.enter_service(&body.of, body.kind, &body.name).await? {
        Some(number) => Ok((StatusCode::CREATED, Json(json!({ "number": number }))).into_response()),
        None => {
            Err(Problem(StatusCode::NOT_FOUND, "not-filed", "no such subject is filed, or it is a website".to_owned()))
        }
    }
}

async fn clock(State(office): State<Arc<Office>>) -> Answer {
    Ok(Json(json!({ "now": office.clock.now() })).into_response())
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: i64,
}

async fn advance(State(office): State<Arc<Office>>, body: Result<Json<Advance>, JsonRejection>) -> Answer {
    Ok(Json(json!({ "now": office.advance(body?.0.advance_seconds).await? })).into_response())
}

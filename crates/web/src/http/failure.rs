//! What a page answers when it has no page to show: a refusal that is written for the reader on its way out.
//!
//! A handler does not know how to draw a page without its frame, so a failure leaves as a bare status with a note,
//! and the outermost layer draws the page in the reader's language.

use app::world::World;
use askama::Template;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::component::{Html, Link, Links, Prose};
use crate::http::context;
use crate::locale::T;
use crate::view::{Head, Page, Shell};

/// Why there is no page.
#[derive(Debug)]
pub struct Failure(pub app::Error);

impl<E: Into<app::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The note that the outermost layer reads.
#[derive(Debug, Clone)]
struct Note {
    code: &'static str,
    retry_after: Option<u64>,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if let app::Error::Internal(detail) = &self.0 {
            tracing::error!(detail, "a page failed");
        }
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = match self.0 {
            app::Error::Throttled { retry_after_seconds } => Some(retry_after_seconds),
            app::Error::Unavailable { .. } => Some(10),
            _ => None,
        };
        let mut response = status.into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Note { code: self.0.code(), retry_after });
        response
    }
}

/// Draws the page of a failure; also of those that axum itself answers: no such page, wrong method, too large.
pub async fn draw(State(world): State<World>, request: Request, next: Next) -> Response {
    let t = T(context::language(request.headers()));
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let code = match response.extensions().get::<Note>() {
        Some(note) => note.code,
        None if response.headers().contains_key(header::CONTENT_TYPE) && !is_bare(&response) => return response,
        None => match status {
            StatusCode::NOT_FOUND => "not-found",
            StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
            StatusCode::PAYLOAD_TOO_LARGE => "too-large",
            StatusCode::REQUEST_TIMEOUT => "timeout",
            status if status.is_client_error() => "request-invalid",
            StatusCode::INTERNAL_SERVER_ERROR => "internal",
            _ => return response,
        },
    };
    let retry_after = response.extensions().get::<Note>().and_then(|note| note.retry_after);
    let page = page(t, &world, path, code, retry_after);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Response::from_parts(parts, page.render().unwrap_or_default().into())
}

/// Whether an error left without a page of its own: axum's refusals are a line of plain text.
fn is_bare(response: &Response) -> bool {
    let plain =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/plain"));
    (response.status().is_client_error() || response.status().is_server_error()) && plain
}

/// The page that says what went wrong, that nothing is lost, and what can be done.
fn page(t: T, world: &World, path: String, code: &str, retry_after: Option<u64>) -> Page {
    let provider = &world.settings.provider;
    let title = t.find("error-title", code).unwrap_or_else(|| t.msg("error-title-other"));
    let mut text = t.find("error", code).unwrap_or_else(|| t.msg("error-internal"));
    if let (Some(seconds), "throttled") = (retry_after, code) {
        text =
            format!("{text} {}", t.one("error-retry", "time", t.duration(seconds.try_into().unwrap_or(i64::MAX) + 59)));
    }
    let contact = [provider.phone.as_str(), provider.email.as_str()]
        .into_iter()
        .filter(|way| !way.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let contact = if contact.is_empty() { contact } else { t.one("error-contact", "contact", contact) };
    Page {
        t,
        shell: Shell {
            title: title.clone(),
            home: "/",
            narrow: true,
            provider: t.pick(&provider.name_zh, &provider.name_en).to_owned(),
            path,
            ..Shell::default()
        },
        head: Head { title, lead: text, ..Head::default() },
        main: vec![
            Html::of(&Prose { paragraphs: vec![contact].into_iter().filter(|text| !text.is_empty()).collect() }),
            Html::of(&Links { links: vec![Link::new("/", t.msg("error-home"))] }),
        ],
        ..Page::default()
    }
}

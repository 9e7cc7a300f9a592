//! What a page answers when it has no page to show: a refusal that is written for the reader on its way out.
//!
//! A handler does not know how to draw a page without its frame, so a failure leaves as a bare status with a note,
//! and the outermost layer draws the page in the reader's language.

use app::world::World;
use askama::Template;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::component::form::Form;
use crate::component::{Card, Html, Link, Links, Prose};
use crate::http::context;
use crate::http::typed::Typed;
use crate::locale::T;
use crate::view::{Head, Page, Shell};

/// The longest a form may be: a section of an order is far below it.
pub const FORM_BYTES: usize = 256 * 1024;

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
    let (request, typed) = match remember(request).await {
        Ok(remembered) => remembered,
        Err(refusal) => return refusal,
    };
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
    let passes = matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT)
        || (status == StatusCode::TOO_MANY_REQUESTS && retry_after.is_some());
    let page = page(t, &world, path, code, retry_after, typed.filter(|_| passes));
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Response::from_parts(parts, page.render().unwrap_or_default().into())
}

/// Keeps what a form carries, so that it can be sent again when the platform cannot take it now. Passwords and codes
/// are not kept: no page may hold them.
async fn remember(request: Request) -> Result<(Request, Option<Typed>), Response> {
    let form = "application/x-www-form-urlencoded";
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if request.method() != http::Method::POST || !kind.starts_with(form) {
        return Ok((request, None));
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, FORM_BYTES).await else {
        return Err(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&bytes).into_owned().collect();
    let is_secret = pairs.iter().any(|(name, _)| name.contains("password") || name == "code");
    Ok((Request::from_parts(parts, bytes.into()), (!is_secret).then_some(Typed(pairs))))
}

/// Whether an error left without a page of its own: axum's refusals are a line of plain text.
fn is_bare(response: &Response) -> bool {
    let plain =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/plain"));
    (response.status().is_client_error() || response.status().is_server_error()) && plain
}

/// The page that says what went wrong, that nothing is lost, and what can be done.
fn page(t: T, world: &World, path: String, code: &str, retry_after: Option<u64>, typed: Option<Typed>) -> Page {
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
    let again = typed.map(|typed| {
        let form = Form { hidden: typed.0, ..Form::new(path.clone(), vec![], t.msg("error-send-again")) };
        Card { title: t.msg("error-kept"), body: vec![Html::of(&form)], ..Card::default() }.html()
    });
    let first: Vec<Html> = again.into_iter().collect();
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
        main: first
            .into_iter()
            .chain([
                Html::of(&Prose { paragraphs: vec![contact].into_iter().filter(|text| !text.is_empty()).collect() }),
                Html::of(&Links { links: vec![Link::new("/", t.msg("error-home"))] }),
            ])
            .collect(),
        ..Page::default()
    }
}

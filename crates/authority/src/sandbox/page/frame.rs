//! What every page of the sandbox has in common: language, frame, headers, failure.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, OriginalUri, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::sandbox::Error;
use crate::sandbox::clock::local;
use crate::sandbox::office::Office;
use crate::sandbox::words::Lang;

/// Nothing but this server's own style sheet and pictures may be loaded, nothing may run, nobody may frame it.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Sets the headers that keep a page to itself, and turns away forms that another site sends.
pub(super) async fn protect(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    let foreign = !matches!(site, None | Some("same-origin" | "none"));
    let mut response = if foreign && request.method() == axum::http::Method::POST {
        (StatusCode::FORBIDDEN, Lang::Chinese.text("error-cross-site")).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// What every page knows: its language, its place, the time.
pub(super) struct Page {
    pub(super) lang: Lang,
    pub(super) active: &'static str,
    /// Path and query without the language.
    pub(super) here: String,
    pub(super) now: String,
    /// Whether the language was asked for in the address and should be remembered.
    pub(super) remember: bool,
}

impl FromRequestParts<Arc<Office>> for Page {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Self, Self::Rejection> {
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let query: Vec<&str> = uri.query().unwrap_or_default().split('&').filter(|part| !part.is_empty()).collect();
        let asked = query.iter().find_map(|part| part.strip_prefix("lang="));
        let cookies = parts.headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kept = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("lang="));
        let rest: Vec<&str> = query.iter().copied().filter(|part| !part.starts_with("lang=")).collect();
        let path = uri.path();
        let here = if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) };
        let active = Self::LINKS.iter().map(|(path, _)| *path).find(|link| *link != "/" && path.starts_with(link));
        Ok(Self {
            lang: Lang::tagged(asked.or(kept).unwrap_or_default()),
            active: active.unwrap_or("/"),
            here,
            now: local(office.clock.now()).strftime("%m-%d %H:%M").to_string(),
            remember: asked.is_some(),
        })
    }
}

impl Page {
    const LINKS: [(&'static str, &'static str); 5] = [
        ("/", "nav-home"),
        ("/phone", "nav-phone"),
        ("/verify", "nav-verify"),
        ("/desk", "nav-desk"),
        ("/lookup", "nav-lookup"),
    ];

    pub(super) fn t(&self, key: &str) -> String {
        self.lang.text(key)
    }

    pub(super) fn links(&self) -> &'static [(&'static str, &'static str)] {
        &Self::LINKS
    }

    pub(super) fn steps(&self) -> [(&'static str, &'static str); 5] {
        [
            ("home-step-1", "home-step-1-note"),
            ("home-step-2", "home-step-2-note"),
            ("home-step-3", "home-step-3-note"),
            ("home-step-4", "home-step-4-note"),
            ("home-step-5", "home-step-5-note"),
        ]
    }

    pub(super) fn other_tag(&self) -> &'static str {
        match self.lang {
            Lang::Chinese => "en",
            Lang::English => "zh-CN",
        }
    }

    pub(super) fn other_language(&self) -> String {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={}", self.here, self.other_tag())
    }
}

/// A page that failed.
pub(super) struct Failed(Error);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        tracing::error!(error = %self.0, "the sandbox failed in a page");
        (StatusCode::INTERNAL_SERVER_ERROR, Lang::Chinese.text("error-note")).into_response()
    }
}

pub(super) type Shown = Result<Response, Failed>;

/// Renders a page and remembers its language if it was asked for.
pub(super) fn render(status: StatusCode, lang: Lang, remember: bool, template: &impl Template) -> Response {
    let mut response = match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    if remember && let Ok(cookie) = format!("lang={}; Path=/; Max-Age=31536000; SameSite=Lax", lang.tag()).parse() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

macro_rules! show {
    ($template:expr) => {{
        let template = $template;
        let (lang, remember) = (template.page.lang, template.page.remember);
        Ok($crate::sandbox::page::frame::render(StatusCode::OK, lang, remember, &template))
    }};
}

pub(super) use show;

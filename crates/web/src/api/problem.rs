//! Refusals as RFC 9457 problems: a stable code, words in the caller's language, and the fields concerned.
//!
//! A handler answers with a [`Problem`] that knows no language. The outermost layer, [`render`], writes the body when
//! it knows what the caller reads; it also turns answers that came from the server itself (an unknown address, a wrong
//! method, a body over the limit) into the same form, so that a client needs one parser.

use app::world::World;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use filing::check::{Finding, Severity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::locale::{Lang, T};

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Every problem there is; each has a title and a detail in both languages.
pub const CODES: &[&str] = &[
    "agreements",
    "authority-away",
    "body-interrupted",
    "body-invalid",
    "body-syntax",
    "body-too-large",
    "busy",
    "call-missing",
    "character-not-printable",
    "code-expired",
    "code-spent",
    "code-wrong",
    "contact-taken",
    "container-unreadable",
    "content-type",
    "cross-site",
    "database-away",
    "download-not-waiting",
    "first-site-stays",
    "forbidden",
    "gone",
    "idempotency-done",
    "idempotency-in-flight",
    "idempotency-key",
    "idempotency-mismatch",
    "identity-missing",
    "identity-service-away",
    "if-match-invalid",
    "internal",
    "invalid",
    "ip-not-filed",
    "lease-lost",
    "line-not-halted",
    "link-expired",
    "proof-expired",
    "not-proven",
    "marks-open",
    "method-not-allowed",
    "no-bureau",
    "no-record",
    "no-site-here",
    "not-accessed",
    "not-claimed-by-you",
    "not-editable",
    "not-found",
    "nothing-to-report",
    "ordered-by-authority",
    "own-account",
    "province-changes-no-site",
    "precondition-required",
    "query-invalid",
    "range-in-use",
    "request-invalid",
    "running-order",
    "same-password",
    "site-cancelled",
    "stage",
    "storage-full",
    "subject-cancelled",
    "taken",
    "throttled",
    "timeout",
    "too-many-sites",
    "too-many-submissions",
    "type-found",
    "unauthenticated",
    "upload-in-line",
    "upload-taken",
    "version",
];

/// A refusal as the caller reads it (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The address of the problem's description.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is wrong, in a few words of the caller's language.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// What to do about it, in the caller's language.
    pub detail: String,
    /// The problem's stable name; programs decide by this.
    pub code: String,
    /// The fields concerned; empty when the problem concerns the request as a whole.
    pub errors: Vec<FieldProblem>,
}

/// What is wrong with one field, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// The path of the field, such as `sites.0.name`; empty for the body as a whole.
    pub field: String,
    /// The rule that was broken.
    pub rule: String,
    /// `block`, `warn` or `ask`.
    pub severity: Severity,
    /// What is wrong, in the caller's language.
    pub message: String,
    /// What to do, in the caller's language; empty where the message says it all.
    pub fix: String,
    /// A value that would be right, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// More values that would be right, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Where the rule is written down; empty for a rule of this interface.
    pub source: String,
}

/// A refusal that has not met its reader yet.
#[derive(Debug, Clone)]
pub struct Problem(Box<Refusal>);

#[derive(Debug, Clone)]
struct Refusal {
    code: &'static str,
    status: StatusCode,
    flaws: Vec<Flaw>,
    arguments: Vec<(&'static str, String)>,
    headers: HeaderMap,
}

/// One field of a refusal.
#[derive(Debug, Clone)]
enum Flaw {
    /// A finding of the checks.
    Finding(Box<Finding>),
    /// A place in the request that cannot be read.
    Place { field: String, rule: &'static str, arguments: Vec<(&'static str, String)> },
}

impl Problem {
    /// A refusal with a code of this interface.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self(Box::new(Refusal { code, status, flaws: Vec::new(), arguments: Vec::new(), headers: HeaderMap::new() }))
    }

    /// There is nothing at this address, or nothing the caller may know of.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found")
    }

    /// The caller has not said who they are, or not in a way that holds.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated")
            .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"beian\""))
    }

    /// Names a value that the words of the problem mention.
    #[must_use]
    pub fn argument(mut self, name: &'static str, value: impl ToString) -> Self {
        self.0.arguments.push((name, value.to_string()));
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: axum::http::HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// Names a place in the request and the rule it breaks; `arguments` are what the rule's words mention.
    #[must_use]
    pub fn place(
        mut self,
        field: impl Into<String>,
        rule: &'static str,
        arguments: Vec<(&'static str, String)>,
    ) -> Self {
        self.0.flaws.push(Flaw::Place { field: field.into(), rule, arguments });
        self
    }

    /// The same refusal under another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// The problem's stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The body for a reader; `base` is the address under which the problems are described.
    #[must_use]
    pub fn body(&self, t: T, base: &str) -> ProblemBody {
        ProblemBody {
            kind: format!("{base}#problem-{}", self.0.code),
            title: title(t, self.0.code, &self.0.arguments),
            status: self.0.status.as_u16(),
            detail: detail(t, self.0.code, &self.0.arguments),
            code: self.0.code.to_owned(),
            errors: self.0.flaws.iter().map(|flaw| flaw.body(t)).collect(),
        }
    }
}

impl Flaw {
    fn body(&self, t: T) -> FieldProblem {
        match self {
            Self::Finding(finding) => FieldProblem {
                field: finding.field.clone(),
                rule: finding.rule.clone(),
                severity: finding.severity,
                message: t.pick(&finding.message.zh, &finding.message.en).to_owned(),
                fix: t.pick(&finding.fix.zh, &finding.fix.en).to_owned(),
                value: finding.value.clone(),
                values: finding.values.clone(),
                source: finding.source.clone(),
            },
            Self::Place { field, rule, arguments } => FieldProblem {
                field: field.clone(),
                rule: (*rule).to_owned(),
                severity: Severity::Block,
                message: t.with(&key("place", rule), arguments),
                fix: String::new(),
                value: None,
                values: Vec::new(),
                source: String::new(),
            },
        }
    }
}

/// What is wrong, in a few words.
#[must_use]
pub fn title(t: T, code: &str, arguments: &[(&'static str, String)]) -> String {
    t.with(&key("problem", code), arguments)
}

/// What to do about it.
#[must_use]
pub fn detail(t: T, code: &str, arguments: &[(&'static str, String)]) -> String {
    t.with(&key("problem-detail", code), arguments)
}

fn key(family: &str, member: &str) -> String {
    format!("{family}-{member}")
}

impl From<app::Error> for Problem {
    fn from(error: app::Error) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status == StatusCode::UNAUTHORIZED {
            return Self::unauthenticated();
        }
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = %error, "an act failed");
        }
        let mut problem = Self::new(status, error.code());
        problem.0.flaws = error.findings().iter().cloned().map(|finding| Flaw::Finding(Box::new(finding))).collect();
        match &error {
            app::Error::Throttled { retry_after_seconds } => problem
                .argument("seconds", retry_after_seconds)
                .header(RETRY_AFTER, HeaderValue::from(*retry_after_seconds)),
            app::Error::Unavailable { .. } => problem.header(RETRY_AFTER, HeaderValue::from(5_u64)),
            _ => problem,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.headers_mut().extend(self.0.headers.clone());
        response.extensions_mut().insert(self);
        response
    }
}

/// The language a caller asks for with `Accept-Language`; Chinese when it names neither of ours.
#[must_use]
pub fn language(headers: &HeaderMap) -> Lang {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = (Lang::default(), 0.0_f32);
    for range in wanted.split(',') {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = parameters.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let lang = match primary.as_str() {
            "zh" => Lang::Zh,
            "en" => Lang::En,
            _ => continue,
        };
        if weight > best.1 {
            best = (lang, weight);
        }
    }
    best.0
}

/// The outermost layer: writes the body of every refusal and keeps every answer out of caches.
pub async fn render(State(world): State<World>, request: Request, next: Next) -> Response {
    let t = T(language(request.headers()));
    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<Problem>().or_else(|| of_the_server(&response));
    if let Some(problem) = problem {
        let body = problem.body(t, &world.settings.link("/api"));
        let (mut parts, _) = response.into_parts();
        parts.headers.remove(axum::http::header::CONTENT_LENGTH);
        parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        parts.headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(t.lang().tag()));
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        response = Response::from_parts(parts, bytes.into());
    }
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.append(VARY, HeaderValue::from_static("accept-language"));
    response
}

/// The problem behind an answer that no handler wrote.
fn of_the_server(response: &Response) -> Option<Problem> {
    let status = response.status();
    let code = match status {
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "body-too-large",
        StatusCode::REQUEST_TIMEOUT => "timeout",
        _ if status.is_server_error() => "internal",
        _ if status.is_client_error() => "request-invalid",
        _ => return None,
    };
    Some(Problem::new(status, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(value: &str) -> Lang {
        language(&HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_str(value).unwrap())]))
    }

    #[test]
    fn the_caller_reads_the_language_it_asks_for_and_chinese_otherwise() {
        assert_eq!(asking("en"), Lang::En);
        assert_eq!(asking("en-GB,zh;q=0.8"), Lang::En);
        assert_eq!(asking("en;q=0.3, zh-CN"), Lang::Zh);
        assert_eq!(asking("fr, en;q=0.1"), Lang::En);
        assert_eq!(asking("fr"), Lang::Zh);
        assert_eq!(language(&HeaderMap::new()), Lang::Zh);
    }

    #[test]
    fn a_refusal_names_its_field_and_rule_in_the_language_of_the_reader() {
        let problem = Problem::new(StatusCode::BAD_REQUEST, "body-invalid").place(
            "basic.domian",
            "unknown-field",
            vec![("name", "domian".to_owned())],
        );
        let zh = problem.body(T(Lang::Zh), "https://beian.example/api");
        let en = problem.body(T(Lang::En), "https://beian.example/api");
        assert_eq!(en.kind, "https://beian.example/api#problem-body-invalid");
        assert_eq!(en.errors[0].field, "basic.domian");
        assert_eq!(en.errors[0].rule, "unknown-field");
        assert!(en.errors[0].message.contains("domian") && zh.errors[0].message.contains("domian"));
        assert_ne!(en.title, zh.title);
    }
}

//! HTTP as a stranger speaks it: the story knows nothing of the platform but its public interfaces.

use super::Failure;
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use url::Url;

/// One server, or several that are the same to us.
#[derive(Debug, Clone)]
pub struct Server {
    http: reqwest::Client,
    bases: Arc<Vec<Url>>,
    turn: Arc<AtomicUsize>,
    token: Option<String>,
    language: &'static str,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: header::HeaderMap,
    /// The body, as text.
    pub text: String,
}

/// What a server did not like (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status.
    pub status: u16,
    /// The stable word.
    pub code: String,
    /// What it says to a person.
    pub detail: String,
    /// The fields and the rules they broke.
    pub errors: Vec<(String, String, String)>,
}

/// A request to be sent.
pub struct Request<'a> {
    server: &'a Server,
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Body,
}

enum Body {
    Nothing,
    Json(Value),
    Bytes(Vec<u8>, &'static str),
}

impl Server {
    /// A server under one or several addresses, which take turns.
    pub fn new(bases: Vec<Url>, language: &'static str) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("beian-story/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::Away(error.to_string()))?;
        Ok(Self { http, bases: Arc::new(bases), turn: Arc::default(), token: None, language })
    }

    /// The same server, spoken to by somebody it knows.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Begins a request.
    pub fn request(&self, method: Method, path: impl Into<String>) -> Request<'_> {
        Request { server: self, method, path: path.into(), headers: Vec::new(), body: Body::Nothing }
    }

    /// Asks for JSON.
    pub async fn get(&self, path: impl Into<String>) -> Result<Value, Failure> {
        self.request(Method::GET, path).send().await?.json()
    }

    /// Sends JSON and expects JSON, or nothing.
    pub async fn post(&self, path: impl Into<String>, body: Value) -> Result<Value, Failure> {
        self.request(Method::POST, path).body(body).send().await?.json()
    }

    fn base(&self) -> Result<&Url, Failure> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.bases.get(turn % self.bases.len().max(1)).ok_or_else(|| Failure::Away("no address".to_owned()))
    }
}

impl Request<'_> {
    /// Adds a header field.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sends JSON.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self
    }

    /// Sends bytes of a kind.
    #[must_use]
    pub fn bytes(mut self, bytes: Vec<u8>, kind: &'static str) -> Self {
        self.body = Body::Bytes(bytes, kind);
        self
    }

    /// Sends it and reads the answer, whatever its status.
    pub async fn ask(self) -> Result<Answer, Failure> {
        let url = self.server.base()?.join(&self.path).map_err(|error| Failure::Away(error.to_string()))?;
        let mut request: RequestBuilder =
            self.server.http.request(self.method, url).header(header::ACCEPT_LANGUAGE, self.server.language);
        if let Some(token) = &self.server.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request = match self.body {
            Body::Nothing => request,
            Body::Json(body) => request.json(&body),
            Body::Bytes(bytes, kind) => request.header(header::CONTENT_TYPE, kind).body(bytes),
        };
        let answer = request.send().await.map_err(Failure::away)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await.map_err(Failure::away)?;
        Ok(Answer { status, headers, text })
    }

    /// Sends it and expects success.
    pub async fn send(self) -> Result<Answer, Failure> {
        let answer = self.ask().await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        if answer.status.is_server_error() {
            return Err(Failure::Away(format!("status {}", answer.status.as_u16())));
        }
        Err(Failure::Refused(Box::new(Problem::read(&answer))))
    }
}

impl Answer {
    /// The body as JSON; nothing is null.
    pub fn json(&self) -> Result<Value, Failure> {
        if self.text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&self.text).map_err(|error| Failure::Odd(format!("an answer is not JSON: {error}")))
    }

    /// A header field.
    pub fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Problem {
    fn read(answer: &Answer) -> Self {
        let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            status: answer.status.as_u16(),
            code: text(&body["code"]),
            detail: if body["detail"].is_string() {
                text(&body["detail"])
            } else {
                answer.text.chars().take(200).collect()
            },
            errors: errors
                .iter()
                .map(|error| (text(&error["field"]), text(&error["rule"]), text(&error["message"])))
                .collect(),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}: {}", self.status, self.code, self.detail)?;
        for (field, rule, message) in &self.errors {
            write!(formatter, "\n      {field} [{rule}] {message}")?;
        }
        Ok(())
    }
}

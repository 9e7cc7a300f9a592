//! Reading a request: its JSON body, its path, its query and its picture, with a refusal that names the place.

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::error::Category;
use serde_path_to_error::{Segment, Track};

use super::problem::Problem;

/// The largest JSON body, in bytes: a draft of five sites is some thirty thousand, an import of ten thousand resources
/// some two million.
pub const MOST_JSON_BYTES: usize = 2 * 1024 * 1024;

/// A JSON body; unlike axum's own, a body that cannot be read is answered by naming the place.
#[derive(Debug, Clone, Copy)]
pub struct Body<B>(pub B);

impl<S: Send + Sync, B: DeserializeOwned> FromRequest<S> for Body<B> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = media_type(request.headers());
        if kind != "application/json" && !kind.ends_with("+json") {
            return Err(wrong_kind(&kind, "application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|error| unread(&error))?;
        parse(&bytes).map(Self)
    }
}

/// Reads a JSON text, or names the place that cannot be read.
///
/// # Errors
/// With `body-syntax` when it is not JSON, with `body-invalid` when it is JSON of another shape.
pub fn parse<B: DeserializeOwned>(bytes: &[u8]) -> Result<B, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let body = read(&mut reader)?;
    reader.end().map_err(|error| unreadable(String::new(), &error))?;
    Ok(body)
}

/// Gives a JSON value a shape, or names the place that does not fit.
///
/// # Errors
/// With `body-invalid` when the value has another shape.
pub fn shape<B: DeserializeOwned>(value: serde_json::Value) -> Result<B, Problem> {
    read(value)
}

/// Reads a value, remembering where it is, and refuses a field that nobody reads: a misspelt one would be lost.
fn read<'de, B: DeserializeOwned, D: Deserializer<'de, Error = serde_json::Error>>(reader: D) -> Result<B, Problem> {
    let mut track = Track::new();
    let mut unknown = Vec::new();
    let tracking = serde_path_to_error::Deserializer::new(reader, &mut track);
    let read = serde_ignored::deserialize(tracking, |path| unknown.push(path.to_string()));
    let body = read.map_err(|error| unreadable(dotted(&track.path()), &error))?;
    if unknown.is_empty() {
        return Ok(body);
    }
    let problem = Problem::new(StatusCode::BAD_REQUEST, "body-invalid");
    Err(unknown.into_iter().fold(problem, |problem, place| {
        // serde_ignored writes `?` for a choice that has no name of its own in the text.
        let place = place.replace("?.", "");
        let name = place.rsplit('.').next().unwrap_or_default().to_owned();
        problem.place(place, "unknown-field", vec![("name", name)])
    }))
}

/// The refusal for a JSON error at a place.
pub fn unreadable(place: String, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    // serde_json appends the position to the reason; the reason alone is what the field's message says.
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason).to_owned();
    let position =
        vec![("line", error.line().to_string()), ("column", error.column().to_string()), ("reason", reason.clone())];
    match error.classify() {
        Category::Data => {
            let quoted = reason.split('`').nth(1).unwrap_or_default().to_owned();
            let (field, rule) = if reason.starts_with("unknown field") {
                (place, "unknown-field")
            } else if reason.starts_with("missing field") {
                (join(&place, &quoted), "missing-field")
            } else if reason.starts_with("unknown variant") {
                (place, "unknown-word")
            } else {
                (place, "wrong-type")
            };
            let told = reason.strip_prefix("invalid type: ").unwrap_or(&reason).to_owned();
            let arguments = vec![("name", quoted), ("reason", told)];
            Problem::new(StatusCode::BAD_REQUEST, "body-invalid").place(field, rule, arguments)
        }
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::new(StatusCode::BAD_REQUEST, "body-syntax").place(String::new(), "syntax", position)
        }
    }
}

/// A path as findings write it: `sites.0.name`.
fn dotted(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect::<Vec<_>>()
        .join(".")
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn wrong_kind(given: &str, wanted: &'static str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type").argument("wanted", wanted).argument(
        "given",
        // A header is the caller's own text: short enough to show, never more.
        given.chars().take(80).collect::<String>(),
    )
}

fn unread(error: &BytesRejection) -> Problem {
    match error {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large")
        }
        _ => Problem::new(StatusCode::BAD_REQUEST, "body-interrupted"),
    }
}

/// The parts of the address; a part that cannot be one names nothing that exists.
#[derive(Debug, Clone, Copy)]
pub struct Path<P>(pub P);

impl<S: Send + Sync, P: DeserializeOwned + Send> FromRequestParts<S> for Path<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(path)| Self(path))
            .map_err(|_| Problem::not_found())
    }
}

/// The query of the address.
#[derive(Debug, Clone, Copy)]
pub struct Query<Q>(pub Q);

impl<S: Send + Sync, Q: DeserializeOwned> FromRequestParts<S> for Query<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|error| {
                let reason = error.body_text();
                Problem::new(StatusCode::BAD_REQUEST, "query-invalid").place(
                    "",
                    "query",
                    vec![("reason", reason.rsplit(": ").next().unwrap_or_default().to_owned())],
                )
            })
    }
}

/// A file from a request: the raw body, or the field `file` of a form.
#[derive(Debug, Clone)]
pub struct File {
    /// The name the sender gave it; never used as a path.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl<S: Send + Sync> FromRequest<S> for File {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = media_type(request.headers());
        if kind == "multipart/form-data" {
            let mut form = Multipart::from_request(request, state)
                .await
                .map_err(|_| wrong_kind(&kind, "multipart/form-data; boundary=…"))?;
            while let Some(field) = form.next_field().await.map_err(|error| broken_form(&error))? {
                if field.name() == Some("file") {
                    let name = field.file_name().unwrap_or_default().to_owned();
                    let bytes = field.bytes().await.map_err(|error| broken_form(&error))?;
                    return Ok(Self { name, bytes: bytes.into() });
                }
            }
            let name = vec![("name", "file".to_owned())];
            return Err(Problem::new(StatusCode::BAD_REQUEST, "body-invalid").place("file", "missing-field", name));
        }
        // What the bytes are is decided by looking at them; the declared type only has to be one of these.
        if !kind.starts_with("image/") && kind != "application/octet-stream" {
            return Err(wrong_kind(&kind, "image/jpeg, image/png, multipart/form-data"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|error| unread(&error))?;
        Ok(Self { name: String::new(), bytes: bytes.into() })
    }
}

fn broken_form(error: &MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"),
        _ => Problem::new(StatusCode::BAD_REQUEST, "body-interrupted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::{Lang, T};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only read by serde")]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only read by serde")]
        name: String,
    }

    fn refusal(text: &str) -> (String, String, String) {
        let body = parse::<Outer>(text.as_bytes()).unwrap_err().body(T(Lang::En), "");
        (body.code, body.errors[0].field.clone(), body.errors[0].rule.clone())
    }

    fn named(code: &str, field: &str, rule: &str) -> (String, String, String) {
        (code.into(), field.into(), rule.into())
    }

    #[test]
    fn a_body_that_cannot_be_read_names_the_place() {
        assert_eq!(
            refusal(r#"{"inner":[{"name":"a"},{"nmae":"b"}]}"#),
            named("body-invalid", "inner.1.nmae", "unknown-field")
        );
        assert_eq!(refusal(r#"{"inner":[{}]}"#), named("body-invalid", "inner.0.name", "missing-field"));
        assert_eq!(refusal(r#"{"inner":[{"name":7}]}"#), named("body-invalid", "inner.0.name", "wrong-type"));
        assert_eq!(refusal(r#"{"inner":["#), named("body-syntax", "", "syntax"));
        assert_eq!(refusal(r#"{"inner":[]} {}"#), named("body-syntax", "", "syntax"));
    }
}

//! Every route × every kind of caller, held against a table.
//!
//! A table is text, so that a person can read it: one line a route, one column a caller. The harness fails when a route
//! is missing from the table, when the table names a route that is gone, and when a caller gets in where the table says
//! otherwise.

use std::collections::BTreeSet;
use std::fmt;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use tower::ServiceExt as _;

/// Who knocks, in the order of the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persona {
    /// Nobody known.
    Stranger,
    /// An applicant with nothing to do with the order in question.
    OtherApplicant,
    /// The applicant whose order it is.
    Owner,
    /// The provider's reviewer.
    Reviewer,
    /// The provider's supervisor.
    Supervisor,
    /// The provider's administrator.
    Administrator,
    /// The provider's auditor.
    Auditor,
    /// The key of a gateway.
    Gateway,
}

impl Persona {
    /// Every column.
    pub const ALL: [Self; 8] = [
        Self::Stranger,
        Self::OtherApplicant,
        Self::Owner,
        Self::Reviewer,
        Self::Supervisor,
        Self::Administrator,
        Self::Auditor,
        Self::Gateway,
    ];
}

/// A method and the template of an address, such as `GET /orders/{order}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The method.
    pub method: String,
    /// The address with its placeholders.
    pub path: String,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// How a caller is received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reception {
    /// Let in: what was asked was done, or refused for a reason other than who asks.
    In,
    /// Asked to log in: 401, or for a page a redirect to the log-in.
    Unknown,
    /// Refused for the role.
    Forbidden,
    /// Told that there is nothing.
    Hidden,
}

impl Reception {
    fn of_word(word: &str) -> Self {
        match word {
            "in" => Self::In,
            "401" => Self::Unknown,
            "403" => Self::Forbidden,
            "404" => Self::Hidden,
            other => panic!("the table knows no {other:?}"),
        }
    }

    /// How an answer receives its caller.
    pub fn of(response: &Response<Body>) -> Self {
        let to_log_in = response.status().is_redirection()
            && response
                .headers()
                .get("location")
                .and_then(|value| value.to_str().ok())
                .is_some_and(|address| address.split('?').next().is_some_and(|path| path.ends_with("/login")));
        match response.status() {
            StatusCode::UNAUTHORIZED => Self::Unknown,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::Hidden,
            _ if to_log_in => Self::Unknown,
            _ => Self::In,
        }
    }
}

/// A line of the table.
#[derive(Debug, Clone)]
pub struct Line {
    /// The route.
    pub route: Route,
    /// How each persona is received, in the order of [`Persona::ALL`].
    pub receptions: Vec<Reception>,
}

/// Reads a table: `METHOD PATH` and one word a persona (`in`, `401`, `403`, `404`); `#` begins a remark.
pub fn table(text: &str) -> Vec<Line> {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let mut words = line.split_whitespace();
            let mut word = || words.next().unwrap_or_else(|| panic!("a word is missing in {line:?}")).to_owned();
            let route = Route { method: word(), path: word() };
            let receptions: Vec<_> = Persona::ALL.iter().map(|_| Reception::of_word(&word())).collect();
            assert_eq!(words.next(), None, "a word too many in {line:?}");
            Line { route, receptions }
        })
        .collect()
}

/// Fails unless the table has exactly one line for every route.
pub fn assert_complete(table: &[Line], routes: &BTreeSet<Route>) {
    let listed: BTreeSet<Route> = table.iter().map(|line| line.route.clone()).collect();
    assert_eq!(listed.len(), table.len(), "a route stands in the table twice");
    let told = |routes: Vec<&Route>| routes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ");
    let missing: Vec<_> = routes.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(routes).collect();
    assert!(missing.is_empty(), "routes without a line in the table:\n  {}", told(missing));
    assert!(gone.is_empty(), "lines of the table without a route:\n  {}", told(gone));
}

/// Sends every route of the table as one persona; says each line where the reception was another.
pub async fn differences(
    router: &Router,
    table: &[Line],
    persona: Persona,
    mut request: impl AsyncFnMut(&Route) -> Request<Body>,
) -> Vec<String> {
    let column = Persona::ALL.iter().position(|other| *other == persona).unwrap();
    let mut differences = Vec::new();
    for line in table {
        let request = request(&line.route).await;
        let response = router.clone().oneshot(request).await.unwrap();
        let (expected, found) = (line.receptions[column], Reception::of(&response));
        let status = response.status();
        if found != expected || status.is_server_error() {
            let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap_or_default();
            let told: String = String::from_utf8_lossy(&body).chars().take(300).collect();
            differences.push(format!("{persona:?}: {}: expected {expected:?}, found {status}: {told}", line.route));
        }
    }
    differences
}

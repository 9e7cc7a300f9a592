//! Plays case files from the first form to the open website, through the public interfaces and nothing else.

mod applicant;
mod authority;
mod filings;
mod follow;
mod http;
mod neighbour;
pub mod pictures;
mod play;
mod reviewer;
mod tell;
mod visitor;

pub use play::{Scene, play};
pub use tell::Teller;

use crate::trouble::{Doing as _, Trouble};
use http::Problem;
use serde_json::Value;
use std::time::{Duration, Instant};

/// What was seen in a step: the arguments of its sentence.
type Seen = Vec<(&'static str, String)>;

/// How long a step may take until it is given up. Long enough for a part that was killed to come back.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(100);
/// So many conflicts are taken for a race, which looking again settles; then they are taken for an answer.
const MOST_CONFLICTS: u32 = 150;

/// Why a step was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Nobody answered, or a server had trouble of its own; the same may work later.
    Away(String),
    /// The server understood and said no.
    Refused(Box<Problem>),
    /// The answer is not what the story expects.
    Odd(String),
}

impl Failure {
    fn away(error: reqwest::Error) -> Self {
        // The address may hold a contact or a link's secret.
        let error = error.without_url();
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Self::Away(text)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Away(why) | Self::Odd(why) => formatter.write_str(why),
            Self::Refused(problem) => problem.fmt(formatter),
        }
    }
}

/// Tries until it is done.
///
/// An attempt that says `None` is made again after a pause: it was only a part of the way, or it waits for something. One
/// that met an absent server is made again too, so an attempt must look first whether it is already done: the server may
/// have died after it did what was asked and before it could say so.
async fn insist<T>(mut attempt: impl AsyncFnMut() -> Result<Option<T>, Failure>) -> Result<T, Failure> {
    let began = Instant::now();
    let mut conflicts = 0;
    let mut last = "it did not come about".to_owned();
    while began.elapsed() < PATIENCE {
        match attempt().await {
            Ok(Some(done)) => return Ok(done),
            Ok(None) => {}
            Err(Failure::Away(why)) => last = why,
            Err(Failure::Refused(problem))
                if matches!(problem.status, 409 | 412 | 429) && conflicts < MOST_CONFLICTS =>
            {
                conflicts += 1;
                last = problem.to_string();
            }
            Err(failure) => return Err(failure),
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(Failure::Away(format!("not within {} s: {last}", PATIENCE.as_secs())))
}

/// Orders a fault at the sandbox authority.
///
/// # Errors
/// When it is not one, or the sandbox does not answer.
pub async fn order_fault(authority: url::Url, fault: &str) -> crate::trouble::Result {
    let body: Value = serde_json::from_str(fault).doing("the fault is not JSON")?;
    let server = http::Server::new(vec![authority], "en").map_err(|failure| Trouble::new(failure.to_string()))?;
    let ordered = insist(async || server.post("api/faults", body.clone()).await.map(Some)).await;
    ordered.map(drop).map_err(|failure| Trouble::new(format!("the sandbox does not make this fault: {failure}")))
}

/// A text of an answer; what is absent is empty.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn refused(status: u16) -> Failure {
        let problem = Problem { status, code: "x".to_owned(), detail: String::new(), errors: Vec::new() };
        Failure::Refused(Box::new(problem))
    }

    #[tokio::test]
    async fn an_absent_server_and_a_conflict_are_tried_again_and_a_refusal_is_not() {
        let tries = Cell::new(0);
        let done = insist(async || {
            tries.set(tries.get() + 1);
            match tries.get() {
                1 => Err(Failure::Away("gone".to_owned())),
                2 => Err(refused(412)),
                3 => Ok(None),
                number => Ok(Some(number)),
            }
        })
        .await;
        assert_eq!(done, Ok(4));
        assert_eq!(insist(async || Err::<Option<()>, _>(refused(422))).await, Err(refused(422)));
    }
}

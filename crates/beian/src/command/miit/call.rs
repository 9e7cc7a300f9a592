//! Calling a server of the interface.

use super::input;
use crate::cli::{Call, Method};
use crate::command::say;
use crate::trouble::{Doing as _, Ending, Result, Trouble};
use authority::client::{Answer, Bureau, Client, Condition, Timeouts};
use authority::code::Reaction;
use authority::message::Version;
use serde::Serialize;
use std::time::Duration;

/// An answer with what the code means.
#[derive(Serialize)]
struct Said<'a, T> {
    code: i64,
    zh: Option<&'static str>,
    en: Option<&'static str>,
    /// What a caller should do.
    reaction: Reaction,
    #[serde(flatten)]
    answer: &'a T,
}

/// Calls one method once and prints what was answered.
pub async fn run(asked: Call) -> Result {
    let encrypt = asked.key.is_some();
    // Without a key nothing is encrypted, and what is cannot be opened; the client wants one all the same.
    let none = || "0".repeat(16);
    let client = Client::new(Bureau {
        url: asked.url,
        isp_id: asked.isp_id,
        user: asked.user,
        password: asked.password.into(),
        aes_key: asked.key.unwrap_or_else(none).into(),
        aes_iv: asked.iv.unwrap_or_else(none).into(),
        encrypt,
        version: Version::default(),
        timeouts: Timeouts { call: Duration::from_secs(asked.timeout), ..Timeouts::default() },
    })
    .map_err(|why| Trouble::usage(why.to_string()))?;
    match asked.method {
        Method::Upload { file, sequence } => {
            let container = client.pack(&input(&file)?).doing(format!("cannot pack {}", file.display()))?;
            tell(client.upload(sequence, &container).await, |answer| &answer.answer)
        }
        Method::Download => tell(client.download().await, |answer| &answer.answer),
        Method::Ack { name } => tell(client.acknowledge(&name).await, |answer| answer),
        Method::Previous => tell(client.previous_upload().await, |answer| &answer.answer),
        Method::Status { kind, condition } => {
            let condition =
                if kind == 0 { Condition::Domain(condition) } else { Condition::Credential(kind, condition) };
            tell(client.status(&condition).await, |answer| &answer.answer)
        }
        Method::VerifyPassword { number, filing_password } => {
            tell(client.verify_password(&number, &filing_password.into()).await, |answer| &answer.answer)
        }
    }
}

fn tell<T: Serialize>(
    answered: std::result::Result<T, authority::client::CallError>,
    code: impl Fn(&T) -> &Answer,
) -> Result {
    let answer = answered.map_err(|why| Trouble::new("the server did not answer").because(why))?;
    let code = code(&answer).code;
    let words = code.words();
    let said = Said {
        code: code.0,
        zh: words.map(|words| words.zh),
        en: words.map(|words| words.en),
        reaction: code.reaction(),
        answer: &answer,
    };
    say(serde_json::to_string_pretty(&said).doing("cannot write the answer")?);
    if code.reaction() == Reaction::Proceed { Ok(()) } else { Err(Trouble::said(Ending::Failed)) }
}

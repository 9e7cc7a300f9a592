//! The upload of a case file, as the platform would build it.

use crate::cli::Encode;
use crate::command::say;
use crate::story::pictures;
use crate::trouble::{Ending, Result, Trouble};
use crate::words::Language;
use app::bureau::{BureauSettings, Bureaus};
use app::upload::case::{self, CasePicture, CaseUpload};
use app::world::{Clock as _, SystemClock, china_date};
use authority::message::Upload;
use filing::case::CaseFile;
use filing::stage::Action;
use serde_json::Value;
use std::path::Path;

/// The rule of what must be named and was not.
const NOT_TOLD: &str = "number-not-told";

/// Whether some JSON wants to be a case.
pub fn is_one(json: &[u8]) -> bool {
    serde_json::from_slice::<Value>(json).is_ok_and(|value| value.get("draft").is_some())
}

/// Builds the upload of a case.
pub fn upload(asked: &Encode, json: &[u8]) -> Result<Upload> {
    let language = Language::choose(None);
    let case = read(asked, json, language)?;
    let action = action(asked.operation.as_deref(), case::action(&case), language)?;
    let folder = asked.file.parent().unwrap_or(Path::new("."));
    let mut brought = Vec::new();
    for material in &case.materials {
        let bytes = pictures::bytes(&case, folder, material).map_err(|why| Trouble::usage(why.to_string()))?;
        brought.push(CasePicture { kind: material.kind, site: material.site, bytes });
    }
    let bureaus = Bureaus::new(vec![bureau(asked)?]).map_err(|why| Trouble::usage(why.to_string()))?;
    let bureau = bureaus.iter().next().ok_or_else(|| Trouble::new("no bureau was made"))?;
    let input = CaseUpload {
        action,
        bureau,
        on: asked.on.unwrap_or_else(|| china_date(SystemClock.now())),
        first: asked.first_id,
        subject: asked.subject.clone(),
        sites: asked.sites.clone(),
        pictures: brought,
    };
    let error = match case::build(&case, input) {
        Ok(upload) => return Ok(upload),
        Err(error) => error,
    };
    let Some(first) = error.findings().first() else { return Err(crate::command::refused(error)) };
    for finding in error.findings() {
        let (message, fix) = match language {
            Language::Zh => (&finding.message.zh, &finding.fix.zh),
            Language::En => (&finding.message.en, &finding.fix.en),
        };
        say(format!("{}: {message} {fix}", finding.field));
    }
    if first.rule == NOT_TOLD {
        return Err(Trouble::usage(language.say("encode-not-told", &[])));
    }
    Err(Trouble::said(Ending::Failed))
}

fn read(asked: &Encode, json: &[u8], language: Language) -> Result<CaseFile> {
    let faults = match std::str::from_utf8(json).map(filing::case::validate) {
        Ok(Ok(case)) => return Ok(case),
        Ok(Err(faults)) => faults,
        Err(why) => return Err(super::no_such(&asked.file, "case file", why)),
    };
    for fault in faults {
        let message = match language {
            Language::Zh => fault.message.zh,
            Language::En => fault.message.en,
        };
        say(format!("{}: {message}", if fault.path.is_empty() { "." } else { &fault.path }));
    }
    Err(Trouble::usage(language.say("case-wrong", &[("file", asked.file.display().to_string())])))
}

/// What is asked: by the group of the interface, by the name of the action, or what the case's answers come to.
fn action(asked: Option<&str>, found: Option<Action>, language: Language) -> Result<Action> {
    let Some(word) = asked else {
        return found.ok_or_else(|| Trouble::usage(language.say("encode-no-operation", &[])));
    };
    let of_group = |fits: fn(Action) -> bool, usual| found.filter(|action| fits(*action)).unwrap_or(usual);
    let adds_site = |action| matches!(action, Action::AddSiteHere | Action::AddSiteElsewhere);
    let action = match word.to_ascii_uppercase().as_str() {
        "XZBA" => Some(Action::FirstFiling),
        "XZWZ" => Some(of_group(adds_site, Action::AddSiteElsewhere)),
        "XZJR" => Some(of_group(Action::adds_access, Action::AddAccess)),
        _ => Action::from_word(&word.to_ascii_lowercase()),
    };
    let is_record = matches!(word.to_ascii_uppercase().as_str(), "BGBA" | "ZXBA");
    let facts = [("operation", word.to_owned())];
    match action {
        Some(action) if !action.changes() && !action.cancels() => Ok(action),
        None if !is_record => Err(Trouble::usage(language.say("encode-operation-unknown", &facts))),
        _ => Err(Trouble::usage(language.say("encode-operation-record", &facts))),
    }
}

/// A bureau that nobody calls: only what is written into a file counts.
fn bureau(asked: &Encode) -> Result<BureauSettings> {
    let none = || "0".repeat(16);
    Ok(BureauSettings {
        code: "00".to_owned(),
        name: String::new(),
        provinces: vec!["*".to_owned()],
        url: "http://127.0.0.1/".parse().map_err(|why: url::ParseError| Trouble::new(why.to_string()))?,
        isp_id: asked.isp_id,
        user: String::new(),
        password: String::new().into(),
        aes_key: none().into(),
        aes_iv: none().into(),
        encrypt: false,
        access_method: asked.access_method,
        cancel_reason: 1,
        timeout_seconds: 1,
    })
}

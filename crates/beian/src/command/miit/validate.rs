//! Checking a data file by itself.

use super::{input, no_such};
use crate::cli::Validate;
use crate::command::say;
use crate::trouble::{Doing as _, Ending, Result, Trouble};
use crate::words::Language;
use authority::message::{self, Located, ReadProblem};
use authority::schema::Problem;
use serde::Serialize;

/// One thing that is wrong, for programs.
#[derive(Serialize)]
struct Finding<'a> {
    line: u32,
    element: &'a str,
    problem: &'static str,
    zh: String,
    en: String,
}

#[derive(Serialize)]
struct Report<'a> {
    valid: bool,
    version: &'static str,
    findings: Vec<Finding<'a>>,
}

/// Says everything that is wrong with a file.
pub fn run(asked: &Validate) -> Result {
    let bytes = input(&asked.file)?;
    let found =
        message::validate(&bytes, asked.version).map_err(|why| no_such(&asked.file, "file of the interface", why))?;
    if asked.json {
        let findings = found.iter().map(finding).collect();
        let report = Report { valid: found.is_empty(), version: asked.version.name(), findings };
        say(serde_json::to_string_pretty(&report).doing("cannot write the report")?);
    } else {
        let language = Language::choose(None);
        let file = asked.file.display();
        for located in &found {
            let Located { line, violation } = located;
            say(format!("{file}:{line}: {}: {}", violation.path, text(language, &violation.problem)));
        }
        let facts = [("file", file.to_string()), ("found", found.len().to_string())];
        say(language.say(if found.is_empty() { "miit-valid" } else { "miit-invalid" }, &facts));
    }
    if found.is_empty() { Ok(()) } else { Err(Trouble::said(Ending::Failed)) }
}

fn finding(located: &Located) -> Finding<'_> {
    let problem = &located.violation.problem;
    Finding {
        line: located.line,
        element: &located.violation.path,
        problem: word(problem),
        zh: text(Language::Zh, problem),
        en: text(Language::En, problem),
    }
}

const fn word(problem: &Problem) -> &'static str {
    match problem {
        Problem::Missing | Problem::Content(ReadProblem::Missing) => "missing",
        Problem::Unexpected => "unexpected",
        Problem::TooMany { .. } => "too_many",
        Problem::Length { .. } => "length",
        Problem::NotNumber | Problem::Content(ReadProblem::NotNumber) => "not_number",
        Problem::Range { .. } => "range",
        Problem::StrayText => "stray_text",
        Problem::Choice(_) => "choice",
        Problem::Forbidden(_) => "forbidden",
        Problem::Unmappable(_) => "unmappable",
        Problem::TooLarge { .. } => "too_large",
        Problem::Version { .. } => "version",
        Problem::Content(ReadProblem::NotCode) => "not_code",
        Problem::Content(ReadProblem::NotBase64) => "not_base64",
        Problem::Content(ReadProblem::Operations) => "operations",
    }
}

/// What is wrong, in words.
pub fn text(language: Language, problem: &Problem) -> String {
    let bound = |bound: i64| if matches!(bound, i64::MIN | i64::MAX) { "∞".to_owned() } else { bound.to_string() };
    let size = |size: usize| if size == usize::MAX { "∞".to_owned() } else { size.to_string() };
    let facts = match problem {
        Problem::TooMany { found, max } | Problem::TooLarge { found, max } => {
            vec![("found", found.to_string()), ("max", size(*max))]
        }
        Problem::Length { found, min, max } => {
            vec![("found", found.to_string()), ("min", min.to_string()), ("max", size(*max))]
        }
        Problem::Range { found, min, max } => {
            vec![("found", found.to_string()), ("min", bound(*min)), ("max", bound(*max))]
        }
        Problem::Choice(names) => vec![("names", names.clone())],
        Problem::Forbidden(character) => vec![("code", format!("{:04X}", u32::from(*character)))],
        Problem::Unmappable(character) => {
            vec![("character", character.to_string()), ("code", format!("{:04X}", u32::from(*character)))]
        }
        Problem::Version { found, expected } => vec![("found", found.clone()), ("expected", (*expected).to_owned())],
        _ => Vec::new(),
    };
    language.say(&format!("miit-problem-{}", word(problem).replace('_', "-")), &facts)
}

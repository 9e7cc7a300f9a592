//! Questions about working days.

use super::lines::{self, Line};
use super::{check, say};
use crate::cli::{Calendar, Cli, Question, day};
use crate::trouble::{Doing as _, Ending, Result, Trouble};
use crate::words::Language;
use app::world::{Clock as _, SystemClock, china_date};
use clap::CommandFactory as _;
use filing::calendar;
use filing::check::Finding;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value};

/// A question that can be answered.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Add { start: Date, n: u32 },
    Count { from: Date, to: Date },
    Is { date: Date },
}

/// An answer, in the words of the lines.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
enum Answer {
    Add { end: Date, estimated: bool },
    Count { days: u32, estimated: bool },
    Is { workday: bool, estimated: bool },
}

/// What is wrong with a question.
#[derive(Serialize)]
struct Refusal {
    findings: Vec<Finding>,
}

type Fault = (&'static str, Vec<(&'static str, String)>);

/// Does what is asked.
///
/// # Errors
/// When there is no answer, or it is no.
pub fn run(calendar: &Calendar) -> Result {
    let (op, lines, asked) = match &calendar.question {
        None => ("", calendar.lines, None),
        Some(Question::Add { start, n, lines }) => {
            ("add", *lines, start.zip(*n).map(|(start, n)| Asked::Add { start, n }))
        }
        Some(Question::Count { from, to, lines }) => {
            ("count", *lines, from.zip(*to).map(|(from, to)| Asked::Count { from, to }))
        }
        Some(Question::Is { date, lines }) => ("is", *lines, date.map(|date| Asked::Is { date })),
    };
    if lines.stdin {
        return lines::each(|line, output| match read(line, op).and_then(answer) {
            Ok(answer) => lines::write(output, &answer).map(|()| true),
            Err(fault) => lines::write(output, &Refusal { findings: findings(&fault) }).map(|()| false),
        });
    }
    let Some(asked) = asked else {
        let kind = clap::error::ErrorKind::MissingSubcommand;
        Cli::command().error(kind, "`beian calendar` wants add, count, is or --stdin").exit()
    };
    match answer(asked) {
        Ok(answer) if lines.json => say(serde_json::to_string(&answer).doing("cannot write the answer")?),
        Ok(answer) => tell(asked, answer, Language::choose(None)),
        Err(fault) => {
            let findings = findings(&fault);
            if lines.json {
                say(serde_json::to_string(&Refusal { findings }).doing("cannot write the answer")?);
            } else {
                findings.iter().for_each(|finding| check::tell_finding(finding, Language::choose(None)));
            }
            return Err(Trouble::said(Ending::Failed));
        }
    }
    // A script asks `beian calendar is` like it asks `test`.
    if matches!(asked, Asked::Is { date } if !calendar::is_working_day(date)) {
        Err(Trouble::said(Ending::Failed))
    } else {
        Ok(())
    }
}

fn findings((rule, holes): &Fault) -> Vec<Finding> {
    lines::fault(rule, holes, china_date(SystemClock.now()))
}

fn answer(asked: Asked) -> std::result::Result<Answer, Fault> {
    Ok(match asked {
        Asked::Add { start, n } => {
            let counted = calendar::nth_working_day(start, n).map_err(|_| ("value-38", Vec::new()))?;
            Answer::Add { end: counted.date, estimated: counted.estimated }
        }
        Asked::Count { from, to } => {
            let counted = calendar::working_days_between(from, to);
            Answer::Count { days: counted.days, estimated: counted.estimated }
        }
        Asked::Is { date } => {
            Answer::Is { workday: calendar::is_working_day(date), estimated: !calendar::is_published(date) }
        }
    })
}

/// Reads a line; `op` is the one of the command line, which a line may leave out.
fn read(line: Line<'_>, op: &str) -> std::result::Result<Asked, Fault> {
    let Line::Whole(text) = line else { return Err(("value-03", Vec::new())) };
    let ask: Map<String, Value> =
        serde_json::from_slice(text).map_err(|error| ("value-01", vec![("error", error.to_string())]))?;
    let field = |name: &'static str| ask.get(name).ok_or(("value-39", vec![("found", name.to_owned())]));
    let date = |name| {
        let value = field(name)?;
        let date = value.as_str().and_then(|text| day(text).ok());
        date.ok_or_else(|| ("value-36", vec![("found", plain(value))]))
    };
    let op = if op.is_empty() || ask.contains_key("op") { plain(field("op")?) } else { op.to_owned() };
    match op.as_str() {
        "add" => {
            let n = field("n")?;
            let days = n.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= 1_000_000);
            Ok(Asked::Add { start: date("start")?, n: days.ok_or_else(|| ("value-37", vec![("found", plain(n))]))? })
        }
        "count" => Ok(Asked::Count { from: date("from")?, to: date("to")? }),
        "is" => Ok(Asked::Is { date: date("date")? }),
        _ => Err(("value-02", vec![("found", op), ("kinds", "add count is".to_owned())])),
    }
}

/// A value as it was typed.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Says it to a person.
fn tell(asked: Asked, answer: Answer, language: Language) {
    let (text, estimated) = match (asked, answer) {
        (_, Answer::Add { end, estimated }) => (end.to_string(), estimated),
        (_, Answer::Count { days, estimated }) => (days.to_string(), estimated),
        (Asked::Is { date }, Answer::Is { workday, estimated }) => {
            let key = if workday { "calendar-worked" } else { "calendar-off" };
            (language.say(key, &[("date", date.to_string())]), estimated)
        }
        (_, Answer::Is { workday, estimated }) => (workday.to_string(), estimated),
    };
    say(text);
    if estimated {
        let (first, last) = (calendar::FIRST_YEAR.to_string(), calendar::LAST_YEAR.to_string());
        say(language.say("calendar-estimated", &[("first", first), ("last", last)]));
    }
}

//! The codes of the interface.

use crate::cli::{Codes, CodesOf};
use crate::command::say;
use crate::trouble::{Doing as _, Result};
use crate::words::Language;
use authority::code::{self, Table, Words};
use serde::Serialize;

#[derive(Serialize)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<&'static str>,
    code: i64,
    #[serde(flatten)]
    words: Words,
}

/// Lists codes.
pub fn run(asked: &Codes) -> Result {
    let Codes::List { of, json } = asked;
    let line = |table, (code, words)| Line { table, code, words };
    let lines: Vec<Line> = match of {
        CodesOf::Answers => code::answers().map(|row| line(None, row)).collect(),
        CodesOf::Results => code::results().map(|row| line(None, row)).collect(),
        CodesOf::Tables => Table::ALL
            .iter()
            .flat_map(|table| table.rows().map(move |(id, row)| line(Some(table.name()), (id, row.words))))
            .collect(),
    };
    if *json {
        say(serde_json::to_string_pretty(&lines).doing("cannot write the codes")?);
        return Ok(());
    }
    let language = Language::choose(None);
    for Line { table, code, words } in lines {
        let text = match language {
            Language::Zh => words.zh,
            Language::En => words.en,
        };
        say(match table {
            Some(table) => format!("{table:<20} {code:>4}  {text}"),
            None => format!("{code:>4}  {text}"),
        });
    }
    Ok(())
}

//! The codes of the interface.

use crate::cli::CodesOf;
use crate::command::{refused, say};
use crate::config::Config;
use crate::trouble::{Doing as _, Result};
use crate::words::Language;
use crate::world;
use app::Actor;
use app::act;
use app::world::china_date;
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

/// Lists codes that this program has of itself.
pub fn list(of: CodesOf, json: bool) -> Result {
    let line = |table, (code, words)| Line { table, code, words };
    let lines: Vec<Line> = match of {
        CodesOf::Answers => code::answers().map(|row| line(None, row)).collect(),
        CodesOf::Results => code::results().map(|row| line(None, row)).collect(),
        CodesOf::Tables => Table::ALL
            .iter()
            .flat_map(|table| table.rows().map(move |(id, row)| line(Some(table.name()), (id, row.words))))
            .collect(),
        // They lie in the database, see `kept`.
        CodesOf::Bureaus => Vec::new(),
    };
    if json {
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

/// Lists the tables that the bureaus sent.
pub async fn kept(config: &Config, json: bool) -> Result {
    let world = world::of_tool(config).await?;
    let tables = act::list_code_tables(&world, &Actor::operator()).await;
    world.store.close().await;
    let tables = tables.map_err(refused)?;
    if json {
        say(serde_json::to_string_pretty(&tables).doing("cannot write the tables")?);
        return Ok(());
    }
    let language = Language::choose(None);
    for table in &tables {
        let facts = [
            ("bureau", table.bureau.clone()),
            ("table", table.table.clone()),
            ("codes", table.codes.to_string()),
            ("since", china_date(table.changed_at).to_string()),
        ];
        say(language.say("codes-table", &facts));
    }
    if tables.is_empty() {
        say(language.say("codes-none", &[]));
    }
    Ok(())
}

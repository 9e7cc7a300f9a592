//! Fetching the code tables of the bureaus, or comparing a file with what is kept.

use super::{input, no_such};
use crate::cli::CodesSync;
use crate::command::{refused, say};
use crate::config::Config;
use crate::trouble::{Doing as _, Ending, Result, Trouble};
use crate::words::Language;
use crate::world;
use app::act::{self, CodeChange, CompareCodes, HowChanged, Said, SyncCodes, SyncedCodes};
use app::world::china_date;
use app::{Actor, World};
use authority::envelope::read_document;
use authority::message::Download;
use serde::Serialize;

#[derive(Serialize)]
struct Report {
    bureaus: Vec<SyncedCodes>,
}

/// Does what is asked, and says what differs.
pub async fn run(config: &Config, asked: &CodesSync) -> Result {
    let bureaus = match &asked.bureau {
        Some(bureau) => vec![bureau.clone()],
        None => config.bureaus.iter().map(|bureau| bureau.code.clone()).collect(),
    };
    if bureaus.is_empty() {
        return Err(Trouble::usage("no bureau is configured").hint("add [[bureaus]] to the configuration"));
    }
    let world = world::of_tool(config).await?;
    let done = match &asked.file {
        Some(_) => compare(&world, asked, &bureaus).await,
        None => fetch(&world, asked, bureaus).await,
    };
    world.store.close().await;
    done
}

async fn fetch(world: &World, asked: &CodesSync, bureaus: Vec<String>) -> Result {
    let mut report = Report { bureaus: Vec::new() };
    for bureau in bureaus {
        let synced = act::sync_codes(world, &Actor::operator(), SyncCodes { bureau }).await;
        report.bureaus.push(synced.map_err(|error| refused(error).ending(Ending::Usage))?);
    }
    let language = Language::choose(None);
    if asked.json {
        say(serde_json::to_string_pretty(&report).doing("cannot write the report")?);
    } else {
        for synced in &report.bureaus {
            tell(language, &synced.bureau, &synced.changes);
            if let Some(why) = &synced.stopped {
                say(language.say("codes-stopped", &[("bureau", synced.bureau.clone()), ("why", why.clone())]));
            }
        }
    }
    if report.bureaus.iter().any(|synced| synced.stopped.is_some()) {
        return Err(Trouble::said(Ending::Usage));
    }
    ending(report.bureaus.iter().all(|synced| synced.changes.is_empty()))
}

async fn compare(world: &World, asked: &CodesSync, bureaus: &[String]) -> Result {
    let (Some(path), [bureau]) = (&asked.file, bureaus) else {
        return Err(Trouble::usage("several bureaus are configured").hint("say with --bureau whose tables are meant"));
    };
    let root = read_document(&input(path)?).map_err(|why| no_such(path, "file of the interface", why))?;
    if &*root.name != "DownloadData" {
        return Err(Trouble::usage(format!("{} begins with {}", path.display(), root.name)));
    }
    let file = Download::read(&root, asked.version);
    let input = CompareCodes { bureau: bureau.clone(), file: &file };
    let compared = act::compare_codes(world, &Actor::operator(), input).await;
    let compared = compared.map_err(|error| refused(error).ending(Ending::Usage))?;
    if asked.json {
        say(serde_json::to_string_pretty(&compared).doing("cannot write the report")?);
    } else {
        tell(Language::choose(None), bureau, &compared.changes);
    }
    ending(compared.changes.is_empty())
}

fn ending(is_same: bool) -> Result {
    if is_same { Ok(()) } else { Err(Trouble::said(Ending::Failed)) }
}

fn tell(language: Language, bureau: &str, changes: &[CodeChange]) {
    for change in changes {
        let key = match change.how {
            HowChanged::Added => "codes-added",
            HowChanged::Changed => "codes-changed",
            HowChanged::Gone => "codes-gone",
        };
        let since = change.before.as_ref().and_then(|before| before.since);
        let facts = [
            ("table", change.table.clone()),
            ("code", change.code.to_string()),
            ("before", words(change.before.as_ref(), change.after.as_ref())),
            ("after", words(change.after.as_ref(), change.before.as_ref())),
            ("since", since.map(|since| china_date(since).to_string()).unwrap_or_default()),
        ];
        say(language.say(key, &facts));
    }
    let facts = [("bureau", bureau.to_owned()), ("found", changes.len().to_string())];
    say(language.say(if changes.is_empty() { "codes-same" } else { "codes-differ" }, &facts));
}

/// The name of a code, and what else differs from the other saying of it.
fn words(said: Option<&Said>, other: Option<&Said>) -> String {
    let Some(said) = said else { return String::new() };
    let mut words = vec![said.name().to_owned()];
    if let (Some(content), Some(other)) = (said.content.as_object(), other) {
        let differs = content.iter().filter(|(key, value)| *key != "name" && other.content.get(key) != Some(value));
        words.extend(differs.map(|(key, value)| format!("{key}={value}")));
    }
    words.join(" ")
}

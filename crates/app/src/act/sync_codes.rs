//! The code tables of a bureau, fetched now, or read from a file: what differs from what was kept.
//!
//! A bureau cannot be asked for its tables. It puts a file (`JCDM`) into the line of downloads when it likes, and what
//! waits there is given in its sequence; so fetching the tables is fetching the line to its end, as the job does.

use std::collections::BTreeMap;
use std::time::Duration;

use authority::message::Download;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use store::Reader;
use uuid::Uuid;

use crate::actor::Actor;
use crate::bureau::Bureau;
use crate::codes::rows;
use crate::error::{Error, Result};
use crate::job::poll_downloads::{PollDownloads, Polled, poll};
use crate::job::{self, Job as _, Outcome};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::worker;
use crate::world::World;

/// So many codes are read at a time.
const ROWS: u64 = 500;
/// How often somebody who waits for the job looks again.
const LOOK: Duration = Duration::from_millis(500);
/// How often they look before they give up: two minutes.
const LOOKS: u32 = 240;

/// Whose tables are to be fetched.
#[derive(Debug, Clone)]
pub struct SyncCodes {
    /// The bureau.
    pub bureau: String,
}

/// What a file is to be compared with.
#[derive(Debug, Clone)]
pub struct CompareCodes<'a> {
    /// The bureau.
    pub bureau: String,
    /// The file.
    pub file: &'a Download,
}

/// What became of the tables of a bureau.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncedCodes {
    /// The bureau.
    pub bureau: String,
    /// What is different, by table and code.
    pub changes: Vec<CodeChange>,
    /// What kept the line from being fetched to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// How a file differs from what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparedCodes {
    /// The bureau.
    pub bureau: String,
    /// The tables the file has; of others it says nothing.
    pub tables: Vec<String>,
    /// What is different, by table and code.
    pub changes: Vec<CodeChange>,
}

/// How a code differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HowChanged {
    /// It is new.
    Added,
    /// It stands for something else.
    Changed,
    /// It is gone.
    Gone,
}

/// A code that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeChange {
    /// The table, as the bureau calls it.
    pub table: String,
    /// The code.
    pub code: i64,
    /// How it differs.
    pub how: HowChanged,
    /// What was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Said>,
    /// What is said now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Said>,
}

/// What is said of a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Everything the table holds of it.
    pub content: Value,
    /// Since when it counts here; a file that was not applied has no such time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl Said {
    /// What the code means.
    #[must_use]
    pub fn name(&self) -> &str {
        self.content["name"].as_str().unwrap_or_default()
    }
}

type Tables = BTreeMap<String, BTreeMap<i64, Said>>;

/// Fetches what waits at a bureau, exactly as the job does and never beside it: the job is claimed first, and who has it
/// is waited for. Says how the tables differ from before; what was replaced stays in their history.
///
/// # Errors
/// `bureau-unknown`; `busy` when another process holds the job for minutes; or when the store cannot.
pub async fn sync_codes(world: &World, actor: &Actor, input: SyncCodes) -> Result<SyncedCodes> {
    require(actor, Act::SyncCodes)?;
    let bureau = world.bureaus.find(&input.bureau).ok_or_else(|| Error::field("bureau", "bureau-unknown"))?;
    let before = kept(&world.store.read().await?, &bureau.code).await?;
    let polled = fetch(world, bureau).await?;
    let changes = differences(&before, &kept(&world.store.read().await?, &bureau.code).await?);
    let stopped = match polled {
        Polled::Empty => None,
        Polled::Left(file) => Some(format!("{file} waits for a person or for its acknowledgement")),
        Polled::Refused(code, text) | Polled::TurnedAway(code, text) => Some(format!("{} {text}", code.0)),
        Polled::Silent(why) => Some(why),
    };
    let tx = world.store.write().await?;
    let count = |how| changes.iter().filter(|change| change.how == how).count();
    let facts = json!({
        "bureau": bureau.code, "added": count(HowChanged::Added), "changed": count(HowChanged::Changed),
        "ended": count(HowChanged::Gone),
    });
    Trail::by(actor, "sync_codes", world.now()).on("bureau", Uuid::nil()).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(SyncedCodes { bureau: bureau.code.clone(), changes, stopped })
}

/// Compares the tables of a file with those that are kept; nothing is applied. Only what the bureau sends itself counts.
///
/// # Errors
/// `no-code-tables` when the file has none, or when the store cannot.
pub async fn compare_codes(world: &World, actor: &Actor, input: CompareCodes<'_>) -> Result<ComparedCodes> {
    require(actor, Act::ViewCodes)?;
    let (file, synchronised) = (input.file, input.file.synchronised.as_ref());
    let mut said = rows(&file.units, &file.tables)?;
    if let Some(all) = synchronised {
        said.extend(rows(&all.units, &all.tables)?);
    }
    if said.is_empty() {
        return Err(Error::field("file", "no-code-tables"));
    }
    let plain = |(code, content)| (code, Said { content, since: None });
    let after: Tables = said.into_iter().map(|(table, rows)| (table, rows.into_iter().map(plain).collect())).collect();
    let mut before = kept(&world.store.read().await?, &input.bureau).await?;
    before.retain(|table, _| after.contains_key(table));
    let changes = differences(&before, &after);
    Ok(ComparedCodes { bureau: input.bureau, tables: after.into_keys().collect(), changes })
}

/// Claims the job that fetches, does it once, and gives it back to be done in its turn.
async fn fetch(world: &World, bureau: &Bureau) -> Result<Polled> {
    let (promised, name) = (PollDownloads { bureau: bureau.code.clone() }, format!("sync/{}", world.uuid()));
    for _ in 0..LOOKS {
        let now = world.now();
        let tx = world.store.write().await?;
        store::bureau::ensure(&tx, &bureau.code).await?;
        job::promise(&tx, world, &promised, now).await?;
        let until = now + world.settings.lease();
        let Some(row) = store::job::claim_key(&tx, &promised.key(), &name, now, until).await? else {
            // Another process has it, and is not to do it once more for this.
            tx.rollback().await?;
            tokio::time::sleep(LOOK).await;
            continue;
        };
        tx.commit().await?;
        // On the heap: what a file can set going is much.
        let polled = worker::hold(world, &row, Box::pin(poll(world, bureau))).await;
        let outcome = match &polled {
            Ok(polled) => Ok(Outcome::Again(polled.next(world, row.attempts))),
            Err(error) => Err(Error::internal(error.to_string())),
        };
        worker::settle(world, &row, outcome).await?;
        return polled;
    }
    Err(Error::Unavailable { code: "busy" })
}

/// Every table of a bureau as it counts now.
async fn kept(reader: &Reader, bureau: &str) -> Result<Tables> {
    let mut tables = Tables::new();
    for known in store::codes::tables(reader).await?.into_iter().filter(|known| known.bureau == bureau) {
        let (mut rows, mut after) = (BTreeMap::new(), Some(i64::MIN));
        while let Some(from) = after {
            let codes = store::codes::current(reader, bureau, &known.table, from, ROWS).await?;
            after = codes.last().filter(|_| codes.len() as u64 == ROWS).map(|last| last.code);
            let said =
                |code: store::codes::Code| (code.code, Said { content: code.body, since: Some(code.valid_from) });
            rows.extend(codes.into_iter().map(said));
        }
        tables.insert(known.table, rows);
    }
    Ok(tables)
}

fn differences(before: &Tables, after: &Tables) -> Vec<CodeChange> {
    let none = BTreeMap::new();
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let mut changes = Vec::new();
    for table in names {
        let (before, after) = (before.get(table).unwrap_or(&none), after.get(table).unwrap_or(&none));
        let mut codes: Vec<i64> = before.keys().chain(after.keys()).copied().collect();
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            let (before, after) = (before.get(&code).cloned(), after.get(&code).cloned());
            let how = match (&before, &after) {
                (Some(before), Some(after)) if before.content == after.content => continue,
                (Some(_), Some(_)) => HowChanged::Changed,
                (None, _) => HowChanged::Added,
                (_, None) => HowChanged::Gone,
            };
            changes.push(CodeChange { table: table.clone(), code, how, before, after });
        }
    }
    changes
}

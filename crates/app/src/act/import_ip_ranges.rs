//! Ranges as a CSV file: brought in line by line, and given out.

use filing::check::{Finding, Severity};
use filing::ip_filing::{RangeDraft, RangeKind, table};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::ip_range::{self, Filter};
use store::page::MAX_LIMIT;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::Result;
use crate::ip_filing::{self, Held, judge};
use crate::language::Language;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// A file of ranges.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ImportIpRanges {
    /// The bureau they are filed with.
    pub bureau: String,
    /// The file: a heading of column names, one record a line.
    pub csv: String,
    /// What to do with it.
    #[serde(default)]
    pub mode: ImportMode,
}

/// What to do with a file of ranges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IpImportMode)]
pub enum ImportMode {
    /// Say what is wrong and save nothing.
    Check,
    /// Save all lines, or none when anything is wrong with one.
    #[default]
    AllOrNothing,
    /// Save the lines with which nothing is wrong.
    ValidLines,
}

/// What came of a file of ranges.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ImportedIpRanges {
    /// Records in the file.
    pub lines: usize,
    /// How many were saved as drafts.
    pub saved: usize,
    /// How many could be: nothing blocks them.
    pub sound: usize,
    /// What is wrong or worth a look, by line: the field is `line.7.first`.
    pub findings: Vec<Finding>,
}

/// Ranges to be given out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ExportIpRanges {
    /// The bureau they are filed with.
    pub bureau: String,
}

/// So many records are given out in one file.
const MOST_GIVEN: usize = 20_000;

/// Reads a file of ranges, says what is wrong line by line, and saves what the mode wants as drafts; nothing is sent.
///
/// # Errors
/// When there is no such bureau, or the store cannot. What is wrong with the file is an answer, not an error.
pub async fn import_ip_ranges(world: &World, actor: &Actor, input: ImportIpRanges) -> Result<ImportedIpRanges> {
    require(actor, Act::ImportIpRanges)?;
    let bureau = ip_filing::bureau(world, &input.bureau)?;
    let mut lines = match table::read(&input.csv) {
        Ok(lines) => lines,
        Err(findings) => return Ok(ImportedIpRanges { lines: 0, saved: 0, sound: 0, findings }),
    };
    let now = world.now();
    let count = lines.len();
    let mut findings = Vec::new();
    let mut sound = 0;
    let tx = world.store.write().await?;
    ip_range::lock(&tx, &bureau.code).await?;
    // Sources before what is allocated out of them, wherever they stand in the file.
    lines.sort_by_key(|line| (rank(&line.draft), line.number));
    for line in lines {
        let found = judge(&tx, world, bureau, &line.draft, None, &[]).await?;
        let is_sound = found.iter().all(|finding| finding.severity != Severity::Block);
        let number = line.number;
        findings.extend(found.into_iter().map(|finding| (number, finding)));
        if is_sound {
            sound += 1;
            // The next line sees this one, whether it stays or not.
            Held::new(world, &bureau.code, line.draft, now)?.insert(&tx, world).await?;
        }
    }
    findings.sort_by_key(|(number, _)| *number);
    let findings = findings.into_iter().map(|(number, finding)| at_line(number, finding)).collect();
    let saves = match input.mode {
        ImportMode::Check => false,
        ImportMode::AllOrNothing => sound == count,
        ImportMode::ValidLines => sound > 0,
    };
    if !saves {
        tx.rollback().await?;
        return Ok(ImportedIpRanges { lines: count, saved: 0, sound, findings });
    }
    let facts = json!({ "bureau": bureau.code, "lines": count, "saved": sound });
    Trail::by(actor, "import_ip_ranges", now).on("bureau", Uuid::nil()).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(ImportedIpRanges { lines: count, saved: sound, sound, findings })
}

fn rank(draft: &RangeDraft) -> u8 {
    match RangeKind::from_word(&draft.kind) {
        Some(RangeKind::Source) => 0,
        Some(RangeKind::BroughtIn) => 1,
        _ => 2,
    }
}

fn at_line(number: u64, mut finding: Finding) -> Finding {
    finding.field = format!("line.{number}.{}", finding.field);
    finding
}

/// The ranges of a bureau as a file that [`import_ip_ranges`] reads; the contacts in it are not masked, so it is noted
/// who took it.
///
/// # Errors
/// When there is no such bureau, or the store cannot.
pub async fn export_ip_ranges(
    world: &World,
    actor: &Actor,
    input: ExportIpRanges,
    language: Language,
) -> Result<String> {
    require(actor, Act::ExportIpRanges)?;
    let bureau = ip_filing::bureau(world, &input.bureau)?;
    let filter = Filter { bureau: bureau.code.clone(), ..Filter::default() };
    let mut drafts = Vec::new();
    let mut page = store::Page::first(MAX_LIMIT);
    {
        let reader = world.store.read().await?;
        loop {
            let listing = ip_range::list(&reader, &filter, &page).await?;
            for row in listing.items.into_iter().filter(|row| row.live) {
                drafts.push(Held::of(row)?.kept.draft);
            }
            page.after = listing.next;
            if page.after.is_none() || drafts.len() >= MOST_GIVEN {
                break;
            }
        }
    }
    let now = world.now();
    let tx = world.store.write().await?;
    let facts = json!({ "bureau": bureau.code, "lines": drafts.len() });
    Trail::by(actor, "export_ip_ranges", now).on("bureau", Uuid::nil()).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(table::write(&drafts, language.tag()))
}

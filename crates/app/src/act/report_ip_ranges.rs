//! Sending ranges to their bureau: drafts to be filed, corrections of what is filed, deletions.

use std::collections::BTreeSet;

use filing::check::{Finding, Severity};
use filing::ip_filing::{Range, RangeDraft, RangeKind, Span, Stage, Standing, Untimely};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::ip_range::{self, Filter};
use store::upload::{Upload, UploadState};
use store::{IpRangeId, Tx};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ip_ranges::IpRangeRef;
use super::save_ip_range::facts;
use crate::actor::Actor;
use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::ip_filing::view::IpRangeView;
use crate::ip_filing::wire::{self, Cargo, Numbered};
use crate::ip_filing::{self, Held, MOST_IN_UPLOAD, judge};
use crate::job;
use crate::job::report::Report;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// Drafts to be reported.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReportIpRanges {
    /// The bureau they are filed with.
    pub bureau: String,
    /// The drafts, a thousand at most.
    #[serde(default)]
    pub ranges: Vec<Uuid>,
    /// Whether all drafts go with which nothing is wrong, up to a thousand of them.
    #[serde(default)]
    pub all: bool,
}

/// What was put in line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportedIpRanges {
    /// How many ranges.
    pub ranges: usize,
    /// The numbers of the uploads on the wire: sources go before what is allocated out of them.
    pub sequences: Vec<u64>,
}

/// What a filed range is to become.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CorrectIpRange {
    /// The range.
    pub range: Uuid,
    /// The version that was read.
    pub version: i64,
    /// What it is to say; its kind stays.
    pub content: RangeDraft,
}

impl From<Untimely> for Error {
    fn from(_: Untimely) -> Self {
        Self::conflict("stage")
    }
}

/// Puts drafts in line to be reported.
///
/// # Errors
/// [`Error::Invalid`] with what keeps a named one from being reported, its field `ranges.<id>.first`; `stage` when one
/// was sent already, `nothing-to-report` when there is none.
pub async fn report_ip_ranges(world: &World, actor: &Actor, input: ReportIpRanges) -> Result<ReportedIpRanges> {
    require(actor, Act::ReportIpRanges)?;
    let bureau = ip_filing::bureau(world, &input.bureau)?;
    let now = world.now();
    let tx = world.store.write().await?;
    ip_range::lock(&tx, &bureau.code).await?;
    let ids = if input.all { drafts(&tx, &bureau.code).await? } else { input.ranges.into_iter().collect() };
    let mut wanted = Vec::new();
    for id in ids.into_iter().take(MOST_IN_UPLOAD as usize) {
        let held = Held::of(ip_range::get_for_update(&tx, IpRangeId(id)).await?)?;
        if held.row.bureau != bureau.code {
            return Err(Error::NotFound);
        }
        if !matches!(held.kept.stage, Stage::Draft | Stage::Refused { .. }) {
            return Err(Error::conflict("stage"));
        }
        wanted.push(held);
    }
    let wanted = sound(&tx, world, bureau, wanted, input.all).await?;
    if wanted.is_empty() {
        return Err(Error::conflict("nothing-to-report"));
    }
    let mut reported = ReportedIpRanges { ranges: wanted.len(), sequences: Vec::new() };
    for kind in [RangeKind::Source, RangeKind::BroughtIn, RangeKind::Allocation, RangeKind::Broadcast] {
        let mut group: Vec<Held> = wanted.iter().filter(|held| held.row.kind == kind.as_str()).cloned().collect();
        if group.is_empty() {
            continue;
        }
        let mut cargo = Vec::new();
        for held in &mut group {
            let range = Range::read(&held.kept.draft, world.today()).map_err(Error::Invalid)?;
            let number = ip_range::next_wire(&tx).await?;
            held.row.wire = Some(number);
            held.kept.stage = held.kept.stage.clone().report(now)?;
            cargo.push(Numbered { range, number });
        }
        let upload = send(&tx, world, bureau, Cargo::Add(cargo), &mut group).await?;
        reported.sequences.push(upload.sequence);
    }
    let facts = json!({ "bureau": bureau.code, "sequences": reported.sequences, "ranges": reported.ranges });
    Trail::by(actor, "report_ip_ranges", now).on("bureau", Uuid::nil()).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(reported)
}

/// Drafts of a bureau, by address.
async fn drafts(tx: &Tx, bureau: &str) -> Result<BTreeSet<Uuid>> {
    let state = Some(Standing::Draft.to_string());
    let filter = Filter { bureau: bureau.to_owned(), state, ..Filter::default() };
    let mut page = store::Page::first(store::page::MAX_LIMIT);
    let mut ids = BTreeSet::new();
    loop {
        let listing = ip_range::list(tx, &filter, &page).await?;
        ids.extend(listing.items.iter().map(|row| row.id.0));
        page.after = listing.next;
        if page.after.is_none() || ids.len() as u64 >= MOST_IN_UPLOAD {
            return Ok(ids);
        }
    }
}

/// The ranges with which nothing is wrong. Unless those that are not are to be left out, one of them stops all.
async fn sound(tx: &Tx, world: &World, bureau: &Bureau, mut wanted: Vec<Held>, leave: bool) -> Result<Vec<Held>> {
    loop {
        let is_source =
            |held: &&Held| [RangeKind::Source, RangeKind::BroughtIn].iter().any(|k| k.as_str() == held.row.kind);
        let sources: Vec<Span> = wanted.iter().filter(is_source).filter_map(Held::span).collect();
        let mut findings = Vec::new();
        let mut kept = Vec::new();
        for held in &wanted {
            let found = judge(tx, world, bureau, &held.kept.draft, Some(held.row.id), &sources).await?;
            let stops: Vec<Finding> =
                found.into_iter().filter(stops_report).map(|found| of_range(held, found)).collect();
            if stops.is_empty() {
                kept.push(held.clone());
            }
            findings.extend(stops);
        }
        if findings.is_empty() {
            return Ok(kept);
        }
        if !leave || kept.is_empty() {
            return Err(Error::Invalid(findings));
        }
        // What is left out may have been the source of something else.
        wanted = kept;
    }
}

/// A source may still be a draft while its allocation is one too; when the allocation is reported it may not.
fn stops_report(finding: &Finding) -> bool {
    finding.severity == Severity::Block || finding.rule == "ip-source-unreported"
}

fn of_range(held: &Held, mut finding: Finding) -> Finding {
    let span = held.span().map(|span| span.to_string()).unwrap_or_default();
    finding.severity = Severity::Block;
    finding.field = format!("ranges.{}.{}", held.row.id, finding.field);
    finding.message.zh = format!("{span}：{}", finding.message.zh);
    finding.message.en = format!("{span}: {}", finding.message.en);
    finding
}

/// Appends the upload, notes it with each range, and promises that the line is worked on.
async fn send(tx: &Tx, world: &World, bureau: &Bureau, cargo: Cargo, ranges: &mut [Held]) -> Result<Upload> {
    let upload = wire::append(tx, world, bureau, cargo).await?;
    for held in ranges {
        held.row.upload = Some(upload.id);
        held.save(tx, world).await?;
    }
    job::promise(tx, world, &Report { bureau: bureau.code.clone() }, world.now()).await?;
    Ok(upload)
}

/// Puts the correction of a filed range in line; until the authority accepts it the former content holds.
///
/// # Errors
/// [`Error::Invalid`] with what the authority would refuse it for, `stage` unless it is filed and nothing is under way,
/// `version` when somebody changed it meanwhile.
pub async fn correct_ip_range(world: &World, actor: &Actor, input: CorrectIpRange) -> Result<IpRangeView> {
    require(actor, Act::CorrectIpRange)?;
    let proposed = input.content.tidy();
    let now = world.now();
    let tx = world.store.write().await?;
    let mut held = Held::lock(&tx, IpRangeId(input.range)).await?;
    held.require_version(input.version)?;
    let bureau = ip_filing::bureau(world, &held.row.bureau)?;
    if proposed.kind != held.row.kind {
        return Err(Error::field("kind", "choice-unknown"));
    }
    let mut findings = judge(&tx, world, bureau, &proposed, Some(held.row.id), &[]).await?;
    findings.retain(stops_report);
    if !findings.is_empty() {
        return Err(Error::Invalid(findings));
    }
    let range = Range::read(&proposed, world.today()).map_err(Error::Invalid)?;
    let number = held.kept.stage.id().ok_or(Error::conflict("stage"))?;
    held.kept.stage = held.kept.stage.clone().change(proposed, now)?;
    let cargo = Cargo::Change(vec![Numbered { range, number }]);
    let upload = send(&tx, world, bureau, cargo, std::slice::from_mut(&mut held)).await?;
    let mut facts = facts(&held);
    facts["sequence"] = json!(upload.sequence);
    Trail::by(actor, "correct_ip_range", now)
        .on("ip_range", held.row.id)
        .moved("filed", "changing")
        .with(facts)
        .write(&tx)
        .await?;
    tx.commit().await?;
    Ok(IpRangeView::of(&held, actor))
}

/// Puts the deletion of a filed range in line. From now on no site is passed on its addresses.
///
/// # Errors
/// `stage` unless it is filed and nothing is under way, `range-in-use` when it is a source and something is allocated
/// out of it.
pub async fn delete_ip_range(world: &World, actor: &Actor, input: IpRangeRef) -> Result<IpRangeView> {
    require(actor, Act::DeleteIpRange)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut held = Held::lock(&tx, IpRangeId(input.range)).await?;
    let bureau = ip_filing::bureau(world, &held.row.bureau)?;
    let kind = RangeKind::from_word(&held.row.kind).ok_or_else(|| Error::internal("a range of no kind"))?;
    if kind == RangeKind::Source {
        let out_of_it = (bureau.code.as_str(), RangeKind::Allocation.as_str());
        let used = ip_range::overlapping(&tx, out_of_it, (held.row.first, held.row.last), None, 1).await?;
        if !used.is_empty() {
            return Err(Error::conflict("range-in-use"));
        }
    }
    let number = held.kept.stage.id().ok_or(Error::conflict("stage"))?;
    held.kept.stage = held.kept.stage.clone().delete(now)?;
    let cargo = Cargo::Delete(kind, vec![number]);
    let upload = send(&tx, world, bureau, cargo, std::slice::from_mut(&mut held)).await?;
    let mut facts = facts(&held);
    facts["sequence"] = json!(upload.sequence);
    Trail::by(actor, "delete_ip_range", now)
        .on("ip_range", held.row.id)
        .moved("filed", "deleting")
        .with(facts)
        .write(&tx)
        .await?;
    tx.commit().await?;
    Ok(IpRangeView::of(&held, actor))
}

/// Gives up waiting for an answer about a range: it is a draft again, or on the books as it was.
///
/// An answer may name no range at all, as when the authority cannot read the file; then nothing here would ever move.
///
/// # Errors
/// `stage` unless something is under way, `upload-in-line` while the authority has not taken the upload yet.
pub async fn recall_ip_range(world: &World, actor: &Actor, input: IpRangeRef) -> Result<IpRangeView> {
    require(actor, Act::RecallIpRange)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut held = Held::lock(&tx, IpRangeId(input.range)).await?;
    if let Some(upload) = held.row.upload
        && store::upload::get(&tx, upload).await?.state != UploadState::Stored
    {
        return Err(Error::conflict("upload-in-line"));
    }
    let from = held.kept.stage.standing();
    held.kept.stage = held.kept.stage.clone().recall()?;
    held.save(&tx, world).await?;
    let to = held.kept.stage.standing();
    Trail::by(actor, "recall_ip_range", now)
        .on("ip_range", held.row.id)
        .moved(from.as_str(), to.as_str())
        .with(facts(&held))
        .write(&tx)
        .await?;
    tx.commit().await?;
    Ok(IpRangeView::of(&held, actor))
}

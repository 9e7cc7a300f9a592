//! What a downloaded file says of the provider's address ranges: results of what was sent, and what audits found.

use std::net::Ipv4Addr;

use authority::message::{Download, IpResult, RecordChange};
use filing::ip_filing::{Ask, Audit, RangeDraft, RangeKind, Span, Told};
use serde_json::json;
use store::ip_range;
use store::upload::UploadState;
use store::{Tx, UploadId};

use crate::bureau::Bureau;
use crate::error::Result;
use crate::ip_filing::Held;
use crate::job::report::settle_stored;
use crate::trail::Trail;
use crate::world::World;

/// Applies what a file says of ranges; says how many things it said, and how many of them were of ranges kept here.
pub(super) async fn apply(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    content: &Download,
    lines: &mut Vec<Trail>,
) -> Result<String> {
    let results = [
        (RangeKind::Source, &content.source_results),
        (RangeKind::Allocation, &content.allocation_results),
        (RangeKind::BroughtIn, &content.brought_in_results),
        (RangeKind::Broadcast, &content.broadcast_results),
    ];
    let audits = content.out_of_bounds.len() + content.conflicts.len() + content.unreported.len();
    let said = results.iter().map(|(_, list)| list.len()).sum::<usize>() + audits;
    if said == 0 {
        return Ok("0".to_owned());
    }
    ip_range::lock(tx, &bureau.code).await?;
    let mut desk = Desk { tx, world, bureau, lines };
    let mut ours = 0;
    for (kind, list) in results {
        for result in list {
            ours += usize::from(desk.result(kind, result).await?);
        }
    }
    for found in &content.out_of_bounds {
        let audit = Audit::OutOfBounds {
            beyond: found.out_first.zip(found.out_last).and_then(|(first, last)| Span::new(first, last)),
            at: world.now(),
        };
        ours += usize::from(desk.audit((found.record, found.kind), found.first, audit).await?);
    }
    for found in &content.conflicts {
        let Some(theirs) = Span::new(found.other_first, found.other_last) else { continue };
        let audit = Audit::Conflict { with: found.other, theirs, at: world.now() };
        ours += usize::from(desk.audit((found.record, found.kind), found.first, audit).await?);
    }
    for found in &content.unreported {
        let Some(span) = Span::new(found.first, found.last) else { continue };
        ours += usize::from(desk.unreported(span, found.source, found.kind).await?);
    }
    Ok(format!("{said} (ours {ours})"))
}

/// What every part of a file is applied with.
struct Desk<'a> {
    tx: &'a Tx,
    world: &'a World,
    bureau: &'a Bureau,
    lines: &'a mut Vec<Trail>,
}

impl Desk<'_> {
    /// Applies a result; says whether it was of a range kept here. One that is not under way any more changes nothing:
    /// the same file may come again.
    async fn result(&mut self, kind: RangeKind, result: &IpResult) -> Result<bool> {
        let ask = match result.change {
            RecordChange::Add => Ask::Add,
            RecordChange::Change => Ask::Change,
            RecordChange::Delete => Ask::Delete,
        };
        let Some(mut held) = self.find(kind, ask, result).await? else { return Ok(false) };
        let now = self.world.now();
        let from = held.kept.stage.standing();
        if result.is_success() {
            // Without the bureau's number it is on the books all the same, but nothing can be asked for it any more.
            let id = result.bureau_id.or(held.kept.stage.id()).unwrap_or_default();
            let Ok((stage, content)) = held.kept.stage.clone().accept(ask, id, now) else { return Ok(true) };
            held.kept.stage = stage;
            if let Some(content) = content {
                held.kept.draft = content;
            }
            held.kept.audits.clear();
        } else {
            let failures = result.findings.iter().filter(|finding| !finding.code.is_success());
            let told = failures.map(|finding| Told {
                code: finding.code.0,
                text: finding.text.clone().unwrap_or_default(),
                ranges: finding.related.iter().filter_map(|ip| Span::new(ip.first, ip.last)).collect(),
            });
            let Ok(stage) = held.kept.stage.clone().refuse(ask, told.collect(), now) else { return Ok(true) };
            held.kept.stage = stage;
        }
        if let Some(upload) = held.row.upload {
            self.arrived(upload).await?;
        }
        held.save(self.tx, self.world).await?;
        let to = held.kept.stage.standing();
        let codes: Vec<i64> = result.findings.iter().map(|finding| finding.code.0).collect();
        self.lines.push(
            Trail::by_authority("answer_ip_range", now)
                .on("ip_range", held.row.id)
                .moved(from.as_str(), to.as_str())
                .with(json!({ "bureau": self.bureau.code, "ask": ask.as_str(), "codes": codes })),
        );
        Ok(true)
    }

    /// The range a result speaks of: an addition by our number, anything else by the bureau's.
    async fn find(&self, kind: RangeKind, ask: Ask, result: &IpResult) -> Result<Option<Held>> {
        let (code, word) = (self.bureau.code.as_str(), kind.as_str());
        let row = match (ask, result.id, result.bureau_id) {
            (Ask::Add, Some(wire), _) => ip_range::find_by_wire(self.tx, code, wire).await?,
            (_, _, Some(id)) => ip_range::find_by_bureau_id(self.tx, code, word, id).await?,
            (_, Some(wire), None) => ip_range::find_by_wire(self.tx, code, wire).await?,
            (_, None, None) => None,
        };
        match row.filter(|row| row.kind == word) {
            Some(row) => Held::of(ip_range::get_for_update(self.tx, row.id).await?).map(Some),
            None => Ok(None),
        }
    }

    /// A result about a range proves that its upload arrived, though the answer to it was lost.
    async fn arrived(&mut self, upload: UploadId) -> Result<()> {
        let upload = store::upload::get(self.tx, upload).await?;
        let was_sent = match upload.state {
            UploadState::Sending => true,
            UploadState::Held => upload.attempts > 0,
            _ => false,
        };
        if was_sent {
            self.lines.extend(settle_stored(self.tx, self.world, &upload, "proved by a result").await?);
        }
        Ok(())
    }

    /// Notes what an audit found of a range; says whether that is kept here.
    async fn audit(&mut self, (id, kind): (Option<i64>, Option<i64>), first: Ipv4Addr, audit: Audit) -> Result<bool> {
        let code = self.bureau.code.as_str();
        let mut found = None;
        for kind in kinds_of(kind) {
            found = match (found, id) {
                (Some(row), _) => Some(row),
                (None, Some(id)) => ip_range::find_by_bureau_id(self.tx, code, kind.as_str(), id).await?,
                (None, None) => ip_range::holding(self.tx, code, kind.as_str(), first).await?,
            };
        }
        match found {
            Some(row) => self.note(row.id, audit).await.map(|()| true),
            None => Ok(false),
        }
    }

    async fn note(&mut self, range: store::IpRangeId, audit: Audit) -> Result<()> {
        let mut held = Held::of(ip_range::get_for_update(self.tx, range).await?)?;
        if held.kept.audits.iter().any(|known| known.repeats(&audit)) {
            return Ok(());
        }
        let facts = json!({ "bureau": self.bureau.code, "audit": audit.finding().rule });
        held.kept.audits.push(audit);
        held.save(self.tx, self.world).await?;
        let now = self.world.now();
        self.lines.push(Trail::by_authority("audit_ip_range", now).on("ip_range", held.row.id).with(facts));
        Ok(())
    }

    /// Notes that a range was given to the provider and is not filed: with what is kept of it, or as a new draft to be
    /// completed.
    async fn unreported(&mut self, span: Span, from: Option<i64>, kind: Option<i64>) -> Result<bool> {
        let now = self.world.now();
        let audit = Audit::NotReported { from, at: now };
        let kind = if kind == Some(2) { RangeKind::Allocation } else { RangeKind::Source };
        let code = self.bureau.code.as_str();
        let bounds = (span.first(), span.last());
        let known = ip_range::overlapping(self.tx, (code, kind.as_str()), bounds, None, 1).await?;
        if let Some((first, ..)) = known.first() {
            let row = ip_range::holding(self.tx, code, kind.as_str(), *first).await?;
            if let Some(row) = row {
                self.note(row.id, audit).await?;
            }
            return Ok(true);
        }
        let draft = RangeDraft {
            kind: kind.as_str().to_owned(),
            first: span.first().to_string(),
            last: span.last().to_string(),
            source_unit: from.filter(|_| kind == RangeKind::Source).map(|unit| unit.to_string()).unwrap_or_default(),
            ..RangeDraft::default()
        };
        let mut held = Held::new(self.world, code, draft, now)?;
        let facts = json!({ "bureau": code, "audit": audit.finding().rule });
        held.kept.audits.push(audit);
        held.insert(self.tx, self.world).await?;
        self.lines.push(Trail::by_authority("audit_ip_range", now).on("ip_range", held.row.id).with(facts));
        Ok(true)
    }
}

/// The kinds an audit may mean: 1 the source, 2 the allocation, else any.
const fn kinds_of(kind: Option<i64>) -> &'static [RangeKind] {
    match kind {
        Some(1) => &[RangeKind::Source],
        Some(2) => &[RangeKind::Allocation, RangeKind::BroughtIn],
        _ => RangeKind::ALL,
    }
}

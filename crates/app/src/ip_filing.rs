//! The provider's own address ranges between the store, which keeps them, the law, which judges them, and the acts.

use std::net::Ipv4Addr;

use filing::check::{Finding, Severity};
use filing::ip_filing::{self, Around, Kept, Range, RangeDraft, RangeKind, Span, Stage, Standing, Supply};
use jiff::Timestamp;
use store::ip_range::{self, IpRange};
use store::{IpRangeId, Reader, Tx, UploadId};

use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::world::World;

pub mod view;
pub mod wire;

/// The states in which a range is on the authority's books as it is kept here. One whose deletion was sent is not: it
/// may be gone any moment.
pub const ON_BOOKS: [Standing; 2] = [Standing::Filed, Standing::Changing];

/// So many sources are looked at to cover one allocation.
const MOST_SOURCES: u64 = 2_000;
/// So many overlapping ranges are named.
const MOST_OVERLAPS: u64 = 3;

/// A range with its row.
#[derive(Debug, Clone)]
pub struct Held {
    /// The row; its plain columns follow from the content when it is saved.
    pub row: IpRange,
    /// What it holds.
    pub kept: Kept,
}

impl Held {
    /// A new draft. The addresses must be readable.
    ///
    /// # Errors
    /// When they are not.
    pub fn new(world: &World, bureau: &str, draft: RangeDraft, now: Timestamp) -> Result<Self> {
        let span = ip_filing::check::span_of(&draft).ok_or_else(|| Error::internal("a range without addresses"))?;
        let row = IpRange {
            id: IpRangeId(world.uuid()),
            bureau: bureau.to_owned(),
            kind: draft.kind.clone(),
            first: span.first(),
            last: span.last(),
            state: String::new(),
            live: true,
            carries: false,
            flagged: false,
            wire: None,
            bureau_id: None,
            upload: None,
            content: serde_json::Value::Null,
            created_at: now,
            updated_at: now,
            version: 0,
        };
        Ok(Self { row, kept: Kept { draft, stage: Stage::Draft, audits: Vec::new() } })
    }

    /// A range with what its row holds.
    ///
    /// # Errors
    /// When the row is damaged.
    pub fn of(row: IpRange) -> Result<Self> {
        Ok(Self { kept: serde_json::from_value(row.content.clone())?, row })
    }

    /// Loads a range.
    ///
    /// # Errors
    /// When there is none.
    pub async fn read(reader: &Reader, id: IpRangeId) -> Result<Self> {
        Self::of(ip_range::get(reader, id).await?)
    }

    /// Loads a range and locks it; the ranges of its bureau are locked before it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn lock(tx: &Tx, id: IpRangeId) -> Result<Self> {
        let bureau = ip_range::get(tx, id).await?.bureau;
        ip_range::lock(tx, &bureau).await?;
        Self::of(ip_range::get_for_update(tx, id).await?)
    }

    /// The addresses as they count: on the books, or as drafted.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        Span::new(self.row.first, self.row.last)
    }

    /// Makes the plain columns follow the content.
    fn follow(&mut self, world: &World) -> Result<()> {
        if let Some(span) = ip_filing::check::span_of(&self.kept.draft) {
            (self.row.first, self.row.last) = (span.first(), span.last());
        }
        let range = Range::read(&self.kept.draft, world.today());
        self.row.kind.clone_from(&self.kept.draft.kind);
        self.row.state = self.kept.stage.standing().to_string();
        self.row.live = self.kept.stage.standing() != Standing::Deleted;
        self.row.carries = range.is_ok_and(|range| range.record.carries_sites());
        self.row.flagged = self.row.live && !(self.kept.audits.is_empty() && self.kept.stage.findings().is_empty());
        self.row.bureau_id = self.kept.stage.id();
        self.row.content = serde_json::to_value(&self.kept)?;
        Ok(())
    }

    /// Adds it.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn insert(&mut self, tx: &Tx, world: &World) -> Result<()> {
        self.follow(world)?;
        Ok(ip_range::insert(tx, &self.row).await?)
    }

    /// Writes it.
    ///
    /// # Errors
    /// When somebody else was first.
    pub async fn save(&mut self, tx: &Tx, world: &World) -> Result<()> {
        self.follow(world)?;
        self.row.updated_at = world.now();
        Ok(ip_range::update(tx, &mut self.row).await?)
    }

    /// Refuses when somebody saved it since the actor read it.
    ///
    /// # Errors
    /// `version`.
    pub fn require_version(&self, version: i64) -> Result<()> {
        if self.row.version == version { Ok(()) } else { Err(Error::conflict("version")) }
    }

    /// What is to be looked at: what the authority said last, and what its audits say.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.kept.stage.findings();
        findings.extend(self.kept.audits.iter().map(ip_filing::Audit::finding));
        findings
    }
}

/// The bureau of a code, as it is configured.
///
/// # Errors
/// A finding at the field `bureau` when there is none.
pub fn bureau<'a>(world: &'a World, code: &str) -> Result<&'a Bureau> {
    world.bureaus.find(code).ok_or_else(|| Error::field("bureau", "bureau-unknown"))
}

/// All that is wrong with a draft among the ranges of its bureau; what the wire cannot carry counts too.
///
/// # Errors
/// When the store cannot.
pub async fn judge(
    reader: &Reader,
    world: &World,
    bureau: &Bureau,
    draft: &RangeDraft,
    but: Option<IpRangeId>,
    with: &[Span],
) -> Result<Vec<Finding>> {
    let around = around(reader, bureau, draft, but, with).await?;
    let mut findings = ip_filing::check::run(draft, &around, world.today());
    for column in ip_filing::columns() {
        let value = draft.get(&column.name).unwrap_or_default();
        if let Err(character) = authority::gbk::encode(value) {
            let character = character.to_string();
            findings.push(crate::finding::block(&column.name, "character-not-on-wire", &[("character", &character)]));
        }
    }
    Ok(findings)
}

/// What stands around a draft; `with` are sources that go to the authority together with it.
async fn around(
    reader: &Reader,
    bureau: &Bureau,
    draft: &RangeDraft,
    but: Option<IpRangeId>,
    with: &[Span],
) -> Result<Around> {
    let provider = bureau.client.bureau().isp_id;
    let (Some(span), Some(kind)) = (ip_filing::check::span_of(draft), RangeKind::from_word(&draft.kind)) else {
        return Ok(Around { provider, ..Around::default() });
    };
    let bounds = (span.first(), span.last());
    let of_kind = async |kind: RangeKind, but, limit| {
        let found = ip_range::overlapping(reader, (&bureau.code, kind.as_str()), bounds, but, limit).await?;
        let stretches = found.into_iter().filter_map(|(first, last, state)| Some((Span::new(first, last)?, state)));
        Ok::<Vec<(Span, String)>, Error>(stretches.collect())
    };
    let overlapping = of_kind(kind, but, MOST_OVERLAPS).await?.into_iter().map(|(span, _)| span).collect();
    let mut supply = Vec::new();
    if kind == RangeKind::Allocation {
        for kind in [RangeKind::Source, RangeKind::BroughtIn] {
            supply.extend(of_kind(kind, None, MOST_SOURCES).await?.into_iter().map(|(span, state)| {
                let is_sent = !matches!(Standing::from_word(&state), Some(Standing::Draft | Standing::Refused));
                Supply { span, reported: is_sent || with.contains(&span) }
            }));
        }
    }
    Ok(Around { provider, overlapping, supply })
}

/// Refuses a draft that anything blocks; gives what is worth a look.
///
/// # Errors
/// [`Error::Invalid`] with all of it.
pub fn require_sound(findings: Vec<Finding>) -> Result<Vec<Finding>> {
    if findings.iter().any(|finding| finding.severity == Severity::Block) {
        return Err(Error::Invalid(findings));
    }
    Ok(findings)
}

/// Whether the addresses of sites are compared with the ranges filed with a bureau: as soon as one range is that can
/// carry sites. A provider that keeps its filing of addresses elsewhere has none here and is not stopped.
///
/// # Errors
/// When the store cannot.
pub async fn is_compared(reader: &Reader, bureau: &str) -> Result<bool> {
    Ok(ip_range::any_carrying(reader, bureau, &ON_BOOKS.map(Standing::as_str)).await?)
}

/// Which of these addresses lie in no filed range that carries sites; none while there is nothing to compare with.
///
/// The authority compares the same and refuses the site with 1063.
///
/// # Errors
/// When the store cannot.
pub async fn unfiled(reader: &Reader, bureau: &str, addresses: &[String]) -> Result<Vec<String>> {
    let mut outside = Vec::new();
    if addresses.is_empty() || !is_compared(reader, bureau).await? {
        return Ok(outside);
    }
    for written in addresses {
        // Only IPv4 travels to the authority.
        let Ok(address) = written.trim().parse::<Ipv4Addr>() else { continue };
        if !is_filed(reader, bureau, address).await? && !outside.contains(written) {
            outside.push(written.clone());
        }
    }
    Ok(outside)
}

async fn is_filed(reader: &Reader, bureau: &str, address: Ipv4Addr) -> Result<bool> {
    for kind in [RangeKind::Allocation, RangeKind::BroughtIn] {
        let held = ip_range::holding(reader, bureau, kind.as_str(), address).await?;
        let stands = |range: &IpRange| Standing::from_word(&range.state).is_some_and(|state| ON_BOOKS.contains(&state));
        if held.is_some_and(|range| range.carries && stands(&range)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes the ranges of an upload back that was taken out of the line and never arrived; says how many.
///
/// # Errors
/// `stage` when the upload carries no ranges.
pub async fn recall(tx: &Tx, world: &World, upload: UploadId) -> Result<usize> {
    let rows = ip_range::of_upload(tx, upload, MOST_IN_UPLOAD).await?;
    if rows.is_empty() {
        return Err(Error::conflict("stage"));
    }
    let count = rows.len();
    for row in rows {
        let mut held = Held::of(ip_range::get_for_update(tx, row.id).await?)?;
        if let Ok(stage) = held.kept.stage.clone().recall() {
            held.kept.stage = stage;
            held.row.upload = None;
            held.save(tx, world).await?;
        }
    }
    Ok(count)
}

/// So many records one data file may have (interface V3.0, section 1.3).
pub const MOST_IN_UPLOAD: u64 = 1_000;

/// The text of a file that somebody's spreadsheet wrote: UTF-8, or the GBK that most of them write here.
#[must_use]
pub fn text_of(bytes: &[u8]) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) => authority::gbk::decode(bytes),
    }
}

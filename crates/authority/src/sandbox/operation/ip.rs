//! IP备案: where a provider's addresses come from and what it does with them. Nobody decides it: every range has its
//! result at once, 2998 when it is filed.

use std::net::Ipv4Addr;

use serde::Serialize;
use sqlx::SqliteConnection;

use crate::code::{ResultCode, Table};
use crate::message::{
    AllocationMode, ChangedIps, DeletedIps, Download, IpAllocation, IpBroadcast, IpBroughtIn, IpFinding, IpResult,
    IpSource, NewIps, RecordChange, RelatedIp, SourceUnit,
};
use crate::sandbox::check::{self, Finding, Findings};
use crate::sandbox::clock::stored;
use crate::sandbox::office::Office;
use crate::sandbox::request::Matter;
use crate::sandbox::result::text;
use crate::sandbox::scenario::Kind;
use crate::sandbox::{Error, Provider};

/// The success of a range.
const FILED: ResultCode = ResultCode(2998);

/// The kinds of range, as the database calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Source,
    Allocation,
    Broadcast,
    Brought,
}

impl Sort {
    fn word(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Allocation => "allocation",
            Self::Broadcast => "broadcast",
            Self::Brought => "brought",
        }
    }

    fn results(self, answers: &mut Download) -> &mut Vec<IpResult> {
        match self {
            Self::Source => &mut answers.source_results,
            Self::Allocation => &mut answers.allocation_results,
            Self::Broadcast => &mut answers.broadcast_results,
            Self::Brought => &mut answers.brought_in_results,
        }
    }
}

/// A range on its way into the records.
struct Range<'a> {
    sort: Sort,
    own_id: Option<i64>,
    bureau_id: Option<i64>,
    first: Ipv4Addr,
    last: Ipv4Addr,
    content: &'a dyn erased::Content,
    findings: Findings,
}

/// What is kept of a range, whatever its kind.
mod erased {
    pub(super) trait Content: Sync {
        fn json(&self) -> serde_json::Result<String>;
    }

    impl<T: super::Serialize + Sync> Content for T {
        fn json(&self) -> serde_json::Result<String> {
            serde_json::to_string(self)
        }
    }
}

#[derive(sqlx::FromRow)]
struct Kept {
    id: i64,
    isp_id: i64,
    own_id: i64,
    first: i64,
    last: i64,
}

/// Files new ranges: sources first, for allocations need them.
pub(in crate::sandbox) async fn add(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    ips: &NewIps,
    answers: &mut Download,
) -> Result<(Matter, Vec<Finding>), Error> {
    let ranges = ranges(office, provider, &ips.sources, &ips.allocations, &ips.broadcasts, &ips.brought_in);
    enter(office, tx, provider, ranges, RecordChange::Add, answers).await
}

/// Files ranges anew that are filed.
pub(in crate::sandbox) async fn change(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    ips: &ChangedIps,
    answers: &mut Download,
) -> Result<(Matter, Vec<Finding>), Error> {
    let ranges = ranges(office, provider, &ips.sources, &ips.allocations, &ips.broadcasts, &ips.brought_in);
    enter(office, tx, provider, ranges, RecordChange::Change, answers).await
}

/// Ends filed ranges.
pub(in crate::sandbox) async fn delete(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    ips: &DeletedIps,
    answers: &mut Download,
) -> Result<(Matter, Vec<Finding>), Error> {
    let matter = matter(provider);
    let mut all = Vec::new();
    for (sort, ids) in [
        (Sort::Source, &ips.sources),
        (Sort::Allocation, &ips.allocations),
        (Sort::Broadcast, &ips.broadcasts),
        (Sort::Brought, &ips.brought_in),
    ] {
        for id in ids {
            let mut findings = Findings::default();
            let own_id = match kept(tx, sort, *id).await? {
                None => {
                    findings.add(2055, id.to_string());
                    None
                }
                Some(kept) if kept.isp_id != provider.isp_id => {
                    findings.add(2054, id.to_string());
                    None
                }
                Some(kept) => Some(kept.own_id),
            };
            if findings.0.is_empty() {
                findings.0 = office.scripted_results(tx, &matter).await?;
            }
            if findings.0.is_empty() {
                sqlx::query("DELETE FROM ip_record WHERE id = ?").bind(id).execute(&mut *tx).await?;
            }
            let result = result(&findings.0, &[], Some(*id), own_id, RecordChange::Delete);
            sort.results(answers).push(result);
            all.extend(findings.0);
        }
    }
    Ok((matter, all))
}

fn matter(provider: &Provider) -> Matter {
    Matter::new(Kind::Ip, provider.isp_id, provider.isp_id.to_string(), provider.isp_id, &provider.name)
}

/// Checks the content of ranges that were given with everything.
fn ranges<'a>(
    office: &Office,
    provider: &Provider,
    sources: &'a [IpSource],
    allocations: &'a [IpAllocation],
    broadcasts: &'a [IpBroadcast],
    brought_in: &'a [IpBroughtIn],
) -> Vec<Range<'a>> {
    let mut ranges = Vec::new();
    let known = |id: i64| office.knows_unit(id);
    for source in sources {
        let mut findings = bounds(source.first, source.last);
        if source.source == provider.isp_id {
            findings.add(2052, "");
        } else if !known(source.source) {
            findings.add(2029, source.source.to_string());
        }
        let (own_id, bureau_id, first, last) = (source.id, source.bureau_id, source.first, source.last);
        ranges.push(Range { sort: Sort::Source, own_id, bureau_id, first, last, content: source, findings });
    }
    for item in brought_in {
        let mut findings = bounds(item.first, item.last);
        brought(item, provider, &known, &mut findings);
        let (own_id, bureau_id, first, last) = (item.id, item.bureau_id, item.first, item.last);
        ranges.push(Range { sort: Sort::Brought, own_id, bureau_id, first, last, content: item, findings });
    }
    for item in allocations {
        let mut findings = bounds(item.first, item.last);
        allocation(item, provider, &known, &mut findings);
        let (own_id, bureau_id, first, last) = (item.id, item.bureau_id, item.first, item.last);
        ranges.push(Range { sort: Sort::Allocation, own_id, bureau_id, first, last, content: item, findings });
    }
    for item in broadcasts {
        let mut findings = bounds(item.first, item.last);
        if !provider.carrier {
            findings.add(2051, "");
        }
        if !known(item.broadcaster) {
            findings.add(2017, item.broadcaster.to_string());
        }
        if !known(item.applicant) {
            findings.add(2018, item.applicant.to_string());
        }
        if item.broadcaster == item.applicant {
            findings.add(2053, "");
        }
        let (own_id, bureau_id, first, last) = (item.id, item.bureau_id, item.first, item.last);
        ranges.push(Range { sort: Sort::Broadcast, own_id, bureau_id, first, last, content: item, findings });
    }
    ranges
}

fn bounds(first: Ipv4Addr, last: Ipv4Addr) -> Findings {
    let mut findings = Findings::default();
    if !check::is_public(first) {
        findings.add(2006, first.to_string());
    }
    if !check::is_public(last) {
        findings.add(2007, last.to_string());
    }
    if first > last {
        findings.add(2002, format!("{first}-{last}"));
    }
    findings
}

/// What an allocation must say hangs on its mode (specification, notes to Fpfs).
fn allocation(item: &IpAllocation, provider: &Provider, known: &impl Fn(i64) -> bool, findings: &mut Findings) {
    let used = item.mode == AllocationMode::AllocatedUse;
    if item.mode == AllocationMode::Reallocated {
        match item.target {
            None => findings.add(2047, ""),
            Some(target) if target == provider.isp_id => findings.add(2050, ""),
            Some(target) if !known(target) => findings.add(2048, target.to_string()),
            Some(_) => {}
        }
    }
    if used || item.mode == AllocationMode::OwnUse {
        let missing = [(item.usage.is_none(), 2032), (item.since.is_none(), 2030)];
        missing.into_iter().filter(|(missing, _)| *missing).for_each(|(_, code)| findings.add(code, ""));
    }
    if used {
        let missing = [
            (item.user.is_none(), 2031),
            (item.nature.is_none(), 2034),
            (item.province.is_none(), 2037),
            (item.city.is_none(), 2038),
            (item.street.is_none(), 2036),
            (item.contact.is_none(), 2040),
            (item.contact_phone.is_none(), 2039),
            (item.contact_email.is_none(), 2042),
        ];
        missing.into_iter().filter(|(missing, _)| *missing).for_each(|(_, code)| findings.add(code, ""));
    }
    if let Some(nature) = item.nature.filter(|nature| Table::UnitNature.row(*nature).is_none()) {
        findings.add(2019, nature.to_string());
    }
    place(item.province, item.city, item.county, findings);
    contact(item.contact_phone.as_deref(), item.contact_email.as_deref(), findings);
    if let Some(gateway) = item.gateway.filter(|gateway| gateway.is_unspecified() || gateway.octets()[0] >= 224) {
        findings.add(2008, gateway.to_string());
    }
}

fn brought(item: &IpBroughtIn, provider: &Provider, known: &impl Fn(i64) -> bool, findings: &mut Findings) {
    match &item.source {
        SourceUnit::Unit(id) if *id == provider.isp_id => findings.add(2052, ""),
        SourceUnit::Unit(id) if !known(*id) => findings.add(2029, id.to_string()),
        source if matches!(source, SourceUnit::Unit(_)) != item.source_reports => findings.add(2046, ""),
        _ => {}
    }
    if Table::UnitNature.row(item.nature).is_none() {
        findings.add(2019, item.nature.to_string());
    }
    place(Some(item.province), Some(item.city), item.county, findings);
    contact(Some(&item.contact_phone), Some(&item.contact_email), findings);
    match item.gateway {
        None => findings.add(2043, ""),
        Some(gateway) if gateway.is_unspecified() || gateway.octets()[0] >= 224 => {
            findings.add(2008, gateway.to_string());
        }
        Some(_) => {}
    }
    if item.gateway_address.is_none() {
        findings.add(2044, "");
    }
}

fn place(province: Option<i64>, city: Option<i64>, county: Option<i64>, findings: &mut Findings) {
    let Some(province) = province else { return };
    if province % 10_000 != 0 || Table::Province.row(province / 10_000).is_none() {
        return findings.add(2024, province.to_string());
    }
    let inside = |code: i64| code / 10_000 == province / 10_000;
    if let Some(city) = city.filter(|city| !inside(*city)) {
        findings.add(2025, city.to_string());
    }
    if let Some(county) = county.filter(|county| !inside(*county)) {
        findings.add(2026, county.to_string());
    }
}

fn contact(phone: Option<&str>, email: Option<&str>, findings: &mut Findings) {
    if let Some(phone) = phone
        && !phone.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b';' | b'+'))
    {
        findings.add(2012, phone);
    }
    if let Some(email) = email.filter(|email| !check::is_email(email)) {
        findings.add(2013, email);
    }
}

async fn kept(tx: &mut SqliteConnection, sort: Sort, id: i64) -> Result<Option<Kept>, Error> {
    Ok(sqlx::query_as("SELECT id, isp_id, own_id, first, last FROM ip_record WHERE id = ? AND kind = ?")
        .bind(id)
        .bind(sort.word())
        .fetch_optional(&mut *tx)
        .await?)
}

/// Enters ranges one after the other; each has a result of its own.
async fn enter(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    ranges: Vec<Range<'_>>,
    change: RecordChange,
    answers: &mut Download,
) -> Result<(Matter, Vec<Finding>), Error> {
    let matter = matter(provider);
    let mut all = Vec::new();
    for mut range in ranges {
        let mut own_id = range.own_id;
        if change == RecordChange::Change {
            match kept(tx, range.sort, range.bureau_id.unwrap_or_default()).await? {
                None => range.findings.add(2055, range.bureau_id.unwrap_or_default().to_string()),
                Some(kept) if kept.isp_id != provider.isp_id => range.findings.add(2054, kept.id.to_string()),
                Some(kept) => own_id = Some(kept.own_id),
            }
        }
        let related = compare(tx, provider, &mut range, change).await?;
        if range.findings.0.is_empty() {
            range.findings.0 = office.scripted_results(tx, &matter).await?;
        }
        let mut bureau_id = range.bureau_id;
        if range.findings.0.is_empty() {
            let id = match (change, bureau_id) {
                (RecordChange::Change, Some(id)) => id,
                _ => office.next_id(tx).await?,
            };
            bureau_id = Some(id);
            sqlx::query(
                "INSERT INTO ip_record (id, isp_id, own_id, kind, first, last, content, at) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET \
                 first = excluded.first, last = excluded.last, content = excluded.content, at = excluded.at",
            )
            .bind(id)
            .bind(provider.isp_id)
            .bind(own_id.unwrap_or_default())
            .bind(range.sort.word())
            .bind(i64::from(u32::from(range.first)))
            .bind(i64::from(u32::from(range.last)))
            .bind(range.content.json()?)
            .bind(stored(office.clock.now()))
            .execute(&mut *tx)
            .await?;
        }
        let result = result(&range.findings.0, &related, bureau_id, own_id, change);
        range.sort.results(answers).push(result);
        all.extend(range.findings.0);
    }
    Ok((matter, all))
}

/// Compares a range with what is filed; returns the records it collides with.
async fn compare(
    tx: &mut SqliteConnection,
    provider: &Provider,
    range: &mut Range<'_>,
    change: RecordChange,
) -> Result<Vec<RelatedIp>, Error> {
    let itself = if change == RecordChange::Change { range.bureau_id } else { None };
    let (first, last) = (i64::from(u32::from(range.first)), i64::from(u32::from(range.last)));
    let overlapping: Vec<Kept> = sqlx::query_as(
        "SELECT id, isp_id, own_id, first, last FROM ip_record \
         WHERE kind = ? AND first <= ? AND last >= ? AND id IS NOT ? ORDER BY id LIMIT 20",
    )
    .bind(range.sort.word())
    .bind(last)
    .bind(first)
    .bind(itself)
    .fetch_all(&mut *tx)
    .await?;
    let about = format!("{}-{}", range.first, range.last);
    for other in &overlapping {
        let code = match range.sort {
            Sort::Broadcast => 2004,
            _ if other.isp_id != provider.isp_id => 2056,
            _ if (other.first, other.last) == (first, last) => 2049,
            _ => 2003,
        };
        range.findings.add(code, about.as_str());
    }
    if range.sort == Sort::Allocation {
        let sources: Vec<(i64, i64)> =
            sqlx::query_as("SELECT first, last FROM ip_record WHERE isp_id = ? AND kind IN ('source', 'brought')")
                .bind(provider.isp_id)
                .fetch_all(&mut *tx)
                .await?;
        let sources = sources.into_iter().map(|(first, last)| (address(first), address(last)));
        if !check::Ranges::new(sources).hold(range.first, range.last) {
            range.findings.add(2005, about.as_str());
        }
    }
    let related = |kept: Kept| {
        let mine = kept.isp_id == provider.isp_id;
        RelatedIp {
            bureau_id: Some(kept.id),
            id: mine.then_some(kept.own_id).filter(|id| *id > 0),
            first: address(kept.first),
            last: address(kept.last),
            remark: None,
        }
    };
    Ok(overlapping.into_iter().map(related).collect())
}

fn address(number: i64) -> Ipv4Addr {
    Ipv4Addr::from(u32::try_from(number).unwrap_or_default())
}

fn result(
    findings: &[Finding],
    related: &[RelatedIp],
    bureau_id: Option<i64>,
    id: Option<i64>,
    change: RecordChange,
) -> IpResult {
    let finding = |code: ResultCode, about: &str| {
        let collides = matches!(code.0, 2003 | 2004 | 2049 | 2056);
        IpFinding { code, text: Some(text(code, about)), related: if collides { related.to_vec() } else { Vec::new() } }
    };
    let list = match findings {
        [] => vec![finding(FILED, "")],
        findings => findings.iter().map(|found| finding(found.code, &found.about)).collect(),
    };
    IpResult { findings: list, bureau_id, change, id: id.filter(|id| *id > 0), remark: None }
}

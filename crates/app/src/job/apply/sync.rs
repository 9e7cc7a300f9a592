//! Everything as the bureau has it (`SJTB`): compared with what is filed here. Nothing is written over; a person decides.

use std::collections::BTreeSet;

use authority::message::{FiledRecord, FiledSite as TheirSite};
use serde_json::json;
use store::filed::{FiledSite, FiledState, FiledSubject};
use store::sync::{Difference, DifferenceKind, Report};

use super::told::Source;
use crate::error::Result;
use crate::trail::Trail;

/// A file holds so many records at most; one that is full may be one of several, and what is not in it may be in
/// another.
const FULL: usize = 1_000;
/// So many subjects are read at a time.
const SUBJECTS: u64 = 100;

/// Compares the records of a file with what is filed here and keeps every difference.
pub(super) async fn apply(source: &mut Source<'_>, all: &[FiledRecord]) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for record in all {
        let number = record.subject.number.as_deref();
        match source.subject(Some(record.subject.bureau_id), number).await? {
            Some(here) => {
                seen.insert(here.id);
                subject(&here, record, &mut found);
                let sites = store::filed::sites_of(source.tx, here.id).await?;
                compare_sites(source, &sites, &record.sites, &mut found);
            }
            None => found.push(missing(DifferenceKind::MissingHere, "subject", number.unwrap_or_default(), None)),
        }
    }
    if all.len() < FULL {
        missing_there(source, &seen, &mut found).await?;
    }
    let report = Report {
        id: source.world.uuid(),
        bureau: source.bureau.code.clone(),
        download: Some(source.download),
        at: source.world.now(),
        records: all.len() as u64,
        differences: found.len() as u64,
    };
    store::sync::insert(source.tx, &report, &found).await?;
    let facts = json!({ "bureau": report.bureau, "records": report.records, "differences": report.differences });
    source.lines.push(Trail::by_authority("synchronise", report.at).on("sync_report", report.id).with(facts));
    Ok(())
}

fn missing(kind: DifferenceKind, what: &str, number: &str, domain: Option<String>) -> Difference {
    let (what, number) = (what.to_owned(), number.to_owned());
    Difference { kind, what, number, domain, field: None, here: None, there: None }
}

fn differs(what: &str, number: &str, domain: Option<&str>, field: &str, values: (&str, &str)) -> Option<Difference> {
    let (here, there) = (values.0.trim(), values.1.trim());
    (!there.is_empty() && here != there).then(|| Difference {
        kind: DifferenceKind::Differs,
        what: what.to_owned(),
        number: number.to_owned(),
        domain: domain.map(str::to_owned),
        field: Some(field.to_owned()),
        here: Some(here.to_owned()),
        there: Some(there.to_owned()),
    })
}

fn subject(here: &FiledSubject, record: &FiledRecord, found: &mut Vec<Difference>) {
    let there = &record.subject;
    let certificate = there.certificate.as_ref().map_or("", |certificate| certificate.number.as_str());
    let own = here.number.as_str();
    let standing = if here.state == FiledState::Active { "active" } else { "cancelled" };
    found.extend(differs("subject", own, None, "number", (own, there.number.as_deref().unwrap_or_default())));
    found.extend(differs("subject", own, None, "name", (&here.name, &there.name)));
    let numbers = (here.certificate_number.as_str(), certificate.to_uppercase());
    found.extend(differs("subject", own, None, "certificate_number", (numbers.0, &numbers.1)));
    found.extend(differs("subject", own, None, "state", (standing, "active")));
}

/// Every domain of a site is a row here.
fn compare_sites(source: &Source<'_>, here: &[FiledSite], there: &[TheirSite], found: &mut Vec<Difference>) {
    let ours = source.bureau.client.bureau().isp_id;
    let mut seen = BTreeSet::new();
    for site in there {
        let number = site.number.as_deref().unwrap_or_default();
        let is_accessed = site.accesses.iter().any(|access| access.provider == ours);
        for domain in &site.domains {
            let name = domain.name.trim().to_lowercase();
            let Some(row) = here.iter().find(|row| row.domain == name && row.state == FiledState::Active) else {
                found.push(missing(DifferenceKind::MissingHere, "site", number, Some(name)));
                continue;
            };
            seen.insert(row.id);
            let own = (row.number.as_str(), Some(row.domain.as_str()));
            found.extend(differs("site", own.0, own.1, "number", (own.0, number)));
            found.extend(differs("site", own.0, own.1, "name", (&row.name, &site.name)));
            let yes = |accessed: bool| if accessed { "yes" } else { "no" };
            found.extend(differs("site", own.0, own.1, "accessed", (yes(row.accessed), yes(is_accessed))));
        }
    }
    let gone = here.iter().filter(|row| row.state == FiledState::Active && !seen.contains(&row.id));
    found.extend(gone.map(|row| missing(DifferenceKind::MissingThere, "site", &row.number, Some(row.domain.clone()))));
}

async fn missing_there(
    source: &Source<'_>,
    seen: &BTreeSet<store::SubjectId>,
    found: &mut Vec<Difference>,
) -> Result<()> {
    let mut after = None;
    loop {
        let subjects = store::filed::active_of_bureau(source.tx, &source.bureau.code, after, SUBJECTS).await?;
        let Some(last) = subjects.last() else { return Ok(()) };
        after = Some(last.0);
        let gone = subjects.iter().filter(|(id, _)| !seen.contains(id));
        found.extend(gone.map(|(_, number)| missing(DifferenceKind::MissingThere, "subject", number, None)));
    }
}

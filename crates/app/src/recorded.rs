//! What our own records hold of a subject that was filed here before.

use std::collections::BTreeSet;

use filing::draft::Draft;
use filing::nature::Nature;
use filing::province::Province;
use filing::recorded::Recorded;
use store::Reader;
use store::filed::FiledState;

use crate::error::Result;

/// The particulars on record here under the draft's certificate; empty for a subject that was never filed here.
///
/// # Errors
/// When our records cannot be read.
pub async fn of(reader: &Reader, draft: &Draft) -> Result<Recorded> {
    let number = draft.basic.certificate_number.trim().to_uppercase();
    if number.is_empty() {
        return Ok(Recorded::default());
    }
    let found = store::filed::find_subject_by_certificate(reader, &draft.basic.certificate_kind, &number).await?;
    let Some(subject) = found else { return Ok(Recorded::default()) };
    let sites = store::filed::sites_of(reader, subject.id).await?;
    let active: Vec<_> = sites.into_iter().filter(|site| site.state == FiledState::Active).collect();
    let principal = subject.document.pointer("/draft/principal/name").and_then(serde_json::Value::as_str);
    Ok(Recorded {
        province: Province::from_word(&subject.province),
        nature: Nature::from_word(&subject.nature),
        name: Some(subject.name),
        certificate_number: Some(subject.certificate_number),
        principal: principal.map(str::to_owned),
        numbers: vec![subject.number],
        // A site with several domains has a row for each.
        sites: Some(active.iter().map(|site| site.number.as_str()).collect::<BTreeSet<_>>().len()),
        site_names: active.into_iter().map(|site| (site.domain, site.name)).collect(),
        ..Recorded::default()
    })
}

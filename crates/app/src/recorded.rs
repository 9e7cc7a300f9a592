//! What our own records hold of a subject that was filed here before.

use std::collections::BTreeSet;

use filing::nature::Nature;
use filing::province::Province;
use filing::recorded::Recorded;
use store::Reader;
use store::filed::{FiledState, FiledSubject};

use crate::error::Result;

/// The particulars on record of a subject.
///
/// # Errors
/// When our records cannot be read.
pub async fn of(reader: &Reader, subject: &FiledSubject) -> Result<Recorded> {
    let sites = store::filed::sites_of(reader, subject.id).await?;
    let active: Vec<_> = sites.into_iter().filter(|site| site.state == FiledState::Active).collect();
    let principal = subject.document.pointer("/draft/principal/name").and_then(serde_json::Value::as_str);
    Ok(Recorded {
        province: Province::from_word(&subject.province),
        nature: Nature::from_word(&subject.nature),
        name: Some(subject.name.clone()),
        certificate_number: Some(subject.certificate_number.clone()),
        principal: principal.map(str::to_owned),
        numbers: vec![subject.number.clone()],
        // A site with several domains has a row for each.
        sites: Some(active.iter().map(|site| site.number.as_str()).collect::<BTreeSet<_>>().len()),
        site_names: active.into_iter().map(|site| (site.domain, site.name)).collect(),
        ..Recorded::default()
    })
}

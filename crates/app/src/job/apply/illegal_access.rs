//! Domains that are hosted where they may not be (`FFJRHMD`): what runs here is closed at once, then looked into.

use authority::message::IllegalAccess;
use filing::domain::DomainName;
use serde_json::json;
use store::task::TaskKind;

use super::told::Source;
use crate::error::Result;
use crate::feed;
use crate::task::{About, Opening};
use crate::trail::Trail;

/// Closes each domain that this provider serves and opens a task to look into it.
pub(super) async fn apply(source: &mut Source<'_>, all: &[IllegalAccess]) -> Result<()> {
    for entry in all {
        let domain =
            DomainName::of_host(&entry.domain).map_or_else(|_| entry.domain.trim().to_lowercase(), String::from);
        let site = store::filed::find_site_by_domain(source.tx, &domain).await?;
        let about = match site {
            Some(site) => source.about_site(site).await?,
            None => About::unknown(Some(domain.clone()), None),
        };
        // The task comes first: while it is open, nothing opens the domain again.
        let opening = Opening {
            kind: TaskKind::IllegalAccess,
            reference: entry.id.to_string(),
            about: About { domain: Some(domain.clone()), ..about },
            content: serde_json::to_value(entry)?,
        };
        source.open(opening).await?;
        // The owner is shown it: who ordered it, and what they said of it.
        let said = entry.remark.iter().map(|remark| remark.trim()).filter(|remark| !remark.is_empty());
        let reason: Vec<&str> = std::iter::once(source.bureau.name.as_str()).chain(said).collect();
        if feed::close_by_order(source.tx, source.world, &domain, &reason.join(" · ")).await? {
            let facts = json!({ "domain": domain, "bureau": source.bureau.code });
            let line = Trail::by_authority("close_domain", source.world.now());
            source.lines.push(line.on("bureau", uuid::Uuid::nil()).moved("open", "closed").with(facts));
        }
    }
    Ok(())
}

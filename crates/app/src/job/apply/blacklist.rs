//! Changes of the blacklists (`HMDLB`): kept, and known to every check from then on.

use authority::message::{BlacklistChange, BlacklistedSite, BlacklistedSubject};
use filing::domain::DomainName;
use serde_json::json;
use store::blacklist::{Blacklisted, Change};

use super::told::Source;
use crate::error::Result;
use crate::trail::Trail;

/// Subjects, by their certificate.
pub(super) async fn subjects(source: &mut Source<'_>, all: &[BlacklistedSubject]) -> Result<()> {
    for entry in all {
        let content = serde_json::to_value(entry)?;
        change(source, Blacklisted::Subject, &entry.certificate_number, &content, entry.change).await?;
    }
    Ok(())
}

/// Websites, by each of their domains.
pub(super) async fn sites(source: &mut Source<'_>, all: &[BlacklistedSite]) -> Result<()> {
    for entry in all {
        let content = serde_json::to_value(entry)?;
        for domain in &entry.domains {
            let domain = DomainName::of_host(domain).map_or_else(|_| domain.clone(), String::from);
            change(source, Blacklisted::Domain, &domain, &content, entry.change).await?;
        }
    }
    Ok(())
}

async fn change(
    source: &mut Source<'_>,
    kind: Blacklisted,
    key: &str,
    content: &serde_json::Value,
    what: BlacklistChange,
) -> Result<()> {
    let at = source.world.now();
    let bureau = &source.bureau.code;
    let change = Change { id: source.world.uuid(), bureau, kind, key, content, download: Some(source.download), at };
    let act = match what {
        BlacklistChange::Add | BlacklistChange::Change => {
            store::blacklist::put(source.tx, &change).await?.then_some("blacklist")
        }
        BlacklistChange::Delete => store::blacklist::remove(source.tx, &change).await?.then_some("unblacklist"),
    };
    if let Some(act) = act {
        // A domain is public; whose certificate it is does not belong into the trail.
        let domain = (kind == Blacklisted::Domain).then_some(key);
        let facts = json!({ "bureau": bureau, "kind": kind, "domain": domain });
        source.lines.push(Trail::by_authority(act, at).on("blacklist", change.id).with(facts));
    }
    Ok(())
}

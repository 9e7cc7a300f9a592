//! Records that somebody filed by themselves and that name this provider (`HSRW`): tasks for a reviewer.

use authority::message::TaskRecord;
use store::task::TaskKind;

use super::told::Source;
use crate::error::Result;
use crate::task::{About, Opening};

/// Opens a task for each.
pub(super) async fn apply(source: &mut Source<'_>, all: &[TaskRecord]) -> Result<()> {
    for record in all {
        let domain = record.sites.iter().flat_map(|site| &site.domains).next();
        let opening = Opening {
            kind: TaskKind::Verification,
            reference: record.subject.bureau_id.to_string(),
            about: About::unknown(domain.map(|domain| domain.name.to_lowercase()), None),
            content: serde_json::to_value(record)?,
        };
        source.open(opening).await?;
    }
    Ok(())
}

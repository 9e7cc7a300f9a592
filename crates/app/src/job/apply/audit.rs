//! What an audit found (`HCJG`): tasks for the owner, each mended in its own way.

use authority::message::{AccessAudit, AccessProblem, LivenessAudit, ShellAudit, ShellState, SubjectAudit};
use store::task::TaskKind;

use super::told::{Source, about_subject};
use crate::error::Result;
use crate::task::{About, Opening};

/// Subjects whose data are wrong: to be changed.
pub(super) async fn subjects(source: &mut Source<'_>, all: &[SubjectAudit]) -> Result<()> {
    for audit in all {
        let about = source.subject(Some(audit.subject), None).await?.map(about_subject).unwrap_or_default();
        let (kind, reference) = (TaskKind::SubjectAudit, audit.subject.to_string());
        source.open(Opening { kind, reference, about, content: serde_json::to_value(audit)? }).await?;
    }
    Ok(())
}

/// Accesses that are filed and not there, or there and not filed: to be ended, or to be filed.
pub(super) async fn accesses(source: &mut Source<'_>, all: &[AccessAudit]) -> Result<()> {
    for audit in all {
        let kind = match audit.problem {
            AccessProblem::OverReported => TaskKind::AccessOverReported,
            AccessProblem::UnderReported => TaskKind::AccessUnderReported,
        };
        let about = about(source, audit.site, &audit.number, audit.domain.clone()).await?;
        let reference = audit.site.to_string();
        source.open(Opening { kind, reference, about, content: serde_json::to_value(audit)? }).await?;
    }
    Ok(())
}

/// Sites that nobody accesses: to be accessed again, or cancelled. One that is alive needs nothing.
pub(super) async fn shells(source: &mut Source<'_>, all: &[ShellAudit]) -> Result<()> {
    for audit in all.iter().filter(|audit| audit.state == ShellState::Dead) {
        let about = about(source, audit.site, &audit.number, None).await?;
        let (kind, reference) = (TaskKind::Shell, audit.site.to_string());
        source.open(Opening { kind, reference, about, content: serde_json::to_value(audit)? }).await?;
    }
    Ok(())
}

/// Sites that did not answer: to be brought back, or cancelled.
pub(super) async fn liveness(source: &mut Source<'_>, all: &[LivenessAudit]) -> Result<()> {
    for audit in all {
        let about = about(source, audit.site, &audit.number, None).await?;
        let (kind, reference) = (TaskKind::Dead, audit.site.to_string());
        source.open(Opening { kind, reference, about, content: serde_json::to_value(audit)? }).await?;
    }
    Ok(())
}

/// Whose site an audit speaks of, when it is filed here.
async fn about(source: &Source<'_>, id: i64, number: &str, domain: Option<String>) -> Result<About> {
    match source.site(Some(id), Some(number)).await? {
        Some(site) => source.about_site(site).await,
        None => Ok(About::unknown(domain, Some(number.to_owned()))),
    }
}

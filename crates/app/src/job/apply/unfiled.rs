//! Websites found without a filing (`WBAWZLB`): each is handled before its term, and the handling is reported.

use authority::message::{MachineResult, UnfiledSite};
use filing::domain::DomainName;
use store::task::{Task, TaskKind, TaskState};

use super::told::Source;
use crate::error::Result;
use crate::task::{self, About, Opening};

/// The website does not belong to this provider.
const NOT_OURS: i64 = 5005;
/// The bureau has a result already.
const KNOWN: i64 = 5006;
/// The code of the result is none of the bureau's table.
const BAD_CODE: i64 = 5007;

/// Opens a task for each.
pub(super) async fn apply(source: &mut Source<'_>, all: &[UnfiledSite]) -> Result<()> {
    for site in all {
        let domain = DomainName::of_host(&site.domain).map_or_else(|_| site.domain.trim().to_lowercase(), String::from);
        // Whoever runs it may be a customer here; how it is handled is the provider's to report.
        let known = store::filed::find_site_by_domain(source.tx, &domain).await?;
        let about = About {
            domain: Some(site.domain.trim().to_lowercase()),
            site: known.as_ref().map(|site| site.id),
            subject: known.as_ref().map(|site| site.subject),
            number: known.map(|site| site.number),
            account: None,
        };
        let (kind, reference) = (TaskKind::Unfiled, site.id.to_string());
        source.open(Opening { kind, reference, about, content: serde_json::to_value(site)? }).await?;
    }
    Ok(())
}

/// Settles the tasks whose reported handling the bureau speaks of.
pub(super) async fn settle(source: &mut Source<'_>, all: &[MachineResult]) -> Result<()> {
    for result in all {
        let own = |code: i64| matches!(code, NOT_OURS | KNOWN | BAD_CODE);
        let code = result.findings.iter().map(|finding| finding.code.0).find(|code| own(*code));
        let waiting = store::task::answered(source.tx, TaskKind::Unfiled, &source.bureau.code).await?;
        let Some(id) = meant(&waiting, result, code.is_some()).map(|task| task.id) else { continue };
        let mut task = store::task::get_for_update(source.tx, id).await?;
        let at = source.world.now();
        let why = || {
            let said = result.findings.iter().map(|finding| {
                let words = finding.code.words().map_or("", |words| words.zh);
                format!("{} {}", finding.code.0, finding.text.as_deref().unwrap_or(words))
            });
            said.collect::<Vec<_>>().join("; ")
        };
        let state = match code {
            Some(NOT_OURS) => TaskState::Closed { by: None, at, why: why() },
            Some(KNOWN) => TaskState::Accepted { at },
            Some(_) => TaskState::Refused { at, why: why() },
            None if result.is_success() => TaskState::Accepted { at },
            None => TaskState::Refused { at, why: why() },
        };
        let line = task::settle(source.tx, source.world, &mut task, state).await?;
        source.lines.push(line);
    }
    Ok(())
}

/// The task a result speaks of. Nothing says how the bureau names it (specification, section 4.0): by its own id, by
/// the domain, or not at all; then the one that was reported first, because the line is strictly serial.
fn meant<'a>(waiting: &'a [Task], result: &MachineResult, is_about_handling: bool) -> Option<&'a Task> {
    let key = result.key.as_deref().map(str::trim).unwrap_or_default();
    let named = |task: &&Task| {
        // A number alone may name an order of ours; only a code of the handling makes it an entry of the list.
        let by_id = is_about_handling && task.reference == key;
        by_id || task.domain.as_deref().is_some_and(|domain| domain.eq_ignore_ascii_case(key))
    };
    let first = waiting.iter().find(|task| matches!(task.state, TaskState::Reported { .. }));
    waiting.iter().find(named).or_else(|| first.filter(|_| is_about_handling && key.is_empty()))
}

//! What a bureau tells of its own accord: each kind has its effect in a file of its own.

use authority::message::Download as Content;
use store::download::Download;
use store::filed::{FiledSite, FiledSubject};
use store::{DownloadId, Tx};

use super::{audit, blacklist, cancelled, codes, illegal_access, notices, sync, unfiled, verification};
use crate::bureau::Bureau;
use crate::error::Result;
use crate::task::{self, About, Opening};
use crate::trail::Trail;
use crate::world::World;

/// Where something comes from, and what it is applied to.
pub(super) struct Source<'a> {
    /// The transaction of the file.
    pub tx: &'a Tx,
    /// The world.
    pub world: &'a World,
    /// The bureau that says it.
    pub bureau: &'a Bureau,
    /// The file.
    pub download: DownloadId,
    /// Audit lines, written when everything is applied.
    pub lines: &'a mut Vec<Trail>,
}

/// Applies everything in a file that answers nothing of ours; says in a few words what it held.
///
/// # Errors
/// When the store cannot; nothing is applied then.
pub async fn apply(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    download: &Download,
    content: &Content,
    lines: &mut Vec<Trail>,
) -> Result<String> {
    let mut source = Source { tx, world, bureau, download: download.id, lines };
    cancelled::apply(&mut source, &content.cancelled).await?;
    blacklist::subjects(&mut source, &content.blacklisted_subjects).await?;
    blacklist::sites(&mut source, &content.blacklisted_sites).await?;
    illegal_access::apply(&mut source, &content.illegal_accesses).await?;
    unfiled::apply(&mut source, &content.unfiled).await?;
    unfiled::settle(&mut source, &content.results).await?;
    verification::apply(&mut source, &content.tasks).await?;
    audit::subjects(&mut source, &content.subject_audits).await?;
    audit::accesses(&mut source, &content.access_audits).await?;
    audit::shells(&mut source, &content.shell_audits).await?;
    audit::liveness(&mut source, &content.liveness_audits).await?;
    notices::apply(&mut source, &content.notices).await?;
    codes::apply(&mut source, &content.units, &content.tables).await?;
    if let Some(all) = &content.synchronised {
        codes::apply(&mut source, &all.units, &all.tables).await?;
        sync::apply(&mut source, &all.records).await?;
    }
    let counts = [
        ("cancelled", content.cancelled.len()),
        ("blacklisted", content.blacklisted_subjects.len() + content.blacklisted_sites.len()),
        ("illegal accesses", content.illegal_accesses.len()),
        ("unfiled", content.unfiled.len()),
        ("verification tasks", content.tasks.len()),
        ("subject audits", content.subject_audits.len()),
        ("access audits", content.access_audits.len()),
        ("shells", content.shell_audits.len()),
        ("dead sites", content.liveness_audits.len()),
        ("notices", content.notices.len()),
        ("units", content.units.len()),
        ("code tables", content.tables.len()),
        ("synchronised records", content.synchronised.as_ref().map_or(0, |all| all.records.len())),
    ];
    let told = counts.iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!(", {what} {n}"));
    Ok(told.collect())
}

impl Source<'_> {
    /// Opens a task.
    pub async fn open(&mut self, opening: Opening) -> Result<()> {
        task::open(self.tx, self.world, &self.bureau.code, self.download, opening, self.lines).await
    }

    /// The subject filed here that the bureau means.
    pub async fn subject(&self, id: Option<i64>, number: Option<&str>) -> Result<Option<FiledSubject>> {
        if let Some(id) = id
            && let Some(found) = store::filed::find_subject_by_bureau_id(self.tx, &self.bureau.code, id).await?
        {
            return Ok(Some(found));
        }
        match number {
            Some(number) => Ok(store::filed::find_subject_by_number(self.tx, number.trim()).await?),
            None => Ok(None),
        }
    }

    /// The site filed here that the bureau means; of several domains the first.
    pub async fn site(&self, id: Option<i64>, number: Option<&str>) -> Result<Option<FiledSite>> {
        if let Some(id) = id
            && let Some(found) =
                store::filed::sites_by_bureau_id(self.tx, &self.bureau.code, id).await?.into_iter().next()
        {
            return Ok(Some(found));
        }
        match number {
            Some(number) => Ok(store::filed::find_site_by_number(self.tx, number.trim()).await?),
            None => Ok(None),
        }
    }

    /// Whose a site is, and what it is called.
    pub async fn about_site(&self, site: FiledSite) -> Result<About> {
        let account = store::filed::get_subject(self.tx, site.subject).await?.account;
        Ok(About {
            account: Some(account),
            subject: Some(site.subject),
            site: Some(site.id),
            domain: Some(site.domain),
            number: Some(site.number),
        })
    }
}

/// Whose a subject is, and what it is called.
pub(super) fn about_subject(subject: FiledSubject) -> About {
    About {
        account: Some(subject.account),
        subject: Some(subject.id),
        site: None,
        domain: None,
        number: Some(subject.number),
    }
}

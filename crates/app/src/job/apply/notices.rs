//! Orders to correct a subject or a site (`XGTZ`): tasks for the owner, who mends it by a change.

use authority::message::{Notice, NoticeAbout};
use store::task::TaskKind;

use super::told::{Source, about_subject};
use crate::error::Result;
use crate::task::{About, Opening};

/// Opens a task for each.
pub(super) async fn apply(source: &mut Source<'_>, all: &[Notice]) -> Result<()> {
    for notice in all {
        let number = notice.number.as_deref();
        let (kind, about) = match notice.about {
            NoticeAbout::Subject => {
                let found = source.subject(notice.record, number).await?;
                (TaskKind::CorrectSubject, found.map(about_subject))
            }
            NoticeAbout::Site => match source.site(notice.record, number).await? {
                Some(site) => (TaskKind::CorrectSite, Some(source.about_site(site).await?)),
                None => (TaskKind::CorrectSite, None),
            },
        };
        // The bureau gives notices no name: they go by what they are about.
        let id = notice.record.map(|record| record.to_string());
        let reference = id.or_else(|| notice.number.clone()).unwrap_or_else(|| notice.text.clone());
        let about = about.unwrap_or_else(|| About::unknown(None, notice.number.clone()));
        source.open(Opening { kind, reference, about, content: serde_json::to_value(notice)? }).await?;
    }
    Ok(())
}

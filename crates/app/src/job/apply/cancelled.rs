//! What is cancelled without an order of ours asking for it (`ZXSJ`): by another provider, or by the authority itself. Its
//! owner learns of it; the rows and the gateways follow with every other cancellation.

use authority::message::{Cancelled, CancelledKind};
use store::filed::{FiledSite, FiledState, FiledSubject};

use super::ended;
use super::told::Source;
use crate::error::Result;
use crate::language::Language;
use crate::notice::{self, Audience};

/// Tells the owner of what ends now. Whoever asked for it by an order is told with the order.
pub(super) async fn apply(source: &mut Source<'_>, all: &[Cancelled]) -> Result<()> {
    for cancelled in all {
        if ended::order_of_cancelled(source.tx, source.bureau, cancelled).await?.is_some() {
            continue;
        }
        let sites = ending(source, cancelled).await?;
        let Some(subject) = sites.first().map(|site| site.subject) else { continue };
        let subject = store::filed::get_subject(source.tx, subject).await?;
        tell(source, &subject, cancelled, &sites).await?;
    }
    Ok(())
}

/// The sites that end now; none of what ended already, which tells nobody twice.
async fn ending(source: &Source<'_>, cancelled: &Cancelled) -> Result<Vec<FiledSite>> {
    let (bureau, record) = (&source.bureau.code, cancelled.record);
    let mut sites = match cancelled.kind {
        CancelledKind::Subject => match store::filed::find_subject_by_bureau_id(source.tx, bureau, record).await? {
            Some(subject) => store::filed::sites_of(source.tx, subject.id).await?,
            None => Vec::new(),
        },
        CancelledKind::Site => store::filed::sites_by_bureau_id(source.tx, bureau, record).await?,
        CancelledKind::Access => store::filed::sites_by_access(source.tx, bureau, record).await?,
    };
    sites.retain(|site| match cancelled.kind {
        CancelledKind::Access => site.accessed,
        CancelledKind::Subject | CancelledKind::Site => site.state == FiledState::Active,
    });
    Ok(sites)
}

async fn tell(source: &Source<'_>, subject: &FiledSubject, cancelled: &Cancelled, sites: &[FiledSite]) -> Result<()> {
    let account = store::account::get(source.tx, subject.account).await?;
    let language = Language::from_tag(&account.locale);
    let audience =
        Audience::about(Some(account.id), None, language).and(account.email.as_deref()).and(account.mobile.as_deref());
    let (word, number) = match (cancelled.kind, sites) {
        (CancelledKind::Subject, _) => ("ended-subject", &subject.number),
        (CancelledKind::Site, [site, ..]) => ("ended-site", &site.number),
        (CancelledKind::Access, [site, ..]) => ("ended-access", &site.number),
        (_, []) => return Ok(()),
    };
    let what = crate::say::text(language, word, &[]).unwrap_or_default();
    let domains: Vec<&str> = sites.iter().map(|site| site.domain.as_str()).collect();
    let values = [
        ("number", number.as_str()),
        ("what", what.as_str()),
        ("domains", &domains.join(", ")),
        ("remark", cancelled.remark.as_deref().unwrap_or_default()),
    ];
    notice::send(source.tx, source.world, &audience, "filing-ended", &values).await
}

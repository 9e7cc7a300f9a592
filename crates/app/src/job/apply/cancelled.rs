//! What is cancelled (`ZXSJ`): by the organiser, by another provider, or by the authority itself. Access closes at once.

use authority::message::{Cancelled, CancelledKind};
use serde_json::json;
use store::filed::{FiledSite, FiledState, FiledSubject};

use super::told::Source;
use crate::error::Result;
use crate::filed::{self, Ended};
use crate::language::Language;
use crate::notice::{self, Audience};
use crate::trail::Trail;

/// Ends what is filed here of it, closes it at the gateways and tells its owner.
pub(super) async fn apply(source: &mut Source<'_>, all: &[Cancelled]) -> Result<()> {
    for cancelled in all {
        let ended = match cancelled.kind {
            CancelledKind::Subject => Ended::Subject,
            CancelledKind::Site => Ended::Site,
            CancelledKind::Access => Ended::Access,
        };
        let bureau = &source.bureau.code;
        let names = names(source, ended, cancelled.record).await?;
        let Some(subject) = filed::end(source.tx, source.world, bureau, ended, cancelled.record).await? else {
            tracing::info!(%bureau, ?ended, record = cancelled.record, "something was cancelled that is not filed here");
            continue;
        };
        // What ended already tells nobody twice: an order of ours may have brought it about.
        if names.is_empty() {
            continue;
        }
        tell(source, &subject, ended, &names, cancelled.remark.as_deref()).await?;
        let facts = json!({ "what": word(ended), "number": subject.number, "names": names });
        let line = Trail::by_authority("end_filing", source.world.now()).on("filed_subject", subject.id);
        source.lines.push(line.because(cancelled.remark.as_deref().unwrap_or_default()).with(facts));
    }
    Ok(())
}

const fn word(ended: Ended) -> &'static str {
    match ended {
        Ended::Subject => "subject",
        Ended::Site => "site",
        Ended::Access => "access",
    }
}

/// The domains that end now.
async fn names(source: &Source<'_>, ended: Ended, record: i64) -> Result<Vec<String>> {
    let bureau = &source.bureau.code;
    let sites = match ended {
        Ended::Subject => match store::filed::find_subject_by_bureau_id(source.tx, bureau, record).await? {
            Some(subject) => store::filed::sites_of(source.tx, subject.id).await?,
            None => Vec::new(),
        },
        Ended::Site => store::filed::sites_by_bureau_id(source.tx, bureau, record).await?,
        Ended::Access => store::filed::sites_by_access(source.tx, bureau, record).await?,
    };
    let ends = |site: &FiledSite| match ended {
        Ended::Access => site.accessed,
        Ended::Subject | Ended::Site => site.state == FiledState::Active,
    };
    Ok(sites.into_iter().filter(ends).map(|site| site.domain).collect())
}

async fn tell(
    source: &Source<'_>,
    subject: &FiledSubject,
    ended: Ended,
    names: &[String],
    remark: Option<&str>,
) -> Result<()> {
    let account = store::account::get(source.tx, subject.account).await?;
    let language = Language::from_tag(&account.locale);
    let audience =
        Audience::about(Some(account.id), None, language).and(account.email.as_deref()).and(account.mobile.as_deref());
    let what = crate::say::text(language, &format!("ended-{}", word(ended)), &[]).unwrap_or_default();
    let values = [
        ("number", subject.number.as_str()),
        ("what", what.as_str()),
        ("domains", &names.join(", ")),
        ("remark", remark.unwrap_or_default()),
    ];
    notice::send(source.tx, source.world, &audience, "filing-ended", &values).await
}

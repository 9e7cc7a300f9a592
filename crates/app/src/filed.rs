//! What is filed comes to an end: rows and the gateways' feed move together, in the transaction that makes it true.

use store::Tx;
use store::filed::{FiledSite, FiledState, FiledSubject};
use store::task::TaskKind;

use crate::access;
use crate::error::Result;
use crate::feed;
use crate::found;
use crate::world::World;

pub mod draft;
pub mod possible;

/// What of a filing the authority has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// A subject with all its sites (注销主体).
    Subject,
    /// A site (注销网站).
    Site,
    /// This provider's access of a site (取消接入).
    Access,
}

/// Ends what the bureau calls by a number of its own; the subject it belonged to, or none when it is nobody's here.
/// What has ended already ends no further.
///
/// # Errors
/// When the store cannot.
pub async fn end(tx: &Tx, world: &World, bureau: &str, what: Ended, id: i64) -> Result<Option<FiledSubject>> {
    match what {
        Ended::Subject => {
            let Some(mut subject) = store::filed::find_subject_by_bureau_id(tx, bureau, id).await? else {
                return Ok(None);
            };
            cancel_subject(tx, world, &mut subject).await?;
            Ok(Some(subject))
        }
        Ended::Site | Ended::Access => {
            let sites = match what {
                Ended::Access => store::filed::sites_by_access(tx, bureau, id).await?,
                _ => store::filed::sites_by_bureau_id(tx, bureau, id).await?,
            };
            let Some(subject) = sites.first().map(|site| site.subject) else { return Ok(None) };
            for mut site in sites {
                match what {
                    Ended::Access => close_access(tx, world, &mut site).await?,
                    _ => cancel_site(tx, world, &mut site).await?,
                }
            }
            Ok(Some(store::filed::get_subject(tx, subject).await?))
        }
    }
}

/// Ends this provider's access of a site: its number stays, and the gateways let nothing through.
///
/// # Errors
/// When the store cannot.
pub async fn close_access(tx: &Tx, world: &World, site: &mut FiledSite) -> Result<()> {
    if !site.accessed {
        return Ok(());
    }
    site.accessed = false;
    site.updated_at = world.now();
    store::filed::update_site(tx, site).await?;
    let origin = access::origin(tx, site.resource).await?;
    feed::publish(tx, world, &feed::access_cancelled(&site.domain, &site.number, origin, world.now())).await?;
    no_longer_here(tx, world, site).await
}

/// Where the domain of a site leads is no matter of ours any more.
async fn no_longer_here(tx: &Tx, world: &World, site: &FiledSite) -> Result<()> {
    store::site_probe::remove(tx, site.id).await?;
    found::end(tx, TaskKind::LeadsAway, &site.domain, world.now()).await
}

/// Ends a site: its number is gone, its domain is free for another filing and closed until then.
///
/// # Errors
/// When the store cannot.
pub async fn cancel_site(tx: &Tx, world: &World, site: &mut FiledSite) -> Result<()> {
    if site.state == FiledState::Cancelled {
        return Ok(());
    }
    site.state = FiledState::Cancelled;
    site.accessed = false;
    site.updated_at = world.now();
    store::filed::update_site(tx, site).await?;
    // Where it was is kept, so that it opens there again when it is filed anew.
    let origin = access::origin(tx, site.resource).await?;
    feed::publish(tx, world, &feed::filing_cancelled(&site.domain, origin, world.now())).await?;
    no_longer_here(tx, world, site).await
}

/// Ends a subject and every site of it.
///
/// # Errors
/// When the store cannot.
pub async fn cancel_subject(tx: &Tx, world: &World, subject: &mut FiledSubject) -> Result<()> {
    for mut site in store::filed::sites_of(tx, subject.id).await? {
        cancel_site(tx, world, &mut site).await?;
    }
    if subject.state == FiledState::Cancelled {
        return Ok(());
    }
    subject.state = FiledState::Cancelled;
    subject.updated_at = world.now();
    Ok(store::filed::update_subject(tx, subject).await?)
}

//! Opening an order that ends what is filed: the subject, a site, or this provider's access of a site.

use filing::draft::CancellationDraft;
use filing::stage::Action;
use serde::Deserialize;
use store::filed::FiledState;
use utoipa::ToSchema;
use uuid::Uuid;

use super::filings::own;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::filed::draft::draft_of;
use crate::filed::possible::{Possible, of_site, of_subject};
use crate::order::Loaded;
use crate::order::about::{self, Filed};
use crate::order::view::OrderView;
use crate::policy::{Act, require};
use crate::world::World;

/// What is to end, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OpenCancellation {
    /// The filed subject.
    pub filing: Uuid,
    /// `cancel_subject`, `cancel_site` or `cancel_access`.
    pub action: Action,
    /// The filed site; none for the subject.
    pub site: Option<Uuid>,
    /// Why, and that what it means was read.
    pub cancellation: CancellationDraft,
}

/// Opens an order that asks the authority to end what is filed. What is still missing of the reason is said when it is
/// checked; nothing ends before it was submitted, reviewed and decided.
///
/// # Errors
/// When the filing is not the actor's; what stands in the way, as a word of [`Possible`].
pub async fn open_cancellation(world: &World, actor: &Actor, input: OpenCancellation) -> Result<OrderView> {
    require(actor, Act::OpenCancellation)?;
    if !input.action.cancels() {
        return Err(Error::field("action", "choice-unknown"));
    }
    let tx = world.store.write().await?;
    let subject = own(&tx, actor, input.filing).await?;
    let mut sites = store::filed::sites_of(&tx, subject.id).await?;
    let running = about::is_running(&tx, actor).await?;
    let possible = match input.site.filter(|_| input.action != Action::CancelSubject) {
        None if input.action == Action::CancelSubject => of_subject(&subject, &sites, running),
        None => return Err(Error::field("site", "choice-unknown")),
        Some(site) => {
            sites.retain(|row| row.id.0 == site);
            of_site(&subject, sites.first().ok_or(Error::NotFound)?, running)
        }
    };
    require_possible(&possible, input.action)?;
    sites.retain(|site| site.state == FiledState::Active);
    about::one_a_number(&mut sites);
    let mut draft = draft_of(&subject, &sites);
    draft.cancellation = Some(input.cancellation);
    let id = about::open(&tx, world, actor, input.action, &Filed { subject, sites }, draft).await?;
    commit!(tx, "open-cancellation");
    let reader = world.store.read().await?;
    OrderView::of(&reader, world, actor, &Loaded::read(&reader, world, id).await?).await
}

/// Refuses what cannot be asked now, with what stands in the way.
pub(super) fn require_possible(possible: &[Possible], action: Action) -> Result<()> {
    let own = possible.iter().find(|one| one.action == action).ok_or(Error::conflict("stage"))?;
    own.obstacle.map_or(Ok(()), |code| Err(Error::conflict(code)))
}

//! Opening an order that changes what is filed.

use filing::stage::Action;
use serde::Deserialize;
use store::filed::FiledState;
use utoipa::ToSchema;
use uuid::Uuid;

use super::filings::own;
use super::open_cancellation::require_possible;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::filed::draft::draft_of;
use crate::filed::possible::{of_site, of_subject};
use crate::order::Loaded;
use crate::order::about::{self, Filed};
use crate::order::view::OrderView;
use crate::policy::{Act, require};
use crate::world::World;

/// What is to change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OpenChange {
    /// The filed subject.
    pub filing: Uuid,
    /// `change_filing` or `change_site`.
    pub action: Action,
    /// The filed sites that come along: one for a change of a site; for a change of the subject none means the first,
    /// because the authority takes no change without a site.
    #[serde(default)]
    pub sites: Vec<Uuid>,
}

/// Opens an order that begins with what is filed; only what a change may alter can be written in it.
///
/// # Errors
/// When the filing is not the actor's; what stands in the way, as a word of [`crate::filed::possible::Possible`].
pub async fn open_change(world: &World, actor: &Actor, input: OpenChange) -> Result<OrderView> {
    require(actor, Act::OpenChange)?;
    if !input.action.changes() {
        return Err(Error::field("action", "choice-unknown"));
    }
    let tx = world.store.write().await?;
    let subject = own(&tx, actor, input.filing).await?;
    let mut sites = store::filed::sites_of(&tx, subject.id).await?;
    let running = about::is_running(&tx, actor).await?;
    require_possible(&of_subject(&subject, &sites, running), Action::ChangeFiling)?;
    about::one_a_number(&mut sites);
    if input.sites.is_empty() && input.action == Action::ChangeFiling {
        sites.retain(|site| site.state == FiledState::Active && site.accessed);
        sites.truncate(1);
    } else {
        sites.retain(|site| input.sites.contains(&site.id.0));
    }
    let several = input.action == Action::ChangeSite && sites.len() != 1;
    if several || sites.is_empty() || sites.len() != input.sites.len().max(1) {
        return Err(Error::field("sites", "choice-unknown"));
    }
    for site in &sites {
        let possible = of_site(&subject, site, running);
        // A province that takes no change of a site by itself takes it with the subject's.
        let asked = if input.action == Action::ChangeSite { Action::ChangeSite } else { Action::CancelSite };
        require_possible(&possible, asked)?;
    }
    let draft = draft_of(&subject, &sites);
    let id = about::open(&tx, world, actor, input.action, &Filed { subject, sites }, draft).await?;
    commit!(tx, "open-change");
    let reader = world.store.read().await?;
    OrderView::of(&reader, world, actor, &Loaded::read(&reader, world, id).await?).await
}

//! Looking at one's own account.

use crate::account::AccountView;
use crate::actor::Actor;
use crate::error::Result;
use crate::policy::{Act, require};
use crate::world::World;

/// The actor's own account, masked.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn my_account(world: &World, actor: &Actor) -> Result<AccountView> {
    require(actor, Act::MyAccount)?;
    let account = store::account::get(&world.store.read().await?, actor.account).await?;
    Ok(AccountView::of(&account))
}

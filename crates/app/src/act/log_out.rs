//! Logging out.

use crate::actor::{Actor, Via};
use crate::error::Result;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// Ends the session the actor came in with; an API key has none to end.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn log_out(world: &World, actor: &Actor) -> Result<()> {
    require(actor, Act::LogOut)?;
    let Via::Session(session) = actor.via else { return Ok(()) };
    let tx = world.store.write().await?;
    store::session::revoke(&tx, actor.account, session, world.now()).await?;
    Trail::by(actor, "log_out", world.now()).on("session", session).write(&tx).await?;
    Ok(tx.commit().await?)
}

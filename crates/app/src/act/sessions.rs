//! Seeing and ending one's sessions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::SessionId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::{Actor, Via};
use crate::error::Result;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// One log-in on one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// The session.
    pub id: Uuid,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen_at: Timestamp,
    /// The address it came from.
    pub ip: String,
    /// What the browser calls itself.
    pub user_agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Which session to end.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RevokeSession {
    /// The session.
    pub id: Uuid,
}

/// The actor's living sessions.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn list_sessions(world: &World, actor: &Actor) -> Result<Vec<SessionView>> {
    require(actor, Act::ListSessions)?;
    let sessions = store::session::list(&world.store.read().await?, actor.account, world.now()).await?;
    Ok(sessions
        .into_iter()
        .map(|session| SessionView {
            current: actor.via == Via::Session(session.id),
            id: session.id.0,
            created_at: session.created_at,
            last_seen_at: session.seen_at,
            ip: session.ip,
            user_agent: session.user_agent,
        })
        .collect())
}

/// Ends one of the actor's sessions.
///
/// # Errors
/// When there is no such session of the actor's.
pub async fn revoke_session(world: &World, actor: &Actor, input: RevokeSession) -> Result<()> {
    require(actor, Act::RevokeSession)?;
    let tx = world.store.write().await?;
    store::session::revoke(&tx, actor.account, SessionId(input.id), world.now()).await?;
    Trail::by(actor, "revoke_session", world.now()).on("session", input.id).write(&tx).await?;
    Ok(tx.commit().await?)
}

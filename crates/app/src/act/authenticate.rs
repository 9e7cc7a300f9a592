//! Recognising somebody by a session's token or an API key.

use jiff::SignedDuration;
use store::account::{AccountState, Role};

use crate::account::hash_secret;
use crate::actor::{Actor, Via};
use crate::error::Result;
use crate::world::World;

/// Use is noted at most so often: a page with ten pictures is one use.
const NOTE_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The holder of a session, if it lives; using it prolongs it, up to its longest.
///
/// # Errors
/// When the store cannot.
pub async fn by_session(world: &World, token: &str) -> Result<Option<Actor>> {
    let now = world.now();
    let reader = world.store.read().await?;
    let Some(session) = store::session::find_by_token_hash(&reader, &hash_secret(token), now).await? else {
        return Ok(None);
    };
    let account = store::account::get(&reader, session.account).await?;
    drop(reader);
    if account.state != AccountState::Active {
        return Ok(None);
    }
    if now >= session.seen_at + NOTE_EVERY {
        let tx = world.store.write().await?;
        let days = |days: u16| SignedDuration::from_hours(24 * i64::from(days));
        // However often it is used, a session ends one day: a stolen one too.
        let end = session.created_at + days(world.settings.session_longest_days);
        let until = (now + days(world.settings.session_days)).min(end);
        store::session::touch(&tx, session.id, now, until).await?;
        tx.commit().await?;
    }
    Ok(Some(Actor { account: account.id, role: account.role, via: Via::Session(session.id) }))
}

/// The holder of an API key, if it is good. A key acts in its own role, and never in more than its account's.
///
/// # Errors
/// When the store cannot.
pub async fn by_api_key(world: &World, key: &str) -> Result<Option<Actor>> {
    let now = world.now();
    let reader = world.store.read().await?;
    let Some(row) = store::api_key::find_by_token_hash(&reader, &hash_secret(key), now).await? else {
        return Ok(None);
    };
    let account = store::account::get(&reader, row.account).await?;
    drop(reader);
    let may = account.role == row.role || (account.role == Role::Administrator && row.role == Role::Gateway);
    if account.state != AccountState::Active || !may {
        return Ok(None);
    }
    if row.used_at.is_none_or(|used| now >= used + NOTE_EVERY) {
        let tx = world.store.write().await?;
        store::api_key::touch(&tx, row.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(Actor { account: account.id, role: row.role, via: Via::ApiKey(row.id) }))
}

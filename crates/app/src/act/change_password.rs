//! Changing one's password.

use serde::Deserialize;
use store::account::Role;
use utoipa::ToSchema;

use super::log_in::{FREE_FOR_CONTACT, count};
use crate::actor::{Actor, Via};
use crate::error::{Error, Result};
use crate::language::Language;
use crate::notice::{self, Audience};
use crate::password;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// The old password and the new one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChangePassword {
    /// The password until now.
    pub current: String,
    /// The password from now on.
    pub new: String,
}

/// Sets another password, logs every other device out, revokes the holder's other API keys and tells the holder. The
/// keys of gateways stay.
///
/// # Errors
/// When the current password is wrong or the new one is not acceptable, [`Error::Throttled`] after too many wrong ones.
pub async fn change_password(world: &World, actor: &Actor, input: ChangePassword) -> Result<()> {
    require(actor, Act::ChangePassword)?;
    if !password::is_acceptable(&input.new) {
        return Err(Error::field("new", "password-weak"));
    }
    let account = store::account::get(&world.store.read().await?, actor.account).await?;
    let bucket = format!("password:{}", account.id);
    let tx = world.store.write().await?;
    count(&tx, &bucket, FREE_FOR_CONTACT, world.now()).await?;
    tx.commit().await?;
    if !password::verify(world, &input.current, account.password_hash.as_deref()).await? {
        return Err(Error::field("current", "password-wrong"));
    }
    let hash = password::hash(world, &input.new).await?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut account = store::account::get(&tx, actor.account).await?;
    account.password_hash = Some(hash);
    account.updated_at = now;
    store::account::update(&tx, &mut account).await?;
    let this = if let Via::Session(session) = actor.via { Some(session) } else { None };
    store::session::revoke_all(&tx, actor.account, this, now).await?;
    store::login_attempt::clear(&tx, &bucket).await?;
    for key in store::api_key::list(&tx, actor.account).await? {
        // A gateway's key belongs to a machine, and sites would stay closed without it.
        if key.revoked_at.is_none() && key.role != Role::Gateway && actor.via != Via::ApiKey(key.id) {
            store::api_key::revoke(&tx, actor.account, key.id, now).await?;
        }
    }
    let audience = Audience::about(Some(account.id), None, Language::from_tag(&account.locale))
        .and(account.email.as_deref())
        .and(account.mobile.as_deref());
    let phone = &world.settings.provider.phone;
    notice::send(&tx, world, &audience, "password-changed", &[("phone", phone)]).await?;
    Trail::by(actor, "change_password", now).on("account", account.id).write(&tx).await?;
    Ok(tx.commit().await?)
}

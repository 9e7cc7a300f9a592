//! API keys: secrets of programs that act for an account.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::ApiKeyId;
use store::account::Role;
use store::api_key::ApiKey;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::hash_secret;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// A key to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CreateApiKey {
    /// What its holder calls it.
    pub name: String,
    /// Whether it is for a gateway, which then can follow the verdicts and nothing else; administrators only.
    #[serde(default)]
    pub for_gateway: bool,
}

/// A key just made; its secret is shown this once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedApiKey {
    /// The key's id.
    pub id: Uuid,
    /// What its holder calls it.
    pub name: String,
    /// The secret.
    pub key: String,
}

/// A key as its holder sees it afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyView {
    /// The key's id.
    pub id: Uuid,
    /// What its holder calls it.
    pub name: String,
    /// The first characters of the secret.
    pub prefix: String,
    /// As what it acts, as a word.
    pub role: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
}

/// Which key to revoke.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RevokeApiKey {
    /// The key's id.
    pub id: Uuid,
}

/// Makes a key that acts in the actor's role, or as a gateway.
///
/// # Errors
/// When the name is missing, or a gateway's key is asked for by somebody who is not administrator.
pub async fn create_api_key(world: &World, actor: &Actor, input: CreateApiKey) -> Result<CreatedApiKey> {
    require(actor, Act::CreateApiKey)?;
    let name = input.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Error::field("name", "name-length"));
    }
    if input.for_gateway && actor.role != Role::Administrator {
        return Err(Error::Forbidden);
    }
    let now = world.now();
    let key = format!("bk_{}", world.secret());
    let row = ApiKey {
        id: ApiKeyId(world.uuid()),
        account: actor.account,
        role: if input.for_gateway { Role::Gateway } else { actor.role },
        label: name.clone(),
        prefix: key.chars().take(8).collect(),
        token_hash: hash_secret(&key),
        created_at: now,
        used_at: None,
        expires_at: None,
        revoked_at: None,
    };
    let tx = world.store.write().await?;
    store::api_key::insert(&tx, &row).await?;
    let facts = serde_json::json!({ "role": row.role.as_str() });
    Trail::by(actor, "create_api_key", now).on("api_key", row.id).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(CreatedApiKey { id: row.id.0, name, key })
}

/// The actor's keys that are still good.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn list_api_keys(world: &World, actor: &Actor) -> Result<Vec<ApiKeyView>> {
    require(actor, Act::ListApiKeys)?;
    let keys = store::api_key::list(&world.store.read().await?, actor.account).await?;
    Ok(keys
        .into_iter()
        .filter(|key| key.revoked_at.is_none())
        .map(|key| ApiKeyView {
            id: key.id.0,
            name: key.label,
            prefix: key.prefix,
            role: key.role.as_str().to_owned(),
            created_at: key.created_at,
            last_used_at: key.used_at,
        })
        .collect())
}

/// Revokes one of the actor's keys.
///
/// # Errors
/// When there is no such key of the actor's.
pub async fn revoke_api_key(world: &World, actor: &Actor, input: RevokeApiKey) -> Result<()> {
    require(actor, Act::RevokeApiKey)?;
    let tx = world.store.write().await?;
    store::api_key::revoke(&tx, actor.account, ApiKeyId(input.id), world.now()).await?;
    Trail::by(actor, "revoke_api_key", world.now()).on("api_key", input.id).write(&tx).await?;
    Ok(tx.commit().await?)
}

//! The caller's own account: who it is, its password and its API keys.

use app::act::{self, AccountView, ApiKeyView, ChangePassword, CreateApiKey, CreatedApiKey, RevokeApiKey, SetIdentity};
use app::world::World;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use uuid::Uuid;

use super::Answer;
use super::body::{Body, Path};
use super::caller::Known;

/// Shows the caller's account.
#[utoipa::path(
    get,
    path = "/account",
    tag = "account",
    responses((status = 200, description = "The account, its contacts masked", body = AccountView))
)]
pub async fn my_account(State(world): State<World>, Known(actor): Known) -> Answer<Json<AccountView>> {
    Ok(Json(act::my_account(&world, &actor).await?))
}

/// States who the account is (账号实名认证).
#[utoipa::path(
    put,
    path = "/account/identity",
    tag = "account",
    request_body = SetIdentity,
    responses((status = 200, description = "The account with its identity", body = AccountView))
)]
pub async fn set_identity(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<SetIdentity>,
) -> Answer<Json<AccountView>> {
    Ok(Json(act::set_identity(&world, &actor, input).await?))
}

/// Changes the password; every other device is logged out.
#[utoipa::path(
    put,
    path = "/account/password",
    tag = "account",
    request_body = ChangePassword,
    responses((status = 204, description = "Changed"))
)]
pub async fn change_password(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<ChangePassword>,
) -> Answer<StatusCode> {
    act::change_password(&world, &actor, input).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the account's API keys, never the keys themselves.
#[utoipa::path(
    get,
    path = "/account/api-keys",
    tag = "account",
    responses((status = 200, description = "The keys", body = Vec<ApiKeyView>))
)]
pub async fn list_api_keys(State(world): State<World>, Known(actor): Known) -> Answer<Json<Vec<ApiKeyView>>> {
    Ok(Json(act::list_api_keys(&world, &actor).await?))
}

/// Makes an API key, which is shown this once.
#[utoipa::path(
    post,
    path = "/account/api-keys",
    tag = "account",
    request_body = CreateApiKey,
    responses((status = 201, description = "The key", body = CreatedApiKey))
)]
pub async fn create_api_key(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<CreateApiKey>,
) -> Answer<(StatusCode, Json<CreatedApiKey>)> {
    Ok((StatusCode::CREATED, Json(act::create_api_key(&world, &actor, input).await?)))
}

/// Revokes an API key at once.
#[utoipa::path(
    delete,
    path = "/account/api-keys/{key}",
    tag = "account",
    params(("key" = Uuid, Path, description = "The id of the key")),
    responses((status = 204, description = "Revoked"))
)]
pub async fn revoke_api_key(
    State(world): State<World>,
    Known(actor): Known,
    Path(key): Path<Uuid>,
) -> Answer<StatusCode> {
    act::revoke_api_key(&world, &actor, RevokeApiKey { id: key }).await?;
    Ok(StatusCode::NO_CONTENT)
}

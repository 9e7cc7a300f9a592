//! Cloud resources: what sites run on.

use app::act::{self, ImportResources, Imported, ResourceView};
use app::world::World;
use axum::Json;
use axum::extract::State;

use super::Answer;
use super::body::Body;
use super::caller::Known;

/// Lists the account's cloud resources and what speaks against filing on each.
#[utoipa::path(
    get,
    path = "/resources",
    tag = "resources",
    responses((status = 200, description = "The resources", body = Vec<ResourceView>))
)]
pub async fn list_resources(State(world): State<World>, Known(actor): Known) -> Answer<Json<Vec<ResourceView>>> {
    Ok(Json(act::list_resources(&world, &actor).await?))
}

/// Takes cloud resources over from the provider's inventory; one that is known already is brought up to date.
#[utoipa::path(
    post,
    path = "/resources/import",
    tag = "resources",
    request_body = ImportResources,
    responses((status = 200, description = "How many were added and updated", body = Imported))
)]
pub async fn import_resources(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<ImportResources>,
) -> Answer<Json<Imported>> {
    Ok(Json(act::import_resources(&world, &actor, input).await?))
}

//! The phone's side of a hand-over: the link is the permission, for one site's pictures and a short time.

use app::act::{self, HandoverView, OpenHandover, RemoveByHandover, UploadByHandover};
use app::world::World;
use axum::Json;
use axum::extract::State;

use super::Answer;
use super::body::{File, Path};
use super::caller::Visitor;

/// Opens a hand-over link.
#[utoipa::path(
    get,
    path = "/handover/{token}",
    tag = "handover",
    security(()),
    params(("token" = String, Path, description = "The secret at the end of the link")),
    responses((status = 200, description = "What is to be taken", body = HandoverView))
)]
pub async fn open_handover(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Path(token): Path<String>,
) -> Answer<Json<HandoverView>> {
    Ok(Json(act::open_handover(&world, &origin, OpenHandover { token }).await?))
}

/// Puts a picture into a slot of the hand-over.
#[utoipa::path(
    put,
    path = "/handover/{token}/materials/{slot}",
    tag = "handover",
    security(()),
    params(
        ("token" = String, Path, description = "The secret at the end of the link"),
        ("slot" = String, Path, description = "The slot, such as `sites.0.materials.manager_photo`"),
    ),
    request_body(
        content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (super::describe::Form = "multipart/form-data")),
        description = "The picture itself, or a form with the field `file`"
    ),
    responses((status = 200, description = "The slots", body = HandoverView))
)]
pub async fn upload_by_handover(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Path((token, slot)): Path<(String, String)>,
    file: File,
) -> Answer<Json<HandoverView>> {
    let input = UploadByHandover { token, slot, file_name: file.name, bytes: file.bytes };
    Ok(Json(act::upload_by_handover(&world, &origin, input).await?))
}

/// Removes the picture of a slot of the hand-over.
#[utoipa::path(
    delete,
    path = "/handover/{token}/materials/{slot}",
    tag = "handover",
    security(()),
    params(
        ("token" = String, Path, description = "The secret at the end of the link"),
        ("slot" = String, Path, description = "The slot"),
    ),
    responses((status = 200, description = "The slots", body = HandoverView))
)]
pub async fn remove_by_handover(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Path((token, slot)): Path<(String, String)>,
) -> Answer<Json<HandoverView>> {
    Ok(Json(act::remove_by_handover(&world, &origin, RemoveByHandover { token, slot }).await?))
}

/// Ends the hand-over: everything is taken, the link is closed.
#[utoipa::path(
    post,
    path = "/handover/{token}/finish",
    tag = "handover",
    security(()),
    params(("token" = String, Path, description = "The secret at the end of the link")),
    responses((status = 200, description = "The slots, finished", body = HandoverView))
)]
pub async fn finish_handover(
    State(world): State<World>,
    Visitor(origin): Visitor,
    Path(token): Path<String>,
) -> Answer<Json<HandoverView>> {
    Ok(Json(act::finish_handover(&world, &origin, OpenHandover { token }).await?))
}

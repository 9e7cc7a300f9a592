//! Materials: the pictures that prove what an order says, and the way over a phone to take them.

use app::act::{
    self, HandoverLink, HandoverProgress, HandoverStatus, OpenMaterial, RemoveMaterial, SlotView, StartHandover,
    UploadMaterial,
};
use app::world::World;
use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, StatusCode};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Answer;
use super::body::{Body, File, Path, Query};
use super::caller::Known;

/// Which site's manager is verified on a phone.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverBody {
    /// The site's place in the order, from 0.
    pub site: usize,
}

/// Why somebody looks at another person's document.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Reason {
    /// Required of a reviewer who does not hold the case.
    pub reason: Option<String>,
}

/// Puts a picture into a slot; what was there before is replaced.
#[utoipa::path(
    put,
    path = "/orders/{order}/materials/{slot}",
    tag = "materials",
    params(
        ("order" = Uuid, Path, description = "The order"),
        ("slot" = String, Path, description = "The slot, such as `sites.0.materials.manager_photo`"),
    ),
    request_body(
        content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (super::describe::Form = "multipart/form-data")),
        description = "The picture itself, or a form with the field `file`"
    ),
    responses((status = 200, description = "The slot with its picture", body = SlotView))
)]
pub async fn upload_material(
    State(world): State<World>,
    Known(actor): Known,
    Path((order, slot)): Path<(Uuid, String)>,
    file: File,
) -> Answer<Json<SlotView>> {
    let input = UploadMaterial { order, slot, file_name: file.name, bytes: file.bytes };
    Ok(Json(act::upload_material(&world, &actor, input).await?))
}

/// Removes the picture of a slot.
#[utoipa::path(
    delete,
    path = "/orders/{order}/materials/{slot}",
    tag = "materials",
    params(
        ("order" = Uuid, Path, description = "The order"),
        ("slot" = String, Path, description = "The slot"),
    ),
    responses((status = 200, description = "The empty slot", body = SlotView))
)]
pub async fn remove_material(
    State(world): State<World>,
    Known(actor): Known,
    Path((order, slot)): Path<(Uuid, String)>,
) -> Answer<Json<SlotView>> {
    let input = RemoveMaterial { order, slot };
    Ok(Json(act::remove_material(&world, &actor, input).await?))
}

/// Opens a picture; whoever is not its owner leaves an audit line.
#[utoipa::path(
    get,
    path = "/orders/{order}/files/{material}",
    tag = "materials",
    params(
        ("order" = Uuid, Path, description = "The order"),
        ("material" = Uuid, Path, description = "The picture"),
        Reason,
    ),
    responses((status = 200, description = "The picture", body = Vec<u8>, content_type = "image/jpeg"))
)]
pub async fn open_material(
    State(world): State<World>,
    Known(actor): Known,
    Path((order, material)): Path<(Uuid, Uuid)>,
    Query(Reason { reason }): Query<Reason>,
) -> Answer<impl IntoResponse> {
    let input = OpenMaterial { order, material, reason };
    let file = act::open_material(&world, &actor, input).await?;
    Ok((picture_headers(file.content_type.to_string()), file.bytes))
}

/// A picture from a stranger is shown as a picture and as nothing else.
fn picture_headers(content_type: String) -> [(HeaderName, String); 4] {
    [
        (CONTENT_TYPE, content_type),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (CONTENT_DISPOSITION, "inline".to_owned()),
    ]
}

/// Makes a link that lets a phone take the pictures of one site's manager (真实性核验).
#[utoipa::path(
    post,
    path = "/orders/{order}/handovers",
    tag = "materials",
    params(("order" = Uuid, Path, description = "The order")),
    request_body = HandoverBody,
    responses((status = 201, description = "The link; an earlier one is worth nothing any more", body = HandoverLink))
)]
pub async fn start_handover(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
    Body(HandoverBody { site }): Body<HandoverBody>,
) -> Answer<(StatusCode, Json<HandoverLink>)> {
    let input = StartHandover { order, site };
    Ok((StatusCode::CREATED, Json(act::start_handover(&world, &actor, input).await?)))
}

/// Says how far the phone is.
#[utoipa::path(
    get,
    path = "/orders/{order}/handovers/{site}",
    tag = "materials",
    params(
        ("order" = Uuid, Path, description = "The order"),
        ("site" = usize, Path, description = "The site's place in the order, from 0"),
    ),
    responses((status = 200, description = "The link's state and the slots", body = HandoverProgress))
)]
pub async fn handover_status(
    State(world): State<World>,
    Known(actor): Known,
    Path((order, site)): Path<(Uuid, usize)>,
) -> Answer<Json<HandoverProgress>> {
    let input = HandoverStatus { order, site };
    Ok(Json(act::handover_status(&world, &actor, input).await?))
}

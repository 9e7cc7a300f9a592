//! The mailbox: the containers to and from the authorities.

use app::act::{
    self, ContainerFile, ContainerForm, ContainerView, MailRow, Mailbox, OpenContainer, Page, RevealContainer,
    TakeContainer,
};
use app::world::World;
use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Answer;
use super::body::{Body, Path, Query};
use super::caller::Known;
use super::listing::Listing;

/// Where in a file to begin.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Begin {
    /// The first element to show, counted from 0.
    #[serde(default)]
    pub from: usize,
}

/// Why somebody looks at everything in a container.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealContainerBody {
    /// Why; it stays in the audit trail.
    pub reason: String,
    /// The first element to show, counted from 0.
    #[serde(default)]
    pub from: usize,
}

/// Why somebody takes a container away, and in which form.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeContainerBody {
    /// Why; it stays in the audit trail.
    pub reason: String,
    /// As what.
    pub form: ContainerForm,
}

/// Lists containers of both directions, the latest first.
#[utoipa::path(
    get,
    path = "/mailbox",
    tag = "provider",
    params(
        ("bureau" = Option<String>, Query, description = "Of this bureau"),
        ("direction" = Option<String>, Query, description = "`upload` or `download`"),
        ("operation" = Option<String>, Query, description = "With this group, such as `XZBA` or `BAJG`"),
        ("state" = Option<String>, Query, description = "In this state, such as `stored` or `acked`"),
        ("q" = Option<String>, Query, description = "File name, number, order, domain or filing number"),
        ("cursor" = Option<String>, Query, description = "Where the page begins"),
    ),
    responses((status = 200, description = "One page of containers", body = Page<MailRow>))
)]
pub async fn mailbox(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<Mailbox>,
) -> Answer<Listing<MailRow>> {
    Ok(Listing(uri, act::mailbox(&world, &actor, input).await?))
}

/// Shows a container, decoded; who is meant is hidden.
#[utoipa::path(
    get,
    path = "/mailbox/{container}",
    tag = "provider",
    params(("container" = Uuid, Path, description = "The container"), Begin),
    responses((status = 200, description = "The container", body = ContainerView))
)]
pub async fn view_container(
    State(world): State<World>,
    Known(actor): Known,
    Path(container): Path<Uuid>,
    Query(Begin { from }): Query<Begin>,
) -> Answer<Json<ContainerView>> {
    Ok(Json(act::view_container(&world, &actor, OpenContainer { container, from }).await?))
}

/// Shows everything in a container and logs the reason.
#[utoipa::path(
    post,
    path = "/mailbox/{container}/reveal",
    tag = "provider",
    params(("container" = Uuid, Path, description = "The container")),
    request_body = RevealContainerBody,
    responses((status = 200, description = "The container", body = ContainerView))
)]
pub async fn reveal_container(
    State(world): State<World>,
    Known(actor): Known,
    Path(container): Path<Uuid>,
    Body(RevealContainerBody { reason, from }): Body<RevealContainerBody>,
) -> Answer<Json<ContainerView>> {
    Ok(Json(act::reveal_container(&world, &actor, RevealContainer { container, from, reason }).await?))
}

/// Gives the file of a container as it travelled and logs the reason.
#[utoipa::path(
    post,
    path = "/mailbox/{container}/file",
    tag = "provider",
    params(("container" = Uuid, Path, description = "The container")),
    request_body = TakeContainerBody,
    responses((
        status = 200,
        description = "The file",
        content((Vec<u8> = "application/octet-stream"), (Vec<u8> = "application/zip"))
    ))
)]
pub async fn take_container(
    State(world): State<World>,
    Known(actor): Known,
    Path(container): Path<Uuid>,
    Body(TakeContainerBody { reason, form }): Body<TakeContainerBody>,
) -> Answer<impl IntoResponse> {
    Ok(attached(act::take_container(&world, &actor, TakeContainer { container, form, reason }).await?))
}

/// A file to be kept.
pub(super) fn attached(file: ContainerFile) -> impl IntoResponse {
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    ([(CONTENT_TYPE, file.content_type.to_owned()), (CONTENT_DISPOSITION, disposition)], file.bytes)
}

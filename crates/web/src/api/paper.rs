//! The list of papers of an order, and its forms.

use app::act::{self, ListPapers, PaperView, PrintPaper};
use app::world::World;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::Answer;
use super::body::{Path, Query};
use super::caller::Known;

/// Which site a form speaks of.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfSite {
    /// The site's place in the order, from 0.
    #[serde(default)]
    pub site: usize,
}

/// The papers an order needs: why, how each must look, how old it may be, whether there is a form, whether it is there.
#[utoipa::path(
    get,
    path = "/orders/{order}/papers",
    tag = "materials",
    params(("order" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The papers, the subject's first", body = Vec<PaperView>))
)]
pub async fn list_papers(
    State(world): State<World>,
    Known(actor): Known,
    Path(order): Path<Uuid>,
) -> Answer<Json<Vec<PaperView>>> {
    Ok(Json(act::list_papers(&world, &actor, ListPapers { order }).await?))
}

/// A form filled in from the order, as PDF; for its owner alone.
#[utoipa::path(
    get,
    path = "/orders/{order}/papers/{template}",
    tag = "materials",
    params(
        ("order" = Uuid, Path, description = "The order"),
        ("template" = filing::papers::Template, Path, description = "The form"),
        OfSite,
    ),
    responses((status = 200, description = "The form", body = Vec<u8>, content_type = "application/pdf"))
)]
pub async fn print_paper(
    State(world): State<World>,
    Known(actor): Known,
    Path((order, template)): Path<(Uuid, filing::papers::Template)>,
    Query(OfSite { site }): Query<OfSite>,
) -> Answer<Response> {
    let filled = act::print_paper(&world, &actor, PrintPaper { order }).await?;
    Ok(crate::page::papers::pdf(template, filled, site).await?)
}

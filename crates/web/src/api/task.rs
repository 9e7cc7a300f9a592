//! What the authorities give to do.

use app::act::{self, AnswerTask, CloseTask, ListTasks, Page, TaskRef, TaskRow, TaskView};
use app::world::World;
use axum::Json;
use axum::extract::{OriginalUri, State};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Answer;
use super::body::{Body, Path, Query};
use super::caller::Known;
use super::listing::Listing;

/// What is answered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerTaskBody {
    /// What was done about an unfiled website, as a code of the bureau's table.
    pub result: Option<i64>,
    /// Whether a record to verify is true.
    pub pass: Option<bool>,
    /// What was found or done, in words.
    pub opinion: String,
}

/// Why a task is closed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseTaskBody {
    /// Why; it stays in the audit trail.
    pub reason: String,
}

/// Lists tasks: what is due next first, or what was done last.
#[utoipa::path(
    get,
    path = "/tasks",
    tag = "tasks",
    params(
        ("done" = Option<bool>, Query, description = "Those that wait for nobody"),
        ("mine" = Option<bool>, Query, description = "Those the caller has taken"),
        ("kind" = Option<String>, Query, description = "Of this kind, such as `unfiled`"),
        ("cursor" = Option<String>, Query, description = "Where the page begins"),
    ),
    responses((status = 200, description = "One page of tasks", body = Page<TaskRow>))
)]
pub async fn list_tasks(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<ListTasks>,
) -> Answer<Listing<TaskRow>> {
    Ok(Listing(uri, act::list_tasks(&world, &actor, input).await?))
}

/// Shows a task.
#[utoipa::path(
    get,
    path = "/tasks/{task}",
    tag = "tasks",
    params(("task" = Uuid, Path, description = "The task")),
    responses((status = 200, description = "The task", body = TaskView))
)]
pub async fn view_task(
    State(world): State<World>,
    Known(actor): Known,
    Path(task): Path<Uuid>,
) -> Answer<Json<TaskView>> {
    Ok(Json(act::view_task(&world, &actor, TaskRef { task }).await?))
}

/// Takes a task.
#[utoipa::path(
    post,
    path = "/tasks/{task}/claim",
    tag = "tasks",
    params(("task" = Uuid, Path, description = "The task")),
    responses((status = 200, description = "The task", body = TaskView))
)]
pub async fn claim_task(
    State(world): State<World>,
    Known(actor): Known,
    Path(task): Path<Uuid>,
) -> Answer<Json<TaskView>> {
    Ok(Json(act::claim_task(&world, &actor, TaskRef { task }).await?))
}

/// Answers a task; what the authority must know goes into its line.
#[utoipa::path(
    post,
    path = "/tasks/{task}/answer",
    tag = "tasks",
    params(("task" = Uuid, Path, description = "The task")),
    request_body = AnswerTaskBody,
    responses((status = 200, description = "The task", body = TaskView))
)]
pub async fn answer_task(
    State(world): State<World>,
    Known(actor): Known,
    Path(task): Path<Uuid>,
    Body(AnswerTaskBody { result, pass, opinion }): Body<AnswerTaskBody>,
) -> Answer<Json<TaskView>> {
    Ok(Json(act::answer_task(&world, &actor, AnswerTask { task, result, pass, opinion }).await?))
}

/// Closes a task that needs nothing any more.
#[utoipa::path(
    post,
    path = "/tasks/{task}/close",
    tag = "tasks",
    params(("task" = Uuid, Path, description = "The task")),
    request_body = CloseTaskBody,
    responses((status = 200, description = "The task", body = TaskView))
)]
pub async fn close_task(
    State(world): State<World>,
    Known(actor): Known,
    Path(task): Path<Uuid>,
    Body(CloseTaskBody { reason }): Body<CloseTaskBody>,
) -> Answer<Json<TaskView>> {
    Ok(Json(act::close_task(&world, &actor, CloseTask { task, reason }).await?))
}

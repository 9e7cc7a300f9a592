//! What the provider's staff oversees: the wire to the authority, the audit trail, the accounts.

use app::act::Page;
use app::act::{
    self, AcceptDownload, AccountRef, AccountView, AuditRow, AuditVerdict, CreateAccount, Ledger, LedgerView,
    ListAccounts, ResumeLine, ReturnUpload, VerifyAudit, ViewAudit,
};
use app::world::World;
use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use uuid::Uuid;

use super::Answer;
use super::body::{Body, Path, Query};
use super::caller::Known;
use super::listing::Listing;

/// Shows the ledger of uploads and downloads, and how each line to a bureau does.
#[utoipa::path(
    get,
    path = "/ledger",
    tag = "provider",
    params(("bureau" = Option<String>, Query, description = "Only this bureau's line")),
    responses((status = 200, description = "The lines, their latest uploads and downloads", body = LedgerView))
)]
pub async fn ledger(
    State(world): State<World>,
    Known(actor): Known,
    Query(input): Query<Ledger>,
) -> Answer<Json<LedgerView>> {
    Ok(Json(act::ledger(&world, &actor, input).await?))
}

/// Sets a halted line to a bureau going again.
#[utoipa::path(
    post,
    path = "/ledger/{bureau}/resume",
    tag = "provider",
    params(("bureau" = String, Path, description = "The bureau's code, such as `33`")),
    responses((status = 200, description = "The ledger", body = LedgerView))
)]
pub async fn resume_line(
    State(world): State<World>,
    Known(actor): Known,
    Path(bureau): Path<String>,
) -> Answer<Json<LedgerView>> {
    Ok(Json(act::resume_line(&world, &actor, ResumeLine { bureau }).await?))
}

/// Returns the order of the upload a halted line stands on to review, and lets the line go on.
#[utoipa::path(
    post,
    path = "/ledger/{bureau}/return",
    tag = "provider",
    params(("bureau" = String, Path, description = "The bureau's code, such as `33`")),
    responses((status = 200, description = "The ledger", body = LedgerView))
)]
pub async fn return_upload(
    State(world): State<World>,
    Known(actor): Known,
    Path(bureau): Path<String>,
) -> Answer<Json<LedgerView>> {
    Ok(Json(act::return_upload(&world, &actor, ReturnUpload { bureau }).await?))
}

/// Lets a download be acknowledged that somebody had to look at first.
#[utoipa::path(
    post,
    path = "/ledger/{bureau}/downloads/{file}/accept",
    tag = "provider",
    params(
        ("bureau" = String, Path, description = "The bureau's code, such as `33`"),
        ("file" = String, Path, description = "The name the bureau gives the file"),
    ),
    responses((status = 200, description = "The ledger", body = LedgerView))
)]
pub async fn accept_download(
    State(world): State<World>,
    Known(actor): Known,
    Path((bureau, file_name)): Path<(String, String)>,
) -> Answer<Json<LedgerView>> {
    Ok(Json(act::accept_download(&world, &actor, AcceptDownload { bureau, file_name }).await?))
}

/// Lists audit lines, the latest first.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "provider",
    params(
        ("order" = Option<Uuid>, Query, description = "Only lines about this order"),
        ("account" = Option<Uuid>, Query, description = "Only lines of this account"),
        ("cursor" = Option<String>, Query, description = "Where the page begins"),
    ),
    responses((status = 200, description = "One page of lines", body = Page<AuditRow>))
)]
pub async fn view_audit(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<ViewAudit>,
) -> Answer<Listing<AuditRow>> {
    Ok(Listing(uri, act::view_audit(&world, &actor, input).await?))
}

/// Computes the hash chain of the audit lines again, a stretch at a time; follow `next` to the end.
#[utoipa::path(
    get,
    path = "/audit/verification",
    tag = "provider",
    params(("after" = Option<u64>, Query, description = "The line a former answer gave as `next`")),
    responses((status = 200, description = "Whether the chain is whole so far", body = AuditVerdict))
)]
pub async fn verify_audit(
    State(world): State<World>,
    Known(actor): Known,
    Query(input): Query<VerifyAudit>,
) -> Answer<Json<AuditVerdict>> {
    Ok(Json(act::verify_audit(&world, &actor, input).await?))
}

/// Lists accounts.
#[utoipa::path(
    get,
    path = "/accounts",
    tag = "provider",
    params(
        ("role" = Option<String>, Query, description = "Only accounts of this role"),
        ("cursor" = Option<String>, Query, description = "Where the page begins"),
    ),
    responses((status = 200, description = "One page of accounts", body = Page<AccountView>))
)]
pub async fn list_accounts(
    State(world): State<World>,
    Known(actor): Known,
    OriginalUri(uri): OriginalUri,
    Query(input): Query<ListAccounts>,
) -> Answer<Listing<AccountView>> {
    Ok(Listing(uri, act::list_accounts(&world, &actor, input).await?))
}

/// Makes an account of any role.
#[utoipa::path(
    post,
    path = "/accounts",
    tag = "provider",
    request_body = CreateAccount,
    responses((status = 201, description = "The account", body = AccountView))
)]
pub async fn create_account(
    State(world): State<World>,
    Known(actor): Known,
    Body(input): Body<CreateAccount>,
) -> Answer<(StatusCode, Json<AccountView>)> {
    Ok((StatusCode::CREATED, Json(act::create_account(&world, &actor, input).await?)))
}

/// Disables an account: its sessions and keys are worth nothing any more.
#[utoipa::path(
    post,
    path = "/accounts/{account}/disable",
    tag = "provider",
    params(("account" = Uuid, Path, description = "The account")),
    responses((status = 200, description = "The account, disabled", body = AccountView))
)]
pub async fn disable_account(
    State(world): State<World>,
    Known(actor): Known,
    Path(account): Path<Uuid>,
) -> Answer<Json<AccountView>> {
    Ok(Json(act::disable_account(&world, &actor, AccountRef { account }).await?))
}

/// Enables a disabled account.
#[utoipa::path(
    post,
    path = "/accounts/{account}/enable",
    tag = "provider",
    params(("account" = Uuid, Path, description = "The account")),
    responses((status = 200, description = "The account, enabled", body = AccountView))
)]
pub async fn enable_account(
    State(world): State<World>,
    Known(actor): Known,
    Path(account): Path<Uuid>,
) -> Answer<Json<AccountView>> {
    Ok(Json(act::enable_account(&world, &actor, AccountRef { account }).await?))
}

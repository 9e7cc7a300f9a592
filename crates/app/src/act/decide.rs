//! The end of a first review: changes are requested, or the case is passed.

use filing::stage::ChangeRequest;
use serde::Deserialize;
use serde_json::json;
use store::OrderId;
use store::review::MarkState;
use utoipa::ToSchema;
use uuid::Uuid;

use super::review_case::require_field;
use super::submit::everybody;
use crate::access;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::fields;
use crate::job;
use crate::job::report::Report;
use crate::notice;
use crate::order::{Loaded, OrderRef};
use crate::policy::{Act, require};
use crate::review::{CaseView, pass_blockers, require_claim};
use crate::trail::Trail;
use crate::upload::{self, Numbers};
use crate::world::World;

/// What the applicant is to mend.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RequestChanges {
    /// The order.
    pub order: Uuid,
    /// The fields with advice; when empty, those marked as to be mended.
    #[serde(default)]
    pub requests: Vec<ChangeRequest>,
}

/// Sends the order back for named fields; the applicant can change those and nothing else.
///
/// # Errors
/// When the actor has not claimed the case, no field is named, or one is not a field of it.
pub async fn request_changes(world: &World, actor: &Actor, input: RequestChanges) -> Result<CaseView> {
    require(actor, Act::RequestChanges)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut loaded = Loaded::lock(&tx, world, OrderId(input.order)).await?;
    require_claim(actor, &loaded.order)?;
    let mut requests = input.requests;
    if requests.is_empty() {
        let marks = store::review::list(&tx, loaded.order.id).await?;
        requests = marks
            .into_iter()
            .filter(|mark| mark.state == MarkState::NeedsChange)
            .map(|mark| ChangeRequest { field: mark.field, advice: mark.advice, rule: None })
            .collect();
    }
    if requests.is_empty() {
        return Err(Error::field("requests", "requests-missing"));
    }
    let locked = loaded.editable().locked;
    for request in &requests {
        require_field(&loaded, &request.field)?;
        // What is as filed, the applicant cannot mend with this order.
        if locked.iter().any(|path| fields::is_at_or_below(&request.field, path)) {
            return Err(Error::field(&request.field, "field-as-filed"));
        }
        if request.advice.trim().is_empty() {
            return Err(Error::field(&request.field, "advice-missing"));
        }
    }
    let advice: Vec<String> = requests.iter().map(|request| format!("- {}", request.advice)).collect();
    let fields: Vec<&str> = requests.iter().map(|request| request.field.as_str()).collect();
    let facts = json!({ "fields": fields });
    let count = requests.len().to_string();
    let stage = loaded.order.stage.clone().request_changes(requests, now)?;
    loaded.enter(stage, now);
    loaded.save(&tx).await?;
    store::review::clear(&tx, loaded.order.id).await?;
    let url = world.settings.link(&format!("orders/{}", loaded.order.id));
    let domain = loaded.order.draft.basic.domain.clone();
    notice::send(
        &tx,
        world,
        &everybody(&loaded),
        "changes-requested",
        &[("domain", &domain), ("advice", &advice.join("\n")), ("count", &count), ("url", &url)],
    )
    .await?;
    Trail::by(actor, "request_changes", now)
        .on("order", loaded.order.id)
        .moved("in_review", "changes_requested")
        .with(facts)
        .write(&tx)
        .await?;
    commit!(tx, "request-changes");
    let reader = world.store.read().await?;
    CaseView::of(&reader, world, actor, &Loaded::read(&reader, world, loaded.order.id).await?).await
}

/// Passes the case: the first review is over, and the report to the authority is promised in the same transaction.
///
/// # Errors
/// When the actor has not claimed the case; `call-missing`, `marks-open`,
/// `ip-not-filed`, or [`Error::Invalid`] with what blocks, such
/// as a character that cannot travel on the authority's wire.
pub async fn pass(world: &World, actor: &Actor, input: OrderRef) -> Result<CaseView> {
    require(actor, Act::Pass)?;
    let before = Loaded::read(&world.store.read().await?, world, input.id()).await?;
    require_claim(actor, &before.order)?;
    let findings = before.findings(world.today());
    if filing::check::blocks(&findings) {
        return Err(Error::Invalid(findings));
    }
    let prepared = upload::prepare(world, &before, Numbers::Given).await?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut loaded = Loaded::lock(&tx, world, input.id()).await?;
    require_claim(actor, &loaded.order)?;
    match pass_blockers(&tx, world, &loaded, &findings).await?.first() {
        None => {}
        Some(&"findings-block") => return Err(Error::Invalid(findings)),
        Some(code) => return Err(Error::conflict(code)),
    }
    // The number on the wire and the exact bytes are committed here, together with the decision and before anything is
    // sent; what cannot be written on the wire is told now, while somebody can still mend it.
    let upload = upload::append(&tx, world, &loaded, prepared).await?;
    let stage = loaded.order.stage.clone().pass(now)?;
    loaded.enter(stage, now);
    loaded.save(&tx).await?;
    store::review::clear(&tx, loaded.order.id).await?;
    access::open_reviewed(&tx, world, &loaded).await?;
    job::promise(&tx, world, &Report { bureau: upload.bureau.clone() }, now).await?;
    let url = world.settings.link(&format!("orders/{}", loaded.order.id));
    let domain = loaded.order.draft.basic.domain.clone();
    let values = [("domain", domain.as_str()), ("url", url.as_str())];
    notice::send(&tx, world, &everybody(&loaded), "first-review-passed", &values).await?;
    let facts = json!({ "bureau": upload.bureau, "sequence": upload.sequence, "sha256": upload.sha256 });
    Trail::by(actor, "pass", now)
        .on("order", loaded.order.id)
        .moved("in_review", "to_report")
        .with(facts)
        .write(&tx)
        .await?;
    commit!(tx, "pass");
    let reader = world.store.read().await?;
    CaseView::of(&reader, world, actor, &Loaded::read(&reader, world, loaded.order.id).await?).await
}

//! Submitting an order.

use filing::check;
use filing::detect::Detected;
use filing::draft::Draft;
use filing::stage::StageKind;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use store::OrderId;
use store::order::Submission;
use utoipa::ToSchema;
use uuid::Uuid;

use super::handover;
use crate::actor::Actor;
use crate::agreement::{self, Accepted};
use crate::detection::{self, Asked};
use crate::domain_facts;
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::language::Language;
use crate::notice::{self, Audience};
use crate::order::view::OrderView;
use crate::order::{self, Loaded, about};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// What to submit.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Submit {
    /// The order.
    pub order: Uuid,
    /// The version the actor read.
    pub version: i64,
    /// The agreements accepted, in the versions shown.
    pub agreements: Vec<Accepted>,
}

/// Hands the order to the provider. Submitting what is already submitted changes nothing and is no mistake.
///
/// # Errors
/// [`Error::Invalid`] with every finding that blocks, `agreements` when one is missing, `version` when somebody saved
/// meanwhile, `too-many-submissions` when it went to and fro too often today.
pub async fn submit(world: &World, actor: &Actor, input: Submit) -> Result<OrderView> {
    require(actor, Act::Submit)?;
    let id = OrderId(input.order);
    let before = {
        let reader = world.store.read().await?;
        let loaded = Loaded::read(&reader, world, id).await?;
        loaded.require_owner(actor)?;
        if loaded.order.stage.kind() == StageKind::Submitted {
            return OrderView::of(&reader, world, actor, &loaded).await;
        }
        loaded
    };
    before.require_version(input.version)?;
    if !agreement::all_accepted(&input.agreements) {
        return Err(Error::conflict("agreements"));
    }
    let chosen = about::chosen(&before.order);
    let fresh = if chosen.is_some() { Vec::new() } else { ask_again(world, &before).await? };
    if chosen.is_none_or(|action| !action.cancels()) {
        domain_facts::learn(world, &before.domains(), domain_facts::OF_ORDER).await?;
    }
    let now = world.now();
    let tx = world.store.write().await?;
    let mut loaded = Loaded::lock(&tx, world, id).await?;
    loaded.require_version(input.version)?;
    for asked in fresh {
        loaded.known.detection.insert(asked.domain.clone(), asked.answers);
        loaded.facts.note(asked);
    }
    // Each submission writes to people who did not ask for it and is kept for good.
    let since = now - SignedDuration::from_hours(24);
    let lately = loaded.submissions.iter().filter(|submission| submission.at > since).count();
    if lately >= usize::from(world.settings.submissions_per_day) {
        return Err(Error::conflict("too-many-submissions"));
    }
    // The type of filing was open until now, and what it builds upon was not in the draft that was read.
    let read = loaded.order.draft.clone();
    loaded.settle_action(&tx).await?;
    if read != loaded.order.draft {
        loaded.order.updated_at = now;
        loaded.save(&tx).await?;
        let facts = json!({ "section": "on_file", "action": loaded.order.action });
        Trail::by(actor, "save_section", now).on("order", id).with(facts).write(&tx).await?;
        tx.commit().await?;
        return Err(Error::conflict("type-found"));
    }
    let findings = loaded.findings(world.today());
    if check::blocks(&findings) {
        return Err(Error::Invalid(findings));
    }
    // Nobody's silence is a no: without the authority's answer the type of filing is not known.
    if loaded.action().is_none() {
        return Err(Error::Unavailable { code: "authority-away" });
    }
    order::hold_subject_and_domains(&tx, &loaded).await?;
    let from = order::word(&loaded.order.stage);
    let stage = loaded.order.stage.clone().submit(now)?;
    loaded.facts.rounds += 1;
    loaded.facts.agreements.clone_from(&input.agreements);
    let submission = Submission {
        order: id,
        round: loaded.facts.rounds,
        draft: loaded.order.draft.clone(),
        facts: json!({ "agreements": input.agreements, "detection": loaded.facts.detection }),
        at: now,
    };
    store::order::add_submission(&tx, &submission).await?;
    loaded.enter(stage, now);
    loaded.save(&tx).await?;
    handover::revoke_all(&tx, world, id).await?;
    let due = order::timeline::next_step(&loaded.order).due.map(|due| due.to_string()).unwrap_or_default();
    let url = world.settings.link(&format!("orders/{id}"));
    let domain = loaded.order.draft.basic.domain.clone();
    notice::send(
        &tx,
        world,
        &everybody(&loaded),
        "order-submitted",
        &[("domain", &domain), ("due", &due), ("url", &url)],
    )
    .await?;
    let facts = json!({ "round": loaded.facts.rounds, "agreements": input.agreements });
    Trail::by(actor, "submit", now).on("order", id).moved(from, "submitted").with(facts).write(&tx).await?;
    commit!(tx, "submit");
    let reader = world.store.read().await?;
    OrderView::of(&reader, world, actor, &Loaded::read(&reader, world, id).await?).await
}

/// Asks the authority about domains whose answers do not decide yet.
async fn ask_again(world: &World, loaded: &Loaded) -> Result<Vec<Asked>> {
    let mut fresh = Vec::new();
    for domain in loaded.domains() {
        let is_open = loaded
            .facts
            .detection
            .get(&domain)
            .is_none_or(|answers| matches!(filing::detect::detect(*answers), Detected::Unknown { .. }));
        if is_open {
            fresh.extend(detection::ask(world, &loaded.order.draft.basic, &domain).await?);
        }
    }
    Ok(fresh)
}

/// The account, the principal and the managers.
#[must_use]
pub fn everybody(loaded: &Loaded) -> Audience {
    let draft: &Draft = &loaded.order.draft;
    let managers = (0..draft.sites.len()).filter_map(|site| filing::material::manager(draft, site));
    let people: Vec<_> = std::iter::once(&draft.principal).chain(managers).collect();
    let mut audience = account_only(loaded);
    for person in people {
        audience = audience.and(Some(&person.email)).and(Some(&person.mobile));
    }
    audience
}

/// The account alone.
#[must_use]
pub fn account_only(loaded: &Loaded) -> Audience {
    let account = &loaded.account;
    Audience::about(Some(account.id), Some(loaded.order.id), Language::from_tag(&account.locale))
        .and(account.email.as_deref())
        .and(account.mobile.as_deref())
}

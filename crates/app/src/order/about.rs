//! Orders about what is filed already: opened from the record, with what they are about kept beside them.

use filing::check::Facts;
use filing::detect::Answer;
use filing::draft::Draft;
use filing::recorded::Question;
use filing::stage::{Action, Stage};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::filed::{FiledSite, FiledState, FiledSubject};
use store::order::{Hold, Order, Submission};
use store::{OrderId, Reader, SiteId, SubjectId, Tx};
use uuid::Uuid;

use super::OrderFacts;
use crate::actor::Actor;
use crate::error::Result;
use crate::fields;
use crate::filed::draft::site_record;
use crate::order::Loaded;
use crate::timer;
use crate::trail::Trail;
use crate::world::World;

/// The round under which the record lies that a change began from; what is submitted counts from 1.
pub const AS_FILED: u32 = 0;

/// What an order is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The filed subject.
    pub subject: Uuid,
    /// The filed sites, in the order of the draft's.
    pub sites: Vec<Uuid>,
}

/// What an order is about, as it is filed now.
#[derive(Debug, Clone)]
pub struct Filed {
    /// The subject.
    pub subject: FiledSubject,
    /// The sites, in the order of the draft's.
    pub sites: Vec<FiledSite>,
}

impl Target {
    /// Reads what the order is about.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn read(&self, reader: &Reader) -> Result<Filed> {
        let subject = store::filed::get_subject(reader, SubjectId(self.subject)).await?;
        let mut sites = Vec::new();
        for site in &self.sites {
            sites.push(store::filed::get_site(reader, SiteId(*site)).await?);
        }
        Ok(Filed { subject, sites })
    }
}

/// What a person chose to ask of what is filed; the others are found by asking the authority.
#[must_use]
pub fn chosen(order: &Order) -> Option<Action> {
    Action::from_word(&order.action).filter(|action| action.changes() || action.cancels())
}

/// Whether the account has a running order, which excludes any other.
///
/// # Errors
/// When the store cannot.
pub async fn is_running(reader: &Reader, actor: &Actor) -> Result<bool> {
    Ok(store::order::held_by(reader, &Hold::Account(actor.account)).await?.is_some())
}

/// Leaves one row of each site: one that has several domains has a row for each.
pub fn one_a_number(sites: &mut Vec<FiledSite>) {
    let mut seen: Vec<String> = Vec::new();
    sites.retain(|site| {
        let fresh = !seen.contains(&site.number);
        if fresh {
            seen.push(site.number.clone());
        }
        fresh
    });
}

/// Opens an order about what is filed: its draft is the record, and the account has no other order.
///
/// # Errors
/// `running-order` when another order runs.
pub async fn open(
    tx: &Tx,
    world: &World,
    actor: &Actor,
    action: Action,
    filed: &Filed,
    draft: Draft,
) -> Result<OrderId> {
    let now = world.now();
    let id = OrderId(world.uuid());
    let target = Target { subject: filed.subject.id.0, sites: filed.sites.iter().map(|site| site.id.0).collect() };
    let facts = OrderFacts { target: Some(target), ..OrderFacts::default() };
    let mut order = Order {
        id,
        number: store::order::next_number(tx, world.today()).await?,
        account: actor.account,
        action: action.as_str().to_owned(),
        province: draft.basic.province.clone(),
        nature: draft.basic.nature.clone(),
        stage: Stage::Draft { saved_at: now },
        draft: draft.clone(),
        facts: serde_json::to_value(&facts)?,
        created_at: now,
        updated_at: now,
        entered_at: now,
        due_at: None,
        version: 0,
    };
    order.due_at = timer::next(&order, &facts);
    store::order::insert(tx, &order).await?;
    store::order::hold(tx, id, &Hold::Account(actor.account)).await?;
    if action.changes() {
        let as_filed = Submission { order: id, round: AS_FILED, draft, facts: json!({}), at: now };
        store::order::add_submission(tx, &as_filed).await?;
    }
    let seen = json!({ "action": order.action, "number": order.number, "filing": filed.subject.number });
    Trail::by(actor, "open_order", now).on("order", id).moved("", "draft").with(seen).write(tx).await?;
    Ok(id)
}

/// Whom the ministry texts: whether the principal, and the managers of which sites.
#[must_use]
pub fn texted(loaded: &Loaded) -> (bool, Vec<usize>) {
    let sites = 0..loaded.order.draft.sites.len();
    match (loaded.action(), &loaded.as_filed) {
        (Some(Action::CancelAccess), _) => (false, Vec::new()),
        (Some(Action::CancelSubject), _) => (true, Vec::new()),
        (Some(Action::CancelSite), _) => (false, sites.collect()),
        (Some(action), Some(filed)) if action.changes() => {
            let changed = fields::changed(filed, &loaded.order.draft);
            let of_site = |site: &usize| {
                let part = format!("sites.{site}");
                changed.iter().any(|path| fields::is_at_or_below(path, &part))
            };
            (changed.iter().any(|path| !path.starts_with("sites.")), sites.filter(of_site).collect())
        }
        (action, _) => (action.is_none_or(Action::texts_principal), sites.collect()),
    }
}

/// Tells the checks what an order is about: what is asked, what was filed, and how the record stands.
///
/// # Errors
/// When the store cannot.
pub async fn tell(reader: &Reader, loaded: &Loaded, facts: &mut Facts) -> Result<()> {
    let Some(action) = chosen(&loaded.order) else { return Ok(()) };
    facts.action = Some(action);
    facts.filed.clone_from(&loaded.as_filed);
    let Some(target) = &loaded.facts.target else { return Ok(()) };
    let filed = target.read(reader).await?;
    let answers = &mut facts.recorded.answers;
    let mut answer = |question, is_so: bool| answers.insert(question, if is_so { Answer::Yes } else { Answer::No });
    answer(Question::SubjectHere, filed.subject.state == FiledState::Active);
    if let [site] = filed.sites.as_slice() {
        answer(Question::AccessHere, site.state == FiledState::Active && site.accessed);
        if let Some(record) = site_record(site) {
            answer(Question::OnlyAccess, record.accesses.len() <= 1);
        }
        let all = store::filed::sites_of(reader, filed.subject.id).await?;
        let other = |other: &FiledSite| other.state == FiledState::Active && other.number != site.number;
        answer(Question::LastSite, !all.iter().any(other));
    }
    // What is being changed stands on its resource already and is not counted twice.
    for resource in facts.resources.iter_mut().filter(|_| action.changes()) {
        let own = filed.sites.iter().filter(|site| site.resource.is_some_and(|id| id.to_string() == resource.id));
        let own = u32::try_from(own.count()).unwrap_or(u32::MAX);
        resource.sites_in_use = resource.sites_in_use.saturating_sub(own);
    }
    Ok(())
}

/// The fields that may be written in an order about what is filed: a cancellation says why, a change leaves alone what
/// no change may alter (province, nature, certificate, domain).
#[must_use]
pub fn writable(action: Action, draft: &Draft) -> Vec<String> {
    if action.cancels() {
        return vec!["cancellation".to_owned()];
    }
    let mut fields: Vec<String> = Vec::new();
    if action == Action::ChangeFiling {
        fields.extend(["basic.name", "subject", "principal"].map(str::to_owned));
    }
    fields.extend(["basic.resource", "materials"].map(str::to_owned));
    const OF_SITE: [&str; 9] = [
        "name",
        "resource",
        "content",
        "languages",
        "approvals",
        "remark",
        "manager_is_principal",
        "manager",
        "materials",
    ];
    for index in 0..draft.sites.len() {
        fields.extend(OF_SITE.map(|name| format!("sites.{index}.{name}")));
    }
    fields
}

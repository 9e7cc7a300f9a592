//! The basic check (基础信息校验), and opening an order with it.

use filing::check::{self, Facts, Finding, Severity};
use filing::detect::{Detected, detect};
use filing::draft::{Basic, Draft, SiteDraft};
use filing::stage::{Action, Stage};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::OrderId;
use store::order::{Hold, Order};
use utoipa::ToSchema;

use crate::access;
use crate::actor::Actor;
use crate::detection::{self, Asked};
use crate::domain_facts::{self, DomainView, Told};
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::inventory;
use crate::on_file;
use crate::order::view::OrderView;
use crate::order::{self, Loaded, OrderFacts};
use crate::policy::{Act, require};
use crate::timer;
use crate::trail::Trail;
use crate::world::World;

/// What to check without keeping it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CheckBasic {
    /// The answers of the first page.
    pub basic: Basic,
}

/// What to open an order with.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OpenOrder {
    /// The answers of the first page.
    pub basic: Basic,
}

/// What the basic check came to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BasicChecked {
    /// The type of filing, or what stands in the way; none when the domain cannot be read.
    pub detected: Option<Detected>,
    /// The answers it rests on.
    pub answers: Option<filing::detect::Answers>,
    /// When they were asked for, and who did not answer.
    pub asked: Option<Asked>,
    /// What others told of the domain.
    pub domains: Vec<DomainView>,
    /// What is wrong with the answers of the first page.
    pub findings: Vec<Finding>,
    /// Whether an order can be opened with them.
    pub can_open: bool,
}

/// Checks the first page and finds the type of filing; keeps nothing.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn check_basic(world: &World, actor: &Actor, input: CheckBasic) -> Result<BasicChecked> {
    require(actor, Act::CheckBasic)?;
    examine(world, actor, &input.basic, domain_facts::OF_CHECK).await
}

/// Opens an order: the type of filing is found, not chosen. An account has one running order.
///
/// # Errors
/// [`Error::Invalid`] when something on the first page blocks, `running-order` when another order runs.
pub async fn open_order(world: &World, actor: &Actor, input: OpenOrder) -> Result<OrderView> {
    require(actor, Act::OpenOrder)?;
    let checked = examine(world, actor, &input.basic, domain_facts::OF_ORDER).await?;
    if !checked.can_open {
        return Err(Error::Invalid(checked.findings));
    }
    let now = world.now();
    let tx = world.store.write().await?;
    let id = OrderId(world.uuid());
    let mut basic = input.basic;
    // The domain is kept in the form the records use, so that it is found whatever was typed.
    if let Some(asked) = &checked.asked {
        basic.domain.clone_from(&asked.domain);
    }
    let site = SiteDraft {
        domain: basic.domain.clone(),
        resource: basic.resource.clone(),
        manager_is_principal: true,
        ..SiteDraft::default()
    };
    let mut facts = OrderFacts::default();
    if let Some(asked) = checked.asked.clone() {
        facts.note(asked);
    }
    let mut order = Order {
        id,
        number: store::order::next_number(&tx, world.today()).await?,
        account: actor.account,
        action: String::new(),
        province: basic.province.clone(),
        nature: basic.nature.clone(),
        stage: Stage::Draft { saved_at: now },
        draft: Draft { basic, sites: vec![site], ..Draft::default() },
        facts: serde_json::to_value(&facts)?,
        created_at: now,
        updated_at: now,
        entered_at: now,
        due_at: None,
        version: 0,
    };
    order.due_at = timer::next(&order, &facts);
    store::order::insert(&tx, &order).await?;
    store::order::hold(&tx, id, &Hold::Account(actor.account)).await?;
    let mut loaded = Loaded::lock(&tx, world, id).await?;
    loaded.settle_action(&tx).await?;
    loaded.save(&tx).await?;
    access::announce(&tx, world, &loaded).await?;
    let seen = serde_json::json!({ "action": loaded.order.action, "number": loaded.order.number });
    Trail::by(actor, "open_order", now).on("order", id).moved("", "draft").with(seen).write(&tx).await?;
    commit!(tx, "open-order");
    let reader = world.store.read().await?;
    let loaded = Loaded::read(&reader, world, id).await?;
    OrderView::of(&reader, world, actor, &loaded).await
}

async fn examine(world: &World, actor: &Actor, basic: &Basic, needed_for: SignedDuration) -> Result<BasicChecked> {
    let draft = Draft { basic: basic.clone(), ..Draft::default() };
    let domains = order::domains_of(&draft);
    // The wire first: no transaction stays open while the authority or a registry thinks.
    let (answered, learnt) =
        tokio::join!(detection::ask(world, basic, &basic.domain), domain_facts::learn(world, &domains, needed_for));
    let asked = answered?;
    learnt?;
    let (facts, told, in_other_account) = {
        let reader = world.store.read().await?;
        let account = store::account::get(&reader, actor.account).await?;
        let running = store::order::held_by(&reader, &Hold::Account(actor.account)).await?;
        let mut taken = Vec::new();
        for domain in &domains {
            if store::order::held_by(&reader, &Hold::Domain(domain.clone())).await?.is_some() {
                taken.push(domain.clone());
            }
        }
        let told = domain_facts::read(&reader, &domains).await?;
        let mut facts = Facts {
            identity: order::identity_of(&account, world),
            account_mobile: account.mobile.filter(|_| account.mobile_confirmed_at.is_some()),
            resources: inventory::of_account(&reader, actor.account, None).await?,
            detection: asked.iter().map(|asked| (asked.domain.clone(), asked.answers)).collect(),
            running_orders: u32::from(running.is_some()),
            domains_in_other_orders: taken,
            ..Facts::default()
        };
        domain_facts::tell(world, &told, &mut facts);
        let filed = on_file::subject(&reader, basic).await?;
        (facts, told, filed.is_some_and(|filed| filed.account != actor.account))
    };
    let mut findings: Vec<Finding> =
        check::run(&draft, &facts, world.today()).into_iter().filter(is_of_first_page).collect();
    let detected = asked.as_ref().map(|asked| detect(asked.answers));
    if in_other_account && detected.as_ref().and_then(Detected::action).is_some_and(Action::subject_is_here) {
        findings.push(order::in_other_account());
    }
    let can_open = findings.iter().all(|finding| finding.severity != Severity::Block);
    Ok(BasicChecked {
        detected,
        answers: asked.as_ref().map(|asked| asked.answers),
        asked,
        domains: told.iter().map(Told::view).collect(),
        findings,
        can_open,
    })
}

/// The findings that speak of the first page or of the account; the others are about pages nobody has seen yet.
fn is_of_first_page(finding: &Finding) -> bool {
    ["basic", "account", "order"].iter().any(|part| finding.is_about(part))
}

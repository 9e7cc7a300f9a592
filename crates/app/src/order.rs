//! What every act on an order shares: loading it with what the checks need, moving it, and who may see it.

use std::collections::BTreeMap;

use filing::check::{self, Facts, Finding};
use filing::detect::{Answers, Detected, detect};
use filing::draft::Draft;
use filing::material::{Held, MaterialKind};
use filing::recorded::Recorded;
use filing::resource::Resource;
use filing::stage::{Action, ChangeRequest, Requester, Stage, StageKind};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::account::{Account, IdentityKind};
use store::blacklist::Blacklisted;
use store::filed::FiledSubject;
use store::material::Material;
use store::order::{Hold, Order, Submission};
use store::{OrderId, Reader, Tx};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Actor;
use crate::agreement::Accepted;
use crate::detection::Asked;
use crate::domain_facts::{self, Told};
use crate::error::{Error, Result};
use crate::fields;
use crate::inventory;
use crate::ip_filing;
use crate::on_file::{self, OnFileSite, OnFileView};
use crate::recorded;
use crate::timer;
use crate::world::{World, china_date};

pub mod about;
pub mod masked;
pub mod timeline;
pub mod view;

/// The path that stands for the whole order in a change request: every field may then be edited.
pub const WHOLE: &str = "order";

/// Which order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OrderRef {
    /// The order.
    pub order: Uuid,
}

impl OrderRef {
    /// The order's id.
    #[must_use]
    pub const fn id(&self) -> OrderId {
        OrderId(self.order)
    }
}

/// What an order remembers besides draft and stage; no personal data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderFacts {
    /// What the ministry and our records answered, by domain.
    pub detection: BTreeMap<String, Answers>,
    /// When each domain was asked about, and who did not answer.
    pub asked: BTreeMap<String, Asked>,
    /// The agreements accepted at the last submission.
    pub agreements: Vec<Accepted>,
    /// How often it was submitted.
    pub rounds: u32,
    /// The reminders sent in the present stage.
    pub reminders: Vec<String>,
    /// That the authority approved, when its decision came before the record.
    pub approved_at: Option<Timestamp>,
    /// What is filed that it is about; only in orders that change or cancel.
    pub target: Option<about::Target>,
}

/// An order with everything the checks look at.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The order.
    pub order: Order,
    /// What it remembers.
    pub facts: OrderFacts,
    /// Whose it is.
    pub account: Account,
    /// The materials that are there.
    pub materials: Vec<Material>,
    /// What was submitted, by round.
    pub submissions: Vec<Submission>,
    /// What was filed when a change began.
    pub as_filed: Option<Draft>,
    /// What others told of its domains.
    pub told: Vec<Told>,
    /// The subject as filed here in the order's own account.
    pub own_subject: Option<FiledSubject>,
    /// Whether the subject is filed here in another account, which alone may build upon it.
    pub in_other_account: bool,
    /// What the checks know besides the draft.
    pub known: Facts,
}

impl OrderFacts {
    /// Notes what was answered, over what was answered before.
    pub fn note(&mut self, asked: Asked) {
        self.detection.insert(asked.domain.clone(), asked.answers);
        self.asked.insert(asked.domain.clone(), asked);
    }

    /// What an order remembers.
    ///
    /// # Errors
    /// When the row is damaged.
    pub fn of(order: &Order) -> Result<Self> {
        if order.facts.is_null() { Ok(Self::default()) } else { Ok(serde_json::from_value(order.facts.clone())?) }
    }
}

impl Loaded {
    /// Loads an order.
    ///
    /// # Errors
    /// When there is none.
    pub async fn read(reader: &Reader, world: &World, id: OrderId) -> Result<Self> {
        let order = store::order::get(reader, id).await?;
        // In a box: an act that loads an order does much else, and all of it lies on one stack.
        Box::pin(Self::around(reader, world, order)).await
    }

    /// Loads an order and locks it until the transaction ends.
    ///
    /// # Errors
    /// When there is none.
    pub async fn lock(tx: &Tx, world: &World, id: OrderId) -> Result<Self> {
        let order = store::order::get_for_update(tx, id).await?;
        Box::pin(Self::around(tx, world, order)).await
    }

    async fn around(reader: &Reader, world: &World, order: Order) -> Result<Self> {
        let facts = OrderFacts::of(&order)?;
        let account = store::account::get(reader, order.account).await?;
        let materials = store::material::list(reader, order.id).await?;
        let (as_filed, submissions): (Vec<_>, Vec<_>) = store::order::submissions(reader, order.id)
            .await?
            .into_iter()
            .partition(|submission| submission.round == about::AS_FILED);
        let as_filed = as_filed.into_iter().next().map(|submission| submission.draft);
        let told = domain_facts::read(reader, &domains_of(&order.draft)).await?;
        let found = on_file::subject(reader, &order.draft.basic).await?;
        let in_other_account = found.as_ref().is_some_and(|found| found.account != order.account);
        let own_subject = found.filter(|_| !in_other_account);
        let mut loaded = Self {
            order,
            facts,
            account,
            materials,
            submissions,
            as_filed,
            told,
            own_subject,
            in_other_account,
            known: Facts::default(),
        };
        // On the heap: every act that loads an order would otherwise carry all of it on its stack.
        loaded.known = Box::pin(loaded.gather(reader, world)).await?;
        Ok(loaded)
    }

    async fn gather(&self, reader: &Reader, world: &World) -> Result<Facts> {
        let resources = inventory::of_account(reader, self.order.account, Some(self.order.id)).await?;
        let mut domains_in_other_orders = Vec::new();
        let mut blacklisted_domains = Vec::new();
        for domain in self.domains() {
            if store::blacklist::find(reader, Blacklisted::Domain, &domain).await?.is_some() {
                blacklisted_domains.push(domain.clone());
            }
            let holder = store::order::held_by(reader, &Hold::Domain(domain.clone())).await?;
            if holder.is_some_and(|holder| holder != self.order.id) {
                domains_in_other_orders.push(domain);
            }
        }
        let running = store::order::held_by(reader, &Hold::Account(self.order.account)).await?;
        let certificate = self.order.draft.basic.certificate_number.trim();
        let listed = !certificate.is_empty();
        let listed = listed && store::blacklist::find(reader, Blacklisted::Subject, certificate).await?.is_some();
        let unfiled_ips = self.unfiled_ips(reader, world, &resources).await?;
        let mut facts = Facts {
            identity: identity_of(&self.account, world),
            account_mobile: self.account.mobile.clone().filter(|_| self.account.mobile_confirmed_at.is_some()),
            resources,
            materials: self.materials.iter().filter_map(held).collect(),
            detection: self.facts.detection.clone(),
            unfiled_ips,
            running_orders: u32::from(running.is_some_and(|holder| holder != self.order.id)),
            domains_in_other_orders,
            subject_blacklisted: listed,
            blacklisted_domains,
            recorded: match &self.own_subject {
                Some(filed) => recorded::of(reader, filed).await?,
                None => Recorded::default(),
            },
            requests: self.open_requests(),
            ..Facts::default()
        };
        domain_facts::tell(world, &self.told, &mut facts);
        about::tell(reader, self, &mut facts).await?;
        Ok(facts)
    }

    /// What the order asks of the authority, once that is known.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        Action::from_word(&self.order.action)
    }

    /// Which addresses of the order's resources the provider has not filed with the bureau that gets the order.
    async fn unfiled_ips(&self, reader: &Reader, world: &World, resources: &[Resource]) -> Result<Vec<String>> {
        let draft = &self.order.draft;
        let Some(bureau) = world.bureaus.of_province(&draft.basic.province) else { return Ok(Vec::new()) };
        let used =
            |id: &str| draft.basic.resource.trim() == id || draft.sites.iter().any(|site| site.resource.trim() == id);
        let ips = resources.iter().filter(|resource| used(&resource.id)).flat_map(|resource| resource.ips.clone());
        ip_filing::unfiled(reader, &bureau.code, &ips.collect::<Vec<_>>()).await
    }

    /// The registrable domains of the draft, as the database and the wire write them.
    #[must_use]
    pub fn domains(&self) -> Vec<String> {
        domains_of(&self.order.draft)
    }

    /// What the reviewer asked for and is not mended yet: the value is still the one that was submitted.
    ///
    /// What the authority wrote is advice: codes that ran out in 24 hours, or an officer's question, may well be
    /// answered by sending the same again (Tencent Cloud, SMS check).
    #[must_use]
    pub fn open_requests(&self) -> Vec<ChangeRequest> {
        let Stage::ChangesRequested { by: Requester::Provider, requests, at } = &self.order.stage else {
            return Vec::new();
        };
        let now = fields::flatten(&self.order.draft);
        let then = self.submissions.last().map(|submission| fields::flatten(&submission.draft)).unwrap_or_default();
        let unchanged = |path: &str| fields::below(&now, path) == fields::below(&then, path);
        let is_open = |request: &&ChangeRequest| {
            if request.field == WHOLE {
                return now == then && self.materials.iter().all(|material| material.created_at <= *at);
            }
            if MaterialKind::from_field(&request.field).is_some() {
                let new = self.materials.iter().any(|m| m.slot == request.field && m.created_at > *at);
                return !new;
            }
            unchanged(&request.field) && twin(&request.field).is_none_or(unchanged)
        };
        requests.iter().filter(is_open).cloned().collect()
    }

    /// Everything the checks say today.
    #[must_use]
    pub fn findings(&self, today: Date) -> Vec<Finding> {
        let mut findings = check::run(&self.order.draft, &self.known, today);
        if self.in_other_account && self.action().is_some_and(Action::subject_is_here) {
            findings.push(in_other_account());
        }
        findings.extend(self.untold());
        findings.extend(crate::upload::unwritable(&self.order.draft));
        findings.extend(
            self.open_requests()
                .iter()
                .map(|request| crate::finding::block(&request.field, "request-open", &[("advice", &request.advice)])),
        );
        findings
    }

    /// Refuses when the order is not the actor's own; that it exists is not told.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn require_owner(&self, actor: &Actor) -> Result<()> {
        if self.order.account == actor.account { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Refuses when the actor is an applicant and the order somebody else's, or the provider's and the order was never
    /// submitted.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn require_visible(&self, actor: &Actor) -> Result<()> {
        require_visible(&self.order, &self.facts, actor)
    }

    /// Refuses when somebody saved the order since the actor read it.
    ///
    /// # Errors
    /// [`Error::Conflict`] with `version`.
    pub fn require_version(&self, version: i64) -> Result<()> {
        if self.order.version == version { Ok(()) } else { Err(Error::conflict("version")) }
    }

    /// Finds the type of filing anew from what was answered, and writes what is filed into the draft it builds upon.
    ///
    /// # Errors
    /// When our records cannot be read.
    pub async fn settle_action(&mut self, reader: &Reader) -> Result<()> {
        // What a person chose to ask of what is filed is not found by asking.
        if about::chosen(&self.order).is_some() {
            return Ok(());
        }
        let Some(detected) = detected(&self.order.draft, &self.facts.detection) else { return Ok(()) };
        let action = detected.action();
        action.map_or("", |action| action.as_str()).clone_into(&mut self.order.action);
        let found = on_file::subject(reader, &self.order.draft.basic).await?;
        self.in_other_account = found.as_ref().is_some_and(|found| found.account != self.order.account);
        self.own_subject = found.filter(|_| !self.in_other_account);
        let particulars = self.own_subject.as_ref().map(on_file::particulars);
        on_file::carry(&mut self.order.draft, action, particulars.as_ref(), &self.facts.asked);
        Ok(())
    }

    /// The records the order adds to whose numbers nobody told: without them the wire cannot name what is meant.
    fn untold(&self) -> Vec<Finding> {
        let Some(action) = self.action() else { return Vec::new() };
        let finding = |field: &str| crate::finding::block(field, "number-not-told", &[]);
        if matches!(action, Action::AddSiteHere | Action::AddSiteElsewhere) {
            let told = self.subject_number().is_some();
            return if told { Vec::new() } else { vec![finding("basic.certificate_number")] };
        }
        if !action.adds_access() {
            return Vec::new();
        }
        let sites = self.order.draft.sites.iter().enumerate();
        sites
            .filter(|(_, site)| {
                let asked = on_file::asked_about(&site.domain, &self.facts.asked);
                asked.is_none_or(|asked| asked.site_number.is_none())
            })
            .map(|(index, _)| finding(&format!("sites.{index}.domain")))
            .collect()
    }

    /// The filing number of the subject the order builds upon: our own records first, then what the ministry answered.
    #[must_use]
    pub fn subject_number(&self) -> Option<String> {
        let asked = on_file::asked_about(&self.order.draft.basic.domain, &self.facts.asked);
        let own = self.own_subject.as_ref().map(|filed| filed.number.clone());
        own.or_else(|| asked.and_then(|asked| asked.subject_number.clone()))
    }

    /// What an order that adds to something filed builds upon.
    #[must_use]
    pub fn on_file(&self) -> Option<OnFileView> {
        let action = self.action().filter(|action| action.opens_access() && *action != Action::FirstFiling)?;
        let sites = self.order.draft.sites.iter().enumerate().filter(|_| action.adds_access());
        let sites = sites.filter_map(|(index, site)| {
            let asked = on_file::asked_about(&site.domain, &self.facts.asked)?;
            Some(OnFileSite { index, number: asked.site_number.clone()?, name: asked.site_name.clone() })
        });
        Some(OnFileView { subject_number: self.subject_number(), sites: sites.collect() })
    }

    /// Which fields the applicant may change now.
    #[must_use]
    pub fn editable(&self) -> Editable {
        let editable = self.editable_at_stage();
        let Some(action) = about::chosen(&self.order) else { return editable };
        let writable = about::writable(action, &self.order.draft);
        // What the stage leaves open and the action lets be written: the narrower of two paths where one holds the other.
        let both = |field: &String| {
            let above = writable.iter().any(|open| fields::is_at_or_below(field, open));
            let below = writable.iter().filter(|open| fields::is_at_or_below(open, field));
            if above { vec![field.clone()] } else { below.cloned().collect() }
        };
        let fields = if editable.all { writable.clone() } else { editable.fields.iter().flat_map(both).collect() };
        Editable { all: false, fields, locked: Vec::new() }
    }

    /// Which fields the stage leaves open, whatever the order asks.
    fn editable_at_stage(&self) -> Editable {
        let particulars = self.own_subject.as_ref().map(on_file::particulars);
        let locked = on_file::locked(&self.order.draft, self.action(), particulars.as_ref(), &self.facts.asked);
        match &self.order.stage {
            Stage::Draft { .. } => Editable { all: true, fields: Vec::new(), locked },
            Stage::ChangesRequested { requests, .. } => {
                let mut fields: Vec<String> = requests.iter().map(|request| request.field.clone()).collect();
                fields.sort();
                fields.dedup();
                Editable { all: fields.iter().any(|field| field == WHOLE), fields, locked }
            }
            _ => Editable { all: false, fields: Vec::new(), locked },
        }
    }

    /// The last round that was submitted before the present one, for the reviewer's comparison.
    #[must_use]
    pub fn previous_submission(&self) -> Option<&Submission> {
        self.submissions.len().checked_sub(2).and_then(|index| self.submissions.get(index))
    }

    /// What the reviewer compares the draft with: what is filed, or what was submitted before.
    #[must_use]
    pub fn compared_with(&self) -> Option<&Draft> {
        self.as_filed.as_ref().or_else(|| self.previous_submission().map(|previous| &previous.draft))
    }

    /// Moves the order to a stage and sets its timer; the caller saves it.
    pub fn enter(&mut self, stage: Stage, now: Timestamp) {
        if stage.kind() != self.order.stage.kind() {
            self.order.entered_at = now;
            self.facts.reminders.clear();
        }
        self.order.stage = stage;
        self.order.updated_at = now;
        self.order.due_at = timer::next(&self.order, &self.facts);
    }

    /// Notes a save. A draft's time starts anew, and its warnings with it; while changes are awaited the time runs from
    /// the request, and what was sent is not sent again.
    pub fn keep(&mut self, stage: Stage, now: Timestamp) {
        if stage.kind() == StageKind::Draft {
            self.facts.reminders.clear();
        }
        self.enter(stage, now);
    }

    /// Writes the order with what it remembers.
    ///
    /// # Errors
    /// When somebody else was first.
    pub async fn save(&mut self, tx: &Tx) -> Result<()> {
        self.order.facts = serde_json::to_value(&self.facts)?;
        self.order.province.clone_from(&self.order.draft.basic.province);
        self.order.nature.clone_from(&self.order.draft.basic.nature);
        Ok(store::order::update(tx, &mut self.order).await?)
    }
}

/// Which fields of an order may be changed now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Editable {
    /// Every field may.
    pub all: bool,
    /// Otherwise these, and what lies below them.
    pub fields: Vec<String>,
    /// Never these: they are as filed, and only a change alters them.
    pub locked: Vec<String>,
}

impl Editable {
    /// Whether a field may be changed.
    #[must_use]
    pub fn allows(&self, path: &str) -> bool {
        let named = |path: &str| self.fields.iter().any(|field| fields::is_at_or_below(path, field));
        let is_locked = self.locked.iter().any(|field| fields::is_at_or_below(path, field));
        !is_locked && (self.all || named(path) || twin(path).is_some_and(named))
    }
}

/// The other path of a value that has two: the first site's domain and resource are those of the first page, and are
/// written there.
#[must_use]
pub fn twin(path: &str) -> Option<&'static str> {
    match path {
        "basic.domain" => Some("sites.0.domain"),
        "basic.resource" => Some("sites.0.resource"),
        "sites.0.domain" => Some("basic.domain"),
        "sites.0.resource" => Some("basic.resource"),
        _ => None,
    }
}

/// Refuses when an order is not the actor's own, unless the actor works for the provider and it was submitted: a draft
/// is the applicant's own until then.
///
/// # Errors
/// [`Error::NotFound`].
pub fn require_visible(order: &Order, facts: &OrderFacts, actor: &Actor) -> Result<()> {
    let may = if actor.is_staff() { facts.rounds > 0 } else { order.account == actor.account };
    if may { Ok(()) } else { Err(Error::NotFound) }
}

/// The registrable domains of a draft, each once, as the database and the wire write them.
#[must_use]
pub fn domains_of(draft: &Draft) -> Vec<String> {
    let mut domains: Vec<String> = Vec::new();
    let typed = std::iter::once(&draft.basic.domain).chain(draft.sites.iter().map(|site| &site.domain));
    for text in typed.filter(|text| !text.trim().is_empty()) {
        let Ok(domain) = filing::domain::DomainName::parse(text) else { continue };
        if !domains.iter().any(|known| known == domain.as_str()) {
            domains.push(domain.as_str().to_owned());
        }
    }
    domains
}

/// The type of filing the answers for the first domain come to.
#[must_use]
pub fn detected(draft: &Draft, detection: &BTreeMap<String, Answers>) -> Option<Detected> {
    let domain = filing::domain::DomainName::parse(&draft.basic.domain).ok()?;
    detection.get(domain.as_str()).copied().map(detect)
}

/// The subject belongs to another account: only that one may build upon its filing.
#[must_use]
pub fn in_other_account() -> Finding {
    crate::finding::block("basic.certificate_number", "subject-in-other-account", &[])
}

/// What the checks know of an account's identity.
#[must_use]
pub fn identity_of(account: &Account, world: &World) -> Option<check::Identity> {
    let identity = account.identity.as_ref()?;
    // The rule waits two days; a provider that waits less, or not at all, has the wait begin so much earlier.
    let head_start = 2_i64.saturating_sub(i64::from(world.settings.individual_wait_days)).max(0);
    Some(check::Identity {
        individual: identity.kind == IdentityKind::Individual,
        name: identity.name.clone(),
        certificate_number: identity.certificate_number.clone(),
        verified_on: china_date(identity.confirmed_at - SignedDuration::from_hours(24 * head_start)),
    })
}

fn held(material: &Material) -> Option<Held> {
    let (kind, site) = MaterialKind::from_field(&material.slot)?;
    Some(Held {
        kind,
        site,
        // The rules of form speak of the file the applicant brought, not of the picture made of it.
        media_type: material.facts["uploaded_type"].as_str().unwrap_or(&material.media_type).to_owned(),
        // The smallest size is a rule for scans; a camera held to the paper gives as many bytes as it gives.
        bytes: match material.facts["uploaded_bytes"].as_u64().unwrap_or(material.size) {
            bytes if material.source == "handover" => bytes.max(filing::material::MIN_BYTES),
            bytes => bytes,
        },
    })
}

/// Holds what only one running order may: its subject and its domains. What an earlier round held and this one does not
/// want is let go.
///
/// # Errors
/// [`Error::Invalid`] naming the field that another order holds.
pub(crate) async fn hold_subject_and_domains(tx: &Tx, loaded: &Loaded) -> Result<()> {
    back_to_account_hold(tx, &loaded.order).await?;
    let basic = &loaded.order.draft.basic;
    let subject = Hold::Subject {
        certificate_kind: basic.certificate_kind.clone(),
        certificate_number: basic.certificate_number.trim().to_uppercase(),
    };
    let mut findings = Vec::new();
    if is_taken(store::order::hold(tx, loaded.order.id, &subject).await)? {
        findings.push(crate::finding::block("basic.certificate_number", "subject-in-other-order", &[]));
    }
    for (index, domain) in loaded.domains().into_iter().enumerate() {
        let field = if index == 0 { "basic.domain".to_owned() } else { format!("sites.{index}.domain") };
        if is_taken(store::order::hold(tx, loaded.order.id, &Hold::Domain(domain)).await)? {
            findings.push(crate::finding::block(&field, "domain-in-other-order", &[]));
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(Error::Invalid(findings)) }
}

/// Lets go of subject and domains; the account's one running order stays this one.
///
/// # Errors
/// When the store cannot.
pub(crate) async fn back_to_account_hold(tx: &Tx, order: &Order) -> Result<()> {
    store::order::release_holds(tx, order.id).await?;
    Ok(store::order::hold(tx, order.id, &Hold::Account(order.account)).await?)
}

fn is_taken(held: store::Result<()>) -> Result<bool> {
    match held {
        Ok(()) => Ok(false),
        Err(store::Error::Conflict(store::Conflict::Running(_))) => Ok(true),
        Err(other) => Err(other.into()),
    }
}

/// The word of a stage.
#[must_use]
pub fn word(stage: &Stage) -> &'static str {
    StageKind::as_str(stage.kind())
}

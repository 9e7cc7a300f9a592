//! Saving one section of an order; nothing that was typed is ever refused for being wrong or missing.

use filing::detect::Detected;
use filing::draft::{ApprovalDraft, Basic, CancellationDraft, Draft, PersonDraft, SiteDraft, SubjectDraft};
use filing::material::MaterialKind;
use serde::Deserialize;
use store::material::Material;
use store::{MaterialId, OrderId};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Actor;
use crate::detection::{self, Asked};
use crate::domain_facts;
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::fields;
use crate::order::view::EditView;
use crate::order::{self, Loaded, about};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// The most sites an order may have (Tencent Cloud 243/18911); whether so many are allowed is for the checks.
const MOST_SITES: usize = 10;
/// The longest a draft may be as JSON, so that nobody stores novels here.
const MOST_BYTES: usize = 200_000;

/// One section, and the version of the order it was read from.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SaveSection {
    /// The order.
    pub order: Uuid,
    /// The version the actor read.
    pub version: i64,
    /// The section's new content.
    pub patch: Patch,
}

/// A section's new content.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "section", rename_all = "snake_case")]
pub enum Patch {
    /// The first page; the type of filing is then found anew.
    Basic {
        /// Its answers.
        basic: Basic,
    },
    /// The subject.
    Subject {
        /// Its particulars.
        subject: SubjectDraft,
    },
    /// The principal.
    Principal {
        /// The person.
        principal: PersonDraft,
    },
    /// A site without its manager.
    Site {
        /// Which, from 0.
        index: usize,
        /// Its particulars.
        site: SitePatch,
    },
    /// A site's manager.
    Manager {
        /// Of which site, from 0.
        index: usize,
        /// Whether it is the principal.
        manager_is_principal: bool,
        /// The person, when it is not.
        #[serde(default)]
        manager: PersonDraft,
    },
    /// One more site.
    AddSite {
        /// Its domain.
        domain: String,
        /// The resource it runs on.
        resource: String,
    },
    /// Why what is filed is to end.
    Cancellation {
        /// The reason, and that what it means was read.
        cancellation: CancellationDraft,
    },
    /// One site less; never the first, which carries the domain of the order.
    RemoveSite {
        /// Which, from 0.
        index: usize,
    },
}

/// A site without its manager.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SitePatch {
    /// The site's name.
    pub name: String,
    /// Its domain; the first site's is that of the first page and is not read here.
    pub domain: String,
    /// The resource it runs on; the first site's is that of the first page and is not read here.
    pub resource: String,
    /// The service-content code.
    pub content: String,
    /// The language codes.
    pub languages: Vec<String>,
    /// The pre-approvals.
    pub approvals: Vec<ApprovalDraft>,
    /// The remark.
    pub remark: String,
}

/// Saves a section. While changes are awaited, only the fields asked for may differ.
///
/// # Errors
/// `version` when somebody saved meanwhile, `not-editable` when a field may not be changed now.
pub async fn save_section(world: &World, actor: &Actor, input: SaveSection) -> Result<EditView> {
    require(actor, Act::SaveSection)?;
    let id = OrderId(input.order);
    let (draft, answered) = {
        let reader = world.store.read().await?;
        let loaded = Loaded::read(&reader, world, id).await?;
        loaded.require_owner(actor)?;
        loaded.require_version(input.version)?;
        let mut draft = loaded.order.draft.clone();
        apply(&mut draft, &input.patch)?;
        drop(reader);
        let answered = ask_about_new(world, &loaded, &draft).await?;
        if matches!(input.patch, Patch::Basic { .. } | Patch::Site { .. } | Patch::AddSite { .. }) {
            domain_facts::learn(world, &order::domains_of(&draft), domain_facts::OF_ORDER).await?;
        }
        (draft, answered)
    };
    if serde_json::to_vec(&draft)?.len() > MOST_BYTES {
        return Err(Error::field(order::WHOLE, "draft-too-long"));
    }
    let now = world.now();
    let tx = world.store.write().await?;
    let mut loaded = Loaded::lock(&tx, world, id).await?;
    loaded.require_owner(actor)?;
    loaded.require_version(input.version)?;
    let stage = loaded.order.stage.clone().save(now)?;
    let editable = loaded.editable();
    if fields::changed(&loaded.order.draft, &draft).iter().any(|path| !editable.allows(path)) {
        return Err(Error::conflict("not-editable"));
    }
    loaded.order.draft = draft;
    for asked in answered {
        loaded.facts.note(asked);
    }
    loaded.settle_action(&tx).await?;
    if let Patch::RemoveSite { index } = input.patch {
        move_materials_up(&tx, world, &mut loaded, index, now).await?;
    }
    loaded.keep(stage, now);
    loaded.save(&tx).await?;
    let facts = serde_json::json!({ "section": input.patch.word() });
    Trail::by(actor, "save_section", now).on("order", id).with(facts).write(&tx).await?;
    commit!(tx, "save-section");
    let reader = world.store.read().await?;
    Ok(EditView::of(&Loaded::read(&reader, world, id).await?, world.today()))
}

impl Patch {
    /// The section's word in audit lines.
    const fn word(&self) -> &'static str {
        match self {
            Self::Basic { .. } => "basic",
            Self::Subject { .. } => "subject",
            Self::Principal { .. } => "principal",
            Self::Site { .. } => "site",
            Self::Manager { .. } => "manager",
            Self::AddSite { .. } => "add_site",
            Self::Cancellation { .. } => "cancellation",
            Self::RemoveSite { .. } => "remove_site",
        }
    }
}

fn apply(draft: &mut Draft, patch: &Patch) -> Result<()> {
    match patch.clone() {
        Patch::Basic { basic } => {
            draft.basic = basic;
            if let Some(first) = draft.sites.first_mut() {
                first.domain.clone_from(&draft.basic.domain);
                first.resource.clone_from(&draft.basic.resource);
            }
        }
        Patch::Subject { subject } => draft.subject = subject,
        Patch::Principal { principal } => draft.principal = principal,
        Patch::Site { index, site: patch } => {
            let site = draft.sites.get_mut(index).ok_or(Error::NotFound)?;
            *site = SiteDraft {
                name: patch.name,
                domain: if index == 0 { site.domain.clone() } else { patch.domain },
                resource: if index == 0 { site.resource.clone() } else { patch.resource },
                content: patch.content,
                languages: patch.languages,
                approvals: patch.approvals,
                remark: patch.remark,
                manager_is_principal: site.manager_is_principal,
                manager: site.manager.clone(),
            };
        }
        Patch::Manager { index, manager_is_principal, manager } => {
            let site = draft.sites.get_mut(index).ok_or(Error::NotFound)?;
            site.manager_is_principal = manager_is_principal;
            // What was typed before stays, in case the tick is taken off again.
            if !manager_is_principal {
                site.manager = manager;
            }
        }
        Patch::AddSite { domain, resource } => {
            if draft.sites.len() >= MOST_SITES {
                return Err(Error::conflict("too-many-sites"));
            }
            draft.sites.push(SiteDraft { domain, resource, manager_is_principal: true, ..SiteDraft::default() });
        }
        Patch::Cancellation { cancellation } => draft.cancellation = Some(cancellation),
        Patch::RemoveSite { index } => {
            if index == 0 || index >= draft.sites.len() {
                return Err(Error::conflict("first-site-stays"));
            }
            draft.sites.remove(index);
        }
    }
    Ok(())
}

/// Asks about domains nobody asked about yet, and about all of them when the subject changed.
async fn ask_about_new(world: &World, loaded: &Loaded, draft: &Draft) -> Result<Vec<Asked>> {
    let (before, after) = (&loaded.order.draft.basic, &draft.basic);
    let same_subject = before.certificate_number == after.certificate_number
        && before.certificate_kind == after.certificate_kind
        && before.nature == after.nature
        && before.province == after.province;
    let mut answered = Vec::new();
    if about::chosen(&loaded.order).is_some() {
        return Ok(answered);
    }
    for domain in order::domains_of(draft) {
        let is_known = loaded.facts.detection.get(&domain).is_some_and(|answers| {
            same_subject && !matches!(filing::detect::detect(*answers), Detected::Unknown { .. })
        });
        if !is_known {
            answered.extend(detection::ask(world, after, &domain).await?);
        }
    }
    Ok(answered)
}

/// A removed site takes its papers along, and those of the sites behind it move up with them.
async fn move_materials_up(
    tx: &store::Tx,
    world: &World,
    loaded: &mut Loaded,
    removed: usize,
    now: jiff::Timestamp,
) -> Result<()> {
    let mut kept = Vec::new();
    for material in std::mem::take(&mut loaded.materials) {
        let place = MaterialKind::from_field(&material.slot);
        let Some((kind, Some(site))) = place.filter(|(_, site)| site.is_some_and(|site| site >= removed)) else {
            kept.push(material);
            continue;
        };
        store::material::remove(tx, material.id, now).await?;
        if site > removed {
            // A paper stays in its slot for good, because earlier submissions show it there: its copy moves.
            let bytes = store::material::bytes(tx, material.id).await?;
            let copy = Material { id: MaterialId(world.uuid()), slot: kind.field(Some(site - 1)), ..material };
            store::material::insert(tx, &copy, &bytes).await?;
            kept.push(copy);
        }
    }
    loaded.materials = kept;
    Ok(())
}

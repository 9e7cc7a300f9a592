//! Handing the verification of a manager over to a phone: a link that expires, shown as a QR code.

use filing::material::{self, MaterialKind};
use filing::progress::is_verification;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::handover::Handover;
use store::{HandoverId, OrderId, Reader, Tx};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::hash_secret;
use crate::actor::{Actor, Origin};
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::order::Loaded;
use crate::order::view::{SlotView, slots};
use crate::paper;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// Which site's manager is to be verified.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct StartHandover {
    /// The order.
    pub order: Uuid,
    /// The site, from 0.
    pub site: usize,
}

/// A link for the phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandoverLink {
    /// The hand-over.
    pub id: Uuid,
    /// The address to open on the phone; its secret is shown this once.
    pub url: String,
    /// Until when it is good.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// Which hand-over the page asks about.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HandoverStatus {
    /// The order.
    pub order: Uuid,
    /// The site, from 0.
    pub site: usize,
}

/// Where the latest link of a site stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// None was made.
    None,
    /// It waits to be opened.
    Open,
    /// The phone has it open.
    Opened,
    /// The phone is done.
    Finished,
    /// Its time is over.
    Expired,
}

/// What the page that shows the QR code follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HandoverProgress {
    /// Where the link stands.
    pub link: LinkState,
    /// Until when it is good.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// The pictures of this site's manager.
    pub slots: Vec<SlotView>,
    /// The order's version.
    pub version: i64,
}

/// The secret of a link.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OpenHandover {
    /// The secret.
    pub token: String,
}

/// A picture from the phone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct UploadByHandover {
    /// The secret of the link.
    pub token: String,
    /// The slot's field.
    pub slot: String,
    /// What the file was called; only its bytes decide what it is.
    pub file_name: String,
    /// The file.
    #[schema(value_type = String, format = Binary)]
    pub bytes: Vec<u8>,
}

/// A slot to be emptied from the phone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RemoveByHandover {
    /// The secret of the link.
    pub token: String,
    /// The slot's field.
    pub slot: String,
}

/// What the phone shows: just enough to know whose pictures are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HandoverView {
    /// The site's domain.
    pub domain: String,
    /// The site, from 0.
    pub site: usize,
    /// The manager's name, masked.
    pub manager_name: String,
    /// Until when the link is good.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Whether the phone said it is done.
    pub finished: bool,
    /// The pictures wanted.
    pub slots: Vec<SlotView>,
}

/// Makes a link for the phone; former links of the order stop working.
///
/// # Errors
/// When the order is not the actor's, or its pictures may not be changed now.
pub async fn start_handover(world: &World, actor: &Actor, input: StartHandover) -> Result<HandoverLink> {
    require(actor, Act::StartHandover)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let loaded = Loaded::lock(&tx, world, OrderId(input.order)).await?;
    loaded.require_owner(actor)?;
    let slots: Vec<String> = pictures(&loaded, input.site, world.today())?.into_iter().map(|slot| slot.slot).collect();
    if !slots.iter().any(|slot| loaded.editable().allows(slot)) {
        return Err(Error::conflict("not-editable"));
    }
    for mut former in store::handover::list(&tx, loaded.order.id).await? {
        if former.revoked_at.is_none() && former.finished_at.is_none() && former.expires_at > now {
            former.revoked_at = Some(now);
            store::handover::update(&tx, &mut former).await?;
        }
    }
    let token = world.secret();
    let handover = Handover {
        id: HandoverId(world.uuid()),
        order: loaded.order.id,
        account: actor.account,
        token_hash: hash_secret(&token),
        purpose: "verify_manager".to_owned(),
        slots,
        progress: json!({ "site": input.site }),
        created_at: now,
        expires_at: now + SignedDuration::from_mins(i64::from(world.settings.handover_minutes)),
        opened_at: None,
        finished_at: None,
        revoked_at: None,
        version: 0,
    };
    store::handover::insert(&tx, &handover).await?;
    let facts = json!({ "site": input.site, "handover": handover.id });
    Trail::by(actor, "start_handover", now).on("order", loaded.order.id).with(facts).write(&tx).await?;
    commit!(tx, "start-handover");
    let url = world.settings.link(&format!("h/{token}"));
    Ok(HandoverLink { id: handover.id.0, url, expires_at: handover.expires_at })
}

/// Where the latest link of a site stands, and which pictures came.
///
/// # Errors
/// When the order is not the actor's.
pub async fn handover_status(world: &World, actor: &Actor, input: HandoverStatus) -> Result<HandoverProgress> {
    require(actor, Act::HandoverStatus)?;
    let reader = world.store.read().await?;
    let loaded = Loaded::read(&reader, world, OrderId(input.order)).await?;
    loaded.require_owner(actor)?;
    let slots = pictures(&loaded, input.site, world.today())?;
    let latest = store::handover::list(&reader, loaded.order.id)
        .await?
        .into_iter()
        .find(|handover| site_of(handover) == input.site && handover.revoked_at.is_none());
    let link = match &latest {
        None => LinkState::None,
        Some(handover) if handover.finished_at.is_some() => LinkState::Finished,
        Some(handover) if handover.expires_at <= world.now() => LinkState::Expired,
        Some(handover) if handover.opened_at.is_some() => LinkState::Opened,
        Some(_) => LinkState::Open,
    };
    let expires_at = latest.map(|handover| handover.expires_at);
    Ok(HandoverProgress { link, expires_at, slots, version: loaded.order.version })
}

/// Opens a link on the phone. Nobody has to be logged in: the secret in the link is enough, for two hours.
///
/// # Errors
/// `link-expired` when it is no longer good.
pub async fn open_handover(world: &World, _origin: &Origin, input: OpenHandover) -> Result<HandoverView> {
    {
        // A stranger's guess, or a page that is drawn again, writes nothing and so waits for nobody.
        let reader = world.store.read().await?;
        let handover = known_link(&reader, world, &input.token).await?;
        if handover.opened_at.is_some() || handover.finished_at.is_some() {
            return view(&Loaded::read(&reader, world, handover.order).await?, &handover, world.today());
        }
    }
    let tx = world.store.write().await?;
    let mut handover = known_link(&tx, world, &input.token).await?;
    let loaded = Loaded::read(&tx, world, handover.order).await?;
    if handover.opened_at.is_none() {
        handover.opened_at = Some(world.now());
        store::handover::update(&tx, &mut handover).await?;
        let facts = json!({ "handover": handover.id });
        Trail::by_handover(handover.account, "open_handover", world.now())
            .on("order", handover.order)
            .with(facts)
            .write(&tx)
            .await?;
    }
    let view = view(&loaded, &handover, world.today())?;
    tx.commit().await?;
    Ok(view)
}

/// Takes a picture from the phone.
///
/// # Errors
/// `link-expired` when the link is no longer good; [`Error::Invalid`] when the file is no picture.
pub async fn upload_by_handover(world: &World, _origin: &Origin, input: UploadByHandover) -> Result<HandoverView> {
    good_link(&world.store.read().await?, world, &input.token).await?;
    let incoming = paper::look_at(world, &input.slot, input.bytes).await?;
    let tx = world.store.write().await?;
    let handover = good_link(&tx, world, &input.token).await?;
    if !handover.slots.contains(&input.slot) {
        return Err(Error::NotFound);
    }
    let mut loaded = Loaded::lock(&tx, world, handover.order).await?;
    let material = paper::put(&tx, world, &mut loaded, &input.slot, incoming, "handover").await?;
    let facts = json!({ "slot": input.slot, "material": material, "handover": handover.id });
    Trail::by_handover(handover.account, "upload_material", world.now())
        .on("order", handover.order)
        .with(facts)
        .write(&tx)
        .await?;
    let view = view(&loaded, &handover, world.today())?;
    commit!(tx, "upload-material");
    Ok(view)
}

/// Empties a slot from the phone, to take the picture again.
///
/// # Errors
/// `link-expired` when the link is no longer good.
pub async fn remove_by_handover(world: &World, _origin: &Origin, input: RemoveByHandover) -> Result<HandoverView> {
    let tx = world.store.write().await?;
    let handover = good_link(&tx, world, &input.token).await?;
    if !handover.slots.contains(&input.slot) {
        return Err(Error::NotFound);
    }
    let mut loaded = Loaded::lock(&tx, world, handover.order).await?;
    paper::take_out(&tx, world, &mut loaded, &input.slot).await?;
    let facts = json!({ "slot": input.slot, "handover": handover.id });
    Trail::by_handover(handover.account, "remove_material", world.now())
        .on("order", handover.order)
        .with(facts)
        .write(&tx)
        .await?;
    let view = view(&loaded, &handover, world.today())?;
    tx.commit().await?;
    Ok(view)
}

/// The phone says it is done; the link then shows what was taken and takes nothing more.
///
/// # Errors
/// `link-expired` when the link is no longer good.
pub async fn finish_handover(world: &World, _origin: &Origin, input: OpenHandover) -> Result<HandoverView> {
    let now = world.now();
    let tx = world.store.write().await?;
    let mut handover = known_link(&tx, world, &input.token).await?;
    let loaded = Loaded::read(&tx, world, handover.order).await?;
    if handover.finished_at.is_some() {
        // Saying it twice is no mistake.
        return view(&loaded, &handover, world.today());
    }
    handover.finished_at = Some(now);
    store::handover::update(&tx, &mut handover).await?;
    let facts = json!({ "handover": handover.id });
    Trail::by_handover(handover.account, "finish_handover", now)
        .on("order", handover.order)
        .with(facts)
        .write(&tx)
        .await?;
    let view = view(&loaded, &handover, world.today())?;
    tx.commit().await?;
    Ok(view)
}

/// A link that still shows something.
async fn known_link(reader: &Reader, world: &World, token: &str) -> Result<Handover> {
    let found = store::handover::find_by_token_hash(reader, &hash_secret(token)).await?;
    let handover = found.ok_or_else(|| Error::conflict("link-expired"))?;
    let is_known = handover.revoked_at.is_none() && handover.expires_at > world.now();
    if is_known { Ok(handover) } else { Err(Error::conflict("link-expired")) }
}

/// A link that still takes pictures.
async fn good_link(reader: &Reader, world: &World, token: &str) -> Result<Handover> {
    let handover = known_link(reader, world, token).await?;
    if handover.finished_at.is_none() { Ok(handover) } else { Err(Error::conflict("link-expired")) }
}

fn site_of(handover: &Handover) -> usize {
    handover.progress["site"].as_u64().and_then(|site| usize::try_from(site).ok()).unwrap_or(0)
}

/// The pictures of a site's manager that the order needs or has.
fn pictures(loaded: &Loaded, site: usize, today: Date) -> Result<Vec<SlotView>> {
    if site >= loaded.order.draft.sites.len() {
        return Err(Error::NotFound);
    }
    let mut pictures: Vec<SlotView> = slots(loaded, &[], today)
        .into_iter()
        .filter(|slot| slot.site == Some(site) && is_verification(slot.kind))
        .collect();
    if pictures.is_empty() {
        // The same person was photographed for an earlier site; a new set may still be taken here.
        for kind in [MaterialKind::ManagerIdFront, MaterialKind::ManagerIdBack, MaterialKind::ManagerPhoto] {
            pictures.push(paper::slot_view(loaded, &kind.field(Some(site)), today)?);
        }
    }
    Ok(pictures)
}

fn view(loaded: &Loaded, handover: &Handover, today: Date) -> Result<HandoverView> {
    let site = site_of(handover);
    let draft = &loaded.order.draft;
    let manager = material::manager(draft, site).map(|person| filing::mask::name(&person.name)).unwrap_or_default();
    Ok(HandoverView {
        domain: draft.sites.get(site).map(|site| site.domain.clone()).unwrap_or_default(),
        site,
        manager_name: manager,
        expires_at: handover.expires_at,
        finished: handover.finished_at.is_some(),
        slots: handover.slots.iter().map(|slot| paper::slot_view(loaded, slot, today)).collect::<Result<_>>()?,
    })
}

/// Links that were never used up stop by themselves; this drops what nobody can use any more.
///
/// # Errors
/// When the store cannot.
pub async fn revoke_all(tx: &Tx, world: &World, order: OrderId) -> Result<()> {
    for mut handover in store::handover::list(tx, order).await? {
        if handover.revoked_at.is_none() && handover.finished_at.is_none() {
            handover.revoked_at = Some(world.now());
            store::handover::update(tx, &mut handover).await?;
        }
    }
    Ok(())
}

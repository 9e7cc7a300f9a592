//! Papers and pictures of an order: taking them in, whichever way they come.

use filing::material::MaterialKind;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use store::material::Material;
use store::{MaterialId, Tx};

use crate::error::{Error, Result};
use crate::finding;
use crate::order::Loaded;
use crate::order::view::{SlotView, slots};
use crate::picture::{self, Picture};
use crate::world::World;

/// The most bytes the living papers of one account may take.
const MOST_BYTES_PER_ACCOUNT: u64 = 500_000_000;

/// A file that was looked at and made into a picture, with what it was before.
#[derive(Debug, Clone)]
pub struct Incoming {
    picture: Picture,
    uploaded_type: &'static str,
    uploaded_bytes: u64,
}

/// Decodes a file away from the threads that serve requests.
///
/// # Errors
/// [`Error::Invalid`] on the slot when it is no picture that can be kept, `busy` when too many wait for the same.
pub async fn look_at(world: &World, slot: &str, bytes: Vec<u8>) -> Result<Incoming> {
    let most = world.settings.max_picture_bytes;
    let uploaded_bytes = bytes.len() as u64;
    let uploaded_type = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
    let taken = world.heavy.picture(move || picture::take_in(&bytes, most)).await?;
    let picture = taken.map_err(|refusal| {
        let megabytes = (most / 1_000_000).to_string();
        Error::Invalid(vec![finding::block(slot, refusal.code(), &[("megabytes", &megabytes)])])
    })?;
    Ok(Incoming { picture, uploaded_type, uploaded_bytes })
}

/// The kind and site of a slot that an order has.
///
/// # Errors
/// [`Error::NotFound`] when it has none such.
pub fn known_slot(loaded: &Loaded, slot: &str) -> Result<(MaterialKind, Option<usize>)> {
    let (kind, site) = MaterialKind::from_field(slot).ok_or(Error::NotFound)?;
    let fits = match site {
        Some(index) => kind.belongs_to_site() && index < loaded.order.draft.sites.len(),
        None => !kind.belongs_to_site(),
    };
    if fits { Ok((kind, site)) } else { Err(Error::NotFound) }
}

/// Puts a picture into a slot, in place of what was there.
///
/// # Errors
/// `not-editable` when the slot may not be changed now, `storage-full` when the account has too much.
pub async fn put(
    tx: &Tx,
    world: &World,
    loaded: &mut Loaded,
    slot: &str,
    incoming: Incoming,
    via: &str,
) -> Result<MaterialId> {
    known_slot(loaded, slot)?;
    if !loaded.editable().allows(slot) {
        return Err(Error::conflict("not-editable"));
    }
    let now = world.now();
    let taken = store::material::size_of_account(tx, loaded.order.account).await?;
    let Incoming { picture, uploaded_type, uploaded_bytes } = incoming;
    if taken + picture.jpeg.len() as u64 > MOST_BYTES_PER_ACCOUNT {
        return Err(Error::conflict("storage-full"));
    }
    clear(tx, loaded, slot, now).await?;
    let material = Material {
        id: MaterialId(world.uuid()),
        order: loaded.order.id,
        account: loaded.order.account,
        slot: slot.to_owned(),
        media_type: "image/jpeg".to_owned(),
        size: picture.jpeg.len() as u64,
        width: picture.width,
        height: picture.height,
        sha256: picture.sha256,
        source: via.to_owned(),
        facts: json!({ "uploaded_type": uploaded_type, "uploaded_bytes": uploaded_bytes }),
        created_at: now,
        removed_at: None,
    };
    store::material::insert(tx, &material, &picture.jpeg).await?;
    let id = material.id;
    loaded.materials.push(material);
    touch(tx, loaded, now).await?;
    Ok(id)
}

/// Takes what is in a slot out of the order.
///
/// # Errors
/// `not-editable` when the slot may not be changed now, [`Error::NotFound`] when nothing is there.
pub async fn take_out(tx: &Tx, world: &World, loaded: &mut Loaded, slot: &str) -> Result<()> {
    known_slot(loaded, slot)?;
    if !loaded.editable().allows(slot) {
        return Err(Error::conflict("not-editable"));
    }
    if !clear(tx, loaded, slot, world.now()).await? {
        return Err(Error::NotFound);
    }
    touch(tx, loaded, world.now()).await
}

async fn clear(tx: &Tx, loaded: &mut Loaded, slot: &str, now: Timestamp) -> Result<bool> {
    let old: Vec<MaterialId> =
        loaded.materials.iter().filter(|material| material.slot == slot).map(|material| material.id).collect();
    for id in &old {
        store::material::remove(tx, *id, now).await?;
    }
    loaded.materials.retain(|material| material.slot != slot);
    Ok(!old.is_empty())
}

/// A paper is a save like any other: the draft's time starts anew, and whoever has the page open sees a new version.
async fn touch(tx: &Tx, loaded: &mut Loaded, now: Timestamp) -> Result<()> {
    let stage = loaded.order.stage.clone().save(now)?;
    loaded.keep(stage, now);
    loaded.save(tx).await
}

/// One slot as it is shown.
///
/// # Errors
/// [`Error::NotFound`] when the order has none such.
pub fn slot_view(loaded: &Loaded, slot: &str, today: Date) -> Result<SlotView> {
    if let Some(view) = slots(loaded, &[], today).into_iter().find(|view| view.slot == slot) {
        return Ok(view);
    }
    // An extra paper that was just taken out is no longer listed.
    let (kind, site) = known_slot(loaded, slot)?;
    let editable = loaded.editable().allows(slot);
    Ok(SlotView { slot: slot.to_owned(), kind, site, required: false, editable, material: None, paper: None })
}

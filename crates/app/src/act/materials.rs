//! Papers and pictures: bringing, removing and opening them.

use serde::Deserialize;
use store::{MaterialId, OrderId};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::order::view::SlotView;
use crate::order::{self, Loaded, OrderFacts};
use crate::paper;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// A file for a slot.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct UploadMaterial {
    /// The order.
    pub order: Uuid,
    /// The slot's field, such as `materials.subject_certificate`.
    pub slot: String,
    /// What the file was called; only its bytes decide what it is.
    pub file_name: String,
    /// The file.
    #[schema(value_type = String, format = Binary)]
    pub bytes: Vec<u8>,
}

/// Which slot to empty.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RemoveMaterial {
    /// The order.
    pub order: Uuid,
    /// The slot's field.
    pub slot: String,
}

/// Which paper to open.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OpenMaterial {
    /// The order.
    pub order: Uuid,
    /// The material.
    pub material: Uuid,
    /// Why, for whoever is neither the owner nor reviewing the order.
    pub reason: Option<String>,
}

/// A paper with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialFile {
    /// The media type.
    pub content_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Takes a picture in, in place of what was in the slot. It is decoded and written anew: nothing but the picture is
/// kept.
///
/// # Errors
/// When the order is not the actor's, the slot may not be changed now, or the file is no picture.
pub async fn upload_material(world: &World, actor: &Actor, input: UploadMaterial) -> Result<SlotView> {
    require(actor, Act::UploadMaterial)?;
    let id = OrderId(input.order);
    {
        // Whose order it is comes before the work of decoding.
        let reader = world.store.read().await?;
        let order = store::order::get(&reader, id).await?;
        if order.account != actor.account {
            return Err(Error::NotFound);
        }
    }
    let incoming = paper::look_at(world, &input.slot, input.bytes).await?;
    let tx = world.store.write().await?;
    let mut loaded = Loaded::lock(&tx, world, id).await?;
    loaded.require_owner(actor)?;
    let material = paper::put(&tx, world, &mut loaded, &input.slot, incoming, "web").await?;
    let facts = serde_json::json!({ "slot": input.slot, "material": material });
    Trail::by(actor, "upload_material", world.now()).on("order", id).with(facts).write(&tx).await?;
    let view = paper::slot_view(&loaded, &input.slot, world.today())?;
    commit!(tx, "upload-material");
    Ok(view)
}

/// Empties a slot.
///
/// # Errors
/// When the order is not the actor's, the slot may not be changed now, or nothing is in it.
pub async fn remove_material(world: &World, actor: &Actor, input: RemoveMaterial) -> Result<SlotView> {
    require(actor, Act::RemoveMaterial)?;
    let id = OrderId(input.order);
    let tx = world.store.write().await?;
    let mut loaded = Loaded::lock(&tx, world, id).await?;
    loaded.require_owner(actor)?;
    paper::take_out(&tx, world, &mut loaded, &input.slot).await?;
    let facts = serde_json::json!({ "slot": input.slot });
    Trail::by(actor, "remove_material", world.now()).on("order", id).with(facts).write(&tx).await?;
    let view = paper::slot_view(&loaded, &input.slot, world.today())?;
    tx.commit().await?;
    Ok(view)
}

/// Opens a paper. Whoever is not its owner leaves an audit line, and gives a reason unless they review the order.
///
/// # Errors
/// When there is no such paper, or the reason is missing.
pub async fn open_material(world: &World, actor: &Actor, input: OpenMaterial) -> Result<MaterialFile> {
    require(actor, Act::OpenMaterial)?;
    let material = MaterialId(input.material);
    let reader = world.store.read().await?;
    let order = store::order::get(&reader, OrderId(input.order)).await?;
    let row = store::material::get(&reader, material).await?;
    order::require_visible(&order, &OrderFacts::of(&order)?, actor)?;
    if row.order != order.id {
        return Err(Error::NotFound);
    }
    let bytes = store::material::bytes(&reader, material).await?;
    drop(reader);
    if order.account != actor.account {
        let reviews = crate::review::claimed_by(&order) == Some(actor.account);
        let reason = input.reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
        let reason = match reason {
            Some(reason) => reason,
            None if reviews => "first_review".to_owned(),
            None => return Err(Error::field("reason", "reason-missing")),
        };
        let tx = world.store.write().await?;
        let facts = serde_json::json!({ "slot": row.slot, "material": material });
        Trail::by(actor, "open_material", world.now())
            .on("order", order.id)
            .because(reason)
            .with(facts)
            .write(&tx)
            .await?;
        tx.commit().await?;
    }
    Ok(MaterialFile { content_type: row.media_type, bytes })
}

//! What the authority would receive, before it is sent: the bytes themselves, opened again.

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::OrderId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::mailbox::{self, TreeLine};
use crate::order::Loaded;
use crate::policy::{Act, require};
use crate::review;
use crate::trail::Trail;
use crate::upload;
use crate::world::World;

/// How many elements are shown at a time.
const STRETCH: usize = 400;

/// Which order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PreviewUpload {
    /// The order.
    pub order: Uuid,
    /// The element to begin with; 0 is the root.
    #[serde(default)]
    pub from: usize,
    /// Why everything is to be read, pictures included; without a reason who is meant stays hidden.
    #[serde(default)]
    pub reason: String,
}

/// A data file that has not been sent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UploadPreview {
    /// The order.
    pub order: Uuid,
    /// Its first domain.
    pub domain: String,
    /// The bureau that would get it.
    pub bureau: String,
    /// What it asks, such as `XZBA`.
    pub operation: String,
    /// Bytes of the file, as XML.
    pub xml_bytes: usize,
    /// Bytes of the zip.
    pub zip_bytes: usize,
    /// Base64 MD5 of the zip, as it would travel.
    pub md5: String,
    /// The element that is shown first.
    pub from: usize,
    /// A stretch of its elements.
    pub lines: Vec<TreeLine>,
    /// How many there are.
    pub elements: usize,
    /// Whether everything is to be read.
    pub revealed: bool,
}

/// Makes the upload of an order exactly as passing it would, and opens it again. Nothing is kept or sent; the order has
/// the numbers it will have, so the same bytes go out unless it changes.
///
/// # Errors
/// [`Error::Invalid`] when something blocks or cannot be written, `not-claimed-by-you` when the case is in other hands.
pub async fn preview_upload(world: &World, actor: &Actor, input: PreviewUpload) -> Result<UploadPreview> {
    require(actor, Act::PreviewUpload)?;
    let id = OrderId(input.order);
    let loaded = Loaded::read(&world.store.read().await?, world, id).await?;
    review::require_claim(actor, &loaded.order)?;
    let prepared = upload::prepare(world, &loaded).await?;
    let reason = input.reason.trim();
    let revealed = !reason.is_empty();
    if revealed {
        // The line comes first: what cannot be written down is not shown.
        let tx = world.store.write().await?;
        let facts = json!({ "md5": prepared.md5, "from": input.from });
        Trail::by(actor, "preview_upload", world.now()).on("order", id).because(reason).with(facts).write(&tx).await?;
        tx.commit().await?;
    }
    let (domain, from) = (loaded.order.draft.basic.domain.clone(), input.from);
    let opened = tokio::task::spawn_blocking(move || {
        let opened = mailbox::unzip(prepared.zip).map_err(|error| Error::internal(error.to_string()))?;
        let (lines, elements) = mailbox::lines(&opened.tree, from, STRETCH, revealed);
        Ok::<_, Error>(UploadPreview {
            order: input.order,
            domain,
            bureau: prepared.bureau,
            operation: prepared.operation.to_owned(),
            xml_bytes: opened.xml.len(),
            zip_bytes: opened.zip.len(),
            md5: prepared.md5,
            from,
            lines,
            elements,
            revealed,
        })
    });
    opened.await.map_err(|error| Error::internal(format!("opening thread: {error}")))?
}

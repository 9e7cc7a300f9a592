//! What the authority would receive, before it is sent: the bytes themselves, opened again.

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::OrderId;
use utoipa::ToSchema;
use uuid::Uuid;

use super::mailbox::{ContainerFile, ContainerForm};
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::mailbox::{self, Opened, TreeLine};
use crate::order::Loaded;
use crate::policy::{Act, require};
use crate::review;
use crate::trail::Trail;
use crate::upload::{self, Foreseen, Numbers, Prepared};
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
}

/// Which order's file is to be read whole, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RevealUpload {
    /// The order.
    pub order: Uuid,
    /// The element to begin with; 0 is the root.
    #[serde(default)]
    pub from: usize,
    /// Why; it stays in the audit trail.
    pub reason: String,
}

/// Which order's file is taken away, in which form, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TakeUpload {
    /// The order.
    pub order: Uuid,
    /// As what.
    pub form: ContainerForm,
    /// Why; it stays in the audit trail.
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
    /// The numbers in it that the order gets when it is passed: the next free ones, unless another is passed first.
    pub foreseen: Vec<Foreseen>,
    /// The element that is shown first.
    pub from: usize,
    /// A stretch of its elements.
    pub lines: Vec<TreeLine>,
    /// How many there are.
    pub elements: usize,
    /// Where the next stretch begins, when there is one.
    pub next: Option<usize>,
    /// Whether everything is to be read.
    pub revealed: bool,
}

/// Makes the upload of an order exactly as passing it now would, and opens it again; who is meant is hidden. Nothing is
/// kept or sent, not even the numbers the order would get.
///
/// # Errors
/// [`Error::Invalid`] when something blocks or cannot be written, `not-claimed-by-you` when the case is in other hands.
pub async fn preview_upload(world: &World, actor: &Actor, input: PreviewUpload) -> Result<UploadPreview> {
    require(actor, Act::PreviewUpload)?;
    let (loaded, prepared) = prepare(world, actor, input.order).await?;
    look(world, &loaded, prepared, input.from, false).await
}

/// The same with everything to be read, pictures included, for a reason that is written down.
///
/// # Errors
/// As [`preview_upload`], and when the reason is missing.
pub async fn reveal_upload(world: &World, actor: &Actor, input: RevealUpload) -> Result<UploadPreview> {
    require(actor, Act::RevealUpload)?;
    let reason = reason(&input.reason)?;
    let (loaded, prepared) = prepare(world, actor, input.order).await?;
    // The line comes first: what cannot be written down is not shown.
    let facts = json!({ "md5": prepared.md5, "from": input.from });
    note(world, actor, "reveal_upload", &loaded, reason, facts).await?;
    look(world, &loaded, prepared, input.from, true).await
}

/// The file itself, byte for byte, for a reason that is written down.
///
/// # Errors
/// As [`preview_upload`], and when the reason is missing.
pub async fn take_upload(world: &World, actor: &Actor, input: TakeUpload) -> Result<ContainerFile> {
    require(actor, Act::TakeUpload)?;
    let reason = reason(&input.reason)?;
    let (loaded, prepared) = prepare(world, actor, input.order).await?;
    let facts = json!({ "md5": prepared.md5, "form": input.form });
    note(world, actor, "take_upload", &loaded, reason, facts).await?;
    let name = format!("{}-preview-{}", prepared.bureau, loaded.order.number);
    let opened = world.heavy.copy(move || open(prepared.zip)).await??;
    Ok(ContainerFile::of(&name, input.form, opened))
}

async fn prepare(world: &World, actor: &Actor, order: Uuid) -> Result<(Loaded, Prepared)> {
    let loaded = Loaded::read(&world.store.read().await?, world, OrderId(order)).await?;
    review::require_claim(actor, &loaded.order)?;
    let prepared = upload::prepare(world, &loaded, Numbers::Foreseen).await?;
    Ok((loaded, prepared))
}

fn reason(text: &str) -> Result<&str> {
    match text.trim() {
        "" => Err(Error::field("reason", "reason-missing")),
        reason => Ok(reason),
    }
}

async fn note(
    world: &World,
    actor: &Actor,
    act: &str,
    loaded: &Loaded,
    reason: &str,
    facts: serde_json::Value,
) -> Result<()> {
    let tx = world.store.write().await?;
    let line = Trail::by(actor, act, world.now()).on("order", loaded.order.id);
    line.because(reason).with(facts).write(&tx).await?;
    Ok(tx.commit().await?)
}

fn open(zip: Vec<u8>) -> Result<Opened> {
    mailbox::unzip(zip).map_err(|error| Error::internal(error.to_string()))
}

async fn look(
    world: &World,
    loaded: &Loaded,
    prepared: Prepared,
    from: usize,
    is_revealed: bool,
) -> Result<UploadPreview> {
    let (order, domain) = (loaded.order.id.0, loaded.order.draft.basic.domain.clone());
    // Pictures are made small for whoever may see them.
    let shown = world.heavy.copy(move || {
        let opened = open(prepared.zip)?;
        let (lines, elements) = mailbox::lines(&opened.tree, from, STRETCH, is_revealed);
        let end = from.saturating_add(lines.len());
        Ok(UploadPreview {
            order,
            domain,
            bureau: prepared.bureau,
            operation: prepared.operation.to_owned(),
            xml_bytes: opened.xml.len(),
            zip_bytes: opened.zip.len(),
            md5: prepared.md5,
            foreseen: prepared.foreseen,
            from,
            next: (end < elements).then_some(end),
            lines,
            elements,
            revealed: is_revealed,
        })
    });
    shown.await?
}

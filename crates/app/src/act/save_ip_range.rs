//! Writing a range that no bureau has on its books: a new one, one being drafted, one that was refused.

use filing::ip_filing::{RangeDraft, Stage};
use serde::Deserialize;
use serde_json::json;
use store::{IpRangeId, ip_range};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ip_ranges::IpRangeRef;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::ip_filing::view::IpRangeView;
use crate::ip_filing::{self, Held, judge, require_sound};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// A range to be written.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SaveIpRange {
    /// The range and the version that was read; a new one when absent.
    #[serde(default)]
    pub range: Option<SavedIpRange>,
    /// The bureau it is filed with; of a range that is there, it stays.
    pub bureau: String,
    /// What it says.
    pub content: RangeDraft,
}

/// The range that is written over.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub struct SavedIpRange {
    /// The range.
    pub id: Uuid,
    /// The version that was read.
    pub version: i64,
}

/// Saves a range as a draft; nothing is sent.
///
/// # Errors
/// [`Error::Invalid`] with what the authority would refuse it for, `stage` when it was sent already, `version` when
/// somebody saved it meanwhile.
pub async fn save_ip_range(world: &World, actor: &Actor, input: SaveIpRange) -> Result<IpRangeView> {
    require(actor, Act::SaveIpRange)?;
    let content = input.content.tidy();
    let now = world.now();
    let tx = world.store.write().await?;
    let (held, word) = match input.range {
        Some(SavedIpRange { id, version }) => {
            let mut held = Held::lock(&tx, IpRangeId(id)).await?;
            held.require_version(version)?;
            if !matches!(held.kept.stage, Stage::Draft | Stage::Refused { .. }) {
                return Err(Error::conflict("stage"));
            }
            let bureau = ip_filing::bureau(world, &held.row.bureau)?;
            require_sound(judge(&tx, world, bureau, &content, Some(held.row.id), &[]).await?)?;
            held.kept.draft = content;
            held.kept.stage = Stage::Draft;
            // A late answer to what was sent before speaks of another content.
            held.row.wire = None;
            held.save(&tx, world).await?;
            (held, "change_ip_range")
        }
        None => {
            let bureau = ip_filing::bureau(world, &input.bureau)?;
            ip_range::lock(&tx, &bureau.code).await?;
            require_sound(judge(&tx, world, bureau, &content, None, &[]).await?)?;
            let mut held = Held::new(world, &bureau.code, content, now)?;
            held.insert(&tx, world).await?;
            (held, "add_ip_range")
        }
    };
    Trail::by(actor, word, now).on("ip_range", held.row.id).with(facts(&held)).write(&tx).await?;
    tx.commit().await?;
    Ok(IpRangeView::of(&held, actor))
}

/// Takes a draft away, or what was refused: no bureau has it on its books.
///
/// # Errors
/// `stage` when it was sent and not refused.
pub async fn remove_ip_range(world: &World, actor: &Actor, input: IpRangeRef) -> Result<()> {
    require(actor, Act::RemoveIpRange)?;
    let tx = world.store.write().await?;
    let held = Held::lock(&tx, IpRangeId(input.range)).await?;
    if !matches!(held.kept.stage, Stage::Draft | Stage::Refused { .. }) {
        return Err(Error::conflict("stage"));
    }
    ip_range::remove(&tx, held.row.id).await?;
    let now = world.now();
    Trail::by(actor, "remove_ip_range", now).on("ip_range", held.row.id).with(facts(&held)).write(&tx).await?;
    Ok(tx.commit().await?)
}

/// What the trail says of a range: nothing of people.
pub(super) fn facts(held: &Held) -> serde_json::Value {
    json!({
        "bureau": held.row.bureau,
        "kind": held.row.kind,
        "first": held.row.first.to_string(),
        "last": held.row.last.to_string(),
    })
}

//! Looking at the provider's address ranges.

use std::net::Ipv4Addr;

use filing::ip_filing::{RangeKind, Standing};
use serde::{Deserialize, Serialize};
use store::IpRangeId;
use store::ip_range::{self, Filter};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::ip_filing::view::{IpRangeRow, IpRangeView};
use crate::ip_filing::{self, Held};
use crate::page;
use crate::policy::{Act, require};
use crate::world::World;

/// Which ranges to list; those of one bureau.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct ListIpRanges {
    /// The bureau; the first that is configured when absent.
    pub bureau: Option<String>,
    /// Of this kind, as a word.
    pub kind: Option<String>,
    /// In this state, as a word.
    pub state: Option<String>,
    /// That hold this address.
    pub holding: Option<String>,
    /// At which a person is to look.
    #[serde(default)]
    pub flagged: bool,
    /// From where on.
    pub cursor: Option<String>,
}

/// Which range.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct IpRangeRef {
    /// The range.
    pub range: Uuid,
}

/// A page of ranges of one bureau.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IpRanges {
    /// The bureau.
    pub bureau: String,
    /// The bureaus there are: their codes and names.
    pub bureaus: Vec<BureauName>,
    /// Whether the addresses of sites are compared with what is filed with this bureau. Not before a range is filed that
    /// can carry sites.
    pub compared: bool,
    /// The ranges, by address.
    pub items: Vec<IpRangeRow>,
    /// What to ask the next page with; none when this is the last.
    pub next: Option<String>,
    /// Whether the actor may change them.
    pub may_change: bool,
}

/// What a bureau is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BureauName {
    /// Its code.
    pub code: String,
    /// What people call it.
    pub name: String,
}

/// Lists the ranges of a bureau by their first address.
///
/// # Errors
/// When no bureau is configured, or a word or an address of the filter is none.
pub async fn list_ip_ranges(world: &World, actor: &Actor, input: ListIpRanges) -> Result<IpRanges> {
    require(actor, Act::ListIpRanges)?;
    let text = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let bureau = match text(input.bureau) {
        Some(code) => ip_filing::bureau(world, &code)?,
        None => world.bureaus.iter().next().ok_or(Error::Unavailable { code: "no-bureau" })?,
    };
    let kind = text(input.kind);
    if kind.as_deref().is_some_and(|word| RangeKind::from_word(word).is_none()) {
        return Err(Error::field("kind", "choice-unknown"));
    }
    let state = text(input.state);
    if state.as_deref().is_some_and(|word| Standing::from_word(word).is_none()) {
        return Err(Error::field("state", "choice-unknown"));
    }
    let holding = match text(input.holding) {
        Some(written) => Some(written.parse::<Ipv4Addr>().map_err(|_| Error::field("holding", "address-malformed"))?),
        None => None,
    };
    let filter = Filter { bureau: bureau.code.clone(), kind, state, holding, flagged: input.flagged };
    let reader = world.store.read().await?;
    let listing = ip_range::list(&reader, &filter, &page::wanted(input.cursor.as_deref())?).await?;
    let next = listing.next.map(|cursor| cursor.to_string());
    let items = listing.items.into_iter().map(|row| Ok(IpRangeRow::of(&Held::of(row)?)));
    let bureaus = world.bureaus.iter();
    Ok(IpRanges {
        bureau: bureau.code.clone(),
        bureaus: bureaus.map(|bureau| BureauName { code: bureau.code.clone(), name: bureau.name.clone() }).collect(),
        compared: ip_filing::is_compared(&reader, &bureau.code).await?,
        items: items.collect::<Result<_>>()?,
        next,
        may_change: Act::SaveIpRange.who().allows(Some(actor.role)),
    })
}

/// Shows a range.
///
/// # Errors
/// When there is none.
pub async fn view_ip_range(world: &World, actor: &Actor, input: IpRangeRef) -> Result<IpRangeView> {
    require(actor, Act::ViewIpRange)?;
    let reader = world.store.read().await?;
    Ok(IpRangeView::of(&Held::read(&reader, IpRangeId(input.range)).await?, actor))
}

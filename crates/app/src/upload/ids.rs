//! The numbers of an order on the wire.

use std::collections::BTreeMap;

use filing::document::Document;
use filing::stage::Action;
use serde::Serialize;
use store::{OrderId, Tx};
use utoipa::ToSchema;

use super::parts::ipv4;
use crate::error::{Error, Result};
use crate::world::World;

/// Whether the numbers an order is given on the wire become its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// They do.
    Given,
    /// They are those it would be given now; nothing is kept, and whoever is passed first gets them.
    Foreseen,
}

/// A number on the wire that an order does not have yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ForeseenNumber)]
pub struct Foreseen {
    /// What it names: `subject`, `site`, `domain`, `access` or `ip`.
    pub kind: String,
    /// The number.
    pub number: i64,
}

impl Numbers {
    /// Gives an order its numbers in a transaction that lasts, or in one that is taken back; then also says which of
    /// them the order did not have before.
    ///
    /// # Errors
    /// When the store cannot.
    pub(super) async fn of<T>(
        self,
        world: &World,
        order: OrderId,
        giving: impl AsyncFnOnce(&Tx) -> Result<T>,
    ) -> Result<(T, Vec<Foreseen>)> {
        let tx = world.store.write().await?;
        if self == Self::Given {
            let ids = giving(&tx).await?;
            tx.commit().await?;
            return Ok((ids, Vec::new()));
        }
        let own = store::wire_id::for_order(&tx, order).await?;
        let ids = giving(&tx).await?;
        let all = store::wire_id::for_order(&tx, order).await?;
        tx.rollback().await?;
        let fresh = all.into_iter().filter(|id| !own.contains(id));
        Ok((ids, fresh.map(|id| Foreseen { kind: id.kind, number: id.wire }).collect()))
    }
}

/// The numbers of a round of an order, the same however often they are asked for. What is submitted again gets others:
/// a late result of the round before is then known for what it is.
#[derive(Debug)]
pub(super) struct WireIds {
    /// The subject's; only what is filed for the first time has one.
    subject: Option<i64>,
    /// Each site's.
    pub sites: Vec<SiteIds>,
}

/// The numbers of a site.
#[derive(Debug)]
pub(super) struct SiteIds {
    /// The site's and its domain's; what is filed already has none of ours.
    new: Option<(i64, i64)>,
    /// The access's.
    pub access: i64,
    /// One of each of its addresses.
    pub ips: Vec<i64>,
}

/// What needs a number: its kind, and its place in the order.
type Place = (&'static str, Option<u32>);

impl WireIds {
    /// Gives what an action adds its numbers.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn allocate(
        tx: &Tx,
        round: (OrderId, u32),
        action: Action,
        document: &Document,
        bureau: &str,
    ) -> Result<Self> {
        let mut numbers = BTreeMap::new();
        for (kind, place) in places(action, document) {
            numbers.insert((kind, place), store::wire_id::allocate(tx, kind, round, place, bureau).await?.wire);
        }
        Self::read(document, &numbers)
    }

    /// The numbers of an action that is nobody's order: each kind counts from the same number on.
    ///
    /// # Errors
    /// When they would not be numbers any more.
    pub fn counted(first: i64, action: Action, document: &Document) -> Result<Self> {
        let (mut next, mut numbers) = (BTreeMap::new(), BTreeMap::new());
        for (kind, place) in places(action, document) {
            let number = next.entry(kind).or_insert(first);
            numbers.insert((kind, place), *number);
            *number = number.checked_add(1).ok_or_else(|| Error::internal("a number beyond 63 bits"))?;
        }
        Self::read(document, &numbers)
    }

    fn read(document: &Document, numbers: &BTreeMap<Place, i64>) -> Result<Self> {
        let find = |kind: &'static str, place: u32| numbers.get(&(kind, Some(place))).copied();
        let mut sites = Vec::new();
        for (index, site) in document.sites.iter().enumerate() {
            let number = site_place(index);
            let access = find("access", number).ok_or_else(|| Error::internal("an access without a number"))?;
            let ips = (0..ipv4(site).len()).filter_map(|nth| find("ip", ip_place(number, nth))).collect();
            sites.push(SiteIds { new: find("site", number).zip(find("domain", number)), access, ips });
        }
        Ok(Self { subject: numbers.get(&("subject", None)).copied(), sites })
    }

    /// The new subject's number.
    ///
    /// # Errors
    /// When the subject is filed already.
    pub fn subject(&self) -> Result<i64> {
        self.subject.ok_or_else(|| Error::internal("a filed subject has no number of ours"))
    }

    /// The numbers of a site.
    ///
    /// # Errors
    /// When there is no such site.
    pub fn site(&self, index: usize) -> Result<&SiteIds> {
        self.sites.get(index).ok_or_else(|| Error::internal("a site without numbers"))
    }
}

/// Everything an action adds, in the order in which it is numbered.
fn places(action: Action, document: &Document) -> Vec<Place> {
    let mut places = Vec::new();
    if action == Action::FirstFiling {
        places.push(("subject", None));
    }
    for (index, site) in document.sites.iter().enumerate() {
        let number = site_place(index);
        places.extend((0..ipv4(site).len()).map(|nth| ("ip", Some(ip_place(number, nth)))));
        if !action.adds_access() {
            places.extend(["site", "domain"].map(|kind| (kind, Some(number))));
        }
        places.push(("access", Some(number)));
    }
    places
}

fn site_place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// A site may have several addresses; each needs a number of its own.
fn ip_place(site: u32, nth: usize) -> u32 {
    site * 1_000 + u32::try_from(nth).unwrap_or(999)
}

impl SiteIds {
    /// The new site's number.
    ///
    /// # Errors
    /// When the site is filed already.
    pub fn site(&self) -> Result<i64> {
        self.new.map(|(site, _)| site).ok_or_else(|| Error::internal("a filed site has no number of ours"))
    }

    /// The new site's domain's number.
    ///
    /// # Errors
    /// When the site is filed already.
    pub fn domain(&self) -> Result<i64> {
        self.new.map(|(_, domain)| domain).ok_or_else(|| Error::internal("a filed domain has no number of ours"))
    }
}

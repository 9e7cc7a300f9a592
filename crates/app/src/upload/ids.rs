//! The numbers of an order on the wire.

use filing::document::Document;
use filing::stage::Action;
use store::{OrderId, Tx};

use super::parts::ipv4;
use crate::error::{Error, Result};

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
        let subject = match action {
            Action::FirstFiling => Some(store::wire_id::allocate(tx, "subject", round, None, bureau).await?.wire),
            _ => None,
        };
        let mut sites = Vec::new();
        for (index, site) in document.sites.iter().enumerate() {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let id = async |kind: &str| store::wire_id::allocate(tx, kind, round, Some(number), bureau).await;
            let mut ips = Vec::new();
            for nth in 0..ipv4(site).len() {
                // A site may have several addresses; each needs a number of its own.
                let place = number * 1_000 + u32::try_from(nth).unwrap_or(999);
                ips.push(store::wire_id::allocate(tx, "ip", round, Some(place), bureau).await?.wire);
            }
            let new = match action.adds_access() {
                true => None,
                false => Some((id("site").await?.wire, id("domain").await?.wire)),
            };
            sites.push(SiteIds { new, access: id("access").await?.wire, ips });
        }
        Ok(Self { subject, sites })
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

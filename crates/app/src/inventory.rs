//! Cloud resources between the store, which keeps them, and the checks, which judge them.

use filing::resource::{Resource, ResourceKind};
use store::{AccountId, OrderId, Reader};

use crate::error::Result;

/// A stored resource as the checks read it; none when its kind is not known here.
#[must_use]
pub fn judged(row: &store::resource::Resource, sites_in_use: u32) -> Option<Resource> {
    let text = |key: &str| row.facts[key].as_str().unwrap_or_default().to_owned();
    Some(Resource {
        id: row.id.to_string(),
        kind: ResourceKind::from_word(&row.kind)?,
        name: row.name.clone(),
        province: text("province"),
        region: row.region.clone(),
        billing: filing::resource::Billing::from_word(&text("billing"))?,
        bought_on: row.bought_on?,
        expires_on: row.expires_on,
        ips: row.addresses.clone(),
        bandwidth: row.facts["bandwidth"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or_default(),
        sites_in_use,
        origin: row.origin.clone(),
        code: None,
    })
}

/// The resources of an account with the sites on them, those of one order left out.
///
/// # Errors
/// When the store cannot.
pub async fn of_account(reader: &Reader, account: AccountId, but: Option<OrderId>) -> Result<Vec<Resource>> {
    let mut resources = Vec::new();
    for row in store::resource::list(reader, account).await? {
        let filed = store::filed::count_on_resource(reader, row.id).await?;
        let running = store::order::running_on_resource(reader, row.id).await?;
        let running = running.into_iter().filter(|order| Some(*order) != but).count();
        let in_use =
            u32::try_from(filed).unwrap_or(u32::MAX).saturating_add(u32::try_from(running).unwrap_or(u32::MAX));
        resources.extend(judged(&row, in_use));
    }
    Ok(resources)
}

//! When the gateways open the domains of an order: an access filing's after the first review, all others with the
//! number (Tencent Cloud 243/18907, 接入备案类).

use filing::domain::DomainName;
use filing::verdict::Reason;
use store::{ResourceId, Tx};

use crate::error::Result;
use crate::feed;
use crate::order::Loaded;
use crate::world::World;

/// Tells the gateways of the domains of a new order, so that they can say why those are closed.
///
/// # Errors
/// When the store cannot.
pub async fn announce(tx: &Tx, world: &World, loaded: &Loaded) -> Result<()> {
    for (domain, resource) in sites(loaded) {
        // A ruling that says nothing, as one below a measure, is none.
        let known = feed::ruling(tx, &domain).await?;
        if known.is_none_or(|known| known.reason == Reason::Undetermined) {
            let origin = origin(tx, resource).await?;
            let number = loaded.facts.asked.get(&domain).and_then(|asked| asked.site_number.clone());
            let verdict = match number {
                Some(number) => feed::not_accessed(&domain, Some(number), origin, world.now()),
                None => feed::not_filed(&domain, origin, world.now()),
            };
            feed::publish(tx, world, &verdict).await?;
        }
    }
    Ok(())
}

/// Opens the domains of an access filing that passed the first review; of other orders, nothing.
///
/// # Errors
/// When the store cannot.
pub async fn open_reviewed(tx: &Tx, world: &World, loaded: &Loaded) -> Result<()> {
    if !loaded.action().is_some_and(filing::stage::Action::opens_at_first_review) {
        return Ok(());
    }
    for (domain, resource) in sites(loaded) {
        let number = loaded.facts.asked.get(&domain).and_then(|asked| asked.site_number.clone());
        let origin = origin(tx, resource).await?;
        feed::publish(tx, world, &feed::access_reviewed(&domain, number, origin, world.now())).await?;
    }
    Ok(())
}

/// Closes what [`open_reviewed`] opened, when the order came back.
///
/// # Errors
/// When the store cannot.
pub async fn close_again(tx: &Tx, world: &World, loaded: &Loaded) -> Result<()> {
    for (domain, _) in sites(loaded) {
        let Some(known) = feed::ruling(tx, &domain).await? else { continue };
        if known.reason == Reason::AccessReviewed {
            feed::publish(tx, world, &feed::not_accessed(&domain, known.number, known.origin, world.now())).await?;
        }
    }
    Ok(())
}

/// Where a resource answers requests.
///
/// # Errors
/// When the store cannot.
pub async fn origin(tx: &Tx, resource: Option<ResourceId>) -> Result<Option<String>> {
    match resource {
        Some(id) => Ok(store::resource::get(tx, id).await?.origin),
        None => Ok(None),
    }
}

/// The domains of an order with the resources they run on.
fn sites(loaded: &Loaded) -> Vec<(String, Option<ResourceId>)> {
    let draft = &loaded.order.draft;
    let typed = draft.sites.iter().map(|site| (&site.domain, &site.resource));
    typed
        .filter_map(|(domain, resource)| {
            let name = DomainName::parse(domain).ok()?;
            Some((name.as_str().to_owned(), resource.parse().ok()))
        })
        .collect()
}

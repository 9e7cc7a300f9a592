//! Cloud resources: brought in from the provider's inventory, looked at by their holder.

use filing::resource::Resource;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::ResourceId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Actor;
use crate::contact::Contact;
use crate::error::{Error, Result};
use crate::finding;
use crate::inventory;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// Resources to bring in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ImportResources {
    /// The resources.
    pub resources: Vec<ResourceImport>,
}

/// A resource of an account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceImport {
    /// The mail address or mobile number its holder logs in with.
    pub account: String,
    /// The resource; its `id` is the one of the inventory.
    pub resource: Resource,
}

/// What was brought in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// Resources that were not known before.
    pub added: u32,
    /// Resources that were.
    pub updated: u32,
}

/// A resource as its holder sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResourceView {
    /// The id a draft refers to.
    pub id: Uuid,
    /// The id in the provider's inventory.
    pub external_id: String,
    /// What its holder calls it.
    pub name: String,
    /// Its kind, as a word of [`filing::resource::ResourceKind`].
    pub kind: String,
    /// The two-digit code of the province it stands in.
    pub province: String,
    /// The provider's name of the region.
    pub region: String,
    /// Its public addresses.
    pub ips: Vec<String>,
    /// So many sites it may carry.
    pub sites_max: u32,
    /// So many it carries or will.
    pub sites_used: u32,
    /// The day it was bought.
    #[schema(value_type = String, format = Date)]
    pub bought_on: Date,
    /// The last day it is paid for.
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    /// Where the gateway reaches it.
    pub origin: Option<String>,
    /// Why it cannot carry a new site, or may not for long.
    pub findings: Vec<filing::check::Finding>,
}

/// Brings resources in; those already known are overwritten.
///
/// # Errors
/// When an account is not known; nothing is brought in then.
pub async fn import_resources(world: &World, actor: &Actor, input: ImportResources) -> Result<Imported> {
    require(actor, Act::ImportResources)?;
    let now = world.now();
    let tx = world.store.write().await?;
    let mut imported = Imported { added: 0, updated: 0 };
    let mut findings = Vec::new();
    for (index, import) in input.resources.into_iter().enumerate() {
        let login = Contact::parse(&import.account).map_or(import.account.clone(), |c| c.as_str().to_owned());
        let Some(account) = store::account::find_by_login(&tx, &login).await? else {
            findings.push(finding::block(&format!("resources.{index}.account"), "account-unknown", &[]));
            continue;
        };
        let resource = import.resource;
        let known = store::resource::find_by_external_id(&tx, &resource.id).await?;
        match &known {
            Some(known) if known.account != account.id => {
                findings.push(finding::block(&format!("resources.{index}.resource.id"), "resource-of-other", &[]));
                continue;
            }
            Some(_) => imported.updated += 1,
            None => imported.added += 1,
        }
        let row = store::resource::Resource {
            id: known.as_ref().map_or_else(|| ResourceId(world.uuid()), |known| known.id),
            account: account.id,
            external_id: resource.id,
            kind: resource.kind.as_str().to_owned(),
            name: resource.name,
            region: resource.region,
            addresses: resource.ips,
            origin: resource.origin,
            bought_on: Some(resource.bought_on),
            expires_on: resource.expires_on,
            facts: json!({
                "province": resource.province,
                "billing": resource.billing.as_str(),
                "bandwidth": resource.bandwidth,
            }),
            created_at: known.map_or(now, |known| known.created_at),
            updated_at: now,
            gone_at: None,
        };
        store::resource::put(&tx, &row).await?;
    }
    if !findings.is_empty() {
        return Err(Error::Invalid(findings));
    }
    let facts = json!({ "added": imported.added, "updated": imported.updated });
    Trail::by(actor, "import_resources", now).on("inventory", Uuid::nil()).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(imported)
}

/// The actor's resources, each with what speaks against it.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn list_resources(world: &World, actor: &Actor) -> Result<Vec<ResourceView>> {
    require(actor, Act::ListResources)?;
    let reader = world.store.read().await?;
    let rows = store::resource::list(&reader, actor.account).await?;
    let judged = inventory::of_account(&reader, actor.account, None).await?;
    let today = world.today();
    let mut views = Vec::new();
    for row in rows {
        let Some(resource) = judged.iter().find(|resource| resource.id == row.id.to_string()) else { continue };
        let mut draft = filing::draft::Draft::default();
        draft.basic.resource.clone_from(&resource.id);
        let facts = filing::check::Facts { resources: judged.clone(), ..filing::check::Facts::default() };
        let findings = filing::check::run(&draft, &facts, today);
        views.push(ResourceView {
            id: row.id.0,
            external_id: row.external_id,
            name: row.name,
            kind: row.kind,
            province: resource.province.clone(),
            region: row.region,
            ips: row.addresses,
            sites_max: resource.kind.terms().sites,
            sites_used: resource.sites_in_use,
            bought_on: resource.bought_on,
            expires_on: row.expires_on,
            origin: row.origin,
            findings: findings
                .into_iter()
                .filter(|finding| finding.field == "basic.resource" && !finding.is_missing())
                .collect(),
        });
    }
    Ok(views)
}

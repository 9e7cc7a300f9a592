//! What is there when a demonstration starts for the first time: an account for each role, resources, a gateway's key.

use crate::command::refused;
use crate::trouble::{Doing as _, Result};
use app::act::{
    self, CreateAccount, CreateApiKey, ImportIpRanges, ImportMode, ImportResources, ListIpRanges, ReportIpRanges,
    SetIdentity,
};
use app::world::World;
use app::{Actor, Via};
use filing::case::CaseFile;

/// The password of every account of a demonstration.
pub const PASSWORD: &str = "beian-demo-8600";

/// The roles that get an account.
pub const ROLES: [&str; 5] = ["applicant", "reviewer", "supervisor", "administrator", "auditor"];

/// The resources of the applicant; a company walks through its first filing with them.
const RESOURCES: &str = include_str!("../../../../examples/demo/resources.json");
/// The addresses of the demonstration's provider: those of its resources, and of the example cases.
const RANGES: &str = include_str!("../../../../examples/demo/ip-ranges.csv");
/// What that company enters.
const TOUR: &str = include_str!("../../../../examples/demo/tour.json");

/// What the account of a role logs in with.
pub fn login(role: &str) -> String {
    format!("{role}@demo.test")
}

/// The domain the applicant may file.
///
/// # Errors
/// When the built-in case is not one, which a test rules out.
pub fn domain() -> Result<String> {
    Ok(tour()?.draft.basic.domain)
}

fn tour() -> Result<CaseFile> {
    serde_json::from_str(TOUR).doing("the built-in case cannot be read")
}

/// Makes what is not there yet; the gateway's new key. The applicant's websites run at `origin`.
///
/// # Errors
/// When an account or a resource is refused.
pub async fn plant(world: &World, origin: &str) -> Result<String> {
    let mut key = String::new();
    for role in ROLES {
        let account = account(world, role).await?;
        match role {
            "applicant" => {
                let tour = tour()?;
                let identity = SetIdentity {
                    nature: tour.draft.basic.nature,
                    name: tour.draft.basic.name,
                    certificate_kind: tour.draft.basic.certificate_kind,
                    certificate_number: tour.draft.basic.certificate_number,
                };
                act::set_identity(world, &account, identity).await.map_err(refused)?;
                let mut resources: ImportResources =
                    serde_json::from_str(RESOURCES).doing("the built-in resources cannot be read")?;
                for one in &mut resources.resources {
                    one.resource.origin = Some(origin.to_owned());
                }
                act::import_resources(world, &Actor::operator(), resources).await.map_err(refused)?;
            }
            "administrator" => {
                let input = CreateApiKey { name: "gateway".to_owned(), for_gateway: true };
                key = act::create_api_key(world, &account, input).await.map_err(refused)?.key;
            }
            _ => {}
        }
    }
    Ok(key)
}

/// Reports the provider's addresses to the sandbox authority, unless some are kept here already: a site outside them is
/// not reported once they are filed.
///
/// # Errors
/// When a range is refused.
pub async fn file_ranges(world: &World) -> Result {
    let operator = Actor::operator();
    let kept = act::list_ip_ranges(world, &operator, ListIpRanges::default()).await.map_err(refused)?;
    if kept.items.is_empty() {
        let bureau = kept.bureau.clone();
        let input = ImportIpRanges { bureau, csv: RANGES.to_owned(), mode: ImportMode::AllOrNothing };
        act::import_ip_ranges(world, &operator, input).await.map_err(refused)?;
        let input = ReportIpRanges { bureau: kept.bureau, ranges: Vec::new(), all: true };
        act::report_ip_ranges(world, &operator, input).await.map_err(refused)?;
    }
    Ok(())
}

/// The account of a role, made when it is not there: a first start that was cut short goes on where it ended.
async fn account(world: &World, role: &str) -> Result<Actor> {
    let login = login(role);
    let find = async || {
        let reader = world.store.read().await?;
        store::account::find_by_login(&reader, &login).await
    };
    if find().await.doing("cannot read the accounts")?.is_none() {
        let input = CreateAccount { contact: login.clone(), role: role.to_owned(), password: PASSWORD.to_owned() };
        act::create_account(world, &Actor::operator(), input).await.map_err(refused)?;
    }
    let account = find().await.doing("cannot read the accounts")?;
    let account = account.ok_or_else(|| crate::trouble::Trouble::new(format!("the account {login} was not made")))?;
    Ok(Actor { account: account.id, role: account.role, via: Via::Cli })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_case_uses_the_built_in_resources_and_account() {
        let tour = filing::case::validate(TOUR).unwrap();
        let resources: serde_json::Value = serde_json::from_str(RESOURCES).unwrap();
        let listed = resources["resources"].as_array().unwrap();
        assert_eq!(tour.account.email, login("applicant"));
        assert_eq!(listed.len(), tour.resources.len());
        for (resource, listed) in tour.resources.iter().zip(listed) {
            assert_eq!(listed["account"], login("applicant"));
            assert_eq!(
                serde_json::from_value::<filing::resource::Resource>(listed["resource"].clone()).unwrap(),
                *resource
            );
        }
    }
}

//! The parts of `deny.toml` that need no network: bans, licences and sources of everything in the lock file.
//!
//! `cargo deny` reads the same file and also asks the advisory database, which needs the network;
//! see `docs/decisions/` for why the offline parts are checked here.

use crate::metadata::{self, Package};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    package: String,
    reason: String,
}

#[derive(Deserialize)]
struct Sources {
    #[serde(rename = "allow-registry")]
    registries: Vec<String>,
}

/// Fails on a banned package, a licence that is not listed, or a package from elsewhere than the listed registries.
///
/// # Errors
/// When there is one, or `deny.toml` cannot be read.
pub fn check(root: &Path) -> Result<()> {
    let text = std::fs::read_to_string(root.join("deny.toml")).context("reading deny.toml")?;
    let deny: Deny = toml::from_str(&text).context("reading deny.toml")?;
    let packages = metadata::read(root, true)?.packages;
    let problems: Vec<String> = packages.iter().flat_map(|package| problems(package, &deny)).collect();
    crate::report("licences", &format!("{} packages are allowed", packages.len()), &problems)
}

fn problems(package: &Package, deny: &Deny) -> Vec<String> {
    let name = format!("{} {}", package.name, package.version);
    let mut problems = Vec::new();
    if let Some(ban) = deny.bans.deny.iter().find(|ban| ban.package == package.name) {
        problems.push(format!("{name} is banned: {}", ban.reason));
    }
    if let Some(source) = &package.source
        && !deny.sources.registries.contains(source)
    {
        problems.push(format!("{name} comes from {source}, which deny.toml does not allow"));
    }
    match package.license.as_deref() {
        Some(expression) if !is_allowed(expression, &deny.licenses.allow) => {
            problems.push(format!("{name} is under {expression}, which deny.toml does not allow"));
        }
        None => problems.push(match &package.license_file {
            Some(file) => format!("{name} names no licence; read its {file} and decide"),
            None => format!("{name} names no licence"),
        }),
        Some(_) => {}
    }
    problems
}

/// Whether a package under this expression may be used when the listed licences may.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    // Lax, because older packages still write "MIT/Apache-2.0".
    let Ok(expression) = spdx::Expression::parse_mode(expression, spdx::ParseMode::LAX) else {
        return false;
    };
    expression.evaluate(|requirement| {
        let wanted = requirement.to_string();
        allowed.contains(&wanted)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deny() -> Deny {
        toml::from_str(
            r#"
            [licenses]
            allow = ["MIT", "Apache-2.0"]
            [bans]
            deny = [{ crate = "openssl", reason = "rustls only" }]
            [sources]
            allow-registry = ["registry"]
            "#,
        )
        .unwrap()
    }

    fn package(name: &str, source: &str, license: Option<&str>) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            source: Some(source.to_owned()),
            license: license.map(str::to_owned),
            license_file: None,
            dependencies: Vec::new(),
        }
    }

    #[test]
    fn one_allowed_licence_of_a_choice_is_enough_and_both_of_a_pair_are_needed() {
        let allowed = deny().licenses.allow;
        assert!(is_allowed("MIT OR GPL-3.0-only", &allowed));
        assert!(is_allowed("MIT/Apache-2.0", &allowed));
        assert!(!is_allowed("MIT AND GPL-3.0-only", &allowed));
        assert!(!is_allowed("not a licence", &allowed));
    }

    #[test]
    fn a_banned_package_and_a_foreign_source_are_named() {
        assert_eq!(
            problems(&package("openssl", "elsewhere", Some("MIT")), &deny()),
            [
                "openssl 1.0.0 is banned: rustls only",
                "openssl 1.0.0 comes from elsewhere, which deny.toml does not allow"
            ]
        );
        assert_eq!(problems(&package("quiet", "registry", None), &deny()), ["quiet 1.0.0 names no licence"]);
    }
}

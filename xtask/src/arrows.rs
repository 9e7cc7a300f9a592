//! Which crate may know which. The table is the architecture; a new arrow is a decision, not an accident.

use crate::metadata::{self, Package};
use anyhow::Result;
use std::path::Path;

/// A crate and the crates of ours that it may depend on.
const ALLOWED: &[(&str, &[&str])] = &[
    ("beian-filing", &[]),
    ("beian-authority", &["beian-filing"]),
    ("beian-gateway", &["beian-filing", "beian-index"]),
    ("beian-index", &["beian-filing"]),
    ("beian-nginx", &["beian-filing", "beian-index"]),
    ("beian-outside", &["beian-filing"]),
    ("beian-paper", &["beian-filing"]),
    ("beian-sight", &["beian-filing", "beian-index"]),
    ("beian-store", &["beian-filing"]),
    ("beian-app", &["beian-filing", "beian-store", "beian-authority", "beian-outside"]),
    ("beian-web", &["beian-app", "beian-filing", "beian-paper"]),
    (
        "beian",
        &[
            "beian-app",
            "beian-authority",
            "beian-filing",
            "beian-gateway",
            "beian-index",
            "beian-outside",
            "beian-paper",
            "beian-sight",
            "beian-store",
            "beian-web",
        ],
    ),
    ("beian-testkit", &["beian-app", "beian-authority", "beian-filing", "beian-outside", "beian-store", "beian-web"]),
    ("xtask", &[]),
];

/// What `beian-filing` must never reach for, directly: it is pure.
const IMPURE: &[&str] = &["tokio", "reqwest", "axum", "sea-orm", "sqlx", "hyper", "tracing", "getrandom", "rustix"];

/// Fails on an arrow between our crates that the table does not allow.
///
/// # Errors
/// When there is one, or cargo cannot be asked.
pub fn check(root: &Path) -> Result<()> {
    let packages = metadata::read(root, false)?.packages;
    let problems = problems(&packages);
    crate::report("arrows", &format!("{} crates know only what they may", packages.len()), &problems)
}

fn problems(packages: &[Package]) -> Vec<String> {
    let ours: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut problems = Vec::new();
    for package in packages {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
            problems.push(format!("{} is not in the table of xtask/src/arrows.rs", package.name));
            continue;
        };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let for_tests = dependency.kind.as_deref() == Some("dev");
            let is_allowed = allowed.contains(&name) || (for_tests && name == "beian-testkit");
            if ours.contains(&name) && !is_allowed {
                problems.push(format!("{} must not depend on {name}", package.name));
            }
            if package.name == "beian-filing" && !for_tests && IMPURE.contains(&name) {
                problems.push(format!("beian-filing is pure and must not depend on {name}"));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        Package {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            source: None,
            license: None,
            license_file: None,
            dependencies: dependencies
                .iter()
                .map(|(name, kind)| Dependency { name: (*name).to_owned(), kind: kind.map(str::to_owned) })
                .collect(),
        }
    }

    #[test]
    fn the_web_must_not_know_the_store() {
        let packages = [package("beian-store", &[]), package("beian-web", &[("beian-store", None)])];
        assert_eq!(problems(&packages), ["beian-web must not depend on beian-store"]);
    }

    #[test]
    fn tests_may_use_the_testkit_and_nothing_else_may() {
        let kit = package("beian-testkit", &[]);
        let tested = package("beian-store", &[("beian-testkit", Some("dev"))]);
        let built = package("beian-app", &[("beian-testkit", None)]);
        assert_eq!(problems(&[kit, tested, built]), ["beian-app must not depend on beian-testkit"]);
    }

    #[test]
    fn a_crate_that_the_table_does_not_name_is_refused() {
        assert_eq!(
            problems(&[package("beian-extra", &[])]),
            ["beian-extra is not in the table of xtask/src/arrows.rs"]
        );
    }

    #[test]
    fn the_law_reaches_for_no_network() {
        let packages = [package("beian-filing", &[("reqwest", None)])];
        assert_eq!(problems(&packages), ["beian-filing is pure and must not depend on reqwest"]);
    }
}

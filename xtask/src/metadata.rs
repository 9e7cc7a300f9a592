//! What `cargo metadata` knows of the workspace and of everything it is built from.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

/// The part of cargo's answer that the checks read.
#[derive(Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
}

/// One package of the dependency tree.
#[derive(Deserialize)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// `None` for a package of this workspace.
    pub source: Option<String>,
    pub license: Option<String>,
    pub license_file: Option<String>,
    pub dependencies: Vec<Dependency>,
}

/// One line of a package's dependency tables.
#[derive(Deserialize)]
pub struct Dependency {
    pub name: String,
    /// `None` for a normal dependency, else `dev` or `build`.
    pub kind: Option<String>,
}

/// Asks cargo, offline and without touching the lock file.
///
/// # Errors
/// When cargo cannot be run or does not answer in its own format.
pub fn read(root: &Path, all: bool) -> Result<Metadata> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["metadata", "--format-version", "1", "--locked"]);
    if !all {
        command.arg("--no-deps");
    }
    let output = command.output().context("running cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("reading cargo metadata")
}

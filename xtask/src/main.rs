//! The project's own checks and generators: `cargo run -p xtask -- <task>`.
//!
//! | task | what it does |
//! |---|---|
//! | `arrows` | fails when a crate depends on one it must not know |
//! | `licences` | fails on a banned package, an unlisted licence or source (the offline part of `deny.toml`) |
//! | `translations` | fails on a key missing in one language, an unused or unknown key, Chinese text in code |
//! | `generated BEIAN [--check]` | writes what the binary can print about itself into `docs/`; or fails if it is stale |

mod arrows;
mod generated;
mod licences;
mod metadata;
mod source;
mod translations;

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = root();
    match words.as_slice() {
        ["arrows"] => arrows::check(&root),
        ["licences"] => licences::check(&root),
        ["translations"] => translations::check(&root),
        ["generated", binary] => generated::write(&root, Path::new(binary)),
        ["generated", binary, "--check"] => generated::check(&root, Path::new(binary)),
        _ => bail!("usage: cargo run -p xtask -- arrows | licences | translations | generated BEIAN [--check]"),
    }
}

/// The workspace's folder: the parent of this crate's.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Ends a check: prints what is wrong, a line each, or one line that all is well.
fn report(what: &str, well: &str, problems: &[String]) -> Result<()> {
    if problems.is_empty() {
        println!("{what}: {well}");
        return Ok(());
    }
    for problem in problems {
        eprintln!("{what}: {problem}");
    }
    bail!("{what}: {} problem(s)", problems.len());
}

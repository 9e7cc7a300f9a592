//! The files in `docs/` that the binary can print about itself.
//!
//! The binary is an argument and not built here, so that a check costs no second build of it.

use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// A file and the words after `beian` that print it.
const FILES: &[(&str, &[&str])] = &[
    ("docs/openapi.json", &["openapi"]),
    ("docs/case.schema.json", &["case", "schema"]),
    ("docs/config.md", &["config", "describe"]),
    ("docs/cli.md", &["help-markdown"]),
];

/// Writes every file anew.
///
/// # Errors
/// When the binary fails or a file cannot be written.
pub fn write(root: &Path, binary: &Path) -> Result<()> {
    for (file, words) in FILES {
        std::fs::write(root.join(file), print(binary, words)?).with_context(|| format!("writing {file}"))?;
        println!("generated: {file}");
    }
    Ok(())
}

/// Fails when a file is not what the binary prints today.
///
/// # Errors
/// When one is stale, or the binary fails.
pub fn check(root: &Path, binary: &Path) -> Result<()> {
    let mut problems = Vec::new();
    for (file, words) in FILES {
        let fresh = print(binary, words)?;
        let stored = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        if let Some(line) = first_difference(&stored, &fresh) {
            problems.push(format!("{file} is stale from line {line}; run `make docs` and commit it"));
        }
    }
    crate::report("generated", &format!("{} files are fresh", FILES.len()), &problems)
}

fn print(binary: &Path, words: &[&str]) -> Result<String> {
    let output =
        Command::new(binary).args(words).output().with_context(|| format!("running {} {words:?}", binary.display()))?;
    ensure!(
        output.status.success(),
        "{} {} failed:\n{}",
        binary.display(),
        words.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// The number of the first line in which two texts differ.
fn first_difference(left: &str, right: &str) -> Option<usize> {
    if left == right {
        return None;
    }
    let same = left.lines().zip(right.lines()).take_while(|(left, right)| left == right).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(first_difference("", "a\n"), Some(1));
    }
}

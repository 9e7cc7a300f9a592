//! The interface to the authority: its files, its containers, its methods, its codes, and what travelled over it.

mod call;
mod case;
mod codes;
mod container;
mod export;
mod file;
mod sync;
mod validate;
mod verify;

pub use call::run as call;
pub use codes::{kept as kept_codes, list as codes};
pub use container::{pack, unpack};
pub use export::run as export;
pub use file::{decode, encode};
pub use sync::run as sync;
pub use validate::run as validate;
pub use verify::run as verify;

use crate::trouble::{Doing as _, Result, Trouble};
use std::io::{Read as _, Write as _};
use std::path::Path;

/// The most that is read of an input: a container of the largest file, as base64.
const MAX_INPUT: u64 = 128 * 1024 * 1024;

/// Reads a file, or standard input for `-`.
fn input(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(MAX_INPUT + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_INPUT + 1).read_to_end(&mut bytes))
    };
    read.map_err(|why| Trouble::usage(format!("cannot read {}", path.display())).because(why))?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(Trouble::usage(format!("{} is larger than any file of the interface", path.display())));
    }
    Ok(bytes)
}

/// Writes into a file, or to standard output.
fn output(path: Option<&Path>, bytes: &[u8]) -> Result {
    match path {
        Some(path) => std::fs::write(path, bytes).doing(format!("cannot write {}", path.display())),
        None => std::io::stdout().write_all(bytes).doing("cannot write to standard output"),
    }
}

/// The trouble with a file that is not what a command reads.
fn no_such(path: &Path, what: &str, why: impl Into<anyhow::Error>) -> Trouble {
    Trouble::usage(format!("{} is no {what}", path.display())).because(why)
}

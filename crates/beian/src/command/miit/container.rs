//! Containers: what travels in a call.

use super::{input, no_such, output};
use crate::cli::{Key, Pack, Unpack};
use crate::command::say;
use crate::trouble::{Doing as _, Result, Trouble};
use authority::envelope::{self, Cipher, Container};

fn cipher(key: &Key) -> Result<Option<Cipher>> {
    match (&key.key, &key.iv) {
        (Some(key), Some(iv)) => Cipher::new(key, iv).map(Some).map_err(|why| Trouble::usage(why.to_string())),
        _ => Ok(None),
    }
}

/// Packs a file and prints the container as JSON.
pub fn pack(asked: &Pack) -> Result {
    let container = envelope::pack(&input(&asked.file)?, &asked.entry, cipher(&asked.key)?.as_ref())
        .doing(format!("cannot pack {}", asked.file.display()))?;
    say(serde_json::to_string_pretty(&container).doing("cannot write the container")?);
    Ok(())
}

/// Unpacks a container; an answer that holds one will do as well.
pub fn unpack(asked: &Unpack) -> Result {
    let json: serde_json::Value =
        serde_json::from_slice(&input(&asked.file)?).map_err(|why| no_such(&asked.file, "container", why))?;
    let found = ["/file/container", "/container", ""].iter().find_map(|place| json.pointer(place));
    let container: Container = serde_json::from_value(found.cloned().unwrap_or_default())
        .map_err(|why| no_such(&asked.file, "container", why))?;
    let xml = container
        .open(cipher(&asked.key)?.as_ref())
        .map_err(|why| Trouble::new(format!("{} cannot be unpacked", asked.file.display())).because(why))?;
    output(asked.output.as_deref(), &xml)
}

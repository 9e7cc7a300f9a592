//! The file of the master keys: a line each, the current one first, readable by nobody else.

use crate::config::Config;
use crate::trouble::{Doing as _, Result, Trouble};
use jiff::Timestamp;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use store::seal::{Entropy, Keyring};

const HEAD: &str = "# Master keys of Beian, `id:key` a line; the first one seals, all of them open.
# Whoever has this file and the database can read everything. Keep a copy apart from the database's backup.
";

/// Reads the keyring that the configuration names.
///
/// # Errors
/// When there is no key, it cannot be read, or others may read the file.
pub fn read(config: &Config) -> Result<Keyring> {
    if !config.keys.master.is_empty() {
        return Keyring::parse(config.keys.master.expose())
            .map_err(|error| Trouble::configuration("keys.master cannot be read").because(error));
    }
    let file = config.key_file();
    if !file.is_file() {
        return Err(Trouble::configuration(format!("there is no master key in {}", file.display()))
            .hint("make one with `beian keys make`, or say where it is with keys.file or keys.master"));
    }
    keyring(&file)
}

fn keyring(file: &Path) -> Result<Keyring> {
    let mode = std::fs::metadata(file).doing(format!("cannot read {}", file.display()))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(Trouble::configuration(format!("others may read the master keys in {}", file.display()))
            .hint(format!("chmod 600 {}", file.display())));
    }
    let text = std::fs::read_to_string(file).doing(format!("cannot read {}", file.display()))?;
    Keyring::parse(&text)
        .map_err(|error| Trouble::configuration(format!("{} is not a key file", file.display())).because(error))
}

/// Makes the file with a first key; the key's id.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn make(file: &Path, chance: &dyn Entropy, now: Timestamp) -> Result<String> {
    if file.exists() {
        return Err(Trouble::new(format!("{} exists already", file.display()))
            .hint("`beian keys rotate` adds a new key to it and keeps the old ones"));
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).doing(format!("cannot make the folder {}", folder.display()))?;
    }
    let (id, line) = fresh(chance, now, "")?;
    write(file, &format!("{HEAD}{line}\n"))?;
    Ok(id)
}

/// Adds a new key in front of the others; its id.
///
/// # Errors
/// When the file cannot be read or written.
pub fn add(file: &Path, chance: &dyn Entropy, now: Timestamp) -> Result<String> {
    keyring(file)?;
    let text = std::fs::read_to_string(file).doing(format!("cannot read {}", file.display()))?;
    let (id, line) = fresh(chance, now, &text)?;
    let keys = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let rest: String = keys.map(|line| format!("{line}\n")).collect();
    write(file, &format!("{HEAD}{line}\n{rest}"))?;
    Ok(id)
}

/// A new key, named after the day it was made on.
fn fresh(chance: &dyn Entropy, now: Timestamp, taken: &str) -> Result<(String, String)> {
    let day = now.strftime("%Y-%m-%d").to_string();
    let is_taken = |id: &str| taken.lines().any(|line| line.starts_with(&format!("{id}:")));
    let ids = std::iter::once(day.clone()).chain((2..).map(|number| format!("{day}-{number}")));
    let id = ids.into_iter().find(|id| !is_taken(id)).unwrap_or(day);
    let mut key = [0; 32];
    chance.fill(&mut key);
    let line = Keyring::line(&id, &key);
    Keyring::parse(&line).doing("cannot make a key")?;
    Ok((id, line))
}

/// Writes the file whole or not at all: a key lost half-way would lose the data.
fn write(file: &Path, text: &str) -> Result {
    let doing = format!("cannot write {}", file.display());
    let fresh = file.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut handle: File = options.open(&fresh).doing(&doing)?;
    handle.write_all(text.as_bytes()).and_then(|()| handle.sync_all()).doing(&doing)?;
    std::fs::rename(&fresh, file).doing(&doing)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nines;
    impl Entropy for Nines {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(9);
        }
    }

    fn day() -> Timestamp {
        "2026-11-21T03:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_key_file_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/master.key");
        assert_eq!(make(&file, &Nines, day()).unwrap(), "2026-11-21");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(keyring(&file).unwrap().current(), "2026-11-21");
        assert!(make(&file, &Nines, day()).is_err());
    }

    #[test]
    fn a_new_key_comes_first_and_the_old_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master.key");
        make(&file, &Nines, day()).unwrap();
        assert_eq!(add(&file, &Nines, day()).unwrap(), "2026-11-21-2");
        assert_eq!(keyring(&file).unwrap().current(), "2026-11-21-2");
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().filter(|line| !line.starts_with('#')).count(), 2);
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master.key");
        make(&file, &Nines, day()).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(keyring(&file).unwrap_err().to_string().contains("chmod 600"));
    }
}

//! The files of an index and their generations.

use std::io;
use std::path::{Path, PathBuf};

/// A folder with bases, overlays and journals.
#[derive(Debug, Clone)]
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn base(&self, generation: u64) -> PathBuf {
        self.0.join(format!("base-{generation}.index"))
    }

    /// Where a base is written until it is whole.
    pub(crate) fn base_in_work(&self, generation: u64) -> PathBuf {
        self.0.join(format!("base-{generation}.new"))
    }

    pub(crate) fn overlay(&self, generation: u64) -> PathBuf {
        self.0.join(format!("overlay-{generation}.index"))
    }

    pub(crate) fn journal(&self, generation: u64) -> PathBuf {
        self.0.join(format!("journal-{generation}"))
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    /// The generations a base of which is there, newest first.
    pub(crate) fn generations(&self) -> io::Result<Vec<u64>> {
        let mut found: Vec<u64> = names(&self.0)?
            .iter()
            .filter_map(|name| name.strip_prefix("base-")?.strip_suffix(".index")?.parse().ok())
            .collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        Ok(found)
    }

    /// Removes every generation older than the one before `newest`, and what was left half written of it or before; what
    /// is being written for a later one stays.
    pub(crate) fn tidy(&self, newest: u64) -> io::Result<()> {
        for name in names(&self.0)? {
            let generation = name
                .trim_start_matches(|letter: char| !letter.is_ascii_digit())
                .trim_end_matches(|letter: char| !letter.is_ascii_digit())
                .parse::<u64>();
            let reach = if name.ends_with(".new") { newest + 1 } else { newest.saturating_sub(1) };
            if generation.is_ok_and(|generation| generation < reach) {
                std::fs::remove_file(self.0.join(name))?;
            }
        }
        Ok(())
    }

    /// Makes renames in the folder durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        std::fs::File::open(&self.0)?.sync_all()
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        if let Ok(name) = entry?.file_name().into_string() {
            names.push(name);
        }
    }
    Ok(names)
}

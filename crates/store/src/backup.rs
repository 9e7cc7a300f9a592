//! Backup and restore of the embedded database and its files.
//!
//! A backup is a folder: `beian.sqlite`, `files/` and `manifest.json`, which names every file with its size and hash and
//! is written last. The files stay sealed; the master keys are not part of it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, Statement};

use crate::db::{json, parse_json, sha256};
use crate::files::{FileStore, blocking, io, walk, write_durably};
use crate::{Backend, Error, Result, Store};

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// The layout of the backup.
    pub format: u32,
    /// When it was made.
    pub at: Timestamp,
    /// Every file with its size and SHA-256.
    pub files: Vec<ManifestFile>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ManifestFile {
    /// Its path inside the backup.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Hex SHA-256.
    pub sha256: String,
}

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "beian.sqlite";
const FILES: &str = "files";

/// Copies the embedded database (as of one instant) and its sealed files into a new folder. SQLite only.
pub async fn backup(store: &Store, to: &Path, at: Timestamp) -> Result<Manifest> {
    if store.backend() != Backend::Sqlite {
        return Err(Error::Invalid("a backup of a PostgreSQL server (use pg_dump)"));
    }
    let folder = match &store.shared.files {
        FileStore::Folder(folder) => Some(folder.clone()),
        FileStore::Database => None,
    };
    let target = to.to_owned();
    blocking(move || empty_folder(&target)).await?;
    // Files first: they never change, so every one the database names below is copied here or in the second round.
    copy_files(folder.clone(), to).await?;
    let database = to.join(DATABASE);
    let path = database.to_str().ok_or(Error::Invalid("a path that is not UTF-8"))?;
    let writes = &store.shared.writes;
    let copy = Statement::from_sql_and_values(writes.get_database_backend(), "VACUUM INTO ?", [path.into()]);
    writes.execute_raw(copy).await?;
    copy_files(folder, to).await?;
    let target = to.to_owned();
    blocking(move || {
        let mut names = vec![PathBuf::from(DATABASE)];
        names.extend(walk(&target.join(FILES)).map_err(io)?.into_iter().map(|path| Path::new(FILES).join(path)));
        let files = names.iter().map(|name| describe(&target, name)).collect::<Result<_>>()?;
        let manifest = Manifest { format: FORMAT, at, files };
        write_durably(&target.join(MANIFEST), json(&manifest)?.as_bytes()).map_err(io)?;
        Ok(manifest)
    })
    .await
}

/// Checks a backup against its manifest.
pub fn check(from: &Path) -> Result<Manifest> {
    let text = std::fs::read_to_string(from.join(MANIFEST)).map_err(|_| Error::NotFound("manifest.json"))?;
    let manifest: Manifest = parse_json(&text)?;
    if manifest.format != FORMAT {
        return Err(Error::Invalid("a backup of another format"));
    }
    for file in &manifest.files {
        let name = Path::new(&file.path);
        // A manifest must not reach outside its folder.
        if !name.components().all(|part| matches!(part, std::path::Component::Normal(_))) {
            return Err(Error::Corrupt("a path in the manifest"));
        }
        match describe(from, name) {
            Ok(found) if found == *file => {}
            Ok(_) => return Err(Error::Corrupt("a file differs from the manifest")),
            Err(_) => return Err(Error::Corrupt("a file of the manifest is missing")),
        }
    }
    if !manifest.files.iter().any(|file| file.path == DATABASE) {
        return Err(Error::Corrupt("the backup holds no database"));
    }
    Ok(manifest)
}

/// Puts a backup back as `database` and `files`, neither of which may exist.
pub fn restore(from: &Path, database: &Path, files: &Path) -> Result<Manifest> {
    let manifest = check(from)?;
    let beside = |suffix: &str| PathBuf::from(format!("{}{suffix}", database.display()));
    // A leftover log of another database would be replayed into this one.
    for path in [database.to_owned(), beside("-wal"), beside("-shm")] {
        if path.exists() {
            return Err(Error::Invalid("a restore over an existing database"));
        }
    }
    if files.is_dir() && std::fs::read_dir(files).map_err(io)?.next().is_some() {
        return Err(Error::Invalid("a restore over existing files"));
    }
    for file in manifest.files.iter().filter(|file| file.path != DATABASE) {
        let name = Path::new(&file.path).strip_prefix(FILES).map_err(|_| Error::Corrupt("a path in the manifest"))?;
        copy(&from.join(&file.path), &files.join(name))?;
    }
    // The database comes last: where it is, the restore was whole.
    copy(&from.join(DATABASE), database)?;
    Ok(manifest)
}

fn empty_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(io)?;
    if std::fs::read_dir(folder).map_err(io)?.next().is_some() {
        return Err(Error::Invalid("a backup into a folder that is not empty"));
    }
    Ok(())
}

async fn copy_files(folder: Option<PathBuf>, to: &Path) -> Result<()> {
    let Some(folder) = folder else { return Ok(()) };
    let to = to.join(FILES);
    blocking(move || {
        for path in walk(&folder).map_err(io)? {
            let half_written = path.extension().is_some();
            let target = to.join(&path);
            if half_written || target.exists() {
                continue;
            }
            match copy(&folder.join(&path), &target) {
                // Destroyed while we copied: no row names it any more.
                Err(_) if !folder.join(&path).exists() => {}
                result => result?,
            }
        }
        Ok(())
    })
    .await
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    write_durably(to, &std::fs::read(from).map_err(io)?).map_err(io)
}

fn describe(folder: &Path, name: &Path) -> Result<ManifestFile> {
    let bytes = std::fs::read(folder.join(name)).map_err(io)?;
    let path = name.to_str().ok_or(Error::Invalid("a path that is not UTF-8"))?.to_owned();
    Ok(ManifestFile { path, size: bytes.len() as u64, sha256: sha256(&bytes) })
}

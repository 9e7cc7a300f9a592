//! Sealed files: in a folder, or in the database when several processes share it.
//!
//! A file is sealed with a key of its own (the data key of its id). In a folder it is written before its transaction
//! commits and taken away when that does not happen; what a crash leaves behind, [`sweep`] finds.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::db::{insert_row, signed, table};
use crate::seal::{Cell, DataKey};
use crate::{Error, Reader, Result, Store, Tx};

/// The most bytes one file may have.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

table! {
    /// One sealed file; its bytes when they lie in the database.
    mod row is "file" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        size: i64,
        bytes: Option<Vec<u8>>,
    }
}

/// Where sealed files live.
pub(crate) enum FileStore {
    /// In a folder of this machine.
    Folder(PathBuf),
    /// In the table `file`.
    Database,
}

/// What must happen to files once the fate of a transaction is known.
#[derive(Default)]
pub(crate) struct Pending {
    written: Mutex<Vec<PathBuf>>,
    removed: Mutex<Vec<PathBuf>>,
}

impl Pending {
    fn note(list: &Mutex<Vec<PathBuf>>, path: PathBuf) {
        list.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    }

    fn take(list: &Mutex<Vec<PathBuf>>) -> Vec<PathBuf> {
        std::mem::take(&mut *list.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The transaction ended: after a commit the removed files go; after a failure nobody knows, so all stay.
    pub(crate) fn settle(self, committed: bool) {
        Self::take(&self.written);
        for path in Self::take(&self.removed) {
            if committed {
                // A file that stays is found by the sweep.
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        for path in Self::take(&self.written) {
            let _ = std::fs::remove_file(path);
        }
    }
}

const fn cell(id: Uuid) -> Cell<'static> {
    Cell { table: "file", row: id, column: "bytes" }
}

/// The path of a file: sharded by the last byte of its id, because the first ones are the time.
fn path_of(folder: &Path, id: Uuid) -> PathBuf {
    let name = id.simple().to_string();
    folder.join(&name[30..]).join(name)
}

impl Tx {
    /// Seals and keeps a file under a fresh key of the same id.
    pub(crate) async fn put_file(&self, id: Uuid, bytes: &[u8]) -> Result<()> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::Invalid("a file this large"));
        }
        let key = self.make_key(id).await?;
        let entropy = std::sync::Arc::clone(&self.shared.entropy);
        let plain = zeroize::Zeroizing::new(bytes.to_vec());
        let sealed = blocking(move || key.seal(&*entropy, cell(id), &plain)).await?;
        let size = signed(sealed.len() as u64)?;
        match &self.shared.files {
            FileStore::Database => insert_row(self, row::Model { id, size, bytes: Some(sealed) }).await?,
            FileStore::Folder(folder) => {
                let path = path_of(folder, id);
                Pending::note(&self.pending.written, path.clone());
                blocking(move || write_durably(&path, &sealed).map_err(io)).await?;
                insert_row(self, row::Model { id, size, bytes: None }).await?;
            }
        }
        Ok(())
    }

    /// Takes a file away, and its key.
    pub(crate) async fn remove_file(&self, id: Uuid) -> Result<()> {
        row::Entity::delete_by_id(id).exec(self.db()).await?;
        self.forget_key(id).await?;
        if let FileStore::Folder(folder) = &self.shared.files {
            Pending::note(&self.pending.removed, path_of(folder, id));
        }
        Ok(())
    }
}

impl Reader {
    /// The bytes of a file.
    pub(crate) async fn file(&self, id: Uuid) -> Result<Vec<u8>> {
        let row = row::Entity::find_by_id(id).one(self.db()).await?.ok_or(Error::NotFound("file"))?;
        let key: DataKey = self.key(id).await?;
        let folder = match &self.shared.files {
            FileStore::Folder(folder) => Some(folder.clone()),
            FileStore::Database => None,
        };
        blocking(move || {
            let sealed = match (row.bytes, folder) {
                (Some(bytes), _) => bytes,
                (None, Some(folder)) => std::fs::read(path_of(&folder, id)).map_err(|e| match e.kind() {
                    std::io::ErrorKind::NotFound => Error::NotFound("file"),
                    _ => io(e),
                })?,
                (None, None) => return Err(Error::NotFound("file")),
            };
            key.open(cell(id), &sealed)
        })
        .await
    }
}

/// Runs what takes long or touches the disk off the threads that serve requests.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Internal("a worker thread ended".to_owned()))?
}

/// The error of a disk, without the path.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub(crate) fn io(error: std::io::Error) -> Error {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded | Kind::Interrupted | Kind::TimedOut | Kind::ResourceBusy => {
            Error::Unavailable(error.kind().to_string())
        }
        kind => Error::Internal(kind.to_string()),
    }
}

/// Writes beside, flushes to the disk, and renames: the file is there whole or not at all.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let folder = path.parent().ok_or(std::io::ErrorKind::InvalidInput)?;
    std::fs::create_dir_all(folder)?;
    let beside = path.with_extension("part");
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    std::fs::File::open(folder)?.sync_all()
}

/// Every file under the folder of sealed files, with its path relative to it.
pub(crate) fn walk(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for shard in std::fs::read_dir(folder)? {
        let shard = shard?;
        if shard.file_type()?.is_dir() {
            for file in std::fs::read_dir(shard.path())? {
                found.push(PathBuf::from(shard.file_name()).join(file?.file_name()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Deletes sealed files that no row knows (left by a crash) and are older than an hour; says how many.
///
/// # Errors
/// When the folder or the database cannot be read.
pub async fn sweep(store: &Store, now: jiff::Timestamp) -> Result<u64> {
    let FileStore::Folder(folder) = &store.shared.files else { return Ok(0) };
    let listed = folder.clone();
    let old: Vec<(PathBuf, Option<Uuid>)> = blocking(move || {
        let mut old = Vec::new();
        for path in walk(&listed).map_err(io)? {
            let full = listed.join(&path);
            let Ok(modified) = full.metadata().and_then(|m| m.modified()) else { continue };
            let Ok(modified) = jiff::Timestamp::try_from(modified) else { continue };
            if now.duration_since(modified) > jiff::SignedDuration::from_hours(1) {
                let id = path.file_name().and_then(|n| n.to_str()).and_then(|n| n.parse().ok());
                old.push((full, id));
            }
        }
        Ok(old)
    })
    .await?;
    let mut swept = 0;
    for batch in old.chunks(500) {
        let reader = store.read().await?;
        let ids: Vec<Uuid> = batch.iter().filter_map(|(_, id)| *id).collect();
        let known: Vec<Uuid> = row::Entity::find()
            .filter(row::Column::Id.is_in(ids))
            .all(reader.db())
            .await?
            .into_iter()
            .map(|row| row.id)
            .collect();
        for (path, id) in batch {
            if id.is_none_or(|id| !known.contains(&id)) && std::fs::remove_file(path).is_ok() {
                swept += 1;
            }
        }
    }
    Ok(swept)
}

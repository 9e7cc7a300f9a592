//! The connection to a database and the transactions on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::OnceCell;

use crate::files::{FileStore, Pending};
use crate::migration::Migrator;
use crate::seal::Secret;
use crate::{Entropy, Error, Keyring, Result, idempotency, keys};

/// How many connections a pool holds at most.
const CONNECTIONS: u32 = 10;
/// How long a caller waits for a connection; on SQLite also for its turn to write.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long SQLite waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);
/// The advisory lock under which one process at a time migrates a PostgreSQL database ("beian").
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(423014359406)";

/// Which database is behind the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One embedded file, one writer.
    Sqlite,
    /// A server that several processes share.
    Postgres,
}

/// What a store needs to open.
#[derive(Clone)]
pub struct Options {
    /// `sqlite:PATH` (made when missing) or `postgres://…`.
    pub url: String,
    /// The master keys.
    pub keyring: Keyring,
    /// Where sealed files live; in the database itself when absent (several processes then share them).
    pub files: Option<PathBuf>,
    /// Where fresh keys and nonces come from.
    pub entropy: Arc<dyn Entropy>,
}

/// What all transactions share.
pub(crate) struct Shared {
    pub backend: Backend,
    pub reads: DatabaseConnection,
    pub writes: DatabaseConnection,
    pub keyring: Keyring,
    pub entropy: Arc<dyn Entropy>,
    pub files: FileStore,
    /// The key of the blind indexes, once it was read.
    pub index_key: OnceCell<Secret>,
}

/// An open database.
#[derive(Clone)]
pub struct Store {
    pub(crate) shared: Arc<Shared>,
}

/// One consistent view of the data.
pub struct Reader {
    db: DatabaseTransaction,
    pub(crate) shared: Arc<Shared>,
}

/// A write transaction; reads as a [`Reader`] too, and leaves nothing behind unless committed.
pub struct Tx {
    reader: Reader,
    pub(crate) pending: Pending,
}

impl std::ops::Deref for Tx {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Reader {
    /// The open transaction, for statements.
    pub(crate) fn db(&self) -> &DatabaseTransaction {
        &self.db
    }
}

impl Store {
    /// Opens the database; makes no tables.
    ///
    /// # Errors
    /// When the address is neither of SQLite nor of PostgreSQL, or the database is away.
    pub async fn connect(options: Options) -> Result<Self> {
        let Options { url, keyring, files, entropy } = options;
        let (backend, reads, writes) = if let Some(path) = url.strip_prefix("sqlite:") {
            let (reads, writes) = open_sqlite(path).await?;
            (Backend::Sqlite, reads, writes)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool = open_postgres(url).await?;
            (Backend::Postgres, pool.clone(), pool)
        } else {
            return Err(Error::Invalid("a database address that begins with neither sqlite: nor postgres://"));
        };
        let files = match files {
            Some(folder) => {
                std::fs::create_dir_all(&folder).map_err(|e| Error::Unavailable(e.kind().to_string()))?;
                FileStore::Folder(folder)
            }
            None => FileStore::Database,
        };
        let index_key = OnceCell::new();
        Ok(Self { shared: Arc::new(Shared { backend, reads, writes, keyring, entropy, files, index_key }) })
    }

    /// Brings the tables to this program's version and makes the index key on first use.
    ///
    /// # Errors
    /// When the database is away, or its keys cannot be opened with this keyring.
    pub async fn migrate(&self) -> Result<()> {
        match self.shared.backend {
            Backend::Postgres => {
                // Held on one connection while the migrations run on others; ends with its transaction.
                let lock = self.shared.writes.begin().await?;
                lock.execute_unprepared(MIGRATION_LOCK).await?;
                Migrator::up(&self.shared.writes, None).await?;
                lock.rollback().await?;
            }
            Backend::Sqlite => {
                // Another process may migrate at the same time: whoever loses looks again at what is left.
                if Migrator::up(&self.shared.writes, None).await.is_err() {
                    Migrator::up(&self.shared.writes, None).await?;
                }
            }
        }
        keys::ensure_index_key(self).await
    }

    /// The names of migrations that were not applied yet.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn pending_migrations(&self) -> Result<Vec<String>> {
        let pending = Migrator::get_pending_migrations_read_only(&self.shared.reads).await?;
        Ok(pending.iter().map(|m| m.name().to_owned()).collect())
    }

    /// Begins a read transaction.
    ///
    /// # Errors
    /// When no connection is free in time.
    pub async fn read(&self) -> Result<Reader> {
        let options = match self.shared.backend {
            Backend::Sqlite => TransactionOptions::default(),
            Backend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        let db = self.shared.reads.begin_with_options(options).await?;
        Ok(Reader { db, shared: Arc::clone(&self.shared) })
    }

    /// Begins a write transaction; on SQLite waits for the one writer.
    ///
    /// # Errors
    /// When no connection is free in time.
    pub async fn write(&self) -> Result<Tx> {
        let options = match self.shared.backend {
            Backend::Sqlite => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            },
            Backend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::ReadCommitted),
                ..TransactionOptions::default()
            },
        };
        let db = self.shared.writes.begin_with_options(options).await?;
        let pending = Pending::default();
        Ok(Tx { reader: Reader { db, shared: Arc::clone(&self.shared) }, pending })
    }

    /// What keeps the store from being used now, as words: the `database` does not answer, its `tables` are of an
    /// older program, the folder of the `files` is gone. Nothing when all is well.
    pub async fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        match self.pending_migrations().await {
            Ok(pending) if pending.is_empty() => {}
            Ok(_) => missing.push("tables"),
            Err(_) => missing.push("database"),
        }
        if let FileStore::Folder(folder) = &self.shared.files
            && !folder.is_dir()
        {
            missing.push("files");
        }
        missing
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.shared.backend
    }

    /// Closes every connection.
    pub async fn close(&self) {
        for pool in [&self.shared.reads, &self.shared.writes] {
            // A pool that cannot be closed is closed by the end of the process.
            let _ = pool.clone().close().await;
        }
    }
}

impl Tx {
    /// Makes everything written in this transaction last.
    ///
    /// # Errors
    /// When the database went away; whether the transaction lasts is then not known.
    pub async fn commit(self) -> Result<()> {
        idempotency::note_carried_out(&self).await?;
        let Self { reader, pending } = self;
        let result = reader.db.commit().await;
        pending.settle(result.is_ok());
        Ok(result?)
    }

    /// Undoes everything at once instead of at drop.
    ///
    /// # Errors
    /// When the database went away; nothing lasts then either.
    pub async fn rollback(self) -> Result<()> {
        let Self { reader, pending } = self;
        let result = reader.db.rollback().await;
        drop(pending);
        Ok(result?)
    }
}

/// The file a SQLite address names, without scheme, slashes and parameters.
fn sqlite_path(rest: &str) -> Result<&Path> {
    let path = rest.strip_prefix("//").unwrap_or(rest).split('?').next().unwrap_or_default();
    if path.is_empty() || path == ":memory:" {
        // Readers and the writer are separate connections: each would see a memory of its own.
        return Err(Error::Invalid("a database that is not a file"));
    }
    Ok(Path::new(path))
}

async fn open_sqlite(rest: &str) -> Result<(DatabaseConnection, DatabaseConnection)> {
    let path = sqlite_path(rest)?.to_owned();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| Error::Unavailable(e.kind().to_string()))?;
    }
    let common = |options: SqliteConnectOptions, path: PathBuf| {
        options
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
    };
    let mut write = ConnectOptions::new("sqlite:beian.sqlite");
    let writer_path = path.clone();
    write.max_connections(1).map_sqlx_sqlite_opts(move |o| common(o, writer_path.clone()));
    let mut read = ConnectOptions::new("sqlite:beian.sqlite");
    read.max_connections(CONNECTIONS)
        .map_sqlx_sqlite_opts(move |o| common(o, path.clone()).pragma("query_only", "true"));
    // The writer first: it makes the file and switches it to WAL.
    let writes = open(write).await?;
    Ok((open(read).await?, writes))
}

async fn open_postgres(url: String) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(CONNECTIONS).set_application_name("beian");
    open(options).await
}

async fn open(mut options: ConnectOptions) -> Result<DatabaseConnection> {
    // Statements are logged by nobody: they would tell what is looked up.
    options.sqlx_logging(false).record_stmt_in_spans(false).acquire_timeout(PATIENCE).connect_timeout(PATIENCE);
    Ok(Database::connect(options).await?)
}

#[cfg(test)]
mod tests {
    use super::sqlite_path;

    #[test]
    fn a_sqlite_address_names_a_file() {
        assert_eq!(sqlite_path("data/beian.sqlite").unwrap().to_str(), Some("data/beian.sqlite"));
        assert_eq!(sqlite_path("///srv/b.sqlite?mode=rwc").unwrap().to_str(), Some("/srv/b.sqlite"));
        assert!(sqlite_path(":memory:").is_err());
        assert!(sqlite_path("").is_err());
    }
}

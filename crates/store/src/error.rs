//! What can go wrong in the store, without a word of personal data.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// The result of everything in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong; its text never holds a value of a row.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such row.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Another writer was first, or the row would break a rule of uniqueness.
    #[error("conflict: {0}")]
    Conflict(Conflict),
    /// The database is locked or away; the same call may succeed later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A sealed value cannot be opened: its key is missing, or it was changed.
    #[error("a sealed value cannot be opened: {0}")]
    Sealed(&'static str),
    /// A row holds something this program never writes.
    #[error("a row is damaged: {0}")]
    Corrupt(&'static str),
    /// An argument cannot be stored.
    #[error("{0} cannot be stored")]
    Invalid(&'static str),
    /// The disk or the database refused for a reason nobody waits out.
    #[error("the store failed: {0}")]
    Internal(String),
}

/// Which rule a write ran into.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The row was changed since it was read.
    #[error("the row was changed since it was read")]
    Stale,
    /// Somebody else holds the lease now.
    #[error("the lease was lost")]
    LeaseLost,
    /// A running order already stands in the way.
    #[error("order {0} is still running")]
    Running(crate::OrderId),
    /// A unique value is taken; the word names the table or the index.
    #[error("the value is taken ({0})")]
    Taken(&'static str),
    /// The row is not in the state the change starts from.
    #[error("the row is in another state")]
    State,
}

impl Error {
    /// Whether the same call may succeed later without anything being mended.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether the row was changed since it was read.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        matches!(self, Self::Conflict(Conflict::Stale))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if let Some(sql) = error.sql_err() {
            // The message of a unique violation may quote the value: only the fact is kept.
            return match sql {
                SqlErr::UniqueConstraintViolation(_) => Self::Conflict(Conflict::Taken("unique")),
                SqlErr::ForeignKeyConstraintViolation(_) => Self::NotFound("row it refers to"),
                _ => Self::Internal("a constraint".to_owned()),
            };
        }
        let runtime = match &error {
            DbErr::ConnectionAcquire(_) => return Self::Unavailable("no connection is free".to_owned()),
            DbErr::Conn(RuntimeErr::SqlxError(e))
            | DbErr::Exec(RuntimeErr::SqlxError(e))
            | DbErr::Query(RuntimeErr::SqlxError(e)) => e.clone(),
            DbErr::RecordNotFound(_) => return Self::NotFound("row"),
            DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => return Self::Corrupt("a column's type"),
            other => return Self::Internal(kind_of(other).to_owned()),
        };
        from_sqlx(&runtime)
    }
}

/// Sorts a driver's error; codes only, because messages may quote values.
fn from_sqlx(error: &sea_orm::sqlx::Error) -> Error {
    use sea_orm::sqlx::Error as Sqlx;
    match error {
        Sqlx::Database(db) => {
            let code = db.code().unwrap_or_default().into_owned();
            if is_passing(&code) {
                Error::Unavailable(format!("code {code}"))
            } else {
                Error::Internal(format!("code {code}"))
            }
        }
        Sqlx::Io(e) => Error::Unavailable(e.kind().to_string()),
        Sqlx::PoolTimedOut => Error::Unavailable("no connection is free".to_owned()),
        Sqlx::PoolClosed => Error::Unavailable("the pool is closed".to_owned()),
        Sqlx::WorkerCrashed => Error::Unavailable("the database's thread ended".to_owned()),
        Sqlx::Tls(_) => Error::Unavailable("TLS".to_owned()),
        Sqlx::ColumnDecode { .. } | Sqlx::Decode(_) | Sqlx::ColumnNotFound(_) => Error::Corrupt("a column's type"),
        _ => Error::Internal("the database driver".to_owned()),
    }
}

/// Whether a database's code means "later": SQLite busy (5), locked (6), cannot open (14), disk full (13) and their
/// extended forms; PostgreSQL's connection (08), serialisation and deadlock (40), resources (53), operator (57P) and
/// lock (55P03) classes.
fn is_passing(code: &str) -> bool {
    // A SQLSTATE always has five characters, a code of SQLite never that many.
    if code.len() == 5 {
        return ["08", "40", "53", "57P"].iter().any(|class| code.starts_with(class)) || code == "55P03";
    }
    code.parse::<u32>().is_ok_and(|n| matches!(n & 0xff, 5 | 6 | 13 | 14))
}

const fn kind_of(error: &DbErr) -> &'static str {
    match error {
        DbErr::Conn(_) => "connection",
        DbErr::Exec(_) => "execution",
        DbErr::Query(_) => "query",
        DbErr::Migration(_) => "migration",
        DbErr::RecordNotInserted | DbErr::RecordNotUpdated => "nothing was written",
        _ => "the database layer",
    }
}

#[cfg(test)]
mod tests {
    use super::is_passing;

    #[test]
    fn a_locked_or_absent_database_is_worth_another_try_and_a_syntax_error_is_not() {
        for code in ["5", "6", "14", "261", "517", "08006", "40001", "40P01", "57P01", "55P03", "53300"] {
            assert!(is_passing(code), "{code}");
        }
        for code in ["1", "42601", "23505", "22P02", ""] {
            assert!(!is_passing(code), "{code}");
        }
    }
}

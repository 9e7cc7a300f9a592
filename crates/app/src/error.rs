//! Why an act was not done.

use filing::check::Finding;
use filing::stage::InvalidTransition;

/// The result of every act.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an act was not done; its text never holds personal data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or none that the actor may know of.
    #[error("not found")]
    NotFound,
    /// The actor's role may not do this.
    #[error("forbidden")]
    Forbidden,
    /// Name and password, or the session, or the key, are not good.
    #[error("unauthenticated")]
    Unauthenticated,
    /// The state of things does not allow it; the code says what stands in the way.
    #[error("conflict: {code}")]
    Conflict {
        /// A word with a text in the locale files.
        code: &'static str,
    },
    /// The input is wrong; each finding names its field.
    #[error("{} finding(s)", .0.len())]
    Invalid(Vec<Finding>),
    /// Too many tries; the same may be tried again later.
    #[error("throttled for {retry_after_seconds} s")]
    Throttled {
        /// When to try again.
        retry_after_seconds: u64,
    },
    /// What was asked for is no longer kept; start over from a snapshot.
    #[error("gone")]
    Gone,
    /// Something this depends on is away; the same may work later.
    #[error("unavailable: {code}")]
    Unavailable {
        /// What is away: a word with a text in the locale files.
        code: &'static str,
    },
    /// A mistake of the program or its installation.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// A mistake of the program or its installation.
    #[must_use]
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::Internal(detail.into())
    }

    /// Something that stands in the way.
    #[must_use]
    pub const fn conflict(code: &'static str) -> Self {
        Self::Conflict { code }
    }

    /// One wrong field, with the text of a locale file.
    #[must_use]
    pub fn field(field: &str, code: &'static str) -> Self {
        Self::Invalid(vec![crate::finding::block(field, code, &[])])
    }

    /// The error's word, which is also the end of its key `error-<code>` in the locale files.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Forbidden => "forbidden",
            Self::Unauthenticated => "unauthenticated",
            Self::Conflict { code } | Self::Unavailable { code } => code,
            Self::Invalid(_) => "invalid",
            Self::Throttled { .. } => "throttled",
            Self::Gone => "gone",
            Self::Internal(_) => "internal",
        }
    }

    /// The HTTP status that says the same.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Forbidden => 403,
            Self::Unauthenticated => 401,
            Self::Conflict { .. } => 409,
            Self::Invalid(_) => 422,
            Self::Throttled { .. } => 429,
            Self::Gone => 410,
            Self::Unavailable { .. } => 503,
            Self::Internal(_) => 500,
        }
    }

    /// What is wrong with the input, field by field.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Invalid(findings) => findings,
            _ => &[],
        }
    }

    /// Whether a job that met it should be tried again later.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Conflict { .. } | Self::Throttled { .. })
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        use store::error::Conflict;
        match error {
            store::Error::NotFound(_) => Self::NotFound,
            store::Error::Conflict(Conflict::Stale) => Self::conflict("version"),
            store::Error::Conflict(Conflict::Running(_)) => Self::conflict("running-order"),
            store::Error::Conflict(Conflict::Taken(_)) => Self::conflict("taken"),
            store::Error::Conflict(Conflict::State) => Self::conflict("stage"),
            store::Error::Conflict(Conflict::LeaseLost) => Self::conflict("lease-lost"),
            store::Error::Unavailable(_) => Self::Unavailable { code: "database-away" },
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<InvalidTransition> for Error {
    fn from(_: InvalidTransition) -> Self {
        Self::conflict("stage")
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(format!("JSON: {:?} at {}:{}", error.classify(), error.line(), error.column()))
    }
}

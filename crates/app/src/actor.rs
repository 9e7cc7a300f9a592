//! Who does something, and from where.

use std::fmt;

use serde::{Deserialize, Serialize};
use store::account::Role;
use store::{AccountId, ApiKeyId, SessionId};

use crate::language::Language;

/// Somebody known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub account: AccountId,
    /// The account's role.
    pub role: Role,
    /// How it came in.
    pub via: Via,
}

/// How an actor came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// With the cookie or token of a log-in.
    Session(SessionId),
    /// With an API key.
    ApiKey(ApiKeyId),
    /// From the command line of the machine.
    Cli,
}

impl Via {
    /// The word in audit lines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session(_) => "session",
            Self::ApiKey(_) => "api_key",
            Self::Cli => "cli",
        }
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Actor {
    /// The operator at the command line, who may administrate.
    #[must_use]
    pub const fn operator() -> Self {
        Self { account: AccountId(uuid::Uuid::nil()), role: Role::Administrator, via: Via::Cli }
    }

    /// Whether the actor works for the provider.
    #[must_use]
    pub const fn is_staff(&self) -> bool {
        matches!(self.role, Role::Reviewer | Role::Supervisor | Role::Administrator | Role::Auditor)
    }
}

/// Where a request comes from, before anybody is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The client's address.
    pub ip: String,
    /// What the client calls itself.
    pub user_agent: String,
    /// The language it asked for.
    pub language: Language,
}

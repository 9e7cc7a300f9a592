//! What others told of a domain: the registry, the resolvers. Whoever said nothing is named; silence is never an answer.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::detect::Answer;
use crate::words::words;

words! {
    /// Why somebody who was asked said nothing that can be used.
    pub enum Why {
        /// It did not answer in time.
        TimedOut = "timed_out",
        /// It could not be reached, or hung up.
        Unreachable = "unreachable",
        /// It refused to answer: too many questions, or an error of its own.
        Refused = "refused",
        /// Its answer was cut, contradicts itself, or is about something else.
        Garbled = "garbled",
        /// Nobody is known who could be asked.
        NoServer = "no_server",
    }
}

/// Somebody who was asked and said nothing that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// Who, such as `RDAP rdap.example.cn`.
    pub who: String,
    /// Why.
    pub why: Why,
}

/// What is known of a domain's registration, with the day it was learnt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The day this was learnt.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// Whether anybody has registered it.
    #[serde(default = "unknown")]
    pub registered: Answer,
    /// The last day it is registered.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    /// Whether its holder is verified by name.
    #[serde(default = "unknown")]
    pub verified: Answer,
    /// The day its holder was verified.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub verified_on: Option<Date>,
    /// Whether it was registered with this provider.
    #[serde(default)]
    pub registered_here: bool,
    /// Its holder's name.
    #[serde(default)]
    pub holder: Option<String>,
    /// The registrar it was registered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar: Option<String>,
    /// Its states in the words of EPP (RFC 5731), such as `clientHold`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<String>,
    /// Who told it, such as `RDAP rdap.example.cn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Who was asked and did not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<Silence>,
}

impl Registration {
    /// A registration nobody told anything of.
    #[must_use]
    pub const fn unknown(as_of: Date) -> Self {
        Self {
            as_of,
            registered: Answer::Unknown,
            expires_on: None,
            verified: Answer::Unknown,
            verified_on: None,
            registered_here: false,
            holder: None,
            registrar: None,
            statuses: Vec::new(),
            source: None,
            silent: Vec::new(),
        }
    }

    /// Whether it is taken out of the DNS by its registrar or registry.
    #[must_use]
    pub fn on_hold(&self) -> Option<&str> {
        let is_hold =
            |status: &&String| ["clientHold", "serverHold"].iter().any(|hold| status.eq_ignore_ascii_case(hold));
        self.statuses.iter().find(is_hold).map(String::as_str)
    }

    /// Whether it says anything of the registration itself.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self.registered, Answer::Unknown) || self.expires_on.is_some()
    }
}

/// Where a domain's name and its `www` lead, with the day it was learnt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// The day this was learnt.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The addresses that are not this provider's.
    #[serde(default)]
    pub elsewhere: Vec<String>,
    /// The addresses that are this provider's.
    #[serde(default)]
    pub here: Vec<String>,
    /// Whether the resolvers that answered gave the same addresses; with fewer than two nobody knows.
    #[serde(default = "unknown")]
    pub agree: Answer,
    /// Which resolvers answered.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Which did not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<Silence>,
}

const fn unknown() -> Answer {
    Answer::Unknown
}

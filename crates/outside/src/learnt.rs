//! An answer with its age and its source, or who said nothing and why.

use filing::outside::{Silence, Why};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learnt<T> {
    /// When it was asked.
    pub as_of: Timestamp,
    /// What was told; none when nobody told anything.
    pub known: Option<T>,
    /// Who told it, such as `RDAP rdap.example.cn`.
    pub sources: Vec<String>,
    /// Who was asked and said nothing that can be used.
    pub silent: Vec<Silence>,
}

impl<T> Learnt<T> {
    /// Nobody was asked.
    #[must_use]
    pub const fn nothing(as_of: Timestamp) -> Self {
        Self { as_of, known: None, sources: Vec::new(), silent: Vec::new() }
    }

    /// Whether anybody was asked at all.
    #[must_use]
    pub const fn was_asked(&self) -> bool {
        self.known.is_some() || !self.silent.is_empty()
    }

    /// Notes that somebody said nothing.
    pub(crate) fn note(&mut self, who: String, why: Why) {
        tracing::debug!(%who, %why, "nothing was told");
        self.silent.push(Silence { who, why });
    }
}

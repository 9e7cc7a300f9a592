//! One audit line for every act, in the transaction of the act.

use jiff::Timestamp;
use store::audit::Line;
use store::{AccountId, Tx};
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::Result;

/// The most characters kept of a reason.
const LONGEST_REASON: usize = 300;

/// A line being written.
#[derive(Debug, Clone)]
pub struct Trail {
    line: Line,
}

impl Trail {
    /// Somebody known does an act.
    #[must_use]
    pub fn by(actor: &Actor, act: &str, at: Timestamp) -> Self {
        // The operator at the command line has no account.
        let account = (!actor.account.0.is_nil()).then_some(actor.account);
        Self::line(account, actor.role.as_str(), actor.via.as_str(), act, at)
    }

    /// Somebody does an act before they are known.
    #[must_use]
    pub fn by_stranger(act: &str, at: Timestamp) -> Self {
        Self::line(None, "stranger", "web", act, at)
    }

    /// Whoever holds the link for the phone does an act in the name of the account that made it.
    #[must_use]
    pub fn by_handover(account: AccountId, act: &str, at: Timestamp) -> Self {
        Self::line(Some(account), "applicant", "handover", act, at)
    }

    /// The platform does it by itself.
    #[must_use]
    pub fn by_job(act: &str, at: Timestamp) -> Self {
        Self::line(None, "system", "job", act, at)
    }

    /// The authority did it; a job noted it.
    #[must_use]
    pub fn by_authority(act: &str, at: Timestamp) -> Self {
        Self::line(None, "authority", "job", act, at)
    }

    fn line(actor: Option<AccountId>, role: &str, via: &str, act: &str, at: Timestamp) -> Self {
        Self {
            line: Line {
                at,
                actor,
                role: role.to_owned(),
                via: via.to_owned(),
                act: act.to_owned(),
                target_kind: String::new(),
                target: None,
                from: None,
                to: None,
                why: None,
                facts: serde_json::Value::Null,
            },
        }
    }

    /// What it is done to.
    #[must_use]
    pub fn on(mut self, kind: &str, target: impl Into<Uuid>) -> Self {
        kind.clone_into(&mut self.line.target_kind);
        self.line.target = Some(target.into());
        self
    }

    /// The state before and after.
    #[must_use]
    pub fn moved(mut self, from: &str, to: &str) -> Self {
        self.line.from = Some(from.to_owned());
        self.line.to = Some(to.to_owned());
        self
    }

    /// The reason that was given, as far as a reason needs room.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.line.why = Some(why.into().chars().take(LONGEST_REASON).collect());
        self
    }

    /// Further facts, without personal data.
    #[must_use]
    pub fn with(mut self, facts: serde_json::Value) -> Self {
        self.line.facts = facts;
        self
    }

    /// Writes the line. The head of the trail is locked from here to the commit: write last.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn write(self, tx: &Tx) -> Result<()> {
        metrics::counter!("beian_acts_total", "act" => self.line.act.clone(), "via" => self.line.via.clone())
            .increment(1);
        store::audit::append(tx, &self.line).await?;
        Ok(())
    }
}

//! Whom and what a rule is for: kinds of rules, natures of subjects, actions of orders.

use serde::{Deserialize, Deserializer, Serialize};

use crate::detect::Answer;
use crate::nature::Nature;
use crate::recorded::Question;
use crate::stage::Action;
use crate::text::Text;
use crate::words::words;

words! {
    /// What becomes of a rule.
    pub enum RuleKind {
        /// A machine decides; a breach is a finding.
        Check = "check",
        /// A person decides; it is shown at its field and to the reviewer.
        Guidance = "guidance",
        /// A term that timers and forecasts count by.
        Deadline = "deadline",
    }
}

words! {
    /// Whom a rule is for.
    pub enum Natures {
        /// Everybody.
        All = "all",
        /// Units of whatever nature.
        Unit = "unit",
        /// Persons.
        Individual = "individual",
        /// State bodies, public institutions and mass organizations.
        StateBody = "state_body",
    }
}

impl Natures {
    /// Whether a nature is among them.
    #[must_use]
    pub const fn include(self, nature: Nature) -> bool {
        match self {
            Self::All => true,
            Self::Unit => !nature.is_individual(),
            Self::Individual => nature.is_individual(),
            Self::StateBody => nature.is_state_body(),
        }
    }
}

/// The actions that a word of the rule files stands for: one action, or `adding`, `new_site` (what is added is a site and
/// not an access only), `changing`, `cancelling`, `all`.
fn actions_of(word: &str) -> Option<Vec<Action>> {
    let some = |wanted: fn(Action) -> bool| Action::ALL.iter().copied().filter(|action| wanted(*action)).collect();
    Some(match word {
        "adding" => some(Action::opens_access),
        "new_site" => some(|action| action.opens_access() && !action.adds_access()),
        "changing" => some(Action::changes),
        "cancelling" => some(Action::cancels),
        "all" => Action::ALL.to_vec(),
        word => vec![Action::from_word(word)?],
    })
}

/// Reads the `actions` of a rule or a family, groups spelled out, each action once.
pub(super) fn actions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Action>, D::Error> {
    let mut actions = Vec::new();
    for word in Vec::<String>::deserialize(deserializer)? {
        let known = actions_of(&word).ok_or_else(|| serde::de::Error::custom(format!("no action is called {word}")))?;
        actions.extend(known);
    }
    actions.sort_unstable();
    actions.dedup();
    Ok(actions)
}

/// What one of several sources says, where public sources disagree: then the rule is a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// What it says.
    pub says: Text,
    /// Who says it, and when.
    pub source: String,
    /// Whether the product goes by it.
    #[serde(default)]
    pub in_force: bool,
}

/// The answer to a question that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The question.
    pub question: Question,
    /// The answer.
    pub is: Answer,
}

//! `rules/preflight.toml`: the roads, the steps with their usual times, and the sentences of a verdict.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::plan::Party;
use crate::stage::Action;
use crate::text::Text;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Data {
    pub road: Vec<Road>,
    pub step: BTreeMap<String, StepData>,
    pub question: BTreeMap<String, Sentence>,
    pub later: BTreeMap<String, Text>,
    pub fault: BTreeMap<String, Sentence>,
    pub resource: BTreeMap<String, Text>,
    pub paper: BTreeMap<String, Text>,
}

/// Which steps some actions take, in their order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Road {
    pub actions: Vec<Action>,
    pub steps: Vec<String>,
}

/// One step and how long it usually takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepData {
    pub who: Party,
    pub title: Text,
    pub detail: Text,
    pub unit: Unit,
    #[serde(default)]
    pub min: u32,
    #[serde(default)]
    pub max: u32,
    /// Whether the usual time is the province's own.
    #[serde(default)]
    pub by_province: bool,
    /// What the law allows at most, in the same unit.
    #[serde(default)]
    pub limit: Option<u32>,
    /// The steps it is counted from; the one before it when there is none.
    #[serde(default)]
    pub after: Vec<String>,
    pub source: String,
}

/// What a step is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    /// Working days by the State Council's calendar.
    WorkingDays,
    /// Days as they come.
    Days,
}

/// Something to say and what to do about it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sentence {
    pub message: Text,
    pub fix: Text,
}

/// The data of the file.
pub(super) fn data() -> &'static Data {
    static DATA: OnceLock<Data> = OnceLock::new();
    DATA.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        toml::from_str(include_str!("../../rules/preflight.toml")).expect("rules/preflight.toml is well formed")
    })
}

/// The text of a word, or the word itself where the file has none.
pub(super) fn text(of: &BTreeMap<String, Text>, word: &str) -> Text {
    of.get(word).cloned().unwrap_or_else(|| Text::new(word, word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Question;
    use crate::material::MaterialKind;
    use crate::resource::ResourceKind;

    #[test]
    fn every_word_has_its_text_and_every_road_its_steps() {
        let data = data();
        for kind in ResourceKind::ALL {
            assert!(data.resource.contains_key(kind.as_str()), "{kind}");
        }
        for kind in MaterialKind::ALL {
            assert!(data.paper.contains_key(kind.as_str()), "{kind}");
        }
        for question in Question::ALL {
            assert!(data.question.contains_key(question.as_str()), "{question}");
        }
        for action in Action::ALL.iter().filter(|action| action.opens_access()) {
            let roads = data.road.iter().filter(|road| road.actions.contains(action)).count();
            assert_eq!(roads, 1, "{action} has {roads} roads");
        }
        for step in data.road.iter().flat_map(|road| &road.steps) {
            assert!(data.step.contains_key(step), "{step}");
        }
    }
}

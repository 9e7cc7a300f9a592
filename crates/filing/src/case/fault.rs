//! What is wrong with a case file, in words.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::Text;

/// One thing that is wrong with a case file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseFault {
    /// Where, such as `draft.sites.0.content`; empty for the whole file.
    pub path: String,
    /// What is wrong.
    pub message: Text,
    /// What to write instead.
    pub hint: Text,
}

impl fmt::Display for CaseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.path, self.message.en, self.hint.en)
    }
}

#[derive(Deserialize)]
struct Sentence {
    message: Text,
    hint: Text,
}

fn sentences() -> &'static HashMap<String, Sentence> {
    static SENTENCES: OnceLock<HashMap<String, Sentence>> = OnceLock::new();
    SENTENCES.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        toml::from_str(include_str!("../../data/case-faults.toml")).expect("data/case-faults.toml is well formed")
    })
}

impl CaseFault {
    /// The sentence of a key of `data/case-faults.toml`, with its holes filled.
    pub(super) fn new(path: &str, key: &str, holes: &[(&str, &str)]) -> Self {
        let fill = |text: &Text| holes.iter().fold(text.clone(), |text, (name, value)| text.with(name, value));
        let (message, hint) = sentences()
            .get(key)
            .map_or_else(|| (Text::new(key, key), Text::default()), |s| (fill(&s.message), fill(&s.hint)));
        Self { path: path.to_owned(), message, hint }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_data_file_has_a_sentence_for_every_key_the_code_names_and_no_other() {
        let mut named = BTreeSet::new();
        for source in [include_str!("validate.rs"), include_str!("shape.rs")] {
            let parts: Vec<&str> = source.split('"').collect();
            let keys = parts.windows(2).filter(|pair| pair[1].trim_start_matches([',', ' ', '\n']).starts_with("&["));
            named.extend(
                keys.map(|pair| pair[0]).filter(|key| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')),
            );
        }
        // These two are chosen between before they are named.
        named.extend(["unknown", "unknown-near"]);
        let known: BTreeSet<&str> = sentences().keys().map(String::as_str).collect();
        assert_eq!(named, known);
    }
}

//! Why filings are sent back: the catalogue that leads from a result code to fields, advice and the rules that foresee it.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::stage::Action;
use crate::text::Text;
use crate::words::words;

words! {
    /// Who sends a filing back for a reason.
    pub enum Sender {
        /// The provider's reviewer.
        Provider = "provider",
        /// The authority.
        Authority = "authority",
        /// Either of them.
        Both = "both",
    }
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Its id, such as `r02`.
    pub id: String,
    /// What it is, in a few words.
    pub title: Text,
    /// What to do.
    pub advice: Text,
    /// The fields it speaks of; `*` stands for a site's number.
    pub fields: Vec<String>,
    /// Who sends a filing back for it.
    pub who: Sender,
    /// The authority's result codes that mean it.
    #[serde(default)]
    pub codes: Vec<u16>,
    /// Those of them that were added by their meaning.
    #[serde(default)]
    pub by_name: Vec<u16>,
    /// The rules that foresee it.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Whether it belongs to papers nobody asks for any more.
    #[serde(default)]
    pub old: bool,
    /// Where it was read.
    pub source: String,
}

#[derive(Deserialize)]
struct Table {
    reason: Vec<Reason>,
}

/// All reasons.
pub fn reasons() -> &'static [Reason] {
    static REASONS: OnceLock<Vec<Reason>> = OnceLock::new();
    REASONS.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        let table: Table =
            toml::from_str(include_str!("../data/rejections.toml")).expect("data/rejections.toml is well formed");
        table.reason
    })
}

/// The reasons behind a result code; none when the code is an operator's or says nothing to an applicant.
pub fn of_code(code: u16) -> impl Iterator<Item = &'static Reason> {
    reasons().iter().filter(move |reason| reason.codes.contains(&code))
}

/// What an applicant mends after a result code, for what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mend {
    codes: Vec<u16>,
    #[serde(default)]
    actions: Vec<Action>,
    fields: Vec<String>,
    advice: Text,
}

#[derive(Deserialize)]
struct Mends {
    code: Vec<Mend>,
}

fn mend_of(code: i64, action: Option<Action>) -> Option<&'static Mend> {
    static MENDS: OnceLock<Vec<Mend>> = OnceLock::new();
    let mends = MENDS.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        let mends: Mends =
            toml::from_str(include_str!("../data/result-codes.toml")).expect("data/result-codes.toml is well formed");
        mends.code
    });
    let code = u16::try_from(code).ok()?;
    mends.iter().find(|mend| {
        mend.codes.contains(&code)
            && (mend.actions.is_empty() || action.is_some_and(|action| mend.actions.contains(&action)))
    })
}

/// The fields a failing result code speaks of, `*` for a site's number; `order` when it may be any of them, and for a
/// code nobody knows.
#[must_use]
pub fn fields_of(code: i64, action: Option<Action>) -> Vec<&'static str> {
    mend_of(code, action).map_or_else(|| vec!["order"], |mend| mend.fields.iter().map(String::as_str).collect())
}

/// What the applicant is to do after a failing result code; none for a code nobody knows.
#[must_use]
pub fn advice_of(code: i64, action: Option<Action>) -> Option<&'static Text> {
    mend_of(code, action).map(|mend| &mend.advice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_catalogue_is_whole_and_names_rules_that_exist() {
        let ids: BTreeSet<&str> = reasons().iter().map(|reason| reason.id.as_str()).collect();
        assert_eq!((reasons().len(), ids.len()), (38, 38));
        for reason in reasons() {
            assert!(!reason.fields.is_empty() && !reason.advice.zh.is_empty(), "{}", reason.id);
            assert!(reason.by_name.iter().all(|code| reason.codes.contains(code)), "{}", reason.id);
            for rule in &reason.rules {
                assert!(crate::check::rule(rule).is_some(), "{} names {rule}", reason.id);
            }
        }
    }

    #[test]
    fn what_a_code_asks_to_mend_goes_by_what_was_asked() {
        let fields = |code, action| fields_of(code, Some(action)).join(" ");
        assert_eq!(fields(1003, Action::FirstFiling), "basic.certificate_number");
        assert_eq!(fields(1005, Action::AddSiteHere), "basic.domain sites.*.domain");
        assert_eq!(fields(1063, Action::OneClickAccess), "basic.resource sites.*.resource");
        assert_eq!(fields(1059, Action::AddAccess), "basic.domain sites.*.domain", "the number follows the domain");
        assert_eq!(fields(1016, Action::AddSiteElsewhere), "basic.certificate_number");
        assert_eq!(fields(1016, Action::AddAccess), "basic.domain sites.*.domain");
        assert_eq!(fields(1016, Action::ChangeFiling), "order");
        assert_eq!((fields(7777, Action::FirstFiling), advice_of(7777, None)), ("order".to_owned(), None));
    }

    #[test]
    fn a_code_leads_to_its_fields() {
        let fields = |code| of_code(code).flat_map(|reason| reason.fields.clone()).collect::<Vec<_>>();
        assert_eq!(fields(1004), ["sites.*.domain"]);
        assert_eq!(fields(1009), ["principal.email", "sites.*.manager.email"]);
        assert_eq!(of_code(1021).count(), 2, "a home page's address that is wrong, or another's");
        assert_eq!(of_code(1001).count(), 0, "an approval is no reason");
    }
}

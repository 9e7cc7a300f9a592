//! Examples of rules as data: a known case, what is changed in it so that the rule catches, and what so that it does not.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Facts, Finding, run};
use crate::case::CaseFile;
use crate::draft::Draft;
use crate::words::words;

/// The day examples are judged on unless they name another.
pub const DAY: Date = date(2026, 11, 21);

words! {
    /// The case an example starts from; nothing is wrong with any of them.
    pub enum Base {
        /// 云杉科技（杭州）有限公司 in Zhejiang with two sites, the second managed by somebody else.
        Company = "company",
        /// 林知夏 of Beijing with one site.
        Individual = "individual",
        /// A government body.
        Government = "government",
    }
}

impl Base {
    const fn file(self) -> &'static str {
        match self {
            Self::Company => include_str!("../../../../examples/cases/company-two-sites.json"),
            Self::Individual => include_str!("../../../../examples/cases/individual.json"),
            Self::Government => include_str!("../../../../examples/cases/government.json"),
        }
    }

    /// The draft and the facts of the case as they are.
    #[must_use]
    pub fn world(self) -> (Draft, Facts) {
        #[expect(clippy::expect_used, reason = "the cases are compiled in and a test reads them")]
        let case: CaseFile = serde_json::from_str(self.file()).expect("examples/cases are well formed");
        let facts = case.facts();
        (case.draft, facts)
    }
}

/// What is changed in a case: the path of a field of the draft or of the facts, and its new value.
///
/// `+path` adds to a list, `-path` takes away what stands there. A key of a map may hold dots, as domains do.
pub type Changes = BTreeMap<String, Value>;

/// What fails a rule and what passes, each as changes to one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The case it starts from.
    pub base: Base,
    /// The day of the example that fails.
    #[serde(default = "day")]
    pub on: Date,
    /// What makes the rule catch.
    pub fails: Changes,
    /// The day of the example that passes, when the day is the difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passes_on: Option<Date>,
    /// What the rule lets pass: the nearest thing that is right.
    #[serde(default)]
    pub passes: Changes,
}

const fn day() -> Date {
    DAY
}

/// Why an example cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {why}")]
pub struct ExampleFault {
    /// The change that is at fault, or `draft` or `facts` for what they became.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
}

impl Example {
    /// What the checks say of the example that fails.
    ///
    /// # Errors
    /// When a change does not fit the case.
    pub fn findings_failing(&self) -> Result<Vec<Finding>, ExampleFault> {
        let (draft, facts) = changed(self.base, &self.fails)?;
        Ok(run(&draft, &facts, self.on))
    }

    /// What the checks say of the example that passes.
    ///
    /// # Errors
    /// When a change does not fit the case.
    pub fn findings_passing(&self) -> Result<Vec<Finding>, ExampleFault> {
        let (draft, facts) = changed(self.base, &self.passes)?;
        Ok(run(&draft, &facts, self.passes_on.unwrap_or(self.on)))
    }
}

/// A case with changes made to it.
///
/// # Errors
/// When a change does not fit the case.
pub fn changed(base: Base, changes: &Changes) -> Result<(Draft, Facts), ExampleFault> {
    let (draft, facts) = base.world();
    let json = |part: &str, value: serde_json::Result<Value>| value.map_err(|error| fault(part, error));
    let mut draft = json("draft", serde_json::to_value(&draft))?;
    let mut facts = json("facts", serde_json::to_value(&facts))?;
    // Backwards, so that what is set first is not counted over by what is then taken away before it.
    for (written, value) in changes.iter().rev() {
        let path = written.trim_start_matches(['+', '-']);
        let first = path.split('.').next().unwrap_or_default();
        let part = if draft.get(first).is_some() { &mut draft } else { &mut facts };
        change(part, written, path, value).map_err(|why| ExampleFault { path: written.clone(), why })?;
    }
    let draft = serde_json::from_value(draft).map_err(|error| fault("draft", error))?;
    let facts = serde_json::from_value(facts).map_err(|error| fault("facts", error))?;
    Ok((draft, facts))
}

fn fault(path: &str, error: impl std::fmt::Display) -> ExampleFault {
    ExampleFault { path: path.to_owned(), why: error.to_string() }
}

fn change(whole: &mut Value, written: &str, path: &str, value: &Value) -> Result<(), String> {
    match whole {
        Value::Object(map) => {
            // The longest key that fits: domains are keys and have dots.
            let known = map.keys().filter(|key| path.strip_prefix(key.as_str()).is_some_and(ends_segment));
            let key = known.max_by_key(|key| key.len()).map_or(path, String::as_str).to_owned();
            let rest = path[key.len()..].trim_start_matches('.');
            if rest.is_empty() && written.starts_with('-') {
                return map.remove(&key).map(drop).ok_or_else(|| "nothing stands there".to_owned());
            }
            if rest.is_empty() && !written.starts_with('+') {
                map.insert(key, value.clone());
                return Ok(());
            }
            change(map.entry(key).or_insert_with(|| Value::Array(Vec::new())), written, rest, value)
        }
        Value::Array(list) if path.is_empty() => {
            list.push(value.clone());
            Ok(())
        }
        Value::Array(list) => {
            let (index, rest) = path.split_once('.').unwrap_or((path, ""));
            let at: usize = index.parse().map_err(|_| format!("{index} is no number in a list"))?;
            if at >= list.len() {
                return Err(format!("the list has no number {at}"));
            }
            match (rest, written.starts_with('-')) {
                ("", true) => drop(list.remove(at)),
                ("", false) if !written.starts_with('+') => list[at] = value.clone(),
                (rest, _) => return change(&mut list[at], written, rest, value),
            }
            Ok(())
        }
        _ => Err("it leads into a plain value".to_owned()),
    }
}

fn ends_segment(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changes(list: &[(&str, Value)]) -> Changes {
        list.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect()
    }

    #[test]
    fn a_change_finds_its_place_in_draft_and_facts() {
        let made = changes(&[
            ("basic.name", json!("青禾")),
            ("sites.1.manager.mobile", json!("13700005518")),
            ("registrations.yunshan-tech.cn.holder", json!("青禾")),
            ("-sites.0.languages.1", json!(true)),
            ("+domains_in_other_orders", json!("a.cn")),
        ]);
        let (draft, facts) = changed(Base::Company, &made).unwrap();
        assert_eq!(draft.basic.name, "青禾");
        assert_eq!(draft.sites[1].manager.mobile, "13700005518");
        assert_eq!(draft.sites[0].languages, ["1"]);
        assert_eq!(facts.registrations["yunshan-tech.cn"].holder.as_deref(), Some("青禾"));
        assert_eq!(facts.domains_in_other_orders, ["a.cn"]);
    }

    #[test]
    fn a_change_that_fits_nowhere_is_refused() {
        for path in ["basic.nmae", "sites.2.name", "sites.x.name", "-identity.nmae", "basic.name.first", "nmae"] {
            assert!(changed(Base::Company, &changes(&[(path, json!("x"))])).is_err(), "{path}");
        }
    }
}

//! Drafts as flat lists of fields: for masking, comparing and marking them one by one.

use std::collections::BTreeMap;

use filing::draft::Draft;
use serde_json::Value;

/// The fields of a draft by path, such as `sites.0.manager.mobile`; a list of choices is one field.
#[must_use]
pub fn flatten(draft: &Draft) -> BTreeMap<String, String> {
    flatten_value(&serde_json::to_value(draft).unwrap_or_default())
}

/// The fields of anything that is written as JSON, by path.
#[must_use]
pub fn flatten_value(value: &Value) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    walk(&mut fields, String::new(), value);
    fields
}

fn walk(fields: &mut BTreeMap<String, String>, path: String, value: &Value) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| walk(fields, below(name), value)),
        Value::Array(items) if items.iter().all(Value::is_string) && !items.is_empty() => {
            let words: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            fields.insert(path, words.join(","));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| walk(fields, below(&index.to_string()), value));
        }
        Value::String(text) => {
            fields.insert(path, text.clone());
        }
        Value::Null => {}
        other => {
            fields.insert(path, other.to_string());
        }
    }
}

/// Whether a path is another one or lies below it.
#[must_use]
pub fn is_at_or_below(path: &str, above: &str) -> bool {
    path == above || path.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'))
}

/// The fields at a path and below it.
#[must_use]
pub fn below<'a>(fields: &'a BTreeMap<String, String>, above: &str) -> Vec<(&'a str, &'a str)> {
    fields
        .iter()
        .filter(|(path, _)| is_at_or_below(path, above))
        .map(|(path, value)| (path.as_str(), value.as_str()))
        .collect()
}

/// The paths whose values differ between two drafts.
#[must_use]
pub fn changed(before: &Draft, after: &Draft) -> Vec<String> {
    let (before, after) = (flatten(before), flatten(after));
    let mut paths: Vec<String> =
        after.iter().filter(|(path, value)| before.get(*path) != Some(value)).map(|(path, _)| path.clone()).collect();
    paths.extend(before.keys().filter(|path| !after.contains_key(*path)).cloned());
    paths
}

#[cfg(test)]
mod tests {
    use filing::draft::{ApprovalDraft, SiteDraft};

    use super::*;

    #[test]
    fn every_value_has_a_path() {
        let mut draft = Draft::default();
        draft.basic.domain = "a.cn".into();
        draft.sites.push(SiteDraft {
            languages: vec!["1".into(), "2".into()],
            approvals: vec![ApprovalDraft { kind: "3".into(), number: "x".into() }],
            ..SiteDraft::default()
        });
        let fields = flatten(&draft);
        assert_eq!(fields["basic.domain"], "a.cn");
        assert_eq!(fields["sites.0.languages"], "1,2");
        assert_eq!(fields["sites.0.approvals.0.number"], "x");
        assert_eq!(fields["sites.0.manager_is_principal"], "false");
    }

    #[test]
    fn a_removed_site_shows_as_a_change() {
        let mut before = Draft::default();
        before.sites.push(SiteDraft { name: "甲".into(), ..SiteDraft::default() });
        assert!(changed(&before, &Draft::default()).contains(&"sites.0.name".to_owned()));
        assert_eq!(changed(&before, &before), Vec::<String>::new());
    }

    #[test]
    fn below_is_by_whole_names() {
        assert!(is_at_or_below("sites.1.name", "sites.1"));
        assert!(!is_at_or_below("sites.10.name", "sites.1"));
    }
}

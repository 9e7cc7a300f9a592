//! Prints the configuration: what can be set (for `docs/config.md`) and what is set, and where.

use super::{Config, Loaded};
use serde_json::{Map, Value};
use std::fmt::Write as _;
use utoipa::{PartialSchema as _, ToSchema as _};

/// One key of the configuration.
pub struct Key {
    /// The path, such as `server.listen`.
    pub path: String,
    /// The value, with secrets masked.
    pub value: Value,
}

/// Every key with its value, in the order of the structure.
pub fn keys(config: &Config) -> Vec<Key> {
    let mut found = Vec::new();
    collect("", serde_json::to_value(config).unwrap_or_default(), &mut found);
    found
}

fn collect(path: &str, value: Value, found: &mut Vec<Key>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name } else { format!("{path}.{name}") };
                collect(&path, value, found);
            }
        }
        value => found.push(Key { path: path.to_owned(), value }),
    }
}

/// What is set, one key a line: the key, its value, and where it was said.
pub fn show(loaded: &Loaded) -> String {
    let rows: Vec<(String, String, String)> = keys(&loaded.config)
        .into_iter()
        .map(|key| {
            let source = loaded.source_of(&key.path);
            (key.path, key.value.to_string(), source)
        })
        .collect();
    let width = |column: fn(&(String, String, String)) -> &String| {
        rows.iter().map(|row| column(row).chars().count()).max().unwrap_or_default()
    };
    let (first, second) = (width(|row| &row.0), width(|row| &row.1).min(48));
    rows.iter().fold(String::new(), |mut text, (path, value, source)| {
        let _ = writeln!(text, "{path:first$}  {value:second$}  {source}");
        text
    })
}

/// The same as [`show`] for a machine.
pub fn show_json(loaded: &Loaded) -> Value {
    let rows = keys(&loaded.config).into_iter().map(|key| {
        let source = loaded.source_of(&key.path);
        serde_json::json!({ "key": key.path, "value": key.value, "source": source })
    });
    Value::Array(rows.collect())
}

const HEAD: &str = "# Configuration

Written by `make docs` from the comments in the code; do not edit.

A value is looked for in this order, and the last one found counts: the default; a file in TOML (`--config FILE`, else
`BEIAN_CONFIG`, else `$XDG_CONFIG_HOME/beian/beian.toml`, else `/etc/beian/beian.toml`); the environment; the command line.
The variable of a key is `BEIAN_`, then the key in capitals with two underscores for each dot: `server.listen` is
`BEIAN_SERVER__LISTEN`. On the command line every key can be given as `--set KEY=VALUE`. An unknown key is an error.
`beian config show` prints every key with its value and where it came from; secrets are masked.
";

/// The reference of every key, in Markdown.
pub fn reference() -> String {
    let mut parts = Vec::new();
    Config::schemas(&mut parts);
    let definitions: Map<String, Value> =
        parts.into_iter().map(|(name, part)| (name, serde_json::to_value(part).unwrap_or_default())).collect();
    let schema = serde_json::to_value(Config::schema()).unwrap_or_default();
    let mut text = HEAD.to_owned();
    let defaults = serde_json::to_value(Config::default()).unwrap_or_default();
    sections("", &schema, &definitions, &defaults, &mut text);
    text
}

/// Writes a section for every object below a schema: its own keys first, then the sections inside it.
fn sections(path: &str, schema: &Value, root: &Map<String, Value>, defaults: &Value, text: &mut String) {
    let Some(properties) = schema["properties"].as_object() else { return };
    let mut rows = String::new();
    for (name, property) in properties {
        let full = resolve(property, root);
        if full["properties"].is_object() {
            continue;
        }
        let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let _ = writeln!(
            rows,
            "| `{key}` | {} | {} | {} |",
            kind(full, root),
            default_of(&defaults[name]),
            description(property, full)
        );
        if let Some(items) = full.get("items").map(|items| resolve(items, root)) {
            for (name, property) in items["properties"].as_object().unwrap_or(&Map::new()) {
                let full = resolve(property, root);
                let _ =
                    writeln!(rows, "| `{key}[].{name}` | {} | | {} |", kind(full, root), description(property, full));
            }
        }
    }
    if !rows.is_empty() {
        let title = if path.is_empty() { "general" } else { path };
        let _ = write!(text, "\n## {title}\n\n{}\n\n", schema["description"].as_str().unwrap_or_default());
        let _ = write!(text, "| key | kind | default | meaning |\n|---|---|---|---|\n{rows}");
    }
    for (name, property) in properties {
        let full = resolve(property, root);
        if full["properties"].is_object() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            sections(&path, full, root, &defaults[name], text);
        }
    }
}

/// Follows a reference, also one that stands beside a description of its own.
fn resolve<'a>(property: &'a Value, root: &'a Map<String, Value>) -> &'a Value {
    let reference = property["$ref"].as_str().or_else(|| {
        let choices = property["allOf"].as_array().or_else(|| property["oneOf"].as_array())?;
        choices.iter().find_map(|choice| choice["$ref"].as_str())
    });
    reference
        .and_then(|reference| reference.strip_prefix("#/components/schemas/"))
        .and_then(|name| root.get(name))
        .unwrap_or(property)
}

fn description(property: &Value, full: &Value) -> String {
    let text = property["description"].as_str().or_else(|| full["description"].as_str()).unwrap_or_default();
    text.replace('\n', " ").replace('|', "\\|")
}

fn kind(full: &Value, root: &Map<String, Value>) -> String {
    if let Some(words) = full["enum"].as_array() {
        return words
            .iter()
            .map(|word| format!("`{}`", word.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join(", ");
    }
    if let Some(choices) = full["oneOf"].as_array() {
        return choices.iter().map(|choice| kind(resolve(choice, root), root)).collect::<Vec<_>>().join(", ");
    }
    match &full["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => String::new(),
    }
}

fn default_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.is_empty() => String::new(),
        Value::String(text) => format!("`{text}`"),
        Value::Array(items) if items.is_empty() => String::new(),
        value => format!("`{value}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_in_the_reference_with_a_meaning() {
        let reference = reference();
        // A part that need not be there is null where it is not; in the reference it is a section.
        let is_section = |path: &str| reference.contains(&format!("\n## {path}\n"));
        for key in keys(&Config::default()).into_iter().filter(|key| !is_section(&key.path)) {
            let start = format!("| `{}` |", key.path);
            let line = reference.lines().find(|line| line.starts_with(&start));
            let line = line.unwrap_or_else(|| panic!("{} is not described", key.path));
            let meaning = line.trim_end_matches(" |").rsplit_once("| ").unwrap().1;
            assert!(meaning.len() > 10, "{} has no meaning: {line}", key.path);
        }
    }
}

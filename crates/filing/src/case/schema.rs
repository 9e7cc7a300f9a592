//! The JSON Schema of case files, made from the types that read them.

use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::CaseFile;

/// The schema of a case file (JSON Schema 2020-12), as committed at `docs/case.schema.json`.
#[must_use]
pub fn schema() -> Value {
    let mut parts: Vec<(String, RefOr<Schema>)> = Vec::new();
    CaseFile::schemas(&mut parts);
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    parts.dedup_by(|a, b| a.0 == b.0);
    let definitions: Map<String, Value> = parts.into_iter().map(|(name, part)| (name, plain(part))).collect();
    let mut root = match plain(CaseFile::schema()) {
        Value::Object(root) => root,
        other => Map::from_iter([("allOf".to_owned(), json!([other]))]),
    };
    root.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("title".into(), json!("Beian case file"));
    root.insert("$defs".into(), Value::Object(definitions));
    Value::Object(root)
}

/// An OpenAPI 3.1 schema is a JSON Schema; only its references point elsewhere.
fn plain(part: RefOr<Schema>) -> Value {
    let mut value = serde_json::to_value(part).unwrap_or_default();
    relocate(&mut value);
    value
}

fn relocate(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                match field {
                    Value::String(target) if key == "$ref" => {
                        *target = target.replace("#/components/schemas/", "#/$defs/");
                    }
                    other => relocate(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(relocate),
        _ => {}
    }
}

//! JSON Schemas of our own types, made from the same descriptions as the OpenAPI document.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// A JSON Schema (draft 2020-12) that stands by itself, with every type it uses under `$defs`.
pub fn json_schema<T: ToSchema>(title: &str) -> Value {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    let mut definitions = Map::new();
    for (name, schema) in parts {
        definitions.insert(name, serde_json::to_value(schema).unwrap_or_default());
    }
    let mut schema = serde_json::to_value(T::schema()).unwrap_or_default();
    if let Value::Object(fields) = &mut schema {
        fields.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        fields.insert("title".to_owned(), json!(title));
        fields.insert("$defs".to_owned(), Value::Object(definitions));
    }
    move_references(&mut schema);
    schema
}

/// Points every reference at `$defs` instead of at the components of an OpenAPI document.
fn move_references(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get_mut("$ref") {
                *reference = reference.replace("#/components/schemas/", "#/$defs/");
            }
            fields.values_mut().for_each(move_references);
        }
        Value::Array(items) => items.iter_mut().for_each(move_references),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_schema_finds_every_type_it_refers_to_in_itself() {
        let text = json_schema::<Config>("Config").to_string();
        assert!(!text.contains("#/components/"));
        let schema: Value = serde_json::from_str(&text).unwrap();
        for (at, _) in text.match_indices("#/$defs/") {
            let name: String = text[at + 8..].chars().take_while(|character| *character != '"').collect();
            assert!(schema["$defs"].get(&name).is_some(), "{name} is missing");
        }
    }
}

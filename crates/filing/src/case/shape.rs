//! Whether a JSON value has the shape its schema asks for, with a place for each fault.
//!
//! It reads the part of JSON Schema that `super::schema` writes, so that every fault can be named by its path and
//! with a suggestion; a reader that stops at the first one would not help anybody to write a case.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::CaseFault;
use super::validate::nearest;

/// A schema that values are held against.
pub(super) struct Shape<'a> {
    root: &'a Value,
}

impl<'a> Shape<'a> {
    pub const fn new(root: &'a Value) -> Self {
        Self { root }
    }

    /// Everything that is wrong with a value.
    pub fn faults(&self, value: &Value) -> Vec<CaseFault> {
        let mut faults = Vec::new();
        self.walk(self.root, value, "", &mut faults);
        faults
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let Some(target) = schema.get("$ref").and_then(Value::as_str) else { return schema };
        let target = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
        target.map_or(schema, |target| self.resolve(target))
    }

    fn walk(&self, schema: &'a Value, value: &Value, path: &str, faults: &mut Vec<CaseFault>) {
        let schema = self.resolve(schema);
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.walk(part, value, path, faults);
        }
        if let Some(branches) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
            self.one_of(branches, value, path, faults);
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            if !choices.contains(value) {
                faults.push(choice(path, value, choices));
            }
            return;
        }
        if let Some(expected) = schema.get("type")
            && !has_type(expected, value)
        {
            faults.push(CaseFault::new(
                path,
                "type",
                &[("expected", &type_words(expected)), ("found", &type_of(value))],
            ));
            return;
        }
        match value {
            Value::Object(fields) => self.object(schema, fields, path, faults),
            Value::Array(items) => {
                if let Some(item) = schema.get("items") {
                    for (index, value) in items.iter().enumerate() {
                        self.walk(item, value, &join(path, &index.to_string()), faults);
                    }
                }
            }
            Value::String(text) => text_form(schema, text, path, faults),
            Value::Number(number) => {
                let least = schema.get("minimum").and_then(Value::as_f64);
                if least.zip(number.as_f64()).is_some_and(|(least, found)| found < least) {
                    faults.push(CaseFault::new(path, "negative", &[("found", &number.to_string())]));
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn object(&self, schema: &'a Value, fields: &Map<String, Value>, path: &str, faults: &mut Vec<CaseFault>) {
        let properties = schema.get("properties").and_then(Value::as_object);
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                let about = properties.and_then(|p| p.get(name)).map_or("", |p| self.description(p));
                faults.push(CaseFault::new(&join(path, name), "missing", &[("field", name), ("about", about)]));
            }
        }
        for (name, value) in fields {
            let path = join(path, name);
            if let Some(property) = properties.and_then(|properties| properties.get(name)) {
                self.walk(property, value, &path, faults);
                continue;
            }
            match schema.get("additionalProperties") {
                Some(Value::Bool(false)) => {
                    let known: Vec<&str> = properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
                    let near = nearest(name, known.iter().copied()).unwrap_or_default();
                    let holes = [("field", name.as_str()), ("known", &known.join(", ")), ("near", near)];
                    let key = if near.is_empty() { "unknown" } else { "unknown-near" };
                    faults.push(CaseFault::new(&path, key, &holes));
                }
                Some(other) if other.is_object() => self.walk(other, value, &path, faults),
                _ => {}
            }
        }
    }

    fn description(&self, schema: &'a Value) -> &'a str {
        let own = schema.get("description").and_then(Value::as_str);
        own.or_else(|| self.resolve(schema).get("description").and_then(Value::as_str)).unwrap_or_default()
    }

    /// Reports the branch that was meant: the only one that is not null, or the one whose tag the value carries.
    fn one_of(&self, branches: &'a [Value], value: &Value, path: &str, faults: &mut Vec<CaseFault>) {
        let judged: Vec<(&'a Value, Vec<CaseFault>)> = branches
            .iter()
            .map(|branch| {
                let branch = self.resolve(branch);
                let mut own = Vec::new();
                self.walk(branch, value, path, &mut own);
                (branch, own)
            })
            .collect();
        if judged.iter().any(|(_, own)| own.is_empty()) {
            return;
        }
        let meant: Vec<&(&Value, Vec<CaseFault>)> =
            judged.iter().filter(|(branch, _)| branch.get("type").and_then(Value::as_str) != Some("null")).collect();
        if let [(_, own)] = meant[..] {
            faults.extend(own.iter().cloned());
            return;
        }
        let tags: Vec<(&str, &Value)> = judged.iter().filter_map(|(branch, _)| tag(branch)).collect();
        let Some((name, _)) = tags.first() else {
            faults.extend(judged.into_iter().min_by_key(|(_, own)| own.len()).map(|(_, own)| own).unwrap_or_default());
            return;
        };
        let found = value.get(name);
        match judged.iter().find(|(branch, _)| tag(branch).is_some_and(|(_, word)| Some(word) == found)) {
            Some((_, own)) => faults.extend(own.iter().cloned()),
            None => {
                let words: Vec<Value> = tags.iter().map(|(_, word)| (*word).clone()).collect();
                faults.push(choice(&join(path, name), found.unwrap_or(&Value::Null), &words));
            }
        }
    }
}

/// The field of a branch that has one value only, with that value.
fn tag(branch: &Value) -> Option<(&str, &Value)> {
    branch.get("properties")?.as_object()?.iter().find_map(|(name, property)| {
        let only = match property.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => Some(only),
            _ => property.get("const"),
        };
        only.map(|only| (name.as_str(), only))
    })
}

fn choice(path: &str, value: &Value, choices: &[Value]) -> CaseFault {
    let words: Vec<&str> = choices.iter().filter_map(Value::as_str).collect();
    let found = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let near = nearest(&found, words.iter().copied()).unwrap_or_else(|| words.first().copied().unwrap_or_default());
    CaseFault::new(path, "choice", &[("found", &found), ("choices", &words.join(", ")), ("near", near)])
}

/// Dates and instants, which JSON writes as text.
fn text_form(schema: &Value, text: &str, path: &str, faults: &mut Vec<CaseFault>) {
    let right = match schema.get("format").and_then(Value::as_str) {
        Some("date") => text.parse::<Date>().is_ok(),
        Some("date-time") => text.parse::<Timestamp>().is_ok(),
        _ => true,
    };
    if !right {
        faults.push(CaseFault::new(path, "date", &[("found", text)]));
    }
}

fn has_type(expected: &Value, value: &Value) -> bool {
    match expected {
        Value::Array(types) => types.iter().any(|expected| has_type(expected, value)),
        Value::String(expected) => match expected.as_str() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_u64() || value.is_i64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            _ => true,
        },
        _ => true,
    }
}

fn type_words(expected: &Value) -> String {
    match expected {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" / "),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

fn type_of(value: &Value) -> String {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
    .to_owned()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

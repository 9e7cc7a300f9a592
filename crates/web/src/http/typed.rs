//! What was typed into a form, as it was typed: names and values in their order, nothing refused.

use axum::extract::{Form, FromRequest, Request};
use serde_json::Value;

use crate::http::failure::Failure;

/// The names and values of a form.
#[derive(Debug, Clone, Default)]
pub struct Typed(pub Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Typed {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match Form::<Vec<(String, String)>>::from_request(request, state).await {
            Ok(Form(pairs)) => Ok(Self(pairs)),
            Err(_) => Err(Failure(app::Error::Conflict { code: "form-unreadable" })),
        }
    }
}

impl Typed {
    /// The first value of a name, without the white space around it.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// The first value of a name exactly as typed: for passwords.
    #[must_use]
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a name.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.clone()).collect()
    }

    /// Whether the form had this name at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// The ready value that was clicked, with its field: without scripts it arrives as `use:<field>`.
    #[must_use]
    pub fn ready(&self) -> Option<(&str, &str)> {
        self.0.iter().find_map(|(key, value)| Some((key.strip_prefix("use:")?, value.as_str())))
    }
}

/// Writes a value at a field path (`sites.0.name`) of a JSON tree that already has that place; anything else stays.
pub fn put(tree: &mut Value, path: &str, value: Value) {
    if let Some(place) = tree.pointer_mut(&pointer(path)) {
        *place = value;
    }
}

/// The text at a field path of a JSON tree; empty when there is none.
#[must_use]
pub fn text(tree: &Value, path: &str) -> String {
    tree.pointer(&pointer(path)).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_goes_to_its_place_and_only_there() {
        let mut tree = json!({"sites": [{"name": "a"}]});
        put(&mut tree, "sites.0.name", json!("b"));
        put(&mut tree, "sites.1.name", json!("c"));
        put(&mut tree, "other", json!("d"));
        assert_eq!(tree, json!({"sites": [{"name": "b"}]}));
        assert_eq!(text(&tree, "sites.0.name"), "b");
        assert_eq!(text(&tree, "sites.4.name"), "");
    }

    #[test]
    fn a_ready_value_names_its_field() {
        let typed = Typed(vec![("a".into(), " 1 ".into()), ("use:sites.0.name".into(), "x".into())]);
        assert_eq!(typed.ready(), Some(("sites.0.name", "x")));
        assert_eq!((typed.get("a"), typed.raw("a")), ("1", " 1 "));
    }
}

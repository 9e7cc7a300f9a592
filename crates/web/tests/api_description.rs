//! What the description of the JSON interface promises: it is committed, complete and free of loose ends.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

use std::collections::BTreeSet;

use axum::body::Body;
use serde_json::Value;
use tower::ServiceExt as _;
use web::api::problem::{CODES, detail, title};
use web::locale::{Lang, T};

fn description() -> Value {
    serde_json::from_str(&web::api::openapi_json()).unwrap()
}

/// Every operation with its method and address.
fn operations(description: &Value) -> Vec<(String, String, &Value)> {
    let methods = ["get", "put", "post", "delete", "patch"];
    description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            methods.iter().filter_map(move |method| Some((method.to_uppercase(), path.clone(), item.get(method)?)))
        })
        .collect()
}

#[test]
fn the_committed_description_is_the_one_the_program_serves() {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let committed = std::fs::read_to_string(committed).unwrap_or_default();
    assert!(committed == web::api::openapi_json(), "docs/openapi.json is stale: run `make docs` and commit it");
}

#[test]
fn every_operation_says_what_it_does_how_it_refuses_and_who_may_call() {
    let description = description();
    assert_eq!(description["openapi"], "3.1.0");
    let operations = operations(&description);
    assert!(operations.len() > 50, "{} operations", operations.len());
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations {
        let told = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|words| words.ends_with('.')), "{told} has no summary");
        assert!(ids.insert(operation["operationId"].to_string()), "{told} shares its operationId");
        assert!(operation["responses"]["default"].is_object(), "{told} does not say how it refuses");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{told} stands in one group");
        for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let named = |parameter: &Value| parameter["name"] == name && parameter["in"] == "path";
            let parameters = operation["parameters"].as_array().unwrap();
            assert!(parameters.iter().any(named), "{told} does not describe {name}");
        }
    }
}

#[test]
fn every_shape_the_description_refers_to_is_described() {
    let description = description();
    let mut referred = Vec::new();
    collect_references(&description, &mut referred);
    assert!(!referred.is_empty());
    for reference in referred {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{reference} is not described");
    }
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                found.push(reference.clone());
            }
            fields.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

#[test]
fn every_problem_has_its_words_in_both_languages() {
    let arguments = ["seconds", "given", "wanted"].map(|name| (name, "…".to_owned()));
    for code in CODES {
        let words = |lang| (title(T(lang), code, &arguments), detail(T(lang), code, &arguments));
        let (zh, en) = (words(Lang::Zh), words(Lang::En));
        assert!(zh.0 != en.0 && zh.1 != en.1, "{code} reads the same in both languages: {zh:?}");
        assert!(en.0.is_ascii() && !zh.1.is_ascii(), "{code}: {zh:?} {en:?}");
    }
}

#[tokio::test]
async fn the_page_shows_every_operation_and_is_where_every_problem_leads() {
    let kit = testkit::world::TestWorld::sqlite().await.unwrap();
    let request = axum::http::Request::get("/api").header("accept-language", "en").body(Body::empty()).unwrap();
    let response = web::api::router(&kit.world).oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 22).await.unwrap();
    let page = String::from_utf8(bytes.to_vec()).unwrap();
    for (method, path, _) in operations(&description()) {
        assert!(page.contains(&format!("{method} {path}")), "{method} {path}");
    }
    for code in CODES {
        assert!(page.contains(&format!("id=\"problem-{code}\"")), "{code}");
    }
    assert!(!page.contains("Unknown localization"));
}

#[test]
fn every_code_an_act_refuses_with_is_a_described_problem() {
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    for file in sources(concat!(env!("CARGO_MANIFEST_DIR"), "/../app/src").as_ref()) {
        let text = std::fs::read_to_string(&file).unwrap();
        for before in ["conflict(\"", "Conflict { code: \"", "Unavailable { code: \""] {
            for rest in text.split(before).skip(1) {
                let code = rest.split('"').next().unwrap_or_default();
                seen += 1;
                if !CODES.contains(&code) {
                    missing.insert(code.to_owned());
                }
            }
        }
    }
    assert!(seen > 10, "the sources of the acts were found");
    assert!(missing.is_empty(), "codes without a described problem: {missing:?}");
}

fn sources(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

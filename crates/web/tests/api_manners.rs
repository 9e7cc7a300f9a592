//! How the JSON interface behaves whatever is asked: refusals, versions, repeated requests, lists, pictures.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

#[path = "support/access.rs"]
#[expect(dead_code, reason = "only the personas are used here")]
mod access;
#[path = "support/scene.rs"]
#[expect(dead_code, reason = "not every helper is used here")]
mod scene;

use access::Persona::{Administrator, Auditor, OtherApplicant, Owner, Stranger};
use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use scene::{PASSWORD, SLOT, Scene, Told, bytes, json_request, picture, send, text};
use serde_json::{Value, json};

/// Sends a `POST` under an idempotency key.
async fn keyed(scene: &Scene, token: Option<&str>, key: &str, path: &str, body: Value) -> Told {
    let request = json_request("POST", &format!("/api/v1{path}"), token, &body).header("idempotency-key", key);
    send(&scene.router, request.body(bytes(&body)).unwrap()).await
}

#[tokio::test]
async fn the_same_request_twice_is_done_once() {
    let scene = Scene::drafting().await;
    let token = scene.token(Owner);
    let make = |key, name| keyed(&scene, token, key, "/account/api-keys", json!({ "name": name }));
    let first = make("k-1", "script").await;
    let second = make("k-1", "script").await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    assert_eq!(first.body, second.body, "the key that is shown once is shown again to who asked for it");
    assert_eq!((first.header("idempotency-replayed"), second.header("idempotency-replayed")), ("", "true"));
    assert_eq!(scene.done(Owner, "GET", "/account/api-keys", Value::Null, 200).await.body.as_array().unwrap().len(), 1);

    let other = make("k-1", "another").await;
    assert_eq!((other.status.as_u16(), other.code()), (422, "idempotency-mismatch"));
    let of_another =
        keyed(&scene, scene.token(OtherApplicant), "k-1", "/account/api-keys", json!({ "name": "x" })).await;
    assert_eq!(of_another.status, 201, "keys belong to an account");
    assert_eq!(make("", "x").await.code(), "idempotency-key");
    assert_eq!(make(&"k".repeat(129), "x").await.code(), "idempotency-key");
}

#[tokio::test]
async fn two_copies_of_a_request_that_arrive_together_are_done_once() {
    let scene = Scene::drafting().await;
    let copies = (0..6).map(|_| keyed(&scene, scene.token(Owner), "k", "/account/api-keys", json!({ "name": "x" })));
    let told = futures::future::join_all(copies).await;
    for told in &told {
        let code = told.code();
        assert!(told.status == 201 || code == "idempotency-in-flight", "{}: {code}", told.status);
    }
    assert_eq!(scene.done(Owner, "GET", "/account/api-keys", Value::Null, 200).await.body.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free_and_a_kept_answer_is_forgotten_after_a_day() {
    let scene = Scene::drafting().await;
    let token = scene.token(Owner);
    let refused = keyed(&scene, token, "k", "/account/api-keys", json!({ "name": "" })).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid"));
    assert_eq!(keyed(&scene, token, "k", "/account/api-keys", json!({ "name": "x" })).await.status, 201);

    scene.kit.clock.advance(SignedDuration::from_hours(25));
    let later = keyed(&scene, token, "k", "/account/api-keys", json!({ "name": "y" })).await;
    assert_eq!((later.status.as_u16(), later.header("idempotency-replayed")), (201, ""));
}

#[tokio::test]
async fn a_save_must_name_the_version_it_changes() {
    let scene = Scene::drafting().await;
    let path = format!("/api/v1/orders/{}", scene.order);
    let body = json!({ "section": "principal", "principal": { "name": "林知夏" } });
    let save = async |version: Option<&str>| {
        let mut request = json_request("PATCH", &path, scene.token(Owner), &body);
        if let Some(version) = version {
            request = request.header("if-match", version);
        }
        send(&scene.router, request.body(bytes(&body)).unwrap()).await
    };
    let missing = save(None).await;
    assert_eq!((missing.status.as_u16(), missing.code()), (428, "precondition-required"));

    let read = scene.done(Owner, "GET", &format!("/orders/{}", scene.order), Value::Null, 200).await;
    let tag = read.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", read.body["version"]));
    let saved = save(Some(&tag)).await;
    assert_eq!(saved.status, 200, "{:#}", saved.body);
    assert_ne!(saved.header("etag"), tag);
    assert_eq!(saved.body["draft"]["principal"]["name"], "林知夏");

    let stale = save(Some(&tag)).await;
    assert_eq!((stale.status.as_u16(), stale.code()), (412, "version"));
}

#[tokio::test]
async fn a_cookie_changes_something_only_from_a_page_of_this_site() {
    let scene = Scene::drafting().await;
    let cookie = format!("{}={}", web::request::COOKIE, scene.token(Owner).unwrap());
    let send_from = async |method: &str, site: &str| {
        let request = Request::builder()
            .method(method)
            .uri("/api/v1/account/api-keys")
            .header("cookie", &cookie)
            .header("sec-fetch-site", site)
            .header("content-type", "application/json");
        send(&scene.router, request.body(Body::from(r#"{"name":"x"}"#)).unwrap()).await
    };
    let forged = send_from("POST", "cross-site").await;
    assert_eq!((forged.status.as_u16(), forged.code()), (403, "cross-site"));
    assert_eq!(send_from("POST", "same-origin").await.status, 201);
    assert_eq!(send_from("GET", "cross-site").await.status, 200, "reading changes nothing");
}

#[tokio::test]
async fn a_key_that_was_revoked_or_whose_account_is_disabled_opens_nothing() {
    let scene = Scene::drafting().await;
    let made = scene.done(Owner, "POST", "/account/api-keys", json!({ "name": "script" }), 201).await;
    let key = text(&made.body["key"]);
    let ask = async || {
        let request = json_request("GET", "/api/v1/orders", Some(&key), &Value::Null).body(Body::empty()).unwrap();
        send(&scene.router, request).await
    };
    assert_eq!(ask().await.body["items"][0]["id"], scene.order);
    scene.done(Owner, "DELETE", &format!("/account/api-keys/{}", text(&made.body["id"])), Value::Null, 204).await;
    let refused = ask().await;
    assert_eq!((refused.status.as_u16(), refused.code()), (401, "unauthenticated"));
    assert!(refused.header("www-authenticate").starts_with("Bearer"));

    let account = scene.done(Owner, "GET", "/account", Value::Null, 200).await;
    let path = format!("/accounts/{}/disable", text(&account.body["id"]));
    scene.done(Administrator, "POST", &path, Value::Null, 200).await;
    scene.done(Owner, "GET", "/account", Value::Null, 401).await;
}

#[tokio::test]
async fn whatever_cannot_be_read_is_refused_as_a_problem_that_names_the_place() {
    let scene = Scene::drafting().await;
    let refuse = async |method: &str, path: &str, kind: &str, body: Vec<u8>| {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {}", scene.token(Owner).unwrap()))
            .header("accept-language", "en")
            .header("content-type", kind);
        let told = send(&scene.router, request.body(Body::from(body)).unwrap()).await;
        assert_eq!(told.header("content-type"), "application/problem+json", "{method} {path}");
        assert_eq!(told.body["status"], told.status.as_u16());
        let error = &told.body["errors"][0];
        (
            told.status.as_u16(),
            told.code().to_owned(),
            error["field"].as_str().unwrap_or("-").to_owned(),
            error["rule"].as_str().unwrap_or("-").to_owned(),
        )
    };
    let expected =
        |status: u16, code: &str, field: &str, rule: &str| (status, code.to_owned(), field.to_owned(), rule.to_owned());
    let json = "application/json";
    let material = format!("/orders/{}/materials/{SLOT}", scene.order);
    assert_eq!(refuse("GET", "/nothing/here", json, vec![]).await, expected(404, "not-found", "-", "-"));
    assert_eq!(refuse("GET", "/orders/7", json, vec![]).await, expected(404, "not-found", "-", "-"));
    assert_eq!(refuse("DELETE", "/orders", json, vec![]).await, expected(405, "method-not-allowed", "-", "-"));
    assert_eq!(refuse("POST", "/orders", "text/plain", b"{}".to_vec()).await, expected(415, "content-type", "-", "-"));
    assert_eq!(
        refuse("POST", "/orders", json, b"{\"basic\":".to_vec()).await,
        expected(400, "body-syntax", "", "syntax")
    );
    assert_eq!(
        refuse("POST", "/orders", json, br#"{"basic":{"domian":"x"}}"#.to_vec()).await,
        expected(400, "body-invalid", "basic.domian", "unknown-field")
    );
    assert_eq!(
        refuse("POST", "/orders", json, br#"{"basic":{"domain":7}}"#.to_vec()).await,
        expected(400, "body-invalid", "basic.domain", "wrong-type")
    );
    assert_eq!(
        refuse("POST", "/orders", json, b"{}".to_vec()).await,
        expected(400, "body-invalid", "basic", "missing-field")
    );
    let huge = format!(r#"{{"basic":{{"name":"{}"}}}}"#, "x".repeat(3_000_000));
    assert_eq!(refuse("POST", "/orders", json, huge.into_bytes()).await, expected(413, "body-too-large", "-", "-"));
    assert_eq!(
        refuse("PUT", &material, "image/png", vec![0; 10_000_000]).await,
        expected(413, "body-too-large", "-", "-")
    );
    let (status, code, field, rule) = refuse("PUT", &material, "image/png", b"<html>".to_vec()).await;
    assert_eq!((status, code.as_str(), field.as_str(), rule.as_str()), (422, "invalid", SLOT, "picture-wrong-kind"));
    assert_eq!(
        refuse("GET", "/gateway/changes?after=soon", json, vec![]).await,
        expected(400, "query-invalid", "", "query")
    );
}

#[tokio::test]
async fn a_refusal_speaks_the_language_it_is_asked_in_and_the_findings_do_too() {
    let scene = Scene::drafting().await;
    let ask = async |language: &str| {
        let request = Request::builder()
            .method("POST")
            .uri("/api/v1/registrations")
            .header("accept-language", language)
            .header("content-type", "application/json")
            .body(Body::from(r#"{"contact":"nobody","password":"correct horse"}"#))
            .unwrap();
        send(&scene.router, request).await
    };
    let (zh, en) = (ask("zh-CN").await, ask("en-GB,en;q=0.9").await);
    assert_eq!((zh.code(), en.code()), ("invalid", "invalid"));
    assert_eq!((zh.header("content-language"), en.header("content-language")), ("zh-CN", "en"));
    let message = |told: &Told| text(&told.body["errors"][0]["message"]);
    assert!(message(&en).is_ascii() && !message(&zh).is_ascii(), "{} / {}", message(&en), message(&zh));
    assert_eq!(en.body["errors"][0]["field"], "contact");
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down_and_the_caller_is_told_for_how_long() {
    let scene = Scene::drafting().await;
    let guess =
        || scene.call(Stranger, "POST", "/session", json!({ "login": "owner@example.cn", "password": "guess" }));
    let mut last = guess().await;
    for _ in 0..10 {
        assert!(matches!(last.code(), "unauthenticated" | "throttled"), "{:#}", last.body);
        last = guess().await;
    }
    assert_eq!((last.status.as_u16(), last.code()), (429, "throttled"));
    let seconds: u64 = last.header("retry-after").parse().unwrap();
    assert!(seconds > 0 && text(&last.body["detail"]).contains(&seconds.to_string()));
    scene.kit.clock.advance(SignedDuration::from_secs(i64::try_from(seconds).unwrap() + 1));
    let right = json!({ "login": "owner@example.cn", "password": PASSWORD });
    scene.done(Stranger, "POST", "/session", right, 201).await;
}

#[tokio::test]
async fn a_list_is_read_page_by_page_without_gap_or_repeat() {
    let scene = Scene::drafting().await;
    for number in 0..60 {
        scene.done(Owner, "POST", "/account/api-keys", json!({ "name": format!("key {number}") }), 201).await;
    }
    let mut sequences = Vec::new();
    let mut path = "/audit".to_owned();
    loop {
        let page = scene.done(Auditor, "GET", &path, Value::Null, 200).await;
        sequences.extend(page.body["items"].as_array().unwrap().iter().map(|row| row["sequence"].as_u64().unwrap()));
        let Some(cursor) = page.body["next"].as_str() else {
            assert_eq!(page.header("link"), "");
            break;
        };
        let link = page.header("link").to_owned();
        path = link.split(['<', '>']).nth(1).unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        assert!(link.ends_with("rel=\"next\"") && path.contains(cursor), "{link}");
    }
    assert!(sequences.len() > 60);
    let expected: Vec<u64> = (1..=sequences[0]).rev().collect();
    assert_eq!(sequences, expected, "the latest first, each once");
}

#[tokio::test]
async fn a_picture_comes_back_as_a_picture_and_as_nothing_else() {
    let scene = Scene::drafting().await;
    let boundary = "b0undary";
    let mut form = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../x.html\"\r\n\
         Content-Type: text/html\r\n\r\n"
    )
    .into_bytes();
    form.extend(picture());
    form.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
    let request = Request::builder()
        .method("PUT")
        .uri(format!("/api/v1/orders/{}/materials/{SLOT}", scene.order))
        .header("authorization", format!("Bearer {}", scene.token(Owner).unwrap()))
        .header("content-type", format!("multipart/form-data; boundary={boundary}"))
        .body(Body::from(form))
        .unwrap();
    let uploaded = send(&scene.router, request).await;
    assert_eq!(uploaded.status, 200, "{:#}", uploaded.body);
    let material = text(&uploaded.body["material"]["id"]);
    let path = format!("/orders/{}/files/{material}", scene.order);
    let opened = scene.done(Owner, "GET", &path, Value::Null, 200).await;
    assert_eq!(opened.header("content-type"), "image/jpeg");
    assert_eq!(opened.header("x-content-type-options"), "nosniff");
    assert!(opened.header("content-security-policy").contains("sandbox"));
    assert_eq!(opened.header("cache-control"), "no-store");
    scene.done(OtherApplicant, "GET", &path, Value::Null, 404).await;
}

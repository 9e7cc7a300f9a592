//! The first review over the JSON interface alone: changes are asked for, made, seen as a difference, and passed.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

#[path = "support/access.rs"]
#[expect(dead_code, reason = "only the personas are used here")]
mod access;
#[path = "support/scene.rs"]
#[expect(dead_code, reason = "not every helper is used here")]
mod scene;

use access::Persona::{Auditor, Owner, Reviewer, Supervisor};
use scene::{Scene, case};
use serde_json::{Value, json};

#[tokio::test]
async fn an_order_is_sent_back_mended_and_passed() {
    let scene = Scene::submitted().await;
    let desk = format!("/review/orders/{}", scene.order);
    let waiting = scene.done(Reviewer, "GET", "/review/orders?view=waiting", Value::Null, 200).await;
    assert_eq!(waiting.body["items"][0]["order"], scene.order);
    scene.done(Reviewer, "POST", &format!("{desk}/claim"), Value::Null, 200).await;
    let mark = json!({ "mark": "needs_change", "advice": "The number does not answer." });
    let not_theirs = scene.call(Supervisor, "PUT", &format!("{desk}/marks/principal.mobile"), mark.clone()).await;
    assert_eq!((not_theirs.status.as_u16(), not_theirs.code()), (409, "not-claimed-by-you"));
    scene.done(Reviewer, "PUT", &format!("{desk}/marks/principal.mobile"), mark, 200).await;
    let sent_back = scene.done(Reviewer, "POST", &format!("{desk}/request-changes"), json!({}), 200).await;
    assert_eq!(sent_back.body["order"]["kind"], "changes_requested");

    let edit = scene.done(Owner, "GET", &format!("/orders/{}/edit", scene.order), Value::Null, 200).await;
    assert_eq!(edit.body["editable"]["fields"], json!(["principal.mobile"]));
    let path = format!("/orders/{}", scene.order);
    let subject = json!({ "section": "subject", "subject": { "postal_address": "somewhere else" } });
    let refused = scene.versioned("PATCH", &path, subject).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "not-editable"));
    let mut principal = case()["draft"]["principal"].clone();
    principal["mobile"] = json!("13900001111");
    let saved = scene.versioned("PATCH", &path, json!({ "section": "principal", "principal": principal })).await;
    assert_eq!(saved.status, 200, "{:#}", saved.body);
    scene.submit().await;

    scene.done(Reviewer, "POST", &format!("{desk}/claim"), Value::Null, 200).await;
    let case = scene.done(Reviewer, "GET", &desk, Value::Null, 200).await;
    let rows = case.body["rows"].as_array().unwrap();
    let changed: Vec<_> = rows.iter().filter(|row| !row["changed"].is_null()).map(|row| &row["field"]).collect();
    assert_eq!(changed, ["principal.mobile"], "the reviewer sees what was mended");
    assert!(!case.body.to_string().contains("13900001111"), "and sees it masked");
    let reveal = json!({ "field": "principal.mobile", "reason": "calling the principal" });
    let revealed = scene.done(Reviewer, "POST", &format!("{desk}/reveal"), reveal, 200).await;
    assert_eq!(revealed.body["value"], "13900001111");

    let early = scene.call(Reviewer, "POST", &format!("{desk}/pass"), Value::Null).await;
    assert_eq!(early.status, 409, "{:#}", early.body);
    for row in rows {
        let path = format!("{desk}/marks/{}", row["field"].as_str().unwrap());
        scene.done(Reviewer, "PUT", &path, json!({ "mark": "ok" }), 200).await;
    }
    let call = json!({ "who": "principal", "outcome": "confirmed", "note": "as stated" });
    scene.done(Reviewer, "POST", &format!("{desk}/calls"), call, 201).await;
    let passed = scene.done(Reviewer, "POST", &format!("{desk}/pass"), Value::Null, 200).await;
    assert_eq!(passed.body["order"]["kind"], "to_report");

    let lines = scene.done(Auditor, "GET", &format!("/audit?order={}", scene.order), Value::Null, 200).await;
    let acts: Vec<_> = lines.body["items"].as_array().unwrap().iter().map(|line| &line["act"]).collect();
    for act in ["open_order", "submit", "claim", "request_changes", "reveal", "log_call", "pass"] {
        assert!(acts.iter().any(|line| *line == act), "{act} is not among {acts:?}");
    }
    let whole = scene.done(Auditor, "GET", "/audit/verification", Value::Null, 200).await;
    assert_eq!(whole.body["intact"], true);
}

#[tokio::test]
async fn what_will_be_sent_is_shown_masked_and_whole_only_for_a_reason() {
    let scene = Scene::submitted().await;
    let desk = format!("/review/orders/{}", scene.order);
    let early = scene.call(Reviewer, "GET", &format!("{desk}/wire"), Value::Null).await;
    assert_eq!((early.status.as_u16(), early.code()), (409, "not-claimed-by-you"));
    scene.done(Reviewer, "POST", &format!("{desk}/claim"), Value::Null, 200).await;
    let masked = scene.done(Reviewer, "GET", &format!("{desk}/wire"), Value::Null, 200).await;
    assert_eq!((&masked.body["operation"], &masked.body["revealed"]), (&json!("XZBA"), &json!(false)));
    assert!(!masked.body["foreseen"].as_array().unwrap().is_empty(), "its numbers are not given yet");
    let (text, principal) = (masked.body.to_string(), &case()["draft"]["principal"]);
    for secret in ["certificate_number", "mobile"] {
        assert!(!text.contains(principal[secret].as_str().unwrap()), "{secret}");
    }
    assert!(!text.contains("data:image"));
    let again = scene.done(Reviewer, "GET", &format!("{desk}/wire"), Value::Null, 200).await;
    assert_eq!(again.body, masked.body, "looking changes nothing");

    let none = scene.call(Reviewer, "POST", &format!("{desk}/wire/reveal"), json!({ "reason": "" })).await;
    assert_eq!(none.status, 422, "{:#}", none.body);
    let reason = json!({ "reason": "comparing with the documents" });
    let whole = scene.done(Reviewer, "POST", &format!("{desk}/wire/reveal"), reason, 200).await;
    let text = whole.body.to_string();
    assert!(text.contains(principal["mobile"].as_str().unwrap()) && text.contains("data:image/jpeg"));
    assert_eq!(whole.body["md5"], masked.body["md5"]);
    let reason = json!({ "reason": "a test run at the authority", "form": "xml" });
    let file = scene.done(Reviewer, "POST", &format!("{desk}/wire/file"), reason, 200).await;
    assert!(file.header("content-disposition").ends_with(".xml\""), "{file:?}");
    let lines = scene.done(Auditor, "GET", &format!("/audit?order={}", scene.order), Value::Null, 200).await;
    let acts: Vec<_> = lines.body["items"].as_array().unwrap().iter().map(|line| &line["act"]).collect();
    assert!(["reveal_upload", "take_upload"].iter().all(|act| acts.iter().any(|line| *line == act)), "{acts:?}");
}

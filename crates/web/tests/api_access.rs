//! Every route of the JSON interface × every kind of caller.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

#[path = "support/access.rs"]
mod access;
#[path = "support/scene.rs"]
#[expect(dead_code, reason = "not every helper is used here")]
mod scene;

use std::collections::BTreeSet;

use access::{Persona, Route};
use axum::body::Body;
use axum::http::Request;
use scene::{
    DOMAIN, PASSWORD, PHONE_SLOT, SLOT, Scene, basic, bytes, identity, ip_range, json_request, picture, resource,
};
use serde_json::{Value, json};

const TABLE: &str = include_str!("support/api_access.txt");

/// The routes as the description of the interface lists them.
fn routes() -> BTreeSet<Route> {
    let description: Value = serde_json::from_str(&web::api::openapi_json()).unwrap();
    description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .keys()
                .map(move |method| Route { method: method.to_uppercase(), path: path.clone() })
        })
        .collect()
}

#[test]
fn every_route_stands_in_the_table() {
    access::assert_complete(&access::table(TABLE), &routes());
}

#[test]
#[should_panic(expected = "routes without a line in the table:\n  DELETE /api/v1/session")]
fn a_route_that_the_table_forgets_is_noticed() {
    let table: Vec<_> =
        access::table(TABLE).into_iter().filter(|line| line.route.to_string() != "DELETE /api/v1/session").collect();
    access::assert_complete(&table, &routes());
}

#[tokio::test]
async fn every_caller_is_received_as_the_table_says() {
    let table = access::table(TABLE);
    let mut differences = Vec::new();
    for persona in Persona::ALL {
        // What one caller does must not decide how the next is received.
        let scene = Scene::submitted().await;
        let (session, key) = scene.spare(persona).await;
        let spare = Spare { session, key };
        let request = async |route: &Route| request(&scene, persona, &spare, route);
        differences.extend(access::differences(&scene.router, &table, persona, request).await);
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// The answers of a shared link.
const PREFLIGHT: &str = "domain=a.cn&nature=enterprise&certificate=business_licence&province=33&resource=cloud_server";

/// What a persona can revoke without losing its own way in.
struct Spare {
    session: String,
    key: String,
}

/// A well-formed request for a route, about things that exist.
fn request(scene: &Scene, persona: Persona, spare: &Spare, route: &Route) -> Request<Body> {
    let slot = if route.path.contains("/handover/") { PHONE_SLOT } else { SLOT };
    let path = route
        .path
        .replace("{order}", &scene.order)
        .replace("{filing}", &scene.filing)
        .replace("{purpose}", "verification_form")
        .replace("{material}", &scene.material)
        .replace("{token}", &scene.handover)
        .replace("{slot}", slot)
        .replace("{site}", "0")
        .replace("{template}", "commitment")
        .replace("{field}", "principal.name")
        .replace("{session}", &spare.session)
        .replace("{key}", &spare.key)
        .replace("{range}", &scene.range)
        .replace("{measure}", "01890000-0000-7000-8000-00000000aaaa")
        .replace("{account}", &scene.bystander)
        .replace("{container}", &scene.container)
        .replace("{comparison}", &scene.container)
        .replace("{table}", "Zxly_dms")
        .replace("{task}", &scene.task)
        .replace("{bureau}", testkit::world::BUREAU);
    let path = match route.path.as_str() {
        "/api/v1/look-up" => format!("{path}?q={DOMAIN}"),
        "/api/v1/preflight" if route.method == "GET" => format!("{path}?{PREFLIGHT}"),
        "/api/v1/ip-ranges/export" => format!("{path}?bureau={}", testkit::world::BUREAU),
        "/api/v1/gateway/changes" => format!("{path}?after=0&wait=0"),
        "/api/v1/orders/{order}/files/{material}" => format!("{path}?reason=compared%20by%20phone"),
        _ => path,
    };
    let body = body(route);
    let builder = json_request(&route.method, &path, scene.token(persona), &body).header("if-match", "\"1\"");
    let is_picture = route.path.ends_with("/materials/{slot}") && route.method == "PUT";
    if is_picture || route.path.ends_with("/papers/{purpose}") {
        return builder.header("content-type", "image/png").body(Body::from(picture())).unwrap();
    }
    builder.body(bytes(&body)).unwrap()
}

/// The body of a request for a route; `null` for none.
fn body(route: &Route) -> Value {
    let path = route.path.trim_start_matches("/api/v1");
    match (route.method.as_str(), path) {
        ("POST", "/registrations") => json!({ "contact": "new@example.cn", "password": PASSWORD }),
        ("POST", "/registrations/resend") => json!({ "contact": "new@example.cn" }),
        ("POST", "/registrations/confirm") => json!({
            "registration": "00000000-0000-7000-8000-000000000000", "contact": "new@example.cn", "code": "000000"
        }),
        ("POST", "/session") => json!({ "login": "bystander@example.cn", "password": PASSWORD }),
        ("POST", "/sightings") => json!({ "seen": [{
            "domain": "seen.cn", "host": "www.seen.cn", "count": 3, "first_seen": "2026-01-01T00:00:00Z",
            "last_seen": "2026-01-02T00:00:00Z", "addresses": ["192.0.2.7"], "sources": ["nginx"]
        }] }),
        ("PUT", "/account/identity") => identity(),
        ("PUT", "/account/password") => json!({ "current": "not the password", "new": "another good password" }),
        ("POST", "/account/api-keys") => json!({ "name": "script" }),
        ("POST", "/preflight") => json!({
            "domain": DOMAIN, "nature": "enterprise", "certificate": "business_licence", "province": "33",
            "resource": "cloud_server"
        }),
        ("POST", "/checks/basic" | "/orders") => json!({ "basic": basic(&json!("none")) }),
        ("POST", "/filings/{filing}/cancellations") => json!({
            "action": "cancel_subject", "cancellation": { "reason": "moved", "note": "", "understood": true }
        }),
        ("POST", "/filings/{filing}/changes") => json!({ "action": "change_filing" }),
        ("PATCH", "/orders/{order}") => json!({ "section": "remove_site", "index": 7 }),
        ("POST", "/orders/{order}/submit") => json!({ "agreements": [] }),
        ("POST", "/orders/{order}/handovers") => json!({ "site": 0 }),
        ("PUT", "/review/orders/{order}/marks/{field}") => json!({ "mark": "ok" }),
        ("POST", "/review/orders/{order}/calls") => {
            json!({ "who": "principal", "outcome": "confirmed", "note": "" })
        }
        ("POST", "/review/orders/{order}/request-changes") => json!({ "requests": [] }),
        ("POST", "/review/orders/{order}/reveal") => json!({ "field": "basic.name", "reason": "compared by phone" }),
        ("POST", "/tasks/{task}/answer") => json!({ "opinion": "mended" }),
        ("POST", "/tasks/{task}/close") => json!({ "reason": "nothing is left to do" }),
        ("POST", "/review/orders/{order}/wire/reveal") => json!({ "reason": "a question of the authority" }),
        ("POST", "/mailbox/{container}/file" | "/review/orders/{order}/wire/file") => {
            json!({ "reason": "a question of the authority", "form": "zip" })
        }
        ("POST", "/mailbox/{container}/reveal") => json!({ "reason": "a question of the authority" }),
        ("POST", "/ip-ranges") => json!({ "bureau": testkit::world::BUREAU, "content": ip_range("198.51.100.0") }),
        ("POST", "/domain-proofs") => json!({ "domain": DOMAIN }),
        ("POST", "/domain-proofs/{token}/prove") => json!({ "by": "dns" }),
        ("POST", "/measures") => json!({ "domain": "x.cn", "kind": "exemption", "reason": "x", "hours": 1 }),
        ("POST", "/measures/roll-back") => json!({ "since": 0, "reason": "x", "hours": 1, "dry_run": true }),
        ("POST", "/held-closings/release") => json!({ "closings": [] }),
        ("POST", "/gateway/report") => json!({
            "name": "x", "version": "0", "run": "01890000-0000-7000-8000-00000000aaaa", "number": 1, "sequence": 0,
            "hash": "0", "domains": 0, "shadow": false, "confirmed_at": null, "requests": 0, "closed": 0,
            "unknown_opened": 0, "seen": [],
        }),
        ("PUT", "/ip-ranges/{range}") => json!({ "version": 0, "content": ip_range("203.0.113.0") }),
        ("POST", "/ip-ranges/{range}/correction") => json!({ "version": 1, "content": ip_range("203.0.113.0") }),
        ("POST", "/ip-ranges/import") => json!({ "bureau": testkit::world::BUREAU, "csv": "kind", "mode": "check" }),
        ("POST", "/ip-ranges/report") => json!({ "bureau": testkit::world::BUREAU, "ranges": [] }),
        ("POST", "/accounts") => json!({ "contact": "made@example.cn", "role": "reviewer", "password": PASSWORD }),
        ("POST", "/resources/import") => {
            json!({ "resources": [{ "account": "owner@example.cn", "resource": resource() }] })
        }
        _ => Value::Null,
    }
}

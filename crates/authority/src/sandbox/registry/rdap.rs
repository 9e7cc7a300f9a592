//! The registry by RDAP (RFC 7480, RFC 9083).

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use filing::domain::DomainName;
use serde_json::{Value, json};

use super::{Entry, Manner, NAMESERVERS, REGISTRAR, SLOW, look_up, manner};
use crate::sandbox::office::Office;
use crate::sandbox::words::Lang;

pub(in crate::sandbox) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/rdap/help", get(help)).route("/rdap/domain/{name}", get(domain))
}

/// The registry's table in words.
async fn help() -> Response {
    let notice = |lang: Lang| {
        let lines = lang.text("registry-labels");
        json!({ "title": lang.text("registry-title"), "description": lines.lines().collect::<Vec<_>>(), "lang": lang.tag() })
    };
    answer(StatusCode::OK, json!({ "notices": [notice(Lang::Chinese), notice(Lang::English)] }))
}

async fn domain(State(office): State<Arc<Office>>, Path(name): Path<String>) -> Response {
    let Ok(domain) = DomainName::parse(&name) else {
        return match DomainName::of_host(&name) {
            Ok(_) => failure(StatusCode::NOT_FOUND, "registry-not-registered"),
            Err(_) => failure(StatusCode::BAD_REQUEST, "registry-no-name"),
        };
    };
    let manner = manner(&domain);
    match manner {
        Manner::Slow => tokio::time::sleep(SLOW).await,
        Manner::Busy => return failure(StatusCode::TOO_MANY_REQUESTS, "registry-busy"),
        Manner::Tells | Manner::Garbage => {}
    }
    let Some(entry) = look_up(&domain, office.clock.now()) else {
        return failure(StatusCode::NOT_FOUND, "registry-not-registered");
    };
    let object = object(&entry);
    if manner == Manner::Garbage {
        let text = object.to_string();
        let half: String = text.chars().take(text.chars().count() / 2).collect();
        return ([(header::CONTENT_TYPE, "application/rdap+json")], Body::from(half)).into_response();
    }
    answer(StatusCode::OK, object)
}

/// The domain object.
fn object(entry: &Entry) -> Value {
    let card = |name: &str| json!(["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", name]]]);
    let event = |action: &str, at: jiff::Timestamp| json!({ "eventAction": action, "eventDate": at.to_string() });
    let mut holder = json!({ "objectClassName": "entity", "roles": ["registrant"] });
    if entry.validated {
        holder["status"] = json!(["validated"]);
    }
    let mut redacted = Vec::new();
    match entry.holder {
        Some(name) => holder["vcardArray"] = card(name),
        // RFC 9537: what is withheld is named.
        None => redacted.push(json!({ "name": { "type": "Registrant Name" }, "method": "removal" })),
    }
    let servers = NAMESERVERS.map(|name| json!({ "objectClassName": "nameserver", "ldhName": name }));
    json!({
        "objectClassName": "domain",
        "handle": format!("sandbox-{}", entry.domain),
        "ldhName": entry.domain.as_str(),
        "unicodeName": entry.domain.unicode(),
        "status": entry.statuses,
        "events": [event("registration", entry.registered), event("expiration", entry.expires)],
        "entities": [
            { "objectClassName": "entity", "handle": "9999", "roles": ["registrar"], "vcardArray": card(REGISTRAR) },
            holder,
        ],
        "nameservers": servers,
        "redacted": redacted,
        "notices": [{ "description": [Lang::Chinese.text("registry-note"), Lang::English.text("registry-note")] }],
    })
}

fn failure(status: StatusCode, key: &str) -> Response {
    let description = [Lang::Chinese.text(key), Lang::English.text(key)];
    let title = status.canonical_reason().unwrap_or_default();
    answer(status, json!({ "errorCode": status.as_u16(), "title": title, "description": description }))
}

fn answer(status: StatusCode, mut body: Value) -> Response {
    body["rdapConformance"] = json!(["rdap_level_0", "redacted"]);
    let headers = [(header::CONTENT_TYPE, "application/rdap+json"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (status, headers, body.to_string()).into_response()
}

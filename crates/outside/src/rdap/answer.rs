//! Reading a domain object (RFC 9083 section 5.3). Whatever it claims beyond the few members read here is passed over.

use filing::detect::Answer;
use filing::domain::DomainName;
use filing::outside::Why;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::record::{self, MOST, Record};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Domain {
    object_class_name: String,
    ldh_name: Option<String>,
    unicode_name: Option<String>,
    #[serde(default)]
    status: Vec<String>,
    #[serde(default)]
    events: Vec<Event>,
    #[serde(default)]
    entities: Vec<Entity>,
    #[serde(default)]
    nameservers: Vec<Nameserver>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    event_action: String,
    event_date: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    status: Vec<String>,
    handle: Option<String>,
    vcard_array: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Nameserver {
    ldh_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    error_code: u16,
}

/// Reads what the server tells of the name it was asked about, and of no other.
pub(super) fn read(body: &[u8], asked: &DomainName) -> Result<Record, Why> {
    let domain: Domain = serde_json::from_slice(body).map_err(|_| Why::Garbled)?;
    let name = domain.ldh_name.as_deref().or(domain.unicode_name.as_deref()).unwrap_or_default();
    let is_asked = DomainName::parse(name).is_ok_and(|name| name == *asked);
    if domain.object_class_name != "domain" || !is_asked {
        return Err(Why::Garbled);
    }
    let holder = domain.entity("registrant");
    let record = Record {
        registered_at: domain.date("registration")?,
        expires_at: domain.date("expiration")?,
        statuses: domain.status.iter().filter_map(|status| record::status(status)).take(MOST).collect(),
        registrar: domain.entity("registrar").and_then(Entity::name),
        holder: holder.and_then(Entity::name).as_deref().and_then(record::public),
        verified: match holder {
            Some(holder) if holder.status.iter().any(|status| status == "validated") => Answer::Yes,
            _ => Answer::Unknown,
        },
        nameservers: domain
            .nameservers
            .iter()
            .filter_map(|server| record::line(server.ldh_name.as_deref()?))
            .map(|server| server.trim_end_matches('.').to_lowercase())
            .take(MOST)
            .collect(),
        ..Record::empty()
    };
    if record.is_sound() { Ok(record) } else { Err(Why::Garbled) }
}

/// Reads the answer that a name is not there. The body is optional (RFC 7480 section 5.3), but what is there must agree.
pub(super) fn read_absence(body: &[u8]) -> Result<Record, Why> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Record::unregistered());
    }
    match serde_json::from_slice::<Failure>(body) {
        Ok(Failure { error_code: 404 }) => Ok(Record::unregistered()),
        _ => Err(Why::Garbled),
    }
}

impl Domain {
    fn entity(&self, role: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.roles.iter().any(|own| own == role))
    }

    /// The date of an event; one that cannot be read makes the whole answer worthless.
    fn date(&self, action: &str) -> Result<Option<Timestamp>, Why> {
        let event = self.events.iter().find(|event| event.event_action == action);
        let Some(text) = event.and_then(|event| event.event_date.as_deref()) else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|_| Why::Garbled)
    }
}

impl Entity {
    /// The name of its card (jCard, RFC 7095): the organization's, else the full name, else the handle of the entity.
    fn name(&self) -> Option<String> {
        let properties = self.vcard_array.as_ref().and_then(|card| card.get(1)?.as_array());
        let find = |wanted: &str| {
            let property =
                properties?.iter().find(|property| property.get(0).and_then(Value::as_str) == Some(wanted))?;
            match property.get(3)? {
                Value::String(text) => record::line(text),
                Value::Array(parts) => record::line(parts.first()?.as_str()?),
                _ => None,
            }
        };
        let handle = || self.handle.as_deref().filter(|_| self.roles.iter().any(|role| role == "registrar"));
        find("org").or_else(|| find("fn")).or_else(|| record::line(handle()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> DomainName {
        DomainName::parse("yunshan-tech.cn").unwrap()
    }

    fn answer(change: impl FnOnce(&mut Value)) -> Result<Record, Why> {
        let mut value = serde_json::json!({
            "rdapConformance": ["rdap_level_0"],
            "objectClassName": "domain",
            "ldhName": "YUNSHAN-TECH.CN",
            "status": ["active", "client transfer prohibited"],
            "events": [
                { "eventAction": "registration", "eventDate": "2020-03-17T12:20:05Z" },
                { "eventAction": "expiration", "eventDate": "2027-03-17T20:20:05+08:00" },
            ],
            "entities": [
                { "objectClassName": "entity", "roles": ["registrar"], "handle": "9001",
                  "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "示例注册商"]]] },
                { "objectClassName": "entity", "roles": ["registrant"],
                  "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", ""], ["org", {}, "text", "云杉科技（杭州）有限公司"]]] },
            ],
            "nameservers": [{ "objectClassName": "nameserver", "ldhName": "NS1.EXAMPLE.COM." }],
        });
        change(&mut value);
        read(value.to_string().as_bytes(), &asked())
    }

    #[test]
    fn dates_states_registrar_holder_and_name_servers_are_read() {
        let record = answer(|_| {}).unwrap();
        assert!(record.registered);
        assert_eq!(record.expires_at, Some("2027-03-17T12:20:05Z".parse().unwrap()));
        assert_eq!(record.registered_at, Some("2020-03-17T12:20:05Z".parse().unwrap()));
        assert_eq!(record.statuses, ["active", "clientTransferProhibited"]);
        assert_eq!(record.registrar.as_deref(), Some("示例注册商"));
        assert_eq!(record.holder.as_deref(), Some("云杉科技（杭州）有限公司"));
        assert_eq!(record.verified, Answer::Unknown, "the registry did not say");
        assert_eq!(record.nameservers, ["ns1.example.com"]);
    }

    #[test]
    fn what_is_withheld_is_unknown_and_not_wrong() {
        let record =
            answer(|value| value["entities"][1]["vcardArray"][1][2][3] = "REDACTED FOR PRIVACY".into()).unwrap();
        assert_eq!(record.holder, None);
        let record = answer(|value| value["entities"] = Value::Array(Vec::new())).unwrap();
        assert_eq!((record.holder, record.registrar), (None, None));
        let record = answer(|value| value["entities"][1]["status"] = serde_json::json!(["validated"])).unwrap();
        assert_eq!(record.verified, Answer::Yes);
    }

    #[test]
    fn an_answer_that_lies_or_is_cut_is_garbled() {
        let garbled = |change: fn(&mut Value)| assert_eq!(answer(change), Err(Why::Garbled));
        garbled(|value| value["ldhName"] = "qinghe.cn".into());
        garbled(|value| value["ldhName"] = Value::Null);
        garbled(|value| value["objectClassName"] = "entity".into());
        garbled(|value| value["events"][1]["eventDate"] = "2019-01-01T00:00:00Z".into());
        garbled(|value| value["events"][1]["eventDate"] = "soon".into());
        garbled(|value| value["status"] = "active".into());
        let whole = serde_json::json!({ "objectClassName": "domain", "ldhName": "yunshan-tech.cn" }).to_string();
        assert!(read(whole.as_bytes(), &asked()).is_ok());
        for length in 0..whole.len() {
            assert_eq!(read(&whole.as_bytes()[..length], &asked()), Err(Why::Garbled));
        }
    }

    #[test]
    fn hostile_json_does_no_harm() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(deep.as_bytes(), &asked()), Err(Why::Garbled));
        let record = answer(|value| {
            value["status"] = Value::from(vec!["client hold"; 1000]);
            value["entities"][0]["vcardArray"] =
                serde_json::json!(["vcard", [["fn"], [], {}, ["fn", 1, 2, "a\u{1b}[31m\nb"]]]);
            value["entities"][1]["vcardArray"] = serde_json::json!({ "vcard": "x".repeat(9000) });
        });
        let record = record.unwrap();
        assert_eq!(record.statuses.len(), MOST);
        assert_eq!(record.registrar.as_deref(), Some("9001"), "the first card has no name and nothing broke");
        assert_eq!(record.holder, None);
    }

    #[test]
    fn only_a_404_that_says_so_means_not_registered() {
        assert!(!read_absence(b"").unwrap().registered);
        assert!(!read_absence(br#"{"errorCode":404,"title":"not found"}"#).unwrap().registered);
        assert_eq!(read_absence(br#"{"errorCode":500}"#), Err(Why::Garbled));
        assert_eq!(read_absence(b"<html>"), Err(Why::Garbled));
    }
}

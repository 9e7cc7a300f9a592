//! A log line as an object of JSON: what it may call its fields, and how it may write an instant.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::Sighting;

/// The fields that matter, under the names that proxies and those who configure them use.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default, alias = "authority", alias = ":authority", alias = "http_host")]
    host: Option<Cow<'a, str>>,
    #[serde(borrow, default, alias = "requested_server_name", alias = "ssl_server_name")]
    sni: Option<Cow<'a, str>>,
    #[serde(borrow, default, alias = "downstream_local_address")]
    server_addr: Option<Cow<'a, str>>,
    #[serde(borrow, default, alias = "time_iso8601", alias = "start_time", alias = "timestamp", alias = "msec")]
    time: Option<Time<'a>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Time<'a> {
    Number(f64),
    #[serde(borrow)]
    Text(Cow<'a, str>),
}

/// Reads a line; the name in the TLS handshake stands in for a host that is missing.
pub(super) fn line(text: &[u8]) -> Option<Sighting<'_>> {
    let Line { host, sni, server_addr, time } = serde_json::from_slice(text).ok()?;
    let is_said = |name: &Cow<'_, str>| !name.is_empty() && name != "-";
    let host = host.filter(is_said).or(sni.filter(is_said))?;
    let at = match time? {
        Time::Number(seconds) => seconds_since_1970(seconds)?,
        Time::Text(text) => instant(&text)?,
    };
    let host = match host {
        Cow::Borrowed(host) => Cow::Borrowed(host.as_bytes()),
        Cow::Owned(host) => Cow::Owned(host.into_bytes()),
    };
    Some(Sighting { host, address: server_addr.as_deref().and_then(address), at })
}

/// An address, with a port or without.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// The instant of an access log, with its zone: `26/Nov/2026:10:00:00 +0800`.
pub(super) fn common(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%d/%b/%Y:%H:%M:%S %z", text).ok()
}

fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| common(text)).or_else(|| seconds_since_1970(text.parse().ok()?))
}

pub(super) fn seconds_since_1970(seconds: f64) -> Option<Timestamp> {
    let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::from_duration(since).ok()
}

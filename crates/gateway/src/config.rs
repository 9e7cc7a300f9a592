//! What an operator can set.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use filing::verdict::PlatformKey;
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use crate::decide::Elsewhere;

/// The settings of one gateway; every one has a default except the key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where visitors' requests come in without TLS: HTTP/1.0 and 1.1, and HTTP/2 where `client.h2c` says so.
    #[schema(value_type = String)]
    pub listen: SocketAddr,
    /// Where `/metrics`, `/healthz` and `/readyz` are served; keep it off the public network.
    #[schema(value_type = String)]
    pub metrics_listen: SocketAddr,
    /// Where other proxies ask for verdicts (`/v1/verdict`, `/auth`, `/forward`, `/ask`); keep it off the public network.
    #[schema(value_type = String)]
    pub ask_listen: SocketAddr,
    /// What those who ask are told of a domain about which too little is known: unlisted, undetermined, or no verdict
    /// loaded yet. Each such answer is counted.
    pub unknown: Unknown,
    /// The platform whose verdicts are followed, without a path.
    pub platform_url: String,
    /// The platform as visitors see it: closed domains are sent to `{public_url}/closed?domain=…`.
    pub public_url: String,
    /// The API key of an account with the role `gateway`.
    #[serde(serialize_with = "masked")]
    #[schema(value_type = String, default = "")]
    pub api_key: SecretString,
    /// The key under which the platform signs its feed (`GET /api/v1/gateway/key`): with it, nothing that is not signed
    /// with it is applied; without it, whoever answers at `platform_url` is believed.
    #[schema(value_type = Option<String>)]
    pub platform_key: Option<PlatformKey>,
    /// The folder of the verdict index, which nginx may read too; without it a folder of this run alone is used, and a
    /// start needs the platform.
    #[schema(value_type = Option<String>)]
    pub index: Option<PathBuf>,
    /// What a visitor of a closed domain gets.
    pub closed: Closed,
    /// Where requests go whose domain is not listed (unless `unknown` closes it), or is open and has no origin in the
    /// feed: `host:port`, or a pool of them with commas. Without it the first are closed and the second answered with 404.
    pub default_origin: Option<String>,
    /// How long the platform may be silent before the verdicts count as stale. They go on being applied.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub stale_after: Duration,
    /// How the platform is followed.
    pub follow: Follow,
    /// What a client may do and how long it may take.
    pub client: Client,
    /// How origins are spoken to.
    pub origin: Origin,
    /// Where TLS connections come in; without it none are taken.
    pub tls: Option<Tls>,
    /// A HAProxy whose map is kept; without it none is.
    pub haproxy: Option<Haproxy>,
    /// A UNIX socket by which a gateway that starts takes over from the one that runs with the same configuration: the
    /// old one hands over its listening sockets, and ends once the new one serves. Without it a restart refuses
    /// connections for a moment. Nobody else may be able to write into its folder.
    #[schema(value_type = Option<String>)]
    pub handover: Option<PathBuf>,
    /// Worker threads; 0 means one per processor.
    pub workers: usize,
    /// How long requests in progress may take to end once the gateway is told to stop.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub drain: Duration,
}

impl Config {
    /// This configuration with what `fresh` may change while the gateway runs, and the settings that need a restart.
    #[must_use]
    pub(crate) fn taking_in(&self, fresh: &Self) -> (Self, Vec<String>) {
        let tls = match (&self.tls, &fresh.tls) {
            (Some(now), Some(fresh)) => Some(Tls { listen: now.listen, ..fresh.clone() }),
            (now, _) => now.clone(),
        };
        let taken = Self {
            closed: fresh.closed,
            unknown: fresh.unknown,
            default_origin: fresh.default_origin.clone(),
            client: Client { max_connections: self.client.max_connections, ..fresh.client.clone() },
            origin: fresh.origin.clone(),
            tls,
            ..self.clone()
        };
        let values = |config: &Self| match serde_json::to_value(config) {
            Ok(serde_json::Value::Object(values)) => values,
            _ => serde_json::Map::new(),
        };
        let (now, wanted) = (values(&taken), values(fresh));
        let mut left: Vec<String> =
            wanted.into_iter().filter(|(key, value)| now.get(key) != Some(value)).map(|(key, _)| key).collect();
        // A key is written masked, so that another one looks the same.
        let is_same = self.api_key.expose_secret() == fresh.api_key.expose_secret();
        if !is_same && !left.iter().any(|key| key == "api_key") {
            left.push("api_key".to_owned());
        }
        (taken, left)
    }

    /// Where requests go for which the feed has no origin, if the operator says so.
    pub(crate) fn elsewhere(&self) -> Option<Elsewhere<'_>> {
        let origin = self.default_origin.as_deref()?;
        Some(Elsewhere { origin, unlisted: self.unknown == Unknown::Open })
    }
}

/// Writes a key so that a printed configuration does not give it away.
fn masked<S: Serializer>(key: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if key.expose_secret().is_empty() { "" } else { "********" })
}

/// What a visitor of a closed domain gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = GatewayClosed)]
pub struct Closed {
    /// A redirect or a page.
    pub style: Style,
    /// The status of the page: 451 or 403. A redirect is always 302.
    #[schema(value_type = u16, default = 451)]
    pub status: Status,
}

/// How a visitor of a closed domain is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GatewayClosedStyle)]
pub enum Style {
    /// A redirect (302) to the platform's page, which says why and how to file.
    #[default]
    Redirect,
    /// A small page of the gateway's own, for when the platform must not be reached by visitors.
    Page,
}

/// The status of the gateway's own page about a closed domain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum Status {
    /// 451, unavailable for legal reasons (RFC 7725).
    #[default]
    UnavailableForLegalReasons,
    /// 403, which programs know that never heard of 451.
    Forbidden,
}

impl TryFrom<u16> for Status {
    type Error = &'static str;

    fn try_from(number: u16) -> Result<Self, Self::Error> {
        match number {
            451 => Ok(Self::UnavailableForLegalReasons),
            403 => Ok(Self::Forbidden),
            _ => Err("the status of the closed page is 451 or 403"),
        }
    }
}

impl From<Status> for u16 {
    fn from(status: Status) -> Self {
        match status {
            Status::UnavailableForLegalReasons => 451,
            Status::Forbidden => 403,
        }
    }
}

/// What becomes of a domain about which too little is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// It stays open: what is not known never blocks.
    #[default]
    Open,
    /// It is closed until more is known.
    Closed,
}

/// How the platform is followed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Follow {
    /// How long the platform may hold a question for changes open; the platform allows at most 30 s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub wait: Duration,
    /// How long a snapshot may take.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub snapshot_timeout: Duration,
    /// The pause after the first failure; it doubles with each further one.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub retry_min: Duration,
    /// The longest pause between two tries.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub retry_max: Duration,
}

/// What a client may do and how long it may take.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Client {
    /// Connections open at one time; further ones wait in the kernel's queue.
    pub max_connections: usize,
    /// The longest request line and header fields together, in bytes (431).
    pub max_head: usize,
    /// The most header fields (431); pingora itself stops at 256.
    pub max_fields: usize,
    /// The longest request body in bytes (413).
    pub max_body: u64,
    /// Requests answered on one connection before it is closed.
    pub max_requests: u32,
    /// Requests in progress at one time on one connection of HTTP/2.
    pub max_streams: u32,
    /// How long the whole head of a request may take from its first byte on (408).
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub head_timeout: Duration,
    /// How long a connection may lie idle between two requests.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub idle_timeout: Duration,
    /// The longest pause between two pieces of a request body.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub read_timeout: Duration,
    /// The longest a client may leave one write of the answer waiting.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub write_timeout: Duration,
    /// Whether the client is another proxy of ours, whose `X-Forwarded-*` and `Forwarded` are then kept and extended.
    pub trust_forwarded: bool,
    /// The load balancers, such as `203.0.113.0/28` or `203.0.113.7/32`, whose connections begin with a header of the
    /// PROXY protocol (version 1 or 2) that names the client. One without it is closed and counted; from any other
    /// address such a header is a malformed request.
    #[schema(value_type = Vec<String>)]
    pub proxy_from: Vec<IpNet>,
    /// Whether HTTP/2 is spoken without TLS to those who begin with it (prior knowledge). Browsers never do.
    pub h2c: bool,
}

/// TLS by the name in the client's first message: passed through, ended here, or refused.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Where connections come in.
    #[schema(value_type = String)]
    pub listen: SocketAddr,
    /// The port for TLS at a domain's origin.
    #[serde(default = "https")]
    #[schema(default = 443)]
    pub origin_port: u16,
    /// Whether the origin is told the client's address by the PROXY protocol, version 2.
    #[serde(default)]
    pub send_proxy: bool,
    /// The provider's own certificate. With it, a visitor of a closed domain gets what `closed` says under this
    /// certificate, which browsers warn of; without it, a TLS alert.
    #[serde(default)]
    pub own_certificate: Option<OwnCertificate>,
    /// A folder of certificates of sites, `NAME.pem` beside `NAME.key`, where NAME is the site's name or a name above
    /// it. A connection to a name that one of them covers ends here and is proxied as HTTP to the origin in the feed;
    /// every other one passes through. The folder is read again when it changes.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub certificates: Option<PathBuf>,
}

/// The provider's own certificate, in PEM files that are read again when they change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnCertificate {
    /// The certificate and those between it and its root, in this order.
    #[schema(value_type = String)]
    pub chain: PathBuf,
    /// Its private key.
    #[schema(value_type = String)]
    pub key: PathBuf,
}

const fn https() -> u16 {
    443
}

/// A HAProxy whose map is kept through its runtime API.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Haproxy {
    /// Its `stats socket`, with `level admin`.
    #[schema(value_type = String)]
    pub socket: PathBuf,
    /// The map, named as in its configuration.
    #[schema(value_type = String)]
    pub map: PathBuf,
}

/// How origins are spoken to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Origin {
    /// How long a connection may take, the look-up of the origin's name included.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub connect_timeout: Duration,
    /// The longest an origin may be silent.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub read_timeout: Duration,
    /// The longest an origin may leave one write waiting.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub write_timeout: Duration,
    /// How long one of several origins is left out after it could not be reached.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub retry_after: Duration,
    /// How long an unused connection is kept for the next request.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub idle_timeout: Duration,
    /// How long an upgraded connection (WebSocket) may be silent in either direction.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub upgraded_timeout: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8602)),
            metrics_listen: SocketAddr::from(([127, 0, 0, 1], 8604)),
            ask_listen: SocketAddr::from(([127, 0, 0, 1], 8605)),
            unknown: Unknown::default(),
            platform_url: "http://127.0.0.1:8600".to_owned(),
            public_url: "http://127.0.0.1:8600".to_owned(),
            api_key: SecretString::default(),
            platform_key: None,
            index: None,
            closed: Closed::default(),
            default_origin: None,
            stale_after: Duration::from_secs(120),
            follow: Follow::default(),
            client: Client::default(),
            origin: Origin::default(),
            tls: None,
            haproxy: None,
            handover: None,
            workers: 0,
            drain: Duration::from_secs(10),
        }
    }
}

impl Default for Follow {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(25),
            snapshot_timeout: Duration::from_secs(300),
            retry_min: Duration::from_millis(500),
            retry_max: Duration::from_secs(30),
        }
    }
}

impl Default for Client {
    fn default() -> Self {
        Self {
            max_connections: 20_000,
            max_head: 32 * 1024,
            max_fields: 100,
            max_body: 512 * 1024 * 1024,
            max_requests: 1_000,
            max_streams: 100,
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            read_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            trust_forwarded: false,
            proxy_from: Vec::new(),
            h2c: false,
        }
    }
}

impl Default for Origin {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            retry_after: Duration::from_secs(10),
            read_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(60),
            upgraded_timeout: Duration::from_secs(3_600),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_needs_to_say_only_what_differs() {
        let config: Config = serde_json::from_value(serde_json::json!({
            "listen": "0.0.0.0:80",
            "api_key": "bk_test",
            "closed": { "style": "page" },
            "stale_after": "5m",
            "client": { "head_timeout": "2s 500ms" },
        }))
        .unwrap();
        assert_eq!(config.listen, "0.0.0.0:80".parse().unwrap());
        assert_eq!(config.closed, Closed { style: Style::Page, status: Status::UnavailableForLegalReasons });
        assert_eq!(config.stale_after, Duration::from_secs(300));
        assert_eq!(config.client.head_timeout, Duration::from_millis(2_500));
        assert_eq!(config.client.idle_timeout, Client::default().idle_timeout);
        assert_eq!(config.api_key.expose_secret(), "bk_test");
    }

    #[test]
    fn what_may_change_is_taken_in_and_the_rest_is_named() {
        let now = Config { api_key: "one".to_owned().into(), ..Config::default() };
        let mut fresh = Config { default_origin: Some("10.0.0.1:80".to_owned()), ..now.clone() };
        fresh.client.max_body = 7;
        assert_eq!(now.taking_in(&fresh).1, Vec::<String>::new());
        fresh.client.max_connections = 8;
        fresh.workers = 3;
        fresh.api_key = "another".to_owned().into();
        let (taken, left) = now.taking_in(&fresh);
        assert_eq!((taken.client.max_body, taken.default_origin), (7, fresh.default_origin));
        assert_eq!((taken.workers, taken.client.max_connections), (0, now.client.max_connections));
        assert_eq!(left, ["client", "workers", "api_key"]);
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        let wrong = serde_json::from_value::<Config>(serde_json::json!({ "stale_afer": "5m" }));
        assert!(wrong.unwrap_err().to_string().contains("stale_afer"));
    }

    #[test]
    fn the_status_of_the_page_is_one_that_says_closed() {
        let status = |number: u16| serde_json::from_value::<Closed>(serde_json::json!({ "status": number }));
        assert_eq!(status(403).unwrap().status, Status::Forbidden);
        assert_eq!(serde_json::to_value(status(451).unwrap()).unwrap()["status"], 451);
        assert!(status(200).unwrap_err().to_string().contains("451 or 403"));
    }

    #[test]
    fn the_key_does_not_show_in_debug_output() {
        let config = Config { api_key: "bk_secret".to_owned().into(), ..Config::default() };
        assert!(!format!("{config:?}").contains("bk_secret"));
    }
}

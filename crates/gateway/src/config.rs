//! What an operator can set.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use filing::verdict::PlatformKey;
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// The settings of one gateway; every one has a default except the key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where visitors' requests come in, HTTP/1.0 and 1.1.
    #[schema(value_type = String)]
    pub listen: SocketAddr,
    /// Where `/metrics`, `/healthz` and `/readyz` are served; keep it off the public network.
    #[schema(value_type = String)]
    pub metrics_listen: SocketAddr,
    /// Where other proxies ask for verdicts (`/v1/verdict`, `/auth`, `/forward`, `/envoy`, `/ask`); keep it off the public network.
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
    /// Where TLS connections come in, which pass through untouched or are refused; without it none are taken.
    pub tls: Option<Tls>,
    /// A HAProxy whose map is kept; without it none is.
    pub haproxy: Option<Haproxy>,
    /// An nginx whose map file is kept; without it none is.
    pub nginx: Option<Nginx>,
    /// Where Envoy asks over gRPC (`envoy.service.auth.v3.Authorization`); without it nowhere.
    pub ext_authz: Option<ExtAuthz>,
    /// A response policy zone (RPZ) of the closed domains, served to resolvers over DNS; without it none is.
    pub rpz: Option<Rpz>,
    /// Worker threads; 0 means one per processor.
    pub workers: usize,
    /// How long requests in progress may take to end once the gateway is told to stop.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String)]
    pub drain: Duration,
}

/// Writes a key so that a printed configuration does not give it away.
fn masked<S: Serializer>(key: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if key.expose_secret().is_empty() { "" } else { "********" })
}

/// What a visitor of a closed domain gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// A redirect (302) to the platform's page, which says why and how to file.
    #[default]
    Redirect,
    /// A small page of the gateway's own (451), for when the platform must not be reached by visitors.
    Page,
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
}

/// TLS by the name in the client's first message.
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

/// An nginx whose map file is written anew when verdicts changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nginx {
    /// The file that its configuration includes in a `map`; it is swapped as a whole.
    #[schema(value_type = String)]
    pub map: PathBuf,
    /// The command that makes it read the file, and the command's arguments.
    #[serde(default = "nginx_reload")]
    #[schema(default = "[\"/usr/sbin/nginx\", \"-s\", \"reload\"]")]
    pub reload: Vec<String>,
    /// The shortest time between two reloads: a change that comes sooner waits. A reload is dear. With a million domains it
    /// took nginx 6.2 s, and 1.1 GB more for as long as the old workers lived, which is until their last connection ends.
    #[serde(default = "a_minute", with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    #[schema(value_type = String, default = "1m")]
    pub pause: Duration,
}

fn nginx_reload() -> Vec<String> {
    ["/usr/sbin/nginx", "-s", "reload"].map(str::to_owned).into()
}

const fn a_minute() -> Duration {
    Duration::from_secs(60)
}

/// Envoy's questions over gRPC.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtAuthz {
    /// Where it asks, HTTP/2 without TLS; keep it off the public network.
    #[schema(value_type = String)]
    pub listen: SocketAddr,
}

/// A response policy zone, which resolvers take and keep up with by themselves.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rpz {
    /// Where resolvers ask, over UDP and TCP.
    #[schema(value_type = String)]
    pub listen: SocketAddr,
    /// The zone's name, as the resolver has it in its own configuration.
    #[serde(default = "beian_rpz")]
    #[schema(default = "beian.rpz.")]
    pub zone: String,
    /// The name of yours that closed names lead to; without it they do not exist (NXDOMAIN). Whoever has the zone keeps
    /// what it says of a name until that name changes: after another setting here, let them take it anew.
    #[serde(default)]
    pub redirect: Option<String>,
    /// The keys that requests may be signed with (TSIG).
    #[serde(default)]
    pub keys: Vec<TsigKey>,
    /// Who may have the zone; nobody else is answered.
    #[serde(default)]
    pub transfer: Vec<Transfer>,
    /// Who is told when the zone changed (NOTIFY).
    #[serde(default)]
    pub notify: Vec<Notify>,
}

fn beian_rpz() -> String {
    "beian.rpz.".to_owned()
}

/// A key that both sides know.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TsigKey {
    /// Its name, the same on both sides.
    pub name: String,
    /// Its algorithm.
    pub algorithm: TsigAlgorithm,
    /// The secret in base64, 16 bytes at least; `tsig-keygen` and `keymgr -t` make one.
    #[serde(serialize_with = "masked")]
    #[schema(value_type = String)]
    pub secret: SecretString,
}

/// An algorithm that requests are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum TsigAlgorithm {
    /// HMAC with SHA-256.
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
    /// HMAC with SHA-512.
    #[serde(rename = "hmac-sha512")]
    HmacSha512,
}

/// Some who may have the zone: both must hold where both are given, and one must be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// From where: networks, such as `192.0.2.7/32`; from anywhere when there are none.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub from: Vec<IpNet>,
    /// The name of the key their requests must be signed with.
    #[serde(default)]
    pub key: Option<String>,
}

/// One who is told when the zone changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// Its address and port.
    #[schema(value_type = String)]
    pub address: SocketAddr,
    /// The name of the key it is told with.
    #[serde(default)]
    pub key: Option<String>,
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
            stale_after: Duration::from_secs(120),
            follow: Follow::default(),
            client: Client::default(),
            origin: Origin::default(),
            tls: None,
            haproxy: None,
            nginx: None,
            ext_authz: None,
            rpz: None,
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
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            read_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            trust_forwarded: false,
        }
    }
}

impl Default for Origin {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
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
            "closed": "page",
            "stale_after": "5m",
            "client": { "head_timeout": "2s 500ms" },
        }))
        .unwrap();
        assert_eq!(config.listen, "0.0.0.0:80".parse().unwrap());
        assert_eq!(config.closed, Closed::Page);
        assert_eq!(config.stale_after, Duration::from_secs(300));
        assert_eq!(config.client.head_timeout, Duration::from_millis(2_500));
        assert_eq!(config.client.idle_timeout, Client::default().idle_timeout);
        assert_eq!(config.api_key.expose_secret(), "bk_test");
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        let wrong = serde_json::from_value::<Config>(serde_json::json!({ "stale_afer": "5m" }));
        assert!(wrong.unwrap_err().to_string().contains("stale_afer"));
    }

    #[test]
    fn the_key_does_not_show_in_debug_output() {
        let config = Config { api_key: "bk_secret".to_owned().into(), ..Config::default() };
        assert!(!format!("{config:?}").contains("bk_secret"));
    }
}

//! The one structure everything configurable lives in.
//!
//! The doc comments are the reference: `beian config describe` prints them, and `docs/config.md` is that print.

mod describe;
mod load;
mod secret;

pub use describe::{reference, show, show_json};
pub use load::{Invalid, Loaded, Sources};
pub use secret::Secret;

use app::bureau::BureauSettings;
use app::settings::Settings;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use utoipa::ToSchema;

/// Everything that can be configured.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the platform listens.
    pub server: Server,
    /// What the operator decided for the work itself.
    pub platform: Settings,
    /// The database.
    pub database: Database,
    /// Files on this machine.
    pub data: Data,
    /// The keys that seal personal data.
    pub keys: Keys,
    /// The way out for mail.
    pub mail: Mail,
    /// The way out for text messages.
    pub sms: Sms,
    /// The authorities this provider reports to, one `[[bureaus]]` each.
    pub bureaus: Vec<BureauSettings>,
    /// Who is asked about the registration and the addresses of domains.
    pub outside: outside::Settings,
    /// The gateway (`beian gateway`).
    pub gateway: gateway::Config,
    /// The sandbox authority (`beian authority`).
    pub sandbox: authority::sandbox::Settings,
    /// The log.
    pub log: Log,
}

/// Where the platform listens.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// The address and port of pages and API. Put a proxy that speaks TLS in front of any but 127.0.0.1.
    #[schema(value_type = String)]
    pub listen: SocketAddr,
    /// How long requests and jobs in progress may take to end after SIGTERM or SIGINT, in seconds.
    pub shutdown_seconds: u64,
    /// Whether this process also works off the jobs (reports, downloads, messages). One process must.
    pub worker: bool,
}

/// The database.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`. Empty means the file `beian.sqlite` in `data.dir`.
    #[schema(value_type = String)]
    pub url: Secret,
}

/// Files on this machine.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// The folder of the embedded database, the sealed files and the keys made here. Empty means `$XDG_DATA_HOME/beian`.
    #[schema(value_type = String)]
    pub dir: PathBuf,
}

/// The keys that seal personal data.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// The master keys themselves, as a key file holds them. Prefer the file; this is for secrets that come by environment.
    #[schema(value_type = String)]
    pub master: Secret,
    /// The file of the master keys, readable by nobody else. Empty means `master.key` in `data.dir`.
    #[schema(value_type = String)]
    pub file: PathBuf,
}

/// The way out for mail.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// The mail server, such as `smtps://USER:PASSWORD@mail.example.com` or `smtp://127.0.0.1:25`.
    #[schema(value_type = String)]
    pub smtp: Secret,
    /// The sender, such as `Beian <beian@example.com>`.
    pub from: String,
}

/// The way out for text messages: a provider that takes a signed JSON request (see `docs/operate.md`).
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sms {
    /// Where the provider takes messages.
    pub url: String,
    /// The name of the key the requests are signed with.
    pub key: String,
    /// The secret of that key.
    #[schema(value_type = String)]
    pub secret: Secret,
}

/// The log, written to standard error.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `pretty` for people, `json` for machines, `auto` for pretty on a terminal and json elsewhere.
    pub format: LogFormat,
    /// Which lines: a level, or levels by module as in `info,app=debug`.
    pub filter: String,
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Pretty on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

const fn local(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), port)
}

impl Default for Server {
    fn default() -> Self {
        Self { listen: local(8600), shutdown_seconds: 20, worker: true }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Auto, filter: "info".to_owned() }
    }
}

impl Config {
    /// The database's address, with the default filled in.
    pub fn database_url(&self) -> String {
        if self.database.url.is_empty() {
            format!("sqlite:{}", self.data.dir.join("beian.sqlite").display())
        } else {
            self.database.url.expose().to_owned()
        }
    }

    /// The file of the master keys, with the default filled in.
    pub fn key_file(&self) -> PathBuf {
        or(&self.keys.file, || self.data.dir.join("master.key"))
    }

    /// The sandbox authority's database file, with the default filled in.
    pub fn sandbox_database(&self) -> PathBuf {
        or(&self.sandbox.database, || self.data.dir.join("authority.sqlite"))
    }
}

/// A path, or the default of one that is empty.
fn or(path: &Path, default: impl FnOnce() -> PathBuf) -> PathBuf {
    if path.as_os_str().is_empty() { default() } else { path.to_owned() }
}

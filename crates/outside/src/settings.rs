//! Who is asked about domains, as the configuration says it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

/// Who is asked about domains. With nothing set nobody is asked, and what others know stays unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = OutsideSettings)]
pub struct Settings {
    /// The RDAP and WHOIS servers by suffix: `none`, `builtin` for the table this program brings, or `file` for the one
    /// that `bootstrap_file` names.
    pub bootstrap: Bootstrap,
    /// A table of RDAP servers as IANA publishes it (RFC 9224, `dns.json`), read at the start.
    #[schema(value_type = String)]
    pub bootstrap_file: PathBuf,
    /// RDAP servers by suffix, which count before the table; `"*"` stands for every suffix.
    #[schema(value_type = BTreeMap<String, String>)]
    pub rdap: BTreeMap<String, Url>,
    /// WHOIS servers by suffix as `host:port`, asked when RDAP told nothing; `"*"` stands for every suffix.
    pub whois: BTreeMap<String, String>,
    /// The resolvers asked where a domain leads, each as `address:port`; two or more show whether they agree.
    #[schema(value_type = Vec<String>)]
    pub resolvers: Vec<SocketAddr>,
    /// The provider's own addresses, such as `203.0.113.0/24`: its gateways and whatever its customers' names may lead to.
    #[schema(value_type = Vec<String>)]
    pub own_networks: Vec<IpNet>,
    /// How long one server may take, in seconds.
    pub timeout_seconds: u64,
    /// After so many hours what was learnt is asked for again.
    pub refresh_hours: u32,
    /// After so many minutes whoever said nothing is asked again.
    pub retry_minutes: u32,
}

/// Which table of servers is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bootstrap {
    /// None.
    #[default]
    None,
    /// The one this program brings.
    Builtin,
    /// The one in a file.
    File,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bootstrap: Bootstrap::None,
            bootstrap_file: PathBuf::new(),
            rdap: BTreeMap::new(),
            whois: BTreeMap::new(),
            resolvers: Vec::new(),
            own_networks: Vec::new(),
            timeout_seconds: 5,
            refresh_hours: 24,
            retry_minutes: 10,
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Invalid {
    /// The table of RDAP servers cannot be read.
    #[error("the table of RDAP servers {path}: {why}")]
    Bootstrap {
        /// Its file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// An address is not one that can be asked.
    #[error("{0} is not an address that can be asked")]
    Address(String),
    /// The HTTP client cannot be set up.
    #[error("the HTTP client: {0}")]
    Http(#[from] reqwest::Error),
    /// A resolver cannot be set up.
    #[error("the resolver {0} cannot be set up")]
    Resolver(SocketAddr),
}

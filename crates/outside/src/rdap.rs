//! Asking an RDAP server about a domain (RFC 9082, RFC 9083).

mod answer;

use std::time::Duration;

use filing::domain::DomainName;
use filing::outside::Why;
use reqwest::StatusCode;
use url::Url;

use crate::bootstrap::Table;
use crate::http::Guarded;
use crate::record::Record;
use crate::settings::Invalid;

/// The media type of RDAP (RFC 7480).
const MEDIA_TYPE: &str = "application/rdap+json";

/// The client.
#[derive(Debug, Clone)]
pub struct Rdap {
    servers: Table<Url>,
    http: Guarded,
}

impl Rdap {
    /// A client of these servers.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(servers: Table<Url>, patience: Duration) -> Result<Self, Invalid> {
        let http = Guarded::new(servers.all(), patience)?;
        Ok(Self { servers, http })
    }

    /// Who is asked about a domain.
    #[must_use]
    pub fn who(&self, domain: &DomainName) -> Option<String> {
        let url = self.servers.find(domain)?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("RDAP {}{port}", url.host_str().unwrap_or_default()))
    }

    /// Asks the server that knows a domain.
    ///
    /// # Errors
    /// With the reason why nothing usable was told.
    pub async fn ask(&self, domain: &DomainName) -> Result<Record, Why> {
        let server = self.servers.find(domain).ok_or(Why::NoServer)?;
        let url = server.join(&format!("domain/{domain}")).map_err(|_| Why::NoServer)?;
        let document = self.http.get(url, "application/rdap+json, application/json;q=0.8").await?;
        match document.status {
            StatusCode::OK => answer::read(&document.body, domain),
            // A wrong address answers 404 too; only one that speaks RDAP says that the name is not registered.
            StatusCode::NOT_FOUND if document.media_type == MEDIA_TYPE => answer::read_absence(&document.body),
            StatusCode::NOT_FOUND => Err(Why::Garbled),
            _ => Err(Why::Refused),
        }
    }
}

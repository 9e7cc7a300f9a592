//! Asking a WHOIS server (RFC 3912): one line out, text back. There is no common form; those of CNNIC and Verisign are read,
//! and whatever resembles them.

mod form;

use std::time::Duration;

use filing::domain::DomainName;
use filing::outside::Why;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::bootstrap::Table;
use crate::record::Record;

/// The largest answer taken.
const LARGEST: u64 = 64 * 1024;

/// The client.
#[derive(Debug, Clone)]
pub struct Whois {
    servers: Table<String>,
    patience: Duration,
}

impl Whois {
    /// A client of these servers.
    #[must_use]
    pub const fn new(servers: Table<String>, patience: Duration) -> Self {
        Self { servers, patience }
    }

    /// Who is asked about a domain.
    #[must_use]
    pub fn who(&self, domain: &DomainName) -> Option<String> {
        Some(format!("WHOIS {}", self.servers.find(domain)?.trim_end_matches(":43")))
    }

    /// Asks the server that knows a domain.
    ///
    /// # Errors
    /// With the reason why nothing usable was told.
    pub async fn ask(&self, domain: &DomainName) -> Result<Record, Why> {
        let server = self.servers.find(domain).ok_or(Why::NoServer)?;
        match tokio::time::timeout(self.patience, exchange(server, domain)).await {
            Ok(bytes) => form::read(&bytes?, domain),
            Err(_) => Err(Why::TimedOut),
        }
    }
}

async fn exchange(server: &str, domain: &DomainName) -> Result<Vec<u8>, Why> {
    let mut line = TcpStream::connect(server).await.map_err(|_| Why::Unreachable)?;
    line.write_all(format!("{domain}\r\n").as_bytes()).await.map_err(|_| Why::Unreachable)?;
    let mut bytes = Vec::new();
    // One more than is taken tells a long answer from a whole one.
    line.take(LARGEST + 1).read_to_end(&mut bytes).await.map_err(|_| Why::Garbled)?;
    if bytes.len() as u64 > LARGEST { Err(Why::Garbled) } else { Ok(bytes) }
}

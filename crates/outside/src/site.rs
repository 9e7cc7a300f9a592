//! Reading a small file from where a website runs, past the gateways that keep it closed.

use std::time::Duration;

use filing::domain::DomainName;
use filing::outside::Why;
use reqwest::redirect::Policy;
use reqwest::{Client, header};

/// The largest file taken, in bytes.
const LARGEST: usize = 4 * 1024;

/// Reads files of websites. It follows no redirect, so that a website cannot send it elsewhere.
#[derive(Debug, Clone)]
pub struct Site {
    client: Client,
    patience: Duration,
}

impl Site {
    /// A reader that waits this long for one file.
    ///
    /// # Errors
    /// When the client cannot be set up.
    pub fn new(patience: Duration) -> reqwest::Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .user_agent(concat!("beian/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, patience })
    }

    /// Reads the file at a path of a domain's website from one of its origins: `host:port`, or several with commas, of
    /// which the first that answers counts.
    ///
    /// # Errors
    /// Why there is no such text: the last origin's word.
    pub async fn read(&self, origins: &str, domain: &DomainName, path: &str) -> Result<String, Why> {
        let mut last = Why::Unreachable;
        for origin in origins.split(',').map(str::trim) {
            match tokio::time::timeout(self.patience, self.fetch(origin, domain, path)).await {
                Ok(Ok(text)) => return Ok(text),
                Ok(Err(why)) => last = why,
                Err(_) => last = Why::TimedOut,
            }
        }
        Err(last)
    }

    async fn fetch(&self, origin: &str, domain: &DomainName, path: &str) -> Result<String, Why> {
        let request = self.client.get(format!("http://{origin}{path}")).header(header::HOST, domain.as_str());
        let mut answer = request.send().await.map_err(|_| Why::Unreachable)?;
        if !answer.status().is_success() {
            return Err(Why::Refused);
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| Why::Garbled)? {
            if body.len() + chunk.len() > LARGEST {
                return Err(Why::Garbled);
            }
            body.extend_from_slice(&chunk);
        }
        String::from_utf8(body).map_err(|_| Why::Garbled)
    }
}

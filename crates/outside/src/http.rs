//! One guarded way to fetch a small document: bounded in time, size and redirects, and led nowhere inside our network.
//!
//! The addresses of the configuration are trusted as they are: a sandbox stands on 127.0.0.1. An answer may redirect, but
//! only to another of them, or over TLS to a host whose every address is public.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use filing::outside::Why;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, header};
use url::{Host, Origin, Url};

/// The largest document taken.
const LARGEST: usize = 256 * 1024;
/// So many redirects are followed.
const REDIRECTS: usize = 3;

/// A document as it came.
#[derive(Debug)]
pub(crate) struct Document {
    pub status: StatusCode,
    pub media_type: String,
    pub body: Vec<u8>,
}

/// The client.
#[derive(Debug, Clone)]
pub(crate) struct Guarded {
    /// Goes to the configured addresses.
    trusted: Client,
    /// Goes to public addresses alone.
    public: Client,
    configured: Arc<BTreeSet<String>>,
    patience: Duration,
}

impl Guarded {
    pub fn new<'a>(configured: impl Iterator<Item = &'a Url>, patience: Duration) -> reqwest::Result<Self> {
        let builder = || {
            Client::builder()
                .no_proxy()
                .redirect(Policy::none())
                .timeout(patience)
                .user_agent(concat!("beian/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self {
            trusted: builder().build()?,
            public: builder().https_only(true).dns_resolver(Arc::new(PublicOnly)).build()?,
            configured: Arc::new(configured.map(|url| origin(url)).collect()),
            patience,
        })
    }

    /// Fetches a document of a configured address.
    pub async fn get(&self, url: Url, accept: &str) -> Result<Document, Why> {
        // One limit for the whole: three redirects and a dripping body together take no longer.
        match tokio::time::timeout(self.patience, self.follow(url, accept)).await {
            Ok(result) => result,
            Err(_) => Err(Why::TimedOut),
        }
    }

    async fn follow(&self, mut url: Url, accept: &str) -> Result<Document, Why> {
        for _ in 0..=REDIRECTS {
            let client = self.client_for(&url)?;
            let answer = client.get(url.clone()).header(header::ACCEPT, accept).send().await.map_err(|e| why(&e))?;
            if !answer.status().is_redirection() {
                return read(answer).await;
            }
            let target = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            url = target.and_then(|target| url.join(target).ok()).ok_or(Why::Garbled)?;
        }
        Err(Why::Refused)
    }

    /// Which client may go there, if any.
    fn client_for(&self, url: &Url) -> Result<&Client, Why> {
        if self.configured.contains(&origin(url)) {
            return Ok(&self.trusted);
        }
        // A literal address is not looked up, so the guard of the look-up would never see it.
        let is_public = match url.host() {
            Some(Host::Domain(_)) => true,
            Some(Host::Ipv4(ip)) => is_public(&ip.into()),
            Some(Host::Ipv6(ip)) => is_public(&ip.into()),
            None => false,
        };
        if url.scheme() == "https" && is_public { Ok(&self.public) } else { Err(Why::Refused) }
    }
}

fn origin(url: &Url) -> String {
    match url.origin() {
        // Two opaque origins are never the same.
        Origin::Opaque(_) => String::new(),
        tuple => tuple.ascii_serialization(),
    }
}

async fn read(mut answer: Response) -> Result<Document, Why> {
    let status = answer.status();
    let media_type =
        answer.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| why(&error))? {
        if body.len() + chunk.len() > LARGEST {
            return Err(Why::Garbled);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Document { status, media_type, body })
}

fn why(error: &reqwest::Error) -> Why {
    if error.is_timeout() {
        Why::TimedOut
    } else if error.is_body() || error.is_decode() {
        // It began to answer and broke off.
        Why::Garbled
    } else {
        Why::Unreachable
    }
}

/// Looks names up and forgets every address that is not public, so that no redirect leads inside.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(&address.ip())).collect();
            if public.is_empty() {
                return Err("the name has no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the open Internet.
fn is_public(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let assignments = (a, b, c) == (192, 0, 0);
            let benchmark = a == 198 && (b == 18 || b == 19);
            let inside =
                ip.is_private() || ip.is_loopback() || ip.is_link_local() || shared || assignments || benchmark;
            !(inside || ip.is_documentation() || ip.is_multicast() || ip.is_unspecified() || a == 0 || a >= 240)
        }
        IpAddr::V6(ip) => match (ip.to_ipv4_mapped(), ip.segments()) {
            (Some(ip), _) => is_public(&IpAddr::V4(ip)),
            // Unique local, link local, site local, and the ways in which an IPv4 address travels inside one (NAT64, 6to4,
            // Teredo): what they hide is not looked at but turned away. 2000::/3 is all that is routed.
            (None, segments) => {
                let routed = segments[0] & 0xe000 == 0x2000;
                let hides = segments[0] == 0x2002 || (segments[0], segments[1]) == (0x2001, 0);
                routed && !hides && (segments[0], segments[1]) != (0x2001, 0x0db8)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_inside_is_public() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.2.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fc00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "ff02::1",
        ] {
            assert!(!is_public(&text.parse().unwrap()), "{text}");
        }
        for text in ["1.1.1.1", "223.5.5.5", "2400:3200::1", "::ffff:223.5.5.5"] {
            assert!(is_public(&text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn a_redirect_goes_to_configured_addresses_or_to_public_ones_over_tls() {
        let sandbox = Url::parse("http://127.0.0.1:8601/rdap/").unwrap();
        let http = Guarded::new([&sandbox].into_iter(), Duration::from_secs(1)).unwrap();
        let may = |url: &str| http.client_for(&Url::parse(url).unwrap()).is_ok();
        assert!(may("http://127.0.0.1:8601/other"));
        assert!(may("https://rdap.example.cn/domain/x.cn"));
        for url in [
            "http://127.0.0.1:8602/",
            "https://127.0.0.1:8601/",
            "http://rdap.example.cn/",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://2130706433/",
            "file:///etc/passwd",
            "https://0x7f.1/",
        ] {
            assert!(!may(url), "{url}");
        }
    }
}

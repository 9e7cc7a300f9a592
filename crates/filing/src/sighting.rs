//! What machines saw of domains that are not open here: what a finder tells the platform.
//!
//! A sighting is a hint, no verdict: a `Host` header is what a client claims, whoever it is.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most domains one report may hold.
pub const MOST_DOMAINS: usize = 200;

/// The most addresses that are kept of one domain.
pub const MOST_ADDRESSES: usize = 16;

/// What a machine looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SightingSource)]
pub enum Source {
    /// An access log of nginx.
    Nginx,
    /// A log of HAProxy.
    Haproxy,
    /// An access log of Envoy.
    Envoy,
    /// A resolver's or name server's log of queries.
    DnsLog,
    /// A name server's stream of dnstap.
    Dnstap,
    /// Packets: the `Host` of a request, the name in a ClientHello.
    Capture,
}

impl Source {
    /// The source's word, as in a report and in locale keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Envoy => "envoy",
            Self::DnsLog => "dns_log",
            Self::Dnstap => "dnstap",
            Self::Capture => "capture",
        }
    }
}

/// How often, when and where one domain was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SeenDomain)]
pub struct Seen {
    /// The registrable domain in its ASCII form.
    pub domain: String,
    /// One host of it, as it was seen first.
    pub host: String,
    /// How often.
    pub count: u64,
    /// When first.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// When last.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// The provider's addresses it was seen at, as far as they are known.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub addresses: Vec<IpAddr>,
    /// Where it was seen.
    pub sources: Vec<Source>,
}

impl Seen {
    /// Takes what another look saw of the same domain into this one.
    pub fn extend(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        for address in &other.addresses {
            if self.addresses.len() < MOST_ADDRESSES && !self.addresses.contains(address) {
                self.addresses.push(*address);
            }
        }
        for source in &other.sources {
            if !self.sources.contains(source) {
                self.sources.push(*source);
            }
        }
    }
}

/// What one look found, for the platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SightingReport)]
pub struct Report {
    /// The domains, each once.
    pub seen: Vec<Seen>,
}

/// What the platform made of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SightingsTaken)]
pub struct Taken {
    /// Domains for which a task was made, or opened again.
    pub opened: u64,
    /// Domains whose open task was extended.
    pub extended: u64,
    /// Domains that may be open by what the platform knows.
    pub fine: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_looks_saw_is_one() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut one = Seen {
            domain: "example.cn".into(),
            host: "www.example.cn".into(),
            count: u64::MAX - 1,
            first_seen: at(10),
            last_seen: at(20),
            addresses: vec![[192, 0, 2, 1].into()],
            sources: vec![Source::Nginx],
        };
        let addresses = (0..40).map(|last| [192, 0, 2, last].into()).collect();
        one.extend(&Seen {
            first_seen: at(5),
            last_seen: at(15),
            addresses,
            sources: vec![Source::Nginx, Source::Capture],
            ..one.clone()
        });
        assert_eq!((one.first_seen, one.last_seen, one.count), (at(5), at(20), u64::MAX));
        assert_eq!((one.addresses.len(), one.sources.len()), (MOST_ADDRESSES, 2));
    }
}

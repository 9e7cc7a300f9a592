//! What others know of a domain: its registration by RDAP (RFC 9083) and WHOIS (RFC 3912), its addresses by several
//! resolvers.
//!
//! Whoever is asked may be slow, rude, wrong or hostile. An answer says who gave it and when; whoever said nothing that
//! can be used is named with the reason. Silence never becomes an answer: what nobody told is unknown.
//!
//! - [`registry::Registries`] asks RDAP first and WHOIS after it; [`dns::Resolvers`] asks every resolver.
//! - [`site::Site`] reads a file that the owner of a website put there, from where the website runs.
//! - [`settings::Settings`] names the servers. Without any, nobody is asked and everything is unknown.

pub mod bootstrap;
pub mod dns;
mod http;
pub mod learnt;
pub mod rdap;
pub mod record;
pub mod registry;
pub mod settings;
pub mod site;
pub mod whois;

pub use learnt::Learnt;
pub use record::{Record, Resolved, ResolverAnswer};
pub use settings::Settings;

use std::collections::BTreeSet;

use async_trait::async_trait;
use filing::domain::DomainName;
use jiff::Timestamp;

/// Whoever can tell how a domain is registered.
#[async_trait]
pub trait Registry: std::fmt::Debug + Send + Sync {
    /// What is told of a domain now; never an error, because silence is an answer to live with.
    async fn registration(&self, domain: &DomainName, now: Timestamp) -> Learnt<Record>;
}

/// Whoever can tell where a domain leads.
#[async_trait]
pub trait Resolver: std::fmt::Debug + Send + Sync {
    /// What is told of a domain now; never an error, because silence is an answer to live with.
    async fn resolve(&self, domain: &DomainName, now: Timestamp) -> Learnt<Resolved>;

    /// The texts (TXT records) at a name that any of them tells; none of them is asked when there are none.
    async fn texts(&self, name: &str, now: Timestamp) -> Learnt<BTreeSet<String>>;
}

/// Nobody: what an installation asks that has no servers configured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

#[async_trait]
impl Registry for Nobody {
    async fn registration(&self, _domain: &DomainName, now: Timestamp) -> Learnt<Record> {
        Learnt::nothing(now)
    }
}

#[async_trait]
impl Resolver for Nobody {
    async fn resolve(&self, _domain: &DomainName, now: Timestamp) -> Learnt<Resolved> {
        Learnt::nothing(now)
    }

    async fn texts(&self, _name: &str, now: Timestamp) -> Learnt<BTreeSet<String>> {
        Learnt::nothing(now)
    }
}

//! The registries: RDAP first, WHOIS when it told nothing.

use std::time::Duration;

use async_trait::async_trait;
use filing::domain::DomainName;
use filing::outside::Why;
use jiff::Timestamp;

use crate::learnt::Learnt;
use crate::rdap::Rdap;
use crate::record::Record;
use crate::settings::{Invalid, Settings};
use crate::whois::Whois;
use crate::{Registry, bootstrap};

/// RDAP and WHOIS servers by suffix.
#[derive(Debug, Clone)]
pub struct Registries {
    rdap: Rdap,
    whois: Whois,
}

impl Registries {
    /// The servers of the settings.
    ///
    /// # Errors
    /// When a table cannot be read or an address cannot be asked.
    pub fn new(settings: &Settings) -> Result<Self, Invalid> {
        let patience = Duration::from_secs(settings.timeout_seconds.max(1));
        Ok(Self {
            rdap: Rdap::new(bootstrap::rdap(settings)?, patience)?,
            whois: Whois::new(bootstrap::whois(settings)?, patience),
        })
    }
}

#[async_trait]
impl Registry for Registries {
    async fn registration(&self, domain: &DomainName, now: Timestamp) -> Learnt<Record> {
        let mut learnt = Learnt::nothing(now);
        if let Some(who) = self.rdap.who(domain) {
            keep(&mut learnt, who, self.rdap.ask(domain).await);
        }
        if learnt.known.is_none()
            && let Some(who) = self.whois.who(domain)
        {
            keep(&mut learnt, who, self.whois.ask(domain).await);
        }
        learnt
    }
}

fn keep(learnt: &mut Learnt<Record>, who: String, told: Result<Record, Why>) {
    match told {
        Ok(record) => {
            learnt.known = Some(record);
            learnt.sources.push(who);
        }
        Err(why) => learnt.note(who, why),
    }
}

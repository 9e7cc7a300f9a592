//! Asking several resolvers where a domain and its `www` lead. Each is asked by itself, so that one which lies or is
//! poisoned shows beside the others.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use filing::domain::DomainName;
use filing::outside::Why;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{RData, RecordType};
use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::Resolver;
use crate::learnt::Learnt;
use crate::record::{MOST, Resolved, ResolverAnswer};
use crate::settings::{Invalid, Settings};

/// The resolvers.
#[derive(Clone)]
pub struct Resolvers {
    all: Vec<(SocketAddr, TokioResolver)>,
    patience: Duration,
}

impl std::fmt::Debug for Resolvers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.all.iter().map(|(address, _)| address)).finish()
    }
}

impl Resolvers {
    /// The resolvers of the settings.
    ///
    /// # Errors
    /// When one cannot be set up.
    pub fn new(settings: &Settings) -> Result<Self, Invalid> {
        let patience = Duration::from_secs(settings.timeout_seconds.max(1));
        let all = settings.resolvers.iter().map(|address| Ok((*address, one(*address, patience)?)));
        Ok(Self { all: all.collect::<Result<_, Invalid>>()?, patience })
    }

    /// Asks every resolver at the same time; what they tell comes in the order of the settings.
    async fn each<T, F>(&self, ask: impl Fn(TokioResolver, SocketAddr) -> F) -> Vec<(String, Result<T, Why>)>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Why>> + Send + 'static,
    {
        let mut asked = JoinSet::new();
        for (place, (address, resolver)) in self.all.iter().enumerate() {
            let (address, patience) = (*address, self.patience);
            let answer = ask(resolver.clone(), address);
            asked.spawn(async move {
                let answer = tokio::time::timeout(patience, answer).await.unwrap_or(Err(Why::TimedOut));
                (place, who(address), answer)
            });
        }
        let mut told = asked.join_all().await;
        told.sort_by_key(|(place, ..)| *place);
        told.into_iter().map(|(_, who, answer)| (who, answer)).collect()
    }
}

/// A stub of one resolver: no search list, no hosts file, no memory of its own.
fn one(address: SocketAddr, patience: Duration) -> Result<TokioResolver, Invalid> {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    let server = NameServerConfig::new(address.ip(), true, connections.into());
    let config = ResolverConfig::from_name_servers(vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.cache_size = 0;
    options.attempts = 1;
    options.timeout = patience / 2;
    options.use_hosts_file = ResolveHosts::Never;
    options.preserve_intermediates = true;
    builder.build().map_err(|_| Invalid::Resolver(address))
}

#[async_trait]
impl Resolver for Resolvers {
    async fn resolve(&self, domain: &DomainName, now: Timestamp) -> Learnt<Resolved> {
        let domain = domain.clone();
        let told = self.each(move |resolver, address| {
            let domain = domain.clone();
            async move { ask(&resolver, address, &domain).await }
        });
        let mut learnt: Learnt<Resolved> = Learnt::nothing(now);
        for (who, answer) in told.await {
            match answer {
                Ok(answer) => {
                    learnt.sources.push(who);
                    learnt.known.get_or_insert_default().answers.push(answer);
                }
                Err(why) => learnt.note(who, why),
            }
        }
        learnt
    }

    async fn texts(&self, name: &str, now: Timestamp) -> Learnt<BTreeSet<String>> {
        let name = format!("{}.", name.trim_end_matches('.'));
        let told = self.each(move |resolver, _| {
            let name = name.clone();
            async move { texts(&resolver, &name).await }
        });
        let mut learnt: Learnt<BTreeSet<String>> = Learnt::nothing(now);
        for (who, answer) in told.await {
            match answer {
                Ok(texts) => {
                    learnt.sources.push(who);
                    learnt.known.get_or_insert_default().extend(texts);
                }
                Err(why) => learnt.note(who, why),
            }
        }
        learnt
    }
}

/// The texts at a name.
async fn texts(resolver: &TokioResolver, name: &str) -> Result<BTreeSet<String>, Why> {
    let lookup = match resolver.lookup(name, RecordType::TXT).await {
        Ok(lookup) => lookup,
        Err(error) => return why(&error).map(|()| BTreeSet::new()),
    };
    let of = |data: &RData| match data {
        RData::TXT(text) => Some(text.txt_data.concat()),
        _ => None,
    };
    let texts = lookup.answers().iter().take(MOST).filter_map(|record| of(&record.data));
    Ok(texts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect())
}

fn who(address: SocketAddr) -> String {
    if address.port() == 53 { format!("DNS {}", address.ip()) } else { format!("DNS {address}") }
}

/// Everything one resolver tells; a single question without an answer makes all of it unknown.
async fn ask(resolver: &TokioResolver, address: SocketAddr, domain: &DomainName) -> Result<ResolverAnswer, Why> {
    let mut answer = ResolverAnswer {
        resolver: who(address),
        addresses: BTreeSet::new(),
        aliases: BTreeSet::new(),
        nameservers: BTreeSet::new(),
    };
    let (name, www) = (format!("{domain}."), format!("www.{domain}."));
    let questions = [
        (&name, RecordType::A),
        (&name, RecordType::AAAA),
        (&www, RecordType::A),
        (&www, RecordType::AAAA),
        (&name, RecordType::NS),
    ];
    for (name, kind) in questions {
        match resolver.lookup(name.as_str(), kind).await {
            Ok(lookup) => {
                for record in lookup.answers().iter().take(MOST) {
                    match &record.data {
                        RData::A(ip) => drop(answer.addresses.insert(ip.0.into())),
                        RData::AAAA(ip) => drop(answer.addresses.insert(ip.0.into())),
                        RData::CNAME(name) => drop(answer.aliases.insert(plain(name))),
                        RData::NS(name) => drop(answer.nameservers.insert(plain(name))),
                        _ => {}
                    }
                }
            }
            Err(error) => why(&error)?,
        }
    }
    Ok(answer)
}

fn plain(name: &impl ToString) -> String {
    name.to_string().trim_end_matches('.').to_lowercase()
}

/// That there is no such name or record is an answer; all else is none.
fn why(error: &NetError) -> Result<(), Why> {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NoError | ResponseCode::NXDomain => Ok(()),
            _ => Err(Why::Refused),
        },
        NetError::Dns(DnsError::ResponseCode(ResponseCode::NXDomain)) => Ok(()),
        NetError::Dns(_) => Err(Why::Refused),
        NetError::Timeout => Err(Why::TimedOut),
        NetError::Proto(_) => Err(Why::Garbled),
        _ => Err(Why::Unreachable),
    }
}

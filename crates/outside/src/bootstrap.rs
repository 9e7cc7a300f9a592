//! Which server knows a name: tables by suffix, the longest suffix first (RFC 9224).

use std::collections::BTreeMap;

use filing::domain::DomainName;
use serde::Deserialize;
use url::Url;

use crate::settings::{Bootstrap, Invalid, Settings};

/// The table this program brings.
const RDAP: &str = include_str!("../data/rdap.json");
/// WHOIS servers of registries that have no RDAP service, or often none that answers.
const WHOIS: &str = include_str!("../data/whois.json");
/// The largest table read.
const LARGEST: u64 = 4 << 20;

/// Servers by suffix.
#[derive(Debug, Clone, Default)]
pub struct Table<T> {
    by_suffix: BTreeMap<String, T>,
}

impl<T> Table<T> {
    /// The server of a name: that of its longest suffix in the table, else that of `*`.
    #[must_use]
    pub fn find(&self, domain: &DomainName) -> Option<&T> {
        let mut rest = domain.as_str();
        while let Some((_, suffix)) = rest.split_once('.') {
            if let Some(found) = self.by_suffix.get(suffix) {
                return Some(found);
            }
            rest = suffix;
        }
        self.by_suffix.get("*")
    }

    /// Every server.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.by_suffix.values()
    }
}

#[derive(Deserialize)]
struct File {
    services: Vec<(Vec<String>, Vec<String>)>,
}

/// The RDAP servers of the settings.
///
/// # Errors
/// When the table cannot be read, or an address cannot be asked.
pub fn rdap(settings: &Settings) -> Result<Table<Url>, Invalid> {
    let mut by_suffix = match settings.bootstrap {
        Bootstrap::None => BTreeMap::new(),
        Bootstrap::Builtin => {
            read_rdap(RDAP).map_err(|why| Invalid::Bootstrap { path: "rdap.json".to_owned(), why })?
        }
        Bootstrap::File => {
            let path = settings.bootstrap_file.display().to_string();
            let read = || {
                let length = std::fs::metadata(&settings.bootstrap_file).map_err(|error| error.to_string())?.len();
                if length > LARGEST {
                    return Err(format!("it is larger than {LARGEST} bytes"));
                }
                read_rdap(&std::fs::read_to_string(&settings.bootstrap_file).map_err(|error| error.to_string())?)
            };
            read().map_err(|why| Invalid::Bootstrap { path, why })?
        }
    };
    for (suffix, url) in &settings.rdap {
        by_suffix.insert(key(suffix), base(url.as_str()).ok_or_else(|| Invalid::Address(url.to_string()))?);
    }
    Ok(Table { by_suffix })
}

/// The WHOIS servers of the settings.
///
/// # Errors
/// When an address cannot be asked.
pub fn whois(settings: &Settings) -> Result<Table<String>, Invalid> {
    let mut by_suffix: BTreeMap<String, String> = match settings.bootstrap {
        Bootstrap::None => BTreeMap::new(),
        Bootstrap::Builtin | Bootstrap::File => serde_json::from_str(WHOIS)
            .map_err(|error| Invalid::Bootstrap { path: "whois.json".to_owned(), why: error.to_string() })?,
    };
    for (suffix, server) in &settings.whois {
        let is_address =
            server.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        if !is_address {
            return Err(Invalid::Address(server.clone()));
        }
        by_suffix.insert(key(suffix), server.clone());
    }
    Ok(Table { by_suffix })
}

/// Reads a table as IANA publishes it; of several addresses the first over TLS is taken, and what cannot be asked is
/// passed over.
fn read_rdap(text: &str) -> Result<BTreeMap<String, Url>, String> {
    let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut table = BTreeMap::new();
    for (suffixes, servers) in file.services {
        let mut servers: Vec<Url> = servers.iter().filter_map(|server| base(server)).collect();
        servers.sort_by_key(|server| server.scheme() != "https");
        if let Some(server) = servers.first() {
            table.extend(suffixes.iter().map(|suffix| (key(suffix), server.clone())));
        }
    }
    Ok(table)
}

fn key(suffix: &str) -> String {
    suffix.trim().trim_matches('.').to_lowercase()
}

/// An address that others are joined to.
fn base(text: &str) -> Option<Url> {
    let url = Url::parse(&format!("{}/", text.trim_end_matches('/'))).ok()?;
    let can_be_asked = matches!(url.scheme(), "http" | "https") && url.host().is_some() && url.query().is_none();
    can_be_asked.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DomainName {
        DomainName::parse(text).unwrap()
    }

    #[test]
    fn the_longest_suffix_decides_and_a_star_takes_the_rest() {
        let urls = [("cn", "https://cn.example"), ("com.cn", "https://com-cn.example/x"), ("*", "https://any.example")];
        let rdap = urls.iter().map(|(suffix, url)| ((*suffix).to_owned(), url.parse().unwrap())).collect();
        let table = rdap_of(Settings { rdap, ..Settings::default() });
        let host = |domain: &str| table.find(&name(domain)).map(|url| url.to_string());
        assert_eq!(host("yunshan.cn").as_deref(), Some("https://cn.example/"));
        assert_eq!(host("yunshan.com.cn").as_deref(), Some("https://com-cn.example/x/"));
        assert_eq!(host("yunshan.net").as_deref(), Some("https://any.example/"));
    }

    fn rdap_of(settings: Settings) -> Table<Url> {
        rdap(&settings).unwrap()
    }

    #[test]
    fn nobody_is_asked_unless_somebody_is_named() {
        let settings = Settings::default();
        assert!(rdap(&settings).unwrap().find(&name("yunshan.com")).is_none());
        assert!(whois(&settings).unwrap().find(&name("yunshan.cn")).is_none());
    }

    #[test]
    fn the_table_this_program_brings_knows_com_by_rdap_and_cn_by_whois() {
        let settings = Settings { bootstrap: Bootstrap::Builtin, ..Settings::default() };
        let url = rdap_of(settings.clone()).find(&name("yunshan.com")).cloned();
        assert_eq!(url.map(|url| url.scheme().to_owned()).as_deref(), Some("https"));
        assert!(whois(&settings).unwrap().find(&name("yunshan.cn")).is_some());
    }

    #[test]
    fn a_table_that_is_no_table_is_refused_by_name_and_tls_is_preferred() {
        let bad =
            Settings { bootstrap: Bootstrap::File, bootstrap_file: "/nowhere.json".into(), ..Settings::default() };
        assert!(rdap(&bad).unwrap_err().to_string().contains("/nowhere.json"));
        let table =
            read_rdap(r#"{"services":[[["a"],["http://a.example/","https://a.example"]],[["b"],["ftp://b"]]]}"#);
        let table = table.unwrap();
        assert_eq!(table["a"].as_str(), "https://a.example/");
        assert!(!table.contains_key("b"));
        let wrong = Settings { whois: [("cn".to_owned(), "whois.cnnic.cn".to_owned())].into(), ..Settings::default() };
        assert!(whois(&wrong).is_err());
    }
}

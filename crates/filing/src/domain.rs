//! Domain names as the filing law knows them: the registrable name, and whether its suffix may be filed.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A registrable domain name, such as `yunshan-tech.cn`, in its ASCII form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct DomainName(String);

/// Why a text is not a registrable domain name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DomainFault {
    /// Nothing was given.
    #[error("there is no name")]
    Empty,
    /// A scheme, path or port came along.
    #[error("{part:?} is not part of a domain name")]
    Url {
        /// What is too much.
        part: String,
        /// What would be left, when that is a registrable name.
        name: Option<String>,
    },
    /// It is an IP address.
    #[error("{0} is an IP address")]
    Ip(String),
    /// A character that domain names never have.
    #[error("{0:?} cannot stand in a domain name")]
    Character(char),
    /// A label is empty, too long, or begins or ends with a hyphen.
    #[error("the label {0:?} is malformed")]
    Label(String),
    /// The whole is too long.
    #[error("{0:?} is longer than 253 characters")]
    Length(String),
    /// It is a suffix, under which names are registered.
    #[error("{0} is a suffix, not a name")]
    Suffix(String),
    /// It has labels in front of the registrable name.
    #[error("{found} is below the registrable name {registrable}")]
    Subdomain {
        /// What was given.
        found: String,
        /// What is filed.
        registrable: String,
    },
}

/// Category suffixes under `.cn` that the public suffix list lacks: 政务.cn and 公益.cn.
const MISSING_SUFFIXES: [&str; 2] = ["xn--zfr164b.cn", "xn--55qw42g.cn"];

/// Whether names under a suffix may be filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fileable {
    /// The ministry approved it, by at least one good source.
    Yes,
    /// Sources say it is approved, but weakly.
    Likely,
    /// Sources say it is not approved.
    No,
    /// No source names it.
    Unknown,
}

fn suffixes() -> &'static HashMap<&'static str, Fileable> {
    static SUFFIXES: OnceLock<HashMap<&'static str, Fileable>> = OnceLock::new();
    SUFFIXES.get_or_init(|| {
        include_str!("../data/suffixes.csv")
            .lines()
            .skip(1)
            .filter_map(|line| {
                let mut cells = line.split(',');
                let (ascii, fileable, confidence) = (cells.next()?, cells.nth(2)?, cells.next()?);
                let fileable = match (fileable, confidence) {
                    ("yes", "high") => Fileable::Yes,
                    ("yes", _) => Fileable::Likely,
                    _ => Fileable::No,
                };
                Some((ascii, fileable))
            })
            .collect()
    })
}

impl DomainName {
    /// Reads a registrable name; case, one trailing dot and Chinese labels are forgiven.
    ///
    /// # Errors
    /// With what is at fault; a name below the registrable one is told which one to file.
    pub fn parse(typed: &str) -> Result<Self, DomainFault> {
        let host = Self::host(typed)?;
        let name = Self::of_ascii(&host)?;
        if name.0 == host { Ok(name) } else { Err(DomainFault::Subdomain { found: host, registrable: name.0 }) }
    }

    /// The registrable name a host name belongs to: `www.shop.example.com.cn` gives `example.com.cn`.
    ///
    /// # Errors
    /// When the host is no name, or is a suffix itself.
    pub fn of_host(host: &str) -> Result<Self, DomainFault> {
        Self::of_ascii(&Self::host(host)?)
    }

    fn of_ascii(host: &str) -> Result<Self, DomainFault> {
        registrable(host).map(|name| Self(name.to_owned())).ok_or_else(|| DomainFault::Suffix(host.to_owned()))
    }

    /// A host name in its ASCII form (UTS 46): the name itself or one below it.
    ///
    /// # Errors
    /// When it is no host name; whether something can be registered there is for [`Self::of_host`] to say.
    pub fn host(typed: &str) -> Result<String, DomainFault> {
        let text = typed.trim();
        if text.is_empty() {
            return Err(DomainFault::Empty);
        }
        if let Some((part, rest)) = too_much(text) {
            let name = Self::parse(&rest)
                .or_else(|fault| match fault {
                    DomainFault::Subdomain { registrable, .. } => Ok(Self(registrable)),
                    other => Err(other),
                })
                .ok();
            return Err(DomainFault::Url { part, name: name.map(|name| name.0) });
        }
        if text.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
            return Err(DomainFault::Ip(text.to_owned()));
        }
        let dotted = text.replace(['。', '．', '｡'], ".");
        let text = dotted.strip_suffix('.').unwrap_or(&dotted);
        if let Some(c) = text.chars().find(|c| c.is_ascii() && !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))) {
            return Err(DomainFault::Character(c));
        }
        let ascii = if text.is_ascii() {
            text.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii_strict(text).map_err(|_| {
                DomainFault::Character(text.chars().find(|c| !c.is_ascii() && !c.is_alphanumeric()).unwrap_or('?'))
            })?
        };
        if ascii.len() > 253 {
            return Err(DomainFault::Length(ascii));
        }
        for label in ascii.split('.') {
            let shape = !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-');
            if !shape || (label.starts_with("xn--") && idna::domain_to_unicode(label).1.is_err()) {
                return Err(DomainFault::Label(label.to_owned()));
            }
        }
        // No top-level name is a number: what ends in one is an address, such as 127.1, or a mistyped one.
        if ascii.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit())) {
            return Err(DomainFault::Ip(ascii));
        }
        Ok(ascii)
    }

    /// The name in ASCII, lower case, without a trailing dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as people read it, with Chinese labels.
    #[must_use]
    pub fn unicode(&self) -> String {
        idna::domain_to_unicode(&self.0).0
    }

    /// The label in front of the suffix.
    #[must_use]
    pub fn label(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }

    /// The public suffix the name is registered under, such as `com.cn`.
    #[must_use]
    pub fn suffix(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, suffix)| suffix)
    }

    /// Whether the ministry approved the suffix; sources on some suffixes are weak or silent.
    #[must_use]
    pub fn fileable(&self) -> Fileable {
        let known = |suffix: &str| suffixes().get(suffix).copied();
        let last = self.0.rsplit('.').next().unwrap_or_default();
        known(self.suffix()).or_else(|| known(last)).unwrap_or(Fileable::Unknown)
    }

    /// Whether the suffix is reserved for state bodies (gov.cn, 政务.cn).
    #[must_use]
    pub fn is_government(&self) -> bool {
        matches!(self.suffix(), "gov.cn" | "xn--zfr164b.cn")
    }
}

/// The part of an address that is not the name, and what is left without it.
fn too_much(text: &str) -> Option<(String, String)> {
    if let Some((scheme, rest)) = text.split_once("://") {
        let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
        return Some((format!("{scheme}://"), host.to_owned()));
    }
    if text.parse::<IpAddr>().is_ok() {
        return None;
    }
    let at = text.find(['/', '?', '#', ':', '@'])?;
    let (host, part) = if text.as_bytes()[at] == b'@' {
        (text[at + 1..].to_owned(), text[..=at].to_owned())
    } else {
        (text[..at].to_owned(), text[at..].to_owned())
    };
    Some((part, host))
}

/// The registrable part of a host name in ASCII: the one label below its suffix. None when it is itself a suffix.
///
/// Only suffixes of registries count. The public suffix list also has a private section, of names such as `github.io`
/// that a company lets others use below its own domain; what is registered, and filed, is the company's domain.
#[must_use]
pub fn registrable(host: &str) -> Option<&str> {
    host.get(host.len() - registrable_part(host.as_bytes())?.len()..)
}

/// The same of a host whose bytes nobody has taken for text yet.
#[inline]
#[must_use]
pub fn registrable_part(host: &[u8]) -> Option<&[u8]> {
    let below = |suffix: &&str| {
        let front = host.len().checked_sub(suffix.len());
        host.ends_with(suffix.as_bytes()) && front.is_some_and(|front| front == 0 || host[front - 1] == b'.')
    };
    let suffix = match MISSING_SUFFIXES.iter().find(|suffix| below(suffix)) {
        Some(suffix) => suffix.len(),
        None => registry_suffix(host)?,
    };
    let front = host.get(..host.len().checked_sub(suffix + 1)?)?;
    let label = front.iter().rposition(|byte| *byte == b'.').map_or(0, |dot| dot + 1);
    if label == front.len() { None } else { host.get(label..) }
}

/// How long the suffix of a registry is that the name ends in.
fn registry_suffix(host: &[u8]) -> Option<usize> {
    let mut name = host;
    loop {
        let suffix = psl::suffix(name)?;
        let bytes = suffix.as_bytes();
        if suffix.typ() != Some(psl::Type::Private) {
            return Some(bytes.len());
        }
        name = &bytes[bytes.iter().position(|byte| *byte == b'.')? + 1..];
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for DomainName {
    type Error = DomainFault;

    fn try_from(text: String) -> Result<Self, DomainFault> {
        Self::parse(&text)
    }
}

impl From<DomainName> for String {
    fn from(name: DomainName) -> Self {
        name.0
    }
}

impl std::str::FromStr for DomainName {
    type Err = DomainFault;

    fn from_str(text: &str) -> Result<Self, DomainFault> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DomainName {
        DomainName::parse(text).unwrap()
    }

    #[test]
    fn a_name_is_read_as_people_type_it() {
        assert_eq!(name(" Yunshan-Tech.CN. ").as_str(), "yunshan-tech.cn");
        assert_eq!(name("云杉。中国").as_str(), "xn--9kq951d.xn--fiqs8s");
        assert_eq!(name("云杉.中国").unicode(), "云杉.中国");
        assert_eq!(name("hangzhou.zj.cn").suffix(), "zj.cn");
        assert_eq!(name("example.com.cn").label(), "example");
    }

    #[test]
    fn a_refusal_names_what_is_at_fault() {
        use DomainFault as Fault;
        assert_eq!(DomainName::parse(""), Err(Fault::Empty));
        assert_eq!(
            DomainName::parse("https://www.yunshan-tech.cn/index"),
            Err(Fault::Url { part: "https://".into(), name: Some("yunshan-tech.cn".into()) })
        );
        assert_eq!(
            DomainName::parse("yunshan-tech.cn:8080"),
            Err(Fault::Url { part: ":8080".into(), name: Some("yunshan-tech.cn".into()) })
        );
        assert_eq!(DomainName::parse("203.0.113.24"), Err(Fault::Ip("203.0.113.24".into())));
        assert_eq!(DomainName::parse("203.0.113.256"), Err(Fault::Ip("203.0.113.256".into())));
        assert_eq!(DomainName::parse("yunshan.cn.."), Err(Fault::Label(String::new())));
        assert_eq!(DomainName::parse("yun_shan.cn"), Err(Fault::Character('_')));
        assert_eq!(DomainName::parse("-yun.cn"), Err(Fault::Label("-yun".into())));
        assert_eq!(DomainName::parse("com.cn"), Err(Fault::Suffix("com.cn".into())));
        assert_eq!(
            DomainName::parse("www.yunshan-tech.cn"),
            Err(Fault::Subdomain { found: "www.yunshan-tech.cn".into(), registrable: "yunshan-tech.cn".into() })
        );
    }

    #[test]
    fn the_two_category_suffixes_the_public_list_lacks() {
        assert_eq!(name("测试.政务.cn").suffix(), "xn--zfr164b.cn");
        assert!(name("测试.政务.cn").is_government());
        assert_eq!(DomainName::of_host("www.测试.公益.cn").unwrap().unicode(), "测试.公益.cn");
        assert!(matches!(DomainName::parse("政务.cn"), Err(DomainFault::Suffix(_))));
    }

    #[test]
    fn suffixes_are_fileable_as_far_as_sources_tell() {
        assert_eq!(name("a.cn").fileable(), Fileable::Yes);
        assert_eq!(name("a.gov.cn").fileable(), Fileable::Yes);
        assert_eq!(name("a.io").fileable(), Fileable::No);
        assert_eq!(name("a.co.uk").fileable(), Fileable::No);
        assert_eq!(name("a.aero").fileable(), Fileable::Unknown);
    }

    #[test]
    fn a_host_leads_to_the_name_that_is_filed() {
        assert_eq!(DomainName::of_host("a.b.example.com.cn").unwrap().as_str(), "example.com.cn");
        assert!(DomainName::of_host("localhost").is_err());
        assert_eq!(registrable("a.b.example.com.cn"), Some("example.com.cn"));
        assert_eq!(registrable("xn--55qx5d.cn"), None, "公司.cn in its ASCII form");
    }

    #[test]
    fn what_a_company_lets_others_use_is_filed_as_the_companys_domain() {
        assert_eq!(registrable("somebody.github.io"), Some("github.io"));
        assert_eq!(registrable("github.io"), Some("github.io"));
        assert_eq!(registrable("s3.cn-north-1.amazonaws.com.cn"), Some("amazonaws.com.cn"));
    }
}

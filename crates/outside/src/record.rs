//! What a registry tells of a name, and what resolvers tell of it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use filing::detect::Answer;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a registry tells of a name; what it does not publish is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Whether anybody has registered it.
    pub registered: bool,
    /// When it was registered.
    pub registered_at: Option<Timestamp>,
    /// When its registration ends.
    pub expires_at: Option<Timestamp>,
    /// Its states in the words of EPP (RFC 5731), such as `clientHold`.
    pub statuses: Vec<String>,
    /// The registrar.
    pub registrar: Option<String>,
    /// The holder's name, where it is public: Chinese registries and the privacy rules of others withhold it.
    pub holder: Option<String>,
    /// Whether the registry says that the holder's particulars are validated; almost none says it.
    pub verified: Answer,
    /// Its name servers.
    pub nameservers: Vec<String>,
}

impl Record {
    /// A name nobody has registered.
    #[must_use]
    pub fn unregistered() -> Self {
        Self { registered: false, ..Self::empty() }
    }

    pub(crate) const fn empty() -> Self {
        Self {
            registered: true,
            registered_at: None,
            expires_at: None,
            statuses: Vec::new(),
            registrar: None,
            holder: None,
            verified: Answer::Unknown,
            nameservers: Vec::new(),
        }
    }

    /// Whether the dates can be true together.
    pub(crate) fn is_sound(&self) -> bool {
        !matches!((self.registered_at, self.expires_at), (Some(from), Some(until)) if until < from)
    }
}

/// The longest text kept of an answer.
const LONGEST: usize = 200;
/// So many statuses or name servers are kept of an answer.
pub(crate) const MOST: usize = 20;

/// A text of an answer as one short line; none when nothing is left.
pub(crate) fn line(text: &str) -> Option<String> {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

/// A holder's name, unless it only says that the name is withheld.
pub(crate) fn public(name: &str) -> Option<String> {
    let name = line(name)?;
    let lower = name.to_lowercase();
    let withheld = ["redacted", "privacy", "withheld", "not disclosed", "data protected", "隐私", "未公开", "保护"];
    let is_withheld = withheld.iter().any(|word| lower.contains(word)) || name.chars().all(|c| "*-.xX ".contains(c));
    (!is_withheld).then_some(name)
}

/// A status in the words of EPP: RDAP writes `client hold`, WHOIS `clientHold https://…`.
pub(crate) fn status(text: &str) -> Option<String> {
    let text = line(text)?;
    let mut out = String::new();
    for (index, word) in text.split(' ').take_while(|word| !word.contains("//")).enumerate() {
        let mut letters = word.chars().filter(char::is_ascii_alphanumeric);
        match (index, letters.next()) {
            (_, None) => {}
            (0, Some(first)) => out.push(first.to_ascii_lowercase()),
            (_, Some(first)) => out.push(first.to_ascii_uppercase()),
        }
        out.extend(letters);
    }
    (!out.is_empty()).then_some(out)
}

/// What one resolver tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolverAnswer {
    /// Which.
    pub resolver: String,
    /// The addresses of the name and of its `www`.
    pub addresses: BTreeSet<IpAddr>,
    /// What the name or its `www` stands for.
    pub aliases: BTreeSet<String>,
    /// The name servers of the name.
    pub nameservers: BTreeSet<String>,
}

/// What the resolvers tell together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// What each told.
    pub answers: Vec<ResolverAnswer>,
}

impl Resolved {
    /// Every address that any of them told.
    #[must_use]
    pub fn addresses(&self) -> BTreeSet<IpAddr> {
        self.answers.iter().flat_map(|answer| answer.addresses.iter().copied()).collect()
    }

    /// Whether all told the same addresses; with fewer than two nobody knows.
    #[must_use]
    pub fn agree(&self) -> Answer {
        match self.answers.as_slice() {
            [] | [_] => Answer::Unknown,
            [first, rest @ ..] if rest.iter().all(|other| other.addresses == first.addresses) => Answer::Yes,
            _ => Answer::No,
        }
    }

    /// The addresses, parted into those this provider owns and the others.
    #[must_use]
    pub fn part(&self, is_ours: impl Fn(&IpAddr) -> bool) -> (Vec<IpAddr>, Vec<IpAddr>) {
        self.addresses().into_iter().partition(is_ours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_reads_the_same_whoever_writes_it() {
        for text in ["client hold", "clientHold https://icann.org/epp#clientHold", "Client Hold", " clientHold "] {
            assert_eq!(status(text).as_deref(), Some("clientHold"), "{text}");
        }
        assert_eq!(status("\u{0}<>"), None);
    }

    #[test]
    fn a_withheld_name_is_no_name() {
        for text in ["REDACTED FOR PRIVACY", "Whois Privacy Service", "***", " \n", "隐私保护"] {
            assert_eq!(public(text), None, "{text}");
        }
        assert_eq!(public("云杉科技（杭州）\n有限公司").as_deref(), Some("云杉科技（杭州） 有限公司"));
    }

    #[test]
    fn resolvers_agree_when_they_tell_the_same_addresses() {
        let answer = |addresses: &[&str]| ResolverAnswer {
            resolver: String::new(),
            addresses: addresses.iter().map(|text| text.parse().unwrap()).collect(),
            aliases: BTreeSet::new(),
            nameservers: BTreeSet::new(),
        };
        let told = |answers| Resolved { answers }.agree();
        assert_eq!(told(vec![answer(&["192.0.2.1"])]), Answer::Unknown);
        assert_eq!(told(vec![answer(&["192.0.2.1", "192.0.2.2"]), answer(&["192.0.2.2", "192.0.2.1"])]), Answer::Yes);
        assert_eq!(told(vec![answer(&["192.0.2.1"]), answer(&[])]), Answer::No);
    }
}

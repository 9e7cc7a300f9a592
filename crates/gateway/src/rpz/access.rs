//! Who may have the zone, and by which key.

use std::collections::HashMap;
use std::net::IpAddr;

use domain::base::Name;
use domain::tsig::{Algorithm, Key, KeyName};
use domain::utils::base64;
use ipnet::IpNet;
use secrecy::ExposeSecret as _;

use super::BadZone;
use crate::config::{Rpz as Settings, TsigAlgorithm, TsigKey};

/// The fewest bytes of a secret: less can be tried out.
const LEAST_SECRET: usize = 16;

/// Who may have the zone, and by which key.
pub(super) struct Access {
    pub(super) keys: HashMap<(KeyName, Algorithm), Key>,
    rules: Vec<Rule>,
}

struct Rule {
    /// From where; none means from anywhere.
    from: Vec<IpNet>,
    key: Option<KeyName>,
}

impl Access {
    pub(super) fn read(settings: &Settings) -> Result<Self, BadZone> {
        let mut keys = HashMap::new();
        for settings in &settings.keys {
            let key = key(settings)?;
            keys.insert((key.name().clone(), key.algorithm()), key);
        }
        let rule = |rule: &crate::config::Transfer| {
            if rule.from.is_empty() && rule.key.is_none() {
                return Err(BadZone::Everybody);
            }
            let key = rule.key.as_ref().map(|name| known(settings, name)).transpose()?;
            Ok(Rule { from: rule.from.clone(), key: key.map(|key| key.name().clone()) })
        };
        let rules = settings.transfer.iter().map(rule).collect::<Result<_, _>>()?;
        Ok(Self { keys, rules })
    }

    /// Whether any rule speaks of an address.
    pub(super) fn knows(&self, from: IpAddr) -> bool {
        self.rules.iter().any(|rule| rule.reaches(from))
    }

    /// Whether a request may be answered that came from there and was signed by that key.
    pub(super) fn permits(&self, from: IpAddr, key: Option<&KeyName>) -> bool {
        self.rules.iter().any(|rule| rule.reaches(from) && rule.key.as_ref().is_none_or(|needed| Some(needed) == key))
    }
}

impl Rule {
    fn reaches(&self, from: IpAddr) -> bool {
        self.from.is_empty() || self.from.iter().any(|net| net.contains(&from.to_canonical()))
    }
}

/// The key of that name in the settings.
pub(super) fn known(settings: &Settings, name: &str) -> Result<Key, BadZone> {
    let found = settings.keys.iter().find(|key| key.name == name);
    key(found.ok_or_else(|| BadZone::NoKey(name.to_owned()))?)
}

fn key(settings: &TsigKey) -> Result<Key, BadZone> {
    let TsigKey { name, algorithm, secret } = settings;
    let algorithm = match algorithm {
        TsigAlgorithm::HmacSha256 => Algorithm::Sha256,
        TsigAlgorithm::HmacSha512 => Algorithm::Sha512,
    };
    let bad_name = || BadZone::Name(name.clone());
    let key_name: Name<Vec<u8>> = name.to_ascii_lowercase().parse().map_err(|_| bad_name())?;
    let key_name = key_name.as_slice().try_into().ok().and_then(|octets| KeyName::from_octets(octets).ok());
    let bad_secret = || BadZone::Secret(name.clone());
    let secret: Vec<u8> = base64::decode(secret.expose_secret()).map_err(|_| bad_secret())?;
    if secret.len() < LEAST_SECRET {
        return Err(bad_secret());
    }
    Key::new(algorithm, &secret, key_name.ok_or_else(bad_name)?, None, None).map_err(|_| bad_secret())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(rules: &serde_json::Value) -> Settings {
        serde_json::from_value(serde_json::json!({
            "listen": "127.0.0.1:0",
            "keys": [
                { "name": "one", "algorithm": "hmac-sha256", "secret": "AAAAAAAAAAAAAAAAAAAAAA==" },
                { "name": "Two.", "algorithm": "hmac-sha512", "secret": "AAAAAAAAAAAAAAAAAAAAAQ==" },
            ],
            "transfer": rules,
        }))
        .unwrap()
    }

    #[test]
    fn a_rule_needs_all_it_says_and_one_rule_is_enough() {
        let settings = settings(&serde_json::json!([
            { "from": ["192.0.2.0/24"] },
            { "from": ["198.51.100.7/32"], "key": "one" },
            { "key": "Two." },
        ]));
        let access = Access::read(&settings).unwrap();
        let one = known(&settings, "one").unwrap();
        let two = known(&settings, "Two.").unwrap();
        let may = |from: &str, key: Option<&Key>| access.permits(from.parse().unwrap(), key.map(Key::name));
        assert!(may("192.0.2.9", None) && may("::ffff:192.0.2.9", None) && may("192.0.2.9", Some(&one)));
        assert!(!may("198.51.100.7", None) && may("198.51.100.7", Some(&one)));
        assert!(!may("198.51.100.8", Some(&one)) && may("198.51.100.8", Some(&two)));
        assert!(!may("203.0.113.1", None));
    }

    #[test]
    fn what_cannot_be_meant_is_an_error() {
        for (rules, wrong) in [
            (serde_json::json!([{ "key": "three" }]), "there is no key"),
            (serde_json::json!([{}]), "not for everybody"),
        ] {
            let error = Access::read(&settings(&rules)).err().unwrap().to_string();
            assert!(error.contains(wrong), "{error}");
        }
        for (name, secret) in [("k", "short"), ("k", "AAAA"), ("a..b", "AAAAAAAAAAAAAAAAAAAAAA==")] {
            let mut settings = settings(&serde_json::json!([]));
            settings.keys[0] =
                TsigKey { name: name.into(), algorithm: TsigAlgorithm::HmacSha256, secret: secret.into() };
            assert!(Access::read(&settings).is_err(), "{name} {secret}");
        }
    }
}

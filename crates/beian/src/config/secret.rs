//! A configured value that must not be read over a shoulder or out of a log.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use url::Url;

/// What stands where a secret was.
const MASK: &str = "********";

/// A password, a key, or an address with a password in it. Shown and written masked, wherever it goes.
#[derive(Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// The secret itself.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether nothing was configured.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// What may be shown: nothing of a bare secret, and all but the password of an address.
    pub fn masked(&self) -> String {
        let text = self.expose();
        if text.is_empty() {
            return String::new();
        }
        let Ok(mut url) = Url::parse(text) else {
            return MASK.to_owned();
        };
        if url.scheme() == "sqlite" {
            return text.to_owned();
        }
        if !url.has_host() || (url.password().is_some() && url.set_password(Some(MASK)).is_err()) {
            return MASK.to_owned();
        }
        // Some drivers take the password as a parameter.
        url.set_query(None);
        url.into()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(SecretString::from(text))
    }
}

impl From<&Secret> for SecretString {
    fn from(secret: &Secret) -> Self {
        secret.0.clone()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.masked())
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(SecretString::from(String::deserialize(deserializer)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_secret_is_hidden_whole_and_an_empty_one_is_empty() {
        assert_eq!(Secret::from("hunter2").masked(), MASK);
        assert_eq!(Secret::from("").masked(), "");
        assert_eq!(format!("{:?}", Secret::from("hunter2")), MASK);
        assert_eq!(serde_json::to_string(&Secret::from("hunter2")).unwrap(), format!("\"{MASK}\""));
    }

    #[test]
    fn an_address_shows_all_but_its_password() {
        let shown = Secret::from("postgres://beian:hunter2@db.example:5432/beian?sslmode=require").masked();
        assert_eq!(shown, format!("postgres://beian:{MASK}@db.example:5432/beian"));
        assert_eq!(Secret::from("postgres://db.example/beian").masked(), "postgres://db.example/beian");
        assert_eq!(Secret::from("sqlite:/var/lib/beian/beian.sqlite").masked(), "sqlite:/var/lib/beian/beian.sqlite");
    }

    #[test]
    fn a_secret_that_happens_to_look_like_an_address_is_hidden() {
        assert_eq!(Secret::from("key:abcdef").masked(), MASK);
    }
}

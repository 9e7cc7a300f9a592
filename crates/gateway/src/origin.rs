//! Where requests for a domain go.

use std::net::SocketAddr;

/// Where requests for a domain go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An address and port.
    Address(SocketAddr),
    /// A name to look up, with its port.
    Name(Box<str>, u16),
}

impl Origin {
    /// Reads `host:port`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self::Address(address));
        }
        let (name, port) = text.rsplit_once(':')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let port = port.parse().ok().filter(|port| *port != 0)?;
        (!name.is_empty() && name.bytes().all(plain)).then(|| Self::Name(name.into(), port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_an_address_or_a_name_with_a_port() {
        assert_eq!(Origin::parse("10.0.0.7:8080"), Some(Origin::Address("10.0.0.7:8080".parse().unwrap())));
        assert_eq!(Origin::parse("[::1]:80"), Some(Origin::Address("[::1]:80".parse().unwrap())));
        assert_eq!(Origin::parse("app.internal:80"), Some(Origin::Name("app.internal".into(), 80)));
        for text in ["", "app.internal", "app.internal:0", "app.internal:http", ":80", "http://app:80", "a b:80"] {
            assert_eq!(Origin::parse(text), None, "{text:?}");
        }
    }
}

//! What becomes of a request, from its host and the verdicts alone.

use std::sync::Arc;

use filing::verdict::{Enforcement, Reason};

use crate::host::{self, HostError};
use crate::table::{Listed, Origin, Table};

/// What becomes of a request.
#[derive(Debug)]
pub enum Decision {
    /// The domain is open: the request goes to its origin.
    Proxy {
        /// What is known of the domain.
        listed: Arc<Listed>,
        /// Where the request goes.
        origin: Origin,
    },
    /// The domain is closed, or nothing here is known of it.
    Closed {
        /// The registrable domain.
        domain: String,
        /// Why it is closed; none when it is not listed.
        reason: Option<Reason>,
    },
    /// The domain is open, but nothing is served for it here.
    NoOrigin {
        /// The registrable domain.
        domain: String,
    },
    /// The request names no domain.
    BadHost(HostError),
    /// No verdict was ever loaded, so that nothing may be said of any domain.
    NotReady,
}

/// Decides on a request by its `Host` header.
///
/// Only the platform's enforcement closes a listed domain; that it is not known to be filed or accessed does not. An
/// unlisted domain has no origin here, so that there is nothing to open: its visitor is sent to the page that tells
/// how to file.
#[must_use]
pub fn decide(table: Option<&Table>, host: Option<&[u8]>) -> Decision {
    let domain = match host::registrable(host) {
        Ok(domain) => domain,
        Err(error) => return Decision::BadHost(error),
    };
    let Some(table) = table else { return Decision::NotReady };
    let Some(listed) = table.get(&domain) else { return Decision::Closed { domain, reason: None } };
    match (listed.entry.verdict.enforcement, &listed.origin) {
        (Enforcement::Closed, _) => Decision::Closed { domain, reason: Some(listed.entry.verdict.reason) },
        (Enforcement::Open, Some(origin)) => Decision::Proxy { listed: Arc::clone(listed), origin: origin.clone() },
        (Enforcement::Open, None) => Decision::NoOrigin { domain },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::{chain, verdict};
    use filing::verdict::{Known, Position, Verdict};

    fn table() -> Table {
        let entries = chain(
            &Position::start(),
            vec![
                verdict("unknown-but-open.cn", Enforcement::Open, Some("127.0.0.1:80")),
                Verdict {
                    filed: Known::Yes,
                    accessed: Known::Yes,
                    reason: Reason::AuthorityOrder,
                    ..verdict("filed-but-closed.cn", Enforcement::Closed, Some("127.0.0.1:80"))
                },
                Verdict {
                    filed: Known::No,
                    accessed: Known::No,
                    reason: Reason::Exempt,
                    ..verdict("unfiled-but-exempt.cn", Enforcement::Open, Some("127.0.0.1:80"))
                },
                verdict("open-elsewhere.cn", Enforcement::Open, None),
                verdict("broken-origin.cn", Enforcement::Open, Some("somewhere")),
            ],
        );
        Table::from_snapshot(entries[4].position(), entries).unwrap()
    }

    fn outcome(host: &str) -> String {
        match decide(Some(&table()), Some(host.as_bytes())) {
            Decision::Proxy { origin, .. } => format!("proxy {origin:?}"),
            Decision::Closed { domain, reason } => {
                format!("closed {domain} {}", reason.map_or("unlisted", Reason::as_str))
            }
            Decision::NoOrigin { domain } => format!("no origin {domain}"),
            Decision::BadHost(error) => format!("bad host: {error}"),
            Decision::NotReady => "not ready".to_owned(),
        }
    }

    #[test]
    fn the_platforms_enforcement_alone_opens_and_closes() {
        assert_eq!(outcome("www.unknown-but-open.cn"), "proxy Address(127.0.0.1:80)");
        assert_eq!(outcome("UNFILED-BUT-EXEMPT.cn:8602"), "proxy Address(127.0.0.1:80)");
        assert_eq!(outcome("filed-but-closed.cn."), "closed filed-but-closed.cn authority_order");
        assert_eq!(outcome("shop.never-heard-of.cn"), "closed never-heard-of.cn unlisted");
    }

    #[test]
    fn an_open_domain_without_an_origin_is_not_called_closed() {
        assert_eq!(outcome("open-elsewhere.cn"), "no origin open-elsewhere.cn");
        assert_eq!(outcome("broken-origin.cn"), "no origin broken-origin.cn");
    }

    #[test]
    fn an_address_or_nonsense_is_a_bad_request() {
        assert_eq!(outcome("203.0.113.7"), "bad host: the host is an address");
        assert_eq!(outcome("a..cn"), "bad host: the host is not a domain name");
        assert!(matches!(decide(Some(&table()), None), Decision::BadHost(HostError::Missing)));
    }

    #[test]
    fn before_the_first_verdicts_nothing_is_said_of_any_domain() {
        assert!(matches!(decide(None, Some(b"example.cn")), Decision::NotReady));
        assert!(matches!(decide(None, Some(b"127.0.0.1")), Decision::BadHost(HostError::Address)));
    }
}

//! What becomes of a request, from its host and the verdicts alone.

use filing::verdict::Reason;
use index::host::{self, HostError, Room};
use index::{Index, Mark};

use crate::origin::Pool;

/// What becomes of a request.
#[derive(Debug)]
pub enum Decision<'a> {
    /// The domain is open: the request goes to its origin.
    Proxy {
        /// The registrable domain.
        domain: &'a str,
        /// Where the request goes.
        origin: Pool,
        /// Why it may pass.
        why: Why,
        /// The verdict's reason.
        reason: Reason,
    },
    /// The domain is closed, or nothing here is known of it.
    Closed {
        /// The registrable domain.
        domain: &'a str,
        /// Whether the platform closed it; if not, it is not listed.
        listed: bool,
        /// The verdict's reason.
        reason: Reason,
    },
    /// The domain is open, but nothing is served for it here.
    NoOrigin {
        /// The registrable domain.
        domain: &'a str,
    },
    /// The request names no domain.
    BadHost(HostError),
    /// No verdict was ever loaded, so that nothing may be said of any domain.
    NotReady,
}

/// Why a request may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The platform opened the domain.
    Open,
    /// Too little is known to close it.
    Undetermined,
    /// The feed has no origin for it, and the operator has one for such domains.
    Default,
    /// It is closed, and the gateway only looks on (shadow mode).
    Shadow,
}

/// Where the operator sends requests for which the feed has no origin.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere<'a> {
    /// The origin, or several, as it is written in the configuration.
    pub origin: &'a str,
    /// Whether an unlisted domain is open, and not only one that is listed as open.
    pub unlisted: bool,
}

/// Decides on a request by its `Host` header.
///
/// Only the platform's enforcement closes a listed domain; that it is not known to be filed or accessed does not. An
/// unlisted domain has no origin here, so that there is nothing to open unless the operator says where its requests go:
/// its visitor is sent to the page that tells how to file.
#[must_use]
pub fn decide<'a>(
    index: Option<&Index>,
    host: Option<&'a [u8]>,
    elsewhere: Option<Elsewhere<'_>>,
    shadow: bool,
    room: &'a mut Room,
) -> Decision<'a> {
    let Some(index) = index else {
        return match host::registrable(host, room) {
            Ok(_) => Decision::NotReady,
            Err(error) => Decision::BadHost(error),
        };
    };
    let (domain, mark) = match index.seek(host, room) {
        Ok(found) => found,
        Err(error) => return Decision::BadHost(error),
    };
    let default = || elsewhere.and_then(|elsewhere| Pool::parse(elsewhere.origin));
    if mark == Mark::Unlisted {
        let reason = Reason::Undetermined;
        return match default().filter(|_| elsewhere.is_some_and(|elsewhere| elsewhere.unlisted)) {
            Some(origin) => Decision::Proxy { domain, origin, why: Why::Default, reason },
            None => Decision::Closed { domain, listed: false, reason },
        };
    }
    let listing = index.listing(domain);
    let reason = listing.map_or(Reason::Undetermined, |listing| listing.reason);
    if mark == Mark::Closed && !shadow {
        return Decision::Closed { domain, listed: true, reason };
    }
    let origin = listing.and_then(|listing| Pool::parse(listing.origin?));
    let why = match &origin {
        _ if mark == Mark::Closed => Why::Shadow,
        None => Why::Default,
        Some(_) if reason == Reason::Undetermined => Why::Undetermined,
        Some(_) => Why::Open,
    };
    match origin.or_else(default) {
        Some(origin) => Decision::Proxy { domain, origin, why, reason },
        // What goes nowhere cannot be let through.
        None if mark == Mark::Closed => Decision::Closed { domain, listed: true, reason },
        None => Decision::NoOrigin { domain },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use filing::verdict::{Enforcement, Known, Verdict};
    use index::{Key, Owned, Place, Writer};
    use jiff::Timestamp;

    fn verdict(domain: &str, enforcement: Enforcement, origin: Option<&str>) -> Verdict {
        Verdict {
            domain: domain.to_owned(),
            filed: Known::Unknown,
            accessed: Known::Unknown,
            enforcement,
            reason: Reason::Undetermined,
            number: None,
            origin: origin.map(str::to_owned),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn index(folder: &std::path::Path) -> Index {
        let verdicts = [
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
        ];
        let mut writer = Writer::open(folder).unwrap();
        let mut fresh = writer.fresh().unwrap();
        for (sequence, verdict) in (1..).zip(verdicts) {
            fresh.add(&Owned { verdict, sequence }.listing()).unwrap();
        }
        fresh.end(Key([1; 16]), Place { sequence: 5, hash: [0; 32] }, Timestamp::UNIX_EPOCH).unwrap();
        writer.adopt(fresh).unwrap();
        Index::open(folder).unwrap().unwrap()
    }

    fn outcome(host: &str) -> String {
        outcome_with(host, None)
    }

    fn outcome_with(host: &str, elsewhere: Option<Elsewhere<'_>>) -> String {
        let folder = tempfile::tempdir().unwrap();
        match decide(Some(&index(folder.path())), Some(host.as_bytes()), elsewhere, false, &mut Room::default()) {
            Decision::Proxy { origin, why, .. } => format!("proxy {:?} {why:?}", origin.origins()),
            Decision::Closed { domain, listed, .. } => format!("closed {domain} {listed}"),
            Decision::NoOrigin { domain } => format!("no origin {domain}"),
            Decision::BadHost(error) => format!("bad host: {error}"),
            Decision::NotReady => "not ready".to_owned(),
        }
    }

    #[test]
    fn the_platforms_enforcement_alone_opens_and_closes() {
        assert_eq!(outcome("www.unknown-but-open.cn"), "proxy [Address(127.0.0.1:80)] Undetermined");
        assert_eq!(outcome("UNFILED-BUT-EXEMPT.cn:8602"), "proxy [Address(127.0.0.1:80)] Open");
        assert_eq!(outcome("filed-but-closed.cn."), "closed filed-but-closed.cn true");
        assert_eq!(outcome("shop.never-heard-of.cn"), "closed never-heard-of.cn false");
    }

    #[test]
    fn an_open_domain_without_an_origin_is_not_called_closed() {
        assert_eq!(outcome("open-elsewhere.cn"), "no origin open-elsewhere.cn");
        assert_eq!(outcome("broken-origin.cn"), "no origin broken-origin.cn");
    }

    #[test]
    fn the_operators_own_origin_takes_what_the_feed_sends_nowhere_and_nothing_that_is_closed() {
        let elsewhere = |unlisted| Some(Elsewhere { origin: "10.0.0.1:80,10.0.0.2:80", unlisted });
        let there = "proxy [Address(10.0.0.1:80), Address(10.0.0.2:80)] Default";
        assert_eq!(outcome_with("shop.never-heard-of.cn", elsewhere(true)), there);
        assert_eq!(outcome_with("shop.never-heard-of.cn", elsewhere(false)), "closed never-heard-of.cn false");
        assert_eq!(outcome_with("open-elsewhere.cn", elsewhere(false)), there);
        assert_eq!(outcome_with("filed-but-closed.cn", elsewhere(true)), "closed filed-but-closed.cn true");
        assert_eq!(outcome_with("unfiled-but-exempt.cn", elsewhere(true)), "proxy [Address(127.0.0.1:80)] Open");
    }

    #[test]
    fn who_only_looks_on_lets_through_what_has_an_origin() {
        let folder = tempfile::tempdir().unwrap();
        let index = index(folder.path());
        let decided = |host: &[u8]| match decide(Some(&index), Some(host), None, true, &mut Room::default()) {
            Decision::Proxy { why, reason, .. } => format!("{why:?} {reason:?}"),
            other => format!("{other:?}"),
        };
        assert_eq!(decided(b"filed-but-closed.cn"), "Shadow AuthorityOrder");
        assert_eq!(decided(b"unfiled-but-exempt.cn"), "Open Exempt");
        assert!(decided(b"shop.never-heard-of.cn").starts_with("Closed"));
    }

    #[test]
    fn an_address_or_nonsense_is_a_bad_request() {
        assert_eq!(outcome("203.0.113.7"), "bad host: the host is an address");
        assert_eq!(outcome("a..cn"), "bad host: the host is not a domain name");
        assert!(matches!(decide(None, None, None, false, &mut Room::default()), Decision::BadHost(HostError::Missing)));
    }

    #[test]
    fn before_the_first_verdicts_nothing_is_said_of_any_domain() {
        assert!(matches!(decide(None, Some(b"example.cn"), None, false, &mut Room::default()), Decision::NotReady));
        assert!(matches!(
            decide(None, Some(b"127.0.0.1"), None, false, &mut Room::default()),
            Decision::BadHost(HostError::Address)
        ));
    }
}

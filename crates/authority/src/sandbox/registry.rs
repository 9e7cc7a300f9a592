//! A registry beside the authority: it answers for any domain that could be registered, by RDAP and by WHOIS, so that a
//! demonstration and a test can see every way in which a registry behaves.
//!
//! What a name is told as follows from the beginning of its label; nothing is stored:
//!
//! | label | what it is told as |
//! |---|---|
//! | any other | registered for years, its holder validated and withheld |
//! | `expiring-…` | registered for 20 more days |
//! | `expired-…` | ended ten days ago |
//! | `hold-…` | on hold by its registrar, its holder not validated |
//! | `unverified-…` | as any other, but nothing is said of the validation |
//! | `other-holder-…` | with a holder who is somebody else |
//! | `unregistered-…` | not registered |
//! | `busy-…` | refused: too many questions |
//! | `slow-…` | after 20 seconds |
//! | `garbage-…` | cut in the middle |

mod rdap;
mod whois;

use std::time::Duration;

use filing::domain::DomainName;
use jiff::{SignedDuration, Timestamp};

pub(super) use rdap::routes;
pub(super) use whois::serve as serve_whois;

use super::clock::local;

/// How long a slow registry takes.
const SLOW: Duration = Duration::from_secs(20);

/// How the registry behaves when it is asked about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Tells,
    Busy,
    Slow,
    Garbage,
}

/// What the registry knows of a name that is registered.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    domain: DomainName,
    registered: Timestamp,
    expires: Timestamp,
    statuses: Vec<&'static str>,
    holder: Option<&'static str>,
    validated: bool,
}

/// A holder who is nobody.
const OTHER_HOLDER: &str = "青禾网络有限公司";
/// A registrar that is none.
const REGISTRAR: &str = "示例域名注册有限公司";
const NAMESERVERS: [&str; 2] = ["ns1.example.com", "ns2.example.com"];

fn manner(domain: &DomainName) -> Manner {
    match domain.label() {
        label if label.starts_with("busy-") => Manner::Busy,
        label if label.starts_with("slow-") => Manner::Slow,
        label if label.starts_with("garbage-") => Manner::Garbage,
        _ => Manner::Tells,
    }
}

/// What the registry knows of a name; none when nobody has registered it.
fn look_up(domain: &DomainName, now: Timestamp) -> Option<Entry> {
    let days = |days: i64| now + SignedDuration::from_hours(24 * days);
    let year = i64::from(local(now).year());
    // Far from today, so that a demonstration that runs for years stays in order.
    let (registered, expires) = (day(year - 3), day(year + 5));
    let plain =
        Entry { domain: domain.clone(), registered, expires, statuses: vec!["active"], holder: None, validated: true };
    match domain.label() {
        label if label.starts_with("unregistered-") => None,
        label if label.starts_with("expiring-") => Some(Entry { expires: days(20), ..plain }),
        label if label.starts_with("expired-") => Some(Entry { expires: days(-10), ..plain }),
        label if label.starts_with("hold-") => {
            Some(Entry { statuses: vec!["client hold", "client transfer prohibited"], validated: false, ..plain })
        }
        label if label.starts_with("unverified-") => Some(Entry { validated: false, ..plain }),
        label if label.starts_with("other-holder-") => Some(Entry { holder: Some(OTHER_HOLDER), ..plain }),
        _ => Some(plain),
    }
}

/// Noon of a summer's day in Beijing.
fn day(year: i64) -> Timestamp {
    format!("{year}-07-01T04:00:00Z").parse().unwrap_or_default()
}

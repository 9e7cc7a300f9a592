//! Logs of queries, one a line: those of BIND and those of Unbound.
//!
//! ```text
//! 26-Nov-2026 10:00:00.123 queries: info: client @0x7f 203.0.113.9#53 (a.cn): query: a.cn IN A +E(0)K (192.0.2.7)
//! [1795658400] unbound[77:0] info: 203.0.113.9 a.cn. A IN
//! ```
//!
//! A query says that somebody asked, not what was answered. BIND writes the address at which it was asked.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::json;
use crate::{Place, Sighting};

/// The types a client asks for before it connects.
const BEFORE_CONNECTING: [&str; 4] = ["A", "AAAA", "HTTPS", "SVCB"];

/// Reads a line.
pub(super) fn line<'a>(line: &'a [u8], place: &Place) -> Option<Sighting<'a>> {
    let text = std::str::from_utf8(line).ok()?;
    match text.split_once(": query: ") {
        Some((head, query)) => bind(head, query, place),
        None => unbound(text, place),
    }
}

fn bind<'a>(head: &str, query: &'a str, place: &Place) -> Option<Sighting<'a>> {
    let mut words = query.split(' ');
    let (name, class, kind) = (words.next()?, words.next()?, words.next()?);
    let address = words.next_back().and_then(|last| json::address(last.strip_prefix('(')?.strip_suffix(')')?));
    let mut words = head.split(' ');
    let (first, second) = (words.next()?, words.next()?);
    let at = first.parse().ok().or_else(|| {
        let local = DateTime::strptime("%d-%b-%Y %H:%M:%S%.f", format!("{first} {second}")).ok();
        place.zone.to_timestamp(local.or_else(|| first.parse().ok())?).ok()
    })?;
    sighting(name, class, kind, address, at)
}

fn unbound<'a>(text: &'a str, place: &Place) -> Option<Sighting<'a>> {
    let (when, rest) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once("] ")?,
        None => text.split_once(' ')?,
    };
    let at = match when.parse::<i64>() {
        Ok(seconds) => Timestamp::from_second(seconds).ok()?,
        Err(_) => when.parse().ok().or_else(|| place.zone.to_timestamp(when.parse::<DateTime>().ok()?).ok())?,
    };
    let asked = ["] info: ", "] query: "].into_iter().find_map(|mark| Some(rest.split_once(mark)?.1))?;
    let mut words = asked.split(' ');
    json::address(words.next()?)?;
    let (name, kind, class) = (words.next()?, words.next()?, words.next()?);
    // A line of `log-replies` goes on with what was answered: its query has a line of its own.
    if words.next().is_some() {
        return None;
    }
    sighting(name, class, kind, None, at)
}

fn sighting<'a>(
    name: &'a str,
    class: &str,
    kind: &str,
    address: Option<std::net::IpAddr>,
    at: Timestamp,
) -> Option<Sighting<'a>> {
    let is_wanted = class == "IN" && BEFORE_CONNECTING.contains(&kind);
    is_wanted.then(|| Sighting { host: Cow::Borrowed(name.as_bytes()), address, at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::{TimeZone, offset};

    fn of(text: &str) -> Option<(String, Option<String>, String)> {
        let place = Place { zone: TimeZone::fixed(offset(8)), ours: vec![] };
        let seen = line(text.as_bytes(), &place)?;
        let host = String::from_utf8_lossy(&seen.host).into_owned();
        Some((host, seen.address.map(|address| address.to_string()), seen.at.to_string()))
    }

    #[test]
    fn the_lines_of_both_programs_are_read() {
        let at = "2026-11-26T02:00:00Z";
        let local = "26-Nov-2026 10:00:00.000 queries: info: client @0x7f 203.0.113.9#5353 (www.a.cn): query: www.a.cn IN A +E(0)K (192.0.2.7)";
        assert_eq!(of(local), Some(("www.a.cn".into(), Some("192.0.2.7".into()), at.into())));
        let utc = "2026-11-26T02:00:00.000Z client @0x7f 2001:db8::9#5353 (www.a.cn): query: www.a.cn IN AAAA + (2001:db8::7)";
        assert_eq!(of(utc), Some(("www.a.cn".into(), Some("2001:db8::7".into()), at.into())));
        let unbound = "[1795658400] unbound[77:0] info: 203.0.113.9 www.a.cn. A IN";
        assert_eq!(of(unbound), Some(("www.a.cn.".into(), None, at.into())));
    }

    #[test]
    fn other_questions_and_other_lines_are_passed_over() {
        for text in [
            "[1795658400] unbound[77:0] info: start of service (unbound 1.17.1).",
            "[1795658400] unbound[77:0] info: 203.0.113.9 a.cn. MX IN",
            "[1795658400] unbound[77:0] info: 203.0.113.9 a.cn. A IN NOERROR 0.0 0 40",
            "26-Nov-2026 10:00:00.000 client @0x7f 203.0.113.9#1 (a.cn): query: a.cn IN NS + (192.0.2.7)",
            ": query: ",
            "",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}

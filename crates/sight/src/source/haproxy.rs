//! Logs of HAProxy: the HTTP log with a captured `Host`, with or without what syslog puts before it, and JSON.
//!
//! The HTTP log writes instants of the machine without their zone. What is captured stands between braces, one value
//! after another with bars between; HAProxy writes braces and bars of a client as `#7B` and the like.

use std::borrow::Cow;

use super::{json, nginx};
use crate::{Place, Sighting};
use jiff::civil::DateTime;

/// Reads a line.
pub(super) fn line<'a>(line: &'a [u8], place: &Place) -> Option<Sighting<'a>> {
    if let Some(at) = memchr::memchr(b'{', line)
        && line[at..].starts_with(b"{\"")
    {
        return json::line(&line[at..]);
    }
    let local = nginx::bracketed(line).find_map(|text| DateTime::strptime("%d/%b/%Y:%H:%M:%S%.f", text).ok())?;
    let at = place.zone.to_timestamp(local).ok()?;
    // The request, in quotes, comes last and is the client's.
    let before = &line[..memchr::memchr(b'"', line).unwrap_or(line.len())];
    let captured = &before[memchr::memmem::find(before, b" {")? + 2..];
    let end = captured.iter().position(|byte| matches!(byte, b'|' | b'}'))?;
    Some(Sighting { host: Cow::Borrowed(&captured[..end]), address: None, at })
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
    fn the_first_thing_captured_is_the_host() {
        let log = r#"203.0.113.9:4711 [26/Nov/2026:10:00:00.123] in out/a 0/0/0/1/1 200 99 - - ---- 1/1/0/0/0 0/0"#;
        let want = Some(("www.example.cn".to_owned(), None, "2026-11-26T02:00:00.123Z".to_owned()));
        let syslog = "<134>Nov 26 10:00:00 box haproxy[77]: ";
        assert_eq!(of(&format!(r#"{log} {{www.example.cn}} "GET / HTTP/1.1""#)), want);
        assert_eq!(of(&format!(r#"{syslog}{log} {{www.example.cn|curl}} {{}} "GET / HTTP/1.1""#)), want);
        assert_eq!(of(&format!(r#"{log} "GET / {{a.cn}} HTTP/1.1""#)), None, "nothing is captured");
    }

    #[test]
    fn json_after_what_syslog_writes_is_read() {
        let text = r#"<134>Nov 26 10:00:00 box haproxy[77]: {"time":"26/Nov/2026:02:00:00 +0000","host":"a.cn","server_addr":"192.0.2.7"}"#;
        assert_eq!(of(text), Some(("a.cn".into(), Some("192.0.2.7".into()), "2026-11-26T02:00:00Z".into())));
    }
}

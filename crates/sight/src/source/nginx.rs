//! Access logs of nginx: the combined format with `$host` before it, with or without `$server_addr`, and JSON.
//!
//! ```text
//! $host $server_addr $remote_addr - $remote_user [$time_local] "$request" …
//! $host $remote_addr - $remote_user [$time_local] "$request" …
//! ```
//!
//! A client chooses `$remote_user` and may put blanks and brackets into it; what stands before it is nginx's.

use std::borrow::Cow;

use super::json;
use crate::Sighting;

/// Reads a line.
pub(super) fn line(line: &[u8]) -> Option<Sighting<'_>> {
    if line.starts_with(b"{") {
        return json::line(line);
    }
    let mut words = line.split(|byte| *byte == b' ');
    let host = words.next()?;
    let (first, second, third) = (words.next()?, words.next()?, words.next()?);
    let address = match (second, third) {
        // The combined format without a host in front.
        _ if first == b"-" => return None,
        (b"-", _) => None,
        (_, b"-") => json::address(std::str::from_utf8(first).ok()?),
        _ => return None,
    };
    let at = bracketed(line).find_map(json::common)?;
    Some(Sighting { host: Cow::Borrowed(host), address, at })
}

/// What stands in brackets after a blank, from the left.
pub(super) fn bracketed(line: &[u8]) -> impl Iterator<Item = &str> {
    memchr::memmem::find_iter(line, b" [").filter_map(|at| {
        let inner = &line[at + 2..];
        // No instant is longer; a line of brackets is not to cost its square.
        let inner = &inner[..inner.len().min(40)];
        std::str::from_utf8(&inner[..memchr::memchr(b']', inner)?]).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<(String, Option<String>, String)> {
        let seen = line(text.as_bytes())?;
        let host = String::from_utf8_lossy(&seen.host).into_owned();
        Some((host, seen.address.map(|address| address.to_string()), seen.at.to_string()))
    }

    #[test]
    fn both_formats_and_json_say_the_same() {
        let rest = r#"203.0.113.9 - - [26/Nov/2026:10:00:00 +0800] "GET / HTTP/1.1" 200 5 "-" "curl/8""#;
        let at = "2026-11-26T02:00:00Z".to_owned();
        let host = "www.example.cn".to_owned();
        assert_eq!(of(&format!("www.example.cn {rest}")), Some((host.clone(), None, at.clone())));
        let ours = Some("192.0.2.7".to_owned());
        assert_eq!(of(&format!("www.example.cn 192.0.2.7 {rest}")), Some((host.clone(), ours.clone(), at.clone())));
        let json = r#"{"time":"2026-11-26T10:00:00+08:00","host":"www.example.cn","server_addr":"192.0.2.7","x":[1]}"#;
        assert_eq!(of(json), Some((host.clone(), ours.clone(), at.clone())));
        let json = r#"{"msec":1795658400.000,"sni":"www.example.cn","server_addr":"192.0.2.7:443"}"#;
        assert_eq!(of(json), Some((host, ours, at)));
    }

    #[test]
    fn a_client_cannot_hide_behind_the_name_it_logs_in_with() {
        let text = r#"a.cn 192.0.2.7 203.0.113.9 - me [x] [1/2 [26/Nov/2026:10:00:00 +0800] "GET / HTTP/1.1" 401 5"#;
        assert_eq!(of(text).map(|seen| seen.2).as_deref(), Some("2026-11-26T02:00:00Z"));
    }

    #[test]
    fn other_lines_are_passed_over() {
        for text in [
            "",
            "a.cn",
            "2026/11/26 10:00:00 [error] 1#1: *1 open() failed",
            r#"203.0.113.9 - - [26/Nov/2026:10:00:00 +0800] "GET / HTTP/1.1" 200 5"#,
            r#"{"host":"a.cn"}"#,
            r#"{"host":"a.cn","time":1e300}"#,
            "{",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}

//! From what a client said to the registrable domain a verdict is about.
//!
//! A verdict covers a registrable domain with all its sub-names at any depth. The host may come in any case, with a
//! trailing dot, a port, as U-labels in UTF-8 or as A-labels; all of them lead to the same name. Nothing is allocated
//! unless the host has letters beyond ASCII.

use std::net::{Ipv4Addr, Ipv6Addr};

use filing::domain;
use idna::AsciiDenyList;

/// The longest name there is (RFC 1035).
const LONGEST: usize = 253;

/// Why a host names no domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// There is none, or it is empty.
    #[error("the request names no host")]
    Missing,
    /// It is an address, not a name; an address has no filing.
    #[error("the host is an address")]
    Address,
    /// It is no domain name.
    #[error("the host is not a domain name")]
    Malformed,
    /// It is a name nobody can register: one label, or a public suffix.
    #[error("the host has no registrable domain")]
    NotRegistrable,
}

/// Room for a name that has to be written anew, because it came in capitals. It may be used again and again.
#[derive(Debug, Clone, Copy)]
pub struct Room([u8; LONGEST]);

impl Default for Room {
    fn default() -> Self {
        Self([0; LONGEST])
    }
}

/// Reduces a `Host` header or a server name (SNI) to the registrable domain, in lower-case ASCII.
///
/// ```
/// let mut room = index::host::Room::default();
/// assert_eq!(index::host::registrable(Some(b"www.Example.COM.CN.:443"), &mut room), Ok("example.com.cn"));
/// ```
///
/// # Errors
/// When it names no domain that could have a filing.
#[inline]
pub fn registrable<'a>(host: Option<&'a [u8]>, room: &'a mut Room) -> Result<&'a str, HostError> {
    let host = host.ok_or(HostError::Missing)?;
    // One look at each letter settles nearly every host: small letters, digits, dots, and nothing to be cut off.
    match look(host) {
        Some(Look::Lower) => domain_of(host),
        Some(Look::Capitals) => domain_of(lower(host, room)),
        None => thorough(host, room),
    }
}

enum Look {
    /// It is a name as it should be.
    Lower,
    /// It is one but for capitals.
    Capitals,
}

/// What a letter is in a host: 0 for none of a name, 1 for a small one, 2 for a capital, 3 for a dot.
const LETTERS: [u8; 256] = {
    let mut letters = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        letters[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => 1,
            b'A'..=b'Z' => 2,
            b'.' => 3,
            _ => 0,
        };
        byte += 1;
    }
    letters
};

/// Whether these are labels of RFC 1035 with dots between them; underscores pass because hosts with them exist.
#[inline]
fn look(host: &[u8]) -> Option<Look> {
    if host.len() <= SHORT { look_at_short(host) } else { look_at_any(host) }
}

/// The length of nearly every host. No label of one can be too long.
const SHORT: usize = 32;

/// The same for a short host, without a branch that depends on a letter: all are looked at together.
#[inline]
fn look_at_short(host: &[u8]) -> Option<Look> {
    if host.first().is_none_or(|byte| *byte == b'.') || host.last() == Some(&b'.') {
        return None;
    }
    let mut letters = [b'a'; SHORT + 1];
    letters[..host.len()].copy_from_slice(host);
    let (mut foreign, mut capitals, mut twins) = (false, false, false);
    for index in 0..SHORT {
        let (byte, next) = (letters[index], letters[index + 1]);
        let (dot, capital) = (byte == b'.', byte.is_ascii_uppercase());
        let small = byte.is_ascii_lowercase() | byte.is_ascii_digit() | (byte == b'-') | (byte == b'_');
        foreign |= !(small | capital | dot);
        capitals |= capital;
        twins |= dot & (next == b'.');
    }
    match foreign | twins {
        true => None,
        false => Some(if capitals { Look::Capitals } else { Look::Lower }),
    }
}

fn look_at_any(host: &[u8]) -> Option<Look> {
    let mut capitals = false;
    let mut label = 0;
    for byte in host {
        let letter = LETTERS[usize::from(*byte)];
        if letter == 3 {
            if label == 0 || label > 63 {
                return None;
            }
            label = 0;
            continue;
        }
        if letter == 0 {
            return None;
        }
        capitals |= letter == 2;
        label += 1;
    }
    if label == 0 || label > 63 || host.len() > LONGEST {
        return None;
    }
    Some(if capitals { Look::Capitals } else { Look::Lower })
}

fn lower<'a>(name: &[u8], room: &'a mut Room) -> &'a [u8] {
    let room = &mut room.0[..name.len()];
    room.copy_from_slice(name);
    room.make_ascii_lowercase();
    room
}

/// The registrable domain of a name that was looked at.
#[inline]
fn domain_of(name: &[u8]) -> Result<&str, HostError> {
    // No public suffix ends in a digit, and in hexadecimal only after `0x`: nearly no name comes further than this.
    if name.last().is_some_and(|letter| letter.is_ascii_hexdigit() || *letter == b'x') && ends_in_number(name) {
        return Err(HostError::Address);
    }
    let domain = domain::registrable_part(name).ok_or(HostError::NotRegistrable)?;
    debug_assert!(domain.is_ascii());
    // SAFETY: every byte was looked at and is a letter, a digit, a dot, a hyphen or an underscore of ASCII.
    #[expect(unsafe_code, reason = "to look at each letter a second time costs as much as the look-up in the index")]
    Ok(unsafe { std::str::from_utf8_unchecked(domain) })
}

/// What the registrable domain of a host probably is, as long as it is written in small letters: good enough to fetch
/// its line from memory while the list of suffixes is asked, and for nothing else.
#[inline]
pub(crate) fn guess(host: &[u8]) -> Option<&[u8]> {
    let mut dots = host.iter().enumerate().rev().filter(|(_, byte)| **byte == b'.').map(|(at, _)| at);
    let last = dots.next()?;
    let Some(second) = dots.next() else { return Some(host) };
    // Short labels below a country's suffix are suffixes themselves: com.cn, org.cn, zj.cn.
    let is_suffix = host.len() - last == 3 && last - second <= 4;
    let begin = if is_suffix { dots.next().map_or(0, |third| third + 1) } else { second + 1 };
    host.get(begin..)
}

/// What has a port, a dot at the end, letters beyond ASCII, or is no name at all.
#[cold]
fn thorough<'a>(host: &[u8], room: &'a mut Room) -> Result<&'a str, HostError> {
    let name = without_port(host.trim_ascii())?;
    let name = name.strip_suffix(b".").unwrap_or(name);
    if name.is_empty() {
        return Err(HostError::Missing);
    }
    if name.is_ascii() {
        look(name).ok_or(HostError::Malformed)?;
        return domain_of(lower(name, room));
    }
    let ascii = idna::domain_to_ascii_cow(name, AsciiDenyList::URL).map_err(|_| HostError::Malformed)?;
    // A full-width dot at the end only becomes a dot in the mapping.
    let ascii = ascii.strip_suffix('.').unwrap_or(&ascii).as_bytes();
    look(ascii).ok_or(HostError::Malformed)?;
    domain_of(lower(ascii, room))
}

/// Cuts the port off; a bracketed or bare IPv6 address is recognised here, where its colons are.
fn without_port(host: &[u8]) -> Result<&[u8], HostError> {
    let Some(colon) = host.iter().position(|byte| *byte == b':') else { return Ok(host) };
    let is_address = || std::str::from_utf8(host).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok());
    if host.starts_with(b"[") || is_address() {
        return Err(HostError::Address);
    }
    let port = &host[colon + 1..];
    if port.len() <= 5 && port.iter().all(u8::is_ascii_digit) { Ok(&host[..colon]) } else { Err(HostError::Malformed) }
}

/// Whether the name would be read as an IPv4 address: a number stands last (WHATWG URL, "ends in a number").
#[cold]
fn ends_in_number(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    let last = name.rsplit('.').next().unwrap_or(name);
    let hexadecimal = last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    name.parse::<Ipv4Addr>().is_ok() || last.bytes().all(|byte| byte.is_ascii_digit()) || hexadecimal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(host: &str) -> Result<String, HostError> {
        registrable(Some(host.as_bytes()), &mut Room::default()).map(str::to_owned)
    }

    #[test]
    fn case_port_trailing_dot_and_sub_names_do_not_matter() {
        for host in [
            "example.cn",
            "EXAMPLE.cn",
            "example.cn.",
            "example.cn:80",
            "www.Example.CN.:8602",
            "a.b.c.d.example.cn",
            "my_app.example.cn",
            " example.cn ",
        ] {
            assert_eq!(of(host).as_deref(), Ok("example.cn"), "{host}");
        }
    }

    #[test]
    fn a_name_in_characters_and_its_ascii_form_are_one_domain() {
        let ascii = of("www.备案示例.cn").unwrap();
        assert!(ascii.starts_with("xn--") && ascii.ends_with(".cn"), "{ascii}");
        assert_eq!(of(&format!("shop.{}", ascii.to_uppercase())), Ok(ascii.clone()));
        assert_eq!(of("备案示例。cn"), Ok(ascii), "the ideographic full stop separates labels too");
    }

    #[test]
    fn suffixes_of_registries_are_not_domains() {
        assert_eq!(of("www.example.com.cn").as_deref(), Ok("example.com.cn"));
        assert_eq!(of("www.example.zj.cn").as_deref(), Ok("example.zj.cn"));
        assert_eq!(of("www.example.gov.cn").as_deref(), Ok("example.gov.cn"));
        for host in ["com.cn", "cn", "localhost", "公司.cn", "政务.cn", "公益.cn"] {
            assert_eq!(of(host), Err(HostError::NotRegistrable), "{host}");
        }
    }

    #[test]
    fn names_below_zhengwu_and_gongyi_are_domains_of_their_own() {
        assert_eq!(of("www.某市.政务.cn"), of("某市.政务.cn"));
        assert_ne!(of("某市.政务.cn"), of("某县.政务.cn"));
        assert!(of("某市.政务.cn").unwrap().ends_with(".xn--zfr164b.cn"));
        assert!(of("某会.公益.cn").unwrap().ends_with(".xn--55qw42g.cn"));
    }

    #[test]
    fn suffixes_in_characters_are_known_in_both_forms() {
        assert_eq!(of("www.example.公司.cn").as_deref(), Ok("example.xn--55qx5d.cn"));
        assert_eq!(of("www.example.xn--55qx5d.cn").as_deref(), Ok("example.xn--55qx5d.cn"));
        assert_eq!(of("www.example.网络").as_deref(), Ok("example.xn--io0a7i"));
    }

    #[test]
    fn a_companys_private_suffix_is_the_companys_domain() {
        assert_eq!(of("somebody.github.io").as_deref(), Ok("github.io"));
        assert_eq!(of("s3.cn-north-1.amazonaws.com.cn").as_deref(), Ok("amazonaws.com.cn"));
    }

    #[test]
    fn addresses_have_no_filing() {
        for host in
            ["203.0.113.7", "203.0.113.7:8602", "[2001:db8::1]:80", "2001:db8::1", "2130706433", "127.1", "0x7f.0x1"]
        {
            assert_eq!(of(host), Err(HostError::Address), "{host}");
        }
    }

    #[test]
    fn a_short_host_is_looked_at_as_any_other() {
        let letters = b"aZ9-_.:\x80 ";
        for number in 0..9_usize.pow(5) {
            let host: Vec<u8> = (0..5).map(|place| letters[number / 9_usize.pow(place) % 9]).collect();
            for host in [&host[..], &host[..3], &[b"www.example.", &host[..], b".com.cn"].concat()] {
                let word = |look: Option<Look>| look.map(|look| matches!(look, Look::Capitals));
                assert_eq!(word(look_at_short(host)), word(look_at_any(host)), "{host:?}");
            }
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert_eq!(registrable(None, &mut Room::default()), Err(HostError::Missing));
        for host in ["", ".", ":80", "  "] {
            assert_eq!(of(host), Err(HostError::Missing), "{host:?}");
        }
        let long = format!("{}.cn", "a".repeat(64));
        for host in [
            "exa mple.cn",
            "a..cn",
            ".example.cn",
            "example.cn:http",
            "example.cn/../x",
            "a@b.cn",
            long.as_str(),
            "a\u{0}b.cn",
        ] {
            assert_eq!(of(host), Err(HostError::Malformed), "{host:?}");
        }
        assert_eq!(registrable(Some(b"\xff\xfe.cn"), &mut Room::default()), Err(HostError::Malformed));
    }
}

//! From the `Host` header to the registrable domain a verdict is about.
//!
//! A verdict covers a registrable domain with all its sub-names at any depth. The header may come in any case, with a
//! trailing dot, a port, as U-labels in UTF-8 or as A-labels; all of them lead to the same key.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use filing::domain;
use idna::AsciiDenyList;

/// Why a `Host` header names no domain.
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

/// Reduces a `Host` header to the ASCII registrable domain.
///
/// # Errors
/// When the header names no domain that could have a filing.
pub fn registrable(header: Option<&[u8]>) -> Result<String, HostError> {
    let header = header.ok_or(HostError::Missing)?;
    let text = std::str::from_utf8(header).map_err(|_| HostError::Malformed)?.trim_matches([' ', '\t']);
    let name = without_port(text)?;
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        return Err(HostError::Missing);
    }
    let ascii = to_ascii(name)?;
    if ends_in_number(&ascii) {
        return Err(HostError::Address);
    }
    domain::registrable(&ascii).map(str::to_owned).ok_or(HostError::NotRegistrable)
}

/// Cuts the port off; a bracketed or bare IPv6 address is recognised here, where its colons are.
fn without_port(text: &str) -> Result<&str, HostError> {
    if text.starts_with('[') || text.parse::<Ipv6Addr>().is_ok() {
        return Err(HostError::Address);
    }
    match text.split_once(':') {
        None => Ok(text),
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && port.len() <= 5 => Ok(name),
        Some(_) => Err(HostError::Malformed),
    }
}

/// Lower-case A-labels with the lengths of RFC 1035; underscores pass because hosts with them exist.
fn to_ascii(name: &str) -> Result<Cow<'_, str>, HostError> {
    let ascii = idna::domain_to_ascii_cow(name.as_bytes(), AsciiDenyList::URL).map_err(|_| HostError::Malformed)?;
    let ascii = match ascii.strip_suffix('.') {
        // A full-width dot at the end only becomes a dot in the mapping.
        Some(stripped) => Cow::Owned(stripped.to_owned()),
        None => ascii,
    };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let good_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(plain);
    if ascii.len() > 253 || !ascii.split('.').all(good_label) {
        return Err(HostError::Malformed);
    }
    Ok(ascii)
}

/// Whether the name would be read as an IPv4 address: a number stands last (WHATWG URL, "ends in a number").
fn ends_in_number(ascii: &str) -> bool {
    let last = ascii.rsplit('.').next().unwrap_or(ascii);
    let hexadecimal = last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    ascii.parse::<Ipv4Addr>().is_ok() || last.bytes().all(|byte| byte.is_ascii_digit()) || hexadecimal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(host: &str) -> Result<String, HostError> {
        registrable(Some(host.as_bytes()))
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
    fn what_is_no_name_is_refused() {
        assert_eq!(registrable(None), Err(HostError::Missing));
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
            "xn--.cn",
            long.as_str(),
            "a\u{0}b.cn",
        ] {
            assert_eq!(of(host), Err(HostError::Malformed), "{host:?}");
        }
        assert_eq!(registrable(Some(b"\xff\xfe.cn")), Err(HostError::Malformed));
    }
}

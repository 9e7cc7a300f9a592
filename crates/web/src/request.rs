//! What pages and the JSON interface both read from a request: the session, where it comes from, who sent it here.

use std::net::{IpAddr, SocketAddr};

use app::Origin;
use axum::extract::ConnectInfo;
use axum::http::header::{COOKIE as COOKIE_HEADER, FORWARDED, HOST, ORIGIN, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName};

use crate::locale::Lang;

/// The cookie that holds the session's token.
pub const COOKIE: &str = "beian_session";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The most characters kept of what a browser calls itself.
const LONGEST_USER_AGENT: usize = 300;

/// The value of a cookie.
#[must_use]
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE_HEADER)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// The token of the session cookie.
#[must_use]
pub fn session_token(headers: &HeaderMap) -> Option<String> {
    cookie(headers, COOKIE).filter(|token| !token.is_empty())
}

/// Whether a request that changes something was sent by a page of this site, or by no page at all.
///
/// Browsers have sent `Sec-Fetch-Site` since 2023 and `Origin` for longer; a request with neither is not from a
/// browser, and only browsers attach a cookie that the sender cannot read.
#[must_use]
pub fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = text(SEC_FETCH_SITE) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(ORIGIN) else { return true };
    let sender = origin.split_once("://").map(|(_, authority)| authority);
    sender.is_some() && sender == text(HOST)
}

/// Where a request comes from, past the proxies that are trusted to say so.
#[must_use]
pub fn origin(parts: &Parts, lang: Lang, trusted: &[IpAddr]) -> Origin {
    let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let mut client = peer(&parts.extensions);
    // Each proxy writes whom it speaks for behind what was there. So the list is read from its end, and only as long as
    // a trusted proxy wrote the entry; what stands before that is the sender's invention.
    let lists: Vec<&str> =
        parts.headers.get_all(X_FORWARDED_FOR).iter().filter_map(|list| list.to_str().ok()).collect();
    let mut entries = lists.iter().rev().flat_map(|list| list.rsplit(','));
    while client.is_some_and(|ip| trusted.iter().any(|proxy| proxy.to_canonical() == ip)) {
        let Some(before) = entries.next().and_then(|entry| entry.trim().parse::<IpAddr>().ok()) else { break };
        client = Some(before.to_canonical());
    }
    Origin {
        ip: client.map(|ip| ip.to_string()).unwrap_or_default(),
        user_agent: text(USER_AGENT).unwrap_or_default().chars().take(LONGEST_USER_AGENT).collect(),
        language: app::Language::from_tag(lang.tag()),
    }
}

/// Who is at the other end of the connection.
#[must_use]
pub fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip().to_canonical())
}

/// Whether a proxy says that it speaks for somebody else.
#[must_use]
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    [X_FORWARDED_FOR, FORWARDED].iter().any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers = headers(&[("cookie", "lang=en; beian_session=abc=; x=y")]);
        assert_eq!(session_token(&headers).as_deref(), Some("abc="));
        assert_eq!(cookie(&headers, "session"), None);
    }

    #[test]
    fn only_a_page_of_this_site_may_use_the_cookie_to_change_something() {
        assert!(is_own_page(&headers(&[("sec-fetch-site", "same-origin"), ("host", "a.example")])));
        assert!(!is_own_page(&headers(&[("sec-fetch-site", "same-site"), ("host", "a.example")])));
        assert!(!is_own_page(&headers(&[("sec-fetch-site", "cross-site"), ("host", "a.example")])));
        assert!(is_own_page(&headers(&[("origin", "https://a.example"), ("host", "a.example")])));
        assert!(!is_own_page(&headers(&[("origin", "https://b.example"), ("host", "a.example")])));
        assert!(!is_own_page(&headers(&[("origin", "null"), ("host", "a.example")])));
        assert!(is_own_page(&headers(&[("host", "a.example")])));
    }

    fn seen(peer: &str, forwarded: &'static str, trusted: &[&str]) -> String {
        let mut request = axum::http::Request::new(());
        request.headers_mut().insert(X_FORWARDED_FOR, forwarded.parse().unwrap());
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        let trusted: Vec<IpAddr> = trusted.iter().map(|ip| ip.parse().unwrap()).collect();
        origin(&request.into_parts().0, Lang::Zh, &trusted).ip
    }

    #[test]
    fn only_a_proxy_that_is_trusted_may_say_for_whom_it_speaks() {
        assert_eq!(seen("127.0.0.1:5", "198.51.100.7", &[]), "127.0.0.1");
        assert_eq!(seen("10.0.0.1:5", "198.51.100.7", &["10.0.0.2"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1:5", "203.0.113.9, 198.51.100.7", &["10.0.0.1"]), "198.51.100.7");
        assert_eq!(seen("10.0.0.1:5", "nonsense", &["10.0.0.1"]), "10.0.0.1");
        assert_eq!(seen("[::ffff:10.0.0.1]:5", "198.51.100.7", &["10.0.0.1"]), "198.51.100.7");
    }

    #[test]
    fn behind_two_proxies_the_client_is_who_the_outer_one_saw() {
        let both = ["10.0.0.1", "10.0.0.2"];
        assert_eq!(seen("10.0.0.1:5", "8.8.8.8, 198.51.100.7, 10.0.0.2", &both), "198.51.100.7");
    }
}

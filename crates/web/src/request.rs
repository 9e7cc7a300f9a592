//! What pages and the JSON interface both read from a request: the session, where it comes from, who sent it here.

use std::net::{IpAddr, SocketAddr};

use app::Origin;
use axum::extract::ConnectInfo;
use axum::http::header::{COOKIE as COOKIE_HEADER, HOST, ORIGIN, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};

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

/// Where a request comes from.
#[must_use]
pub fn origin(parts: &Parts, lang: Lang) -> Origin {
    let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    // The nearest proxy writes the last entry. It is believed only when the peer is on this machine or its own
    // network, where a proxy stands; from anywhere else the header is the sender's invention.
    let forwarded = text(X_FORWARDED_FOR).and_then(|list| list.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    let ip = if peer.is_some_and(is_near) { forwarded.or(peer) } else { peer };
    Origin {
        ip: ip.map(|ip| ip.to_canonical().to_string()).unwrap_or_default(),
        user_agent: text(USER_AGENT).unwrap_or_default().chars().take(LONGEST_USER_AGENT).collect(),
        language: app::Language::from_tag(lang.tag()),
    }
}

fn is_near(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
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

    fn seen(peer: &str, forwarded: &'static str) -> String {
        let mut request = axum::http::Request::new(());
        request.headers_mut().insert(X_FORWARDED_FOR, forwarded.parse().unwrap());
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        origin(&request.into_parts().0, Lang::Zh).ip
    }

    #[test]
    fn a_proxy_is_believed_only_when_it_is_near() {
        assert_eq!(seen("127.0.0.1:5", "203.0.113.9, 198.51.100.7"), "198.51.100.7");
        assert_eq!(seen("203.0.113.1:5", "198.51.100.7"), "203.0.113.1");
        assert_eq!(seen("10.0.0.1:5", "nonsense"), "10.0.0.1");
    }
}

//! The websites of the demonstration: one page for whatever domain is asked for, with its filing number at the foot.

use crate::cli::DemoOrigin;
use crate::shutdown;
use crate::trouble::{Doing as _, Result};
use crate::words::Language;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Where the law wants the number to lead (order 33 of 2005, article 13).
const MINISTRY: &str = "https://beian.miit.gov.cn/";

/// Where the platform looks for the proof that a domain is its asker's; whoever tries the demonstration puts it there.
const PROOF: &str = "/.well-known/beian-domain-proof.txt";

#[derive(Clone)]
struct Origin {
    platform: Url,
    files: PathBuf,
    http: reqwest::Client,
}

/// Serves the websites until told to stop.
///
/// # Errors
/// When the port is taken.
pub async fn serve(settings: DemoOrigin) -> Result {
    let stop = shutdown::token()?;
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(2))
        .build()
        .doing("cannot make an HTTP client")?;
    let origin = Origin { platform: settings.platform, files: settings.files, http };
    let routes = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route(PROOF, get(proof))
        .fallback(get(page))
        .with_state(origin);
    let listener =
        tokio::net::TcpListener::bind(settings.listen).await.doing(format!("cannot listen on {}", settings.listen))?;
    let served = axum::serve(listener, routes).with_graceful_shutdown(async move { stop.cancelled().await });
    served.await.doing("cannot serve the websites")
}

async fn proof(State(origin): State<Origin>) -> Response {
    match tokio::fs::read_to_string(origin.files.join(PROOF.trim_start_matches('/'))).await {
        Ok(text) => text.into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn page(State(origin): State<Origin>, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let domain = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let is_name = !domain.is_empty() && domain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    if !is_name {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let language = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::choose(Some(language.unwrap_or("zh-CN")));
    let number = origin.number(&domain).await;
    Html(render(language, &domain, number.as_deref())).into_response()
}

fn render(language: Language, domain: &str, number: Option<&str>) -> String {
    let say = |key: &str| language.say(key, &[("domain", domain.to_owned())]);
    let footer = number.map_or_else(
        || say("origin-unfiled"),
        |number| format!("<a href=\"{MINISTRY}\" target=\"_blank\" rel=\"noreferrer\">{number}</a>"),
    );
    include_str!("origin.html")
        .replace("{lang}", language.tag())
        .replace("{domain}", domain)
        .replace("{heading}", &say("origin-heading"))
        .replace("{text}", &say("origin-text"))
        .replace("{footer}", &footer)
}

impl Origin {
    /// The site number that the public look-up knows, if any.
    async fn number(&self, domain: &str) -> Option<String> {
        let mut url = self.platform.join("api/v1/look-up").ok()?;
        url.query_pairs_mut().append_pair("q", domain);
        let answer: serde_json::Value = self.http.get(url).send().await.ok()?.json().await.ok()?;
        let number = answer["number"].as_str()?;
        // It goes into a page as it is, so it must look like a number.
        number.chars().all(|c| c.is_alphanumeric() || c == '-').then(|| number.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_whose_it_is_and_carries_the_number_that_leads_to_the_ministry() {
        let page = render(Language::En, "yunshan-tech.cn", Some("浙ICP备2026000001号-1"));
        assert!(page.contains("yunshan-tech.cn"));
        assert!(page.contains(
            "<a href=\"https://beian.miit.gov.cn/\" target=\"_blank\" rel=\"noreferrer\">浙ICP备2026000001号-1</a>"
        ));
        assert!(!page.contains('{') || page.contains("{ margin"));
        assert!(render(Language::Zh, "a.cn", None).contains("lang=\"zh-CN\""));
    }
}

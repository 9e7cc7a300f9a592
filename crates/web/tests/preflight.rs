//! The page that says before any form whether a domain can be filed, as a stranger sees it.

use anyhow::Result;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use testkit::story::Story;
use tower::ServiceExt as _;

/// A unit's code with a wrong check character.
const NUMBER: &str = "91330106MA2K97250X";
const LINK: &str = "domain=yunshan-neu.cn&nature=enterprise&certificate=business_licence&province=33\
    &resource=cloud_server&subject_filed=no&domain_verified=yes";

async fn stranger(story: &Story) -> Router {
    web::router(web::State { world: (**story).clone(), metrics: None })
}

async fn send(router: &Router, request: Request<Body>) -> Result<(StatusCode, String)> {
    let response = router.clone().oneshot(request).await?;
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 24).await?;
    Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
}

async fn get(router: &Router, path: &str) -> Result<(StatusCode, String)> {
    send(router, Request::get(path).header(header::COOKIE, "lang=en").body(Body::empty())?).await
}

async fn post(router: &Router, path: &str, kind: &str, body: String) -> Result<(StatusCode, String)> {
    let request = Request::post(path)
        .header(header::COOKIE, "lang=en")
        .header("accept-language", "en")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(body))?;
    send(router, request).await
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_link_shows_the_verdict_with_plan_papers_and_the_way_on() -> Result<()> {
    let story = Story::begin().await?;
    let router = stranger(&story).await;
    let (status, page) = get(&router, &format!("/preflight?{LINK}")).await?;
    assert_eq!(status, StatusCode::OK);
    for said in [
        "It can be filed",
        "First filing",
        "Certificate of the unit",
        "The authority decides",
        "/orders/new?domain=yunshan-neu.cn&amp;nature=enterprise",
    ] {
        assert!(page.contains(said) || page.contains(&said.replace("&amp;", "&#38;")), "{said} is not in {page}");
    }
    // The choices stay chosen, so that one can be changed.
    assert!(page.contains(r#"value="33" selected"#) && page.contains(r#"value="cloud_server" selected"#), "{page}");
    Ok(())
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_at_once() -> Result<()> {
    let story = Story::begin().await?;
    let router = stranger(&story).await;
    let bad = LINK.replace("yunshan-neu.cn", "yunshan-neu.io").replace("cloud_server", "cloud_run");
    let (status, page) = get(&router, &format!("/preflight?{bad}&region=abroad")).await?;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("It cannot be filed"), "{page}");
    for rule in ["domain-05", "resource-02", "resource-09"] {
        assert!(page.contains(rule), "{rule} is not in {page}");
    }
    assert!(!page.contains("/orders/new?"), "there is nothing to begin");
    Ok(())
}

#[tokio::test]
async fn a_form_with_gaps_names_them_all_and_keeps_what_was_typed() -> Result<()> {
    let story = Story::begin().await?;
    let router = stranger(&story).await;
    let (status, page) =
        get(&router, "/preflight?domain=yunshan-neu.cn&nature=enterprise&province=&months=many").await?;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["f-certificate", "f-province", "f-resource", "f-months"] {
        assert!(page.contains(&format!("href=\"#{field}\"")), "{field} is not in the summary: {page}");
    }
    assert!(page.contains(r#"value="yunshan-neu.cn""#) && page.contains(r#"value="many""#));
    assert!(page.contains(r#"value="enterprise" selected"#));
    // Whoever only brings a domain along is asked, not scolded.
    let (status, page) = get(&router, "/preflight?domain=yunshan-neu.cn").await?;
    assert_eq!(status, StatusCode::OK);
    assert!(!page.contains("error-summary") && page.contains(r#"value="yunshan-neu.cn""#));
    Ok(())
}

#[tokio::test]
async fn a_number_is_judged_and_is_in_no_link() -> Result<()> {
    let story = Story::begin().await?;
    let router = stranger(&story).await;
    let (status, page) = post(&router, "/preflight", FORM, format!("{LINK}&number={NUMBER}")).await?;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("certificate-06"), "{page}");
    for piece in page.split("href=\"").skip(1).chain(page.split("share-link").skip(1)) {
        let link = piece.split('<').next().unwrap_or_default();
        assert!(!link.contains(NUMBER), "{link}");
    }
    // In an address it is not even read: the browser is sent to one without it.
    let (status, page) = get(&router, &format!("/preflight?{LINK}&number={NUMBER}")).await?;
    assert!(status == StatusCode::SEE_OTHER && !page.contains(NUMBER));
    let (status, problem) = get(&router, &format!("/api/v1/preflight?{LINK}&number={NUMBER}")).await?;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    Ok(())
}

#[tokio::test]
async fn an_address_that_was_typed_is_answered_with_the_name_that_was_meant() -> Result<()> {
    let story = Story::begin().await?;
    let router = stranger(&story).await;
    let typed = LINK.replace("yunshan-neu.cn", "https%3A%2F%2Fwww.yunshan-neu.cn%2F");
    let (_, page) = get(&router, &format!("/preflight?{typed}")).await?;
    assert!(page.contains(r#"name="use:domain" value="yunshan-neu.cn""#), "{page}");
    let (_, page) = get(&router, &format!("/preflight?{typed}&use%3Adomain=yunshan-neu.cn")).await?;
    assert!(page.contains("It can be filed"), "{page}");
    Ok(())
}

#[tokio::test]
async fn the_interface_gives_the_same_verdict_and_refuses_by_field() -> Result<()> {
    let story = Story::begin().await?;
    let router = stranger(&story).await;
    let (status, text) = get(&router, &format!("/api/v1/preflight?{LINK}")).await?;
    let verdict: serde_json::Value = serde_json::from_str(&text)?;
    assert_eq!((status, verdict["outcome"].as_str()), (StatusCode::OK, Some("fileable")), "{text}");
    let body = serde_json::json!({ "domain": "a.cn", "nature": "company" }).to_string();
    let (status, text) = post(&router, "/api/v1/preflight", "application/json", body).await?;
    let problem: serde_json::Value = serde_json::from_str(&text)?;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
    let fields: Vec<&str> =
        problem["errors"].as_array().into_iter().flatten().filter_map(|error| error["field"].as_str()).collect();
    assert_eq!(fields, ["nature", "certificate", "province", "resource"]);
    Ok(())
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_to_wait() -> Result<()> {
    let story = Story::begin().await?;
    let router = stranger(&story).await;
    for _ in 0..60 {
        assert_eq!(get(&router, &format!("/api/v1/preflight?{LINK}")).await?.0, StatusCode::OK);
    }
    assert_eq!(get(&router, &format!("/api/v1/preflight?{LINK}")).await?.0, StatusCode::TOO_MANY_REQUESTS);
    Ok(())
}

#[tokio::test]
async fn the_first_page_and_the_page_of_a_closed_domain_lead_here() -> Result<()> {
    let story = Story::begin().await?;
    let router = stranger(&story).await;
    assert!(get(&router, "/").await?.1.contains("href=\"/preflight\""));
    let (_, page) = get(&router, "/closed?domain=yunshan-neu.cn").await?;
    assert!(page.contains("href=\"/preflight?domain=yunshan-neu.cn\""), "{page}");
    Ok(())
}

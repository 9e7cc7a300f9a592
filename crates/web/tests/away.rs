//! What people see, and keep, while the database is locked or gone.

use anyhow::{Context as _, Result, anyhow};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use testkit::persona::{self, PASSWORD};
use testkit::postgres;
use testkit::story::Story;
use tower::ServiceExt as _;

async fn send(router: &Router, request: Request<Body>) -> Result<(StatusCode, String, String)> {
    let response = router.clone().oneshot(request).await?;
    let (parts, body) = response.into_parts();
    let cookie = parts.headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    Ok((parts.status, cookie, String::from_utf8_lossy(&to_bytes(body, 1 << 24).await?).into_owned()))
}

fn get(path: &str, cookie: &str) -> Result<Request<Body>> {
    Ok(Request::get(path).header(header::COOKIE, cookie).body(Body::empty())?)
}

fn post(path: &str, cookie: &str, form: &[(&str, &str)]) -> Result<Request<Body>> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    Ok(Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT_LANGUAGE, "en")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))?)
}

/// What a page would send if the one form of its main part were sent: where to, and what is hidden in it.
fn hidden(page: &str) -> (String, Vec<(String, String)>) {
    let between = |text: &str, from: &str| {
        let rest = text.split_once(from).map_or("", |(_, rest)| rest);
        unescaped(rest.split('"').next().unwrap_or_default())
    };
    let main = page.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap_or_default();
    let form = main.split("<form").nth(1).unwrap_or_default();
    let inputs = form.split("<input type=\"hidden\"").skip(1);
    (between(form, "action=\""), inputs.map(|input| (between(input, "name=\""), between(input, "value=\""))).collect())
}

fn unescaped(text: &str) -> String {
    text.replace("&#34;", "\"").replace("&#38;", "&")
}

async fn signed_in(router: &Router, login: &str) -> Result<String> {
    let (status, cookie, _) = send(router, post("/login", "", &[("login", login), ("password", PASSWORD)])?).await?;
    assert_eq!(status, StatusCode::SEE_OTHER);
    Ok(cookie)
}

/// Saves the principal of the draft while `away` holds; what was typed must be on the page, and go through afterwards.
async fn nothing_typed_is_lost(story: &Story, away: impl AsyncFnOnce(), back: impl AsyncFnOnce()) -> Result<()> {
    let case = persona::case("individual")?;
    let (_, order) = story.fill_in(&case).await?;
    let router = web::router(web::State { world: (**story).clone(), metrics: None });
    let cookie = signed_in(&router, &case.account.email).await?;
    let path = format!("/orders/{order}/principal");
    let (_, _, form) = send(&router, get(&path, &cookie)?).await?;
    let version = form.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let typed = [("version", version.context("the form has a version")?), ("principal.email", "new&\"mail@example.cn")];

    away().await;
    let (status, _, page) = send(&router, post(&path, &cookie, &typed)?).await?;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{page}");
    assert!(page.contains("What was saved is not lost"), "{page}");
    let (to, kept) = hidden(&page);
    assert_eq!(to, path);
    for (name, value) in typed {
        assert!(kept.contains(&(name.to_owned(), value.to_owned())), "{kept:?} lacks {name}");
    }
    let with_password = [("login", case.account.email.as_str()), ("password", PASSWORD)];
    let (status, _, page) = send(&router, post("/login", "", &with_password)?).await?;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{page}");
    assert!(!page.contains(PASSWORD), "a password is on no page");
    back().await;

    let again: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (status, _, page) = send(&router, post(&to, &cookie, &again)?).await?;
    assert!(status.is_redirection() || status.is_success(), "{status} {page}");
    let (status, _, form) = send(&router, get(&path, &cookie)?).await?;
    assert_eq!(status, StatusCode::OK);
    assert!(form.contains("new&#38;&#34;mail@example.cn"), "{form}");
    Ok(())
}

#[tokio::test]
async fn while_another_writer_holds_the_database_nothing_typed_is_lost() -> Result<()> {
    let story = Story::begin().await?;
    let held = std::cell::RefCell::new(None);
    let lock = async || *held.borrow_mut() = story.store.write().await.ok();
    let unlock = async || drop(held.borrow_mut().take());
    nothing_typed_is_lost(&story, lock, unlock).await?;
    story.finish().await
}

#[tokio::test]
async fn while_postgresql_is_gone_nothing_typed_is_lost_and_it_comes_back_by_itself() -> Result<()> {
    let database = postgres::fresh().map_err(|error| anyhow!(error))?;
    let story = Story::begin_on_postgres(database.url()).await?;
    let router = web::router(web::State { world: (*story).clone(), metrics: None });
    let ready = async || anyhow::Ok(send(&router, get("/readyz", "")?).await?);
    assert_eq!(ready().await?.2, "ready\n");
    let away = async || {
        postgres::end().unwrap();
        let (status, _, said) = ready().await.unwrap();
        assert_eq!((status, said.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "database\n"));
    };
    nothing_typed_is_lost(&story, away, async || postgres::serve_again().unwrap()).await?;
    assert_eq!(ready().await?.2, "ready\n");
    story.finish().await
}

#[tokio::test]
async fn a_platform_whose_files_are_gone_is_not_ready() -> Result<()> {
    let test = testkit::world::TestWorld::sqlite().await?;
    let router = web::router(web::State { world: test.world.clone(), metrics: None });
    std::fs::remove_dir_all(test.folder().join("files"))?;
    let (status, _, said) = send(&router, get("/readyz", "")?).await?;
    assert_eq!((status, said.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "files\n"));
    Ok(())
}

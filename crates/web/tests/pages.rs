//! Every page, of every role, in both languages: it is there, says everything in words, and keeps its promises.

#[path = "support/town.rs"]
mod town;

use anyhow::{Context as _, Result};
use app::Role;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use tower::ServiceExt as _;
use town::Town;

/// An answer, read.
struct Page {
    status: StatusCode,
    location: String,
    headers: axum::http::HeaderMap,
    text: String,
}

async fn send(router: &Router, request: Request<Body>) -> Result<Page> {
    let response = router.clone().oneshot(request).await?;
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 24).await?;
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    Ok(Page {
        status: parts.status,
        location: header(header::LOCATION),
        text: String::from_utf8_lossy(&bytes).into_owned(),
        headers: parts.headers,
    })
}

async fn get(router: &Router, path: &str, cookie: &str) -> Result<Page> {
    send(router, Request::get(path).header(header::COOKIE, cookie).body(Body::empty())?).await
}

async fn post(router: &Router, path: &str, cookie: &str, form: &[(&str, &str)]) -> Result<Page> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::post(path)
        .header(header::COOKIE, cookie)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))?;
    send(router, request).await
}

fn router(town: &Town) -> Router {
    web::router(web::State { world: (*town.story).clone(), metrics: None })
}

/// What must be true of every page, whatever it shows.
fn is_sound(path: &str, page: &Page) {
    assert_eq!(page.status, StatusCode::OK, "{path} -> {} {}", page.location, page.text);
    assert!(!page.text.contains("Unknown localization"), "{path} lacks words: {}", page.text);
    assert!(page.text.matches("<h1").count() == 1, "{path} has one heading");
    for promise in ["<main", "<title>", "lang=\"", "viewport"] {
        assert!(page.text.contains(promise), "{path} lacks {promise}");
    }
    // The policy forbids what is inline, so a page must not hold it.
    for forbidden in [" style=\"", "<style", "onclick=", "javascript:", "<script>"] {
        assert!(!page.text.contains(forbidden), "{path} holds {forbidden}");
    }
    let policy = page.headers.get(header::CONTENT_SECURITY_POLICY).and_then(|value| value.to_str().ok());
    assert!(policy.is_some_and(|policy| policy.contains("default-src 'none'")), "{path}");
    assert_eq!(page.headers.get(header::CACHE_CONTROL).and_then(|v| v.to_str().ok()), Some("no-store"), "{path}");
    // Every control has a label.
    for piece in page.text.split("<input ").skip(1).chain(page.text.split("<select ").skip(1)) {
        let control = piece.split('>').next().unwrap_or_default();
        if control.contains("type=\"hidden\"") {
            continue;
        }
        let id = control.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        assert!(page.text.contains(&format!("for=\"{id}\"")), "{path}: {control} has no label");
    }
}

#[tokio::test]
async fn every_page_of_every_role_is_sound_in_both_languages() -> Result<()> {
    for filed in [false, true] {
        let town = town::build(filed).await?;
        let router = router(&town);
        let order = |id: uuid::Uuid, rest: &str| format!("/orders/{id}{rest}");
        let mut visits: Vec<(String, Vec<String>)> = vec![
            (
                String::new(),
                [
                    "/",
                    "/lookup",
                    "/lookup?q=zhixia-notes.cn",
                    "/lookup?q=!!",
                    "/closed?domain=zhixia-notes.cn",
                    "/closed",
                    "/register",
                    "/confirm",
                    "/login",
                    "/demo/messages",
                    "/agreements/commitment/2026-11-01",
                ]
                .map(str::to_owned)
                .to_vec(),
            ),
            (
                String::new(),
                vec![format!("/h/{}", town.handover), format!("/h/{}/sites.0.materials.manager_photo", town.handover)],
            ),
            (
                town.newcomer.clone(),
                [
                    "/orders",
                    "/orders/new",
                    "/filings",
                    "/resources",
                    "/account",
                    "/account/identity",
                    "/account/password",
                ]
                .map(str::to_owned)
                .to_vec(),
            ),
            (
                town::staff(Role::Supervisor),
                [
                    "/review",
                    "/review?view=all",
                    "/ledger",
                    "/mailbox",
                    "/mailbox?q=nothing&state=stored",
                    "/mailbox/blacklist",
                    "/mailbox/codes",
                    "/mailbox/codes/33/Zxly_dms?code=1",
                    "/mailbox/comparisons",
                    "/gateways",
                    "/gateways/traffic",
                    "/gateways/traffic?kind=shadow",
                    "/gateways/held",
                    "/gateways/measures",
                    "/tasks",
                    "/tasks?done=true",
                ]
                .map(str::to_owned)
                .to_vec(),
            ),
            (town::staff(Role::Supervisor), range_pages(&town)),
            (town::staff(Role::Auditor), vec!["/ip-ranges".into(), format!("/ip-ranges/{}", town.range)]),
            (town::staff(Role::Administrator), ["/accounts", "/ledger", "/account"].map(str::to_owned).to_vec()),
            (
                town::staff(Role::Auditor),
                ["/audit", "/audit?verify=1", "/review?view=all", "/mailbox?direction=upload"]
                    .map(str::to_owned)
                    .to_vec(),
            ),
        ];
        for (login, id) in [&town.draft, &town.changes, &town.review, &town.reported] {
            let mut paths = vec![order(*id, ""), order(*id, "/answers"), "/orders".to_owned()];
            if *id == town.draft.1 || *id == town.changes.1 {
                for rest in [
                    "/basic",
                    "/subject",
                    "/subject?step=1&checked=1",
                    "/principal",
                    "/principal?step=3",
                    "/sites/0",
                    "/sites/0?step=2",
                    "/sites/0/manager",
                    "/verification/0",
                    "/materials",
                    "/papers/commitment",
                    "/papers/manager_letter?site=0",
                    "/abandon",
                ] {
                    paths.push(order(*id, rest));
                }
            }
            if *id == town.draft.1 {
                paths.push(order(*id, "/sites/add"));
            }
            visits.push((login.clone(), paths));
        }
        let supervisor = testkit::persona::staff_of(&town.story, Role::Supervisor).await?;
        let seen = filing::sighting::Seen {
            domain: "seen-elsewhere.cn".into(),
            host: "www.seen-elsewhere.cn".into(),
            count: 7,
            first_seen: town.story.now(),
            last_seen: town.story.now(),
            addresses: vec![[192, 0, 2, 7].into()],
            sources: vec![filing::sighting::Source::DnsLog],
        };
        let gateway = app::Actor { role: Role::Gateway, ..supervisor.clone() };
        let report = filing::sighting::Report { seen: vec![seen] };
        app::act::report_sightings(&town.story, &gateway, report).await?;
        let tasks = app::act::list_tasks(&town.story, &supervisor, app::act::ListTasks::default()).await?.items;
        let mail = app::act::mailbox(&town.story, &supervisor, app::act::Mailbox::default()).await?.items;
        assert!(tasks.len() >= 3 && mail.len() >= 3, "{tasks:?} {mail:?}");
        let told = tasks.iter().map(|row| format!("/tasks/{}", row.id));
        let told = told.chain(mail.iter().map(|row| format!("/mailbox/{}", row.id)));
        visits.push((town::staff(Role::Supervisor), told.collect()));
        if filed {
            visits.push((town.reported.0.clone(), vec!["/tasks".into(), "/tasks?done=true".into()]));
            visits.push((town.reported.0.clone(), town::filings(&town.story, town.reported.1).await?));
        }
        let case = format!("/review/{}", town.review.1);
        visits.push((
            town::staff(Role::Reviewer),
            vec![
                "/review".into(),
                "/review?view=mine".into(),
                case.clone(),
                format!("{case}/reveal?field=principal.mobile"),
                format!("{case}/wire"),
                format!("/review/{}", town.reported.1),
            ],
        ));
        for (login, paths) in visits {
            let cookie = if login.is_empty() { String::new() } else { town::cookie(&town.story, &login).await? };
            for path in paths {
                for lang in ["zh-CN", "en"] {
                    is_sound(&path, &get(&router, &path, &format!("{cookie}; lang={lang}")).await?);
                }
            }
        }
        if filed {
            let (login, order) = &town.reported;
            let cookie = format!("{}; lang=en", town::cookie(&town.story, login).await?);
            let page = get(&router, &format!("/orders/{order}"), &cookie).await?.text;
            let minded = page.split("What to mind from now on").nth(1).unwrap_or_default();
            assert!(minded.contains("beian.mps.gov.cn") && minded.contains("Tencent Cloud 243/19142"), "{page}");
        }
        town.story.finish().await?;
    }
    Ok(())
}

/// Every page of the provider's addresses.
fn range_pages(town: &Town) -> Vec<String> {
    let mut pages: Vec<String> = [
        "/ip-ranges",
        "/ip-ranges?kind=source&state=draft&holding=203.0.113.9",
        "/ip-ranges?holding=x&flagged=yes",
        "/ip-ranges/new",
        "/ip-ranges/new?kind=source",
        "/ip-ranges/new?kind=broadcast",
        "/ip-ranges/new?kind=brought_in",
        "/ip-ranges/import",
    ]
    .map(str::to_owned)
    .to_vec();
    for mode in filing::ip_filing::AllocationMode::ALL {
        pages.push(format!("/ip-ranges/new?kind=allocation&mode={mode}&first=203.0.113.9&last=203.0.113.9"));
    }
    pages.extend(["", "/edit", "/remove", "/recall", "/delete"].map(|rest| format!("/ip-ranges/{}{rest}", town.range)));
    pages
}

#[tokio::test]
async fn a_range_is_written_brought_in_and_reported_through_the_pages_alone() -> Result<()> {
    let town = town::build(false).await?;
    let router = router(&town);
    let cookie = format!("{}; lang=en", town::cookie(&town.story, &town::staff(Role::Supervisor)).await?);
    let wrong = [("bureau", "33"), ("kind", "source"), ("first", "198.51.100.9"), ("last", "198.51.100.0")];
    let refused = post(&router, "/ip-ranges/new", &cookie, &wrong).await?;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("href=\"#f-first\"") && refused.text.contains("value=\"198.51.100.9\""));
    let right = [
        ("bureau", "33"),
        ("kind", "source"),
        ("first", "198.51.100.0"),
        ("last", "198.51.100.9"),
        ("source_unit", "110000000001"),
    ];
    let saved = post(&router, "/ip-ranges/new", &cookie, &right).await?;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);

    let csv = "kind,first,last,mode,use_mode,since\nallocation,198.51.100.0,198.51.100.4,own_use,static,2026-01-01\n\
               allocation,198.51.100.4,198.51.100.4,reserved,,\n";
    let told = post(&router, "/ip-ranges/import/text?bureau=33&mode=all_or_nothing", &cookie, &[("csv", csv)]).await?;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    is_sound("import", &Page { status: StatusCode::OK, ..told });
    let told = post(&router, "/ip-ranges/import/text?bureau=33&mode=valid_lines", &cookie, &[("csv", csv)]).await?;
    let left = told.text.split("<textarea").nth(1).unwrap_or_default();
    assert!(left.contains("reserved") && !left.contains("own_use"), "what was saved is not sent again: {left}");

    let reported = post(&router, "/ip-ranges/report", &cookie, &[("bureau", "33"), ("what", "all")]).await?;
    assert_eq!(reported.status, StatusCode::SEE_OTHER, "{}", reported.text);
    let list = get(&router, "/ip-ranges?state=reported", &cookie).await?;
    assert_eq!(list.text.matches("tag-wait").count(), 3, "{}", list.text);
    let file = post(&router, "/ip-ranges/export", &cookie, &[("bureau", "33")]).await?;
    assert!(file.text.starts_with('\u{feff}') && file.text.contains("198.51.100.0,198.51.100.9"), "{}", file.text);
    let reviewer = town::cookie(&town.story, &town::staff(Role::Reviewer)).await?;
    for (path, status) in [("/ip-ranges", StatusCode::OK), ("/ip-ranges/new", StatusCode::FORBIDDEN)] {
        assert_eq!(get(&router, path, &reviewer).await?.status, status, "{path}");
    }
    town.story.finish().await.ok();
    Ok(())
}

#[tokio::test]
async fn what_was_typed_is_kept_and_said_to_be_wrong_beside_its_field() -> Result<()> {
    let town = town::build(false).await?;
    let router = router(&town);
    let (login, order) = &town.draft;
    let cookie = format!("{}; lang=en", town::cookie(&town.story, login).await?);
    let page = get(&router, &format!("/orders/{order}/sites/0?step=1"), &cookie).await?;
    let version = page.text.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let form = [("version", version.context("a version")?), ("step", "1"), ("sites.0.name", "ab")];
    let saved = post(&router, &format!("/orders/{order}/sites/0"), &cookie, &form).await?;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert!(saved.location.contains("checked=1"), "{}", saved.location);
    let page = get(&router, &saved.location, &cookie).await?;
    assert!(page.text.contains("value=\"ab\"") && page.text.contains("id=\"error-summary\""), "{}", page.text);
    assert!(
        page.text.contains("href=\"#f-sites-0-name\"") && page.text.contains("aria-invalid=\"true\""),
        "{}",
        page.text
    );

    // The same form from a device that read the order earlier: nothing is overwritten, nothing typed is lost.
    let form = [("version", "0"), ("step", "1"), ("sites.0.name", "typed elsewhere")];
    let stale = post(&router, &format!("/orders/{order}/sites/0"), &cookie, &form).await?;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("typed elsewhere") && stale.text.contains("another device"), "{}", stale.text);
    town.story.finish().await
}

#[tokio::test]
async fn what_a_province_asks_and_no_machine_decides_stands_at_its_field_and_on_the_desk() -> Result<()> {
    let town = town::build(false).await?;
    let router = router(&town);
    let (login, order) = &town.draft;
    let cookie = format!("{}; lang=en", town::cookie(&town.story, login).await?);
    let page = get(&router, &format!("/orders/{order}/sites/0"), &cookie).await?;
    let at_field = page.text.split("id=\"f-sites-0-approvals\"").nth(1).unwrap_or_default();
    assert!(at_field.contains("33-preapproval-01"), "{}", page.text);
    assert!(!page.text.contains("33-service-01"), "a line about individuals is not told to a company");

    let (_, order) = &town.review;
    let cookie = format!("{}; lang=en", town::cookie(&town.story, &town::staff(Role::Reviewer)).await?);
    let page = get(&router, &format!("/review/{order}"), &cookie).await?;
    assert!(page.text.contains("33-site-01"), "{}", page.text);
    town.story.finish().await
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() -> Result<()> {
    let town = town::build(false).await?;
    let router = router(&town);
    let (login, order) = &town.review;
    let cookie = town::cookie(&town.story, login).await?;
    let request = Request::post(format!("/orders/{order}/abandon"))
        .header(header::COOKIE, &cookie)
        .header("sec-fetch-site", "cross-site")
        .body(Body::empty())?;
    assert_eq!(send(&router, request).await?.status, StatusCode::FORBIDDEN);
    let page = get(&router, &format!("/orders/{order}"), &cookie).await?;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains(&format!("/orders/{order}/abandon")), "it can still be given up");
    town.story.finish().await
}

#[tokio::test]
async fn strangers_log_in_first_and_come_back_and_others_find_nothing() -> Result<()> {
    let town = town::build(false).await?;
    let router = router(&town);
    let path = format!("/orders/{}", town.draft.1);
    let page = get(&router, &path, "").await?;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location, format!("/login?to={}", path.replace('/', "%2F")));
    let other = town::cookie(&town.story, &town.newcomer).await?;
    let page = get(&router, &path, &other).await?;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text.contains("<h1"), "a refusal is a page too: {}", page.text);
    let login =
        [("login", town.newcomer.as_str()), ("password", testkit::persona::PASSWORD), ("to", "//evil.example/")];
    let page = post(&router, "/login", "", &login).await?;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    let set = page.headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    let page = get(&router, "/no/such/page", "lang=en").await?;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text.contains("There is no such page"), "{}", page.text);
    town.story.finish().await
}

#[tokio::test]
async fn letters_are_printed_for_the_orders_owner_and_for_nobody_else() -> Result<()> {
    let town = town::build(false).await?;
    let router = router(&town);
    let (login, order) = &town.draft;
    let owner = town::cookie(&town.story, login).await?;
    let list = get(&router, &format!("/orders/{order}/materials"), &owner).await?;
    assert!(list.text.contains(&format!("/orders/{order}/papers/commitment.pdf")), "{}", list.text);
    let path = format!("/orders/{order}/papers/commitment.pdf");
    let pdf = get(&router, &path, &owner).await?;
    assert_eq!(pdf.status, StatusCode::OK);
    assert_eq!(pdf.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()), Some("application/pdf"));
    for (who, refusal) in [
        (town.newcomer.clone(), StatusCode::NOT_FOUND),
        (town::staff(Role::Reviewer), StatusCode::FORBIDDEN),
        (town::staff(Role::Auditor), StatusCode::FORBIDDEN),
    ] {
        let cookie = town::cookie(&town.story, &who).await?;
        for ending in ["", ".pdf"] {
            let page = get(&router, &format!("/orders/{order}/papers/commitment{ending}"), &cookie).await?;
            assert_eq!(page.status, refusal, "{who} {ending}");
        }
    }
    for nothing in ["no_such_letter", "manager_letter?site=9", "manager_letter.pdf?site=9"] {
        let page = get(&router, &format!("/orders/{order}/papers/{nothing}"), &owner).await?;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{nothing}");
    }
    let reviewer = town::cookie(&town.story, &town::staff(Role::Reviewer)).await?;
    let case = get(&router, &format!("/review/{}", town.review.1), &reviewer).await?;
    assert!(case.text.contains("paper-lines"), "the reviewer has the list to check off");
    town.story.finish().await
}

#[tokio::test]
async fn an_order_is_mended_resubmitted_and_seen_to_differ_through_the_pages_alone() -> Result<()> {
    let town = town::build(false).await?;
    let router = router(&town);
    let (login, order) = &town.changes;
    let cookie = format!("{}; lang=en", town::cookie(&town.story, login).await?);
    let read = async |path: String| -> Result<String> {
        let page = get(&router, &path, &cookie).await?;
        let version = page.text.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        Ok(version.context("a version")?.to_owned())
    };
    let version = read(format!("/orders/{order}/sites/0")).await?;
    let name = "\u{4e91}\u{96fe}\u{8336}\u{4e1a}\u{5b98}\u{7f51}";
    let form = [("version", version.as_str()), ("sites.0.name", name), ("sites.0.remark", "not asked for")];
    let saved = post(&router, &format!("/orders/{order}/sites/0"), &cookie, &form).await?;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let version = read(format!("/orders/{order}/subject")).await?;
    let address = "\u{4e91}\u{6816}\u{8def} 1 \u{53f7} 3 \u{5e62} 502 \u{5ba4}";
    let form = [("version", version.as_str()), ("subject.postal_address", address)];
    post(&router, &format!("/orders/{order}/subject"), &cookie, &form).await?;

    let version = read(format!("/orders/{order}/answers")).await?;
    let submit = format!("/orders/{order}/submit");
    let without = post(&router, &submit, &cookie, &[("version", &version)]).await?;
    assert_eq!(without.status, StatusCode::CONFLICT, "{}", without.text);
    let agreed = [
        ("version", version.as_str()),
        ("agree-information-security", "yes"),
        ("agree-assisted-change", "yes"),
        ("agree-commitment", "yes"),
    ];
    for _ in 0..2 {
        // Sent twice, it is submitted once and both answers lead on.
        let sent = post(&router, &submit, &cookie, &agreed).await?;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    }
    let reviewer = format!("{}; lang=en", town::cookie(&town.story, &town::staff(Role::Reviewer)).await?);
    post(&router, &format!("/review/{order}/claim"), &reviewer, &[]).await?;
    let case = get(&router, &format!("/review/{order}"), &reviewer).await?;
    assert!(case.text.contains("Submitted again with"), "{}", case.text);
    assert!(case.text.contains("<del>"), "the difference is shown");
    town.story.work().await?;
    town.story.finish().await
}

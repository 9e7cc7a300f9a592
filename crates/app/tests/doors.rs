//! Doors that must stay shut: to whoever guesses, floods, looks in unasked or sends things to and fro.

use anyhow::{Context as _, Result};
use app::act::{
    self, ChangePassword, CreateApiKey, EditOrder, LogIn, MarkField, MarkWord, OpenMaterial, OrderRef, Patch, Register,
    Reveal, Submit,
};
use app::{Actor, Error, World};
use filing::stage::StageKind;
use jiff::SignedDuration;
use store::account::Role;
use store::order::Hold;
use testkit::persona::{self, PASSWORD, case, origin, registered};
use testkit::story::{Story, accepted, told};
use testkit::world::TestWorld;
use uuid::Uuid;

async fn log_in(world: &World, login: &str, password: &str) -> Result<app::account::SignedIn, Error> {
    act::log_in(world, &origin(), LogIn { login: login.into(), password: password.into() }).await
}

#[tokio::test]
async fn a_contact_written_in_many_ways_is_guessed_at_no_more_often() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    registered(&test.world, "13800138000").await?;
    for login in ["13800138000", "+86 138 0013 8000", "0086 13800138000", "138-0013-8000", "138\u{3000}0013\t8000"] {
        let answer = log_in(&test.world, login, "wrong").await;
        assert!(matches!(answer, Err(Error::Unauthenticated)), "{login}: {answer:?}");
    }
    let sixth = log_in(&test.world, "1-3-8-0-0-1-3-8-0-0-0", "wrong").await;
    assert!(matches!(sixth, Err(Error::Throttled { .. })), "{sixth:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_made_at_the_same_moment_are_each_counted() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    registered(&test.world, "zhou@example.com").await?;
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let world = test.world.clone();
        all.spawn(async move { log_in(&world, "zhou@example.com", "wrong").await });
    }
    let answers = all.join_all().await;
    let wrong = answers.iter().filter(|answer| matches!(answer, Err(Error::Unauthenticated))).count();
    assert!(wrong <= 5, "{wrong} of 12 guesses were looked at");
    Ok(())
}

#[tokio::test]
async fn logging_in_well_is_not_counted_against_an_address_that_many_share() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    registered(&test.world, "zhou@example.com").await?;
    for _ in 0..41 {
        log_in(&test.world, "zhou@example.com", PASSWORD).await.map_err(told)?;
    }
    Ok(())
}

#[tokio::test]
async fn the_sixth_code_is_refused_whoever_the_contact_belongs_to() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    registered(&test.world, "known@example.com").await?;
    test.clock.advance(SignedDuration::from_hours(2));
    for contact in ["known@example.com", "unknown@example.com"] {
        for n in 1..=6 {
            let input = Register { contact: contact.into(), password: PASSWORD.into() };
            let answer = act::register(&test.world, &origin(), input).await;
            assert_eq!(matches!(answer, Err(Error::Throttled { .. })), n == 6, "{contact}, {n}: {answer:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_session_ends_one_day_however_often_it_is_used() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    registered(&test.world, "zhou@example.com").await?;
    let token = log_in(&test.world, "zhou@example.com", PASSWORD).await.map_err(told)?.token;
    for day in [20, 40, 60, 80, 89] {
        let begun: jiff::Timestamp = testkit::world::BEGINNING.parse()?;
        test.clock.advance((begun + SignedDuration::from_hours(24 * day)).duration_since(test.world.now()));
        assert!(act::authenticate::by_session(&test.world, &token).await.map_err(told)?.is_some(), "day {day}");
    }
    test.clock.advance(SignedDuration::from_hours(48));
    assert!(act::authenticate::by_session(&test.world, &token).await.map_err(told)?.is_none());
    Ok(())
}

#[tokio::test]
async fn whoever_sits_down_at_an_open_session_cannot_guess_the_password_and_a_new_one_revokes_the_keys() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let zhou = registered(world, "zhou@example.com").await?;
    let input = CreateApiKey { name: "old script".into(), for_gateway: false };
    let key = act::create_api_key(world, &zhou, input).await.map_err(told)?.key;
    let change = async |current: &str| {
        let input = ChangePassword { current: current.into(), new: "another long password".into() };
        act::change_password(world, &zhou, input).await
    };
    for _ in 0..5 {
        assert!(matches!(change("not the password").await, Err(Error::Invalid(_))));
    }
    let sixth = change(PASSWORD).await;
    assert!(matches!(sixth, Err(Error::Throttled { .. })), "{sixth:?}");
    test.clock.advance(SignedDuration::from_mins(1));
    assert!(act::authenticate::by_api_key(world, &key).await.map_err(told)?.is_some());
    change(PASSWORD).await.map_err(told)?;
    assert!(act::authenticate::by_api_key(world, &key).await.map_err(told)?.is_none());
    Ok(())
}

#[tokio::test]
async fn a_gateways_key_outlives_the_password_of_its_administrator() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let admin = persona::staff(&test.world, Role::Administrator).await?;
    let input = CreateApiKey { name: "gateway".into(), for_gateway: true };
    let key = act::create_api_key(&test.world, &admin, input).await.map_err(told)?.key;
    let input = ChangePassword { current: PASSWORD.into(), new: "another long password".into() };
    act::change_password(&test.world, &admin, input).await.map_err(told)?;
    assert!(act::authenticate::by_api_key(&test.world, &key).await.map_err(told)?.is_some());
    Ok(())
}

async fn first_material(story: &Story, applicant: &Actor, order: Uuid) -> Result<Uuid> {
    let slots = act::view_order(story, applicant, OrderRef { order }).await.map_err(told)?.slots;
    Ok(slots.iter().find_map(|slot| slot.material.as_ref()).context("a paper")?.id)
}

#[tokio::test]
async fn a_draft_is_its_applicants_own_until_it_is_submitted() -> Result<()> {
    let story = Story::begin().await?;
    let (applicant, order) = story.fill_in(&case("individual")?).await?;
    let material = first_material(&story, &applicant, order).await?;
    let look = async || -> [Option<Error>; 3] {
        let reason = "curious".to_owned();
        let reveal = Reveal { order, field: "principal.mobile".into(), reason: reason.clone() };
        let open = OpenMaterial { order, material, reason: Some(reason) };
        [
            act::view_order(&story, &story.reviewer, OrderRef { order }).await.err(),
            act::reveal(&story, &story.reviewer, reveal).await.err(),
            act::open_material(&story, &story.reviewer, open).await.err(),
        ]
    };
    let before = look().await;
    assert!(before.iter().all(|error| matches!(error, Some(Error::NotFound))), "{before:?}");
    story.submit(&applicant, order).await?;
    assert!(look().await.iter().all(Option::is_none));
    story.finish().await
}

#[tokio::test]
async fn findings_on_the_desk_quote_nothing_that_is_masked() -> Result<()> {
    let story = Story::begin().await?;
    let case = case("company-two-sites")?;
    let (applicant, order) = story.fill_in(&case).await?;
    let mut subject = case.draft.subject.clone();
    subject.postal_address = "云栖路1号3幢502室".to_owned();
    subject.investor = "周投资".to_owned();
    story.save(&applicant, order, Patch::Subject { subject }).await?;
    story.submit(&applicant, order).await?;
    let view = act::view_case(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    let finding = view.findings.iter().find(|finding| finding.rule == "address-04").context("a finding")?;
    assert_eq!((&finding.value, finding.values.len()), (&None, 0));
    let text = serde_json::to_string(&view)?;
    for secret in ["502室", "周投资", case.draft.principal.name.as_str(), case.draft.principal.mobile.as_str()] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    story.finish().await
}

#[tokio::test]
async fn a_reason_is_kept_as_far_as_a_reason_needs_room() -> Result<()> {
    let story = Story::begin().await?;
    let (applicant, order) = story.fill_in(&case("individual")?).await?;
    story.submit(&applicant, order).await?;
    let reveal = Reveal { order, field: "principal.mobile".into(), reason: "长".repeat(5_000) };
    act::reveal(&story, &story.reviewer, reveal).await.map_err(told)?;
    let auditor = persona::staff(&story, Role::Auditor).await?;
    let lines = act::view_audit(&story, &auditor, act::ViewAudit::default()).await.map_err(told)?;
    let line = lines.items.iter().find(|line| line.act == "reveal").context("a line")?;
    assert_eq!(line.why.as_ref().map(|why| why.chars().count()), Some(300));
    story.finish().await
}

async fn ask_for(story: &Story, order: Uuid, field: &str) -> Result<()> {
    story.claim(order).await?;
    let advice = Some("请更换".to_owned());
    let mark = MarkField { order, field: field.into(), mark: MarkWord::NeedsChange, advice };
    act::mark_field(story, &story.reviewer, mark).await.map_err(told)?;
    let input = act::RequestChanges { order, requests: Vec::new() };
    act::request_changes(story, &story.reviewer, input).await.map_err(told)?;
    Ok(())
}

#[tokio::test]
async fn a_request_for_the_first_domain_is_met_on_the_first_page_whichever_name_it_has() -> Result<()> {
    for (field, other) in [("sites.0.domain", "zhixia-diary.cn"), ("basic.domain", "zhixia-pages.cn")] {
        let story = Story::begin().await?;
        let (applicant, order) = story.fill_in(&case("individual")?).await?;
        story.submit(&applicant, order).await?;
        ask_for(&story, order, field).await?;
        let view = act::edit_order(&story, &applicant, EditOrder { order }).await.map_err(told)?;
        let same = Submit { order, version: view.version, agreements: accepted() };
        assert_eq!(act::submit(&story, &applicant, same).await.unwrap_err().code(), "invalid", "not mended yet");
        let mut basic = view.draft.basic.clone();
        let former = std::mem::replace(&mut basic.domain, other.to_owned());
        story.save(&applicant, order, Patch::Basic { basic }).await?;
        story.submit(&applicant, order).await?;

        // What the first round held is free for others; what this one wants is held.
        let reader = story.store.read().await?;
        let holder = async |hold: Hold| store::order::held_by(&reader, &hold).await;
        let me = Some(store::OrderId(order));
        assert_eq!(holder(Hold::Domain(former)).await?, None);
        assert_eq!(holder(Hold::Domain(other.to_owned())).await?, me);
        assert_eq!(holder(Hold::Account(applicant.account)).await?, me);
        drop(reader);
        story.finish().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_reminder_is_sent_once_however_often_the_order_is_saved() -> Result<()> {
    let story = Story::begin().await?;
    let case = case("individual")?;
    let (applicant, order) = story.fill_in(&case).await?;
    story.submit(&applicant, order).await?;
    ask_for(&story, order, "principal.email").await?;
    let reminders = async || -> Result<usize> {
        story.work().await?;
        let reader = story.store.read().await?;
        let page = store::Page::first(200);
        let all = store::message::list(&reader, None, Some(store::OrderId(order)), &page).await?;
        Ok(all.items.iter().filter(|message| message.template == "correction-reminder").count())
    };
    story.test.clock.advance(SignedDuration::from_hours(24 * 5 + 1));
    let sent = reminders().await?;
    assert!(sent > 0);
    for n in 0..3 {
        let mut principal = case.draft.principal.clone();
        principal.email = format!("mended-{n}@example.com");
        story.save(&applicant, order, Patch::Principal { principal }).await?;
        story.test.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(reminders().await?, sent, "after save {n}");
    }
    story.test.clock.advance(SignedDuration::from_hours(24 * 5));
    assert!(reminders().await? > sent, "the next one comes on its day");
    story.finish().await
}

#[tokio::test]
async fn an_order_goes_to_and_fro_so_often_a_day_and_no_more() -> Result<()> {
    let story = Story::begin().await?;
    let (applicant, order) = story.fill_in(&case("individual")?).await?;
    for _ in 0..story.settings.submissions_per_day {
        story.submit(&applicant, order).await?;
        act::withdraw(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    }
    let version = act::edit_order(&story, &applicant, EditOrder { order }).await.map_err(told)?.version;
    let once_more = || Submit { order, version, agreements: accepted() };
    let refused = act::submit(&story, &applicant, once_more()).await.unwrap_err();
    assert_eq!(refused.code(), "too-many-submissions");
    story.test.clock.advance(SignedDuration::from_hours(25));
    let view = act::submit(&story, &applicant, once_more()).await.map_err(told)?;
    assert_eq!(view.kind, StageKind::Submitted);
    story.finish().await
}

//! Coming in: registering, codes, passwords, sessions, keys.

use anyhow::{Context as _, Result};
use app::act::{
    self, AccountRef, ChangePassword, ConfirmContact, CreateApiKey, LogIn, Register, ResendCode, RevokeApiKey,
    RevokeSession,
};
use app::{Actor, Error, Origin, World};
use jiff::SignedDuration;
use store::account::Role;
use testkit::persona::{self, PASSWORD, code, origin, registered};
use testkit::story::told;
use testkit::world::TestWorld;

fn from(ip: &str) -> Origin {
    Origin { ip: ip.to_owned(), ..origin() }
}

async fn register(world: &World, contact: &str, password: &str) -> Result<uuid::Uuid> {
    let input = Register { contact: contact.into(), password: password.into() };
    Ok(act::register(world, &origin(), input).await.map_err(told)?.registration)
}

fn confirm(registration: uuid::Uuid, contact: &str, code: &str) -> ConfirmContact {
    ConfirmContact { registration, contact: contact.into(), code: code.into() }
}

async fn log_in(world: &World, login: &str, password: &str) -> Result<app::account::SignedIn, Error> {
    act::log_in(world, &origin(), LogIn { login: login.into(), password: password.into() }).await
}

#[tokio::test]
async fn a_code_opens_an_account_once_and_a_wrong_one_five_times_closes_the_door() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let registration = register(&test.world, "13800138000", PASSWORD).await?;
    let good = code(&test.world, "13800138000").await?;
    let wrong = if good == "000000" { "111111" } else { "000000" };
    let mut answers = Vec::new();
    for _ in 0..6 {
        let input = confirm(registration, "13800138000", wrong);
        answers.push(act::confirm_contact(&test.world, &origin(), input).await.unwrap_err().code());
    }
    assert_eq!(answers, ["code-wrong", "code-wrong", "code-wrong", "code-wrong", "code-spent", "code-spent"]);
    let input = confirm(registration, "13800138000", &good);
    assert_eq!(act::confirm_contact(&test.world, &origin(), input).await.unwrap_err().code(), "code-spent");

    test.clock.advance(SignedDuration::from_secs(5));
    let again = ResendCode { registration, contact: "13800138000".into() };
    let registration = act::resend_code(&test.world, &origin(), again).await.map_err(told)?.registration;
    let good = code(&test.world, "13800138000").await?;
    test.clock.advance(SignedDuration::from_mins(11));
    let late = act::confirm_contact(&test.world, &origin(), confirm(registration, "13800138000", &good)).await;
    assert_eq!(late.unwrap_err().code(), "code-expired");
    let again = ResendCode { registration, contact: "13800138000".into() };
    let registration = act::resend_code(&test.world, &origin(), again).await.map_err(told)?.registration;
    let good = code(&test.world, "13800138000").await?;
    let input = confirm(registration, "13800138000", &good);
    act::confirm_contact(&test.world, &origin(), input.clone()).await.map_err(told)?;
    let twice = act::confirm_contact(&test.world, &origin(), input).await;
    assert_eq!(twice.unwrap_err().code(), "code-expired");
    Ok(())
}

#[tokio::test]
async fn nobody_slips_their_password_under_somebody_elses_code() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let mine = register(&test.world, "zhou@example.com", PASSWORD).await?;
    test.clock.advance(SignedDuration::from_secs(5));
    register(&test.world, "zhou@example.com", "the attacker's password").await?;
    // The latest code belongs to the other registration: mine no longer opens, and theirs cannot be read by them.
    let latest = code(&test.world, "zhou@example.com").await?;
    let input = confirm(mine, "zhou@example.com", &latest);
    assert_eq!(act::confirm_contact(&test.world, &origin(), input).await.unwrap_err().code(), "code-expired");
    Ok(())
}

#[tokio::test]
async fn a_known_contact_is_answered_like_an_unknown_one_and_its_owner_is_told() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    registered(&test.world, "zhou@example.com").await?;
    test.clock.advance(SignedDuration::from_secs(5));
    let input = Register { contact: "zhou@example.com".into(), password: PASSWORD.into() };
    let known = act::register(&test.world, &origin(), input).await.map_err(told)?;
    let input = Register { contact: "wang@example.com".into(), password: PASSWORD.into() };
    let unknown = act::register(&test.world, &origin(), input).await.map_err(told)?;
    assert_eq!((known.channel, known.expires_at), (unknown.channel, unknown.expires_at));
    let wanted = act::DemoMessages { to: Some("zhou@example.com".into()) };
    let messages = act::demo_messages(&test.world, &origin(), wanted).await.map_err(told)?;
    assert!(messages[0].subject.contains("already"), "{}", messages[0].subject);
    assert!(log_in(&test.world, "zhou@example.com", PASSWORD).await.is_ok(), "the password is still the owner's");
    Ok(())
}

#[tokio::test]
async fn guessing_a_password_gets_slower_and_tells_nothing() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    registered(&test.world, "zhou@example.com").await?;
    for login in ["zhou@example.com", "nobody@example.com"] {
        for _ in 0..5 {
            assert!(matches!(log_in(&test.world, login, "wrong").await, Err(Error::Unauthenticated)));
        }
        let throttled = log_in(&test.world, login, PASSWORD).await;
        assert!(matches!(throttled, Err(Error::Throttled { retry_after_seconds: 1..=30 })), "{throttled:?}");
    }
    test.clock.advance(SignedDuration::from_secs(31));
    assert!(log_in(&test.world, "zhou@example.com", PASSWORD).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_one_can_be_ended_by_hand() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let here = registered(world, "zhou@example.com").await?;
    let there = log_in(world, "zhou@example.com", PASSWORD).await.map_err(told)?;
    let third = log_in(world, "zhou@example.com", PASSWORD).await.map_err(told)?;
    let sessions = act::list_sessions(world, &here).await.map_err(told)?;
    assert_eq!((sessions.len(), sessions.iter().filter(|session| session.current).count()), (3, 1));
    let third = persona::actor(world, &third).await?;
    let app::Via::Session(id) = third.via else { unreachable!("it logged in") };
    act::revoke_session(world, &here, RevokeSession { id: id.0 }).await.map_err(told)?;
    assert_eq!(act::list_sessions(world, &here).await.map_err(told)?.len(), 2);

    let wrong = ChangePassword { current: "not it at all".into(), new: "another long password".into() };
    assert_eq!(act::change_password(world, &here, wrong).await.unwrap_err().code(), "invalid");
    let right = ChangePassword { current: PASSWORD.into(), new: "another long password".into() };
    act::change_password(world, &here, right).await.map_err(told)?;
    assert_eq!(act::authenticate::by_session(world, &there.token).await.map_err(told)?, None);
    assert!(act::my_account(world, &here).await.is_ok());
    assert!(log_in(world, "zhou@example.com", PASSWORD).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_key_acts_until_it_is_revoked_or_its_account_is_shut() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let zhou = registered(world, "zhou@example.com").await?;
    let make = |name: &str| CreateApiKey { name: name.into(), for_gateway: false };
    let first = act::create_api_key(world, &zhou, make("first")).await.map_err(told)?;
    let second = act::create_api_key(world, &zhou, make("second")).await.map_err(told)?;
    let by_key = async |key: &str| act::authenticate::by_api_key(world, key).await.map_err(told);
    assert_eq!(by_key(&first.key).await?.context("good")?.account, zhou.account);
    act::revoke_api_key(world, &zhou, RevokeApiKey { id: first.id }).await.map_err(told)?;
    assert_eq!(by_key(&first.key).await?, None);
    act::disable_account(world, &Actor::operator(), AccountRef { account: zhou.account.0 }).await.map_err(told)?;
    assert_eq!(by_key(&second.key).await?, None);
    assert!(log_in(world, "zhou@example.com", PASSWORD).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_gateways_key_is_made_by_an_administrator_and_reads_the_feed_only() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let zhou = registered(world, "zhou@example.com").await?;
    let for_gateway = || CreateApiKey { name: "gateway".into(), for_gateway: true };
    assert!(matches!(act::create_api_key(world, &zhou, for_gateway()).await, Err(Error::Forbidden)));
    let admin = persona::staff(world, Role::Administrator).await?;
    let key = act::create_api_key(world, &admin, for_gateway()).await.map_err(told)?.key;
    let gateway = act::authenticate::by_api_key(world, &key).await.map_err(told)?.context("good")?;
    assert_eq!(gateway.role, Role::Gateway);
    assert!(act::gateway_snapshot(world, &gateway).await.is_ok());
    assert!(matches!(act::list_accounts(world, &gateway, act::ListAccounts::default()).await, Err(Error::Forbidden)));
    let gone = act::gateway_changes(world, &gateway, act::GatewayChanges { after: 99, wait: 0 }).await;
    assert!(matches!(gone, Err(Error::Gone)));
    Ok(())
}

#[tokio::test]
async fn codes_are_not_handed_out_without_end() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    for _ in 0..5 {
        register(&test.world, "zhou@example.com", PASSWORD).await?;
    }
    let input = Register { contact: "zhou@example.com".into(), password: PASSWORD.into() };
    let sixth = act::register(&test.world, &from("198.51.100.9"), input).await;
    assert!(matches!(sixth, Err(Error::Throttled { .. })));
    Ok(())
}

#[tokio::test]
async fn a_request_that_was_carried_out_before_the_process_died_is_not_carried_out_again() -> Result<()> {
    use app::idempotency::{Begin, begin, release, within};
    let test = TestWorld::sqlite().await?;
    let (story, actor) = (&test.world, &persona::staff(&test.world, Role::Reviewer).await?);
    let make =
        |name: &str| act::create_api_key(story, actor, act::CreateApiKey { name: name.into(), for_gateway: false });
    assert_eq!(begin(story, actor, "k", "hash").await.map_err(told)?, Begin::New);
    within(actor, "k", make("script")).await.map_err(told)?;
    // Here the process dies: its answer is never kept. However late the same request comes again, it is known.
    let begun = story.now();
    assert_eq!(begin(story, actor, "k", "hash").await.map_err(told)?, Begin::Running(begun), "it may yet answer");
    test.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(begin(story, actor, "k", "hash").await.map_err(told)?, Begin::Done(begun));
    // A key of a request that committed nothing is free once its process must be dead.
    assert_eq!(begin(story, actor, "other", "hash").await.map_err(told)?, Begin::New);
    within(actor, "other", make("")).await.unwrap_err();
    test.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(begin(story, actor, "other", "hash").await.map_err(told)?, Begin::New);
    // And one that committed something and was refused all the same is given back by whoever refuses it.
    within(actor, "other", make("second")).await.map_err(told)?;
    release(story, actor, "other").await.map_err(told)?;
    assert_eq!(begin(story, actor, "other", "hash").await.map_err(told)?, Begin::New);
    Ok(())
}

//! The owner of a closed domain: proves it by DNS, by a file, by the account; is told the cause; has it looked at again.

use std::sync::Arc;

use anyhow::{Result, ensure};
use app::act::{
    self, DomainProofRef, DomainProofView, PlaceMeasure, ProveDomain, StartDomainProof, StartedDomainProof, Way,
};
use app::closed::{Cause, Explained};
use app::domain_facts::Outside;
use app::{Actor, Error, Origin, World, feed};
use filing::verdict::{Reason, Remedy, Verdict};
use jiff::SignedDuration;
use outside::Settings;
use store::account::Role;
use testkit::dnsmasq::Dnsmasq;
use testkit::persona;
use testkit::story::told;
use testkit::world::TestWorld;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const DOMAIN: &str = "yunqi-library.cn";

async fn publish(world: &World, verdict: &Verdict) -> Result<()> {
    let tx = world.store.write().await?;
    feed::publish(&tx, world, verdict).await.map_err(told)?;
    Ok(tx.commit().await?)
}

fn asking(test: &mut TestWorld, dns: &Dnsmasq) -> Result<()> {
    let settings = Settings {
        resolvers: vec![dns.address],
        own_networks: vec!["192.0.2.0/24".parse()?],
        timeout_seconds: 2,
        ..Settings::default()
    };
    test.world.outside = Arc::new(Outside::new(&settings)?);
    Ok(())
}

async fn start(world: &World, actor: Option<&Actor>, domain: &str) -> Result<StartedDomainProof, Error> {
    act::start_domain_proof(world, &Origin::default(), actor, StartDomainProof { domain: domain.into() }).await
}

async fn prove(world: &World, actor: Option<&Actor>, token: &str, by: Way) -> Result<DomainProofView, Error> {
    act::prove_domain(world, &Origin::default(), actor, ProveDomain { token: token.into(), by }).await
}

async fn recheck(world: &World, token: &str) -> Result<DomainProofView, Error> {
    act::recheck_domain(world, &Origin::default(), None, DomainProofRef { token: token.into() }).await
}

async fn seen(world: &World, token: &str) -> Result<DomainProofView, Error> {
    act::view_domain_proof(world, &Origin::default(), None, DomainProofRef { token: token.into() }).await
}

fn explained(view: DomainProofView) -> Result<Explained> {
    view.explained.ok_or_else(|| anyhow::anyhow!("it is not proven"))
}

/// Proves by the account that has the filing of [`testkit::filed::filing`].
async fn owned(test: &TestWorld) -> Result<(Actor, String)> {
    let owner = persona::registered(&test.world, "library@yunqi.cn").await?;
    testkit::filed::filing(&test.world, owner.account.0).await?;
    let started = start(&test.world, Some(&owner), DOMAIN).await.map_err(told)?;
    ensure!(started.proof.proven_by == Some(Way::Account), "logged in is proof enough");
    Ok((owner, started.token))
}

#[tokio::test]
async fn a_text_in_dns_proves_it_and_another_persons_text_does_not() -> Result<()> {
    let mut test = TestWorld::sqlite().await?;
    publish(&test.world, &feed::not_filed("shop.cn", None, test.world.now())).await?;
    let silent = Dnsmasq::start(&["--local=/cn/"])?;
    asking(&mut test, &silent)?;
    let mine = start(&test.world, None, "www.Shop.cn").await.map_err(told)?;
    let theirs = start(&test.world, None, "shop.cn").await.map_err(told)?;
    ensure!(mine.proof.domain == "shop.cn" && mine.proof.explained.is_none() && mine.proof.http.is_none());
    let text = mine.proof.dns.clone().ok_or_else(|| anyhow::anyhow!("a text to put into DNS"))?;
    assert_eq!(text.name, "_beian.shop.cn");
    let refused = recheck(&test.world, &mine.token).await;
    ensure!(refused.is_err_and(|error| error.code() == "not-proven"), "nothing is looked at before");

    let in_vain = prove(&test.world, None, &mine.token, Way::Dns).await.map_err(told)?;
    let tried = in_vain.tried.ok_or_else(|| anyhow::anyhow!("there is no such text yet"))?;
    ensure!(tried.asked.len() == 1 && tried.silent.is_empty() && in_vain.explained.is_none());

    let dns = Dnsmasq::start(&[
        "--local=/cn/",
        &format!("--txt-record={},v=spf1,{}", text.name, "x"),
        &format!("--txt-record={},{}", text.name, text.value),
    ])?;
    asking(&mut test, &dns)?;
    let other = prove(&test.world, None, &theirs.token, Way::Dns).await.map_err(told)?;
    ensure!(other.tried.is_some() && other.explained.is_none(), "who reads the text in DNS has proven nothing");
    let proven = prove(&test.world, None, &mine.token, Way::Dns).await.map_err(told)?;
    ensure!(proven.proven_by == Some(Way::Dns));
    let told_now = explained(proven)?;
    ensure!(told_now.cause == Cause::NotFiled && told_now.remedy == Some(Remedy::File), "{told_now:?}");

    // A resolver that is away is named, and its silence is no answer.
    asking(&mut test, &silent)?;
    drop(silent);
    let away = prove(&test.world, None, &theirs.token, Way::Dns).await.map_err(told)?;
    ensure!(away.tried.is_some_and(|tried| tried.asked.is_empty() && tried.silent.len() == 1));
    Ok(())
}

#[tokio::test]
async fn a_file_is_read_from_where_the_website_runs() -> Result<()> {
    let mut test = TestWorld::sqlite().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = listener.local_addr()?.to_string();
    publish(&test.world, &feed::not_filed("shop.cn", Some(origin), test.world.now())).await?;
    asking(&mut test, &Dnsmasq::start(&["--local=/cn/"])?)?;
    let started = start(&test.world, None, "shop.cn").await.map_err(told)?;
    let file = started.proof.http.ok_or_else(|| anyhow::anyhow!("a file to put on the website"))?;
    let (content, path) = (format!("# put there by hand\n{}\n", file.content), file.path.clone());
    tokio::spawn(async move {
        for content in ["beian-domain-proof=of-somebody-else".to_owned(), content] {
            let (mut stream, _) = listener.accept().await.expect("a reader");
            let mut asked = [0; 1_024];
            let length = stream.read(&mut asked).await.expect("a request");
            let asked = String::from_utf8_lossy(&asked[..length]).to_lowercase();
            assert!(asked.starts_with(&format!("get {path} ")) && asked.contains("host: shop.cn\r\n"), "{asked}");
            let length = content.len();
            let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{content}");
            stream.write_all(answer.as_bytes()).await.expect("it is taken");
        }
    });
    let in_vain = prove(&test.world, None, &started.token, Way::Http).await.map_err(told)?;
    ensure!(in_vain.tried.is_some_and(|tried| tried.asked == ["shop.cn"]) && in_vain.explained.is_none());
    let proven = prove(&test.world, None, &started.token, Way::Http).await.map_err(told)?;
    ensure!(proven.proven_by == Some(Way::Http) && proven.explained.is_some());
    Ok(())
}

#[tokio::test]
async fn the_account_that_files_it_has_proven_it_and_no_other() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let (owner, token) = owned(&test).await?;
    let other = persona::registered(&test.world, "other@yunqi.cn").await?;
    let reviewer = persona::staff(&test.world, Role::Reviewer).await?;
    for actor in [None, Some(&other), Some(&reviewer)] {
        let started = start(&test.world, actor, DOMAIN).await.map_err(told)?;
        ensure!(started.proof.proven_by.is_none());
        let tried = prove(&test.world, actor, &started.token, Way::Account).await.map_err(told)?;
        ensure!(tried.tried.is_some() && tried.explained.is_none());
        // The link may be opened by whoever logs in afterwards.
        let proven = prove(&test.world, Some(&owner), &started.token, Way::Account).await.map_err(told)?;
        ensure!(proven.proven_by == Some(Way::Account));
    }
    test.clock.advance(SignedDuration::from_hours(7 * 24));
    for over in [seen(&test.world, &token).await, recheck(&test.world, &token).await, seen(&test.world, "x").await] {
        ensure!(over.is_err_and(|error| error.code() == "proof-expired"));
    }
    Ok(())
}

#[tokio::test]
async fn what_our_records_say_is_put_right_at_once_and_by_itself() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let (_, token) = owned(&test).await?;
    publish(world, &feed::not_filed(DOMAIN, None, world.now())).await?;
    ensure!(explained(seen(world, &token).await.map_err(told)?)?.cause == Cause::NotFiled);
    let view = recheck(world, &token).await.map_err(told)?;
    ensure!(view.looked.as_ref().is_some_and(|looked| looked.silent.len() == 1), "the one bureau is away: {view:?}");
    let told_now = explained(view)?;
    ensure!(told_now.cause == Cause::Open && told_now.remedy.is_none(), "{told_now:?}");
    let again = recheck(world, &token).await;
    ensure!(matches!(again, Err(Error::Throttled { retry_after_seconds: 15 })), "{again:?}");

    // Nobody presses anything: ten minutes later it is open by itself.
    publish(world, &feed::filing_cancelled(DOMAIN, None, world.now())).await?;
    ensure!(explained(seen(world, &token).await.map_err(told)?)?.cause == Cause::FilingCancelled);
    let another = start(world, None, DOMAIN).await.map_err(told)?;
    ensure!(another.proof.proven_by.is_none(), "an unproven link watches nothing");
    test.clock.advance(SignedDuration::from_mins(10));
    for _ in 0..20 {
        if !app::worker::turn(world, "test").await? {
            break;
        }
    }
    ensure!(explained(seen(world, &token).await.map_err(told)?)?.cause == Cause::Open);
    Ok(())
}

#[tokio::test]
async fn every_cause_is_told_with_its_remedy_and_its_reason() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let (_, token) = owned(&test).await?;
    let supervisor = persona::staff(world, Role::Supervisor).await?;
    let now = async || explained(seen(world, &token).await.map_err(told)?);
    let measure = |kind: &str| PlaceMeasure {
        domain: DOMAIN.into(),
        kind: kind.into(),
        reason: "a flood in the county".into(),
        hours: 2,
    };
    assert_eq!((now().await?.cause, now().await?.remedy), (Cause::Unlisted, Some(Remedy::File)));

    publish(world, &feed::access_cancelled(DOMAIN, "浙ICP备2026000901号-1", None, world.now())).await?;
    let missing = now().await?;
    assert_eq!((missing.cause, missing.remedy), (Cause::AccessMissing, Some(Remedy::AddAccess)));
    assert_eq!((missing.number.as_deref(), missing.province.as_deref()), (Some("浙ICP备2026000901号-1"), Some("33")));

    act::place_measure(world, &supervisor, measure("suspension")).await.map_err(told)?;
    let suspended = now().await?;
    assert_eq!((suspended.cause, suspended.remedy), (Cause::Suspended, Some(Remedy::AskProvider)));
    assert_eq!(suspended.reason.as_deref(), Some("a flood in the county"));
    assert_eq!(suspended.until, Some(world.now() + SignedDuration::from_hours(2)));

    let tx = world.store.write().await?;
    feed::close_by_order(&tx, world, DOMAIN, "the content of the site").await.map_err(told)?;
    tx.commit().await?;
    let ordered = now().await?;
    assert_eq!((ordered.cause, ordered.remedy), (Cause::AuthorityOrder, Some(Remedy::AskProvider)));
    assert_eq!(ordered.reason.as_deref(), Some("the content of the site"));
    // Looking again does not talk the authority out of it.
    ensure!(explained(recheck(world, &token).await.map_err(told)?)?.cause == Cause::AuthorityOrder);

    let other = TestWorld::sqlite().await?;
    let (_, token) = owned(&other).await?;
    let world = &other.world;
    let supervisor = persona::staff(world, Role::Supervisor).await?;
    publish(world, &feed::not_filed(DOMAIN, None, world.now())).await?;
    act::place_measure(world, &supervisor, measure("exemption")).await.map_err(told)?;
    ensure!(explained(seen(world, &token).await.map_err(told)?)?.cause == Cause::Open);
    let over = world.now() + SignedDuration::from_hours(2);
    other.clock.advance(SignedDuration::from_hours(3));
    let tx = world.store.write().await?;
    let exemption = store::measure::over(&tx, world.now(), 1).await?.remove(0);
    feed::end(&tx, world, &exemption, None).await.map_err(told)?;
    tx.commit().await?;
    let expired = explained(seen(world, &token).await.map_err(told)?)?;
    assert_eq!((expired.cause, expired.until), (Cause::ExemptionOver, Some(over)));
    assert_eq!(expired.remedy, Some(Remedy::File));
    Ok(())
}

#[tokio::test]
async fn an_order_that_only_the_feed_remembers_is_not_talked_away() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let (_, token) = owned(&test).await?;
    let ordered = Verdict { reason: Reason::AuthorityOrder, ..feed::not_filed(DOMAIN, None, world.now()) };
    publish(world, &ordered).await?;
    let view = recheck(world, &token).await.map_err(told)?;
    ensure!(explained(view)?.cause == Cause::AuthorityOrder, "the site is filed and accessed, and closed all the same");
    Ok(())
}

#[tokio::test]
async fn one_address_cannot_begin_without_end() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    for bad in ["", "203.0.113.7", "not a domain", "localhost"] {
        ensure!(matches!(start(&test.world, None, bad).await, Err(Error::Invalid(_))), "{bad}");
    }
    let mut begun = 0;
    let refused = loop {
        match start(&test.world, None, "shop.cn").await {
            Ok(_) => begun += 1,
            Err(error) => break error,
        }
    };
    ensure!((20..=22).contains(&begun) && matches!(refused, Error::Throttled { .. }), "{begun}: {refused:?}");
    Ok(())
}

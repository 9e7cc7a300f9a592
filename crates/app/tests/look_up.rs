//! What anybody may look up: by domain, by either number, by the full name of a unit, and no person by name.

use anyhow::{Result, ensure};
use app::act::{self, LookUp, LookUpView};
use app::actor::Origin;
use app::{Error, World};
use filing::verdict::Known;
use store::account::Role;
use store::filed::FiledState;
use testkit::persona;
use testkit::story::told;
use testkit::world::TestWorld;

async fn ask(world: &World, q: &str) -> Result<LookUpView, Error> {
    act::look_up(world, &Origin::default(), LookUp { q: q.to_owned() }).await
}

async fn town() -> Result<(TestWorld, store::SubjectId)> {
    let test = TestWorld::sqlite().await?;
    let owner = persona::staff(&test.world, Role::Supervisor).await?;
    let subject = store::SubjectId(testkit::filed::filing(&test.world, owner.account.0).await?);
    let tx = test.world.store.write().await?;
    store::unit_name::put(&tx, subject, "云栖示例区图书馆（总馆）").await?;
    tx.commit().await?;
    Ok((test, subject))
}

#[tokio::test]
async fn a_unit_is_found_by_its_full_name_and_by_both_numbers() -> Result<()> {
    let (test, subject) = town().await?;
    for q in ["云栖示例区图书馆 (总馆)", "浙ICP备2026000901号"] {
        let view = ask(&test.world, q).await.map_err(told)?;
        assert_eq!(view.subject_number.as_deref(), Some("浙ICP备2026000901号"), "{q}");
        assert_eq!(view.sites.iter().map(|site| site.domain.as_str()).collect::<Vec<_>>(), ["yunqi-library.cn"]);
        ensure!(view.filed == Known::Yes && view.source == "records" && view.as_of.is_some());
    }
    for q in ["yunqi-library.cn", "www.yunqi-library.cn", "浙ICP备2026000901号-1"] {
        let view = ask(&test.world, q).await.map_err(told)?;
        assert_eq!(view.number.as_deref(), Some("浙ICP备2026000901号-1"), "{q}");
        ensure!(view.sites.is_empty());
    }
    // A part of the name finds nothing, and what is cancelled is not shown.
    ensure!(ask(&test.world, "云栖示例区图书馆").await.map_err(told)?.filed == Known::Unknown);
    let tx = test.world.store.write().await?;
    let mut filed = store::filed::get_subject(&tx, subject).await?;
    filed.state = FiledState::Cancelled;
    store::filed::update_subject(&tx, &mut filed).await?;
    tx.commit().await?;
    let gone = ask(&test.world, "云栖示例区图书馆(总馆)").await.map_err(told)?;
    ensure!(gone.filed == Known::Unknown && gone.subject_name.is_none() && gone.sites.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_question_that_is_nothing_is_refused_and_so_is_the_one_too_many() -> Result<()> {
    let (test, _) = town().await?;
    for q in ["", "馆", "203.0.113.7", "1234567890", &"长".repeat(201)] {
        let refused = ask(&test.world, q).await;
        ensure!(matches!(refused, Err(Error::Invalid(_))), "{q}: {refused:?}");
    }
    let mut asked = 0;
    let refused = loop {
        asked += 1;
        match ask(&test.world, "yunqi-library.cn").await {
            Ok(_) if asked < 200 => {}
            other => break other,
        }
    };
    ensure!(matches!(refused, Err(Error::Throttled { .. })), "after {asked}: {refused:?}");
    Ok(())
}

//! The verdict for strangers when those who are asked are silent.

use anyhow::Result;
use app::act;
use app::bureau::BureauSettings;
use filing::preflight::{Asked, Outcome};
use testkit::persona::origin;
use testkit::story::told;
use testkit::world::{TestWorld, bureau_at};

fn asked() -> Asked {
    Asked {
        domain: "yunshan-tech.cn".into(),
        nature: "enterprise".into(),
        certificate: "business_licence".into(),
        province: "33".into(),
        resource: "cloud_server".into(),
        domain_verified: "yes".into(),
        ..Asked::default()
    }
}

#[tokio::test]
async fn a_ministry_that_never_answers_is_waited_for_only_so_long_and_makes_no_verdict() -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    // It takes every connection and says nothing.
    let silent = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            held.push(connection);
        }
    });
    let test = TestWorld::sqlite_with(BureauSettings { timeout_seconds: 600, ..bureau_at(&url)? }).await?;
    let stranger = origin();
    let judged = act::preflight(&test.world, &stranger, asked());
    let verdict = tokio::time::timeout(std::time::Duration::from_secs(60), judged).await?.map_err(told)?;
    assert_eq!(verdict.outcome, Outcome::Unknown, "silence is no verdict: {verdict:?}");
    assert!(!verdict.questions.is_empty(), "what is open is asked");
    silent.abort();
    Ok(())
}

#[tokio::test]
async fn what_the_stranger_knows_counts_where_the_ministry_is_silent() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let known = Asked { subject_filed: "no".into(), domain_filed: "no".into(), ..asked() };
    let verdict = act::preflight(&test.world, &origin(), known).await.map_err(told)?;
    assert_eq!(verdict.outcome, Outcome::Fileable, "{verdict:?}");
    assert!(verdict.plan.iter().any(|step| step.step == "open"));
    Ok(())
}

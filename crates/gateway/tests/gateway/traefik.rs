//! Traefik, with the configuration of its page, and what its visitors try.

use std::process::{Command, Stdio};

use filing::verdict::Enforcement::Open;

use crate::integrate::{Program, block, gateway, replaced, status};
use crate::platform::verdict;
use crate::stand::{client, nobody, origin, until};

#[tokio::test(flavor = "multi_thread")]
async fn traefik_asks_and_no_visitor_speaks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let (platform, stand) = gateway().await;
    let (visitors, origin) = (nobody().await, origin().await);
    let text = replaced(
        block("traefik.md", "yaml"),
        &[("127.0.0.1:8605", stand.ask.to_string()), ("127.0.0.1:8080", origin.to_string())],
    );
    let file = folder.path().join("dynamic.yaml");
    std::fs::write(&file, text).unwrap();
    let _traefik = Program::start(
        Command::new("traefik")
            .arg(format!("--entrypoints.web.address={visitors}"))
            .arg(format!("--providers.file.filename={}", file.display()))
            .args(["--global.checknewversion=false", "--global.sendanonymoususage=false", "--log.level=ERROR"])
            .stderr(Stdio::null()),
    );
    until("Traefik to answer", async || status(visitors, "www.open.cn").await == 200).await;
    assert_eq!(status(visitors, "never-heard-of.cn").await, 200);
    let told = async |header: &str| {
        let asked = client().get(format!("http://{visitors}/path")).header("host", "WWW.Closed.CN");
        let answer = asked.header(header, "open.cn").send().await.unwrap();
        (answer.status().as_u16(), answer.headers()["location"].to_str().unwrap().to_owned())
    };
    let page = "https://beian.example.com/closed?domain=closed.cn".to_owned();
    for header in ["x-forwarded-host", "x-original-host", "forwarded", "accept"] {
        assert_eq!(told(header).await, (302, page.clone()), "{header}");
    }
    platform.publish(verdict("closed.cn", Open, None));
    until("Traefik to see the change", async || status(visitors, "closed.cn").await == 200).await;
}

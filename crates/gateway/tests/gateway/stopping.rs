//! How a gateway ends.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use filing::verdict::Enforcement::Open;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::platform::{Platform, verdict};
use crate::stand::{Stand, client, clock, config, origin, until};

/// Set in the environment of the process that is to be the gateway.
const CHILD: &str = "BEIAN_GATEWAY_TEST_CHILD";

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_progress_is_answered_and_nothing_else_is_waited_for() {
    let platform = Platform::start(vec![verdict("open.cn", Open, Some(origin().await))]).await;
    // Sockets that are kept to be handed over are closed as well.
    let folder = tempfile::tempdir().unwrap();
    let handover = Some(folder.path().join("handover"));
    let stand = Stand::start(gateway::Config { handover, ..config(&platform.url()) });
    stand.until_ready().await;
    let mut idle = TcpStream::connect(stand.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: open.cn\r\n\r\n").await.unwrap();
    let mut answer = [0; 15];
    idle.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");

    let mut silent = TcpStream::connect(stand.address).await.unwrap();

    let slow = tokio::spawn(stand.get("open.cn", "/slow").send());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let address = stand.address;
    let told = Instant::now();
    let stopping = tokio::task::spawn_blocking(move || stand.stop());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens while the last answer is on its way");
    stopping.await.unwrap();
    let took = told.elapsed();
    assert!(took > Duration::from_millis(400) && took < Duration::from_secs(5), "{took:?}");
    assert_eq!(slow.await.unwrap().unwrap().text().await.unwrap(), "slow but whole");
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.unwrap();
    silent.read_to_end(&mut rest).await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_does_not_end_is_cut_off() {
    let platform = Platform::start(vec![verdict("open.cn", Open, Some(origin().await))]).await;
    let stand = Stand::start(gateway::Config { drain: Duration::from_millis(200), ..config(&platform.url()) });
    stand.until_ready().await;
    let slow = tokio::spawn(stand.get("open.cn", "/slow").send());
    tokio::time::sleep(Duration::from_millis(200)).await;
    let told = Instant::now();
    tokio::task::spawn_blocking(move || stand.stop()).await.unwrap();
    assert!(told.elapsed() < Duration::from_millis(700), "{:?}", told.elapsed());
    assert!(slow.await.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_and_sigint_end_the_process_with_success_and_keep_the_verdicts() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let platform = Platform::start(vec![verdict("open.cn", Open, Some(origin().await))]).await;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "stopping::the_process_that_is_told_to_end", "--nocapture"])
            .env(CHILD, folder.path())
            .env("BEIAN_GATEWAY_TEST_PLATFORM", platform.url())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let addresses = folder.path().join("metrics-address");
        until("the child to have addresses", async || addresses.exists()).await;
        let metrics = std::fs::read_to_string(&addresses).unwrap();
        let ready = async || {
            let answer = client().get(format!("http://{metrics}/readyz")).send().await;
            answer.is_ok_and(|answer| answer.status() == 200)
        };
        until("the child to be ready", ready).await;

        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let told = Instant::now();
        let ended = tokio::task::spawn_blocking(move || child.wait()).await.unwrap().unwrap();
        assert!(ended.success(), "{signal}: {ended}");
        assert!(told.elapsed() < Duration::from_secs(5), "{signal}: {:?}", told.elapsed());
        assert!(index::Index::open(&folder.path().join("verdicts")).unwrap().is_some());
    }
}

/// Not a test of its own: the process of the test above. Without its variable it has nothing to do.
#[test]
fn the_process_that_is_told_to_end() {
    let Some(folder) = std::env::var_os(CHILD).map(std::path::PathBuf::from) else { return };
    let platform = std::env::var("BEIAN_GATEWAY_TEST_PLATFORM").unwrap();
    let config = gateway::Config { index: Some(folder.join("verdicts")), ..config(&platform) };
    let gateway = gateway::Gateway::bind(config, clock().1).unwrap();
    let beside = folder.join("metrics-address.new");
    std::fs::write(&beside, gateway.addresses().metrics.to_string()).unwrap();
    std::fs::rename(beside, folder.join("metrics-address")).unwrap();
    gateway.run().unwrap();
}

//! The zone, taken by resolvers of others (Unbound, BIND) and by Knot's `kdig`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

use filing::verdict::Enforcement::{Closed, Open};
use gateway::config::Rpz;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::integrate::{Program, asked, block, is_root, replaced};
use crate::platform::{Platform, verdict};
use crate::stand::{Stand, config, free_port, nobody, until};

const KEY: &str = "hmac-sha256:beian-rpz:kp4/24gyYsEzbuTVJRUMoqGFmN3LYgVDzJ/3oRSP7ys=";

/// The settings of the page, with other ports.
fn settings(notify: [u16; 2]) -> Rpz {
    let text = replaced(
        block("rpz.md", "toml"),
        &[
            ("127.0.0.1:8607", "127.0.0.1:0".to_owned()),
            ("127.0.0.1:53", format!("127.0.0.1:{}", notify[0])),
            ("127.0.0.2:53", format!("127.0.0.1:{}", notify[1])),
        ],
    );
    let table: toml::Table = text.parse().unwrap();
    table["gateway"]["rpz"].clone().try_into().unwrap()
}

fn right_clock(stand: &Stand) {
    let now = Command::new("date").arg("+%s").output().unwrap();
    stand.clock.store(String::from_utf8(now.stdout).unwrap().trim().parse().unwrap(), Ordering::Relaxed);
}

/// A gateway whose clock is right, as signatures need.
async fn gateway(platform: &str, rpz: Rpz) -> (Stand, SocketAddr) {
    let stand = Stand::start(gateway::Config { rpz: Some(rpz), ..config(platform) });
    right_clock(&stand);
    stand.until_ready().await;
    let address = stand.rpz.unwrap();
    (stand, address)
}

/// What `kdig` prints: the records alone, or what went wrong.
fn kdig(server: SocketAddr, key: Option<&str>, what: &[&str]) -> String {
    let mut command = Command::new("kdig");
    command.args([&format!("@{}", server.ip()), "-p", &server.port().to_string(), "+time=5", "+retry=0"]);
    if let Some(key) = key {
        command.args(["-y", key]);
    }
    let told = command.args(what).output().expect("kdig; `scripts/setup test` installs it");
    String::from_utf8_lossy(&told.stdout).into_owned() + &String::from_utf8_lossy(&told.stderr)
}

/// The records `kdig` prints, each as owner, type and data in one line.
fn records(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.starts_with(';') && !line.is_empty() && !line.contains("\tTSIG\t"));
    lines
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            [&words[..1], &words[3..]].concat().join(" ")
        })
        .collect()
}

fn soa(serial: u64) -> String {
    format!("beian.rpz. SOA localhost. hostmaster.localhost. {serial} 60 60 604800 60")
}

fn closed(domain: &str) -> [String; 2] {
    [format!("{domain}.beian.rpz. CNAME ."), format!("*.{domain}.beian.rpz. CNAME .")]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_zone_and_what_changed_are_sent_to_whom_may_have_them() {
    let platform = Platform::start(vec![verdict("open.cn", Open, None), verdict("closed.cn", Closed, None)]).await;
    let mut only_signed = settings([free_port(), free_port()]);
    only_signed.transfer.retain(|transfer| transfer.key.is_some());
    only_signed.notify.clear();
    let (stand, server) = gateway(&platform.url(), only_signed).await;

    let whole = kdig(server, Some(KEY), &["beian.rpz", "AXFR"]);
    let mut expected = vec![soa(2), "beian.rpz. NS localhost.".to_owned()];
    expected.extend(closed("closed.cn"));
    expected.push(soa(2));
    assert_eq!(records(&whole), expected, "{whole}");
    for (what, key) in [
        (&["beian.rpz", "AXFR"], None),
        (&["beian.rpz", "SOA"], None),
        (&["other.rpz", "AXFR"], Some(KEY)),
        (&["closed.cn", "A"], Some(KEY)),
    ] {
        let told = kdig(server, key, what);
        assert!(records(&told).is_empty() && told.contains("REFUSED"), "{what:?} {key:?}: {told}");
    }
    for (wrong, why) in [
        ("hmac-sha256:beian-rpz:AAAA24gyYsEzbuTVJRUMoqGFmN3LYgVDzJ/3oRSP7ys=", "BADSIG"),
        ("hmac-sha512:beian-rpz:kp4/24gyYsEzbuTVJRUMoqGFmN3LYgVDzJ/3oRSP7ys=", "BADKEY"),
        ("hmac-sha256:another:kp4/24gyYsEzbuTVJRUMoqGFmN3LYgVDzJ/3oRSP7ys=", "BADKEY"),
    ] {
        let told = kdig(server, Some(wrong), &["beian.rpz", "AXFR"]);
        assert!(records(&told).is_empty() && told.contains(why), "{wrong}: {told}");
    }
    let serial = kdig(server, Some(KEY), &["beian.rpz", "SOA"]);
    assert_eq!(records(&serial), [soa(2)], "over UDP");
    assert_eq!(records(&kdig(server, Some(KEY), &["beian.rpz", "SOA", "+tcp"])), [soa(2)], "over TCP");
    let clock = stand.clock.fetch_add(-1_000, Ordering::Relaxed);
    let told = kdig(server, Some(KEY), &["beian.rpz", "AXFR"]);
    assert!(records(&told).is_empty() && told.contains("BADTIME"), "a clock that is wrong: {told}");
    stand.clock.store(clock, Ordering::Relaxed);
    let nothing = kdig(server, Some(KEY), &["beian.rpz", "TXT"]);
    assert!(records(&nothing).is_empty() && nothing.contains("NOERROR"), "{nothing}");
    assert_eq!(records(&kdig(server, Some(KEY), &["beian.rpz", "IXFR=2"])), [soa(2)], "nothing changed");

    platform.publish(verdict("closed.cn", Open, None));
    platform.publish(verdict("new.com.cn", Closed, None));
    platform.publish(verdict("new.com.cn", Closed, None));
    until("the changes", async || records(&kdig(server, Some(KEY), &["beian.rpz", "SOA"])) == [soa(5)]).await;
    let changes = kdig(server, Some(KEY), &["beian.rpz", "IXFR=2"]);
    let mut expected = vec![soa(5), soa(2)];
    expected.extend(closed("closed.cn"));
    expected.push(soa(5));
    expected.extend(closed("new.com.cn"));
    expected.push(soa(5));
    assert_eq!(records(&changes), expected, "{changes}");
    let never_was = records(&kdig(server, Some(KEY), &["beian.rpz", "IXFR=4294967200"]));
    assert_eq!(never_was.len(), 5, "the whole zone for a serial that never was: {never_was:?}");
    assert_eq!(never_was[1], "beian.rpz. NS localhost.");
    assert!(stand.metric("beian_gateway_rpz_transfers_total{kind=\"axfr\"}").await > 1.5);
    stand.until_metric("beian_gateway_rpz_transfers_total{kind=\"ixfr\"}", 1.0).await;
    stand.until_metric("beian_gateway_rpz_refused_total", 8.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_zone_is_sent_whole_and_signed_on_many_messages() {
    const NAMES: usize = 60_000;
    let folder = tempfile::tempdir().unwrap();
    let mut writer = index::Writer::open(folder.path()).unwrap();
    let mut fresh = writer.fresh().unwrap();
    for (sequence, number) in (1..).zip(0..NAMES) {
        let listed = verdict(&format!("n{number}.cn"), Closed, None);
        fresh.add(&index::Owned { verdict: listed, sequence }.listing()).unwrap();
    }
    let place = index::Place { sequence: 1 << 33 | 7, hash: [0; 32] };
    fresh.end(index::Key([1; 16]), place, jiff::Timestamp::UNIX_EPOCH).unwrap();
    writer.adopt(fresh).unwrap();
    drop(writer);
    let platform = format!("http://{}", nobody().await);
    let config = gateway::Config {
        rpz: Some(settings([free_port(), free_port()])),
        index: Some(folder.path().to_owned()),
        ..config(&platform)
    };
    let stand = Stand::start(config);
    right_clock(&stand);
    stand.until_ready().await;
    let told = kdig(stand.rpz.unwrap(), Some(KEY), &["beian.rpz", "AXFR"]);
    let records = records(&told);
    assert_eq!(records.len(), 2 * NAMES + 3);
    assert_eq!((&records[0], &records[2 * NAMES + 2]), (&soa(7), &soa(7)), "the serial is modulo 2^32");
    let names: std::collections::HashSet<&String> = records.iter().collect();
    assert_eq!(names.len(), 2 * NAMES + 2, "each once");
    assert!(told.matches("\tTSIG\t").count() > 100, "each message is signed");
    let complaints: Vec<&str> = told.lines().filter(|line| line.starts_with(";; ") && line.contains(": ")).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_reaches_unbound_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let platform = Platform::start(vec![verdict("open.cn", Open, None), verdict("closed.cn", Closed, None)]).await;
    let port = free_port();
    let (stand, server) = gateway(&platform.url(), settings([port, free_port()])).await;
    let zone = folder.path().join("beian.rpz");
    let unbound = replaced(
        block("rpz.md", "unbound"),
        &[
            ("127.0.0.1@8607", format!("127.0.0.1@{}", server.port())),
            ("/var/lib/unbound/beian.rpz", zone.display().to_string()),
        ],
    );
    let rest = format!(
        "server:\n port: {port}\n interface: 127.0.0.1\n do-daemonize: no\n username: \"\"\n chroot: \"\"\n directory: \"{0}\"\n \
         pidfile: \"\"\n use-syslog: no\n do-not-query-localhost: no\nforward-zone:\n name: \".\"\n forward-addr: 127.0.0.1@{1}\nremote-control:\n control-enable: no\n",
        folder.path().display(),
        upstream().port()
    );
    let file = folder.path().join("unbound.conf");
    std::fs::write(&file, unbound + &rest).unwrap();
    let _unbound = Program::start(Command::new("unbound").arg("-c").arg(&file).stderr(Stdio::null()));
    until("Unbound to have the zone", async || asked(port, "www.closed.cn").contains("NXDOMAIN")).await;
    assert!(asked(port, "open.cn").contains("192.0.2.1"));
    platform.publish(verdict("new.com.cn", Closed, None));
    platform.publish(verdict("closed.cn", Open, None));
    until("the change", async || asked(port, "shop.new.com.cn").contains("NXDOMAIN")).await;
    until("the other change", async || asked(port, "www.closed.cn").contains("192.0.2.1")).await;
    assert!(stand.metric("beian_gateway_rpz_transfers_total{kind=\"ixfr\"}").await > 0.5, "by what changed alone");
    assert!(stand.metric("beian_gateway_rpz_transfers_total{kind=\"axfr\"}").await < 1.5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_reaches_bind_signed_and_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let platform = Platform::start(vec![verdict("open.cn", Open, None), verdict("closed.cn", Closed, None)]).await;
    let port = free_port();
    let mut only_signed = settings([free_port(), port]);
    only_signed.transfer.retain(|transfer| transfer.key.is_some());
    only_signed.notify.remove(0);
    let (stand, server) = gateway(&platform.url(), only_signed).await;
    let _bind = bind(folder.path(), port, server);
    until("BIND to have the zone", async || asked(port, "www.closed.cn").contains("NXDOMAIN")).await;
    assert!(asked(port, "open.cn").contains("192.0.2.1"));
    platform.publish(verdict("new.com.cn", Closed, None));
    platform.publish(verdict("closed.cn", Open, None));
    until("the change", async || asked(port, "shop.new.com.cn").contains("NXDOMAIN")).await;
    until("the other change", async || asked(port, "www.closed.cn").contains("192.0.2.1")).await;
    assert!(stand.metric("beian_gateway_rpz_transfers_total{kind=\"ixfr\"}").await > 0.5, "by what changed alone");
    assert!(stand.metric("beian_gateway_rpz_transfers_total{kind=\"axfr\"}").await < 1.5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_asks_nothing_is_closed_and_the_next_one_answered() {
    let platform = Platform::start(vec![verdict("closed.cn", Closed, None)]).await;
    let mut settings = settings([free_port(), free_port()]);
    settings.notify.clear();
    let (_stand, server) = gateway(&platform.url(), settings).await;
    let until_closed = async |bytes: Vec<u8>| {
        let mut stream = tokio::net::TcpStream::connect(server).await.unwrap();
        let _ = stream.write_all(&bytes).await;
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "it is never closed: {bytes:?}");
        answer.len()
    };
    let mut chance = 0x2545_f491_4f6c_dd1d_u64;
    let mut all: Vec<Vec<u8>> = vec![vec![], vec![0, 0], vec![0], vec![0, 100, 1, 2, 3], vec![0xff; 70_000]];
    all.extend((0_u8..40).map(|length| {
        let mut bytes = vec![0, length];
        bytes.extend((0..length).map(|_| {
            chance = chance.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            chance.to_le_bytes()[7]
        }));
        bytes
    }));
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for bytes in &all {
        let _ = socket.send_to(&bytes[..bytes.len().min(1_400)], server).await;
    }
    futures::future::join_all(all.into_iter().map(until_closed)).await;
    assert_eq!(records(&kdig(server, None, &["beian.rpz", "SOA"])), [soa(1)]);
    assert_eq!(records(&kdig(server, None, &["beian.rpz", "AXFR"])).len(), 5);
}

/// BIND around the page's part.
fn bind(folder: &Path, port: u16, server: SocketAddr) -> Program {
    let at = folder.display();
    let text = replaced(
        block("rpz.md", "named"),
        &[
            ("127.0.0.1 port 8607", format!("127.0.0.1 port {}", server.port())),
            (
                "options {\n",
                format!(
                    "controls {{ }};\noptions {{\n directory \"{at}\"; pid-file none; session-keyfile none; listen-on-v6 {{ none; }};\n \
                     listen-on port {port} {{ 127.0.0.1; }}; recursion yes; dnssec-validation no; forward only;\n \
                     forwarders {{ 127.0.0.1 port {}; }};\n",
                    upstream().port()
                ),
            ),
        ],
    );
    let file = folder.join("named.conf");
    std::fs::write(&file, text).unwrap();
    let log = std::fs::File::create(folder.join("log")).unwrap();
    let mut command = Command::new("named");
    command.args(["-g", "-4", "-n", "1", "-c"]).arg(&file).stderr(log);
    if is_root() {
        command.args(["-u", "root"]);
    }
    Program::start(&mut command)
}

/// A resolver that knows one address for every name, for those who look names up.
fn upstream() -> SocketAddr {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((_, from)) = socket.recv_from(&mut question) {
            let name = question[12..].iter().position(|byte| *byte == 0).unwrap();
            let mut answer = question[..12 + name + 5].to_vec();
            answer[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
            answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1]);
            socket.send_to(&answer, from).unwrap();
        }
    });
    address
}

//! Proxies of others, the real programs, with the configurations of `docs/integrate` as they stand there.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use axum::http::StatusCode;
use filing::verdict::Enforcement::{Closed, Open};
use filing::verdict::{Known, Reason};
use gateway::export::{Export, Format};
use serde_json::Value;

use crate::platform::{Platform, verdict};
use crate::stand::{Stand, client, config, free_port, nobody, origin, until};

/// The first block of that language on a page of `docs/integrate`.
pub fn block(page: &str, language: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/integrate").join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let (_, rest) = text.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// Replaces what must be on the page.
pub fn replaced(mut text: String, pairs: &[(&str, String)]) -> String {
    for (old, new) in pairs {
        assert!(text.contains(old), "{old} is not on the page");
        text = text.replace(old, new);
    }
    text
}

/// A program of others that ends with the test.
pub struct Program(Child);

impl Program {
    pub fn start(command: &mut Command) -> Self {
        let proxies = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/proxies/bin");
        let path = format!("{proxies}:{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
        let command = command.env("PATH", path).stdin(Stdio::null()).stdout(Stdio::null());
        Self(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}; `scripts/setup test` installs it")))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // SIGTERM first: nginx ends its workers only then.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        for _ in 0..100 {
            if self.0.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a host answers with at an address; 0 when nobody is there.
pub async fn status(address: SocketAddr, host: &str) -> u16 {
    let asked = client().get(format!("http://{address}/")).header("host", host).send().await;
    asked.map_or(0, |answer| answer.status().as_u16())
}

/// A gateway that knows an open, a closed and an undetermined domain.
pub async fn gateway() -> (Platform, Stand) {
    let mut undetermined = verdict("undetermined.cn", Open, None);
    undetermined.filed = Known::Unknown;
    undetermined.reason = Reason::Undetermined;
    let platform =
        Platform::start(vec![verdict("open.cn", Open, None), verdict("closed.cn", Closed, None), undetermined]).await;
    let stand = Stand::start(config(&platform.url()));
    stand.until_ready().await;
    (platform, stand)
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_asks_and_goes_on_when_nobody_answers() {
    let folder = tempfile::tempdir().unwrap();
    let (platform, stand) = gateway().await;
    let (visitors, origin) = (nobody().await, origin().await);
    let server = replaced(
        block("nginx.md", "nginx"),
        &[
            ("127.0.0.1:8605", stand.ask.to_string()),
            ("127.0.0.1:80;", format!("{visitors};")),
            ("127.0.0.1:8080", origin.to_string()),
        ],
    );
    let _nginx = nginx(folder.path(), &server);
    until("nginx to answer", async || status(visitors, "www.open.cn").await == 200).await;
    assert_eq!(status(visitors, "WWW.Closed.CN").await, 302);
    assert_eq!(status(visitors, "undetermined.cn").await, 200);
    assert_eq!(status(visitors, "never-heard-of.cn").await, 200);
    assert_eq!(status(visitors, "203.0.113.9").await, 200);
    stand.until_metric("beian_gateway_asked_total{told=\"closed\"}", 1.0).await;
    stand.until_metric("beian_gateway_asked_total{told=\"fail_open\"}", 3.0).await;
    platform.publish(verdict("closed.cn", Open, None));
    until("nginx to see the change", async || status(visitors, "closed.cn").await == 200).await;
    platform.publish(verdict("closed.cn", Closed, None));
    until("nginx to see the next", async || status(visitors, "closed.cn").await == 302).await;
    stand.stop();
    assert_eq!(status(visitors, "closed.cn").await, 200, "without an answer nothing is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn caddy_asks_before_a_request_and_before_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (_platform, stand) = gateway().await;
    let (plain, secure, origin) = (nobody().await, nobody().await, origin().await);
    let text = replaced(
        block("caddy.md", "caddyfile"),
        &[
            ("127.0.0.1:8605", stand.ask.to_string()),
            ("127.0.0.1:8080", origin.to_string()),
            ("http://:80", format!("http://:{}", plain.port())),
            ("https://:443", format!("https://:{}", secure.port())),
            // Certificates of its own instead of a public authority's, which nobody can reach here.
            ("\t\ton_demand\n", "\t\ton_demand\n\t\tissuer internal\n".to_owned()),
        ],
    );
    let text = text.replacen("{\n", "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n", 1);
    let file = folder.path().join("Caddyfile");
    std::fs::write(&file, text).unwrap();
    let _caddy = Program::start(
        Command::new("caddy")
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(&file)
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap()),
    );
    until("Caddy to answer", async || status(plain, "www.open.cn").await == 200).await;
    let closed = client().get(format!("http://{plain}/")).header("host", "shop.closed.cn").send().await.unwrap();
    assert_eq!(closed.status(), StatusCode::FOUND);
    assert_eq!(closed.headers()["location"], "https://beian.example.com/closed?domain=closed.cn");
    let pretended =
        client().get(format!("http://{plain}/")).header("host", "closed.cn").header("x-original-host", "open.cn");
    assert_eq!(pretended.header("x-forwarded-host", "open.cn").send().await.unwrap().status(), 302);
    assert_eq!(status(plain, "never-heard-of.cn").await, 200);

    let over_tls = async |host: &str| {
        let client = reqwest::Client::builder()
            .danger_accept_invalid_certs(true)
            .no_proxy()
            .resolve(host, secure)
            .build()
            .unwrap();
        let answer = client.get(format!("https://{host}:{}/", secure.port())).send().await;
        answer.map(|answer| answer.status().as_u16())
    };
    until("a certificate for an open domain", async || matches!(over_tls("www.open.cn").await, Ok(200))).await;
    assert!(over_tls("closed.cn").await.is_err(), "there is no certificate for a closed domain");
}

#[tokio::test(flavor = "multi_thread")]
async fn haproxy_decides_by_a_map_that_changes_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let platform = Platform::start(vec![verdict("open.cn", Open, None), verdict("closed.cn", Closed, None)]).await;
    let (visitors, origin) = (nobody().await, origin().await);
    let text = replaced(
        block("haproxy.md", "haproxy"),
        &[
            ("/etc/haproxy/beian.map", at("map")),
            ("/run/haproxy/admin.sock", at("socket")),
            ("bind 127.0.0.1:80", format!("bind {visitors}")),
            ("127.0.0.1:8080", origin.to_string()),
        ],
    );
    std::fs::write(at("haproxy.cfg"), text).unwrap();
    std::fs::write(at("map"), "").unwrap();
    let start = || Program::start(Command::new("haproxy").args(["-f", &at("haproxy.cfg")]));
    let haproxy = start();
    until("HAProxy to answer", async || status(visitors, "closed.cn").await == 200).await;

    let settings: gateway::config::Haproxy = toml_of(&replaced(
        block("haproxy.md", "toml"),
        &[("/etc/haproxy/beian.map", at("map")), ("/run/haproxy/admin.sock", at("socket"))],
    ));
    let stand = Stand::start(gateway::Config { haproxy: Some(settings), ..config(&platform.url()) });
    stand.until_ready().await;
    until("the map", async || status(visitors, "closed.cn").await == 302).await;
    for (host, code) in [
        ("WWW.Closed.CN:80", 302),
        ("a.b.closed.cn", 302),
        ("www.open.cn", 200),
        ("never-heard-of.cn", 200),
        ("notclosed.cn", 200),
    ] {
        assert_eq!(status(visitors, host).await, code, "{host}");
    }
    platform.publish(verdict("closed.cn", Open, None));
    platform.publish(verdict("new.com.cn", Closed, None));
    until("the changes", async || {
        (status(visitors, "closed.cn").await, status(visitors, "shop.new.com.cn").await) == (200, 302)
    })
    .await;
    drop(haproxy);
    let _haproxy = start();
    until("the whole map after a restart", async || status(visitors, "shop.new.com.cn").await == 302).await;
    assert_eq!(status(visitors, "closed.cn").await, 200);
}

fn toml_of(text: &str) -> gateway::config::Haproxy {
    let table: toml::Table = text.parse().unwrap();
    table["gateway"]["haproxy"].clone().try_into().unwrap()
}

/// An index of an open and a closed domain.
fn exported(format: Format, redirect: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = index::Writer::open(folder.path()).unwrap();
    let mut fresh = writer.fresh().unwrap();
    for (sequence, verdict) in (1..).zip([verdict("open.cn", Open, None), verdict("closed.cn", Closed, None)]) {
        fresh.add(&index::Owned { verdict, sequence }.listing()).unwrap();
    }
    let place = index::Place { sequence: 2, hash: [0; 32] };
    fresh.end(index::Key([1; 16]), place, jiff::Timestamp::UNIX_EPOCH).unwrap();
    writer.adopt(fresh).unwrap();
    let mut out = Vec::new();
    let export = Export { format, since: 0, redirect };
    export.write(writer.index().unwrap(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_takes_an_exported_map() {
    let folder = tempfile::tempdir().unwrap();
    let (visitors, origin) = (nobody().await, origin().await);
    let map = folder.path().join("beian.map");
    std::fs::write(&map, exported(Format::NginxMap, None)).unwrap();
    let server = replaced(
        block("nginx-map.md", "nginx"),
        &[
            ("/etc/nginx/beian.map", map.display().to_string()),
            ("127.0.0.1:80;", format!("{visitors};")),
            ("127.0.0.1:8080", origin.to_string()),
        ],
    );
    let _nginx = nginx(folder.path(), &server);
    until("nginx to answer", async || status(visitors, "www.open.cn").await == 200).await;
    assert_eq!(status(visitors, "WWW.closed.cn").await, 302);
    assert_eq!(status(visitors, "never-heard-of.cn").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn resolvers_close_names_by_zone_and_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let zone = folder.path().join("beian.rpz");
    std::fs::write(&zone, exported(Format::Rpz, None)).unwrap();
    let port = free_port();
    let unbound =
        replaced(block("resolvers.md", "unbound"), &[("/var/lib/unbound/beian.rpz", zone.display().to_string())]);
    let rest = format!(
        "server:\n port: {port}\n interface: 127.0.0.1\n do-daemonize: no\n username: \"\"\n chroot: \"\"\n directory: \"{0}\"\n \
         pidfile: \"\"\n use-syslog: no\n local-zone: \"open.cn.\" redirect\n local-data: \"open.cn. A 192.0.2.1\"\n\
         remote-control:\n control-enable: no\n",
        folder.path().display()
    );
    let file = folder.path().join("unbound.conf");
    std::fs::write(&file, unbound + &rest).unwrap();
    let _unbound = Program::start(Command::new("unbound").arg("-c").arg(&file).stderr(Stdio::null()));
    until("Unbound to answer", async || asked(port, "open.cn").contains("192.0.2.1")).await;
    for host in ["closed.cn", "www.closed.cn"] {
        let told = asked(port, host);
        assert!(told.contains("NXDOMAIN"), "{host}: {told}");
    }

    let port = free_port();
    let lines = folder.path().join("beian.conf");
    std::fs::write(&lines, exported(Format::Dnsmasq, Some("192.0.2.9"))).unwrap();
    let dnsmasq =
        replaced(block("resolvers.md", "dnsmasq"), &[("/etc/dnsmasq.d/beian.conf", lines.display().to_string())]);
    let rest = format!(
        "no-daemon\nno-resolv\nno-hosts\nport={port}\nlisten-address=127.0.0.1\nbind-interfaces\nuser=root\naddress=/open.cn/192.0.2.1\n"
    );
    let rest = if is_root() { rest } else { rest.replace("user=root\n", "") };
    let file = folder.path().join("dnsmasq.conf");
    std::fs::write(&file, dnsmasq + &rest).unwrap();
    let _dnsmasq = Program::start(Command::new("dnsmasq").arg("-C").arg(&file).stderr(Stdio::null()));
    until("dnsmasq to answer", async || asked(port, "open.cn").contains("192.0.2.1")).await;
    assert!(asked(port, "www.closed.cn").contains("192.0.2.9"));
}

/// What a resolver answers for an A record, as text; empty when it does not answer.
pub fn asked(port: u16, name: &str) -> String {
    let script = "import sys, dns.resolver, dns.message, dns.query\n\
                  q = dns.message.make_query(sys.argv[2], 'A')\n\
                  print(dns.query.udp(q, '127.0.0.1', port=int(sys.argv[1]), timeout=2))";
    let answer = Command::new("/usr/bin/python3").args(["-c", script, &port.to_string(), name]).output().unwrap();
    String::from_utf8_lossy(&answer.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_reads_the_map_anew_when_verdicts_changed_and_only_then() {
    let folder = tempfile::tempdir().unwrap();
    let platform = Platform::start(vec![verdict("open.cn", Open, None), verdict("closed.cn", Closed, None)]).await;
    let (visitors, origin) = (nobody().await, origin().await);
    let map = folder.path().join("beian.map");
    let server = replaced(
        block("nginx-map.md", "nginx"),
        &[
            ("/etc/nginx/beian.map", map.display().to_string()),
            ("127.0.0.1:80;", format!("{visitors};")),
            ("127.0.0.1:8080", origin.to_string()),
        ],
    );
    std::fs::write(&map, "").unwrap();
    let first = nginx(folder.path(), &server);
    until("nginx to answer", async || status(visitors, "closed.cn").await == 200).await;
    let text = replaced(
        block("nginx-map.md", "toml"),
        &[
            ("/etc/nginx/beian.map", map.display().to_string()),
            ("\"-s\"", format!("\"-c\", \"{}\", \"-s\"", folder.path().join("nginx.conf").display())),
            ("1m", "700ms".to_owned()),
        ],
    );
    let table: toml::Table = text.parse().unwrap();
    let settings: gateway::config::Nginx = table["gateway"]["nginx"].clone().try_into().unwrap();
    let stand = Stand::start(gateway::Config { nginx: Some(settings.clone()), ..config(&platform.url()) });
    stand.until_ready().await;
    until("nginx to have read the map", async || status(visitors, "www.closed.cn").await == 302).await;
    assert_eq!(status(visitors, "open.cn").await, 200);
    let reloads = async || stand.metric("beian_gateway_nginx_reloads_total").await;
    stand.until_metric("beian_gateway_nginx_reloads_total", 1.0).await;
    assert!(stand.metric("beian_gateway_nginx_reload_seconds").await > 0.0);

    for number in 0..20 {
        platform.publish(verdict(&format!("n{number}.cn"), Closed, None));
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    until("nginx to have read the last", async || status(visitors, "n19.cn").await == 302).await;
    assert!(reloads().await < 3.5, "changes wait for one another");
    let before = reloads().await;
    let unchanged = stand.metric("beian_gateway_nginx_unchanged_total").await;
    platform.publish(verdict("open.cn", Open, None));
    stand.until_metric("beian_gateway_nginx_unchanged_total", unchanged + 1.0).await;
    assert!((reloads().await - before).abs() < 0.5, "the same words are no reason to reload");

    drop(first);
    platform.publish(verdict("closed.cn", Open, None));
    until("a failure", async || stand.metric("beian_gateway_nginx_errors_total").await > 0.5).await;
    let _second = nginx(folder.path(), &server);
    until("nginx to be told", async || (reloads().await - before).abs() > 0.5).await;
    assert_eq!((status(visitors, "closed.cn").await, status(visitors, "n0.cn").await), (200, 302));
    let lines = std::fs::read_to_string(&map).unwrap();
    assert_eq!(lines.lines().count(), 22);
    assert!(lines.contains(".closed.cn open;\n") && !folder.path().join("beian.map.owed").exists());

    // Another run finds the file as it is to be, and what was owed marked.
    stand.stop();
    let again = Stand::start(gateway::Config { nginx: Some(settings.clone()), ..config(&platform.url()) });
    until("a look", async || again.metric("beian_gateway_nginx_unchanged_total").await > 0.5).await;
    assert!(again.metric("beian_gateway_nginx_reloads_total").await < 0.5);
    again.stop();
    std::fs::write(folder.path().join("beian.map.owed"), "").unwrap();
    let third = Stand::start(gateway::Config { nginx: Some(settings), ..config(&platform.url()) });
    until("what was owed", async || third.metric("beian_gateway_nginx_reloads_total").await > 0.5).await;
}

/// nginx as a whole around the `http` part of a page.
fn nginx(folder: &Path, http: &str) -> Program {
    let at = folder.display();
    let user = if is_root() { "user root;" } else { "" };
    let whole = format!(
        "{user} daemon off; pid {at}/pid; error_log {at}/error.log; events {{}}\nhttp {{ access_log off;\n\
         client_body_temp_path {at}/a; proxy_temp_path {at}/b; fastcgi_temp_path {at}/c;\n\
         uwsgi_temp_path {at}/d; scgi_temp_path {at}/e;\n{http}}}\n"
    );
    let file = folder.join("nginx.conf");
    std::fs::write(&file, whole).unwrap();
    Program::start(Command::new("nginx").arg("-c").arg(&file))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_is_told_with_its_reason_its_age_and_what_to_do() {
    let (_platform, stand) = gateway().await;
    let ask = async |host: &str| -> Value {
        let url = format!("http://{}/v1/verdict", stand.ask);
        client().get(url).query(&[("host", host)]).send().await.unwrap().json().await.unwrap()
    };
    let closed = ask("shop.CLOSED.cn:443").await;
    assert_eq!(closed["domain"], "closed.cn");
    assert_eq!((&closed["enforcement"], &closed["reason"]), (&"closed".into(), &"not_filed".into()));
    assert_eq!((&closed["filed"], &closed["accessed"]), (&"no".into(), &"unknown".into()));
    assert_eq!((&closed["remedy"], &closed["sequence"]), (&"file".into(), &2.into()));
    assert_eq!((&closed["as_of"], &closed["age_seconds"]), (&"2026-03-02T08:00:00Z".into(), &0.into()));
    let open = ask("open.cn").await;
    assert_eq!((&open["enforcement"], &open["number"]), (&"open".into(), &"浙ICP备2026000001号-1".into()));
    assert_eq!(open["remedy"], Value::Null);
    for (host, reason) in [
        ("never-heard-of.cn", "unlisted"),
        ("undetermined.cn", "undetermined"),
        ("203.0.113.9", "address"),
        ("com.cn", "not_registrable"),
        ("a b", "not_a_domain"),
        ("", "no_host"),
    ] {
        let told = ask(host).await;
        assert_eq!((&told["enforcement"], &told["reason"]), (&"open".into(), &reason.into()), "{host}");
        assert_eq!((&told["filed"], &told["accessed"]), (&"unknown".into(), &"unknown".into()), "{host}");
    }
    let missing = client().get(format!("http://{}/elsewhere", stand.ask)).send().await.unwrap();
    assert_eq!(missing.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_is_closed_where_the_operator_wants_it_and_before_there_are_verdicts() {
    let strict =
        gateway::Config { unknown: gateway::config::Unknown::Closed, ..config(&format!("http://{}", nobody().await)) };
    let stand = Stand::start(strict);
    until("an answer", async || status(stand.ask, "open.cn").await == 404).await;
    let ask = async |path: &str| {
        let answer = client().get(format!("http://{}{path}", stand.ask)).send().await.unwrap();
        (answer.status().as_u16(), answer.headers()["x-beian-reason"].to_str().unwrap().to_owned())
    };
    assert_eq!(ask("/ask?domain=open.cn").await, (403, "not_ready".to_owned()));
    stand.until_metric("beian_gateway_asked_total{told=\"fail_closed\"}", 1.0).await;
}

/// Whether the test runs as root, which nginx's workers then have to be allowed to be.
pub fn is_root() -> bool {
    let told = Command::new("id").arg("-u").output().unwrap();
    told.stdout == b"0\n"
}

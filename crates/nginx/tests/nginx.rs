//! The distribution's nginx with the module, configured as `docs/integrate/nginx-module.md` says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use filing::verdict::{Enforcement, Known, Reason, Verdict};
use index::{Key, Owned, Place, Writer};
use jiff::Timestamp;

const PAGE: &str = include_str!("../../../docs/integrate/nginx-module.md");
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// The blocks of the page: the top of the file, a server that redirects, one that holds back.
fn blocks() -> [&'static str; 3] {
    let blocks: Vec<&str> = PAGE.split("```nginx\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    blocks.try_into().unwrap()
}

/// The module, which cargo builds beside this test.
fn module_folder() -> PathBuf {
    let folder = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    assert!(folder.join("libbeian_nginx.so").is_file(), "no module in {}", folder.display());
    folder
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// An origin that answers everything with the host it was asked for.
fn origin() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 4096];
            let length = stream.read(&mut asked).unwrap_or_default();
            let path = String::from_utf8_lossy(&asked[..length]).split(' ').nth(1).unwrap_or_default().to_owned();
            let body = format!("the origin's {path}");
            let length = body.len();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    address
}

/// Puts something of this test where the page has its own.
fn swap(page: &str, written: &str, here: &str) -> String {
    assert!(page.contains(written), "the page does not have {written}");
    page.replace(written, here)
}

struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

struct Nginx {
    folder: tempfile::TempDir,
    process: Child,
    /// The server of the page that redirects, and the one that holds back.
    servers: [SocketAddr; 2],
}

impl Nginx {
    fn command(folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new("nginx");
        command
            .env("PATH", format!("{}:/usr/sbin:/usr/local/sbin", std::env::var("PATH").unwrap()))
            .args(["-p", folder.to_str().unwrap(), "-c", "nginx.conf", "-e", "error.log"])
            .args(arguments);
        command
    }

    fn configure(folder: &Path, servers: [SocketAddr; 2], http: &str) {
        std::fs::create_dir_all(folder.join("pages")).unwrap();
        std::fs::write(folder.join("pages/closed.html"), "our page").unwrap();
        let [top, first, second] = blocks();
        let first = swap(first, "127.0.0.1:80;", &format!("{};", servers[0]));
        let second = swap(second, "127.0.0.1:81;", &format!("{};", servers[1]));
        let paths =
            ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|what| format!("{what}_temp_path {what};\n"));
        let paths = paths.concat();
        let mut page = format!("{top}\nevents {{}}\nhttp {{\naccess_log off;\n{paths}\n{first}\n{second}\n{http}}}\n");
        for (written, here) in [
            ("/usr/lib/nginx/modules", module_folder()),
            ("/var/lib/beian/index", folder.join("index")),
            ("/var/log/nginx/verdicts.log", folder.join("access.log")),
            ("/var/www/beian", folder.join("pages")),
        ] {
            page = swap(&page, written, here.to_str().unwrap());
        }
        page = swap(&page, "127.0.0.1:8080", &origin().to_string());
        // Whom the workers run as counts only when this runs as root.
        let head = "daemon off; user root; pid nginx.pid; worker_processes 2; error_log error.log notice;";
        std::fs::write(folder.join("nginx.conf"), format!("{page}\n{head}\n")).unwrap();
    }

    fn start(folder: tempfile::TempDir) -> Self {
        let servers = [free_address(), free_address()];
        Self::configure(folder.path(), servers, "");
        let process = Self::command(folder.path(), &[]).stderr(Stdio::null()).spawn().unwrap();
        let nginx = Self { folder, process, servers };
        nginx.wait_for("nginx answers", || TcpStream::connect(servers[1]).is_ok());
        nginx
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }

    fn wait_for(&self, what: &str, is_so: impl Fn() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < Duration::from_secs(20), "not so after 20 s: {what}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn ask_server(&self, server: usize, host: &[u8], path: &str) -> Answer {
        let mut stream = TcpStream::connect(self.servers[server]).unwrap();
        let mut request = format!("GET {path} HTTP/1.1\r\nConnection: close\r\nHost: ").into_bytes();
        request.extend(host);
        request.extend(b"\r\n\r\n");
        stream.write_all(&request).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let location = head.lines().find_map(|line| line.strip_prefix("Location: ")).map(str::to_owned);
        Answer { status: head.split(' ').nth(1).unwrap().parse().unwrap(), location, body: body.to_owned() }
    }

    fn ask(&self, host: &str) -> Answer {
        self.ask_server(0, host.as_bytes(), "/")
    }

    /// Stops it gracefully and says what it wrote to its log.
    fn stop(mut self) -> String {
        let begun = Instant::now();
        assert!(Self::command(self.folder.path(), &["-s", "quit"]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
        assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
        let log = self.log();
        assert!(!log.contains("exited on signal") && !log.contains("[alert]"), "{log}");
        log
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master ends its workers when it is asked to; `kill` would leave them.
        drop(Self::command(self.folder.path(), &["-s", "stop"]).stderr(Stdio::null()).status());
        drop(self.process.wait());
    }
}

fn owned(domain: &str, enforcement: Enforcement, reason: Reason) -> Owned {
    let verdict = Verdict {
        domain: domain.to_owned(),
        filed: Known::Yes,
        accessed: Known::Unknown,
        enforcement,
        reason,
        number: None,
        origin: None,
        at: NOW,
    };
    Owned { verdict, sequence: 1 }
}

fn open(domain: &str) -> Owned {
    owned(domain, Enforcement::Open, Reason::Filed)
}

fn closed(domain: &str) -> Owned {
    owned(domain, Enforcement::Closed, Reason::NotFiled)
}

fn place(sequence: u64) -> Place {
    Place { sequence, hash: [0; 32] }
}

/// Writes a base of these in the place of what there is.
fn base(writer: &mut Writer, listings: &[Owned]) {
    let mut fresh = writer.fresh().unwrap();
    for listing in listings {
        fresh.add(&listing.listing()).unwrap();
    }
    fresh.end(Key(*b"an index's  key."), place(1), NOW).unwrap();
    writer.adopt(fresh).unwrap();
}

fn folder_with(listings: &[Owned]) -> (tempfile::TempDir, Writer) {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(&folder.path().join("index")).unwrap();
    base(&mut writer, listings);
    (folder, writer)
}

const CHARACTERS: &str = "备案示例.cn";

fn usual() -> [Owned; 4] {
    let characters = index::host::registrable(Some(CHARACTERS.as_bytes()), &mut Default::default()).unwrap().to_owned();
    let undetermined = owned("undetermined.cn", Enforcement::Open, Reason::Undetermined);
    [open("open.cn"), closed("closed.com.cn"), closed(&characters), undetermined]
}

#[test]
fn every_form_of_a_host_has_its_verdict() {
    let (folder, _writer) = folder_with(&usual());
    let nginx = Nginx::start(folder);
    for host in ["open.cn", "www.open.cn", "OPEN.cn", "a.b.Open.CN:8080", "open.cn."] {
        let answer = nginx.ask(host);
        assert_eq!((answer.status, answer.body.as_str()), (200, "the origin's /"), "{host}");
    }
    for host in ["closed.com.cn", "www.closed.com.cn", "CLOSED.com.cn", "a.b.Closed.com.cn:80", "closed.com.cn."] {
        let answer = nginx.ask(host);
        let address = "https://beian.example.com/closed?domain=closed.com.cn";
        assert_eq!((answer.status, answer.location.as_deref()), (302, Some(address)), "{host}");
    }
    let [_, _, characters, _] = usual();
    let label = characters.verdict.domain;
    for host in [CHARACTERS.to_owned(), format!("商店.{CHARACTERS}"), label.to_uppercase(), format!("www.{label}:443")]
    {
        let answer = nginx.ask(&host);
        let address = format!("https://beian.example.com/closed?domain={label}");
        assert_eq!((answer.status, answer.location), (302, Some(address)), "{host}");
    }
    // What has no verdict passes, unless it should not.
    let unlisted = ["unlisted.cn", "com.cn", "localhost", "127.0.0.1", "[::1]:80"];
    for host in unlisted.into_iter().chain(["www.undetermined.cn"]) {
        assert_eq!(nginx.ask(host).status, 200, "{host}");
        let answer = nginx.ask_server(1, host.as_bytes(), "/");
        assert_eq!((answer.status, answer.body.as_str()), (451, "our page"), "{host}");
    }
    assert_eq!(nginx.ask_server(1, b"open.cn", "/").status, 200);
    let answer = nginx.ask_server(1, b"closed.com.cn", "/");
    assert_eq!((answer.status, answer.body.as_str()), (451, "our page"));
    assert_eq!(nginx.ask_server(1, b"closed.com.cn", "/closed.html").status, 404, "the page is for nginx alone");
    // Letters that are no name do no harm.
    assert_eq!(nginx.ask_server(0, b"\xff\xfe.cn", "/").status, 200);
    // A place may be left out.
    let answer = nginx.ask_server(0, b"closed.com.cn", "/.well-known/acme-challenge/x");
    assert_eq!((answer.status, answer.body.as_str()), (200, "the origin's /.well-known/acme-challenge/x"));

    let access = std::fs::read_to_string(nginx.folder.path().join("access.log")).unwrap();
    for line in [
        "a.b.open.cn open.cn open 200",
        "a.b.closed.com.cn closed.com.cn closed 302",
        "unlisted.cn unlisted.cn unlisted 200",
        "127.0.0.1 - unlisted 200",
        "www.undetermined.cn undetermined.cn unknown 200",
        "closed.com.cn closed.com.cn closed 200",
    ] {
        assert!(access.lines().any(|written| written == line), "{line} in\n{access}");
    }
    let log = nginx.stop();
    let counts = log.lines().filter(|line| line.contains("passed without a verdict"));
    let passed: u64 = counts
        .flat_map(|line| {
            line.split([' ', ',']).collect::<Vec<_>>().windows(2).map(<[&str]>::to_vec).collect::<Vec<_>>()
        })
        .filter(|pair| ["unlisted", "undetermined"].contains(&pair[1]))
        .filter_map(|pair| pair[0].parse::<u64>().ok())
        .sum();
    assert_eq!(passed, 7, "{log}");
}

#[test]
fn changes_and_new_bases_are_followed_without_a_reload() {
    let (folder, mut writer) = folder_with(&usual());
    let nginx = Nginx::start(folder);
    for round in 0..20 {
        writer.apply(&[closed("open.cn"), open("closed.com.cn"), closed("new.cn")], place(round * 2 + 2), NOW).unwrap();
        let seen = ["open.cn", "closed.com.cn", "new.cn"].map(|host| nginx.ask(host).status);
        assert_eq!(seen, [302, 200, 302], "round {round}");
        writer.apply(&[open("open.cn"), closed("closed.com.cn")], place(round * 2 + 3), NOW).unwrap();
        assert_eq!(["open.cn", "closed.com.cn"].map(|host| nginx.ask(host).status), [200, 302], "round {round}");
    }
    // A base built of the index itself changes nothing, and what comes after it is seen.
    let rebuild = writer.rebuild().unwrap().unwrap().run(NOW).unwrap();
    writer.adopt(rebuild).unwrap();
    assert_eq!(["open.cn", "closed.com.cn", "new.cn"].map(|host| nginx.ask(host).status), [200, 302, 302]);
    writer.apply(&[closed("open.cn")], place(99), NOW).unwrap();
    nginx.wait_for("the new base is followed by both workers", || (0..8).all(|_| nginx.ask("open.cn").status == 302));
    // One from outside replaces everything.
    base(&mut writer, &[open("closed.com.cn")]);
    nginx.wait_for("the base from outside is followed by both workers", || {
        (0..8).all(|_| nginx.ask("closed.com.cn").status == 200 && nginx.ask("new.cn").status == 200)
    });
    // nginx's own reload changes nothing either.
    assert!(Nginx::command(nginx.folder.path(), &["-s", "reload"]).status().unwrap().success());
    nginx.wait_for("the workers before the reload end", || nginx.log().contains("gracefully shutting down"));
    writer.apply(&[closed("closed.com.cn")], place(100), NOW).unwrap();
    nginx.wait_for("the workers after the reload see it", || (0..8).all(|_| nginx.ask("closed.com.cn").status == 302));
    nginx.stop();
}

#[test]
fn without_an_index_everything_is_unknown_and_the_first_one_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let nginx = Nginx::start(folder);
    assert_eq!(nginx.ask("closed.com.cn").status, 200);
    assert_eq!(nginx.ask_server(1, b"open.cn", "/").status, 451);
    let mut writer = Writer::open(&path).unwrap();
    base(&mut writer, &usual());
    nginx.wait_for("both workers find it", || (0..8).all(|_| nginx.ask("closed.com.cn").status == 302));
    let access = std::fs::read_to_string(nginx.folder.path().join("access.log")).unwrap();
    assert!(access.contains("closed.com.cn closed.com.cn unknown 200\n"), "{access}");
    let log = nginx.stop();
    assert_eq!(log.matches("there is no index yet").count(), 2, "once a worker: {log}");
    assert!(log.contains("without an index"), "{log}");
}

#[test]
fn a_damaged_index_blocks_nobody_and_is_said_once() {
    let (folder, writer) = folder_with(&usual());
    drop(writer);
    let path = folder.path().join("index/base-1.index");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let nginx = Nginx::start(folder);
    for host in ["closed.com.cn", "open.cn", "unlisted.cn"] {
        assert_eq!(nginx.ask(host).status, 200, "{host}");
    }
    // Long enough for another try.
    std::thread::sleep(Duration::from_secs(6));
    let log = nginx.stop();
    assert_eq!(log.matches("the newest base of the index is damaged").count(), 2, "once a worker: {log}");
}

#[test]
fn a_configuration_that_cannot_be_meant_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let test = |http: &str| -> Output {
        Nginx::configure(folder.path(), [free_address(), free_address()], http);
        Nginx::command(folder.path(), &["-t"]).output().unwrap()
    };
    let sound = test("");
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stderr));
    for (http, message) in [
        ("beian maybe;", "\"beian\" directive is on or off"),
        ("beian_unknown perhaps;", "\"beian_unknown\" directive is open or closed"),
        ("beian_closed 302;", "\"beian_closed\" directive needs the address"),
        ("beian_closed 301 https://a.example/;", "\"beian_closed\" directive is 302, 303 or 307"),
        ("beian_closed 200;", "\"beian_closed\" directive is 302, 303 or 307"),
        ("beian_closed 302 https://a.example/$nothing_of_this_name;", "unknown \"nothing_of_this_name\" variable"),
        ("beian_index /elsewhere;", "\"beian_index\" directive is duplicate"),
        ("server { beian_index /elsewhere; }", "\"beian_index\" directive is not allowed here"),
    ] {
        let output = test(http);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(message), "{http}: {said}");
    }
    let conf = folder.path().join("nginx.conf");
    Nginx::configure(folder.path(), [free_address(), free_address()], "");
    let text = std::fs::read_to_string(&conf).unwrap();
    let without: String = text.lines().filter(|line| !line.starts_with("beian_index")).collect::<Vec<_>>().join("\n");
    std::fs::write(&conf, without).unwrap();
    let said = Nginx::command(folder.path(), &["-t"]).output().unwrap().stderr;
    assert!(String::from_utf8_lossy(&said).contains("has \"beian on\", but no \"beian_index\""));
}

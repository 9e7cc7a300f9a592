//! The tools of the operator, as they are typed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// An operator with a data folder of their own.
struct Operator {
    folder: TempDir,
}

/// What a command said and how it ended.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Operator {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn types(&self, words: &[&str]) -> Said {
        self.types_with(words, &[], "")
    }

    /// Types a command, with an environment of its own and something on standard input.
    fn types_with(&self, words: &[&str], environment: &[(&str, &str)], input: &str) -> Said {
        let mut child = Command::new(env!("CARGO_BIN_EXE_beian"))
            .args(words)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("BEIAN_DATA__DIR", self.path("data"))
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read its input may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    /// Types a command that must work.
    fn does(&self, words: &[&str]) -> String {
        let said = self.types(words);
        assert_eq!(said.code, 0, "{words:?}: {said:?}");
        said.out
    }

    /// An embedded database with tables, keys and one account.
    fn with_data() -> Self {
        let operator = Self::new();
        operator.does(&["keys", "make"]);
        operator.does(&["migrate"]);
        let create = ["account", "create", "--role", "administrator", "--login", "root@example.com"];
        let said = operator.types_with(&create, &[], "a-long-password\n");
        assert_eq!(said.code, 0, "{said:?}");
        operator
    }
}

fn example(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(path).display().to_string()
}

#[test]
fn the_configuration_says_where_each_value_came_from_and_shows_no_secret() {
    let operator = Operator::new();
    std::fs::write(operator.path("beian.toml"), "[server]\nlisten = \"127.0.0.1:9000\"\n").unwrap();
    let config = operator.text("beian.toml");
    let show = ["--config", config.as_str(), "--set", "log.filter=debug", "config", "show"];
    let said = operator.types_with(&show, &[("BEIAN_DATABASE__URL", "postgres://beian:hunter2@db/beian")], "");
    let line = |key: &str| said.out.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
    assert!(line("server.listen").ends_with(&format!("file {config}")), "{said:?}");
    assert!(line("log.filter").ends_with("flag --set"), "{said:?}");
    assert!(line("database.url").contains("beian:********@db") && line("database.url").contains("BEIAN_DATABASE__URL"));
    assert!(line("server.worker").ends_with("default"));
    assert!(!said.out.contains("hunter2"));
}

#[test]
fn a_wrong_configuration_ends_with_three_and_names_the_key_and_the_way_out() {
    let said = Operator::new().types(&["--set", "server.listn=1", "config", "show"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("server.listn is not a key") && said.err.contains("hint:"), "{said:?}");
}

#[test]
fn a_case_is_explained_or_accepted() {
    let operator = Operator::new();
    let good = example("cases/company-two-sites.json");
    assert!(operator.does(&["case", "validate", &good]).contains("company-two-sites"));
    let text = std::fs::read_to_string(&good).unwrap().replace("\"province\": \"33\"", "\"provinze\": \"33\"");
    std::fs::write(operator.path("bad.json"), text).unwrap();
    let said = operator.types(&["case", "validate", &operator.text("bad.json")]);
    assert_eq!(said.code, 4);
    assert!(said.out.contains("provinze") && said.out.contains("province"), "{said:?}");
    // Its pictures are named from its folder, where there are none.
    std::fs::copy(&good, operator.path("moved.json")).unwrap();
    let said = operator.types(&["case", "validate", &operator.text("moved.json")]);
    assert_eq!(said.code, 4);
    assert!(said.out.contains("there is no picture"), "{said:?}");
    // So is the case before it.
    std::fs::copy(example("cases/one-click-access.json"), operator.path("later.json")).unwrap();
    let said = operator.types(&["case", "validate", &operator.text("later.json")]);
    assert_eq!(said.code, 4);
    assert!(said.out.contains("there is no case"), "{said:?}");
}

#[test]
fn what_serves_says_what_is_missing_before_it_starts() {
    let operator = Operator::new();
    let said = operator.types(&["migrate"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("there is no master key") && said.err.contains("beian keys make"), "{said:?}");
    operator.does(&["keys", "make"]);
    let said = operator.types(&["serve"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("mail.smtp is not set"), "{said:?}");
    let said = operator.types(&["--set", "platform.demo=true", "serve"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("beian migrate"), "{said:?}");
    let said = operator.types(&["gateway"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("gateway.api_key is not set"), "{said:?}");
}

#[test]
fn accounts_keys_and_resources_are_made_at_the_command_line() {
    let operator = Operator::with_data();
    let create = ["account", "create", "--role", "applicant", "--login", "applicant@demo.test"];
    let weak = operator.types_with(&create, &[], "short\n");
    assert_eq!(weak.code, 1);
    assert!(weak.err.contains("password"), "{weak:?}");
    let file = example("demo/resources.json");
    assert!(operator.types(&["resources", "import", &file]).err.contains("account"), "the holder is not there yet");
    assert_eq!(operator.types_with(&create, &[], "a-long-password\n").code, 0);
    assert_eq!(operator.does(&["resources", "import", &file]).trim(), "2 added, 0 updated");
    assert_eq!(operator.does(&["resources", "import", &file]).trim(), "0 added, 2 updated");
    let key = ["account", "api-key", "--login", "root@example.com", "--name", "gateway-1", "--for-gateway"];
    assert!(operator.does(&key).starts_with("bk_"));
}

#[test]
fn a_rotated_key_opens_everything_and_a_lost_one_is_reported() {
    let operator = Operator::with_data();
    assert!(operator.does(&["keys", "rotate"]).contains("0 left under former keys"));
    let status = operator.does(&["keys", "status"]);
    assert!(status.lines().any(|line| line.contains("current")), "{status}");
    // The account is still found by its sealed log-in.
    assert!(operator.does(&["account", "api-key", "--login", "root@example.com", "--name", "k"]).starts_with("bk_"));
    let file = operator.path("data/master.key");
    let text = std::fs::read_to_string(&file).unwrap();
    let former: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).skip(1).collect();
    std::fs::write(&file, former.join("\n")).unwrap();
    let said = operator.types(&["keys", "status"]);
    assert_ne!(said.code, 0, "{said:?}");
}

#[test]
fn a_backup_is_proven_put_back_once_and_overwrites_nothing() {
    let operator = Operator::with_data();
    let backup = operator.text("backup");
    operator.does(&["backup", &backup]);
    assert!(operator.does(&["restore", &backup, "--check"]).contains("as they were written"));
    assert_eq!(operator.types(&["restore", &backup]).code, 1, "data is there already");
    std::fs::remove_file(operator.path("data/beian.sqlite")).unwrap();
    let _ = std::fs::remove_dir_all(operator.path("data/files"));
    operator.does(&["restore", &backup]);
    assert!(operator.does(&["account", "api-key", "--login", "root@example.com", "--name", "k"]).starts_with("bk_"));
    let damaged = operator.path("backup/beian.sqlite");
    let damaged = if damaged.exists() { damaged } else { first_file(&operator.path("backup")) };
    let mut bytes = std::fs::read(&damaged).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    assert_eq!(operator.types(&["restore", &backup, "--check"]).code, 4);
}

/// The largest file of a folder.
fn first_file(folder: &Path) -> PathBuf {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.max_by_key(|path| std::fs::metadata(path).unwrap().len()).unwrap()
}

#[test]
fn a_changed_line_of_the_audit_trail_is_found() {
    let operator = Operator::with_data();
    let verified = operator.does(&["audit", "verify"]);
    assert!(verified.contains("all as they were written"), "{verified}");
    let file = operator.path("data/beian.sqlite");
    let mut bytes = std::fs::read(&file).unwrap();
    let word = b"create_account";
    let places: Vec<usize> = (0..bytes.len() - word.len()).filter(|at| &bytes[*at..at + word.len()] == word).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + word.len()].copy_from_slice(b"change_account");
    }
    std::fs::write(&file, bytes).unwrap();
    let said = operator.types(&["audit", "verify"]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.err.contains("line 1") && said.err.contains("changed"), "{said:?}");
}

/// A WHOIS server that tells everybody the same.
fn whois(answer: &'static str) -> String {
    use std::io::Read as _;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut line in listener.incoming().flatten() {
            let _ = line.read(&mut [0; 100]);
            let _ = line.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn a_domain_is_told_with_who_told_it() {
    let operator = Operator::new();
    let server = whois(
        "Domain Name: yunshan-tech.cn\r\nSponsoring Registrar: 示例注册商\r\nExpiration Time: 2031-01-01 07:00:00\r\n",
    );
    let set = format!("outside.whois.cn={server}");
    let out = operator.does(&["--set", &set, "domain", "www.yunshan-tech.cn"]);
    assert!(out.contains("ends on: 2031-01-01") && out.contains(&format!("told by WHOIS {server}")), "{out}");
    assert!(out.contains("holder: not published"), "{out}");
    let json = operator.does(&["--set", &set, "domain", "yunshan-tech.cn", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["registration"]["known"]["registrar"], "示例注册商");
    assert_eq!(json["resolution"]["known"], serde_json::Value::Null, "no resolver was asked");
    assert_eq!(operator.types(&["domain", "yunshan-tech.cn"]).code, 3, "nobody is asked unless it is configured");
    assert_eq!(operator.types(&["--set", &set, "domain", "192.0.2.1"]).code, 4);
}

#[test]
fn what_travelled_is_exported_and_checked_without_a_database() {
    let operator = Operator::with_data();
    let bundle = operator.text("bundle.zip");
    let export = ["miit", "export", "--from", "2026-11-01", "--to", "2026-11-30", &bundle];
    let said = operator.does(&export);
    let fingerprint = said.lines().find_map(|line| line.strip_prefix("fingerprint ")).unwrap();
    let again = operator.types(&export);
    assert_eq!(again.code, 1, "an existing file is not overwritten: {again:?}");
    // Another machine: no data folder, no keys.
    let other = Operator::new();
    let check = other.types(&["miit", "verify", &bundle, "--fingerprint", fingerprint]);
    assert_eq!(check.code, 0, "{check:?}");
    assert!(check.out.contains("as they were written"), "{check:?}");
    assert!(!other.path("data").exists());
    let wrong = other.types(&["miit", "verify", &bundle, "--fingerprint", &"0".repeat(64), "--json"]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(wrong.out.contains("manifest_changed"), "{wrong:?}");
    std::fs::write(other.path("x"), "no bundle").unwrap();
    assert_eq!(other.types(&["miit", "verify", &other.text("x")]).code, 2);
    let backwards = ["miit", "export", "--from", "2026-11-02", "--to", "2026-11-01", &operator.text("b.zip")];
    assert_eq!(operator.types(&backwards).code, 1);
    assert!(!operator.path("b.zip").exists());
}

#[test]
fn the_verdicts_of_an_index_are_exported_and_looked_up() {
    use filing::verdict::{Enforcement, Known, Reason, Verdict};
    let folder = tempfile::tempdir().unwrap();
    let verdict = |domain: &str, enforcement| Verdict {
        domain: domain.to_owned(),
        filed: Known::No,
        accessed: Known::No,
        enforcement,
        reason: Reason::NotFiled,
        number: None,
        origin: None,
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    let mut writer = index::Writer::open(folder.path()).unwrap();
    let mut fresh = writer.fresh().unwrap();
    for (sequence, verdict) in
        (1..).zip([verdict("closed.cn", Enforcement::Closed), verdict("open.cn", Enforcement::Open)])
    {
        fresh.add(&index::Owned { verdict, sequence }.listing()).unwrap();
    }
    let place = index::Place { sequence: 2, hash: [0; 32] };
    fresh.end(index::Key([1; 16]), place, jiff::Timestamp::UNIX_EPOCH).unwrap();
    writer.adopt(fresh).unwrap();
    let beian = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_beian"));
        let output = command.arg("registry").args(arguments).arg("--index").arg(folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let export = |format: &str| beian(&["export", "--format", format]).1;
    assert_eq!(export("nginx-map"), ".closed.cn closed;\n.open.cn open;\n");
    assert_eq!(export("haproxy-map"), "closed.cn closed\nopen.cn open\n");
    assert!(export("rpz").ends_with("closed.cn CNAME .\n*.closed.cn CNAME .\n"));
    assert_eq!(export("dnsmasq"), "address=/closed.cn/\n");
    assert!(export("json").starts_with(r#"{"domain":"closed.cn","enforcement":"closed","reason":"not_filed""#));
    let table = export("csv");
    assert_eq!(table.lines().count(), 3);
    assert_eq!(table.lines().nth(1), Some("closed.cn,closed,not_filed,no,no,,,1970-01-01T00:00:00Z,1"));
    assert_eq!(beian(&["export", "--format", "haproxy-map", "--since", "1"]).1, "open.cn open\n");

    let file = folder.path().join("map");
    let file = file.to_str().unwrap();
    assert_eq!(beian(&["export", "--format", "haproxy-map", "--output", file]).0, Some(0));
    assert_eq!(beian(&["export", "--format", "haproxy-map", "--output", file]).0, Some(4), "nothing changed");
    let next = index::Place { sequence: 3, hash: [0; 32] };
    let change = index::Owned { verdict: verdict("closed.cn", Enforcement::Open), sequence: 3 };
    writer.apply(&[change], next, jiff::Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(beian(&["export", "--format", "haproxy-map", "--output", file]).0, Some(0));
    assert_eq!(std::fs::read_to_string(file).unwrap(), "open.cn open\nclosed.cn open\n");

    let (code, told) = beian(&["look", "WWW.Closed.CN:443"]);
    assert!(code == Some(0) && told.contains(r#""enforcement": "open""#), "{told}");
    assert_eq!(beian(&["look", "elsewhere.cn"]).0, Some(4));
}

#[test]
fn what_is_open_without_a_filing_is_found_in_a_log() {
    use filing::verdict::{Enforcement, Known, Reason, Verdict};
    let operator = Operator::new();
    let folder = operator.path("index");
    std::fs::create_dir(&folder).unwrap();
    let mut writer = index::Writer::open(&folder).unwrap();
    let mut fresh = writer.fresh().unwrap();
    let verdict = Verdict {
        domain: "filed.cn".to_owned(),
        filed: Known::Yes,
        accessed: Known::Yes,
        enforcement: Enforcement::Open,
        reason: Reason::Filed,
        number: None,
        origin: None,
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    fresh.add(&index::Owned { verdict, sequence: 1 }.listing()).unwrap();
    let place = index::Place { sequence: 1, hash: [0; 32] };
    fresh.end(index::Key([1; 16]), place, jiff::Timestamp::UNIX_EPOCH).unwrap();
    writer.adopt(fresh).unwrap();

    let line = |host: &str, minute: u32| {
        format!(
            "{host} 192.0.2.7 203.0.113.9 - - [26/Nov/2026:10:{minute:02}:00 +0800] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"
        )
    };
    let index = operator.text("index");
    let find = |more: &[&str], log: &str| {
        operator.types_with(&[&["find", "nginx", "--index", &index][..], more].concat(), &[], log)
    };
    let log = line("www.filed.cn", 0) + &line("Shop.Wild.cn:80", 1) + &line("wild.cn", 2) + &line("rare.cn", 3);
    let found = find(&["--json", "--at-least", "2"], &log);
    assert_eq!(found.code, 4, "{found:?}");
    let seen: serde_json::Value = serde_json::from_str(&found.out).unwrap();
    assert_eq!(
        seen,
        serde_json::json!({
            "domain": "wild.cn", "host": "Shop.Wild.cn:80", "count": 2, "first_seen": "2026-11-26T02:01:00Z",
            "last_seen": "2026-11-26T02:02:00Z", "addresses": ["192.0.2.7"], "sources": ["nginx"]
        })
    );
    let table = find(&[], &log);
    assert_eq!(table.out.lines().count(), 2, "{table:?}");
    assert!(table.out.starts_with("wild.cn\t2\t") && table.err.contains("read 4"), "{table:?}");
    assert_eq!(find(&[], &line("filed.cn", 0)).code, 0);
    assert_eq!(find(&["--ours", "198.51.100.0/24"], &log).code, 0, "at none of our addresses");
    assert_eq!(find(&["--most", "1"], &log).out.lines().count(), 1);
    assert_eq!(find(&["--zone", "Nowhere/City"], "").code, 2);
    assert_eq!(find(&["--report"], "").code, 3, "without a key");
    assert_eq!(operator.types(&["find", "nginx"]).code, 3, "without an index");
    assert_eq!(operator.types_with(&["find", "pcap", "--index", &index], &[], "no packets").code, 1);
}

#[test]
fn what_was_found_becomes_a_task_of_the_platform() {
    let operator = Operator::with_data();
    let key = ["account", "api-key", "--login", "root@example.com", "--name", "finder", "--for-gateway"];
    let key = operator.does(&key);
    let folder = operator.path("index");
    std::fs::create_dir(&folder).unwrap();
    let mut writer = index::Writer::open(&folder).unwrap();
    let mut fresh = writer.fresh().unwrap();
    let place = index::Place { sequence: 0, hash: [0; 32] };
    fresh.end(index::Key([1; 16]), place, jiff::Timestamp::UNIX_EPOCH).unwrap();
    writer.adopt(fresh).unwrap();

    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let mut platform = Command::new(env!("CARGO_BIN_EXE_beian"))
        .args(["--set", "platform.demo=true", "serve", "--no-worker", "--listen", &address])
        .env_clear()
        .env("HOME", operator.folder.path())
        .env("BEIAN_DATA__DIR", operator.path("data"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = std::time::Instant::now();
    while std::net::TcpStream::connect(&address).is_err() {
        assert!(begun.elapsed().as_secs() < 60, "the platform does not listen");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let index = operator.text("index");
    let url = format!("http://{address}");
    let report = |key: &str| {
        let environment = [("BEIAN_GATEWAY__API_KEY", key), ("BEIAN_GATEWAY__PLATFORM_URL", &url)];
        let line =
            "wild.cn 192.0.2.7 203.0.113.9 - - [26/Nov/2025:10:00:00 +0800] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n";
        operator.types_with(&["find", "nginx", "--index", &index, "--report"], &environment, line)
    };
    let said = [report(key.trim()), report(key.trim()), report("bk_wrong")];
    platform.kill().unwrap();
    platform.wait().unwrap();
    assert!(said[0].code == 4 && said[0].err.contains("opened 1 tasks"), "{said:?}");
    assert!(said[1].code == 4 && said[1].err.contains("extended 1"), "{said:?}");
    assert!(said[2].code == 1 && said[2].err.contains("401"), "{said:?}");
}

//! The tools for the authority's interface, as they are typed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

const KEY: [(&str, &str); 2] = [("BEIAN_MIIT_KEY", "0123456789abcdef"), ("BEIAN_MIIT_IV", "0102030405060708")];

/// Types `beian miit …` with something on standard input; the code it ends with and what it says.
fn types(words: &[&str], environment: &[(&str, &str)], input: &[u8]) -> (i32, Vec<u8>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_beian"))
        .arg("miit")
        .args(words)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A command that does not read its input may be gone already.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    (output.status.code().unwrap(), output.stdout, String::from_utf8(output.stderr).unwrap())
}

fn example() -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/miit/first-filing.json");
    std::fs::read(file).unwrap()
}

fn encoded() -> Vec<u8> {
    let (code, xml, error) = types(&["encode", "-", "--operation", "xzba"], &[], &example());
    assert_eq!(code, 0, "{error}");
    xml
}

/// The findings of a file as line and element.
fn findings(xml: &[u8]) -> (i32, Vec<(u64, String, String)>) {
    let (code, out, _) = types(&["validate", "-", "--json"], &[], xml);
    let report: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(report["valid"], code == 0);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |found: &Value| (found["line"].as_u64().unwrap(), text(&found["element"]), text(&found["problem"]));
    (code, report["findings"].as_array().unwrap().iter().map(one).collect())
}

fn replaced(xml: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let place = xml.windows(from.len()).position(|window| window == from).unwrap();
    [&xml[..place], to, &xml[place + from.len()..]].concat()
}

#[test]
fn what_is_encoded_is_valid_and_decodes_to_the_same() {
    let xml = encoded();
    assert!(xml.starts_with(b"<?xml version=\"1.0\" encoding=\"GBK\"?><UploadData version=\"V.3.0\"><ICP><XZBA>"));
    assert_eq!(findings(&xml), (0, Vec::new()));
    let (code, json, error) = types(&["decode", "-"], &[], &xml);
    assert_eq!(code, 0, "{error}");
    let decoded: Value = serde_json::from_slice(&json).unwrap();
    let filing = &decoded["upload"]["operation"]["new_filing"][0];
    assert_eq!(filing["subject"]["name"], "云杉科技（杭州）有限公司");
    assert_eq!(filing["sites"][0]["accesses"][0]["ips"][0]["first"], "203.0.113.24");
    let (_, again, _) = types(&["encode", "-"], &[], &json);
    assert_eq!(again, xml);
}

#[test]
fn what_is_wrong_is_found_with_its_line_and_element() {
    let xml = replaced(&encoded(), b"<Dwmc>", b"\n<Dwmc>");
    let broken = replaced(&xml, b"<Qsip>3405803800</Qsip>", b"\n\n<Qsip>0</Qsip>");
    let broken = replaced(&broken, b"<Fzr_sjhm>13900001111</Fzr_sjhm>", b"");
    let base = "UploadData/ICP/XZBA/Baxx[1]";
    assert_eq!(
        findings(&broken),
        (
            1,
            vec![
                (4, format!("{base}/Wz_xx[1]/Jr_xx[1]/Ip_xx[1]/Qsip"), "range".to_owned()),
                (4, format!("{base}/Wz_xx[1]/Wz_Fzr/Fzr_sjhm"), "missing".to_owned()),
            ]
        )
    );
    let other = replaced(&xml, b"V.3.0", b"V3.0");
    assert_eq!(findings(&other), (1, vec![(1, "UploadData".to_owned(), "version".to_owned())]));
    let (code, out, _) = types(&["validate", "-"], &[("LANG", "zh_CN.UTF-8")], &broken);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(code, 1);
    assert!(text.contains("Wz_Fzr/Fzr_sjhm: 缺少"), "{text}");
    let dtd = b"<!DOCTYPE a [<!ENTITY x \"y\">]><UploadData>&x;</UploadData>";
    for nothing in [b"not xml".as_slice(), dtd, b""] {
        assert_eq!(types(&["validate", "-"], &[], nothing).0, 2);
    }
}

#[test]
fn an_element_that_gbk_does_not_have_is_named_and_nothing_is_written() {
    let json = String::from_utf8(example()).unwrap().replace("云杉科技官网", "𠮷野家");
    let (code, out, _) = types(&["encode", "-"], &[], json.as_bytes());
    assert_eq!(code, 1);
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("Wz_xx[1]/Wzmc") && text.contains("U+20BB7"), "{text}");
    assert_eq!(types(&["encode", "-"], &[], b"{}").0, 2);
    assert_eq!(types(&["encode", "-", "--operation", "BGBA"], &[], &example()).0, 2);
}

#[test]
fn a_packed_file_unpacks_with_its_key_and_with_no_other() {
    let xml = encoded();
    let (code, container, error) = types(&["pack", "-"], &KEY, &xml);
    assert_eq!(code, 0, "{error}");
    let json: Value = serde_json::from_slice(&container).unwrap();
    assert_eq!(json["encrypt_algorithm"], 1);
    assert_eq!(types(&["unpack", "-"], &KEY, &container).1, xml);
    // What a call prints holds a container further inside.
    let answer = serde_json::json!({ "code": 0, "file": { "name": "x.xml", "container": json } }).to_string();
    assert_eq!(types(&["unpack", "-"], &KEY, answer.as_bytes()).1, xml);
    let other = [KEY[0], ("BEIAN_MIIT_IV", "1102030405060708")];
    assert_eq!(types(&["unpack", "-"], &other, &container).0, 1, "another initialisation vector");
    assert_eq!(types(&["unpack", "-"], &[], &container).0, 1, "no key");
    assert_eq!(types(&["unpack", "-"], &KEY, b"{\"info\":1}").0, 2);
    assert_eq!(types(&["pack", "-"], &[("BEIAN_MIIT_KEY", "short"), KEY[1]], &xml).0, 2);
}

#[test]
fn a_server_that_is_not_there_is_told_apart_from_one_that_refuses() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let words = ["call", "--url", &url, "--isp-id", "1", "--user", "u", "--password", "secret-word", "previous"];
    let (code, _, error) = types(&words, &[], b"");
    assert_eq!(code, 1);
    assert!(error.contains("no connection") && !error.contains("secret-word"), "{error}");
}

/// What a call printed, read as JSON, and how it ended.
fn calls(account: &[(&str, &str)], words: &[&str]) -> (i32, Value) {
    let (code, out, error) = types(&[&["call"], words].concat(), account, b"");
    (code, serde_json::from_slice(&out).unwrap_or_else(|why| panic!("{words:?}: {why}: {error}")))
}

fn case(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cases").join(name);
    file.display().to_string()
}

/// The upload a case becomes, read again.
fn of_case(name: &str, words: &[&str]) -> Value {
    let file = case(name);
    let (code, xml, error) = types(&[&["encode", &file, "--on", "2026-11-20"], words].concat(), &[], b"");
    assert_eq!(code, 0, "{name} {words:?}: {error}{}", String::from_utf8_lossy(&xml));
    assert_eq!(findings(&xml).0, 0, "{name}");
    let (_, json, _) = types(&["decode", "-"], &[], &xml);
    serde_json::from_slice::<Value>(&json).unwrap()["upload"].clone()
}

#[test]
fn a_case_becomes_the_upload_the_platform_would_send() {
    let upload = of_case("company-two-sites.json", &["--operation", "XZBA", "--first-id", "70", "--isp-id", "330001"]);
    assert_eq!(upload["provider"], 330_001);
    let filing = &upload["operation"]["new_filing"][0];
    assert_eq!(filing["subject"]["id"], 70);
    assert_eq!(filing["subject"]["name"], "云杉科技（杭州）有限公司");
    let ids: Vec<_> = filing["sites"].as_array().unwrap().iter().map(|site| site["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [70, 71]);
    assert!(filing["attachments"].as_array().unwrap().len() >= 6, "with its pictures");
    let same =
        of_case("company-two-sites.json", &["--operation", "first_filing", "--first-id", "70", "--isp-id", "330001"]);
    assert_eq!(same, upload);
    let drawn = of_case("individual.json", &[]);
    assert!(drawn["operation"]["new_filing"].is_array(), "the answers in a case say what it asks");
    let added = of_case("add-site-here.json", &["--subject", "浙ICP备2026000001号"]);
    assert_eq!(added["operation"]["new_site"][0]["subject"]["number"], "浙ICP备2026000001号");
    let words = ["--operation", "XZJR", "--subject", "88", "--site", "浙ICP备2026000001号-1"];
    let access = of_case("add-site-here.json", &words);
    assert_eq!(access["operation"]["new_access"][0]["site"]["number"], "浙ICP备2026000001号-1");
}

#[test]
fn what_a_case_cannot_become_is_said_with_what_to_do_instead() {
    let file = case("company-two-sites.json");
    let encode = |words: &[&str]| {
        let (code, out, error) = types(&[&["encode", &file, "--on", "2026-11-20"], words].concat(), &[], b"");
        (code, format!("{}{error}", String::from_utf8_lossy(&out)))
    };
    for operation in ["BGBA", "zxba", "cancel_site", "change_filing"] {
        let (code, said) = encode(&["--operation", operation]);
        assert!(code == 2 && said.contains("as JSON"), "{operation}: {code} {said}");
    }
    let (code, said) = encode(&["--operation", "HSJG"]);
    assert!(code == 2 && said.contains("XZBA, XZWZ and XZJR"), "{said}");
    let (code, said) = encode(&["--operation", "XZWZ"]);
    assert!(code == 2 && said.contains("--subject"), "{code} {said}");
    let refused = case("refused-domain.json");
    let (code, out, _) = types(&["encode", &refused, "--on", "2026-11-20", "--operation", "XZBA"], &[], b"");
    assert!(code == 1 && !out.is_empty(), "the checks refuse it");
    assert_eq!(types(&["encode", "-"], &[], b"{\"draft\":{}}").0, 2);
}

/// What `miit codes sync` says, read as JSON, and how it ended.
fn syncs(configured: &[(&str, &str)], words: &[&str], input: &[u8]) -> (i32, Value) {
    let (code, out, error) = types(&[&["codes", "sync", "--json"], words].concat(), configured, input);
    (code, serde_json::from_slice(&out).unwrap_or_else(|why| panic!("{words:?}: {code} {why}: {error}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn code_tables_are_fetched_compared_and_listed() -> anyhow::Result<()> {
    let authority = testkit::authority::TestAuthority::start().await?;
    let bureau = authority.bureau()?;
    let folder = tempfile::tempdir()?;
    let secret = |secret: &secrecy::SecretString| secrecy::ExposeSecret::expose_secret(secret).to_owned();
    let config = folder.path().join("beian.toml");
    let text = format!(
        "[data]\ndir = {:?}\n[[bureaus]]\ncode = \"33\"\nname = \"Zhejiang\"\nprovinces = [\"*\"]\nurl = \"{}\"\n\
         isp_id = {}\nuser = {:?}\npassword = {:?}\naes_key = {:?}\naes_iv = {:?}\n",
        folder.path().join("data"),
        bureau.url,
        bureau.isp_id,
        bureau.user,
        secret(&bureau.password),
        secret(&bureau.aes_key),
        secret(&bureau.aes_iv),
    );
    std::fs::write(&config, text)?;
    let config = config.display().to_string();
    for words in [&["keys", "make"][..], &["migrate"]] {
        let made = Command::new(env!("CARGO_BIN_EXE_beian")).args(["--config", &config]).args(words).output()?;
        assert!(made.status.success(), "{made:?}");
    }
    let configured = [("BEIAN_CONFIG", config.as_str()), ("LANG", "en_GB.UTF-8")];
    let (code, out, _) = types(&["codes", "list", "bureaus"], &configured, b"");
    assert!(code == 0 && String::from_utf8(out)?.contains("No bureau has sent"));
    assert_eq!(syncs(&configured, &[], b"").0, 0, "nothing waits");
    authority.tell("api/push", &serde_json::json!({ "send": "code_tables" })).await?;
    let (code, report) = syncs(&configured, &["--bureau", "33"], b"");
    let changes = report["bureaus"][0]["changes"].as_array().unwrap();
    assert!(code == 1 && changes.len() > 50 && changes.iter().all(|change| change["how"] == "added"), "{report}");
    assert_eq!(syncs(&configured, &[], b"").0, 0, "now it is as it was");
    let (_, out, _) = types(&["codes", "list", "bureaus", "--json"], &configured, b"");
    let tables: Value = serde_json::from_slice(&out)?;
    assert!(tables.as_array().unwrap().len() > 10 && tables[0]["changed_at"].is_string(), "{tables}");

    let rows = serde_json::json!([{ "id": 1, "name": "另有说法", "valid": true, "remark": null, "more": {} }]);
    let empty = serde_json::to_value(authority::message::Download::default())?;
    let mut download = serde_json::json!({ "download": empty });
    download["download"]["tables"] = serde_json::json!([{ "tag": "Zxly_dms", "rows": rows }]);
    let (code, xml, error) = types(&["encode", "-"], &[], download.to_string().as_bytes());
    assert_eq!(code, 0, "{error}");
    let (code, report) = syncs(&configured, &["--file", "-"], &xml);
    let changes = report["changes"].as_array().unwrap();
    assert_eq!(
        (code, &changes[0]["how"], &changes[0]["after"]["content"]["name"]),
        (1, &"changed".into(), &"另有说法".into())
    );
    let (code, out, _) = types(&["codes", "sync", "--file", "-"], &configured, &xml);
    let text = String::from_utf8(out)?;
    assert!(code == 1 && text.contains("Zxly_dms 1 changed:") && text.contains("code(s) differ"), "{text}");
    assert_eq!(types(&["codes", "sync", "--file", "-"], &configured, &encoded()).0, 2, "an upload has no tables");
    authority.stop().await?;
    let (code, report) = syncs(&configured, &[], b"");
    assert!(code == 2 && report["bureaus"][0]["stopped"].is_string(), "{report}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_is_called_at_a_real_server() -> anyhow::Result<()> {
    let authority = testkit::authority::TestAuthority::start().await?;
    let bureau = authority.bureau()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("upload.xml");
    let isp = bureau.isp_id.to_string();
    let json = String::from_utf8(example())?.replace("110000000001", &isp);
    std::fs::write(&file, types(&["encode", "-"], &[], json.as_bytes()).1)?;
    let secret = |secret: &secrecy::SecretString| secrecy::ExposeSecret::expose_secret(secret).to_owned();
    let (password, key, iv) = (secret(&bureau.password), secret(&bureau.aes_key), secret(&bureau.aes_iv));
    let account = [
        ("BEIAN_MIIT_URL", bureau.url.as_str()),
        ("BEIAN_MIIT_ISP_ID", &isp),
        ("BEIAN_MIIT_USER", &bureau.user),
        ("BEIAN_MIIT_PASSWORD", &password),
        ("BEIAN_MIIT_KEY", &key),
        ("BEIAN_MIIT_IV", &iv),
    ];
    let file = file.display().to_string();
    assert_eq!(calls(&account, &["previous"]).1["sequence"], 0);
    let (code, gap) = calls(&account, &["upload", &file, "--sequence", "2"]);
    assert_eq!((code, gap["code"].as_i64(), gap["reaction"].as_str()), (1, Some(14), Some("fill_gap")));
    assert_eq!(calls(&account, &["upload", &file, "--sequence", "1"]).0, 0);
    assert_eq!(calls(&account, &["previous"]).1["sequence"], 1);
    authority.until("a result waits", async || Ok(calls(&account, &["download"]).1["code"] != 2)).await?;
    let (code, download) = calls(&account, &["download"]);
    assert_eq!(code, 0, "{download}");
    let answer = download.to_string();
    let (_, xml, _) = types(&["unpack", "-"], &account, answer.as_bytes());
    let (code, decoded, _) = types(&["decode", "-"], &[], &xml);
    let decoded: Value = serde_json::from_slice(&decoded)?;
    assert_eq!((code, &decoded["download"]["results"][0]["key"]), (0, &Value::from("7001")));
    let name = download["file"]["name"].as_str().unwrap_or_default();
    assert_eq!(calls(&account, &["ack", name]).0, 0);
    assert_eq!(calls(&account, &["status", "nobody-has-this.cn"]).1["status"]["filed"], false);
    assert_eq!(calls(&account, &["verify-password", "浙ICP备2026000001号", "--filing-password", "x"]).0, 1);
    let wrong = [&account[..3], &[("BEIAN_MIIT_PASSWORD", "wrong")]].concat();
    let (code, refused) = calls(&wrong, &["download"]);
    assert_eq!((code, refused["code"].as_i64()), (1, Some(5)));
    authority.stop().await
}

#[test]
fn codes_are_listed_in_both_languages() {
    let (_, out, _) = types(&["codes", "list", "answers", "--json"], &[], b"");
    let codes: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(codes.as_array().unwrap().len(), 26);
    let (_, out, _) = types(&["codes", "list", "results"], &[("LANG", "zh_CN.UTF-8")], b"");
    assert!(String::from_utf8(out).unwrap().contains("1063  "));
    let (_, out, _) = types(&["codes", "list", "tables"], &[], b"");
    assert!(String::from_utf8(out).unwrap().contains("unit_nature"));
}

//! `beian check` and `beian calendar`, as they are typed and as a program talks to them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Output, Stdio};

fn start(words: &[&str], language: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_beian"))
        .args(words)
        .env_clear()
        .env("LANG", language)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Types a command in an English terminal, with something on standard input: its exit code and what it printed.
fn types(words: &[&str], input: &[u8]) -> (i32, String) {
    let mut child = start(words, "en_US.UTF-8");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The input goes in while the output comes out: neither pipe holds all of it.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let Output { status, stdout, .. } = child.wait_with_output().unwrap();
    writer.join().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap())
}

/// The answers to lines.
fn answers(words: &[&str], lines: &[u8]) -> (i32, Vec<Value>) {
    let (code, out) = types(words, lines);
    (code, out.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn rules(answer: &Value) -> Vec<&str> {
    answer["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

#[test]
fn a_value_is_checked_for_a_person() {
    let (code, out) = types(&["check", "business-reg-15", "110108000000016"], b"");
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("valid: 110108000000016") && out.contains("area: 海淀区"), "{out}");
    let (code, out) = types(&["check", "business-reg-15", "110108000000017"], b"");
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("[error] The last character is “7”, the others ask for “6”"), "{out}");
    let child = start(&["check", "icp-number", "川ICP备09150084号"], "zh_CN.UTF-8");
    let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(out.contains("有效") && out.contains("已按 蜀 读取"), "{out}");
}

#[test]
fn a_value_is_checked_for_a_program() {
    let (code, answers) = answers(&["check", "icp-number", "粤b2-20090059-2A", "--json"], b"");
    assert_eq!(code, 0);
    let answer = &answers[0];
    assert_eq!(answer["normalized"], "粤B2-20090059-2A");
    assert_eq!((&answer["facts"]["year"], &answer["facts"]["service"]), (&json!(2009), &json!(2)));
    let finding = &answer["findings"][0];
    assert_eq!((&finding["rule"], &finding["severity"]), (&json!("value-23"), &json!("warn")));
    for text in [&finding["message"], &finding["fix"]] {
        assert!(text["zh"].is_string() && text["en"].is_string(), "{finding}");
    }
}

#[test]
fn the_day_decides_whether_somebody_is_born() {
    let born = "110101202611219718";
    let on = |day: &str| types(&["check", "resident-id", born, "--on", day, "--json"], b"");
    let (code, out) = on("2026-11-21");
    assert_eq!(code, 0, "{out}");
    let (code, out) = on("2026-11-20");
    assert!(code == 1 && out.contains("certificate-05"), "{out}");
}

#[test]
fn a_wrong_command_line_ends_with_two() {
    let lines: [&[&str]; 12] = [
        &["check"],
        &["check", "uscc"],
        &["check", "shoe-size", "42"],
        &["check", "uscc", "1", "--stdin"],
        &["check", "uscc", "1", "--on", "yesterday"],
        &["calendar"],
        &["calendar", "--json"],
        &["calendar", "add", "2026-11-21"],
        &["calendar", "add", "2026-11-21", "-1"],
        &["calendar", "add", "2026-11-21", "1000001"],
        &["calendar", "count", "2026-11-21", "2026-02-30"],
        &["calendar", "is", "20261121"],
    ];
    for line in lines {
        assert_eq!(types(line, b"").0, 2, "{line:?}");
    }
}

#[test]
fn every_line_gets_its_answer_whatever_is_in_it() {
    let mut lines = Vec::new();
    lines.extend("\u{feff}{\"kind\":\"mobile\",\"value\":\"13800016620\"}\r\n".as_bytes());
    lines.extend(b"{\"kind\":\"shoe-size\",\"value\":\"42\"}\n");
    lines.extend(b"no json\n");
    lines.extend(b"\n");
    lines.extend(b"{\"kind\":\"uscc\"}\n");
    lines.extend(b"{\"kind\":\"uscc\",\"value\":1}\n");
    lines.extend(b"[\"uscc\",\"\xff\xfe\"]\n");
    lines.extend([&b"{\"kind\":\"uscc\",\"value\":\""[..], &vec![b'9'; 1_000_000], b"\"}\n"].concat());
    lines.extend([&vec![b'['; 60_000][..], b"\n"].concat());
    lines.extend("{\"kind\":\"email\",\"value\":\"\\u0000\\ud83d\\ude00@\",\"id\":7}\n".as_bytes());
    lines.extend("{\"value\":\"浙ICP备2026000001号\",\"kind\":\"icp-number\"}".as_bytes());
    let (code, answers) = answers(&["check", "--stdin", "--json"], &lines);
    assert_eq!((code, answers.len()), (1, 11));
    let valid: Vec<bool> = answers.iter().map(|answer| answer["valid"].as_bool().unwrap()).collect();
    let expected: Vec<bool> = (0..11).map(|line| line == 0 || line == 10).collect();
    assert_eq!(valid, expected);
    assert_eq!((&answers[1]["kind"], rules(&answers[1])), (&json!("shoe-size"), vec!["value-02"]));
    for broken in [2, 3, 4, 5, 6, 8] {
        assert_eq!(rules(&answers[broken]), ["value-01"], "{}", answers[broken]);
    }
    assert_eq!(rules(&answers[7]), ["value-03"]);
    assert_eq!(answers[0]["facts"]["carrier"], "CMCC");
    for answer in answers {
        for name in ["kind", "value", "valid", "normalized", "facts", "findings"] {
            assert!(answer.get(name).is_some(), "{name} is missing in {answer}");
        }
    }
}

#[test]
fn all_valid_lines_end_with_zero_and_no_line_is_no_fault() {
    let line = "{\"kind\":\"domain\",\"value\":\"云杉.中国\"}\n";
    assert_eq!(answers(&["check", "--stdin"], line.as_bytes()).0, 0, "--stdin implies --json");
    assert_eq!(types(&["check", "--stdin", "--json"], b""), (0, String::new()));
}

#[test]
fn who_asks_one_line_at_a_time_gets_each_answer_at_once() {
    let mut child = start(&["check", "--stdin", "--json"], "C");
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for number in ["0571-88880000", "010-12345"] {
        writeln!(stdin, "{}", json!({ "kind": "landline", "value": number })).unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        assert!(answer.contains(number), "{answer}");
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn working_days_are_counted_for_a_person() {
    let says = |words: &[&str]| types(&[&["calendar"], words].concat(), b"");
    // 2026: holidays from 1 to 7 October; Saturday the 10th was swapped for them.
    assert_eq!(says(&["add", "2026-09-30", "3"]), (0, "2026-10-10\n".to_owned()));
    assert_eq!(says(&["count", "2026-09-30", "2026-10-10"]), (0, "3\n".to_owned()));
    assert_eq!(says(&["is", "2026-10-10"]), (0, "2026-10-10 is a working day\n".to_owned()));
    assert_eq!(says(&["is", "2026-10-01"]), (1, "2026-10-01 is not a working day\n".to_owned()));
    let (code, out) = says(&["add", "2026-12-31", "1"]);
    assert!(code == 0 && out.starts_with("2027-01-01\nAn estimate: holidays are published for 2015 to 2026"), "{out}");
    let (code, out) = says(&["add", "9999-12-31", "1"]);
    assert!(code == 1 && out.contains("The answer lies beyond 9999-12-31"), "{out}");
}

#[test]
fn working_days_are_counted_for_a_program() {
    let (code, json) = answers(&["calendar", "is", "2026-10-01", "--json"], b"");
    assert_eq!((code, json), (1, vec![json!({ "workday": false, "estimated": false })]));
    let lines = [
        json!({ "op": "add", "start": "2026-09-30", "n": 3 }),
        json!({ "op": "count", "from": "2026-12-30", "to": "2027-01-04" }),
        json!({ "op": "is", "date": "2026-10-10" }),
        json!({ "op": "is", "date": "2026-10-11" }),
    ];
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let (code, json) = answers(&["calendar", "--stdin", "--json"], input.as_bytes());
    let expected = [
        json!({ "end": "2026-10-10", "estimated": false }),
        json!({ "days": 3, "estimated": true }),
        json!({ "workday": true, "estimated": false }),
        json!({ "workday": false, "estimated": false }),
    ];
    assert_eq!((code, json), (0, expected.to_vec()));
    // Behind a word of its own, a line may leave it out.
    let (code, json) = answers(&["calendar", "add", "--stdin", "--json"], b"{\"start\":\"2026-09-30\",\"n\":3}\n");
    assert_eq!((code, json), (0, vec![expected[0].clone()]));
}

#[test]
fn a_broken_question_to_the_calendar_is_told_what_is_wrong() {
    let lines = [
        (r#"{"op":"add","start":"2026-09-30","n":3"#, "value-01"),
        (r"[]", "value-01"),
        (r#"{"op":"sub","start":"2026-09-30","n":3}"#, "value-02"),
        (r#"{"op":"is","date":"2026-02-30"}"#, "value-36"),
        (r#"{"op":"is","date":20260228}"#, "value-36"),
        (r#"{"op":"add","start":"2026-09-30","n":-3}"#, "value-37"),
        (r#"{"op":"add","start":"2026-09-30","n":1.5}"#, "value-37"),
        (r#"{"op":"add","start":"2026-09-30","n":99999999999999999999}"#, "value-37"),
        (r#"{"op":"add","start":"9000-09-30","n":1000000}"#, "value-38"),
        (r#"{"op":"count","from":"2026-09-30"}"#, "value-39"),
        (r#"{"start":"2026-09-30","n":3}"#, "value-39"),
    ];
    let input: String = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
    let (code, answers) = answers(&["calendar", "--stdin", "--json"], input.as_bytes());
    assert_eq!((code, answers.len()), (1, lines.len()));
    for ((line, rule), answer) in lines.iter().zip(&answers) {
        assert_eq!(rules(answer), [*rule], "{line}");
        let message = answer["findings"][0]["message"]["en"].as_str().unwrap();
        assert!(!message.contains('{') || *rule == "value-01", "{message}");
    }
}

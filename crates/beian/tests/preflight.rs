//! `beian preflight`, as it is typed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// What a command said and how it ended.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

fn types_in(language: &str, words: &[&str]) -> Said {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_beian"))
        .arg("preflight")
        .args(words)
        .env_clear()
        .env("LANG", language)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

fn types(words: &[&str]) -> Said {
    types_in("en_US.UTF-8", words)
}

/// A company of Zhejiang that never filed, with a verified domain.
const GOOD: [&str; 18] = [
    "--domain",
    "yunshan-tech.cn",
    "--nature",
    "enterprise",
    "--certificate",
    "business_licence",
    "--province",
    "33",
    "--resource",
    "cloud_server",
    "--subject-filed",
    "no",
    "--domain-filed",
    "no",
    "--domain-verified",
    "yes",
    "--on",
    "2026-11-25",
];

fn with(change: &[(&str, &str)]) -> Vec<String> {
    let mut words: Vec<String> = GOOD.iter().map(|word| (*word).to_owned()).collect();
    for (flag, value) in change {
        match words.iter().position(|word| word == flag) {
            Some(index) => words[index + 1] = (*value).to_owned(),
            None => words.extend([(*flag).to_owned(), (*value).to_owned()]),
        }
    }
    words
}

fn judged(change: &[(&str, &str)]) -> (i32, Value) {
    let mut words = with(change);
    words.push("--json".into());
    let said = types(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let json = serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"));
    (said.code, json)
}

#[test]
fn the_ending_tells_a_script_the_verdict() {
    for (change, code, outcome) in
        [(vec![], 0, "fileable"), (vec![("--months", "1")], 1, "not_yet"), (vec![("--domain", "yunshan.io")], 1, "no")]
    {
        let (ended, verdict) = judged(&change);
        assert_eq!((ended, verdict["outcome"].as_str()), (code, Some(outcome)), "{change:?}");
    }
    // Nobody said whether anything is filed, and nobody can be asked from here.
    let silent: Vec<&str> = GOOD[..10].iter().copied().chain(["--json"]).collect();
    let said = types(&silent);
    let verdict: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, verdict["outcome"].as_str()), (5, Some("unknown")));
    let questions: Vec<&str> =
        verdict["questions"].as_array().unwrap().iter().map(|open| open["question"].as_str().unwrap()).collect();
    assert_eq!(questions, ["subject_at_ministry", "domain_at_ministry"]);
}

#[test]
fn the_plan_is_dated_from_the_day_that_is_given() {
    let (_, verdict) = judged(&[]);
    let step = |word: &str| {
        let steps = verdict["plan"].as_array().unwrap();
        steps.iter().find(|step| step["step"] == word).unwrap().clone()
    };
    assert_eq!(step("submit")["latest"], "2026-11-25");
    assert_eq!(step("first_review")["latest"], "2026-11-27");
    // Reported on Wednesday 2 December at the latest, the code by the 3rd, ten working days later the 17th.
    assert_eq!(step("authority")["latest"], "2026-12-17");
    assert_eq!(step("authority")["limit"], "2026-12-31");
}

#[test]
fn a_person_at_the_terminal_reads_their_language() {
    let chinese = types_in("zh_CN.UTF-8", &GOOD);
    assert!(chinese.out.contains("可以备案") && chinese.out.contains("首次备案"), "{chinese:?}");
    let words = with(&[("--domain", "yunshan.io"), ("--region", "abroad")]);
    let english = types(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(english.code, 1);
    assert!(english.out.contains("It cannot be filed"), "{english:?}");
    assert!(english.out.contains("domain-05") && english.out.contains("resource-02"), "all at once: {english:?}");
}

#[test]
fn answers_that_cannot_be_read_end_with_two_all_named() {
    let said = types(&["--domain", "a.cn", "--nature", "company", "--months", "many"]);
    assert_eq!(said.code, 2, "{said:?}");
    for flag in ["--nature: “company”", "--certificate: ", "--province: ", "--resource: ", "--months: “many”"] {
        assert!(said.err.contains(flag), "{flag}: {said:?}");
    }
    assert_eq!(types(&["case.json", "--domain", "a.cn"]).code, 2, "a case says everything itself");
}

#[test]
fn a_number_is_judged_and_not_repeated() {
    let number = "91330106MA2K97250X";
    let (code, verdict) = judged(&[("--number", number)]);
    assert_eq!(code, 1);
    assert!(verdict["findings"][0]["field"] == "basic.certificate_number", "{verdict}");
    assert!(!verdict.to_string().contains(number));
}

#[test]
fn a_case_file_is_judged_as_a_whole() {
    let case = |name: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cases").join(name).display().to_string()
    };
    let good = types(&[&case("company-two-sites.json"), "--on", "2026-11-21"]);
    assert_eq!(good.code, 0, "{good:?}");
    assert!(good.out.contains("yunshan-tech.cn"));
    let refused = types(&[&case("refused-domain.json"), "--on", "2026-11-21", "--json"]);
    assert_eq!(refused.code, 1, "{refused:?}");
}

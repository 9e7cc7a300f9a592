//! `beian rules` as it is typed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::process::Command;

/// What the command said on standard output, and how it ended.
fn rules(words: &[&str]) -> (String, i32) {
    in_language("en", words)
}

fn in_language(language: &str, words: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_beian"))
        .arg("rules")
        .args(words)
        .env_clear()
        .env("LANG", language)
        .output()
        .unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

fn json(words: &[&str]) -> Value {
    let (out, code) = rules(&[words, &["--json"]].concat());
    assert_eq!(code, 0, "{words:?}");
    serde_json::from_str(&out).unwrap()
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[test]
fn the_rulebook_is_the_one_that_was_agreed_on() {
    let list = json(&["list"]);
    let row = |rule: &Value| {
        let day = |key: &str| rule[key].as_str().unwrap_or("").to_owned();
        let parts = [
            day("id"),
            day("kind"),
            day("severity"),
            day("natures"),
            format!("{}–{}", day("effective_from"), day("effective_until")),
            rule["message"]["en"].as_str().unwrap().to_owned(),
        ];
        parts.join(" | ")
    };
    let rows: Vec<String> = list["rules"].as_array().unwrap().iter().map(row).collect();
    insta::assert_snapshot!("list", rows.join("\n"));
}

#[test]
fn a_filter_takes_what_it_says() {
    let all = json(&["list"]);
    let own = json(&["list", "--family", "name", "--nature", "individual"]);
    assert!(ids(&own["rules"]).contains(&"name-06"), "a rule for individuals");
    assert!(!ids(&own["rules"]).contains(&"name-10"), "a rule for units");
    assert_eq!(own["lines"].as_array().unwrap().len(), 0, "provincial lines are a family of their own");
    let zhejiang = json(&["list", "--province", "浙江"]);
    assert!(ids(&zhejiang["lines"]).iter().all(|id| id.starts_with("33-")));
    assert_eq!(all["lines"].as_array().unwrap().len(), 271);
    let before = json(&["list", "--family", "resource", "--on", "2021-08-04"]);
    assert!(!ids(&before["rules"]).contains(&"resource-09"));
    let cancelling = json(&["list", "--family", "name", "--action", "cancel_site"]);
    assert_eq!(ids(&cancelling["rules"]), [] as [&str; 0]);
}

#[test]
fn a_rule_is_shown_with_an_example_that_fails_and_one_that_passes() {
    let shown = json(&["show", "domain-07"]);
    let told =
        |key: &str| shown[key].as_array().unwrap().iter().filter(|finding| finding["rule"] == "domain-07").count();
    assert_eq!((told("findings_failing"), told("findings_passing")), (1, 0));
    let (text, _) = rules(&["show", "domain-07"]);
    for part in
        ["2026-11-20", "domain-07 basic.domain: The domain expired", "domain-07 is silent", "Tencent Cloud 243/18905"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let (text, _) = in_language("zh_CN.UTF-8", &["show", "domain-07"]);
    assert!(text.contains("域名已在 2026-11-20 到期"), "{text}");
}

#[test]
fn a_setting_names_both_sides_and_the_one_in_force() {
    let (text, _) = rules(&["show", "account-01"]);
    assert!(text.contains("* equal (Tencent Cloud") && text.contains("  not asked (Huawei Cloud"), "{text}");
}

#[test]
fn a_provincial_line_is_shown_with_the_rule_that_decides_it() {
    let (text, code) = rules(&["show", "33-address-01"]);
    assert_eq!(code, 0);
    assert!(text.contains("Zhejiang") && text.contains("address-01"), "{text}");
}

#[test]
fn what_changed_between_two_days_is_told_with_its_day() {
    let (text, _) = rules(&["diff", "--from", "2021-08-01", "--to", "2021-08-31"]);
    assert!(text.contains("2021-08-05  began  resource-09"), "{text}");
    let (text, _) = rules(&["diff", "--from", "2019-04-21", "--to", "2019-04-22"]);
    assert!(text.contains("2019-04-22  changed") && text.contains("before:"), "{text}");
    let (_, code) = rules(&["diff", "--from", "2021-08-31", "--to", "2021-08-01"]);
    assert_eq!(code, 1, "days in the wrong order");
}

#[test]
fn no_provincial_line_is_dropped() {
    let coverage = json(&["coverage"]);
    let total = &coverage["total"];
    let count = |key: &str| total[key].as_u64().unwrap();
    let lines = ["checks", "materials", "statements", "guidance", "out_of_force"].map(count).iter().sum::<u64>();
    assert_eq!(lines, 271);
    assert_eq!(coverage["table"].as_object().unwrap().len(), 31, "all provinces");
    let (text, _) = rules(&["coverage"]);
    assert!(text.lines().last().unwrap().starts_with("Total"), "{text}");
    assert!(text.contains("271"), "{text}");
}

#[test]
fn a_wrong_question_ends_with_its_own_number() {
    assert_eq!(rules(&["show", "name-99"]).1, 1, "no such rule");
    assert_eq!(rules(&["list", "--family", "nmae"]).1, 1, "no such family");
    for words in [["list", "--on", "yesterday"], ["list", "--nature", "ministry"], ["list", "--province", "香港"]] {
        assert_eq!(rules(&words).1, 2, "{words:?}");
    }
}

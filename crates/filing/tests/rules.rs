//! Every rule of `rules/*.toml` catches what it is for and lets its neighbour pass, by its own example.

use std::collections::BTreeSet;

use filing::check::{self, Base, DAY, Example, Facts, Finding, Rule, RuleKind, rules};
use filing::detect::{Answers, DomainAtMinistry, SubjectAtMinistry};
use filing::draft::Draft;
use filing::outside::{Silence, Why};
use jiff::civil::date;

fn company() -> (Draft, Facts) {
    Base::Company.world()
}

fn all() -> impl Iterator<Item = &'static Rule> {
    rules().iter().flat_map(|family| &family.rules)
}

/// Every rule that a machine decides, with its example.
fn checks() -> impl Iterator<Item = (&'static Rule, &'static Example)> {
    all().filter(|rule| rule.kind == RuleKind::Check).map(|rule| {
        let example = rule.example.as_ref();
        (rule, example.unwrap_or_else(|| panic!("{} has no example", rule.id)))
    })
}

fn all_ids() -> BTreeSet<String> {
    all().map(|rule| rule.id.clone()).collect()
}

#[test]
fn every_rule_catches_its_breach_and_lets_its_neighbour_pass() {
    for (rule, example) in checks() {
        let told = |findings: &[Finding]| findings.iter().any(|finding| finding.rule == rule.id);
        let (draft, facts) = example.base.world();
        let before = check::run(&draft, &facts, example.on);
        assert!(!told(&before), "{} is broken by the {} case itself", rule.id, example.base);
        let caught = example.findings_failing().unwrap_or_else(|fault| panic!("{}: {fault}", rule.id));
        assert!(told(&caught), "{} did not catch; there were {:?}", rule.id, ids(&caught));
        let passed = example.findings_passing().unwrap_or_else(|fault| panic!("{}: {fault}", rule.id));
        assert!(!told(&passed), "{} did not let pass: {passed:#?}", rule.id);
    }
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn nothing_blocks_the_cases_that_examples_start_from() {
    for base in Base::ALL {
        let (draft, facts) = base.world();
        let findings = check::run(&draft, &facts, DAY);
        assert!(!check::blocks(&findings), "{base}: {findings:#?}");
    }
}

#[test]
fn ids_are_unique_and_every_rule_says_what_it_is_for() {
    assert_eq!(all_ids().len(), all().count(), "an id stands in the files twice");
    for rule in all() {
        assert!(!rule.actions.is_empty(), "{} is for no action", rule.id);
        assert!(!rule.fields.is_empty(), "{} speaks of no field", rule.id);
        assert!(!rule.message.zh.is_empty() && !rule.message.en.is_empty(), "{} has no text", rule.id);
        assert_eq!(rule.fix.zh.is_empty(), rule.fix.en.is_empty(), "{}", rule.id);
        assert!(rule.source.chars().any(|c| c.is_ascii_digit()), "{} names no dated source", rule.id);
        if let (Some(from), Some(until)) = (rule.effective_from, rule.effective_until) {
            assert!(from <= until, "{} ends before it begins", rule.id);
        }
    }
}

#[test]
fn where_sources_disagree_two_are_named_and_one_is_in_force() {
    for rule in all().filter(|rule| !rule.claims.is_empty()) {
        assert!(rule.claims.len() >= 2, "{} names one side", rule.id);
        assert_eq!(rule.claims.iter().filter(|claim| claim.in_force).count(), 1, "{}", rule.id);
    }
}

#[test]
fn every_id_the_code_names_is_in_the_files_and_the_other_way_round() {
    let mut named = BTreeSet::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in [folder.join("check/province"), folder.join("check"), folder] {
        for entry in std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(entry).unwrap();
            named.extend(text.split('"').filter(|part| is_id(part)).map(str::to_owned));
        }
    }
    // What one answer breaks, what people judge and what timers count by is said by the data alone.
    let by_data = |rule: &&Rule| rule.when.is_some() || rule.kind != RuleKind::Check;
    let data: BTreeSet<String> = all().filter(by_data).map(|rule| rule.id.clone()).collect();
    assert_eq!(named.intersection(&data).next(), None, "the code names a rule that the data decides");
    named.extend(data);
    assert_eq!(named, all_ids());
}

fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(family, number)| {
        rules().iter().any(|known| known.family == family)
            && number.len() == 2
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

#[test]
fn a_finding_speaks_of_a_field_of_its_rule_and_leaves_no_hole_unfilled() {
    for (_, example) in checks() {
        for finding in example.findings_failing().unwrap() {
            let rule = check::rule(&finding.rule).unwrap();
            assert!(rule.is_about(&finding.field), "{} speaks of {}", finding.rule, finding.field);
            for text in [&finding.message.zh, &finding.message.en, &finding.fix.zh, &finding.fix.en] {
                assert!(!text.is_empty() && !text.contains(['{', '}']), "{}: {text}", finding.rule);
            }
            assert!(!finding.source.is_empty());
        }
    }
}

#[test]
fn ids_begin_with_their_family_and_go_up_without_a_gap() {
    for family in rules() {
        for (index, rule) in family.rules.iter().enumerate() {
            assert_eq!(rule.id, format!("{}-{:02}", family.family, index + 1));
        }
    }
}

#[test]
fn a_name_of_letters_is_answered_with_names_the_company_may_take() {
    let (mut draft, facts) = company();
    draft.sites[0].name = "yunshan".into();
    let findings = check::run(&draft, &facts, DAY);
    let finding = findings.iter().find(|finding| finding.rule == "name-02").unwrap();
    assert_eq!(finding.message.zh, "网站名称不能只写域名、英文或数字");
    assert_eq!(finding.values, ["云杉科技", "云杉科技官网"]);
    assert_eq!(finding.value.as_deref(), Some("云杉科技"));
}

#[test]
fn a_provinces_own_rule_is_cited() {
    let (mut draft, facts) = company();
    draft.subject.postal_address = "浙江省杭州市市辖区云栖示例路1号".into();
    let findings = check::run(&draft, &facts, DAY);
    let finding = findings.iter().find(|finding| finding.rule == "address-01").unwrap();
    assert!(finding.source.starts_with("33-address-01"), "{}", finding.source);
    assert_eq!(finding.severity, check::Severity::Block);
    assert_eq!(finding.value.as_deref(), Some("浙江省杭州市西湖区云栖示例路1号"));
}

#[test]
fn an_empty_draft_asks_for_every_field_and_breaks_nothing() {
    let findings = check::run(&Draft::default(), &Facts::default(), DAY);
    assert!(findings.iter().filter(|finding| finding.is_missing()).count() > 15);
    for finding in findings.iter().filter(|finding| !finding.is_missing()) {
        assert_eq!(finding.rule, "account-06", "{finding:?}");
    }
}

#[test]
fn who_did_not_answer_is_named_and_silence_is_no_verdict() {
    let (draft, mut facts) = company();
    let silent = |why| Silence { who: "RDAP rdap.example.cn".into(), why };
    let mut known = check::Registration::unknown(DAY);
    known.silent = vec![silent(Why::TimedOut), Silence { who: "WHOIS whois.example.cn".into(), why: Why::Garbled }];
    facts.registrations.insert("yunshan-tech.cn".into(), known);
    let findings = check::run(&draft, &facts, DAY);
    let about: Vec<&Finding> = findings.iter().filter(|finding| finding.rule.starts_with("domain-")).collect();
    assert_eq!(ids(&findings).iter().filter(|id| id.starts_with("domain-")).collect::<Vec<_>>(), [&"domain-11"]);
    assert_eq!(about[0].severity, check::Severity::Ask);
    assert_eq!(
        about[0].message.zh,
        "没有查到域名的注册信息：RDAP rdap.example.cn 没有按时回答；WHOIS whois.example.cn 的回答不完整或自相矛盾。"
    );
    assert!(
        about[0].message.en.contains("RDAP rdap.example.cn did not answer in time; WHOIS"),
        "{}",
        about[0].message.en
    );
}

#[test]
fn every_reason_for_silence_has_its_words() {
    let rule = check::rule("domain-11").unwrap();
    for why in Why::ALL {
        assert_eq!(rule.group(why.as_str()).len(), 2, "{why}");
    }
}

#[test]
fn a_name_that_is_filed_already_may_lead_where_it_likes() {
    let example = check::rule("domain-19").unwrap().example.as_ref().unwrap();
    let (draft, mut facts) = check::changed(example.base, &example.fails).unwrap();
    assert!(ids(&check::run(&draft, &facts, DAY)).contains(&"domain-19"));
    let new = facts.detection["yunshan-tech.cn"];
    let filed = Answers { subject: SubjectAtMinistry::Filed, domain: DomainAtMinistry::SameSubject, ..new };
    facts.detection.insert("yunshan-tech.cn".into(), filed);
    assert!(!ids(&check::run(&draft, &facts, DAY)).contains(&"domain-19"));
    facts.resolutions.get_mut("yunshan-tech.cn").unwrap().as_of = date(2026, 11, 17);
    facts.detection.insert("yunshan-tech.cn".into(), new);
    assert!(!ids(&check::run(&draft, &facts, DAY)).contains(&"domain-19"), "an old answer is not counted");
}

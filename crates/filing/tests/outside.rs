//! What others told of a domain, and what the checks make of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use filing::check::{self, Base, DAY, Facts, Finding, Registration, Resolution, Severity};
use filing::detect::{Answer, DomainAtMinistry, SubjectAtMinistry};
use filing::outside::{Silence, Why};
use jiff::civil::date;

const FIRST: &str = "yunshan-tech.cn";

fn findings(change: impl FnOnce(&mut Facts)) -> Vec<Finding> {
    let (draft, mut facts) = Base::Company.world();
    change(&mut facts);
    let about_domains = |finding: &Finding| finding.rule.starts_with("domain-");
    check::run(&draft, &facts, DAY).into_iter().filter(about_domains).collect()
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.as_str()).collect()
}

fn leads_elsewhere(facts: &mut Facts) -> &mut Resolution {
    facts.resolutions.entry(FIRST.into()).or_insert(Resolution {
        as_of: DAY,
        elsewhere: vec!["203.0.113.9".into()],
        here: Vec::new(),
        agree: Answer::Yes,
        sources: vec!["DNS 192.0.2.53".into()],
        silent: Vec::new(),
    })
}

#[test]
fn who_did_not_answer_is_named_and_silence_is_no_verdict() {
    let silent = |who: &str, why| Silence { who: who.into(), why };
    let mut known = Registration::unknown(DAY);
    known.silent = vec![silent("RDAP rdap.example.cn", Why::TimedOut), silent("WHOIS whois.example.cn", Why::Garbled)];
    let found = findings(|facts| drop(facts.registrations.insert(FIRST.into(), known)));
    assert_eq!(ids(&found), ["domain-11"]);
    assert_eq!(found[0].severity, Severity::Ask);
    assert_eq!(
        found[0].message.zh,
        "没有查到域名的注册信息：RDAP rdap.example.cn 没有按时回答；WHOIS whois.example.cn 的回答不完整或自相矛盾。"
    );
    let english = "Nothing is known of the domain’s registration: RDAP rdap.example.cn did not answer in time; WHOIS";
    assert!(found[0].message.en.starts_with(english), "{}", found[0].message.en);
}

#[test]
fn every_reason_for_silence_has_its_words() {
    let rule = check::rule("domain-11").unwrap();
    for why in Why::ALL {
        assert_eq!(rule.group(why.as_str()).len(), 2, "{why}");
    }
}

#[test]
fn a_name_that_nobody_has_registered_says_nothing_else() {
    let change = |facts: &mut Facts| {
        let known = facts.registrations.get_mut(FIRST).unwrap();
        known.registered = Answer::No;
        known.source = Some("RDAP rdap.example.cn".into());
        known.expires_on = None;
    };
    let found = findings(change);
    assert_eq!(ids(&found), ["domain-17"]);
    assert!(found[0].message.en.contains("RDAP rdap.example.cn"), "{}", found[0].message.en);
}

#[test]
fn a_name_that_is_filed_already_may_lead_where_it_likes() {
    assert_eq!(ids(&findings(|facts| leads_elsewhere(facts).agree = Answer::Yes)), ["domain-19"]);
    let filed = |facts: &mut Facts| {
        leads_elsewhere(facts);
        let answers = facts.detection.get_mut(FIRST).unwrap();
        answers.subject = SubjectAtMinistry::Filed;
        answers.domain = DomainAtMinistry::SameSubject;
    };
    assert!(ids(&findings(filed)).is_empty());
}

#[test]
fn where_a_name_led_days_ago_does_not_count() {
    let on = |day| findings(|facts| leads_elsewhere(facts).as_of = day).len();
    assert_eq!((on(date(2026, 11, 18)), on(date(2026, 11, 17))), (1, 0));
}

#[test]
fn a_holder_written_in_another_script_is_asked_about_and_not_refused() {
    let holder = |name: &str| {
        let found = findings(|facts| facts.registrations.get_mut(FIRST).unwrap().holder = Some(name.into()));
        found.first().map(|finding| (finding.rule.clone(), finding.severity))
    };
    assert_eq!(holder("Yunshan Technology Ltd."), Some(("domain-12".into(), Severity::Ask)));
    assert_eq!(holder("青禾网络有限公司"), Some(("domain-12".into(), Severity::Block)));
}

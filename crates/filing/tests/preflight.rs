//! The verdict before any form: each outcome with its cause, every hurdle at once, and dates counted by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use filing::case;
use filing::check::{Cure, Severity, rules};
use filing::detect::{Answer, Answers, Detected, DomainAtMinistry, SubjectAtMinistry};
use filing::nature::Nature;
use filing::preflight::{self, Asked, Outcome, Outside, Verdict};
use filing::province::Province;
use filing::resource::ResourceKind;
use filing::stage::Action;
use jiff::civil::{Date, date};
use proptest::prelude::*;

const ON: Date = date(2026, 11, 25);

/// A company of Zhejiang that never filed, with a verified domain and a cloud server.
fn company() -> Asked {
    Asked {
        domain: "yunshan-tech.cn".into(),
        nature: "enterprise".into(),
        certificate: "business_licence".into(),
        province: "33".into(),
        resource: "cloud_server".into(),
        subject_filed: "no".into(),
        domain_filed: "no".into(),
        domain_verified: "yes".into(),
        ..Asked::default()
    }
}

fn judge(asked: &Asked, on: Date) -> Verdict {
    preflight::run(asked, &Outside::default(), on).unwrap()
}

fn rules_of(verdict: &Verdict) -> Vec<&str> {
    verdict.findings.iter().map(|hurdle| hurdle.finding.rule.as_str()).collect()
}

type Change = fn(&mut Asked);
type Row = (&'static str, Change, Outcome, &'static [&'static str], Option<Date>);

/// What is changed, what it comes to, by which rules, and from which day it could be submitted.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("nothing", |_| {}, Outcome::Fileable, &[], Some(ON)),
    ("an individual", |a| { a.nature = "个人".into(); a.certificate = "resident_id".into(); }, Outcome::Fileable, &[], Some(ON)),
    ("a suffix that is not approved", |a| a.domain = "yunshan.io".into(), Outcome::No, &["domain-05"], None),
    ("a suffix no source settles", |a| a.domain = "yunshan.aero".into(), Outcome::Unknown, &["domain-06"], Some(ON)),
    ("an address", |a| a.domain = "203.0.113.24".into(), Outcome::No, &["domain-04"], None),
    ("a page instead of a domain", |a| a.domain = "https://www.yunshan-tech.cn/a".into(), Outcome::NotYet, &["domain-02"], Some(ON)),
    ("a sub-name", |a| a.domain = "www.yunshan-tech.cn".into(), Outcome::NotYet, &["domain-03"], Some(ON)),
    ("a sub-name under a suffix that is not approved", |a| a.domain = "www.yunshan.io".into(), Outcome::No, &["domain-03", "domain-05"], None),
    ("a state suffix for a company", |a| a.domain = "yunshan.gov.cn".into(), Outcome::No, &["domain-13"], None),
    ("a certificate of another nature", |a| a.certificate = "resident_id".into(), Outcome::No, &["certificate-01"], None),
    ("a resource kind that closed", |a| a.resource = "cloud_run".into(), Outcome::No, &["resource-09"], None),
    ("a resource abroad", |a| a.region = "abroad".into(), Outcome::No, &["resource-02"], None),
    ("a resource by the hour", |a| a.billing = "pay_as_you_go".into(), Outcome::NotYet, &["resource-03"], Some(ON)),
    ("a resource for two months", |a| a.months = "2".into(), Outcome::NotYet, &["resource-04"], Some(ON)),
    ("a resource for three months", |a| a.months = "3".into(), Outcome::Fileable, &[], Some(ON)),
    ("a resource that ends soon", |a| a.resource_until = "2026-12-24".into(), Outcome::NotYet, &["resource-05"], Some(ON)),
    ("a resource that ended", |a| a.resource_until = "2026-11-24".into(), Outcome::NotYet, &["resource-06"], Some(ON)),
    ("a domain nobody verified", |a| { a.domain_verified = "no".into(); a.registered_here = "yes".into(); }, Outcome::NotYet, &["domain-09"], Some(date(2026, 11, 28))),
    ("a domain nobody verified elsewhere", |a| a.domain_verified = "no".into(), Outcome::NotYet, &["domain-09"], Some(date(2026, 11, 30))),
    // Verified on Tuesday, three natural days here: Friday.
    ("a domain verified yesterday here", |a| { a.domain_verified_on = "2026-11-24".into(); a.registered_here = "yes".into(); }, Outcome::NotYet, &["domain-10"], Some(date(2026, 11, 27))),
    // The same at another registrar, three working days: Friday too; verified on Wednesday it is Monday.
    ("a domain verified yesterday elsewhere", |a| a.domain_verified_on = "2026-11-24".into(), Outcome::NotYet, &["domain-10"], Some(date(2026, 11, 27))),
    ("a domain verified today elsewhere", |a| a.domain_verified_on = "2026-11-25".into(), Outcome::NotYet, &["domain-10"], Some(date(2026, 11, 30))),
    ("a domain verified long ago", |a| a.domain_verified_on = "2026-11-01".into(), Outcome::Fileable, &[], Some(ON)),
    ("a domain that ended", |a| a.domain_until = "2026-11-24".into(), Outcome::NotYet, &["domain-07"], Some(ON)),
    ("a person verified yesterday", |a| { a.nature = "individual".into(); a.certificate = "resident_id".into(); a.account_verified_on = "2026-11-24".into(); }, Outcome::NotYet, &["account-03"], Some(date(2026, 11, 26))),
    ("a domain of somebody else", |a| a.domain_filed = "other".into(), Outcome::NotYet, &["detection-02"], Some(ON)),
    ("a filed domain under an unfiled number", |a| a.domain_filed = "elsewhere".into(), Outcome::NotYet, &["detection-03"], Some(ON)),
    ("everything filed here", |a| { a.subject_filed = "here".into(); a.domain_filed = "here".into(); }, Outcome::No, &["detection-05"], None),
    ("a number with a wrong digit", |a| a.number = "91330106MA2H0A1B2C".into(), Outcome::NotYet, &["certificate-06"], Some(ON)),
];

#[test]
fn each_outcome_has_its_cause_and_its_first_day() {
    for (name, change, outcome, causes, from) in TABLE {
        let mut asked = company();
        change(&mut asked);
        let verdict = judge(&asked, ON);
        assert_eq!(verdict.outcome, *outcome, "{name}: {:#?}", verdict.findings);
        for cause in *causes {
            assert!(rules_of(&verdict).contains(cause), "{name}: {:?}", rules_of(&verdict));
        }
        if *outcome == Outcome::Fileable {
            assert!(verdict.findings.is_empty(), "{name}: {:?}", rules_of(&verdict));
        }
        assert_eq!(verdict.fileable_from, *from, "{name}");
        assert_eq!(verdict.plan.is_empty(), *outcome == Outcome::No, "{name}");
        assert_eq!(verdict.papers.is_empty(), *outcome == Outcome::No, "{name}");
    }
}

#[test]
fn every_hurdle_is_named_at_once_the_gravest_first_with_fix_and_source() {
    let mut asked = company();
    asked.domain = "yunshan.io".into();
    asked.certificate = "resident_id".into();
    asked.region = "abroad".into();
    asked.billing = "pay_as_you_go".into();
    asked.months = "1".into();
    asked.domain_verified = "no".into();
    let verdict = judge(&asked, ON);
    for rule in ["domain-05", "domain-09", "certificate-01", "resource-02", "resource-03", "resource-04"] {
        assert!(rules_of(&verdict).contains(&rule), "{rule}: {:?}", rules_of(&verdict));
    }
    assert_eq!(verdict.findings[0].cure, Cure::Never);
    for hurdle in &verdict.findings {
        let finding = &hurdle.finding;
        for text in [&finding.message.zh, &finding.message.en, &finding.fix.zh, &finding.fix.en, &finding.source] {
            assert!(!text.is_empty() && !text.contains(['{', '}']), "{}: {text}", finding.rule);
        }
    }
    let abroad = verdict.findings.iter().find(|hurdle| hurdle.finding.rule == "resource-02").unwrap();
    assert!(abroad.finding.message.zh.contains("云服务器") && abroad.finding.message.en.contains("Cloud server"));
}

#[test]
fn what_nobody_told_is_unknown_and_never_a_verdict() {
    let silent: [(&str, Change); 4] = [
        ("whether the organiser filed", |a| a.subject_filed.clear()),
        ("whether the domain is filed", |a| a.domain_filed.clear()),
        ("both", |a| {
            a.subject_filed.clear();
            a.domain_filed.clear();
        }),
        ("whether the holder is verified", |a| a.domain_verified.clear()),
    ];
    for (name, silence) in silent {
        let mut asked = company();
        silence(&mut asked);
        let verdict = judge(&asked, ON);
        assert_eq!(verdict.outcome, Outcome::Unknown, "{name}");
        let type_open = name != "whether the holder is verified";
        assert_eq!(verdict.questions.is_empty(), !type_open, "{name}: the missing question is named");
        assert_eq!(matches!(verdict.detected, Detected::Unknown { .. }), type_open);
        // A hurdle stays one, whatever else is not known.
        asked.domain = "yunshan.io".into();
        assert_eq!(judge(&asked, ON).outcome, Outcome::No, "{name}");
    }
}

#[test]
fn an_open_type_is_no_open_verdict_when_every_type_can_be_filed() {
    let answers = Answers {
        subject: SubjectAtMinistry::Filed,
        domain: DomainAtMinistry::NotFiled,
        subject_here: Answer::Unknown,
        domain_here: Answer::No,
        shell_may_add: Answer::Unknown,
    };
    let mut asked = company();
    (asked.subject_filed, asked.domain_filed) = (String::new(), String::new());
    let outside = Outside { answers: Some(answers), ..Outside::default() };
    let verdict = preflight::run(&asked, &outside, ON).unwrap();
    assert_eq!(verdict.outcome, Outcome::Fileable);
    assert_eq!(verdict.possible, [Action::AddSiteHere, Action::AddSiteElsewhere]);
    assert_eq!(verdict.questions.len(), 1);
}

#[test]
fn the_ministry_is_believed_before_the_applicant() {
    let answers = Answers { domain: DomainAtMinistry::OtherSubject, ..Answers::default() };
    let outside = Outside { answers: Some(answers), ..Outside::default() };
    let verdict = preflight::run(&company(), &outside, ON).unwrap();
    assert!(rules_of(&verdict).contains(&"detection-02"));
}

#[test]
fn a_domain_in_a_running_order_waits() {
    let outside = Outside { in_running_order: true, ..Outside::default() };
    let verdict = preflight::run(&company(), &outside, ON).unwrap();
    assert_eq!((verdict.outcome, rules_of(&verdict)), (Outcome::NotYet, vec!["domain-15"]));
}

#[test]
fn answers_that_cannot_be_read_are_all_named_at_once() {
    let asked = Asked {
        nature: "公司".into(),
        province: "台湾".into(),
        months: "many".into(),
        resource_until: "soon".into(),
        domain_filed: "perhaps".into(),
        ..Asked::default()
    };
    let faults = preflight::run(&asked, &Outside::default(), ON).unwrap_err();
    let malformed = Asked { domain: "203.0.113.24".into(), ..asked.clone() };
    let with_domain = preflight::run(&malformed, &Outside::default(), ON).unwrap_err();
    assert!(with_domain.iter().any(|fault| fault.code == "domain-04"), "{with_domain:?}");
    let named: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.field.as_str(), fault.code.as_str())).collect();
    assert_eq!(
        named,
        [
            ("nature", "choice"),
            ("certificate", "required"),
            ("province", "choice"),
            ("resource", "required"),
            ("domain", "required"),
            ("domain_filed", "choice"),
            ("months", "months"),
            ("resource_until", "date"),
        ]
    );
}

#[test]
fn a_choice_may_be_named_by_its_word_or_in_either_language() {
    for (nature, certificate, province, resource) in [
        ("enterprise", "business_licence", "33", "cloud_server"),
        ("企业", "营业执照", "浙江", "云服务器"),
        ("Enterprise", "business-licence", "zhejiang", "Cloud server"),
    ] {
        let asked = Asked {
            nature: nature.into(),
            certificate: certificate.into(),
            province: province.into(),
            resource: resource.into(),
            ..company()
        };
        let verdict = judge(&asked, ON);
        assert_eq!(
            (verdict.about.nature, verdict.about.province),
            (Some(Nature::Enterprise), Some(Province::Zhejiang))
        );
    }
}

#[test]
fn a_link_carries_neither_name_nor_number() {
    let asked = Asked { name: "林知夏".into(), number: "110101199003070000".into(), ..company() };
    let shared = asked.shared();
    assert!(shared.contains(&("domain", "yunshan-tech.cn")));
    assert!(!shared.iter().any(|(name, value)| ["name", "number"].contains(name) || value.contains("林知夏")));
    let said = serde_json::to_string(&judge(&asked, ON)).unwrap();
    assert!(!said.contains("林知夏") && !said.contains("110101199003070000"), "the verdict repeats neither: {said}");
}

fn dates(verdict: &Verdict) -> Vec<(&str, Date, Date)> {
    verdict.plan.iter().map(|step| (step.step.as_str(), step.earliest, step.latest)).collect()
}

#[test]
fn the_plan_steps_over_the_spring_festival_of_2026() {
    // Friday the 13th and the swapped Saturday the 14th are worked, then nothing until Tuesday the 24th.
    let verdict = judge(&company(), date(2026, 2, 12));
    assert_eq!(
        dates(&verdict),
        [
            ("submit", date(2026, 2, 12), date(2026, 2, 12)),
            ("first_review", date(2026, 2, 13), date(2026, 2, 14)),
            ("report", date(2026, 2, 14), date(2026, 2, 26)),
            ("sms", date(2026, 2, 14), date(2026, 2, 27)),
            ("authority", ZHEJIANG_AFTER_FESTIVAL, date(2026, 3, 12)),
            ("open", ZHEJIANG_AFTER_FESTIVAL, date(2026, 3, 12)),
            ("police", ZHEJIANG_AFTER_FESTIVAL, date(2026, 4, 11)),
        ]
    );
    // Twenty working days after Friday the 27th; Saturday the 28th is worked.
    assert_eq!(verdict.plan[4].limit, Some(date(2026, 3, 26)));
    assert!(verdict.plan.iter().all(|step| !step.estimated));
}

/// Seven working days after 14 February: the 24th to the 28th, then 2 and 3 March.
const ZHEJIANG_AFTER_FESTIVAL: Date = date(2026, 3, 3);

#[test]
fn the_plan_steps_over_the_national_day_of_2026() {
    // Saturday; Sunday the 20th is worked, the 25th to 27th and 1 to 7 October are off, Saturday the 10th is worked.
    let verdict = judge(&company(), date(2026, 9, 19));
    assert_eq!(
        dates(&verdict),
        [
            ("submit", date(2026, 9, 19), date(2026, 9, 19)),
            ("first_review", date(2026, 9, 20), date(2026, 9, 21)),
            ("report", date(2026, 9, 21), date(2026, 9, 24)),
            ("sms", date(2026, 9, 21), date(2026, 9, 25)),
            ("authority", date(2026, 10, 8), date(2026, 10, 15)),
            ("open", date(2026, 10, 8), date(2026, 10, 15)),
            ("police", date(2026, 10, 8), date(2026, 11, 14)),
        ]
    );
    assert_eq!(verdict.plan[4].limit, Some(date(2026, 10, 29)));
}

#[test]
fn a_plan_that_runs_into_an_unpublished_year_says_so() {
    let verdict = judge(&company(), date(2026, 12, 25));
    let estimated: Vec<bool> = verdict.plan.iter().map(|step| step.estimated).collect();
    assert!(!estimated[0] && estimated[4..].iter().all(|estimated| *estimated), "{estimated:?}");
}

#[test]
fn an_access_filing_opens_after_the_first_review() {
    let asked = Asked { subject_filed: "elsewhere".into(), domain_filed: "elsewhere".into(), ..company() };
    let verdict = judge(&asked, ON);
    assert_eq!(
        (verdict.outcome, verdict.planned),
        (Outcome::Fileable, Some(Action::AddAccess)),
        "{:#?}",
        verdict.findings
    );
    let words: Vec<&str> = verdict.plan.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(words, ["submit", "first_review", "open_early", "report", "sms", "authority", "police"]);
    let police = verdict.plan.last().unwrap();
    assert_eq!((police.earliest, police.latest), (date(2026, 11, 26), date(2026, 12, 27)));
}

#[test]
fn a_plan_starts_on_the_day_the_last_hurdle_is_gone() {
    let mut asked = company();
    asked.domain_verified_on = "2026-11-25".into();
    let verdict = judge(&asked, ON);
    assert_eq!(verdict.plan[0].earliest, date(2026, 11, 30));
}

#[test]
fn a_case_file_is_judged_with_all_it_says() {
    let good = case::validate(include_str!("../../../examples/cases/company-two-sites.json")).unwrap();
    let verdict = preflight::of_case(&good, date(2026, 11, 21));
    assert_eq!(verdict.outcome, Outcome::Fileable, "{:#?}", verdict.findings);
    let mut bad = good;
    bad.draft.sites[1].name = "yunshan".into();
    let verdict = preflight::of_case(&bad, date(2026, 11, 21));
    assert_eq!((verdict.outcome, rules_of(&verdict).contains(&"name-02")), (Outcome::NotYet, true));
}

#[test]
fn a_rule_that_time_alone_cures_blocks_and_says_from_when() {
    let timed: Vec<&str> = rules()
        .iter()
        .flat_map(|family| &family.rules)
        .filter(|rule| rule.cure == Cure::Time)
        .inspect(|rule| assert_eq!(rule.severity, Severity::Block, "{}", rule.id))
        .map(|rule| rule.id.as_str())
        .collect();
    for rule in timed {
        let shown = TABLE.iter().any(|(_, change, ..)| {
            let mut asked = company();
            change(&mut asked);
            judge(&asked, ON).findings.iter().any(|h| h.finding.rule == rule && h.finding.cured_from.is_some())
        });
        assert!(shown, "no row of the table shows {rule} with its day");
    }
}

/// What somebody could tell besides, each a hurdle or nothing.
#[rustfmt::skip]
const BLOCKERS: &[Change] = &[
    |a| a.region = "abroad".into(),
    |a| a.billing = "pay_as_you_go".into(),
    |a| a.months = "1".into(),
    |a| a.domain_verified = "no".into(),
    |a| a.domain_until = "2020-01-01".into(),
    |a| a.resource_until = "2020-01-01".into(),
    |a| a.number = "1".into(),
];

proptest! {
    #[test]
    fn a_blocker_more_never_makes_the_outcome_better(
        domain in prop::sample::select(vec!["a.cn", "a.io", "a.aero", "a.gov.cn", "www.a.cn", "com.cn", "云杉.中国"]),
        nature in prop::sample::select(Nature::ALL),
        certificate in 0usize..4,
        province in prop::sample::select(Province::ALL),
        resource in prop::sample::select(ResourceKind::ALL),
        subject in prop::sample::select(vec!["", "no", "here", "elsewhere", "shell"]),
        filed in prop::sample::select(vec!["", "no", "here", "elsewhere", "other"]),
        verified in prop::sample::select(vec!["", "yes"]),
        first in 0usize..BLOCKERS.len(),
        second in 0usize..BLOCKERS.len(),
    ) {
        let kinds = nature.certificates();
        let mut asked = Asked {
            domain: domain.into(),
            nature: nature.as_str().into(),
            certificate: kinds.get(certificate).map_or("resident_id", |kind| kind.as_str()).into(),
            province: province.as_str().into(),
            resource: resource.as_str().into(),
            subject_filed: subject.into(),
            domain_filed: filed.into(),
            domain_verified: verified.into(),
            ..Asked::default()
        };
        let mut before = judge(&asked, ON);
        for blocker in [first, second] {
            BLOCKERS[blocker](&mut asked);
            let after = judge(&asked, ON);
            prop_assert!(after.outcome >= before.outcome, "{:?} after {:?}", after.outcome, before.outcome);
            prop_assert!(after.fileable_from.is_none() || after.fileable_from >= before.fileable_from);
            before = after;
        }
    }
}

use std::collections::BTreeSet;

use jiff::civil::date;

use super::*;
use crate::certificate::{Registration15, ResidentId, Uscc};

const ON: Date = date(2026, 11, 21);

fn rules_of(checked: &Checked) -> Vec<&str> {
    checked.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

fn id(first_17: &str) -> String {
    format!("{first_17}{}", ResidentId::check_digit(first_17).unwrap())
}

fn credit(first_16: &str) -> String {
    let seventeen = format!("{first_16}{}", Uscc::organization_check(&first_16[8..]).unwrap());
    format!("{seventeen}{}", Uscc::check_character(&seventeen).unwrap())
}

/// A valid value of every kind.
fn samples() -> Vec<(Kind, String)> {
    let text = |kind, text: &str| (kind, text.to_owned());
    vec![
        (Kind::ResidentId, id("33010619880214971")),
        (Kind::Uscc, credit("91330106MA2K0XYQ")),
        text(Kind::BusinessReg15, "110108000000016"),
        text(Kind::BusinessReg13, "1101081234567"),
        (Kind::OrgCode, format!("MA2K0XYQ-{}", Uscc::organization_check("MA2K0XYQ").unwrap())),
        text(Kind::PassportCn, "EA1234567"),
        text(Kind::PassportForeign, "C01X00T47"),
        text(Kind::HkMacauPermit, "H12345678"),
        text(Kind::TaiwanPermit, "12345678"),
        (Kind::HmtResidencePermit, id("81000019900101971")),
        text(Kind::ForeignerPr2004, "USA330080010101"),
        (Kind::ForeignerPr2023, id("93384019850101971")),
        text(Kind::MilitaryOfficer, "南字第0012345号"),
        text(Kind::IcpNumber, "浙ICP备2026000001号-1"),
        text(Kind::PsbNumber, "京公网安备11010802020088号"),
        text(Kind::Domain, "yunshan-tech.cn"),
        text(Kind::Mobile, "13800016620"),
        text(Kind::Landline, "0571-88880000"),
        text(Kind::Email, "zhou@yunshan-tech.cn"),
        text(Kind::SiteName, "云杉科技"),
    ]
}

#[test]
fn a_valid_value_of_every_kind_has_no_finding_and_is_its_own_normal_form() {
    let samples = samples();
    for (kind, text) in &samples {
        let checked = check(*kind, text, ON);
        assert_eq!((checked.valid, checked.normalized.as_ref()), (true, Some(text)), "{kind}: {checked:?}");
        assert_eq!(checked.findings, [], "{kind}");
        assert!(!check(*kind, " ", ON).valid, "{kind}: nothing is no value");
    }
    let kinds: BTreeSet<Kind> = samples.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds.len(), Kind::ALL.len());
}

#[test]
fn a_value_tells_what_is_in_it() {
    let facts = |kind, text: &str| serde_json::to_value(check(kind, text, ON).facts).unwrap();
    let both = |zh: &str, en: &str| serde_json::json!({ "zh": zh, "en": en });
    let resident = facts(Kind::ResidentId, &id("33010619880214971"));
    assert_eq!(resident["birth"], "1988-02-14");
    assert_eq!(resident["sex"], "male");
    assert_eq!((&resident["area"], &resident["area_name"]), (&"330106".into(), &"西湖区".into()));
    assert_eq!(facts(Kind::ResidentId, &id("11010319750101972"))["area_name"], "崇文区", "abolished in 2010");
    let credit = facts(Kind::Uscc, &credit("91330106MA2K0XYQ"));
    assert_eq!(credit["department"], both("市场监管", "Market regulation"));
    assert_eq!(credit["category"], both("企业", "Enterprise"));
    let number = facts(Kind::IcpNumber, "粤B2-20090059-1626X");
    assert_eq!(number["kind"], "provincial_telecom");
    assert_eq!((&number["prefix"], &number["year"], &number["service"]), (&"粤".into(), &2009.into(), &1626.into()));
    assert_eq!(number["service_kind"], "mini_program");
    let domain = facts(Kind::Domain, "www.测试.政务.cn.");
    assert_eq!(domain["unicode"], "www.测试.政务.cn");
    assert_eq!(domain["ascii"], "www.xn--0zwm56d.xn--zfr164b.cn");
    assert_eq!(domain["registrable"], "xn--0zwm56d.xn--zfr164b.cn");
    assert_eq!(domain["suffix"], "xn--zfr164b.cn");
    assert_eq!(facts(Kind::ForeignerPr2023, &id("93384019850101971"))["nationality"], "USA");
    let phone = facts(Kind::Landline, "0571-88880000");
    assert_eq!((&phone["places"], &phone["province"]), (&"杭州".into(), &"33".into()));
    assert_eq!(facts(Kind::Mobile, "13800016620")["carrier"], "CMCC");
    let office = facts(Kind::PsbNumber, "京公网安备11010802020088号");
    assert_eq!((&office["area_name"], &office["prefix"]), (&"海淀区".into(), &"京".into()));
}

/// For each rule of this family that a value can break: the kind, a value that breaks it, and its neighbour.
fn breaches() -> Vec<(&'static str, Kind, String, String)> {
    let row = |rule, kind, bad: &str, good: &str| (rule, kind, bad.to_owned(), good.to_owned());
    let filed = "浙ICP备2026000001号";
    let police = "京公网安备11010802020088号";
    let good_id = id("33010619880214971");
    let wrong = |text: &str, at: usize, c: char| {
        let mut chars: Vec<char> = text.chars().collect();
        chars[at] = if chars[at] == c { '1' } else { c };
        chars.into_iter().collect::<String>()
    };
    let good_uscc = credit("91330106MA2K0XYQ");
    vec![
        row("value-04", Kind::HkMacauPermit, "12345678H", "H12345678"),
        row("value-05", Kind::ResidentId, &id("11010320150101972"), &id("11010319850101972")),
        row("value-06", Kind::ResidentId, "110103750101972", &id("11010319750101972")),
        row("value-07", Kind::Uscc, &credit("91330199MA2K0XYQ"), &good_uscc),
        row("value-08", Kind::ForeignerPr2004, "QQQ330080010101", "USA330080010101"),
        row("value-09", Kind::ResidentId, &wrong(&good_id, 17, '0'), &good_id),
        row("value-10", Kind::Uscc, &wrong(&good_uscc, 16, '0'), &good_uscc),
        row("value-11", Kind::Uscc, &wrong(&good_uscc, 1, '8'), &good_uscc),
        row("value-12", Kind::IcpNumber, "港ICP备2026000001号", filed),
        row("value-13", Kind::IcpNumber, "浙ICB备2026000001号", filed),
        row("value-14", Kind::IcpNumber, "浙ICP备202600001号", filed),
        row("value-15", Kind::IcpNumber, "浙ICP备2026000001号-01", "浙ICP备2026000001号-1"),
        row("value-16", Kind::PsbNumber, "京公网安备11010802020088字", police),
        row("value-17", Kind::IcpNumber, police, filed),
        row("value-18", Kind::PsbNumber, filed, police),
        row("value-19", Kind::IcpNumber, "浙ICP备2027000001号", filed),
        row("value-20", Kind::IcpNumber, "浙ICP备2026000001号-1K", "浙ICP备2026000001号-1X"),
        row("value-21", Kind::IcpNumber, "甘ICP备17001719号", "陇ICP备17001719号"),
        row("value-22", Kind::IcpNumber, "浙ＩＣＰ备2026000001号", filed),
        row("value-23", Kind::IcpNumber, "浙icp备2026000001号", filed),
        row("value-24", Kind::IcpNumber, "浙ICP备 2026000001号", filed),
        row("value-25", Kind::IcpNumber, "备案号浙ICP备2026000001号", filed),
        row("value-26", Kind::IcpNumber, "浙ICP备2026000001", filed),
        row("value-27", Kind::IcpNumber, "浙ICP备2026000001-2号", "浙ICP备2026000001号-2"),
        row("value-28", Kind::PsbNumber, "京公网安备110105007230号", police),
        row("value-29", Kind::PsbNumber, "浙公网安备11010802020088号", police),
        row("value-30", Kind::Mobile, "1380001662a", "13800016620"),
        row("value-31", Kind::Mobile, "1380001662", "13800016620"),
        row("value-32", Kind::Mobile, "15400016620", "15500016620"),
        row("value-33", Kind::Landline, "0119-88880000", "0571-88880000"),
        row("value-34", Kind::Landline, "0571-18880000", "0571-88880000"),
        row("value-35", Kind::SiteName, "中国云杉网", "浙江云杉网"),
    ]
}

#[test]
fn every_rule_of_the_family_catches_its_breach_and_lets_its_neighbour_pass() {
    let breaches = breaches();
    for (rule, kind, bad, good) in &breaches {
        let caught = check(*kind, bad, ON);
        assert!(rules_of(&caught).contains(rule), "{rule} did not catch {bad}: {:?}", rules_of(&caught));
        let passed = check(*kind, good, ON);
        assert!(!rules_of(&passed).contains(rule), "{rule} caught {good}");
        let blocking = rules().rules.iter().find(|known| known.id == *rule).unwrap().severity == Severity::Block;
        assert_eq!(caught.valid, !blocking, "{rule}: {bad}");
        for finding in caught.findings {
            let texts = [&finding.message.zh, &finding.message.en, &finding.fix.zh, &finding.fix.en];
            assert!(texts.iter().all(|text| !text.contains('{') || text.contains("{\"")), "{finding:?}");
        }
    }
    // The first three speak of lines, the last four of the calendar: tests of the command line break those.
    let table: Vec<&str> = breaches.iter().map(|(rule, ..)| *rule).collect();
    let ids: Vec<&str> = rules().rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(table, ids[3..ids.len() - 4]);
    for (index, id) in ids.iter().enumerate() {
        assert_eq!(*id, format!("value-{:02}", index + 1));
    }
}

#[test]
fn the_traps_of_other_libraries_are_not_fallen_into() {
    let valid = |kind, text: &str| check(kind, text, ON).valid;
    // An area of a province alone, a county that never was, the 29th of February of a year without, a future birth.
    assert!(valid(Kind::HmtResidencePermit, &id("83000019900101972")));
    assert!(!valid(Kind::HmtResidencePermit, &id("71000019900101972")), "Taiwan is 830000 in permits");
    assert!(!valid(Kind::ResidentId, &id("11710119900101971")));
    assert!(!valid(Kind::ResidentId, &id("33010619870229971")));
    assert!(!valid(Kind::ResidentId, &id("33010620261122971")));
    // Codes of the countryside, of the army, and of nobody's department.
    for front in ["N2330106MF000972", "A1100000MF000972", "Y1330106MF000972"] {
        assert!(valid(Kind::Uscc, &credit(front)), "{front}");
    }
    // Digits of other scripts are no digits; those of full width are read.
    assert!(!valid(Kind::Mobile, "١٣٨٠٠٠١٦٦٢٠"));
    assert_eq!(check(Kind::Mobile, "１３８０００１６６２０", ON).normalized.as_deref(), Some("13800016620"));
    let foreign = Registration15::check_digit("33010040000001").unwrap();
    assert!(valid(Kind::BusinessReg15, &format!("33010040000001{foreign}")));
}

#[test]
fn a_mobile_number_outside_the_ministrys_list_is_one_with_a_warning() {
    let checked = check(Kind::Mobile, "19200000000", ON);
    assert!(checked.valid);
    assert_eq!(checked.findings[0].severity, Severity::Warn);
}

#[test]
fn codes_that_only_group_counties_are_known() {
    let checked = check(Kind::Uscc, &credit("91110100MA2K0XYQ"), ON);
    assert_eq!((checked.facts.text("area_name"), checked.findings.len()), (Some("北京市"), 0));
}

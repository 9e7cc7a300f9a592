//! The provincial lines and parameters: nothing dropped, everything accounted for.

use std::collections::BTreeSet;

use filing::check::{self, Example, Finding};
use filing::province::{Line, LineKind, Province, coverage, line, lines, stated};
use jiff::civil::{Date, date};

const ON: Date = date(2026, 11, 21);

#[test]
fn all_271_lines_of_the_source_are_there_and_counted() {
    let ids: BTreeSet<&str> = lines().iter().map(|line| line.id.as_str()).collect();
    assert_eq!((lines().len(), ids.len()), (271, 271));
    let kind = |kind| lines().iter().filter(|line| line.kind == kind).count();
    assert_eq!(kind(LineKind::Check), 135);
    assert_eq!(kind(LineKind::Material), 82);
    assert_eq!(kind(LineKind::Statement), 25);
    assert_eq!(kind(LineKind::Guidance), 29);
    let total = coverage(ON).total;
    assert_eq!(total.lines(), 271);
    assert_eq!((total.parameters, total.settings), (stated().len(), 41));
}

#[test]
fn the_coverage_of_a_day_leaves_out_what_did_not_hold_then() {
    let (before, after) = (coverage(date(2018, 12, 31)).total, coverage(date(2019, 1, 1)).total);
    assert_eq!(before.lines(), after.lines());
    assert_eq!(before.out_of_force, after.out_of_force + 1, "11-domain-02 began on 2019-01-01");
}

#[test]
fn every_province_has_lines_and_each_line_names_its_province() {
    for province in Province::ALL {
        assert!(province.lines().count() > 0, "{province} has no line");
    }
    for line in lines() {
        assert!(line.id.starts_with(line.province.code()), "{}", line.id);
        assert!(line.id.contains(line.topic.as_str()), "{}", line.id);
        assert!(!line.text.zh.is_empty() && !line.text.en.is_empty() && !line.field.is_empty(), "{}", line.id);
    }
    assert_eq!(line("33-address-01").unwrap().province, Province::Zhejiang);
}

#[test]
fn every_rule_that_decides_a_line_exists() {
    for line in lines() {
        for rule in &line.decided_by {
            assert!(check::rule(rule).is_some(), "{} is decided by {rule}, which is no rule", line.id);
        }
    }
}

#[test]
fn every_stated_parameter_has_a_source_and_every_setting_two_claims_or_a_note() {
    // 379 of the source and those that were read out of lines; the usual days of 31 provinces are counted besides.
    assert!(stated().len() >= 379 + 31);
    for stated in stated() {
        assert!(!stated.sources.is_empty(), "{} {}", stated.province, stated.name);
        if let Some(conflict) = &stated.conflict {
            assert!(!conflict.claims.is_empty() && !conflict.note_zh.is_empty() && !conflict.note_en.is_empty());
        }
    }
    let age = stated().iter().find(|s| s.province == Province::Tianjin && s.name == "min_age").unwrap();
    assert_eq!(age.value["unit"]["floor"], 16);
    assert!(age.conflict.is_some());
}

/// Each line that rules decide is broken by its example and kept by the neighbour, and the finding names the line.
#[test]
fn every_decided_line_catches_its_breach_and_lets_its_neighbour_pass() {
    for line in lines().iter().filter(|line| line.kind == LineKind::Check && !line.decided_by.is_empty()) {
        assert!(!line.examples.is_empty(), "{} has no example", line.id);
    }
    let faults: Vec<String> =
        lines().iter().flat_map(|line| line.examples.iter().map(move |e| (line, e))).filter_map(fault).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// What is wrong with an example of a line; every rule that catches it must be silent next door.
fn fault((line, example): (&Line, &Example)) -> Option<String> {
    let told = |findings: &[Finding]| -> BTreeSet<String> {
        let own = findings.iter().filter(|finding| line.decided_by.contains(&finding.rule));
        own.filter(|finding| finding.source.starts_with(&line.id)).map(|finding| finding.rule.clone()).collect()
    };
    let played = example.findings_failing().and_then(|fails| Ok((fails, example.findings_passing()?)));
    let (fails, passes) = match played {
        Ok(played) => played,
        Err(fault) => return Some(format!("{}: {fault}", line.id)),
    };
    let all: Vec<_> = fails.iter().map(|f| format!("{} {} {}", f.rule, f.field, f.source)).collect();
    let caught = told(&fails);
    if caught.is_empty() {
        return Some(format!("{} {:?} caught nothing; there were {all:#?}", line.id, example.fails));
    }
    let kept: Vec<_> = caught.intersection(&told(&passes)).cloned().collect();
    (!kept.is_empty()).then(|| format!("{} {:?} does not let pass {kept:?}", line.id, example.passes))
}

#[test]
fn a_line_about_data_is_decided_or_says_why_not() {
    for line in lines().iter().filter(|line| line.kind == LineKind::Check) {
        assert_eq!(line.decided_by.is_empty(), line.undecided.is_some(), "{}", line.id);
        if let Some(why) = &line.undecided {
            assert!(why.zh.chars().count() > 10 && why.en.len() > 20, "{}", line.id);
        }
    }
}

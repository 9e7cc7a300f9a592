//! The example case files are valid, end as they say, and follow the committed schema.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::path::PathBuf;

use filing::case::{self, CaseFile, Expectation};
use filing::check::{self, Finding, Severity};
use filing::document::Document;
use filing::progress::{self, State};
use filing::stage::Action;
use jiff::civil::{Date, date};

/// The examples must hold on the day they were written and for years after.
const DAYS: [Date; 2] = [date(2026, 11, 21), date(2031, 6, 2)];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn cases() -> Vec<CaseFile> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root().join("examples/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    let read = |path: &PathBuf| {
        case::validate(&std::fs::read_to_string(path).unwrap())
            .unwrap_or_else(|faults| panic!("{}: {faults:#?}", path.display()))
    };
    paths.iter().map(read).collect()
}

#[test]
fn there_is_a_company_a_person_a_government_and_one_that_is_refused() {
    let ids: Vec<String> = cases().into_iter().map(|case| case.id).collect();
    for id in ["changes-requested", "company-two-sites", "government", "individual", "refused"] {
        assert!(ids.iter().any(|known| known == id), "{id} is missing");
    }
}

#[test]
fn every_example_comes_to_what_it_expects() {
    for case in cases() {
        for on in DAYS {
            let findings = check::run(&case.draft, &case.facts(), on);
            let blocking: Vec<&str> =
                findings.iter().filter(|f| f.severity == Severity::Block).map(|f| f.rule.as_str()).collect();
            match &case.expect {
                Expectation::RefusedByCheck { rules } => {
                    for rule in rules {
                        assert!(blocking.contains(&rule.as_str()), "{}: {rule} not among {blocking:?}", case.id);
                    }
                }
                Expectation::Filed | Expectation::RefusedByAuthority => {
                    // What a province wants to agree with the old filing nobody can tell before it is looked up.
                    let adds_access = case.facts().action(&case.draft).is_some_and(Action::adds_access);
                    let is_asked = |finding: &Finding| adds_access && finding.severity == Severity::Ask;
                    assert!(findings.iter().all(is_asked), "{} on {on}: {findings:#?}", case.id);
                }
            }
        }
    }
}

#[test]
fn what_passes_becomes_a_document_that_survives_storage() {
    for case in cases() {
        let document = Document::from_draft(&case.draft, &case.facts(), DAYS[0]);
        if matches!(case.expect, Expectation::RefusedByCheck { .. }) {
            assert!(document.is_err(), "{}", case.id);
            continue;
        }
        let document = document.unwrap();
        let stored = serde_json::to_string(&document).unwrap();
        assert_eq!(serde_json::from_str::<Document>(&stored).unwrap(), document);
        assert_eq!(document.sites.len(), case.draft.sites.len());
    }
}

#[test]
fn the_task_list_of_a_passing_example_is_complete_and_waits_for_the_submit() {
    for case in cases().into_iter().filter(|case| case.expect == Expectation::Filed) {
        let sections = progress::sections(&case.draft, &case.facts(), DAYS[0]);
        let (submit, others) = sections.split_last().unwrap();
        for section in others {
            assert_eq!(section.state, State::Complete, "{}: {section:?}", case.id);
        }
        assert_eq!((submit.key.as_str(), submit.state), ("submit", State::NotStarted));
    }
}

#[test]
fn after_its_rounds_a_case_still_passes() {
    for case in cases() {
        let mut draft = serde_json::to_value(&case.draft).unwrap();
        for round in &case.options.rounds {
            for (field, value) in &round.mend {
                *draft.pointer_mut(&format!("/{}", field.replace('.', "/"))).unwrap() = value.clone().into();
            }
        }
        if case.expect == Expectation::Filed {
            let draft = serde_json::from_value(draft).unwrap();
            assert!(!check::blocks(&check::run(&draft, &case.facts(), DAYS[0])), "{}", case.id);
        }
    }
}

#[test]
fn what_a_case_changes_afterwards_would_pass_as_well() {
    for case in cases().into_iter().filter(|case| !case.then.is_empty()) {
        let changed = case.then.iter().fold(case.draft.clone(), |draft, then| then.applied(&draft));
        let findings = check::run(&changed, &case.facts(), DAYS[0]);
        assert!(!check::blocks(&findings), "{}: {findings:#?}", case.id);
        let changes = case.then.iter().any(|then| then.action().changes());
        assert_eq!(changed != case.draft, changes, "{}", case.id);
    }
}

#[test]
fn the_committed_schema_is_the_one_the_types_give() {
    let path = root().join("docs/case.schema.json");
    let committed: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert!(
        committed == case::schema(),
        "{} is out of date: `cargo run -p xtask -- generated BEIAN` writes it",
        path.display()
    );
}

fn company() -> serde_json::Value {
    let text = std::fs::read_to_string(root().join("examples/cases/company-two-sites.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The first fault of the company's case after a change, as `path: message hint`.
fn fault(change: impl Fn(&mut serde_json::Value)) -> String {
    let mut value = company();
    change(&mut value);
    case::validate(&value.to_string()).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_wrong_with_a_case_is_named_with_its_place_and_a_way_out() {
    type Change = fn(&mut serde_json::Value);
    let table: &[(Change, &str, &str)] = &[
        (|v| v["draft"]["basic"]["domian"] = "a.cn".into(), "draft.basic.domian", "You probably mean domain"),
        (|v| v["resources"][0]["kind"] = "cloud_sever".into(), "resources.0.kind", "For example cloud_server"),
        (|v| v["resources"][0]["bought_on"] = "March".into(), "resources.0.bought_on", "2030-06-30"),
        (|v| v["draft"]["sites"][1]["content"] = 8.into(), "draft.sites.1.content", "need their quotes"),
        (|v| v["draft"]["basic"]["nature"] = "company".into(), "draft.basic.nature", "enterprise"),
        (|v| v["draft"]["sites"][0]["resource"] = "cvm".into(), "draft.sites.0.resource", "cvm-hz-01"),
        (|v| v["materials"][1]["site"] = 7.into(), "materials.1.site", "the draft has 2"),
        (|v| v["expect"]["outcome"] = "field".into(), "expect.outcome", "For example filed"),
        (
            |v| v["expect"] = serde_json::json!({"outcome": "refused_by_check", "rules": ["name-99"]}),
            "expect.rules.0",
            "for example name-",
        ),
        (|v| drop(v.as_object_mut().unwrap().remove("account")), "account", "is missing"),
        (|v| v["options"] = serde_json::json!({"wrong_codes": 5}), "options.wrong_codes", "0 to 4"),
        (
            |v| {
                v["options"] = serde_json::json!({"rounds": [{"requests": [], "mend": {"subject.nothing": ""}}]});
            },
            "options.rounds.0",
            "subject.postal_address",
        ),
        (
            |v| v["then"] = serde_json::json!([{"action": "change_site", "site": 1, "change": {"nmae": "x"}}]),
            "then.0.change",
            "sites.1.nmae",
        ),
        (
            |v| v["then"] = serde_json::json!([{"action": "change_filing", "change": {"sites.0.name": "x"}}]),
            "then.0.change",
            "sites.0.name",
        ),
        (|v| v["then"] = serde_json::json!([{"action": "change_filing", "change": {}}]), "then.0.change", "mobile"),
        (
            |v| v["then"] = serde_json::json!([{"action": "cancel_site", "site": 2, "cancellation": {}}]),
            "then.0.site",
            "the draft has 2",
        ),
        (
            |v| v["then"] = serde_json::json!([{"action": "cancel_subject", "cancellation": {"reason": "move"}}]),
            "then.0.cancellation.reason",
            "For example moved",
        ),
        (|v| v["then"] = serde_json::json!([{"action": "cancel"}]), "then.0.action", "cancel_subject"),
        (
            |v| {
                v["expect"] = serde_json::json!({"outcome": "refused_by_authority"});
                v["then"] = serde_json::json!([{"action": "change_filing", "change": {"principal.mobile": "x"}}]);
            },
            "then",
            "Expect filed",
        ),
    ];
    for (change, path, words) in table {
        let said = fault(change);
        assert!(said.contains(path) && said.contains(words), "{path}: expected {words:?} in\n{said}");
    }
}

#[test]
fn a_file_that_is_no_json_is_told_where_it_breaks() {
    let faults = case::validate("{\n  \"id\": \n}").unwrap_err();
    assert!(faults[0].message.en.starts_with("Line 3"), "{}", faults[0].message.en);
}

#[test]
fn sample_people_carry_sequences_that_are_kept_for_samples() {
    for case in cases() {
        let mut numbers = vec![&case.draft.basic.certificate_number, &case.draft.principal.certificate_number];
        numbers.extend(case.draft.sites.iter().map(|site| &site.manager.certificate_number));
        for number in numbers.into_iter().filter(|n| filing::certificate::ResidentId::parse(n, DAYS[0]).is_ok()) {
            assert!(number[14..17].parse::<u16>().unwrap() >= 970, "{}: {number}", case.id);
        }
    }
}

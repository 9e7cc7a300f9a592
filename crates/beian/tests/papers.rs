//! `beian papers` as it is typed.

use std::path::Path;
use std::process::{Command, Output};

fn beian(arguments: &[&str]) -> Output {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cases/company-two-sites.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_beian"));
    command.arg("papers").arg(case).args(["--on", "2026-11-21"]).args(arguments).env("LC_ALL", "en_US.UTF-8");
    command.output().expect("the binary starts")
}

#[test]
fn a_case_lists_its_papers_and_prints_its_letters() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = beian(&["--json", "--pdf", &folder.path().to_string_lossy()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let papers: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).expect("a list");
    let licence = papers.iter().find(|paper| paper["slot"] == "materials.subject_certificate").expect("the licence");
    assert_eq!((&licence["need"], &licence["there"]), (&"required".into(), &true.into()));
    let promise = papers.iter().find(|paper| paper["kind"] == "commitment").expect("the promise");
    let path = promise["pdf"].as_str().expect("its form");
    assert!(std::fs::read(path).expect("the file").starts_with(b"%PDF-"));
}

#[test]
fn the_list_says_why_and_where_that_was_read() {
    let output = beian(&[]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("[x] materials.subject_certificate"), "{text}");
    assert!(text.contains("source: Tencent Cloud 243/18914"), "{text}");
    assert!(text.contains("no older than 3 months: dated 2026-08-21 or later"), "{text}");
}

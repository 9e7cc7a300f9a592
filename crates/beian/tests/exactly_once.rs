//! No moment is a bad one to die: the platform is killed with SIGKILL at every named point of the story, and the story
//! still ends well, with every sequence number sent and received exactly once.
//!
//! Each run is `beian demo --story` with a stack of its own; the story itself compares both ledgers at its end.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(feature = "faults")]

use app::fault::POINTS;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// Stories played at the same time. They wait for one another's processor more than for anything else.
const AT_ONCE: usize = 3;

/// One story to be played.
#[derive(Debug, Clone, Default)]
struct Run {
    /// Where the platform dies, if anywhere.
    point: Option<&'static str>,
    /// How often it passes there first.
    spared: u32,
    /// What the sandbox authority does wrong, if anything.
    fault: Option<Value>,
    /// Another database than the embedded one, with two platform processes.
    database: Option<String>,
    /// The case.
    case: PathBuf,
}

/// What a run printed, event by event.
struct Told {
    events: Vec<Value>,
    errors: String,
    ended_well: bool,
}

impl Run {
    fn name(&self) -> String {
        format!(
            "{} {} after {} times: {}",
            self.case.file_name().unwrap_or_default().display(),
            self.point.unwrap_or("no point"),
            self.spared,
            self.fault.as_ref().map(ToString::to_string).unwrap_or_default()
        )
    }

    fn play(&self) -> Told {
        let mut command = Command::new(env!("CARGO_BIN_EXE_beian"));
        command.args(["demo", "--json", "--story"]).arg(&self.case);
        if let Some(point) = self.point {
            command.env("BEIAN_PLATFORM_FAULT", format!("{point}:{}", self.spared + 1));
        }
        if let Some(fault) = &self.fault {
            command.args(["--fault", &fault.to_string()]);
        }
        if let Some(database) = &self.database {
            command.args(["--database", database, "--platforms", "2"]);
        }
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let events = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        Told { events, errors, ended_well: output.status.success() }
    }

    /// What is wrong with how it went, if anything.
    fn verdict(&self) -> Result<(), String> {
        let told = self.play();
        let deaths: Vec<&Value> = told
            .events
            .iter()
            .filter(|event| event["event"] == "part" && event["what"] == "died" && event["detail"] == "signal 9")
            .collect();
        if !told.ended_well {
            let last = told.events.iter().rev().take(4).map(ToString::to_string).collect::<Vec<_>>().join("\n  ");
            return Err(format!("{}: the story did not end well\n  {last}\n  {}", self.name(), told.errors));
        }
        // Of two processes either may come to the point first, and the other may come to it later.
        let most = if self.database.is_some() { 2 } else { 1 };
        if self.point.is_none() != deaths.is_empty() || deaths.len() > most {
            return Err(format!("{}: {} death(s) were seen", self.name(), deaths.len()));
        }
        let ledger = told.events.iter().any(|event| event["step"] == "ledger");
        if ledger { Ok(()) } else { Err(format!("{}: nobody compared the ledgers", self.name())) }
    }
}

/// Plays all runs, some at a time, and fails with everything that went wrong.
fn play(runs: Vec<Run>) {
    let waiting = Mutex::new(runs.into_iter());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(run) = waiting.lock().unwrap().next() else { return };
                    if let Err(why) = run.verdict() {
                        wrong.lock().unwrap().push(why);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} run(s) went wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cases").join(name)
}

/// Writes a case of a test's own.
fn write(folder: &Path, name: &str, mut case: Value) -> PathBuf {
    for material in case["materials"].as_array_mut().unwrap() {
        material["source"] = json!("generated");
    }
    let path = folder.join(name);
    std::fs::write(&path, case.to_string()).unwrap();
    path
}

fn read(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(example(name)).unwrap()).unwrap()
}

/// A person's first filing that passes every point of one: pictures by phone, one round of changes.
fn case(folder: &Path) -> PathBuf {
    let mut case = read("individual.json");
    case["options"] = json!({
        "handover": "phone",
        "rounds": [{
            "requests": [{ "field": "sites.0.remark", "advice": "please say what the site is for" }],
            "mend": { "sites.0.remark": "记录个人周末徒步的路线、照片和见闻，不含经营内容。" },
        }],
    });
    write(folder, "case.json", case)
}

/// A person's filing that is changed once.
fn changed(folder: &Path) -> PathBuf {
    let mut case = read("individual.json");
    case["then"] = json!([{ "action": "change_filing", "change": { "principal.emergency_phone": "13500002291" } }]);
    write(folder, "changed.json", case)
}

/// The story that comes to a point: most are of a first filing.
fn story(folder: &Path, point: &str) -> PathBuf {
    match point.split_once('.').unwrap() {
        ("open-change", _) => changed(folder),
        ("open-cancellation", _) => example("cancel-subject.json"),
        ("download", "before-cancelled" | "after-cancelled") => example("cancel-subject.json"),
        _ => case(folder),
    }
}

#[test]
fn the_platform_may_die_at_any_point() {
    let folder = tempfile::tempdir().unwrap();
    assert!(POINTS.len() >= 20);
    let run = |point: &'static str| Run { point: Some(point), case: story(folder.path(), point), ..Run::default() };
    play(POINTS.iter().copied().map(run).collect());
}

#[test]
fn the_platform_may_die_while_what_is_filed_changes_grows_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let changed = changed(folder.path());
    // Where a story comes to a point more than once, it is the later time that its name is about.
    let runs = [
        (changed.clone(), "pass.after-commit", 1),
        (changed.clone(), "download.before-record", 1),
        (changed, "download.after-record", 1),
        (example("cancel-site.json"), "report.after-send", 1),
        (example("cancel-site.json"), "download.before-cancelled", 0),
        (example("cancel-access.json"), "report.before-stored-commit", 1),
        (example("cancel-access.json"), "download.after-cancelled", 0),
        (example("add-access.json"), "pass.after-commit", 0),
        (example("add-access.json"), "download.after-record", 0),
        (example("add-site-elsewhere.json"), "download.before-record", 0),
        (example("one-click-access.json"), "download.after-record", 1),
    ];
    let run = |(case, point, spared)| Run { point: Some(point), spared, case, ..Run::default() };
    play(runs.into_iter().map(run).collect());
}

#[test]
fn the_authority_may_hang_up_before_or_after_it_stored_or_answer_too_late_or_lie() {
    let folder = tempfile::tempdir().unwrap();
    let case = case(folder.path());
    let faults = [
        json!({ "kind": "drop_before_commit", "method": "isp_upload" }),
        json!({ "kind": "drop_after_commit", "method": "isp_upload" }),
        json!({ "kind": "delay", "method": "isp_upload", "delay_ms": 5000 }),
        json!({ "kind": "down", "times": 3 }),
        json!({ "kind": "drop_after_commit", "method": "isp_download" }),
        json!({ "kind": "drop_after_commit", "method": "isp_downloadack" }),
        json!({ "kind": "corrupt_hash", "method": "isp_download" }),
        json!({ "kind": "truncated_zip", "method": "isp_download" }),
    ];
    play(faults.into_iter().map(|fault| Run { fault: Some(fault), case: case.clone(), ..Run::default() }).collect());
}

#[test]
fn two_platform_processes_on_one_postgresql_do_nothing_twice_even_when_one_dies() {
    let folder = tempfile::tempdir().unwrap();
    let case = case(folder.path());
    let points = [
        None,
        Some("report.before-send"),
        Some("report.after-send"),
        Some("download.after-apply-commit"),
        Some("message.after-send"),
    ];
    let databases: Vec<_> = points.iter().map(|_| testkit::postgres::fresh().unwrap()).collect();
    let runs = points.into_iter().zip(&databases).map(|(point, database)| Run {
        point,
        database: Some(database.url().to_owned()),
        case: case.clone(),
        ..Run::default()
    });
    play(runs.collect());
}

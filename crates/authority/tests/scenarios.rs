//! Every shipped scenario, played against the client.

#![expect(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

#[expect(dead_code, reason = "the other tests of the sandbox use the rest of it")]
mod common;

use std::path::Path;
use std::time::Duration;

use authority::client::{Bureau, Client, Timeouts, Verdict};
use authority::code::ResultCode;
use authority::message::{Download, UploadOperation};
use authority::sandbox::{Scenario, Settings};
use common::{ISP, Sandbox, filing, upload};
use serde_json::json;

fn scenario(name: &str) -> Scenario {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/scenarios").join(format!("{name}.toml"));
    Scenario::load(&file).unwrap()
}

async fn playing(name: &str) -> Sandbox {
    Sandbox::with(|config| config.scenario = Some(scenario(name))).await
}

fn first(id: i64, domain: &str) -> Vec<u8> {
    upload(ISP, UploadOperation::NewFiling(vec![filing(id, domain, &format!("91330106MA2K{id:06}"))]))
}

/// Lets the sandbox finish what came, then moves its clock on.
async fn advance(sandbox: &Sandbox, seconds: i64) {
    sandbox.get("/api/desk").await;
    sandbox.post("/api/clock", json!({ "advance_seconds": seconds })).await;
}

/// Sends a first filing until the bureau surely has it, whatever happens to the calls.
async fn send(client: &Client, sequence: i64, xml: &[u8]) {
    let container = client.pack(xml).unwrap();
    for _ in 0..50 {
        match client.upload(sequence, &container).await {
            Ok(answer) if answer.is_stored() => return,
            Ok(_) => {}
            Err(_) => loop {
                match client.previous_upload().await.map(|previous| previous.verdict(sequence, &container.hash)) {
                    Ok(Verdict::Taken) => return,
                    Ok(Verdict::NotTaken) => break,
                    _ => {}
                }
            },
        }
    }
    panic!("upload {sequence} was never taken");
}

/// Downloads everything that waits; files that are not whole are asked for again.
async fn drain(client: &Client) -> Vec<Download> {
    let mut downloads: Vec<(String, Download)> = Vec::new();
    loop {
        let Ok(answer) = client.download().await else { continue };
        let Some(file) = answer.file else {
            if answer.answer.code.0 == 2 {
                return downloads.into_iter().map(|(_, download)| download).collect();
            }
            continue;
        };
        let Ok(download) = client.open(&file.container) else { continue };
        let again = downloads.iter().any(|(name, _)| *name == file.name);
        if client.acknowledge(&file.name).await.is_ok() && !again {
            downloads.push((file.name, download));
        }
    }
}

#[tokio::test]
async fn the_shipped_files_are_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut titles = Vec::new();
    for file in std::fs::read_dir(folder.join("scenarios")).unwrap() {
        titles.push(Scenario::load(&file.unwrap().path()).unwrap().title);
    }
    titles.sort();
    assert_eq!(titles, ["bad weather", "calm", "inspection", "refusals", "training"]);
    let text = std::fs::read_to_string(folder.join("sandbox.toml")).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    let settings: Settings = table["sandbox"].clone().try_into().unwrap();
    let config = settings.config(Path::new("a.sqlite")).unwrap();
    assert_eq!(config.providers.len(), 2);
}

#[tokio::test]
async fn in_calm_weather_a_filing_passes_by_itself() {
    let sandbox = playing("calm").await;
    let client = sandbox.client();
    send(&client, 1, &first(7001, "calm.cn")).await;
    advance(&sandbox, 3).await;
    advance(&sandbox, 6).await;
    let downloads = drain(&client).await;
    assert!(downloads[0].results[0].is_success() && downloads[1].decisions[0].approved);
    assert_eq!(downloads[2].records[0].sites[0].domains[0].name, "calm.cn");
}

#[tokio::test]
async fn every_refusal_has_its_domain() {
    let sandbox = playing("refusals").await;
    let client = sandbox.client();
    let machine = async |sequence: i64, domain: &str| {
        send(&client, sequence, &first(sequence * 1000, domain)).await;
        let downloads = drain(&client).await;
        downloads[0].results[0].findings.iter().map(|found| found.code.0).collect::<Vec<_>>()
    };
    assert_eq!(machine(1, "blacklisted-a.cn").await, [1064]);
    assert_eq!(machine(2, "conflict-a.cn").await, [1003, 1020]);
    assert_eq!(machine(3, "address-a.cn").await, [1063]);
    assert_eq!(machine(4, "once-a.cn").await, [1052]);
    assert_eq!(machine(5, "once-a.cn").await, [1062], "only once");
    assert_eq!(machine(6, "name-a.cn").await, [1062]);
    assert_eq!(machine(7, "desk-a.cn").await, [1062]);
    advance(&sandbox, 3).await;
    advance(&sandbox, 11).await;
    let downloads = drain(&client).await;
    let refused = downloads.iter().flat_map(|file| &file.decisions).find(|decision| !decision.approved).unwrap();
    assert_eq!((refused.record, refused.officer.as_deref()), (Some(6000), Some("王审核")));
    assert!(refused.opinion.as_deref().unwrap().contains("网站名称"));
    let waiting = sandbox.get("/api/desk?state=waiting").await;
    assert_eq!(waiting.as_array().unwrap().len(), 1, "one is left to the desk");
}

#[tokio::test]
async fn through_bad_weather_every_file_is_taken_once() {
    let sandbox = playing("bad-weather").await;
    let timeouts = Timeouts { connect: Duration::from_secs(2), call: Duration::from_secs(1) };
    let client = Client::new(Bureau { timeouts, ..sandbox.bureau() }).unwrap();
    for sequence in 1..=8 {
        send(&client, sequence, &first(sequence * 1000, &format!("storm-{sequence}.cn"))).await;
    }
    advance(&sandbox, 3).await;
    advance(&sandbox, 6).await;
    let downloads = drain(&client).await;
    let records: Vec<i64> =
        downloads.iter().flat_map(|file| &file.records).filter_map(|record| record.subject.id).collect();
    assert_eq!(records, (1..=8).map(|sequence| sequence * 1000).collect::<Vec<_>>());
    let ledger = sandbox.get("/api/ledger").await;
    for entry in ledger.as_array().unwrap() {
        assert_eq!(entry["accepted"], 1, "{ledger}");
    }
}

#[tokio::test]
async fn the_weather_repeats_with_its_seed() {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let sandbox = playing("bad-weather").await;
        let timeouts = Timeouts { connect: Duration::from_secs(2), call: Duration::from_millis(800) };
        let client = Client::new(Bureau { timeouts, ..sandbox.bureau() }).unwrap();
        let mut answers = Vec::new();
        for _ in 0..40 {
            answers.push(
                client.download().await.map(|answer| answer.answer.code.0).map_err(|error| error.cause.to_string()),
            );
        }
        assert!(answers.iter().any(|answer| answer.as_ref() != Ok(&2)), "{answers:?}");
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn an_inspection_brings_every_kind_of_download() {
    let sandbox = playing("inspection").await;
    let client = sandbox.client();
    send(&client, 1, &first(7001, "inspected.cn")).await;
    for seconds in [3, 3, 11, 10, 10, 10, 10, 10, 10, 60, 60, 60] {
        advance(&sandbox, seconds).await;
    }
    let downloads = drain(&client).await;
    let count = |of: fn(&Download) -> usize| downloads.iter().map(of).sum::<usize>();
    for (expected, found) in [
        (1, count(|d| usize::from(!d.tables.is_empty()))),
        (1, count(|d| d.blacklisted_subjects.len())),
        (1, count(|d| d.blacklisted_sites.len())),
        (1, count(|d| d.illegal_accesses.len())),
        (1, count(|d| d.unfiled.len())),
        (1, count(|d| d.tasks.len())),
        (1, count(|d| d.out_of_bounds.len())),
        (1, count(|d| d.conflicts.len())),
        (1, count(|d| d.unreported.len())),
        (1, count(|d| d.subject_audits.len())),
        (2, count(|d| d.access_audits.len())),
        (1, count(|d| d.liveness_audits.len())),
        (1, count(|d| d.shell_audits.len())),
        (1, count(|d| d.notices.len())),
        (2, count(|d| usize::from(d.synchronised.is_some()))),
        // A site without an access has no provider left to be told of its end.
        (1, count(|d| d.cancelled.len())),
    ] {
        assert_eq!(found, expected, "{downloads:#?}");
    }
    let status = client.status(&authority::client::Condition::Domain("inspected.cn".to_owned())).await.unwrap();
    assert_eq!(status.status.unwrap().filed, Some(false));
}

#[tokio::test]
async fn a_day_of_training_goes_as_it_is_written() {
    let sandbox = playing("training").await;
    let client = sandbox.client();
    send(&client, 1, &first(1000, "refused-a.cn")).await;
    sandbox.verify_both().await;
    send(&client, 2, &first(2000, "ordinary.cn")).await;
    sandbox.verify_both().await;
    advance(&sandbox, 3601).await;
    let downloads = drain(&client).await;
    let decisions: Vec<_> = downloads.iter().flat_map(|file| &file.decisions).map(|d| (d.record, d.approved)).collect();
    assert_eq!(decisions, [(Some(1000), false), (Some(2000), true)]);
    assert_eq!(downloads.iter().map(|file| file.unfiled.len()).sum::<usize>(), 1);
    advance(&sandbox, 48 * 3600).await;
    assert_eq!(drain(&client).await[0].notices.len(), 1);
    advance(&sandbox, 24 * 3600).await;
    assert_eq!(drain(&client).await[0].liveness_audits.len(), 1);
}

#[tokio::test]
async fn every_result_of_the_table_can_be_scripted() {
    let failures: Vec<i64> = (1000..6000)
        .filter(|code| ResultCode(*code).words().is_some() && !ResultCode(*code).is_success())
        .filter(|code| matches!(code / 1000, 1 | 5))
        .collect();
    assert!(failures.len() > 70);
    let rules = failures.iter().map(|code| {
        format!("[[result]]\nwhen = {{ domain = \"code-{code}.cn\" }}\ncodes = [{code}]\nabout = \"演练\"\n")
    });
    let text: String = rules.collect();
    let sandbox = Sandbox::with(|config| config.scenario = Some(Scenario::parse(&text).unwrap())).await;
    let client = sandbox.client();
    let filings = failures.iter().map(|code| {
        let mut filing = filing(code * 1000, &format!("code-{code}.cn"), &format!("91330106MA2K{code:06}"));
        filing.attachments.clear();
        filing
    });
    let xml = upload(ISP, UploadOperation::NewFiling(filings.collect()));
    send(&client, 1, &xml).await;
    let results = drain(&client).await.remove(0).results;
    let found: Vec<(Option<i64>, i64)> =
        results.iter().map(|result| (result.key_id(), result.findings[0].code.0)).collect();
    assert_eq!(found, failures.iter().map(|code| (Some(code * 1000), *code)).collect::<Vec<_>>());
}

//! The wire to the authority in doubt: what was said of one thing is not taken for another, what nobody understands is
//! not passed over, and a line that stands has a way to go on.

use anyhow::{Context as _, Result};
use app::act::{self, AcceptDownload, Ledger, LedgerView, LineState, OrderRef, ResumeLine, ReturnUpload};
use app::bureau::{BureauSettings, Bureaus};
use app::job::apply::apply;
use app::job::poll_downloads::take;
use authority::code::ResultCode;
use authority::envelope::Container;
use authority::message::{
    Certificate, Download, FiledAccess, FiledDomain, FiledRecord, FiledSite, FiledSubject, Finding, MachineResult,
    Operation, Person, Version,
};
use authority::soap::FileInfo;
use filing::stage::StageKind;
use jiff::SignedDuration;
use store::account::Role;
use store::download::DownloadState;
use store::upload::UploadState;
use store::{OrderId, Tx};
use testkit::persona::{case, staff};
use testkit::story::{Story, told};
use uuid::Uuid;

/// A story in which an order of a government body was just passed, and a supervisor.
async fn passed() -> Result<(Story, app::Actor, Uuid)> {
    let story = Story::begin().await?;
    let supervisor = staff(&story, Role::Supervisor).await?;
    let order = pass(&story, "government").await?;
    Ok((story, supervisor, order))
}

async fn pass(story: &Story, word: &str) -> Result<Uuid> {
    let (applicant, order) = story.fill_in(&case(word)?).await?;
    story.submit(&applicant, order).await?;
    story.pass(order).await?;
    Ok(order)
}

async fn ledger(story: &Story, supervisor: &app::Actor) -> Result<LedgerView> {
    act::ledger(story, supervisor, Ledger::default()).await.map_err(told)
}

async fn halts(story: &Story, supervisor: &app::Actor) -> Result<String> {
    let state = async || Ok(ledger(story, supervisor).await?.bureaus[0].state == LineState::Halted);
    story.work_until("the line halts", state).await?;
    Ok(ledger(story, supervisor).await?.bureaus[0].alarm.clone().context("an alarm")?.text)
}

async fn resume(story: &Story, supervisor: &app::Actor) -> Result<()> {
    act::resume_line(story, supervisor, ResumeLine { bureau: "33".into() }).await.map_err(told)?;
    Ok(())
}

/// Changes what the provider believes of its account at the bureau.
fn believe(story: &mut Story, change: impl FnOnce(&mut BureauSettings)) -> Result<()> {
    let mut settings = story.authority.bureau()?;
    change(&mut settings);
    story.test.world.bureaus = Bureaus::new(vec![settings])?;
    Ok(())
}

/// The number of the order's subject on the wire in a round.
async fn subject(tx: &Tx, order: Uuid, round: u32) -> Result<i64> {
    let wire = store::wire_id::for_order(tx, OrderId(order)).await?;
    let found = wire.iter().find(|id| id.kind == "subject" && id.round == round);
    Ok(found.context("a number")?.wire)
}

fn result(subject: i64, code: i64) -> Download {
    let result = MachineResult {
        findings: vec![Finding { code: ResultCode(code), text: None }],
        operation: Operation::NEW_FILING,
        key: Some(subject.to_string()),
        remark: None,
    };
    Download { results: vec![result], ..Download::default() }
}

fn record(subject: i64, certificate: &str, sites: Vec<FiledSite>) -> Download {
    let subject = FiledSubject {
        id: Some(subject),
        bureau_id: 110_000_007_512,
        name: "x".into(),
        nature: None,
        address: None,
        certificate: Some(Certificate { kind: 1, number: certificate.into(), address: "x".into() }),
        principal: Person::default(),
        number: Some("浙ICP备2026000077号".into()),
        filed_by: None,
        investor: None,
        first_filed: None,
        changed: None,
        certificate_until: None,
        certificate_path: None,
        certificate_serial: None,
        officer: None,
        reviewed: None,
        remark: None,
    };
    Download { records: vec![FiledRecord { subject, sites, remark: None }], ..Download::default() }
}

/// A filed site under one number with several domains, accessed here.
fn site(domains: &[&str]) -> FiledSite {
    let domains = domains.iter().zip(1..);
    FiledSite {
        id: None,
        bureau_id: 9,
        name: "x".into(),
        approvals: Vec::new(),
        contents: Vec::new(),
        languages: vec![1],
        domains: domains.map(|(name, n)| FiledDomain { id: None, bureau_id: n, name: (*name).into() }).collect(),
        accesses: vec![FiledAccess {
            id: None,
            bureau_id: 6,
            provider: 330_001,
            locations: Vec::new(),
            methods: Vec::new(),
            ips: Vec::new(),
        }],
        manager: Person::default(),
        home_url: None,
        remark: None,
        first_filed: None,
        changed: None,
        number: Some("浙ICP备2026000077号-1".into()),
    }
}

fn certificate() -> Result<String> {
    Ok(case("government")?.draft.basic.certificate_number)
}

#[tokio::test]
async fn an_error_of_the_query_is_no_answer_to_the_upload() -> Result<()> {
    let (mut story, supervisor, order) = passed().await?;
    story.authority.order_fault("drop_after_commit", "isp_upload", 1).await?;
    story.work().await?;
    believe(&mut story, |bureau| bureau.password = "wrong".to_owned().into())?;
    let alarm = halts(&story, &supervisor).await?;
    assert!(alarm.contains('5'), "{alarm}");
    believe(&mut story, |_| {})?;
    resume(&story, &supervisor).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    assert_eq!(story.authority.ledger().await?, [(1, 1, 1)], "it was taken the first time and never sent again");
    story.finish().await
}

#[tokio::test]
async fn a_corrected_key_is_used_for_what_was_packed_before() -> Result<()> {
    let mut story = Story::begin().await?;
    let supervisor = staff(&story, Role::Supervisor).await?;
    believe(&mut story, |bureau| bureau.aes_key = "fedcba9876543210".to_owned().into())?;
    let order = pass(&story, "government").await?;
    halts(&story, &supervisor).await?;
    believe(&mut story, |_| {})?;
    resume(&story, &supervisor).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    assert_eq!(story.authority.ledger().await?, [(1, 2, 1)]);
    story.finish().await
}

#[tokio::test]
async fn an_upload_that_is_never_taken_goes_back_to_review_and_its_number_is_filled() -> Result<()> {
    let mut story = Story::begin().await?;
    let supervisor = staff(&story, Role::Supervisor).await?;
    believe(&mut story, |bureau| bureau.aes_key = "fedcba9876543210".to_owned().into())?;
    let first = pass(&story, "government").await?;
    halts(&story, &supervisor).await?;
    let second = pass(&story, "individual").await?;
    believe(&mut story, |_| {})?;
    let input = || ReturnUpload { bureau: "33".into() };
    act::return_upload(&story, &supervisor, input()).await.map_err(told)?;
    assert_eq!(story.stage(first).await?, StageKind::Submitted);
    let seen = act::view_case(&story, &story.reviewer, OrderRef { order: first }).await.map_err(told)?.order;
    let last = seen.timeline.iter().rfind(|entry| entry.at.is_some()).context("the road so far")?;
    assert_eq!((last.code.as_str(), last.note.as_deref()), ("returned_to_review", None));
    story.reach(second, StageKind::AwaitingSms).await?;
    let taken = |ledger: Vec<(i64, i64, i64)>| ledger.iter().map(|(n, _, taken)| (*n, *taken)).collect::<Vec<_>>();
    assert_eq!(taken(story.authority.ledger().await?), [(1, 1)], "the one behind it moved to its number");
    assert_eq!(ledger(&story, &supervisor).await?.bureaus[0].waiting_uploads, 0);
    story.pass(first).await?;
    story.reach(first, StageKind::AwaitingSms).await?;
    assert_eq!(taken(story.authority.ledger().await?), [(1, 1), (2, 1)], "no number is left out");
    let again = act::return_upload(&story, &supervisor, input()).await.unwrap_err();
    assert_eq!(again.code(), "line-not-halted");
    story.finish().await
}

#[tokio::test]
async fn an_upload_the_authority_has_is_not_returned() -> Result<()> {
    let (mut story, supervisor, _) = passed().await?;
    story.authority.order_fault("drop_after_commit", "isp_upload", 1).await?;
    story.work().await?;
    believe(&mut story, |bureau| bureau.password = "wrong".to_owned().into())?;
    halts(&story, &supervisor).await?;
    let input = || ReturnUpload { bureau: "33".into() };
    let blind = act::return_upload(&story, &supervisor, input()).await.unwrap_err();
    assert_eq!(blind.code(), "authority-away", "it does not say, so nothing is known");
    believe(&mut story, |_| {})?;
    let taken = act::return_upload(&story, &supervisor, input()).await.unwrap_err();
    assert_eq!(taken.code(), "upload-taken");
    resume(&story, &supervisor).await?;
    story.finish().await
}

#[tokio::test]
async fn a_record_of_a_stranger_with_our_id_files_nothing() -> Result<()> {
    let (story, _, order) = passed().await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    let bureau = story.bureaus.find("33").context("the bureau")?;
    let tx = story.store.write().await?;
    let id = subject(&tx, order, 1).await?;
    let stranger = record(id, "91110000MA0000000X", vec![site(&["stranger.cn"])]);
    assert!(apply(&tx, &story, bureau, &stranger).await?.contains("not ours 1"));
    let mut change = result(id, 1003);
    change.results[0].operation = Operation::CHANGE;
    assert!(apply(&tx, &story, bureau, &change).await?.contains("not ours 1"), "another operation has other ids");
    assert!(store::filed::find_site_by_domain(&tx, "stranger.cn").await?.is_none());
    tx.commit().await?;
    assert_eq!(story.stage(order).await?, StageKind::AwaitingSms);
    story.finish().await
}

#[tokio::test]
async fn a_site_with_two_domains_opens_both_until_the_record_has_another() -> Result<()> {
    let (story, _, order) = passed().await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    let bureau = story.bureaus.find("33").context("the bureau")?;
    let tx = story.store.write().await?;
    let filed = record(subject(&tx, order, 1).await?, &certificate()?, vec![site(&["one.cn", "two.cn"])]);
    apply(&tx, &story, bureau, &filed).await?;
    for domain in ["one.cn", "two.cn"] {
        let site = store::filed::find_site_by_domain(&tx, domain).await?.context(domain)?;
        assert_eq!(site.number, "浙ICP备2026000077号-1");
    }
    let moved = record(subject(&tx, order, 1).await?, &certificate()?, vec![site(&["three.cn"])]);
    apply(&tx, &story, bureau, &moved).await?;
    let site = store::filed::find_site_by_domain(&tx, "three.cn").await?.context("three.cn")?;
    assert_eq!(site.number, "浙ICP备2026000077号-1");
    for domain in ["one.cn", "two.cn"] {
        assert!(store::filed::find_site_by_domain(&tx, domain).await?.is_none(), "{domain} is out of the record");
    }
    tx.commit().await?;
    assert_eq!(story.stage(order).await?, StageKind::Filed);
    story.finish().await
}

#[tokio::test]
async fn a_result_proves_even_what_a_halted_line_holds() -> Result<()> {
    let (story, supervisor, order) = passed().await?;
    story.authority.order_fault("unknown_msg_code", "isp_upload", 1).await?;
    halts(&story, &supervisor).await?;
    let bureau = story.bureaus.find("33").context("the bureau")?;
    let tx = story.store.write().await?;
    let found = result(subject(&tx, order, 1).await?, 1020);
    apply(&tx, &story, bureau, &found).await?;
    assert_eq!(store::upload::for_order(&tx, OrderId(order)).await?[0].state, UploadState::Stored);
    tx.commit().await?;
    assert_eq!(story.stage(order).await?, StageKind::ChangesRequested, "what it says is not lost");
    resume(&story, &supervisor).await?;
    story.finish().await
}

#[tokio::test]
async fn a_late_result_of_the_first_round_does_not_move_the_second() -> Result<()> {
    let (story, _, order) = passed().await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    story.verify_all(&case("government")?).await?;
    story.authority.decide(false, "网站名称与单位不符").await?;
    story.reach(order, StageKind::ChangesRequested).await?;
    let applicant = {
        let account = store::order::get(&story.store.read().await?, OrderId(order)).await?.account;
        app::Actor { account, role: Role::Applicant, via: app::Via::Cli }
    };
    story.submit(&applicant, order).await?;
    story.pass(order).await?;
    story.authority.order_fault("drop_before_commit", "isp_upload", 1).await?;
    story.work().await?;
    let bureau = story.bureaus.find("33").context("the bureau")?;
    let tx = story.store.write().await?;
    let (first, second) = (subject(&tx, order, 1).await?, subject(&tx, order, 2).await?);
    assert_ne!(first, second);
    assert!(apply(&tx, &story, bureau, &result(first, 1020)).await?.contains("earlier round 1"));
    let uploads = store::upload::for_order(&tx, OrderId(order)).await?;
    assert_eq!(uploads.last().context("two uploads")?.state, UploadState::Sending, "nothing is proved by it");
    tx.commit().await?;
    assert_eq!(story.stage(order).await?, StageKind::ToReport);
    story.reach(order, StageKind::AwaitingSms).await?;
    story.finish().await
}

#[tokio::test]
async fn silence_is_seen_on_the_ledger_and_calls_for_a_person_after_an_hour() -> Result<()> {
    let (story, supervisor, order) = passed().await?;
    story.authority.order_fault("down", "isp_upload", 1).await?;
    story.authority.order_fault("down", "isp_querypreviousupload", 10).await?;
    story.work().await?;
    let view = ledger(&story, &supervisor).await?;
    assert_eq!((view.bureaus[0].state, view.bureaus[0].alarm.clone()), (LineState::Waiting, None));
    assert!(view.uploads[0].note.as_deref().is_some_and(|note| note.contains("503")), "{:?}", view.uploads[0].note);
    story.test.clock.advance(SignedDuration::from_mins(61));
    story.work().await?;
    assert!(ledger(&story, &supervisor).await?.bureaus[0].alarm.is_some());
    story.reach(order, StageKind::AwaitingSms).await?;
    assert_eq!(ledger(&story, &supervisor).await?.bureaus[0].alarm, None);
    story.finish().await
}

/// A downloaded file as the bureau would give it; with `encrypt` other bytes travel for the same text.
fn file(story: &Story, name: &str, xml: &[u8], encrypt: bool) -> Result<FileInfo> {
    let mut settings = story.authority.bureau()?;
    settings.encrypt = encrypt;
    let bureaus = Bureaus::new(vec![settings])?;
    let container: Container = bureaus.find("33").context("the bureau")?.client.pack(xml)?;
    Ok(FileInfo { name: name.into(), container, sequence: None })
}

async fn kept(story: &Story, name: &str) -> Result<store::download::Download> {
    let reader = story.store.read().await?;
    store::download::find_by_name(&reader, "33", name).await?.context("the file")
}

#[tokio::test]
async fn what_cannot_be_read_waits_for_a_person_while_the_rest_takes_effect() -> Result<()> {
    let (story, supervisor, order) = passed().await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    let bureau = story.bureaus.find("33").context("the bureau")?;
    let id = subject(&story.store.write().await?, order, 1).await?;
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"GBK\"?><DownloadData version=\"V.3.0\"><ICP><BAJG><Jg_xx><Czlx>x</Czlx></Jg_xx>\
         <Jg_xx><Jgxx><Jgdm>1020</Jgdm></Jgxx><Czlx>1</Czlx><Bs>{id}</Bs></Jg_xx></BAJG></ICP></DownloadData>"
    );
    let file = file(&story, "odd.xml", xml.as_bytes(), true)?;
    assert!(!take(&story, bureau, &file).await?, "it is not acknowledged");
    assert!(!take(&story, bureau, &file).await?);
    story.work().await?;
    assert_eq!(story.stage(order).await?, StageKind::ChangesRequested, "what can be read took effect");
    let odd = kept(&story, "odd.xml").await?;
    assert_eq!((odd.state, odd.is_open()), (DownloadState::Applied, true));
    assert!(ledger(&story, &supervisor).await?.bureaus[0].alarm.is_some());
    let accept = || AcceptDownload { bureau: "33".into(), file_name: "odd.xml".into() };
    act::accept_download(&story, &supervisor, accept()).await.map_err(told)?;
    assert!(!kept(&story, "odd.xml").await?.is_open());
    assert_eq!(ledger(&story, &supervisor).await?.bureaus[0].alarm, None);
    let twice = act::accept_download(&story, &supervisor, accept()).await.unwrap_err();
    assert_eq!(twice.code(), "download-not-waiting");
    story.finish().await
}

#[tokio::test]
async fn the_same_text_in_another_container_is_known_and_another_text_alarms_once() -> Result<()> {
    let (story, supervisor, _) = passed().await?;
    let bureau = story.bureaus.find("33").context("the bureau")?;
    let xml = |code: i64| result(999, code).to_gbk(Version::V3_0);
    take(&story, bureau, &file(&story, "same.xml", &xml(1062)?, true)?).await?;
    take(&story, bureau, &file(&story, "same.xml", &xml(1062)?, false)?).await?;
    assert!(!kept(&story, "same.xml").await?.is_open(), "the words are the same");
    for _ in 0..3 {
        take(&story, bureau, &file(&story, "same.xml", &xml(1003)?, true)?).await?;
    }
    assert!(kept(&story, "same.xml").await?.is_open());
    assert!(ledger(&story, &supervisor).await?.bureaus[0].alarm.is_some());
    let reader = story.store.read().await?;
    let trail = store::audit::for_target(&reader, "bureau", Uuid::nil(), 0, 100).await?;
    assert_eq!(trail.iter().filter(|entry| entry.line.act == "refuse_download").count(), 1);
    drop(reader);
    story.finish().await
}

#[tokio::test]
async fn a_file_that_comes_broken_in_ever_new_ways_fills_no_ledger() -> Result<()> {
    let (story, _, _) = passed().await?;
    let bureau = story.bureaus.find("33").context("the bureau")?;
    for n in 0..40 {
        let mut broken = file(&story, "broken.xml", b"<x/>", true)?;
        broken.container.hash = format!("{n:024}");
        assert!(!take(&story, bureau, &broken).await?);
    }
    let all = store::download::list(&story.store.read().await?, "33", 0, 100).await?;
    assert!(all.len() <= 16, "{} rows", all.len());
    story.finish().await
}

#[tokio::test]
async fn an_order_whose_timer_fails_does_not_keep_the_others_waiting() -> Result<()> {
    let story = Story::begin().await?;
    let (_, broken) = story.fill_in(&case("government")?).await?;
    let (_, sound) = story.fill_in(&case("individual")?).await?;
    let tx = story.store.write().await?;
    let mut order = store::order::get_for_update(&tx, OrderId(broken)).await?;
    order.facts = serde_json::json!("damaged");
    order.due_at = Some(story.now());
    store::order::update(&tx, &mut order).await?;
    tx.commit().await?;
    story.test.clock.advance(SignedDuration::from_hours(24 * 31));
    story.work().await?;
    let reader = story.store.read().await?;
    let kind = store::order::get(&reader, OrderId(sound)).await?.stage.kind();
    assert_eq!(kind, StageKind::Abandoned, "a draft nobody touched for 30 days has ended");
    drop(reader);
    story.finish().await
}

#[tokio::test]
async fn a_picture_that_was_taken_out_is_destroyed_unless_a_submission_shows_it() -> Result<()> {
    let story = Story::begin().await?;
    let case = case("government")?;
    let (applicant, order) = story.fill_in(&case).await?;
    let at = |slot: &str| {
        let slot = slot.to_owned();
        let store = &story.store;
        async move {
            let all = store::material::list(&store.read().await?, OrderId(order)).await?;
            Ok::<_, anyhow::Error>(all.iter().find(|m| m.slot == slot).context("a picture")?.id)
        }
    };
    let (never, shown) = ("sites.0.materials.manager_id_back", "sites.0.materials.manager_id_front");
    let (never_shown, was_shown) = (at(never).await?, at(shown).await?);
    let remove = async |slot: &str| {
        act::remove_material(&story, &applicant, act::RemoveMaterial { order, slot: slot.to_owned() })
            .await
            .map_err(told)
    };
    let bytes = {
        let reader = story.store.read().await?;
        store::material::bytes(&reader, never_shown).await?
    };
    remove(never).await?;
    story.test.clock.advance(SignedDuration::from_mins(1));
    let slot = never.to_owned();
    let input = act::UploadMaterial { order, slot, file_name: "again.jpg".into(), bytes };
    act::upload_material(&story, &applicant, input).await.map_err(told)?;
    story.test.clock.advance(SignedDuration::from_mins(1));
    story.submit(&applicant, order).await?;
    story.test.clock.advance(SignedDuration::from_mins(1));
    act::withdraw(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    remove(shown).await?;
    story.test.clock.advance(SignedDuration::from_hours(26));
    story.work().await?;
    let reader = story.store.read().await?;
    assert!(matches!(store::material::bytes(&reader, never_shown).await, Err(store::Error::NotFound(_))));
    assert!(store::material::bytes(&reader, was_shown).await.is_ok(), "the submission shows it");
    drop(reader);
    story.finish().await
}

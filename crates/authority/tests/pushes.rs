//! What the authority starts by itself, addresses, domains at the ministry, and the answers of every call.

#![expect(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

#[expect(dead_code, reason = "the other tests of the sandbox use the rest of it")]
mod common;

use std::io::Write as _;

use authority::client::{Bureau, Client};
use authority::envelope::Container;
use authority::message::{
    AllocationMode, Cancellation, CancelledKind, ChangedIps, DeletedDomain, DeletedIps, DomainRecord, Download,
    IpAllocation, IpBroadcast, IpBroughtIn, IpResult, IpSource, IpUsage, NewIps, SourceUnit, UnfiledHandling,
    UploadOperation, Verification, VerificationOutcome, VerifiedRecord,
};
use authority::sandbox::{Provider, Right};
use common::{ISP, PRINCIPAL, PRINCIPAL_TAIL, Sandbox, filing, provider, upload, xml};
use serde_json::{Value, json};

const DOMAIN: &str = "yunshan-tech.cn";
const LICENCE: &str = "91330106MA2K0XXX7Q";

async fn send(client: &Client, operation: UploadOperation) -> Vec<Download> {
    let sequence = client.previous_upload().await.unwrap().sequence.unwrap() + 1;
    let xml = upload(client.bureau().isp_id, operation);
    assert_eq!(client.upload(sequence, &client.pack(&xml).unwrap()).await.unwrap().answer.code.0, 0);
    drain(client).await
}

async fn drain(client: &Client) -> Vec<Download> {
    let mut downloads = Vec::new();
    while let Some(file) = client.download().await.unwrap().file {
        let download = client.open(&file.container).unwrap();
        assert_eq!((&download.violations, &download.unreadable), (&vec![], &vec![]));
        assert_eq!((&download.unhandled, client.acknowledge(&file.name).await.unwrap().code.0), (&vec![], 0));
        downloads.push(download);
    }
    downloads
}

fn codes(results: &[IpResult]) -> Vec<i64> {
    results.iter().flat_map(|result| &result.findings).map(|found| found.code.0).collect()
}

async fn push(sandbox: &Sandbox, send: Value) -> u16 {
    sandbox.post("/api/push", json!({ "send": send })).await.0
}

/// Files a subject and leaves nothing to download.
async fn file(sandbox: &Sandbox) -> Vec<Download> {
    let downloads = send(&sandbox.client(), UploadOperation::NewFiling(vec![filing(7001, DOMAIN, LICENCE)])).await;
    assert!(downloads[0].results[0].is_success());
    sandbox.verify_both().await;
    let id = sandbox.at_desk().await;
    sandbox.post(&format!("/api/desk/{id}/decision"), json!({ "approve": true })).await;
    sandbox.drain().await
}

#[tokio::test]
async fn every_kind_of_push_arrives_and_satisfies_the_table() {
    let sandbox = Sandbox::start().await;
    let filed = file(&sandbox).await;
    let number = filed[1].records[0].sites[0].number.clone().unwrap();
    let of = json!({ "of": DOMAIN, "text": "核查" });
    let found = json!({ "domain": "bad.cn", "ip": "203.0.113.9" });
    for (send, has) in [
        (json!({ "inspect_subject": of }), (|d: &Download| d.subject_audits.len()) as fn(&Download) -> usize),
        (json!({ "inspect_access": { "of": number, "finding": "over_reported" } }), |d| d.access_audits.len()),
        (json!({ "inspect_access": { "of": DOMAIN, "finding": "under_reported", "ip": "203.0.113.9" } }), |d| {
            d.access_audits.len()
        }),
        (json!({ "inspect_shell": of }), |d| d.shell_audits.len()),
        (json!({ "inspect_site": of }), |d| d.liveness_audits.len()),
        (json!({ "notice": of }), |d| d.notices.len()),
        (json!({ "illegal_access": found }), |d| d.illegal_accesses.len()),
        (json!({ "unfiled": found }), |d| d.unfiled.len()),
        (
            json!({ "verification_task": { "name": "自备案公司", "domain": "self.cn", "ip": "203.0.113.9" } }),
            |d| d.tasks.len(),
        ),
        (json!({ "blacklist_site": { "name": "坏站", "domain": "evil.cn" } }), |d| d.blacklisted_sites.len()),
        (
            json!({ "blacklist_subject": { "name": "坏公司", "certificate_kind": 1, "certificate_number": "X123" } }),
            |d| d.blacklisted_subjects.len(),
        ),
        (json!({ "inspect_ips": { "finding": "conflict", "first": "203.0.113.0", "last": "203.0.113.9" } }), |d| {
            d.conflicts.len()
        }),
        (
            json!({ "inspect_ips": { "finding": "out_of_bounds", "first": "203.0.113.0", "last": "203.0.113.9" } }),
            |d| d.out_of_bounds.len(),
        ),
        (json!({ "inspect_ips": { "finding": "unreported", "first": "203.0.113.0", "last": "203.0.113.9" } }), |d| {
            d.unreported.len()
        }),
        (json!("code_tables"), |d| usize::from(d.tables.len() == 13 && d.units.len() == 9)),
        (json!("synchronise"), |d| usize::from(d.synchronised.is_some())),
    ] {
        assert_eq!(push(&sandbox, send.clone()).await, 202, "{send}");
        let downloads = sandbox.drain().await;
        assert!(!downloads.is_empty() && downloads.iter().all(|download| has(download) == 1), "{send}: {downloads:?}");
    }
    assert_eq!(push(&sandbox, json!({ "notice": { "of": "none.cn" } })).await, 404);
    assert_eq!(sandbox.post("/api/push", json!({ "provider": 5, "send": "code_tables" })).await.0, 404);
    assert_eq!(push(&sandbox, json!({ "nothing": {} })).await, 422);

    // Whoever is on the blacklist is turned away, and may come again when the entry is gone.
    let blacklisted = UploadOperation::NewFiling(vec![filing(8001, "evil.cn", "X123")]);
    let result = send(&sandbox.client(), blacklisted.clone()).await;
    let found: Vec<i64> = result[0].results[0].findings.iter().map(|found| found.code.0).collect();
    assert_eq!(found, [1065, 1064]);
    let remove = json!({ "blacklist_site": { "name": "坏站", "domain": "evil.cn", "change": "remove" } });
    push(&sandbox, remove).await;
    sandbox.drain().await;
    let result = send(&sandbox.client(), blacklisted).await;
    assert_eq!(result[0].results[0].findings.len(), 1);

    // By force: the site goes, then what is left of the subject.
    assert_eq!(push(&sandbox, json!({ "cancel_access": { "of": DOMAIN, "text": "违规" } })).await, 202);
    let ended = sandbox.drain().await;
    assert_eq!((ended.len(), ended[0].cancelled[0].kind), (1, CancelledKind::Access), "a shell has no record");
    assert_eq!(push(&sandbox, json!({ "cancel_site": { "of": DOMAIN } })).await, 202);
    assert_eq!(push(&sandbox, json!({ "cancel_site": { "of": DOMAIN } })).await, 404);
}

#[tokio::test]
async fn what_has_ended_meanwhile_is_not_approved() {
    let sandbox = Sandbox::start().await;
    let filed = file(&sandbox).await;
    let record = filed[1].records[0].subject.bureau_id;
    let request = Cancellation { kind: CancelledKind::Subject, record, reason: 1, remark: None, password: None };
    assert!(send(&sandbox.client(), UploadOperation::Cancellation(vec![request])).await.is_empty());
    let code = sandbox.code(PRINCIPAL).await;
    sandbox.verify(PRINCIPAL, &code, PRINCIPAL_TAIL).await;
    push(&sandbox, json!({ "cancel_subject": { "of": DOMAIN } })).await;
    sandbox.drain().await;
    let id = sandbox.at_desk().await;
    let (_, told) = sandbox.post(&format!("/api/desk/{id}/decision"), json!({ "approve": true })).await;
    assert_eq!(told["state"], "refused");
    assert!(sandbox.drain().await[0].decisions[0].opinion.as_deref().unwrap().contains("主体已注销"));
}

#[tokio::test]
async fn apps_share_the_serials_of_their_subject() {
    let sandbox = Sandbox::start().await;
    let filed = file(&sandbox).await;
    let number = filed[1].records[0].subject.number.clone().unwrap();
    for (kind, ending) in [("app", "-2A"), ("mini_program", "-3X"), ("quick_app", "-4K")] {
        let (status, told) = sandbox.post("/api/services", json!({ "of": number, "kind": kind, "name": "云杉" })).await;
        assert_eq!((status, told["number"].as_str().unwrap()), (201, format!("{number}{ending}").as_str()));
    }
    let website = json!({ "of": number, "kind": "website", "name": "云杉" });
    assert_eq!(sandbox.post("/api/services", website).await.0, 404);
    let found = sandbox.get(&format!("/api/lookup?q={number}-2A")).await;
    assert_eq!(found[0]["site_number"], format!("{number}-2A"));
}

#[tokio::test]
async fn an_unfiled_site_is_handled_once() {
    let sandbox = Sandbox::start().await;
    push(&sandbox, json!({ "unfiled": { "domain": "bad.cn", "ip": "203.0.113.9" } })).await;
    sandbox.drain().await;
    let handling = |domain: &str, result: i64| {
        let handling = UnfiledHandling {
            domain: domain.to_owned(),
            ip: [203, 0, 113, 9].into(),
            carrier: 1,
            provider: ISP,
            province: 330_000,
            result,
            opinion: "已关闭".to_owned(),
            listed: "2026-11-25".to_owned(),
            due: "2026-12-05".to_owned(),
            reporter: None,
            reporter_phone: None,
            reporter_email: None,
        };
        UploadOperation::UnfiledHandling(vec![handling])
    };
    let client = sandbox.client();
    let code = async |operation| {
        let files = send(&client, operation).await;
        files.first().map(|file| (file.results[0].findings[0].code.0, file.results[0].key.clone().unwrap()))
    };
    assert_eq!(code(handling("good.cn", 1)).await, Some((5005, "good.cn".to_owned())));
    assert_eq!(code(handling("bad.cn", 9)).await, Some((5007, "bad.cn".to_owned())));
    assert_eq!(code(handling("bad.cn", 1)).await, None, "no code means that it was taken");
    assert_eq!(code(handling("bad.cn", 1)).await, Some((5006, "bad.cn".to_owned())));
}

#[tokio::test]
async fn a_verified_record_is_filed() {
    let sandbox = Sandbox::start().await;
    let task = json!({ "verification_task": { "name": "自备案公司", "domain": "self.cn", "ip": "203.0.113.9" } });
    push(&sandbox, task).await;
    let task = sandbox.drain().await.remove(0).tasks.remove(0);
    let verified = Verification {
        outcome: VerificationOutcome::Pass,
        verifier: "林杉".to_owned(),
        date: "2026-11-25".to_owned(),
        unit: ISP,
        opinion: "核实无误".to_owned(),
        errors: None,
        record: VerifiedRecord::from(task),
    };
    assert!(send(&sandbox.client(), UploadOperation::Verification(vec![verified.clone()])).await.is_empty());
    let id = sandbox.at_desk().await;
    sandbox.post(&format!("/api/desk/{id}/decision"), json!({ "approve": true })).await;
    let downloads = sandbox.drain().await;
    assert_eq!(downloads[0].decisions[0].record, Some(verified.record.subject.bureau_id));
    assert!(downloads[1].records[0].sites[0].number.as_deref().unwrap().ends_with("号-1"));
    let again = send(&sandbox.client(), UploadOperation::Verification(vec![verified.clone()])).await;
    assert_eq!(again[0].results[0].findings[0].code.0, 1016);
    let mut other = verified;
    (other.unit, other.record.subject.bureau_id) = (5, 5);
    let unknown = send(&sandbox.client(), UploadOperation::Verification(vec![other])).await;
    assert_eq!(unknown[0].results[0].findings.iter().map(|found| found.code.0).collect::<Vec<_>>(), [1058, 1054]);
}

fn source(id: i64, first: [u8; 4], last: [u8; 4]) -> IpSource {
    let (first, last) = (first.into(), last.into());
    IpSource { id: Some(id), bureau_id: None, unit: None, first, last, source: 8, remark: None }
}

fn allocation(id: i64, first: [u8; 4], last: [u8; 4], mode: AllocationMode) -> IpAllocation {
    IpAllocation {
        id: Some(id),
        bureau_id: None,
        unit: None,
        first: first.into(),
        last: last.into(),
        mode,
        target: None,
        usage: Some(IpUsage::Static),
        since: Some("2026-11-25".to_owned()),
        redirects: Some(false),
        user: None,
        nature: None,
        category: None,
        industry: None,
        province: None,
        city: None,
        county: None,
        street: None,
        contact: None,
        contact_phone: None,
        contact_email: None,
        gateway: None,
        gateway_address: None,
        remark: None,
    }
}

#[tokio::test]
async fn addresses_are_filed_compared_and_used() {
    let sandbox = Sandbox::with(|config| config.providers[0].compare_ips = true).await;
    let client = sandbox.client();
    let early = send(&client, UploadOperation::NewFiling(vec![filing(7001, DOMAIN, LICENCE)])).await;
    assert_eq!(early[0].results[0].findings[0].code.0, 1063, "nothing is filed yet");
    let own = |id, first, last| allocation(id, first, last, AllocationMode::OwnUse);
    let alone = NewIps { allocations: vec![own(2, [203, 0, 113, 0], [203, 0, 113, 255])], ..NewIps::default() };
    assert_eq!(codes(&send(&client, UploadOperation::NewIps(alone.clone())).await[0].allocation_results), [2005]);
    let both = NewIps { sources: vec![source(1, [203, 0, 113, 0], [203, 0, 113, 255])], ..alone };
    let filed = send(&client, UploadOperation::NewIps(both)).await.remove(0);
    assert_eq!((codes(&filed.source_results), codes(&filed.allocation_results)), (vec![2998], vec![2998]));
    assert_eq!((filed.source_results[0].id, filed.allocation_results[0].id), (Some(1), Some(2)));
    let now = send(&client, UploadOperation::NewFiling(vec![filing(7001, DOMAIN, LICENCE)])).await;
    assert_eq!(now[0].results[0].findings[0].code.0, 1062);

    let mut wrong = vec![
        source(3, [203, 0, 113, 0], [203, 0, 113, 255]),
        source(4, [203, 0, 113, 10], [203, 0, 113, 20]),
        source(5, [198, 51, 100, 9], [198, 51, 100, 1]),
        source(6, [10, 0, 0, 1], [10, 0, 0, 2]),
        source(7, [198, 51, 100, 1], [198, 51, 100, 1]),
        source(8, [198, 51, 100, 2], [198, 51, 100, 2]),
    ];
    (wrong[4].source, wrong[5].source) = (ISP, 99);
    let answers =
        send(&client, UploadOperation::NewIps(NewIps { sources: wrong, ..NewIps::default() })).await.remove(0);
    assert_eq!(codes(&answers.source_results), [2049, 2003, 2002, 2006, 2007, 2052, 2029]);
    assert_eq!(answers.source_results[0].findings[0].related[0].id, Some(1));

    let inside = |id: i64, octet: u8, mode| allocation(id, [203, 0, 114, octet], [203, 0, 114, octet], mode);
    let mut allocations = vec![
        inside(10, 1, AllocationMode::Reallocated),
        inside(11, 2, AllocationMode::Reallocated),
        inside(12, 3, AllocationMode::Reallocated),
        inside(13, 4, AllocationMode::AllocatedUse),
        inside(14, 5, AllocationMode::Reserved),
    ];
    (allocations[1].target, allocations[2].target) = (Some(ISP), Some(99));
    (allocations[3].usage, allocations[3].since) = (None, None);
    (allocations[4].province, allocations[4].city) = (Some(990_000), None);
    allocations[4].contact_email = Some("no-address".to_owned());
    allocations[4].contact_phone = Some("call me please".to_owned());
    allocations[4].nature = Some(7);
    let batch =
        NewIps { sources: vec![source(9, [203, 0, 114, 0], [203, 0, 114, 255])], allocations, ..NewIps::default() };
    let answers = send(&client, UploadOperation::NewIps(batch)).await.remove(0);
    let expected =
        [2047, 2050, 2048, 2032, 2030, 2031, 2034, 2037, 2038, 2036, 2040, 2039, 2042, 2019, 2024, 2012, 2013];
    assert_eq!(codes(&answers.allocation_results), expected);

    let brought = IpBroughtIn {
        id: Some(20),
        bureau_id: None,
        unit: None,
        first: [192, 0, 2, 1].into(),
        last: [192, 0, 2, 9].into(),
        redirects: false,
        usage: IpUsage::Static,
        since: "2026-11-25".to_owned(),
        user: "客户".to_owned(),
        nature: 4,
        province: 330_000,
        city: 330_100,
        county: Some(330_106),
        street: "云栖路".to_owned(),
        contact: "周云".to_owned(),
        contact_phone: "0571-88880000".to_owned(),
        contact_email: "a@b.cn".to_owned(),
        gateway: Some([192, 0, 2, 254].into()),
        gateway_address: Some("机房".to_owned()),
        remark: None,
        source_reports: false,
        source: SourceUnit::Name("某单位".to_owned()),
    };
    let broadcast = IpBroadcast {
        id: Some(21),
        bureau_id: None,
        unit: None,
        broadcaster: 1,
        applicant: 99,
        first: [192, 0, 2, 1].into(),
        last: [192, 0, 2, 9].into(),
        remark: None,
    };
    let batch = NewIps { brought_in: vec![brought], broadcasts: vec![broadcast], ..NewIps::default() };
    let answers = send(&client, UploadOperation::NewIps(batch)).await.remove(0);
    assert_eq!((codes(&answers.brought_in_results), codes(&answers.broadcast_results)), (vec![2998], vec![2051, 2018]));

    let id = filed.source_results[0].bureau_id;
    let moved = IpSource { bureau_id: id, id: None, ..source(0, [203, 0, 113, 0], [203, 0, 113, 127]) };
    let gone = IpSource { bureau_id: Some(5), id: None, ..source(0, [203, 0, 115, 0], [203, 0, 115, 1]) };
    let batch = ChangedIps { sources: vec![moved, gone], ..ChangedIps::default() };
    let answers = send(&client, UploadOperation::ChangedIps(batch)).await.remove(0);
    assert_eq!(codes(&answers.source_results), [2998, 2055]);
    assert_eq!((answers.source_results[0].id, answers.source_results[0].bureau_id), (Some(1), id));
    let batch = DeletedIps { sources: vec![id.unwrap(), 5], ..DeletedIps::default() };
    let answers = send(&client, UploadOperation::DeletedIps(batch)).await.remove(0);
    assert_eq!(codes(&answers.source_results), [2998, 2055]);
}

fn domain(name: &str) -> DomainRecord {
    let (email, phone) = ("a@b.cn".to_owned(), "0571-88880000".to_owned());
    DomainRecord {
        id: Some(1),
        bureau_id: None,
        name: name.to_owned(),
        kind: 1,
        registered: "2020-01-01".to_owned(),
        registrant: "周云".to_owned(),
        registrant_unit: "云杉".to_owned(),
        registrant_address: "云栖路".to_owned(),
        registrant_province: 330_000,
        registrant_city: 330_100,
        registrant_email: email.clone(),
        registrant_phone: phone.clone(),
        administrator: "周云".to_owned(),
        administrator_unit: "云杉".to_owned(),
        administrator_address: "云栖路".to_owned(),
        administrator_province: 330_000,
        administrator_city: 330_100,
        administrator_email: email,
        administrator_phone: phone,
        payer: None,
        payer_unit: None,
        payer_address: None,
        payer_province: None,
        payer_city: None,
        payer_email: None,
        payer_phone: None,
        registrar: "示例注册".to_owned(),
        servers: "ns1.example.com".to_owned(),
        expires: "2099-01-01".to_owned(),
    }
}

#[tokio::test]
async fn domains_go_to_the_ministry_and_nothing_else_does() {
    let bureau = Sandbox::start().await;
    let answers = send(&bureau.client(), UploadOperation::NewDomains(vec![domain("a.cn")])).await.remove(0);
    assert_eq!(answers.domain_results[0].findings[0].code.0, 3036);

    let ministry = Sandbox::with(|config| config.province = 0).await;
    let client = ministry.client();
    let answers = send(&client, UploadOperation::NewFiling(vec![filing(7001, DOMAIN, LICENCE)])).await.remove(0);
    assert_eq!((answers.results[0].findings[0].code.0, answers.results[0].key_id()), (1045, Some(7001)));
    let answers = send(
        &client,
        UploadOperation::NewIps(NewIps { sources: vec![source(1, [9, 9, 9, 9], [9, 9, 9, 9])], ..NewIps::default() }),
    )
    .await
    .remove(0);
    assert_eq!(codes(&answers.source_results), [5009]);
    let mut wrong = domain("b.cn");
    (wrong.kind, wrong.registered, wrong.expires) = (9, "2099-01-01".to_owned(), "2020-01-01".to_owned());
    (wrong.registrant_email, wrong.administrator_phone) = ("no-address".to_owned(), "call me please".to_owned());
    (wrong.registrant_city, wrong.registrar) = (440_100, "<b>".to_owned());
    let answers = send(&client, UploadOperation::NewDomains(vec![domain("a.cn"), wrong])).await.remove(0);
    let found: Vec<i64> =
        answers.domain_results.iter().flat_map(|result| &result.findings).map(|found| found.code.0).collect();
    assert_eq!(found, [3998, 3001, 3035, 3004, 3007, 3013, 3028, 3024]);
    let id = answers.domain_results[0].bureau_id;
    let changed = DomainRecord { bureau_id: id, id: None, servers: "ns2.example.com".to_owned(), ..domain("a.cn") };
    let answers = send(&client, UploadOperation::ChangedDomains(vec![changed])).await.remove(0);
    assert_eq!((answers.domain_results[0].findings[0].code.0, answers.domain_results[0].id), (3998, Some(1)));
    let gone = UploadOperation::DeletedDomains(vec![DeletedDomain::Name("a.cn".to_owned()), DeletedDomain::Id(5)]);
    let answers = send(&client, gone).await.remove(0);
    assert_eq!(answers.domain_results.iter().map(|result| result.findings[0].code.0).collect::<Vec<_>>(), [3998, 3999]);
}

#[tokio::test]
async fn whoever_lacks_the_right_is_told() {
    let sandbox = Sandbox::with(|config| config.providers[0].rights = vec![Right::Ip]).await;
    let answers =
        send(&sandbox.client(), UploadOperation::NewFiling(vec![filing(7001, DOMAIN, LICENCE)])).await.remove(0);
    assert_eq!(answers.results[0].findings[0].code.0, 5009);
}

/// A zip of these entries as it travels.
fn container(client: &Client, entries: &[(&str, &[u8])]) -> Container {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    client.seal(&writer.finish().unwrap().into_inner())
}

#[tokio::test]
async fn every_answer_of_a_call_is_deserved() {
    let sandbox = Sandbox::with(|config| {
        config.providers.push(Provider { isp_id: 2, province: 11, ..provider() });
        config.providers.push(Provider { isp_id: 3, open: false, ..provider() });
        config.providers.push(Provider { isp_id: 4, max_waiting: 0, ..provider() });
        config.filing_passwords = true;
    })
    .await;
    let client = sandbox.client();
    let good = client.pack(&xml(vec![filing(7001, DOMAIN, LICENCE)])).unwrap();
    let answered = async |mend: &dyn Fn(&mut Bureau), container: &Container, sequence: i64| {
        let mut bureau = sandbox.bureau();
        mend(&mut bureau);
        Client::new(bureau).unwrap().upload(sequence, container).await.unwrap().answer.code.0
    };
    let same = |_: &mut Bureau| {};
    let with = |mend: &dyn Fn(&mut Container)| {
        let mut container = good.clone();
        mend(&mut container);
        container
    };
    let file: &[u8] = b"<a/>";
    // 52 MB that do not look like a bomb: noise that hardly compresses would take long, so a short cycle does.
    let noise: Vec<u8> = (0..53u32 * 1024 * 1024).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let table = [
        (4, answered(&|b| b.user = "else".to_owned(), &good, 1).await),
        (5, answered(&|b| b.password = "else".into(), &good, 1).await),
        (6, answered(&same, &with(&|c| c.info.truncate(64)), 1).await),
        (7, answered(&same, &with(&|c| c.hash = "AAAAAAAAAAAAAAAAAAAAAA==".to_owned()), 1).await),
        (8, answered(&same, &client.seal(b"no zip"), 1).await),
        (9, answered(&same, &with(&|c| c.encrypt_algorithm = 2), 1).await),
        (10, answered(&same, &with(&|c| c.hash_algorithm = 1), 1).await),
        (11, answered(&same, &with(&|c| c.compression_format = 1), 1).await),
        (12, answered(&|b| b.isp_id = 9, &good, 1).await),
        (13, answered(&|b| b.isp_id = 2, &good, 1).await),
        (14, answered(&same, &good, 3).await),
        (15, answered(&|b| b.isp_id = 4, &good, 1).await),
        (17, answered(&same, &container(&client, &[]), 1).await),
        (17, answered(&same, &container(&client, &[("a.xml", file), ("b.xml", file)]), 1).await),
        (18, answered(&same, &container(&client, &[("a.xml", &noise)]), 1).await),
        (19, answered(&|b| b.isp_id = 3, &good, 1).await),
        (2, client.download().await.unwrap().answer.code.0),
        (0, answered(&same, &good, 1).await),
        (999, answered(&same, &good, 1).await),
        (1, client.download().await.unwrap().answer.code.0),
        (21, client.acknowledge("").await.unwrap().code.0),
        (0, client.verify_password("浙ICP备2026000001号", &"x".into()).await.unwrap().answer.code.0),
    ];
    for (expected, answered) in table {
        assert_eq!(answered, expected);
    }
    for _ in 0..4 {
        client.verify_password("浙ICP备2026000001号", &"x".into()).await.unwrap();
    }
    assert_eq!(client.verify_password("浙ICP备2026000001号", &"x".into()).await.unwrap().answer.code.0, 22);
    push(&sandbox, json!("code_tables")).await;
    assert_eq!(client.download().await.unwrap().answer.code.0, 3);
    // What only maintenance, or a fault, brings about.
    for code in [901, 902, 77] {
        sandbox.fault(json!({ "kind": "msg_code", "method": "isp_download", "code": code })).await;
        assert_eq!(client.download().await.unwrap().answer.code.0, code);
    }
}

#[tokio::test]
async fn whoever_calls_too_often_is_told_how_long_to_wait() {
    let sandbox = Sandbox::with(|config| config.calls_per_minute = Some(2)).await;
    let client = sandbox.client();
    for expected in [2, 2, 999] {
        assert_eq!(client.download().await.unwrap().answer.code.0, expected);
    }
    assert!(client.download().await.unwrap().answer.text.contains("秒后再试"));
    sandbox.post("/api/clock", json!({ "advance_seconds": 61 })).await;
    assert_eq!(client.download().await.unwrap().answer.code.0, 2);
}

#[tokio::test]
async fn an_officer_does_it_all_on_pages() {
    let sandbox = Sandbox::start().await;
    let filed = file(&sandbox).await;
    let (subject, site) = (filed[1].records[0].subject.bureau_id, filed[1].records[0].sites[0].bureau_id);
    for path in
        ["/desk/records", "/desk/acts", &format!("/desk/records/{subject}"), "/desk?kind=first_filing&state=approved"]
    {
        for lang in ["zh-CN", "en"] {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = sandbox.http.get(sandbox.url(&format!("{path}{joint}lang={lang}"))).send().await.unwrap();
            assert_eq!(page.status(), 200, "{path}");
            let text = page.text().await.unwrap();
            assert!(!text.contains("Unknown localization"), "{path}: {text}");
        }
    }
    let post = async |path: &str, form: &[(&str, &str)]| {
        let request = sandbox.http.post(sandbox.url(path)).header("sec-fetch-site", "same-origin").form(form);
        request.send().await.unwrap().status().as_u16()
    };
    let site = site.to_string();
    for (kind, has) in [
        ("notice", (|d: &Download| d.notices.len()) as fn(&Download) -> usize),
        ("inspect_site", |d| d.liveness_audits.len()),
        ("inspect_shell", |d| d.shell_audits.len()),
        ("over_reported", |d| d.access_audits.len()),
        ("under_reported", |d| d.access_audits.len()),
        ("inspect_subject", |d| d.subject_audits.len()),
        ("cancel_access", |d| d.cancelled.len()),
    ] {
        assert_eq!(post("/desk/push", &[("kind", kind), ("of", &site), ("text", "核查")]).await, 200, "{kind}");
        assert_eq!(sandbox.drain().await.iter().map(has).sum::<usize>(), 1, "{kind}");
    }
    let isp = ISP.to_string();
    for (form, has) in [
        (
            vec![("kind", "unfiled"), ("domain", "bad.cn"), ("ip", "203.0.113.9")],
            (|d: &Download| d.unfiled.len()) as fn(&Download) -> usize,
        ),
        (vec![("kind", "illegal_access"), ("domain", "bad.cn"), ("ip", "203.0.113.9"), ("provider", &isp)], |d| {
            d.illegal_accesses.len()
        }),
        (vec![("kind", "verification_task"), ("name", "公司"), ("domain", "self.cn"), ("ip", "203.0.113.9")], |d| {
            d.tasks.len()
        }),
        (
            vec![
                ("kind", "blacklist_subject"),
                ("name", "公司"),
                ("certificate_kind", "1"),
                ("certificate_number", "X1"),
            ],
            |d| d.blacklisted_subjects.len(),
        ),
        (vec![("kind", "blacklist_site"), ("name", "网站"), ("domain", "evil.cn")], |d| d.blacklisted_sites.len()),
        (vec![("kind", "blacklist_site"), ("name", "网站"), ("domain", "evil.cn"), ("remove", "true")], |d| {
            d.blacklisted_sites.len()
        }),
        (vec![("kind", "inspect_ips"), ("finding", "conflict"), ("ip", "203.0.113.1"), ("last", "203.0.113.9")], |d| {
            d.conflicts.len()
        }),
        (vec![("kind", "code_tables"), ("provider", "")], |d| usize::from(!d.tables.is_empty())),
    ] {
        assert_eq!(post("/desk/push", &form).await, 200, "{form:?}");
        assert_eq!(sandbox.drain().await.iter().map(has).sum::<usize>(), 1, "{form:?}");
    }
    let acts = sandbox.http.get(sandbox.url("/desk/acts")).send().await.unwrap().text().await.unwrap();
    assert!(acts.contains("bad.cn") && acts.contains("X1") && !acts.contains("evil.cn"), "{acts}");
    assert_eq!(post("/desk/push", &[("kind", "unfiled"), ("domain", "bad.cn")]).await, 422);
    assert_eq!(post("/desk/push", &[("kind", "notice"), ("of", "none.cn")]).await, 404);
    assert_eq!(post("/desk/service", &[("id", &subject.to_string()), ("kind", "app"), ("name", "云杉")]).await, 200);
    assert_eq!(post("/desk/service", &[("id", &subject.to_string()), ("kind", "app"), ("name", " ")]).await, 422);
    let before = sandbox.get("/api/clock").await["now"].as_str().unwrap().to_owned();
    assert_eq!(post("/desk/clock", &[("hours", "24")]).await, 200);
    assert!(sandbox.get("/api/clock").await["now"].as_str().unwrap() > before.as_str());
    assert_eq!(sandbox.http.get(sandbox.url("/desk/records/5")).send().await.unwrap().status(), 404);
}

//! The provider's own addresses: drafted, brought in, reported, answered, corrected, audited; and the site that stands
//! on none of them.

use anyhow::{Context as _, Result};
use app::act::{
    self, CorrectIpRange, ImportIpRanges, ImportMode, IpRangeRef, IpRangeView, ListIpRanges, OrderRef, ReportIpRanges,
    ReturnUpload, SaveIpRange, SavedIpRange,
};
use app::ip_filing::text_of;
use app::{Actor, Error, Via, World};
use authority::code::ResultCode;
use authority::message::{Conflict, Download, IpFinding, IpOutOfBounds, IpResult, RecordChange, RelatedIp, Unreported};
use filing::ip_filing::{RangeDraft, Standing};
use filing::stage::StageKind;
use store::account::Role;
use testkit::persona::{case, staff};
use testkit::story::{Story, told};
use testkit::world::{BUREAU, TestWorld};
use uuid::Uuid;

fn source(first: &str, last: &str) -> RangeDraft {
    RangeDraft {
        kind: "source".into(),
        first: first.into(),
        last: last.into(),
        source_unit: "110000000001".into(),
        ..RangeDraft::default()
    }
}

fn own_use(first: &str, last: &str) -> RangeDraft {
    RangeDraft {
        kind: "allocation".into(),
        mode: "own_use".into(),
        use_mode: "static".into(),
        since: "2026-01-01".into(),
        source_unit: String::new(),
        ..source(first, last)
    }
}

fn allocated(first: &str, last: &str) -> RangeDraft {
    RangeDraft {
        mode: "allocated_use".into(),
        user: "云杉科技（杭州）有限公司".into(),
        nature: "enterprise".into(),
        county: "330106".into(),
        address: "文三路 1 号".into(),
        contact: "测试周明".into(),
        phone: "0571-88880000".into(),
        email: "ip@yunshan-tech.cn".into(),
        ..own_use(first, last)
    }
}

async fn save(world: &World, actor: &Actor, content: RangeDraft) -> app::Result<IpRangeView> {
    act::save_ip_range(world, actor, SaveIpRange { range: None, bureau: BUREAU.into(), content }).await
}

async fn view(world: &World, actor: &Actor, range: Uuid) -> Result<IpRangeView> {
    act::view_ip_range(world, actor, IpRangeRef { range }).await.map_err(told)
}

async fn report(world: &World, actor: &Actor, ranges: &[Uuid]) -> app::Result<act::ReportedIpRanges> {
    let input = ReportIpRanges { bureau: BUREAU.into(), ranges: ranges.to_vec(), all: ranges.is_empty() };
    act::report_ip_ranges(world, actor, input).await
}

/// What the authority would give, applied as the job does.
async fn download(world: &World, content: &Download) -> Result<String> {
    let bureau = world.bureaus.find(BUREAU).context("the bureau")?;
    let tx = world.store.write().await?;
    let note = app::job::apply::apply(&tx, world, bureau, content).await?;
    tx.commit().await?;
    Ok(note)
}

fn result(change: RecordChange, id: Option<i64>, bureau_id: Option<i64>, codes: &[i64]) -> IpResult {
    let findings = codes.iter().map(|code| IpFinding {
        code: ResultCode(*code),
        text: Some("管局的话".into()),
        related: if *code == 2003 {
            vec![RelatedIp {
                bureau_id: Some(9),
                id: None,
                first: "203.0.113.7".parse().unwrap_or(std::net::Ipv4Addr::LOCALHOST),
                last: "203.0.113.9".parse().unwrap_or(std::net::Ipv4Addr::LOCALHOST),
                remark: None,
            }]
        } else {
            vec![]
        },
    });
    IpResult { findings: findings.collect(), bureau_id, change, id, remark: None }
}

/// Our number of a range on the wire.
async fn wire(world: &World, range: Uuid) -> Result<i64> {
    let row = store::ip_range::get(&world.store.read().await?, store::IpRangeId(range)).await?;
    row.wire.context("it was reported")
}

/// Files a range by a result.
async fn filed(world: &World, actor: &Actor, content: RangeDraft, bureau_id: i64) -> Result<Uuid> {
    let kind = content.kind.clone();
    let range = save(world, actor, content).await.map_err(told)?.range.id;
    report(world, actor, &[range]).await.map_err(told)?;
    let results = vec![result(RecordChange::Add, Some(wire(world, range).await?), Some(bureau_id), &[2998])];
    let content = match kind.as_str() {
        "source" => Download { source_results: results, ..Download::default() },
        _ => Download { allocation_results: results, ..Download::default() },
    };
    download(world, &content).await?;
    assert_eq!(view(world, actor, range).await?.range.state, Standing::Filed);
    Ok(range)
}

/// The data file of the n-th upload.
async fn sent(world: &World, sequence: u64) -> Result<(String, String)> {
    let reader = world.store.read().await?;
    let upload = store::upload::by_sequence(&reader, BUREAU, sequence).await?.context("an upload")?;
    let zip = store::upload::container(&reader, upload.id).await?;
    let client = &world.bureaus.find(BUREAU).context("the bureau")?.client;
    let text = client.open_text(&client.seal(&zip)).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Ok((upload.operation, text))
}

fn rules(error: &Error) -> Vec<&str> {
    error.findings().iter().map(|finding| finding.rule.as_str()).collect()
}

#[tokio::test]
async fn a_range_goes_from_draft_to_the_books_and_is_corrected_and_deleted_there() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let actor = staff(world, Role::Supervisor).await?;
    let wrong = save(world, &actor, own_use("203.0.113.0", "203.0.113.127")).await;
    assert_eq!(rules(&wrong.err().context("no source")?), ["ip-2005"]);
    let first = save(world, &actor, source("203.0.113.0", "203.0.113.255")).await.map_err(told)?.range.id;
    let second = save(world, &actor, allocated("203.0.113.0", "203.0.113.127")).await.map_err(told)?;
    assert_eq!((second.content.city.as_str(), second.content.province.as_str()), ("330100", "33"));
    let second = second.range.id;
    let again = save(world, &actor, source("203.0.113.200", "203.0.114.0")).await;
    assert_eq!(rules(&again.err().context("an overlap")?), ["ip-2003"]);

    // The source alone may go first; the allocation not before it, but with it.
    let alone = report(world, &actor, &[second]).await;
    let alone = alone.err().context("its source is not reported")?;
    assert_eq!(rules(&alone), ["ip-source-unreported"]);
    assert_eq!(alone.findings()[0].field, format!("ranges.{second}.first"));
    let reported = report(world, &actor, &[]).await.map_err(told)?;
    assert_eq!((reported.ranges, reported.sequences.as_slice()), (2, [1, 2].as_slice()));
    let (operation, xml) = sent(world, 1).await?;
    assert_eq!(operation, "IP/XZBA");
    assert!(xml.contains("<Lydw>110000000001</Lydw>") && xml.contains("<Qsip>3405803776</Qsip>"), "{xml}");
    let (_, xml) = sent(world, 2).await?;
    for part in ["<Fpfs>1</Fpfs>", "<Shiid>330100</Shiid>", "<Lxrxm>测试周明</Lxrxm>", "<Fprq>2026-01-01</Fprq>"] {
        assert!(xml.contains(part), "{part} is not in {xml}");
    }
    assert!(matches!(report(world, &actor, &[]).await, Err(Error::Conflict { code: "nothing-to-report" })));
    assert!(matches!(report(world, &actor, &[first]).await, Err(Error::Conflict { code: "stage" })));

    // The source is accepted, the allocation is not, with the range it runs into.
    let content = Download {
        source_results: vec![result(RecordChange::Add, Some(wire(world, first).await?), Some(70), &[2998])],
        allocation_results: vec![result(RecordChange::Add, Some(wire(world, second).await?), None, &[2003, 2012])],
        ..Download::default()
    };
    let note = download(world, &content).await?;
    assert!(note.contains("ranges 2 (ours 2)"), "{note}");
    download(world, &content).await?;
    let filed = view(world, &actor, first).await?;
    assert_eq!((filed.range.state, filed.range.bureau_id), (Standing::Filed, Some(70)));
    let refused = view(world, &actor, second).await?;
    assert_eq!(refused.range.state, Standing::Refused);
    let found: Vec<_> = refused.range.findings.iter().map(|f| (f.rule.as_str(), f.field.as_str())).collect();
    assert_eq!(found, [("ip-2003", "first"), ("ip-2012", "phone")]);
    assert!(refused.range.findings[0].message.en.contains("203.0.113.7"), "{:?}", refused.range.findings);

    // It is mended and sent again under a number of its own; a late answer to the first changes nothing.
    let old = wire(world, second).await?;
    let saved = SavedIpRange { id: second, version: refused.range.version };
    let content = allocated("203.0.113.64", "203.0.113.127");
    let input = SaveIpRange { range: Some(saved), bureau: String::new(), content };
    act::save_ip_range(world, &actor, input.clone()).await.map_err(told)?;
    assert!(matches!(act::save_ip_range(world, &actor, input).await, Err(Error::Conflict { code: "version" })));
    report(world, &actor, &[second]).await.map_err(told)?;
    assert_ne!(wire(world, second).await?, old);
    let waiting = act::recall_ip_range(world, &actor, IpRangeRef { range: second }).await;
    assert!(matches!(waiting, Err(Error::Conflict { code: "upload-in-line" })), "{waiting:?}");
    let late = Download {
        allocation_results: vec![result(RecordChange::Add, Some(old), None, &[2003])],
        ..Download::default()
    };
    assert!(download(world, &late).await?.contains("ranges 1 (ours 0)"));
    let good = result(RecordChange::Add, Some(wire(world, second).await?), Some(71), &[2998]);
    download(world, &Download { allocation_results: vec![good], ..Download::default() }).await?;
    let second_view = view(world, &actor, second).await?;
    assert_eq!((second_view.range.state, second_view.range.carries_sites), (Standing::Filed, true));

    // A correction that is refused leaves the books as they are and keeps what was typed.
    let correct =
        |version, last: &str| CorrectIpRange { range: second, version, content: allocated("203.0.113.64", last) };
    act::correct_ip_range(world, &actor, correct(second_view.range.version, "203.0.113.191")).await.map_err(told)?;
    let (operation, xml) = sent(world, 4).await?;
    assert!(operation == "IP/XGBA" && xml.contains("<Id>71</Id>") && !xml.contains("IspId"), "{operation} {xml}");
    let no = result(RecordChange::Change, None, Some(71), &[2056]);
    download(world, &Download { allocation_results: vec![no], ..Download::default() }).await?;
    let refused = view(world, &actor, second).await?;
    assert_eq!((refused.range.state, refused.range.last.to_string().as_str()), (Standing::Filed, "203.0.113.127"));
    assert_eq!(refused.proposed.as_ref().map(|draft| draft.last.as_str()), Some("203.0.113.191"));
    assert_eq!(refused.range.findings[0].rule, "ip-2056");
    act::correct_ip_range(world, &actor, correct(refused.range.version, "203.0.113.159")).await.map_err(told)?;
    let yes = result(RecordChange::Change, None, Some(71), &[2998]);
    download(world, &Download { allocation_results: vec![yes], ..Download::default() }).await?;
    let corrected = view(world, &actor, second).await?;
    assert_eq!((corrected.range.last.to_string().as_str(), corrected.proposed), ("203.0.113.159", None));

    // A source goes after what is allocated out of it.
    let gone = act::delete_ip_range(world, &actor, IpRangeRef { range: first }).await;
    assert!(matches!(gone, Err(Error::Conflict { code: "range-in-use" })));
    act::delete_ip_range(world, &actor, IpRangeRef { range: second }).await.map_err(told)?;
    let (operation, xml) = sent(world, 6).await?;
    assert!(operation == "IP/SCBA" && xml.contains("<Scfp><Fpsy><Id>71</Id></Fpsy></Scfp>"), "{operation} {xml}");
    let gone = result(RecordChange::Delete, None, Some(71), &[2998]);
    download(world, &Download { allocation_results: vec![gone], ..Download::default() }).await?;
    assert_eq!(view(world, &actor, second).await?.range.state, Standing::Deleted);
    save(world, &actor, own_use("203.0.113.64", "203.0.113.127")).await.map_err(told)?;
    Ok(())
}

#[tokio::test]
async fn a_site_on_addresses_nobody_filed_is_stopped_before_it_is_reported() -> Result<()> {
    let story = Story::begin().await?;
    let supervisor = staff(&story, Role::Supervisor).await?;
    let case = case("government")?;
    let ip = case.resources[0].ips[0].clone();
    let (applicant, order) = story.fill_in(&case).await?;
    let warned = async |applicant: &Actor| -> Result<Vec<String>> {
        let check = act::check_order(&story, applicant, OrderRef { order }).await.map_err(told)?;
        let found = check.findings.iter().filter(|finding| finding.rule == "resource-13");
        Ok(found.map(|finding| finding.message.en.clone()).collect())
    };
    // Nothing is filed here: nothing is compared.
    assert_eq!(warned(&applicant).await?, [""; 0]);
    assert!(!act::list_ip_ranges(&story, &supervisor, ListIpRanges::default()).await.map_err(told)?.compared);
    filed(&story, &supervisor, source("198.51.100.0", "198.51.100.255"), 70).await?;
    assert_eq!(warned(&applicant).await?, [""; 0], "a source alone carries no site");
    filed(&story, &supervisor, own_use("198.51.100.0", "198.51.100.127"), 71).await?;
    assert!(act::list_ip_ranges(&story, &supervisor, ListIpRanges::default()).await.map_err(told)?.compared);

    // The applicant is warned and may submit: it is not for them to mend.
    let told_now = warned(&applicant).await?;
    assert!(told_now.len() == 1 && told_now[0].contains(&ip), "{told_now:?}");
    story.submit(&applicant, order).await?;
    story.claim(order).await?;
    let view = act::view_case(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    assert!(view.pass_blockers.contains(&"ip-not-filed") && view.unfiled_ips == [ip.clone()], "{view:?}");
    let passed = act::pass(&story, &story.reviewer, OrderRef { order }).await;
    assert!(matches!(passed, Err(Error::Conflict { code: "ip-not-filed" })), "{passed:?}");

    // Its range is filed; a draft of it is not enough.
    filed(&story, &supervisor, source("203.0.113.0", "203.0.113.255"), 72).await?;
    let range = save(&story, &supervisor, own_use("203.0.113.0", "203.0.113.127")).await.map_err(told)?.range.id;
    let view = act::view_case(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    assert!(view.pass_blockers.contains(&"ip-not-filed"));
    report(&story, &supervisor, &[range]).await.map_err(told)?;
    let good = result(RecordChange::Add, Some(wire(&story, range).await?), Some(73), &[2998]);
    download(&story, &Download { allocation_results: vec![good], ..Download::default() }).await?;
    let view = act::view_case(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    assert!(view.unfiled_ips.is_empty() && !view.pass_blockers.contains(&"ip-not-filed"), "{view:?}");

    // What was passed on to another provider, and what is being deleted, carries no site either.
    act::delete_ip_range(&story, &supervisor, IpRangeRef { range }).await.map_err(told)?;
    let view = act::view_case(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    assert_eq!(view.unfiled_ips, [ip]);
    assert_eq!(story.stage(order).await?, StageKind::InReview);
    Ok(())
}

#[tokio::test]
async fn a_file_is_brought_in_whole_or_in_part_and_no_line_is_lost() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let actor = staff(world, Role::Administrator).await?;
    let csv = "类别,起始IP,终止IP,分配使用方式,使用方式,分配使用日期,来源单位编号\n\
               分配使用,203.0.113.0,203.0.113.127,自用,静态,2026-01-01,\n\
               来源,203.0.113.0,203.0.113.255,,,,8\n\
               分配使用,203.0.113.100,203.0.113.200,自用,静态,2026-01-01,\n\
               广播,203.0.113.0,203.0.113.1,,,,\n";
    let import = async |mode| {
        let input = ImportIpRanges { bureau: BUREAU.into(), csv: csv.into(), mode };
        act::import_ip_ranges(world, &actor, input).await.map_err(told)
    };
    let count = async || -> Result<usize> {
        Ok(act::list_ip_ranges(world, &actor, ListIpRanges::default()).await.map_err(told)?.items.len())
    };
    for mode in [ImportMode::Check, ImportMode::AllOrNothing] {
        let told = import(mode).await?;
        assert_eq!((told.lines, told.sound, told.saved), (4, 2, 0));
        let found: Vec<_> = told.findings.iter().map(|f| format!("{} {}", f.field, f.rule)).collect();
        let expected = [
            "line.2.first ip-source-unreported",
            "line.4.first ip-2003",
            "line.4.first ip-source-unreported",
            "line.5.broadcaster ip-2016",
            "line.5.requester ip-2018",
        ];
        assert_eq!(found, expected);
        assert_eq!(count().await?, 0);
    }
    assert_eq!(import(ImportMode::ValidLines).await?.saved, 2);
    assert_eq!(count().await?, 2);
    // What was saved is given out and would be brought in again, were it not there.
    let input = act::ExportIpRanges { bureau: BUREAU.into() };
    let file = act::export_ip_ranges(world, &actor, input, app::Language::English).await.map_err(told)?;
    let lines = filing::ip_filing::table::read(&file).map_err(|findings| anyhow::anyhow!("{findings:?}"))?;
    assert_eq!(lines.len(), 2);
    assert_eq!(import(ImportMode::ValidLines).await?.saved, 0, "twice is not twice as much");
    let broken = ImportIpRanges { bureau: BUREAU.into(), csv: "kind\n".into(), mode: ImportMode::Check };
    assert_eq!(act::import_ip_ranges(world, &actor, broken).await.map_err(told)?.findings.len(), 2);
    assert_eq!(text_of(&[0xc0, 0xb4, 0xd4, 0xb4]).as_deref(), Some("来源"), "a spreadsheet's own encoding");
    Ok(())
}

#[tokio::test]
async fn an_audit_becomes_something_to_do_at_the_range_it_is_about() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let actor = staff(world, Role::Supervisor).await?;
    let range = filed(world, &actor, source("203.0.113.0", "203.0.113.255"), 70).await?;
    let ip = |text: &str| text.parse::<std::net::Ipv4Addr>();
    let content = Download {
        out_of_bounds: vec![IpOutOfBounds {
            record: Some(70),
            first: ip("203.0.113.0")?,
            last: ip("203.0.113.255")?,
            kind: Some(1),
            out_first: Some(ip("203.0.113.200")?),
            out_last: Some(ip("203.0.113.255")?),
            remark: None,
        }],
        conflicts: vec![Conflict {
            record: None,
            first: ip("203.0.113.0")?,
            last: ip("203.0.113.255")?,
            other: 4711,
            other_first: ip("203.0.113.9")?,
            other_last: ip("203.0.113.9")?,
            kind: Some(1),
            remark: None,
        }],
        unreported: vec![Unreported {
            first: ip("198.51.100.0")?,
            last: ip("198.51.100.9")?,
            source: Some(8),
            kind: Some(1),
            remark: None,
        }],
        ..Download::default()
    };
    for _ in 0..2 {
        // The same file again says nothing new.
        assert!(download(world, &content).await?.contains("ranges 3 (ours 3)"));
    }
    let found = view(world, &actor, range).await?.range.findings;
    assert_eq!(found.iter().map(|f| f.rule.as_str()).collect::<Vec<_>>(), ["ip-audit-bounds", "ip-audit-conflict"]);
    assert!(found[0].message.en.contains("203.0.113.200") && found[1].message.en.contains("4711"), "{found:?}");
    let flagged = ListIpRanges { flagged: true, ..ListIpRanges::default() };
    let list = act::list_ip_ranges(world, &actor, flagged).await.map_err(told)?;
    let rows: Vec<_> = list.items.iter().map(|row| (row.first.to_string(), row.state)).collect();
    assert_eq!(rows, [("198.51.100.0".into(), Standing::Draft), ("203.0.113.0".into(), Standing::Filed)]);
    let draft = view(world, &actor, list.items[0].id).await?;
    assert_eq!((draft.content.source_unit.as_str(), draft.range.findings[0].rule.as_str()), ("8", "ip-audit-missing"));
    // A correction that is accepted settles what the audit found.
    let before = view(world, &actor, range).await?;
    let content = source("203.0.113.0", "203.0.113.199");
    let input = CorrectIpRange { range, version: before.range.version, content };
    act::correct_ip_range(world, &actor, input).await.map_err(told)?;
    let yes = result(RecordChange::Change, None, Some(70), &[2998]);
    download(world, &Download { source_results: vec![yes], ..Download::default() }).await?;
    assert!(view(world, &actor, range).await?.range.findings.is_empty());
    Ok(())
}

#[tokio::test]
async fn ranges_on_an_upload_that_will_never_be_taken_come_back_as_drafts() -> Result<()> {
    let story = Story::begin().await?;
    let supervisor = staff(&story, Role::Supervisor).await?;
    let one = save(&story, &supervisor, source("203.0.113.0", "203.0.113.255")).await.map_err(told)?.range.id;
    let two = save(&story, &supervisor, source("198.51.100.0", "198.51.100.255")).await.map_err(told)?.range.id;
    story.authority.order_fault("unknown_msg_code", "isp_upload", 1).await?;
    report(&story, &supervisor, &[one]).await.map_err(told)?;
    report(&story, &supervisor, &[two]).await.map_err(told)?;
    let halted = async || -> Result<bool> {
        let ledger = act::ledger(&story, &supervisor, act::Ledger::default()).await.map_err(told)?;
        Ok(ledger.bureaus[0].state == act::LineState::Halted)
    };
    story.work_until("the line halts", halted).await?;
    act::return_upload(&story, &supervisor, ReturnUpload { bureau: BUREAU.into() }).await.map_err(told)?;
    assert_eq!(view(&story, &supervisor, one).await?.range.state, Standing::Draft);
    assert_eq!(view(&story, &supervisor, two).await?.range.state, Standing::Reported);
    // The second took the number of the first, and its result still finds it.
    let (_, xml) = sent(&story, 1).await?;
    assert!(xml.contains(&u32::from("198.51.100.0".parse::<std::net::Ipv4Addr>()?).to_string()), "{xml}");
    let row = store::ip_range::get(&story.store.read().await?, store::IpRangeId(two)).await?;
    let upload = store::upload::get(&story.store.read().await?, row.upload.context("its upload")?).await?;
    assert_eq!(upload.sequence, 1);
    act::remove_ip_range(&story, &supervisor, IpRangeRef { range: one }).await.map_err(told)?;
    Ok(())
}

#[tokio::test]
async fn who_only_looks_sees_no_contact_and_changes_nothing() -> Result<()> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let supervisor = staff(world, Role::Supervisor).await?;
    save(world, &supervisor, source("203.0.113.0", "203.0.113.255")).await.map_err(told)?;
    let range = save(world, &supervisor, allocated("203.0.113.0", "203.0.113.9")).await.map_err(told)?;
    assert_eq!(range.content.contact, "测试周明");
    for role in [Role::Reviewer, Role::Auditor] {
        let actor = staff(world, role).await?;
        let seen = view(world, &actor, range.range.id).await?;
        assert!(!seen.may_change && !seen.content.contact.contains("周明"), "{seen:?}");
        assert!(!seen.content.phone.contains("88880000") && !seen.content.email.starts_with("ip@"), "{seen:?}");
        let refused = save(world, &actor, source("198.51.100.0", "198.51.100.1")).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
    }
    let nobody = Actor { role: Role::Applicant, via: Via::Cli, ..supervisor };
    let refused = act::list_ip_ranges(world, &nobody, ListIpRanges::default()).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    Ok(())
}

#[tokio::test]
async fn over_the_wire_ranges_are_filed_corrected_and_deleted_and_the_site_on_them_is_accepted() -> Result<()> {
    let authority =
        testkit::authority::TestAuthority::start_with(|config| config.providers[0].compare_ips = true).await?;
    let story = Story::begin_with(authority).await?;
    let supervisor = staff(&story, Role::Supervisor).await?;
    let unit = |draft: RangeDraft, unit: &str| RangeDraft { source_unit: unit.into(), ..draft };
    let state = async |range: Uuid| -> Result<Standing> { Ok(view(&story, &supervisor, range).await?.range.state) };
    let reach = async |range: Uuid, wanted: Standing| -> Result<()> {
        story.work_until(wanted.as_str(), async || Ok(state(range).await? == wanted)).await
    };
    let draft = unit(source("203.0.113.0", "203.0.113.255"), "999");
    let first = save(&story, &supervisor, draft).await.map_err(told)?.range.id;
    let draft = allocated("203.0.113.0", "203.0.113.127");
    let second = save(&story, &supervisor, draft).await.map_err(told)?.range.id;
    report(&story, &supervisor, &[]).await.map_err(told)?;

    // The authority knows no unit 999, and so no source of the allocation either.
    reach(first, Standing::Refused).await?;
    reach(second, Standing::Refused).await?;
    let refused = view(&story, &supervisor, first).await?.range;
    assert_eq!((refused.findings[0].rule.as_str(), refused.findings[0].field.as_str()), ("ip-2029", "source_unit"));
    let saved = SavedIpRange { id: first, version: refused.version };
    let content = unit(source("203.0.113.0", "203.0.113.255"), "1");
    let input = SaveIpRange { range: Some(saved), bureau: String::new(), content };
    act::save_ip_range(&story, &supervisor, input).await.map_err(told)?;
    report(&story, &supervisor, &[first, second]).await.map_err(told)?;
    reach(second, Standing::Filed).await?;
    assert_eq!(state(first).await?, Standing::Filed);

    // A site on these addresses is taken, and compared there too.
    let case = case("government")?;
    let (applicant, order) = story.fill_in(&case).await?;
    story.submit(&applicant, order).await?;
    story.pass(order).await?;
    story.reach(order, StageKind::AwaitingSms).await?;

    let filed = view(&story, &supervisor, second).await?;
    let content = allocated("203.0.113.0", "203.0.113.63");
    let input = CorrectIpRange { range: second, version: filed.range.version, content };
    act::correct_ip_range(&story, &supervisor, input).await.map_err(told)?;
    reach(second, Standing::Filed).await?;
    let corrected = view(&story, &supervisor, second).await?.range;
    assert_eq!((corrected.last.to_string().as_str(), corrected.findings.len()), ("203.0.113.63", 0));
    act::delete_ip_range(&story, &supervisor, IpRangeRef { range: second }).await.map_err(told)?;
    reach(second, Standing::Deleted).await?;
    act::delete_ip_range(&story, &supervisor, IpRangeRef { range: first }).await.map_err(told)?;
    reach(first, Standing::Deleted).await?;
    story.finish().await
}

//! What the authority tells of its own accord: each kind has its effect and its place, once, however often it comes.

use anyhow::{Context as _, Result};
use app::act::{self, AnswerTask, CloseTask, ListTasks, Mailbox, OpenContainer, TaskRef, TaskRow};
use app::{Actor, Error};
use authority::code::ResultCode;
use authority::envelope;
use authority::message::{
    AccessAudit, AccessProblem, BlacklistChange, BlacklistedSite, BlacklistedSubject, Cancelled, CancelledKind,
    CodeRow, CodeTable, Download, FiledAccess, FiledDomain, FiledRecord, FiledSite, FiledSubject, Finding,
    IllegalAccess, LivenessAudit, MachineResult, Notice, NoticeAbout, Operation, Person, ReportingUnit, ShellAudit,
    ShellState, SubjectAudit, Synchronised, Upload, UploadOperation, Version,
};
use filing::stage::StageKind;
use filing::verdict::{Enforcement, Reason, Verdict};
use jiff::SignedDuration;
use store::account::Role;
use store::blacklist::Blacklisted;
use store::filed::FiledState;
use store::task::TaskKind;
use testkit::persona::{case, staff};
use testkit::story::{Story, told};
use testkit::world::BUREAU;
use uuid::Uuid;

/// A story whose individual's order is filed.
struct Filed {
    story: Story,
    owner: Actor,
    subject: store::filed::FiledSubject,
    site: store::filed::FiledSite,
}

async fn filed() -> Result<Filed> {
    let story = Story::begin().await?;
    let case = case("individual")?;
    let (owner, order) = story.fill_in(&case).await?;
    story.submit(&owner, order).await?;
    story.pass(order).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    story.verify_all(&case).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    let reader = story.store.read().await?;
    let site = store::filed::find_site_by_domain(&reader, &case.draft.basic.domain).await?.context("a site")?;
    let subject = store::filed::get_subject(&reader, site.subject).await?;
    drop(reader);
    Ok(Filed { story, owner, subject, site })
}

async fn give(story: &Story, name: &str, content: &Download) -> Result<bool> {
    story.give(name, content).await
}

async fn open_tasks(story: &Story, actor: &Actor) -> Result<Vec<TaskRow>> {
    Ok(act::list_tasks(story, actor, ListTasks::default()).await.map_err(told)?.items)
}

async fn verdict(story: &Story, domain: &str) -> Result<Verdict> {
    let entry = store::feed::latest(&story.store.read().await?, domain).await?.context("a verdict")?;
    Ok(serde_json::from_value(entry.body)?)
}

/// The messages that went to somebody, by template.
async fn letters(story: &Story, actor: &Actor) -> Result<Vec<String>> {
    story.work().await?;
    let page = store::Page::first(100);
    let listing = store::message::list(&story.store.read().await?, Some(actor.account), None, &page).await?;
    Ok(listing.items.into_iter().map(|message| message.template).collect())
}

#[tokio::test]
async fn what_is_cancelled_is_closed_at_once_and_its_owner_told_once() -> Result<()> {
    let Filed { story, owner, subject, site, .. } = filed().await?;
    assert_eq!(verdict(&story, &site.domain).await?.enforcement, Enforcement::Open);
    let record = site.access_bureau_id.context("an access")?;
    let cancelled = Cancelled { kind: CancelledKind::Access, record, remark: Some("超期未整改".into()) };
    let file = Download { cancelled: vec![cancelled], ..Download::default() };
    give(&story, "z1.xml", &file).await?;
    let closed = verdict(&story, &site.domain).await?;
    assert_eq!((closed.enforcement, closed.reason), (Enforcement::Closed, Reason::AccessCancelled));
    assert_eq!(closed.number, Some(site.number.clone()), "the number stays");
    give(&story, "z2.xml", &file).await?;
    assert_eq!(letters(&story, &owner).await?.iter().filter(|template| *template == "filing-ended").count(), 1, "once");
    let cancelled =
        Cancelled { kind: CancelledKind::Subject, record: subject.bureau_id.context("an id")?, remark: None };
    give(&story, "z3.xml", &Download { cancelled: vec![cancelled], ..Download::default() }).await?;
    let reader = story.store.read().await?;
    assert_eq!(store::filed::get_subject(&reader, subject.id).await?.state, FiledState::Cancelled);
    assert_eq!(store::filed::get_site(&reader, site.id).await?.state, FiledState::Cancelled);
    drop(reader);
    let closed = verdict(&story, &site.domain).await?;
    assert_eq!((closed.reason, closed.number), (Reason::FilingCancelled, None));
    let foreign = Cancelled { kind: CancelledKind::Site, record: 999_999, remark: None };
    assert!(give(&story, "z4.xml", &Download { cancelled: vec![foreign], ..Download::default() }).await.is_ok());
    story.finish().await
}

#[tokio::test]
async fn notices_and_audits_are_tasks_of_the_owner_with_a_term() -> Result<()> {
    let Filed { story, owner, subject, site, .. } = filed().await?;
    let (ztid, wzid) = (subject.bureau_id.context("an id")?, site.bureau_id.context("an id")?);
    let number = site.number.clone();
    let at = "2026-11-20".to_owned();
    let file = Download {
        notices: vec![
            Notice {
                about: NoticeAbout::Subject,
                number: Some(subject.number.clone()),
                record: None,
                text: "请更正地址".into(),
                remark: None,
            },
            Notice {
                about: NoticeAbout::Site,
                number: None,
                record: Some(wzid),
                text: "请更正网站名称".into(),
                remark: None,
            },
        ],
        subject_audits: vec![SubjectAudit {
            subject: ztid,
            name: subject.name.clone(),
            certificate_kind: 2,
            certificate_number: subject.certificate_number.clone(),
            reason: Some("证件号码有误".into()),
            remark: None,
        }],
        access_audits: vec![AccessAudit {
            site: wzid,
            number: number.clone(),
            domain: None,
            ip: None,
            provider: None,
            problem: AccessProblem::OverReported,
            at: at.clone(),
            access: None,
            remark: None,
        }],
        shell_audits: vec![
            ShellAudit {
                site: wzid,
                number: number.clone(),
                state: ShellState::Dead,
                at: at.clone(),
                home_url: None,
                remark: None,
            },
            ShellAudit {
                site: 77,
                number: "浙ICP备2026999999号-1".into(),
                state: ShellState::Alive,
                at: at.clone(),
                home_url: None,
                remark: None,
            },
        ],
        liveness_audits: vec![LivenessAudit { site: wzid, number, home_url: None, at, remark: None }],
        ..Download::default()
    };
    give(&story, "h1.xml", &file).await?;
    let own = open_tasks(&story, &owner).await?;
    let mut kinds: Vec<&str> = own.iter().map(|row| row.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["access_over_reported", "correct_site", "correct_subject", "dead", "shell", "subject_audit"]);
    // Ten working days from a Friday: two weeks on.
    assert!(own.iter().all(|row| row.due_on.to_string() == "2026-12-04" && !row.overdue), "{own:?}");
    assert_eq!(letters(&story, &owner).await?.iter().filter(|template| *template == "task-opened").count(), 6);
    // The same file under another name brings nothing new.
    give(&story, "h2.xml", &file).await?;
    assert_eq!(open_tasks(&story, &owner).await?.len(), 6);
    story.test.clock.advance(SignedDuration::from_hours(24 * 20));
    assert!(open_tasks(&story, &owner).await?.iter().all(|row| row.overdue));

    let task = own.iter().find(|row| row.kind == "subject_audit").context("a task")?.id;
    let view = act::view_task(&story, &owner, TaskRef { task }).await.map_err(told)?;
    assert_eq!((view.said.as_deref(), view.answerable, view.closable), (Some("证件号码有误"), true, false));
    let text = serde_json::to_string(&view)?;
    assert!(!text.contains(&subject.certificate_number) && !text.contains(&subject.name), "{text}");
    let stranger = testkit::persona::applicant(&story, &case("government")?).await?;
    assert!(matches!(act::view_task(&story, &stranger, TaskRef { task }).await, Err(Error::NotFound)));
    let silent = AnswerTask { task, result: None, pass: None, opinion: " ".into() };
    assert_eq!(act::answer_task(&story, &owner, silent).await.unwrap_err().findings()[0].field, "opinion");
    let answer = AnswerTask { task, result: None, pass: None, opinion: "已提交变更".into() };
    let view = act::answer_task(&story, &owner, answer).await.map_err(told)?;
    assert_eq!((view.row.state.as_str(), view.outcome.as_deref()), ("answered", Some("已提交变更")));
    let close = CloseTask { task, reason: "the change was filed".into() };
    assert!(matches!(act::close_task(&story, &owner, close.clone()).await, Err(Error::Forbidden)));
    let view = act::close_task(&story, &story.reviewer, close).await.map_err(told)?;
    assert_eq!(view.row.state, "closed");
    // The bureau still finds fault, in other words than before: it is open again.
    let mut again = Download { subject_audits: file.subject_audits.clone(), ..Download::default() };
    again.subject_audits[0].reason = Some("仍有误".into());
    give(&story, "h3.xml", &again).await?;
    let view = act::view_task(&story, &owner, TaskRef { task }).await.map_err(told)?;
    assert_eq!((view.row.state.as_str(), view.said.as_deref()), ("open", Some("仍有误")));
    story.finish().await
}

/// The authority finds websites without a filing on the provider's addresses; what they are to do.
async fn list_unfiled(story: &Story, domains: &[&str]) -> Result<Vec<TaskRow>> {
    for domain in domains {
        let found = serde_json::json!({ "unfiled": { "domain": domain, "ip": "203.0.113.9" } });
        story.authority.tell("api/push", &serde_json::json!({ "send": found })).await?;
    }
    let waits = async || Ok(open_tasks(story, &story.reviewer).await?.len() == domains.len());
    story.work_until("the tasks", waits).await?;
    open_tasks(story, &story.reviewer).await
}

fn result_of(key: Option<&str>, code: i64) -> Download {
    let result = MachineResult {
        findings: vec![Finding { code: ResultCode(code), text: None }],
        operation: Operation::NEW_FILING,
        key: key.map(str::to_owned),
        remark: None,
    };
    Download { results: vec![result], ..Download::default() }
}

#[tokio::test]
async fn an_unfiled_website_is_handled_reported_and_settled_by_what_comes_back() -> Result<()> {
    let story = Story::begin().await?;
    let tasks = list_unfiled(&story, &["one-unfiled.cn", "two-unfiled.cn", "three-unfiled.cn"]).await?;
    let id = |domain: &str| tasks.iter().find(|row| row.domain.as_deref() == Some(domain)).map(|row| row.id);
    let answer =
        |task: Uuid, result: i64| AnswerTask { task, result: Some(result), pass: None, opinion: "已关闭".into() };
    let task = id("one-unfiled.cn").context("a task")?;
    let claimed = act::claim_task(&story, &story.reviewer, TaskRef { task }).await.map_err(told)?;
    assert_eq!(claimed.row.assignee, Some(story.reviewer.account.0));
    // The bureau sends its table: from now on only its codes will do.
    let row =
        |id: i64, name: &str| CodeRow { id, name: name.into(), valid: None, remark: None, more: Default::default() };
    let table = CodeTable { tag: "Wbacl_dms".into(), rows: vec![row(1, "关闭"), row(2, "督促备案")] };
    give(&story, "c1.xml", &Download { tables: vec![table], ..Download::default() }).await?;
    let view = act::view_task(&story, &story.reviewer, TaskRef { task }).await.map_err(told)?;
    assert_eq!(view.choices.iter().map(|choice| choice.code).collect::<Vec<_>>(), [1, 2]);
    let bad = act::answer_task(&story, &story.reviewer, answer(task, 9)).await.unwrap_err();
    assert_eq!(bad.findings()[0].field, "result");
    for (domain, code) in [("one-unfiled.cn", 1), ("two-unfiled.cn", 2), ("three-unfiled.cn", 1)] {
        act::answer_task(&story, &story.reviewer, answer(id(domain).context("a task")?, code)).await.map_err(told)?;
    }
    let state = async |domain: &str| -> Result<(String, Option<String>)> {
        let task = id(domain).context("a task")?;
        let view = act::view_task(&story, &story.reviewer, TaskRef { task }).await.map_err(told)?;
        Ok((view.row.state, view.outcome))
    };
    story.work_until("reported", async || Ok(state("three-unfiled.cn").await?.0 == "reported")).await?;
    // What travelled is what was answered, with the days of the term.
    let supervisor = staff(&story, Role::Supervisor).await?;
    let input = Mailbox { operation: Some("wbacljg".into()), q: Some("one-unfiled.cn".into()), ..Mailbox::default() };
    story
        .work_until("indexed", async || {
            Ok(!act::mailbox(&story, &supervisor, input.clone()).await.map_err(told)?.items.is_empty())
        })
        .await?;
    let container = act::mailbox(&story, &supervisor, input).await.map_err(told)?.items[0].id;
    let zip = store::upload::container(&story.store.read().await?, container.into()).await?;
    let tree = envelope::read_document(&envelope::unzip(&zip)?)?;
    let UploadOperation::UnfiledHandling(list) = Upload::read(&tree, Version::V3_0)?.operation else {
        panic!("a handling")
    };
    let sent = &list[0];
    assert_eq!((sent.domain.as_str(), sent.result, sent.opinion.as_str()), ("one-unfiled.cn", 1, "已关闭"));
    assert_eq!((sent.listed.as_str(), sent.due.as_str()), ("2026-11-20", "2026-11-25"));
    let opened = act::view_container(&story, &supervisor, OpenContainer { container, from: 0 }).await.map_err(told)?;
    assert!(opened.lines.iter().any(|line| line.value == "one-unfiled.cn"));

    give(&story, "r1.xml", &result_of(Some("two-unfiled.cn"), 5007)).await?;
    let (now, why) = state("two-unfiled.cn").await?;
    assert_eq!(now, "refused");
    assert!(why.context("why")?.contains("5007"));
    give(&story, "r2.xml", &result_of(Some("ONE-unfiled.cn"), 5006)).await?;
    assert_eq!(state("one-unfiled.cn").await?.0, "accepted");
    give(&story, "r3.xml", &result_of(None, 5005)).await?;
    assert_eq!(state("three-unfiled.cn").await?.0, "closed", "the only one that is left");
    // What was refused is answered once more.
    act::answer_task(&story, &story.reviewer, answer(id("two-unfiled.cn").context("a task")?, 1))
        .await
        .map_err(told)?;
    // The authority has the first answer and says so.
    story.work_until("accepted", async || Ok(state("two-unfiled.cn").await?.0 == "accepted")).await?;
    story.finish().await
}

#[tokio::test]
async fn what_is_hosted_illegally_is_closed_at_once_and_stays_closed_until_somebody_saw_to_it() -> Result<()> {
    let Filed { story, site, .. } = filed().await?;
    let entry = IllegalAccess {
        id: 31,
        domain: format!("WWW.{}", site.domain.to_uppercase()),
        ip: [203, 0, 113, 9].into(),
        provider: 330_001,
        province: 330_000,
        detected: "2026-11-20".into(),
        remark: None,
    };
    give(&story, "f1.xml", &Download { illegal_accesses: vec![entry], ..Download::default() }).await?;
    let closed = verdict(&story, &site.domain).await?;
    assert_eq!((closed.enforcement, closed.reason), (Enforcement::Closed, Reason::AuthorityOrder));
    // A record that comes meanwhile does not open it.
    let tx = story.store.write().await?;
    app::feed::publish(&tx, &story, &app::feed::filed(&site.domain, &site.number, None, story.now()))
        .await
        .map_err(told)?;
    tx.commit().await?;
    assert_eq!(verdict(&story, &site.domain).await?.reason, Reason::AuthorityOrder);
    let tasks = open_tasks(&story, &story.reviewer).await?;
    let task = tasks.iter().find(|row| row.kind == "illegal_access").context("a task")?.id;
    let close = CloseTask { task, reason: "the authority took it back".into() };
    act::close_task(&story, &story.reviewer, close).await.map_err(told)?;
    let open = verdict(&story, &site.domain).await?;
    assert_eq!((open.enforcement, open.reason, open.number), (Enforcement::Open, Reason::Filed, Some(site.number)));
    story.finish().await
}

#[tokio::test]
async fn who_is_blacklisted_is_found_by_every_check_until_taken_off() -> Result<()> {
    let story = Story::begin().await?;
    let case = case("government")?;
    let (applicant, order) = story.fill_in(&case).await?;
    let number = case.draft.basic.certificate_number.clone();
    let subject = |change| BlacklistedSubject {
        name: "x".into(),
        nature: None,
        certificate_kind: 1,
        certificate_number: number.to_lowercase(),
        change,
        remark: None,
    };
    let site = |change| BlacklistedSite {
        name: "x".into(),
        domains: vec![case.draft.basic.domain.to_uppercase()],
        home_url: None,
        change,
        remark: None,
    };
    let file = |change| Download {
        blacklisted_subjects: vec![subject(change)],
        blacklisted_sites: vec![site(change)],
        ..Download::default()
    };
    give(&story, "b1.xml", &file(BlacklistChange::Add)).await?;
    let found = async || -> Result<Vec<String>> {
        let check = act::check_order(&story, &applicant, act::OrderRef { order }).await.map_err(told)?;
        Ok(check
            .findings
            .into_iter()
            .map(|finding| finding.rule)
            .filter(|rule| rule.starts_with("blacklist"))
            .collect())
    };
    let rules = found().await?;
    assert!(rules.contains(&"blacklist-01".to_owned()) && rules.contains(&"blacklist-02".to_owned()), "{rules:?}");
    let refused = story.submit(&applicant, order).await.unwrap_err().to_string();
    assert!(refused.contains("blacklist-01"), "{refused}");
    let reader = story.store.read().await?;
    let entry = store::blacklist::find(&reader, Blacklisted::Subject, &number).await?.context("an entry")?;
    assert_eq!(entry.bureau, BUREAU);
    drop(reader);
    give(&story, "b2.xml", &file(BlacklistChange::Change)).await?;
    give(&story, "b3.xml", &file(BlacklistChange::Delete)).await?;
    assert_eq!(found().await?, [""; 0]);
    story.submit(&applicant, order).await?;
    story.finish().await
}

#[tokio::test]
async fn code_tables_take_the_place_of_the_former_ones_and_keep_their_history() -> Result<()> {
    let story = Story::begin().await?;
    let row = |id: i64, name: &str| CodeRow {
        id,
        name: name.into(),
        valid: Some(true),
        remark: None,
        more: Default::default(),
    };
    let table = |rows| Download { tables: vec![CodeTable { tag: "Zxly_dms".into(), rows }], ..Download::default() };
    give(&story, "j1.xml", &table(vec![row(1, "不再使用"), row(2, "转让")])).await?;
    let first = story.now();
    story.test.clock.advance(SignedDuration::from_hours(48));
    give(&story, "j2.xml", &table(vec![row(1, "停止使用"), row(3, "其他")])).await?;
    let reader = story.store.read().await?;
    let now = app::codes::choices(&reader, BUREAU, "Zxly_dms").await.map_err(told)?;
    assert_eq!(
        now.iter().map(|choice| (choice.code, choice.name.as_str())).collect::<Vec<_>>(),
        [(1, "停止使用"), (3, "其他")]
    );
    let history = store::codes::history(&reader, "Zxly_dms", 1).await?;
    let said: Vec<_> =
        history.iter().map(|code| (code.body["name"].as_str(), code.valid_from, code.valid_until)).collect();
    assert_eq!(said, [(Some("停止使用"), story.now(), None), (Some("不再使用"), first, Some(story.now()))]);
    assert!(history.iter().all(|code| code.bureau == BUREAU && code.download.is_some()), "who said so");
    assert_eq!(store::codes::history(&reader, "Zxly_dms", 2).await?[0].valid_until, Some(story.now()));
    assert_eq!(store::codes::tables(&reader).await?[0].codes, 2);
    drop(reader);
    // A location is numbered as the bureau has it, else as the built-in table does.
    let mut zhejiang = row(61, "浙江");
    zhejiang
        .more
        .extend([("Shengid", "330000"), ("Ysid", "1"), ("Bm", "zj")].map(|(tag, text)| (tag.into(), text.into())));
    let table = CodeTable { tag: "Gj_dms".into(), rows: vec![zhejiang] };
    give(&story, "j4.xml", &Download { tables: vec![table], ..Download::default() }).await?;
    let locations = app::codes::Locations::read(&story.store.read().await?, BUREAU).await.map_err(told)?;
    assert_eq!((locations.of("33"), locations.of("11")), (Some(61), Some(2)));
    let unit = ReportingUnit {
        id: 330_001,
        name: "云杉科技".into(),
        category: None,
        industry: None,
        licence: None,
        province: None,
        city: None,
        county: None,
        street: None,
        valid: true,
        remark: None,
    };
    give(&story, "j3.xml", &Download { units: vec![unit], ..Download::default() }).await?;
    let reader = story.store.read().await?;
    let name = app::codes::name(&reader, BUREAU, app::codes::UNITS, 330_001).await.map_err(told)?;
    assert_eq!(name.as_deref(), Some("云杉科技"));
    drop(reader);
    story.finish().await
}

#[tokio::test]
async fn everything_as_the_bureau_has_it_is_compared_and_nothing_is_written_over() -> Result<()> {
    let Filed { story, subject, site, .. } = filed().await?;
    let theirs = FiledRecord {
        subject: FiledSubject {
            id: None,
            bureau_id: subject.bureau_id.context("an id")?,
            name: "林之夏".into(),
            nature: Some(5),
            address: None,
            certificate: None,
            principal: Person::default(),
            number: Some(subject.number.clone()),
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
        },
        sites: vec![FiledSite {
            id: None,
            bureau_id: site.bureau_id.context("an id")?,
            name: site.name.clone(),
            approvals: vec![],
            contents: vec![],
            languages: vec![1],
            domains: vec![
                FiledDomain { id: None, bureau_id: 1, name: site.domain.clone() },
                FiledDomain { id: None, bureau_id: 2, name: "another.cn".into() },
            ],
            accesses: vec![FiledAccess {
                id: None,
                bureau_id: 6,
                provider: 9,
                locations: vec![],
                methods: vec![],
                ips: vec![],
            }],
            manager: Person::default(),
            home_url: None,
            remark: None,
            first_filed: None,
            changed: None,
            number: Some(site.number.clone()),
        }],
        remark: None,
    };
    let mut stranger = theirs.clone();
    stranger.subject.bureau_id = 4_711;
    stranger.subject.number = Some("浙ICP备2026888888号".into());
    let tx = story.store.write().await?;
    let bureau = story.bureaus.find(BUREAU).context("the bureau")?;
    let content = Download {
        synchronised: Some(Synchronised { records: vec![theirs, stranger], ..Synchronised::default() }),
        ..Download::default()
    };
    // A synchronisation carries more than a test can fill in: it is applied as it was read.
    let raw = b"{}";
    let new = store::download::NewDownload {
        id: story.uuid().into(),
        bureau: BUREAU,
        file_name: "s1.xml",
        raw,
        at: story.now(),
    };
    let store::download::Received::New(file) = store::download::receive(&tx, &new).await? else { panic!("new") };
    app::job::apply::apply_file(&tx, &story, bureau, &file, &content).await.map_err(told)?;
    tx.commit().await?;
    let reader = story.store.read().await?;
    let report = store::sync::list(&reader, &store::Page::first(10)).await?.items.remove(0);
    assert_eq!((report.records, report.bureau.as_str()), (2, BUREAU));
    let found = store::sync::differences(&reader, report.id, 0, 100).await?;
    let told: Vec<_> = found
        .iter()
        .map(|(_, d)| {
            (d.kind.as_str(), d.what.as_str(), d.field.as_deref().or(d.domain.as_deref()).unwrap_or(&d.number))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("differs", "subject", "name"),
            ("differs", "site", "accessed"),
            ("missing_here", "site", "another.cn"),
            ("missing_here", "subject", "浙ICP备2026888888号"),
        ]
    );
    assert_eq!(
        (found[0].1.here.as_deref(), found[0].1.there.as_deref()),
        (Some(subject.name.as_str()), Some("林之夏"))
    );
    assert_eq!(store::filed::get_subject(&reader, subject.id).await?.name, subject.name, "nothing is written over");
    drop(reader);
    // An empty hand of the bureau's is no news that everything is gone; a single stranger is.
    story.finish().await
}

#[tokio::test]
async fn a_verification_task_is_answered_with_the_record_as_it_came() -> Result<()> {
    let story = Story::begin().await?;
    let text = include_str!("support/verification.xml");
    let tree = authority::tree::Element::parse(text)?;
    let content = Download::read(&tree, Version::V3_0);
    assert_eq!((content.tasks.len(), content.unreadable.len()), (1, 0), "{:?}", content.unreadable);
    give(&story, "v1.xml", &content).await?;
    let task = open_tasks(&story, &story.reviewer).await?.first().context("a task")?.id;
    let view = act::view_task(&story, &story.reviewer, TaskRef { task }).await.map_err(told)?;
    assert_eq!(view.row.kind, TaskKind::Verification.as_str());
    assert_eq!((view.known[0].domain.as_str(), view.known[0].accessed), ("self-filed.cn", false));
    let shown = serde_json::to_string(&view)?;
    assert!(!shown.contains("330106198802149715") && !shown.contains("13800016620"), "{shown}");
    let undecided = AnswerTask { task, result: None, pass: None, opinion: "x".into() };
    assert_eq!(act::answer_task(&story, &story.reviewer, undecided).await.unwrap_err().findings()[0].field, "pass");
    let refuse = AnswerTask { task, result: None, pass: Some(false), opinion: "该域名不在本公司接入".into() };
    act::answer_task(&story, &story.reviewer, refuse).await.map_err(told)?;
    let upload = store::upload::by_sequence(&story.store.read().await?, BUREAU, 1).await?.context("an upload")?;
    assert_eq!(upload.operation, "HSJG");
    let zip = store::upload::container(&story.store.read().await?, upload.id).await?;
    let tree = envelope::read_document(&envelope::unzip(&zip)?)?;
    let UploadOperation::Verification(list) = Upload::read(&tree, Version::V3_0)?.operation else {
        panic!("a verification")
    };
    assert_eq!(list[0].record.subject.bureau_id, 110_000_007_512);
    assert_eq!(list[0].errors.as_deref(), Some("该域名不在本公司接入"));
    story
        .work_until("reported", async || {
            let view = act::view_task(&story, &story.reviewer, TaskRef { task }).await.map_err(told)?;
            Ok(view.row.state == "reported")
        })
        .await?;
    story.finish().await
}

#[tokio::test]
async fn an_answer_that_the_line_stands_on_comes_back_to_be_given_again() -> Result<()> {
    let story = Story::begin().await?;
    let supervisor = staff(&story, Role::Supervisor).await?;
    let task = list_unfiled(&story, &["one-unfiled.cn"]).await?[0].id;
    story.authority.order_fault("unknown_msg_code", "isp_upload", 1).await?;
    let answer = AnswerTask { task, result: Some(1), pass: None, opinion: "已关闭".into() };
    act::answer_task(&story, &story.reviewer, answer.clone()).await.map_err(told)?;
    let halted = async || {
        let ledger = act::ledger(&story, &supervisor, act::Ledger::default()).await.map_err(told)?;
        Ok(ledger.bureaus[0].state == act::LineState::Halted)
    };
    story.work_until("the line halts", halted).await?;
    act::return_upload(&story, &supervisor, act::ReturnUpload { bureau: BUREAU.into() }).await.map_err(told)?;
    let view = act::view_task(&story, &story.reviewer, TaskRef { task }).await.map_err(told)?;
    assert_eq!((view.row.state.as_str(), view.answerable), ("refused", true));
    act::answer_task(&story, &story.reviewer, answer).await.map_err(told)?;
    story
        .work_until("reported", async || {
            let view = act::view_task(&story, &story.reviewer, TaskRef { task }).await.map_err(told)?;
            Ok(view.row.state == "reported")
        })
        .await?;
    assert_eq!(story.authority.ledger().await?.last().map(|(sequence, _, taken)| (*sequence, *taken)), Some((1, 1)));
    story.finish().await
}

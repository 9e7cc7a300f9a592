//! Changing and ending what is filed: from the record to the desk, the wire, and back to rows and gateways.

use anyhow::{Context as _, Result};
use app::Actor;
use app::act::{
    self, DemoMessages, EditOrder, FilingRef, FilingView, ListFilings, OpenCancellation, OpenChange, OrderRef, Patch,
    SaveSection, SendPaper,
};
use authority::code::ResultCode;
use authority::message::{
    Cancelled, CancelledKind, Decision, Download, FiledOwner, FiledRecord, Finding, MachineResult, Operation,
    Reference, Upload, UploadOperation, Version,
};
use authority::tree::Element;
use filing::draft::CancellationDraft;
use filing::stage::{Action, StageKind};
use filing::supplement::SupplementKind;
use filing::verdict::Reason;
use testkit::persona::{case, origin};
use testkit::story::{Story, told};
use uuid::Uuid;

/// A story in which something was filed through the sandbox.
async fn filed(word: &str) -> Result<(Story, Actor, FilingView)> {
    let story = Story::begin().await?;
    let case = case(word)?;
    let (applicant, order) = story.fill_in(&case).await?;
    story.submit(&applicant, order).await?;
    story.pass(order).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    story.verify_all(&case).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    let filings = act::list_filings(&story, &applicant, ListFilings::default()).await.map_err(told)?;
    let filing = filings.items.into_iter().next().context("a filing")?;
    Ok((story, applicant, filing))
}

fn reason() -> CancellationDraft {
    CancellationDraft { reason: "no_longer_run".into(), note: "门店已关闭".into(), understood: true }
}

fn possible(acts: &[app::act::Possible], action: Action) -> Option<&'static str> {
    acts.iter().find(|possible| possible.action == action).map_or(Some("not offered"), |possible| possible.obstacle)
}

/// Opens a cancellation, submits it, passes it, and lets the authority store it; what it says afterwards is not heard,
/// so that a test can say it instead.
async fn cancel(story: &Story, applicant: &Actor, filing: &FilingView, action: Action) -> Result<Uuid> {
    story.authority.order_fault("maintenance", "isp_download", 100_000).await?;
    ask_to_end(story, applicant, filing, action).await
}

async fn ask_to_end(story: &Story, applicant: &Actor, filing: &FilingView, action: Action) -> Result<Uuid> {
    let site = (action != Action::CancelSubject).then(|| filing.sites[0].id);
    let input = OpenCancellation { filing: filing.id, action, site, cancellation: reason() };
    let order = act::open_cancellation(story, applicant, input).await.map_err(told)?.id;
    story.submit(applicant, order).await?;
    story.pass(order).await?;
    story.work_until("the authority stored it", async || Ok(story.stage(order).await? != StageKind::ToReport)).await?;
    Ok(order)
}

/// What the last upload carried.
async fn last_upload(story: &Story) -> Result<Upload> {
    let reader = story.store.read().await?;
    let mut sequence = 1;
    let mut last = None;
    while let Some(upload) = store::upload::by_sequence(&reader, "33", sequence).await? {
        sequence += 1;
        last = Some(upload);
    }
    let zip = store::upload::container(&reader, last.context("an upload")?.id).await?;
    let client = &story.bureaus.find("33").context("the bureau")?.client;
    let text = client.open_text(&client.seal(&zip))?;
    Ok(Upload::read(&Element::parse(&text)?, Version::V3_0)?)
}

async fn apply(story: &Story, content: &Download) -> Result<String> {
    let bureau = story.bureaus.find("33").context("the bureau")?;
    let tx = story.store.write().await?;
    let said = app::job::apply::apply(&tx, story, bureau, content).await?;
    tx.commit().await?;
    Ok(said)
}

fn decided(operation: Operation, record: i64, approved: bool) -> Download {
    let decision = Decision {
        officer: None,
        phone: None,
        at: "2026-11-25".into(),
        opinion: (!approved).then(|| "材料不清".to_owned()),
        approved,
        operation: Some(operation),
        record: Some(record),
    };
    Download { decisions: vec![decision], ..Download::default() }
}

fn gone(kind: CancelledKind, record: i64) -> Download {
    Download { cancelled: vec![Cancelled { kind, record, remark: None }], ..Download::default() }
}

async fn feed(story: &Story, domain: &str) -> Result<(Reason, bool)> {
    let reader = story.store.read().await?;
    let entry = store::feed::latest(&reader, domain).await?.context("the feed knows it")?;
    let verdict: filing::verdict::Verdict = serde_json::from_value(entry.body)?;
    Ok((verdict.reason, verdict.enforcement == filing::verdict::Enforcement::Open))
}

async fn again(story: &Story, applicant: &Actor, filing: &FilingView) -> Result<FilingView> {
    act::view_filing(story, applicant, FilingRef { filing: filing.id }).await.map_err(told)
}

#[tokio::test]
async fn an_access_ends_without_a_text_message_and_the_number_stays() -> Result<()> {
    let (story, applicant, filing) = filed("government").await?;
    let site = filing.sites[0].clone();
    assert!(site.accessed && site.open && possible(&site.acts, Action::CancelAccess).is_none());
    let order = cancel(&story, &applicant, &filing, Action::CancelAccess).await?;
    assert_eq!(story.stage(order).await?, StageKind::AtAuthority, "nobody is texted");
    let Upload { operation: UploadOperation::Cancellation(asked), .. } = last_upload(&story).await? else {
        anyhow::bail!("the upload is no cancellation")
    };
    let [asked] = asked.as_slice() else { anyhow::bail!("one cancellation") };
    assert_eq!((asked.kind, asked.reason), (CancelledKind::Access, 1));
    assert_eq!(asked.remark.as_deref(), Some("网站不再运营；门店已关闭"));
    // Meanwhile nothing else of the account can be asked, and the domain stays open.
    let meanwhile = again(&story, &applicant, &filing).await?;
    assert_eq!(possible(&meanwhile.acts, Action::ChangeFiling), Some("running-order"));
    assert_eq!(meanwhile.running, Some(order));
    assert!(feed(&story, &site.domains[0]).await?.1);

    apply(&story, &decided(Operation::CANCEL_ACCESS, asked.record, true)).await?;
    assert_eq!(story.stage(order).await?, StageKind::AtAuthority, "the word is not the deed");
    apply(&story, &gone(CancelledKind::Access, asked.record)).await?;
    assert_eq!(story.stage(order).await?, StageKind::Cancelled);
    let after = again(&story, &applicant, &filing).await?;
    assert_eq!((after.state, after.sites[0].state, after.sites[0].accessed), ("active", "active", false));
    assert_eq!(after.sites[0].number, site.number);
    assert_eq!(feed(&story, &site.domains[0]).await?, (Reason::AccessCancelled, false));
    assert_eq!(possible(&after.sites[0].acts, Action::CancelAccess), Some("not-accessed"));
    assert_eq!(after.running, None, "the holds are released");
    let view = act::view_order(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    let codes: Vec<&str> = view.timeline.iter().map(|entry| entry.code.as_str()).collect();
    assert_eq!(codes, ["draft_opened", "submitted", "claimed", "passed", "reported", "approved", "cancelled"]);
    let messages = act::demo_messages(&story, &origin(), DemoMessages { to: None }).await.map_err(told)?;
    assert!(messages.iter().any(|message| message.text.contains("已取消") || message.subject.contains("Access ended")));
    // The same file once more changes nothing.
    apply(&story, &gone(CancelledKind::Access, asked.record)).await?;
    story.finish().await
}

#[tokio::test]
async fn a_record_without_the_access_ends_it_as_well() -> Result<()> {
    let (story, applicant, filing) = filed("government").await?;
    let order = cancel(&story, &applicant, &filing, Action::CancelAccess).await?;
    let mut record = record_of(&story, &filing).await?;
    record.sites[0].accesses.clear();
    apply(&story, &Download { records: vec![record], ..Download::default() }).await?;
    assert_eq!(story.stage(order).await?, StageKind::Cancelled);
    assert_eq!(feed(&story, &filing.sites[0].domains[0]).await?, (Reason::AccessCancelled, false));
    story.finish().await
}

#[tokio::test]
async fn a_site_is_refused_first_mended_and_then_cancelled() -> Result<()> {
    let (story, applicant, filing) = filed("company-two-sites").await?;
    let (one, two) = (filing.sites[0].clone(), filing.sites[1].clone());
    let order = cancel(&story, &applicant, &filing, Action::CancelSite).await?;
    assert_eq!(story.stage(order).await?, StageKind::AwaitingSms, "its manager is texted");
    let Upload { operation: UploadOperation::Cancellation(asked), .. } = last_upload(&story).await? else {
        anyhow::bail!("the upload is no cancellation")
    };
    let record = asked[0].record;
    let finding = Finding { code: ResultCode(1026), text: None };
    let result = MachineResult {
        findings: vec![finding],
        operation: Operation::CANCEL_SITE,
        key: Some(one.number.clone()),
        remark: None,
    };
    apply(&story, &Download { results: vec![result], ..Download::default() }).await?;
    assert_eq!(story.stage(order).await?, StageKind::ChangesRequested);
    let edit = act::edit_order(&story, &applicant, EditOrder { order }).await.map_err(told)?;
    assert!(edit.editable.allows("cancellation.reason") && !edit.editable.allows("basic.name"));
    let cancellation = CancellationDraft { reason: "other".into(), ..reason() };
    story.save(&applicant, order, Patch::Cancellation { cancellation }).await?;
    story.submit(&applicant, order).await?;
    story.pass(order).await?;
    story.reach(order, StageKind::AwaitingSms).await?;
    apply(&story, &decided(Operation::CANCEL_SITE, record, true)).await?;
    apply(&story, &gone(CancelledKind::Site, record)).await?;
    assert_eq!(story.stage(order).await?, StageKind::Cancelled);
    let after = again(&story, &applicant, &filing).await?;
    let states: Vec<_> = after.sites.iter().map(|site| (site.number.as_str(), site.state)).collect();
    assert_eq!(states, [(one.number.as_str(), "cancelled"), (two.number.as_str(), "active")]);
    assert_eq!(feed(&story, &one.domains[0]).await?, (Reason::FilingCancelled, false));
    assert_eq!(feed(&story, &two.domains[0]).await?, (Reason::Filed, true));
    let tx = story.store.write().await?;
    assert!(store::filed::find_site_by_domain(&tx, &one.domains[0]).await?.is_none(), "the domain is free");
    tx.commit().await?;
    story.finish().await
}

#[tokio::test]
async fn a_subject_takes_all_its_sites_along() -> Result<()> {
    let (story, applicant, filing) = filed("company-two-sites").await?;
    let order = cancel(&story, &applicant, &filing, Action::CancelSubject).await?;
    let Upload { operation: UploadOperation::Cancellation(asked), .. } = last_upload(&story).await? else {
        anyhow::bail!("the upload is no cancellation")
    };
    assert_eq!(asked[0].kind, CancelledKind::Subject);
    apply(&story, &gone(CancelledKind::Subject, asked[0].record)).await?;
    assert_eq!(story.stage(order).await?, StageKind::Cancelled, "the deed is enough");
    let after = again(&story, &applicant, &filing).await?;
    assert_eq!(after.state, "cancelled");
    for site in &after.sites {
        assert_eq!((site.state, site.accessed, site.open), ("cancelled", false, false));
        assert_eq!(feed(&story, &site.domains[0]).await?, (Reason::FilingCancelled, false));
    }
    assert_eq!(possible(&after.acts, Action::ChangeFiling), Some("subject-cancelled"));
    story.finish().await
}

#[tokio::test]
async fn nothing_is_submitted_without_a_reason_that_was_understood() -> Result<()> {
    let (story, applicant, filing) = filed("government").await?;
    let input = OpenCancellation {
        filing: filing.id,
        action: Action::CancelSite,
        site: Some(filing.sites[0].id),
        cancellation: CancellationDraft::default(),
    };
    let order = act::open_cancellation(&story, &applicant, input.clone()).await.map_err(told)?.id;
    let check = act::check_order(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    let rules: Vec<&str> = check.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(rules, ["action-16", "cancel-01", "cancel-04"], "and it is the last site");
    assert!(!check.can_submit);
    assert!(story.submit(&applicant, order).await.is_err());
    let second = act::open_cancellation(&story, &applicant, input).await.unwrap_err();
    assert_eq!(second.code(), "running-order");
    act::abandon(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    let stranger = testkit::persona::registered(&story, "stranger@example.com").await?;
    let theirs =
        OpenCancellation { filing: filing.id, action: Action::CancelSubject, site: None, cancellation: reason() };
    assert_eq!(act::open_cancellation(&story, &stranger, theirs).await.unwrap_err().code(), "not-found");
    let listed = act::list_filings(&story, &stranger, ListFilings::default()).await.map_err(told)?;
    assert!(listed.items.is_empty());
    story.finish().await
}

/// The authority's record as it is after the filing.
async fn record_of(story: &Story, filing: &FilingView) -> Result<FiledRecord> {
    let reader = story.store.read().await?;
    let subject = store::filed::get_subject(&reader, store::SubjectId(filing.id)).await?;
    let mut record = FiledRecord {
        subject: serde_json::from_value(subject.document["record"].clone())?,
        sites: Vec::new(),
        remark: None,
    };
    for site in &filing.sites {
        let row = store::filed::get_site(&reader, store::SiteId(site.id)).await?;
        record.sites.push(serde_json::from_value(row.document["record"].clone())?);
    }
    Ok(record)
}

#[tokio::test]
async fn a_change_is_written_whole_and_holds_once_the_record_has_it() -> Result<()> {
    let (story, applicant, filing) = filed("company-two-sites").await?;
    let sites: Vec<Uuid> = filing.sites.iter().map(|site| site.id).collect();
    let input = OpenChange { filing: filing.id, action: Action::ChangeFiling, sites };
    let order = act::open_change(&story, &applicant, input).await.map_err(told)?;
    let id = order.id;
    let edit = act::edit_order(&story, &applicant, EditOrder { order: id }).await.map_err(told)?;
    let company = case("company-two-sites")?;
    assert_eq!(edit.draft.subject.postal_address, company.draft.subject.postal_address);
    assert_eq!(edit.draft.sites[1].manager.name, company.draft.sites[1].manager.name);
    for (path, open) in [
        ("subject.postal_address", true),
        ("principal.mobile", true),
        ("sites.1.name", true),
        ("basic.province", false),
        ("basic.certificate_number", false),
        ("basic.domain", false),
        ("sites.1.domain", false),
    ] {
        assert_eq!(edit.editable.allows(path), open, "{path}");
    }
    let removed = SaveSection { order: id, version: edit.version, patch: Patch::RemoveSite { index: 1 } };
    assert_eq!(act::save_section(&story, &applicant, removed).await.unwrap_err().code(), "not-editable");
    let mut principal = edit.draft.principal.clone();
    principal.mobile = "13900006621".into();
    story.save(&applicant, id, Patch::Principal { principal }).await?;
    let check = act::check_order(&story, &applicant, OrderRef { order: id }).await.map_err(told)?;
    assert!(check.can_submit, "a new phone needs no paper: {:#?}", check.findings);
    story.submit(&applicant, id).await?;
    let case_view = act::view_case(&story, &story.reviewer, OrderRef { order: id }).await.map_err(told)?;
    let changed: Vec<&str> =
        case_view.rows.iter().filter(|row| row.changed.is_some()).map(|row| row.field.as_str()).collect();
    assert!(changed.contains(&"principal.mobile"), "{changed:?}");
    story.authority.order_fault("maintenance", "isp_download", 100_000).await?;
    story.pass(id).await?;
    story.reach(id, StageKind::AwaitingSms).await?;
    let Upload { operation: UploadOperation::Change(asked), .. } = last_upload(&story).await? else {
        anyhow::bail!("the upload is no change")
    };
    let [asked] = asked.as_slice() else { anyhow::bail!("one change") };
    let before = record_of(&story, &filing).await?;
    assert_eq!(asked.subject.bureau_id, before.subject.bureau_id);
    assert_eq!(asked.subject.number, filing.number);
    assert_eq!(asked.subject.principal.mobile.as_deref(), Some("13900006621"));
    for (site, filed) in asked.sites.iter().zip(&before.sites) {
        assert_eq!((site.bureau_id, Some(&site.number)), (filed.bureau_id, filed.number.as_ref()));
        assert_eq!(site.domains[0].bureau_id, Some(filed.domains[0].bureau_id));
        assert_eq!(site.domains[0].id, filed.domains[0].id.context("our own id")?);
        assert_eq!(site.accesses[0].bureau_id, filed.accesses[0].bureau_id);
        assert_eq!(site.accesses[0].ips[0].bureau_id, Some(filed.accesses[0].ips[0].bureau_id));
    }
    // The record comes for another reason first: nothing of the change holds yet.
    apply(&story, &Download { records: vec![before.clone()], ..Download::default() }).await?;
    assert_eq!(story.stage(id).await?, StageKind::AwaitingSms);
    apply(&story, &decided(Operation::CHANGE, before.subject.bureau_id, true)).await?;
    let mut after = before;
    after.subject.principal.mobile = Some("13900006621".into());
    apply(&story, &Download { records: vec![after], ..Download::default() }).await?;
    assert_eq!(story.stage(id).await?, StageKind::Filed);
    let view = act::view_order(&story, &applicant, OrderRef { order: id }).await.map_err(told)?;
    assert_eq!(view.timeline.last().map(|entry| entry.code.as_str()), Some("change_done"));
    assert!(feed(&story, &filing.sites[0].domains[0]).await?.1, "a change interrupts nothing");
    // The next change begins with what holds now.
    let input = OpenChange { filing: filing.id, action: Action::ChangeSite, sites: vec![filing.sites[0].id] };
    let next = act::open_change(&story, &applicant, input).await.map_err(told)?;
    let edit = act::edit_order(&story, &applicant, EditOrder { order: next.id }).await.map_err(told)?;
    assert_eq!(edit.draft.principal.mobile, "13900006621");
    assert!(!edit.editable.allows("principal.mobile"), "a change of a site leaves the subject alone");
    act::abandon(&story, &applicant, OrderRef { order: next.id }).await.map_err(told)?;
    story.finish().await
}

#[tokio::test]
async fn a_paper_by_itself_is_stored_or_refused() -> Result<()> {
    let (story, applicant, filing) = filed("government").await?;
    let bytes = std::fs::read(testkit::persona::cases().join(
        match &case("government")?.materials.first().context("a picture")?.source {
            filing::case::MaterialSource::File(path) => path.clone(),
            filing::case::MaterialSource::Generated => anyhow::bail!("a file"),
        },
    ))?;
    let site = filing.sites[0].clone();
    let paper = |site: Option<Uuid>, purpose| SendPaper { filing: filing.id, site, purpose, bytes: bytes.clone() };
    let wrong = act::send_paper(&story, &applicant, paper(None, SupplementKind::ManagerPhoto)).await.unwrap_err();
    assert_eq!(wrong.findings()[0].rule, "purpose-of-other");
    let no_picture = SendPaper { bytes: b"nothing".to_vec(), ..paper(None, SupplementKind::VerificationForm) };
    assert_eq!(act::send_paper(&story, &applicant, no_picture).await.unwrap_err().code(), "invalid");
    story.authority.order_fault("maintenance", "isp_download", 100_000).await?;
    act::send_paper(&story, &applicant, paper(Some(site.id), SupplementKind::ManagerPhoto)).await.map_err(told)?;
    act::send_paper(&story, &applicant, paper(Some(site.id), SupplementKind::VerificationForm)).await.map_err(told)?;
    story.work().await?;
    let Upload { operation: UploadOperation::Materials(sent), .. } = last_upload(&story).await? else {
        anyhow::bail!("the upload is no paper")
    };
    let FiledOwner::Site(Reference::Id(owner)) = sent[0].owner else { anyhow::bail!("the site, by its id") };
    let answer = |code| Download {
        results: vec![MachineResult {
            findings: vec![Finding { code: ResultCode(code), text: None }],
            operation: Operation::MATERIALS,
            key: Some(owner.to_string()),
            remark: None,
        }],
        ..Download::default()
    };
    apply(&story, &answer(1060)).await?;
    apply(&story, &answer(1061)).await?;
    let after = again(&story, &applicant, &filing).await?;
    let papers: Vec<_> = after.papers.iter().map(|paper| (paper.purpose.as_str(), paper.state, paper.code)).collect();
    assert_eq!(
        papers,
        [("verification_form", "refused", Some(1061)), ("manager_photo", "stored", Some(1060))],
        "the first sent is answered first"
    );
    story.finish().await
}

/// The six digits at the end of a person's document, which the ministry's page asks for.
fn tail(number: &str) -> &str {
    &number[number.len() - 6..]
}

#[tokio::test]
async fn a_site_ends_and_a_change_holds_through_the_whole_authority() -> Result<()> {
    let (story, applicant, filing) = filed("company-two-sites").await?;
    let company = case("company-two-sites")?;
    let manager = filing::material::manager(&company.draft, 0).context("a manager")?.clone();
    let order = ask_to_end(&story, &applicant, &filing, Action::CancelSite).await?;
    story.authority.verify(&manager.mobile, tail(&manager.certificate_number)).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Cancelled).await?;
    let after = again(&story, &applicant, &filing).await?;
    assert_eq!((after.sites[0].state, after.sites[1].state), ("cancelled", "active"));
    assert_eq!(feed(&story, &filing.sites[0].domains[0]).await?, (Reason::FilingCancelled, false));

    let input = OpenChange { filing: filing.id, action: Action::ChangeFiling, sites: Vec::new() };
    let change = act::open_change(&story, &applicant, input).await.map_err(told)?.id;
    let edit = act::edit_order(&story, &applicant, EditOrder { order: change }).await.map_err(told)?;
    assert_eq!(edit.draft.sites.len(), 1, "what ended does not come along");
    let mut principal = edit.draft.principal.clone();
    principal.mobile = "13900006621".into();
    story.save(&applicant, change, Patch::Principal { principal }).await?;
    story.submit(&applicant, change).await?;
    story.pass(change).await?;
    story.reach(change, StageKind::AwaitingSms).await?;
    let view = act::view_order(&story, &applicant, OrderRef { order: change }).await.map_err(told)?;
    assert_eq!(view.sms.context("codes are awaited")?.mobiles.len(), 1, "only the principal is texted");
    story.authority.verify("13900006621", tail(&company.draft.principal.certificate_number)).await?;
    story.authority.decide(true, "").await?;
    story.reach(change, StageKind::Filed).await?;
    let record = record_of(&story, &FilingView { sites: vec![after.sites[1].clone()], ..after }).await?;
    assert_eq!(record.subject.principal.mobile.as_deref(), Some("13900006621"));
    story.finish().await
}

#[tokio::test]
async fn the_last_access_is_refused_by_the_machine_and_the_applicant_reads_why() -> Result<()> {
    let (story, applicant, filing) = filed("government").await?;
    let order = ask_to_end(&story, &applicant, &filing, Action::CancelAccess).await?;
    story.reach(order, StageKind::ChangesRequested).await?;
    let view = act::view_order(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    assert_eq!(view.requests[0].rule.as_deref(), Some("1025"));
    assert!(again(&story, &applicant, &filing).await?.sites[0].open, "nothing ended");
    act::abandon(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    story.finish().await
}

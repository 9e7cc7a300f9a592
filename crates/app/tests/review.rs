//! The applicant and the reviewer between submit and pass.

use anyhow::{Context as _, Result};
use app::act::{self, EditOrder, MarkField, MarkView, MarkWord, OrderRef, Patch, Reveal, SaveSection, Submit};
use app::{Actor, Error};
use filing::case::CaseFile;
use filing::draft::PersonDraft;
use filing::stage::StageKind;
use jiff::SignedDuration;
use store::account::Role;
use testkit::persona::{self, case};
use testkit::story::{Story, accepted, told};
use uuid::Uuid;

async fn submitted(word: &str) -> Result<(Story, CaseFile, Actor, Uuid)> {
    let story = Story::begin().await?;
    let case = case(word)?;
    let (applicant, order) = story.fill_in(&case).await?;
    story.submit(&applicant, order).await?;
    Ok((story, case, applicant, order))
}

async fn ask_for_mail(story: &Story, order: Uuid) -> Result<()> {
    story.claim(order).await?;
    let mark = MarkField {
        order,
        field: "principal.email".into(),
        mark: MarkWord::NeedsChange,
        advice: Some("请换一个常用邮箱".into()),
    };
    act::mark_field(story, &story.reviewer, mark).await.map_err(told)?;
    let early = act::pass(story, &story.reviewer, OrderRef { order }).await;
    assert_eq!(early.err().map(|error| error.code()), Some("marks-open"));
    let input = act::RequestChanges { order, requests: Vec::new() };
    act::request_changes(story, &story.reviewer, input).await.map_err(told)?;
    Ok(())
}

#[tokio::test]
async fn only_what_was_asked_for_can_be_changed_and_the_reviewer_sees_the_difference() -> Result<()> {
    let (story, case, applicant, order) = submitted("individual").await?;
    ask_for_mail(&story, order).await?;
    let view = act::edit_order(&story, &applicant, EditOrder { order }).await.map_err(told)?;
    assert_eq!((view.editable.all, view.editable.fields), (false, vec!["principal.email".to_owned()]));

    let save = async |principal: PersonDraft| {
        let patch = Patch::Principal { principal };
        act::save_section(&story, &applicant, SaveSection { order, version: view.version, patch }).await
    };
    let other = PersonDraft { mobile: "13900001234".into(), ..case.draft.principal.clone() };
    assert_eq!(save(other).await.unwrap_err().code(), "not-editable");
    let unmended = act::submit(&story, &applicant, Submit { order, version: view.version, agreements: accepted() });
    assert_eq!(unmended.await.unwrap_err().code(), "invalid", "what was asked for is not mended yet");
    let mended = PersonDraft { email: "another@example.com".into(), ..case.draft.principal.clone() };
    save(mended).await.map_err(told)?;
    story.submit(&applicant, order).await?;

    let view = act::view_case(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    let changed: Vec<_> = view.rows.iter().filter(|row| row.changed.is_some()).collect();
    assert_eq!(changed.iter().map(|row| row.field.as_str()).collect::<Vec<_>>(), ["principal.email"]);
    assert_eq!(changed[0].value, "a***@example.com");
    assert!(view.rows.iter().all(|row| row.mark == MarkView::None), "a new round begins with a clean sheet");
    let codes: Vec<&str> = view.order.timeline.iter().map(|entry| entry.code.as_str()).collect();
    assert_eq!(&codes[..5], ["draft_opened", "submitted", "claimed", "changes_requested", "resubmitted"]);
    story.finish().await
}

#[tokio::test]
async fn a_second_submit_is_harmless_and_a_stale_one_is_told() -> Result<()> {
    let (story, _, applicant, order) = submitted("individual").await?;
    let again = Submit { order, version: 1, agreements: accepted() };
    let view = act::submit(&story, &applicant, again).await.map_err(told)?;
    assert_eq!(view.kind, StageKind::Submitted);
    assert_eq!(view.timeline.iter().filter(|entry| entry.code.contains("submitted")).count(), 1);
    act::withdraw(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    let stale = Submit { order, version: 1, agreements: accepted() };
    assert_eq!(act::submit(&story, &applicant, stale).await.unwrap_err().code(), "version");
    let version = act::edit_order(&story, &applicant, EditOrder { order }).await.map_err(told)?.version;
    let without = Submit { order, version, agreements: Vec::new() };
    assert_eq!(act::submit(&story, &applicant, without).await.unwrap_err().code(), "agreements");
    story.finish().await
}

#[tokio::test]
async fn a_case_is_passed_only_by_who_claimed_it_and_only_after_a_call() -> Result<()> {
    let (story, _, _, order) = submitted("individual").await?;
    let another = persona::staff_at(&story, Role::Reviewer, "another@provider.example.com").await?;
    act::claim(&story, &another, OrderRef { order }).await.map_err(told)?;
    let first = act::claim(&story, &story.reviewer, OrderRef { order }).await.unwrap_err();
    assert_eq!(first.code(), "stage", "the other was first");
    let error = act::pass(&story, &story.reviewer, OrderRef { order }).await.unwrap_err();
    assert_eq!(error.code(), "not-claimed-by-you");
    let error = act::pass(&story, &another, OrderRef { order }).await.unwrap_err();
    assert_eq!(error.code(), "call-missing");
    act::release(&story, &another, OrderRef { order }).await.map_err(told)?;
    story.finish().await
}

#[tokio::test]
async fn what_is_masked_is_shown_for_a_reason_that_stays() -> Result<()> {
    let (story, case, _, order) = submitted("individual").await?;
    let view = act::view_case(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    let text = serde_json::to_string(&view)?;
    for secret in [&case.draft.principal.mobile, &case.draft.principal.certificate_number, &case.draft.principal.name] {
        assert!(!text.contains(secret.as_str()), "{secret}");
    }
    let ask = |reason: &str| Reveal { order, field: "principal.mobile".into(), reason: reason.into() };
    assert_eq!(act::reveal(&story, &story.reviewer, ask(" ")).await.unwrap_err().code(), "invalid");
    let shown = act::reveal(&story, &story.reviewer, ask("to call back")).await.map_err(told)?;
    assert_eq!(shown.value, case.draft.principal.mobile);
    let auditor = persona::staff(&story, Role::Auditor).await?;
    let mine = act::ViewAudit { order: Some(order), ..act::ViewAudit::default() };
    let lines = act::view_audit(&story, &auditor, mine).await.map_err(told)?;
    let line = lines.items.iter().find(|line| line.act == "reveal").context("a line")?;
    assert_eq!((line.why.as_deref(), line.actor), (Some("to call back"), Some(story.reviewer.account.0)));
    assert!(act::verify_audit(&story, &auditor, act::VerifyAudit::default()).await.map_err(told)?.intact);
    story.finish().await
}

#[tokio::test]
async fn another_applicant_finds_nothing() -> Result<()> {
    let (story, _, applicant, order) = submitted("individual").await?;
    let stranger = persona::registered(&story, "stranger@example.com").await?;
    let order_ref = || OrderRef { order };
    let is_nothing = |error: Error| assert!(matches!(error, Error::NotFound), "{error}");
    is_nothing(act::view_order(&story, &stranger, order_ref()).await.unwrap_err());
    is_nothing(act::edit_order(&story, &stranger, EditOrder { order }).await.unwrap_err());
    is_nothing(act::check_order(&story, &stranger, order_ref()).await.unwrap_err());
    is_nothing(act::withdraw(&story, &stranger, order_ref()).await.unwrap_err());
    is_nothing(act::abandon(&story, &stranger, order_ref()).await.unwrap_err());
    is_nothing(act::confirm_sms_done(&story, &stranger, order_ref()).await.unwrap_err());
    let reveal = Reveal { order, field: "principal.name".into(), reason: "curious".into() };
    is_nothing(act::reveal(&story, &stranger, reveal).await.unwrap_err());
    let slots = act::view_order(&story, &applicant, order_ref()).await.map_err(told)?.slots;
    let material = slots.iter().find_map(|slot| slot.material.as_ref()).context("a paper")?.id;
    let open = |reason: Option<&str>| act::OpenMaterial { order, material, reason: reason.map(str::to_owned) };
    is_nothing(act::open_material(&story, &stranger, open(Some("curious"))).await.unwrap_err());
    assert_eq!(act::open_material(&story, &story.reviewer, open(None)).await.unwrap_err().code(), "invalid");
    let copy = act::open_material(&story, &story.reviewer, open(Some("a complaint"))).await.map_err(told)?;
    let own = act::open_material(&story, &applicant, open(None)).await.map_err(told)?;
    let text = app::watermark::text(story.reviewer.account, story.now());
    assert_eq!(copy.bytes, app::watermark::draw(&own.bytes, &text)?, "the provider's copy says whose it is");
    assert_ne!(copy.bytes, own.bytes);
    story.finish().await
}

#[tokio::test]
async fn an_order_nobody_touches_is_recalled_and_falls_back_to_draft() -> Result<()> {
    let (story, _, applicant, order) = submitted("individual").await?;
    ask_for_mail(&story, order).await?;
    let templates = async || -> Result<Vec<String>> {
        let reader = story.store.read().await?;
        let page = store::Page::first(200);
        let all = store::message::list(&reader, None, Some(store::OrderId(order)), &page).await?;
        let mut names: Vec<String> = all.items.into_iter().map(|message| message.template).collect();
        names.sort();
        names.dedup();
        Ok(names)
    };
    assert!(!templates().await?.contains(&"correction-reminder".to_owned()));
    story.test.clock.advance(SignedDuration::from_hours(24 * 5 + 1));
    story.work().await?;
    assert!(templates().await?.contains(&"correction-reminder".to_owned()));
    story.test.clock.advance(SignedDuration::from_hours(24 * 41));
    story.work().await?;
    let view = act::view_order(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    assert_eq!(view.kind, StageKind::Draft);
    assert_eq!(view.draft.basic.domain, "zhixia-notes.cn", "everything is kept");
    story.test.clock.advance(SignedDuration::from_hours(24 * 31));
    story.work().await?;
    let view = act::view_order(&story, &applicant, OrderRef { order }).await.map_err(told)?;
    assert_eq!(view.kind, StageKind::Abandoned);
    story.finish().await
}

#[tokio::test]
async fn a_removed_site_takes_its_papers_along_and_those_behind_it_move_up() -> Result<()> {
    let story = Story::begin().await?;
    let case = case("company-two-sites")?;
    let (applicant, order) = story.fill_in(&case).await?;
    let third = Patch::AddSite { domain: "yunshan-lab.cn".into(), resource: case.draft.basic.resource.clone() };
    story.save(&applicant, order, third).await?;
    let photo = |site: usize| format!("sites.{site}.materials.manager_photo");
    let bytes = std::fs::read(persona::cases().join("../documents/tour/manager-photo.jpg"))?;
    let input = act::UploadMaterial { order, slot: photo(2), file_name: String::new(), bytes };
    act::upload_material(&story, &applicant, input).await.map_err(told)?;
    let shown = async |slot: String| -> Result<Option<Vec<u8>>> {
        let view = act::view_order(&story, &applicant, OrderRef { order }).await.map_err(told)?;
        let Some(material) = view.slots.iter().find(|s| s.slot == slot).and_then(|s| s.material.as_ref()) else {
            return Ok(None);
        };
        let open = act::OpenMaterial { order, material: material.id, reason: None };
        Ok(Some(act::open_material(&story, &applicant, open).await.map_err(told)?.bytes))
    };
    let (first, second, last) = (shown(photo(0)).await?, shown(photo(1)).await?, shown(photo(2)).await?);
    assert!(first.is_some() && second.is_some() && last.is_some() && second != last);
    story.save(&applicant, order, Patch::RemoveSite { index: 1 }).await?;
    assert_eq!((shown(photo(0)).await?, shown(photo(1)).await?, shown(photo(2)).await?), (first, last, None));
    story.finish().await
}

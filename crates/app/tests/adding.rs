//! Adding to what is filed, from the first page to the end: a site for a subject filed here or elsewhere, an access for
//! a site filed elsewhere; with an authority that knows two providers.

use anyhow::{Context as _, Result, bail};
use app::act::{self, DomainProofRef, EditOrder, OpenOrder, OrderRef, OrderView, Patch, SaveSection, StartDomainProof};
use app::bureau::BureauSettings;
use app::closed::Cause;
use app::{Actor, Origin, feed};
use authority::message::{FiledOwner, Reference, Upload, UploadOperation, Version};
use authority::sandbox::Provider;
use filing::case::CaseFile;
use filing::stage::StageKind;
use filing::verdict::{Enforcement, Known, Reason, Verdict};
use store::OrderId;
use store::account::Role;
use store::domain_proof::ProvenBy;
use testkit::authority::TestAuthority;
use testkit::persona::{self, case};
use testkit::story::{Story, told};
use testkit::world::TestWorld;
use uuid::Uuid;

const OWN_SITE: &str = "yunshan-tech.cn";
const PRODUCT: &str = "yunshan-note.com";

/// The company with one of its two sites only.
fn company(site: usize) -> Result<CaseFile> {
    let mut case = case("company-two-sites")?;
    let other = 1 - site;
    case.draft.sites.remove(other);
    case.draft.basic.domain.clone_from(&case.draft.sites[0].domain);
    case.draft.basic.resource.clone_from(&case.draft.sites[0].resource);
    case.materials.retain(|material| material.site != Some(other));
    for material in &mut case.materials {
        material.site = material.site.map(|_| 0);
    }
    Ok(case)
}

/// Another provider's account at the same authority.
fn beside(mut bureau: BureauSettings) -> BureauSettings {
    bureau.isp_id = 330_002;
    bureau.user = "beside".to_owned();
    bureau
}

/// A story in which the company filed a site with another provider, told from here on at ours.
async fn filed_elsewhere(site: usize) -> Result<Story> {
    let authority = TestAuthority::start_with(|config| {
        let [first] = config.providers.as_slice() else { return };
        let mut second = Provider::new(
            330_002,
            "Beside",
            "beside",
            "test-password".to_owned().into(),
            "0123456789abcdef".to_owned().into(),
            "fedcba9876543210".to_owned().into(),
        );
        second.ip_ranges.clone_from(&first.ip_ranges);
        config.providers.push(second);
    })
    .await?;
    let bureau = beside(authority.bureau()?);
    let mut story = Story::begin_with(authority).await?;
    let case = company(site)?;
    let (applicant, order) = story.fill_in(&case).await?;
    to_the_authority(&story, &applicant, order).await?;
    story.verify_all(&case).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    story.work().await?;
    let here = TestWorld::sqlite_with(bureau).await?;
    story.test = here;
    story.reviewer = persona::staff(&story, Role::Reviewer).await?;
    app::worker::begin(&story).await?;
    Ok(story)
}

async fn to_the_authority(story: &Story, applicant: &Actor, order: Uuid) -> Result<()> {
    story.submit(applicant, order).await?;
    story.pass(order).await?;
    story.reach(order, StageKind::AwaitingSms).await
}

/// Only the manager of what is added is texted.
async fn verify_manager(story: &Story, case: &CaseFile) -> Result<()> {
    let manager = filing::material::manager(&case.draft, 0).context("a manager")?;
    let tail = &manager.certificate_number[manager.certificate_number.len() - 6..];
    match story.authority.verify(&manager.mobile, tail).await?.as_str() {
        "verified" => Ok(()),
        state => bail!("the code was not taken: {state}"),
    }
}

async fn view(story: &Story, actor: &Actor, order: Uuid) -> Result<OrderView> {
    act::view_order(story, actor, OrderRef { order }).await.map_err(told)
}

async fn verdict(story: &Story, domain: &str) -> Result<Verdict> {
    let latest = store::feed::latest(&story.store.read().await?, domain).await?.context("a verdict")?;
    Ok(serde_json::from_value(latest.body)?)
}

/// What the order asked on the wire.
async fn sent(story: &Story, order: Uuid) -> Result<UploadOperation> {
    let reader = story.store.read().await?;
    let uploads = store::upload::for_order(&reader, OrderId(order)).await?;
    let upload = uploads.last().context("an upload")?;
    let zip = store::upload::container(&reader, upload.id).await?;
    let client = &story.bureaus.find(&upload.bureau).context("a bureau")?.client;
    let root = authority::tree::Element::parse(&client.open_text(&client.seal(&zip))?)?;
    let read = Upload::read(&root, Version::default())?;
    assert_eq!(upload.operation, read.operation.group().1);
    Ok(read.operation)
}

#[tokio::test]
async fn a_site_is_added_for_a_subject_filed_here_which_is_shown_and_not_asked_for() -> Result<()> {
    let story = Story::begin().await?;
    let first = company(0)?;
    let (applicant, order) = story.fill_in(&first).await?;
    to_the_authority(&story, &applicant, order).await?;
    story.verify_all(&first).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    let subject_number = view(&story, &applicant, order).await?.filed.context("numbers")?.subject_number;

    let mut second = company(1)?;
    second.materials.retain(|material| material.site.is_some());
    let order = story.write(&applicant, &second).await?;
    let opened = view(&story, &applicant, order).await?;
    assert_eq!(opened.action, "add_site_here");
    assert_eq!(opened.on_file.context("numbers")?.subject_number.as_ref(), Some(&subject_number));
    let edit = act::edit_order(&story, &applicant, EditOrder { order }).await.map_err(told)?;
    assert_eq!(edit.draft.principal, second.draft.principal, "carried from what is filed");
    assert!(!edit.editable.allows("principal.mobile") && !edit.editable.allows("basic.certificate_number"));
    assert!(edit.editable.allows("sites.0.name") && edit.editable.allows("basic.domain"));
    let mut principal = edit.draft.principal.clone();
    principal.mobile = "13900000000".into();
    let patch = Patch::Principal { principal };
    let input = SaveSection { order, version: edit.version, patch };
    let refused = act::save_section(&story, &applicant, input).await.unwrap_err();
    assert_eq!(refused.code(), "not-editable");

    to_the_authority(&story, &applicant, order).await?;
    let masked = view(&story, &applicant, order).await?.sms.context("codes")?.mobiles;
    assert_eq!(masked.len(), 1, "the principal is not texted again");
    let UploadOperation::NewSite(records) = sent(&story, order).await? else { bail!("another operation") };
    let [record] = records.as_slice() else { bail!("one record") };
    assert!(matches!(record.subject, Reference::Id(_)), "the bureau's id is known");
    assert!(
        record
            .attachments
            .iter()
            .all(|paper| matches!(paper.owner, FiledOwner::Site(Reference::Id(id)) if id == record.sites[0].id))
    );
    assert_eq!(verdict(&story, PRODUCT).await?.enforcement, Enforcement::Closed);
    verify_manager(&story, &second).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    let filed = view(&story, &applicant, order).await?.filed.context("numbers")?;
    assert_eq!(filed.subject_number, subject_number);
    assert_eq!(filed.sites.iter().map(|site| site.number.clone()).collect::<Vec<_>>(), [format!("{subject_number}-2")]);
    for domain in [OWN_SITE, PRODUCT] {
        assert_eq!(verdict(&story, domain).await?.reason, Reason::Filed, "{domain}");
    }
    story.finish().await
}

#[tokio::test]
async fn a_site_is_added_for_a_subject_filed_elsewhere_and_then_its_other_site_is_brought_here() -> Result<()> {
    let story = filed_elsewhere(0).await?;
    let mut product = company(1)?;
    // With a manager of its own, the principal's papers would be asked for besides.
    product.draft.sites[0].manager_is_principal = true;
    let (applicant, order) = story.fill_in(&product).await?;
    assert_eq!(view(&story, &applicant, order).await?.action, "add_site_elsewhere");
    to_the_authority(&story, &applicant, order).await?;
    let UploadOperation::NewSite(records) = sent(&story, order).await? else { bail!("another operation") };
    assert!(matches!(&records[0].subject, Reference::Number(number) if number.ends_with('号')));
    verify_manager(&story, &product).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    {
        let reader = story.store.read().await?;
        let own = store::filed::find_site_by_domain(&reader, OWN_SITE).await?.context("learnt with the record")?;
        let product = store::filed::find_site_by_domain(&reader, PRODUCT).await?.context("its site")?;
        assert_eq!((own.accessed, product.accessed), (false, true));
        assert_eq!(own.subject, product.subject);
        let subject = store::filed::get_subject(&reader, own.subject).await?;
        assert!(subject.account == applicant.account && subject.bureau_id.is_some());
    }

    let own = company(0)?;
    let basic = story.draft_of(&applicant, &own).await?.basic;
    let order = act::open_order(&story, &applicant, OpenOrder { basic }).await.map_err(told)?.id;
    let opened = view(&story, &applicant, order).await?;
    assert_eq!(opened.action, "one_click_access");
    assert_eq!(opened.draft.sites[0].name, own.draft.sites[0].name, "as the ministry has it");
    assert!(opened.slots.iter().all(|slot| !slot.required), "the short form asks for no paper");
    assert!(!opened.tasks.iter().any(|task| task.key == "verification"));
    to_the_authority(&story, &applicant, order).await?;
    let UploadOperation::NewAccess(records) = sent(&story, order).await? else { bail!("another operation") };
    assert!(matches!(records[0].site, Reference::Id(_)), "its id came with the record of the subject");
    assert_eq!(records[0].password.as_deref(), Some(Version::default().password_placeholder()));
    assert_eq!(verdict(&story, OWN_SITE).await?.reason, Reason::AccessReviewed, "open before the authority decides");
    verify_manager(&story, &own).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    assert_eq!(verdict(&story, OWN_SITE).await?.reason, Reason::Filed);
    story.finish().await
}

#[tokio::test]
async fn an_access_opens_with_the_first_review_and_closes_again_when_the_authority_refuses() -> Result<()> {
    let story = filed_elsewhere(0).await?;
    let own = company(0)?;
    let (applicant, order) = story.fill_in(&own).await?;
    let opened = view(&story, &applicant, order).await?;
    assert_eq!(opened.action, "add_access");
    let on_file = opened.on_file.context("numbers")?;
    assert!(on_file.sites[0].number.ends_with("号-1"), "{on_file:?}");
    let shut = verdict(&story, OWN_SITE).await?;
    assert_eq!((shut.reason, shut.number.as_ref()), (Reason::NotAccessed, Some(&on_file.sites[0].number)));
    to_the_authority(&story, &applicant, order).await?;
    let open = verdict(&story, OWN_SITE).await?;
    assert_eq!((open.enforcement, open.reason), (Enforcement::Open, Reason::AccessReviewed));
    verify_manager(&story, &own).await?;
    story.authority.decide(false, "接入信息与实际不符").await?;
    story.reach(order, StageKind::ChangesRequested).await?;
    assert_eq!(verdict(&story, OWN_SITE).await?.enforcement, Enforcement::Closed);
    to_the_authority(&story, &applicant, order).await?;
    let UploadOperation::NewAccess(records) = sent(&story, order).await? else { bail!("another operation") };
    assert!(
        records[0].attachments.iter().any(|paper| matches!(paper.owner, FiledOwner::Subject(Reference::Number(_))))
    );
    verify_manager(&story, &own).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    assert_eq!(verdict(&story, OWN_SITE).await?.reason, Reason::Filed);
    let filed = view(&story, &applicant, order).await?.filed.context("numbers")?;
    assert_eq!(filed.sites[0].number, on_file.sites[0].number, "the number stays");
    story.finish().await
}

#[tokio::test]
async fn nobody_builds_upon_the_subject_of_another_account() -> Result<()> {
    let story = Story::begin().await?;
    let first = company(0)?;
    let (applicant, order) = story.fill_in(&first).await?;
    to_the_authority(&story, &applicant, order).await?;
    story.verify_all(&first).await?;
    story.authority.decide(true, "").await?;
    story.reach(order, StageKind::Filed).await?;
    let mut second = company(1)?;
    second.account.email = "other@yunshan-note.com".into();
    let stranger = persona::applicant(&story, &second).await?;
    for resource in &mut second.resources {
        resource.id = format!("other-{}", resource.id);
    }
    second.draft.basic.resource = format!("other-{}", second.draft.basic.resource);
    second.draft.sites[0].resource.clone_from(&second.draft.basic.resource);
    story.import(&second).await?;
    let basic = story.draft_of(&stranger, &second).await?.basic;
    let refused = act::open_order(&story, &stranger, OpenOrder { basic }).await.unwrap_err();
    assert!(refused.findings().iter().any(|finding| finding.rule == "subject-in-other-account"), "{refused:?}");
    story.finish().await
}

#[tokio::test]
async fn an_owner_who_asks_again_is_told_that_it_is_filed_elsewhere() -> Result<()> {
    let story = filed_elsewhere(0).await?;
    let tx = story.store.write().await?;
    feed::publish(&tx, &story, &feed::not_filed(OWN_SITE, None, story.now())).await.map_err(told)?;
    feed::publish(&tx, &story, &feed::not_accessed(PRODUCT, None, None, story.now())).await.map_err(told)?;
    tx.commit().await?;
    for (domain, cause, filed) in [(OWN_SITE, Cause::FiledElsewhere, Known::Yes), (PRODUCT, Cause::NotFiled, Known::No)]
    {
        let input = StartDomainProof { domain: domain.into() };
        let started = act::start_domain_proof(&story, &Origin::default(), None, input).await.map_err(told)?;
        // How it is proven is the matter of another test.
        let tx = story.store.write().await?;
        let hash = app::account::hash_secret(&started.token);
        let mut proof = store::domain_proof::find_by_token_hash(&tx, &hash).await?.context("the proof")?;
        proof.proven = Some((story.now(), ProvenBy::Dns));
        store::domain_proof::update(&tx, &proof).await?;
        tx.commit().await?;
        let input = DomainProofRef { token: started.token };
        let view = act::recheck_domain(&story, &Origin::default(), None, input).await.map_err(told)?;
        assert_eq!(view.looked.map(|looked| looked.filed), Some(filed), "{domain}");
        let explained = view.explained.context("the cause")?;
        assert_eq!(explained.cause, cause, "{domain}");
        assert_eq!(explained.number.is_some(), filed == Known::Yes, "the number is where the filing is");
    }
    story.finish().await
}

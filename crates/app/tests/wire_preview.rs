//! What a reviewer is shown of an upload is what the authority then gets, and looking at it changes nothing.

use anyhow::{Context as _, Result, ensure};
use app::act::{self, ContainerForm, OrderRef, PreviewUpload, RevealUpload, TakeUpload, UploadPreview};
use app::{Error, picture};
use authority::client::Verdict;
use authority::envelope;
use authority::message::{Upload, UploadOperation, Version};
use filing::case::CaseFile;
use filing::stage::StageKind;
use store::OrderId;
use testkit::persona::case;
use testkit::story::{Story, told};
use testkit::world::BUREAU;
use uuid::Uuid;

/// A submitted order of a case, claimed by the reviewer.
async fn claimed(story: &Story, case: &CaseFile) -> Result<Uuid> {
    let (applicant, order) = story.fill_in(case).await?;
    story.submit(&applicant, order).await?;
    story.claim(order).await?;
    Ok(order)
}

/// Every stretch of an order's file.
async fn all(story: &Story, order: Uuid, reason: Option<&str>) -> Result<Vec<UploadPreview>> {
    let (mut stretches, mut next) = (Vec::new(), Some(0));
    while let Some(from) = next {
        let view = match reason {
            None => act::preview_upload(story, &story.reviewer, PreviewUpload { order, from }).await,
            Some(reason) => {
                let input = RevealUpload { order, from, reason: reason.to_owned() };
                act::reveal_upload(story, &story.reviewer, input).await
            }
        }
        .map_err(told)?;
        next = view.next;
        stretches.push(view);
    }
    Ok(stretches)
}

async fn numbers(story: &Story, order: Uuid) -> Result<Vec<i64>> {
    let own = store::wire_id::for_order(&story.store.read().await?, OrderId(order)).await?;
    Ok(own.into_iter().map(|id| id.wire).collect())
}

fn subject(view: &UploadPreview) -> Option<i64> {
    view.foreseen.iter().find(|foreseen| foreseen.kind == "subject").map(|foreseen| foreseen.number)
}

#[tokio::test]
async fn what_is_shown_is_sent_byte_for_byte() -> Result<()> {
    let story = Story::begin().await?;
    let case = case("company-two-sites")?;
    let order = claimed(&story, &case).await?;

    // Looking keeps nothing, however often.
    let masked = all(&story, order, None).await?;
    ensure!(all(&story, order, None).await? == masked, "the same is shown again");
    ensure!(numbers(&story, order).await?.is_empty(), "no number was given");
    let kinds: Vec<&str> = masked[0].foreseen.iter().map(|foreseen| foreseen.kind.as_str()).collect();
    ensure!(kinds == ["access", "access", "domain", "domain", "ip", "ip", "site", "site", "subject"], "{kinds:?}");

    // Nobody is to be recognised.
    let text = serde_json::to_string(&masked)?;
    let draft = &case.draft;
    let people = std::iter::once(&draft.principal).chain(draft.sites.iter().map(|site| &site.manager));
    let secrets = people.flat_map(|person| [&person.certificate_number, &person.mobile, &person.emergency_phone]);
    for secret in secrets.chain([&draft.basic.certificate_number]).filter(|secret| !secret.is_empty()) {
        ensure!(!text.contains(secret.as_str()), "{secret} is shown");
    }
    ensure!(
        !text.contains("data:image") && masked.iter().flat_map(|view| &view.lines).all(|line| line.value.len() < 200)
    );

    // Without a reason nothing more is shown, and with one it is written down.
    let input = RevealUpload { order, from: 0, reason: " ".into() };
    let refused = act::reveal_upload(&story, &story.reviewer, input).await;
    ensure!(matches!(&refused, Err(Error::Invalid(findings)) if findings[0].rule == "reason-missing"), "{refused:?}");
    let revealed = all(&story, order, Some("before passing")).await?;
    let shown: Vec<_> = revealed.iter().flat_map(|view| &view.lines).collect();
    ensure!(shown.iter().any(|line| line.value == draft.principal.mobile));
    let pictures = shown.iter().filter(|line| line.picture.is_some()).count();
    let take = |form| TakeUpload { order, form, reason: "before passing".to_owned() };
    let xml = act::take_upload(&story, &story.reviewer, take(ContainerForm::Xml)).await.map_err(told)?.bytes;
    let zip = act::take_upload(&story, &story.reviewer, take(ContainerForm::Zip)).await.map_err(told)?.bytes;
    ensure!(envelope::unzip(&zip)? == xml && xml.len() == revealed[0].xml_bytes);
    ensure!(numbers(&story, order).await?.is_empty(), "revealing gives no number either");

    act::pass(&story, &story.reviewer, OrderRef { order }).await.map_err(told)?;
    story.reach(order, StageKind::AwaitingSms).await?;

    // The ledger holds what was sent, the authority says it has exactly that, and it is what was shown.
    let reader = story.store.read().await?;
    let upload = store::upload::for_order(&reader, OrderId(order)).await?.pop().context("an upload")?;
    let sent = store::upload::container(&reader, upload.id).await?;
    ensure!(sent == zip && envelope::unzip(&sent)? == xml, "byte for byte");
    let bureau = story.bureaus.find(BUREAU).context("the bureau")?;
    let previous = bureau.client.previous_upload().await?;
    ensure!(previous.verdict(i64::try_from(upload.sequence)?, &revealed[0].md5) == Verdict::Taken, "{previous:?}");

    // Its pictures are those the applicant brought, as small as the wire wants them.
    let UploadOperation::NewFiling(filings) =
        Upload::read(&envelope::read_document(&sent_xml(&sent)?)?, Version::V3_0)?.operation
    else {
        anyhow::bail!("another operation")
    };
    let travelled: Vec<_> = filings[0].attachments.iter().map(|attachment| &attachment.content.0).collect();
    ensure!(
        travelled.len() >= case.materials.len() && pictures >= travelled.len(),
        "{pictures} of {}",
        travelled.len()
    );
    for material in store::material::list(&reader, OrderId(order)).await? {
        let limit = Version::default().limits().attachment_bytes;
        let brought = picture::shrink(&store::material::bytes(&reader, material.id).await?, limit)?;
        let travels = travelled.contains(&&brought) || material.slot.ends_with("approval");
        ensure!(travels, "{} does not travel", material.slot);
    }
    drop(reader);
    story.finish().await
}

fn sent_xml(zip: &[u8]) -> Result<Vec<u8>> {
    Ok(envelope::unzip(zip)?)
}

#[tokio::test]
async fn who_is_passed_first_gets_the_numbers_and_the_other_is_told_the_next() -> Result<()> {
    let story = Story::begin().await?;
    let (one, other) = (claimed(&story, &case("individual")?).await?, claimed(&story, &case("government")?).await?);
    let first = async |order| all(&story, order, None).await.map(|mut views| views.remove(0));
    let (before, behind) = (first(one).await?, first(other).await?);
    ensure!(subject(&before) == Some(1) && subject(&behind) == Some(1), "nobody has a number yet");
    act::pass(&story, &story.reviewer, OrderRef { order: one }).await.map_err(told)?;
    let now = first(other).await?;
    ensure!(subject(&now) == Some(2) && now.md5 != behind.md5, "the next free ones");
    act::pass(&story, &story.reviewer, OrderRef { order: other }).await.map_err(told)?;
    let upload = store::upload::for_order(&story.store.read().await?, OrderId(other)).await?.pop().context("one")?;
    ensure!(upload.md5 == now.md5, "what was shown last is what is sent");
    story.reach(other, StageKind::AwaitingSms).await?;
    story.finish().await
}

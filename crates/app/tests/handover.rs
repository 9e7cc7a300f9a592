//! The phone: a link made on one device, opened on another.

use anyhow::{Context as _, Result};
use app::act::{
    self, HandoverStatus, LinkState, OpenHandover, OpenOrder, Patch, RemoveByHandover, StartHandover, UploadByHandover,
};
use app::{Actor, World};
use jiff::SignedDuration;
use testkit::persona::{self, case, origin};
use testkit::story::{Story, told};
use uuid::Uuid;

async fn opened() -> Result<(Story, Actor, Uuid)> {
    let story = Story::begin().await?;
    let case = case("individual")?;
    let applicant = persona::applicant(&story, &case).await?;
    story.import(&case).await?;
    let draft = story.draft_of(&applicant, &case).await?;
    let order = act::open_order(&story, &applicant, OpenOrder { basic: draft.basic.clone() }).await.map_err(told)?.id;
    story.save(&applicant, order, Patch::Principal { principal: draft.principal }).await?;
    Ok((story, applicant, order))
}

fn token(url: &str) -> Result<String> {
    Ok(url.rsplit('/').next().context("a token")?.to_owned())
}

async fn link(world: &World, actor: &Actor, order: Uuid) -> Result<String> {
    let made = act::start_handover(world, actor, StartHandover { order, site: 0 }).await.map_err(told)?;
    token(&made.url)
}

fn picture(name: &str) -> Result<Vec<u8>> {
    Ok(std::fs::read(persona::cases().join("../documents/individual").join(name))?)
}

#[tokio::test]
async fn what_the_phone_takes_appears_on_the_computer() -> Result<()> {
    let (story, applicant, order) = opened().await?;
    let status =
        async || act::handover_status(&story, &applicant, HandoverStatus { order, site: 0 }).await.map_err(told);
    assert_eq!(status().await?.link, LinkState::None);
    let token = link(&story, &applicant, order).await?;
    assert_eq!(status().await?.link, LinkState::Open);
    let view = act::open_handover(&story, &origin(), OpenHandover { token: token.clone() }).await.map_err(told)?;
    assert_eq!(view.manager_name, "林 **", "the phone shows no more than it must");
    assert_eq!(view.slots.len(), 3);
    let before = status().await?;
    assert_eq!(before.link, LinkState::Opened);
    for (slot, file) in view.slots.iter().zip(["manager-id-front.jpg", "manager-id-back.jpg", "manager-photo.jpg"]) {
        let upload = UploadByHandover {
            token: token.clone(),
            slot: slot.slot.clone(),
            file_name: "camera.jpg".into(),
            bytes: picture(file)?,
        };
        act::upload_by_handover(&story, &origin(), upload).await.map_err(told)?;
    }
    let after = status().await?;
    assert!(after.slots.iter().all(|slot| slot.material.is_some()));
    assert!(after.version > before.version, "the page that polls sees that something is new");
    let again = RemoveByHandover { token: token.clone(), slot: view.slots[2].slot.clone() };
    let view = act::remove_by_handover(&story, &origin(), again).await.map_err(told)?;
    assert!(view.slots[2].material.is_none());
    act::finish_handover(&story, &origin(), OpenHandover { token: token.clone() }).await.map_err(told)?;
    assert_eq!(status().await?.link, LinkState::Finished);
    let view = act::open_handover(&story, &origin(), OpenHandover { token: token.clone() }).await.map_err(told)?;
    assert!(view.finished, "the phone is told that it is done");
    let again = act::finish_handover(&story, &origin(), OpenHandover { token: token.clone() }).await;
    assert!(again.is_ok(), "saying it twice is no mistake");
    let (slot, file_name) = (view.slots[2].slot.clone(), "camera.jpg".to_owned());
    let late = UploadByHandover { token, slot, file_name, bytes: picture("manager-photo.jpg")? };
    assert_eq!(act::upload_by_handover(&story, &origin(), late).await.unwrap_err().code(), "link-expired");
    story.finish().await
}

#[tokio::test]
async fn a_link_ends_after_two_hours_and_when_a_new_one_is_made() -> Result<()> {
    let (story, applicant, order) = opened().await?;
    let first = link(&story, &applicant, order).await?;
    let second = link(&story, &applicant, order).await?;
    let open = async |token: &str| act::open_handover(&story, &origin(), OpenHandover { token: token.into() }).await;
    assert_eq!(open(&first).await.unwrap_err().code(), "link-expired");
    assert!(open(&second).await.is_ok());
    assert_eq!(open("made-up").await.unwrap_err().code(), "link-expired");
    story.test.clock.advance(SignedDuration::from_mins(121));
    assert_eq!(open(&second).await.unwrap_err().code(), "link-expired");
    story.finish().await
}

#[tokio::test]
async fn a_link_takes_pictures_for_its_own_slots_and_nothing_else() -> Result<()> {
    let (story, applicant, order) = opened().await?;
    let token = link(&story, &applicant, order).await?;
    let upload = async |slot: &str, bytes: Vec<u8>| {
        let (token, slot, file_name) = (token.clone(), slot.to_owned(), "photo.jpg".to_owned());
        act::upload_by_handover(&story, &origin(), UploadByHandover { token, slot, file_name, bytes }).await
    };
    let photo = "sites.0.materials.manager_photo";
    let elsewhere = upload("materials.residence_proof", picture("manager-photo.jpg")?).await;
    assert!(matches!(elsewhere, Err(app::Error::NotFound)));
    let page = upload(photo, b"<html>not a photograph</html>".to_vec()).await.unwrap_err();
    assert_eq!(page.findings()[0].rule, "picture-wrong-kind");
    let half = upload(photo, picture("manager-photo.jpg")?[..2_000].to_vec()).await.unwrap_err();
    assert_eq!(half.findings()[0].rule, "picture-broken");
    let huge = upload(photo, vec![0xff; 9_000_001]).await.unwrap_err();
    assert_eq!(huge.findings()[0].rule, "picture-too-large");
    assert!(huge.findings()[0].message.en.contains('9'), "the text says how much is allowed");
    story.finish().await
}

//! Something filed, without the story of how it came about.

use anyhow::{Context as _, Result};
use app::World;
use jiff::Timestamp;
use store::filed::{FiledSite, FiledState, FiledSubject};
use store::{AccountId, OrderId, Page, SiteId, SubjectId};
use uuid::Uuid;

/// A government body with one site, filed for an account; nothing of it is looked up anywhere.
///
/// # Errors
/// When the store cannot.
pub async fn filing(world: &World, account: Uuid) -> Result<Uuid> {
    let now: Timestamp = world.now();
    let subject = FiledSubject {
        id: SubjectId(world.uuid()),
        account: AccountId(account),
        number: "浙ICP备2026000901号".into(),
        province: "33".into(),
        nature: "government".into(),
        bureau: crate::world::BUREAU.into(),
        bureau_id: Some(110_000_009_010),
        name: "云栖示例区图书馆".into(),
        certificate_kind: "uscc".into(),
        certificate_number: "12330106MB0000901X".into(),
        password: None,
        document: serde_json::json!({}),
        state: FiledState::Active,
        filed_at: now,
        updated_at: now,
        version: 0,
    };
    let site = FiledSite {
        id: SiteId(world.uuid()),
        subject: subject.id,
        order: None,
        number: format!("{}-1", subject.number),
        domain: "yunqi-library.cn".into(),
        bureau: subject.bureau.clone(),
        bureau_id: Some(110_000_009_011),
        access_bureau_id: Some(110_000_009_012),
        accessed: true,
        resource: None,
        name: "云栖示例区图书馆".into(),
        document: serde_json::json!({}),
        state: FiledState::Active,
        filed_at: now,
        updated_at: now,
        version: 0,
    };
    let tx = world.store.write().await?;
    store::filed::insert_subject(&tx, &subject).await?;
    store::filed::insert_site(&tx, &site).await?;
    tx.commit().await?;
    Ok(subject.id.0)
}

/// What an order's account filed last: the subject and its first site.
///
/// # Errors
/// When nothing is filed.
pub async fn of_order(world: &World, order: Uuid) -> Result<(Uuid, Uuid)> {
    let reader = world.store.read().await?;
    let account = store::order::get(&reader, OrderId(order)).await?.account;
    let subjects = store::filed::subjects_of(&reader, account, &Page::default()).await?;
    let subject = subjects.items.into_iter().next().context("something is filed")?.id;
    let site = store::filed::sites_of(&reader, subject).await?.into_iter().next().context("a site is filed")?.id;
    Ok((subject.0, site.0))
}

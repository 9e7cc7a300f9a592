//! What is filed, as the authority's records have it: our rows of subjects and sites follow them.

use authority::message::{FiledDomain, FiledRecord, FiledSite as RecordedSite};
use filing::draft::Draft;
use filing::nature::Nature;
use serde_json::json;
use store::filed::{FiledSite, FiledState, FiledSubject};
use store::{AccountId, OrderId, ResourceId, SiteId, SubjectId, Tx};

use crate::access;
use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::feed;
use crate::filed::{self, draft::site_document};
use crate::world::World;

/// The order a record is the outcome of, as it was sent.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// The order.
    pub order: OrderId,
    /// Whose it is.
    pub account: AccountId,
    /// What was submitted.
    pub draft: Draft,
    /// Whether what it asked for is so: it is filed, or ends with this record.
    pub in_force: bool,
}

/// Keeps a record: its subject and every site, whoever gives it access.
///
/// # Errors
/// When the store cannot.
pub(super) async fn keep(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    record: &FiledRecord,
    number: &str,
    sent: &[Sent],
) -> Result<()> {
    let orders: Vec<OrderId> = sent.iter().map(|sent| sent.order).collect();
    note(tx, &orders, "subject", record.subject.id, record.subject.bureau_id).await?;
    let Some(subject) = keep_subject(tx, world, bureau, record, number, sent).await? else { return Ok(()) };
    for site in &record.sites {
        note(tx, &orders, "site", site.id, site.bureau_id).await?;
        for access in site.accesses.iter().filter(|access| access.provider == bureau.client.bureau().isp_id) {
            note(tx, &orders, "access", access.id, access.bureau_id).await?;
            for ip in &access.ips {
                note(tx, &orders, "ip", ip.id, ip.bureau_id).await?;
            }
        }
        let Some(number) = &site.number else { continue };
        // A domain that a change took out of the record is no longer filed.
        for mut row in store::filed::sites_by_bureau_id(tx, &bureau.code, site.bureau_id).await? {
            if !site.domains.iter().any(|domain| domain.name == row.domain) {
                filed::cancel_site(tx, world, &mut row).await?;
            }
        }
        for domain in &site.domains {
            note(tx, &orders, "domain", domain.id, domain.bureau_id).await?;
            keep_site(tx, world, bureau, (subject, sent), site, domain, number).await?;
        }
    }
    Ok(())
}

/// The subject's row; none when it was never here and no order of ours brings it.
async fn keep_subject(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    record: &FiledRecord,
    number: &str,
    sent: &[Sent],
) -> Result<Option<SubjectId>> {
    let now = world.now();
    if let Some(mut known) = store::filed::find_subject_by_number(tx, number).await? {
        known.bureau_id = Some(record.subject.bureau_id);
        known.name.clone_from(&record.subject.name);
        known.document["record"] = serde_json::to_value(&record.subject)?;
        // What a running order asks for is not so yet.
        if let Some(sent) = sent.iter().rev().find(|sent| sent.in_force) {
            known.document["draft"] = serde_json::to_value(&sent.draft)?;
        }
        known.updated_at = now;
        store::filed::update_subject(tx, &mut known).await?;
        name(tx, &known).await?;
        return Ok(Some(known.id));
    }
    let Some(sent) = sent.last() else { return Ok(None) };
    let basic = &sent.draft.basic;
    let subject = FiledSubject {
        id: SubjectId(world.uuid()),
        account: sent.account,
        number: number.to_owned(),
        province: basic.province.clone(),
        nature: basic.nature.clone(),
        bureau: bureau.code.clone(),
        bureau_id: Some(record.subject.bureau_id),
        name: record.subject.name.clone(),
        certificate_kind: basic.certificate_kind.clone(),
        certificate_number: basic.certificate_number.trim().to_uppercase(),
        password: None,
        document: json!({ "record": &record.subject, "draft": &sent.draft }),
        state: FiledState::Active,
        filed_at: now,
        updated_at: now,
        version: 0,
    };
    store::filed::insert_subject(tx, &subject).await?;
    name(tx, &subject).await?;
    Ok(Some(subject.id))
}

/// Lets a unit be found by its full name; a person's name is not looked up.
async fn name(tx: &Tx, subject: &FiledSubject) -> Result<()> {
    if Nature::from_word(&subject.nature).is_some_and(|nature| !nature.is_individual()) {
        store::unit_name::put(tx, subject.id, &subject.name).await?;
    }
    Ok(())
}

async fn keep_site(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    (subject, sent): (SubjectId, &[Sent]),
    site: &RecordedSite,
    domain: &FiledDomain,
    number: &str,
) -> Result<()> {
    let now = world.now();
    let ours = bureau.client.bureau().isp_id;
    let access = site.accesses.iter().find(|access| access.provider == ours);
    // The newest order that asked for this domain, and where it said the site runs.
    let asked = sent.iter().rev().filter(|sent| sent.in_force).find_map(|sent| {
        let is_it =
            |typed: &str| filing::domain::DomainName::parse(typed).is_ok_and(|name| name.as_str() == domain.name);
        let typed = sent.draft.sites.iter().find(|typed| is_it(&typed.domain))?;
        Some((sent.order, typed, &sent.draft.principal))
    });
    let order = asked.map(|(order, ..)| order);
    let resource = asked.and_then(|(_, typed, _)| typed.resource.parse::<ResourceId>().ok());
    let mut document = site_document(site, asked.map(|(_, typed, principal)| (typed, principal)))?;
    let (resource, was_accessed) = match store::filed::find_site_by_domain(tx, &domain.name).await? {
        Some(mut known) => {
            let was_accessed = known.accessed;
            number.clone_into(&mut known.number);
            known.subject = subject;
            known.bureau_id = Some(site.bureau_id);
            known.access_bureau_id = access.map(|access| access.bureau_id);
            known.accessed = access.is_some();
            known.order = order.or(known.order);
            known.resource = resource.or(known.resource);
            known.name.clone_from(&site.name);
            if asked.is_none() {
                document["draft"] = known.document["draft"].take();
            }
            known.document = document;
            known.updated_at = now;
            store::filed::update_site(tx, &mut known).await?;
            (known.resource, was_accessed)
        }
        None => {
            let row = FiledSite {
                id: SiteId(world.uuid()),
                subject,
                order,
                number: number.to_owned(),
                domain: domain.name.clone(),
                bureau: bureau.code.clone(),
                bureau_id: Some(site.bureau_id),
                access_bureau_id: access.map(|access| access.bureau_id),
                accessed: access.is_some(),
                resource,
                name: site.name.clone(),
                document,
                state: FiledState::Active,
                filed_at: now,
                updated_at: now,
                version: 0,
            };
            store::filed::insert_site(tx, &row).await?;
            (resource, false)
        }
    };
    let origin = access::origin(tx, resource).await?;
    if access.is_some() {
        feed::publish(tx, world, &feed::filed(&domain.name, number, origin, now)).await?;
    } else if was_accessed {
        feed::publish(tx, world, &feed::access_cancelled(&domain.name, number, origin, now)).await?;
    }
    Ok(())
}

/// Keeps what the bureau calls something of these orders. A number that another provider gave, or that stands for
/// something else of ours, is passed over.
async fn note(tx: &Tx, orders: &[OrderId], kind: &str, wire: Option<i64>, bureau_id: i64) -> Result<()> {
    let Some(wire) = wire else { return Ok(()) };
    if store::wire_id::find(tx, kind, wire).await?.is_none_or(|id| !orders.contains(&id.order)) {
        return Ok(());
    }
    match store::wire_id::set_bureau_id(tx, kind, wire, bureau_id).await {
        Ok(()) => Ok(()),
        Err(store::Error::Conflict(_)) => {
            tracing::warn!(kind, wire, bureau_id, "the bureau calls it something else than before");
            Ok(())
        }
        Err(error) => Err(Error::from(error)),
    }
}

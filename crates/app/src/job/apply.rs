//! What a downloaded file does here: results and decisions move orders, records bring the numbers.
//!
//! The interface promises no order between the machine's result, the officer's decision and the record: each is applied
//! as it comes, and what it implies about the steps before it is noted with it.

use authority::code::ResultCode;
use authority::message::{Decision, Download, FiledRecord, MachineResult};
use filing::stage::{ChangeRequest, Requester, Stage, StageKind};
use serde_json::json;
use store::filed::{FiledSite, FiledState, FiledSubject};
use store::upload::UploadState;
use store::{OrderId, SiteId, SubjectId, Tx};

use super::report::settle_stored;
use crate::act::submit::everybody;
use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::feed;
use crate::notice;
use crate::order::{self, Loaded, WHOLE};
use crate::timer;
use crate::trail::Trail;
use crate::world::{World, china_date};

/// Applies a file in one transaction and says in a few words what it held.
///
/// # Errors
/// When the store cannot; nothing is applied then.
pub async fn apply(tx: &Tx, world: &World, bureau: &Bureau, content: &Download) -> Result<String> {
    let mut foreign = 0;
    for result in &content.results {
        foreign += u32::from(!machine_result(tx, world, result).await?);
    }
    for decision in &content.decisions {
        foreign += u32::from(!officer_decision(tx, world, decision).await?);
    }
    for record in &content.records {
        foreign += u32::from(!filed_record(tx, world, bureau, record).await?);
    }
    Ok(format!(
        "results {}, decisions {}, records {}, not ours {foreign}, not handled {:?}, not readable {}",
        content.results.len(),
        content.decisions.len(),
        content.records.len(),
        content.unhandled,
        content.unreadable.len()
    ))
}

/// The order behind our own number of a subject; none when the number is not ours.
async fn order_of(tx: &Tx, subject: Option<i64>) -> Result<Option<OrderId>> {
    let Some(wire) = subject else { return Ok(None) };
    Ok(store::wire_id::find(tx, "subject", wire).await?.map(|id| id.order))
}

/// A result about an order proves that its upload arrived, though the answer to it may have been lost.
async fn load_reported(tx: &Tx, world: &World, order: OrderId) -> Result<Loaded> {
    let loaded = Loaded::lock(tx, world, order).await?;
    if loaded.order.stage.kind() != StageKind::ToReport {
        return Ok(loaded);
    }
    let uploads = store::upload::for_order(tx, order).await?;
    if let Some(upload) = uploads.iter().rev().find(|upload| upload.state == UploadState::Sending) {
        settle_stored(tx, world, upload, "proved by a result").await?;
    }
    Loaded::lock(tx, world, order).await
}

async fn machine_result(tx: &Tx, world: &World, result: &MachineResult) -> Result<bool> {
    let Some(order) = order_of(tx, result.key_id()).await? else { return Ok(false) };
    let mut loaded = load_reported(tx, world, order).await?;
    let failures: Vec<&(ResultCode, Option<String>)> =
        result.findings.iter().filter(|(code, _)| !code.is_success()).collect();
    if failures.is_empty() {
        return Ok(true);
    }
    let requests = failures
        .iter()
        .flat_map(|(code, text)| requests_for(&loaded, *code, text.as_deref().or(result.remark.as_deref())))
        .collect();
    refuse(tx, world, &mut loaded, requests).await?;
    Ok(true)
}

/// What the applicant must mend after a result code: the fields of the code, with the authority's own words.
fn requests_for(loaded: &Loaded, code: ResultCode, text: Option<&str>) -> Vec<ChangeRequest> {
    let official = code.words().map_or("", |words| words.zh);
    let advice = match text.filter(|text| !text.is_empty()) {
        Some(text) if text.starts_with(official) => text.to_owned(),
        Some(text) => format!("{official}：{text}"),
        None => official.to_owned(),
    };
    let advice = if advice.is_empty() { code.0.to_string() } else { advice };
    fields_of(code.0)
        .iter()
        .flat_map(|field| {
            // What concerns a site concerns each of them: the code does not say which.
            if field.contains('*') {
                let sites = 0..loaded.order.draft.sites.len();
                sites.map(|site| field.replace('*', &site.to_string())).collect::<Vec<_>>()
            } else {
                vec![(*field).to_owned()]
            }
        })
        .map(|field| ChangeRequest { field, advice: advice.clone(), rule: Some(code.0.to_string()) })
        .collect()
}

/// Which fields a result code speaks of (the rejection catalogue's table of codes).
const fn fields_of(code: i64) -> &'static [&'static str] {
    match code {
        1003 | 1014 | 1065 => &["basic.certificate_number"],
        1004 => &["basic.domain", "sites.*.domain"],
        1005 | 1021 | 1022 | 1039 | 1041 | 1064 => &["basic.domain", "sites.*.domain"],
        1006 | 1023 | 1024 | 1040 | 1063 => &["basic.resource", "sites.*.resource"],
        1007 | 1010 | 1011 | 1031 => &[
            "principal.mobile",
            "principal.emergency_phone",
            "sites.*.manager.mobile",
            "sites.*.manager.emergency_phone",
        ],
        1008 | 1015 => {
            &["basic.certificate_number", "principal.certificate_number", "sites.*.manager.certificate_number"]
        }
        1009 => &["principal.email", "sites.*.manager.email"],
        1019 => &["subject.city", "subject.district", "subject.postal_address"],
        1020 => &["sites.*.name"],
        1033 => &["sites.*.approvals"],
        1034 => &["sites.*.content"],
        1044 => &["principal.name"],
        1045 | 1046 => &["basic.province"],
        1056 | 1057 | 5010 => &["materials", "sites.*.materials"],
        1066 => &["sites.*.languages"],
        // The file, the type of filing, or the authority itself: any field may have to change.
        _ => &[WHOLE],
    }
}

async fn officer_decision(tx: &Tx, world: &World, decision: &Decision) -> Result<bool> {
    let Some(order) = order_of(tx, decision.record).await? else { return Ok(false) };
    let mut loaded = load_reported(tx, world, order).await?;
    let opinion = decision.opinion.clone().unwrap_or_default();
    if decision.approved {
        approve(tx, world, &mut loaded, &opinion).await?;
    } else {
        let advice = if opinion.is_empty() { "1002".to_owned() } else { opinion };
        // An officer writes freely: which field is meant, only a reader can tell.
        let request = ChangeRequest { field: WHOLE.to_owned(), advice, rule: Some("1002".to_owned()) };
        refuse(tx, world, &mut loaded, vec![request]).await?;
    }
    Ok(true)
}

async fn approve(tx: &Tx, world: &World, loaded: &mut Loaded, opinion: &str) -> Result<()> {
    let now = world.now();
    if !loaded.order.stage.is_with_authority() || loaded.facts.approved_at.is_some() {
        return Ok(());
    }
    loaded.facts.approved_at = Some(now);
    // Nobody decides on what was not confirmed by text message.
    let from = order::word(&loaded.order.stage);
    if let Ok(stage) = loaded.order.stage.clone().confirm_sms(now) {
        loaded.enter(stage, now);
    }
    loaded.save(tx).await?;
    Trail::by_authority("approve", now)
        .on("order", loaded.order.id)
        .moved(from, "at_authority")
        .because(opinion)
        .write(tx)
        .await
}

/// The authority sends the order back. A second reason for the same submission joins the first.
async fn refuse(tx: &Tx, world: &World, loaded: &mut Loaded, requests: Vec<ChangeRequest>) -> Result<()> {
    let now = world.now();
    let from = order::word(&loaded.order.stage);
    let stage = match loaded.order.stage.clone() {
        Stage::ChangesRequested { by: Requester::Authority, requests: mut all, at } => {
            let fresh: Vec<ChangeRequest> = requests.iter().filter(|request| !all.contains(request)).cloned().collect();
            all.extend(fresh);
            Stage::ChangesRequested { by: Requester::Authority, requests: all, at }
        }
        stage => match stage.refuse_by_authority(requests.clone(), now) {
            Ok(stage) => stage,
            // The applicant has moved on since; the result of an earlier round changes nothing any more.
            Err(_) => return Ok(()),
        },
    };
    loaded.facts.approved_at = None;
    loaded.enter(stage, now);
    loaded.save(tx).await?;
    order::back_to_account_hold(tx, &loaded.order).await?;
    let advice: Vec<String> = requests.iter().map(|request| format!("- {}", request.advice)).collect();
    let mut advice = advice;
    advice.dedup();
    let url = world.settings.link(&format!("orders/{}", loaded.order.id));
    let domain = loaded.order.draft.basic.domain.clone();
    notice::send(
        tx,
        world,
        &everybody(loaded),
        "authority-refused",
        &[("domain", &domain), ("advice", &advice.join("\n")), ("url", &url)],
    )
    .await?;
    let rules: Vec<&str> = requests.iter().filter_map(|request| request.rule.as_deref()).collect();
    let facts = json!({ "codes": rules });
    Trail::by_authority("refuse", now)
        .on("order", loaded.order.id)
        .moved(from, "changes_requested")
        .with(facts)
        .write(tx)
        .await
}

/// A record with numbers: the order is filed, its domains open.
async fn filed_record(tx: &Tx, world: &World, bureau: &Bureau, record: &FiledRecord) -> Result<bool> {
    let Some(order) = order_of(tx, record.subject.id).await? else { return Ok(false) };
    let mut loaded = load_reported(tx, world, order).await?;
    let Some(number) = record.subject.number.clone().filter(|number| !number.trim().is_empty()) else {
        // A record without a number is news of something under way, not the end of it.
        return Ok(true);
    };
    if let Some(wire) = record.subject.id {
        note_bureau_id(tx, "subject", wire, record.subject.bureau_id).await?;
    }
    let now = world.now();
    let from = order::word(&loaded.order.stage);
    let subject = keep_subject(tx, world, bureau, &loaded, record, &number).await?;
    let mut lines = Vec::new();
    for site in &record.sites {
        let Some(number) = site.number.clone() else { continue };
        for domain in &site.domains {
            keep_site(tx, world, bureau, &loaded, subject, site, domain, &number).await?;
            let values = [("domain", domain.name.as_str()), ("number", number.as_str())];
            let language = crate::language::Language::from_tag(&loaded.account.locale);
            lines.extend(crate::say::text(language, "site-line", &values));
        }
    }
    let stage = match loaded.order.stage.clone().file(number.clone(), now) {
        Ok(stage) => stage,
        // Filed before, or the order went another way; the record itself is kept all the same.
        Err(_) => return Ok(true),
    };
    loaded.enter(stage, now);
    loaded.save(tx).await?;
    store::order::release_holds(tx, order).await?;
    let police = china_date(now + jiff::SignedDuration::from_hours(24 * timer::POLICE_DAYS)).to_string();
    let url = world.settings.link(&format!("orders/{order}"));
    let domain = loaded.order.draft.basic.domain.clone();
    notice::send(
        tx,
        world,
        &everybody(&loaded),
        "authority-passed",
        &[
            ("domain", &domain),
            ("number", &number),
            ("sites", &lines.join("\n")),
            ("police_due", &police),
            ("police_url", world.settings.police_url.as_str()),
            ("url", &url),
        ],
    )
    .await?;
    let facts = json!({ "number": number, "sites": lines.len() });
    Trail::by_authority("file", now).on("order", order).moved(from, "filed").with(facts).write(tx).await?;
    Ok(true)
}

async fn keep_subject(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    loaded: &Loaded,
    record: &FiledRecord,
    number: &str,
) -> Result<SubjectId> {
    let now = world.now();
    let basic = &loaded.order.draft.basic;
    let document = json!({ "record": &record.subject, "draft": &loaded.order.draft });
    if let Some(mut known) = store::filed::find_subject_by_number(tx, number).await? {
        known.bureau_id = Some(record.subject.bureau_id);
        known.document = document;
        known.updated_at = now;
        store::filed::update_subject(tx, &mut known).await?;
        return Ok(known.id);
    }
    let subject = FiledSubject {
        id: SubjectId(world.uuid()),
        account: loaded.order.account,
        number: number.to_owned(),
        province: loaded.order.province.clone(),
        nature: loaded.order.nature.clone(),
        bureau: bureau.code.clone(),
        bureau_id: Some(record.subject.bureau_id),
        name: record.subject.name.clone(),
        certificate_kind: basic.certificate_kind.clone(),
        certificate_number: basic.certificate_number.trim().to_uppercase(),
        password: None,
        document,
        state: FiledState::Active,
        filed_at: now,
        updated_at: now,
        version: 0,
    };
    store::filed::insert_subject(tx, &subject).await?;
    Ok(subject.id)
}

#[expect(clippy::too_many_arguments, reason = "a site is known by all of these together")]
async fn keep_site(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    loaded: &Loaded,
    subject: SubjectId,
    site: &authority::message::FiledSite,
    domain: &authority::message::FiledDomain,
    number: &str,
) -> Result<()> {
    let now = world.now();
    let ours = bureau.client.bureau().isp_id;
    let access = site.accesses.iter().find(|access| access.provider == ours);
    if let Some(wire) = site.id {
        note_bureau_id(tx, "site", wire, site.bureau_id).await?;
    }
    if let Some(wire) = domain.id {
        note_bureau_id(tx, "domain", wire, domain.bureau_id).await?;
    }
    for access in &site.accesses {
        if let Some(wire) = access.id {
            note_bureau_id(tx, "access", wire, access.bureau_id).await?;
        }
        for ip in &access.ips {
            if let Some(wire) = ip.id {
                note_bureau_id(tx, "ip", wire, ip.bureau_id).await?;
            }
        }
    }
    let typed =
        loaded.order.draft.sites.iter().find(|typed| {
            filing::domain::DomainName::parse(&typed.domain).is_ok_and(|name| name.as_str() == domain.name)
        });
    let resource = typed.and_then(|typed| typed.resource.parse::<store::ResourceId>().ok());
    let origin = match resource {
        Some(id) => store::resource::get(tx, id).await?.origin,
        None => None,
    };
    match store::filed::find_site_by_domain(tx, &domain.name).await? {
        Some(mut known) => {
            known.number = number.to_owned();
            known.bureau_id = Some(site.bureau_id);
            known.access_bureau_id = access.map(|access| access.bureau_id);
            known.accessed = access.is_some();
            known.updated_at = now;
            store::filed::update_site(tx, &mut known).await?;
        }
        None => {
            let row = FiledSite {
                id: SiteId(world.uuid()),
                subject,
                order: Some(loaded.order.id),
                number: number.to_owned(),
                domain: domain.name.clone(),
                bureau: bureau.code.clone(),
                bureau_id: Some(site.bureau_id),
                access_bureau_id: access.map(|access| access.bureau_id),
                accessed: access.is_some(),
                resource,
                name: site.name.clone(),
                document: serde_json::to_value(site)?,
                state: FiledState::Active,
                filed_at: now,
                updated_at: now,
                version: 0,
            };
            store::filed::insert_site(tx, &row).await?;
        }
    }
    if access.is_some() {
        feed::publish(tx, &feed::filed(&domain.name, number, origin, now)).await?;
    }
    Ok(())
}

/// Keeps what the bureau calls something of ours; a number that is not ours is passed over.
async fn note_bureau_id(tx: &Tx, kind: &str, wire: i64, bureau_id: i64) -> Result<()> {
    match store::wire_id::set_bureau_id(tx, kind, wire, bureau_id).await {
        Ok(()) | Err(store::Error::NotFound(_)) => Ok(()),
        Err(store::Error::Conflict(_)) => {
            tracing::warn!(kind, wire, bureau_id, "the bureau calls it something else than before");
            Ok(())
        }
        Err(error) => Err(Error::from(error)),
    }
}

//! What a downloaded file does here: results and decisions move orders, records bring the numbers.
//!
//! The interface promises no order between the machine's result, the officer's decision and the record: each is applied
//! as it comes, and what it implies about the steps before it is noted with it.

use std::collections::BTreeSet;

use authority::code::ResultCode;
use authority::message::{Decision, Download, FiledRecord, MachineResult, Operation};
use filing::deadline::Term;
use filing::draft::Draft;
use filing::stage::{ChangeRequest, Requester, Stage, StageKind};
use serde_json::json;
use store::filed::{FiledSite, FiledState, FiledSubject};
use store::upload::{Upload, UploadState};
use store::{OrderId, SiteId, SubjectId, Tx};

use super::report::settle_stored;
use crate::act::submit::everybody;
use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::feed;
use crate::notice;
use crate::order::{self, Loaded, WHOLE};
use crate::trail::Trail;
use crate::world::{World, china_date};

mod audit;
mod blacklist;
mod cancelled;
mod codes;
mod illegal_access;
mod notices;
mod sync;
mod told;
mod unfiled;
mod verification;

/// Applies a file in one transaction, what the bureau tells of its own accord and what answers ours; says in a few words
/// what it held.
///
/// # Errors
/// When the store cannot; nothing is applied then.
pub async fn apply_file(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    file: &store::download::Download,
    content: &Download,
) -> Result<String> {
    let mut lines = Vec::new();
    let told = told::apply(tx, world, bureau, file, content, &mut lines).await?;
    let answered = apply(tx, world, bureau, content).await?;
    // The end of the audit trail is locked last.
    for line in lines {
        line.write(tx).await?;
    }
    Ok(format!("{answered}{told}"))
}

/// Applies what answers ours and says in a few words what it held.
///
/// # Errors
/// When the store cannot; nothing is applied then.
pub async fn apply(tx: &Tx, world: &World, bureau: &Bureau, content: &Download) -> Result<String> {
    let subjects = content.results.iter().map(subject_of_result);
    let subjects = subjects.chain(content.decisions.iter().map(subject_of_decision));
    let subjects = subjects.chain(content.records.iter().map(|record| record.subject.id));
    let mut orders = BTreeSet::new();
    for subject in subjects {
        orders.extend(ours(tx, bureau, subject).await?.map(|ours| ours.order));
    }
    // Every act locks its order first and the end of the audit trail last. Here, too, all orders are locked before the
    // first line is written, always in the same sequence, so that nobody waits for somebody who waits for this.
    for order in orders {
        store::order::get_for_update(tx, order).await?;
    }
    let mut lines = Vec::new();
    let mut fates = Vec::new();
    for result in &content.results {
        fates.push(machine_result(tx, world, bureau, result, &mut lines).await?);
    }
    for decision in &content.decisions {
        fates.push(officer_decision(tx, world, bureau, decision, &mut lines).await?);
    }
    for record in &content.records {
        fates.push(filed_record(tx, world, bureau, record, &mut lines).await?);
    }
    for line in lines {
        line.write(tx).await?;
    }
    let count = |wanted: Fate| fates.iter().filter(|fate| **fate == wanted).count();
    let (foreign, earlier) = (count(Fate::Foreign), count(Fate::Earlier));
    Ok(format!(
        "results {}, decisions {}, records {}, not ours {foreign}, of an earlier round {earlier}, not handled {:?}, \
         not readable {}",
        content.results.len(),
        content.decisions.len(),
        content.records.len(),
        content.unhandled,
        content.unreadable.len()
    ))
}

/// What became of one record of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It took effect, or there was nothing left to do.
    Applied,
    /// It speaks of nothing this provider sent there.
    Foreign,
    /// It speaks of what was submitted before the present round: kept, but the order stays where it is.
    Earlier,
}

/// What a number of ours on the wire stands for.
#[derive(Debug, Clone, Copy)]
struct Ours {
    order: OrderId,
    round: u32,
}

/// The order behind our own number of a subject; none when this bureau never got the number from us.
async fn ours(tx: &Tx, bureau: &Bureau, subject: Option<i64>) -> Result<Option<Ours>> {
    let Some(wire) = subject else { return Ok(None) };
    let found = store::wire_id::find(tx, "subject", wire).await?.filter(|id| id.bureau == bureau.code);
    Ok(found.map(|id| Ours { order: id.order, round: id.round }))
}

/// Our number of the subject a result speaks of: only for a first filing is `Bs` that (specification, section 4).
fn subject_of_result(result: &MachineResult) -> Option<i64> {
    (result.operation == Operation::NEW_FILING).then(|| result.key_id()).flatten()
}

/// Our number of the subject a decision speaks of. `Czlx` may be left out; then `Jlid` decides, and the ids of a bureau,
/// which stand there for changes and cancellations, are far from ours.
fn subject_of_decision(decision: &Decision) -> Option<i64> {
    decision.record.filter(|_| decision.operation.is_none_or(|operation| operation == Operation::NEW_FILING))
}

/// A result about an order proves that its upload arrived, though the answer to it was lost, or was none that says so.
/// None when the result is of an earlier round.
async fn load_reported(tx: &Tx, world: &World, ours: Ours, lines: &mut Vec<Trail>) -> Result<Option<Loaded>> {
    let loaded = Loaded::lock(tx, world, ours.order).await?;
    if loaded.facts.rounds != ours.round {
        return Ok(None);
    }
    if loaded.order.stage.kind() != StageKind::ToReport {
        return Ok(Some(loaded));
    }
    let was_sent = |upload: &&Upload| match upload.state {
        UploadState::Sending => true,
        UploadState::Held => upload.attempts > 0,
        _ => false,
    };
    let uploads = store::upload::for_order(tx, ours.order).await?;
    if let Some(upload) = uploads.iter().rev().find(was_sent) {
        lines.extend(settle_stored(tx, world, upload, "proved by a result").await?);
    }
    Loaded::lock(tx, world, ours.order).await.map(Some)
}

async fn machine_result(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    result: &MachineResult,
    lines: &mut Vec<Trail>,
) -> Result<Fate> {
    let Some(ours) = ours(tx, bureau, subject_of_result(result)).await? else { return Ok(Fate::Foreign) };
    let Some(mut loaded) = load_reported(tx, world, ours, lines).await? else { return Ok(Fate::Earlier) };
    let failures: Vec<_> = result.findings.iter().filter(|finding| !finding.code.is_success()).collect();
    if failures.is_empty() {
        return Ok(Fate::Applied);
    }
    let requests = failures
        .iter()
        .flat_map(|found| requests_for(&loaded, found.code, found.text.as_deref().or(result.remark.as_deref())))
        .collect();
    lines.extend(refuse(tx, world, &mut loaded, requests).await?);
    Ok(Fate::Applied)
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

async fn officer_decision(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    decision: &Decision,
    lines: &mut Vec<Trail>,
) -> Result<Fate> {
    let Some(ours) = ours(tx, bureau, subject_of_decision(decision)).await? else { return Ok(Fate::Foreign) };
    let Some(mut loaded) = load_reported(tx, world, ours, lines).await? else { return Ok(Fate::Earlier) };
    let opinion = decision.opinion.clone().unwrap_or_default();
    if decision.approved {
        lines.extend(approve(tx, world, &mut loaded, &opinion).await?);
    } else {
        let advice = if opinion.is_empty() { "1002".to_owned() } else { opinion };
        // An officer writes freely: which field is meant, only a reader can tell.
        let request = ChangeRequest { field: WHOLE.to_owned(), advice, rule: Some("1002".to_owned()) };
        lines.extend(refuse(tx, world, &mut loaded, vec![request]).await?);
    }
    Ok(Fate::Applied)
}

async fn approve(tx: &Tx, world: &World, loaded: &mut Loaded, opinion: &str) -> Result<Option<Trail>> {
    let now = world.now();
    if !loaded.order.stage.is_with_authority() || loaded.facts.approved_at.is_some() {
        return Ok(None);
    }
    loaded.facts.approved_at = Some(now);
    // Nobody decides on what was not confirmed by text message.
    let from = order::word(&loaded.order.stage);
    if let Ok(stage) = loaded.order.stage.clone().confirm_sms(now) {
        loaded.enter(stage, now);
    }
    loaded.save(tx).await?;
    let line = Trail::by_authority("approve", now).on("order", loaded.order.id).moved(from, "at_authority");
    Ok(Some(line.because(opinion)))
}

/// The authority sends the order back. A second reason for the same submission joins the first.
async fn refuse(tx: &Tx, world: &World, loaded: &mut Loaded, requests: Vec<ChangeRequest>) -> Result<Option<Trail>> {
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
            // The order has moved on since; the result changes nothing any more.
            Err(_) => return Ok(None),
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
    let line = Trail::by_authority("refuse", now).on("order", loaded.order.id).moved(from, "changes_requested");
    Ok(Some(line.with(facts)))
}

/// Whether a record is about the subject of a draft. The id in it may be another provider's, and theirs count from 1
/// like ours (specification, section 4.0); the certificate is always there.
fn is_of_subject(record: &FiledRecord, draft: &Draft) -> bool {
    let squeeze = |text: &str| text.split_whitespace().collect::<String>().to_uppercase();
    let typed = squeeze(&draft.basic.certificate_number);
    record.subject.certificate.as_ref().is_some_and(|certificate| squeeze(&certificate.number) == typed)
}

/// A record with numbers: the order is filed, its domains open.
async fn filed_record(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    record: &FiledRecord,
    lines: &mut Vec<Trail>,
) -> Result<Fate> {
    let Some(ours) = ours(tx, bureau, record.subject.id).await? else { return Ok(Fate::Foreign) };
    let order = ours.order;
    let loaded = Loaded::lock(tx, world, order).await?;
    let submitted = loaded.submissions.iter().find(|submission| submission.round == ours.round);
    let Some(draft) = submitted.map(|submission| submission.draft.clone()) else { return Ok(Fate::Foreign) };
    if !is_of_subject(record, &draft) {
        tracing::warn!(bureau = %bureau.code, subject = record.subject.id, "a record with our id is of another subject");
        return Ok(Fate::Foreign);
    }
    let reported = load_reported(tx, world, ours, lines).await?;
    let (mut loaded, fate) = match reported {
        Some(loaded) => (loaded, Fate::Applied),
        None => (loaded, Fate::Earlier),
    };
    let Some(number) = record.subject.number.clone().filter(|number| !number.trim().is_empty()) else {
        // A record without a number is news of something under way, not the end of it.
        return Ok(fate);
    };
    if let Some(wire) = record.subject.id {
        note_bureau_id(tx, "subject", wire, record.subject.bureau_id).await?;
    }
    let now = world.now();
    let from = order::word(&loaded.order.stage);
    let subject = keep_subject(tx, world, bureau, &loaded, &draft, record, &number).await?;
    let mut sites = Vec::new();
    for site in &record.sites {
        let Some(number) = site.number.clone() else { continue };
        for domain in &site.domains {
            keep_site(tx, world, bureau, (order, &draft), subject, site, domain, &number).await?;
            let values = [("domain", domain.name.as_str()), ("number", number.as_str())];
            let language = crate::language::Language::from_tag(&loaded.account.locale);
            sites.extend(crate::say::text(language, "site-line", &values));
        }
    }
    if fate == Fate::Earlier {
        return Ok(fate);
    }
    let stage = match loaded.order.stage.clone().file(number.clone(), now) {
        Ok(stage) => stage,
        // Filed before, or the order went another way; the record itself is kept all the same.
        Err(_) => return Ok(fate),
    };
    loaded.enter(stage, now);
    loaded.save(tx).await?;
    store::order::release_holds(tx, order).await?;
    let police = china_date(Term::Police.days_after(now)).to_string();
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
            ("sites", &sites.join("\n")),
            ("police_due", &police),
            ("police_url", world.settings.police_url.as_str()),
            ("url", &url),
        ],
    )
    .await?;
    let facts = json!({ "number": number, "sites": sites.len() });
    lines.push(Trail::by_authority("file", now).on("order", order).moved(from, "filed").with(facts));
    Ok(fate)
}

async fn keep_subject(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    loaded: &Loaded,
    draft: &Draft,
    record: &FiledRecord,
    number: &str,
) -> Result<SubjectId> {
    let now = world.now();
    let basic = &draft.basic;
    let document = json!({ "record": &record.subject, "draft": draft });
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
    (order, draft): (OrderId, &Draft),
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
    let typed = draft
        .sites
        .iter()
        .find(|typed| filing::domain::DomainName::parse(&typed.domain).is_ok_and(|name| name.as_str() == domain.name));
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
                order: Some(order),
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

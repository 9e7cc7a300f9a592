//! A filed record: it ends the orders it is the outcome of.

use authority::message::FiledRecord;
use filing::deadline::Term;
use filing::domain::DomainName;
use filing::draft::Draft;
use filing::stage::{Action, StageKind};
use serde_json::json;
use store::Tx;

use super::keep::{Sent, keep};
use super::{Fate, correlate, load_reported};
use crate::act::submit::everybody;
use crate::bureau::Bureau;
use crate::error::Result;
use crate::language::Language;
use crate::notice;
use crate::order::{self, Loaded};
use crate::say;
use crate::trail::Trail;
use crate::world::{World, china_date};

/// Keeps a record, and ends the orders it shows the outcome of.
///
/// # Errors
/// When the store cannot.
pub(super) async fn filed_record(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    record: &FiledRecord,
    lines: &mut Vec<Trail>,
) -> Result<Fate> {
    let provider = bureau.client.bureau().isp_id;
    let mut sent = Vec::new();
    let mut present = Vec::new();
    for ours in correlate::of_record(tx, &bureau.code, provider, record).await? {
        let loaded = Loaded::lock(tx, world, ours.order).await?;
        let submitted = loaded.submissions.iter().find(|submission| submission.round == ours.round);
        let Some(draft) = submitted.map(|submission| submission.draft.clone()) else { continue };
        if !is_of_subject(record, &draft.basic.certificate_number) {
            tracing::warn!(bureau = %bureau.code, subject = record.subject.id, "a record with our id is of another subject");
            continue;
        }
        let (at, account) = (loaded.order.updated_at, loaded.order.account);
        let mut in_force = loaded.order.stage.kind() == StageKind::Filed;
        if let Some(loaded) = load_reported(tx, world, ours, lines).await? {
            in_force |= completes(record, provider, &loaded, &draft);
            present.push(ours.order);
        }
        sent.push((at, Sent { order: ours.order, account, draft, in_force }));
    }
    sent.sort_by_key(|(at, _)| *at);
    let sent: Vec<Sent> = sent.into_iter().map(|(_, sent)| sent).collect();
    let fate = match (sent.is_empty(), present.is_empty()) {
        (true, _) if is_known(tx, bureau, record).await? => Fate::Applied,
        (true, _) => return Ok(Fate::Foreign),
        (false, true) => Fate::Earlier,
        (false, false) => Fate::Applied,
    };
    let Some(number) = record.subject.number.clone().filter(|number| !number.trim().is_empty()) else {
        // A record without a number is news of something under way, not the end of it.
        return Ok(fate);
    };
    keep(tx, world, bureau, record, &number, &sent).await?;
    for sent in sent.iter().filter(|sent| sent.in_force && present.contains(&sent.order)) {
        let loaded = Loaded::lock(tx, world, sent.order).await?;
        let changes = loaded.action().is_some_and(Action::changes);
        lines.extend(match changes {
            true => super::ended::change_holds(tx, world, loaded, &number).await?,
            false => end(tx, world, loaded, record, &sent.draft, &number).await?,
        });
    }
    Ok(fate)
}

/// Whether a record is about the subject with a certificate. The id in it may be another provider's, and theirs count
/// from 1 like ours (specification, section 4.0); the certificate is always there.
fn is_of_subject(record: &FiledRecord, number: &str) -> bool {
    let squeeze = |text: &str| text.split_whitespace().collect::<String>().to_uppercase();
    record.subject.certificate.as_ref().is_some_and(|certificate| squeeze(&certificate.number) == squeeze(number))
}

/// Whether the subject of a record was filed here before: then another provider, or the organiser, changed something.
async fn is_known(tx: &Tx, bureau: &Bureau, record: &FiledRecord) -> Result<bool> {
    let Some(number) = &record.subject.number else { return Ok(false) };
    let known = store::filed::find_subject_by_number(tx, number).await?;
    Ok(known.is_some_and(|known| known.bureau == bureau.code && is_of_subject(record, &known.certificate_number)))
}

/// Whether the record has what the order asked for.
fn completes(record: &FiledRecord, provider: i64, loaded: &Loaded, draft: &Draft) -> bool {
    let is_there = |domain: &str, accessed: bool| {
        record.sites.iter().any(|site| {
            site.number.is_some()
                && site.domains.iter().any(|own| own.name == domain)
                && (!accessed || site.accesses.iter().any(|access| access.provider == provider))
        })
    };
    let all_there = |accessed: bool| {
        let mut domains = order::domains_of(draft).into_iter().peekable();
        domains.peek().is_some() && domains.all(|domain| is_there(&domain, accessed))
    };
    match loaded.action() {
        // The subject's number did not exist before.
        Some(Action::FirstFiling) | None => true,
        Some(Action::AddSiteHere | Action::AddSiteElsewhere) => all_there(false),
        Some(Action::AddAccess | Action::OneClickAccess) => all_there(true),
        // The same record may have come for another reason; only after the officer's word is it the outcome.
        Some(action) => action.changes() && loaded.facts.approved_at.is_some(),
    }
}

/// The order is filed: holds are let go, and everybody learns the numbers.
async fn end(
    tx: &Tx,
    world: &World,
    mut loaded: Loaded,
    record: &FiledRecord,
    draft: &Draft,
    number: &str,
) -> Result<Option<Trail>> {
    let now = world.now();
    let from = order::word(&loaded.order.stage);
    let stage = match loaded.order.stage.clone().file(number.to_owned(), now) {
        Ok(stage) => stage,
        // Filed before, or the order went another way; the record itself is kept all the same.
        Err(_) => return Ok(None),
    };
    loaded.enter(stage, now);
    loaded.save(tx).await?;
    store::order::release_holds(tx, loaded.order.id).await?;
    let language = Language::from_tag(&loaded.account.locale);
    let asked = order::domains_of(draft);
    let mut sites = Vec::new();
    for site in &record.sites {
        let Some(number) = &site.number else { continue };
        for domain in &site.domains {
            let is_asked =
                DomainName::parse(&domain.name).is_ok_and(|name| asked.iter().any(|own| own == name.as_str()));
            if is_asked {
                let values = [("domain", domain.name.as_str()), ("number", number.as_str())];
                sites.extend(say::text(language, "site-line", &values));
            }
        }
    }
    let police = china_date(Term::Police.days_after(now)).to_string();
    let url = world.settings.link(&format!("orders/{}", loaded.order.id));
    let domain = loaded.order.draft.basic.domain.clone();
    notice::send(
        tx,
        world,
        &everybody(&loaded),
        "authority-passed",
        &[
            ("domain", &domain),
            ("number", number),
            ("sites", &sites.join("\n")),
            ("police_due", &police),
            ("police_url", world.settings.police_url.as_str()),
            ("url", &url),
        ],
    )
    .await?;
    let facts = json!({ "number": number, "sites": sites.len() });
    Ok(Some(Trail::by_authority("file", now).on("order", loaded.order.id).moved(from, "filed").with(facts)))
}

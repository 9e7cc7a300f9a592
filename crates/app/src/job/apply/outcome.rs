//! The machine's results and the officers' decisions.

use authority::code::ResultCode;
use authority::message::{Decision, MachineResult};
use filing::rejection;
use filing::stage::{ChangeRequest, Requester, Stage};
use serde_json::json;
use store::Tx;

use super::correlate;
use super::{Fate, load_reported};
use crate::access;
use crate::act::submit::everybody;
use crate::bureau::Bureau;
use crate::error::Result;
use crate::notice;
use crate::order::{self, Loaded, WHOLE};
use crate::trail::Trail;
use crate::world::World;

/// A result of the machine: what it found wrong goes back to the fields it speaks of.
///
/// # Errors
/// When the store cannot.
pub(super) async fn machine_result(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    result: &MachineResult,
    lines: &mut Vec<Trail>,
) -> Result<Fate> {
    let Some(ours) = correlate::of_result(tx, &bureau.code, result).await? else { return Ok(Fate::Foreign) };
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
    rejection::fields_of(code.0, loaded.action())
        .into_iter()
        .flat_map(|field| {
            // What concerns a site concerns each of them: the code does not say which.
            if field.contains('*') {
                let sites = 0..loaded.order.draft.sites.len();
                sites.map(|site| field.replace('*', &site.to_string())).collect::<Vec<_>>()
            } else {
                vec![field.to_owned()]
            }
        })
        .map(|field| ChangeRequest { field, advice: advice.clone(), rule: Some(code.0.to_string()) })
        .collect()
}

/// An officer's decision: approved is noted until the record comes, refused goes back.
///
/// # Errors
/// When the store cannot.
pub(super) async fn officer_decision(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    decision: &Decision,
    lines: &mut Vec<Trail>,
) -> Result<Fate> {
    let Some(ours) = correlate::of_decision(tx, &bureau.code, decision).await? else { return Ok(Fate::Foreign) };
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
    access::close_again(tx, world, loaded).await?;
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

#[cfg(test)]
mod tests {
    use authority::code::ResultCode;
    use filing::rejection::{advice_of, fields_of};
    use filing::stage::Action;

    #[test]
    fn every_failing_code_of_a_filing_has_fields_and_advice_in_both_languages_for_every_action() {
        let known = ["order", "basic", "subject", "principal", "sites", "materials"];
        let codes: Vec<ResultCode> =
            (1000..2000).chain(5000..6000).map(ResultCode).filter(|code| code.words().is_some()).collect();
        assert!(codes.len() > 70, "the table of codes is there");
        for code in codes.into_iter().filter(|code| !code.is_success()) {
            for action in Action::ALL {
                let advice = advice_of(code.0, Some(*action)).map(|text| (text.zh.as_str(), text.en.as_str()));
                assert!(advice.is_some_and(|(zh, en)| !zh.is_empty() && !en.is_empty()), "{} {action}", code.0);
                let fields = fields_of(code.0, Some(*action));
                assert!(!fields.is_empty(), "{} {action}", code.0);
                for field in fields {
                    assert!(known.contains(&field.split('.').next().unwrap()), "{} names {field}", code.0);
                }
            }
        }
    }
}

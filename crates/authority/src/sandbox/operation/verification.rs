//! 核实结果: what a provider found about a record that an organiser filed by itself. A person accepts it.
//!
//! The interface has no operation code for verifications; their decisions name the subject under the first operation.

use sqlx::SqliteConnection;

use super::{Applied, claims};
use crate::message::{FiledRecord, Verification, VerificationOutcome};
use crate::sandbox::check::Findings;
use crate::sandbox::clock::local;
use crate::sandbox::number::Service;
use crate::sandbox::office::Office;
use crate::sandbox::records::Recipients;
use crate::sandbox::request::{Looked, Matter};
use crate::sandbox::scenario::Kind;
use crate::sandbox::{Error, Provider};

/// Looks at a verification.
pub(in crate::sandbox) async fn look(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    result: &Verification,
) -> Result<Looked, Error> {
    let subject = &result.record.subject;
    let id = subject.bureau_id;
    let mut matter = Matter::new(Kind::Verification, provider.isp_id, id.to_string(), id, &subject.name);
    matter.domains =
        result.record.sites.iter().flat_map(|site| &site.domains).map(|domain| domain.name.clone()).collect();
    matter.subject = Some(id);
    let task: Option<(i64, String)> = sqlx::query_as("SELECT isp_id, state FROM self_filed WHERE subject_id = ?")
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
    let mut findings = Findings::default();
    match task {
        None => findings.add(1058, id.to_string()),
        Some((isp_id, _)) if isp_id != provider.isp_id => findings.add(1048, subject.name.as_str()),
        Some((_, state)) if state != "open" => findings.add(1016, subject.name.as_str()),
        Some(_) => {}
    }
    if result.unit != provider.isp_id {
        findings.add(1054, result.unit.to_string());
    }
    if office.is_pending(tx, &[Kind::Verification], "subject_id", id).await? {
        findings.add(1017, subject.name.as_str());
    }
    let claims: Vec<claims::Claim> = match result.outcome {
        VerificationOutcome::Pass => matter.domains.iter().map(|name| ("domain", name.to_lowercase())).collect(),
        VerificationOutcome::Refuse => Vec::new(),
    };
    if findings.0.is_empty() {
        findings.0 = claims::conflicts(tx, &claims).await?;
    }
    Ok(Looked { matter, findings: findings.0, claims, holders: Vec::new(), success: None })
}

/// Files what was verified, or closes what was not.
pub(in crate::sandbox) async fn apply(
    office: &Office,
    tx: &mut SqliteConnection,
    result: &Verification,
    officer: &str,
) -> Result<Applied, Error> {
    let id = result.record.subject.bureau_id;
    let passed = result.outcome == VerificationOutcome::Pass;
    sqlx::query("UPDATE self_filed SET state = ? WHERE subject_id = ?")
        .bind(if passed { "verified" } else { "refused" })
        .bind(id)
        .execute(&mut *tx)
        .await?;
    let text: Option<String> = sqlx::query_scalar("SELECT record FROM self_filed WHERE subject_id = ?")
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(text) = text.filter(|_| passed) else { return Ok(Applied::default()) };
    let mut record: FiledRecord = serde_json::from_str(&text)?;
    let today = local(office.clock.now()).date().to_string();
    let province = record.subject.address.as_ref().map_or(office.config.province, |address| address.province / 10_000);
    let number = office.subject_number(tx, province).await?;
    record.subject.number = Some(number.clone());
    record.subject.officer = Some(officer.to_owned());
    record.subject.reviewed = Some(today);
    for site in &mut record.sites {
        site.number = Some(office.service_number(tx, id, &number, Service::Website).await?);
    }
    office.publish(tx, &record).await?;
    Ok(Applied { number: Some(number), told: vec![Recipients::Record(id)] })
}

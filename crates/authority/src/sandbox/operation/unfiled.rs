//! 未备案网站处理结果: what a provider did about an unfiled website on its addresses.
//!
//! The interface has no operation code for these results and no code for a success: what is wrong is reported under the
//! first operation with the domain as its key, and what is right is not reported at all.

use sqlx::SqliteConnection;

use crate::message::{Download, UnfiledHandling};
use crate::sandbox::check::{Finding, Findings};
use crate::sandbox::clock::stored;
use crate::sandbox::office::Office;
use crate::sandbox::request::Matter;
use crate::sandbox::result::machine_result;
use crate::sandbox::scenario::Kind;
use crate::sandbox::tables::Extra;
use crate::sandbox::{Error, Provider};

/// Notes what was done, or says why that cannot be.
pub(in crate::sandbox) async fn settle(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    handling: &UnfiledHandling,
    answers: &mut Download,
) -> Result<(Matter, Vec<Finding>), Error> {
    let domain = handling.domain.to_lowercase();
    let mut matter = Matter::new(Kind::Unfiled, provider.isp_id, domain.clone(), 0, &handling.domain);
    matter.domains = vec![domain.clone()];
    let mut findings = Findings::default();
    let listed: Option<(i64, bool)> = sqlx::query_as(
        "SELECT id, handled_at IS NOT NULL FROM unfiled WHERE isp_id = ? AND domain = ? AND ip = ? \
         ORDER BY handled_at IS NULL DESC, id LIMIT 1",
    )
    .bind(provider.isp_id)
    .bind(&domain)
    .bind(i64::from(u32::from(handling.ip)))
    .fetch_optional(&mut *tx)
    .await?;
    match listed {
        None => findings.add(5005, domain.as_str()),
        Some((_, true)) => findings.add(5006, domain.as_str()),
        Some(_) => {}
    }
    if handling.provider != provider.isp_id {
        findings.add(5005, handling.provider.to_string());
    }
    if Extra::UnfiledOutcome.name(handling.result).is_none() {
        findings.add(5007, handling.result.to_string());
    }
    if findings.0.is_empty() {
        findings.0 = office.scripted_results(tx, &matter).await?;
    }
    if let (Some((id, _)), true) = (listed, findings.0.is_empty()) {
        sqlx::query("UPDATE unfiled SET handled_at = ?, outcome = ? WHERE id = ?")
            .bind(stored(office.clock.now()))
            .bind(&handling.opinion)
            .bind(id)
            .execute(&mut *tx)
            .await?;
    } else {
        answers.results.push(machine_result(&matter, None, &findings.0));
    }
    Ok((matter, findings.0))
}

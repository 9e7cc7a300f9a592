//! Stopping the line to an authority until a person has put right what is wrong.

use serde_json::json;
use store::Tx;
use uuid::Uuid;

use crate::bureau::Bureau;
use crate::error::Result;
use crate::trail::Trail;
use crate::world::World;

/// Stops the line and says why on the ledger's page, where a supervisor lets it go on. The first reason is kept, and
/// only the first is told.
///
/// # Errors
/// When the store cannot.
pub async fn halt_line(
    tx: &Tx,
    world: &World,
    bureau: &Bureau,
    reason: &str,
    (sequence, code): (Option<u64>, Option<i32>),
) -> Result<()> {
    let now = world.now();
    store::bureau::ensure(tx, &bureau.code).await?;
    if store::bureau::get(tx, &bureau.code).await?.halted.is_some() {
        return Ok(());
    }
    tracing::error!(bureau = %bureau.code, sequence, %reason, "the line is halted");
    metrics::counter!("beian_line_halts_total", "bureau" => bureau.code.clone()).increment(1);
    store::bureau::halt(tx, &bureau.code, reason, now).await?;
    let facts = json!({ "bureau": bureau.code, "sequence": sequence, "code": code });
    Trail::by_job("halt_line", now)
        .on("bureau", Uuid::nil())
        .moved("running", "halted")
        .because(reason)
        .with(facts)
        .write(tx)
        .await
}

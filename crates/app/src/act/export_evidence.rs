//! Everything that went over the wire in a span of days, as a bundle that others can check.

use std::io::{Seek, Write};

use jiff::civil::Date;
use serde_json::json;
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::evidence::write::{Source, Writer};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::{World, china_midnight};

/// Which days, and of whom.
#[derive(Debug, Clone)]
pub struct ExportEvidence {
    /// The first day, in China.
    pub from: Date,
    /// The last day, in China.
    pub to: Date,
    /// One bureau; all when absent.
    pub bureau: Option<String>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// How many ledgers have lines of that time.
    pub ledgers: usize,
    /// How many files the bundle holds.
    pub files: usize,
    /// The manifest's SHA-256: whoever keeps it elsewhere can prove the whole bundle.
    pub fingerprint: String,
}

/// Writes the bundle. It holds personal data in the clear: the containers as they travelled.
///
/// # Errors
/// When the last day lies before the first, nobody knows the bureau, or the bundle cannot be written.
pub async fn export_evidence<W: Write + Seek>(
    world: &World,
    actor: &Actor,
    input: ExportEvidence,
    to: W,
) -> Result<Exported> {
    require(actor, Act::ExportEvidence)?;
    let day_after = input.to.tomorrow().map_err(|_| Error::field("to", "span-backwards"))?;
    if input.to < input.from {
        return Err(Error::field("to", "span-backwards"));
    }
    let span = (china_midnight(input.from), china_midnight(day_after));
    let (manifest, fingerprint) = {
        let reader = world.store.read().await?;
        let mut writer = Writer::new(to, world.now(), (input.from, input.to));
        let mut known = false;
        for line in store::bureau::list(&reader).await? {
            if input.bureau.as_ref().is_none_or(|wanted| *wanted == line.code) {
                known = true;
                let source = Source { code: &line.code, bureau: world.bureaus.find(&line.code) };
                writer.add(&reader, source, span).await?;
            }
        }
        if input.bureau.is_some() && !known {
            return Err(Error::field("bureau", "bureau-unknown"));
        }
        writer.finish()?
    };
    let tx = world.store.write().await?;
    let facts = json!({
        "from": input.from, "to": input.to, "bureau": input.bureau, "files": manifest.files.len(),
        "fingerprint": fingerprint,
    });
    Trail::by(actor, "export_evidence", world.now()).on("bureau", Uuid::nil()).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(Exported { ledgers: manifest.ledgers.len(), files: manifest.files.len(), fingerprint })
}

//! Code tables and reporting units (`JCDM`): they take the place of what was known, and what they replace stays known.

use std::collections::BTreeMap;

use authority::message::{CodeTable, ReportingUnit};
use serde_json::json;
use store::codes::NewTable;

use super::told::Source;
use crate::codes::UNITS;
use crate::error::Result;
use crate::trail::Trail;

/// Puts every table of a file in the place of the former one.
pub(super) async fn apply(source: &mut Source<'_>, units: &[ReportingUnit], tables: &[CodeTable]) -> Result<()> {
    if !units.is_empty() {
        let rows = units.iter().map(|unit| Ok((unit.id, serde_json::to_value(unit)?))).collect::<Result<_>>()?;
        replace(source, UNITS, rows).await?;
    }
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        let rows = table.rows.iter().map(|row| Ok((row.id, serde_json::to_value(row)?))).collect::<Result<_>>()?;
        replace(source, &table.tag, rows).await?;
    }
    Ok(())
}

async fn replace(source: &mut Source<'_>, table: &str, rows: BTreeMap<i64, serde_json::Value>) -> Result<()> {
    let (world, at) = (source.world, source.world.now());
    let bureau = &source.bureau.code;
    let new = NewTable { bureau, table, rows, download: Some(source.download), at };
    let changed = store::codes::replace(source.tx, &new, || world.uuid()).await?;
    if changed != store::codes::Changed::default() {
        let facts = json!({
            "bureau": bureau, "table": table, "added": changed.added, "changed": changed.changed,
            "ended": changed.ended,
        });
        source.lines.push(Trail::by_authority("replace_codes", at).on("bureau", uuid::Uuid::nil()).with(facts));
    }
    Ok(())
}

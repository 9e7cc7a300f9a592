//! Code tables and reporting units (`JCDM`): they take the place of what was known, and what they replace stays known.

use std::collections::BTreeMap;

use authority::message::{CodeTable, ReportingUnit};
use serde_json::json;
use store::codes::NewTable;

use super::told::Source;
use crate::codes::rows;
use crate::error::Result;
use crate::trail::Trail;

/// Puts every table of a file in the place of the former one.
pub(super) async fn apply(source: &mut Source<'_>, units: &[ReportingUnit], tables: &[CodeTable]) -> Result<()> {
    for (table, rows) in rows(units, tables)? {
        replace(source, &table, rows).await?;
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

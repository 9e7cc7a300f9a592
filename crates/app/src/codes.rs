//! What the codes of a bureau mean: as its latest table says, else as the built-in tables have it.

use std::collections::BTreeMap;

use authority::code::Table;
use authority::message::{CodeTable, ReportingUnit};
use store::Reader;

use crate::error::Result;

/// The name of the table of reporting units.
pub const UNITS: &str = "Bbdwlb";
/// The name of the table of what can be done about an unfiled website.
pub const UNFILED_HANDLING: &str = "Wbacl_dms";
/// The name of the table of authorities, by which locations are numbered, too.
const LOCATIONS: &str = "Gj_dms";
/// The most choices a form offers.
const CHOICES: u64 = 500;

/// A code that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = CodeChoice)]
pub struct Choice {
    /// The code.
    pub code: i64,
    /// What it means.
    pub name: String,
}

/// What may be chosen of a bureau's table; empty while the bureau never sent it.
///
/// # Errors
/// When the store cannot.
pub async fn choices(reader: &Reader, bureau: &str, table: &str) -> Result<Vec<Choice>> {
    let codes = store::codes::current(reader, bureau, table, 0, CHOICES).await?;
    let is_valid = |code: &&store::codes::Code| code.body["valid"].as_bool() != Some(false);
    let choice =
        |code: &store::codes::Code| Some(Choice { code: code.code, name: code.body["name"].as_str()?.to_owned() });
    Ok(codes.iter().filter(is_valid).filter_map(choice).collect())
}

/// The tables of a file as they are kept: by name, each code with its content. What came empty changes nothing.
///
/// # Errors
/// When a row cannot be written as JSON.
pub(crate) fn rows(
    units: &[ReportingUnit],
    tables: &[CodeTable],
) -> Result<Vec<(String, BTreeMap<i64, serde_json::Value>)>> {
    let mut all = Vec::new();
    if !units.is_empty() {
        let rows = units.iter().map(|unit| Ok((unit.id, serde_json::to_value(unit)?))).collect::<Result<_>>()?;
        all.push((UNITS.to_owned(), rows));
    }
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        let rows = table.rows.iter().map(|row| Ok((row.id, serde_json::to_value(row)?))).collect::<Result<_>>()?;
        all.push((table.tag.clone(), rows));
    }
    Ok(all)
}

/// The name of a code as the bureau has it now; none when it never said.
///
/// # Errors
/// When the store cannot.
pub async fn name(reader: &Reader, bureau: &str, table: &str, code: i64) -> Result<Option<String>> {
    let found = store::codes::meaning(reader, bureau, table, code).await?;
    Ok(found.and_then(|code| code.body["name"].as_str().map(str::to_owned)))
}

/// Where servers stand, as a bureau numbers the provinces.
#[derive(Debug, Clone, Default)]
pub struct Locations(BTreeMap<String, i64>);

impl Locations {
    /// What a bureau sent; nothing while it never did.
    ///
    /// # Errors
    /// When the store cannot.
    pub async fn read(reader: &Reader, bureau: &str) -> Result<Self> {
        let sent = store::codes::current(reader, bureau, LOCATIONS, 0, CHOICES).await?;
        let numbered = |code: store::codes::Code| {
            let division = code.body["more"]["Shengid"].as_str()?;
            Some((division.get(..2)?.to_owned(), code.code))
        };
        Ok(Self(sent.into_iter().filter_map(numbered).collect()))
    }

    /// The number of a province given by its two digits; by the built-in table while the bureau sent none.
    #[must_use]
    pub fn of(&self, province: &str) -> Option<i64> {
        let built_in = || Table::ServerLocation.rows().find(|(_, row)| row.note == province).map(|(id, _)| id);
        self.0.get(province).copied().or_else(built_in)
    }
}

//! What the authorities told: blacklists, code tables with their history, comparisons with what is filed here.

use filing::mask;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::sync::Difference;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::error::Result;
use crate::page::{self, Page};
use crate::policy::{Act, require};
use crate::world::World;

/// So many rows of a table or comparison are read at a time.
const ROWS: u64 = 200;

/// Where a list goes on.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, IntoParams)]
pub struct FromCursor {
    /// From where on.
    pub cursor: Option<String>,
}

/// Something on a blacklist, or once on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlacklistRow {
    /// Its id.
    pub id: Uuid,
    /// Whose list.
    pub bureau: String,
    /// `subject` or `domain`.
    pub kind: String,
    /// The subject's or website's name; a person's is masked.
    pub name: String,
    /// The certificate's number, masked, or the domains.
    pub key: String,
    /// What the authority added.
    pub remark: Option<String>,
    /// Since when it is listed.
    #[schema(value_type = String, format = DateTime)]
    pub listed_at: Timestamp,
    /// Since when it is not any more.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub removed_at: Option<Timestamp>,
}

/// A code table that a bureau sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodeTableRow {
    /// The bureau.
    pub bureau: String,
    /// The table, as the bureau calls it.
    pub table: String,
    /// How many codes count now.
    pub codes: u64,
    /// When one of them last changed.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

/// Which codes.
#[derive(Debug, Clone, Deserialize, ToSchema, IntoParams)]
pub struct ViewCodes {
    /// The bureau.
    pub bureau: String,
    /// The table, as the bureau calls it.
    pub table: String,
    /// The history of one code instead of what counts now.
    pub code: Option<i64>,
    /// Only codes after this one.
    pub after: Option<i64>,
}

/// What a code means, or meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodeMeaning {
    /// Which bureau said so.
    pub bureau: String,
    /// The code.
    pub code: i64,
    /// What it means.
    pub name: String,
    /// Whether it may be used.
    pub valid: bool,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub valid_from: Timestamp,
    /// Until when; it still counts when absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_until: Option<Timestamp>,
    /// The file that said so.
    pub download: Option<Uuid>,
}

/// Codes of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodesView {
    /// The codes: by number, or the history of one, the latest first.
    pub codes: Vec<CodeMeaning>,
    /// After which code the next page begins.
    pub next: Option<i64>,
}

/// A comparison of what a bureau has with what is filed here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComparisonRow {
    /// Its id.
    pub id: Uuid,
    /// Which bureau sent its data.
    pub bureau: String,
    /// The file.
    pub download: Option<Uuid>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How many records the bureau sent.
    pub records: u64,
    /// How many differences there are.
    pub differences: u64,
}

/// Which comparison, and from which difference on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ViewComparison {
    /// The comparison.
    pub comparison: Uuid,
    /// Only differences after this number.
    #[serde(default)]
    pub after: u64,
}

/// A comparison with a stretch of its differences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComparisonView {
    /// What the list says of it.
    pub row: ComparisonRow,
    /// The differences; who is meant is hidden.
    pub differences: Vec<DifferenceRow>,
    /// After which number the next stretch begins.
    pub next: Option<u64>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DifferenceRow {
    /// Its number.
    pub number: u64,
    /// `missing_here`, `missing_there` or `differs`.
    pub kind: String,
    /// `subject` or `site`.
    pub what: String,
    /// The filing number.
    pub filing_number: String,
    /// The domain.
    pub domain: Option<String>,
    /// The field that differs.
    pub field: Option<String>,
    /// What is written here.
    pub here: Option<String>,
    /// What the bureau has.
    pub there: Option<String>,
}

/// The blacklists, the latest change first.
///
/// # Errors
/// When the actor may not, or the cursor is none.
pub async fn list_blacklist(world: &World, actor: &Actor, input: FromCursor) -> Result<Page<BlacklistRow>> {
    require(actor, Act::ListBlacklist)?;
    let wanted = page::wanted(input.cursor.as_deref())?;
    let listing = store::blacklist::list(&world.store.read().await?, &wanted).await?;
    Ok(Page::of(listing, |entry| {
        let text = |key: &str| entry.content[key].as_str().unwrap_or_default().to_owned();
        let domains = entry.content["domains"].as_array().into_iter().flatten().filter_map(|domain| domain.as_str());
        let is_person =
            entry.content.get("domains").is_none() && entry.content["nature"].as_i64().is_none_or(|n| n == 5);
        BlacklistRow {
            id: entry.id,
            bureau: entry.bureau.clone(),
            kind: entry.kind.as_str().to_owned(),
            name: if is_person { mask::name(&text("name")) } else { text("name") },
            key: match entry.kind {
                store::blacklist::Blacklisted::Subject => mask::number(&text("certificate_number")),
                store::blacklist::Blacklisted::Domain => domains.collect::<Vec<_>>().join(" "),
            },
            remark: Some(text("remark")).filter(|remark| !remark.is_empty()),
            listed_at: entry.listed_at,
            removed_at: entry.removed_at,
        }
    }))
}

/// The code tables that the bureaus sent.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn list_code_tables(world: &World, actor: &Actor) -> Result<Vec<CodeTableRow>> {
    require(actor, Act::ListCodeTables)?;
    let tables = store::codes::tables(&world.store.read().await?).await?;
    let row = |known: store::codes::Known| CodeTableRow {
        bureau: known.bureau,
        table: known.table,
        codes: known.codes,
        changed_at: known.changed_at,
    };
    Ok(tables.into_iter().map(row).collect())
}

/// What the codes of a table mean now, or what one of them meant and who said so.
///
/// # Errors
/// When the actor may not, or the store cannot.
pub async fn view_codes(world: &World, actor: &Actor, input: ViewCodes) -> Result<CodesView> {
    require(actor, Act::ViewCodes)?;
    let reader = world.store.read().await?;
    let codes = match input.code {
        Some(code) => store::codes::history(&reader, &input.table, code).await?,
        None => store::codes::current(&reader, &input.bureau, &input.table, input.after.unwrap_or(0), ROWS).await?,
    };
    let next = codes.last().filter(|_| input.code.is_none() && codes.len() as u64 == ROWS).map(|code| code.code);
    let meaning = |code: store::codes::Code| CodeMeaning {
        bureau: code.bureau,
        code: code.code,
        name: code.body["name"].as_str().unwrap_or_default().to_owned(),
        valid: code.body["valid"].as_bool() != Some(false),
        valid_from: code.valid_from,
        valid_until: code.valid_until,
        download: code.download.map(|id| id.0),
    };
    Ok(CodesView { codes: codes.into_iter().map(meaning).collect(), next })
}

/// The comparisons, the latest first.
///
/// # Errors
/// When the actor may not, or the cursor is none.
pub async fn list_comparisons(world: &World, actor: &Actor, input: FromCursor) -> Result<Page<ComparisonRow>> {
    require(actor, Act::ListComparisons)?;
    let wanted = page::wanted(input.cursor.as_deref())?;
    let listing = store::sync::list(&world.store.read().await?, &wanted).await?;
    Ok(Page::of(listing, comparison))
}

/// One comparison with a stretch of its differences.
///
/// # Errors
/// When there is none, or the actor may not.
pub async fn view_comparison(world: &World, actor: &Actor, input: ViewComparison) -> Result<ComparisonView> {
    require(actor, Act::ViewComparison)?;
    let reader = world.store.read().await?;
    let report = store::sync::get(&reader, input.comparison).await?;
    let found = store::sync::differences(&reader, input.comparison, input.after, ROWS).await?;
    let next = found.last().filter(|_| found.len() as u64 == ROWS).map(|(number, _)| *number);
    let differences = found.into_iter().map(|(number, found)| difference(number, found)).collect();
    Ok(ComparisonView { row: comparison(report), differences, next })
}

/// Every difference of a comparison as CSV, with a byte-order mark so that spreadsheets read it as UTF-8.
///
/// # Errors
/// When there is none, or the actor may not.
pub async fn export_comparison(world: &World, actor: &Actor, comparison: Uuid) -> Result<String> {
    let mut text = "\u{feff}number,kind,what,filing_number,domain,field,here,there\r\n".to_owned();
    let mut after = Some(0);
    while let Some(from) = after {
        let view = view_comparison(world, actor, ViewComparison { comparison, after: from }).await?;
        for row in &view.differences {
            let or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
            let cells = [
                row.number.to_string(),
                row.kind.clone(),
                row.what.clone(),
                row.filing_number.clone(),
                or_empty(&row.domain),
                or_empty(&row.field),
                or_empty(&row.here),
                or_empty(&row.there),
            ];
            text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
            text.push_str("\r\n");
        }
        after = view.next;
    }
    Ok(text)
}

/// A cell of a CSV file. What a spreadsheet would take for a formula is kept from being one.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

fn comparison(report: store::sync::Report) -> ComparisonRow {
    ComparisonRow {
        id: report.id,
        bureau: report.bureau,
        download: report.download.map(|id| id.0),
        at: report.at,
        records: report.records,
        differences: report.differences,
    }
}

fn difference(number: u64, found: Difference) -> DifferenceRow {
    let hidden = |value: Option<String>| match found.field.as_deref() {
        Some("certificate_number") => value.map(|value| mask::number(&value)),
        Some("name") if found.what == "subject" => value.map(|value| mask::name(&value)),
        _ => value,
    };
    DifferenceRow {
        number,
        here: hidden(found.here.clone()),
        there: hidden(found.there.clone()),
        kind: found.kind.as_str().to_owned(),
        what: found.what,
        filing_number: found.number,
        domain: found.domain,
        field: found.field,
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_cell_is_never_a_formula_and_keeps_its_quotes() {
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("浙ICP备1号"), "\"浙ICP备1号\"");
        assert_eq!(quoted("a \"b\""), "\"a \"\"b\"\"\"");
    }
}

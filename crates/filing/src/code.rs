//! The authority's code tables: numbers with their names, as data.
//!
//! These are the values public sources agree on; the authority sends the tables in force by its JCDM download.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::text::Text;

/// One row of a code table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// The authority's number.
    pub id: u16,
    /// The Chinese name.
    pub zh: String,
    /// The English name.
    pub en: String,
    /// The nature a certificate type belongs to.
    #[serde(default)]
    pub nature: Option<u16>,
    /// The two-digit code of the province a server location stands for.
    #[serde(default)]
    pub gb2: Option<String>,
    /// The group a service content belongs to, in Chinese.
    #[serde(default)]
    pub parent: Option<String>,
    /// The group a service content belongs to, in English.
    #[serde(default)]
    pub parent_en: Option<String>,
    /// The bit of a value in fields that add several values up.
    #[serde(default)]
    pub mask: Option<u64>,
    /// How sure the sources are: `normative`, `confirmed`, `one-source` or `derived`.
    pub certainty: String,
}

impl Row {
    /// The row's name in both languages.
    #[must_use]
    pub fn name(&self) -> Text {
        Text::new(&self.zh, &self.en)
    }
}

#[derive(Deserialize)]
struct Tables {
    unit_nature: Vec<Row>,
    credential_type: Vec<Row>,
    service_content: Vec<Row>,
    pre_approval: Vec<Row>,
    access_method: Vec<Row>,
    server_location: Vec<Row>,
    language: Vec<Row>,
    attachment_purpose: Vec<Row>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        serde_json::from_str(include_str!("../data/codes.json")).expect("data/codes.json is well formed")
    })
}

/// A handle on one of the tables.
#[derive(Clone, Copy)]
pub struct Table(fn(&'static Tables) -> &'static [Row]);

/// 单位性质 (`Dwxz`).
pub const UNIT_NATURE: Table = Table(|tables| &tables.unit_nature);
/// 证件类型 (`Zjlx`).
pub const CREDENTIAL_TYPE: Table = Table(|tables| &tables.credential_type);
/// 网站服务内容 (`Fwnr_id`).
pub const SERVICE_CONTENT: Table = Table(|tables| &tables.service_content);
/// 前置或专项审批内容类型 (`Nrlx_id`).
pub const PRE_APPROVAL: Table = Table(|tables| &tables.pre_approval);
/// 网站接入方式 (`Jrfs`).
pub const ACCESS_METHOD: Table = Table(|tables| &tables.access_method);
/// 服务器放置地点 (`Fbdd`).
pub const SERVER_LOCATION: Table = Table(|tables| &tables.server_location);
/// 网站语言类别 (`Yylb_id`).
pub const LANGUAGE: Table = Table(|tables| &tables.language);
/// 附件用途 (`Fjyt`).
pub const ATTACHMENT_PURPOSE: Table = Table(|tables| &tables.attachment_purpose);

impl Table {
    /// All rows, in the authority's order.
    #[must_use]
    pub fn rows(self) -> &'static [Row] {
        (self.0)(tables())
    }

    /// The row of a code.
    #[must_use]
    pub fn get(self, id: u16) -> Option<&'static Row> {
        self.rows().iter().find(|row| row.id == id)
    }

    /// The row of a code as it stands in a draft, such as `"8"`.
    #[must_use]
    pub fn find(self, typed: &str) -> Option<&'static Row> {
        typed.trim().parse().ok().and_then(|id| self.get(id))
    }

    /// The name of a code; empty when the table has no such row.
    #[must_use]
    pub fn name(self, id: u16) -> Text {
        self.get(id).map(Row::name).unwrap_or_default()
    }
}

/// The server-location code of a province.
#[must_use]
pub fn server_location(province: crate::province::Province) -> Option<u16> {
    SERVER_LOCATION.rows().iter().find(|row| row.gb2.as_deref() == Some(province.code())).map(|row| row.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_hold_what_the_forms_and_the_wire_ask_for() {
        assert_eq!(SERVICE_CONTENT.name(8).zh, "单位门户网站");
        assert_eq!(LANGUAGE.find("12").map(|row| row.en.as_str()), Some("English"));
        assert_eq!(SERVICE_CONTENT.find("x"), None);
        assert_eq!(crate::province::Province::ALL.iter().filter_map(|p| server_location(*p)).count(), 31);
    }
}

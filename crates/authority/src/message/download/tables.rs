//! 基础代码 (`JCDM`): the reporting units and the code tables, whose numbers mean what the bureau last said they mean.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::message::node::{Node, ReadError};
use crate::message::wire::{Value, records};
use crate::tree::Markup;

records! {
    /// A reporting unit (`Bbdw`).
    pub struct ReportingUnit {
        /// Its id (`Id`).
        pub id: i64 = "Id",
        /// Its name (`Dwmc`).
        pub name: String = "Dwmc",
        /// Its category (`Dwfl`).
        pub category: Option<i64> = "Dwfl",
        /// Its industry (`Dwhyfl`).
        pub industry: Option<i64> = "Dwhyfl",
        /// The number of its licence (`Jyxkzbh`).
        pub licence: Option<String> = "Jyxkzbh",
        /// Its province (`Shengid`).
        pub province: Option<i64> = "Shengid",
        /// Its city (`Shiid`).
        pub city: Option<i64> = "Shiid",
        /// Its county (`Xianid`).
        pub county: Option<i64> = "Xianid",
        /// Its address in words (`Xxdz`).
        pub street: Option<String> = "Xxdz",
        /// Whether it is valid (`Sfyx`).
        pub valid: bool = "Sfyx",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }
}

/// A code table as the bureau sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeTable {
    /// The tag of the table, such as `Dwxz_dms`.
    pub tag: String,
    /// Its rows.
    pub rows: Vec<CodeRow>,
}

/// One row of a code table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRow {
    /// The code (`Id`).
    pub id: i64,
    /// What it means (`Mc`, in some tables `Nr`, `Ztmc` or `Fl1`).
    pub name: String,
    /// Whether it may be used (`Sfyx`); one table does not say.
    pub valid: Option<bool>,
    /// Remark (`Bz`).
    pub remark: Option<String>,
    /// What only this table has, such as `Ysid` or `Dwflid`, by its tag.
    pub more: BTreeMap<String, String>,
}

/// The tables with the tags of their rows and of the column that holds the name.
const TABLES: [(&str, &str, &str); 18] = [
    ("Dwfl_dms", "Dwfl_xx", "Mc"),
    ("Dwxz_dms", "Dwxz_xx", "Mc"),
    ("Qy_dms", "Qy_xx", "Mc"),
    ("Yjfk_Wtfls", "Yjfk_Wtfl_xx", "Fl1"),
    ("Gj_dms", "Gj_dm_xx", "Mc"),
    ("Hyfl_dms", "Hyfl_xx", "Mc"),
    ("Xzjb_dms", "Xzjb_xx", "Mc"),
    ("Zjlx_dms", "Zjlx_xx", "Mc"),
    ("Wzjylx_dms", "Wzjylx_xx", "Mc"),
    ("Wzfwlx_dms", "Wzfwlx_xx", "Mc"),
    ("Wzjrfs_dms", "Wzjrfs_xx", "Mc"),
    ("Zxly_dms", "Zxly_xx", "Nr"),
    ("Wbacl_dms", "Wbacl_xx", "Ztmc"),
    ("Hsyj_dms", "Hsyj", "Mc"),
    ("Ymlx_dms", "Ymlx", "Mc"),
    ("Fjwjgs_dms", "Fjwjgs", "Mc"),
    ("Fjytlx_dms", "Fjzjlx", "Mc"),
    ("Yylb_dms", "Yylb", "Mc"),
];

impl CodeTable {
    /// The tags of every table of the interface.
    pub fn tags() -> impl Iterator<Item = &'static str> {
        TABLES.iter().map(|(tag, ..)| *tag)
    }

    pub(super) fn read(node: &Node<'_>, errors: &mut Vec<ReadError>) -> Self {
        let tag = node.element.name.to_string();
        let name = TABLES.iter().find(|(table, ..)| *table == tag).map_or("Mc", |(.., name)| name);
        let mut rows = Vec::new();
        for row in &node.element.children {
            let node = node.below(row, &row.name, rows.len() + 1);
            match CodeRow::read(&node, name) {
                Ok(row) => rows.push(row),
                Err(error) => errors.push(error),
            }
        }
        Self { tag, rows }
    }

    /// The table as an element; `None` if the interface has no such table.
    pub(super) fn to_tree(&self) -> Option<Markup<'_>> {
        let (tag, row, name) = TABLES.iter().find(|(tag, ..)| *tag == self.tag)?;
        Some(Markup::new(*tag).extend(self.rows.iter().map(|line| line.to_tree(row, name))))
    }
}

impl CodeRow {
    fn read(node: &Node<'_>, name: &str) -> Result<Self, ReadError> {
        let text = |tag: &str| node.child(tag).map(|node| node.text().to_owned()).filter(|text| !text.is_empty());
        let more = node.element.children.iter().filter(|child| !["Id", "Sfyx", "Bz", name].contains(&&*child.name));
        Ok(Self {
            id: node.child("Id").ok_or_else(|| node.missing("Id"))?.number()?,
            name: text(name).ok_or_else(|| node.missing(name))?,
            valid: node.child("Sfyx").map(|node| bool::read(&node)).transpose()?,
            remark: text("Bz"),
            more: more
                .filter(|child| !child.text.trim().is_empty())
                .map(|child| (child.name.to_string(), child.text.trim().to_owned()))
                .collect(),
        })
    }

    fn to_tree(&self, tag: &'static str, name: &'static str) -> Markup<'_> {
        let mut element = Markup::new(tag).with("Id", self.id).with(name, &self.name);
        for (tag, value) in &self.more {
            element.children.push(Markup::new(tag.clone()).containing(value));
        }
        element
            .with_some("Sfyx", self.valid.map(i64::from))
            .with_some("Bz", self.remark.as_ref().filter(|text| !text.is_empty()))
    }
}

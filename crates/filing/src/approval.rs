//! The fields that need a paper before a site may be filed (前置审批): their words, offices and papers, as dated data.

use std::sync::OnceLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code;
use crate::text::Text;

/// One field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The authority's code (前置或专项审批内容类型).
    pub id: u16,
    /// Words that point to it.
    pub words: Vec<String>,
    /// Who gives the paper.
    pub office: Text,
    /// The paper.
    pub paper: Text,
    /// When the approval was cancelled nationwide, where it was: then each authority decides.
    #[serde(default)]
    pub cancelled: Option<Text>,
    /// The first day it is asked for; none when no source tells.
    #[serde(default)]
    pub from: Option<Date>,
    /// Where it was read.
    pub source: String,
}

#[derive(Deserialize)]
struct Table {
    field: Vec<Field>,
}

/// All fields, by the authority's codes.
pub fn fields() -> &'static [Field] {
    static FIELDS: OnceLock<Vec<Field>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in and a test reads it")]
        let table: Table =
            toml::from_str(include_str!("../data/approvals.toml")).expect("data/approvals.toml is well formed");
        table.field
    })
}

/// The field of a code as it stands in a draft, such as `"9"`.
#[must_use]
pub fn find(typed: &str) -> Option<&'static Field> {
    let id: u16 = typed.trim().parse().ok()?;
    fields().iter().find(|field| field.id == id)
}

impl Field {
    /// Its name, as the authority's table has it.
    #[must_use]
    pub fn name(&self) -> Text {
        code::PRE_APPROVAL.name(self.id)
    }

    /// Whether it is asked for on a day.
    #[must_use]
    pub fn holds(&self, on: Date) -> bool {
        self.from.is_none_or(|from| from <= on)
    }

    /// The first of its words that a text says.
    #[must_use]
    pub fn said_in(&self, text: &str) -> Option<&str> {
        self.words.iter().map(String::as_str).find(|word| text.contains(word))
    }

    /// The first of its words that a text says without denying it in the same clause: “不涉及新闻” says none.
    #[must_use]
    pub fn claimed_in(&self, text: &str) -> Option<&str> {
        affirmed(text).find_map(|clause| self.said_in(clause))
    }
}

/// The clauses of a text that deny nothing.
pub(crate) fn affirmed(text: &str) -> impl Iterator<Item = &str> {
    let denied = |clause: &str| ["不", "无", "没有", "未", "非"].iter().any(|word| clause.contains(word));
    text.split(['，', '。', '；', ';', ',', '.', '\n', '！', '!']).filter(move |clause| !denied(clause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_those_of_the_authoritys_table() {
        let ids: Vec<u16> = fields().iter().map(|field| field.id).collect();
        assert_eq!(ids, code::PRE_APPROVAL.rows().iter().map(|row| row.id).collect::<Vec<_>>());
        assert_eq!(find(" 10 ").map(|field| field.paper.zh.as_str()), Some("信息网络传播视听节目许可证"));
    }

    #[test]
    fn what_is_denied_is_not_claimed() {
        let news = find("1").unwrap();
        assert_eq!(news.claimed_in("每天整理行业新闻。"), Some("新闻"));
        assert_eq!(news.claimed_in("介绍产品，不发布新闻、时政。"), None);
        assert_eq!(news.claimed_in("不涉及出版，转载新闻"), Some("新闻"));
    }
}

//! What a value tells, as names with values.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Serialize, Serializer, ser::SerializeMap as _};

use crate::address;
use crate::certificate::area;
use crate::province::Province;
use crate::text::Text;

/// One thing a value tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Fact {
    /// A word, a code, a Chinese name.
    Text(Cow<'static, str>),
    /// A text of both languages.
    Both(Text),
    /// A number.
    Number(i64),
    /// A date.
    Date(Date),
}

/// All that a value tells, in the order in which it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(Vec<(&'static str, Fact)>);

impl Facts {
    /// The facts with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Fact)> {
        self.0.iter().map(|(name, fact)| (*name, fact))
    }

    /// The fact of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, fact)| fact)
    }

    /// The fact of a name, when it is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Fact::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn word(&mut self, name: &'static str, word: impl Into<Cow<'static, str>>) {
        self.0.push((name, Fact::Text(word.into())));
    }

    pub(super) fn both(&mut self, name: &'static str, text: Text) {
        self.0.push((name, Fact::Both(text)));
    }

    pub(super) fn number(&mut self, name: &'static str, number: impl Into<i64>) {
        self.0.push((name, Fact::Number(number.into())));
    }

    pub(super) fn date(&mut self, name: &'static str, date: Date) {
        self.0.push((name, Fact::Date(date)));
    }

    /// A division code with its newest name and its province; says whether the code ever was one.
    pub(super) fn area(&mut self, code: &str) -> bool {
        self.word("area", code.to_owned());
        // Older systems also wrote the codes that only group counties (GB/T 2260: 110100, 419000, …).
        let name = area::name(code).or_else(|| address::find(code).map(|division| division.name));
        if let Some(name) = name {
            self.word("area_name", name);
        }
        if let Some(province) = Province::from_code(code) {
            self.province(province);
        }
        name.is_some()
    }

    pub(super) fn province(&mut self, province: Province) {
        self.word("province", province.code());
        self.both("province_name", province.name());
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, fact) in &self.0 {
            map.serialize_entry(name, fact)?;
        }
        map.end()
    }
}

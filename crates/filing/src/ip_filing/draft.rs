//! What somebody typed of a range.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules;
use crate::address;
use crate::province::Province;
use crate::words::words;

words! {
    /// What a record of addresses says.
    pub enum RangeKind {
        /// 来源: which unit a range comes from.
        Source = "source",
        /// 分配使用: what a range is used for.
        Allocation = "allocation",
        /// 广播: who announces a range; of carrier groups only.
        Broadcast = "broadcast",
        /// 自带: a range that a customer brought along.
        BroughtIn = "brought_in",
    }
}

/// A record as it was typed; every field takes anything, and those that its kind does not have stay empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RangeDraft {
    /// What it says, as a word of [`RangeKind`].
    pub kind: String,
    /// The first address.
    pub first: String,
    /// The last address.
    pub last: String,
    /// The number of the unit it comes from: of a source, and of what was brought in from a reporting unit.
    pub source_unit: String,
    /// The name of the unit it was brought in from, when that is no reporting unit.
    pub source_name: String,
    /// The number of the unit that announces it.
    pub broadcaster: String,
    /// The number of the unit that asked for the announcement.
    pub requester: String,
    /// What an allocation comes to: `allocated_use`, `reallocated`, `own_use` or `reserved`.
    pub mode: String,
    /// The number of the unit it is passed on to.
    pub target: String,
    /// How its addresses are given out: `static`, `dynamic` or `unknown`.
    pub use_mode: String,
    /// The day it came into use, `YYYY-MM-DD`.
    pub since: String,
    /// Whether a domain-redirect server uses it: `yes`, `no` or nothing.
    pub redirect: String,
    /// The name of the unit that uses it.
    pub user: String,
    /// The nature of that unit, as a word of [`crate::nature::Nature`].
    pub nature: String,
    /// Its category, a number of the authority's table.
    pub category: String,
    /// Its industry, a number of the authority's table.
    pub industry: String,
    /// The two-digit code of its province.
    pub province: String,
    /// The six-digit code of its city.
    pub city: String,
    /// The six-digit code of its district.
    pub county: String,
    /// Its address.
    pub address: String,
    /// Whom to ask there.
    pub contact: String,
    /// That person's phone.
    pub phone: String,
    /// That person's mail address.
    pub email: String,
    /// The address of the gateway.
    pub gateway: String,
    /// Where the gateway stands.
    pub gateway_place: String,
    /// A remark.
    pub remark: String,
}

macro_rules! by_name {
    ($($field:ident)+) => {
        impl RangeDraft {
            /// The field of a name; none when there is no such field.
            #[must_use]
            pub fn get(&self, name: &str) -> Option<&str> {
                match name { $(stringify!($field) => Some(&self.$field),)+ _ => None }
            }

            /// The field of a name, to be written.
            pub fn get_mut(&mut self, name: &str) -> Option<&mut String> {
                match name { $(stringify!($field) => Some(&mut self.$field),)+ _ => None }
            }
        }
    };
}
by_name! {
    kind first last source_unit source_name broadcaster requester mode target use_mode since redirect user nature category
    industry province city county address contact phone email gateway gateway_place remark
}

impl RangeDraft {
    /// The same draft in the words of this program: without spaces around, choices by their word however they were
    /// written, and without what its kind does not have.
    #[must_use]
    pub fn tidy(&self) -> Self {
        let mut tidy = Self::default();
        let mut read = self.clone();
        for column in rules::columns() {
            if let Some(value) = read.get_mut(&column.name) {
                *value = rules::word_of(&column.name, value.trim());
            }
        }
        // The smaller place names the greater ones.
        if read.city.is_empty()
            && let Some(county) = address::find(&read.county)
        {
            county.parent.clone_into(&mut read.city);
        }
        if read.province.is_empty()
            && let Some(province) = address::find(&read.city).and_then(|city| Province::from_code(city.code))
        {
            province.code().clone_into(&mut read.province);
        }
        let wanted = read.fields();
        for name in wanted {
            if let (Some(to), Some(from)) = (tidy.get_mut(name), read.get(name)) {
                from.clone_into(to);
            }
        }
        tidy
    }

    /// The fields that a record of this kind has, in the order of the form; all of them while the kind is not known.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        const HEAD: [&str; 3] = ["kind", "first", "last"];
        const TERM: [&str; 2] = ["use_mode", "since"];
        const USER: [&str; 7] = ["user", "nature", "province", "city", "county", "address", "contact"];
        const REACH: [&str; 2] = ["phone", "email"];
        const GATEWAY: [&str; 2] = ["gateway", "gateway_place"];
        let parts: Vec<&[&'static str]> = match (RangeKind::from_word(&self.kind), self.mode.as_str()) {
            (Some(RangeKind::Source), _) => vec![&HEAD, &["source_unit"]],
            (Some(RangeKind::Broadcast), _) => vec![&HEAD, &["broadcaster", "requester"]],
            (Some(RangeKind::BroughtIn), _) => {
                vec![&HEAD, &["source_unit", "source_name"], &TERM, &["redirect"], &USER, &REACH, &GATEWAY]
            }
            (Some(RangeKind::Allocation), "reallocated") => vec![&HEAD, &["mode", "target"]],
            (Some(RangeKind::Allocation), "own_use") => vec![&HEAD, &["mode"], &TERM, &GATEWAY],
            (Some(RangeKind::Allocation), "reserved") => vec![&HEAD, &["mode"]],
            (Some(RangeKind::Allocation), "allocated_use") => {
                let more: &[&str] = &["redirect"];
                vec![&HEAD, &["mode"], &TERM, more, &USER, &REACH, &["category", "industry"], &GATEWAY]
            }
            (None, _) | (Some(RangeKind::Allocation), _) => {
                return rules::columns().iter().map(|column| column.name.as_str()).collect();
            }
        };
        parts.into_iter().flatten().copied().chain(["remark"]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_a_field_and_every_field_a_column() {
        let names: Vec<&str> = rules::columns().iter().map(|column| column.name.as_str()).collect();
        let tree = serde_json::to_value(RangeDraft::default()).unwrap();
        let fields: Vec<&str> = tree.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields.len(), names.len());
        assert!(names.iter().all(|name| RangeDraft::default().get(name).is_some()));
    }

    #[test]
    fn tidying_reads_choices_in_any_spelling_and_drops_what_does_not_belong() {
        let typed = RangeDraft {
            kind: " 分配使用 ".into(),
            mode: "Own use".into(),
            use_mode: "静态".into(),
            user: "云杉".into(),
            first: " 1.0.0.0".into(),
            ..RangeDraft::default()
        };
        let tidy = typed.tidy();
        assert_eq!((tidy.kind.as_str(), tidy.mode.as_str()), ("allocation", "own_use"));
        assert_eq!((tidy.use_mode.as_str(), tidy.user.as_str(), tidy.first.as_str()), ("static", "", "1.0.0.0"));
        let unknown = RangeDraft { kind: "x".into(), user: "云杉".into(), ..RangeDraft::default() };
        assert_eq!(unknown.tidy(), unknown);
    }
}

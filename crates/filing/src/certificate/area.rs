//! The division codes of GB/T 2260 as they were over the years: identifiers keep the code of their first day.

use std::sync::OnceLock;

/// A division code under one name, with the years it was in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// The name.
    pub name: &'static str,
    /// The first year in force; the tables begin with 1980.
    pub from: i16,
    /// The first year in which it was not in force any more; none while it is.
    pub until: Option<i16>,
}

/// Every code that ever was with its names, by code and by year.
fn table() -> &'static [(u32, Area)] {
    static TABLE: OnceLock<Vec<(u32, Area)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows = include_str!("../../data/areas.csv").lines().skip(1).filter_map(|line| {
            let mut cells = line.split(',');
            let (code, name) = (cells.next()?.parse().ok()?, cells.next()?);
            let mut year = || cells.next().and_then(|cell| cell.parse().ok());
            Some((code, Area { name, from: year().unwrap_or(i16::MIN), until: year() }))
        });
        let mut table: Vec<(u32, Area)> = rows.collect();
        table.sort_by_key(|(code, area)| (*code, area.until.unwrap_or(i16::MAX), area.from));
        table
    })
}

/// The names and years of a six-digit code, the newest last; none when it never was one.
pub fn history(code: &str) -> impl DoubleEndedIterator<Item = &'static Area> + Clone {
    let table = table();
    let number = (code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())).then(|| code.parse::<u32>().ok());
    let range = number.flatten().map_or(0..0, |number| {
        table.partition_point(|(code, _)| *code < number)..table.partition_point(|(code, _)| *code <= number)
    });
    table[range].iter().map(|(_, area)| area)
}

/// The newest name of a code, abolished or not.
#[must_use]
pub fn name(code: &str) -> Option<&'static str> {
    history(code).next_back().map(|area| area.name)
}

/// Whether a code was in force in a year, under any name.
#[must_use]
pub fn in_force(code: &str, year: i16) -> bool {
    history(code).any(|area| area.from <= year && area.until.is_none_or(|until| year <= until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abolished_code_keeps_its_name_and_years() {
        assert_eq!(name("110103"), Some("崇文区"));
        assert!(in_force("110103", 1985) && !in_force("110103", 2015));
        assert_eq!(name("110199"), None);
        assert_eq!(name("11010"), None);
        assert_eq!(name("1101033"), None);
    }

    #[test]
    fn a_code_that_changed_its_name_is_called_by_the_newest() {
        let names: Vec<&str> = history("500101").map(|area| area.name).collect();
        assert_eq!(names, ["万县区", "万州区"]);
        assert_eq!(name("500101"), Some("万州区"));
    }
}

//! The administrative divisions of China as forms need them: province, city, district.
//!
//! State of April 2026. Municipalities and the counties directly under a province have no city of their own; the
//! grouping codes of GB/T 2260 (110100, 419000, …) stand in for it, so that every address has all three levels.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Serialize;
use utoipa::ToSchema;

use crate::province::Province;

/// One division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct Division {
    /// Its six-digit code.
    pub code: &'static str,
    /// Its Chinese name.
    pub name: &'static str,
    /// The code of the division above it; empty for a province.
    pub parent: &'static str,
}

/// Codes that group counties without a city, with what to call the group in an address.
const GROUPS: [(&str, &str); 9] = [
    ("110100", "110000"),
    ("120100", "120000"),
    ("310100", "310000"),
    ("500100", "500000"),
    ("500200", "500000"),
    ("419000", "410000"),
    ("429000", "420000"),
    ("469000", "460000"),
    ("659000", "650000"),
];

struct Divisions {
    all: Vec<Division>,
    by_code: HashMap<&'static str, usize>,
    children: HashMap<&'static str, Vec<usize>>,
}

fn divisions() -> &'static Divisions {
    static DIVISIONS: OnceLock<Divisions> = OnceLock::new();
    DIVISIONS.get_or_init(|| {
        let real = include_str!("../data/divisions.csv").lines().skip(1).filter_map(|line| {
            let mut cells = line.split(',');
            Some(Division { code: cells.next()?, name: cells.next()?, parent: cells.next()? })
        });
        let mut all: Vec<Division> = real.collect();
        for (code, parent) in GROUPS {
            let name = all.iter().find(|division| division.code == parent).map_or("", |division| division.name);
            all.push(Division { code, name, parent });
        }
        for division in &mut all {
            let directly_under_a_province = division.parent.ends_with("0000") && !division.code.ends_with("00");
            let group = GROUPS.iter().find(|(group, _)| group[..4] == division.code[..4]);
            if let Some((group, _)) = group.filter(|_| directly_under_a_province) {
                division.parent = group;
            }
        }
        all.sort_by_key(|division| division.code);
        let by_code = all.iter().enumerate().map(|(index, division)| (division.code, index)).collect();
        let mut children: HashMap<&'static str, Vec<usize>> = HashMap::new();
        for (index, division) in all.iter().enumerate() {
            children.entry(division.parent).or_default().push(index);
        }
        Divisions { all, by_code, children }
    })
}

fn children(code: &str) -> Vec<&'static Division> {
    let divisions = divisions();
    divisions.children.get(code).into_iter().flatten().map(|index| &divisions.all[*index]).collect()
}

/// The division of a six-digit code in force.
#[must_use]
pub fn find(code: &str) -> Option<&'static Division> {
    let divisions = divisions();
    divisions.by_code.get(code.trim()).map(|index| &divisions.all[*index])
}

/// The provinces that file, in the order of their codes.
#[must_use]
pub fn provinces() -> Vec<&'static Division> {
    Province::ALL.iter().filter_map(|province| find(&province.division_code())).collect()
}

/// The cities of a province.
#[must_use]
pub fn cities(province: Province) -> Vec<&'static Division> {
    children(&province.division_code())
}

/// The districts and counties of a city; a city without any (东莞, 中山, 儋州, 嘉峪关) stands for itself.
#[must_use]
pub fn districts(city: &str) -> Vec<&'static Division> {
    let below = children(city.trim());
    if below.is_empty() {
        return find(city).filter(|division| division.parent.ends_with("0000")).into_iter().collect();
    }
    below
}

/// The name from the province down, such as 浙江省杭州市西湖区; a name is not repeated.
#[must_use]
pub fn full_name(code: &str) -> Option<String> {
    let mut names: Vec<&'static str> = Vec::with_capacity(3);
    let mut next = Some(find(code)?);
    while let Some(division) = next {
        if names.last() != Some(&division.name) {
            names.push(division.name);
        }
        next = find(division.parent);
    }
    names.reverse();
    Some(names.concat())
}

/// Whether a district belongs to a city, and the city to the province.
#[must_use]
pub fn belongs(district: &str, city: &str, province: Province) -> bool {
    find(city).is_some_and(|c| c.parent == province.division_code())
        && (find(district).is_some_and(|d| d.parent == city) || (district == city && children(city).is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_can_walk_from_province_to_district() {
        assert_eq!(provinces().len(), 31);
        let cities = cities(Province::Zhejiang);
        assert!(cities.iter().any(|city| city.code == "330100" && city.name == "杭州市"));
        assert!(districts("330100").iter().any(|district| district.name == "西湖区"));
        assert_eq!(full_name("330106").as_deref(), Some("浙江省杭州市西湖区"));
        assert!(belongs("330106", "330100", Province::Zhejiang));
        assert!(!belongs("330106", "330200", Province::Zhejiang));
    }

    #[test]
    fn a_municipality_has_itself_as_city() {
        let cities = cities(Province::Beijing);
        assert_eq!(cities.iter().map(|city| (city.code, city.name)).collect::<Vec<_>>(), [("110100", "北京市")]);
        assert_eq!(full_name("110105").as_deref(), Some("北京市朝阳区"));
        assert!(belongs("110105", "110100", Province::Beijing));
    }

    #[test]
    fn a_city_without_districts_stands_for_itself() {
        assert_eq!(districts("441900").iter().map(|d| d.name).collect::<Vec<_>>(), ["东莞市"]);
        assert!(belongs("441900", "441900", Province::Guangdong));
        assert_eq!(full_name("441900").as_deref(), Some("广东省东莞市"));
    }

    #[test]
    fn every_city_of_every_province_has_a_district() {
        for province in Province::ALL {
            for city in cities(*province) {
                assert!(!districts(city.code).is_empty(), "{} has no district", city.name);
                for district in districts(city.code) {
                    assert!(belongs(district.code, city.code, *province), "{}", district.name);
                }
            }
        }
    }
}

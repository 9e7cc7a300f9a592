//! The unified social credit code (统一社会信用代码, GB 32100-2015), with both of its check characters.

use std::fmt;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::nature::Nature;
use crate::text::Text;

/// A unified social credit code whose check characters hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Uscc(String);

/// Why a text is not a unified social credit code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsccFault {
    /// It has not 18 characters.
    #[error("it has {found} characters, not 18")]
    Length {
        /// How many it has.
        found: usize,
    },
    /// A character is not in the alphabet, which has no I, O, S, V and Z.
    #[error("character {position} is {found:?}, which these codes never have")]
    Character {
        /// Its place, from 1.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// The first two characters name no registering department and category.
    #[error("{prefix} names no kind of body")]
    Prefix {
        /// The two characters.
        prefix: String,
    },
    /// Characters 3 to 8 are not digits.
    #[error("{area} is no division code")]
    Area {
        /// The six characters.
        area: String,
    },
    /// Character 17 does not fit the organisation code (GB 11714-1997).
    #[error("character 17 is {found}, it should be {expected}")]
    Organization {
        /// What stands there.
        found: char,
        /// What should.
        expected: char,
    },
    /// The last character does not fit the others.
    #[error("the check character is {found}, it should be {expected}")]
    Check {
        /// What stands there.
        found: char,
        /// What should.
        expected: char,
    },
}

const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANIZATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Who registers a body, and what kind of body it is, by the first two characters of its code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Row")]
pub struct Registrar {
    prefix: String,
    /// The registering department.
    pub department: Text,
    /// The category of the body.
    pub category: Text,
}

#[derive(Deserialize)]
struct Row {
    prefix: String,
    department_zh: String,
    department_en: String,
    category_zh: String,
    category_en: String,
}

impl From<Row> for Registrar {
    fn from(row: Row) -> Self {
        Self {
            prefix: row.prefix,
            department: Text::new(row.department_zh, row.department_en),
            category: Text::new(row.category_zh, row.category_en),
        }
    }
}

/// Registering departments with their categories (GB 32100-2015 and amendment).
fn registrars() -> &'static [Registrar] {
    static REGISTRARS: OnceLock<Vec<Registrar>> = OnceLock::new();
    REGISTRARS.get_or_init(|| {
        let mut rows = csv::Reader::from_reader(include_str!("../../data/credit-codes.csv").as_bytes());
        rows.deserialize().filter_map(Result::ok).collect()
    })
}

fn registrar(prefix: &str) -> Option<&'static Registrar> {
    registrars().iter().find(|registrar| registrar.prefix == prefix)
}

impl Uscc {
    /// The check character that belongs behind 17 characters (modulus 31).
    #[must_use]
    pub fn check_character(first_17: &str) -> Option<char> {
        if first_17.len() != 17 {
            return None;
        }
        let sum =
            first_17.chars().zip(WEIGHTS).try_fold(0, |sum, (c, weight)| Some(sum + ALPHABET.find(c)? * weight))?;
        ALPHABET.chars().nth((31 - sum % 31) % 31)
    }

    /// The check character that belongs behind the eight of an organisation code (GB 11714-1997, modulus 11).
    #[must_use]
    pub fn organization_check(first_8: &str) -> Option<char> {
        if first_8.len() != 8 {
            return None;
        }
        let sum = first_8
            .chars()
            .zip(ORGANIZATION_WEIGHTS)
            .try_fold(0, |sum, (c, weight)| Some(sum + c.to_digit(36)? * weight))?;
        match 11 - sum % 11 {
            10 => Some('X'),
            11 => Some('0'),
            digit => char::from_digit(digit, 10),
        }
    }

    /// Reads 18 characters; small letters become capitals.
    ///
    /// # Errors
    /// With the character or group at fault.
    pub fn parse(text: &str) -> Result<Self, UsccFault> {
        let found = text.chars().count();
        if found != 18 {
            return Err(UsccFault::Length { found });
        }
        let text = text.to_ascii_uppercase();
        if let Some((index, found)) = text.chars().enumerate().find(|(_, c)| !ALPHABET.contains(*c)) {
            return Err(UsccFault::Character { position: index + 1, found });
        }
        if registrar(&text[..2]).is_none() {
            return Err(UsccFault::Prefix { prefix: text[..2].to_owned() });
        }
        if !text[2..8].bytes().all(|b| b.is_ascii_digit()) {
            return Err(UsccFault::Area { area: text[2..8].to_owned() });
        }
        let bytes = text.as_bytes();
        let found = bytes[16] as char;
        let expected = Self::organization_check(&text[8..16]).unwrap_or('?');
        if expected != found {
            return Err(UsccFault::Organization { found, expected });
        }
        let found = bytes[17] as char;
        let expected = Self::check_character(&text[..17]).unwrap_or('?');
        if expected != found {
            return Err(UsccFault::Check { found, expected });
        }
        Ok(Self(text))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who registered the body, as what.
    #[must_use]
    pub fn registrar(&self) -> Option<&'static Registrar> {
        registrar(&self.0[..2])
    }

    /// The division code of the registering department; `100000` for bodies registered with the State.
    #[must_use]
    pub fn area(&self) -> &str {
        &self.0[2..8]
    }

    /// The nine characters of the organisation code.
    #[must_use]
    pub fn organization(&self) -> &str {
        &self.0[8..17]
    }

    /// Whether the first two characters are those of this nature; `None` where no prefix tells.
    #[must_use]
    pub fn fits(&self, nature: Nature) -> Option<bool> {
        let prefixes = nature.credit_code_prefixes();
        (!prefixes.is_empty()).then(|| prefixes.iter().any(|prefix| self.0.starts_with(prefix)))
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(first_16: &str) -> String {
        let seventeen = format!("{first_16}{}", Uscc::organization_check(&first_16[8..]).unwrap());
        format!("{seventeen}{}", Uscc::check_character(&seventeen).unwrap())
    }

    #[test]
    fn a_code_tells_who_registered_it_and_where() {
        let uscc = Uscc::parse(&code("91330106MA2K0XYQ").to_lowercase()).unwrap();
        assert_eq!(uscc.area(), "330106");
        assert_eq!(uscc.fits(Nature::Enterprise), Some(true));
        assert_eq!(uscc.fits(Nature::Government), Some(false));
        assert_eq!(uscc.fits(Nature::MedicalInstitution), None);
        let registrar = uscc.registrar().unwrap();
        assert_eq!((registrar.department.zh.as_str(), registrar.category.zh.as_str()), ("市场监管", "企业"));
    }

    #[test]
    fn every_department_and_category_of_the_standard_is_known() {
        let of = |department: &str| -> String {
            registrars().iter().filter_map(|r| r.prefix.strip_prefix(department)).collect()
        };
        // GB 32100-2015, table of departments and categories, with the amendment.
        let table = [
            ("1", "1239"),
            ("2", "19"),
            ("3", "123459"),
            ("4", "19"),
            ("5", "1239"),
            ("6", "129"),
            ("7", "129"),
            ("8", "19"),
            ("9", "1239"),
            ("A", "19"),
            ("N", "1239"),
            ("Y", "1"),
        ];
        for (department, categories) in table {
            assert_eq!(of(department), categories, "{department}");
        }
        assert_eq!(registrars().len(), table.iter().map(|(_, categories)| categories.len()).sum::<usize>());
    }

    #[test]
    fn a_collective_of_the_countryside_begins_with_n() {
        assert!(Uscc::parse(&code("N2330106MF000972")).is_ok());
    }

    #[test]
    fn each_fault_is_named() {
        let good = code("91330106MA2K0XYQ");
        assert_eq!(Uscc::parse("9133"), Err(UsccFault::Length { found: 4 }));
        assert_eq!(Uscc::parse(&good.replacen("M", "I", 1)), Err(UsccFault::Character { position: 9, found: 'I' }));
        assert!(matches!(Uscc::parse(&good.replacen("91", "98", 1)), Err(UsccFault::Prefix { .. })));
        assert!(matches!(Uscc::parse(&good.replacen("330", "3A0", 1)), Err(UsccFault::Area { .. })));
        assert!(matches!(Uscc::parse(&good.replacen("MA2", "MA3", 1)), Err(UsccFault::Organization { .. })));
        assert!(matches!(Uscc::parse(&good.replacen("3301", "3302", 1)), Err(UsccFault::Check { .. })));
    }

    proptest! {
        #[test]
        fn any_one_character_changed_is_refused(body in "[0-9A-HJ-NPQRTUWXY]{8}", place in 0usize..18, add in 1usize..31) {
            let good = code(&format!("91330106{body}"));
            prop_assert!(Uscc::parse(&good).is_ok());
            let old = ALPHABET.find(good.as_bytes()[place] as char).unwrap();
            let new = ALPHABET.chars().nth((old + add) % 31).unwrap();
            let changed = format!("{}{new}{}", &good[..place], &good[place + 1..]);
            prop_assert!(Uscc::parse(&changed).is_err());
        }
    }
}

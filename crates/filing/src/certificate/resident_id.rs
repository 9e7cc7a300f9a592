//! The resident ID number (公民身份号码, GB 11643-1999).

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A resident ID number whose area, date and check digit hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResidentId(String);

/// What the sequence digit says of its bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// An odd sequence.
    Male,
    /// An even sequence.
    Female,
}

/// Why a text is not a resident ID number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResidentIdFault {
    /// It has not 18 characters.
    #[error("it has {found} characters, not 18")]
    Length {
        /// How many it has.
        found: usize,
    },
    /// A character is not a digit (or X at the end).
    #[error("character {position} is {found:?}, not a digit")]
    Character {
        /// Its place, from 1.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// The first six digits never were a division.
    #[error("{area} never was a division code")]
    Area {
        /// The six digits.
        area: String,
    },
    /// Digits 7 to 14 are no date, or one that has not come.
    #[error("{digits} is no date of birth")]
    Birth {
        /// The eight digits.
        digits: String,
    },
    /// The last character does not fit the others.
    #[error("the check digit is {found}, it should be {expected}")]
    Check {
        /// What stands there.
        found: char,
        /// What should.
        expected: char,
    },
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// Every division code that ever was, with its newest name: IDs keep the code of the first registration.
fn areas() -> &'static HashMap<&'static str, &'static str> {
    static AREAS: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    AREAS.get_or_init(|| {
        include_str!("../../data/areas.csv")
            .lines()
            .skip(1)
            .filter_map(|line| {
                let mut cells = line.split(',');
                Some((cells.next()?, cells.next()?))
            })
            .collect()
    })
}

impl ResidentId {
    /// The check character that belongs behind 17 digits (ISO 7064 MOD 11-2).
    #[must_use]
    pub fn check_digit(first_17: &str) -> Option<char> {
        if first_17.len() != 17 {
            return None;
        }
        let sum = first_17.chars().zip(WEIGHTS).try_fold(0, |sum, (c, weight)| Some(sum + c.to_digit(10)? * weight))?;
        CHECKS.get((sum % 11) as usize).copied()
    }

    /// Reads 18 characters; a final `x` becomes `X`. The bearer must have been born on or before `on`.
    ///
    /// # Errors
    /// With the character or group at fault.
    pub fn parse(text: &str, on: Date) -> Result<Self, ResidentIdFault> {
        let found = text.chars().count();
        if found != 18 {
            return Err(ResidentIdFault::Length { found });
        }
        let text = text.replace('x', "X");
        for (index, c) in text.chars().enumerate() {
            if !(c.is_ascii_digit() || (index == 17 && c == 'X')) {
                return Err(ResidentIdFault::Character { position: index + 1, found: c });
            }
        }
        let area = &text[..6];
        if !areas().contains_key(area) {
            return Err(ResidentIdFault::Area { area: area.to_owned() });
        }
        let digits = &text[6..14];
        if birth(digits).is_none_or(|birth| birth > on) {
            return Err(ResidentIdFault::Birth { digits: digits.to_owned() });
        }
        let found = text.as_bytes()[17] as char;
        match Self::check_digit(&text[..17]) {
            Some(expected) if expected == found => Ok(Self(text)),
            expected => Err(ResidentIdFault::Check { found, expected: expected.unwrap_or('?') }),
        }
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The division code of the first registration.
    #[must_use]
    pub fn area(&self) -> &str {
        &self.0[..6]
    }

    /// The division's newest name.
    #[must_use]
    pub fn area_name(&self) -> &'static str {
        areas().get(self.area()).copied().unwrap_or_default()
    }

    /// The date of birth.
    #[must_use]
    pub fn birth(&self) -> Date {
        birth(&self.0[6..14]).unwrap_or(Date::MIN)
    }

    /// The sex.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.0.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// The age in full years on a day.
    #[must_use]
    pub fn age(&self, on: Date) -> i16 {
        age(self.birth(), on)
    }
}

/// The full years between a birth and a day.
#[must_use]
pub(crate) fn age(birth: Date, on: Date) -> i16 {
    let years = on.year() - birth.year();
    if (on.month(), on.day()) < (birth.month(), birth.day()) { years - 1 } else { years }
}

fn birth(digits: &str) -> Option<Date> {
    let date = Date::new(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?).ok()?;
    (date.year() >= 1850).then_some(date)
}

impl fmt::Display for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const ON: Date = date(2026, 11, 21);

    fn number(first_17: &str) -> String {
        format!("{first_17}{}", ResidentId::check_digit(first_17).unwrap())
    }

    #[test]
    fn a_number_tells_area_birth_and_sex() {
        let id = ResidentId::parse(&number("33010619880214971"), ON).unwrap();
        assert_eq!((id.area(), id.area_name()), ("330106", "西湖区"));
        assert_eq!(id.birth(), date(1988, 2, 14));
        assert_eq!(id.sex(), Sex::Male);
        assert_eq!(id.age(date(2006, 2, 13)), 17);
        assert_eq!(id.age(date(2006, 2, 14)), 18);
    }

    #[test]
    fn each_fault_is_named() {
        use ResidentIdFault as Fault;
        let good = number("33010619880214971");
        assert_eq!(ResidentId::parse("330106", ON), Err(Fault::Length { found: 6 }));
        assert_eq!(
            ResidentId::parse(&good.replacen("33", "3O", 1), ON),
            Err(Fault::Character { position: 2, found: 'O' })
        );
        assert!(matches!(ResidentId::parse(&number("99010619880214971"), ON), Err(Fault::Area { .. })));
        assert!(matches!(ResidentId::parse(&number("33010619870229971"), ON), Err(Fault::Birth { .. })));
        assert!(matches!(ResidentId::parse(&number("33010620261122971"), ON), Err(Fault::Birth { .. })));
        let wrong = format!("{}{}", &good[..17], if good.ends_with('1') { '2' } else { '1' });
        assert!(matches!(ResidentId::parse(&wrong, ON), Err(Fault::Check { .. })));
    }

    #[test]
    fn abolished_areas_are_kept_and_a_small_x_is_forgiven() {
        // 110103 崇文区 was merged in 2010; its people keep their numbers.
        let with_x = (970..1000)
            .map(|sequence| number(&format!("11010319750101{sequence}")))
            .find(|number| number.ends_with('X'))
            .unwrap();
        assert_eq!(ResidentId::parse(&with_x.to_lowercase(), ON).unwrap().as_str(), with_x);
    }

    proptest! {
        #[test]
        fn any_one_digit_changed_is_refused(sequence in 970u32..1000, day in 1i8..29, place in 0usize..17, add in 1u32..10) {
            let good = number(&format!("330106199005{day:02}{sequence}"));
            let mut digits: Vec<char> = good.chars().collect();
            let old = digits[place].to_digit(10).unwrap();
            digits[place] = char::from_digit((old + add) % 10, 10).unwrap();
            let changed: String = digits.into_iter().collect();
            prop_assert!(ResidentId::parse(&good, ON).is_ok());
            prop_assert!(ResidentId::parse(&changed, ON).is_err());
        }
    }
}

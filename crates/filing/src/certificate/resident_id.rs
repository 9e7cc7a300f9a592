//! The resident ID number (公民身份号码, GB 11643-1999).

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::area;

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

impl Sex {
    /// What the last digit of the sequence says: odd for men, even for women.
    pub(super) const fn of_sequence(digit: u8) -> Self {
        if digit % 2 == 1 { Self::Male } else { Self::Female }
    }

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }
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
    /// It is a number of 15 digits, which proves nothing since 2013-01-01.
    #[error("it is an old number of 15 digits; with 18 it is {full}")]
    Old {
        /// The number with century and check digit.
        full: String,
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
    /// Residents of Hong Kong, Macau and Taiwan hold residence permits of the same layout; see [`Self::is_permit`].
    ///
    /// # Errors
    /// With the character or group at fault.
    pub fn parse(text: &str, on: Date) -> Result<Self, ResidentIdFault> {
        if let Some(full) = Self::of_fifteen(text).filter(|full| Self::parse(full, on).is_ok()) {
            return Err(ResidentIdFault::Old { full });
        }
        let text = eighteen(text)?;
        if area::name(&text[..6]).is_none() {
            return Err(ResidentIdFault::Area { area: text[..6].to_owned() });
        }
        birth_and_check(&text, on)?;
        Ok(Self(text))
    }

    /// The 18 characters that an old number of 15 digits became: the century and a check digit are put in.
    fn of_fifteen(text: &str) -> Option<String> {
        let old = text.len() == 15 && text.bytes().all(|b| b.is_ascii_digit());
        let first_17 = old.then(|| format!("{}19{}", &text[..6], &text[6..]))?;
        Some(format!("{first_17}{}", Self::check_digit(&first_17)?))
    }

    /// Whether it is the number of a residence permit: its area is Hong Kong, Macau or Taiwan.
    #[must_use]
    pub fn is_permit(&self) -> bool {
        ["810000", "820000", "830000"].contains(&self.area())
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
        area::name(self.area()).unwrap_or_default()
    }

    /// The date of birth.
    #[must_use]
    pub fn birth(&self) -> Date {
        birth(&self.0[6..14]).unwrap_or(Date::MIN)
    }

    /// The sex.
    #[must_use]
    pub fn sex(&self) -> Sex {
        Sex::of_sequence(self.0.as_bytes()[16])
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

/// Seventeen digits and a digit or `X`; what is not is at fault.
pub(super) fn eighteen(text: &str) -> Result<String, ResidentIdFault> {
    let found = text.chars().count();
    if found != 18 {
        return Err(ResidentIdFault::Length { found });
    }
    let text = text.replace('x', "X");
    match text.chars().enumerate().find(|(index, c)| !(c.is_ascii_digit() || (*index == 17 && *c == 'X'))) {
        Some((index, found)) => Err(ResidentIdFault::Character { position: index + 1, found }),
        None => Ok(text),
    }
}

/// Whether characters 7 to 14 of eighteen are a day that has come, and the last one fits the others.
pub(super) fn birth_and_check(text: &str, on: Date) -> Result<(), ResidentIdFault> {
    let digits = &text[6..14];
    if birth(digits).is_none_or(|birth| birth > on) {
        return Err(ResidentIdFault::Birth { digits: digits.to_owned() });
    }
    let found = text.as_bytes()[17] as char;
    match ResidentId::check_digit(&text[..17]) {
        Some(expected) if expected == found => Ok(()),
        expected => Err(ResidentIdFault::Check { found, expected: expected.unwrap_or('?') }),
    }
}

/// The date that eight digits name; nobody who files was born before 1850.
pub(super) fn birth(digits: &str) -> Option<Date> {
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
    fn an_old_number_of_15_digits_is_known_for_what_it_is() {
        let full = number("11010319750101972");
        assert_eq!(ResidentId::parse("110103750101972", ON), Err(ResidentIdFault::Old { full }));
        assert_eq!(ResidentId::parse("110103751301972", ON), Err(ResidentIdFault::Length { found: 15 }));
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

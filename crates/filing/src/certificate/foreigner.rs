//! The foreigner's permanent residence ID (外国人永久居留身份证), the cards of 2004 and of 2023.

use std::sync::OnceLock;

use jiff::civil::Date;

use super::resident_id::{self, ResidentId, Sex};
use super::{FaultKind, ResidentIdFault};
use crate::province::Province;

/// The number of a card of 2023: `9 pp nnn yyyymmdd sss c` (国家移民管理局 读卡规则 2023 版).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ForeignerId(String);

/// The number of a card of 2004 or 2017: three letters of a country and twelve digits, without a known check digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OldForeignerId(String);

/// ISO 3166-1: the letters and the number of each country.
fn countries() -> impl Iterator<Item = (&'static str, &'static str)> + Clone {
    static COUNTRIES: OnceLock<Vec<(&'static str, &'static str)>> = OnceLock::new();
    COUNTRIES
        .get_or_init(|| {
            include_str!("../../data/countries.csv").lines().skip(1).filter_map(|l| l.split_once(',')).collect()
        })
        .iter()
        .copied()
}

impl ForeignerId {
    /// Reads 18 characters; a final `x` becomes `X`. The bearer must have been born on or before `on`.
    ///
    /// # Errors
    /// With the character or group at fault.
    pub fn parse(text: &str, on: Date) -> Result<Self, ResidentIdFault> {
        let text = resident_id::eighteen(text)?;
        if !text.starts_with('9') {
            return Err(ResidentIdFault::Character { position: 1, found: text.chars().next().unwrap_or('?') });
        }
        if Province::from_code(&text[1..3]).is_none() {
            return Err(ResidentIdFault::Area { area: text[1..3].to_owned() });
        }
        resident_id::birth_and_check(&text, on)?;
        Ok(Self(text))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The province the card was applied for in.
    #[must_use]
    pub fn province(&self) -> Option<Province> {
        Province::from_code(&self.0[1..3])
    }

    /// The three digits of the nationality (ISO 3166-1 numeric).
    #[must_use]
    pub fn nationality_digits(&self) -> &str {
        &self.0[3..6]
    }

    /// The three letters of the nationality; none when no country has the number.
    #[must_use]
    pub fn nationality(&self) -> Option<&'static str> {
        countries().find(|(_, number)| *number == self.nationality_digits()).map(|(letters, _)| letters)
    }

    /// The date of birth.
    #[must_use]
    pub fn birth(&self) -> Date {
        resident_id::birth(&self.0[6..14]).unwrap_or(Date::MIN)
    }

    /// The sex.
    #[must_use]
    pub fn sex(&self) -> Sex {
        Sex::of_sequence(self.0.as_bytes()[16])
    }

    /// The check character that belongs behind 17 digits; the resident ID's.
    #[must_use]
    pub fn check_digit(first_17: &str) -> Option<char> {
        ResidentId::check_digit(first_17)
    }
}

impl OldForeignerId {
    /// Reads three letters and twelve digits.
    ///
    /// # Errors
    /// With the character or group at fault.
    pub fn parse(text: &str) -> Result<Self, FaultKind> {
        let text = text.to_ascii_uppercase();
        let found = text.chars().count();
        if found != 15 {
            return Err(FaultKind::Length { found, expected: "15" });
        }
        FaultKind::unless(
            &text,
            |position, c| if position <= 3 { c.is_ascii_uppercase() } else { c.is_ascii_digit() },
        )?;
        Ok(Self(text))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The three letters in front.
    #[must_use]
    pub fn nationality_letters(&self) -> &str {
        &self.0[..3]
    }

    /// Whether a country has these letters.
    #[must_use]
    pub fn nationality_is_known(&self) -> bool {
        countries().any(|(letters, _)| letters == self.nationality_letters())
    }

    /// Whether digits 5 to 10 can be a date of birth, `yymmdd`.
    #[must_use]
    pub fn birth_is_possible(&self) -> bool {
        ["19", "20"].iter().any(|century| resident_id::birth(&format!("{century}{}", &self.0[7..13])).is_some())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const ON: Date = date(2026, 11, 21);

    fn card(first_17: &str) -> String {
        format!("{first_17}{}", ForeignerId::check_digit(first_17).unwrap())
    }

    #[test]
    fn a_card_of_2023_tells_province_nationality_and_birth() {
        let id = ForeignerId::parse(&card("93384019850101971"), ON).unwrap();
        assert_eq!((id.province(), id.nationality()), (Some(Province::Zhejiang), Some("USA")));
        assert_eq!((id.birth(), id.sex()), (date(1985, 1, 1), Sex::Male));
    }

    #[test]
    fn each_fault_of_a_card_of_2023_is_named() {
        use ResidentIdFault as Fault;
        let fault = |text: &str| ForeignerId::parse(text, ON).unwrap_err();
        assert_eq!(fault(&card("83384019850101971")), Fault::Character { position: 1, found: '8' });
        assert_eq!(fault(&card("99984019850101971")), Fault::Area { area: "99".into() });
        assert_eq!(fault(&card("93384019851301971")), Fault::Birth { digits: "19851301".into() });
        assert_eq!(fault(&card("93384020270101971")), Fault::Birth { digits: "20270101".into() });
    }

    #[test]
    fn an_older_card_has_letters_in_front() {
        let id = OldForeignerId::parse("usa330080010101").unwrap();
        assert!(id.nationality_is_known() && id.birth_is_possible());
        assert!(!OldForeignerId::parse("QQQ330089910101").unwrap().nationality_is_known());
        assert!(!OldForeignerId::parse("USA330089919901").unwrap().birth_is_possible());
        assert_eq!(OldForeignerId::parse("US1330080010101"), Err(FaultKind::Character { position: 3, found: '1' }));
        assert_eq!(OldForeignerId::parse("USA33008001010"), Err(FaultKind::Length { found: 14, expected: "15" }));
    }
}

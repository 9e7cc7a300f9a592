//! Registration numbers of business licences before the unified code (工商注册号), of 15 and of 13 digits.

use super::FaultKind;
use crate::words::words;

words! {
    /// The register a 15-digit number was taken from, by the first digit of its sequence (工商办字〔2007〕79号).
    pub enum Register {
        /// Domestic enterprises.
        Domestic = "domestic",
        /// Enterprises with foreign investment.
        ForeignFunded = "foreign_funded",
        /// Individual businesses.
        Individual = "individual",
    }
}

/// A registration number of 15 digits, in use from 2007 to 2015.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Registration15(String);

/// A registration number of 13 digits, in use before 2007; it has no check digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Registration13(String);

impl Registration15 {
    /// The check digit that belongs behind 14 digits (ISO 7064 MOD 11,10).
    #[must_use]
    pub fn check_digit(first_14: &str) -> Option<char> {
        if first_14.len() != 14 {
            return None;
        }
        let product = first_14.chars().try_fold(10, |product, c| {
            let sum = (product + c.to_digit(10)?) % 10;
            Some((if sum == 0 { 10 } else { sum }) * 2 % 11)
        })?;
        char::from_digit((11 - product) % 10, 10)
    }

    /// Reads 15 digits.
    ///
    /// # Errors
    /// With the character or group at fault.
    pub fn parse(text: &str) -> Result<Self, FaultKind> {
        all_digits(text, 15, "15")?;
        let (found, expected) = (text.chars().next_back().unwrap_or('?'), Self::check_digit(&text[..14]));
        if expected == Some(found) {
            Ok(Self(text.to_owned()))
        } else {
            Err(FaultKind::Check { found, expected: expected.unwrap_or('?') })
        }
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The division code of the office that gave it.
    #[must_use]
    pub fn area(&self) -> &str {
        &self.0[..6]
    }

    /// The register it was taken from.
    #[must_use]
    pub fn register(&self) -> Register {
        match self.0.as_bytes()[6] {
            b'0'..=b'3' => Register::Domestic,
            b'4' | b'5' => Register::ForeignFunded,
            _ => Register::Individual,
        }
    }
}

impl Registration13 {
    /// Reads 13 digits.
    ///
    /// # Errors
    /// With the character or group at fault.
    pub fn parse(text: &str) -> Result<Self, FaultKind> {
        all_digits(text, 13, "13").map(|()| Self(text.to_owned()))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The division code of the office that gave it.
    #[must_use]
    pub fn area(&self) -> &str {
        &self.0[..6]
    }
}

/// Whether a text is so many digits, and what is at fault when it is not.
pub(super) fn all_digits(text: &str, length: usize, expected: &'static str) -> Result<(), FaultKind> {
    let found = text.chars().count();
    if found != length {
        return Err(FaultKind::Length { found, expected });
    }
    FaultKind::unless(text, |_, c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_2007_has_a_check_digit_and_tells_its_register() {
        let number = Registration15::parse("110108000000016").unwrap();
        assert_eq!((number.area(), number.register()), ("110108", Register::Domestic));
        assert_eq!(Registration15::parse("110108000000017"), Err(FaultKind::Check { found: '7', expected: '6' }));
        assert_eq!(Registration15::parse("11010800000001"), Err(FaultKind::Length { found: 14, expected: "15" }));
        assert_eq!(Registration15::parse("11010800000001O"), Err(FaultKind::Character { position: 15, found: 'O' }));
        let foreign = format!("33010040000001{}", Registration15::check_digit("33010040000001").unwrap());
        assert_eq!(Registration15::parse(&foreign).unwrap().register(), Register::ForeignFunded);
    }

    #[test]
    fn an_older_number_has_none() {
        assert_eq!(Registration13::parse("1101081234567").unwrap().area(), "110108");
        assert_eq!(Registration13::parse("110108123456"), Err(FaultKind::Length { found: 12, expected: "13" }));
        assert_eq!(Registration13::parse("11010812345６7"), Err(FaultKind::Character { position: 12, found: '６' }));
    }
}

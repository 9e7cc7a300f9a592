//! Numbers of the filing with the police (公安备案), such as 京公网安备11010802020088号.

use std::fmt;

use super::NumberFault;
use super::reading::{self, Change};
use crate::province::Province;

/// A number of a filing with the police.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PoliceNumber {
    text: String,
    province: Province,
    digits: String,
}

impl PoliceNumber {
    /// Reads a number in its strict form: a letter, 公网安备, fourteen digits, 号; one space may stand before the digits.
    ///
    /// # Errors
    /// With the group at fault.
    pub fn parse(text: &str) -> Result<Self, NumberFault> {
        Self::read(text.trim(), false)
    }

    /// Reads a number as it is found on pages, and says what had to be changed.
    ///
    /// # Errors
    /// With the group at fault, when no change that is known makes it a number.
    pub fn parse_lenient(typed: &str) -> Result<(Self, Vec<Change>), NumberFault> {
        let (text, changes) = reading::police(typed);
        Ok((Self::read(&text, true)?, changes))
    }

    fn read(text: &str, lenient: bool) -> Result<Self, NumberFault> {
        let letter = text.chars().next().unwrap_or(' ');
        let province = province(letter).ok_or_else(|| NumberFault::Province(text.chars().take(1).collect()))?;
        let rest = &text[letter.len_utf8()..];
        if rest.starts_with("ICP") {
            return Err(NumberFault::Filing);
        }
        let rest = rest.strip_prefix("公网安备").ok_or_else(|| NumberFault::Kind(rest.to_owned()))?;
        let rest = rest.strip_prefix(char::is_whitespace).unwrap_or(rest);
        let digits = rest.strip_suffix('号').ok_or(NumberFault::Sign)?;
        let whole =
            |text: &str, lengths: &[usize]| lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        // Before the fourteen digits there were eleven to thirteen, some with a serial behind a hyphen.
        let old = || match digits.split_once('-') {
            Some((front, serial)) => whole(front, &[11, 12, 13]) && whole(serial, &[1, 2, 3]),
            None => whole(digits, &[11, 12, 13]),
        };
        if whole(digits, &[14]) || (lenient && old()) {
            Ok(Self { text: format!("{letter}公网安备{digits}号"), province, digits: digits.to_owned() })
        } else {
            Err(NumberFault::Digits(digits.to_owned()))
        }
    }

    /// The number, without a space.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The province of the letter in front.
    #[must_use]
    pub const fn province(&self) -> Province {
        self.province
    }

    /// The letter in front.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.text.chars().next().map_or("", |letter| &self.text[..letter.len_utf8()])
    }

    /// The digits, with the hyphen of an old number.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// The division code of the police office.
    #[must_use]
    pub fn area(&self) -> &str {
        &self.digits[..6]
    }

    /// Whether it has the form used before the fourteen digits.
    #[must_use]
    pub fn is_old(&self) -> bool {
        self.digits.len() != 14 || self.digits.contains('-')
    }

    /// Whether the digits begin with the province of the letter; copied templates often do not.
    #[must_use]
    pub fn area_fits(&self) -> bool {
        Province::from_code(&self.digits) == Some(self.province)
    }
}

/// The police also use the letters of number plates, which the communications authorities of four provinces do not.
fn province(letter: char) -> Option<Province> {
    Province::from_icp_prefix(letter).or(match letter {
        '甘' => Some(Province::Gansu),
        '川' => Some(Province::Sichuan),
        '贵' => Some(Province::Guizhou),
        '云' => Some(Province::Yunnan),
        _ => None,
    })
}

impl fmt::Display for PoliceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_the_office() {
        let number = PoliceNumber::parse("京公网安备 11010802020088号").unwrap();
        assert_eq!((number.as_str(), number.area()), ("京公网安备11010802020088号", "110108"));
        assert!(number.area_fits() && !number.is_old());
        assert!(!PoliceNumber::parse("浙公网安备11010802020088号").unwrap().area_fits());
        assert_eq!(PoliceNumber::parse("川公网安备51010702000123号").unwrap().province(), Province::Sichuan);
    }

    #[test]
    fn old_numbers_are_only_read_leniently() {
        for text in ["京公网安备110105007230号", "京公网安备110102000060-1号"] {
            assert!(matches!(PoliceNumber::parse(text), Err(NumberFault::Digits(_))), "{text}");
            let (number, changes) = PoliceNumber::parse_lenient(text).unwrap();
            assert!(number.is_old() && changes.is_empty(), "{text}");
        }
    }

    #[test]
    fn a_refusal_names_the_group_at_fault() {
        use NumberFault as Fault;
        assert_eq!(PoliceNumber::parse("11010802020088"), Err(Fault::Province("1".into())));
        assert_eq!(PoliceNumber::parse("京ICP备2026000001号"), Err(Fault::Filing));
        assert_eq!(PoliceNumber::parse("京网安备11010802020088号"), Err(Fault::Kind("网安备11010802020088号".into())));
        assert_eq!(PoliceNumber::parse("京公网安备11010802020088"), Err(Fault::Sign));
        assert_eq!(PoliceNumber::parse("京公网安备1101080202008号"), Err(Fault::Digits("1101080202008".into())));
    }
}

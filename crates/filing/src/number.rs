//! Filing numbers (备案号): of a subject, and of each of its sites; in [`filed`] and [`police`] all the other numbers
//! that stand at the foot of a website.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::province::Province;

pub mod filed;
pub mod police;
mod reading;

pub use reading::Change;

/// Why a text is not a filing number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    /// The first letter is no authority's.
    #[error("no authority's numbers begin with {0:?}")]
    Province(String),
    /// What follows the letter is no kind of number: `ICP备` for a filing.
    #[error("{0:?} is no kind of number")]
    Kind(String),
    /// There are not 8 or 10 digits of a year and a serial.
    #[error("{0:?} is not a year and a serial of the right length")]
    Digits(String),
    /// 号 does not follow the digits.
    #[error("号 must follow the digits")]
    Sign,
    /// It is a number of the filing with the police.
    #[error("it is a number of the filing with the police")]
    Police,
    /// It is a filing's number, not one of the police.
    #[error("it is a number of a filing or licence, not of the police")]
    Filing,
    /// The site's serial is missing, begins with zero, or is no number.
    #[error("{0:?} is no site serial")]
    Serial(String),
}

/// The number of a subject, such as `浙ICP备2026000001号`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "浙ICP备2026000001号")]
pub struct SubjectNumber(String);

/// The number of a site, such as `浙ICP备2026000001号-1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "浙ICP备2026000001号-1")]
pub struct SiteNumber(String);

impl SubjectNumber {
    /// Makes the number of a province, a year and a serial, in the form used since 2020.
    #[must_use]
    pub fn new(province: Province, year: i16, serial: u32) -> Self {
        Self(format!("{}ICP备{year:04}{:06}号", province.icp_prefix(), serial % 1_000_000))
    }

    /// Reads a number in its strict form.
    ///
    /// # Errors
    /// With the group at fault.
    pub fn parse(text: &str) -> Result<Self, NumberFault> {
        let text = text.trim();
        let letter = text.chars().next().unwrap_or(' ');
        if Province::from_icp_prefix(letter).is_none() {
            return Err(NumberFault::Province(text.chars().take(1).collect()));
        }
        let rest = text[letter.len_utf8()..].strip_prefix("ICP备");
        let rest = rest.ok_or_else(|| NumberFault::Kind(text[letter.len_utf8()..].to_owned()))?;
        let digits = rest.strip_suffix('号').ok_or(NumberFault::Sign)?;
        let right = digits.bytes().all(|b| b.is_ascii_digit())
            && (digits.len() == 8 || (digits.len() == 10 && digits.starts_with("20")));
        if !right {
            return Err(NumberFault::Digits(digits.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The province whose authority gave it.
    #[must_use]
    pub fn province(&self) -> Option<Province> {
        self.0.chars().next().and_then(Province::from_icp_prefix)
    }

    /// The year it was given in.
    #[must_use]
    pub fn year(&self) -> i16 {
        let digits: String = self.0.chars().filter(char::is_ascii_digit).collect();
        let year = if digits.len() == 10 { &digits[..4] } else { &digits[..2] };
        let year: i16 = year.parse().unwrap_or_default();
        if year < 100 { 2000 + year } else { year }
    }

    /// The number of this subject's n-th site.
    #[must_use]
    pub fn site(&self, serial: u32) -> SiteNumber {
        SiteNumber(format!("{self}-{}", serial.max(1)))
    }
}

impl SiteNumber {
    /// Reads a number in its strict form.
    ///
    /// # Errors
    /// With the group at fault.
    pub fn parse(text: &str) -> Result<Self, NumberFault> {
        let text = text.trim();
        let (subject, serial) = text.rsplit_once('-').ok_or_else(|| NumberFault::Serial(String::new()))?;
        let subject = SubjectNumber::parse(subject)?;
        let right = !serial.is_empty() && !serial.starts_with('0') && serial.bytes().all(|b| b.is_ascii_digit());
        match serial.parse::<u32>() {
            Ok(number) if right => Ok(subject.site(number)),
            _ => Err(NumberFault::Serial(serial.to_owned())),
        }
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The subject's number in front.
    #[must_use]
    pub fn subject(&self) -> SubjectNumber {
        SubjectNumber(self.0.rsplit_once('-').map_or("", |(subject, _)| subject).to_owned())
    }

    /// The serial behind the hyphen; sites, apps and mini programs of a subject share one sequence.
    #[must_use]
    pub fn serial(&self) -> u32 {
        self.0.rsplit_once('-').and_then(|(_, serial)| serial.parse().ok()).unwrap_or_default()
    }
}

impl fmt::Display for SubjectNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SiteNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SubjectNumber {
    type Error = NumberFault;
    fn try_from(text: String) -> Result<Self, NumberFault> {
        Self::parse(&text)
    }
}

impl TryFrom<String> for SiteNumber {
    type Error = NumberFault;
    fn try_from(text: String) -> Result<Self, NumberFault> {
        Self::parse(&text)
    }
}

impl From<SubjectNumber> for String {
    fn from(number: SubjectNumber) -> Self {
        number.0
    }
}

impl From<SiteNumber> for String {
    fn from(number: SiteNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_made_and_read_back() {
        let subject = SubjectNumber::new(Province::Zhejiang, 2026, 7);
        assert_eq!(subject.as_str(), "浙ICP备2026000007号");
        assert_eq!(SubjectNumber::parse(subject.as_str()), Ok(subject.clone()));
        assert_eq!((subject.province(), subject.year()), (Some(Province::Zhejiang), 2026));
        let site = subject.site(2);
        assert_eq!(site.to_string(), "浙ICP备2026000007号-2");
        assert_eq!(SiteNumber::parse(&site.to_string()).unwrap().serial(), 2);
    }

    #[test]
    fn old_numbers_have_a_two_digit_year() {
        assert_eq!(SubjectNumber::parse("鲁ICP备09090609号").unwrap().year(), 2009);
    }

    #[test]
    fn each_fault_is_named() {
        assert_eq!(SubjectNumber::parse("甘ICP备17001719号"), Err(NumberFault::Province("甘".into())));
        assert_eq!(SubjectNumber::parse("浙B2-20090059"), Err(NumberFault::Kind("B2-20090059".into())));
        assert_eq!(SubjectNumber::parse("浙ICP备2026000007"), Err(NumberFault::Sign));
        assert_eq!(SubjectNumber::parse("浙ICP备202600007号"), Err(NumberFault::Digits("202600007".into())));
        assert_eq!(SiteNumber::parse("浙ICP备2026000007号-01"), Err(NumberFault::Serial("01".into())));
        assert_eq!(SiteNumber::parse("浙ICP备2026000007号"), Err(NumberFault::Serial(String::new())));
    }
}

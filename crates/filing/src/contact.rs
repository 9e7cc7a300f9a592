//! Ways to reach a person: mobile numbers, landlines, mail addresses.

use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::words;

/// Why a text is not a phone number or mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContactFault {
    /// Nothing was given.
    #[error("there is nothing")]
    Empty,
    /// A character that does not belong there.
    #[error("{0:?} does not belong there")]
    Character(char),
    /// A mobile number has eleven digits, a landline ten to twelve.
    #[error("it has {found} digits, too few or too many")]
    Length {
        /// How many it has.
        found: usize,
    },
    /// The ministry's text messages do not reach numbers that begin so.
    #[error("{0} is not a range that receives the authority's text message")]
    Range(String),
    /// No place has this area code.
    #[error("{0} is no area code")]
    AreaCode(String),
    /// Numbers behind an area code begin with 2 to 9.
    #[error("{0} is no number behind an area code")]
    Local(String),
    /// A mail address has one @ with something on both sides.
    #[error("it is not written like name@example.com")]
    Mail,
}

/// What the three digits in front of a mobile number say (phone.dat 2312, libphonenumber 2026).
///
/// They say nothing of the province: that is in the seven digits in front, and numbers have moved between carriers
/// since 2019.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix {
    /// The three digits.
    pub digits: &'static str,
    /// Who was given the range: CMCC, CTCC, CUCC or CBN.
    pub carrier: &'static str,
    /// Who uses it.
    pub usage: Usage,
    /// Whether it receives the ministry's text message (Tencent Cloud, 短信核验类).
    pub receives: bool,
}

words! {
    /// Who uses a range of mobile numbers.
    pub enum Usage {
        /// People.
        Public = "public",
        /// Satellite phones and other particular services.
        Special = "special",
        /// Machines.
        Machine = "machine",
        /// Nobody yet.
        Reserved = "reserved",
    }
}

fn prefixes() -> &'static [Prefix] {
    static PREFIXES: OnceLock<Vec<Prefix>> = OnceLock::new();
    PREFIXES.get_or_init(|| {
        let rows = include_str!("../data/mobile-prefixes.csv").lines().skip(1).filter_map(|line| {
            let mut cells = line.split(',');
            Some(Prefix {
                digits: cells.next()?,
                carrier: cells.next()?,
                usage: Usage::from_word(cells.next()?)?,
                receives: cells.next()? == "yes",
            })
        });
        rows.collect()
    })
}

/// The range that a mobile number of eleven digits is in; spaces, hyphens, full-width digits and a leading +86 are
/// forgiven.
///
/// # Errors
/// With what is at fault.
pub fn read_mobile(typed: &str) -> Result<(String, Prefix), ContactFault> {
    let text = plain_digits(typed)?;
    let text = text.strip_prefix("+86").or_else(|| text.strip_prefix("0086")).unwrap_or(&text);
    if let Some(c) = text.chars().find(|c| !c.is_ascii_digit()) {
        return Err(ContactFault::Character(c));
    }
    if text.len() != 11 {
        return Err(ContactFault::Length { found: text.len() });
    }
    match prefixes().iter().find(|prefix| prefix.digits == &text[..3]) {
        Some(prefix) => Ok((text.to_owned(), *prefix)),
        None => Err(ContactFault::Range(text[..3].to_owned())),
    }
}

/// A mobile number of mainland China that can receive the authority's text message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct Mobile(String);

impl Mobile {
    /// Reads a number; spaces, hyphens, full-width digits and a leading +86 are forgiven.
    ///
    /// # Errors
    /// With what is at fault.
    pub fn parse(typed: &str) -> Result<Self, ContactFault> {
        match read_mobile(typed)? {
            (text, prefix) if prefix.receives => Ok(Self(text)),
            (_, prefix) => Err(ContactFault::Range(prefix.digits.to_owned())),
        }
    }

    /// The eleven digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A landline number with its area code, such as `0571-88880000`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct Landline(String);

/// Each area code with its province and its places.
fn area_codes() -> &'static [(&'static str, &'static str, &'static str)] {
    static CODES: OnceLock<Vec<(&'static str, &'static str, &'static str)>> = OnceLock::new();
    CODES.get_or_init(|| {
        include_str!("../data/area-codes.csv")
            .lines()
            .skip(1)
            .filter_map(|line| {
                let mut cells = line.split(',');
                Some((cells.next()?, cells.next()?, cells.next()?))
            })
            .collect()
    })
}

impl Landline {
    /// Reads an area code and seven or eight digits, with or without hyphens.
    ///
    /// # Errors
    /// With what is at fault.
    pub fn parse(typed: &str) -> Result<Self, ContactFault> {
        let text = plain_digits(typed)?;
        let text = text.strip_prefix("+86").map_or(text.clone(), |rest| format!("0{rest}"));
        if let Some(c) = text.chars().find(|c| !c.is_ascii_digit()) {
            return Err(ContactFault::Character(c));
        }
        let code = area_codes()
            .iter()
            .map(|(code, ..)| *code)
            .filter(|code| text.starts_with(code))
            .max_by_key(|code| code.len())
            .ok_or_else(|| ContactFault::AreaCode(text.chars().take(4).collect()))?;
        let local = &text[code.len()..];
        if !(7..=8).contains(&local.len()) {
            return Err(ContactFault::Length { found: text.len() });
        }
        if local.starts_with(['0', '1']) {
            return Err(ContactFault::Local(local.to_owned()));
        }
        Ok(Self(format!("{code}-{local}")))
    }

    /// The number with a hyphen behind the area code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The area code.
    #[must_use]
    pub fn area_code(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// The short name of the province the area code belongs to, such as 浙江.
    #[must_use]
    pub fn province_name(&self) -> &'static str {
        self.row().map_or("", |(_, province, _)| province)
    }

    /// The places that share the area code, such as 杭州.
    #[must_use]
    pub fn places(&self) -> &'static str {
        self.row().map_or("", |(_, _, places)| places)
    }

    fn row(&self) -> Option<(&'static str, &'static str, &'static str)> {
        area_codes().iter().find(|(known, ..)| *known == self.area_code()).copied()
    }
}

/// A number for emergencies: mobile or landline.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Phone {
    /// A mobile number.
    Mobile(Mobile),
    /// A landline.
    Landline(Landline),
}

impl Phone {
    /// Reads a mobile number or a landline.
    ///
    /// # Errors
    /// With what is at fault; a text that begins with 0 is judged as a landline.
    pub fn parse(typed: &str) -> Result<Self, ContactFault> {
        if typed.trim_start().starts_with(['0', '０']) && !typed.trim_start().starts_with("0086") {
            Landline::parse(typed).map(Self::Landline)
        } else {
            Mobile::parse(typed).map(Self::Mobile)
        }
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Mobile(mobile) => mobile.as_str(),
            Self::Landline(landline) => landline.as_str(),
        }
    }
}

/// A mail address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct Email(String);

impl Email {
    /// Reads `local@domain`; the domain becomes lower case.
    ///
    /// # Errors
    /// With what is at fault.
    pub fn parse(typed: &str) -> Result<Self, ContactFault> {
        let text = typed.trim();
        if text.is_empty() {
            return Err(ContactFault::Empty);
        }
        if let Some(c) = text.chars().find(|c| {
            !(c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+' | '%' | '\'' | '&' | '=' | '~'))
        }) {
            return Err(ContactFault::Character(c));
        }
        let (local, domain) = text.split_once('@').ok_or(ContactFault::Mail)?;
        let dots_right = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
        let domain_right = domain.contains('.')
            && !domain.contains('@')
            && domain.split('.').all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            });
        if local.is_empty() || local.len() > 64 || text.len() > 254 || !dots_right(local) || !domain_right {
            return Err(ContactFault::Mail);
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn plain_digits(typed: &str) -> Result<String, ContactFault> {
    let text: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '（' | '）' | '－'))
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '＋' => '+',
            other => other,
        })
        .collect();
    if text.is_empty() { Err(ContactFault::Empty) } else { Ok(text) }
}

macro_rules! text_value {
    ($($name:ident),+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl TryFrom<String> for $name {
            type Error = ContactFault;
            fn try_from(text: String) -> Result<Self, ContactFault> {
                Self::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }
    )+};
}
text_value!(Mobile, Landline, Phone, Email);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_is_read_as_people_write_it() {
        for typed in ["13800016620", " 138 0001 6620 ", "+86 138-0001-6620", "１３８０００１６６２０"] {
            assert_eq!(Mobile::parse(typed).unwrap().as_str(), "13800016620");
        }
    }

    #[test]
    fn ranges_that_miss_the_ministrys_message_are_refused() {
        assert_eq!(Mobile::parse("14000000000"), Err(ContactFault::Range("140".into())));
        assert_eq!(Mobile::parse("19200000000"), Err(ContactFault::Range("192".into())));
        assert!(Mobile::parse("19900000000").is_ok());
        assert_eq!(Mobile::parse("1380001662"), Err(ContactFault::Length { found: 10 }));
        assert_eq!(Mobile::parse("1380001662a"), Err(ContactFault::Character('a')));
    }

    #[test]
    fn a_landline_knows_its_province() {
        let landline = Landline::parse("0571 8888 0000").unwrap();
        assert_eq!((landline.as_str(), landline.province_name()), ("0571-88880000", "浙江"));
        assert_eq!(Landline::parse("010-12345"), Err(ContactFault::Length { found: 8 }));
        assert!(Landline::parse("0999999999999").is_err());
        assert!(matches!(Phone::parse("13800016620"), Ok(Phone::Mobile(_))));
        assert!(matches!(Phone::parse("057188880000"), Ok(Phone::Landline(_))));
    }

    #[test]
    fn a_mail_address_has_two_sides() {
        assert_eq!(Email::parse(" Zhou@Yunshan-Tech.CN ").unwrap().as_str(), "Zhou@yunshan-tech.cn");
        for wrong in ["", "a@", "@a.cn", "a@b", "a b@c.cn", "a@@c.cn", "a@b..cn", "周@a.cn", "a.@b.cn"] {
            assert!(Email::parse(wrong).is_err(), "{wrong}");
        }
    }
}

//! Where somebody can be reached: a mail address or a mobile number.

use serde::{Deserialize, Serialize};
use store::message::Channel;
use utoipa::ToSchema;

/// A contact that has the form of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contact {
    /// A mail address, its domain in lower case.
    Mail(String),
    /// A mainland mobile number: eleven digits.
    Mobile(String),
}

/// By which way a code went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By mail.
    Mail,
    /// By text message.
    Sms,
}

impl Contact {
    /// Reads what was typed; `None` when it is neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((local, domain)) = text.rsplit_once('@') {
            let address = format!("{local}@{}", domain.to_ascii_lowercase());
            let good = address.len() <= 128 && domain.contains('.') && address.parse::<lettre::Address>().is_ok();
            return good.then_some(Self::Mail(address));
        }
        let digits: String = text.chars().filter(|character| !matches!(character, ' ' | '-')).collect();
        let digits = digits.strip_prefix("+86").unwrap_or(&digits);
        let good = digits.len() == 11
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits.starts_with('1')
            && matches!(digits.as_bytes()[1], b'3'..=b'9');
        good.then(|| Self::Mobile(digits.to_owned()))
    }

    /// The contact as it is kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Mail(text) | Self::Mobile(text) => text,
        }
    }

    /// The channel that reaches it.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Mail,
            Self::Mobile(_) => Channel::Sms,
        }
    }

    /// The way a code to it takes.
    #[must_use]
    pub const fn way(&self) -> Way {
        match self {
            Self::Mail(_) => Way::Mail,
            Self::Mobile(_) => Way::Sms,
        }
    }

    /// The contact with its middle hidden.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Mail(text) => filing::mask::email(text),
            Self::Mobile(text) => filing::mask::phone(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for text in ["13800138000", "138 0013 8000", "+8613800138000", " 138-0013-8000 "] {
            assert_eq!(Contact::parse(text), Some(Contact::Mobile("13800138000".into())), "{text}");
        }
    }

    #[test]
    fn what_is_neither_mail_nor_mobile_is_no_contact() {
        for text in ["", "zhang", "a@b", "12800138000", "1380013800", "@example.com", "a@@example.com"] {
            assert_eq!(Contact::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_masked_contact_does_not_show_its_middle() {
        assert_eq!(Contact::parse("13800138000").unwrap().masked(), "138****8000");
        assert_eq!(Contact::parse("zhang.san@Example.com").unwrap().masked(), "z***@example.com");
    }
}

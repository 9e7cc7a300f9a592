//! The organisation code (组织机构代码, GB 11714-1997).

use super::{FaultKind, Uscc};

/// An organisation code whose check character holds, written `XXXXXXXX-X`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrganizationCode(String);

impl OrganizationCode {
    /// Reads nine characters, with or without the hyphen before the last.
    ///
    /// # Errors
    /// With the character or group at fault.
    pub fn parse(text: &str) -> Result<Self, FaultKind> {
        let text = text.to_ascii_uppercase();
        // A hyphen belongs before the check character and nowhere else.
        let bare = match text.strip_suffix(|c: char| c.is_ascii_alphanumeric()).and_then(|rest| rest.strip_suffix('-'))
        {
            Some(body) => format!("{body}{}", text.chars().next_back().unwrap_or('?')),
            None => text,
        };
        let found = bare.chars().count();
        if found != 9 {
            return Err(FaultKind::Length { found, expected: "9" });
        }
        FaultKind::unless(&bare, |position, c| {
            c.is_ascii_digit() || (c.is_ascii_uppercase() && (position < 9 || c == 'X'))
        })?;
        let found = bare.chars().next_back().unwrap_or('?');
        let expected = Uscc::organization_check(&bare[..8]).unwrap_or('?');
        if expected == found {
            Ok(Self(format!("{}-{found}", &bare[..8])))
        } else {
            Err(FaultKind::Check { found, expected })
        }
    }

    /// The code, with its hyphen.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_gets_its_hyphen() {
        let check = Uscc::organization_check("12345678").unwrap();
        for typed in [format!("12345678{check}"), format!("12345678-{check}")] {
            assert_eq!(OrganizationCode::parse(&typed).unwrap().as_str(), format!("12345678-{check}"));
        }
    }

    #[test]
    fn each_fault_is_named() {
        assert_eq!(OrganizationCode::parse("1234567"), Err(FaultKind::Length { found: 7, expected: "9" }));
        assert_eq!(OrganizationCode::parse("1234-56788"), Err(FaultKind::Length { found: 10, expected: "9" }));
        assert_eq!(OrganizationCode::parse("1234*678-8"), Err(FaultKind::Character { position: 5, found: '*' }));
        assert_eq!(OrganizationCode::parse("12345678-Y"), Err(FaultKind::Character { position: 9, found: 'Y' }));
        assert!(matches!(OrganizationCode::parse("12345678-1"), Err(FaultKind::Check { .. })));
    }
}

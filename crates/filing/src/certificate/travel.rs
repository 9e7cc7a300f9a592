//! Documents whose numbers have no check digit: passports, permits, the officer's card.
//!
//! No standard text describes them. Only length and characters are held against a number; one that is not written as
//! they usually are is [`Read::unusual`].

use super::FaultKind;

/// A number that was read, and whether it looks as such numbers usually do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The number, normalised.
    pub number: String,
    /// A number as they are usually written, when this one is not.
    pub unusual: Option<&'static str>,
}

/// How the numbers of one kind of document look.
struct Form {
    lengths: &'static [usize],
    expected: &'static str,
    character: fn(char) -> bool,
    usual: fn(&str) -> bool,
    example: &'static str,
}

impl Form {
    fn read(&self, text: &str) -> Result<Read, FaultKind> {
        let found = text.chars().count();
        if !self.lengths.contains(&found) {
            return Err(FaultKind::Length { found, expected: self.expected });
        }
        FaultKind::unless(text, |_, c| (self.character)(c))?;
        let unusual = (!(self.usual)(text)).then_some(self.example);
        Ok(Read { number: text.to_owned(), unusual })
    }
}

fn letter_or_digit(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

const CHINESE_PASSPORT: Form = Form {
    lengths: &[8, 9],
    expected: "8-9",
    character: letter_or_digit,
    usual: |text| {
        let after = |front: &str, count: &[usize]| {
            text.strip_prefix(front).is_some_and(|rest| count.contains(&rest.len()) && digits(rest))
        };
        // E since 2012, and since 2017 with a second letter that is never I or O; G 2007-2012; 14 and 15 before.
        let second = text.strip_prefix('E').and_then(|rest| rest.strip_prefix(|c: char| c.is_ascii_uppercase()));
        let lettered = second.is_some_and(|rest| rest.len() == 7 && digits(rest)) && !text[1..].starts_with(['I', 'O']);
        lettered
            || ["E", "G", "D", "S"].iter().any(|front| after(front, &[8]))
            || ["DE", "SE", "PE", "14", "15"].iter().any(|front| after(front, &[7]))
            || after("P", &[7, 8])
    },
    example: "E12345678",
};

const FOREIGN_PASSPORT: Form = Form {
    lengths: &[5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
    expected: "5-20",
    character: letter_or_digit,
    usual: |_| true,
    example: "E12345678",
};

const HK_MACAU_PERMIT: Form = Form {
    lengths: &[9, 11],
    expected: "9/11",
    character: |c| c.is_ascii_digit() || matches!(c, 'H' | 'M'),
    usual: |text| text.starts_with(['H', 'M']) && digits(&text[1..]),
    example: "H12345678",
};

const TAIWAN_PERMIT: Form = Form {
    lengths: &[8, 9, 10, 11],
    expected: "8-11",
    character: letter_or_digit,
    usual: |text| text.len() == 8 && digits(text),
    example: "12345678",
};

const OFFICER: Form = Form {
    lengths: &[8, 9, 10, 11, 12, 13],
    expected: "8-13",
    character: |c| c.is_ascii_digit() || matches!(c, '一'..='龥'),
    usual: |text| {
        let Some((front, rest)) = text.split_once('字') else { return false };
        let rest = rest.strip_prefix('第').unwrap_or(rest);
        let rest = rest.strip_suffix('号').unwrap_or(rest);
        (1..=2).contains(&front.chars().count())
            && front.chars().all(|c| matches!(c, '一'..='龥'))
            && (6..=8).contains(&rest.len())
            && digits(rest)
    },
    example: "南字第0012345号",
};

/// Reads the number of a passport of the People's Republic: ordinary, diplomatic, service, public affairs.
///
/// # Errors
/// When the length or a character is none these numbers have.
pub fn chinese_passport(text: &str) -> Result<Read, FaultKind> {
    CHINESE_PASSPORT.read(text)
}

/// Reads the number of a passport of any other country.
///
/// # Errors
/// When the length or a character is none these numbers have.
pub fn foreign_passport(text: &str) -> Result<Read, FaultKind> {
    FOREIGN_PASSPORT.read(text)
}

/// Reads the number of a mainland travel permit of a resident of Hong Kong (H) or Macau (M).
///
/// # Errors
/// When the length or a character is none these numbers have.
pub fn hk_macau_permit(text: &str) -> Result<Read, FaultKind> {
    HK_MACAU_PERMIT.read(text)
}

/// Reads the number of a mainland travel permit of a resident of Taiwan.
///
/// # Errors
/// When the length or a character is none these numbers have.
pub fn taiwan_permit(text: &str) -> Result<Read, FaultKind> {
    TAIWAN_PERMIT.read(text)
}

/// Reads the number of a military officer's card.
///
/// # Errors
/// When the length or a character is none these numbers have.
pub fn military_officer(text: &str) -> Result<Read, FaultKind> {
    OFFICER.read(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Reader = fn(&str) -> Result<Read, FaultKind>;

    #[test]
    fn numbers_as_they_are_printed_are_usual() {
        let rows: [(Reader, &[&str]); 5] = [
            (
                chinese_passport,
                &[
                    "E12345678",
                    "G12345678",
                    "EA1234567",
                    "141234567",
                    "DE1234567",
                    "D12345678",
                    "SE1234567",
                    "S12345678",
                    "PE1234567",
                    "P1234567",
                    "P12345678",
                ],
            ),
            (foreign_passport, &["C01X00T47", "12345", "AB123456789012345678"]),
            (hk_macau_permit, &["H12345678", "M1234567801"]),
            (taiwan_permit, &["12345678"]),
            (military_officer, &["南字第0012345号", "军字第20110012号", "军字20110012"]),
        ];
        for (read, numbers) in rows {
            for number in numbers {
                assert_eq!(read(number), Ok(Read { number: (*number).to_owned(), unusual: None }));
            }
        }
    }

    #[test]
    fn what_only_looks_odd_is_read_with_a_doubt() {
        let odd: [(Reader, &str); 6] = [
            (chinese_passport, "EI1234567"),
            (chinese_passport, "X12345678"),
            (hk_macau_permit, "12345678H"),
            (taiwan_permit, "0123456789"),
            (taiwan_permit, "T12345678"),
            (military_officer, "军12345678"),
        ];
        for (read, number) in odd {
            assert!(read(number).unwrap().unusual.is_some(), "{number}");
        }
    }

    #[test]
    fn length_and_characters_are_held_against_a_number() {
        assert_eq!(chinese_passport("E1234567890"), Err(FaultKind::Length { found: 11, expected: "8-9" }));
        assert_eq!(hk_macau_permit("K12345678"), Err(FaultKind::Character { position: 1, found: 'K' }));
        assert_eq!(foreign_passport("AB-12345"), Err(FaultKind::Character { position: 3, found: '-' }));
        assert_eq!(military_officer("军字第ABC12345"), Err(FaultKind::Character { position: 4, found: 'A' }));
    }
}

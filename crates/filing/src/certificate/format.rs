//! Reading a certificate number by its kind.

use jiff::civil::Date;

use super::{CertificateKind as Kind, ResidentId, ResidentIdFault, Uscc, UsccFault};

/// Why a text is not a number of its kind of certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// Nothing was given.
    #[error("there is no number")]
    Empty,
    /// It is no resident ID number.
    #[error(transparent)]
    ResidentId(#[from] ResidentIdFault),
    /// It is no unified social credit code.
    #[error(transparent)]
    Uscc(#[from] UsccFault),
    /// It has not the form of these numbers.
    #[error("{0}")]
    Form(FaultKind),
}

/// What is wrong with the form of a number that has no check digit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// Its length is none that these numbers have.
    #[error("it has {found} characters")]
    Length {
        /// How many it has.
        found: usize,
    },
    /// It is not written as these numbers are.
    #[error("it is not written like {example}")]
    Pattern {
        /// A number that is.
        example: &'static str,
    },
    /// Its check digit does not fit.
    #[error("the check digit does not fit")]
    Check,
    /// The residence permit is of another region.
    #[error("it does not begin with {expected}")]
    Region {
        /// How it should begin.
        expected: &'static str,
    },
}

/// Removes spaces and turns full-width letters, digits and hyphens into ASCII capitals.
pub(super) fn normalize(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '—' | '–' => '-',
            other => other,
        })
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

pub(super) fn parse(kind: Kind, typed: &str, on: Date) -> Result<String, CertificateFault> {
    let text = normalize(typed);
    if text.is_empty() {
        return Err(CertificateFault::Empty);
    }
    match kind {
        Kind::ResidentId => {
            let id = ResidentId::parse(&text, on)?;
            if ["81", "82", "83"].iter().any(|region| text.starts_with(region)) {
                // Residents of Hong Kong, Macau and Taiwan hold residence permits, not ID cards.
                return Err(ResidentIdFault::Area { area: id.area().to_owned() }.into());
            }
            Ok(text)
        }
        Kind::HkMacauResidence => permit(&text, on, &["810000", "820000"], "810000"),
        Kind::TaiwanResidence => permit(&text, on, &["830000"], "830000"),
        Kind::BusinessLicence if text.len() == 15 => {
            registration_check(&text).map(|()| text).map_err(CertificateFault::Form)
        }
        Kind::BusinessLicence if text.len() == 13 && digits(&text) => Ok(text),
        Kind::BusinessLicence | Kind::UnifiedCode | Kind::RuralCollective | Kind::RepresentativeOffice => {
            Ok(Uscc::parse(&text)?.as_str().to_owned())
        }
        Kind::OrganizationCode => organization(&text).map_err(CertificateFault::Form),
        Kind::Passport => form(text, |t| (5..=20).contains(&t.len()) && alphanumeric(t), "E12345678"),
        Kind::HkMacauPermit => form(
            text,
            |t| matches!(t.len(), 9 | 11) && (t.starts_with('H') || t.starts_with('M')) && digits(&t[1..]),
            "H12345678",
        ),
        Kind::TaiwanPermit => form(text, |t| matches!(t.len(), 8 | 10) && alphanumeric(t), "12345678"),
        Kind::ForeignerResidence => foreigner(text),
        Kind::MilitaryOfficer => {
            form(text, |t| t.contains('字') && t.chars().filter(char::is_ascii_digit).count() >= 6, "南字第0012345号")
        }
        // Bodies registered since 2015 carry a unified code here; what is older follows no public grammar.
        Kind::PublicInstitution
        | Kind::SocialOrganization
        | Kind::PrivateNonEnterprise
        | Kind::SocialService
        | Kind::Foundation
        | Kind::LawFirm
        | Kind::CulturalCentre
        | Kind::TourismOffice
        | Kind::Notary
        | Kind::Arbitration
            if text.len() == 18 && text.is_ascii() =>
        {
            Ok(Uscc::parse(&text)?.as_str().to_owned())
        }
        // No standard was found for the rest: only what cannot be a number at all is refused.
        _ => form(
            text,
            |t| (4..=40).contains(&t.chars().count()) && t.chars().any(|c| c.is_ascii_digit()),
            "PDY10001234567890A1001",
        ),
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn alphanumeric(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn form(text: String, fits: impl Fn(&str) -> bool, example: &'static str) -> Result<String, CertificateFault> {
    if fits(&text) { Ok(text) } else { Err(CertificateFault::Form(FaultKind::Pattern { example })) }
}

fn permit(text: &str, on: Date, areas: &[&str], expected: &'static str) -> Result<String, CertificateFault> {
    let id = ResidentId::parse(text, on)?;
    if areas.contains(&id.area()) {
        Ok(id.as_str().to_owned())
    } else {
        Err(CertificateFault::Form(FaultKind::Region { expected }))
    }
}

/// The card of 2023 has the layout `9 pp nnn yyyymmdd sss c` and the resident ID's check digit; older cards have
/// three letters and twelve digits.
fn foreigner(text: String) -> Result<String, CertificateFault> {
    if text.len() == 18 && text.starts_with('9') && text.is_ascii() {
        let check = ResidentId::check_digit(&text[..17]);
        return if check == text.chars().last() { Ok(text) } else { Err(CertificateFault::Form(FaultKind::Check)) };
    }
    form(
        text,
        |t| t.len() == 15 && t.is_ascii() && t[..3].bytes().all(|b| b.is_ascii_uppercase()) && digits(&t[3..]),
        "USA110080010101",
    )
}

/// `XXXXXXXX-X`, with or without the hyphen (GB 11714-1997).
fn organization(text: &str) -> Result<String, FaultKind> {
    let bare = text.replace('-', "");
    if bare.len() != 9 || !alphanumeric(&bare) {
        return Err(FaultKind::Pattern { example: "12345678-8" });
    }
    if Uscc::organization_check(&bare[..8]) == bare.chars().last() {
        Ok(format!("{}-{}", &bare[..8], &bare[8..]))
    } else {
        Err(FaultKind::Check)
    }
}

/// Fifteen digits, ISO 7064 MOD 11,10 (工商办字〔2007〕79号).
fn registration_check(text: &str) -> Result<(), FaultKind> {
    if !digits(text) {
        return Err(FaultKind::Pattern { example: "110108000000016" });
    }
    let product = text.bytes().take(14).fold(10, |product, b| {
        let sum = (product + u32::from(b - b'0')) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    let check = (11 - product) % 10;
    if text.as_bytes().last().map(|b| u32::from(b - b'0')) == Some(check) { Ok(()) } else { Err(FaultKind::Check) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const ON: Date = date(2026, 11, 21);

    #[test]
    fn a_number_is_read_as_people_type_it() {
        assert_eq!(parse(Kind::HkMacauPermit, " ｈ12345678 ", ON).unwrap(), "H12345678");
        assert_eq!(parse(Kind::Passport, "e1234 5678", ON).unwrap(), "E12345678");
        assert_eq!(parse(Kind::Passport, "   ", ON), Err(CertificateFault::Empty));
    }

    #[test]
    fn an_old_registration_number_has_a_check_digit() {
        assert!(parse(Kind::BusinessLicence, "110108000000016", ON).is_ok());
        assert_eq!(parse(Kind::BusinessLicence, "110108000000017", ON), Err(CertificateFault::Form(FaultKind::Check)));
    }

    #[test]
    fn residence_permits_keep_to_their_region() {
        let number = |first: &str| format!("{first}{}", ResidentId::check_digit(first).unwrap());
        let hong_kong = number("81000019900101971");
        assert!(parse(Kind::HkMacauResidence, &hong_kong, ON).is_ok());
        assert!(parse(Kind::TaiwanResidence, &hong_kong, ON).is_err());
        assert!(parse(Kind::ResidentId, &hong_kong, ON).is_err());
        assert!(parse(Kind::TaiwanResidence, &number("83000019900101972"), ON).is_ok());
    }

    #[test]
    fn both_foreigners_cards_are_read() {
        assert!(parse(Kind::ForeignerResidence, "USA330080010101", ON).is_ok());
        let first = "93384019850101971";
        let new = format!("{first}{}", ResidentId::check_digit(first).unwrap());
        assert!(parse(Kind::ForeignerResidence, &new, ON).is_ok());
        assert!(parse(Kind::ForeignerResidence, "933840198501019710", ON).is_err() || new == "933840198501019710");
    }

    #[test]
    fn a_licence_without_a_public_grammar_is_not_measured_by_the_unified_code() {
        assert!(parse(Kind::MedicalInstitution, "123456789012345678", ON).is_ok());
        assert!(parse(Kind::LawFirm, "123456789012345678", ON).is_err());
        assert!(parse(Kind::LawFirm, "23301200010000001", ON).is_ok());
        assert!(parse(Kind::MilitaryUnit, "某部队", ON).is_err());
    }

    #[test]
    fn an_organisation_code_gets_its_hyphen() {
        let check = Uscc::organization_check("12345678").unwrap();
        assert_eq!(
            parse(Kind::OrganizationCode, &format!("12345678{check}"), ON).unwrap(),
            format!("12345678-{check}")
        );
    }
}

//! Reading a certificate number by its kind.

use jiff::civil::Date;

use super::{
    CertificateFault, CertificateKind as Kind, FaultKind, ForeignerId, OldForeignerId, OrganizationCode,
    Registration13, Registration15, ResidentId, ResidentIdFault, Uscc, travel,
};

/// Removes spaces and turns full-width letters, digits and hyphens into ASCII capitals.
pub(crate) fn normalize(typed: &str) -> String {
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
            if id.is_permit() {
                // Residents of Hong Kong, Macau and Taiwan hold residence permits, not ID cards.
                return Err(ResidentIdFault::Area { area: id.area().to_owned() }.into());
            }
            Ok(id.as_str().to_owned())
        }
        Kind::HkMacauResidence => permit(&text, on, &["810000", "820000"], "810000"),
        Kind::TaiwanResidence => permit(&text, on, &["830000"], "830000"),
        Kind::BusinessLicence if text.len() == 15 => Ok(Registration15::parse(&text)?.as_str().to_owned()),
        Kind::BusinessLicence if text.len() == 13 => Ok(Registration13::parse(&text)?.as_str().to_owned()),
        Kind::BusinessLicence | Kind::UnifiedCode | Kind::RuralCollective | Kind::RepresentativeOffice => {
            Ok(Uscc::parse(&text)?.as_str().to_owned())
        }
        Kind::OrganizationCode => Ok(OrganizationCode::parse(&text)?.as_str().to_owned()),
        Kind::Passport => Ok(travel::foreign_passport(&text)?.number),
        Kind::HkMacauPermit => Ok(travel::hk_macau_permit(&text)?.number),
        Kind::TaiwanPermit => Ok(travel::taiwan_permit(&text)?.number),
        Kind::ForeignerResidence if text.chars().next().is_some_and(|c| c.is_ascii_alphabetic()) => {
            Ok(OldForeignerId::parse(&text)?.as_str().to_owned())
        }
        Kind::ForeignerResidence => Ok(ForeignerId::parse(&text, on)?.as_str().to_owned()),
        Kind::MilitaryOfficer => Ok(travel::military_officer(&text)?.number),
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

/// Reads the number of a residence permit of Hong Kong (810000), Macau (820000) or Taiwan (830000).
///
/// # Errors
/// With the character or group at fault.
pub fn residence_permit(text: &str, on: Date) -> Result<ResidentId, CertificateFault> {
    let id = ResidentId::parse(text, on)?;
    if id.is_permit() { Ok(id) } else { Err(FaultKind::Region { expected: "810000, 820000, 830000" }.into()) }
}

fn form(text: String, fits: impl Fn(&str) -> bool, example: &'static str) -> Result<String, CertificateFault> {
    if fits(&text) { Ok(text) } else { Err(FaultKind::Pattern { example }.into()) }
}

fn permit(text: &str, on: Date, areas: &[&str], expected: &'static str) -> Result<String, CertificateFault> {
    let id = residence_permit(text, on)?;
    if areas.contains(&id.area()) { Ok(id.as_str().to_owned()) } else { Err(FaultKind::Region { expected }.into()) }
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
        assert_eq!(
            parse(Kind::BusinessLicence, "110108000000017", ON),
            Err(FaultKind::Check { found: '7', expected: '6' }.into())
        );
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
        let wrong = format!("{first}{}", if new.ends_with('0') { '1' } else { '0' });
        assert!(parse(Kind::ForeignerResidence, &wrong, ON).is_err());
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

//! What kind of body a subject is (单位性质), and which certificates it may file with.

use crate::certificate::CertificateKind as Kind;
use crate::code;
use crate::text::Text;
use crate::words::words;

words! {
    /// The nature of a subject, in the order of the authority's table.
    pub enum Nature {
        /// 国防机构.
        Defence = "defence",
        /// 政府机关.
        Government = "government",
        /// 事业单位.
        PublicInstitution = "public_institution",
        /// 企业, sole traders included.
        Enterprise = "enterprise",
        /// 个人.
        Individual = "individual",
        /// 社会团体.
        SocialOrganization = "social_organization",
        /// 民办非企业单位.
        PrivateNonEnterprise = "private_non_enterprise",
        /// 基金会.
        Foundation = "foundation",
        /// 律师执业机构.
        LawPractice = "law_practice",
        /// 外国在华文化中心.
        ForeignCulturalCentre = "foreign_cultural_centre",
        /// 群众性团体组织.
        MassOrganization = "mass_organization",
        /// 司法鉴定机构.
        ForensicBody = "forensic_body",
        /// 宗教团体.
        ReligiousBody = "religious_body",
        /// 境外机构.
        OverseasBody = "overseas_body",
        /// 医疗机构.
        MedicalInstitution = "medical_institution",
        /// 公证机构.
        NotaryOffice = "notary_office",
        /// 集体经济.
        CollectiveEconomy = "collective_economy",
        /// 仲裁机构.
        ArbitrationBody = "arbitration_body",
    }
}

impl Nature {
    /// The authority's code (`Dwxz`); 7 and 8 were never given.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Defence => 1,
            Self::Government => 2,
            Self::PublicInstitution => 3,
            Self::Enterprise => 4,
            Self::Individual => 5,
            Self::SocialOrganization => 6,
            Self::PrivateNonEnterprise => 9,
            Self::Foundation => 10,
            Self::LawPractice => 11,
            Self::ForeignCulturalCentre => 12,
            Self::MassOrganization => 13,
            Self::ForensicBody => 14,
            Self::ReligiousBody => 15,
            Self::OverseasBody => 16,
            Self::MedicalInstitution => 17,
            Self::NotaryOffice => 18,
            Self::CollectiveEconomy => 19,
            Self::ArbitrationBody => 20,
        }
    }

    /// The nature of an authority's code.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|nature| nature.code() == code)
    }

    /// Whether the subject is a person and not a unit.
    #[must_use]
    pub const fn is_individual(self) -> bool {
        matches!(self, Self::Individual)
    }

    /// Whether it is a body of the state, or one the state lets use names and words of its own.
    #[must_use]
    pub const fn is_state_body(self) -> bool {
        matches!(self, Self::Government | Self::Defence | Self::PublicInstitution | Self::MassOrganization)
    }

    /// The nature's name, as the authority's table has it.
    #[must_use]
    pub fn name(self) -> Text {
        code::UNIT_NATURE.name(self.code())
    }

    /// The certificates a subject of this nature may file with, the usual one first (Tencent Cloud 243/18914).
    #[must_use]
    pub const fn certificates(self) -> &'static [Kind] {
        match self {
            Self::Defence => &[Kind::MilitaryUnit, Kind::MilitaryPaidService],
            Self::Government => &[Kind::UnifiedCode, Kind::OrganizationCode],
            Self::PublicInstitution => &[Kind::PublicInstitution, Kind::UnifiedCode, Kind::OrganizationCode],
            Self::Enterprise => &[Kind::BusinessLicence, Kind::OrganizationCode, Kind::RepresentativeOffice],
            Self::Individual => Kind::PERSONAL,
            Self::SocialOrganization => &[Kind::SocialOrganization, Kind::OrganizationCode],
            Self::PrivateNonEnterprise => {
                &[Kind::PrivateNonEnterprise, Kind::SocialService, Kind::PrivateSchool, Kind::OrganizationCode]
            }
            Self::Foundation => &[Kind::Foundation, Kind::OrganizationCode],
            Self::LawPractice => &[Kind::LawFirm, Kind::OrganizationCode],
            Self::ForeignCulturalCentre => &[Kind::CulturalCentre, Kind::TourismOffice, Kind::EmbassySchool],
            Self::MassOrganization => &[Kind::UnifiedCode],
            Self::ForensicBody => &[Kind::ForensicAppraisal],
            Self::ReligiousBody => &[Kind::ReligiousVenue],
            Self::OverseasBody => &[Kind::OverseasBody],
            Self::MedicalInstitution => &[Kind::MedicalInstitution],
            Self::NotaryOffice => &[Kind::Notary],
            Self::CollectiveEconomy => &[Kind::RuralCollective],
            Self::ArbitrationBody => &[Kind::Arbitration],
        }
    }

    /// The first two characters of the unified social credit codes that bodies of this nature are given
    /// (GB 32100-2015 with its amendment); empty where no prefix tells.
    #[must_use]
    pub const fn credit_code_prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Government => &["11", "19"],
            Self::PublicInstitution => &["12"],
            Self::Enterprise => &["91", "92", "93"],
            Self::SocialOrganization => &["51"],
            Self::PrivateNonEnterprise => &["52"],
            Self::Foundation => &["53"],
            Self::LawPractice => &["31"],
            Self::ForeignCulturalCentre => &["41", "61"],
            Self::MassOrganization => &["13", "81", "89"],
            Self::ForensicBody => &["34"],
            Self::ReligiousBody => &["71", "72"],
            Self::NotaryOffice => &["32"],
            Self::CollectiveEconomy => &["N1", "N2", "N3", "N9"],
            Self::ArbitrationBody => &["35"],
            Self::Defence | Self::Individual | Self::OverseasBody | Self::MedicalInstitution => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nature_has_a_code_a_name_and_a_certificate_whose_code_the_authority_knows() {
        for nature in Nature::ALL {
            assert_eq!(Nature::from_code(nature.code()), Some(*nature));
            assert!(!nature.name().zh.is_empty(), "{nature} has no name");
            for kind in nature.certificates() {
                assert!(kind.code(*nature).is_some(), "{kind} has no code for {nature}");
            }
        }
        assert_eq!(Nature::from_code(7), None, "7 and 8 were never given");
    }
}

//! Certificates (证件): their kinds, the authority's code of each, and the numbers they carry.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::code;
use crate::nature::Nature;
use crate::text::Text;
use crate::words::words;

pub mod area;
mod fault;
mod foreigner;
mod format;
mod organization;
mod registration;
mod resident_id;
pub mod travel;
mod uscc;

pub use fault::{CertificateFault, FaultKind};
pub use foreigner::{ForeignerId, OldForeignerId};
pub(crate) use format::normalize;
pub use format::residence_permit;
pub use organization::OrganizationCode;
pub use registration::{Register, Registration13, Registration15};
pub(crate) use resident_id::age;
pub use resident_id::{ResidentId, ResidentIdFault, Sex};
pub use uscc::{Registrar, Uscc, UsccFault};

words! {
    /// A kind of certificate; the authority numbers some of them once per nature.
    pub enum CertificateKind {
        /// 居民身份证.
        ResidentId = "resident_id",
        /// 护照.
        Passport = "passport",
        /// 港澳居民来往内地通行证.
        HkMacauPermit = "hk_macau_permit",
        /// 台湾居民来往大陆通行证.
        TaiwanPermit = "taiwan_permit",
        /// 港澳居民居住证.
        HkMacauResidence = "hk_macau_residence",
        /// 台湾居民居住证.
        TaiwanResidence = "taiwan_residence",
        /// 外国人永久居留身份证.
        ForeignerResidence = "foreigner_residence",
        /// 军官证; no longer offered.
        MilitaryOfficer = "military_officer",
        /// 营业执照.
        BusinessLicence = "business_licence",
        /// 组织机构代码证.
        OrganizationCode = "organization_code",
        /// 统一社会信用代码证书.
        UnifiedCode = "unified_code",
        /// 事业单位法人证书.
        PublicInstitution = "public_institution",
        /// 部队代号.
        MilitaryUnit = "military_unit",
        /// 军队单位对外有偿服务许可证.
        MilitaryPaidService = "military_paid_service",
        /// 社会团体法人登记证书.
        SocialOrganization = "social_organization",
        /// 民办非企业单位登记证书.
        PrivateNonEnterprise = "private_non_enterprise",
        /// 社会服务机构登记证书.
        SocialService = "social_service",
        /// 民办学校办学许可证.
        PrivateSchool = "private_school",
        /// 基金会法人登记证书.
        Foundation = "foundation",
        /// 律师事务所执业许可证.
        LawFirm = "law_firm",
        /// 外国在华文化中心登记证.
        CulturalCentre = "cultural_centre",
        /// 外国政府旅游部门常驻代表机构批准登记证.
        TourismOffice = "tourism_office",
        /// 北京市外国驻华使馆人员子女学校办学许可证.
        EmbassySchool = "embassy_school",
        /// 宗教活动场所登记证.
        ReligiousVenue = "religious_venue",
        /// 外国企业常驻代表机构登记证.
        RepresentativeOffice = "representative_office",
        /// 司法鉴定许可证.
        ForensicAppraisal = "forensic_appraisal",
        /// 境外机构证件.
        OverseasBody = "overseas_body",
        /// 医疗机构执业许可证.
        MedicalInstitution = "medical_institution",
        /// 公证机构执业证.
        Notary = "notary",
        /// 农村集体经济组织登记证.
        RuralCollective = "rural_collective",
        /// 仲裁委员会登记证.
        Arbitration = "arbitration",
    }
}

impl CertificateKind {
    /// The documents a person may be identified by today, the usual one first.
    pub const PERSONAL: &'static [Self] = &[
        Self::ResidentId,
        Self::HkMacauPermit,
        Self::TaiwanPermit,
        Self::Passport,
        Self::HkMacauResidence,
        Self::TaiwanResidence,
        Self::ForeignerResidence,
    ];

    /// The authority's code (`Zjlx`, `Fzr_zjlx`) for a subject of this nature; persons' documents have one for all.
    #[must_use]
    pub const fn code(self, nature: Nature) -> Option<u16> {
        Some(match self {
            Self::BusinessLicence => 1,
            Self::ResidentId => 2,
            Self::PublicInstitution => 4,
            Self::MilitaryUnit => 5,
            Self::SocialOrganization => 6,
            Self::Passport => 7,
            Self::MilitaryOfficer => 8,
            Self::TaiwanPermit => 11,
            Self::HkMacauPermit => 14,
            Self::PrivateNonEnterprise => 17,
            Self::Foundation => 19,
            Self::LawFirm => 21,
            Self::CulturalCentre => 22,
            Self::MilitaryPaidService => 23,
            Self::ReligiousVenue => 25,
            Self::RepresentativeOffice => 27,
            Self::ForensicAppraisal => 28,
            Self::ForeignerResidence => 30,
            Self::TourismOffice => 34,
            Self::OverseasBody => 35,
            Self::SocialService => 36,
            Self::PrivateSchool => 37,
            Self::MedicalInstitution => 38,
            Self::Notary => 39,
            Self::EmbassySchool => 40,
            Self::HkMacauResidence => 41,
            Self::TaiwanResidence => 42,
            Self::RuralCollective => 43,
            Self::Arbitration => 44,
            Self::OrganizationCode => match nature {
                Nature::PublicInstitution => 3,
                Nature::Government => 9,
                Nature::SocialOrganization => 10,
                Nature::Enterprise => 12,
                Nature::PrivateNonEnterprise => 16,
                Nature::Foundation => 18,
                Nature::LawPractice => 20,
                _ => return None,
            },
            Self::UnifiedCode => match nature {
                Nature::Government => 13,
                Nature::PublicInstitution => 15,
                Nature::MassOrganization => 24,
                _ => return None,
            },
        })
    }

    /// The kind and, where the code is tied to one, the nature that an authority's code stands for.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| Nature::ALL.iter().any(|nature| kind.code(*nature) == Some(code)))
    }

    /// Whether it identifies a person.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Self::ResidentId
                | Self::Passport
                | Self::HkMacauPermit
                | Self::TaiwanPermit
                | Self::HkMacauResidence
                | Self::TaiwanResidence
                | Self::ForeignerResidence
                | Self::MilitaryOfficer
        )
    }

    /// The certificate's name, as the authority's table has it.
    #[must_use]
    pub fn name(self) -> Text {
        let code = Nature::ALL.iter().find_map(|nature| self.code(*nature));
        code.map(|code| code::CREDENTIAL_TYPE.name(code)).unwrap_or_default()
    }
}

/// A certificate number that is well formed for its kind; it can only be made by [`Certificate::parse`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct Certificate {
    kind: CertificateKind,
    number: String,
}

impl Certificate {
    /// Reads a number as typed: spaces and full-width characters are forgiven, everything else is judged.
    ///
    /// # Errors
    /// With the character or group at fault.
    pub fn parse(kind: CertificateKind, typed: &str, on: Date) -> Result<Self, CertificateFault> {
        format::parse(kind, typed, on).map(|number| Self { kind, number })
    }

    /// The kind of certificate.
    #[must_use]
    pub const fn kind(&self) -> CertificateKind {
        self.kind
    }

    /// The number, normalised.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The resident ID inside, for the documents that share its layout.
    #[must_use]
    pub fn resident_id(&self) -> Option<ResidentId> {
        matches!(
            self.kind,
            CertificateKind::ResidentId | CertificateKind::HkMacauResidence | CertificateKind::TaiwanResidence
        )
        .then(|| ResidentId::parse(&self.number, Date::MAX).ok())
        .flatten()
    }

    /// The unified social credit code, when the number is one.
    #[must_use]
    pub fn uscc(&self) -> Option<Uscc> {
        (!self.kind.is_personal()).then(|| Uscc::parse(&self.number).ok()).flatten()
    }

    /// The date of birth, where the number tells.
    #[must_use]
    pub fn birth(&self) -> Option<Date> {
        let foreigner = || ForeignerId::parse(&self.number, Date::MAX).ok().map(|id| id.birth());
        match self.kind {
            CertificateKind::ForeignerResidence => foreigner(),
            _ => self.resident_id().map(|id| id.birth()),
        }
    }

    /// The six-digit division code inside the number, where it has one.
    #[must_use]
    pub fn area(&self) -> Option<String> {
        self.resident_id().map(|id| id.area().to_owned()).or_else(|| self.uscc().map(|code| code.area().to_owned()))
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            kind: CertificateKind,
            number: String,
        }
        let raw = Raw::deserialize(deserializer)?;
        // A stored certificate was judged when it was entered; only its form is judged again.
        Self::parse(raw.kind, &raw.number, Date::MAX).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_leads_back_to_its_kind() {
        for row in code::CREDENTIAL_TYPE.rows() {
            let kind = CertificateKind::from_code(row.id).unwrap_or_else(|| panic!("no kind for {}", row.id));
            let nature = row.nature.and_then(Nature::from_code).unwrap();
            assert_eq!(kind.code(nature), Some(row.id), "{kind} {nature}");
        }
    }

    #[test]
    fn every_kind_has_a_name() {
        for kind in CertificateKind::ALL {
            assert!(!kind.name().zh.is_empty(), "{kind}");
        }
    }
}

//! Papers sent to the authority by themselves, for something that is filed (单独提交核验材料).

use crate::words::words;

words! {
    /// What such a paper proves (附件用途).
    pub enum SupplementKind {
        /// The verification form (核验单), of the subject or of a site.
        VerificationForm = "verification_form",
        /// The subject's certificate (单位有效证件).
        SubjectCertificate = "subject_certificate",
        /// The principal's document (主体负责人证件).
        PrincipalCertificate = "principal_certificate",
        /// The manager's document (网站负责人证件).
        ManagerCertificate = "manager_certificate",
        /// The manager's photograph (现场拍摄照片).
        ManagerPhoto = "manager_photo",
    }
}

impl SupplementKind {
    /// Whether it can belong to a site, or else to the subject; a wrong owner is refused (MIIT result code 1061).
    #[must_use]
    pub const fn fits(self, site: bool) -> bool {
        match self {
            Self::VerificationForm => true,
            Self::SubjectCertificate | Self::PrincipalCertificate => !site,
            Self::ManagerCertificate | Self::ManagerPhoto => site,
        }
    }

    /// Its code in the table 附件用途.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::VerificationForm => 1,
            Self::SubjectCertificate => 2,
            Self::PrincipalCertificate => 3,
            Self::ManagerCertificate => 4,
            Self::ManagerPhoto => 5,
        }
    }
}

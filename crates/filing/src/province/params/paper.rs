//! Parameters of papers: how old they may be, and which orders need them.

use serde::Deserialize;

use crate::words::words;

words! {
    /// A paper whose age a province limits.
    pub enum DatedPaper {
        /// 授权书.
        AuthorizationLetter = "authorization_letter",
        /// 经营性说明书.
        CommercialActivityExplanation = "commercial_activity_explanation",
        /// 域名证书.
        DomainCertificate = "domain_certificate",
        /// 工作证明.
        WorkProof = "work_proof",
    }
}

words! {
    /// The unit an age is counted in.
    pub enum AgeUnit {
        /// Natural days.
        Day = "day",
        /// Months.
        Month = "month",
    }
}

/// How old a paper may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct PaperAge {
    /// Which paper.
    pub document: DatedPaper,
    /// How many days or months.
    pub value: i32,
    /// Days or months.
    pub unit: AgeUnit,
}

words! {
    /// Which orders need the letter on Party building (党建确认函).
    pub enum PartyLetter {
        /// First filings.
        FirstFiling = "first_filing",
        /// All but cancellations and changes that touch no domain.
        AllButCancelAndDomainlessChange = "all_but_cancel_and_domainless_change",
    }
}

words! {
    /// Which number a site shows at its foot.
    pub enum FooterNumber {
        /// The site's, with its serial.
        Site = "site",
        /// The subject's, without one.
        Subject = "subject",
    }
}

//! One value by itself: an identifier, a number, a domain, a phone, a name — is it well formed, and what does it tell?
//!
//! [`check`] goes through the parsers that the checks of a draft go through. What no standard settles is a warning.
//!
//! ```
//! use filing::value::{self, Kind};
//! use jiff::civil::date;
//!
//! let checked = value::check(Kind::IcpNumber, "川icp备09150084", date(2026, 11, 21));
//! assert!(checked.valid);
//! assert_eq!(checked.normalized.as_deref(), Some("蜀ICP备09150084号"));
//! assert_eq!(checked.facts.text("prefix"), Some("蜀"));
//! assert_eq!(checked.findings.len(), 3, "the letter, the case, the missing sign");
//! ```

use jiff::civil::Date;
use serde::Serialize;

use crate::check::{self, Finding, Severity};
use crate::reason::{Explain, Reason};
use crate::words::words;

mod contact;
mod facts;
mod identity;
mod number;
mod rules;
mod web;

pub use facts::{Fact, Facts};
pub use rules::{finding, rules};

words! {
    /// A kind of value.
    pub enum Kind {
        /// 公民身份号码.
        ResidentId = "resident-id",
        /// 统一社会信用代码.
        Uscc = "uscc",
        /// 工商注册号 of 15 digits.
        BusinessReg15 = "business-reg-15",
        /// 工商注册号 of 13 digits.
        BusinessReg13 = "business-reg-13",
        /// 组织机构代码.
        OrgCode = "org-code",
        /// A passport of the People's Republic.
        PassportCn = "passport-cn",
        /// A passport of any other country.
        PassportForeign = "passport-foreign",
        /// 港澳居民来往内地通行证.
        HkMacauPermit = "hk-macau-permit",
        /// 台湾居民来往大陆通行证.
        TaiwanPermit = "taiwan-permit",
        /// 港澳台居民居住证.
        HmtResidencePermit = "hmt-residence-permit",
        /// 外国人永久居留身份证 of 2004.
        ForeignerPr2004 = "foreigner-pr-2004",
        /// 外国人永久居留身份证 of 2023.
        ForeignerPr2023 = "foreigner-pr-2023",
        /// 军官证.
        MilitaryOfficer = "military-officer",
        /// ICP 备案号, and the licences that take its place.
        IcpNumber = "icp-number",
        /// 公安备案号.
        PsbNumber = "psb-number",
        /// A domain name.
        Domain = "domain",
        /// A mobile number.
        Mobile = "mobile",
        /// A landline.
        Landline = "landline",
        /// A mail address.
        Email = "email",
        /// The name of a site.
        SiteName = "site-name",
    }
}

/// What was found out about a value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// What kind of value it should be.
    pub kind: Kind,
    /// Whether it is one: no finding blocks.
    pub valid: bool,
    /// The value in its one right spelling, when it is valid.
    pub normalized: Option<String>,
    /// What it tells.
    pub facts: Facts,
    /// What is wrong or odd with it.
    pub findings: Vec<Finding>,
}

/// Checks a value of a kind on a day.
#[must_use]
pub fn check(kind: Kind, text: &str, on: Date) -> Checked {
    let mut sheet = Sheet { on, normalized: None, facts: Facts::default(), findings: Vec::new() };
    if text.trim().is_empty() {
        sheet.note(Reason::new("form-01"));
    } else {
        match kind {
            Kind::ResidentId => identity::resident_id(&mut sheet, text),
            Kind::Uscc => identity::uscc(&mut sheet, text),
            Kind::BusinessReg15 => identity::registration_15(&mut sheet, text),
            Kind::BusinessReg13 => identity::registration_13(&mut sheet, text),
            Kind::OrgCode => identity::organization(&mut sheet, text),
            Kind::PassportCn
            | Kind::PassportForeign
            | Kind::HkMacauPermit
            | Kind::TaiwanPermit
            | Kind::MilitaryOfficer => identity::travel(&mut sheet, kind, text),
            Kind::HmtResidencePermit => identity::residence_permit(&mut sheet, text),
            Kind::ForeignerPr2004 => identity::old_foreigner(&mut sheet, text),
            Kind::ForeignerPr2023 => identity::foreigner(&mut sheet, text),
            Kind::IcpNumber => number::filed(&mut sheet, text),
            Kind::PsbNumber => number::police(&mut sheet, text),
            Kind::Domain => web::domain(&mut sheet, text),
            Kind::Mobile => contact::mobile(&mut sheet, text),
            Kind::Landline => contact::landline(&mut sheet, text),
            Kind::Email => contact::email(&mut sheet, text),
            Kind::SiteName => web::site_name(&mut sheet, text),
        }
    }
    let valid = !check::blocks(&sheet.findings);
    let normalized = sheet.normalized.filter(|_| valid);
    Checked { kind, valid, normalized, facts: sheet.facts, findings: sheet.findings }
}

/// What gathers while a value is looked at.
struct Sheet {
    on: Date,
    normalized: Option<String>,
    facts: Facts,
    findings: Vec<Finding>,
}

impl Sheet {
    fn note(&mut self, reason: Reason) {
        self.findings.extend(rules::of(&reason, self.on));
    }

    /// Notes a reason that matters less for a value by itself than in an order.
    fn mention(&mut self, reason: Reason) {
        let findings = rules::of(&reason, self.on).into_iter();
        self.findings.extend(findings.map(|finding| Finding { severity: Severity::Warn, ..finding }));
    }

    fn refuse(&mut self, fault: &impl Explain) {
        if let Some(reason) = fault.reason() {
            self.note(reason);
        }
    }
}

#[cfg(test)]
mod tests;

//! What the applicant has typed so far, complete or not, right or wrong.
//!
//! A draft refuses nothing: every field is text (or a list of choices) exactly as it was entered, so that nothing is
//! lost between two visits. [`crate::document::Document`] is what a draft becomes once every field parses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The content of an order while it is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Draft {
    /// The first page: who files what from where (基础信息校验).
    pub basic: Basic,
    /// The organiser of the sites (主体).
    pub subject: SubjectDraft,
    /// The person responsible for the subject (主体负责人).
    pub principal: PersonDraft,
    /// The sites of this order, in the order they were added; the first carries `basic.domain`.
    pub sites: Vec<SiteDraft>,
    /// Why it is to end; only in orders that cancel.
    pub cancellation: Option<CancellationDraft>,
}

/// The answers of the basic check, which decide the type of filing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Basic {
    /// Two-digit GB/T 2260 code of the province that will decide, such as `33`.
    pub province: String,
    /// The subject's nature (单位性质) as a word of [`crate::nature::Nature`], such as `enterprise`.
    pub nature: String,
    /// The subject's full name as on its certificate.
    pub name: String,
    /// The kind of certificate as a word of [`crate::certificate::CertificateKind`].
    pub certificate_kind: String,
    /// The certificate's number as typed.
    pub certificate_number: String,
    /// The domain name of the first site, as typed.
    pub domain: String,
    /// The cloud resource the first site runs on: the id of a resource of this account.
    pub resource: String,
}

/// What is said of a cancellation (注销, 取消接入).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CancellationDraft {
    /// The reason as a word of [`crate::cancellation::CancelReason`].
    pub reason: String,
    /// The reason in the applicant's own words, which the authority reads (注销理由备注).
    pub note: String,
    /// Whether the applicant confirmed having read what it means.
    pub understood: bool,
}

/// The subject's particulars beyond the basic check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SubjectDraft {
    /// Six-digit code of the city of the postal address.
    pub city: String,
    /// Six-digit code of the county or district of the postal address.
    pub district: String,
    /// Where the subject can be reached, down to the door (通信地址).
    pub postal_address: String,
    /// The address printed on the certificate (证件住所).
    pub certificate_address: String,
    /// The last day the certificate is valid (`2030-06-30`), or `long-term`.
    pub certificate_valid_until: String,
    /// The legal representative's name; units only.
    pub legal_representative: String,
    /// The investor or superior body (投资人或上级主管单位); units only.
    pub investor: String,
    /// The subject's remark (备注).
    pub remark: String,
}

/// A principal or a manager.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PersonDraft {
    /// Full name as on the identity document.
    pub name: String,
    /// The kind of identity document as a word of [`crate::certificate::CertificateKind`].
    pub certificate_kind: String,
    /// The identity document's number.
    pub certificate_number: String,
    /// The last day the identity document is valid (`2035-01-31`), or `long-term`.
    pub certificate_valid_until: String,
    /// The mobile number that receives the authority's text message (联系方式 1).
    pub mobile: String,
    /// A second number for emergencies (应急联系电话).
    pub emergency_phone: String,
    /// Where results and notices are mailed.
    pub email: String,
}

/// One site (互联网信息服务) of the order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SiteDraft {
    /// The site's name (网站名称).
    pub name: String,
    /// The registrable domain name; the first site's repeats `basic.domain`.
    pub domain: String,
    /// The id of the cloud resource the site runs on.
    pub resource: String,
    /// The service-content code (网站服务内容) of the authority's table, such as `8` (单位门户网站).
    pub content: String,
    /// The language codes (语言类别) of the authority's table, such as `1` (中文简体).
    pub languages: Vec<String>,
    /// The pre-approvals (前置审批) the site holds; empty when none concerns it.
    pub approvals: Vec<ApprovalDraft>,
    /// The site's remark (备注).
    pub remark: String,
    /// Whether the manager is the subject's principal (同主体负责人); `manager` is then not read.
    pub manager_is_principal: bool,
    /// The person who runs the site from day to day (网站负责人).
    pub manager: PersonDraft,
}

/// One pre-approval of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ApprovalDraft {
    /// The approval-type code (前置审批内容类型) of the authority's table.
    pub kind: String,
    /// The number on the approval document.
    pub number: String,
}

//! What a provider uploads: so far 新增备案 (`XZBA`), the first filing.

mod wire;

use std::net::Ipv4Addr;

use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{MAX_ATTACHMENT, MAX_VERIFICATION_FORM};
pub(super) use wire::{address, codes_to_tree, given};

/// One data file of a provider (`UploadData/ICP`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The reporting unit (`Qqdwid`); must be the provider's own id.
    pub provider: i64,
    /// What is asked for; one file carries one kind of operation.
    pub operation: UploadOperation,
}

/// What an upload asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum UploadOperation {
    /// 新增备案 (`XZBA`): first filings, 1 to 1000 of them.
    NewFiling(Vec<NewFiling>),
}

/// A first filing (`Baxx`): a subject with its sites and what proves them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFiling {
    /// 主体.
    pub subject: Subject,
    /// 网站, at least one.
    pub sites: Vec<Site>,
    /// 附件.
    pub attachments: Vec<Attachment>,
}

/// The organiser (`Zt_xx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The provider's own id of this subject (`IspZtid`), unique and positive.
    pub id: i64,
    /// Name of the unit or the person (`Dwmc`).
    pub name: String,
    /// Nature (`Dwxz`), a code of the table 单位性质; units must give it.
    pub nature: Option<i64>,
    /// Investor or superior unit (`Tzr`).
    pub investor: Option<String>,
    /// Postal address (`Txdz`).
    pub address: Address,
    /// Credential (`Zj`).
    pub certificate: Certificate,
    /// 主体负责人 (`Fzr`); mobile and e-mail are required.
    pub principal: Person,
    /// Who files (`Bbfs`).
    pub filed_by: FiledBy,
    /// Remark (`Bz`).
    pub remark: Option<String>,
}

/// A postal address (`Txdz`) in six-digit GB/T 2260 codes and words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Province (`Shengid`).
    pub province: i64,
    /// City (`Shiid`); required in an upload.
    pub city: Option<i64>,
    /// County (`Xianid`).
    pub county: Option<i64>,
    /// The address in words (`Xxdz`).
    pub street: Option<String>,
}

/// A subject's credential (`Zj`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Kind (`Zjlx`), a code of the table 证件类型.
    pub kind: i64,
    /// Number (`Zjhm`).
    pub number: String,
    /// The address printed on it (`Zjzs`).
    pub address: String,
}

/// A person in charge (`Fzr`, `Wz_Fzr`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Person {
    /// Name (`Fzr_xm`).
    pub name: Option<String>,
    /// Office phone (`Fzr_dhhm`), at least 11 characters; units must give it.
    pub office_phone: Option<String>,
    /// Mobile number (`Fzr_sjhm`).
    pub mobile: Option<String>,
    /// E-mail address (`Fzr_dzyj`).
    pub email: Option<String>,
    /// MSN account (`Msn`).
    pub msn: Option<String>,
    /// QQ account (`Qq`).
    pub qq: Option<String>,
    /// Kind of credential (`Fzr_zjlx`).
    pub certificate_kind: Option<i64>,
    /// Number of the credential (`Fzr_zjhm`).
    pub certificate_number: Option<String>,
}

/// Who brought the filing (`Bbfs`, `Bbyhlx`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FiledBy {
    /// 自行报备, the organiser itself.
    Organiser,
    /// 代为报备, the provider on its behalf.
    Provider,
}

/// A website (`Wz_xx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The provider's own id of this site (`IspWzid`).
    pub id: i64,
    /// Name (`Wzmc`).
    pub name: String,
    /// Pre-approvals (`Nrlx`), only those that exist.
    pub approvals: Vec<Approval>,
    /// What it offers (`Fwnr_id`), codes of the table 网站服务内容.
    pub contents: Vec<i64>,
    /// Its languages (`Yylb_id`).
    pub languages: Vec<i64>,
    /// Its domain names (`Ym_xx`).
    pub domains: Vec<Domain>,
    /// Where it is hosted (`Jr_xx`).
    pub accesses: Vec<Access>,
    /// 网站负责人 (`Wz_Fzr`).
    pub manager: Person,
    /// Home page (`Syurl`); must contain one of the domains.
    pub home_url: Option<String>,
    /// Remark (`Wz_Bz`).
    pub remark: Option<String>,
}

/// A pre-approval (`Nrlx_xx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Kind (`Nrlx_id`).
    pub kind: i64,
    /// Number on the document (`Qzsph`).
    pub number: String,
    /// Scans as JPEG (`Spwj`), 1 to 10.
    #[serde(with = "base64_list")]
    pub scans: Vec<Vec<u8>>,
}

/// A domain name (`Ym_xx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// The provider's own id (`IspYmid`).
    pub id: i64,
    /// The name (`Ym`).
    pub name: String,
}

/// An access (`Jr_xx`): one provider's hosting of one site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The provider's own id (`IspJrid`), new for every access.
    pub id: i64,
    /// Where the servers stand (`Fbdd`).
    pub locations: Vec<i64>,
    /// How it is hosted (`Jrfs`).
    pub methods: Vec<i64>,
    /// Its addresses (`Ip_xx`).
    pub ips: Vec<IpRange>,
}

/// A range of IPv4 addresses (`Ip_xx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IpRange {
    /// The provider's own id (`IspIpid`).
    pub id: i64,
    /// First address (`Qsip`).
    pub first: Ipv4Addr,
    /// Last address (`Zzip`).
    pub last: Ipv4Addr,
}

/// An attachment (`Fj/Fjxx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// File format (`Fjwjgs`).
    pub format: AttachmentFormat,
    /// What it proves (`Fjyt`).
    pub purpose: AttachmentPurpose,
    /// The file (`Fjnr`).
    #[serde(with = "base64_bytes")]
    pub content: Vec<u8>,
    /// What it belongs to (`Fjssdx`).
    pub owner: AttachmentOwner,
    /// Remark (`Bz`).
    pub remark: Option<String>,
}

/// The file format of an attachment, a code of the table 附件格式.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttachmentFormat(pub i64);

impl AttachmentFormat {
    /// JPEG.
    pub const JPEG: Self = Self(1);
    /// PNG.
    pub const PNG: Self = Self(2);
}

/// What an attachment proves, a code of the table 附件用途.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttachmentPurpose(pub i64);

impl AttachmentPurpose {
    /// 核验单, the verification form.
    pub const VERIFICATION_FORM: Self = Self(1);
    /// 单位有效证件, the unit's credential.
    pub const SUBJECT_CERTIFICATE: Self = Self(2);
    /// 主体负责人证件, the principal's credential.
    pub const PRINCIPAL_CERTIFICATE: Self = Self(3);
    /// 网站负责人证件, the manager's credential.
    pub const MANAGER_CERTIFICATE: Self = Self(4);
    /// 现场拍摄照片, the manager's photograph.
    pub const MANAGER_PHOTO: Self = Self(5);

    /// The greatest length of the content after base64.
    pub fn limit(self) -> usize {
        if self == Self::VERIFICATION_FORM { MAX_VERIFICATION_FORM } else { MAX_ATTACHMENT }
    }

    /// The greatest number of bytes of a file that stays within the limit once it is base64.
    pub fn byte_limit(self) -> usize {
        self.limit() / 4 * 3
    }
}

/// What an attachment belongs to, by the provider's own ids (`Ssdxlx`, `Ssdxbs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentOwner {
    /// The subject with this id.
    Subject(i64),
    /// The site with this id.
    Site(i64),
    /// Neither: the first number is the unknown owner type.
    Other(i64, i64),
}

/// Bytes as base64 text in JSON.
mod base64_bytes {
    use super::STANDARD;
    use base64::Engine as _;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A list of byte strings as base64 texts in JSON.
mod base64_list {
    use super::STANDARD;
    use base64::Engine as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(list: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        list.iter().map(|bytes| STANDARD.encode(bytes)).collect::<Vec<_>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
        let list = Vec::<String>::deserialize(deserializer)?;
        list.iter().map(|text| STANDARD.decode(text).map_err(D::Error::custom)).collect()
    }
}

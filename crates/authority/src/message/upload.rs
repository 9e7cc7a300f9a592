//! What a provider uploads: so far 新增备案 (`XZBA`), the first filing.

use std::net::Ipv4Addr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::node::{Node, ReadError, ReadProblem};
use super::{MAX_ATTACHMENT, MAX_RECORDS, MAX_VERIFICATION_FORM, Version, WriteError, to_gbk};
use crate::schema::{Problem, Violation};
use crate::tree::Element;

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

impl Upload {
    /// Writes the file as GBK XML, or names every element that keeps it from being written.
    pub fn to_gbk(&self, version: Version) -> Result<Vec<u8>, WriteError> {
        let mut violations = Vec::new();
        let UploadOperation::NewFiling(filings) = &self.operation;
        let base = "UploadData/ICP/XZBA";
        if filings.len() > MAX_RECORDS {
            let problem = Problem::TooMany { found: filings.len(), max: MAX_RECORDS };
            violations.push(Violation { path: format!("{base}/Baxx"), problem });
        }
        for (index, filing) in filings.iter().enumerate() {
            let path = format!("{base}/Baxx[{}]", index + 1);
            for (index, attachment) in filing.attachments.iter().enumerate() {
                let (found, max) = (base64_length(&attachment.content), attachment.purpose.limit());
                if found > max {
                    let path = format!("{path}/Fj[{}]/Fjxx/Fjnr", index + 1);
                    violations.push(Violation { path, problem: Problem::TooLarge { found, max } });
                }
            }
            let approvals = filing.sites.iter().flat_map(|site| &site.approvals);
            for scan in approvals.flat_map(|approval| &approval.scans) {
                if base64_length(scan) > MAX_ATTACHMENT {
                    let problem = Problem::TooLarge { found: base64_length(scan), max: MAX_ATTACHMENT };
                    violations.push(Violation { path: format!("{path}/Wz_xx/Nrlx/Nrlx_xx/Spwj"), problem });
                }
            }
        }
        match (to_gbk(&self.to_tree(version), version.upload_schema()), violations.is_empty()) {
            (Ok(bytes), true) => Ok(bytes),
            (Ok(_), false) => Err(WriteError { violations }),
            (Err(mut error), _) => {
                error.violations.extend(violations);
                Err(error)
            }
        }
    }

    /// The file as a tree, children in the order of the element table.
    pub fn to_tree(&self, version: Version) -> Element {
        let UploadOperation::NewFiling(filings) = &self.operation;
        let operation = Element::new("XZBA").extend(filings.iter().map(NewFiling::to_tree));
        let icp = Element::new("ICP").child(operation).with("Qqdwid", self.provider);
        Element::new("UploadData").attribute("version", version.attribute()).child(icp)
    }

    /// Reads a file that has been checked against the element table; `None` if it asks for another operation.
    pub fn read(root: &Element) -> Result<Option<Self>, ReadError> {
        let icp = Node::root(root).child("ICP")?;
        let provider = icp.long("Qqdwid")?;
        let Some(operation) = icp.maybe_child("XZBA") else { return Ok(None) };
        let filings = operation.each("Baxx").iter().map(NewFiling::read).collect::<Result<_, _>>()?;
        Ok(Some(Self { provider, operation: UploadOperation::NewFiling(filings) }))
    }
}

impl NewFiling {
    fn to_tree(&self) -> Element {
        Element::new("Baxx")
            .child(self.subject.to_tree())
            .extend(self.sites.iter().map(Site::to_tree))
            .extend(self.attachments.iter().map(Attachment::to_tree))
    }

    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let attachments = node.each("Fj");
        Ok(Self {
            subject: Subject::read(&node.child("Zt_xx")?)?,
            sites: node.each("Wz_xx").iter().map(Site::read).collect::<Result<_, _>>()?,
            attachments: attachments
                .iter()
                .map(|wrapper| Attachment::read(&wrapper.child("Fjxx")?))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl Subject {
    fn to_tree(&self) -> Element {
        Element::new("Zt_xx")
            .with("IspZtid", self.id)
            .with("Dwmc", &self.name)
            .with_some("Dwxz", self.nature)
            .with_some("Tzr", given(&self.investor))
            .child(self.address.to_tree())
            .child(self.certificate.to_tree())
            .child(self.principal.to_tree("Fzr"))
            .with("Bbfs", self.filed_by.code())
            .with_some("Bz", given(&self.remark))
    }

    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            id: node.long("IspZtid")?,
            name: node.text("Dwmc")?,
            nature: node.maybe_long("Dwxz")?,
            investor: node.maybe_text("Tzr"),
            address: Address::read(&node.child("Txdz")?)?,
            certificate: Certificate::read(&node.child("Zj")?)?,
            principal: Person::read(&node.child("Fzr")?)?,
            filed_by: FiledBy::from_code(node.long("Bbfs")?),
            remark: node.maybe_text("Bz"),
        })
    }
}

impl Address {
    pub(super) fn to_tree(&self) -> Element {
        Element::new("Txdz")
            .with("Shengid", self.province)
            .with_some("Shiid", self.city)
            .with_some("Xianid", self.county)
            .with_some("Xxdz", given(&self.street))
    }

    pub(super) fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            province: node.long("Shengid")?,
            city: node.maybe_long("Shiid")?,
            county: node.maybe_long("Xianid")?,
            street: node.maybe_text("Xxdz"),
        })
    }
}

impl Certificate {
    pub(super) fn to_tree(&self) -> Element {
        Element::new("Zj").with("Zjlx", self.kind).with("Zjhm", &self.number).with("Zjzs", &self.address)
    }

    pub(super) fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            kind: node.long("Zjlx")?,
            number: node.text("Zjhm")?,
            address: node.maybe_text("Zjzs").unwrap_or_default(),
        })
    }
}

impl Person {
    pub(super) fn to_tree(&self, name: &str) -> Element {
        Element::new(name)
            .with_some("Fzr_xm", given(&self.name))
            .with_some("Fzr_dhhm", given(&self.office_phone))
            .with_some("Fzr_sjhm", given(&self.mobile))
            .with_some("Fzr_dzyj", given(&self.email))
            .with_some("Msn", given(&self.msn))
            .with_some("Qq", given(&self.qq))
            .with_some("Fzr_zjlx", self.certificate_kind)
            .with_some("Fzr_zjhm", given(&self.certificate_number))
    }

    pub(super) fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            name: node.maybe_text("Fzr_xm"),
            office_phone: node.maybe_text("Fzr_dhhm"),
            mobile: node.maybe_text("Fzr_sjhm"),
            email: node.maybe_text("Fzr_dzyj"),
            msn: node.maybe_text("Msn"),
            qq: node.maybe_text("Qq"),
            certificate_kind: node.maybe_long("Fzr_zjlx")?,
            certificate_number: node.maybe_text("Fzr_zjhm"),
        })
    }
}

impl FiledBy {
    pub(super) fn code(self) -> i64 {
        match self {
            Self::Organiser => 0,
            Self::Provider => 1,
        }
    }

    pub(super) fn from_code(code: i64) -> Self {
        if code == 0 { Self::Organiser } else { Self::Provider }
    }
}

impl Site {
    fn to_tree(&self) -> Element {
        let mut element = Element::new("Wz_xx").with("IspWzid", self.id).with("Wzmc", &self.name);
        element = element.extend(Approval::list_to_tree(&self.approvals));
        element = element.child(codes_to_tree("Fwnr", "Fwnr_id", &self.contents));
        element = element.child(codes_to_tree("Yylb", "Yylb_id", &self.languages));
        for domain in &self.domains {
            element = element.child(Element::new("Ym_xx").with("IspYmid", domain.id).with("Ym", &domain.name));
        }
        for access in &self.accesses {
            let ips = access.ips.iter().map(|ip| {
                Element::new("Ip_xx")
                    .with("IspIpid", ip.id)
                    .with("Qsip", u32::from(ip.first))
                    .with("Zzip", u32::from(ip.last))
            });
            element = element.child(
                Element::new("Jr_xx")
                    .with("IspJrid", access.id)
                    .child(codes_to_tree("Wzfb", "Fbdd", &access.locations))
                    .child(codes_to_tree("Wzjrfs", "Jrfs", &access.methods))
                    .extend(ips),
            );
        }
        element
            .child(self.manager.to_tree("Wz_Fzr"))
            .with_some("Syurl", given(&self.home_url))
            .with_some("Wz_Bz", given(&self.remark))
    }

    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let domain = |node: &Node<'_>| Ok(Domain { id: node.long("IspYmid")?, name: node.text("Ym")? });
        Ok(Self {
            id: node.long("IspWzid")?,
            name: node.text("Wzmc")?,
            approvals: Approval::read_list(node)?,
            contents: node.longs("Fwnr", "Fwnr_id")?,
            languages: node.longs("Yylb", "Yylb_id")?,
            domains: node.each("Ym_xx").iter().map(domain).collect::<Result<_, _>>()?,
            accesses: node.each("Jr_xx").iter().map(Access::read).collect::<Result<_, _>>()?,
            manager: Person::read(&node.child("Wz_Fzr")?)?,
            home_url: node.maybe_text("Syurl"),
            remark: node.maybe_text("Wz_Bz"),
        })
    }
}

impl Approval {
    /// The group with all approvals, or nothing when there are none.
    pub(super) fn list_to_tree(approvals: &[Self]) -> Option<Element> {
        let one = |approval: &Self| {
            let mut element = Element::new("Nrlx_xx").with("Nrlx_id", approval.kind).with("Qzsph", &approval.number);
            for scan in &approval.scans {
                element = element.with("Spwj", STANDARD.encode(scan));
            }
            element
        };
        (!approvals.is_empty()).then(|| Element::new("Nrlx").extend(approvals.iter().map(one)))
    }

    pub(super) fn read_list(node: &Node<'_>) -> Result<Vec<Self>, ReadError> {
        let Some(group) = node.maybe_child("Nrlx") else { return Ok(Vec::new()) };
        let one = |node: &Node<'_>| {
            let scans = node.each("Spwj").into_iter().map(|scan| base64_of(&scan.element.text, &scan.path));
            Ok(Self {
                kind: node.long("Nrlx_id")?,
                number: node.text("Qzsph")?,
                scans: scans.collect::<Result<_, _>>()?,
            })
        };
        group.each("Nrlx_xx").iter().map(one).collect()
    }
}

impl Access {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let ip = |node: &Node<'_>| {
            Ok(IpRange { id: node.long("IspIpid")?, first: address(node, "Qsip")?, last: address(node, "Zzip")? })
        };
        Ok(Self {
            id: node.long("IspJrid")?,
            locations: node.longs("Wzfb", "Fbdd")?,
            methods: node.longs("Wzjrfs", "Jrfs")?,
            ips: node.each("Ip_xx").iter().map(ip).collect::<Result<_, _>>()?,
        })
    }
}

impl Attachment {
    fn to_tree(&self) -> Element {
        let (kind, id) = match self.owner {
            AttachmentOwner::Subject(id) => (1, id),
            AttachmentOwner::Site(id) => (2, id),
            AttachmentOwner::Other(kind, id) => (kind, id),
        };
        Element::new("Fj").child(
            Element::new("Fjxx")
                .with("Fjwjgs", self.format.0)
                .with("Fjyt", self.purpose.0)
                .with("Fjnr", STANDARD.encode(&self.content))
                .child(Element::new("Fjssdx").with("Ssdxlx", kind).with("Ssdxbs", id))
                .with_some("Bz", given(&self.remark)),
        )
    }

    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let owner = node.child("Fjssdx")?;
        let content = node.child("Fjnr")?;
        Ok(Self {
            format: AttachmentFormat(node.long("Fjwjgs")?),
            purpose: AttachmentPurpose(node.long("Fjyt")?),
            content: base64_of(&content.element.text, &content.path)?,
            owner: match (owner.long("Ssdxlx")?, owner.long("Ssdxbs")?) {
                (1, id) => AttachmentOwner::Subject(id),
                (2, id) => AttachmentOwner::Site(id),
                (kind, id) => AttachmentOwner::Other(kind, id),
            },
            remark: node.maybe_text("Bz"),
        })
    }
}

/// A group that repeats one code element.
pub(super) fn codes_to_tree(group: &str, name: &str, codes: &[i64]) -> Element {
    codes.iter().fold(Element::new(group), |element, code| element.with(name, code))
}

/// The text if there is any: an optional element is left out rather than sent empty.
pub(super) fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

pub(super) fn address(node: &Node<'_>, name: &str) -> Result<Ipv4Addr, ReadError> {
    let number = u32::try_from(node.long(name)?).map_err(|_| node.error(name, ReadProblem::NotNumber))?;
    Ok(Ipv4Addr::from(number))
}

fn base64_of(text: &str, path: &str) -> Result<Vec<u8>, ReadError> {
    let compact: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let problem = ReadProblem::NotBase64;
    STANDARD.decode(compact).map_err(|_| ReadError { path: path.to_owned(), problem })
}

fn base64_length(bytes: &[u8]) -> usize {
    bytes.len().div_ceil(3) * 4
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

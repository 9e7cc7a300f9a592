//! What several messages have in common.

use serde::{Deserialize, Serialize};

use super::node::{Node, ReadError};
use super::wire::{Binary, Value, codes, open_codes, records};
use crate::tree::Markup;

records! {
    /// A postal address (`Txdz`) in six-digit GB/T 2260 codes and words.
    pub struct Address {
        /// Province (`Shengid`).
        pub province: i64 = "Shengid",
        /// City (`Shiid`); required in an upload.
        pub city: Option<i64> = "Shiid",
        /// County (`Xianid`).
        pub county: Option<i64> = "Xianid",
        /// The address in words (`Xxdz`).
        pub street: Option<String> = "Xxdz",
    }

    /// A subject's credential (`Zj`).
    pub struct Certificate {
        /// Kind (`Zjlx`), a code of the table 证件类型.
        pub kind: i64 = "Zjlx",
        /// Number (`Zjhm`).
        pub number: String = "Zjhm",
        /// The address printed on it (`Zjzs`).
        pub address: String = ("Zjzs" or default),
    }

    /// A person in charge (`Fzr`, `Wz_Fzr`).
    #[derive(Default)]
    pub struct Person {
        /// Name (`Fzr_xm`).
        pub name: Option<String> = "Fzr_xm",
        /// Office phone (`Fzr_dhhm`), at least 11 characters; units must give it.
        pub office_phone: Option<String> = "Fzr_dhhm",
        /// Mobile number (`Fzr_sjhm`).
        pub mobile: Option<String> = "Fzr_sjhm",
        /// E-mail address (`Fzr_dzyj`).
        pub email: Option<String> = "Fzr_dzyj",
        /// MSN account (`Msn`).
        pub msn: Option<String> = "Msn",
        /// QQ account (`Qq`).
        pub qq: Option<String> = "Qq",
        /// Kind of credential (`Fzr_zjlx`).
        pub certificate_kind: Option<i64> = "Fzr_zjlx",
        /// Number of the credential (`Fzr_zjhm`).
        pub certificate_number: Option<String> = "Fzr_zjhm",
    }

    /// A pre-approval (`Nrlx_xx`).
    pub struct Approval {
        /// Kind (`Nrlx_id`).
        pub kind: i64 = "Nrlx_id",
        /// Number on the document (`Qzsph`).
        pub number: String = "Qzsph",
        /// Scans as JPEG (`Spwj`), 1 to 10.
        pub scans: Vec<Binary> = "Spwj",
    }

    /// An attachment of what is filed for the first time (`Fjxx`).
    pub struct Attachment {
        /// File format (`Fjwjgs`).
        pub format: AttachmentFormat = "Fjwjgs",
        /// What it proves (`Fjyt`).
        pub purpose: AttachmentPurpose = "Fjyt",
        /// The file (`Fjnr`).
        pub content: Binary = "Fjnr",
        /// What it belongs to (`Fjssdx`).
        pub owner: AttachmentOwner = "Fjssdx",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// An attachment of something that is filed already (`Fjxx`).
    pub struct FiledAttachment {
        /// File format (`Fjwjgs`).
        pub format: AttachmentFormat = "Fjwjgs",
        /// What it proves (`Fjyt`).
        pub purpose: AttachmentPurpose = "Fjyt",
        /// The file (`Fjnr`).
        pub content: Binary = "Fjnr",
        /// What it belongs to (`Fjssdx`).
        pub owner: FiledOwner = "Fjssdx",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }
}

codes! {
    /// Who brought the filing (`Bbfs`, `Bbyhlx`).
    pub enum FiledBy {
        /// 自行报备, the organiser itself.
        Organiser = 0,
        /// 代为报备, the provider on its behalf.
        Provider = 1,
    }
}

open_codes! {
    /// The kind of operation a result speaks of (操作类型, `Czlx`).
    pub struct Operation {
        /// 新增备案, a first filing.
        NEW_FILING = 1,
        /// 新增网站, adding a site.
        NEW_SITE = 2,
        /// 新增接入, adding an access.
        NEW_ACCESS = 3,
        /// 变更, a change.
        CHANGE = 4,
        /// 取消接入, cancelling an access.
        CANCEL_ACCESS = 5,
        /// 注销主体, cancelling a subject.
        CANCEL_SUBJECT = 6,
        /// 注销网站, cancelling a site.
        CANCEL_SITE = 7,
        /// 单独提交核验材料, verification materials on their own.
        MATERIALS = 35,
    }

    /// The file format of an attachment, a code of the table 附件格式.
    pub struct AttachmentFormat {
        /// JPEG.
        JPEG = 1,
        /// PNG.
        PNG = 2,
    }

    /// What an attachment proves, a code of the table 附件用途.
    pub struct AttachmentPurpose {
        /// 核验单, the verification form.
        VERIFICATION_FORM = 1,
        /// 单位有效证件, the unit's credential.
        SUBJECT_CERTIFICATE = 2,
        /// 主体负责人证件, the principal's credential.
        PRINCIPAL_CERTIFICATE = 3,
        /// 网站负责人证件, the manager's credential.
        MANAGER_CERTIFICATE = 4,
        /// 现场拍摄照片, the manager's photograph.
        MANAGER_PHOTO = 5,
    }
}

impl AttachmentPurpose {
    /// The greatest number of bytes of a file that stays within the limit once it is base64.
    #[must_use]
    pub fn byte_limit(self) -> usize {
        super::Version::default().attachment_limit(self.0) / 4 * 3
    }
}

/// Something filed, named by the bureau's id or by its filing number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// The bureau's id (`Ztid`, `Wzid`, `Jlid`).
    Id(i64),
    /// The filing number (`Ztbah`, `Wzbah`, `Baxh`).
    Number(String),
}

impl Reference {
    /// The tags of the id and of the number inside an element of this name.
    fn tags(element: &str) -> (&'static str, &'static str) {
        match element {
            "Zt_xx" => ("Ztid", "Ztbah"),
            "Wz_xx" => ("Wzid", "Wzbah"),
            _ => ("Jlid", "Baxh"),
        }
    }
}

impl Value for Reference {
    fn is_none(_: &Node<'_>) -> bool {
        false
    }

    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let (id, number) = Self::tags(&node.element.name);
        if let Some(id) = node.child(id) {
            return id.number().map(Self::Id);
        }
        let number =
            node.child(number).filter(|number| !number.text().is_empty()).ok_or_else(|| node.missing(number))?;
        Ok(Self::Number(number.text().to_owned()))
    }

    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool {
        let (id, number) = Self::tags(&element.name);
        element.children.push(match self {
            Self::Id(value) => Markup::new(id).containing(value),
            Self::Number(value) => Markup::new(number).containing(value),
        });
        true
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

impl Value for AttachmentOwner {
    fn is_none(_: &Node<'_>) -> bool {
        false
    }

    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let number = |name| node.child(name).ok_or_else(|| node.missing(name))?.number();
        Ok(match (number("Ssdxlx")?, number("Ssdxbs")?) {
            (1, id) => Self::Subject(id),
            (2, id) => Self::Site(id),
            (kind, id) => Self::Other(kind, id),
        })
    }

    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool {
        let (kind, id) = match *self {
            Self::Subject(id) => (1, id),
            Self::Site(id) => (2, id),
            Self::Other(kind, id) => (kind, id),
        };
        element.children.extend([Markup::new("Ssdxlx").containing(kind), Markup::new("Ssdxbs").containing(id)]);
        true
    }
}

/// What an attachment of something filed belongs to (`Ssdxlx`, `Ssdxbs`). A site that is only being added is named by
/// the provider's own id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FiledOwner {
    /// This subject.
    Subject(Reference),
    /// This site.
    Site(Reference),
    /// Neither: the number is the unknown owner type.
    Other(i64, Reference),
}

impl Value for FiledOwner {
    fn is_none(_: &Node<'_>) -> bool {
        false
    }

    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let kind = node.child("Ssdxlx").ok_or_else(|| node.missing("Ssdxlx"))?.number()?;
        let reference = Reference::read(&node.child("Ssdxbs").ok_or_else(|| node.missing("Ssdxbs"))?)?;
        Ok(match kind {
            1 => Self::Subject(reference),
            2 => Self::Site(reference),
            kind => Self::Other(kind, reference),
        })
    }

    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool {
        let (kind, reference) = match self {
            Self::Subject(reference) => (1, reference),
            Self::Site(reference) => (2, reference),
            Self::Other(kind, reference) => (*kind, reference),
        };
        let mut owner = Markup::new("Ssdxbs");
        reference.write(&mut owner);
        element.children.extend([Markup::new("Ssdxlx").containing(kind), owner]);
        true
    }
}

//! 备案结果 (`BAJG`): what became of what was sent.

use std::net::Ipv4Addr;

use crate::code::ResultCode;
use crate::message::node::{Node, ReadError};
use crate::message::part::Operation;
use crate::message::wire::{Value, codes, records, write_number};
use crate::tree::Markup;

records! {
    /// What the machine found in one request (`Jg_xx`).
    pub struct MachineResult {
        /// Code and text of every finding (`Jgxx`).
        pub findings: Vec<Finding> = "Jgxx",
        /// The operation it speaks of (`Czlx`).
        pub operation: Operation = "Czlx",
        /// Which request (`Bs`): for a first filing the provider's own id of the subject.
        pub key: Option<String> = "Bs",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// One code with its text (`Jgxx`).
    pub struct Finding {
        /// The code (`Jgdm`).
        pub code: ResultCode = "Jgdm",
        /// The text (`Dmms`); of 5001 it is the name of the file.
        pub text: Option<String> = "Dmms",
    }

    /// What the bureau decided (`Gjsh`).
    pub struct Decision {
        /// Who decided (`Shrxm`).
        pub officer: Option<String> = "Shrxm",
        /// Their phone (`Shr_dhhm`).
        pub phone: Option<String> = "Shr_dhhm",
        /// When (`Shsj`), a date with or without a time.
        pub at: String = ("Shsj" or default),
        /// Why (`Shyj`).
        pub opinion: Option<String> = "Shyj",
        /// Whether it was approved (`Shjg`).
        pub approved: bool = "Shjg",
        /// The operation it speaks of (`Czlx`).
        pub operation: Option<Operation> = "Czlx",
        /// Which record (`Jlid`): for a first filing the provider's own id of the subject.
        pub record: Option<i64> = "Jlid",
    }

    /// What became of one range of an IP filing (`Lyjg`, `Fpjg`, `Gbjs`, `Zdip`).
    pub struct IpResult {
        /// Code and text of every finding (`Jgxx`).
        pub findings: Vec<IpFinding> = "Jgxx",
        /// The bureau's id of the range (`Id`).
        pub bureau_id: Option<i64> = "Id",
        /// What was to be done (`Czlx`).
        pub change: RecordChange = "Czlx",
        /// The provider's own id of the range (`IspId`).
        pub id: Option<i64> = "IspId",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// One code with its text and the ranges it speaks of (`Jgxx`).
    pub struct IpFinding {
        /// The code (`Jgdm`).
        pub code: ResultCode = "Jgdm",
        /// The text (`Dmms`).
        pub text: Option<String> = "Dmms",
        /// The ranges that conflict with it (`Xgsj`).
        pub related: Vec<RelatedIp> = "Xgsj",
    }

    /// A range that a finding speaks of (`Xgsj`).
    pub struct RelatedIp {
        /// The bureau's id (`Id`).
        pub bureau_id: Option<i64> = "Id",
        /// The provider's own id (`IspId`).
        pub id: Option<i64> = "IspId",
        /// First address (`Qsip`).
        pub first: Ipv4Addr = "Qsip",
        /// Last address (`Zzip`).
        pub last: Ipv4Addr = "Zzip",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// What became of one domain name (`YM/BAJG/Jg_xx`).
    pub struct RecordResult {
        /// Code and text of every finding (`Jgxx`).
        pub findings: Vec<Finding> = "Jgxx",
        /// The ministry's id (`Id`).
        pub bureau_id: Option<i64> = "Id",
        /// What was to be done (`Czlx`).
        pub change: RecordChange = "Czlx",
        /// The reporting unit's own id (`IspId`).
        pub id: Option<i64> = "IspId",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }
}

codes! {
    /// What was to be done with an IP or domain record (`Czlx`).
    pub enum RecordChange {
        /// 新增.
        Add = 1,
        /// 修改.
        Change = 2,
        /// 删除.
        Delete = 3,
    }
}

impl Value for ResultCode {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        node.number().map(Self)
    }

    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool {
        write_number(self.0, element)
    }
}

impl MachineResult {
    /// Whether the machine found everything in order.
    #[must_use]
    pub fn is_success(&self) -> bool {
        !self.findings.is_empty() && self.findings.iter().all(|finding| finding.code.is_success())
    }

    /// The key as a number, if it is one.
    #[must_use]
    pub fn key_id(&self) -> Option<i64> {
        self.key.as_deref().and_then(|key| key.trim().parse().ok())
    }
}

impl IpResult {
    /// Whether the range is now as it was asked for.
    #[must_use]
    pub fn is_success(&self) -> bool {
        !self.findings.is_empty() && self.findings.iter().all(|finding| finding.code.is_success())
    }
}

impl RecordResult {
    /// Whether the domain is now as it was asked for.
    #[must_use]
    pub fn is_success(&self) -> bool {
        !self.findings.is_empty() && self.findings.iter().all(|finding| finding.code.is_success())
    }
}

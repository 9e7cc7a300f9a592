//! What a provider uploads: one file, one kind of operation, up to a thousand records.

mod cancellation;
mod change;
mod filing;
mod unfiled;
mod verification;

use serde::{Deserialize, Serialize};

pub use cancellation::{Cancellation, CancelledKind};
pub use change::{Change, ChangedAccess, ChangedDomain, ChangedIp, ChangedSite, ChangedSubject};
pub use filing::{Access, Domain, IpRange, NewAccess, NewFiling, NewSite, Site, Subject};
pub use unfiled::UnfiledHandling;
pub use verification::{
    TaskDomain, TaskIp, Verification, VerificationOutcome, VerifiedAccess, VerifiedRecord, VerifiedSite,
    VerifiedSubject,
};

use super::domain::{DeletedDomain, DomainRecord};
use super::ip::{ChangedIps, DeletedIps, NewIps};
use super::node::{Node, ReadError, ReadProblem};
use super::part::FiledAttachment;
use super::wire::Field;
use super::{Version, WriteError, to_gbk};
use crate::schema::{Problem, Violation};
use crate::tree::{Element, Markup};

/// One data file of a provider (`UploadData`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The reporting unit (`Qqdwid`); must be the provider's own id (else 5003).
    pub provider: i64,
    /// What is asked for; one file carries one kind of operation.
    pub operation: UploadOperation,
}

/// Declares the operations, each with the group it stands in and its list of records or its one record.
macro_rules! operations {
    ($( $(#[$doc:meta])* $variant:ident($type:ty) = $business:literal, $group:literal, $place:literal; )*) => {
        /// What an upload asks for.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum UploadOperation { $( $(#[$doc])* $variant($type) ),* }

        impl UploadOperation {
            /// The groups of the root and of the operations in them, such as `ICP` and `XZBA`.
            pub const GROUPS: &'static [(&'static str, &'static str)] = &[$( ($business, $group) ),*];

            /// The group of the root and of the operation in it, such as `ICP` and `XZBA`.
            #[must_use]
            pub const fn group(&self) -> (&'static str, &'static str) {
                match self { $( Self::$variant(_) => ($business, $group) ),* }
            }

            fn write<'a>(&'a self, business: &mut Markup<'a>) {
                match self { $( Self::$variant(content) => content.write_at(business, $place) ),* }
            }

            fn read(business: &Node<'_>, group: &str) -> Result<Self, ReadError> {
                match (&*business.element.name, group) {
                    $( ($business, $group) => Field::read_at(business, $place).map(Self::$variant), )*
                    _ => Err(business.problem(ReadProblem::Operations)),
                }
            }
        }
    };
}

operations! {
    /// 新增备案: first filings.
    NewFiling(Vec<NewFiling>) = "ICP", "XZBA", "XZBA/Baxx";
    /// 新增网站: sites for subjects that are filed.
    NewSite(Vec<NewSite>) = "ICP", "XZWZ", "XZWZ/Xzxx";
    /// 新增接入: accesses for sites that are filed.
    NewAccess(Vec<NewAccess>) = "ICP", "XZJR", "XZJR/Xzxx";
    /// 变更备案: changes of what is filed.
    Change(Vec<Change>) = "ICP", "BGBA", "BGBA/Bgxx";
    /// 核实结果: answers to verification tasks.
    Verification(Vec<Verification>) = "ICP", "HSJG", "HSJG/Hsjgxx";
    /// 未备案处理结果: how unfiled websites were handled.
    UnfiledHandling(Vec<UnfiledHandling>) = "ICP", "WBACLJG", "WBACLJG/Clxx";
    /// 注销备案: the end of subjects, sites and accesses.
    Cancellation(Vec<Cancellation>) = "ICP", "ZXBA", "ZXBA/Zx_xx";
    /// 单独提交核验材料: attachments on their own.
    Materials(Vec<FiledAttachment>) = "ICP", "XZHYD", "XZHYD/Fjxx";
    /// 新增IP备案.
    NewIps(NewIps) = "IP", "XZBA", "XZBA";
    /// 修改IP备案.
    ChangedIps(ChangedIps) = "IP", "XGBA", "XGBA";
    /// 删除IP备案.
    DeletedIps(DeletedIps) = "IP", "SCBA", "SCBA";
    /// 新增域名备案.
    NewDomains(Vec<DomainRecord>) = "YM", "XZBA", "XZBA/Xzxx";
    /// 修改域名备案.
    ChangedDomains(Vec<DomainRecord>) = "YM", "XGBA", "XGBA/Xzxx";
    /// 删除域名备案.
    DeletedDomains(Vec<DeletedDomain>) = "YM", "SCBA", "SCBA/Scxx";
}

impl UploadOperation {
    /// How many records it holds; a file may have 1000 of them.
    #[must_use]
    pub fn records(&self) -> usize {
        match self {
            Self::NewFiling(list) => list.len(),
            Self::NewSite(list) => list.len(),
            Self::NewAccess(list) => list.len(),
            Self::Change(list) => list.len(),
            Self::Verification(list) => list.len(),
            Self::UnfiledHandling(list) => list.len(),
            Self::Cancellation(list) => list.len(),
            Self::Materials(list) => list.len(),
            Self::NewIps(ips) => {
                ips.sources.len() + ips.allocations.len() + ips.broadcasts.len() + ips.brought_in.len()
            }
            Self::ChangedIps(ips) => {
                ips.sources.len() + ips.allocations.len() + ips.broadcasts.len() + ips.brought_in.len()
            }
            Self::DeletedIps(ips) => {
                ips.sources.len() + ips.allocations.len() + ips.broadcasts.len() + ips.brought_in.len()
            }
            Self::NewDomains(list) | Self::ChangedDomains(list) => list.len(),
            Self::DeletedDomains(list) => list.len(),
        }
    }
}

impl Upload {
    /// Writes the file as GBK XML.
    ///
    /// # Errors
    /// With every element that keeps it from being written.
    pub fn to_gbk(&self, version: Version) -> Result<Vec<u8>, WriteError> {
        let (found, max) = (self.operation.records(), version.limits().records);
        if found > max {
            let (business, group) = self.operation.group();
            let path = format!("UploadData/{business}/{group}");
            return Err(WriteError { violations: vec![Violation { path, problem: Problem::TooMany { found, max } }] });
        }
        to_gbk(self.markup(version), version, version.upload_schema())
    }

    /// The file as a tree, children in the order of the element table.
    #[must_use]
    pub fn to_tree(&self, version: Version) -> Element {
        self.markup(version).into_owned()
    }

    /// The same, with everything that is long left where it is.
    fn markup(&self, version: Version) -> Markup<'_> {
        let mut business = Markup::new(self.operation.group().0);
        self.operation.write(&mut business);
        self.provider.write_at(&mut business, "Qqdwid");
        let mut root = Markup::new("UploadData").attribute("version", version.attribute()).child(business);
        version.spell(&mut root);
        version.upload_schema().arrange(&mut root);
        root
    }

    /// Reads a file that has been checked against the element table. Empty records are passed over by the table, not here.
    ///
    /// # Errors
    /// When there is not exactly one known operation, or a record cannot be read.
    pub fn read(root: &Markup<'_>, version: Version) -> Result<Self, ReadError> {
        let mut root = std::borrow::Cow::Borrowed(root);
        version.unspell(&mut root);
        let node = Node::root(&root);
        let [business] = root.children.as_slice() else { return Err(node.problem(ReadProblem::Operations)) };
        let business = node.below(business, &business.name, 0);
        let groups: Vec<_> = business.element.children.iter().filter(|child| child.name != "Qqdwid").collect();
        let [group] = groups.as_slice() else { return Err(business.problem(ReadProblem::Operations)) };
        Ok(Self {
            provider: Field::read_at(&business, "Qqdwid")?,
            operation: UploadOperation::read(&business, &group.name)?,
        })
    }
}

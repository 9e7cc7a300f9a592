//! What a provider downloads: results (`BAJG`) and filed records (`BASJ`).

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::node::{Node, ReadError};
use super::upload::{address, codes_to_tree, given};
use super::{Address, Approval, Certificate, FiledBy, Operation, Person, Version, WriteError, to_gbk};
use crate::code::ResultCode;
use crate::schema::Violation;
use crate::tree::Element;

/// One downloaded file (`DownloadData`), as far as it is understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Download {
    /// Results of the machine (`BAJG/Jg_xx`).
    pub results: Vec<MachineResult>,
    /// Decisions of the bureau (`BAJG/GJSHS/Gjsh`).
    pub decisions: Vec<Decision>,
    /// Filed records (`BASJ/Baxx`).
    pub records: Vec<FiledRecord>,
    /// Groups of the file that this version does not handle, such as `HMDLB`.
    pub unhandled: Vec<String>,
    /// Records that could not be read, with the reason; the others were read all the same.
    pub unreadable: Vec<ReadError>,
    /// Departures from the element table. They are for the log: the authority's own files depart from it.
    pub violations: Vec<Violation>,
}

/// What the machine found in one request (`Jg_xx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineResult {
    /// Code and text of every finding (`Jgxx`).
    pub findings: Vec<(ResultCode, Option<String>)>,
    /// The operation it speaks of (`Czlx`).
    pub operation: Operation,
    /// Which request (`Bs`): for a first filing the provider's own id of the subject.
    pub key: Option<String>,
    /// Remark (`Bz`).
    pub remark: Option<String>,
}

impl MachineResult {
    /// Whether the machine found everything in order.
    pub fn is_success(&self) -> bool {
        !self.findings.is_empty() && self.findings.iter().all(|(code, _)| code.is_success())
    }

    /// The key as a number, if it is one.
    pub fn key_id(&self) -> Option<i64> {
        self.key.as_deref().and_then(|key| key.trim().parse().ok())
    }
}

/// What the bureau decided (`Gjsh`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Who decided (`Shrxm`).
    pub officer: Option<String>,
    /// Their phone (`Shr_dhhm`).
    pub phone: Option<String>,
    /// When (`Shsj`), a date with or without a time.
    pub at: String,
    /// Why (`Shyj`).
    pub opinion: Option<String>,
    /// Whether it was approved (`Shjg`).
    pub approved: bool,
    /// The operation it speaks of (`Czlx`).
    pub operation: Option<Operation>,
    /// Which record (`Jlid`): for a first filing the provider's own id of the subject.
    pub record: Option<i64>,
}

/// A filed subject with its sites (`Baxx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledRecord {
    /// 主体.
    pub subject: FiledSubject,
    /// 网站.
    pub sites: Vec<FiledSite>,
    /// Remark (`Bz`).
    pub remark: Option<String>,
}

/// A filed subject (`Zt_xx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledSubject {
    /// The provider's own id (`IspZtid`); missing or foreign when another filed it.
    pub id: Option<i64>,
    /// The bureau's id (`Ztid`); changes and cancellations need it.
    pub bureau_id: i64,
    /// Name (`Dwmc`).
    pub name: String,
    /// Nature (`Dwxz`).
    pub nature: Option<i64>,
    /// Postal address (`Txdz`).
    pub address: Option<Address>,
    /// Credential (`Zj`).
    pub certificate: Option<Certificate>,
    /// 主体负责人 (`Fzr`).
    pub principal: Person,
    /// Filing number (`Baxh`).
    pub number: Option<String>,
    /// Who filed (`Bbyhlx`).
    pub filed_by: Option<FiledBy>,
    /// Investor or superior unit (`Tzr`).
    pub investor: Option<String>,
    /// First filed (`Scbbsj`).
    pub first_filed: Option<String>,
    /// Last changed (`Zjxgsj`).
    pub changed: Option<String>,
    /// End of the electronic certificate (`Zsyxq`).
    pub certificate_until: Option<String>,
    /// Path of the electronic certificate (`Zslj`).
    pub certificate_path: Option<String>,
    /// Serial number of the electronic certificate (`Zsxh`).
    pub certificate_serial: Option<String>,
    /// Who reviewed (`Shrxm`).
    pub officer: Option<String>,
    /// When (`Shsj`).
    pub reviewed: Option<String>,
    /// Remark (`Bz`).
    pub remark: Option<String>,
}

/// A filed site (`Wz_xx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledSite {
    /// The provider's own id (`IspWzid`).
    pub id: Option<i64>,
    /// The bureau's id (`Wzid`).
    pub bureau_id: i64,
    /// Name (`Wzmc`).
    pub name: String,
    /// Pre-approvals (`Nrlx`).
    pub approvals: Vec<Approval>,
    /// What it offers (`Fwnr_id`).
    pub contents: Vec<i64>,
    /// Languages (`Yylb_id`).
    pub languages: Vec<i64>,
    /// Domain names (`Ym_xx`).
    pub domains: Vec<FiledDomain>,
    /// Accesses of every provider (`Jr_xx`).
    pub accesses: Vec<FiledAccess>,
    /// 网站负责人 (`Wz_Fzr`).
    pub manager: Person,
    /// Home page (`Syurl`).
    pub home_url: Option<String>,
    /// Remark (`Wz_Bz`).
    pub remark: Option<String>,
    /// First filed (`Scbbsj`).
    pub first_filed: Option<String>,
    /// Last changed (`Zjxgsj`).
    pub changed: Option<String>,
    /// Filing number (`Baxh`).
    pub number: Option<String>,
}

/// A filed domain name (`Ym_xx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledDomain {
    /// The provider's own id (`IspYmid`).
    pub id: Option<i64>,
    /// The bureau's id (`Ymid`).
    pub bureau_id: i64,
    /// The name (`Ym`).
    pub name: String,
}

/// A filed access (`Jr_xx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledAccess {
    /// The provider's own id (`IspJrid`).
    pub id: Option<i64>,
    /// The bureau's id (`Jrid`).
    pub bureau_id: i64,
    /// Whose access this is (`Ispid`).
    pub provider: i64,
    /// Where the servers stand (`Fbdd`).
    pub locations: Vec<i64>,
    /// How it is hosted (`Jrfs`).
    pub methods: Vec<i64>,
    /// Addresses (`Ip_xx`).
    pub ips: Vec<FiledIp>,
}

/// A filed range of addresses (`Ip_xx`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledIp {
    /// The provider's own id (`IspIpid`).
    pub id: Option<i64>,
    /// The bureau's id (`Ipid`).
    pub bureau_id: i64,
    /// First address (`Qsip`).
    pub first: Ipv4Addr,
    /// Last address (`Zzip`).
    pub last: Ipv4Addr,
}

impl Download {
    /// Reads a downloaded file. Nothing in it is an error as a whole: what cannot be read is listed and the rest is kept.
    pub fn read(root: &Element, version: Version) -> Self {
        let mut download = Self { violations: version.download_schema().check(root), ..Self::default() };
        let node = Node::root(root);
        let Some(icp) = node.maybe_child("ICP") else {
            download.unhandled = root.children.iter().map(|child| child.name.clone()).collect();
            return download;
        };
        for group in &icp.element.children {
            let node = Node { element: group, path: format!("{}/{}", icp.path, group.name) };
            match group.name.as_str() {
                "BAJG" => {
                    let results = node.each("Jg_xx");
                    keep(&mut download.results, &mut download.unreadable, results.iter().map(MachineResult::read));
                    for decisions in node.each("GJSHS") {
                        let decisions = decisions.each("Gjsh");
                        keep(&mut download.decisions, &mut download.unreadable, decisions.iter().map(Decision::read));
                    }
                }
                "BASJ" => {
                    let records = node.each("Baxx");
                    keep(&mut download.records, &mut download.unreadable, records.iter().map(FiledRecord::read));
                }
                other => download.unhandled.push(other.to_owned()),
            }
        }
        download
    }

    /// Writes the file as GBK XML: what the authority's side does.
    pub fn to_gbk(&self, version: Version) -> Result<Vec<u8>, WriteError> {
        to_gbk(&self.to_tree(version), version.download_schema())
    }

    fn to_tree(&self, version: Version) -> Element {
        let mut icp = Element::new("ICP");
        if !self.records.is_empty() {
            icp = icp.child(Element::new("BASJ").extend(self.records.iter().map(FiledRecord::to_tree)));
        }
        if !self.results.is_empty() || !self.decisions.is_empty() {
            let mut results = Element::new("BAJG").extend(self.results.iter().map(MachineResult::to_tree));
            if !self.decisions.is_empty() {
                results = results.child(Element::new("GJSHS").extend(self.decisions.iter().map(Decision::to_tree)));
            }
            icp = icp.child(results);
        }
        Element::new("DownloadData").attribute("version", version.attribute()).child(icp)
    }
}

fn keep<T>(list: &mut Vec<T>, errors: &mut Vec<ReadError>, read: impl Iterator<Item = Result<T, ReadError>>) {
    for item in read {
        match item {
            Ok(item) => list.push(item),
            Err(error) => errors.push(error),
        }
    }
}

impl MachineResult {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let finding = |node: &Node<'_>| Ok((ResultCode(node.long("Jgdm")?), node.maybe_text("Dmms")));
        Ok(Self {
            findings: node.each("Jgxx").iter().map(finding).collect::<Result<_, _>>()?,
            operation: Operation(node.long("Czlx")?),
            key: node.maybe_text("Bs"),
            remark: node.maybe_text("Bz"),
        })
    }

    fn to_tree(&self) -> Element {
        let findings = self
            .findings
            .iter()
            .map(|(code, text)| Element::new("Jgxx").with("Jgdm", code.0).with_some("Dmms", given(text)));
        Element::new("Jg_xx")
            .extend(findings)
            .with("Czlx", self.operation.0)
            .with_some("Bs", given(&self.key))
            .with_some("Bz", given(&self.remark))
    }
}

impl Decision {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            officer: node.maybe_text("Shrxm"),
            phone: node.maybe_text("Shr_dhhm"),
            at: node.maybe_text("Shsj").unwrap_or_default(),
            opinion: node.maybe_text("Shyj"),
            approved: node.long("Shjg")? == 1,
            operation: node.maybe_long("Czlx")?.map(Operation),
            record: node.maybe_long("Jlid")?,
        })
    }

    fn to_tree(&self) -> Element {
        Element::new("Gjsh")
            .with_some("Shrxm", given(&self.officer))
            .with_some("Shr_dhhm", given(&self.phone))
            .with("Shsj", &self.at)
            .with_some("Shyj", given(&self.opinion))
            .with("Shjg", i64::from(self.approved))
            .with_some("Czlx", self.operation.map(|operation| operation.0))
            .with_some("Jlid", self.record)
    }
}

impl FiledRecord {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            subject: FiledSubject::read(&node.child("Zt_xx")?)?,
            sites: node.each("Wz_xx").iter().map(FiledSite::read).collect::<Result<_, _>>()?,
            remark: node.maybe_text("Bz"),
        })
    }

    fn to_tree(&self) -> Element {
        Element::new("Baxx")
            .child(self.subject.to_tree())
            .extend(self.sites.iter().map(FiledSite::to_tree))
            .with_some("Bz", given(&self.remark))
    }
}

impl FiledSubject {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let principal = node.maybe_child("Fzr");
        Ok(Self {
            id: node.maybe_long("IspZtid")?,
            bureau_id: node.long("Ztid")?,
            name: node.text("Dwmc")?,
            nature: node.maybe_long("Dwxz")?,
            address: node.maybe_child("Txdz").map(|node| Address::read(&node)).transpose()?,
            certificate: node.maybe_child("Zj").map(|node| Certificate::read(&node)).transpose()?,
            principal: principal.map(|node| Person::read(&node)).transpose()?.unwrap_or_default(),
            number: node.maybe_text("Baxh"),
            filed_by: node.maybe_long("Bbyhlx")?.map(FiledBy::from_code),
            investor: node.maybe_text("Tzr"),
            first_filed: node.maybe_text("Scbbsj"),
            changed: node.maybe_text("Zjxgsj"),
            certificate_until: node.maybe_text("Zsyxq"),
            certificate_path: node.maybe_text("Zslj"),
            certificate_serial: node.maybe_text("Zsxh"),
            officer: node.maybe_text("Shrxm"),
            reviewed: node.maybe_text("Shsj"),
            remark: node.maybe_text("Bz"),
        })
    }

    fn to_tree(&self) -> Element {
        Element::new("Zt_xx")
            .with_some("IspZtid", self.id)
            .with("Ztid", self.bureau_id)
            .with("Dwmc", &self.name)
            .with_some("Dwxz", self.nature)
            .extend(self.address.as_ref().map(Address::to_tree))
            .extend(self.certificate.as_ref().map(Certificate::to_tree))
            .child(self.principal.to_tree("Fzr"))
            .with_some("Baxh", given(&self.number))
            .with_some("Bbyhlx", self.filed_by.map(FiledBy::code))
            .with_some("Tzr", given(&self.investor))
            .with_some("Scbbsj", given(&self.first_filed))
            .with_some("Zjxgsj", given(&self.changed))
            .with_some("Zsyxq", given(&self.certificate_until))
            .with_some("Zslj", given(&self.certificate_path))
            .with_some("Zsxh", given(&self.certificate_serial))
            .with_some("Shrxm", given(&self.officer))
            .with_some("Shsj", given(&self.reviewed))
            .with_some("Bz", given(&self.remark))
    }
}

impl FiledSite {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let domain = |node: &Node<'_>| {
            Ok(FiledDomain { id: node.maybe_long("IspYmid")?, bureau_id: node.long("Ymid")?, name: node.text("Ym")? })
        };
        let manager = node.maybe_child("Wz_Fzr");
        Ok(Self {
            id: node.maybe_long("IspWzid")?,
            bureau_id: node.long("Wzid")?,
            name: node.text("Wzmc")?,
            approvals: Approval::read_list(node)?,
            contents: node.longs("Fwnr", "Fwnr_id")?,
            languages: node.longs("Yylb", "Yylb_id")?,
            domains: node.each("Ym_xx").iter().map(domain).collect::<Result<_, _>>()?,
            accesses: node.each("Jr_xx").iter().map(FiledAccess::read).collect::<Result<_, _>>()?,
            manager: manager.map(|node| Person::read(&node)).transpose()?.unwrap_or_default(),
            home_url: node.maybe_text("Syurl"),
            remark: node.maybe_text("Wz_Bz"),
            first_filed: node.maybe_text("Scbbsj"),
            changed: node.maybe_text("Zjxgsj"),
            number: node.maybe_text("Baxh"),
        })
    }

    fn to_tree(&self) -> Element {
        let domains = self.domains.iter().map(|domain| {
            Element::new("Ym_xx")
                .with_some("IspYmid", domain.id)
                .with("Ymid", domain.bureau_id)
                .with("Ym", &domain.name)
        });
        let element = Element::new("Wz_xx")
            .with_some("IspWzid", self.id)
            .with("Wzid", self.bureau_id)
            .with("Wzmc", &self.name)
            .extend(Approval::list_to_tree(&self.approvals));
        let contents = (!self.contents.is_empty()).then(|| codes_to_tree("Fwnr", "Fwnr_id", &self.contents));
        element
            .extend(contents)
            .child(codes_to_tree("Yylb", "Yylb_id", &self.languages))
            .extend(domains)
            .extend(self.accesses.iter().map(FiledAccess::to_tree))
            .child(self.manager.to_tree("Wz_Fzr"))
            .with_some("Syurl", given(&self.home_url))
            .with_some("Wz_Bz", given(&self.remark))
            .with_some("Scbbsj", given(&self.first_filed))
            .with_some("Zjxgsj", given(&self.changed))
            .with_some("Baxh", given(&self.number))
    }
}

impl FiledAccess {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let ip = |node: &Node<'_>| {
            Ok(FiledIp {
                id: node.maybe_long("IspIpid")?,
                bureau_id: node.long("Ipid")?,
                first: address(node, "Qsip")?,
                last: address(node, "Zzip")?,
            })
        };
        Ok(Self {
            id: node.maybe_long("IspJrid")?,
            bureau_id: node.long("Jrid")?,
            provider: node.long("Ispid")?,
            locations: node.longs("Wzfb", "Fbdd")?,
            methods: node.longs("Wzjrfs", "Jrfs")?,
            ips: node.each("Ip_xx").iter().map(ip).collect::<Result<_, _>>()?,
        })
    }

    fn to_tree(&self) -> Element {
        let ips = self.ips.iter().map(|ip| {
            Element::new("Ip_xx")
                .with_some("IspIpid", ip.id)
                .with("Ipid", ip.bureau_id)
                .with("Qsip", u32::from(ip.first))
                .with("Zzip", u32::from(ip.last))
        });
        Element::new("Jr_xx")
            .with_some("IspJrid", self.id)
            .with("Jrid", self.bureau_id)
            .with("Ispid", self.provider)
            .child(codes_to_tree("Wzfb", "Fbdd", &self.locations))
            .child(codes_to_tree("Wzjrfs", "Jrfs", &self.methods))
            .extend(ips)
    }
}

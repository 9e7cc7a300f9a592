//! Uploads as element trees, written and read.

use std::net::Ipv4Addr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{
    Access, Address, Approval, Attachment, AttachmentFormat, AttachmentOwner, AttachmentPurpose, Certificate, Domain,
    FiledBy, IpRange, NewFiling, Person, Site, Subject, Upload, UploadOperation,
};
use crate::message::node::{Node, ReadError, ReadProblem};
use crate::message::{MAX_ATTACHMENT, MAX_RECORDS, Version, WriteError, to_gbk};
use crate::schema::{Problem, Violation};
use crate::tree::Element;

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
    pub(in crate::message) fn to_tree(&self) -> Element {
        Element::new("Txdz")
            .with("Shengid", self.province)
            .with_some("Shiid", self.city)
            .with_some("Xianid", self.county)
            .with_some("Xxdz", given(&self.street))
    }

    pub(in crate::message) fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            province: node.long("Shengid")?,
            city: node.maybe_long("Shiid")?,
            county: node.maybe_long("Xianid")?,
            street: node.maybe_text("Xxdz"),
        })
    }
}

impl Certificate {
    pub(in crate::message) fn to_tree(&self) -> Element {
        Element::new("Zj").with("Zjlx", self.kind).with("Zjhm", &self.number).with("Zjzs", &self.address)
    }

    pub(in crate::message) fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            kind: node.long("Zjlx")?,
            number: node.text("Zjhm")?,
            address: node.maybe_text("Zjzs").unwrap_or_default(),
        })
    }
}

impl Person {
    pub(in crate::message) fn to_tree(&self, name: &str) -> Element {
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

    pub(in crate::message) fn read(node: &Node<'_>) -> Result<Self, ReadError> {
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
    pub(in crate::message) fn code(self) -> i64 {
        match self {
            Self::Organiser => 0,
            Self::Provider => 1,
        }
    }

    pub(in crate::message) fn from_code(code: i64) -> Self {
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
    pub(in crate::message) fn list_to_tree(approvals: &[Self]) -> Option<Element> {
        let one = |approval: &Self| {
            let mut element = Element::new("Nrlx_xx").with("Nrlx_id", approval.kind).with("Qzsph", &approval.number);
            for scan in &approval.scans {
                element = element.with("Spwj", STANDARD.encode(scan));
            }
            element
        };
        (!approvals.is_empty()).then(|| Element::new("Nrlx").extend(approvals.iter().map(one)))
    }

    pub(in crate::message) fn read_list(node: &Node<'_>) -> Result<Vec<Self>, ReadError> {
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
pub(in crate::message) fn codes_to_tree(group: &str, name: &str, codes: &[i64]) -> Element {
    codes.iter().fold(Element::new(group), |element, code| element.with(name, code))
}

/// The text if there is any: an optional element is left out rather than sent empty.
pub(in crate::message) fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

pub(in crate::message) fn address(node: &Node<'_>, name: &str) -> Result<Ipv4Addr, ReadError> {
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

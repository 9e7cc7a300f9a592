//! From ranges to the data file that travels to the authority.

use authority::envelope;
use authority::message::{
    AllocationMode, ChangedIps, DeletedIps, IpAllocation, IpBroadcast, IpBroughtIn, IpSource, IpUsage, NewIps,
    SourceUnit, Upload, UploadOperation, Version,
};
use filing::ip_filing::{Allocation, Ask, BroughtIn, Gateway, Origin, Range, RangeKind, Record, UseMode, User};
use store::upload::NewUpload;
use store::{Tx, UploadId};

use crate::bureau::Bureau;
use crate::error::{Error, Result};
use crate::world::World;

/// A range with the number under which it travels.
#[derive(Debug, Clone)]
pub struct Numbered {
    /// What it says.
    pub range: Range,
    /// Our own number of an addition, the bureau's of a correction.
    pub number: i64,
}

/// The ranges of one file, all of one kind.
#[derive(Debug, Clone)]
pub enum Cargo {
    /// Ranges to be put on the books.
    Add(Vec<Numbered>),
    /// Ranges on the books as they are to be.
    Change(Vec<Numbered>),
    /// What is to be taken off the books, by the bureau's numbers.
    Delete(RangeKind, Vec<i64>),
}

impl Cargo {
    const fn ask(&self) -> Ask {
        match self {
            Self::Add(_) => Ask::Add,
            Self::Change(_) => Ask::Change,
            Self::Delete(..) => Ask::Delete,
        }
    }

    fn operation(self) -> UploadOperation {
        match self {
            Self::Add(ranges) => {
                let mut new = NewIps::default();
                for Numbered { range, number } in ranges {
                    let ids = (Some(number), None);
                    match wire(range, ids) {
                        Wire::Source(source) => new.sources.push(source),
                        Wire::Allocation(allocation) => new.allocations.push(*allocation),
                        Wire::Broadcast(broadcast) => new.broadcasts.push(broadcast),
                        Wire::BroughtIn(brought) => new.brought_in.push(*brought),
                    }
                }
                UploadOperation::NewIps(new)
            }
            Self::Change(ranges) => {
                let mut changed = ChangedIps::default();
                for Numbered { range, number } in ranges {
                    let ids = (None, Some(number));
                    match wire(range, ids) {
                        Wire::Source(source) => changed.sources.push(source),
                        Wire::Allocation(allocation) => changed.allocations.push(*allocation),
                        Wire::Broadcast(broadcast) => changed.broadcasts.push(broadcast),
                        Wire::BroughtIn(brought) => changed.brought_in.push(*brought),
                    }
                }
                UploadOperation::ChangedIps(changed)
            }
            Self::Delete(kind, numbers) => {
                let mut deleted = DeletedIps::default();
                let list = match kind {
                    RangeKind::Source => &mut deleted.sources,
                    RangeKind::Allocation => &mut deleted.allocations,
                    RangeKind::Broadcast => &mut deleted.broadcasts,
                    RangeKind::BroughtIn => &mut deleted.brought_in,
                };
                *list = numbers;
                UploadOperation::DeletedIps(deleted)
            }
        }
    }
}

/// Gives a file of ranges its place in the bureau's line. Nothing is sent here: the number is committed first.
///
/// # Errors
/// [`Error::Invalid`] when it cannot be written.
pub async fn append(tx: &Tx, world: &World, bureau: &Bureau, cargo: Cargo) -> Result<store::upload::Upload> {
    let operation = match cargo.ask() {
        Ask::Add => "IP/XZBA",
        Ask::Change => "IP/XGBA",
        Ask::Delete => "IP/SCBA",
    };
    let file = Upload { provider: bureau.client.bureau().isp_id, operation: cargo.operation() };
    let xml = file.to_gbk(Version::V3_0).map_err(|error| {
        // The words of the error name the element and never its value.
        let why = error.to_string();
        Error::Invalid(vec![crate::finding::block("record", "not-writable", &[("why", &why)])])
    })?;
    let zip = envelope::zip(&xml, envelope::ENTRY).map_err(|error| Error::internal(format!("packing: {error}")))?;
    let new = NewUpload {
        id: UploadId(world.uuid()),
        bureau: &bureau.code,
        order: None,
        operation,
        md5: &envelope::hash(&zip),
        container: &zip,
        at: world.now(),
    };
    Ok(store::upload::append(tx, &new).await?)
}

enum Wire {
    Source(IpSource),
    Allocation(Box<IpAllocation>),
    Broadcast(IpBroadcast),
    BroughtIn(Box<IpBroughtIn>),
}

type Ids = (Option<i64>, Option<i64>);

fn wire(range: Range, (id, bureau_id): Ids) -> Wire {
    let Range { span, record, remark } = range;
    let (first, last) = (span.first(), span.last());
    match record {
        Record::Source { unit: source } => {
            Wire::Source(IpSource { id, bureau_id, unit: None, first, last, source, remark })
        }
        Record::Broadcast { by: broadcaster, requested_by: applicant } => {
            Wire::Broadcast(IpBroadcast { id, bureau_id, unit: None, broadcaster, applicant, first, last, remark })
        }
        Record::Allocation(allocation) => {
            let bare = IpAllocation { remark, ..reserved((id, bureau_id), first, last) };
            Wire::Allocation(Box::new(allocated(bare, allocation)))
        }
        Record::BroughtIn(brought) => {
            let BroughtIn { origin, term, user, redirect, gateway } = *brought;
            let (source_reports, source) = match origin {
                Origin::Unit(unit) => (true, SourceUnit::Unit(unit)),
                Origin::Other(name) => (false, SourceUnit::Name(name)),
            };
            Wire::BroughtIn(Box::new(IpBroughtIn {
                id,
                bureau_id,
                unit: None,
                first,
                last,
                redirects: redirect,
                usage: usage(term.mode),
                since: term.since.to_string(),
                nature: i64::from(user.nature.code()),
                user: user.name,
                province: user.at.province,
                city: user.at.city,
                county: user.at.county,
                street: user.at.street,
                contact: user.contact.name,
                contact_phone: user.contact.phone,
                contact_email: user.contact.email,
                gateway: Some(gateway.address),
                gateway_address: Some(gateway.place),
                remark,
                source_reports,
                source,
            }))
        }
    }
}

const fn reserved((id, bureau_id): Ids, first: std::net::Ipv4Addr, last: std::net::Ipv4Addr) -> IpAllocation {
    IpAllocation {
        id,
        bureau_id,
        unit: None,
        first,
        last,
        mode: AllocationMode::Reserved,
        target: None,
        usage: None,
        since: None,
        redirects: None,
        user: None,
        nature: None,
        category: None,
        industry: None,
        province: None,
        city: None,
        county: None,
        street: None,
        contact: None,
        contact_phone: None,
        contact_email: None,
        gateway: None,
        gateway_address: None,
        remark: None,
    }
}

/// An allocation with what its use needs (interface V3.0, section 3.0: which fields go with which `Fpfs`).
fn allocated(bare: IpAllocation, allocation: Allocation) -> IpAllocation {
    let gateway =
        |gateway: Option<Gateway>| gateway.map_or((None, None), |gateway| (Some(gateway.address), Some(gateway.place)));
    match allocation {
        Allocation::Reserved => bare,
        Allocation::Reallocated { to } => IpAllocation { mode: AllocationMode::Reallocated, target: Some(to), ..bare },
        Allocation::OwnUse { term, gateway: told } => {
            let (gateway, gateway_address) = gateway(told);
            IpAllocation {
                mode: AllocationMode::OwnUse,
                usage: Some(usage(term.mode)),
                since: Some(term.since.to_string()),
                gateway,
                gateway_address,
                ..bare
            }
        }
        Allocation::AllocatedUse(used) => {
            let (gateway, gateway_address) = gateway(used.gateway);
            let User { name, nature, at, contact } = used.user;
            IpAllocation {
                mode: AllocationMode::AllocatedUse,
                usage: Some(usage(used.term.mode)),
                since: Some(used.term.since.to_string()),
                redirects: used.redirect,
                user: Some(name),
                nature: Some(i64::from(nature.code())),
                category: used.category.map(i64::from),
                industry: used.industry.map(i64::from),
                province: Some(at.province),
                city: Some(at.city),
                county: at.county,
                street: Some(at.street),
                contact: Some(contact.name),
                contact_phone: Some(contact.phone),
                contact_email: Some(contact.email),
                gateway,
                gateway_address,
                ..bare
            }
        }
    }
}

const fn usage(mode: UseMode) -> IpUsage {
    match mode {
        UseMode::Static => IpUsage::Static,
        UseMode::Dynamic => IpUsage::Dynamic,
        UseMode::Unknown => IpUsage::Unknown,
    }
}

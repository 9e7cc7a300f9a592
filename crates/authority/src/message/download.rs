//! What a provider downloads: results, filed records, and what the authority tells of its own accord.

mod audit;
mod filed;
mod listed;
mod result;
mod tables;
mod task;

use serde::{Deserialize, Serialize};

pub use audit::{
    AccessAudit, AccessProblem, Conflict, IpOutOfBounds, LivenessAudit, ShellAudit, ShellState, SubjectAudit,
    Unreported,
};
pub use filed::{FiledAccess, FiledDomain, FiledIp, FiledRecord, FiledSite, FiledSubject};
pub use listed::{
    BlacklistChange, BlacklistedSite, BlacklistedSubject, Cancelled, IllegalAccess, Notice, NoticeAbout, UnfiledSite,
};
pub use result::{Decision, Finding, IpFinding, IpResult, MachineResult, RecordChange, RecordResult, RelatedIp};
pub use tables::{CodeRow, CodeTable, ReportingUnit};
pub use task::{TaskAccess, TaskRecord, TaskSite, TaskSubject};

use super::domain::DomainRecord;
use super::ip::{IpAllocation, IpBroadcast, IpBroughtIn, IpSource};
use super::node::{Node, ReadError};
use super::wire::Value;
use super::{Version, WriteError, to_gbk};
use crate::schema::Violation;
use crate::tree::Markup;

/// Declares the lists of a file with the places they stand at.
macro_rules! lists {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $( $(#[$doc:meta])* pub $field:ident: $type:ty = $place:literal, )* }
        $( also { $( $(#[$more_doc:meta])* pub $more:ident: $more_type:ty, )* } )?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name {
            $( $(#[$doc])* #[serde(skip_serializing_if = "Vec::is_empty")] pub $field: Vec<$type>, )*
            $( $( $(#[$more_doc])* pub $more: $more_type, )* )?
        }

        impl $name {
            const PLACES: &'static [&'static str] = &[$( $place ),*];

            fn read_lists(&mut self, root: &Node<'_>, unreadable: &mut Vec<ReadError>) {
                $( read_list(&mut self.$field, root, $place, unreadable); )*
            }

            fn write_lists<'a>(&'a self, root: &mut Markup<'a>) {
                use crate::message::wire::Field as _;
                $( self.$field.write_at(root, $place); )*
            }
        }
    };
}

lists! {
    /// One downloaded file (`DownloadData`), as far as it is understood.
    pub struct Download {
        /// Filed records (`BASJ/Baxx`).
        pub records: FiledRecord = "ICP/BASJ/Baxx",
        /// What is cancelled (`ZXSJ/Zxxx`).
        pub cancelled: Cancelled = "ICP/ZXSJ/Zxxx",
        /// Changes of the blacklist of subjects (`HMDLB/Zthmdxxs`).
        pub blacklisted_subjects: BlacklistedSubject = "ICP/HMDLB/Zthmdxxs",
        /// Changes of the blacklist of websites (`HMDLB/Wzhmdxxs`).
        pub blacklisted_sites: BlacklistedSite = "ICP/HMDLB/Wzhmdxxs",
        /// Domains that are hosted where they may not be (`FFJRHMD/Ffjrxx`).
        pub illegal_accesses: IllegalAccess = "ICP/FFJRHMD/Ffjrxx",
        /// Websites found without a filing (`WBAWZLB/Wbawz_xx`).
        pub unfiled: UnfiledSite = "ICP/WBAWZLB/Wbawz_xx",
        /// Results of the machine (`BAJG/Jg_xx`).
        pub results: MachineResult = "ICP/BAJG/Jg_xx",
        /// Decisions of the bureau (`BAJG/GJSHS/Gjsh`).
        pub decisions: Decision = "ICP/BAJG/GJSHS/Gjsh",
        /// Records to verify (`HSRW/Baxx`).
        pub tasks: TaskRecord = "ICP/HSRW/Baxx",
        /// Subjects whose data are wrong (`HCJG/Jgxx/Zthc`).
        pub subject_audits: SubjectAudit = "ICP/HCJG/Jgxx/Zthc",
        /// Accesses that are filed and not there, or there and not filed (`HCJG/Jgxx/Jrhc`).
        pub access_audits: AccessAudit = "ICP/HCJG/Jgxx/Jrhc",
        /// Shells (`HCJG/Jgxx/Kkwzhc`).
        pub shell_audits: ShellAudit = "ICP/HCJG/Jgxx/Kkwzhc",
        /// Sites that did not answer (`HCJG/Jgxx/Wzch`).
        pub liveness_audits: LivenessAudit = "ICP/HCJG/Jgxx/Wzch",
        /// Orders to correct something (`XGTZ/Tzxx`).
        pub notices: Notice = "ICP/XGTZ/Tzxx",
        /// Results of sources of addresses (`IP/BAJG/Lyjg`).
        pub source_results: IpResult = "IP/BAJG/Lyjg",
        /// Results of allocations of addresses (`IP/BAJG/Fpjg`).
        pub allocation_results: IpResult = "IP/BAJG/Fpjg",
        /// Results of broadcasts (`IP/BAJG/Gbjs`).
        pub broadcast_results: IpResult = "IP/BAJG/Gbjs",
        /// Results of ranges brought in (`IP/BAJG/Zdip`).
        pub brought_in_results: IpResult = "IP/BAJG/Zdip",
        /// Ranges that reach beyond what they come from (`IP/HCJG/Jgxx/Yj`).
        pub out_of_bounds: IpOutOfBounds = "IP/HCJG/Jgxx/Yj",
        /// Ranges that another unit filed as well (`IP/HCJG/Jgxx/Ct`).
        pub conflicts: Conflict = "IP/HCJG/Jgxx/Ct",
        /// Ranges that are used and not filed (`IP/HCJG/Jgxx/Wb`).
        pub unreported: Unreported = "IP/HCJG/Jgxx/Wb",
        /// Results of domain records (`YM/BAJG/Jg_xx`).
        pub domain_results: RecordResult = "YM/BAJG/Jg_xx",
        /// Reporting units (`JCDM/Bbdwlb/Bbdw`).
        pub units: ReportingUnit = "JCDM/Bbdwlb/Bbdw",
    }
    also {
        /// Code tables (`JCDM/Jcdm_xx`).
        pub tables: Vec<CodeTable>,
        /// Everything of one kind as the authority has it (`SJTB`), if the file brings that.
        pub synchronised: Option<Synchronised>,
        /// Groups of the file that this version does not know.
        pub unhandled: Vec<String>,
        /// Records that could not be read, with the reason; the others were read all the same.
        #[serde(skip)]
        pub unreadable: Vec<ReadError>,
        /// Departures from the element table. They are for the log: the authority's own files depart from it.
        #[serde(skip)]
        pub violations: Vec<Violation>,
    }
}

lists! {
    /// Everything of one kind as the authority has it (数据同步, `SJTB`).
    pub struct Synchronised {
        /// Filed records (`ICP/Baxx`).
        pub records: FiledRecord = "ICP/Baxx",
        /// Sources of addresses (`IP/Iply/Lyxx`).
        pub sources: IpSource = "IP/Iply/Lyxx",
        /// Allocations of addresses (`IP/Ipfp/Fpxx`).
        pub allocations: IpAllocation = "IP/Ipfp/Fpxx",
        /// Broadcasts (`IP/Ipgb/Gbxx`).
        pub broadcasts: IpBroadcast = "IP/Ipgb/Gbxx",
        /// Ranges brought in (`IP/Zdip/Zdxx`).
        pub brought_in: IpBroughtIn = "IP/Zdip/Zdxx",
        /// Domain records (`YM/Ymxx`).
        pub domains: DomainRecord = "YM/Ymxx",
        /// Reporting units (`JCDM/Bbdwlb/Bbdw`).
        pub units: ReportingUnit = "JCDM/Bbdwlb/Bbdw",
    }
    also {
        /// Code tables (`JCDM/Jcdm_xx`).
        pub tables: Vec<CodeTable>,
    }
}

fn read_list<T: Value>(list: &mut Vec<T>, root: &Node<'_>, place: &str, unreadable: &mut Vec<ReadError>) {
    for node in root.each(place) {
        match T::read(&node) {
            Ok(item) => list.push(item),
            Err(error) => unreadable.push(error),
        }
    }
}

fn read_tables(root: &Node<'_>, unreadable: &mut Vec<ReadError>) -> Vec<CodeTable> {
    let Some(tables) = root.child("JCDM/Jcdm_xx") else { return Vec::new() };
    let all = tables.element.children.iter();
    all.map(|table| CodeTable::read(&tables.below(table, &table.name, 0), unreadable)).collect()
}

fn write_tables<'a>(tables: &'a [CodeTable], root: &mut Markup<'a>) {
    if !tables.is_empty() {
        let group = root.group("JCDM").group("Jcdm_xx");
        group.children.extend(tables.iter().filter_map(CodeTable::to_tree));
    }
}

impl Download {
    /// Reads a downloaded file. Nothing in it is an error as a whole: what cannot be read is listed and the rest is kept.
    #[must_use]
    pub fn read(root: &Markup<'_>, version: Version) -> Self {
        let mut download = Self { violations: version.download_schema().check(root), ..Self::default() };
        let node = Node::root(root);
        let mut unreadable = Vec::new();
        download.read_lists(&node, &mut unreadable);
        download.tables = read_tables(&node, &mut unreadable);
        download.synchronised = node.child("SJTB").map(|node| {
            let mut all = Synchronised::default();
            all.read_lists(&node, &mut unreadable);
            all.tables = read_tables(&node, &mut unreadable);
            all
        });
        download.unreadable = unreadable;
        download.unhandled = unhandled(root);
        download
    }

    /// Writes the file as GBK XML: what the authority's side does.
    ///
    /// # Errors
    /// With every element that keeps it from being written, such as when it holds nothing.
    pub fn to_gbk(&self, version: Version) -> Result<Vec<u8>, WriteError> {
        to_gbk(self.to_tree(version), version, version.download_schema())
    }

    fn to_tree(&self, version: Version) -> Markup<'_> {
        let mut root = Markup::new("DownloadData").attribute("version", version.attribute());
        self.write_lists(&mut root);
        write_tables(&self.tables, &mut root);
        if let Some(all) = &self.synchronised {
            let group = root.group("SJTB");
            all.write_lists(group);
            write_tables(&all.tables, group);
        }
        version.download_schema().arrange(&mut root);
        root
    }
}

/// The groups that no list reads, such as `ICP/NEWS`; a business that is not known counts as one group.
fn unhandled(root: &Markup<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for business in &root.children {
        let known = |group: &str| {
            let place = format!("{}/{group}", business.name);
            place == "JCDM/Jcdm_xx"
                || Download::PLACES
                    .iter()
                    .any(|known| known.strip_prefix(&*place).is_some_and(|rest| rest.starts_with('/')))
        };
        if business.name == "SJTB" {
            let known = |name: &str| Synchronised::PLACES.iter().any(|place| place.split('/').next() == Some(name));
            found.extend(
                business.children.iter().filter(|part| !known(&part.name)).map(|part| format!("SJTB/{}", part.name)),
            );
        } else if !Download::PLACES.iter().any(|place| place.split('/').next() == Some(&*business.name)) {
            found.push(business.name.to_string());
        } else {
            found.extend(
                business.children.iter().filter(|group| !known(&group.name)).map(|group| group.name.to_string()),
            );
        }
    }
    found
}

//! 核实任务 (`HSRW`): a record that somebody filed himself and that the provider is to verify.

use crate::message::part::{Address, Approval, Certificate, FiledBy, Person};
use crate::message::upload::{TaskDomain, TaskIp, VerifiedAccess, VerifiedRecord, VerifiedSite, VerifiedSubject};
use crate::message::wire::records;

records! {
    /// A record to verify (`Baxx`).
    pub struct TaskRecord {
        /// 主体.
        pub subject: TaskSubject = "Zt_xx",
        /// 网站.
        pub sites: Vec<TaskSite> = "Wz_xx",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// The subject (`Zt_xx`).
    pub struct TaskSubject {
        /// The bureau's id (`Ztid`).
        pub bureau_id: i64 = "Ztid",
        /// Name (`Dwmc`).
        pub name: String = "Dwmc",
        /// Nature (`Dwxz`).
        pub nature: Option<i64> = "Dwxz",
        /// Postal address (`Txdz`).
        pub address: Address = "Txdz",
        /// Credential (`Zj`).
        pub certificate: Certificate = "Zj",
        /// 主体负责人 (`Fzr`).
        pub principal: Person = ("Fzr" or default),
        /// Investor or superior unit (`Tzr`).
        pub investor: Option<String> = "Tzr",
        /// Who filed (`Bbyhlx`).
        pub filed_by: Option<FiledBy> = "Bbyhlx",
        /// First filed (`Scbbsj`).
        pub first_filed: Option<String> = "Scbbsj",
        /// Last changed (`Zjxgsj`).
        pub changed: Option<String> = "Zjxgsj",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A site (`Wz_xx`).
    pub struct TaskSite {
        /// The bureau's id (`Wzid`).
        pub bureau_id: i64 = "Wzid",
        /// Name (`Wzmc`).
        pub name: String = "Wzmc",
        /// Pre-approvals (`Nrlx`).
        pub approvals: Vec<Approval> = "Nrlx/Nrlx_xx",
        /// What it offers (`Fwnr_id`).
        pub contents: Vec<i64> = "Fwnr/Fwnr_id",
        /// Languages (`Yylb_id`).
        pub languages: Vec<i64> = "Yylb/Yylb_id",
        /// Domain names (`Ym_xx`).
        pub domains: Vec<TaskDomain> = "Ym_xx",
        /// Accesses (`Jr_xx`).
        pub accesses: Vec<TaskAccess> = "Jr_xx",
        /// 网站负责人 (`Wz_Fzr`).
        pub manager: Person = ("Wz_Fzr" or default),
        /// Home page (`Syurl`).
        pub home_url: Option<String> = "Syurl",
        /// Remark (`Wz_Bz`).
        pub remark: Option<String> = "Wz_Bz",
        /// First filed (`Scbbsj`).
        pub first_filed: Option<String> = "Scbbsj",
        /// Last changed (`Zjxgsj`).
        pub changed: Option<String> = "Zjxgsj",
    }

    /// An access (`Jr_xx`).
    pub struct TaskAccess {
        /// The bureau's id (`Jrid`).
        pub bureau_id: i64 = "Jrid",
        /// Where the servers stand (`Fbdd`).
        pub locations: Vec<i64> = "Wzfb/Fbdd",
        /// How it is hosted (`Jrfs`).
        pub methods: Vec<i64> = "Wzjrfs/Jrfs",
        /// Addresses (`Ip_xx`).
        pub ips: Vec<TaskIp> = "Ip_xx",
        /// Who filed (`Bbyhid`): a user of the authority's own pages, or a reporting unit.
        pub filer: i64 = "Bbyhid",
        /// Which of both (`Bbyhlx`).
        pub filed_by: FiledBy = "Bbyhlx",
    }
}

/// The record as it goes back with the result of its verification: fewer fields in other places.
impl From<TaskRecord> for VerifiedRecord {
    fn from(task: TaskRecord) -> Self {
        let subject = task.subject;
        Self {
            subject: VerifiedSubject {
                bureau_id: subject.bureau_id,
                name: subject.name,
                nature: subject.nature,
                address: subject.address,
                investor: subject.investor,
                certificate: subject.certificate,
                principal: subject.principal,
                remark: subject.remark,
            },
            sites: task.sites.into_iter().map(VerifiedSite::from).collect(),
        }
    }
}

impl From<TaskSite> for VerifiedSite {
    fn from(site: TaskSite) -> Self {
        let access = |access: TaskAccess| VerifiedAccess {
            bureau_id: access.bureau_id,
            locations: access.locations,
            methods: access.methods,
            ips: access.ips,
            filed_by: access.filed_by,
        };
        Self {
            bureau_id: site.bureau_id,
            name: site.name,
            approvals: site.approvals,
            contents: site.contents,
            domains: site.domains,
            accesses: site.accesses.into_iter().map(access).collect(),
            manager: site.manager,
            home_url: site.home_url,
            remark: site.remark,
        }
    }
}

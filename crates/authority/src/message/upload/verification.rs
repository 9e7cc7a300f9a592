//! 核实结果: the answer to a verification task (核实任务), which is a record that somebody filed himself.

use std::net::Ipv4Addr;

use crate::message::part::{Address, Approval, Certificate, FiledBy, Person};
use crate::message::wire::{codes, records};

records! {
    /// The result of a verification (`HSJG/Hsjgxx`).
    pub struct Verification {
        /// What it came to (`Hsjg`).
        pub outcome: VerificationOutcome = "Hsjg",
        /// Who verified (`Hsrxm`).
        pub verifier: String = "Hsrxm",
        /// When (`Hssj`), as `2026-11-25`.
        pub date: String = "Hssj",
        /// The unit the record belongs to (`Bbdw`).
        pub unit: i64 = "Bbdw",
        /// What was found (`Hsyj`).
        pub opinion: String = "Hsyj",
        /// What is wrong (`Cwxx`).
        pub errors: Option<String> = "Cwxx",
        /// The record, with the bureau's ids. It is not the record of a first filing, although the text says so.
        pub record: VerifiedRecord = "Baxx",
    }

    /// The verified record (`Baxx`).
    pub struct VerifiedRecord {
        /// 主体.
        pub subject: VerifiedSubject = "Zt_xx",
        /// 网站, at least one.
        pub sites: Vec<VerifiedSite> = "Wz_xx",
    }

    /// A verified subject (`Zt_xx`).
    pub struct VerifiedSubject {
        /// The bureau's id (`Ztid`).
        pub bureau_id: i64 = "Ztid",
        /// Name (`Dwmc`).
        pub name: String = "Dwmc",
        /// Nature (`Dwxz`).
        pub nature: Option<i64> = "Dwxz",
        /// Postal address (`Txdz`).
        pub address: Address = "Txdz",
        /// Investor or superior unit (`Tzr`).
        pub investor: Option<String> = "Tzr",
        /// Credential (`Zj`).
        pub certificate: Certificate = "Zj",
        /// 主体负责人 (`Fzr`).
        pub principal: Person = "Fzr",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A verified site (`Wz_xx`).
    pub struct VerifiedSite {
        /// The bureau's id (`Wzid`).
        pub bureau_id: i64 = "Wzid",
        /// Name (`Wzmc`).
        pub name: String = "Wzmc",
        /// Pre-approvals (`Nrlx`).
        pub approvals: Vec<Approval> = "Nrlx/Nrlx_xx",
        /// What it offers (`Fwnr_id`).
        pub contents: Vec<i64> = "Fwnr/Fwnr_id",
        /// Its domain names (`Ym_xx`).
        pub domains: Vec<TaskDomain> = "Ym_xx",
        /// Its accesses (`Jr_xx`).
        pub accesses: Vec<VerifiedAccess> = "Jr_xx",
        /// 网站负责人 (`Wz_Fzr`).
        pub manager: Person = "Wz_Fzr",
        /// Home page (`Syurl`).
        pub home_url: Option<String> = "Syurl",
        /// Remark (`Wz_Bz`).
        pub remark: Option<String> = "Wz_Bz",
    }

    /// A verified access (`Jr_xx`).
    pub struct VerifiedAccess {
        /// The bureau's id (`Jrid`).
        pub bureau_id: i64 = "Jrid",
        /// Where the servers stand (`Fbdd`).
        pub locations: Vec<i64> = "Wzfb/Fbdd",
        /// How it is hosted (`Jrfs`).
        pub methods: Vec<i64> = "Wzjrfs/Jrfs",
        /// Its addresses (`Ip_xx`).
        pub ips: Vec<TaskIp> = "Ip_xx",
        /// Who filed (`Bbfs`).
        pub filed_by: FiledBy = "Bbfs",
    }

    /// A domain name of a verification task (`Ym_xx`).
    pub struct TaskDomain {
        /// The bureau's id (`Ymid`).
        pub bureau_id: i64 = "Ymid",
        /// The name (`Ym`).
        pub name: String = "Ym",
    }

    /// A range of addresses of a verification task (`Ip_xx`).
    pub struct TaskIp {
        /// The bureau's id (`Ipid`).
        pub bureau_id: i64 = "Ipid",
        /// First address (`Qsip`).
        pub first: Ipv4Addr = "Qsip",
        /// Last address (`Zzip`).
        pub last: Ipv4Addr = "Zzip",
    }
}

codes! {
    /// What a verification came to (`Hsjg`).
    pub enum VerificationOutcome {
        /// 通过.
        Pass = 0,
        /// 拒绝.
        Refuse = 1,
    }
}

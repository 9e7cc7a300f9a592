//! 变更备案: a filed subject with its sites as they are to be.
//!
//! A change replaces the record: the subject and at least one site are given whole, and a domain or an address without
//! the bureau's id is new. An access cannot be added here; that is 新增接入.

use std::net::Ipv4Addr;

use crate::message::part::{Address, Approval, Certificate, FiledAttachment, Person};
use crate::message::wire::records;

records! {
    /// A change (`BGBA/Bgxx`).
    pub struct Change {
        /// The subject as it is to be.
        pub subject: ChangedSubject = "Zt_xx",
        /// The sites as they are to be, at least one.
        pub sites: Vec<ChangedSite> = "Wz_xx",
        /// 附件.
        pub attachments: Vec<FiledAttachment> = "Fj>Fjxx",
        /// The hash of the filing password (`ICPmm`), abolished on 2020-08-17.
        pub password: Option<String> = "ICPmm",
    }

    /// The subject of a change (`Zt_xx`).
    pub struct ChangedSubject {
        /// The bureau's id (`Ztid`).
        pub bureau_id: i64 = "Ztid",
        /// Name of the unit or the person (`Dwmc`).
        pub name: String = "Dwmc",
        /// Filing number (`Baxh`).
        pub number: String = "Baxh",
        /// Nature (`Dwxz`); units must give it.
        pub nature: Option<i64> = "Dwxz",
        /// Investor or superior unit (`Tzr`).
        pub investor: Option<String> = "Tzr",
        /// Postal address (`Txdz`); the province may not change (1046).
        pub address: Address = "Txdz",
        /// Credential (`Zj`); the printed table allows only the kinds 1 to 11.
        pub certificate: Certificate = "Zj",
        /// 主体负责人 (`Fzr`).
        pub principal: Person = "Fzr",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A site of a change (`Wz_xx`).
    pub struct ChangedSite {
        /// The bureau's id (`Wzid`).
        pub bureau_id: i64 = "Wzid",
        /// Name (`Wzmc`).
        pub name: String = "Wzmc",
        /// Pre-approvals (`Nrlx`).
        pub approvals: Vec<Approval> = "Nrlx/Nrlx_xx",
        /// What it offers (`Fwnr_id`).
        pub contents: Vec<i64> = "Fwnr/Fwnr_id",
        /// Its languages (`Yylb_id`).
        pub languages: Vec<i64> = "Yylb/Yylb_id",
        /// Its domain names (`Ym_xx`); one that is left out is removed.
        pub domains: Vec<ChangedDomain> = "Ym_xx",
        /// Its accesses by this provider (`Jr_xx`).
        pub accesses: Vec<ChangedAccess> = "Jr_xx",
        /// 网站负责人 (`Wz_Fzr`).
        pub manager: Person = "Wz_Fzr",
        /// Filing number (`Baxh`).
        pub number: String = "Baxh",
        /// Home page (`Syurl`).
        pub home_url: Option<String> = "Syurl",
        /// Remark (`Wz_Bz`).
        pub remark: Option<String> = "Wz_Bz",
    }

    /// A domain name of a change (`Ym_xx`).
    pub struct ChangedDomain {
        /// The provider's own id (`IspYmid`).
        pub id: i64 = "IspYmid",
        /// The bureau's id (`Ymid`); none for a new name.
        pub bureau_id: Option<i64> = "Ymid",
        /// The name (`Ym`).
        pub name: String = "Ym",
    }

    /// An access of a change (`Jr_xx`).
    pub struct ChangedAccess {
        /// The bureau's id (`Jrid`).
        pub bureau_id: i64 = "Jrid",
        /// Where the servers stand (`Fbdd`).
        pub locations: Vec<i64> = "Wzfb/Fbdd",
        /// How it is hosted (`Jrfs`).
        pub methods: Vec<i64> = "Wzjrfs/Jrfs",
        /// Its addresses (`Ip_xx`).
        pub ips: Vec<ChangedIp> = "Ip_xx",
    }

    /// A range of addresses of a change (`Ip_xx`).
    pub struct ChangedIp {
        /// The provider's own id (`IspIpid`).
        pub id: i64 = "IspIpid",
        /// The bureau's id (`Ipid`); none for a new range.
        pub bureau_id: Option<i64> = "Ipid",
        /// First address (`Qsip`).
        pub first: Ipv4Addr = "Qsip",
        /// Last address (`Zzip`).
        pub last: Ipv4Addr = "Zzip",
    }
}

//! 备案数据 (`BASJ`, and `SJTB` in full): what is filed, with the bureau's ids next to the provider's own.

use std::net::Ipv4Addr;

use crate::message::part::{Address, Approval, Certificate, FiledBy, Person};
use crate::message::wire::records;

records! {
    /// A filed subject with its sites (`Baxx`).
    pub struct FiledRecord {
        /// 主体.
        pub subject: FiledSubject = "Zt_xx",
        /// 网站.
        pub sites: Vec<FiledSite> = "Wz_xx",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A filed subject (`Zt_xx`).
    pub struct FiledSubject {
        /// The provider's own id (`IspZtid`); missing or foreign when another filed it.
        pub id: Option<i64> = "IspZtid",
        /// The bureau's id (`Ztid`); changes and cancellations need it.
        pub bureau_id: i64 = "Ztid",
        /// Name (`Dwmc`).
        pub name: String = "Dwmc",
        /// Nature (`Dwxz`).
        pub nature: Option<i64> = "Dwxz",
        /// Postal address (`Txdz`).
        pub address: Option<Address> = "Txdz",
        /// Credential (`Zj`).
        pub certificate: Option<Certificate> = "Zj",
        /// 主体负责人 (`Fzr`).
        pub principal: Person = ("Fzr" or default),
        /// Filing number (`Baxh`).
        pub number: Option<String> = "Baxh",
        /// Who filed (`Bbyhlx`).
        pub filed_by: Option<FiledBy> = "Bbyhlx",
        /// Investor or superior unit (`Tzr`).
        pub investor: Option<String> = "Tzr",
        /// First filed (`Scbbsj`).
        pub first_filed: Option<String> = "Scbbsj",
        /// Last changed (`Zjxgsj`).
        pub changed: Option<String> = "Zjxgsj",
        /// End of the electronic certificate (`Zsyxq`).
        pub certificate_until: Option<String> = "Zsyxq",
        /// Path of the electronic certificate (`Zslj`).
        pub certificate_path: Option<String> = "Zslj",
        /// Serial number of the electronic certificate (`Zsxh`).
        pub certificate_serial: Option<String> = "Zsxh",
        /// Who reviewed (`Shrxm`).
        pub officer: Option<String> = "Shrxm",
        /// When (`Shsj`).
        pub reviewed: Option<String> = "Shsj",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A filed site (`Wz_xx`).
    pub struct FiledSite {
        /// The provider's own id (`IspWzid`).
        pub id: Option<i64> = "IspWzid",
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
        pub domains: Vec<FiledDomain> = "Ym_xx",
        /// Accesses of every provider (`Jr_xx`).
        pub accesses: Vec<FiledAccess> = "Jr_xx",
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
        /// Filing number (`Baxh`).
        pub number: Option<String> = "Baxh",
    }

    /// A filed domain name (`Ym_xx`).
    pub struct FiledDomain {
        /// The provider's own id (`IspYmid`).
        pub id: Option<i64> = "IspYmid",
        /// The bureau's id (`Ymid`).
        pub bureau_id: i64 = "Ymid",
        /// The name (`Ym`).
        pub name: String = "Ym",
    }

    /// A filed access (`Jr_xx`).
    pub struct FiledAccess {
        /// The provider's own id (`IspJrid`).
        pub id: Option<i64> = "IspJrid",
        /// The bureau's id (`Jrid`).
        pub bureau_id: i64 = "Jrid",
        /// Whose access this is (`Ispid`).
        pub provider: i64 = "Ispid",
        /// Where the servers stand (`Fbdd`).
        pub locations: Vec<i64> = "Wzfb/Fbdd",
        /// How it is hosted (`Jrfs`).
        pub methods: Vec<i64> = "Wzjrfs/Jrfs",
        /// Addresses (`Ip_xx`).
        pub ips: Vec<FiledIp> = "Ip_xx",
    }

    /// A filed range of addresses (`Ip_xx`).
    pub struct FiledIp {
        /// The provider's own id (`IspIpid`).
        pub id: Option<i64> = "IspIpid",
        /// The bureau's id (`Ipid`).
        pub bureau_id: i64 = "Ipid",
        /// First address (`Qsip`).
        pub first: Ipv4Addr = "Qsip",
        /// Last address (`Zzip`).
        pub last: Ipv4Addr = "Zzip",
    }
}

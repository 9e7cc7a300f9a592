//! 新增备案, 新增网站, 新增接入: what brings something new into the records.

use std::net::Ipv4Addr;

use crate::message::part::{Address, Approval, Attachment, Certificate, FiledAttachment, FiledBy, Person, Reference};
use crate::message::wire::records;

records! {
    /// A first filing (`XZBA/Baxx`): a subject with its sites and what proves them.
    pub struct NewFiling {
        /// 主体.
        pub subject: Subject = "Zt_xx",
        /// 网站, at least one.
        pub sites: Vec<Site> = "Wz_xx",
        /// 附件.
        pub attachments: Vec<Attachment> = "Fj>Fjxx",
    }

    /// Sites for a subject that is filed (`XZWZ/Xzxx`).
    pub struct NewSite {
        /// The filed subject.
        pub subject: Reference = "Zt_xx",
        /// 网站, at least one.
        pub sites: Vec<Site> = "Wz_xx",
        /// 附件; what belongs to a new site names the provider's own id of it.
        pub attachments: Vec<FiledAttachment> = "Fj>Fjxx",
        /// The hash of the filing password (`ICPmm`), abolished on 2020-08-17.
        pub password: Option<String> = "ICPmm",
    }

    /// An access for a site that is filed (`XZJR/Xzxx`).
    pub struct NewAccess {
        /// The filed site.
        pub site: Reference = "Wz_xx",
        /// The provider's own id (`IspJrid`), new for every access.
        pub id: i64 = "IspJrid",
        /// Where the servers stand (`Fbdd`).
        pub locations: Vec<i64> = "Wzfb/Fbdd",
        /// How it is hosted (`Jrfs`).
        pub methods: Vec<i64> = "Wzjrfs/Jrfs",
        /// Its addresses (`Ip_xx`).
        pub ips: Vec<IpRange> = "Ip_xx",
        /// 附件.
        pub attachments: Vec<FiledAttachment> = "Fj>Fjxx",
        /// The hash of the filing password (`ICPmm`): V3.0 demands it although the password was abolished on
        /// 2020-08-17, see [`Version::password_placeholder`](crate::message::Version::password_placeholder).
        pub password: Option<String> = "ICPmm",
    }

    /// The organiser (`Zt_xx`).
    pub struct Subject {
        /// The provider's own id of this subject (`IspZtid`), unique and positive.
        pub id: i64 = "IspZtid",
        /// Name of the unit or the person (`Dwmc`).
        pub name: String = "Dwmc",
        /// Nature (`Dwxz`), a code of the table 单位性质; units must give it.
        pub nature: Option<i64> = "Dwxz",
        /// Investor or superior unit (`Tzr`).
        pub investor: Option<String> = "Tzr",
        /// Postal address (`Txdz`).
        pub address: Address = "Txdz",
        /// Credential (`Zj`).
        pub certificate: Certificate = "Zj",
        /// 主体负责人 (`Fzr`); mobile and e-mail are required.
        pub principal: Person = "Fzr",
        /// Who files (`Bbfs`).
        pub filed_by: FiledBy = "Bbfs",
        /// Remark (`Bz`).
        pub remark: Option<String> = "Bz",
    }

    /// A website (`Wz_xx`).
    pub struct Site {
        /// The provider's own id of this site (`IspWzid`).
        pub id: i64 = "IspWzid",
        /// Name (`Wzmc`).
        pub name: String = "Wzmc",
        /// Pre-approvals (`Nrlx`), only those that exist.
        pub approvals: Vec<Approval> = "Nrlx/Nrlx_xx",
        /// What it offers (`Fwnr_id`), codes of the table 服务内容.
        pub contents: Vec<i64> = "Fwnr/Fwnr_id",
        /// Its languages (`Yylb_id`).
        pub languages: Vec<i64> = "Yylb/Yylb_id",
        /// Its domain names (`Ym_xx`).
        pub domains: Vec<Domain> = "Ym_xx",
        /// Where it is hosted (`Jr_xx`).
        pub accesses: Vec<Access> = "Jr_xx",
        /// 网站负责人 (`Wz_Fzr`).
        pub manager: Person = "Wz_Fzr",
        /// Home page (`Syurl`); must contain one of the domains.
        pub home_url: Option<String> = "Syurl",
        /// Remark (`Wz_Bz`).
        pub remark: Option<String> = "Wz_Bz",
    }

    /// A domain name (`Ym_xx`).
    pub struct Domain {
        /// The provider's own id (`IspYmid`).
        pub id: i64 = "IspYmid",
        /// The name (`Ym`).
        pub name: String = "Ym",
    }

    /// An access (`Jr_xx`): one provider's hosting of one site.
    pub struct Access {
        /// The provider's own id (`IspJrid`), new for every access.
        pub id: i64 = "IspJrid",
        /// Where the servers stand (`Fbdd`).
        pub locations: Vec<i64> = "Wzfb/Fbdd",
        /// How it is hosted (`Jrfs`).
        pub methods: Vec<i64> = "Wzjrfs/Jrfs",
        /// Its addresses (`Ip_xx`).
        pub ips: Vec<IpRange> = "Ip_xx",
    }

    /// A range of IPv4 addresses (`Ip_xx`).
    pub struct IpRange {
        /// The provider's own id (`IspIpid`).
        pub id: i64 = "IspIpid",
        /// First address (`Qsip`).
        pub first: Ipv4Addr = "Qsip",
        /// Last address (`Zzip`).
        pub last: Ipv4Addr = "Zzip",
    }
}
